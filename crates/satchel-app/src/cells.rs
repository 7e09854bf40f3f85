//! From a record's values to what the page shows.

use satchel_domain::{
    Value,
    schema::{ColumnShape, Kind, Lines},
};

use crate::requests::{Cell, CellKind};

/// None for a kind that no one reads, such as the primary id.
pub(crate) fn cell_kind(kind: &Kind) -> Option<CellKind> {
    Some(match kind {
        Kind::Text { lines: Lines::One, .. } => CellKind::Text,
        Kind::Text { lines: Lines::Many, .. } => CellKind::LongText,
        Kind::Whole { .. } | Kind::Decimal { .. } => CellKind::Number,
        Kind::Money { .. } => CellKind::Money,
        Kind::Choice { .. } => CellKind::Choice,
        Kind::YesNo { .. } => CellKind::YesNo,
        Kind::Lookup { .. } => CellKind::Lookup,
        Kind::DateTime => CellKind::DateTime,
        Kind::Date => CellKind::Date,
        Kind::Id => return None,
    })
}

/// One value for the page; `currency` is the record's ISO code, when it is known.
pub(crate) fn cell(column: &ColumnShape, value: &Value, currency: Option<&str>) -> Cell {
    match value {
        Value::Null | Value::Id(_) => Cell::Empty,
        Value::Text(text) => Cell::Text { text: text.clone() },
        Value::Whole(number) => Cell::Number { exact: number.to_string() },
        Value::Decimal(number) => Cell::Number { exact: number.to_string() },
        Value::Money(amount) => Cell::Money { exact: amount.to_string(), currency: currency.map(str::to_owned) },
        Value::Choice(value) => Cell::Choice { value: *value as f64, label: choice_label(&column.kind, *value) },
        Value::YesNo(is_yes) => Cell::YesNo { is_yes: *is_yes, label: yes_no_label(&column.kind, *is_yes) },
        Value::Lookup(lookup) => Cell::Lookup {
            table: lookup.table.as_str().to_owned(),
            id: lookup.id.to_string(),
            name: lookup.name.clone(),
        },
        Value::DateTime(at) => Cell::DateTime { at: at.as_millisecond() as f64 },
        Value::Date(day) => Cell::Date { day: day.to_string() },
    }
}

/// A choice that the metadata does not know (it was removed) shows its number.
fn choice_label(kind: &Kind, value: i64) -> String {
    let known = match kind {
        Kind::Choice { choices } => choices.iter().find(|choice| choice.value == value),
        _ => None,
    };
    known.map_or_else(|| value.to_string(), |choice| choice.label.clone())
}

fn yes_no_label(kind: &Kind, is_yes: bool) -> String {
    match (kind, is_yes) {
        (Kind::YesNo { yes, .. }, true) => yes.clone(),
        (Kind::YesNo { no, .. }, false) => no.clone(),
        (_, is_yes) => is_yes.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use satchel_domain::{Column, schema::Choice};

    use super::*;

    fn column(kind: Kind) -> ColumnShape {
        ColumnShape {
            name: Column::new("x"),
            label: "X".into(),
            kind,
            is_required: false,
            may_create: true,
            may_update: true,
        }
    }

    #[test]
    fn money_keeps_every_digit_and_names_its_currency() {
        let money = Value::Money("184000.0001".parse().unwrap());
        assert_eq!(
            cell(&column(Kind::Money { digits: 2 }), &money, Some("EUR")),
            Cell::Money { exact: "184000.0001".into(), currency: Some("EUR".into()) }
        );
    }

    #[test]
    fn a_choice_shows_its_label_and_a_removed_one_its_number() {
        let kind = Kind::Choice { choices: vec![Choice { value: 1, label: "Open".into() }] };
        assert_eq!(
            cell(&column(kind.clone()), &Value::Choice(1), None),
            Cell::Choice { value: 1.0, label: "Open".into() }
        );
        assert_eq!(cell(&column(kind), &Value::Choice(9), None), Cell::Choice { value: 9.0, label: "9".into() });
    }
}
