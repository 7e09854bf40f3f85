//! What happens in a scenario, step by step; a life that begins in the middle goes on from there.

use jiff::Timestamp;
use satchel_domain::{
    Column, EntryId, RecordId, TableName, Value,
    edit::{Change, Deed, Edit},
    ids::Uuid,
    schema::Table,
    value::Lookup,
};
use satchel_store::{Durability, Result, Tx, outbox, records};
use satchel_testkit::{ModelCrm, ModelMailbox, organisation};

pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// Whether a mailbox takes part.
    pub(crate) has_mail: bool,
    /// How safe a deed of the user is before the word "saved".
    pub(crate) saves: Durability,
    /// Over before anything can go wrong.
    pub(crate) before: Vec<Step>,
    pub(crate) script: Vec<Step>,
}

pub(crate) enum Step {
    /// What the user does, in one transaction. Done once more it changes nothing: after a crash the user looks, and does
    /// again what is not there.
    User(fn(&Tx<'_>, Timestamp) -> Result<()>),
    /// What colleagues and customers do.
    Others(fn(&Services)),
    /// The agent works until nothing is left to do, and a while beyond.
    Calm,
}

/// What lies beyond the network.
#[derive(Debug)]
pub(crate) struct Services {
    pub(crate) crm: ModelCrm,
    pub(crate) mailbox: ModelMailbox,
}

impl Services {
    pub(crate) fn new() -> Self {
        Self { crm: ModelCrm::sample(), mailbox: ModelMailbox::sample() }
    }

    /// They stand as they are now, for another life.
    pub(crate) fn fork(&self) -> Self {
        Self { crm: self.crm.fork(), mailbox: self.mailbox.fork() }
    }
}

pub(crate) fn id(words: &str) -> RecordId {
    organisation::id_of(words)
}

pub(crate) fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

pub(crate) fn lookup(table: &str, record: RecordId) -> Value {
    Value::Lookup(Lookup { table: TableName::new(table), id: record, name: None })
}

pub(crate) fn table(name: &str) -> Table {
    organisation::sample().table(&TableName::new(name)).unwrap().clone()
}

pub(crate) fn entry(number: u128) -> EntryId {
    EntryId(Uuid::from_u128(number))
}

/// A colleague changes a column.
pub(crate) fn change(services: &Services, name: &str, record: &str, column: &str, value: &str) {
    services.crm.another_writer(&TableName::new(name), id(record), &[(Column::new(column), text(value))]);
}

/// Seven accounts, five contacts of them, three deals.
pub(crate) fn fill(services: &Services) {
    let make = |name: &str, record: &str, values: &[(&str, Value)]| {
        let values: Vec<_> = values.iter().map(|(column, value)| (Column::new(*column), value.clone())).collect();
        services.crm.create_as_another(&TableName::new(name), id(record), &values);
    };
    for number in 0..7 {
        let name = format!("account {number}");
        make("account", &name, &[("name", text(&name)), ("telephone1", text("22 11"))]);
    }
    for number in 0..5 {
        let name = format!("contact {number}");
        let company = lookup("account", id(&format!("account {number}")));
        make("contact", &name, &[("lastname", text(&name)), ("parentcustomerid", company)]);
    }
    for number in 0..3 {
        let name = format!("deal {number}");
        make("opportunity", &name, &[("name", text(&name)), ("customerid", lookup("account", id("account 1")))]);
    }
}

/// Saves an edit as the app does: with the version that the server copy has. The entry that it left; none when what it
/// asks for is there already.
pub(crate) fn save(
    tx: &Tx<'_>,
    number: u128,
    (name, record): (&str, &str),
    deed: Deed,
    values: &[(&str, Value)],
    now: Timestamp,
) -> Result<Option<EntryId>> {
    let (table, record_id) = (table(name), id(record));
    let shown = records::one(tx, &table, record_id)?.map(|shown| shown.record);
    let has_it = |column: &str, value: &Value| {
        shown.as_ref().is_some_and(|shown| shown.value(&Column::new(column)).same_as(value))
    };
    let is_done = match deed {
        Deed::Create => shown.is_some(),
        Deed::Delete => shown.is_none(),
        Deed::Update | Deed::Track => values.iter().all(|(column, value)| has_it(column, value)),
    };
    if is_done {
        return Ok(None);
    }
    let before = |column: &Column| shown.as_ref().map_or(Value::Null, |shown| shown.value(column).clone());
    let changes = values.iter().map(|(column, after)| {
        let column = Column::new(*column);
        Change { before: before(&column), after: after.clone(), column }
    });
    let base = records::server_copy(tx, &table, record_id)?.and_then(|copy| copy.version);
    let changes = changes.collect();
    let edit = Edit { entry: entry(number), table: table.name.clone(), record: record_id, deed, changes, base };
    outbox::append(tx, &table, &edit, record, now)
}
