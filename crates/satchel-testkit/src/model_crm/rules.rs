//! What the model refuses, with the codes and in the words of the service.

use satchel_domain::{
    Column, Record, RecordId, ServiceError, Value,
    error::Answer,
    schema::{ColumnShape, Kind, Table},
    tracking::EMAILS,
};

use super::rows::Rows;

/// Undeclared or unwritable columns, and values of a wrong kind.
const BAD_PAYLOAD: &str = "0x80048d19";
const INVALID_ARGUMENT: &str = "0x80040203";
const TEXT_TOO_LONG: &str = "0x80044331";
const DOES_NOT_EXIST: &str = "0x80040217";
/// A table and the column in which its published rule finds records alike.
const ALIKE: [(&str, &str); 3] = [("account", "name"), ("contact", "emailaddress1"), ("lead", "emailaddress1")];

pub(super) fn check_create(rows: &Rows, table: &Table, values: &[(Column, Value)]) -> Answer<()> {
    for column in table.columns.iter().filter(|column| column.is_required && column.may_create) {
        let given = values.iter().find(|(name, _)| name == &column.name);
        if given.is_none_or(|(_, value)| is_empty(value)) {
            return Err(missing(table, column));
        }
    }
    check_each(rows, table, values, |column| column.may_create)
}

pub(super) fn check_update(rows: &Rows, table: &Table, values: &[(Column, Value)]) -> Answer<()> {
    for (name, value) in values {
        if let Some(column) = table.column(name)
            && column.is_required
            && is_empty(value)
        {
            return Err(missing(table, column));
        }
    }
    check_each(rows, table, values, |column| column.may_update)
}

/// Of an email that is completed or cancelled only what it is regarding may change (DM-1).
pub(super) fn check_closed(rows: &Rows, table: &Table, id: RecordId, values: &[(Column, Value)]) -> Answer<()> {
    let Some(before) = rows.record(table, id).filter(|_| table.name.as_str() == EMAILS) else { return Ok(()) };
    if before.value(&Column::new("statecode")) == &Value::Choice(0) {
        return Ok(());
    }
    let free = Column::new("regardingobjectid");
    match values.iter().find(|(column, value)| column != &free && !before.value(column).same_as(value)) {
        Some((column, _)) => Err(closed(&format!("The column '{column}' cannot be changed on"))),
        None => Ok(()),
    }
}

/// Refuses what the edit itself makes alike; nothing is like an empty text.
pub(super) fn check_alike(rows: &Rows, table: &Table, id: RecordId, values: &[(Column, Value)]) -> Answer<()> {
    let plain = |text: &str| text.trim().to_lowercase();
    let Some((_, rule)) = ALIKE.iter().find(|(name, _)| *name == table.name.as_str()) else { return Ok(()) };
    let written = values.iter().find(|(column, _)| column.as_str() == *rule).and_then(|(_, value)| value.as_text());
    let Some(written) = written.map(plain).filter(|text| !text.is_empty()) else { return Ok(()) };
    let is_alike = |record: &Record| record.value(&Column::new(*rule)).as_text().map(plain).as_ref() == Some(&written);
    let others = rows.records(table).into_iter().filter(|record| record.id != id && is_alike(record));
    let candidates: Vec<_> = others.map(|record| record.id).collect();
    if candidates.is_empty() { Ok(()) } else { Err(alike(candidates)) }
}

pub(super) fn alike(candidates: Vec<RecordId>) -> ServiceError {
    let message = "A record was not created or updated because a duplicate of it exists.".to_owned();
    ServiceError::Duplicate { candidates, message }
}

pub(super) fn closed(deed: &str) -> ServiceError {
    let reason = format!("{deed} an email that is completed or cancelled.");
    ServiceError::Refused { code: INVALID_ARGUMENT.to_owned(), reason }
}

fn check_each(
    rows: &Rows,
    table: &Table,
    values: &[(Column, Value)],
    may_write: fn(&ColumnShape) -> bool,
) -> Answer<()> {
    for (name, value) in values {
        let Some(column) = table.column(name).filter(|column| may_write(column)) else {
            let table = &table.name;
            return refuse(BAD_PAYLOAD, format!("The property '{name}' of the table '{table}' cannot be written."));
        };
        check_value(rows, table, column, value)?;
    }
    Ok(())
}

fn check_value(rows: &Rows, table: &Table, column: &ColumnShape, value: &Value) -> Answer<()> {
    let (name, owner) = (&column.name, &table.name);
    match (&column.kind, value) {
        (_, Value::Null)
        | (Kind::YesNo { .. }, Value::YesNo(_))
        | (Kind::Decimal { .. }, Value::Decimal(_))
        | (Kind::Money { .. }, Value::Money(_))
        | (Kind::Id, Value::Id(_))
        | (Kind::DateTime, Value::DateTime(_))
        | (Kind::Date, Value::Date(_)) => Ok(()),
        (Kind::Text { max_length, .. }, Value::Text(text)) => match text.encode_utf16().count() {
            length if length > *max_length as usize => refuse(
                TEXT_TOO_LONG,
                format!(
                    "A validation error occurred.  The length of the '{name}' attribute of the '{owner}' entity exceeded the maximum allowed length of '{max_length}'."
                ),
            ),
            _ => Ok(()),
        },
        (Kind::Whole { min, max }, Value::Whole(number)) if (min..=max).contains(&number) => Ok(()),
        (Kind::Whole { .. }, Value::Whole(number)) => refuse(
            INVALID_ARGUMENT,
            format!(
                "A validation error occurred. The value {number} of '{name}' on record of type '{owner}' is outside the valid range."
            ),
        ),
        (Kind::Choice { choices }, Value::Choice(number)) if choices.iter().any(|choice| choice.value == *number) => {
            Ok(())
        }
        (Kind::Choice { .. }, Value::Choice(number)) => refuse(
            INVALID_ARGUMENT,
            format!(
                "A validation error occurred. The value {number} of '{name}' on record of type '{owner}' is not a choice of it."
            ),
        ),
        (Kind::Lookup { targets }, Value::Lookup(lookup))
            if targets.iter().any(|target| target.table == lookup.table) =>
        {
            if rows.holds(&lookup.table, lookup.id) {
                return Ok(());
            }
            refuse(DOES_NOT_EXIST, format!("{} With Id = {} Does Not Exist", lookup.table, lookup.id))
        }
        (kind, _) => refuse(
            BAD_PAYLOAD,
            format!("The value of '{name}' of the table '{owner}' is not of the kind {}.", word_for(kind)),
        ),
    }
}

fn is_empty(value: &Value) -> bool {
    value.is_null() || value.as_text() == Some("")
}

fn missing(table: &Table, column: &ColumnShape) -> ServiceError {
    let (owner, name) = (&table.name, &column.name);
    ServiceError::Refused {
        code: INVALID_ARGUMENT.to_owned(),
        reason: format!("The required attribute '{name}' of the '{owner}' entity has no value."),
    }
}

fn word_for(kind: &Kind) -> &'static str {
    match kind {
        Kind::Text { .. } => "text",
        Kind::Whole { .. } => "whole number",
        Kind::Decimal { .. } => "decimal",
        Kind::Money { .. } => "money",
        Kind::Choice { .. } => "choice",
        Kind::YesNo { .. } => "yes/no",
        Kind::Lookup { .. } => "lookup",
        Kind::Id => "id",
        Kind::DateTime => "date and time",
        Kind::Date => "date",
    }
}

fn refuse(code: &str, reason: String) -> Answer<()> {
    Err(ServiceError::Refused { code: code.to_owned(), reason })
}
