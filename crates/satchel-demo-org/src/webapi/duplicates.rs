//! Duplicate detection: the published rules, and the rows that are alike by them.

use serde_json::Value;
use uuid::Uuid;

use super::body::Changes;
use super::list;
use super::path::{self, Segment};
use super::query;
use super::refusal::Refusal;
use super::session::Session;
use super::wire::Writer;
use crate::http::Reply;
use crate::schema::Table;
use crate::store::{Look, Record};

/// A table and the column in which no two of its rows shall be alike, without regard to case.
const RULES: [(&str, &str); 3] = [("account", "name"), ("contact", "emailaddress1"), ("lead", "emailaddress1")];
/// What is shown when the caller does not say how many.
const USUAL_PAGE: usize = 50;

/// The column that the table's published rule compares.
pub(crate) fn rule(table: &Table) -> Option<&'static str> {
    RULES.into_iter().find_map(|(name, column)| (name == table.name).then_some(column))
}

/// Only a caller that asks for it is told of duplicates, and only of those that this request would make.
pub(crate) fn refuse(
    session: &Session<'_>,
    look: &dyn Look,
    table: &Table,
    id: Uuid,
    changes: &Changes<'_>,
) -> Result<(), Refusal> {
    let is_suppressed = session.call.header("mscrm.suppressduplicatedetection");
    if !is_suppressed.is_some_and(|value| value.eq_ignore_ascii_case("false")) {
        return Ok(());
    }
    let written = rule(table).and_then(|column| changes.cells.get(column)?.as_ref()?.as_str());
    match written {
        Some(value) if !alike(look, table, Some(id), value)?.is_empty() => Err(Refusal::possible_duplicate()),
        _ => Ok(()),
    }
}

/// The other rows of the table that its rule takes for the same.
fn alike(look: &dyn Look, table: &Table, own: Option<Uuid>, value: &str) -> Result<Vec<Record>, Refusal> {
    let mut found = Vec::new();
    let (Some(column), sought) = (rule(table), plain(value)) else { return Ok(found) };
    look.each(&table.name, None, &mut |record| {
        if Some(record.id) != own && record.text(column).is_some_and(|text| plain(text) == sought) {
            found.push(record);
        }
        true
    })?;
    Ok(found)
}

fn plain(text: &str) -> String {
    text.trim().to_lowercase()
}

/// `RetrieveDuplicates(BusinessEntity=@p1,MatchingEntityName=@p2,PagingInfo=@p3)`, for a row that is there or may be made.
pub(crate) fn retrieve(session: &Session<'_>, segment: &Segment) -> Result<Reply, Refusal> {
    let entity = parameter(session, segment, "BusinessEntity")?;
    let matching = parameter(session, segment, "MatchingEntityName")?;
    let paging = parameter(session, segment, "PagingInfo")?;
    let table = query::table(session.schema(), matching.as_str().unwrap_or_default())?;
    let reading = session.world.store.read()?;
    let look = session.sight(&reading);
    let (base, own) = subject(session, &entity)?;
    // The rules compare rows of one table only.
    let rule = rule(table).filter(|_| base.name == table.name);
    let stored = own.map(|id| look.get(&table.name, id)).transpose()?.flatten();
    let value = rule.and_then(|column| entity[column].as_str().or_else(|| stored.as_ref()?.text(column)));
    let found = value.map_or(Ok(Vec::new()), |value| alike(&look, table, own, value))?;
    let number = |name: &str| paging[name].as_u64().and_then(|number| usize::try_from(number).ok());
    let size = number("Count").filter(|&size| size > 0).unwrap_or(USUAL_PAGE);
    let skipped = size.saturating_mul(number("PageNumber").unwrap_or(1).saturating_sub(1));

    let shape = query::shape(session.schema(), table, None, None)?;
    let writer = Writer::new(session.schema(), &look, &session.prefer);
    let mut out = String::new();
    list::open(&mut out, &session.context(table, None));
    out.push_str("\"value\":[");
    for (at, record) in found.iter().skip(skipped).take(size).enumerate() {
        if at > 0 {
            out.push(',');
        }
        writer.record(&mut out, table, record, &shape, None)?;
    }
    out.push_str("]}");
    Ok(session.body(200, out))
}

/// The table of a row that is given by its columns or by its address, and its id where it has one.
fn subject<'s>(session: &'s Session<'_>, entity: &Value) -> Result<(&'s Table, Option<Uuid>), Refusal> {
    let unknown =
        || Refusal::query("The parameter 'BusinessEntity' names no row: it needs '@odata.type' or '@odata.id'.");
    if let Some((set, key)) = entity["@odata.id"].as_str().and_then(path::reference) {
        let table = session.schema().set(&set).ok_or_else(|| Refusal::no_resource(&set))?;
        return Ok((table, Some(path::record_id(&key, &table.key)?)));
    }
    let name = entity["@odata.type"].as_str().and_then(|name| name.rsplit('.').next()).ok_or_else(unknown)?;
    let table = query::table(session.schema(), name)?;
    let id = entity[table.key.as_str()].as_str().and_then(|id| Uuid::parse_str(id).ok());
    Ok((table, id))
}

/// A parameter of the function, given in its parentheses or there by an alias.
fn parameter(session: &Session<'_>, segment: &Segment, name: &str) -> Result<Value, Refusal> {
    let wrong = || Refusal::query(format!("The parameter '{name}' of '{}' is missing or malformed.", segment.name));
    let given = query::split(segment.key.as_deref().unwrap_or_default(), ',');
    let mut given = given.into_iter().filter_map(|part| part.split_once('='));
    let (_, value) = given.find(|(key, _)| key.trim() == name).ok_or_else(wrong)?;
    let value = if value.starts_with('@') { session.option(value).ok_or_else(wrong)? } else { value };
    literal(value).ok_or_else(wrong)
}

/// JSON in which texts stand in double or in single quotes.
fn literal(text: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    let mut json = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\'' => json.push('"'),
            '"' => json.push_str("\\\""),
            '\\' => match letters.next()? {
                '\'' => json.push('\''),
                other => json.extend(['\\', other]),
            },
            other => json.push(other),
        }
    }
    serde_json::from_str(&json).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn texts_stand_in_either_quotes() {
        let expected = json!({ "name": "O'Hara \"& Sons\"", "PageNumber": 1 });
        for text in [r#"{"name":"O'Hara \"& Sons\"","PageNumber":1}"#, r#"{'name':'O\'Hara "& Sons"','PageNumber':1}"#]
        {
            assert_eq!(literal(text), Some(expected.clone()), "{text}");
        }
        assert_eq!(literal("'account'"), Some(json!("account")));
        assert_eq!(literal("{'name"), None);
    }
}
