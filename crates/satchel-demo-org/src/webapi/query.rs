//! `$select`, `$expand`, `$orderby` and `$filter`, checked against the table.

use std::cmp::Ordering;

use uuid::Uuid;

use super::eval::{self, Operand, Row};
use super::filter::{self, Test};
use super::prefer::LARGEST_PAGE;
use super::refusal::Refusal;
use super::wire::Writer;
use crate::schema::{Column, Schema, Table, Target};
use crate::store::{Look, Record};

const MOST_EXPANDS: usize = 15;

/// Which columns and related rows an answer shows.
#[derive(Debug)]
pub(crate) struct Shape<'s> {
    pub(crate) columns: Vec<&'s Column>,
    pub(crate) expands: Vec<Expand<'s>>,
}

#[derive(Debug)]
pub(crate) struct Expand<'s> {
    pub(crate) name: String,
    pub(crate) table: &'s Table,
    pub(crate) path: Path<'s>,
    pub(crate) shape: Shape<'s>,
    pub(crate) filter: Option<Test>,
    pub(crate) order: Vec<Order<'s>>,
    pub(crate) top: usize,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Path<'s> {
    Single {
        column: &'s Column,
        target: &'s Target,
    },
    /// The lookup on the other side that points here.
    Many {
        column: &'s Column,
    },
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Order<'s> {
    pub(crate) column: &'s Column,
    pub(crate) descending: bool,
}

pub(crate) fn table<'s>(schema: &'s Schema, name: &str) -> Result<&'s Table, Refusal> {
    schema.table(name).ok_or_else(|| Refusal::no_resource(name))
}

/// The rows' table and lookup behind a collection's name.
pub(crate) fn collection<'s>(schema: &'s Schema, table: &'s Table, name: &str) -> Option<(&'s Table, &'s Column)> {
    schema
        .pointing_at(&table.name)
        .find(|(_, _, target)| target.collection == name)
        .map(|(from, column, _)| (from, column))
}

pub(crate) fn select<'s>(table: &'s Table, text: Option<&str>) -> Result<Vec<&'s Column>, Refusal> {
    let Some(text) = text.filter(|text| !text.trim().is_empty() && text.trim() != "*") else {
        return Ok(table.columns.iter().filter(|column| column.is_readable()).collect());
    };
    let mut columns: Vec<&Column> = Vec::new();
    for name in text.split(',').map(str::trim).filter(|name| !name.is_empty()) {
        let column = table
            .property(name)
            // Navigation properties may stand in $select and mean their lookup's value.
            .or_else(|| table.navigation(name).map(|(column, _)| column))
            .ok_or_else(|| Refusal::no_property(name, &table.name))?;
        add(&mut columns, column);
    }
    // An amount says nothing without its currency.
    let has_money = columns.iter().any(|column| matches!(column.kind, crate::schema::Kind::Money { .. }));
    if let Some(currency) = table.column("transactioncurrencyid").filter(|_| has_money) {
        add(&mut columns, currency);
    }
    Ok(columns)
}

fn add<'s>(columns: &mut Vec<&'s Column>, column: &'s Column) {
    if !columns.iter().any(|known| known.name == column.name) {
        columns.push(column);
    }
}

pub(crate) fn shape<'s>(
    schema: &'s Schema,
    table: &'s Table,
    select: Option<&str>,
    expand: Option<&str>,
) -> Result<Shape<'s>, Refusal> {
    let columns = self::select(table, select)?;
    let mut expands = Vec::new();
    for part in split(expand.unwrap_or_default(), ',') {
        expands.push(self::expand(schema, table, part)?);
    }
    if expands.len() > MOST_EXPANDS {
        return Err(Refusal::query(format!("A query may expand {MOST_EXPANDS} properties at most.")));
    }
    Ok(Shape { columns, expands })
}

