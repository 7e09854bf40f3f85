//! What a record lost, and how a lost value comes back: as an edit like any other.

use std::sync::Arc;

use satchel_domain::{
    EntryId,
    edit::{Change, Deed, Edit},
    schema::{ColumnShape, Table},
};
use satchel_store::{
    Durability, Reader, Result as Stored, Tx,
    history::{self, Lost, Whose},
    records::{self, Shown},
    undo::Did,
};

use crate::{
    app::App,
    cells::cell,
    records::{BY_ACTIONS, currencies, currency, described, record_id},
    requests::*,
    saving::{Outcome, append_undoable},
    typed::missing,
    undoing::reversed,
};

impl App {
    /// The values that a merge, a choice or a discard took from a record, the newest first.
    pub async fn read_history(self: &Arc<Self>, request: ReadHistory) -> Result<History, CommandError> {
        let id = record_id(&request.id)?;
        let values = self
            .on_disk(self.database()?, move |database| {
                database.read(|reader| {
                    let Some((_, table)) = described(reader, &request.table)? else { return Ok(Vec::new()) };
                    let Some(shown) = records::one(reader, &table, id)? else { return Ok(Vec::new()) };
                    lost_values(reader, &table, &shown)
                })
            })
            .await?;
        Ok(History { values })
    }

    /// A lost value becomes what the user wants again; it is stored and played back like what is typed.
    pub async fn bring_back(self: &Arc<Self>, request: BringBack) -> Result<Saved, CommandError> {
        let id = record_id(&request.id)?;
        let desk = self.desk()?;
        let (entry, now) = (EntryId(crate::ids::mint()), self.clock.now());
        let outcome = self
            .on_disk(desk.database, move |database| {
                database.write(Durability::Full, |tx| {
                    let Some((_, table)) = described(tx, &request.table)? else { return Ok(Outcome::Gone) };
                    let Some(shown) = records::one(tx, &table, id)? else { return Ok(Outcome::Gone) };
                    let Some(lost) = numbered(tx, &table, &shown, request.number)? else { return Ok(Outcome::Gone) };
                    let before = shown.record.value(&lost.column).clone();
                    if before.same_as(&lost.value) {
                        return Ok(Outcome::Saved(None));
                    }
                    let shape = table.column(&lost.column);
                    if let Some(shape) = shape
                        && shape.is_required
                        && lost.value.is_null()
                    {
                        let column = shape.name.as_str().to_owned();
                        return Ok(Outcome::Problems(vec![FieldProblem { column, message: missing(shape) }]));
                    }
                    if !shape.is_some_and(may_write) {
                        return Ok(Outcome::Gone);
                    }
                    let changes = vec![Change { column: lost.column, before, after: lost.value }];
                    let (name, deed) = (table.name.clone(), Deed::Update);
                    let edit = Edit { entry, table: name, record: id, deed, changes, base: None };
                    let back = (Deed::Update, reversed(&edit.changes));
                    append_undoable(tx, &table, Some(shown.record), edit, now, (Did::Edit, back)).map(Outcome::Saved)
                })
            })
            .await?;
        outcome.told(id, &desk.agent)
    }
}

fn may_write(shape: &ColumnShape) -> bool {
    shape.may_update && !BY_ACTIONS.contains(&shape.name.as_str())
}

/// The page counts in 32 bits; a profile does not lose that many values.
fn number_of(position: i64) -> u32 {
    u32::try_from(position).unwrap_or(u32::MAX)
}

fn numbered(tx: &Tx<'_>, table: &Table, shown: &Shown, number: u32) -> Stored<Option<Lost>> {
    let lost = history::numbered(tx, &table.name, shown.record.id)?;
    Ok(lost.into_iter().find(|(position, _)| number_of(*position) == number).map(|(_, lost)| lost))
}

fn lost_values(reader: &Reader<'_>, table: &Table, shown: &Shown) -> Stored<Vec<LostValue>> {
    let currencies = currencies(reader)?;
    let code = currency(&shown.record, &currencies);
    let lost = history::numbered(reader, &table.name, shown.record.id)?;
    let told = lost.into_iter().map(|(position, lost)| {
        let shape = table.column(&lost.column);
        LostValue {
            number: number_of(position),
            column: lost.column.as_str().to_owned(),
            label: shape.map_or_else(|| lost.column.as_str().to_owned(), |shape| shape.label.clone()),
            cell: shape.map_or(Cell::Empty, |shape| cell(shape, &lost.value, code)),
            is_mine: lost.whose == Whose::Mine,
            may_bring_back: shape.is_some_and(may_write) && !shown.record.value(&lost.column).same_as(&lost.value),
            why: lost.why,
            at: lost.at.as_millisecond() as f64,
        }
    });
    Ok(told.collect())
}
