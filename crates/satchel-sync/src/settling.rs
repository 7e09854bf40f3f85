//! The outbox's transactions, as the agent needs them.

use jiff::Timestamp;
use satchel_domain::{EntryId, edit::Hold};
use satchel_store::{
    Database, Durability, Result, Tx,
    decisions::{self, Decision},
    history::{self, Lost, Whose},
    outbox::{self, Accepted, Entry, Rebased},
    records,
};

use crate::{
    act::known_table,
    event::{Found, Outcome},
};

/// What was in flight at a crash comes first, then the oldest that is due.
pub(crate) fn look(database: &Database, now: Timestamp) -> Result<Found> {
    database.read(|reader| {
        let in_flight = outbox::in_flight(reader)?.into_iter().next();
        let next = match in_flight {
            Some(entry) => Some(entry),
            None => outbox::due(reader, now, 1)?.into_iter().next(),
        };
        match next {
            Some(entry) => Ok(Found::Entry(Box::new(entry))),
            None => Ok(Found::Nothing { next_due: outbox::next_due(reader)? }),
        }
    })
}

pub(crate) fn mark(database: &Database, entry: EntryId) -> Result<()> {
    database.write(Durability::Full, |tx| outbox::mark_in_flight(tx, entry))
}

/// The entry, what is shown of its record, what lost, and why: one transaction.
pub(crate) fn settle(database: &Database, entry: &Entry, outcome: &Outcome, now: Timestamp) -> Result<()> {
    let edit = &entry.edit;
    let table = known_table(database, &edit.table)?;
    database.write(Durability::Full, |tx| match outcome {
        Outcome::Accepted(record) => outbox::settle_accepted(tx, &table, edit.entry, Accepted::Record(record)),
        Outcome::Gone => {
            // Deleted by somebody else right after our change: what the user wrote is kept.
            keep_mine(tx, entry, "The record was deleted in CRM.", now)?;
            outbox::settle_accepted(tx, &table, edit.entry, Accepted::Deleted)?;
            note(tx, entry, "gone", "", now)
        }
        Outcome::Later { from, attempts } => outbox::settle_later(tx, edit.entry, *from, *attempts),
        Outcome::Rebased { changes, server } => {
            let before = records::server_copy(tx, &table, edit.record)?;
            outbox::settle_rebased(tx, &table, edit.entry, Rebased { changes, server }, now)?;
            let version = before.and_then(|record| record.version);
            let inputs = version.map_or_else(|| "base unknown".to_owned(), |version| format!("base {version}"));
            note(tx, entry, "merged", &inputs, now)
        }
        Outcome::Held(hold) => {
            outbox::settle_held(tx, edit.entry, hold)?;
            note(tx, entry, "held", reason(hold), now)
        }
    })
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
    let columns: Vec<_> = entry.edit.changes.iter().map(|change| change.column.as_str()).collect();
    decisions::note(
        tx,
        &Decision {
            table: entry.edit.table.clone(),
            record: entry.edit.record,
            rule: rule.to_owned(),
            inputs: format!("{:?} {} {inputs}", entry.edit.deed, columns.join(",")),
            answer: String::new(),
            at,
        },
    )
}

/// The kind of the hold; its words stand in the entry itself.
fn reason(hold: &Hold) -> &'static str {
    match hold {
        Hold::Conflict { .. } => "conflict",
        Hold::DeletedOnServer => "deleted on the server",
        Hold::PossibleDuplicate { .. } => "possible duplicate",
        Hold::Refused { .. } => "refused",
        Hold::Unanswerable { .. } => "unanswerable",
        Hold::OutcomeUnknown => "outcome unknown",
        Hold::NeedsDiscarded => "refers to what was discarded",
    }
}
