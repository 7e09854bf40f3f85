//! How Graph writes folders, messages and attachments.

use serde_json::{Map, Value, json};

use super::item::{Folder, Item, Mailbox};
use super::{STANDARD, Session};
use base64::Engine as _;

const PREVIEW: usize = 255;

pub(super) fn folder(folder: Folder, items: &[Item]) -> Value {
    let inside = || items.iter().filter(|item| item.folder == folder);
    json!({
        "id": folder.id(),
        "displayName": folder.name(),
        "parentFolderId": "AAMkADk0YjA3ZTMzAC4AAAAAAQgAAA=",
        "childFolderCount": 0,
        "totalItemCount": inside().count(),
        "unreadItemCount": inside().filter(|item| !item.is_read).count(),
        "isHidden": false,
    })
}

pub(super) fn message(session: &Session<'_>, item: &Item, select: Option<&str>) -> Value {
    let as_text = session.prefers("outlook.body-content-type") == Some("text");
    let (kind, content) = if as_text { ("text", &item.text) } else { ("html", &item.html) };
    let has_files = item.files.iter().any(|file| file.content_id.is_none());
    let whole = json!({
        "id": item.id,
        "createdDateTime": item.sent,
        "lastModifiedDateTime": item.sent,
        "changeKey": item.etag().replace("W/", "").replace('"', ""),
        "categories": item.categories,
        "receivedDateTime": item.sent,
        "sentDateTime": item.sent,
        "hasAttachments": has_files,
        "internetMessageId": item.message_id,
        "subject": item.subject,
        "bodyPreview": item.text.chars().take(PREVIEW).collect::<String>(),
        "importance": "normal",
        "parentFolderId": item.folder.id(),
        "conversationId": item.conversation,
        "isRead": item.is_read,
        "isDraft": false,
        "body": { "contentType": kind, "content": content },
        "sender": person(&item.from),
        "from": person(&item.from),
        "toRecipients": item.to.iter().map(person).collect::<Vec<_>>(),
        "ccRecipients": item.cc.iter().map(person).collect::<Vec<_>>(),
        "bccRecipients": [],
        "replyTo": [],
        "flag": { "flagStatus": "notFlagged" },
    });
    let mut shown = only(whole, select);
    // Headers come only to those who name them.
    if select.is_some_and(|select| select.contains("internetMessageHeaders")) {
        shown.insert("internetMessageHeaders".to_owned(), headers(item));
    }
    shown.insert("@odata.etag".to_owned(), item.etag().into());
    shown.insert("id".to_owned(), item.id.clone().into());
    Value::Object(shown)
}

fn person(mailbox: &Mailbox) -> Value {
    json!({ "emailAddress": { "name": mailbox.name, "address": mailbox.address } })
}

fn headers(item: &Item) -> Value {
    let mut headers = vec![json!({ "name": "Message-ID", "value": item.message_id })];
    if let Some(before) = &item.in_reply_to {
        headers.push(json!({ "name": "In-Reply-To", "value": before }));
        headers.push(json!({ "name": "References", "value": item.references.join(" ") }));
    }
    Value::Array(headers)
}

pub(super) fn attachment(item: &Item, at: usize, select: Option<&str>) -> Value {
    let file = &item.files[at];
    let size = STANDARD.decode(&file.content).map_or(0, |bytes| bytes.len());
    let whole = json!({
        "id": attachment_id(item, at),
        "name": file.name,
        "contentType": file.mime,
        "size": size,
        "isInline": file.content_id.is_some(),
        "contentId": file.content_id,
        "lastModifiedDateTime": item.sent,
        "contentBytes": file.content,
    });
    let mut shown = only(whole, select);
    shown.insert("@odata.type".to_owned(), "#microsoft.graph.fileAttachment".into());
    shown.insert("id".to_owned(), attachment_id(item, at).into());
    Value::Object(shown)
}

fn attachment_id(item: &Item, at: usize) -> String {
    format!("{}F{at}", item.id.trim_end_matches('='))
}

pub(super) fn attachment_place(item: &Item, id: &str) -> Option<usize> {
    (0..item.files.len()).find(|at| attachment_id(item, *at) == id)
}

fn only(whole: Value, select: Option<&str>) -> Map<String, Value> {
    let Value::Object(mut members) = whole else {
        return Map::new();
    };
    if let Some(select) = select {
        members.retain(|name, _| select.split(',').any(|known| known.trim() == name));
    }
    members
}
