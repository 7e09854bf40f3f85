//! Conflicts as the user sees them: what both sides changed, a side for each column, and the rule for a table.

use std::{collections::BTreeMap, sync::Arc};

use satchel_domain::{
    Column, EntryId, Record, RecordId, TableName, Value,
    edit::{Deed, Hold, State},
    ids::Uuid,
    resolve::{Side, clashes},
    schema::{ColumnShape, Organisation, Table},
};
use satchel_store::{
    Durability, Reader, Result as Stored,
    outbox::{self, Decider, Entry},
    policies, schema, undo,
};
use satchel_sync::Event;

use crate::{
    app::App,
    cells::{cell, cell_kind},
    places::LISTED,
    records::{BY_ACTIONS, currencies, currency, no_such_table},
    requests::*,
    undoing::choice_step,
};

const MODIFIED_BY: &str = "modifiedby";
const MODIFIED_ON: &str = "modifiedon";

impl App {
    /// What both sides changed in the record of an entry that waits for a choice.
    pub async fn read_conflict(self: &Arc<Self>, request: ReadConflict) -> Result<Conflict, CommandError> {
        let entry = entry_id(&request.entry)?;
        let found = self
            .on_disk(self.database()?, move |database| {
                database.read(|reader| {
                    let Some(entry) = outbox::find(reader, entry)?.filter(may_compare) else { return Ok(None) };
                    let Some(organisation) = schema::load(reader)? else { return Ok(None) };
                    let Some(table) = organisation.table(&entry.edit.table) else { return Ok(None) };
                    let Some(theirs) = outbox::server_now(reader, table, &entry)? else { return Ok(None) };
                    conflict(reader, table, &entry, &theirs).map(Some)
                })
            })
            .await?;
        found.ok_or_else(decided)
    }

    /// The chosen values are what is sent, the others go into the record's history.
    pub async fn resolve_conflict(self: &Arc<Self>, request: ResolveConflict) -> Result<Done, CommandError> {
        let id = entry_id(&request.entry)?;
        let (desk, now) = (self.desk()?, self.clock.now());
        let mut sides: BTreeMap<Column, Side> = BTreeMap::new();
        sides.extend(request.mine.into_iter().map(|column| (Column::new(column), Side::Mine)));
        sides.extend(request.theirs.into_iter().map(|column| (Column::new(column), Side::Theirs)));
        let seen = request.version;
        let outcome = self
            .on_disk(desk.database, move |database| {
                database.write(Durability::Full, |tx| {
                    let Some(entry) = outbox::find(tx, id)?.filter(may_compare) else { return Ok(Outcome::Decided) };
                    let organisation = schema::load(tx)?;
                    let table = organisation.as_ref().and_then(|known| known.table(&entry.edit.table));
                    let Some(table) = table else { return Ok(Outcome::Decided) };
                    let Some(theirs) = outbox::server_now(tx, table, &entry)?.filter(|now| version_of(now) == seen)
                    else {
                        return Ok(Outcome::Changed);
                    };
                    let choice = |column: &Column| sides.get(column).copied();
                    let undecided = outbox::resolve(tx, table, &entry, &theirs, &choice, Decider::User, now)?;
                    if undecided.is_empty() {
                        undo::remember(tx, &choice_step(&entry, &theirs, &choice))?;
                    }
                    Ok(if undecided.is_empty() { Outcome::Resolved } else { Outcome::Undecided })
                })
            })
            .await?;
        match outcome {
            Outcome::Decided => Err(decided()),
            Outcome::Changed => Err(CommandError::invalid(
                "CRM has changed again while you were choosing. Look at what it has now, and choose again.",
            )),
            Outcome::Undecided => Err(CommandError::invalid("Choose for each column that both changed.")),
            Outcome::Resolved => {
                desk.agent.send(Event::Edited);
                Ok(Done {})
            }
        }
    }

    /// The rule of each table that can be edited here.
    pub async fn list_policies(self: &Arc<Self>, _request: AskPolicies) -> Result<Policies, CommandError> {
        let tables = self
            .on_disk(self.database()?, |database| {
                database.read(|reader| {
                    let Some(organisation) = schema::load(reader)? else { return Ok(Vec::new()) };
                    let listed = LISTED.iter().filter_map(|name| organisation.table(&TableName::new(*name)));
                    let told = |table: &Table| {
                        Ok(TablePolicy {
                            table: table.name.as_str().to_owned(),
                            plural_label: table.plural_label.clone(),
                            policy: policies::of_table(reader, &table.name)?.into(),
                        })
                    };
                    listed.map(told).collect::<Stored<Vec<_>>>()
                })
            })
            .await?;
        Ok(Policies { tables })
    }

