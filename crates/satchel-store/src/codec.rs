//! The JSON that the database keeps of edits, mirrored here so that the domain's types stay free of serde.

mod mail;
mod organisation;

use jiff::{Timestamp, civil};
use rust_decimal::Decimal;
use satchel_domain::{
    Column, Record, RecordId, TableName, Value, Version,
    edit::{Change, Hold},
    ids::Uuid,
    value::Lookup,
};
use serde::{Deserialize, Serialize};

pub(crate) use mail::{addresses_from_json, addresses_to_json, people_from_json, people_to_json};
pub(crate) use organisation::{organisation_from_json, organisation_to_json};

use crate::error::{Result, StoreError};

pub(crate) fn value_to_json(value: &Value) -> Result<String> {
    Ok(serde_json::to_string(&StoredValue::from(value))?)
}

pub(crate) fn value_from_json(json: &str) -> Result<Value> {
    value(serde_json::from_str(json)?)
}

pub(crate) fn record_to_json(record: &Record) -> Result<String> {
    Ok(serde_json::to_string(&StoredRecord::from(record))?)
}

pub(crate) fn record_from_json(json: &str) -> Result<Record> {
    record(serde_json::from_str(json)?)
}

pub(crate) fn changes_to_json(changes: &[Change]) -> Result<String> {
    let stored = changes.iter().map(|change| StoredChange {
        column: change.column.as_str().to_owned(),
        before: StoredValue::from(&change.before),
        after: StoredValue::from(&change.after),
    });
    Ok(serde_json::to_string(&stored.collect::<Vec<_>>())?)
}

pub(crate) fn changes_from_json(json: &str) -> Result<Vec<Change>> {
    let stored: Vec<StoredChange> = serde_json::from_str(json)?;
    stored
        .into_iter()
        .map(|change| {
            let (before, after) = (value(change.before)?, value(change.after)?);
            Ok(Change { column: Column::new(change.column), before, after })
        })
        .collect()
}

pub(crate) fn hold_to_json(hold: &Hold) -> Result<String> {
    let ids = |records: &[RecordId]| records.iter().map(RecordId::to_string).collect();
    let stored = match hold {
        Hold::Conflict { theirs, clashes } => StoredHold::Conflict {
            theirs: StoredRecord::from(theirs),
            clashes: clashes.iter().map(|column| column.as_str().to_owned()).collect(),
        },
        Hold::DeletedOnServer => StoredHold::DeletedOnServer,
        Hold::Duplicate { candidates, message } => {
            StoredHold::PossibleDuplicate { records: ids(candidates), message: message.clone() }
        }
        Hold::Refused { code, reason } => StoredHold::Refused { code: code.clone(), reason: reason.clone() },
        Hold::Unanswerable { detail } => StoredHold::Unanswerable { detail: detail.clone() },
        Hold::OutcomeUnknown => StoredHold::OutcomeUnknown,
        Hold::NeedsDiscarded => StoredHold::NeedsDiscarded,
    };
    Ok(serde_json::to_string(&stored)?)
}

pub(crate) fn hold_from_json(json: &str) -> Result<Hold> {
    Ok(match serde_json::from_str(json)? {
        StoredHold::Conflict { theirs, clashes } => {
            Hold::Conflict { theirs: record(theirs)?, clashes: clashes.into_iter().map(Column::new).collect() }
        }
        StoredHold::DeletedOnServer => Hold::DeletedOnServer,
        StoredHold::PossibleDuplicate { records, message } => {
            let candidates = records.iter().map(|id| uuid(id).map(RecordId)).collect::<Result<_>>()?;
            Hold::Duplicate { candidates, message }
        }
        StoredHold::Refused { code, reason } => Hold::Refused { code, reason },
        StoredHold::Unanswerable { detail } => Hold::Unanswerable { detail },
        StoredHold::OutcomeUnknown => Hold::OutcomeUnknown,
        StoredHold::NeedsDiscarded => Hold::NeedsDiscarded,
    })
}

#[derive(Serialize, Deserialize)]
struct StoredChange {
    column: String,
    before: StoredValue,
    after: StoredValue,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredHold {
    Conflict {
        theirs: StoredRecord,
        clashes: Vec<String>,
    },
    DeletedOnServer,
    PossibleDuplicate {
        records: Vec<String>,
        /// The first version kept no words.
        #[serde(default)]
        message: String,
    },
    Refused {
        code: String,
        reason: String,
    },
    Unanswerable {
        detail: String,
    },
    OutcomeUnknown,
    NeedsDiscarded,
}

#[derive(Serialize, Deserialize)]
struct StoredRecord {
    table: String,
    id: String,
    version: Option<String>,
    values: Vec<(String, StoredValue)>,
}

/// Numbers with a point are exact text.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredValue {
    Null,
    Text(String),
    Whole(i64),
    Decimal(String),
    Money(String),
    Choice(i64),
    YesNo(bool),
    Lookup {
        table: String,
        id: String,
        name: Option<String>,
    },
    Id(String),
    /// RFC 3339, with every digit that the value has.
    DateTime(String),
    Date(String),
}

