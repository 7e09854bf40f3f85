//! Makes the tables that the organisation's metadata asks for, and remembers that metadata.

use std::{collections::BTreeSet, mem::discriminant};

use rusqlite::OptionalExtension;
use satchel_domain::{
    Column, TableName,
    schema::{Organisation, Table},
    scope::{self, Scope},
};

use crate::{
    codec, cursors,
    database::{Reader, Topic, Tx},
    error::{Result, StoreError},
    links, people, polled, settings, shown, sql,
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
    "industrycode",
    "jobtitle",
    "modifiedon",
    "parentcustomerid",
    "primarycontactid",
    "salesstagecode",
    "statuscode",
    "stepname",
    "telephone1",
    "ticketnumber",
];

/// The setting that says whose profile this is.
const OWNER: &str = "owner";

/// The organisation as it was described last; none before the first sign-in.
pub fn load(reader: &Reader<'_>) -> Result<Option<Organisation>> {
    let mut asked = reader.sql().prepare_cached("SELECT described FROM organisation")?;
    let json: Option<String> = asked.query_row([], |row| row.get(0)).optional()?;
    json.as_deref().map(codec::organisation_from_json).transpose()
}

/// A table that waiting edits name and that is not described any more: what is here of it can still be let go, and
/// nothing of it can be sent or shown.
pub fn undescribed(tx: &Tx<'_>, name: &TableName) -> Result<Table> {
    let table = Table {
        name: name.clone(),
        set_name: String::new(),
        label: String::new(),
        plural_label: String::new(),
        primary_id: Column::new("id"),
        primary_name: None,
        columns: Vec::new(),
    };
    tx.sql().execute_batch(&sql::create_server_table(&table)?)?;
    tx.sql().execute_batch(&sql::create_shown_table(&table)?)?;
    Ok(table)
}

/// Stores the description and brings the tables in line with it. New tables and columns are added, vanished ones are
/// left alone. A table that got columns is swept: its rows do not have their values yet. One that was away and is back
/// is read anew: nobody told what became of its rows meanwhile.
pub fn apply(tx: &Tx<'_>, organisation: &Organisation) -> Result<()> {
    let known = load(tx)?;
    let ours = named(organisation);
    if known.as_ref().is_some_and(|known| named(known) != ours) {
        return Err(StoreError::OtherOwner);
    }
    match owner(tx)? {
        Some(owner) if owner != ours => return Err(StoreError::OtherOwner),
        Some(_) => {}
        None => settings::set(tx, OWNER, &ours)?,
    }
    let present = names(tx)?;
    for table in &organisation.tables {
        let known = known.as_ref().and_then(|known| known.table(&table.name));
        apply_table(tx, table, known, &present)?;
    }
    if known.as_ref() != Some(organisation) {
        tx.sql()
            .prepare_cached("INSERT OR REPLACE INTO organisation VALUES (1, ?1)")?
            .execute([codec::organisation_to_json(organisation)?])?;
        tx.touch(Topic::Start);
        tx.touch(Topic::Records);
    }
    Ok(())
}

/// Whose profile this is. It stands apart from the description: where that was lost in a damaged file, what waits must
/// still not reach another organisation.
pub(crate) fn owner(reader: &Reader<'_>) -> Result<Option<String>> {
    settings::get(reader, OWNER)
}

fn named(organisation: &Organisation) -> String {
    format!("{} {}", organisation.id.0, organisation.user.0)
}

/// `present` names what the file has. A statement costs time even where it finds that nothing is to be made.
fn apply_table(tx: &Tx<'_>, table: &Table, known: Option<&Table>, present: &BTreeSet<String>) -> Result<()> {
    let tables = [sql::server_table(&table.name)?, sql::shown_table(&table.name)?];
    let is_back = known.is_none() && present.contains(&tables[0]);
    let mut is_wider = false;
    if is_back || !present.contains(&tables[0]) {
        tx.sql().execute_batch(&sql::drop_tables(&table.name)?)?;
        cursors::forget(tx, &table.name)?;
        tx.sql().execute_batch(&sql::create_server_table(table)?)?;
        tx.sql().execute_batch(&sql::create_shown_table(table)?)?;
    } else {
        for name in &tables {
            is_wider |= widen(tx, name, table, known)?;
        }
    }
    let view = sql::create_view(table)?;
    if stored_view(tx, &table.name)?.is_none_or(|stored| stored != view) {
        tx.sql().execute_batch(&sql::drop_view(&table.name)?)?;
        tx.sql().execute_batch(&view)?;
    }
    if is_wider {
        let kept = cursors::get(tx, &table.name)?;
        if kept.scope != Scope::Cold {
            cursors::set(tx, &table.name, &scope::after_expiry(kept.generation), None)?;
        }
    }
    if is_wider || is_back {
        shown::refresh_table(tx, table)?;
    }
    // A column that became another kind took its index with it.
    let make = |name: &str, sql: String| match !is_back && !is_wider && present.contains(name) {
        true => Ok(()),
        false => tx.sql().execute_batch(&sql),
    };
    let is_asked = |name: &Column| {
        let is_key = people::carries(&table.name, name) || links::wants_index(&table.name, name);
        is_key || USUAL_ORDERS.contains(&name.as_str())
    };
    let usual = table.columns.iter().filter(|column| is_asked(&column.name));
    for column in usual.chain(table.primary_name.as_ref().and_then(|name| table.column(name))) {
        make(&sql::index(&table.name, column)?, sql::create_index(&table.name, column)?)?;
    }
    // What is open with a customer, and who took part in an email, is looked up for every message that is opened.
    for lookup in table.column(&Column::new("customerid")).into_iter().chain(polled::parent_of(table)) {
        make(&sql::lookup_index(&table.name, lookup)?, sql::create_lookup_index(&table.name, lookup)?)?;
    }
    Ok(())
}

/// Adds what `name` lacks. A column that is of another kind now, or was away for a while, is a new one: what stands
/// under its name is not what the server has.
fn widen(tx: &Tx<'_>, name: &str, table: &Table, known: Option<&Table>) -> Result<bool> {
    let present: BTreeSet<String> = tx
        .sql()
        .prepare_cached("SELECT name FROM pragma_table_info(?1)")?
        .query_map([name], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?;
    let mut is_wider = false;
    for column in &table.columns {
        let before = known.and_then(|table| table.column(&column.name));
        let is_same = before.is_some_and(|before| discriminant(&before.kind) == discriminant(&column.kind));
        for cell in sql::cells(column)? {
            let is_present = present.contains(&cell.name);
            if is_present && is_same {
                continue;
            }
            if is_present {
                tx.sql().execute_batch(&sql::drop_view(&table.name)?)?;
                tx.sql().execute_batch(&sql::drop_cell(name, &cell)?)?;
            }
            tx.sql().execute_batch(&sql::add_cell(name, &cell)?)?;
            is_wider = true;
        }
    }
    Ok(is_wider)
}

/// The tables, views and indexes of the file.
fn names(reader: &Reader<'_>) -> Result<BTreeSet<String>> {
    let mut asked = reader.sql().prepare_cached("SELECT name FROM sqlite_schema")?;
    Ok(asked.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
}

fn stored_view(tx: &Tx<'_>, table: &TableName) -> Result<Option<String>> {
    let mut asked = tx.sql().prepare_cached("SELECT sql FROM sqlite_schema WHERE type = 'view' AND name = ?1")?;
    Ok(asked.query_row([sql::view(table)?], |row| row.get(0)).optional()?)
}

#[cfg(test)]
mod tests;
