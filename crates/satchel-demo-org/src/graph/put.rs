//! Puts a message into a folder, moves it to another, and deletes it for good.

use base64::Engine as _;
use jiff::Timestamp;
use mail_parser::{HeaderValue, Message, MessageParser, MimeHeaders};
use serde::Deserialize;

use super::item::{File, Folder, Item, Mailbox};
use super::{Refusal, STANDARD, Session, send, shape};
use crate::doors;
use crate::http::Reply;
use crate::staff;

/// The body is the message as it travels, in base64. It is written anew, as Exchange does.
pub(super) fn create(session: &Session<'_>, folder: Folder) -> Result<Reply, Refusal> {
    let unreadable = || Refusal::new(400, "ErrorMimeContentInvalidBase64String", "The body is no message in base64.");
    if session.call.header("content-type").is_none_or(|kind| !kind.starts_with("text/plain")) {
        return Err(Refusal::new(400, "BadRequest", "The demo organisation takes messages as text/plain only."));
    }
    let body: Vec<u8> = session.call.body.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    let raw = STANDARD.decode(body).map_err(|_| unreadable())?;
    let item = read(folder, &MessageParser::default().parse(&raw).ok_or_else(unreadable)?);
    let item = session.world.store.write(|writing| item.store(writing).map_err(Refusal::from))?;
    Ok(Reply::json(201, &shape::message(session, &item, None)))
}

fn read(folder: Folder, message: &Message<'_>) -> Item {
    let id = |header: &str| message.header_raw(header.to_owned()).map(|id| id.trim().to_owned());
    let ids = |value: &HeaderValue<'_>| {
        let ids = value.as_text_list().unwrap_or_default();
        ids.iter().map(|id| format!("<{id}>")).collect::<Vec<_>>()
    };
    let sent = message.date().and_then(|date| Timestamp::from_second(date.to_timestamp()).ok());
    Item {
        id: send::new_id(),
        folder,
        conversation: doors::new_id().simple().to_string(),
        subject: message.subject().unwrap_or_default().to_owned(),
        from: people(message.from())
            .into_iter()
            .next()
            .unwrap_or_else(|| Mailbox { name: "Unknown".to_owned(), address: format!("unknown@{}", staff::DOMAIN) }),
        to: people(message.to()),
        cc: people(message.cc()),
        sent: sent.unwrap_or_else(doors::now).strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        is_read: false,
        categories: Vec::new(),
        html: message.body_html(0).unwrap_or_default().into_owned(),
        text: message.body_text(0).unwrap_or_default().into_owned(),
        files: message.attachments().map(file).collect(),
        message_id: id("Message-ID")
            .filter(|id| !id.is_empty())
            .unwrap_or_else(|| format!("<{}@{}>", doors::new_id().simple(), staff::DOMAIN)),
        in_reply_to: ids(message.in_reply_to()).into_iter().next(),
        references: ids(message.references()),
        change: 0,
    }
}

fn people(list: Option<&mail_parser::Address<'_>>) -> Vec<Mailbox> {
    let people = list.into_iter().flat_map(|list| list.iter());
    let people = people.filter_map(|person| {
        let address = person.address.as_ref()?.trim().to_owned();
        Some(Mailbox { name: person.name.as_ref().map_or_else(|| address.clone(), |name| name.to_string()), address })
    });
    people.collect()
}

fn file(part: &mail_parser::MessagePart<'_>) -> File {
    let kind = part.content_type();
    File {
        name: part.attachment_name().unwrap_or("attachment").to_owned(),
        mime: kind.map_or_else(
            || "application/octet-stream".to_owned(),
            |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("octet-stream")),
        ),
        content: STANDARD.encode(part.contents()),
        content_id: part.content_id().map(str::to_owned),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Destination {
    destination_id: String,
}

/// Its id stays: the ids of the demo mailbox are immutable ones.
pub(super) fn move_to(session: &Session<'_>, id: &str) -> Result<Reply, Refusal> {
    let Destination { destination_id } = serde_json::from_slice(&session.call.body)
        .map_err(|error| Refusal::new(400, "BadRequest", format!("Unable to read JSON: {error}")))?;
    let folder = super::folder(&destination_id)?;
    let item = session.world.store.write(|writing| {
        let item = Item::find_for_change(writing, id)?.ok_or_else(Refusal::missing)?;
        item.depart(writing)?;
        Ok::<_, Refusal>(Item { folder, ..item }.store(writing)?)
    })?;
    Ok(Reply::json(201, &shape::message(session, &item, None)))
}

pub(super) fn delete(session: &Session<'_>, id: &str) -> Result<Reply, Refusal> {
    session.world.store.write(|writing| {
        let item = Item::find_for_change(writing, id)?.ok_or_else(Refusal::missing)?;
        Ok::<_, Refusal>(item.forget(writing)?)
    })?;
    Ok(Reply::empty(204))
}
