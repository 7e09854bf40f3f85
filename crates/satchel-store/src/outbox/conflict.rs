//! An entry that both sides changed: held with what was there before, and ended by a side for each column.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, params};
use satchel_domain::{
    Column, EntryId, Record,
    edit::{Deed, Hold, State},
    merge::{Merged, merge},
    resolve::{self, Resolved, Side},
    schema::Table,
};

use super::{Accepted, Entry, Rebased, blob, known, playback, user};
use crate::{
    codec,
    database::{Reader, Tx},
    decisions::{self, Decision},
    error::{Result, StoreError},
    history::{self, Lost, Whose},
    polled, records, shown,
};

/// Who chose the sides of a conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decider {
    User,
    /// The policy of the table.
    Policy,
}

/// The entry waits for a choice. What the server had before and what it has now are both kept.
pub fn settle_clashed(tx: &Tx<'_>, table: &Table, entry: EntryId, theirs: &Record, clashes: &[Column]) -> Result<()> {
    let edit = known(tx, entry)?.edit;
    tx.sql().prepare_cached("DELETE FROM conflict_before WHERE entry_id = ?1")?.execute([blob(entry)])?;
    // Another pull may have been faster: then nobody knows any more what the columns held that only they changed.
    let before = records::server_copy(tx, table, edit.record)?.filter(|copy| copy.version == edit.base);
    if let Some(before) = before {
        tx.sql()
            .prepare_cached("INSERT INTO conflict_before VALUES (?1, ?2)")?
            .execute(params![blob(entry), codec::record_to_json(&before)?])?;
    }
    playback::store(tx, table, &edit, theirs)?;
    playback::settle_held(tx, entry, &Hold::Conflict { theirs: theirs.clone(), clashes: clashes.to_vec() })?;
    shown::refresh(tx, table, edit.record)
}

/// What the server had before others changed the record of this entry; none when that is not known.
pub fn before(reader: &Reader<'_>, entry: EntryId) -> Result<Option<Record>> {
    let mut asked = reader.sql().prepare_cached("SELECT record FROM conflict_before WHERE entry_id = ?1")?;
    let json: Option<String> = asked.query_row([blob(entry)], |row| row.get(0)).optional()?;
    json.map(|json| codec::record_from_json(&json)).transpose()
}

/// What the server has, as far as is known: what was pulled after the clash was seen, or else what showed the clash. A
/// copy that is still the one the user began with is older than both. None when the entry waits for no choice.
pub fn server_now(reader: &Reader<'_>, table: &Table, entry: &Entry) -> Result<Option<Record>> {
    let State::Held(Hold::Conflict { theirs, .. }) = &entry.state else { return Ok(None) };
    let copy = records::server_copy(reader, table, entry.edit.record)?;
    Ok(Some(copy.filter(|copy| copy.version != entry.edit.base).unwrap_or_else(|| theirs.clone())))
}

