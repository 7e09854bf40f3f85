//! The outbox's transactions, as the agent needs them.

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{
    Column, Cursor, EntryId, Record,
    edit::{Deed, Edit, Hold, State},
    ids::Uuid,
    ports::{Next, Page},
    resolve::Side,
    schema::Table,
};
use satchel_store::{
    Database, Durability, Result, Tx, cursors, decisions,
    history::{self, Lost, Whose},
    links,
    outbox::{self, Accepted, Decider, Entry, Rebased},
    policies::{self, Policy},
    records, schema,
};

use crate::{
    event::{Found, Outcome},
    line::later,
    promoting::LONGEST_MAILBOX_WAIT,
    tracking,
};

const REGARDING: &str = "regardingobjectid";

/// What was in flight at a crash comes first, then the oldest that is due.
pub(crate) fn look(database: &Database, now: Timestamp) -> Result<Found> {
    database.read(|reader| {
        let in_flight = outbox::in_flight(reader)?.into_iter().next();
        let next = match in_flight {
            Some(entry) => Some(entry),
            None => outbox::due(reader, now, 1)?.into_iter().next(),
        };
        if let Some(entry) = next {
            return Ok(Found::Entry(Box::new(entry)));
        }
        // Each entry has a limit of its own: one that may wait long does not hide another that may not.
        let stuck = |entry: &Entry| match entry.state {
            State::Ready { from } => from > later(now, longest_wait(entry.edit.deed)),
            State::InFlight | State::Held(_) => false,
        };
        let put_off = outbox::put_off_beyond(reader, later(now, SHORT_WAIT))?;
        if let Some(entry) = put_off.into_iter().find(stuck) {
            return Ok(Found::Entry(Box::new(entry)));
        }
        Ok(Found::Nothing { next_due: outbox::next_due(reader)? })
    })
}

/// An entry of CRM is put off for about two minutes at most, see [`satchel_domain::settle`].
const SHORT_WAIT: SignedDuration = SignedDuration::from_mins(5);

/// Nothing is put off for longer. What seems to be was put off before the clock was set back, perhaps while we were not
/// running, and is due. Each has minutes to spare: a clock that is put right by a second ends no pause.
fn longest_wait(deed: Deed) -> SignedDuration {
    match deed {
        // A mailbox may have asked for a pause of its own.
        Deed::Track => LONGEST_MAILBOX_WAIT.saturating_add(SHORT_WAIT),
        Deed::Create | Deed::Update | Deed::Delete => SHORT_WAIT,
    }
}

/// The entry as it is being sent: what the user changed since it was looked for goes along, or is the end of it.
pub(crate) fn mark(database: &Database, entry: EntryId) -> Result<Option<Box<Entry>>> {
    database.write(Durability::Full, |tx| {
        if outbox::find(tx, entry)?.is_none() {
            return Ok(None);
        }
        outbox::mark_in_flight(tx, entry)?;
        Ok(outbox::find(tx, entry)?.map(Box::new))
    })
}

/// The entry, what is shown of its record, what lost, and why: one transaction. No table: CRM does not describe it any
/// more, and the entry goes its way all the same.
pub(crate) fn settle(
    database: &Database,
    table: Option<&Table>,
    entry: &Entry,
    outcome: &Outcome,
    now: Timestamp,
) -> Result<()> {
    database.write(Durability::Full, |tx| match table {
        Some(table) => settle_in(tx, table, entry, outcome, now),
        None => settle_in(tx, &schema::undescribed(tx, &entry.edit.table)?, entry, outcome, now),
    })
}

fn settle_in(tx: &Tx<'_>, table: &Table, entry: &Entry, outcome: &Outcome, now: Timestamp) -> Result<()> {
    let edit = &entry.edit;
    match outcome {
        Outcome::Accepted(record) | Outcome::Found(record) if edit.deed == Deed::Track => {
            tracked(tx, table, entry, record, now)
        }
        Outcome::Accepted(record) | Outcome::Found(record) => {
            let is_found = matches!(outcome, Outcome::Found(_));
            let accepted = if is_found { Accepted::Found(record) } else { Accepted::Record(record) };
            outbox::settle_accepted(tx, table, edit.entry, accepted)?;
            note(tx, entry, "accepted", "", now)
        }
        Outcome::Gone => {
            // Deleted by somebody else right after our change: what the user wrote is kept.
            if edit.deed != Deed::Delete {
                keep_mine(tx, entry, "The record was deleted in CRM.", now)?;
            }
            outbox::settle_accepted(tx, table, edit.entry, Accepted::Deleted)?;
            note(tx, entry, "gone", "", now)
        }
        Outcome::Later { from, attempts } => outbox::settle_later(tx, edit.entry, *from, *attempts),
        Outcome::Rebased { changes, server } => {
            let before = records::server_copy(tx, table, edit.record)?;
            outbox::settle_rebased(tx, table, edit.entry, Rebased { changes, server }, now)?;
            let version = before.and_then(|record| record.version);
            let inputs = version.map_or_else(|| "base unknown".to_owned(), |version| format!("base {version}"));
            note(tx, entry, "merged", &inputs, now)
        }
        Outcome::Held(Hold::Conflict { theirs, clashes }) => clashed(tx, table, entry, theirs, clashes, now),
        Outcome::Held(hold) => {
            outbox::settle_held(tx, edit.entry, hold)?;
            note(tx, entry, "held", reason(hold), now)
        }
    }
}

