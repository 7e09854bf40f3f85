//! Taking back what the user did last: an edit like any other, or the entry that still waits for the user taken out.

use std::sync::Arc;

use jiff::Timestamp;
use satchel_domain::{
    Column, EntryId, Record,
    edit::{Change, Deed, Edit, Hold, State},
    resolve::{self, Side},
    schema::{ColumnShape, Table},
};
use satchel_store::{
    Durability, Reader, Result as Stored, Tx,
    outbox::{self, Entry},
    records, schema,
    undo::{self, Did, Step},
};
use satchel_sync::{Decision, Event};

use crate::{
    app::App,
    records::{BY_ACTIONS, described},
    requests::*,
    saving::append,
};

impl App {
    /// What the user did last and can take back, in the words of the page.
    pub async fn next_undo(self: &Arc<Self>, _request: AskUndo) -> Result<NextUndo, CommandError> {
        let step = self
            .on_disk(self.database()?, |database| {
                database.read(|reader| {
                    let Some((number, step)) = undo::next(reader)? else { return Ok(None) };
                    let table = described(reader, step.table.as_str())?.map(|(_, table)| table);
                    Ok(Some(told(number, &step, table.as_ref())))
                })
            })
            .await?;
        Ok(NextUndo { step })
    }

    /// Takes it back where it is: what waits is folded or taken out, what CRM has is edited again, guarded by its version.
    /// Where somebody else has changed the same since, the user is asked as in every conflict.
    pub async fn take_back(self: &Arc<Self>, request: TakeBack) -> Result<Done, CommandError> {
        let desk = self.desk()?;
        let (entry, now) = (EntryId(crate::ids::mint()), self.clock.now());
        let outcome = self
            .on_disk(desk.database, move |database| {
                database.write(Durability::Full, |tx| {
                    let next = undo::next(tx)?.filter(|(number, _)| number_of(*number) == request.number);
                    let Some((number, step)) = next else { return Ok(Outcome::Changed) };
                    let outcome = carry_out(tx, &step, entry, now)?;
                    if outcome != Outcome::InFlight {
                        undo::forget(tx, number)?;
                    }
                    Ok(outcome)
                })
            })
            .await?;
        match outcome {
            Outcome::TakenBack => {
                desk.agent.send(Event::Edited);
                Ok(Done {})
            }
            Outcome::Changed => {
                Err(CommandError::invalid("Something else was done or taken back meanwhile. Look at what comes next."))
            }
            Outcome::InFlight => {
                Err(CommandError::invalid("It is being sent to CRM right now. Take it back once CRM has answered."))
            }
            Outcome::Gone => Err(CommandError {
                code: ErrorCode::NotFound,
                message: "That record is not here any more, so there is nothing left to take back.".to_owned(),
            }),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    TakenBack,
    /// The user saw another step.
    Changed,
    /// Its entry is being sent, and only the answer says what there is to take back.
    InFlight,
    Gone,
}

fn carry_out(tx: &Tx<'_>, step: &Step, entry: EntryId, now: Timestamp) -> Stored<Outcome> {
    let Some((_, table)) = described(tx, step.table.as_str())? else { return Ok(Outcome::Gone) };
    let left = match step.entry {
        Some(left) => outbox::find(tx, left)?,
        None => None,
    };
    match (left, step.deed) {
        (Some(Entry { state: State::InFlight, .. }), Deed::Create) => return Ok(Outcome::InFlight),
        // What CRM refused is put right by the edit itself; a delete is there whole or not at all.
        (Some(left), deed) if deed == Deed::Create || is_stuck(&left) => {
            outbox::discard(tx, &table, left.edit.entry, now)?;
            if deed != Deed::Create {
                undo::forget_entry(tx, left.edit.entry)?;
            }
            return Ok(Outcome::TakenBack);
        }
        (Some(_) | None, _) => {}
    }
    let shown = records::one(tx, &table, step.record)?.map(|shown| shown.record);
    let edit = |changes| {
        let (table, record, deed) = (step.table.clone(), step.record, step.deed);
        Edit { entry, table, record, deed, changes, base: None }
    };
    match (step.deed, shown) {
        (Deed::Create, Some(_)) => {}
        (Deed::Create, None) => {
            outbox::create_again(tx, &table, &edit(step.changes.clone()), &step.record_name, now)?;
        }
        (Deed::Update | Deed::Delete | Deed::Track, None) => return Ok(Outcome::Gone),
        (Deed::Delete, Some(shown)) => {
            append(tx, &table, Some(shown), edit(Vec::new()), now)?;
        }
        (Deed::Update | Deed::Track, Some(shown)) => {
            let is_wanted = |change: &&Change| {
                let may = table.column(&change.column).is_some_and(|shape| shape.may_update && !is_by_action(shape));
                may && !shown.value(&change.column).same_as(&change.after)
            };
            let changes: Vec<_> = step.changes.iter().filter(is_wanted).cloned().collect();
            if !changes.is_empty() {
                append(tx, &table, Some(shown), edit(changes), now)?;
            }
        }
    }
    Ok(Outcome::TakenBack)
}

/// Whether it waits for the user, and a later edit would only wait behind it.
fn is_stuck(entry: &Entry) -> bool {
    let is_refused_update = entry.edit.deed == Deed::Update && matches!(entry.state, State::Held(Hold::Refused { .. }));
    matches!(entry.state, State::Held(_)) && !is_refused_update
}

/// What takes back the user's decision about an entry; none for what changes nothing that the user sees.
pub(crate) fn undone_by(reader: &Reader<'_>, entry: &Entry, decision: Decision) -> Stored<Option<Step>> {
    let Some(table) = schema::load(reader)?.and_then(|known| known.table(&entry.edit.table).cloned()) else {
        return Ok(None);
    };
    let side = match decision {
        Decision::Retry => return Ok(None),
        Decision::KeepMine => Some(Side::Mine),
        Decision::TakeTheirs => Some(Side::Theirs),
        Decision::Discard => None,
    };
    let discarded = |deed, changes| Some(step(Did::Discard, entry, deed, changes));
    Ok(match (entry.edit.deed, side) {
        (Deed::Update, Some(side)) => {
            let theirs = outbox::server_now(reader, &table, entry)?;
            theirs.map(|theirs| choice_step(entry, &theirs, &|_| Some(side)))
        }
        (Deed::Update, None) => discarded(Deed::Update, entry.edit.changes.clone()),
        (Deed::Create, _) => {
            let shown = records::one(reader, &table, entry.edit.record)?;
            shown.and_then(|shown| discarded(Deed::Create, again(&table, &shown.record)))
        }
        (Deed::Delete, Some(Side::Theirs) | None) => discarded(Deed::Delete, Vec::new()),
        // To delete it after all is what the user did before; tracking has a command of its own.
        (Deed::Delete, Some(Side::Mine)) | (Deed::Track, _) => None,
    })
}

/// What takes back a choice of sides: in each column what gave way.
pub(crate) fn choice_step(entry: &Entry, theirs: &Record, choice: &dyn Fn(&Column) -> Option<Side>) -> Step {
    let clashes = resolve::clashes(&entry.edit.changes, theirs);
    let clashed = entry.edit.changes.iter().filter(|change| clashes.contains(&change.column));
    let changes = clashed.filter_map(|change| {
        let (mine, now) = (change.after.clone(), theirs.value(&change.column).clone());
        let (before, after) = match choice(&change.column)? {
            Side::Mine => (mine, now),
            Side::Theirs => (now, mine),
        };
        Some(Change { column: change.column.clone(), before, after })
    });
    step(Did::Choice, entry, Deed::Update, changes.collect())
}

fn step(did: Did, entry: &Entry, deed: Deed, changes: Vec<Change>) -> Step {
    let (table, record, record_name) = (entry.edit.table.clone(), entry.edit.record, entry.record_name.clone());
    Step { did, table, record, record_name, entry: None, deed, changes }
}

/// The way back.
pub(crate) fn reversed(changes: &[Change]) -> Vec<Change> {
    let back = |change: &Change| {
        let (before, after) = (change.after.clone(), change.before.clone());
        Change { column: change.column.clone(), before, after }
    };
    changes.iter().map(back).collect()
}

/// What makes the record once more as it is shown.
pub(crate) fn again(table: &Table, shown: &Record) -> Vec<Change> {
    let columns = table.columns.iter().filter(|shape| shape.may_create && !is_by_action(shape));
    let made = columns.filter_map(|shape| {
        let after = shown.value(&shape.name).clone();
        let column = shape.name.clone();
        (!after.is_null()).then_some(Change { column, before: satchel_domain::Value::Null, after })
    });
    made.collect()
}

fn is_by_action(shape: &ColumnShape) -> bool {
    BY_ACTIONS.contains(&shape.name.as_str())
}

/// The page counts in 32 bits; nobody does that many deeds.
fn number_of(number: i64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn told(number: i64, step: &Step, table: Option<&Table>) -> UndoStep {
    let label = |change: &Change| {
        let shape = table.and_then(|table| table.column(&change.column));
        shape.map_or_else(|| change.column.as_str().to_owned(), |shape| shape.label.clone())
    };
    let is_by_column = step.deed == Deed::Update;
    UndoStep {
        number: number_of(number),
        did: match step.did {
            Did::Edit => UndoDeed::Edit,
            Did::Create => UndoDeed::Create,
            Did::Delete => UndoDeed::Delete,
            Did::Discard => UndoDeed::Discard,
            Did::Choice => UndoDeed::Choice,
        },
        table_label: table.map_or_else(|| step.table.as_str().to_owned(), |table| table.label.clone()),
        name: step.record_name.clone(),
        columns: step.changes.iter().filter(|_| is_by_column).map(label).collect(),
    }
}
