//! Records as the server has them and as they are shown, one by one and in blocks.

use rusqlite::{Row, params, params_from_iter};
use satchel_domain::{
    Column, Record, RecordId, Version,
    ports::Page,
    schema::{ColumnShape, Kind, Table},
};

use crate::{
    cells,
    database::{Reader, Topic, Tx},
    error::{Result, StoreError},
    links, polled, shown, sql,
};

/// Where a record stands between us and CRM.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    InCrm,
    /// Edits wait for their turn.
    Waiting,
    /// An edit waits for the user.
    Held,
}

/// A record as the user sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub record: Record,
    pub standing: Standing,
}

/// Consecutive rows of a list, and how many the whole list has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub total: u64,
    pub rows: Vec<Shown>,
}

/// What a list shows and how.
#[derive(Clone, Debug, Default)]
pub struct List<'a> {
    /// The columns that the rows carry and the filter looks into.
    pub columns: &'a [Column],
    /// None sorts by the name of the records.
    pub sort: Option<Sort>,
    /// What every row holds in one of its columns, in any case; a lookup by its name, a choice by its label. Empty
    /// filters nothing, and no character in it has a meaning of its own.
    pub filter: &'a str,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sort {
    pub column: Column,
    pub is_descending: bool,
}

/// Stores the rows of a page and removes those that are gone. Its cursor belongs into the same transaction.
pub fn store_page(tx: &Tx<'_>, table: &Table, page: &Page, generation: u64) -> Result<()> {
    let edited = shown::edited(tx, &table.name)?;
    for record in &page.records {
        store_server_copy(tx, table, record, generation)?;
    }
    for id in &page.gone {
        remove_server_copy(tx, table, *id)?;
    }
    let touched = page.records.iter().map(|record| record.id).chain(page.gone.iter().copied());
    for id in touched.filter(|id| edited.contains(id)) {
        shown::refresh(tx, table, id)?;
    }
    if !page.records.is_empty() || !page.gone.is_empty() {
        tx.touch(Topic::Records);
        touch_mail(tx, table);
    }
    Ok(())
}

/// Emails, and who takes part in them, are shown with their messages.
fn touch_mail(tx: &Tx<'_>, table: &Table) {
    if links::is_linked(&table.name) || polled::parent_of(table).is_some() {
        tx.touch(Topic::Mail);
    }
}

/// Removes what a sweep did not see: gone on the server, or out of reach. Belongs into the transaction of its last cursor.
/// Answers what went.
pub fn end_sweep(tx: &Tx<'_>, table: &Table, generation: u64) -> Result<Vec<RecordId>> {
    let mut asked = tx.sql().prepare_cached(&sql::remove_older(&table.name)?)?;
    let removed = asked.query_and_then([generation], |row| cells::id(row, 0))?.collect::<Result<Vec<_>>>()?;
    if !removed.is_empty() {
        if links::is_linked(&table.name) {
            removed.iter().try_for_each(|id| links::drop_lost(tx, *id))?;
        }
        touch_mail(tx, table);
        shown::refresh_table(tx, table)?;
        tx.touch(Topic::Records);
    }
    Ok(removed)
}

/// The record as it is shown.
pub fn one(reader: &Reader<'_>, table: &Table, id: RecordId) -> Result<Option<Shown>> {
    let columns: Vec<&ColumnShape> = table.columns.iter().collect();
    one_of(reader, table, &columns, id)
}

/// The record as the server had it when we read it last.
pub fn server_copy(reader: &Reader<'_>, table: &Table, id: RecordId) -> Result<Option<Record>> {
    let columns: Vec<&ColumnShape> = table.columns.iter().collect();
    let mut asked = reader.sql().prepare_cached(&sql::one_server(table)?)?;
    let mut rows = asked.query([cells::blob(id)])?;
    rows.next()?.map(|row| record(table, &columns, row)).transpose()
}

pub(crate) fn server_copies(reader: &Reader<'_>, table: &Table) -> Result<Vec<Record>> {
    let columns: Vec<&ColumnShape> = table.columns.iter().collect();
    let mut asked = reader.sql().prepare_cached(&sql::all_server(table)?)?;
    asked.query_and_then([], |row| record(table, &columns, row))?.collect()
}

/// `count` rows of a list from the `first`. Sorted by a column of a usual list it walks an index, whatever the size.
pub fn block(reader: &Reader<'_>, table: &Table, list: &List<'_>, first: u64, count: u64) -> Result<Block> {
    let columns: Vec<&ColumnShape> = list.columns.iter().map(|name| sql::column(table, name)).collect::<Result<_>>()?;
    let (total, ids) = ids(reader, table, &columns, list, first, count)?;
    let rows = ids.into_iter().map(|id| one_of(reader, table, &columns, id));
    Ok(Block { total, rows: rows.filter_map(Result::transpose).collect::<Result<_>>()? })
}

/// At most `limit` active records (`statecode` 0) whose lookup points to a customer: what is open with them.
pub fn active_of(
    reader: &Reader<'_>,
    table: &Table,
    lookup: &Column,
    customer: RecordId,
    limit: u64,
) -> Result<Vec<Shown>> {
    let Some(lookup) = table.column(lookup) else { return Ok(Vec::new()) };
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut asked = reader.sql().prepare_cached(&sql::active_of(table, lookup)?)?;
    let ids = asked.query_and_then(params![cells::blob(customer), limit], |row| cells::id(row, 0))?;
    let ids: Vec<RecordId> = ids.collect::<Result<_>>()?;
    ids.into_iter().map(|id| one(reader, table, id)).filter_map(Result::transpose).collect()
}

