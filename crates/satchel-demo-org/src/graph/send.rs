//! Sends a message: into the salesperson's inbox when it is for her, and into the sender's own folder.

use serde::Deserialize;

use super::item::{File, Folder, Item, Mailbox};
use super::{Refusal, Session};
use crate::doors;
use crate::http::Reply;
use crate::staff::{self, User};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request {
    message: Message,
    #[serde(default = "yes")]
    save_to_sent_items: bool,
}

const fn yes() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Message {
    subject: String,
    body: Body,
    to_recipients: Vec<Recipient>,
    #[serde(default)]
    cc_recipients: Vec<Recipient>,
    #[serde(default)]
    attachments: Vec<Attachment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    content_type: String,
    content: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recipient {
    email_address: Address,
}

#[derive(Deserialize)]
struct Address {
    address: String,
    name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Attachment {
    name: String,
    content_type: String,
    content_bytes: String,
    #[serde(default)]
    content_id: Option<String>,
}

pub(super) fn answer(session: &Session<'_>) -> Result<Reply, Refusal> {
    let request: Request = serde_json::from_slice(&session.call.body)
        .map_err(|error| Refusal::new(400, "ErrorInvalidRequest", format!("Unable to read JSON: {error}")))?;
    let sender = session.user.person();
    let message = request.message;
    let is_html = message.body.content_type.eq_ignore_ascii_case("html");
    let html = if is_html {
        message.body.content.clone()
    } else {
        format!("<html><body><pre>{}</pre></body></html>", message.body.content.replace('<', "&lt;"))
    };
    let item = Item {
        id: String::new(),
        folder: Folder::Sent,
        conversation: doors::new_id().simple().to_string(),
        subject: message.subject,
        from: Mailbox { name: sender.name(), address: sender.address() },
        to: message.to_recipients.into_iter().map(mailbox).collect(),
        cc: message.cc_recipients.into_iter().map(mailbox).collect(),
        sent: doors::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        is_read: true,
        categories: Vec::new(),
        html,
        text: message.body.content,
        files: message.attachments.into_iter().map(file).collect(),
        message_id: format!("<{}@{}>", doors::new_id().simple(), staff::DOMAIN),
        in_reply_to: None,
        references: Vec::new(),
        change: 0,
    };
    let owner = User::Salesperson.person().address();
    let is_for_owner = item.to.iter().chain(&item.cc).any(|to| to.address.eq_ignore_ascii_case(&owner));
    session.world.store.write(|writing| {
        if is_for_owner {
            let inbox = Item { id: new_id(), folder: Folder::Inbox, is_read: false, ..item.clone() };
            inbox.store(writing)?;
        }
        if request.save_to_sent_items && session.user == User::Salesperson {
            Item { id: new_id(), ..item }.store(writing)?;
        }
        Ok::<_, Refusal>(())
    })?;
    Ok(Reply::empty(202))
}

pub(super) fn new_id() -> String {
    format!("AAMkADk0YjA3ZTMz{}AAA=", doors::secret())
}

fn mailbox(recipient: Recipient) -> Mailbox {
    let Address { address, name } = recipient.email_address;
    Mailbox { name: name.unwrap_or_else(|| address.clone()), address }
}

fn file(attachment: Attachment) -> File {
    File {
        name: attachment.name,
        mime: attachment.content_type,
        content: attachment.content_bytes,
        content_id: attachment.content_id,
    }
}
