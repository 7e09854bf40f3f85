//! Creates, changes and deletes rows inside one transaction, by the organisation's rules.

use jiff::Timestamp;
use serde_json::Value;
use uuid::Uuid;

use super::body::{self, Changes, Purpose};
use super::refusal::Refusal;
use super::{derive, plugin, read, rules};
use crate::doors;
use crate::schema::{Schema, Table};
use crate::store::{Cells, Look, Record, Writing, link};

/// Who writes, and when.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deed<'s> {
    pub(crate) schema: &'s Schema,
    pub(crate) caller: Uuid,
    pub(crate) now: Timestamp,
}

impl Deed<'_> {
    /// Creates a row from the JSON that a client would send.
    pub(crate) fn create_from(
        &self,
        writing: &mut Writing<'_>,
        table: &Table,
        id: Uuid,
        body: &Value,
    ) -> Result<(), Refusal> {
        let fields = body::fields(body.to_string().as_bytes())?;
        let changes = body::read(self.schema, writing, table, &fields, Purpose::Create)?;
        self.create(writing, table, id, &changes)
    }

    /// Changes a row by the JSON that a client would send.
    pub(crate) fn update_from(
        &self,
        writing: &mut Writing<'_>,
        table: &Table,
        id: Uuid,
        body: &Value,
    ) -> Result<(), Refusal> {
        let fields = body::fields(body.to_string().as_bytes())?;
        let changes = body::read(self.schema, writing, table, &fields, Purpose::Update)?;
        let before = read::record(writing, table, id)?;
        self.update(writing, table, &before, &changes)
    }

    pub(crate) fn create(
        &self,
        writing: &mut Writing<'_>,
        table: &Table,
        id: Uuid,
        changes: &Changes<'_>,
    ) -> Result<(), Refusal> {
        if writing.get(&table.name, id)?.is_some() {
            return Err(Refusal::duplicate());
        }
        let mut cells: Cells =
            changes.cells.iter().filter_map(|(name, value)| Some((name.clone(), value.clone()?))).collect();
        rules::before_create(writing, table, &mut cells)?;
        derive::defaults(table, &mut cells, self.caller, self.now);
        rules::settle_state(table, &mut cells, None, changes)?;
        self.require(table, &cells)?;
        plugin::check(table, None, &cells)?;
        self.store(writing, table, id, cells)?;
        for (rows, column, children) in &changes.children {
            for child in children {
                let mut child = child.clone();
                child.cells.insert(column.name.clone(), Some(link(&table.name, id)));
                let child_id = child.id.unwrap_or_else(doors::new_id);
                self.create(writing, rows, child_id, &child)?;
            }
        }
        rules::after_parties(self, writing, table, id)
    }

    pub(crate) fn update(
        &self,
        writing: &mut Writing<'_>,
        table: &Table,
        before: &Record,
        changes: &Changes<'_>,
    ) -> Result<(), Refusal> {
        rules::before_update(writing, table, before, changes)?;
        let mut cells = before.cells.clone();
        for (name, value) in &changes.cells {
            match value {
                Some(value) => cells.insert(name.clone(), value.clone()),
                None => cells.remove(name),
            };
        }
        rules::settle_state(table, &mut cells, Some(before), changes)?;
        self.require(table, &cells)?;
        plugin::check(table, Some(before), &cells)?;
        self.store(writing, table, before.id, cells)
    }

    pub(crate) fn delete(&self, writing: &mut Writing<'_>, table: &Table, record: &Record) -> Result<(), Refusal> {
        rules::before_delete(writing, table, record)?;
        for (rows, column, _) in self.schema.pointing_at(&table.name) {
            if derive::parent_column(rows).is_some_and(|own| own.name == column.name) {
                for child in writing.children(&rows.name, record.id)? {
                    writing.delete(&rows.name, &child, Some(record.id))?;
                }
            } else {
                self.unlink(writing, rows, &column.name, &table.name, record.id)?;
            }
        }
        let parent = derive::parent_column(table).and_then(|column| record.lookup(&column.name));
        writing.delete(&table.name, record, parent.map(|(_, id)| id))?;
        Ok(())
    }

    /// Rows that pointed at a deleted row point nowhere.
    fn unlink(
        &self,
        writing: &mut Writing<'_>,
        table: &Table,
        column: &str,
        gone_table: &str,
        gone: Uuid,
    ) -> Result<(), Refusal> {
        let mut pointing = Vec::new();
        writing.each(&table.name, None, &mut |record| {
            if record.lookup(column) == Some((gone_table, gone)) {
                pointing.push(record);
            }
            true
        })?;
        for record in pointing {
            let mut cells = record.cells;
            cells.remove(column);
            self.store(writing, table, record.id, cells)?;
        }
        Ok(())
    }

    /// Stores the row with everything that follows from its columns.
    pub(crate) fn store(
        &self,
        writing: &mut Writing<'_>,
        table: &Table,
        id: Uuid,
        mut cells: Cells,
    ) -> Result<(), Refusal> {
        derive::compute(writing, table, &mut cells, self.caller, self.now)?;
        let parent = derive::parent_column(table)
            .and_then(|column| cells.get(&column.name).and_then(Value::as_str))
            .and_then(crate::store::parse_link)
            .map(|(_, id)| id);
        writing.put(&table.name, id, &cells, parent)?;
        Ok(())
    }

    fn require(&self, table: &Table, cells: &Cells) -> Result<(), Refusal> {
        for column in table.columns.iter().filter(|column| body::is_required(column)) {
            if !cells.contains_key(&column.name) {
                return Err(Refusal::argument(format!(
                    "A validation error occurred.  The required column '{}' of the '{}' table is empty.",
                    column.name, table.name
                )));
            }
        }
        Ok(())
    }
}