    /// Decides the clashes of a table from now on; those that are held already wait as before.
    pub async fn set_policy(self: &Arc<Self>, request: SetPolicy) -> Result<Done, CommandError> {
        let is_known = self
            .on_disk(self.database()?, move |database| {
                database.write(Durability::Full, |tx| {
                    let table = TableName::new(request.table.as_str());
                    if schema::load(tx)?.is_none_or(|organisation: Organisation| organisation.table(&table).is_none()) {
                        return Ok(false);
                    }
                    policies::set(tx, &table, request.policy.into())?;
                    Ok(true)
                })
            })
            .await?;
        if is_known { Ok(Done {}) } else { Err(no_such_table()) }
    }
}

enum Outcome {
    Resolved,
    /// It waits for nothing any more.
    Decided,
    /// The user saw an older state.
    Changed,
    Undecided,
}

/// Whether there are columns to choose from: a delete that was held has none.
pub(crate) fn may_compare(entry: &Entry) -> bool {
    entry.edit.deed == Deed::Update && matches!(entry.state, State::Held(Hold::Conflict { .. }))
}

fn decided() -> CommandError {
    CommandError {
        code: ErrorCode::NotFound,
        message: "There is nothing to decide here any more. The outbox shows what still waits.".to_owned(),
    }
}

fn entry_id(text: &str) -> Result<EntryId, CommandError> {
    Uuid::parse_str(text).map(EntryId).map_err(|_| CommandError::invalid("That is no entry."))
}

fn version_of(record: &Record) -> String {
    record.version.as_ref().map(|version| version.as_str().to_owned()).unwrap_or_default()
}

fn conflict(reader: &Reader<'_>, table: &Table, entry: &Entry, theirs: &Record) -> Stored<Conflict> {
    let before = outbox::before(reader, entry.edit.entry)?;
    let currencies = currencies(reader)?;
    let clashes = clashes(&entry.edit.changes, theirs);
    let mut columns: Vec<_> = table
        .columns
        .iter()
        .filter_map(|shape| compared(shape, entry, before.as_ref(), theirs, &clashes, &currencies))
        .collect();
    // What has to be chosen comes first.
    columns.sort_by_key(|column| !column.is_clash);
    let at = match theirs.value(&Column::new(MODIFIED_ON)) {
        Value::DateTime(at) => Some(at.as_millisecond() as f64),
        _ => None,
    };
    let by = match theirs.value(&Column::new(MODIFIED_BY)) {
        Value::Lookup(user) => user.name.clone(),
        _ => None,
    };
    Ok(Conflict {
        entry: entry.edit.entry.to_string(),
        table: table.name.as_str().to_owned(),
        table_label: table.label.clone(),
        plural_label: table.plural_label.clone(),
        record: entry.edit.record.to_string(),
        name: entry.record_name.clone(),
        version: version_of(theirs),
        mine_at: entry.made_at.as_millisecond() as f64,
        theirs_by: by,
        theirs_at: at,
        policy: policies::of_table(reader, &table.name)?.into(),
        columns,
    })
}

/// One column that a side changed; none where nobody did.
fn compared(
    shape: &ColumnShape,
    entry: &Entry,
    before: Option<&Record>,
    theirs: &Record,
    clashes: &[Column],
    currencies: &BTreeMap<RecordId, String>,
) -> Option<ConflictColumn> {
    let kind = cell_kind(&shape.kind)?;
    let code = currency(theirs, currencies);
    let shown = |value: &Value| cell(shape, value, code);
    let now = theirs.value(&shape.name);
    let change = entry.edit.changes.iter().find(|change| change.column == shape.name);
    let base = match (change, before) {
        (Some(change), _) => &change.before,
        // What nobody can write follows from other columns.
        (None, Some(before)) if shape.may_update || BY_ACTIONS.contains(&shape.name.as_str()) => {
            before.value(&shape.name)
        }
        (None, _) => return None,
    };
    let is_theirs = !now.same_as(base);
    if change.is_none() && !is_theirs {
        return None;
    }
    Some(ConflictColumn {
        column: shape.name.as_str().to_owned(),
        label: shape.label.clone(),
        kind,
        base: shown(base),
        mine: change.map(|change| shown(&change.after)),
        theirs: is_theirs.then(|| shown(now)),
        is_clash: clashes.contains(&shape.name),
    })
}

impl From<policies::Policy> for Policy {
    fn from(policy: policies::Policy) -> Self {
        match policy {
            policies::Policy::Ask => Self::Ask,
            policies::Policy::Mine => Self::Mine,
            policies::Policy::Theirs => Self::Theirs,
        }
    }
}

impl From<Policy> for policies::Policy {
    fn from(policy: Policy) -> Self {
        match policy {
            Policy::Ask => Self::Ask,
            Policy::Mine => Self::Mine,
            Policy::Theirs => Self::Theirs,
        }
    }
}
