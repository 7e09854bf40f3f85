//! Judges whether a row passes a filter, by plain interpretation.

use std::cmp::Ordering;

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use super::filter::{Operator, Search, Side, Test};
use super::query;
use super::refusal::Refusal;
use crate::schema::{Column, Kind, Schema, Table};
use crate::store::{Look, Record, parse_link};

/// A value that can be compared.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Operand {
    Null,
    Flag(bool),
    Number(Decimal),
    Text(String),
    Id(Uuid),
    Time(Timestamp),
}

/// What a filter asks about: a row of a table, or a definition of one.
pub(crate) trait Subject {
    fn operand(&self, path: &[String]) -> Result<Operand, Refusal>;

    /// How many rows of a collection pass `test`, and how many there are.
    fn count(&self, path: &[String], test: Option<&Test>) -> Result<(usize, usize), Refusal>;
}

pub(crate) fn passes(subject: &dyn Subject, test: &Test) -> Result<bool, Refusal> {
    Ok(match test {
        Test::And(left, right) => passes(subject, left)? && passes(subject, right)?,
        Test::Or(left, right) => passes(subject, left)? || passes(subject, right)?,
        Test::Not(test) => !passes(subject, test)?,
        Test::Flag(side) => literal(subject, side)? == Operand::Flag(true),
        Test::Compare(left, operator, right) => {
            let (left, right) = (literal(subject, left)?, literal(subject, right)?);
            compares(&left, *operator, &right)
        }
        Test::Text(search, text, pattern) => match (literal(subject, text)?, literal(subject, pattern)?) {
            (Operand::Text(text), Operand::Text(pattern)) => finds(*search, &text, &pattern),
            _ => false,
        },
        Test::Collection { path, every, test } => {
            let (passing, all) = subject.count(path, test.as_deref())?;
            if *every { passing == all } else { passing > 0 }
        }
        Test::OneOf { property, values, negated } => {
            let operand = subject.operand(std::slice::from_ref(property))?;
            let found = values.iter().any(|value| compares(&operand, Operator::Equal, &bare(value)));
            found != *negated
        }
    })
}

fn literal(subject: &dyn Subject, side: &Side) -> Result<Operand, Refusal> {
    Ok(match side {
        Side::Property(path) => subject.operand(path)?,
        Side::Text(text) => Operand::Text(text.clone()),
        Side::Bare(word) => bare(word),
        Side::Flag(flag) => Operand::Flag(*flag),
        Side::Null => Operand::Null,
    })
}

fn bare(word: &str) -> Operand {
    if let Ok(id) = Uuid::parse_str(word) {
        Operand::Id(id)
    } else if let Ok(number) = word.parse() {
        Operand::Number(number)
    } else if let Ok(time) = word.parse() {
        Operand::Time(time)
    } else {
        Operand::Text(word.to_owned())
    }
}

fn compares(left: &Operand, operator: Operator, right: &Operand) -> bool {
    let order = compare(left, right);
    match operator {
        Operator::Equal => order == Some(Ordering::Equal),
        // An empty column differs from every value.
        Operator::NotEqual => order != Some(Ordering::Equal),
        Operator::Greater => order == Some(Ordering::Greater),
        Operator::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
        Operator::Less => order == Some(Ordering::Less),
        Operator::LessOrEqual => order.is_some_and(Ordering::is_le),
    }
}

/// Nothing when the two cannot be compared, as with an empty column.
fn compare(left: &Operand, right: &Operand) -> Option<Ordering> {
    use Operand as O;
    Some(match (left, right) {
        (O::Null, O::Null) => Ordering::Equal,
        (O::Flag(left), O::Flag(right)) => left.cmp(right),
        (O::Number(left), O::Number(right)) => left.cmp(right),
        (O::Id(left), O::Id(right)) => left.cmp(right),
        (O::Time(left), O::Time(right)) => left.cmp(right),
        (O::Text(left), O::Text(right)) => fold(left).cmp(&fold(right)),
        (O::Text(left), O::Id(right)) => Uuid::parse_str(left).ok()?.cmp(right),
        (O::Id(left), O::Text(right)) => left.cmp(&Uuid::parse_str(right).ok()?),
        (O::Text(left), O::Time(right)) => left.parse::<Timestamp>().ok()?.cmp(right),
        (O::Text(left), O::Number(right)) => left.parse::<Decimal>().ok()?.cmp(right),
        _ => return None,
    })
}

