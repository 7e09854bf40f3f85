//! The rows the model holds, one counter of versions for all of them, and who is gone since when.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use satchel_domain::{
    Column, Record, RecordId, ServiceError, TableName, Value, Version,
    error::Answer,
    schema::{Kind, Table},
    value::Lookup,
};

use super::BEGINNING;

#[derive(Clone, Debug, Default)]
pub(super) struct Rows {
    /// One counter for the whole organisation, so it grows across tables.
    counter: u64,
    tables: BTreeMap<TableName, BTreeMap<RecordId, Row>>,
    gone: BTreeMap<TableName, BTreeMap<RecordId, u64>>,
}

#[derive(Clone, Debug)]
pub(super) struct Row {
    version: u64,
    values: BTreeMap<Column, Value>,
}

impl Rows {
    pub(super) fn counter(&self) -> u64 {
        self.counter
    }

    pub(super) fn holds(&self, table: &TableName, id: RecordId) -> bool {
        self.row(table, id).is_some()
    }

    /// The record in the columns that the caller knows.
    pub(super) fn record(&self, table: &Table, id: RecordId) -> Option<Record> {
        self.row(&table.name, id).map(|row| read(table, id, row))
    }

    pub(super) fn version(&self, table: &TableName, id: RecordId) -> Option<Version> {
        self.row(table, id).map(version_of)
    }

    pub(super) fn records(&self, table: &Table) -> Vec<Record> {
        let rows = self.tables.get(&table.name).into_iter().flatten();
        rows.map(|(&id, row)| read(table, id, row)).collect()
    }

    /// The next ids in order, for a read from the beginning.
    pub(super) fn ids_after(&self, table: &TableName, after: Option<RecordId>) -> impl Iterator<Item = RecordId> {
        let rows = self.tables.get(table).into_iter().flatten();
        rows.map(|(&id, _)| id).filter(move |&id| Some(id) > after)
    }

    /// What was written or deleted after `since` and not after `upto`, by version.
    pub(super) fn changes(&self, table: &TableName, since: u64, upto: u64) -> Vec<(u64, RecordId, Change)> {
        let written = self.tables.get(table).into_iter().flatten();
        let written = written.map(|(&id, row)| (row.version, id, Change::Written));
        let gone = self.gone.get(table).into_iter().flatten();
        let gone = gone.map(|(&id, &version)| (version, id, Change::Gone));
        let mut changes: Vec<_> =
            written.chain(gone).filter(|&(version, ..)| version > since && version <= upto).collect();
        changes.sort_unstable_by_key(|&(version, id, _)| (version, id));
        changes
    }

    pub(super) fn check_base(&self, table: &TableName, id: RecordId, base: &Version) -> Answer<()> {
        match self.row(table, id) {
            None => Err(ServiceError::Missing),
            Some(row) if &version_of(row) != base => Err(ServiceError::Stale),
            Some(_) => Ok(()),
        }
    }

    pub(super) fn create(&mut self, table: &Table, id: RecordId, values: &[(Column, Value)]) {
        let mut all: BTreeMap<_, _> = table
            .columns
            .iter()
            .map(|column| (column.name.clone(), first_value(&column.kind, column.may_create)))
            .collect();
        all.insert(table.primary_id.clone(), Value::Id(id));
        self.tables.entry(table.name.clone()).or_default().insert(id, Row { version: 0, values: all });
        if let Some(gone) = self.gone.get_mut(&table.name) {
            gone.remove(&id);
        }
        self.update(table, id, values);
    }

    pub(super) fn update(&mut self, table: &Table, id: RecordId, values: &[(Column, Value)]) {
        self.counter += 1;
        let version = self.counter;
        let named: Vec<_> =
            values.iter().map(|(column, value)| (column.clone(), self.as_kept(table, column, value))).collect();
        let Some(row) = self.tables.get_mut(&table.name).and_then(|rows| rows.get_mut(&id)) else {
            return;
        };
        row.version = version;
        row.values.extend(named);
        derive(table, row);
    }