impl From<&Value> for StoredValue {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Text(text) => Self::Text(text.clone()),
            Value::Whole(number) => Self::Whole(*number),
            Value::Decimal(number) => Self::Decimal(number.to_string()),
            Value::Money(amount) => Self::Money(amount.to_string()),
            Value::Choice(number) => Self::Choice(*number),
            Value::YesNo(is_yes) => Self::YesNo(*is_yes),
            Value::Lookup(lookup) => Self::Lookup {
                table: lookup.table.as_str().to_owned(),
                id: lookup.id.to_string(),
                name: lookup.name.clone(),
            },
            Value::Id(id) => Self::Id(id.to_string()),
            Value::DateTime(at) => Self::DateTime(at.to_string()),
            Value::Date(day) => Self::Date(day.to_string()),
        }
    }
}

impl From<&Record> for StoredRecord {
    fn from(record: &Record) -> Self {
        let values = record.values.iter();
        Self {
            table: record.table.as_str().to_owned(),
            id: record.id.to_string(),
            version: record.version.as_ref().map(|version| version.as_str().to_owned()),
            values: values.map(|(column, value)| (column.as_str().to_owned(), value.into())).collect(),
        }
    }
}

fn value(stored: StoredValue) -> Result<Value> {
    Ok(match stored {
        StoredValue::Null => Value::Null,
        StoredValue::Text(text) => Value::Text(text),
        StoredValue::Whole(number) => Value::Whole(number),
        StoredValue::Decimal(number) => Value::Decimal(Decimal::from_str_exact(&number).map_err(|_| unreadable())?),
        StoredValue::Money(amount) => Value::Money(Decimal::from_str_exact(&amount).map_err(|_| unreadable())?),
        StoredValue::Choice(number) => Value::Choice(number),
        StoredValue::YesNo(is_yes) => Value::YesNo(is_yes),
        StoredValue::Lookup { table, id, name } => {
            Value::Lookup(Lookup { table: TableName::new(table), id: RecordId(uuid(&id)?), name })
        }
        StoredValue::Id(id) => Value::Id(RecordId(uuid(&id)?)),
        StoredValue::DateTime(at) => Value::DateTime(at.parse::<Timestamp>().map_err(|_| unreadable())?),
        StoredValue::Date(day) => Value::Date(day.parse::<civil::Date>().map_err(|_| unreadable())?),
    })
}

fn record(stored: StoredRecord) -> Result<Record> {
    let values = stored.values.into_iter();
    Ok(Record {
        table: TableName::new(stored.table),
        id: RecordId(uuid(&stored.id)?),
        version: stored.version.map(Version::new),
        values: values.map(|(column, cell)| Ok((Column::new(column), value(cell)?))).collect::<Result<_>>()?,
    })
}

fn uuid(text: &str) -> Result<Uuid> {
    text.parse().map_err(|_| unreadable())
}

fn unreadable() -> StoreError {
    StoreError::Query("stored JSON holds a value that cannot be read".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn every_value_reads_back_as_it_was() {
        for value in samples::every_value() {
            assert_eq!(value_from_json(&value_to_json(&value).unwrap()).unwrap(), value);
            let change = Change { column: Column::new("a"), before: Value::Null, after: value };
            let changes = vec![change];
            assert_eq!(changes_from_json(&changes_to_json(&changes).unwrap()).unwrap(), changes);
        }
    }

    #[test]
    fn every_hold_reads_back_as_it_was() {
        let theirs = samples::full_record(1);
        for hold in [
            Hold::Conflict { clashes: vec![Column::new("name")], theirs: theirs.clone() },
            Hold::DeletedOnServer,
            Hold::Duplicate { candidates: vec![theirs.id], message: "Alike.".into() },
            Hold::Refused { code: "0x80040203".into(), reason: "No.".into() },
            Hold::Unanswerable { detail: "teapot".into() },
            Hold::OutcomeUnknown,
            Hold::NeedsDiscarded,
        ] {
            assert_eq!(hold_from_json(&hold_to_json(&hold).unwrap()).unwrap(), hold);
        }
    }
}
