//! Writes rows as OData JSON, with the annotations that the caller asked for.

use std::cell::RefCell;
use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use super::prefer::Prefer;
use super::refusal::Refusal;
use super::{formatted, query};
use crate::schema::{Column, Kind, Schema, Table};
use crate::store::{Look, Record, parse_link};

pub(crate) const FORMATTED: &str = "OData.Community.Display.V1.FormattedValue";
const LOOKUP_TABLE: &str = "Microsoft.Dynamics.CRM.lookuplogicalname";
const LOOKUP_NAVIGATION: &str = "Microsoft.Dynamics.CRM.associatednavigationproperty";

/// Writes the rows of one answer.
pub(crate) struct Writer<'a> {
    pub(crate) schema: &'a Schema,
    pub(crate) look: &'a dyn Look,
    pub(crate) prefer: &'a Prefer,
    /// Names of rows that lookups point at; a page names the same few again and again.
    names: RefCell<HashMap<Uuid, Option<String>>>,
}

impl<'a> Writer<'a> {
    pub(crate) fn new(schema: &'a Schema, look: &'a dyn Look, prefer: &'a Prefer) -> Self {
        Self { schema, look, prefer, names: RefCell::default() }
    }

    /// Writes `{…}`, with `head` (an `@odata.context`) in front when there is one.
    pub(crate) fn record(
        &self,
        out: &mut String,
        table: &Table,
        record: &Record,
        shape: &query::Shape<'_>,
        head: Option<&str>,
    ) -> Result<(), Refusal> {
        out.push('{');
        if let Some(context) = head {
            out.push_str("\"@odata.context\":");
            text(out, context);
            out.push(',');
        }
        out.push_str("\"@odata.etag\":");
        text(out, &etag(record.version));
        let mut has_key = false;
        for column in &shape.columns {
            has_key |= matches!(column.kind, Kind::Key);
            self.cell(out, column, record)?;
        }
        if !has_key {
            out.push_str(",\"");
            out.push_str(&table.key);
            out.push_str("\":\"");
            out.push_str(&record.id.to_string());
            out.push('"');
        }
        for expand in &shape.expands {
            self.expand(out, table, record, expand)?;
        }
        out.push('}');
        Ok(())
    }

    fn cell(&self, out: &mut String, column: &Column, record: &Record) -> Result<(), Refusal> {
        let property = column.property();
        let stored = record.cells.get(&column.name);
        if self.prefer.wants_any() {
            self.annotate(out, column, &property, record)?;
        }
        out.push_str(",\"");
        out.push_str(&property);
        out.push_str("\":");
        value(out, column, stored, record);
        Ok(())
    }

    fn annotate(&self, out: &mut String, column: &Column, property: &str, record: &Record) -> Result<(), Refusal> {
        let mut note = |name: &str, value: &str| {
            out.push_str(",\"");
            out.push_str(property);
            out.push('@');
            out.push_str(name);
            out.push_str("\":");
            text(out, value);
        };
        let pointed = record.lookup(&column.name).filter(|_| column.is_lookup());
        if self.prefer.wants(FORMATTED) {
            let shown = match pointed {
                Some((table, id)) => self.name(table, id)?,
                None => formatted::value(self.look, column, record)?,
            };
            if let Some(shown) = shown {
                note(FORMATTED, &shown);
            }
        }
        if let Some((table, _)) = pointed {
            let target = column.targets().iter().find(|target| target.table == table);
            if let Some(target) = target.filter(|_| self.prefer.wants(LOOKUP_NAVIGATION)) {
                note(LOOKUP_NAVIGATION, &target.navigation);
            }
            if self.prefer.wants(LOOKUP_TABLE) {
                note(LOOKUP_TABLE, table);
            }
        }
        Ok(())
    }

    /// The primary name of a row that a lookup points at.
    pub(crate) fn name(&self, table: &str, id: Uuid) -> Result<Option<String>, Refusal> {
        if let Some(known) = self.names.borrow().get(&id) {
            return Ok(known.clone());
        }
        let name = match self.schema.table(table) {
            Some(table) => self
                .look
                .get_any(&table.name, id)?
                .and_then(|record| record.text(&table.primary_name).map(str::to_owned)),
            None => None,
        };
        self.names.borrow_mut().insert(id, name.clone());
        Ok(name)
    }

    fn expand(
        &self,
        out: &mut String,
        table: &Table,
        record: &Record,
        expand: &query::Expand<'_>,
    ) -> Result<(), Refusal> {
        out.push_str(",\"");
        out.push_str(&expand.name);
        out.push_str("\":");
        match expand.path {
            query::Path::Single { column, target } => {
                let pointed = record.lookup(&column.name).filter(|(table, _)| *table == target.table);
                let found = match pointed {
                    Some((table, id)) => self.look.get(table, id)?,
                    None => None,
                };
                match found {
                    Some(found) => self.record(out, expand.table, &found, &expand.shape, None)?,
                    None => out.push_str("null"),
                }
            }
            query::Path::Many { column } => {
                out.push('[');
                let rows = query::related(self.look, expand.table, column, &table.name, record.id)?;
                let rows = query::choose(self, expand.table, rows, &expand.filter, &expand.order)?;
                for (at, row) in rows.iter().take(expand.top).enumerate() {
                    if at > 0 {
                        out.push(',');
                    }
                    self.record(out, expand.table, row, &expand.shape, None)?;
                }
                out.push(']');
            }
        }
        Ok(())
    }
}

pub(crate) fn etag(version: u64) -> String {
    format!("W/\"{version}\"")
}

/// One column's value. Money keeps its digits as they are stored.
pub(crate) fn value(out: &mut String, column: &Column, stored: Option<&Value>, record: &Record) {
    match (&column.kind, stored) {
        (Kind::Key, _) => text(out, &record.id.to_string()),
        (Kind::Big, _) => out.push_str(&record.version.to_string()),
        (_, None) => out.push_str("null"),
        (Kind::Money { .. } | Kind::Decimal { .. }, Some(Value::String(digits))) => {
            out.push_str(digits);
        }
        (Kind::Lookup { .. }, Some(Value::String(link))) => match parse_link(link) {
            Some((_, id)) => text(out, &id.to_string()),
            None => out.push_str("null"),
        },
        (_, Some(Value::String(words))) => text(out, words),
        (_, Some(other)) => out.push_str(&other.to_string()),
    }
}

/// A JSON string.
pub(crate) fn text(out: &mut String, words: &str) {
    out.push_str(&Value::from(words).to_string());
}