/// `primarycontactid($select=fullname;$top=3)`.
fn expand<'s>(schema: &'s Schema, from: &'s Table, part: &str) -> Result<Expand<'s>, Refusal> {
    let (name, inner) = match part.split_once('(') {
        Some((name, rest)) => (name.trim(), rest.trim().strip_suffix(')').unwrap_or(rest)),
        None => (part.trim(), ""),
    };
    let (table, path) = match from.navigation(name) {
        Some((column, target)) => (self::table(schema, &target.table)?, Path::Single { column, target }),
        None => collection(schema, from, name)
            .map(|(table, column)| (table, Path::Many { column }))
            .ok_or_else(|| Refusal::no_property(name, &from.name))?,
    };
    let (mut columns, mut nested, mut filter, mut order, mut top) = (None, None, None, Vec::new(), LARGEST_PAGE);
    for option in split(inner, ';') {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        match name.trim() {
            "$select" => columns = Some(value),
            "$expand" => nested = Some(value),
            "$filter" => filter = Some(filter::parse(value)?),
            "$orderby" => order = self::order(table, Some(value))?,
            "$top" => {
                top = value.parse().map_err(|_| Refusal::query("$top takes a whole number."))?;
            }
            other => return Err(Refusal::query(format!("'{other}' cannot be used within $expand."))),
        }
    }
    let shape = self::shape(schema, table, columns, nested)?;
    Ok(Expand { name: name.to_owned(), table, path, shape, filter, order, top })
}

/// Divides outside of parentheses and quotes.
pub(crate) fn split(text: &str, mark: char) -> Vec<&str> {
    let (mut depth, mut quoted) = (0_i32, false);
    text.split(|letter| {
        match letter {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        letter == mark && depth == 0 && !quoted
    })
    .filter(|part| !part.trim().is_empty())
    .collect()
}

pub(crate) fn order<'s>(table: &'s Table, text: Option<&str>) -> Result<Vec<Order<'s>>, Refusal> {
    split(text.unwrap_or_default(), ',')
        .into_iter()
        .map(|part| {
            let mut words = part.split_whitespace();
            let name = words.next().unwrap_or_default();
            let descending = match words.next() {
                None | Some("asc") => false,
                Some("desc") => true,
                Some(other) => {
                    return Err(Refusal::query(format!("'{other}' is no direction to order by.")));
                }
            };
            let column = table.property(name).ok_or_else(|| Refusal::no_property(name, &table.name))?;
            Ok(Order { column, descending })
        })
        .collect()
}

/// The rows whose lookup points at a parent.
pub(crate) fn related(
    look: &dyn Look,
    table: &Table,
    column: &Column,
    parent_table: &str,
    parent: Uuid,
) -> Result<Vec<Record>, Refusal> {
    if super::derive::parent_column(table).is_some_and(|own| own.name == column.name) {
        return Ok(look.children(&table.name, parent)?);
    }
    let mut rows = Vec::new();
    look.each(&table.name, None, &mut |record| {
        if record.lookup(&column.name) == Some((parent_table, parent)) {
            rows.push(record);
        }
        true
    })?;
    Ok(rows)
}

/// Filters and sorts rows that are already in hand.
pub(crate) fn choose(
    writer: &Writer<'_>,
    table: &Table,
    rows: Vec<Record>,
    filter: &Option<Test>,
    by: &[Order<'_>],
) -> Result<Vec<Record>, Refusal> {
    let mut chosen = Vec::new();
    for record in rows {
        let row = Row { schema: writer.schema, look: writer.look, table, record: &record };
        let keep = match filter {
            Some(test) => eval::passes(&row, test)?,
            None => true,
        };
        if keep {
            chosen.push(record);
        }
    }
    if !by.is_empty() {
        chosen.sort_by_cached_key(|record| SortKey::of(record, by));
    }
    Ok(chosen)
}

/// Where a row stands in the order; the id decides between equals.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SortKey {
    pub(crate) parts: Vec<(Operand, bool)>,
    pub(crate) id: Uuid,
}

impl SortKey {
    pub(crate) fn of(record: &Record, by: &[Order<'_>]) -> Self {
        let parts = by.iter().map(|order| (eval::operand(order.column, record), order.descending)).collect();
        Self { parts, id: record.id }
    }
}

impl Eq for SortKey {}

impl PartialOrd for SortKey {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for SortKey {
    fn cmp(&self, other: &Self) -> Ordering {
        self.parts
            .iter()
            .zip(&other.parts)
            .map(|((left, descending), (right, _))| {
                let order = eval::order(left, right);
                if *descending { order.reverse() } else { order }
            })
            .find(|order| order.is_ne())
            .unwrap_or_else(|| self.id.cmp(&other.id))
    }
}
