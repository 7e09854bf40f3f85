//! Whether CRM, as it is described now, still has what a waiting edit speaks of.

use satchel_domain::{
    ServiceError, TableName, Value,
    edit::Change,
    error::Answer,
    schema::{Kind, Table},
};

/// Why nothing can be sent of a table that is not described any more.
pub(crate) fn undescribed(table: &TableName) -> ServiceError {
    refused(format!("CRM has no table {table} for you any more. Discard the change, or try again once it is back."))
}

/// Checks the changes against the columns and choices that there are. What CRM would take as another value, or refuse in
/// words that name no cause, is held here.
///
/// # Errors
/// [`ServiceError::Refused`], with what is gone.
pub(crate) fn check(table: &Table, changes: &[Change]) -> Answer<()> {
    for change in changes {
        let Some(column) = table.column(&change.column) else {
            let name = &change.column;
            return Err(refused(format!(
                "CRM has no column {name} any more. Discard the change, or ask who removed it."
            )));
        };
        let label = &column.label;
        match (&column.kind, &change.after) {
            (_, Value::Null) => {}
            (Kind::Choice { choices }, Value::Choice(value)) if choices.iter().all(|choice| choice.value != *value) => {
                return Err(refused(format!(
                    "The choice {value} of {label} is not there any more. Discard the change and choose again."
                )));
            }
            (kind, value) if !holds(kind, value) => {
                return Err(refused(format!(
                    "{label} holds another kind of value now. Discard the change and enter it again."
                )));
            }
            _ => {}
        }
    }
    Ok(())
}

fn holds(kind: &Kind, value: &Value) -> bool {
    matches!(
        (kind, value),
        (_, Value::Null)
            | (Kind::Text { .. }, Value::Text(_))
            | (Kind::Whole { .. }, Value::Whole(_))
            | (Kind::Decimal { .. }, Value::Decimal(_))
            | (Kind::Money { .. }, Value::Money(_))
            | (Kind::Choice { .. }, Value::Choice(_))
            | (Kind::YesNo { .. }, Value::YesNo(_))
            | (Kind::Lookup { .. }, Value::Lookup(_))
            | (Kind::Id, Value::Id(_))
            | (Kind::DateTime, Value::DateTime(_))
            | (Kind::Date, Value::Date(_))
    )
}

/// The code is CRM's; what is refused here has none.
fn refused(reason: String) -> ServiceError {
    ServiceError::Refused { code: String::new(), reason }
}
