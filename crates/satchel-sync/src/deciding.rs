//! The user's word on what is held, or waits: keep mine, take theirs, discard, retry. In the caller's one transaction.

use jiff::Timestamp;
use satchel_domain::{
    Column, EntryId, Record, TableName,
    edit::{Change, Deed, Edit, Hold, State},
    merge::{Merged, merge},
    schema::Table,
};
use satchel_store::{
    Reader, Result, StoreError, Tx,
    history::{self, Lost, Whose},
    outbox::{self, Accepted, Entry, Rebased},
    records, schema,
};

/// What the user may say to an entry of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// My values win; what CRM had goes into the record's history.
    KeepMine,
    /// CRM's values win in the columns that both changed; mine go into the record's history.
    TakeTheirs,
    /// The edit is taken back; its values go into the record's history.
    Discard,
    /// Send it once more as it is.
    Retry,
}

/// What the user may do with an entry as it stands.
pub fn allowed(entry: &Entry) -> &'static [Decision] {
    use Decision::{Discard, KeepMine, Retry, TakeTheirs};
    match &entry.state {
        State::InFlight => &[],
        State::Ready { .. } | State::Held(Hold::DeletedOnServer | Hold::NeedsDiscarded) => &[Discard],
        State::Held(Hold::Conflict { .. }) => &[KeepMine, TakeTheirs, Discard],
        State::Held(
            Hold::PossibleDuplicate { .. } | Hold::Refused { .. } | Hold::Unanswerable { .. } | Hold::OutcomeUnknown,
        ) => &[Retry, Discard],
    }
}

/// Carries out the user's decision in the caller's transaction; false when the entry is gone, or is not waiting for that.
pub fn decide(tx: &Tx<'_>, entry: EntryId, decision: Decision, now: Timestamp) -> Result<bool> {
    let Some(entry) = outbox::find(tx, entry)? else { return Ok(false) };
    // What is being sent right now is answered first.
    if !allowed(&entry).contains(&decision) {
        return Ok(false);
    }
    carry_out(tx, &entry, decision, now)?;
    Ok(true)
}

fn carry_out(tx: &Tx<'_>, entry: &Entry, decision: Decision, now: Timestamp) -> Result<()> {
    let table = known(tx, &entry.edit.table)?;
    let id = entry.edit.entry;
    match (decision, &entry.state) {
        (Decision::Retry, _) => outbox::settle_later(tx, id, now, 0),
        // Theirs is the record itself: it stays.
        (Decision::TakeTheirs, _) if entry.edit.deed == Deed::Delete => outbox::discard(tx, &table, id, now),
        (Decision::KeepMine | Decision::TakeTheirs, State::Held(Hold::Conflict { theirs, clashes })) => {
            let is_mine = decision == Decision::KeepMine;
            let Some(copy) = records::server_copy(tx, &table, entry.edit.record)? else {
                // Gone from CRM since the clash was seen: what showed the clash must not bring it back.
                return match is_mine && entry.edit.deed != Deed::Delete {
                    true => outbox::settle_held(tx, id, &Hold::DeletedOnServer),
                    false => outbox::discard(tx, &table, id, now),
                };
            };
            for change in entry.edit.changes.iter().filter(|change| clashes.contains(&change.column)) {
                let (value, whose, why) = match is_mine {
                    true => (theirs.value(&change.column).clone(), Whose::Theirs, "You kept yours."),
                    false => (change.after.clone(), Whose::Mine, "You took the one from CRM."),
                };
                let lost = Lost { column: change.column.clone(), value, whose, why: why.to_owned(), at: now };
                history::keep(tx, &entry.edit.table, entry.edit.record, &lost)?;
            }
            let changes = after_choice(&entry.edit.changes, theirs, if is_mine { &[] } else { clashes });
            let server = latest(copy, theirs, &entry.edit);
            go_on(tx, &table, entry, &changes, theirs, &server, now)
        }
        (Decision::KeepMine | Decision::TakeTheirs | Decision::Discard, _) => outbox::discard(tx, &table, id, now),
    }
}

/// Sends what is left of the edit on what the server has. The user chose with `theirs` in view: what has changed in the
/// same columns since then is a clash of its own, and nobody's choice yet.
fn go_on(
    tx: &Tx<'_>,
    table: &Table,
    entry: &Entry,
    changes: &[Change],
    theirs: &Record,
    server: &Record,
    now: Timestamp,
) -> Result<()> {
    let id = entry.edit.entry;
    let is_as_seen = server.version == theirs.version;
    let (changes, clashes) = match entry.edit.deed {
        Deed::Delete if is_as_seen => (Vec::new(), None),
        Deed::Delete => (Vec::new(), Some(Vec::new())),
        Deed::Create | Deed::Update | Deed::Track => match merge(changes, server) {
            Merged::Agreed => return outbox::settle_accepted(tx, table, id, Accepted::Record(server)),
            Merged::Clean(clean) => (clean, None),
            Merged::Clash(clashes) => (changes.to_vec(), Some(clashes)),
        },
    };
    outbox::settle_rebased(tx, table, id, Rebased { changes: &changes, server }, now)?;
    match clashes {
        None => Ok(()),
        Some(clashes) => outbox::settle_held(tx, id, &Hold::Conflict { theirs: server.clone(), clashes }),
    }
}

/// What the server has, as far as we know: what was pulled after the clash was seen, or else what showed the clash. A copy
/// that is still the one the user began with is older than both.
fn latest(copy: Record, theirs: &Record, edit: &Edit) -> Record {
    if copy.version == edit.base { theirs.clone() } else { copy }
}

/// The changes that go on, made on what the user saw of the server.
fn after_choice(changes: &[Change], server: &Record, dropped: &[Column]) -> Vec<Change> {
    let goes_on = |change: &&Change| !dropped.contains(&change.column);
    let rebased = changes.iter().filter(goes_on).map(|change| Change {
        column: change.column.clone(),
        before: server.value(&change.column).clone(),
        after: change.after.clone(),
    });
    rebased.filter(|change| !change.before.same_as(&change.after)).collect()
}

fn known(reader: &Reader<'_>, name: &TableName) -> Result<Table> {
    let table = schema::load(reader)?.and_then(|organisation| organisation.table(name).cloned());
    table.ok_or_else(|| StoreError::Unfit(format!("the table {name} is not kept here")))
}

#[cfg(test)]
mod tests {
    use satchel_domain::{RecordId, Version, ids::Uuid};

    use super::*;

    fn record(version: &str) -> Record {
        let table = TableName::new("account");
        Record { table, id: RecordId(Uuid::nil()), version: Some(Version::new(version)), values: Default::default() }
    }

    #[test]
    fn a_choice_is_made_on_the_newest_that_is_known_of_the_server() {
        let edit = Edit {
            entry: EntryId(Uuid::nil()),
            table: TableName::new("account"),
            record: RecordId(Uuid::nil()),
            deed: Deed::Update,
            changes: Vec::new(),
            base: Some(Version::new("1")),
        };
        let theirs = record("2");
        assert_eq!(latest(record("1"), &theirs, &edit), theirs);
        assert_eq!(latest(record("3"), &theirs, &edit), record("3"));
    }
}
