//! `records get` and `records find`: from the copy here, without the network.

use satchel_app::requests::{FindRecords, ListTables, ReadRecord, Standing};
use serde_json::json;

use crate::{
    ending::Stop,
    opening::Opened,
    printing::{Printer, words},
};

/// More than a person looks through.
const FOUND_AT_MOST: u32 = 50;

pub(crate) async fn get(profile: &Opened, table: &str, id: &str, printer: Printer) -> Result<(), Stop> {
    let page = profile.app.read_record(ReadRecord { table: table.to_owned(), id: id.to_owned() }).await?;
    let standing = match page.standing {
        Standing::InCrm => "in CRM",
        Standing::Waiting => "waiting in the outbox",
        Standing::Held => "held in the outbox",
    };
    let mut lines = vec![format!("{} \"{}\", {standing}", page.table_label, page.name)];
    for field in &page.fields {
        let was = field.was.as_ref().map(|was| format!("  (CRM has: {})", words(was))).unwrap_or_default();
        lines.push(format!("{}={}{was}", field.column, words(&field.cell)));
    }
    printer.say(&lines.join("\n"), &json!(page))
}

pub(crate) async fn find(profile: &Opened, text: &str, table: Option<&str>, printer: Printer) -> Result<(), Stop> {
    let tables = match table {
        Some(table) => vec![table.to_owned()],
        None => profile.app.list_tables(ListTables {}).await?.tables.into_iter().map(|head| head.table).collect(),
    };
    let request = FindRecords { text: text.to_owned(), tables, limit: FOUND_AT_MOST };
    for found in profile.app.find_records(request).await?.records {
        let line = format!("{} {}  {}  {}", found.table, found.id, found.name, found.detail);
        printer.say(line.trim_end(), &json!(found))?;
    }
    Ok(())
}
