//! Rows of an answer as records. Money and decimals are read digit by digit, never through a float.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil};
use rust_decimal::Decimal;
use satchel_domain::{
    Record, RecordId, ServiceError, TableName, Value, Version,
    error::Answer,
    ids::Uuid,
    schema::{ColumnShape, Kind, Table, Target},
    value::Lookup,
};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::value::RawValue;

/// One row: each property with its text as it came.
pub(crate) type Row = BTreeMap<String, Box<RawValue>>;

/// One page of a collection.
#[derive(Deserialize)]
pub(crate) struct Rows {
    value: Vec<Row>,
    #[serde(rename = "@odata.nextLink")]
    pub(crate) next: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    pub(crate) delta: Option<String>,
}

impl Rows {
    /// A last page without the link that the next delta needs.
    pub(crate) fn is_lost(&self) -> bool {
        self.next.is_none() && self.delta.is_none()
    }

    pub(crate) fn versions(&self, table: &Table) -> Answer<Vec<(RecordId, Version)>> {
        self.value.iter().map(|row| version(table, row)).collect()
    }

    /// A whole number of each row.
    pub(crate) fn numbers(&self, table: &Table, name: &str) -> Answer<Vec<u64>> {
        let number = |row: &Row| row.get(name).and_then(|raw| parse(raw));
        let numbers = self.value.iter().map(|row| number(row).ok_or_else(|| broken(table, "a row has no version")));
        numbers.collect()
    }

    pub(crate) fn ids(&self, table: &Table) -> Answer<Vec<RecordId>> {
        self.value.iter().map(|row| id(table, row)).collect()
    }

    pub(crate) fn read(&self, table: &Table) -> Answer<(Vec<Record>, Vec<RecordId>)> {
        let (mut records, mut gone) = (Vec::with_capacity(self.value.len()), Vec::new());
        for row in &self.value {
            // Only a deleted row has a reason, and never its primary key.
            if row.contains_key("reason") && !row.contains_key(table.primary_id.as_str()) {
                gone.push(deleted_id(row).ok_or_else(|| broken(table, "a deleted row has no id"))?);
            } else {
                records.push(record(table, row)?);
            }
        }
        Ok((records, gone))
    }
}

/// The id and the version of a row; the version is its ETag, as everywhere.
fn version(table: &Table, row: &Row) -> Answer<(RecordId, Version)> {
    let version = text_of(row, "@odata.etag").map(Version::new).ok_or_else(|| broken(table, "a row has no version"))?;
    Ok((id(table, row)?, version))
}

fn id(table: &Table, row: &Row) -> Answer<RecordId> {
    let id = text_of(row, table.primary_id.as_str()).and_then(|id| Uuid::parse_str(&id).ok());
    id.map(RecordId).ok_or_else(|| broken(table, "a row has no id"))
}

pub(crate) fn record(table: &Table, row: &Row) -> Answer<Record> {
    let id = id(table, row)?;
    let version = text_of(row, "@odata.etag").map(Version::new);
    let mut values = BTreeMap::new();
    for column in &table.columns {
        if let Some(value) = value(table, column, row)? {
            values.insert(column.name.clone(), value);
        }
    }
    Ok(Record { table: table.name.clone(), id, version, values })
}

/// None when the row does not say.
fn value(table: &Table, column: &ColumnShape, row: &Row) -> Answer<Option<Value>> {
    let name = column.name.as_str();
    if let Kind::Lookup { targets } = &column.kind {
        return lookup(table, name, targets, row);
    }
    let Some(raw) = row.get(name) else { return Ok(None) };
    if raw.get() == "null" {
        return Ok(Some(Value::Null));
    }
    let value = match &column.kind {
        Kind::Text { .. } => parse(raw).map(Value::Text),
        Kind::Whole { .. } => parse(raw).map(Value::Whole),
        Kind::Choice { .. } => parse(raw).map(Value::Choice),
        Kind::YesNo { .. } => parse(raw).map(Value::YesNo),
        Kind::Decimal { .. } => decimal(raw).map(Value::Decimal),
        Kind::Money { .. } => decimal(raw).map(Value::Money),
        Kind::Id => parse::<String>(raw).and_then(|id| Uuid::parse_str(&id).ok()).map(|id| Value::Id(RecordId(id))),
        Kind::DateTime => parse::<String>(raw).and_then(|time| time.parse::<Timestamp>().ok()).map(Value::DateTime),
        // A date that was made of a time comes with its midnight.
        Kind::Date => {
            parse::<String>(raw).and_then(|date| date.get(..10)?.parse::<civil::Date>().ok()).map(Value::Date)
        }
        Kind::Lookup { .. } => None,
    };
    value.map(Some).ok_or_else(|| broken(table, &format!("the value of {name} is of another kind than its column")))
}

fn lookup(table: &Table, name: &str, targets: &[Target], row: &Row) -> Answer<Option<Value>> {
    let property = format!("_{name}_value");
    let Some(raw) = row.get(&property) else { return Ok(None) };
    if raw.get() == "null" {
        return Ok(Some(Value::Null));
    }
    let id = parse::<String>(raw).and_then(|id| Uuid::parse_str(&id).ok());
    let id = RecordId(id.ok_or_else(|| broken(table, &format!("{property} is no id")))?);
    let told = text_of(row, &format!("{property}@Microsoft.Dynamics.CRM.lookuplogicalname")).map(TableName::new);
    let only = match targets {
        [only] => Some(only.table.clone()),
        _ => None,
    };
    // Without its table a lookup is unknown, and never guessed.
    let Some(target) = told.or(only) else { return Ok(None) };
    let name = text_of(row, &format!("{property}@OData.Community.Display.V1.FormattedValue"));
    Ok(Some(Value::Lookup(Lookup { table: target, id, name })))
}

/// A bare id, or an address that ends with one in brackets.
fn deleted_id(row: &Row) -> Option<RecordId> {
    let text = text_of(row, "id")?;
    let bare = text.rsplit('(').next()?.trim_end_matches(')');
    Uuid::parse_str(bare).ok().map(RecordId)
}

fn decimal(raw: &RawValue) -> Option<Decimal> {
    let text = raw.get().trim_matches('"');
    let exact = Decimal::from_str_exact(text).or_else(|_| Decimal::from_scientific(text));
    exact.ok().map(|number| number.normalize())
}

fn text_of(row: &Row, property: &str) -> Option<String> {
    row.get(property).and_then(|raw| parse(raw))
}

fn parse<T: DeserializeOwned>(raw: &RawValue) -> Option<T> {
    serde_json::from_str(raw.get()).ok()
}

/// Names tables and columns, never values: they are somebody's data.
fn broken(table: &Table, detail: &str) -> ServiceError {
    ServiceError::Broken { detail: format!("{detail} (table {})", table.name) }
}
