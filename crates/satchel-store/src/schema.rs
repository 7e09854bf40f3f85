//! Makes the tables that the organisation's metadata asks for, and remembers that metadata.

use std::collections::BTreeMap;

use rusqlite::OptionalExtension;
use satchel_domain::{
    TableName,
    schema::{Organisation, Table},
    scope::{self, Scope},
};

use crate::{
    codec, cursors,
    database::{Reader, Topic, Tx},
    error::{Result, StoreError},
    shown, sql,
};

/// Columns that lists usually sort by, beside the one that names a record. An index costs time and room with each row
/// that is stored, so there is none for columns that nobody lists.
const USUAL_ORDERS: &[&str] = &[
    "address1_city",
    "companyname",
    "createdon",
    "customerid",
    "emailaddress1",
    "estimatedclosedate",
    "estimatedvalue",
    "lastname",
    "modifiedon",
    "ownerid",
    "parentcustomerid",
    "primarycontactid",
    "prioritycode",
    "statuscode",
    "telephone1",
    "ticketnumber",
];

/// The organisation as it was described last; none before the first sign-in.
pub fn load(reader: &Reader<'_>) -> Result<Option<Organisation>> {
    let mut asked = reader.sql().prepare_cached("SELECT described FROM organisation")?;
    let json: Option<String> = asked.query_row([], |row| row.get(0)).optional()?;
    json.as_deref().map(codec::organisation_from_json).transpose()
}

/// Stores the description and brings the tables in line with it. New tables and columns are added, vanished ones are
/// left alone. A table that got new columns is swept: its rows do not have their values yet.
pub fn apply(tx: &Tx<'_>, organisation: &Organisation) -> Result<()> {
    if let Some(known) = load(tx)? {
        if (known.id, known.user) != (organisation.id, organisation.user) {
            return Err(StoreError::OtherOwner);
        }
        if known != *organisation {
            tx.touch(Topic::Start);
            tx.touch(Topic::Records);
        }
    } else {
        tx.touch(Topic::Start);
    }
    tx.sql()
        .prepare_cached(
            "INSERT INTO organisation VALUES (1, ?1) ON CONFLICT DO UPDATE SET described = excluded.described",
        )?
        .execute([codec::organisation_to_json(organisation)?])?;
    for table in &organisation.tables {
        apply_table(tx, table)?;
    }
    Ok(())
}

fn apply_table(tx: &Tx<'_>, table: &Table) -> Result<()> {
    let (server, shown) = (sql::server_table(&table.name)?, sql::shown_table(&table.name)?);
    let view = sql::create_view(table)?;
    let is_stale = stored_view(tx, &table.name)?.is_none_or(|stored| stored != view);
    if is_stale {
        tx.sql().execute_batch(&sql::drop_view(&table.name)?)?;
    }
    tx.sql().execute_batch(&sql::create_server_table(table)?)?;
    tx.sql().execute_batch(&sql::create_shown_table(table)?)?;
    let is_wider = widen(tx, &server, table)?;
    if widen(tx, &shown, table)? || is_wider {
        let kept = cursors::get(tx, &table.name)?;
        if kept.scope != Scope::Cold {
            cursors::set(tx, &table.name, &scope::after_expiry(kept.generation), None)?;
        }
    }
    if is_stale {
        tx.sql().execute_batch(&view)?;
        shown::refresh_table(tx, table)?;
    }
    let usual = table.columns.iter().filter(|column| USUAL_ORDERS.contains(&column.name.as_str()));
    for column in usual.chain(table.primary_name.as_ref().and_then(|name| table.column(name))) {
        tx.sql().execute_batch(&sql::create_index(&table.name, column)?)?;
    }
    Ok(())
}

/// Adds what `name` lacks. A column that is stored differently now is a new one under an old name.
fn widen(tx: &Tx<'_>, name: &str, table: &Table) -> Result<bool> {
    let present: BTreeMap<String, String> = tx
        .sql()
        .prepare_cached("SELECT name, type FROM pragma_table_info(?1)")?
        .query_map([name], |row| Ok((row.get(0)?, row.get(1)?)))?
        .collect::<rusqlite::Result<_>>()?;
    let mut is_wider = false;
    for column in &table.columns {
        for cell in sql::cells(column)? {
            let storage = present.get(&cell.name);
            if storage.is_some_and(|storage| storage == cell.storage) {
                continue;
            }
            if storage.is_some() {
                tx.sql().execute_batch(&sql::drop_cell(name, &cell)?)?;
            }
            tx.sql().execute_batch(&sql::add_cell(name, &cell)?)?;
            is_wider = true;
        }
    }
    Ok(is_wider)
}

fn stored_view(tx: &Tx<'_>, table: &TableName) -> Result<Option<String>> {
    let mut asked = tx.sql().prepare_cached("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?1")?;
    Ok(asked.query_row([sql::view(table)?], |row| row.get(0)).optional()?)
}

#[cfg(test)]
mod tests;
