//! Lists of records and the page of one, read from the local database alone.

use std::{collections::BTreeMap, sync::Arc};

use satchel_domain::{
    Column, Record, RecordId, TableName, Value,
    ids::Uuid,
    schema::{ColumnShape, Kind, Organisation, Table},
    value::Lookup,
};
use satchel_store::{
    Reader, Result as Stored,
    records::{self, List, Shown},
    schema,
};

use crate::{
    app::App,
    cells::{cell, cell_kind},
    places::{LISTED, list_columns, page_columns},
    requests::*,
    typed::rule_of,
};

/// The page asks for what it shows; a block is never longer.
const LONGEST_BLOCK: u32 = 500;
pub(crate) const CURRENCY_COLUMN: &str = "transactioncurrencyid";
/// What a record page shows and no save carries: states change by actions of their own.
pub(crate) const BY_ACTIONS: [&str; 2] = ["statecode", "statuscode"];

impl App {
    pub async fn list_tables(self: &Arc<Self>, _request: ListTables) -> Result<Tables, CommandError> {
        let organisation = self.on_disk(self.database()?, |database| database.read(schema::load)).await?;
        let tables = organisation.iter().flat_map(|organisation| {
            LISTED.iter().filter_map(|name| organisation.table(&TableName::new(*name))).map(table_head)
        });
        Ok(Tables { tables: tables.collect() })
    }

    pub async fn list_records(self: &Arc<Self>, request: ListRecords) -> Result<RecordBlock, CommandError> {
        self.on_disk(self.database()?, move |database| {
            database.read(|reader| {
                let Some((_, table)) = described(reader, &request.table)? else { return Ok(None) };
                block(reader, &table, &request).map(Some)
            })
        })
        .await?
        .ok_or_else(no_such_table)
    }

    pub async fn read_record(self: &Arc<Self>, request: ReadRecord) -> Result<RecordPage, CommandError> {
        let id = record_id(&request.id)?;
        let found = self
            .on_disk(self.database()?, move |database| {
                database.read(|reader| {
                    let Some((organisation, table)) = described(reader, &request.table)? else { return Ok(None) };
                    let Some(shown) = records::one(reader, &table, id)? else { return Ok(None) };
                    let server = match shown.standing {
                        records::Standing::InCrm => None,
                        records::Standing::Waiting | records::Standing::Held => {
                            records::server_copy(reader, &table, id)?
                        }
                    };
                    let currencies = currencies(reader)?;
                    Ok(Some(page(&organisation, &table, &shown, server.as_ref(), &currencies)))
                })
            })
            .await?;
        found.ok_or_else(record_gone)
    }

    /// The form of a record that does not exist yet. What points to the parent's table is filled in.
    pub async fn new_record(self: &Arc<Self>, request: NewRecord) -> Result<RecordPage, CommandError> {
        let parent = match &request.parent {
            Some(parent) => Some((TableName::new(parent.table.as_str()), record_id(&parent.id)?)),
            None => None,
        };
        let made = self
            .on_disk(self.database()?, move |database| {
                database.read(|reader| {
                    let Some((organisation, table)) = described(reader, &request.table)? else { return Ok(None) };
                    let id = RecordId(Uuid::nil());
                    let mut record = Record { table: table.name.clone(), id, version: None, values: BTreeMap::new() };
                    if let Some((parent, id)) = parent {
                        record.values = pointing_to(reader, &organisation, &table, &parent, id)?;
                    }
                    let shown = Shown { record, standing: records::Standing::Waiting };
                    Ok(Some(page(&organisation, &table, &shown, None, &BTreeMap::new())))
                })
            })
            .await?;
        made.ok_or_else(no_such_table)
    }
}

/// The lookups of a new record that can only mean the record it is made from.
fn pointing_to(
    reader: &Reader<'_>,
    organisation: &Organisation,
    table: &Table,
    parent: &TableName,
    id: RecordId,
) -> Stored<BTreeMap<Column, Value>> {
    let Some(target) = organisation.table(parent) else { return Ok(BTreeMap::new()) };
    let name = records::one(reader, target, id)?.map(|shown| name_of(target, &shown.record));
    let points = |column: &&ColumnShape| {
        let wanted = ["parentcustomerid", "customerid", "parentaccountid", "parentcontactid"];
        let targets = match &column.kind {
            Kind::Lookup { targets } => targets.as_slice(),
            _ => &[],
        };
        wanted.contains(&column.name.as_str()) && targets.iter().any(|target| &target.table == parent)
    };
    let value = Value::Lookup(Lookup { table: parent.clone(), id, name });
    Ok(table.columns.iter().filter(points).map(|column| (column.name.clone(), value.clone())).collect())
}

pub(crate) fn record_id(text: &str) -> Result<RecordId, CommandError> {
    Uuid::parse_str(text).map(RecordId).map_err(|_| CommandError::invalid("That is no record's id."))
}

pub(crate) fn record_gone() -> CommandError {
    CommandError {
        code: ErrorCode::NotFound,
        message: "This record is not here any more. It may have been deleted in CRM.".to_owned(),
    }
}

pub(crate) fn no_such_table() -> CommandError {
    CommandError { code: ErrorCode::NotFound, message: "This table is not kept on this device.".to_owned() }
}

pub(crate) fn described(reader: &Reader<'_>, name: &str) -> Stored<Option<(Organisation, Table)>> {
    let name = TableName::new(name);
    Ok(schema::load(reader)?.and_then(|organisation| {
        let table = organisation.table(&name).cloned()?;
        Some((organisation, table))
    }))
}

