//! Tables of which the service tells no changes: what is gone from them is found by sweeping their ids.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, params};
use satchel_domain::{
    Column, Cursor, Record, RecordId, TableName, Value,
    ports::{Next, Page, RowPage, Way},
    schema::{ColumnShape, Table},
    scope::{IdSweep, Polled},
    tracking::PARTIES,
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

/// Rows that are replaced as a set: whoever changes the parties of an activity deletes them all and makes new ones. A poll
/// tells of the new ones only, so the others of the same activity are read one by one before the next sweep comes to them.
/// Belongs into the transaction of the page.
pub fn doubt_siblings(tx: &Tx<'_>, table: &Table, page: &Page) -> Result<()> {
    let Some(parent) = parent_of(table).filter(|_| page.way != Way::Changes) else { return Ok(()) };
    let came: BTreeSet<_> = page.records.iter().map(|record| record.id).collect();
    let parents: BTreeSet<_> = page
        .records
        .iter()
        .filter_map(|record| match record.value(&parent.name) {
            Value::Lookup(lookup) => Some(lookup.id),
            _ => None,
        })
        .collect();
    let mut asked = tx.sql().prepare_cached(&sql::children(&table.name, parent)?)?;
    let mut doubted = 0;
    for id in parents {
        let siblings = asked.query_and_then([cells::blob(id)], |row| cells::id(row, 0))?.collect::<Result<Vec<_>>>()?;
        for sibling in siblings.into_iter().filter(|sibling| !came.contains(sibling)) {
            doubted += want(tx, &table.name, sibling)?;
        }
    }
    if doubted > 0 {
        let sql = "UPDATE polled SET state = 'reading' WHERE table_name = ?1 AND state = 'resting'";
        tx.sql().prepare_cached(sql)?.execute([table.name.as_str()])?;
        tx.touch(Topic::Sync);
    }
    Ok(())
}

/// The lookup to the activity whose row it is.
pub(crate) fn parent_of(table: &Table) -> Option<&ColumnShape> {
    (table.name.as_str() == PARTIES).then(|| table.column(&Column::new("activityid"))).flatten()
}

fn want(tx: &Tx<'_>, table: &TableName, id: RecordId) -> Result<usize> {
    let sql = "INSERT OR IGNORE INTO row_wanted (table_name, record_id) VALUES (?1, ?2)";
    Ok(tx.sql().prepare_cached(sql)?.execute(params![table.as_str(), cells::blob(id)])?)
}

/// Begins a sweep under a generation of its own: what comes by other ways from now on is stamped with it, too.
pub fn begin(tx: &Tx<'_>, table: &TableName) -> Result<IdSweep> {
    let generation = cursors::raise(tx, table)?;
    tx.sql().prepare_cached("DELETE FROM row_wanted WHERE table_name = ?1")?.execute([table.as_str()])?;
    set(tx, table, IdSweep::Listing { generation, cursor: None }, None)
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
        return Ok((set(tx, &table.name, IdSweep::Resting { ended_at: None }, None)?, Vec::new()));
    }
    let mut stamp = tx.sql().prepare_cached(&sql::stamp_server(&table.name)?)?;
    for (id, version) in &page.rows {
        let known: Option<bool> =
            stamp.query_row(params![cells::blob(*id), version.as_str(), generation], |row| row.get(0)).optional()?;
        if known != Some(true) {
            want(tx, &table.name, *id)?;
        }
    }
    if let Some(cursor) = &page.next {
        let sweep = IdSweep::Listing { generation, cursor: Some(cursor.clone()) };
        return Ok((set(tx, &table.name, sweep, None)?, Vec::new()));
    }
    let gone = records::end_sweep(tx, table, generation)?;
    Ok((go_on(tx, &table.name, Some(now))?, gone))
}

/// Stores what was found of the row that was read last. Answers where the sweep stands.
pub fn store_row(tx: &Tx<'_>, table: &Table, id: RecordId, found: Found<'_>) -> Result<IdSweep> {
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
    go_on(tx, &table.name, None)
}

/// The next row to be read, or the end of the sweep, whose ids were listed just now or some time ago.
fn go_on(tx: &Tx<'_>, table: &TableName, listed_at: Option<Timestamp>) -> Result<IdSweep> {
    let sweep = match next_wanted(tx, table)? {
        Some(next) => IdSweep::Reading { next },
        None => IdSweep::Resting { ended_at: None },
    };
    set(tx, table, sweep, listed_at)
}

fn next_wanted(reader: &Reader<'_>, table: &TableName) -> Result<Option<RecordId>> {
    let sql = "SELECT record_id FROM row_wanted WHERE table_name = ?1 ORDER BY record_id LIMIT 1";
    let mut asked = reader.sql().prepare_cached(sql)?;
    asked.query_and_then([table.as_str()], |row| cells::id(row, 0))?.next().transpose()
}

/// When the ids were listed last stays as it was where no time is given. Answers the sweep as it stands now.
fn set(tx: &Tx<'_>, table: &TableName, sweep: IdSweep, listed_at: Option<Timestamp>) -> Result<IdSweep> {
    let (state, generation, cursor) = match &sweep {
        IdSweep::Resting { .. } => ("resting", 0, None),
        IdSweep::Listing { generation, cursor } => ("listing", *generation, cursor.as_ref()),
        IdSweep::Reading { .. } => ("reading", 0, None),
    };
    let listed_at = listed_at.map(Timestamp::as_millisecond);
    let kept: Option<i64> = tx
        .sql()
        .prepare_cached(
            "UPDATE polled SET state = ?2, generation = ?3, cursor = ?4, ended_at = coalesce(?5, ended_at)
              WHERE table_name = ?1 RETURNING ended_at",
        )?
        .query_row(params![table.as_str(), state, generation, cursor.map(Cursor::as_str), listed_at], |row| row.get(0))
        .optional()?
        .flatten();
    tx.touch(Topic::Sync);
    Ok(match sweep {
        IdSweep::Resting { .. } => {
            IdSweep::Resting { ended_at: kept.and_then(|at| Timestamp::from_millisecond(at).ok()) }
        }
        IdSweep::Listing { .. } | IdSweep::Reading { .. } => sweep,
    })
}

#[cfg(test)]
mod tests;
