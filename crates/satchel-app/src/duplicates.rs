//! The records that CRM takes an entry's for a duplicate of, as far as they are on this device.

use std::collections::BTreeMap;

use satchel_domain::{RecordId, TableName, edit::Hold, schema::Table};
use satchel_store::{Reader, Result as Stored, records};

use crate::{
    cells::cell,
    places::list_columns,
    records::{currency, name_of},
    requests::*,
};

/// A few columns are enough to tell whether it is the same.
const SHOWN: usize = 4;

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
