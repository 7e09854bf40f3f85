//! Twelve things that happen to a profile, each as the transactions that the program makes of it.

mod mail;
mod pulls;
mod users;

use jiff::Timestamp;
use satchel_domain::{
    Column, Cursor, EntryId, Record, RecordId, TableName, Value, Version,
    edit::{Change, Deed, Edit},
    ids::{FolderId, ItemId, MailboxId, Uuid},
    mail::{Address, Folder, Head},
    ports::{Next, Page},
    schema::{Organisation, Table},
    scope::Scope,
    value::Lookup,
};
use satchel_store::{
    Durability, Result, Tx, cursors, folders,
    mailboxes::{self, Account, Mailbox},
    messages, records, schema,
};
use satchel_testkit::organisation;

pub(crate) const MAILBOX: MailboxId = MailboxId(Uuid::from_u128(0x40));
/// Rows of a page.
const PAGE: u64 = 4;

pub(crate) struct Scene {
    pub(crate) name: &'static str,
    pub(crate) steps: Vec<Step>,
}

/// What one transaction does.
pub(crate) type Act = Box<dyn Fn(&Tx<'_>) -> Result<()>>;

/// One transaction.
pub(crate) struct Step {
    pub(crate) durability: Durability,
    pub(crate) deed: Act,
}

pub(crate) fn all() -> Vec<Scene> {
    vec![
        users::edits(),
        users::creates(),
        users::discards(),
        users::played_back(),
        users::merged(),
        users::tracked(),
        pulls::backfill(),
        pulls::delta(),
        pulls::sweep(),
        pulls::wider(),
        mail::pages(),
        mail::bodies(),
    ]
}

fn full(deed: impl Fn(&Tx<'_>) -> Result<()> + 'static) -> Step {
    Step { durability: Durability::Full, deed: Box::new(deed) }
}

fn normal(deed: impl Fn(&Tx<'_>) -> Result<()> + 'static) -> Step {
    Step { durability: Durability::Normal, deed: Box::new(deed) }
}

/// Two tables that were read once, and a mailbox with two messages.
pub(crate) fn begin(tx: &Tx<'_>) -> Result<()> {
    schema::apply(tx, &organisation())?;
    for table in [accounts(), organisation::email()] {
        let rows = (0..6).map(|number| row(&table.name, number, 1)).collect();
        let page = Page {
            records: rows,
            gone: Vec::new(),
            next: Next::CaughtUp(cursor(0)),
            way: satchel_domain::ports::Way::Changes,
        };
        records::store_page(tx, &table, &page, 0)?;
        cursors::set(tx, &table.name, &Scope::Live { cursor: cursor(0) }, Some(at(1)))?;
    }
    mailboxes::add(
        tx,
        &Mailbox {
            id: MAILBOX,
            account: Account::Graph,
            address: "sales@ours.example".into(),
            own: vec!["sales@ours.example".into()],
            message: None,
        },
    )?;
    let folder = Folder { id: inbox(), parent: None, name: "Inbox".into(), purpose: None };
    folders::store(tx, MAILBOX, &[folder])?;
    messages::store_page(tx, MAILBOX, &inbox(), &Scope::Cold, &mail::page_of(vec![head(900), head(901)], 0), at(2))?;
    Ok(())
}

pub(crate) fn organisation() -> Organisation {
    let tables = vec![accounts(), organisation::contact(), organisation::email()];
    Organisation { tables, ..organisation::sample() }
}

pub(crate) fn accounts() -> Table {
    organisation::account()
}

pub(crate) fn inbox() -> FolderId {
    FolderId::new("inbox")
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_700_000_000 + second).unwrap()
}

pub(crate) fn id(number: u64) -> RecordId {
    RecordId(Uuid::from_u128(u128::from(number) + 1))
}

pub(crate) fn entry(number: u64) -> EntryId {
    EntryId(Uuid::from_u128(u128::from(number) + 0xe000))
}

pub(crate) fn row(table: &TableName, number: u64, version: u64) -> Record {
    let text = |text: String| Value::Text(text);
    let name = if table.as_str() == "email" { "subject" } else { "name" };
    let values = [
        (Column::new(name), text(format!("Row {number} of version {version}"))),
        (Column::new("description"), text("what was said ".repeat(20))),
    ];
    Record {
        table: table.clone(),
        id: id(number),
        version: Some(Version::new(format!("W/\"{version}\""))),
        values: values.into(),
    }
}

/// A cursor that covers that many pages.
fn cursor(pages: u64) -> Cursor {
    Cursor::new(format!("{pages} pages"))
}

/// How many pages a cursor covers; none of what other cursors do.
pub(crate) fn pages_of(cursor: Option<&Cursor>) -> u64 {
    let words = cursor.and_then(|cursor| cursor.as_str().strip_suffix(" pages"));
    words.and_then(|words| words.parse().ok()).unwrap_or(0)
}

/// The rows of that page of a table.
pub(crate) fn page(table: &TableName, page: u64) -> Vec<Record> {
    (0..PAGE).map(|place| row(table, 100 + page * PAGE + place, 1)).collect()
}

pub(crate) fn mail_page(page: u64) -> Vec<Head> {
    (0..PAGE).map(|place| head(100 + page * PAGE + place)).collect()
}

/// A message, received at that second.
pub(crate) fn head(number: u64) -> Head {
    let second = i64::try_from(number).unwrap_or(0);
    Head {
        item: ItemId::new(format!("item {number}")),
        message_id: Some(format!("<{number}@fjord.example>")),
        subject: format!("Message {number}"),
        from: Some(Address { name: None, address: "mia@fjord.example".into() }),
        to: vec![Address { name: None, address: "sales@ours.example".into() }],
        cc: Vec::new(),
        sent_at: Some(at(second)),
        received_at: at(second),
        is_read: false,
        has_attachments: false,
        size: Some(2000),
        preview: "Dear all".to_owned(),
    }
}

/// The user types a description.
pub(crate) fn update(number: u64, record: u64, said: &str) -> Edit {
    let before = Value::Text("what was said ".repeat(20));
    edit(number, record, Deed::Update, vec![change("description", before, Value::Text(said.into()))])
}

/// The user makes a record.
pub(crate) fn creation(number: u64, record: u64) -> Edit {
    edit(number, record, Deed::Create, vec![change("name", Value::Null, Value::Text(format!("New {record}")))])
}

pub(crate) fn edit(number: u64, record: u64, deed: Deed, changes: Vec<Change>) -> Edit {
    let base = matches!(deed, Deed::Update | Deed::Delete).then(|| Version::new("W/\"1\""));
    Edit { entry: entry(number), table: TableName::new("account"), record: id(record), deed, changes, base }
}

pub(crate) fn change(column: &str, before: Value, after: Value) -> Change {
    Change { column: Column::new(column), before, after }
}

pub(crate) fn lookup(table: &str, record: u64) -> Value {
    Value::Lookup(Lookup { table: TableName::new(table), id: id(record), name: Some("Named".into()) })
}
