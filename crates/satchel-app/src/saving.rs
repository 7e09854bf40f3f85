//! Saving, creating and deleting records: checked as CRM would check, stored with their outbox entry in one commit.

use std::sync::Arc;

use satchel_domain::{
    Column, EntryId, Record, RecordId, Value,
    edit::{Change, Deed, Edit},
    schema::{ColumnShape, Table},
};
use satchel_store::{
    Durability, Result as Stored, Tx, outbox, records,
    undo::{self, Did, Step},
};
use satchel_sync::{Agent, Event};

use crate::{
    app::App,
    records::{described, name_of, no_such_table, record_gone, record_id},
    requests::*,
    typed::{missing, value_of},
    undoing::{again, reversed},
};

impl App {
    /// Says *saved* once edit and outbox entry are on disk. Saving what is shown already writes nothing.
    pub async fn save_record(self: &Arc<Self>, request: SaveRecord) -> Result<Saved, CommandError> {
        let desk = self.desk()?;
        let is_new = request.id.is_none();
        let record = match &request.id {
            Some(id) => record_id(id)?,
            None => RecordId(crate::ids::mint()),
        };
        let (entry, now) = (EntryId(crate::ids::mint()), self.clock.now());
        let outcome = self
            .on_disk(desk.database.clone(), move |database| {
                database.write(Durability::Full, |tx| {
                    let Some((_, table)) = described(tx, &request.table)? else { return Ok(Outcome::NoTable) };
                    let shown = records::one(tx, &table, record)?.map(|shown| shown.record);
                    if shown.is_none() && !is_new {
                        return Ok(Outcome::Gone);
                    }
                    let changes = match changes(&table, shown.as_ref(), &request.values) {
                        Ok(changes) => changes,
                        Err(problems) => return Ok(Outcome::Problems(problems)),
                    };
                    if changes.is_empty() {
                        return Ok(Outcome::Saved(None));
                    }
                    let deed = if is_new { Deed::Create } else { Deed::Update };
                    let edit = Edit { entry, table: table.name.clone(), record, deed, changes, base: None };
                    let (did, back) = match deed {
                        Deed::Create => (Did::Create, (Deed::Delete, Vec::new())),
                        Deed::Update | Deed::Delete | Deed::Track => {
                            (Did::Edit, (Deed::Update, reversed(&edit.changes)))
                        }
                    };
                    append_undoable(tx, &table, shown, edit, now, (did, back)).map(Outcome::Saved)
                })
            })
            .await?;
        outcome.told(record, &desk.agent)
    }

    /// Says *saved* as [`App::save_record`] does. A record that CRM never saw leaves nothing to send.
    pub async fn delete_record(self: &Arc<Self>, request: DeleteRecord) -> Result<Saved, CommandError> {
        let desk = self.desk()?;
        let record = record_id(&request.id)?;
        let (entry, now) = (EntryId(crate::ids::mint()), self.clock.now());
        let outcome = self
            .on_disk(desk.database.clone(), move |database| {
                database.write(Durability::Full, |tx| {
                    let Some((_, table)) = described(tx, &request.table)? else { return Ok(Outcome::NoTable) };
                    let Some(shown) = records::one(tx, &table, record)? else { return Ok(Outcome::Gone) };
                    let edit = Edit {
                        entry,
                        table: table.name.clone(),
                        record,
                        deed: Deed::Delete,
                        changes: Vec::new(),
                        base: None,
                    };
                    let back = (Deed::Create, again(&table, &shown.record));
                    append_undoable(tx, &table, Some(shown.record), edit, now, (Did::Delete, back)).map(Outcome::Saved)
                })
            })
            .await?;
        outcome.told(record, &desk.agent)
    }
}

/// What came of a wish to change a record.
pub(crate) enum Outcome {
    /// With the entry that waits now.
    Saved(Option<EntryId>),
    NoTable,
    Gone,
    Problems(Vec<FieldProblem>),
}

impl Outcome {
    /// What the user hears; the agent looks at what waits now.
    pub(crate) fn told(self, record: RecordId, agent: &Agent) -> Result<Saved, CommandError> {
        match self {
            Self::NoTable => Err(no_such_table()),
            Self::Gone => Err(record_gone()),
            Self::Problems(problems) => Ok(Saved { id: None, entry: None, problems }),
            Self::Saved(entry) => {
                agent.send(Event::Edited);
                let entry = entry.map(|entry| entry.to_string());
                Ok(Saved { id: Some(record.to_string()), entry, problems: Vec::new() })
            }
        }
    }
}

