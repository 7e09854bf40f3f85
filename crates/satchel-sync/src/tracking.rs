//! Track, set regarding and untrack, as the user asks for them: link and outbox entry in the caller's one transaction.

use jiff::Timestamp;
use satchel_domain::{
    Column, EntryId, RecordId, TableName, Value,
    edit::{Change, Deed, Edit, State},
    schema::{Organisation, Table},
    tracking::{Direction, EMAILS, ItemKey, direction, email_id},
    value::Lookup,
};
use satchel_store::{
    Result, StoreError, Tx, links, mailboxes,
    messages::Row,
    outbox::{self, Entry},
    records, schema,
};

/// What an email is regarding: table, record and what the user calls it.
pub type Regarding = (TableName, RecordId, String);

/// Tracks a message; with `regarding` in the same step (T-3). One that is tracked, or on its way, gets the new regarding
/// (T-4) and is otherwise left as it is; one that failed is tried again. `entry` is used when something has to be sent.
pub fn track(
    tx: &Tx<'_>,
    organisation: &Organisation,
    key: &ItemKey,
    row: &Row,
    regarding: Option<Regarding>,
    entry: EntryId,
    now: Timestamp,
) -> Result<()> {
    let emails = emails(organisation)?;
    let regarding = regarding.map(|(table, id, name)| Value::Lookup(Lookup { table, id, name: Some(name) }));
    // One that was untracked is asked for again, however: what is here of its record may be gone from CRM by now.
    if let Some(link) = links::of(tx, key)?
        && (!link.is_broken || tracking(tx, emails, link.email)?.is_some())
        && records::one(tx, emails, link.email)?.is_some()
    {
        if link.is_broken {
            links::link_to(tx, key, link.email, link.is_ours)?;
        }
        return change(tx, emails, link.email, regarding, entry, now);
    }
    let record = email_id(organisation.id, key);
    links::link_to(tx, key, record, true)?;
    let own = mailboxes::one(tx, row.mailbox)?.map(|mailbox| mailbox.own).unwrap_or_default();
    let is_outgoing = direction(row.head.from.as_ref(), &own) == Direction::Outgoing;
    let shown = [
        ("subject", Some(Value::Text(row.head.subject.clone()))),
        ("messageid", row.head.message_id.clone().map(Value::Text)),
        ("directioncode", Some(Value::YesNo(is_outgoing))),
        ("regardingobjectid", regarding),
    ];
    let copy = records::server_copy(tx, emails, record)?;
    let before = |column: &str| copy.as_ref().map_or(Value::Null, |copy| copy.value(&Column::new(column)).clone());
    let changes = shown.into_iter().filter_map(|(column, after)| Some(change_to(column, before(column), after?)));
    let edit =
        Edit { entry, table: emails.name.clone(), record, deed: Deed::Track, changes: changes.collect(), base: None };
    outbox::append(tx, emails, &edit, &row.head.subject, now)?;
    Ok(())
}

/// Untracks a message: what was not sent is taken back, what is in CRM stays unless `delete_record` (T-17). The message is
/// not found again until the user tracks it. `entry` is used when something has to be sent.
pub fn untrack(tx: &Tx<'_>, key: &ItemKey, delete_record: bool, entry: EntryId, now: Timestamp) -> Result<()> {
    let organisation = known(schema::load(tx)?)?;
    let emails = emails(&organisation)?;
    let Some(link) = links::of(tx, key)?.filter(|link| !link.is_broken) else { return Ok(()) };
    // First of all: a link that is whole goes with the last entry of its record, and the message would be found again.
    links::break_link(tx, key)?;
    let Some(tracking) = tracking(tx, emails, link.email)? else {
        return if delete_record { delete(tx, emails, link.email, entry, now) } else { Ok(()) };
    };
    match tracking.state {
        // It is being sent, and the record may stay.
        State::InFlight if !delete_record => Ok(()),
        // What was sent already is deleted after it; what was not is taken out of the outbox.
        State::InFlight | State::Ready { .. } => delete(tx, emails, link.email, entry, now),
        State::Held(_) => {
            outbox::discard(tx, emails, tracking.edit.entry, now)?;
            let is_there = records::server_copy(tx, emails, link.email)?.is_some();
            if is_there && delete_record { delete(tx, emails, link.email, entry, now) } else { Ok(()) }
        }
    }
}

/// The entry that makes the record of a message, if it is not made yet.
fn tracking(tx: &Tx<'_>, emails: &Table, email: RecordId) -> Result<Option<Entry>> {
    let entries = outbox::of_record(tx, &emails.name, email)?;
    Ok(entries.into_iter().find(|entry| entry.edit.deed == Deed::Track))
}

fn change(
    tx: &Tx<'_>,
    emails: &Table,
    email: RecordId,
    regarding: Option<Value>,
    entry: EntryId,
    now: Timestamp,
) -> Result<()> {
    if let Some(regarding) = regarding {
        set_regarding(tx, emails, email, regarding, entry, now)?;
    }
    match tracking(tx, emails, email)? {
        Some(failed) if matches!(failed.state, State::Held(_)) => outbox::settle_later(tx, failed.edit.entry, now, 0),
        _ => Ok(()),
    }
}

/// Appends an update of the regarding, if it is another one than that which is shown.
pub(crate) fn set_regarding(
    tx: &Tx<'_>,
    emails: &Table,
    email: RecordId,
    regarding: Value,
    entry: EntryId,
    now: Timestamp,
) -> Result<()> {
    let column = Column::new("regardingobjectid");
    let Some(shown) = records::one(tx, emails, email)? else { return Ok(()) };
    let before = shown.record.value(&column).clone();
    if before.same_as(&regarding) {
        return Ok(());
    }
    let base = records::server_copy(tx, emails, email)?.and_then(|record| record.version);
    let edit = Edit {
        entry,
        table: emails.name.clone(),
        record: email,
        deed: Deed::Update,
        changes: vec![Change { column, before, after: regarding }],
        base,
    };
    outbox::append(tx, emails, &edit, subject(&shown.record), now)?;
    Ok(())
}

fn delete(tx: &Tx<'_>, emails: &Table, email: RecordId, entry: EntryId, now: Timestamp) -> Result<()> {
    let Some(shown) = records::one(tx, emails, email)? else { return Ok(()) };
    let base = records::server_copy(tx, emails, email)?.and_then(|record| record.version);
    let table = emails.name.clone();
    let edit = Edit { entry, table, record: email, deed: Deed::Delete, changes: Vec::new(), base };
    outbox::append(tx, emails, &edit, subject(&shown.record), now)?;
    Ok(())
}

fn subject(email: &satchel_domain::Record) -> &str {
    email.value(&Column::new("subject")).as_text().unwrap_or_default()
}

fn change_to(column: &str, before: Value, after: Value) -> Change {
    Change { column: Column::new(column), before, after }
}

fn emails(organisation: &Organisation) -> Result<&Table> {
    let found = organisation.table(&TableName::new(EMAILS));
    found.ok_or_else(|| StoreError::Unfit("the organisation keeps no emails".to_owned()))
}

fn known(organisation: Option<Organisation>) -> Result<Organisation> {
    organisation.ok_or_else(|| StoreError::Unfit("the organisation is not known".to_owned()))
}
