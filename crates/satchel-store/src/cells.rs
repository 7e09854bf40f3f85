//! How a value stands in SQL columns, exactly: money as ten-thousandths, decimals by decimal_key.rs, never REAL.

use jiff::{Timestamp, civil};
use rusqlite::{Row, types::Value as Cell};
use rust_decimal::Decimal;
use satchel_domain::{
    RecordId, TableName, Value,
    ids::Uuid,
    schema::{ColumnShape, Kind},
    value::Lookup,
};

use crate::{
    decimal_key,
    error::{Result, StoreError},
};

/// Money is kept in ten-thousandths, which holds all that Dataverse knows (± 922,337,203,685,477).
const MONEY_SCALE: u32 = 4;

/// Adds the cells of one value, as many as sql.rs makes columns.
pub(crate) fn encode(info: &ColumnShape, value: &Value, cells: &mut Vec<Cell>) -> Result<()> {
    let cell = match (&info.kind, value) {
        (Kind::Lookup { .. }, Value::Null) => {
            cells.extend([Cell::Null, Cell::Null, Cell::Null]);
            return Ok(());
        }
        (Kind::Lookup { .. }, Value::Lookup(lookup)) => {
            let name = lookup.name.clone().map_or(Cell::Null, Cell::Text);
            cells.extend([blob(lookup.id), Cell::Text(lookup.table.as_str().to_owned()), name]);
            return Ok(());
        }
        (_, Value::Null) => Cell::Null,
        (Kind::Text { .. }, Value::Text(text)) => Cell::Text(text.clone()),
        (Kind::Whole { .. }, Value::Whole(number)) | (Kind::Choice { .. }, Value::Choice(number)) => {
            Cell::Integer(*number)
        }
        (Kind::YesNo { .. }, Value::YesNo(is_yes)) => Cell::Integer(i64::from(*is_yes)),
        (Kind::Money { .. }, Value::Money(amount)) => {
            Cell::Integer(ten_thousandths(*amount).ok_or_else(|| misfit(info))?)
        }
        (Kind::Decimal { .. }, Value::Decimal(number)) => Cell::Text(decimal_key::encode(*number)),
        (Kind::Id, Value::Id(id)) => blob(*id),
        (Kind::DateTime, Value::DateTime(at)) => Cell::Integer(at.as_millisecond()),
        (Kind::Date, Value::Date(day)) => Cell::Text(day.to_string()),
        _ => return Err(misfit(info)),
    };
    cells.push(cell);
    Ok(())
}

/// Reads the cells from `at` on, and moves `at` behind them.
pub(crate) fn decode(info: &ColumnShape, row: &Row<'_>, at: &mut usize) -> Result<Value> {
    let first = *at;
    *at += if matches!(info.kind, Kind::Lookup { .. }) { 3 } else { 1 };
    if row.get_ref(first)? == rusqlite::types::ValueRef::Null {
        return Ok(Value::Null);
    }
    let broken = || StoreError::Query(format!("the column {} cannot be read", info.name));
    Ok(match info.kind {
        Kind::Text { .. } => Value::Text(row.get(first)?),
        Kind::Whole { .. } => Value::Whole(row.get(first)?),
        Kind::Choice { .. } => Value::Choice(row.get(first)?),
        Kind::YesNo { .. } => Value::YesNo(row.get::<_, i64>(first)? != 0),
        Kind::Money { .. } => Value::Money(Decimal::new(row.get(first)?, MONEY_SCALE)),
        Kind::Decimal { .. } => Value::Decimal(decimal_key::decode(&row.get::<_, String>(first)?)?),
        Kind::Id => Value::Id(id(row, first)?),
        Kind::DateTime => Value::DateTime(Timestamp::from_millisecond(row.get(first)?).map_err(|_| broken())?),
        Kind::Date => Value::Date(row.get::<_, String>(first)?.parse::<civil::Date>().map_err(|_| broken())?),
        Kind::Lookup { .. } => Value::Lookup(Lookup {
            id: id(row, first)?,
            table: TableName::new(row.get::<_, String>(first + 1)?),
            name: row.get(first + 2)?,
        }),
    })
}

pub(crate) fn blob(id: RecordId) -> Cell {
    Cell::Blob(id.0.as_bytes().to_vec())
}

pub(crate) fn id(row: &Row<'_>, at: usize) -> Result<RecordId> {
    Ok(RecordId(Uuid::from_bytes(row.get(at)?)))
}

fn ten_thousandths(amount: Decimal) -> Option<i64> {
    let amount = amount.normalize();
    let missing = MONEY_SCALE.checked_sub(amount.scale())?;
    i64::try_from(amount.mantissa().checked_mul(10i128.pow(missing))?).ok()
}

fn misfit(info: &ColumnShape) -> StoreError {
    StoreError::Unfit(format!("a value does not fit the column {}", info.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_exact_over_the_whole_range_of_dataverse() {
        for (text, cell) in [
            ("922337203685477.5807", Some(i64::MAX)),
            ("-922337203685477.5808", Some(i64::MIN)),
            ("0.1", Some(1000)),
            ("1.50000", Some(15000)),
            ("0.00001", None),
            ("922337203685477.5808", None),
        ] {
            assert_eq!(ten_thousandths(text.parse().unwrap()), cell, "{text}");
        }
    }
}
