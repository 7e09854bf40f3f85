//! The records that CRM takes an entry's for a duplicate of, as far as they are on this device.

use std::{collections::BTreeMap, sync::Arc};

use satchel_domain::{EntryId, RecordId, TableName, edit::Hold, ids::Uuid, schema::Table};
use satchel_store::{
    Durability, Reader, Result as Stored,
    outbox::{self, IntoOther},
    records, schema,
};
use satchel_sync::Event;

use crate::{
    app::App,
    cells::cell,
    places::list_columns,
    records::{currency, name_of},
    requests::*,
};

/// A few columns are enough to tell whether it is the same.
const SHOWN: usize = 4;

impl App {
    /// Makes a change of the record `into` out of a new one that CRM takes for a duplicate of it.
    pub async fn merge_entry(self: &Arc<Self>, request: MergeEntry) -> Result<MergedEntry, CommandError> {
        let id = |text: &str| Uuid::parse_str(text).map_err(|_| CommandError::invalid("That is no id."));
        let (entry, into) = (EntryId(id(&request.entry)?), RecordId(id(&request.into)?));
        let (desk, now) = (self.desk()?, self.clock.now());
        let came_to = self
            .on_disk(desk.database, move |database| {
                database.write(Durability::Full, |tx| {
                    let Some(held) = outbox::find(tx, entry)? else { return Ok(IntoOther::NotAlike) };
                    let organisation = schema::load(tx)?;
                    match organisation.as_ref().and_then(|known| known.table(&held.edit.table)) {
                        Some(table) => outbox::merge_into(tx, table, entry, into, now),
                        None => Ok(IntoOther::NotAlike),
                    }
                })
            })
            .await?;
        let refused = match came_to {
            IntoOther::Merged | IntoOther::Clashes => {
                desk.agent.send(Event::Edited);
                return Ok(MergedEntry { must_choose: came_to == IntoOther::Clashes });
            }
            IntoOther::NotAlike => "This entry does not wait for that any more. Look at it again.",
            IntoOther::NotHere => {
                "The record that is alike is not on this device. It may be deleted, or yours to see no longer: sync now, \
                 or save yours anyway."
            }
            IntoOther::Going => {
                "You have deleted one of the two. Undo that, or discard it in the outbox, and merge then."
            }
        };
        Err(CommandError::invalid(refused))
    }
}

/// In the order in which CRM named them; none when it is held for another reason, or CRM did not say which.
pub(crate) fn alike(
    reader: &Reader<'_>,
    table: Option<&Table>,
    name: &TableName,
    hold: &Hold,
    currencies: &BTreeMap<RecordId, String>,
) -> Stored<Vec<Likeness>> {
    let candidates = match hold {
        Hold::Duplicate { candidates, .. } => candidates.as_slice(),
        Hold::Conflict { .. }
        | Hold::DeletedOnServer
        | Hold::Refused { .. }
        | Hold::Unanswerable { .. }
        | Hold::OutcomeUnknown
        | Hold::NeedsDiscarded => &[],
    };
    let likeness = |id: &RecordId| {
        let found = match table {
            Some(table) => found(reader, table, *id, currencies)?,
            None => None,
        };
        Ok(Likeness { table: name.as_str().to_owned(), id: id.to_string(), found })
    };
    candidates.iter().map(likeness).collect()
}

fn found(
    reader: &Reader<'_>,
    table: &Table,
    id: RecordId,
    currencies: &BTreeMap<RecordId, String>,
) -> Stored<Option<FoundLikeness>> {
    let Some(record) = records::one(reader, table, id)?.map(|shown| shown.record) else { return Ok(None) };
    let others = list_columns(table).into_iter().filter(|column| Some(&column.name) != table.primary_name.as_ref());
    let filled = others.filter_map(|column| {
        let cell = cell(column, record.value(&column.name), currency(&record, currencies));
        (cell != Cell::Empty).then(|| LikeColumn { label: column.label.clone(), cell })
    });
    let columns = filled.take(SHOWN).collect();
    Ok(Some(FoundLikeness { name: name_of(table, &record), columns }))
}
