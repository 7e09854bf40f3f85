//! A row of a table as somebody knows it.

use std::collections::BTreeMap;

use crate::{
    ids::{Column, RecordId, TableName, Version},
    value::Value,
};

/// The values of one row; a column that is not there is unknown, one that is empty is [`Value::Null`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    pub table: TableName,
    pub id: RecordId,
    /// None while only this device knows the record.
    pub version: Option<Version>,
    pub values: BTreeMap<Column, Value>,
}

impl Record {
    pub fn value(&self, column: &Column) -> &Value {
        self.values.get(column).unwrap_or(&Value::Null)
    }
}