/// The same as [`append`], and the user can take it back by an edit of this kind with these changes.
pub(crate) fn append_undoable(
    tx: &Tx<'_>,
    table: &Table,
    shown: Option<Record>,
    edit: Edit,
    now: jiff::Timestamp,
    (did, (deed, changes)): (Did, (Deed, Vec<Change>)),
) -> Stored<Option<EntryId>> {
    let record_name = name_with(table, shown.clone(), &edit);
    let (name, record) = (edit.table.clone(), edit.record);
    let entry = append(tx, table, shown, edit, now)?;
    undo::remember(tx, &Step { did, table: name, record, record_name, entry, deed, changes })?;
    Ok(entry)
}

/// The entry carries the version that the server copy has now, and the name that the user sees.
pub(crate) fn append(
    tx: &Tx<'_>,
    table: &Table,
    shown: Option<Record>,
    edit: Edit,
    now: jiff::Timestamp,
) -> Stored<Option<EntryId>> {
    let name = name_with(table, shown, &edit);
    let base = records::server_copy(tx, table, edit.record)?.and_then(|server| server.version);
    let base = if edit.deed == Deed::Create { None } else { base };
    outbox::append(tx, table, &Edit { base, ..edit }, &name, now)
}

/// What the user calls the record once the edit is saved.
fn name_with(table: &Table, shown: Option<Record>, edit: &Edit) -> String {
    let mut named = shown.unwrap_or_else(|| Record {
        table: edit.table.clone(),
        id: edit.record,
        version: None,
        values: Default::default(),
    });
    named.values.extend(edit.changes.iter().map(|change| (change.column.clone(), change.after.clone())));
    name_of(table, &named)
}

/// What the user changed, or what is wrong with it, field by field. A new record needs every required column.
fn changes(table: &Table, shown: Option<&Record>, typed: &[Typed]) -> Result<Vec<Change>, Vec<FieldProblem>> {
    let (mut changes, mut problems) = (Vec::new(), Vec::new());
    for typed in typed {
        let column = Column::new(typed.column.as_str());
        let Some(shape) = table.column(&column) else {
            problems.push(problem(&column, "This field is not in CRM any more."));
            continue;
        };
        match value_of(shape, &typed.cell) {
            Err(message) => problems.push(problem(&column, message)),
            Ok(after) => {
                let before = shown.map_or(Value::Null, |record| record.value(&column).clone());
                if before.same_as(&after) {
                    continue;
                }
                match may_write(shape, shown.is_none()) {
                    true => changes.push(Change { column, before, after }),
                    false => problems.push(problem(&column, "CRM does not let you change this field.")),
                }
            }
        }
    }
    let is_empty = |shape: &&ColumnShape| {
        let typed = changes.iter().find(|change| change.column == shape.name).map(|change| &change.after);
        typed.or_else(|| shown.map(|record| record.value(&shape.name))).is_none_or(Value::is_null)
    };
    let required = table.columns.iter().filter(|shape| is_wanted(shape, shown.is_none())).filter(is_empty);
    let required: Vec<_> =
        required.filter(|shape| !problems.iter().any(|known| known.column == shape.name.as_str())).collect();
    problems.extend(required.into_iter().map(|shape| problem(&shape.name, missing(shape))));
    if problems.is_empty() { Ok(changes) } else { Err(problems) }
}

fn may_write(shape: &ColumnShape, is_new: bool) -> bool {
    if is_new { shape.may_create } else { shape.may_update }
}

/// What the server fills in by itself is not asked of the user.
fn is_wanted(shape: &ColumnShape, is_new: bool) -> bool {
    let by_itself = ["ownerid", "statecode", "statuscode", "transactioncurrencyid"];
    shape.is_required && may_write(shape, is_new) && !by_itself.contains(&shape.name.as_str())
}

fn problem(column: &Column, message: impl Into<String>) -> FieldProblem {
    FieldProblem { column: column.as_str().to_owned(), message: message.into() }
}
