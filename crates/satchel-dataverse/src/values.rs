//! Values between the wire and the domain. Money and decimals never pass through a float.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil};
use rust_decimal::Decimal;
use satchel_domain::{
    Record, RecordId, TableName, Value, Version,
    error::Answer,
    schema::{ColumnInfo, Kind, Table},
    value::Lookup,
};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::broken;

/// One row as the Web API writes it, each value as it was written.
pub(crate) type Row = BTreeMap<String, Box<RawValue>>;

const LOOKUP_TABLE: &str = "Microsoft.Dynamics.CRM.lookuplogicalname";
const FORMATTED: &str = "OData.Community.Display.V1.FormattedValue";

/// The row as a record. A column that the service left out stays unknown.
pub(crate) fn record(table: &Table, row: &Row) -> Answer<Record> {
    let id = text(row, table.primary_id.as_str())
        .and_then(|id| Uuid::parse_str(&id).ok())
        .ok_or_else(|| broken(format!("a row of {} has no id", table.name)))?;
    let version = text(row, "@odata.etag").map(Version::new);
    let mut values = BTreeMap::new();
    for column in &table.columns {
        if let Some(value) = value(row, column)? {
            values.insert(column.name.clone(), value);
        }
    }
    Ok(Record { table: table.name.clone(), id: RecordId(id), version, values })
}

fn value(row: &Row, column: &ColumnInfo) -> Answer<Option<Value>> {
    let key = match column.kind {
        Kind::Lookup { .. } => format!("_{}_value", column.name),
        _ => column.name.to_string(),
    };
    let Some(raw) = row.get(&key).map(|raw| raw.get()) else { return Ok(None) };
    if raw == "null" {
        return Ok(Some(Value::Null));
    }
    let read = match &column.kind {
        Kind::Text { .. } => parsed(raw).map(Value::Text),
        Kind::Whole { .. } => parsed(raw).map(Value::Whole),
        Kind::Decimal { .. } => exact(raw).map(Value::Decimal),
        Kind::Money { .. } => exact(raw).map(Value::Money),
        Kind::Choice { .. } => parsed(raw).map(Value::Choice),
        Kind::YesNo { .. } => parsed(raw).map(Value::YesNo),
        Kind::Id => parsed::<Uuid>(raw).map(|id| Value::Id(RecordId(id))),
        Kind::DateTime => parsed::<String>(raw).and_then(|text| text.parse::<Timestamp>().ok()).map(Value::DateTime),
        Kind::Date => parsed::<String>(raw).and_then(|text| day(&text)).map(Value::Date),
        Kind::Lookup { targets } => parsed::<Uuid>(raw).and_then(|id| {
            // Only a lookup with one target may go without its annotation.
            let only = targets.first().filter(|_| targets.len() == 1).map(|target| target.table.clone());
            let table = text(row, &format!("{key}@{LOOKUP_TABLE}")).map(TableName::new).or(only)?;
            Some(Value::Lookup(Lookup { table, id: RecordId(id), name: text(row, &format!("{key}@{FORMATTED}")) }))
        }),
    };
    read.map(Some).ok_or_else(|| broken(format!("the column {} holds what it cannot hold", column.name)))
}

fn parsed<T: serde::de::DeserializeOwned>(raw: &str) -> Option<T> {
    serde_json::from_str(raw).ok()
}

fn text(row: &Row, key: &str) -> Option<String> {
    row.get(key).and_then(|raw| parsed(raw.get()))
}

/// Digit by digit; some services write numbers as `1E+5`.
fn exact(raw: &str) -> Option<Decimal> {
    Decimal::from_str_exact(raw).or_else(|_| Decimal::from_scientific(raw)).ok()
}

/// `1990-01-31`, or a date that an older service writes with a time.
fn day(text: &str) -> Option<civil::Date> {
    text.get(..10)?.parse().ok()
}

/// The value as JSON, for everything but lookups, which are bound.
pub(crate) fn json(value: &Value) -> Answer<Box<RawValue>> {
    let text = match value {
        Value::Null => "null".to_owned(),
        Value::Text(text) => quoted(text)?,
        Value::Whole(number) | Value::Choice(number) => number.to_string(),
        Value::Decimal(number) | Value::Money(number) => number.to_string(),
        Value::YesNo(is_yes) => is_yes.to_string(),
        Value::Id(id) => quoted(&id.to_string())?,
        Value::DateTime(at) => quoted(&at.to_string())?,
        Value::Date(day) => quoted(&day.to_string())?,
        Value::Lookup(_) => return Err(broken("a lookup is bound and has no plain value")),
    };
    RawValue::from_string(text).map_err(|_| broken("a value cannot be written as JSON"))
}

pub(crate) fn quoted(text: &str) -> Answer<String> {
    serde_json::to_string(text).map_err(|_| broken("a text cannot be written as JSON"))
}

#[cfg(test)]
mod tests {
    use satchel_domain::Column;

    use super::*;

    fn read(kind: Kind, row: &str) -> Option<Value> {
        let column = ColumnInfo {
            name: Column::new("x"),
            label: String::new(),
            kind,
            is_required: false,
            may_create: true,
            may_update: true,
        };
        value(&serde_json::from_str(row).unwrap(), &column).unwrap()
    }

    #[test]
    fn money_keeps_the_digits_that_a_float_loses() {
        let exact = Some(Value::Money("900719925474099.2001".parse().unwrap()));
        assert_eq!(read(Kind::Money { digits: 4 }, r#"{"x": 900719925474099.2001}"#), exact);
        let written = json(&exact.unwrap()).unwrap();
        assert_eq!(written.get(), "900719925474099.2001");
    }

    #[test]
    fn what_the_service_left_out_stays_unknown_and_null_is_empty() {
        assert_eq!(read(Kind::DateTime, "{}"), None);
        assert_eq!(read(Kind::DateTime, r#"{"x": null}"#), Some(Value::Null));
    }

    #[test]
    fn a_lookup_knows_its_table_and_its_name() {
        let row = r#"{"_x_value": "00000000-0000-0000-0000-000000000001",
            "_x_value@Microsoft.Dynamics.CRM.lookuplogicalname": "contact",
            "_x_value@OData.Community.Display.V1.FormattedValue": "Ada"}"#;
        let Some(Value::Lookup(lookup)) = read(Kind::Lookup { targets: Vec::new() }, row) else { panic!("no lookup") };
        assert_eq!((lookup.table.as_str(), lookup.name.as_deref()), ("contact", Some("Ada")));
    }
}
