//! What is shown of records with edits waiting: always `overlay(server copy, edits)`, written with one of the two.

use std::collections::BTreeSet;

use rusqlite::params_from_iter;
use satchel_domain::{Record, RecordId, TableName, Value, Version, edit::overlay, ids::Uuid, schema::Table};

use crate::{
    cells,
    database::{Reader, Tx},
    error::Result,
    outbox, records, sql,
};

/// Brings what is shown of one record in line with its server copy and its edits.
pub(crate) fn refresh(tx: &Tx<'_>, table: &Table, id: RecordId) -> Result<()> {
    let edits: Vec<_> = outbox::of_record(tx, &table.name, id)?.into_iter().map(|entry| entry.edit).collect();
    if edits.is_empty() {
        tx.sql().prepare_cached(&sql::remove_shown(&table.name)?)?.execute([cells::blob(id)])?;
        return Ok(());
    }
    let server = records::server_copy(tx, table, id)?;
    store(tx, table, id, overlay(server.as_ref(), &edits).as_ref())
}

/// The same for all records of a table that have edits waiting.
pub(crate) fn refresh_table(tx: &Tx<'_>, table: &Table) -> Result<()> {
    for id in edited(tx, &table.name)? {
        refresh(tx, table, id)?;
    }
    Ok(())
}

/// The records of a table with edits waiting.
pub(crate) fn edited(reader: &Reader<'_>, table: &TableName) -> Result<BTreeSet<RecordId>> {
    let mut asked = reader.sql().prepare_cached("SELECT DISTINCT record_id FROM outbox WHERE table_name = ?1")?;
    let ids = asked.query_map([table.as_str()], |row| Ok(RecordId(Uuid::from_bytes(row.get(0)?))))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// None is a record that is deleted: its row hides the server copy.
fn store(tx: &Tx<'_>, table: &Table, id: RecordId, record: Option<&Record>) -> Result<()> {
    let version = record.and_then(|record| record.version.as_ref()).map(Version::as_str).map(str::to_owned);
    let mut values = vec![cells::blob(id), version.into(), i64::from(record.is_none()).into()];
    for column in &table.columns {
        cells::encode(column, record.map_or(&Value::Null, |record| record.value(&column.name)), &mut values)?;
    }
    tx.sql().prepare_cached(&sql::store_shown(table)?)?.execute(params_from_iter(values))?;
    Ok(())
}