/// Ends the conflict of an entry with a side for each clash with `seen`, the record as whoever chooses has it in view: what
/// gives way goes into the record's history, the rest is sent. What has changed in the same columns since then is a clash
/// of its own, and nobody's choice yet. Answers the columns that `choice` said nothing about; then nothing was done. A
/// delete has one side for all: `choice` is asked for the table's id.
pub fn resolve(
    tx: &Tx<'_>,
    table: &Table,
    entry: &Entry,
    seen: &Record,
    choice: &dyn Fn(&Column) -> Option<Side>,
    by: Decider,
    now: Timestamp,
) -> Result<Vec<Column>> {
    let Some(server) = server_now(tx, table, entry)? else { return Err(StoreError::NoSuchEntry) };
    let is_gone = records::server_copy(tx, table, entry.edit.record)?.is_none();
    // The copy has its amounts in the scale of the table, which an answer need not have.
    let seen = if server.version == seen.version { &server } else { seen };
    let id = entry.edit.entry;
    if entry.edit.deed == Deed::Delete {
        let Some(side) = choice(&table.primary_id) else { return Ok(vec![table.primary_id.clone()]) };
        note(tx, entry, format!("{:?}, {side:?} {}", entry.edit.deed, table.primary_id), by, now)?;
        match side {
            Side::Theirs => {
                // Theirs is the record itself: it stays.
                user::discard(tx, table, id, now)?;
                return Ok(Vec::new());
            }
            // Out of reach is not deleted, and only the service can tell which it is: it is asked.
            Side::Mine if is_gone && polled::of(tx, &table.name)?.is_some() => {
                playback::send_as_seen(tx, id, &server, now)?;
                return Ok(Vec::new());
            }
            Side::Mine if is_gone => {
                playback::settle_accepted(tx, table, id, Accepted::Deleted)?;
                return Ok(Vec::new());
            }
            Side::Mine => {}
        }
        let changes = &entry.edit.changes;
        playback::settle_rebased(tx, table, id, Rebased { changes, server: &server }, now)?;
        if server.version != seen.version {
            playback::settle_held(tx, id, &Hold::Conflict { theirs: server.clone(), clashes: Vec::new() })?;
        }
        return Ok(Vec::new());
    }
    let resolved = match resolve::resolve(&entry.edit.changes, seen, choice) {
        Ok(resolved) => resolved,
        Err(undecided) => return Ok(undecided),
    };
    let lost: Vec<_> = resolved.lost.iter().map(|lost| format!("{:?} {}", other(lost.whose), lost.column)).collect();
    let version = server.version.as_ref().map_or_else(|| "unknown".to_owned(), ToString::to_string);
    note(tx, entry, format!("{} on version {version}", lost.join(", ")), by, now)?;
    if is_gone {
        // What showed the clash must not bring the record back.
        match resolved.changes.is_empty() {
            true => user::discard(tx, table, id, now)?,
            false => playback::settle_held(tx, id, &Hold::DeletedOnServer)?,
        }
        return Ok(Vec::new());
    }
    keep_losers(tx, entry, &resolved, by, now)?;
    let (changes, clashes) = match merge(&resolved.changes, &server) {
        Merged::Agreed => {
            playback::settle_accepted(tx, table, id, Accepted::Record(&server))?;
            return Ok(Vec::new());
        }
        Merged::Clean(clean) => (clean, None),
        Merged::Clash(clashes) => (resolved.changes, Some(clashes)),
    };
    playback::settle_rebased(tx, table, id, Rebased { changes: &changes, server: &server }, now)?;
    if let Some(clashes) = clashes {
        playback::settle_held(tx, id, &Hold::Conflict { theirs: server.clone(), clashes })?;
    }
    Ok(Vec::new())
}

fn keep_losers(tx: &Tx<'_>, entry: &Entry, resolved: &Resolved, by: Decider, at: Timestamp) -> Result<()> {
    for loser in &resolved.lost {
        let (whose, why) = match (loser.whose, by) {
            (Side::Theirs, Decider::User) => (Whose::Theirs, "You kept yours."),
            (Side::Mine, Decider::User) => (Whose::Mine, "You took the one from CRM."),
            (Side::Theirs, Decider::Policy) => (Whose::Theirs, "Yours is always kept in this table."),
            (Side::Mine, Decider::Policy) => (Whose::Mine, "The one from CRM is always taken in this table."),
        };
        let lost = Lost { column: loser.column.clone(), value: loser.value.clone(), whose, why: why.to_owned(), at };
        history::keep(tx, &entry.edit.table, entry.edit.record, &lost)?;
    }
    Ok(())
}

fn note(tx: &Tx<'_>, entry: &Entry, inputs: String, by: Decider, at: Timestamp) -> Result<()> {
    let rule = match by {
        Decider::User => "resolved by the user",
        Decider::Policy => "resolved by the policy",
    };
    let (table, record) = (entry.edit.table.clone(), entry.edit.record);
    decisions::note(tx, &Decision { table, record, rule: rule.to_owned(), inputs, answer: String::new(), at })
}

/// Who won where this side lost.
fn other(side: Side) -> Side {
    match side {
        Side::Mine => Side::Theirs,
        Side::Theirs => Side::Mine,
    }
}
