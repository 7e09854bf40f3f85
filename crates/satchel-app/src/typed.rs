//! From what the user typed to a value, checked as the service would check it.

use satchel_domain::{
    RecordId, TableName, Value,
    ids::Uuid,
    schema::{ColumnShape, Kind, Lines},
    value::Lookup,
};

use crate::requests::{Cell, ChoiceOption, FieldRule, LookupTarget};

/// The value of a cell, or a sentence that says what is wrong with it.
pub(crate) fn value_of(shape: &ColumnShape, cell: &Cell) -> Result<Value, String> {
    let wrong = || Err(format!("{} cannot hold this.", shape.label));
    match (cell, &shape.kind) {
        (Cell::Empty, _) => Ok(Value::Null),
        (Cell::Text { text }, Kind::Text { max_length, lines }) => text_of(shape, text, *max_length, *lines),
        (Cell::Number { exact }, Kind::Whole { min, max }) => match exact.trim().parse::<i64>() {
            Ok(number) if (*min..=*max).contains(&number) => Ok(Value::Whole(number)),
            Ok(_) => Err(format!("{} is a number from {min} to {max}.", shape.label)),
            Err(_) => Err(format!("{} is a whole number.", shape.label)),
        },
        (Cell::Number { exact }, Kind::Decimal { digits }) => decimal(shape, exact, *digits).map(Value::Decimal),
        (Cell::Money { exact, .. }, Kind::Money { digits }) => decimal(shape, exact, *digits).map(Value::Money),
        (Cell::Choice { value, .. }, Kind::Choice { choices }) => {
            let known = choices.iter().find(|choice| (choice.value as f64).to_bits() == value.to_bits());
            known
                .map(|choice| Value::Choice(choice.value))
                .ok_or_else(|| format!("{} has no such choice.", shape.label))
        }
        (Cell::YesNo { is_yes, .. }, Kind::YesNo { .. }) => Ok(Value::YesNo(*is_yes)),
        (Cell::Lookup { table, id, name }, Kind::Lookup { targets }) => {
            let table = TableName::new(table.as_str());
            let id = Uuid::parse_str(id).map_err(|_| format!("{} refers to no record.", shape.label))?;
            match targets.iter().any(|target| target.table == table) {
                true => Ok(Value::Lookup(Lookup { table, id: RecordId(id), name: name.clone() })),
                false => Err(format!("{} cannot refer to a record of that table.", shape.label)),
            }
        }
        (Cell::DateTime { at }, Kind::DateTime) => {
            // The page's times are whole milliseconds within what a date picker gives.
            let at = jiff::Timestamp::from_millisecond(*at as i64);
            at.map(Value::DateTime).map_err(|_| format!("{} is no date.", shape.label))
        }
        (Cell::Date { day }, Kind::Date) => match day.parse() {
            Ok(day) => Ok(Value::Date(day)),
            Err(_) => Err(format!("{} is a date such as 2026-11-20.", shape.label)),
        },
        _ => wrong(),
    }
}

pub(crate) fn missing(shape: &ColumnShape) -> String {
    format!("{} must be filled in.", shape.label)
}

/// What the page needs to check while the user types.
pub(crate) fn rule_of(shape: &ColumnShape, label_of: &dyn Fn(&TableName) -> Option<String>) -> FieldRule {
    let mut rule = FieldRule { max_length: None, digits: None, choices: Vec::new(), targets: Vec::new() };
    match &shape.kind {
        Kind::Text { max_length, .. } => rule.max_length = Some(*max_length),
        Kind::Decimal { digits } | Kind::Money { digits } => rule.digits = Some(*digits),
        Kind::Choice { choices } => {
            let option = |choice: &satchel_domain::schema::Choice| ChoiceOption {
                value: choice.value as f64,
                label: choice.label.clone(),
            };
            rule.choices = choices.iter().map(option).collect();
        }
        Kind::Lookup { targets } => {
            // Only what is kept here can be looked up here.
            let target = |target: &satchel_domain::schema::Target| {
                let label = label_of(&target.table)?;
                Some(LookupTarget { table: target.table.as_str().to_owned(), label })
            };
            rule.targets = targets.iter().filter_map(target).collect();
        }
        Kind::YesNo { yes, no } => {
            let words = [(0.0, no), (1.0, yes)];
            rule.choices = words.map(|(value, label)| ChoiceOption { value, label: label.clone() }).to_vec();
        }
        Kind::Whole { .. } | Kind::Id | Kind::DateTime | Kind::Date => {}
    }
    rule
}

