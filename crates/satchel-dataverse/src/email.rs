//! A tracked message as request bodies: the email with its parties, and each of its attachments.

use std::collections::BTreeMap;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use satchel_domain::{
    Column, ServiceError, TableName, Value,
    error::Answer,
    schema::{Kind, Table},
    tracking::{AttachedFile, Direction, EmailDraft, Party, Role},
    value::Lookup,
};
use serde_json::{Map, json};

use crate::encode;

/// Columns of parties and attachments, in UTF-16 units: they are the same in every organisation (DM-9, DM-10, 5.3).
const ADDRESS: usize = 320;
const PARTY_NAME: usize = 200;
const FILE_NAME: usize = 255;
const MEDIA_TYPE: usize = 256;
const CONTENT_ID: usize = 250;
/// The longest tail of a file's name that is taken for its kind.
const LONGEST_KIND: usize = 16;

type Sets = BTreeMap<TableName, String>;

/// The open email with its parties, under the draft's id.
pub(crate) fn create(table: &Table, draft: &EmailDraft, sets: &Sets) -> Answer<String> {
    let parties = draft.parties.iter().map(|party| self::party(party, sets)).collect::<Answer<Vec<_>>>()?;
    let more = [
        (table.primary_id.as_str(), json!(draft.id.to_string())),
        ("email_activity_parties", serde_json::Value::from(parties)),
    ];
    encode::create_with(table, &values(table, draft), sets, &more)
}

/// One attachment, under its own id.
pub(crate) fn attachment(
    table: &Table,
    draft: &EmailDraft,
    place: usize,
    file: &AttachedFile,
    sets: &Sets,
) -> Answer<String> {
    let mut body = json!({
        "activitymimeattachmentid": file.id.to_string(),
        "objectid_email@odata.bind": reference(&table.name, draft.id, sets)?,
        "objecttypecode": table.name.as_str(),
        "filename": cut_name(&file.name, FILE_NAME),
        "mimetype": cut(&file.media_type, MEDIA_TYPE),
        "attachmentnumber": place + 1,
        "body": STANDARD.encode(&file.bytes),
    });
    // Half an id would name nothing.
    if let Some(id) = file.content_id.as_deref().filter(|id| units(id) <= CONTENT_ID) {
        body["attachmentcontentid"] = json!(id);
    }
    Ok(body.to_string())
}

/// The header on one line, as the service keeps it; none when it would not fit.
pub(crate) fn message_id(table: &Table, header: &str) -> Option<String> {
    let unfolded: String = header.chars().filter(|c| !c.is_control()).collect();
    let id = unfolded.trim();
    let is_kept = !id.is_empty() && units(id) <= length(table, "messageid")?;
    is_kept.then(|| id.to_owned())
}

fn values(table: &Table, draft: &EmailDraft) -> Vec<(Column, Value)> {
    let to: Vec<_> = draft.parties.iter().filter(|party| party.role == Role::To).collect();
    let mut to: Vec<_> = to.iter().map(|party| party.address.address.as_str()).collect();
    to.dedup();
    let from = draft.parties.iter().find(|party| party.role == Role::Sender);
    let whole =
        |column, text: &str| (units(text) <= length(table, column)? && !text.is_empty()).then(|| text.to_owned());
    let subject = length(table, "subject").map(|most| cut(&draft.subject, most).to_owned());
    let regarding = draft.regarding.clone().map(|(table, id)| Value::Lookup(Lookup { table, id, name: None }));
    let given = [
        ("subject", subject.map(Value::Text)),
        ("description", Some(Value::Text(draft.body.clone()))),
        ("mimetype", Some(Value::Text("text/html".to_owned()))),
        ("directioncode", Some(Value::YesNo(draft.direction == Direction::Outgoing))),
        ("messageid", draft.message_id.as_deref().and_then(|id| message_id(table, id)).map(Value::Text)),
        ("sender", from.and_then(|from| whole("sender", &from.address.address)).map(Value::Text)),
        ("torecipients", whole("torecipients", &to.join(";")).map(Value::Text)),
        ("actualend", Some(Value::DateTime(draft.at))),
        ("regardingobjectid", regarding),
    ];
    let writable = |name: &str| table.column(&Column::new(name)).is_some_and(|column| column.may_create);
    let given = given.into_iter().filter(|(name, _)| writable(name));
    given.filter_map(|(name, value)| Some((Column::new(name), value?))).collect()
}

/// The address always stands in it; without a record it is all that is known (SS-63, DM-9).
fn party(party: &Party, sets: &Sets) -> Answer<serde_json::Value> {
    let mut row = Map::new();
    row.insert("participationtypemask".to_owned(), json!(party.role.mask()));
    row.insert("addressused".to_owned(), json!(cut(&party.address.address, ADDRESS)));
    match (&party.record, &party.address.name) {
        (Some((table, id)), _) => {
            row.insert(format!("partyid_{table}@odata.bind"), json!(reference(table, *id, sets)?));
        }
        (None, Some(name)) => {
            row.insert("unresolvedpartyname".to_owned(), json!(cut(name, PARTY_NAME)));
        }
        (None, None) => {}
    }
    Ok(row.into())
}

fn reference(table: &TableName, id: satchel_domain::RecordId, sets: &Sets) -> Answer<String> {
    let set = sets.get(table).ok_or_else(|| ServiceError::Refused {
        code: String::new(),
        reason: format!("The organisation has no table '{table}'."),
    })?;
    Ok(format!("/{set}({id})"))
}

/// How long a text column may be; none when the table has no such text.
fn length(table: &Table, column: &str) -> Option<usize> {
    match table.column(&Column::new(column))?.kind {
        Kind::Text { max_length, .. } => usize::try_from(max_length).ok(),
        _ => None,
    }
}

fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

/// The longest beginning of `text` that has at most this many UTF-16 units.
fn cut(text: &str, most: usize) -> &str {
    let mut left = most;
    let end = text.char_indices().find(|(_, c)| match left.checked_sub(c.len_utf16()) {
        Some(rest) => {
            left = rest;
            false
        }
        None => true,
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// A file that lost its tail could not be opened any more: the middle goes instead.
fn cut_name(name: &str, most: usize) -> String {
    if units(name) <= most {
        return name.to_owned();
    }
    let tail = name.rfind('.').map(|dot| &name[dot..]).filter(|tail| units(tail) <= LONGEST_KIND).unwrap_or("");
    format!("{}{tail}", cut(name, most - units(tail)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_text_is_cut_between_characters() {
        assert_eq!(cut("Grüße", 5), "Grüße");
        assert_eq!(cut("Grüße", 3), "Grü");
        assert_eq!(cut("a😀b", 2), "a");
        assert_eq!(cut("a😀b", 3), "a😀");
        assert_eq!(cut("a", 0), "");
    }

    #[test]
    fn a_long_file_name_keeps_its_kind() {
        assert_eq!(cut_name("offer.pdf", 9), "offer.pdf");
        assert_eq!(cut_name("long offer.pdf", 9), "long .pdf");
        assert_eq!(cut_name("no kind at all", 7), "no kind");
        assert_eq!(cut_name("a.this is a sentence and no kind", 8), "a.this i");
    }
}
