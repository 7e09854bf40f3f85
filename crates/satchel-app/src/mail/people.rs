//! Who wrote, and what is open with them: from an address to records.

use satchel_domain::{
    Column, Record, RecordId, TableName, Value,
    schema::{Organisation, Table},
    tracking::{Candidate, resolve_sender},
};
use satchel_store::{Reader, Result as Stored, people, records};

use crate::{
    cells::cell,
    finding::detail,
    records::{currencies, currency, name_of},
    requests::*,
};

/// Of what is open with a customer, this much of each kind is shown.
const MOST_OPEN: u64 = 20;

/// What is open with a customer: the table, its lookup to the customer, and what stands beside the name.
const OPEN: [(&str, &str, Option<&str>, &str); 2] = [
    ("opportunity", "customerid", Some("estimatedvalue"), "stepname"),
    ("incident", "customerid", Some("prioritycode"), "ticketnumber"),
];

/// The records that carry this address and are in use; the one that counts comes first.
pub(crate) fn records_of(reader: &Reader<'_>, organisation: &Organisation, address: &str) -> Stored<Vec<PersonRecord>> {
    let mut candidates: Vec<Candidate> = people::candidates(reader, organisation, address)?;
    candidates.retain(|candidate| candidate.is_active);
    let first = resolve_sender(candidates.clone(), organisation.user);
    candidates.sort_by_key(|candidate| first.as_ref() != Some(&(candidate.table.clone(), candidate.record)));
    let shown = candidates.iter().filter_map(|candidate| {
        let table = organisation.table(&candidate.table)?;
        person(reader, organisation, table, candidate.record).transpose()
    });
    shown.collect()
}

fn person(
    reader: &Reader<'_>,
    organisation: &Organisation,
    table: &Table,
    id: RecordId,
) -> Stored<Option<PersonRecord>> {
    let Some(shown) = records::one(reader, table, id)? else { return Ok(None) };
    let customer = customer(&shown.record);
    let open = match &customer {
        Some((_, id)) => open_with(reader, organisation, *id)?,
        None => Vec::new(),
    };
    Ok(Some(PersonRecord {
        table: table.name.as_str().to_owned(),
        table_label: table.label.clone(),
        id: id.to_string(),
        name: name_of(table, &shown.record),
        detail: detail(&shown.record),
        phone: first_text(&shown.record, &["telephone1", "mobilephone", "address1_telephone1"]),
        customer: customer.map(|(table, id)| RecordRef { table: table.as_str().to_owned(), id: id.to_string() }),
        open,
    }))
}

/// Whose deals and cases belong beside the message: a contact's company, else the contact or account itself.
fn customer(record: &Record) -> Option<(TableName, RecordId)> {
    match record.table.as_str() {
        "contact" => match record.value(&Column::new("parentcustomerid")) {
            Value::Lookup(company) => Some((company.table.clone(), company.id)),
            _ => Some((record.table.clone(), record.id)),
        },
        "account" => Some((record.table.clone(), record.id)),
        _ => None,
    }
}

fn first_text(record: &Record, columns: &[&str]) -> Option<String> {
    let texts = columns.iter().filter_map(|column| record.value(&Column::new(*column)).as_text());
    texts.map(str::trim).find(|text| !text.is_empty()).map(str::to_owned)
}

fn open_with(reader: &Reader<'_>, organisation: &Organisation, customer: RecordId) -> Stored<Vec<OpenRecord>> {
    let currencies = currencies(reader)?;
    let mut open = Vec::new();
    for (name, lookup, value, detail) in OPEN {
        let Some(table) = organisation.table(&TableName::new(name)) else { continue };
        let (lookup, detail) = (Column::new(lookup), Column::new(detail));
        for shown in records::active_of(reader, table, &lookup, customer, MOST_OPEN)? {
            let column = value.and_then(|value| table.column(&Column::new(value)));
            let currency = currency(&shown.record, &currencies);
            open.push(OpenRecord {
                table: name.to_owned(),
                id: shown.record.id.to_string(),
                name: name_of(table, &shown.record),
                detail: shown.record.value(&detail).as_text().unwrap_or_default().to_owned(),
                value: column.map_or(Cell::Empty, |column| cell(column, shown.record.value(&column.name), currency)),
            });
        }
    }
    Ok(open)
}
