//! From `column=value` to what the app takes; the app checks it as it checks what is typed in the window.

use satchel_app::requests::{Cell, CellKind, Field, Typed};

/// The columns and values of an edit, or a sentence about the first that cannot be.
pub(crate) fn typed(fields: &[Field], values: &[String]) -> Result<Vec<Typed>, String> {
    let one = |value: &String| {
        let (column, text) = value.split_once('=').ok_or_else(|| format!("\"{value}\" is not COLUMN=VALUE."))?;
        let field = fields.iter().find(|field| field.column == column).ok_or_else(|| no_column(fields, column))?;
        Ok(Typed { column: column.to_owned(), cell: cell(field, text)? })
    };
    values.iter().map(one).collect()
}

fn no_column(fields: &[Field], column: &str) -> String {
    let open: Vec<_> = fields.iter().filter(|field| field.may_edit).map(|field| field.column.as_str()).collect();
    match open.is_empty() {
        true => "Records of this table cannot be edited here.".to_owned(),
        false => format!("There is no column {column} to set. There are: {}.", open.join(", ")),
    }
}

fn cell(field: &Field, text: &str) -> Result<Cell, String> {
    if text.is_empty() {
        return Ok(Cell::Empty);
    }
    let exact = text.to_owned();
    Ok(match field.kind {
        CellKind::Text | CellKind::LongText => Cell::Text { text: exact },
        CellKind::Number => Cell::Number { exact },
        CellKind::Money => Cell::Money { exact, currency: None },
        CellKind::Date => Cell::Date { day: exact },
        CellKind::DateTime => match text.parse::<jiff::Timestamp>() {
            Ok(at) => Cell::DateTime { at: at.as_millisecond() as f64 },
            Err(_) => return Err(format!("{} is a time such as 2026-11-20T09:30:00Z.", field.label)),
        },
        CellKind::Choice => Cell::Choice { value: chosen(field, text)?, label: exact },
        CellKind::YesNo => {
            let is_yes = match text.to_ascii_lowercase().as_str() {
                "yes" | "true" => true,
                "no" | "false" => false,
                _ => chosen(field, text)? > 0.0,
            };
            Cell::YesNo { is_yes, label: exact }
        }
        CellKind::Lookup => match text.split_once(':') {
            Some((table, id)) => Cell::Lookup { table: table.to_owned(), id: id.to_owned(), name: None },
            None => return Err(format!("{} refers to a record as table:id, such as account:5a7c….", field.label)),
        },
    })
}

/// The number of a choice that was given by its label or by its number.
fn chosen(field: &Field, text: &str) -> Result<f64, String> {
    let choices = &field.rule.choices;
    let same = |label: &str| label.eq_ignore_ascii_case(text);
    let found = choices.iter().find(|choice| same(&choice.label) || choice.value.to_string() == text);
    let labels = || choices.iter().map(|choice| choice.label.as_str()).collect::<Vec<_>>().join(", ");
    found.map(|choice| choice.value).ok_or_else(|| format!("{} is one of: {}.", field.label, labels()))
}

#[cfg(test)]
mod tests {
    use satchel_app::requests::{ChoiceOption, FieldRule};

    use super::*;

    fn field(kind: CellKind) -> Field {
        let choices = [(1.0, "Hot"), (2.0, "Cold")];
        let choices = choices.map(|(value, label)| ChoiceOption { value, label: label.to_owned() }).to_vec();
        Field {
            column: "x".to_owned(),
            label: "X".to_owned(),
            kind,
            is_required: false,
            may_edit: true,
            cell: Cell::Empty,
            was: None,
            rule: FieldRule { max_length: None, digits: None, choices, targets: Vec::new() },
        }
    }

    #[track_caller]
    fn check(kind: CellKind, value: &str, expected: Result<Cell, &str>) {
        let typed = typed(&[field(kind)], &[value.to_owned()]).map(|mut typed| typed.remove(0).cell);
        assert_eq!(typed, expected.map_err(str::to_owned));
    }

    #[test]
    fn a_value_may_hold_the_sign_itself_and_nothing_clears() {
        check(CellKind::Text, "x=a=b", Ok(Cell::Text { text: "a=b".into() }));
        check(CellKind::Text, "x=", Ok(Cell::Empty));
        check(CellKind::Text, "x", Err("\"x\" is not COLUMN=VALUE."));
        check(CellKind::Text, "y=1", Err("There is no column y to set. There are: x."));
    }

    #[test]
    fn a_choice_goes_by_label_or_number() {
        check(CellKind::Choice, "x=cold", Ok(Cell::Choice { value: 2.0, label: "cold".into() }));
        check(CellKind::Choice, "x=1", Ok(Cell::Choice { value: 1.0, label: "1".into() }));
        check(CellKind::Choice, "x=3", Err("X is one of: Hot, Cold."));
        check(CellKind::YesNo, "x=no", Ok(Cell::YesNo { is_yes: false, label: "no".into() }));
    }

    #[test]
    fn a_lookup_names_its_table() {
        let cell = Cell::Lookup { table: "account".into(), id: "7".into(), name: None };
        check(CellKind::Lookup, "x=account:7", Ok(cell));
        check(CellKind::Lookup, "x=7", Err("X refers to a record as table:id, such as account:5a7c…."));
        check(CellKind::DateTime, "x=today", Err("X is a time such as 2026-11-20T09:30:00Z."));
    }
}