/// Both sides changed the same: the user decides, here and now or once for the table. A delete is asked about each time.
fn clashed(
    tx: &Tx<'_>,
    table: &Table,
    entry: &Entry,
    theirs: &Record,
    clashes: &[Column],
    now: Timestamp,
) -> Result<()> {
    outbox::settle_clashed(tx, table, entry.edit.entry, theirs, clashes)?;
    note(tx, entry, "held", "conflict", now)?;
    let side = match policies::of_table(tx, &table.name)? {
        Policy::Mine => Side::Mine,
        Policy::Theirs => Side::Theirs,
        Policy::Ask => return Ok(()),
    };
    match outbox::find(tx, entry.edit.entry)? {
        Some(held) if held.edit.deed == Deed::Update => {
            outbox::resolve(tx, table, &held, theirs, &|_| Some(side), Decider::Policy, now).map(drop)
        }
        Some(_) | None => Ok(()),
    }
}

/// The message is in CRM. A record that somebody else made is only linked, and what the user wanted it to be regarding
/// becomes an edit of it.
fn tracked(tx: &Tx<'_>, table: &Table, entry: &Entry, email: &Record, now: Timestamp) -> Result<()> {
    let edit = &entry.edit;
    let link = links::key_of(tx, edit.record)?.map(|key| links::of(tx, &key)).transpose()?.flatten();
    let regarding = Column::new(REGARDING);
    let wish_of = |edit: &Edit| edit.changes.iter().find(|change| change.column == regarding).map(|c| c.after.clone());
    let mut wish = wish_of(edit);
    let is_ours = email.id == edit.record;
    let later =
        outbox::of_record(tx, &edit.table, edit.record)?.into_iter().filter(|later| later.edit.entry != edit.entry);
    let later: Vec<_> = later.collect();
    if is_ours {
        if later.iter().any(|later| wish_of(&later.edit).is_some()) {
            // A newer wish has an entry of its own.
            wish = None;
        }
        outbox::settle_accepted(tx, table, edit.entry, Accepted::Record(email))?;
        note(tx, entry, "tracked", "", now)?;
    } else {
        // What the user did to the record that is not made meanwhile is done to the one that was found; a delete was not
        // meant for somebody else's.
        for later in later {
            wish = wish_of(&later.edit).or(wish);
            outbox::settle_accepted(tx, table, later.edit.entry, Accepted::Unread)?;
        }
        outbox::settle_accepted(tx, table, edit.entry, Accepted::Unread)?;
        let generation = cursors::get(tx, &table.name)?.generation;
        let next = Next::CaughtUp(Cursor::new(""));
        let found =
            Page { records: vec![email.clone()], gone: Vec::new(), next, way: satchel_domain::ports::Way::Changes };
        records::store_page(tx, table, &found, generation)?;
        note(tx, entry, "linked", &format!("to {}", email.id), now)?;
    }
    if let Some(link) = link.filter(|link| !link.is_broken) {
        links::link_to(tx, &link.key, email.id, is_ours)?;
        if let Some(wish) = wish {
            // One id in every try.
            let update = EntryId(Uuid::new_v5(&edit.entry.0, REGARDING.as_bytes()));
            tracking::set_regarding(tx, table, email.id, wish, update, now)?;
        }
    }
    Ok(())
}

fn keep_mine(tx: &Tx<'_>, entry: &Entry, why: &str, at: Timestamp) -> Result<()> {
    for change in &entry.edit.changes {
        let lost = Lost {
            column: change.column.clone(),
            value: change.after.clone(),
            whose: Whose::Mine,
            why: why.to_owned(),
            at,
        };
        history::keep(tx, &entry.edit.table, entry.edit.record, &lost)?;
    }
    Ok(())
}

fn note(tx: &Tx<'_>, entry: &Entry, rule: &str, inputs: &str, at: Timestamp) -> Result<()> {
    decisions::note_entry(tx, &entry.edit, rule, inputs, at)
}

/// The kind of the hold; its words stand in the entry itself.
fn reason(hold: &Hold) -> &'static str {
    match hold {
        Hold::Conflict { .. } => "conflict",
        Hold::DeletedOnServer => "deleted on the server",
        Hold::Duplicate { .. } => "possible duplicate",
        Hold::Refused { .. } => "refused",
        Hold::Unanswerable { .. } => "unanswerable",
        Hold::OutcomeUnknown => "outcome unknown",
        Hold::NeedsDiscarded => "refers to what was discarded",
    }
}
