//! What the organisation fills in by itself: owner, times, names, states, amounts in its own currency.

use jiff::Timestamp;
use rust_decimal::Decimal;
use serde_json::Value;
use uuid::Uuid;

use super::check;
use super::refusal::Refusal;
use crate::schema::{Column, Kind, Ownership, Table};
use crate::store::{Cells, Look, link, parse_link};

/// The currency in which `_base` columns count.
pub(crate) const BASE_CURRENCY: Uuid = Uuid::from_u128(0x3d4f_9a02_6be7_4c58_90d1_e27b_58f3_16ca);

/// The lookup of the row that such rows live in.
pub(crate) fn parent_column(table: &Table) -> Option<&Column> {
    match table.name.as_str() {
        "activityparty" => table.column("activityid"),
        "activitymimeattachment" => table.column("objectid"),
        _ => None,
    }
}

/// The values of a new row's columns that its maker left out.
pub(crate) fn defaults(table: &Table, cells: &mut Cells, caller: Uuid, now: Timestamp) {
    for column in &table.columns {
        let usual = match &column.kind {
            Kind::Choice { usual, .. } => usual.map(Value::from),
            Kind::YesNo { usual, .. } => usual.map(Value::from),
            Kind::State { options } => options.first().map(|option| Value::from(option.value)),
            _ => None,
        };
        if let Some(usual) = usual {
            cells.entry(column.name.clone()).or_insert(usual);
        }
    }
    if table.ownership == Ownership::User {
        cells.entry("ownerid").or_insert_with(|| link("systemuser", caller));
    }
    if table.column("createdon").is_some() {
        let made = match cells.get("overriddencreatedon").and_then(Value::as_str) {
            Some(day) => format!("{day}T00:00:00Z"),
            None => check::stamp(now),
        };
        cells.insert("createdon".to_owned(), Value::from(made));
        cells.insert("createdby".to_owned(), link("systemuser", caller));
    }
    if table.column("transactioncurrencyid").is_some() && table.name != "systemuser" {
        cells.entry("transactioncurrencyid").or_insert_with(|| link("transactioncurrency", BASE_CURRENCY));
    }
    if table.is_activity {
        cells.insert("activitytypecode".to_owned(), Value::from(table.name.as_str()));
    }
}

/// The columns that follow from others, anew after every write.
pub(crate) fn compute(
    look: &dyn Look,
    table: &Table,
    cells: &mut Cells,
    caller: Uuid,
    now: Timestamp,
) -> Result<(), Refusal> {
    if table.column("modifiedon").is_some() {
        cells.insert("modifiedon".to_owned(), Value::from(check::stamp(now)));
        cells.insert("modifiedby".to_owned(), link("systemuser", caller));
    }
    if let Some(owner) = cells.get("ownerid").cloned() {
        cells.insert("owninguser".to_owned(), owner);
    }
    if table.column("fullname").is_some() {
        let name = full_name(text(cells, "firstname"), text(cells, "middlename"), text(cells, "lastname"));
        put(cells, "fullname", name);
    }
    if table.column("address1_composite").is_some() {
        let address = address(cells);
        put(cells, "address1_composite", address);
    }
    match table.name.as_str() {
        "activitymimeattachment" => attachment(look, cells)?,
        "activityparty" => party(look, cells)?,
        _ => {}
    }
    amounts(look, table, cells)
}

fn text<'c>(cells: &'c Cells, column: &str) -> Option<&'c str> {
    cells.get(column).and_then(Value::as_str)
}

fn put(cells: &mut Cells, column: &str, value: Option<String>) {
    match value {
        Some(value) => cells.insert(column.to_owned(), Value::from(value)),
        None => cells.remove(column),
    };
}

