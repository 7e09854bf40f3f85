//! Looking records up while the user types.

use std::sync::Arc;

use satchel_domain::{Column, Record, Value, schema::Table};
use satchel_store::{
    Reader, Result as Stored,
    records::{self, List},
};

use crate::{
    app::App,
    records::{described, name_of},
    requests::*,
};

const MOST: u32 = 50;
/// What a person looks a record up by, besides its name.
const NAMED: [&str; 7] =
    ["firstname", "lastname", "emailaddress1", "internalemailaddress", "companyname", "ticketnumber", "accountnumber"];

impl App {
    /// Up to `limit` of each table, in the order of the tables that were asked for.
    pub async fn find_records(self: &Arc<Self>, request: FindRecords) -> Result<FoundRecords, CommandError> {
        let records = self
            .on_disk(self.database()?, move |database| {
                database.read(|reader| {
                    let mut found = Vec::new();
                    for name in &request.tables {
                        let Some((_, table)) = described(reader, name)? else { continue };
                        found.extend(found_in(reader, &table, request.text.trim(), request.limit.min(MOST))?);
                    }
                    Ok(found)
                })
            })
            .await?;
        Ok(FoundRecords { records })
    }
}

fn found_in(reader: &Reader<'_>, table: &Table, text: &str, limit: u32) -> Stored<Vec<FoundRecord>> {
    let named = NAMED.map(Column::new).into_iter().filter(|column| table.column(column).is_some());
    let columns: Vec<Column> = table.primary_name.iter().cloned().chain(named).collect();
    let list = List { columns: &columns, sort: None, filter: text };
    let mut found = Vec::new();
    for row in records::block(reader, table, &list, 0, limit.into())?.rows {
        // What stands beside the name is in columns that are not searched.
        let Some(whole) = records::one(reader, table, row.record.id)? else { continue };
        found.push(FoundRecord {
            table: table.name.as_str().to_owned(),
            table_label: table.label.clone(),
            id: whole.record.id.to_string(),
            name: name_of(table, &whole.record),
            detail: detail(&whole.record),
        });
    }
    Ok(found)
}

/// What tells two records of one name apart.
pub(crate) fn detail(record: &Record) -> String {
    let text = |columns: &[&str]| {
        let texts = columns.iter().filter_map(|column| record.value(&Column::new(*column)).as_text());
        texts.map(str::trim).find(|text| !text.is_empty()).map(str::to_owned)
    };
    let customer =
        ["parentcustomerid", "customerid"].into_iter().find_map(|column| match record.value(&Column::new(column)) {
            Value::Lookup(customer) => customer.name.clone(),
            _ => None,
        });
    let place = text(&["address1_city"]).filter(|_| record.table.as_str() == "account");
    // A case's title is its name.
    let work = if record.table.as_str() == "systemuser" { "title" } else { "jobtitle" };
    let parts = [text(&["ticketnumber"]), text(&[work]), customer.or_else(|| text(&["companyname"])), place];
    parts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}
