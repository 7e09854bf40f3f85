//! The business rules: states and their reasons, completed emails, numbers of cases.

use serde_json::Value;
use uuid::Uuid;

use super::body::Changes;
use super::deed::Deed;
use super::refusal::Refusal;
use crate::schema::{Kind, Table};
use crate::store::{Cells, Look, Record, Writing, parse_link};

const OPEN: i64 = 0;
/// What may change on an email that was sent, received or cancelled.
const STILL_FREE: &str = "regardingobjectid";
/// Parties of an email: sender, to, cc, bcc.
const EMAIL_ROLES: std::ops::RangeInclusive<i64> = 1..=4;

pub(crate) fn before_create(writing: &mut Writing<'_>, table: &Table, cells: &mut Cells) -> Result<(), Refusal> {
    match table.name.as_str() {
        "activitymimeattachment" => {
            cells.entry("objecttypecode").or_insert_with(|| Value::from("email"));
            refuse_if_closed(writing, cells.get("objectid"), "Attachments cannot be added to")
        }
        "activityparty" => match cells.get("participationtypemask").and_then(Value::as_i64) {
            Some(role) if EMAIL_ROLES.contains(&role) => Ok(()),
            role => Err(Refusal::argument(format!(
                "Invalid participation type mask {} for an email: its parties are 1 to 4.",
                role.map_or_else(|| "null".to_owned(), |role| role.to_string())
            ))),
        },
        "incident" if !cells.contains_key("ticketnumber") => {
            let number = writing.count("tickets")?;
            let tail = format!("{:06X}", number.wrapping_mul(0x9E37_79B9) & 0x00FF_FFFF);
            cells.insert("ticketnumber".to_owned(), format!("CAS-{:05}-{tail}", 1000 + number).into());
            Ok(())
        }
        _ => Ok(()),
    }
}

pub(crate) fn before_update(
    writing: &Writing<'_>,
    table: &Table,
    before: &Record,
    changes: &Changes<'_>,
) -> Result<(), Refusal> {
    match table.name.as_str() {
        "email" if before.number("statecode") != Some(OPEN) => {
            let differs = |(name, value): (&String, &Option<Value>)| {
                name != STILL_FREE && value.as_ref() != before.cells.get(name)
            };
            match changes.cells.iter().find(|&(name, value)| differs((name, value))) {
                Some((name, _)) => Err(closed(&format!("The column '{name}' cannot be changed on"))),
                None => Ok(()),
            }
        }
        "activitymimeattachment" => {
            refuse_if_closed(writing, before.cells.get("objectid"), "Attachments cannot be changed on")
        }
        _ => Ok(()),
    }
}

pub(crate) fn before_delete(writing: &Writing<'_>, table: &Table, record: &Record) -> Result<(), Refusal> {
    match table.name.as_str() {
        "activitymimeattachment" => {
            refuse_if_closed(writing, record.cells.get("objectid"), "Attachments cannot be removed from")
        }
        "systemuser" => Err(Refusal::new(405, "0x80040227", "A user cannot be deleted; disable it instead.")),
        _ => Ok(()),
    }
}

/// Refuses when the email behind a lookup is no longer a draft.
pub(crate) fn refuse_if_closed(look: &dyn Look, lookup: Option<&Value>, deed: &str) -> Result<(), Refusal> {
    let email = match lookup.and_then(Value::as_str).and_then(parse_link) {
        Some((table, id)) => look.get(table, id)?,
        None => None,
    };
    match email {
        Some(email) if email.number("statecode") != Some(OPEN) => Err(closed(deed)),
        _ => Ok(()),
    }
}

fn closed(deed: &str) -> Refusal {
    Refusal::argument(format!("{deed} an email that is completed or cancelled."))
}

/// A state brings its own reason; a reason must belong to its state.
pub(crate) fn settle_state(
    table: &Table,
    cells: &mut Cells,
    before: Option<&Record>,
    changes: &Changes<'_>,
) -> Result<(), Refusal> {
    let (Some(state), Some(reason)) = (table.column("statecode"), table.column("statuscode")) else {
        return Ok(());
    };
    let Kind::State { options } = &state.kind else { return Ok(()) };
    let now = cells.get("statecode").and_then(Value::as_i64).unwrap_or(OPEN);
    cells.insert("statecode".to_owned(), Value::from(now));
    let changed = before.is_none_or(|before| before.number("statecode") != Some(now));
    let given = matches!(changes.cells.get("statuscode"), Some(Some(_)));
    if changed && !given {
        let usual = options.iter().find(|option| option.value == now);
        cells.insert("statuscode".to_owned(), Value::from(usual.map_or(1, |option| option.partner)));
    }
    let reason_now = cells
        .get("statuscode")
        .and_then(Value::as_i64)
        .ok_or_else(|| Refusal::argument("statuscode cannot be empty."))?;
    let fits = reason.options().iter().any(|option| option.value == reason_now && option.partner == now);
    if fits {
        return Ok(());
    }
    let label = options.iter().find(|option| option.value == now).map_or("", |option| &option.label);
    Err(Refusal::new(
        400,
        "0x80048408",
        format!("{reason_now} is not a valid status code for state code {}State.{label}.", table.name),
    ))
}

/// An email shows its sender and recipients in columns of its own.
pub(crate) fn after_parties(
    deed: &Deed<'_>,
    writing: &mut Writing<'_>,
    table: &Table,
    id: Uuid,
) -> Result<(), Refusal> {
    if table.name != "email" {
        return Ok(());
    }
    let parties = writing.children("activityparty", id)?;
    let Some(email) = writing.get("email", id)?.filter(|_| !parties.is_empty()) else {
        return Ok(());
    };
    let mut cells = email.cells.clone();
    let of_role = |role: i64| parties.iter().filter(move |party| party.number("participationtypemask") == Some(role));
    if let Some(sender) = of_role(1).next() {
        if let Some(address) = sender.text("addressused") {
            cells.entry("sender").or_insert_with(|| Value::from(address));
        }
        if let Some(party) = sender.cells.get("partyid") {
            cells.insert("emailsender".to_owned(), party.clone());
        }
    }
    let recipients: Vec<&str> = of_role(2).filter_map(|party| party.text("addressused")).collect();
    let line = recipients.join(";");
    if !line.is_empty() && line.encode_utf16().count() <= 500 {
        cells.entry("torecipients").or_insert_with(|| Value::from(line));
    }
    if cells == email.cells {
        return Ok(());
    }
    deed.store(writing, table, id, cells)
}