/// Chinese names stand without a space, family name first.
pub(crate) fn full_name(first: Option<&str>, middle: Option<&str>, last: Option<&str>) -> Option<String> {
    let is_chinese = |name: &str| name.chars().all(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter));
    match (first, last) {
        (Some(first), Some(last)) if is_chinese(first) && is_chinese(last) => Some(format!("{last}{first}")),
        _ => {
            let parts: Vec<&str> = [first, middle, last].into_iter().flatten().collect();
            (!parts.is_empty()).then(|| parts.join(" "))
        }
    }
}

fn address(cells: &Cells) -> Option<String> {
    let part = |name: &str| text(cells, &format!("address1_{name}"));
    let town: Vec<&str> = ["postalcode", "city", "stateorprovince"].into_iter().filter_map(part).collect();
    let lines: Vec<String> = ["line1", "line2", "line3"]
        .into_iter()
        .filter_map(part)
        .map(str::to_owned)
        .chain((!town.is_empty()).then(|| town.join(" ")))
        .chain(part("country").map(str::to_owned))
        .collect();
    (!lines.is_empty()).then(|| lines.join("\r\n"))
}

/// A file's size is that of its bytes, not of their base64.
fn attachment(look: &dyn Look, cells: &mut Cells) -> Result<(), Refusal> {
    use base64::Engine as _;
    let size = match text(cells, "body") {
        Some(body) => base64::engine::general_purpose::STANDARD
            .decode(body)
            .map_err(|_| Refusal::payload("The attachment's body is not base64."))?
            .len(),
        None => 0,
    };
    cells.insert("filesize".to_owned(), Value::from(size));
    if let Some((table, id)) = text(cells, "objectid").and_then(parse_link) {
        let subject = look.get(table, id)?.and_then(|email| email.text("subject").map(str::to_owned));
        put(cells, "activitysubject", subject);
    }
    Ok(())
}

/// A party takes its name and, when none is given, its address from the row behind it.
fn party(look: &dyn Look, cells: &mut Cells) -> Result<(), Refusal> {
    let name = match text(cells, "partyid").map(str::to_owned).as_deref().and_then(parse_link) {
        Some((table, id)) => {
            let Some(row) = look.get(table, id)? else {
                return Err(Refusal::missing(table, id));
            };
            let address = row.text("emailaddress1").or(row.text("internalemailaddress"));
            if let Some(address) = address.filter(|_| text(cells, "addressused").is_none()) {
                put(cells, "addressused", Some(address.to_owned()));
            }
            row.text(if table == "account" { "name" } else { "fullname" }).map(str::to_owned)
        }
        None => text(cells, "unresolvedpartyname").map(str::to_owned),
    };
    put(cells, "partyidname", name);
    Ok(())
}

/// Amounts are kept in the row's currency and in the organisation's.
fn amounts(look: &dyn Look, table: &Table, cells: &mut Cells) -> Result<(), Refusal> {
    if table.column("exchangerate").is_none() || table.name == "transactioncurrency" {
        return Ok(());
    }
    let currency = match text(cells, "transactioncurrencyid").and_then(parse_link) {
        Some((table, id)) => look.get(table, id)?,
        None => None,
    };
    let rate =
        currency.as_ref().and_then(|currency| currency.text("exchangerate")?.parse().ok()).unwrap_or(Decimal::ONE);
    cells.insert("exchangerate".to_owned(), Value::from(check::fixed(rate, 12)));
    for column in &table.columns {
        let Kind::Money { .. } = column.kind else { continue };
        if column.name.ends_with("_base") {
            continue;
        }
        let base = text(cells, &column.name)
            .and_then(|amount| amount.parse::<Decimal>().ok())
            .and_then(|amount| amount.checked_div(rate))
            .map(|base| check::money(base.round_dp(4)));
        put(cells, &format!("{}_base", column.name), base);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_as_its_language_writes_it() {
        let name = |first, last| full_name(first, None, last).unwrap_or_default();
        assert_eq!(name(Some("Ada"), Some("Byron")), "Ada Byron");
        assert_eq!(name(Some("伟"), Some("王")), "王伟");
        assert_eq!(name(None, Some("Cher")), "Cher");
    }
}