fn table_head(table: &Table) -> TableHead {
    TableHead {
        table: table.name.as_str().to_owned(),
        label: table.label.clone(),
        plural_label: table.plural_label.clone(),
        columns: list_columns(table).into_iter().filter_map(column_head).collect(),
    }
}

fn column_head(column: &ColumnShape) -> Option<ColumnHead> {
    let kind = cell_kind(&column.kind)?;
    Some(ColumnHead { column: column.name.as_str().to_owned(), label: column.label.clone(), kind })
}

fn block(reader: &Reader<'_>, table: &Table, request: &ListRecords) -> Stored<RecordBlock> {
    let columns = list_columns(table);
    let names: Vec<Column> = columns.iter().map(|column| column.name.clone()).collect();
    let sort = request.sort.as_ref().and_then(|sort| {
        let column = table.column(&Column::new(sort.column.as_str()))?;
        Some(records::Sort { column: column.name.clone(), is_descending: sort.descending })
    });
    let mut wanted = names.clone();
    wanted.extend(table.primary_name.clone());
    wanted.extend(table.column(&Column::new(CURRENCY_COLUMN)).map(|column| column.name.clone()));
    let count = request.count.min(LONGEST_BLOCK);
    let list = List { columns: &wanted, sort, filter: request.filter.trim() };
    let block = records::block(reader, table, &list, request.first.into(), count.into())?;
    let has_money = columns.iter().any(|column| matches!(column.kind, Kind::Money { .. }));
    let currencies = if has_money { currencies(reader)? } else { BTreeMap::new() };
    let rows = block.rows.iter().map(|shown| RecordRow {
        id: shown.record.id.to_string(),
        name: name_of(table, &shown.record),
        cells: columns
            .iter()
            .map(|column| cell(column, shown.record.value(&column.name), currency(&shown.record, &currencies)))
            .collect(),
        standing: shown.standing.into(),
    });
    Ok(RecordBlock {
        total: u32::try_from(block.total).unwrap_or(u32::MAX),
        first: request.first,
        rows: rows.collect(),
    })
}

/// `server` is what CRM has while an edit waits. A new record has the nil id.
fn page(
    organisation: &Organisation,
    table: &Table,
    shown: &Shown,
    server: Option<&Record>,
    currencies: &BTreeMap<RecordId, String>,
) -> RecordPage {
    let record = &shown.record;
    let is_new = record.id.0.is_nil();
    let currency = currency(record, currencies);
    let label_of = |name: &TableName| organisation.table(name).map(|table| table.label.clone());
    let field = |column: &ColumnShape| {
        let value = record.value(&column.name);
        let before = server.map(|server| server.value(&column.name)).filter(|before| !before.same_as(value));
        let is_open = if is_new { column.may_create } else { column.may_update };
        Some(Field {
            column: column.name.as_str().to_owned(),
            label: column.label.clone(),
            kind: cell_kind(&column.kind)?,
            is_required: column.is_required,
            may_edit: is_open && !BY_ACTIONS.contains(&column.name.as_str()),
            cell: cell(column, value, currency),
            was: before.map(|before| cell(column, before, currency)),
            rule: rule_of(column, &label_of),
        })
    };
    RecordPage {
        table: table.name.as_str().to_owned(),
        table_label: table.label.clone(),
        id: record.id.to_string(),
        name: name_of(table, record),
        standing: shown.standing.into(),
        fields: page_columns(table).into_iter().filter_map(field).collect(),
    }
}

/// What a person calls the record; empty when it has no name. A person's full name is put together by the service: until
/// it has been, the parts stand for it.
pub(crate) fn name_of(table: &Table, record: &Record) -> String {
    let name = table.primary_name.as_ref().and_then(|column| record.value(column).as_text());
    let part = |column: &str| record.value(&Column::new(column)).as_text();
    let parts = || [part("firstname"), part("lastname")].into_iter().flatten().collect::<Vec<_>>().join(" ");
    name.map_or_else(parts, str::to_owned)
}

/// The ISO codes of the currencies that are here.
pub(crate) fn currencies(reader: &Reader<'_>) -> Stored<BTreeMap<RecordId, String>> {
    let code = Column::new("isocurrencycode");
    let Some((_, table)) = described(reader, "transactioncurrency")? else { return Ok(BTreeMap::new()) };
    if table.column(&code).is_none() {
        return Ok(BTreeMap::new());
    }
    let list = List { columns: std::slice::from_ref(&code), ..List::default() };
    let block = records::block(reader, &table, &list, 0, LONGEST_BLOCK.into())?;
    let codes = block.rows.into_iter().filter_map(|shown| {
        let text = shown.record.value(&code).as_text()?.to_owned();
        Some((shown.record.id, text))
    });
    Ok(codes.collect())
}

pub(crate) fn currency<'a>(record: &Record, currencies: &'a BTreeMap<RecordId, String>) -> Option<&'a str> {
    code(record.value(&Column::new(CURRENCY_COLUMN)), currencies)
}

/// The ISO code of what a currency column holds.
pub(crate) fn code<'a>(value: &Value, currencies: &'a BTreeMap<RecordId, String>) -> Option<&'a str> {
    match value {
        Value::Lookup(lookup) => currencies.get(&lookup.id).map(String::as_str),
        _ => None,
    }
}

impl From<records::Standing> for Standing {
    fn from(standing: records::Standing) -> Self {
        match standing {
            records::Standing::InCrm => Self::InCrm,
            records::Standing::Waiting => Self::Waiting,
            records::Standing::Held => Self::Held,
        }
    }
}
