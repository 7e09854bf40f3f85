//! Retrieves one row, one of its columns, or what it points at.

use uuid::Uuid;

use super::list::{self, Parent};
use super::query;
use super::refusal::Refusal;
use super::session::Session;
use super::wire::{self, Writer};
use crate::http::Reply;
use crate::schema::Table;
use crate::store::{Look, Record};

pub(crate) fn record(look: &dyn Look, table: &Table, id: Uuid) -> Result<Record, Refusal> {
    if let Some(record) = look.get(&table.name, id)? {
        return Ok(record);
    }
    Err(match look.get_any(&table.name, id)? {
        Some(_) => Refusal::no_access(&table.name, id),
        None => Refusal::missing(&table.name, id),
    })
}

pub(crate) fn answer(session: &Session<'_>, look: &dyn Look, table: &Table, id: Uuid) -> Result<Reply, Refusal> {
    let record = self::record(look, table, id)?;
    let etag = wire::etag(record.version);
    let unchanged = session.call.header("if-none-match") == Some(etag.as_str());
    if unchanged && session.option("$expand").is_none() && !session.prefer.wants_any() {
        return Ok(Reply::empty(304).with("etag", etag));
    }
    show(session, look, table, &record, 200)
}

/// The row as an answer's whole body.
pub(crate) fn show(
    session: &Session<'_>,
    look: &dyn Look,
    table: &Table,
    record: &Record,
    status: u16,
) -> Result<Reply, Refusal> {
    let select = session.option("$select");
    let shape = query::shape(session.schema(), table, select, session.option("$expand"))?;
    let writer = Writer::new(session.schema(), look, &session.prefer);
    let context = format!("{}/$entity", session.context(table, select));
    let mut out = String::new();
    writer.record(&mut out, table, record, &shape, Some(&context))?;
    Ok(session.body(status, out).with("etag", wire::etag(record.version)))
}

/// `accounts(…)/name`, `…/name/$value`, `…/primarycontactid`, `…/contact_customer_accounts`.
pub(crate) fn property(
    session: &Session<'_>,
    look: &dyn Look,
    table: &Table,
    id: Uuid,
    name: &str,
    last: Option<&str>,
) -> Result<Reply, Refusal> {
    let record = self::record(look, table, id)?;
    if let Some(column) = table.property(name) {
        let mut out = String::new();
        wire::value(&mut out, column, record.cells.get(&column.name), &record);
        if out == "null" {
            return Ok(Reply::empty(204));
        }
        if last == Some("$value") {
            let bare = serde_json::from_str(&out).unwrap_or(out);
            return Ok(Reply::new(200, "text/plain", bare));
        }
        let context = format!("{}/$metadata#{}({id})/{name}", session.root, table.set);
        let mut body = String::new();
        list::open(&mut body, &context);
        body.push_str(&format!("\"value\":{out}}}"));
        return Ok(session.body(200, body));
    }
    if let Some((column, target)) = table.navigation(name) {
        let target = query::table(session.schema(), &target.table)?;
        return match record.lookup(&column.name) {
            Some((pointed, id)) if pointed == target.name && last == Some("$ref") => {
                let mut body = String::new();
                list::open(&mut body, &format!("{}/$metadata#$ref", session.root));
                body.push_str("\"@odata.id\":");
                wire::text(&mut body, &format!("{}/{}({id})", session.root, target.set));
                body.push('}');
                Ok(session.body(200, body))
            }
            Some((pointed, id)) if pointed == target.name => answer(session, look, target, id),
            _ => Ok(Reply::empty(204)),
        };
    }
    let (rows, column) =
        query::collection(session.schema(), table, name).ok_or_else(|| Refusal::no_property(name, &table.name))?;
    let parent = Some(Parent { column, table, id });
    match last {
        Some("$count") => list::count(session, look, rows, parent),
        _ => list::answer(session, look, rows, parent),
    }
}