fn text_of(shape: &ColumnShape, text: &str, max_length: u32, lines: Lines) -> Result<Value, String> {
    let text = if lines == Lines::One { text.trim() } else { text };
    if text.is_empty() {
        return Ok(Value::Null);
    }
    let length = text.encode_utf16().count();
    if length > usize::try_from(max_length).unwrap_or(usize::MAX) {
        return Err(format!("{} holds at most {max_length} characters; this is {length}.", shape.label));
    }
    if lines == Lines::One && text.contains(['\n', '\r']) {
        return Err(format!("{} is one line.", shape.label));
    }
    Ok(Value::Text(text.to_owned()))
}

fn decimal(shape: &ColumnShape, exact: &str, digits: u32) -> Result<rust_decimal::Decimal, String> {
    let number: rust_decimal::Decimal =
        exact.trim().parse().map_err(|_| format!("{} is a number such as 1250.50.", shape.label))?;
    if number.normalize().scale() > digits {
        return Err(format!("{} has at most {digits} digits after the point.", shape.label));
    }
    Ok(number)
}

#[cfg(test)]
mod tests {
    use satchel_domain::{Column, schema::Choice};

    use super::*;

    fn shape(kind: Kind) -> ColumnShape {
        ColumnShape {
            name: Column::new("x"),
            label: "X".into(),
            kind,
            is_required: false,
            may_create: true,
            may_update: true,
        }
    }

    fn text(text: &str) -> Cell {
        Cell::Text { text: text.to_owned() }
    }

    fn number(exact: &str) -> Cell {
        Cell::Number { exact: exact.to_owned() }
    }

    #[test]
    fn a_text_is_counted_as_the_service_counts_it() {
        let one = shape(Kind::Text { max_length: 2, lines: Lines::One });
        assert_eq!(value_of(&one, &text(" ab ")), Ok(Value::Text("ab".into())));
        assert_eq!(value_of(&one, &text("  ")), Ok(Value::Null));
        assert_eq!(value_of(&one, &text("😀")), Ok(Value::Text("😀".into())));
        assert_eq!(value_of(&one, &text("a😀")), Err("X holds at most 2 characters; this is 3.".into()));
        assert!(
            value_of(&one, &text("\n")).is_ok()
                && value_of(&shape(Kind::Text { max_length: 9, lines: Lines::One }), &text("a\nb")).is_err()
        );
    }

    #[test]
    fn numbers_keep_to_their_range_and_their_digits() {
        let whole = shape(Kind::Whole { min: 0, max: 10 });
        assert_eq!(value_of(&whole, &number("7")), Ok(Value::Whole(7)));
        assert_eq!(value_of(&whole, &number("11")), Err("X is a number from 0 to 10.".into()));
        assert_eq!(value_of(&whole, &number("seven")), Err("X is a whole number.".into()));
        let money = shape(Kind::Money { digits: 2 });
        let typed = |exact: &str| Cell::Money { exact: exact.to_owned(), currency: None };
        assert!(value_of(&money, &typed("1250.50")).is_ok() && value_of(&money, &typed("1250.500")).is_ok());
        assert_eq!(value_of(&money, &typed("1.005")), Err("X has at most 2 digits after the point.".into()));
    }

    #[test]
    fn a_choice_and_a_lookup_are_of_what_the_column_offers() {
        let choice = shape(Kind::Choice { choices: vec![Choice { value: 1, label: "Hot".into() }] });
        assert_eq!(value_of(&choice, &Cell::Choice { value: 1.0, label: String::new() }), Ok(Value::Choice(1)));
        assert!(value_of(&choice, &Cell::Choice { value: 2.0, label: String::new() }).is_err());
        let lookup = shape(Kind::Lookup { targets: Vec::new() });
        let cell = Cell::Lookup { table: "account".into(), id: Uuid::nil().to_string(), name: None };
        assert!(value_of(&lookup, &cell).is_err());
        assert_eq!(value_of(&lookup, &Cell::Empty), Ok(Value::Null));
        assert!(value_of(&lookup, &text("Contoso")).is_err());
    }

    #[test]
    fn a_day_is_a_day() {
        let date = shape(Kind::Date);
        assert!(value_of(&date, &Cell::Date { day: "2026-02-28".into() }).is_ok());
        assert!(value_of(&date, &Cell::Date { day: "2026-02-30".into() }).is_err());
    }
}
