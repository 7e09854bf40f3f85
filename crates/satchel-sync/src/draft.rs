//! Writes what the email record of a message will say, from the message itself and from who its people are here.

use std::{fmt, sync::Arc, time::Duration};

use satchel_domain::{
    Column, ServiceError, Value,
    edit::Edit,
    error::Answer,
    ports::Later,
    tracking::{AttachedFile, Direction, EmailDraft, ItemKey, Role, attachment_id, direction, parties},
};
use satchel_formats::{
    html::{self, Pictures},
    message::{self, Body, Message},
};
use satchel_store::{Database, Reader, Result, StoreError, links, mailboxes, messages, people, raws, schema};

use crate::act::{on_disk, within};

/// Where messages come from that are not in the database.
pub trait Raws: Send + Sync + fmt::Debug {
    /// The message as it came over the wire (RFC 5322). `Missing` when no mailbox has it any more.
    fn raw<'a>(&'a self, key: &'a ItemKey) -> Later<'a, Answer<Vec<u8>>>;
}

/// The draft of an entry's message. The answer is the mailbox's; an error is the database's.
pub(crate) async fn write(
    database: &Database,
    mail: &dyn Raws,
    limit: Duration,
    edit: &Edit,
) -> std::result::Result<Answer<Arc<EmailDraft>>, String> {
    let record = edit.record;
    let known = on_disk(database, move |database| {
        database.read(|reader| {
            let Some(key) = links::key_of(reader, record)? else { return Ok(None) };
            let raw = raws::get(reader, &key)?;
            Ok(Some((key, raw)))
        })
    });
    let Some((key, raw)) = known.await? else { return Ok(Err(ServiceError::Missing)) };
    let raw = match raw {
        Some(raw) => raw,
        None => match within(limit, mail.raw(&key)).await {
            Ok(raw) => raw,
            Err(error) => return Ok(Err(error)),
        },
    };
    let edit = edit.clone();
    let draft = on_disk(database, move |database| database.read(|reader| compose(reader, &edit, key, &raw)));
    Ok(Ok(Arc::new(draft.await?)))
}

fn compose(reader: &Reader<'_>, edit: &Edit, key: ItemKey, raw: &[u8]) -> Result<EmailDraft> {
    let organisation =
        schema::load(reader)?.ok_or_else(|| StoreError::Unfit("the organisation is not known".to_owned()))?;
    let row = messages::anywhere(reader, &key)?;
    let message = message::read(raw);
    let own = match &row {
        Some(row) => mailboxes::one(reader, row.mailbox)?.map(|mailbox| mailbox.own).unwrap_or_default(),
        None => mailboxes::all(reader)?.into_iter().flat_map(|mailbox| mailbox.own).collect(),
    };
    let from = message.from.as_ref();
    let direction = match wanted(edit, "directioncode") {
        Some(Value::YesNo(true)) => Direction::Outgoing,
        Some(Value::YesNo(false)) => Direction::Incoming,
        _ => direction(from, &own),
    };
    let recipients = [(Role::To, message.to.clone()), (Role::Cc, message.cc.clone()), (Role::Bcc, message.bcc.clone())];
    let mut failure = None;
    let mut known = |address: &str| {
        people::candidates(reader, &organisation, address).unwrap_or_else(|error| {
            failure.get_or_insert(error);
            Vec::new()
        })
    };
    let parties = parties(from, &recipients, organisation.user, &mut known);
    if let Some(error) = failure {
        return Err(error);
    }
    let received = row.as_ref().map(|row| row.head.received_at);
    let at = match direction {
        Direction::Incoming => received.or(message.sent_at),
        Direction::Outgoing => message.sent_at.or(received),
    };
    let regarding = match wanted(edit, "regardingobjectid") {
        Some(Value::Lookup(lookup)) => Some((lookup.table.clone(), lookup.id)),
        _ => None,
    };
    let told = |column: &str| wanted(edit, column).and_then(Value::as_text).map(str::to_owned);
    Ok(EmailDraft {
        id: edit.record,
        message_id: told("messageid").or_else(|| message.message_id.clone()),
        subject: told("subject").unwrap_or_else(|| message.subject.clone()),
        body: body(&message),
        direction,
        at: at.unwrap_or_default(),
        parties,
        regarding,
        attachments: attachments(edit, message),
        key,
    })
}

/// What the user's entry says of a column.
fn wanted<'a>(edit: &'a Edit, column: &str) -> Option<&'a Value> {
    edit.changes.iter().find(|change| change.column == Column::new(column)).map(|change| &change.after)
}

/// The text as HTML that is safe to show. Pictures that came with the message stay what they are: references to its
/// attachments by their content-ids (T-22).
fn body(message: &Message) -> String {
    match &message.body {
        Body::Html(html) => {
            let parts: Vec<_> = message.attachments.iter().filter_map(|file| file.content_id.as_deref()).collect();
            let stands_for = |id: &str| parts.iter().position(|part| *part == id).map(stand_in);
            let safe = html::clean(html, &stands_for, Pictures::Linked).html;
            parts.iter().enumerate().fold(safe, |html, (place, id)| html.replace(&stand_in(place), &reference(id)))
        }
        Body::Text(text) => html::from_text(text),
        Body::Nothing => String::new(),
    }
}

/// Only a picture's data may stand in for a picture while the text is cleaned.
fn stand_in(place: usize) -> String {
    format!("data:image/png;base64,SatchelPart{place}=")
}

/// A content-id as the source of a picture.
fn reference(id: &str) -> String {
    let id = id.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;");
    format!("cid:{id}")
}

fn attachments(edit: &Edit, message: Message) -> Vec<AttachedFile> {
    let files = message.attachments.into_iter().enumerate();
    files
        .map(|(place, file)| AttachedFile {
            id: attachment_id(edit.record, place),
            name: file.name,
            media_type: file.media_type,
            content_id: file.content_id,
            bytes: file.bytes,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t22_inline_pictures_keep_their_content_ids() {
        let raw = b"From: a@b.example\r\nContent-Type: multipart/related; boundary=x\r\n\r\n--x\r\nContent-Type: text/html\r\n\r\n\
            <p>Hi<img src=\"cid:logo&amp;1@b\"><img src=\"cid:other@b\"><script>alert(1)</script></p>\r\n--x\r\n\
            Content-Type: image/png; name=logo.png\r\nContent-ID: <logo&1@b>\r\nContent-Disposition: inline\r\n\r\npng\r\n--x--\r\n";
        let message = message::read(raw);
        assert_eq!(message.attachments.len(), 1);
        let body = body(&message);
        assert!(body.contains("src=\"cid:logo&amp;1@b\"") && !body.contains("data:"), "{body}");
        assert!(!body.contains("script"), "{body}");
    }
}