/// Replaces the server copy of one record. What is shown of it has to be refreshed by the caller.
pub(crate) fn store_server_copy(tx: &Tx<'_>, table: &Table, record: &Record, generation: u64) -> Result<()> {
    if record.table != table.name {
        return Err(StoreError::Unfit(format!("a record of {} came with a page of {}", record.table, table.name)));
    }
    let known = || table.columns.iter().filter(|column| record.values.contains_key(&column.name));
    let version = record.version.as_ref().map(|version| version.as_str().to_owned());
    let generation = i64::try_from(generation).map_err(|_| StoreError::Unfit("a generation".to_owned()))?;
    let mut values = vec![cells::blob(record.id), version.into(), generation.into()];
    for column in known() {
        cells::encode(column, record.value(&column.name), &mut values)?;
    }
    tx.sql().prepare_cached(&sql::store_server(&table.name, known())?)?.execute(params_from_iter(values))?;
    if links::is_linked(&table.name) {
        links::found(tx, record)?;
    }
    Ok(())
}

/// What is shown of the record has to be refreshed by the caller.
pub(crate) fn remove_server_copy(tx: &Tx<'_>, table: &Table, id: RecordId) -> Result<()> {
    tx.sql().prepare_cached(&sql::remove_server(&table.name)?)?.execute([cells::blob(id)])?;
    if links::is_linked(&table.name) {
        links::drop_lost(tx, id)?;
    }
    Ok(())
}

/// How many rows the list has, and the ids of its rows from `first`.
fn ids(
    reader: &Reader<'_>,
    table: &Table,
    columns: &[&ColumnShape],
    list: &List<'_>,
    first: u64,
    count: u64,
) -> Result<(u64, Vec<RecordId>)> {
    let order = order(table, list.sort.as_ref())?;
    let (first, count) = (i64::try_from(first).unwrap_or(i64::MAX), i64::try_from(count).unwrap_or(i64::MAX));
    if list.filter.is_empty() {
        let total = reader.sql().prepare_cached(&sql::count_shown(&table.name)?)?.query_row([], |row| row.get(0))?;
        let mut asked = reader.sql().prepare_cached(&sql::block(&table.name, order)?)?;
        let ids = asked.query_and_then(params![count, first], |row| cells::id(row, 0))?;
        return Ok((total, ids.collect::<Result<_>>()?));
    }
    // All that pass are counted anyway, so they are found once: sixteen bytes each.
    let wanted = sql::folded(list.filter);
    let filter = filter(columns, &wanted);
    let mut asked = reader.sql().prepare_cached(&sql::found(&table.name, order, &filter)?)?;
    let ids = asked.query_and_then([wanted], |row| cells::id(row, 0))?;
    let ids = ids.collect::<Result<Vec<_>>>()?;
    let from = usize::try_from(first).unwrap_or(usize::MAX);
    let length = usize::try_from(count).unwrap_or(usize::MAX);
    Ok((ids.len() as u64, ids.into_iter().skip(from).take(length).collect()))
}

fn order<'a>(table: &'a Table, sort: Option<&Sort>) -> Result<sql::Order<'a>> {
    let by = sort.map(|sort| &sort.column).or(table.primary_name.as_ref());
    let by = by.map(|name| sql::column(table, name)).transpose()?;
    Ok(sql::Order { by, is_descending: sort.is_some_and(|sort| sort.is_descending) })
}

fn filter<'a>(columns: &[&'a ColumnShape], wanted: &str) -> sql::Filter<'a> {
    let is_wanted = |label: &str| sql::folded(label).contains(wanted);
    let mut filter = sql::Filter::default();
    for &column in columns {
        let numbers: Vec<i64> = match &column.kind {
            Kind::Text { .. } | Kind::Lookup { .. } => {
                filter.texts.push(column);
                continue;
            }
            Kind::Choice { choices } => {
                choices.iter().filter(|choice| is_wanted(&choice.label)).map(|choice| choice.value).collect()
            }
            Kind::YesNo { yes, no } => [(1, yes), (0, no)]
                .into_iter()
                .filter(|(_, label)| is_wanted(label))
                .map(|(number, _)| number)
                .collect(),
            Kind::Whole { .. } | Kind::Decimal { .. } | Kind::Money { .. } | Kind::Id | Kind::DateTime | Kind::Date => {
                continue;
            }
        };
        filter.numbers.push((column, numbers));
    }
    filter
}

fn one_of(reader: &Reader<'_>, table: &Table, columns: &[&ColumnShape], id: RecordId) -> Result<Option<Shown>> {
    let mut asked = reader.sql().prepare_cached(&sql::one_shown(&table.name, columns.iter().copied())?)?;
    let mut rows = asked.query([cells::blob(id)])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let standing = match row.get_ref("standing")?.as_str().map_err(rusqlite::Error::from)? {
        "in_crm" => Standing::InCrm,
        "held" => Standing::Held,
        _ => Standing::Waiting,
    };
    Ok(Some(Shown { record: record(table, columns, row)?, standing }))
}

/// Reads id, version and the cells of `columns`.
pub(crate) fn record(table: &Table, columns: &[&ColumnShape], row: &Row<'_>) -> Result<Record> {
    let mut at = 2;
    let values = columns.iter().map(|column| Ok((column.name.clone(), cells::decode(column, row, &mut at)?)));
    Ok(Record {
        table: table.name.clone(),
        id: cells::id(row, 0)?,
        version: row.get::<_, Option<String>>(1)?.map(Version::new),
        values: values.collect::<Result<_>>()?,
    })
}

#[cfg(test)]
mod tests;
