//! Scenarios with CRM alone.

use satchel_domain::{
    Column, TableName,
    edit::{Change, Deed, Edit},
};
use satchel_store::{
    Durability, Tx, outbox, records,
    undo::{self, Did},
};
use satchel_sync::{Decision, decide};

use crate::script::{Scenario, Services, Step, change, entry, fill, id, lookup, save, table, text};

pub(crate) fn all() -> Vec<Scenario> {
    vec![
        Scenario { before: vec![Step::Others(fill)], ..level("first pull", vec![Step::Calm]) },
        level("changes", vec![Step::Others(changes), Step::Calm]),
        level("sweep", vec![Step::Others(expiry), Step::Calm]),
        level("create", vec![Step::User(company), Step::User(person), Step::Calm]),
        level("update and merge", vec![Step::User(phone), Step::Others(city), Step::Calm]),
        level("delete", vec![Step::User(delete), Step::Calm]),
        level(
            "conflict decided",
            vec![Step::User(phone), Step::Others(other_phone), Step::Calm, Step::User(keep_mine), Step::Calm],
        ),
        level(
            "undo",
            vec![
                Step::User(renamed),
                Step::User(renamed_again),
                Step::Calm,
                Step::User(|tx, now| take_back(tx, 2, now)),
                Step::User(|tx, now| take_back(tx, 1, now)),
                Step::Calm,
            ],
        ),
    ]
}

/// It begins in sync.
fn level(name: &'static str, script: Vec<Step>) -> Scenario {
    Scenario { name, has_mail: false, saves: Durability::Full, before: vec![Step::Others(fill), Step::Calm], script }
}

fn changes(services: &Services) {
    change(services, "account", "account 0", "name", "Renamed");
    services.crm.create_as_another(
        &TableName::new("account"),
        id("new"),
        &[(Column::new("name"), text("Made by a colleague"))],
    );
    services.crm.delete_as_another(&TableName::new("contact"), id("contact 4"));
    change(services, "opportunity", "deal 2", "description", "won soon");
}

/// Every cursor is too old, and what went meanwhile is found by what is left.
fn expiry(services: &Services) {
    changes(services);
    services.crm.expire_cursors();
}

fn company(tx: &Tx<'_>, now: jiff::Timestamp) -> satchel_store::Result<()> {
    save(tx, 1, ("account", "mine"), Deed::Create, &[("name", text("Mine"))], now).map(drop)
}

/// It waits for the company.
fn person(tx: &Tx<'_>, now: jiff::Timestamp) -> satchel_store::Result<()> {
    let values = [("lastname", text("Holm")), ("parentcustomerid", lookup("account", id("mine")))];
    save(tx, 2, ("contact", "person"), Deed::Create, &values, now).map(drop)
}

fn phone(tx: &Tx<'_>, now: jiff::Timestamp) -> satchel_store::Result<()> {
    save(tx, 1, ("account", "account 3"), Deed::Update, &[("telephone1", text("mine"))], now).map(drop)
}

fn city(services: &Services) {
    change(services, "account", "account 3", "address1_city", "Bergen");
}

fn other_phone(services: &Services) {
    change(services, "account", "account 3", "telephone1", "theirs");
}

fn delete(tx: &Tx<'_>, now: jiff::Timestamp) -> satchel_store::Result<()> {
    save(tx, 1, ("contact", "contact 2"), Deed::Delete, &[], now).map(drop)
}

/// False: the entry is gone, because this was said before.
fn keep_mine(tx: &Tx<'_>, now: jiff::Timestamp) -> satchel_store::Result<()> {
    decide(tx, entry(1), Decision::KeepMine, now).map(drop)
}

fn renamed(tx: &Tx<'_>, now: jiff::Timestamp) -> satchel_store::Result<()> {
    rename(tx, 1, "account 1", "Once", now)
}

fn renamed_again(tx: &Tx<'_>, now: jiff::Timestamp) -> satchel_store::Result<()> {
    rename(tx, 2, "account 2", "Twice", now)
}

/// The edit and what takes it back, in one transaction.
fn rename(tx: &Tx<'_>, number: u128, record: &str, name: &str, now: jiff::Timestamp) -> satchel_store::Result<()> {
    let made = save(tx, number, ("account", record), Deed::Update, &[("name", text(name))], now)?;
    let Some(made) = made else { return Ok(()) };
    let back = Change { column: Column::new("name"), before: text(name), after: text(record) };
    let (table, changes) = (TableName::new("account"), vec![back]);
    let (record, record_name) = (id(record), record.to_owned());
    undo::remember(
        tx,
        &undo::Step { did: Did::Edit, table, record, record_name, entry: Some(made), deed: Deed::Update, changes },
    )
}

/// Takes back what stands last, if that is still the one with this number of deeds up to it.
fn take_back(tx: &Tx<'_>, deeds: i64, now: jiff::Timestamp) -> satchel_store::Result<()> {
    let Some((number, step)) = undo::next(tx)?.filter(|(number, _)| *number == deeds) else { return Ok(()) };
    let table = table("account");
    let base = records::server_copy(tx, &table, step.record)?.and_then(|copy| copy.version);
    let made = entry(10 + u128::try_from(deeds).unwrap_or(0));
    let edit =
        Edit { entry: made, table: step.table, record: step.record, deed: step.deed, changes: step.changes, base };
    outbox::append(tx, &table, &edit, &step.record_name, now)?;
    undo::forget(tx, number)
}
