//! Tables of which the service tells no changes: what is gone from them is found by sweeping their ids.

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use satchel_domain::{
    Cursor, Record, RecordId, TableName,
    ports::{Next, Page, RowPage, Way},
    schema::Table,
    scope::{IdSweep, Polled},
};

use crate::{
    cells, cursors,
    database::{Reader, Topic, Tx},
    error::{Result, StoreError},
    records, sql,
};

/// What was found of a row that a sweep wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found<'a> {
    Row(&'a Record),
    /// It is gone again, or out of reach.
    Gone,
    /// Nobody can make sense of what the service says of it: what is here of it stays.
    Unknown,
}

/// How the table is polled; none where the service tells its changes, or was never asked.
pub fn of(reader: &Reader<'_>, table: &TableName) -> Result<Option<Polled>> {
    let sql = "SELECT why, state, generation, cursor, ended_at FROM polled WHERE table_name = ?1";
    let mut asked = reader.sql().prepare_cached(sql)?;
    let mut rows = asked.query_and_then([table.as_str()], |row| {
        let ended_at = row.get::<_, Option<i64>>(4)?.and_then(|at| Timestamp::from_millisecond(at).ok());
        let sweep = match (row.get::<_, String>(1)?.as_str(), next_wanted(reader, table)?) {
            ("listing", _) => {
                IdSweep::Listing { generation: row.get(2)?, cursor: row.get::<_, Option<String>>(3)?.map(Cursor::new) }
            }
            ("reading", Some(next)) => IdSweep::Reading { next },
            ("resting" | "reading", _) => IdSweep::Resting { ended_at },
            _ => return Err(StoreError::Query("a sweep cannot be read".to_owned())),
        };
        Ok(Polled { why: row.get(0)?, sweep })
    })?;
    rows.next().transpose()
}

/// Notes the way on which a page was found. Belongs into the transaction of the page.
pub fn note(tx: &Tx<'_>, table: &TableName, way: &Way) -> Result<()> {
    match way {
        Way::Changes => forget(tx, table),
        Way::Rows { why } => {
            let sql = "INSERT INTO polled (table_name, why) VALUES (?1, ?2)
                           ON CONFLICT DO UPDATE SET why = excluded.why WHERE why <> excluded.why";
            if tx.sql().prepare_cached(sql)?.execute([table.as_str(), why])? > 0 {
                tx.touch(Topic::Sync);
            }
            Ok(())
        }
    }
}

pub(crate) fn forget(tx: &Tx<'_>, table: &TableName) -> Result<()> {
    if tx.sql().prepare_cached("DELETE FROM polled WHERE table_name = ?1")?.execute([table.as_str()])? > 0 {
        tx.touch(Topic::Sync);
    }
    Ok(())
}

/// Begins a sweep under a generation of its own: what comes by other ways from now on is stamped with it, too.
pub fn begin(tx: &Tx<'_>, table: &TableName) -> Result<IdSweep> {
    let generation = cursors::raise(tx, table)?;
    tx.sql().prepare_cached("DELETE FROM row_wanted WHERE table_name = ?1")?.execute([table.as_str()])?;
    let sweep = IdSweep::Listing { generation, cursor: None };
    set(tx, table, &sweep)?;
    Ok(sweep)
}

