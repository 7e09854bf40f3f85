//! Whose address it is: the users, contacts, accounts and leads that carry it, as they are shown.

use std::collections::BTreeSet;

use satchel_domain::{
    Column, Record, TableName, UserId, Value,
    ids::RecordId,
    schema::{ColumnShape, Kind, Organisation, Table},
    tracking::Candidate,
};

use crate::{database::Reader, error::Result, records, sql};

const USERS: &str = "systemuser";

/// The columns that carry addresses (SS-57, as far as tables are kept here).
const CARRIERS: [(&str, &[&str]); 4] = [
    (USERS, &["internalemailaddress"]),
    ("contact", &["emailaddress1", "emailaddress2", "emailaddress3"]),
    ("account", &["emailaddress1", "emailaddress2", "emailaddress3"]),
    ("lead", &["emailaddress1", "emailaddress2", "emailaddress3"]),
];

/// Whether a column is asked for addresses, and so has an index.
pub(crate) fn carries(table: &TableName, column: &Column) -> bool {
    CARRIERS.iter().any(|(name, columns)| *name == table.as_str() && columns.contains(&column.as_str()))
}

/// The records that carry the address, those made here and not sent yet among them. The case of A-Z does not count.
/// Each record once; in no particular order.
pub fn candidates(reader: &Reader<'_>, organisation: &Organisation, address: &str) -> Result<Vec<Candidate>> {
    let mut candidates = Vec::new();
    let address = address.trim();
    if address.is_empty() {
        return Ok(candidates);
    }
    for (name, columns) in CARRIERS {
        let Some(table) = organisation.table(&TableName::new(name)) else { continue };
        let told: Vec<&ColumnShape> = FACTS.iter().filter_map(|fact| table.column(&Column::new(*fact))).collect();
        let mut seen: BTreeSet<RecordId> = BTreeSet::new();
        for column in columns {
            let Some(column) = table.column(&Column::new(*column)).filter(|column| is_text(column)) else { continue };
            let found = carriers(reader, table, &told, column, address)?;
            let new = found.into_iter().filter(|record| seen.insert(record.id));
            candidates.extend(new.map(|record| candidate(&record, organisation.user)));
        }
    }
    Ok(candidates)
}

/// What tells whether a record is active, whose it is and how old.
const FACTS: [&str; 4] = ["statecode", "isdisabled", "ownerid", "createdon"];

fn carriers(
    reader: &Reader<'_>,
    table: &Table,
    told: &[&ColumnShape],
    column: &ColumnShape,
    address: &str,
) -> Result<Vec<Record>> {
    let sql = sql::carriers(&table.name, told.iter().copied(), column)?;
    let mut asked = reader.sql().prepare_cached(&sql)?;
    asked.query_and_then([address], |row| records::record(table, told, row))?.collect()
}

fn candidate(record: &Record, user: UserId) -> Candidate {
    let fact = |name: &str| record.value(&Column::new(name));
    let is_disabled = match record.table.as_str() {
        USERS => *fact("isdisabled") == Value::YesNo(true),
        // A record made here has no state yet: it begins active.
        _ => !matches!(fact("statecode"), Value::Null | Value::Choice(0)),
    };
    let owner = match fact("ownerid") {
        Value::Lookup(owner) => (owner.table.as_str() == USERS).then_some(UserId(owner.id.0)),
        // Only this device knows it: it becomes the user's.
        _ => record.version.is_none().then_some(user),
    };
    let created_at = match fact("createdon") {
        Value::DateTime(at) => Some(*at),
        _ => None,
    };
    Candidate { table: record.table.clone(), record: record.id, is_active: !is_disabled, owner, created_at }
}

fn is_text(column: &ColumnShape) -> bool {
    matches!(column.kind, Kind::Text { .. })
}

#[cfg(test)]
mod tests;
