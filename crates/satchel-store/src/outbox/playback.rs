//! What playback does to the outbox: send an entry, and settle it with the answer.

use jiff::Timestamp;
use rusqlite::params;
use satchel_domain::{
    EntryId, Record,
    edit::{Change, Deed, Edit, Hold, overlay},
    schema::Table,
};

use super::{blob, known, of_record, user};
use crate::{
    codec, cursors,
    database::{Topic, Tx},
    error::{Result, StoreError},
    records, shown,
};

/// What the server has once an entry was accepted.
#[derive(Clone, Copy, Debug)]
pub enum Accepted<'a> {
    /// The record as it was read after that.
    Record(&'a Record),
    /// The record as it was read because the answer was lost: others may have been at it since.
    Found(&'a Record),
    Deleted,
    /// Accepted, and not read yet: the next pull brings it.
    Unread,
}

/// An entry as it is after a merge or a choice.
#[derive(Clone, Copy, Debug)]
pub struct Rebased<'a> {
    /// Against what `server` has.
    pub changes: &'a [Change],
    /// The record as it was read for the merge; its version is the new base.
    pub server: &'a Record,
}

/// Says that the entry is being sent, before it is.
pub fn mark_in_flight(tx: &Tx<'_>, entry: EntryId) -> Result<()> {
    let sql = "UPDATE outbox SET state = 'in_flight', was_sent = 1, hold = NULL WHERE entry_id = ?1";
    changed(tx, sql, params![blob(entry)])
}

/// The entry goes, and the server copy is what the server has now. Later entries of the record go on from there, as far
/// as the server has what they were made on; otherwise they keep their base and are merged when their turn comes.
pub fn settle_accepted(tx: &Tx<'_>, table: &Table, entry: EntryId, accepted: Accepted<'_>) -> Result<()> {
    let edit = known(tx, entry)?.edit;
    user::remove(tx, entry)?;
    match accepted {
        Accepted::Record(server) | Accepted::Found(server) => {
            let copy = records::server_copy(tx, table, edit.record)?;
            let is_ours_alone = match &copy {
                Some(copy) => is_only(table, copy, &edit, server),
                None => matches!(accepted, Accepted::Record(_)),
            };
            let seen = copy.and_then(|copy| copy.version);
            store(tx, table, &edit, server)?;
            for later in of_record(tx, &edit.table, edit.record)? {
                let goes_on = match later.edit.deed {
                    // It says that the whole record may go, as the user saw it.
                    Deed::Delete => is_ours_alone && later.edit.base == seen,
                    Deed::Create | Deed::Update | Deed::Track => {
                        later.edit.changes.iter().all(|change| change.before.same_as(server.value(&change.column)))
                    }
                };
                if goes_on {
                    set_base(tx, later.edit.entry, server)?;
                }
            }
        }
        Accepted::Deleted => records::remove_server_copy(tx, table, edit.record)?,
        Accepted::Unread => {}
    }
    shown::refresh(tx, table, edit.record)?;
    touched(tx);
    Ok(())
}

/// Whether the record is the copy with this edit on it, in everything that a client may write: nobody else was at it.
fn is_only(table: &Table, copy: &Record, edit: &Edit, server: &Record) -> bool {
    let ours = overlay(Some(copy), std::slice::from_ref(edit));
    let columns = table.columns.iter().filter(|column| column.may_update);
    ours.is_some_and(|ours| columns.map(|column| &column.name).all(|name| ours.value(name).same_as(server.value(name))))
}

/// The entry stays and is sent again from then on, after `attempts` answers.
pub fn settle_later(tx: &Tx<'_>, entry: EntryId, from: Timestamp, attempts: u32) -> Result<()> {
    let sql = "UPDATE outbox SET state = 'ready', ready_from = ?2, attempts = ?3, hold = NULL WHERE entry_id = ?1";
    changed(tx, sql, params![blob(entry), from.as_millisecond(), attempts])
}

/// The user wants the entry saved whatever it is like: no duplicate rule refuses it again.
pub fn allow_duplicates(tx: &Tx<'_>, entry: EntryId) -> Result<()> {
    tx.sql().prepare_cached("INSERT OR IGNORE INTO outbox_duplicate VALUES (?1)")?.execute([blob(entry)])?;
    touched(tx);
    Ok(())
}

/// The entry waits for the user, and with it what refers to its record.
pub fn settle_held(tx: &Tx<'_>, entry: EntryId, hold: &Hold) -> Result<()> {
    let sql = "UPDATE outbox SET state = 'held', hold = ?2 WHERE entry_id = ?1";
    changed(tx, sql, params![blob(entry), codec::hold_to_json(hold)?])
}

/// The entry is ready again on a new base, after a clean merge or the user's choice.
pub fn settle_rebased(tx: &Tx<'_>, table: &Table, entry: EntryId, rebased: Rebased<'_>, from: Timestamp) -> Result<()> {
    let edit = known(tx, entry)?.edit;
    store(tx, table, &edit, rebased.server)?;
    set_base(tx, entry, rebased.server)?;
    let sql = "UPDATE outbox
                  SET state = 'ready', ready_from = ?2, hold = NULL, changes = ?3 WHERE entry_id = ?1";
    changed(tx, sql, params![blob(entry), from.as_millisecond(), codec::changes_to_json(rebased.changes)?])?;
    shown::refresh(tx, table, edit.record)
}

/// The entry is ready again on the version that its user saw; what is here of its record stays as it is.
pub(super) fn send_as_seen(tx: &Tx<'_>, entry: EntryId, seen: &Record, from: Timestamp) -> Result<()> {
    set_base(tx, entry, seen)?;
    settle_later(tx, entry, from, 0)
}

/// What waits shows in records, and in the marks of messages.
pub(super) fn touched(tx: &Tx<'_>) {
    tx.touch(Topic::Mail);
    tx.touch(Topic::Outbox);
    tx.touch(Topic::Records);
}

pub(super) fn store(tx: &Tx<'_>, table: &Table, edit: &Edit, server: &Record) -> Result<()> {
    if (server.id, &server.table) != (edit.record, &edit.table) {
        return Err(StoreError::Unfit("the answer is about another record".to_owned()));
    }
    let generation = cursors::get(tx, &table.name)?.generation_of_answers();
    records::store_server_copy(tx, table, server, generation)
}

fn set_base(tx: &Tx<'_>, entry: EntryId, server: &Record) -> Result<()> {
    let version = server.version.as_ref().map(|version| version.as_str());
    tx.sql()
        .prepare_cached("UPDATE outbox SET base_version = ?2 WHERE entry_id = ?1")?
        .execute(params![blob(entry), version])?;
    Ok(())
}

fn changed(tx: &Tx<'_>, sql: &str, params: impl rusqlite::Params) -> Result<()> {
    if tx.sql().prepare_cached(sql)?.execute(params)? == 0 {
        return Err(StoreError::NoSuchEntry);
    }
    touched(tx);
    Ok(())
}