/// Texts compare without regard to case.
fn fold(text: &str) -> String {
    text.to_lowercase()
}

fn finds(search: Search, text: &str, pattern: &str) -> bool {
    let (text, pattern) = (fold(text), fold(pattern));
    match search {
        Search::Contains => text.contains(&pattern),
        Search::Starts => text.starts_with(&pattern),
        Search::Ends => text.ends_with(&pattern),
    }
}

/// Sorts like the service: empty first, texts without regard to case.
pub(crate) fn order(left: &Operand, right: &Operand) -> Ordering {
    match (left, right) {
        (Operand::Null, Operand::Null) => Ordering::Equal,
        (Operand::Null, _) => Ordering::Less,
        (_, Operand::Null) => Ordering::Greater,
        _ => compare(left, right).unwrap_or(Ordering::Equal),
    }
}

/// A stored cell, ready to compare.
pub(crate) fn operand(column: &Column, record: &Record) -> Operand {
    match &column.kind {
        Kind::Key => return Operand::Id(record.id),
        Kind::Big => return Operand::Number(record.version.into()),
        _ => {}
    }
    stored(column, record.cells.get(&column.name))
}

/// What a cookie remembers of a row that was the last of its page.
pub(crate) fn remembered(column: &Column, record: &Record) -> Value {
    match &column.kind {
        Kind::Key => Value::from(record.id.to_string()),
        Kind::Big => Value::from(record.version),
        _ => record.cells.get(&column.name).cloned().unwrap_or(Value::Null),
    }
}

/// The same for a value that is in no row, as in a cookie.
pub(crate) fn stored(column: &Column, cell: Option<&Value>) -> Operand {
    match (&column.kind, cell) {
        (_, None | Some(Value::Null)) => Operand::Null,
        (_, Some(Value::Bool(flag))) => Operand::Flag(*flag),
        (_, Some(Value::Number(number))) => number.to_string().parse().map_or(Operand::Null, Operand::Number),
        (Kind::Money { .. } | Kind::Decimal { .. }, Some(Value::String(digits))) => {
            digits.parse().map_or(Operand::Null, Operand::Number)
        }
        (Kind::Lookup { .. }, Some(Value::String(link))) => {
            parse_link(link).map_or(Operand::Null, |(_, id)| Operand::Id(id))
        }
        (Kind::Key | Kind::Guid, Some(Value::String(id))) => Uuid::parse_str(id).map_or(Operand::Null, Operand::Id),
        (Kind::DateTime, Some(Value::String(time))) => time.parse().map_or(Operand::Null, Operand::Time),
        (_, Some(Value::String(text))) => Operand::Text(text.clone()),
        _ => Operand::Null,
    }
}

/// A row of a table.
pub(crate) struct Row<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) look: &'a dyn Look,
    pub(crate) table: &'a Table,
    pub(crate) record: &'a Record,
}

impl Subject for Row<'_> {
    fn operand(&self, path: &[String]) -> Result<Operand, Refusal> {
        match path {
            [] => Ok(Operand::Null),
            [name] => self
                .table
                .property(name)
                .map(|column| operand(column, self.record))
                .ok_or_else(|| Refusal::no_property(name, &self.table.name)),
            [navigation, rest @ ..] => {
                let (column, target) = self
                    .table
                    .navigation(navigation)
                    .ok_or_else(|| Refusal::no_property(navigation, &self.table.name))?;
                let table = query::table(self.schema, &target.table)?;
                let pointed = match self.record.lookup(&column.name) {
                    Some((name, id)) if name == table.name => self.look.get(name, id)?,
                    _ => None,
                };
                match pointed {
                    Some(record) => Row { table, record: &record, ..*self }.operand(rest),
                    None => Ok(Operand::Null),
                }
            }
        }
    }

    fn count(&self, path: &[String], test: Option<&Test>) -> Result<(usize, usize), Refusal> {
        let [name] = path else {
            return Err(Refusal::query("A collection is asked for on the row itself."));
        };
        let (table, column) = query::collection(self.schema, self.table, name)
            .ok_or_else(|| Refusal::no_property(name, &self.table.name))?;
        let rows = query::related(self.look, table, column, &self.table.name, self.record.id)?;
        let mut passing = 0;
        for record in &rows {
            let row = Row { table, record, ..*self };
            passing += usize::from(match test {
                Some(test) => passes(&row, test)?,
                None => true,
            });
        }
        Ok((passing, rows.len()))
    }
}
