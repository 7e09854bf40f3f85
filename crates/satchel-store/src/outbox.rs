//! Edits that CRM has not accepted yet: what waits, what is due, and why something is held.

mod conflict;
mod duplicate;
mod playback;
mod user;

use jiff::Timestamp;
use rusqlite::{Row, params};
use satchel_domain::{
    EntryId, RecordId, TableName, Version,
    edit::{Deed, Duplicates, Edit, State},
    ids::Uuid,
};

pub use conflict::{Decider, before, resolve, server_now, settle_clashed};
pub use duplicate::{IntoOther, may_merge, merge_into};
pub use playback::{
    Accepted, Rebased, allow_duplicates, mark_in_flight, settle_accepted, settle_held, settle_later, settle_rebased,
};
pub use user::{append, create_again, discard};

use crate::{
    cells, codec,
    database::Reader,
    error::{Result, StoreError},
};

/// An edit in the outbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    pub edit: Edit,
    /// What the user called the record.
    pub record_name: String,
    pub made_at: Timestamp,
    pub state: State,
    /// How often it was answered and stayed.
    pub attempts: u32,
    pub duplicates: Duplicates,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Ready or in flight.
    pub waiting: u64,
    pub held: u64,
}

/// The columns of an entry, as [`entry`] reads them.
macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT entry_id, table_name, record_id, deed, changes, base_version, record_name, made_at, state,
                    ready_from, attempts, hold,
                    EXISTS (SELECT 1 FROM outbox_duplicate WHERE outbox_duplicate.entry_id = head.entry_id)
               FROM outbox AS head ",
            $rest
        )
    };
}

/// An entry is next when it is the oldest of its record and nothing that it refers to waits.
macro_rules! next {
    () => {
        "state = 'ready'
            AND NOT EXISTS (SELECT 1 FROM outbox AS older
                             WHERE older.table_name = head.table_name AND older.record_id = head.record_id
                               AND older.position < head.position)
            AND NOT EXISTS (SELECT 1 FROM outbox_need WHERE outbox_need.entry_id = head.entry_id)"
    };
}

/// The entries that may be sent now, the oldest first: at most one of each record.
pub fn due(reader: &Reader<'_>, now: Timestamp, limit: u32) -> Result<Vec<Entry>> {
    // A bare parameter here would have SQLite plan the question anew each time.
    let sql = concat!(select!("WHERE ready_from <= ?1 AND "), next!(), " ORDER BY position LIMIT 0 + ?2");
    all(reader, sql, params![now.as_millisecond(), limit])
}

/// The entries that wait for nothing but a time after this, the oldest first.
pub fn put_off_beyond(reader: &Reader<'_>, at: Timestamp) -> Result<Vec<Entry>> {
    let sql = concat!(select!("WHERE ready_from > ?1 AND "), next!(), " ORDER BY position");
    all(reader, sql, [at.as_millisecond()])
}

/// When the next entry becomes due; none when nothing waits for its time.
pub fn next_due(reader: &Reader<'_>) -> Result<Option<Timestamp>> {
    let sql = concat!("SELECT min(ready_from) FROM outbox AS head WHERE ", next!());
    let earliest: Option<i64> = reader.sql().prepare_cached(sql)?.query_row([], |row| row.get(0))?;
    Ok(earliest.and_then(|at| Timestamp::from_millisecond(at).ok()))
}

/// What was sent and not answered. After a restart each is read back before it is sent again.
pub fn in_flight(reader: &Reader<'_>) -> Result<Vec<Entry>> {
    all(reader, select!("WHERE state = 'in_flight' ORDER BY position"), [])
}

/// Everything, the oldest first.
pub fn list(reader: &Reader<'_>) -> Result<Vec<Entry>> {
    all(reader, select!("ORDER BY position"), [])
}

/// The entries of one record, in their order.
pub fn of_record(reader: &Reader<'_>, table: &TableName, record: RecordId) -> Result<Vec<Entry>> {
    let sql = select!("WHERE table_name = ?1 AND record_id = ?2 ORDER BY position");
    all(reader, sql, params![table.as_str(), cells::blob(record)])
}

pub fn find(reader: &Reader<'_>, entry: EntryId) -> Result<Option<Entry>> {
    Ok(all(reader, select!("WHERE entry_id = ?1"), [blob(entry)])?.pop())
}

/// The entry that has to arrive before this one, if there is one: an older one of its record, or one that it refers to.
pub fn waits_for(reader: &Reader<'_>, entry: &Entry) -> Result<Option<Entry>> {
    let sql = select!(
        "WHERE position < (SELECT position FROM outbox WHERE entry_id = ?1)
           AND ((table_name = ?2 AND record_id = ?3)
                OR entry_id IN (SELECT needs FROM outbox_need WHERE outbox_need.entry_id = ?1))
         ORDER BY position LIMIT 1"
    );
    let edit = &entry.edit;
    Ok(all(reader, sql, params![blob(edit.entry), edit.table.as_str(), cells::blob(edit.record)])?.pop())
}

/// When the oldest entry was made.
pub fn oldest(reader: &Reader<'_>) -> Result<Option<Timestamp>> {
    let made: Option<i64> =
        reader.sql().prepare_cached("SELECT min(made_at) FROM outbox")?.query_row([], |row| row.get(0))?;
    Ok(made.and_then(|at| Timestamp::from_millisecond(at).ok()))
}

pub fn counts(reader: &Reader<'_>) -> Result<Counts> {
    let sql = "SELECT count(*) FILTER (WHERE state <> 'held'), count(*) FILTER (WHERE state = 'held') FROM outbox";
    let counted = reader.sql().prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(Counts { waiting: counted.0, held: counted.1 })
}

fn known(reader: &Reader<'_>, entry: EntryId) -> Result<Entry> {
    find(reader, entry)?.ok_or(StoreError::NoSuchEntry)
}

fn all(reader: &Reader<'_>, sql: &str, params: impl rusqlite::Params) -> Result<Vec<Entry>> {
    reader.sql().prepare_cached(sql)?.query_and_then(params, entry)?.collect()
}

fn entry(row: &Row<'_>) -> Result<Entry> {
    let time = |at: usize| -> Result<Timestamp> { Ok(Timestamp::from_millisecond(row.get(at)?).unwrap_or_default()) };
    let state = match row.get::<_, String>(8)?.as_str() {
        "ready" => State::Ready { from: time(9)? },
        "in_flight" => State::InFlight,
        _ => State::Held(codec::hold_from_json(&row.get::<_, String>(11)?)?),
    };
    Ok(Entry {
        edit: Edit {
            entry: EntryId(Uuid::from_bytes(row.get(0)?)),
            table: TableName::new(row.get::<_, String>(1)?),
            record: cells::id(row, 2)?,
            deed: match row.get::<_, String>(3)?.as_str() {
                "create" => Deed::Create,
                "update" => Deed::Update,
                "track" => Deed::Track,
                _ => Deed::Delete,
            },
            changes: codec::changes_from_json(&row.get::<_, String>(4)?)?,
            base: row.get::<_, Option<String>>(5)?.map(Version::new),
        },
        record_name: row.get(6)?,
        made_at: time(7)?,
        state,
        attempts: row.get(10)?,
        duplicates: if row.get(12)? { Duplicates::Allow } else { Duplicates::Refuse },
    })
}

fn blob(entry: EntryId) -> rusqlite::types::Value {
    rusqlite::types::Value::Blob(entry.0.as_bytes().to_vec())
}

#[cfg(test)]
mod tests;