/// Stores a page of ids. The last one removes what was not listed. Answers where the sweep stands, and what went.
/// Rows that were read anew under another generation meanwhile end the sweep; nothing is removed then.
pub fn store_ids(
    tx: &Tx<'_>,
    table: &Table,
    generation: u64,
    page: &RowPage,
    now: Timestamp,
) -> Result<(IdSweep, Vec<RecordId>)> {
    let kept = cursors::get(tx, &table.name)?;
    if kept.generation != generation || !kept.scope.is_live() {
        return Ok((rest(tx, &table.name, None)?, Vec::new()));
    }
    let mut stamp = tx.sql().prepare_cached(&sql::stamp_server(&table.name)?)?;
    let mut want =
        tx.sql().prepare_cached("INSERT OR IGNORE INTO row_wanted (table_name, record_id) VALUES (?1, ?2)")?;
    for (id, version) in &page.rows {
        let known: Option<bool> =
            stamp.query_row(params![cells::blob(*id), version.as_str(), generation], |row| row.get(0)).optional()?;
        if known != Some(true) {
            want.execute(params![table.name.as_str(), cells::blob(*id)])?;
        }
    }
    if let Some(cursor) = &page.next {
        let sweep = IdSweep::Listing { generation, cursor: Some(cursor.clone()) };
        set(tx, &table.name, &sweep)?;
        return Ok((sweep, Vec::new()));
    }
    let gone = records::end_sweep(tx, table, generation)?;
    Ok((go_on(tx, &table.name, now)?, gone))
}

/// Stores what was found of the row that was read last. Answers where the sweep stands.
pub fn store_row(tx: &Tx<'_>, table: &Table, id: RecordId, found: Found<'_>, now: Timestamp) -> Result<IdSweep> {
    let (records, gone) = match found {
        Found::Row(record) => (vec![record.clone()], Vec::new()),
        Found::Gone => (Vec::new(), vec![id]),
        Found::Unknown => (Vec::new(), Vec::new()),
    };
    let generation = cursors::get(tx, &table.name)?.generation_of_answers();
    // Where the pull goes on is another matter: nothing here says so.
    let page = Page { records, gone, next: Next::CaughtUp(Cursor::new("")), way: Way::Changes };
    records::store_page(tx, table, &page, generation)?;
    tx.sql()
        .prepare_cached("DELETE FROM row_wanted WHERE table_name = ?1 AND record_id = ?2")?
        .execute(params![table.name.as_str(), cells::blob(id)])?;
    go_on(tx, &table.name, now)
}

/// The next row to be read, or the end of the sweep.
fn go_on(tx: &Tx<'_>, table: &TableName, now: Timestamp) -> Result<IdSweep> {
    match next_wanted(tx, table)? {
        Some(next) => {
            let sweep = IdSweep::Reading { next };
            set(tx, table, &sweep)?;
            Ok(sweep)
        }
        None => rest(tx, table, Some(now)),
    }
}

fn rest(tx: &Tx<'_>, table: &TableName, ended_at: Option<Timestamp>) -> Result<IdSweep> {
    let sweep = IdSweep::Resting { ended_at };
    set(tx, table, &sweep)?;
    Ok(sweep)
}

fn next_wanted(reader: &Reader<'_>, table: &TableName) -> Result<Option<RecordId>> {
    let sql = "SELECT record_id FROM row_wanted WHERE table_name = ?1 ORDER BY record_id LIMIT 1";
    let mut asked = reader.sql().prepare_cached(sql)?;
    asked.query_and_then([table.as_str()], |row| cells::id(row, 0))?.next().transpose()
}

/// When the last sweep ended stays as it was where a new one is only begun.
fn set(tx: &Tx<'_>, table: &TableName, sweep: &IdSweep) -> Result<()> {
    let (state, generation, cursor, ended_at) = match sweep {
        IdSweep::Resting { ended_at } => ("resting", 0, None, *ended_at),
        IdSweep::Listing { generation, cursor } => ("listing", *generation, cursor.as_ref(), None),
        IdSweep::Reading { .. } => ("reading", 0, None, None),
    };
    tx.sql()
        .prepare_cached(
            "UPDATE polled SET state = ?2, generation = ?3, cursor = ?4, ended_at = coalesce(?5, ended_at)
              WHERE table_name = ?1",
        )?
        .execute(params![
            table.as_str(),
            state,
            generation,
            cursor.map(Cursor::as_str),
            ended_at.map(Timestamp::as_millisecond)
        ])?;
    tx.touch(Topic::Sync);
    Ok(())
}

#[cfg(test)]
mod tests;