    pub(super) fn delete(&mut self, table: &TableName, id: RecordId) {
        self.counter += 1;
        if let Some(rows) = self.tables.get_mut(table) {
            rows.remove(&id);
        }
        self.gone.entry(table.clone()).or_default().insert(id, self.counter);
        self.clear_lookups_of(table, id);
    }

    /// What pointed to a deleted record points to nothing, and has changed by that.
    fn clear_lookups_of(&mut self, table: &TableName, id: RecordId) {
        for row in self.tables.values_mut().flat_map(BTreeMap::values_mut) {
            for value in row.values.values_mut() {
                if matches!(value, Value::Lookup(lookup) if &lookup.table == table && lookup.id == id) {
                    *value = Value::Null;
                    self.counter += 1;
                    row.version = self.counter;
                }
            }
        }
    }

    /// Money and decimals are rounded to the column's digits; a lookup remembers the target's name of today.
    fn as_kept(&self, table: &Table, column: &Column, value: &Value) -> Value {
        match (value, table.column(column).map(|column| &column.kind)) {
            (Value::Money(money), Some(&Kind::Money { digits })) => Value::Money(money.round_dp(digits).normalize()),
            (Value::Decimal(number), Some(&Kind::Decimal { digits })) => {
                Value::Decimal(number.round_dp(digits).normalize())
            }
            (Value::Lookup(lookup), _) => {
                Value::Lookup(Lookup { name: self.name_of(&lookup.table, lookup.id), ..lookup.clone() })
            }
            _ => value.clone(),
        }
    }

    fn name_of(&self, table: &TableName, id: RecordId) -> Option<String> {
        let values = &self.row(table, id)?.values;
        ["fullname", "name"].map(Column::new).iter().find_map(|column| values.get(column)?.as_text().map(str::to_owned))
    }

    fn row(&self, table: &TableName, id: RecordId) -> Option<&Row> {
        self.tables.get(table)?.get(&id)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Written,
    Gone,
}

fn read(table: &Table, id: RecordId, row: &Row) -> Record {
    let columns = table.columns.iter().map(|column| &column.name);
    let values = columns.filter_map(|column| Some((column.clone(), row.values.get(column)?.clone())));
    Record { table: table.name.clone(), id, version: Some(version_of(row)), values: values.collect() }
}

fn version_of(row: &Row) -> Version {
    Version::new(format!("W/\"{}\"", row.version))
}

/// A choice that only the service may set begins with its first entry, a yes/no with no, all else empty.
fn first_value(kind: &Kind, may_create: bool) -> Value {
    match kind {
        Kind::Choice { choices } if !may_create => {
            choices.first().map_or(Value::Null, |choice| Value::Choice(choice.value))
        }
        Kind::YesNo { .. } => Value::YesNo(false),
        Kind::Text { .. } | Kind::Whole { .. } | Kind::Decimal { .. } | Kind::Money { .. } | Kind::Choice { .. } => {
            Value::Null
        }
        Kind::Lookup { .. } | Kind::Id | Kind::DateTime | Kind::Date => Value::Null,
    }
}

/// The columns that the service itself keeps.
fn derive(table: &Table, row: &mut Row) {
    let modified = Column::new("modifiedon");
    if table.column(&modified).is_some() {
        let seconds = i64::try_from(row.version).unwrap_or(i64::MAX);
        row.values.insert(modified, Value::DateTime(BEGINNING + SignedDuration::from_secs(seconds)));
    }
    let full = Column::new("fullname");
    if table.column(&full).is_some() {
        let parts = ["firstname", "lastname"].map(Column::new);
        let parts: Vec<_> = parts.iter().filter_map(|part| row.values.get(part)?.as_text()).collect();
        let name = Value::Text(parts.join(" "));
        row.values.insert(full, name);
    }
}
