//! A new record that CRM has already under another id: what was typed goes into that one, and so does what refers to it.

use jiff::Timestamp;
use rusqlite::params;
use satchel_domain::{
    EntryId, Record, RecordId, Value,
    edit::{Change, Deed, Edit, Fold, Hold, State, fold},
    merge::{Merged, merge},
    schema::Table,
    value::Lookup,
};

use super::{Accepted, Entry, Rebased, blob, conflict, known, list, of_record, playback, user};
use crate::{
    cells, codec,
    database::Tx,
    decisions,
    error::Result,
    history::{self, Lost, Whose},
    records, schema, shown, undo,
};

/// What a merge came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntoOther {
    /// What the other record had no value for is on its way, or there was nothing to add.
    Merged,
    /// Both have different values in some columns: the entry is a conflict about the other record now.
    Clashes,
    /// The entry does not wait as a duplicate of that record.
    NotAlike,
    /// The other record is not on this device.
    NotHere,
    /// The user wants one of the two to be deleted.
    Going,
}

/// Makes an update of `other` out of an entry that would create a record like it. What is waiting for the record that is
/// never made goes with it: its later edits, and lookups that point to it. Nothing is decided for the user where both have
/// a value. In the caller's one transaction; nothing was done unless it answers [`IntoOther::Merged`] or
/// [`IntoOther::Clashes`].
pub fn merge_into(tx: &Tx<'_>, table: &Table, entry: EntryId, other: RecordId, now: Timestamp) -> Result<IntoOther> {
    let held = known(tx, entry)?;
    let own = held.edit.record;
    if !is_alike(&held, other) {
        return Ok(IntoOther::NotAlike);
    }
    let Some(theirs) = records::server_copy(tx, table, other)? else { return Ok(IntoOther::NotHere) };
    let is_going = |entry: &Entry| entry.edit.deed == Deed::Delete;
    if of_record(tx, &table.name, other)?.iter().any(is_going) {
        return Ok(IntoOther::Going);
    }
    let later: Vec<_> =
        of_record(tx, &table.name, own)?.into_iter().filter(|later| later.edit.entry != entry).collect();
    let Some(typed) = typed(held.edit, &later) else { return Ok(IntoOther::Going) };

    let edit = update_of(tx, table, typed, &theirs, now)?;
    for later in later {
        user::remove(tx, later.edit.entry)?;
    }
    let name = name_of(table, &theirs);
    let sql = "UPDATE outbox SET record_id = ?2, record_name = ?3, deed = 'update', changes = ?4, base_version = ?5,
                      was_sent = 0, attempts = 0, state = 'ready', hold = NULL
                WHERE entry_id = ?1";
    let changes = codec::changes_to_json(&edit.changes)?;
    let base = edit.base.as_ref().map(|version| version.as_str());
    tx.sql().prepare_cached(sql)?.execute(params![blob(entry), cells::blob(other), name, changes, base])?;
    let sql = "UPDATE history SET record_id = ?3 WHERE table_name = ?1 AND record_id = ?2";
    tx.sql().prepare_cached(sql)?.execute(params![table.name.as_str(), cells::blob(own), cells::blob(other)])?;
    undo::forget_entry(tx, entry)?;
    point_to(tx, table, own, &theirs, &name)?;
    tx.sql().prepare_cached("DELETE FROM outbox_need WHERE needs = ?1")?.execute([blob(entry)])?;
    decisions::note_entry(tx, &edit, "merged into", "", now)?;

    let came_to = match merge(&edit.changes, &theirs) {
        Merged::Agreed => {
            playback::settle_accepted(tx, table, entry, Accepted::Record(&theirs))?;
            IntoOther::Merged
        }
        Merged::Clean(changes) => {
            playback::settle_rebased(tx, table, entry, Rebased { changes: &changes, server: &theirs }, now)?;
            IntoOther::Merged
        }
        Merged::Clash(clashes) => {
            conflict::settle_clashed(tx, table, entry, &theirs, &clashes)?;
            IntoOther::Clashes
        }
    };
    shown::refresh(tx, table, own)?;
    shown::refresh(tx, table, other)?;
    playback::touched(tx);
    Ok(came_to)
}

/// Whether the entry may be merged into some record at all.
pub fn may_merge(entry: &Entry) -> bool {
    entry.edit.deed == Deed::Create && matches!(entry.state, State::Held(Hold::Duplicate { .. }))
}

fn is_alike(entry: &Entry, other: RecordId) -> bool {
    match &entry.state {
        State::Held(Hold::Duplicate { candidates, .. }) => may_merge(entry) && candidates.contains(&other),
        State::Held(_) | State::Ready { .. } | State::InFlight => false,
    }
}

/// The create with what was edited of its record since; none where the record was deleted again.
fn typed(create: Edit, later: &[Entry]) -> Option<Edit> {
    later.iter().try_fold(create, |create, later| match fold(&create, &later.edit) {
        Fold::One(one) => Some(one),
        Fold::Nothing | Fold::Both => None,
    })
}

/// The same values as an update of the other record. A new record that is empty somewhere empties nothing there. What can
/// only be said of a new record goes into the history.
fn update_of(tx: &Tx<'_>, table: &Table, typed: Edit, theirs: &Record, now: Timestamp) -> Result<Edit> {
    let is_open = |change: &Change| table.column(&change.column).is_some_and(|shape| shape.may_update);
    let filled = typed.changes.into_iter().filter(|change| !change.after.is_null());
    let (changes, lost): (Vec<_>, Vec<_>) = filled.partition(is_open);
    for change in lost.into_iter().filter(|change| !change.after.same_as(theirs.value(&change.column))) {
        let why = "The record that CRM has keeps its own.".to_owned();
        let lost = Lost { column: change.column, value: change.after, whose: Whose::Mine, why, at: now };
        history::keep(tx, &theirs.table, theirs.id, &lost)?;
    }
    Ok(Edit { record: theirs.id, deed: Deed::Update, changes, base: theirs.version.clone(), ..typed })
}

/// Every waiting value that points to the record which is never made points to the other one.
fn point_to(tx: &Tx<'_>, table: &Table, own: RecordId, theirs: &Record, name: &str) -> Result<()> {
    let organisation = schema::load(tx)?;
    for waiting in list(tx)? {
        let mut edit = waiting.edit;
        let mut is_changed = false;
        for value in edit.changes.iter_mut().flat_map(|change| [&mut change.before, &mut change.after]) {
            if let Value::Lookup(lookup) = value
                && (&lookup.table, lookup.id) == (&table.name, own)
            {
                *lookup = Lookup { id: theirs.id, name: Some(name.to_owned()), ..lookup.clone() };
                is_changed = true;
            }
        }
        if !is_changed {
            continue;
        }
        tx.sql()
            .prepare_cached("UPDATE outbox SET changes = ?2 WHERE entry_id = ?1")?
            .execute(params![blob(edit.entry), codec::changes_to_json(&edit.changes)?])?;
        if let Some(table) = organisation.as_ref().and_then(|known| known.table(&edit.table)) {
            shown::refresh(tx, table, edit.record)?;
        }
    }
    Ok(())
}

fn name_of(table: &Table, record: &Record) -> String {
    let name = table.primary_name.as_ref().and_then(|column| record.value(column).as_text());
    name.unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests;
