//! Where the pull of each table goes on. Written in the transaction of the rows that it covers.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, named_params};
use satchel_domain::{Cursor, TableName, scope::Scope};

use crate::{
    database::{Reader, Topic, Tx},
    error::{Result, StoreError},
    polled, sql,
};

/// What is known of a table's pull.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    pub scope: Scope,
    /// What rows are stamped with now, and the newest that any row carries.
    pub generation: u64,
    /// When everything was last known to be here; none until all was read once.
    pub synced_at: Option<Timestamp>,
    /// Server copies that are here.
    pub rows: u64,
}

impl Kept {
    /// What a row is stamped with that came as an answer, between pages. A sweep that has not begun yet brings the row
    /// again, or takes it away when it is gone by then.
    pub(crate) fn generation_of_answers(&self) -> u64 {
        match self.scope {
            Scope::Sweeping { generation, cursor: None } => generation.saturating_sub(1),
            Scope::Sweeping { .. } | Scope::Cold | Scope::Backfilling { .. } | Scope::Live { .. } => self.generation,
        }
    }
}

/// A table that was never pulled is cold.
pub fn get(reader: &Reader<'_>, table: &TableName) -> Result<Kept> {
    let known = reader
        .sql()
        .prepare_cached("SELECT state, cursor, generation, synced_at FROM scope WHERE table_name = ?1")?
        .query_row([table.as_str()], stored)
        .optional()?;
    let (scope, generation, synced_at) = match known {
        Some((state, cursor, generation, synced_at)) => (
            decode(&state, cursor, generation)?,
            generation,
            synced_at.and_then(|at| Timestamp::from_millisecond(at).ok()),
        ),
        None => (Scope::Cold, 0, None),
    };
    Ok(Kept { scope, generation, synced_at, rows: rows(reader, table)? })
}

/// Begins a new generation and leaves where the pull goes on as it is. Answers it.
pub(crate) fn raise(tx: &Tx<'_>, table: &TableName) -> Result<u64> {
    let sql = "UPDATE scope SET generation = generation + 1 WHERE table_name = ?1 RETURNING generation";
    let raised = tx.sql().prepare_cached(sql)?.query_row([table.as_str()], |row| row.get(0)).optional()?;
    raised.ok_or_else(|| StoreError::Unfit("a sweep of a table that was never read".to_owned()))
}

/// The table will be cold again. What is here of its rows goes in the same transaction.
pub(crate) fn forget(tx: &Tx<'_>, table: &TableName) -> Result<()> {
    tx.sql().prepare_cached("DELETE FROM scope WHERE table_name = ?1")?.execute([table.as_str()])?;
    polled::forget(tx, table)
}

/// `synced_at` is kept as it was when none is given.
pub fn set(tx: &Tx<'_>, table: &TableName, scope: &Scope, synced_at: Option<Timestamp>) -> Result<()> {
    let (state, generation) = encode(scope);
    tx.sql()
        .prepare_cached(
            "INSERT INTO scope (table_name, state, cursor, generation, synced_at)
             VALUES (:table, :state, :cursor, :generation, :synced_at)
                 ON CONFLICT DO UPDATE
                SET state = excluded.state, cursor = excluded.cursor,
                    generation = max(generation, excluded.generation),
                    synced_at = coalesce(excluded.synced_at, synced_at)",
        )?
        .execute(named_params! {
            ":table": table.as_str(),
            ":state": state,
            ":cursor": scope.cursor().map(Cursor::as_str),
            ":generation": generation,
            ":synced_at": synced_at.map(Timestamp::as_millisecond),
        })?;
    tx.touch(Topic::Sync);
    Ok(())
}

/// The word for where a scope stands, and the generation that it brings.
pub(crate) fn encode(scope: &Scope) -> (&'static str, u64) {
    match scope {
        Scope::Cold => ("cold", 0),
        Scope::Backfilling { .. } => ("backfilling", 0),
        Scope::Live { .. } => ("live", 0),
        Scope::Sweeping { generation, .. } => ("sweeping", *generation),
    }
}

fn rows(reader: &Reader<'_>, table: &TableName) -> Result<u64> {
    let name = sql::server_table(table)?;
    if !reader.sql().table_exists(None, &*name)? {
        return Ok(0);
    }
    Ok(reader.sql().prepare_cached(&sql::count_server(table)?)?.query_row([], |row| row.get(0))?)
}

type Stored = (String, Option<String>, u64, Option<i64>);

fn stored(row: &Row<'_>) -> rusqlite::Result<Stored> {
    Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
}

pub(crate) fn decode(state: &str, cursor: Option<String>, generation: u64) -> Result<Scope> {
    let cursor = cursor.map(Cursor::new);
    match (state, cursor) {
        ("cold", _) => Ok(Scope::Cold),
        ("backfilling", Some(cursor)) => Ok(Scope::Backfilling { cursor }),
        ("live", Some(cursor)) => Ok(Scope::Live { cursor }),
        ("sweeping", cursor) => Ok(Scope::Sweeping { generation, cursor }),
        _ => Err(StoreError::Query("a scope cannot be read".to_owned())),
    }
}
