//! Folders, lists of messages, and one message with its body made safe.

use std::sync::Arc;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use satchel_domain::mail::Purpose;
use satchel_formats::{
    html::{self, Safe},
    message::{self, Attachment, Body, Message},
};
use satchel_store::{Durability, Reader, Result as Stored, folders, mailboxes, messages, raws};
use satchel_sync::mail::Event;

use super::{correspondent, files::files, item_key, mailbox_id, no_such_message, parties, tracking};
use crate::{app::App, requests::*};

/// The page asks for what it shows; a block is never longer.
const LONGEST_BLOCK: u32 = 500;

impl App {
    pub async fn list_folders(self: &Arc<Self>, _request: ListFolders) -> Result<Mailboxes, CommandError> {
        let kept = self
            .on_disk(self.database()?, |database| {
                database.read(|reader| {
                    let kept = mailboxes::all(reader)?.into_iter();
                    kept.map(|mailbox| Ok((folders::list(reader, mailbox.id)?, mailbox))).collect::<Stored<Vec<_>>>()
                })
            })
            .await?;
        let boxes = self.desk().ok().map(|desk| desk.boxes);
        let heads = kept.into_iter().map(|(listed, mailbox)| {
            let status = boxes.as_ref().and_then(|boxes| boxes.status(mailbox.id));
            MailboxHead {
                mailbox: mailbox.id.to_string(),
                address: mailbox.address.clone(),
                is_removable: !matches!(mailbox.account, mailboxes::Account::Graph),
                is_busy: status.as_ref().is_some_and(|status| status.is_busy),
                synced_at: oldest(&listed),
                message: status.and_then(|status| status.message),
                folders: heads(&listed),
            }
        });
        Ok(Mailboxes { mailboxes: heads.collect() })
    }

    pub async fn list_messages(self: &Arc<Self>, request: ListMessages) -> Result<MessageBlock, CommandError> {
        let mailbox = mailbox_id(&request.mailbox)?;
        let folder = satchel_domain::FolderId::new(request.folder);
        let show = match request.show {
            MessageFilter::All => messages::Show::All,
            MessageFilter::Unread => messages::Show::Unread,
            MessageFilter::Tracked => messages::Show::Tracked,
        };
        let (first, count) = (request.first, request.count.min(LONGEST_BLOCK));
        let block = self
            .on_disk(self.database()?, move |database| {
                database.read(|reader| {
                    messages::block(reader, mailbox, &folder, show, first.into(), count.into())
                        .map(|block| (is_outgoing(reader, mailbox, &folder), block))
                })
            })
            .await?;
        let (is_outgoing, block) = (block.0?, block.1);
        Ok(MessageBlock {
            total: u32::try_from(block.total).unwrap_or(u32::MAX),
            first,
            rows: block.rows.iter().map(|row| message_row(row, is_outgoing)).collect(),
        })
    }

    /// The message from the local database. When its body is not here yet, the mailbox is asked for it, and a change of
    /// mail tells when it came.
    pub async fn read_message(self: &Arc<Self>, request: ReadMessage) -> Result<MessagePage, CommandError> {
        let (mailbox, key) = (mailbox_id(&request.mailbox)?, item_key(&request.key));
        let page = self
            .on_disk(self.database()?, move |database| {
                let found = database.read(|reader| {
                    let Some(row) = messages::find(reader, mailbox, &key)? else { return Ok(None) };
                    let parties = parties::parties(reader, &row.mark)?;
                    Ok(Some((row, parties, raws::get(reader, &key)?)))
                })?;
                let Some((row, parties, raw)) = found else { return Ok(None) };
                if raw.is_none() {
                    database.write(Durability::Normal, |tx| raws::want(tx, mailbox, &key))?;
                }
                let read = raw.as_deref().map(message::read);
                Ok(Some((page(&row, parties, read.as_ref()), read.is_none())))
            })
            .await?;
        let (mut page, is_missing) = page.ok_or_else(no_such_message)?;
        if is_missing && let Ok(desk) = self.desk() {
            let failed = desk.boxes.status(mailbox).map(|status| status.failed).unwrap_or_default();
            match failed.into_iter().find(|(key, _)| key.as_str() == page.key) {
                Some((_, why)) => page.remarks.push(why),
                None => desk.boxes.send(mailbox, Event::Wanted),
            }
        }
        Ok(page)
    }

    pub async fn mark_read(self: &Arc<Self>, request: MarkRead) -> Result<Done, CommandError> {
        let (mailbox, key) = (mailbox_id(&request.mailbox)?, item_key(&request.key));
        let desk = self.desk()?;
        self.on_disk(desk.database, move |database| {
            database.write(Durability::Full, |tx| messages::want_read(tx, mailbox, &key, request.is_read))
        })
        .await?;
        desk.boxes.send(mailbox, Event::Marked);
        Ok(Done {})
    }
}

fn is_outgoing(
    reader: &Reader<'_>,
    mailbox: satchel_domain::MailboxId,
    folder: &satchel_domain::FolderId,
) -> Stored<bool> {
    let listed = folders::list(reader, mailbox)?;
    let purpose =
        listed.into_iter().find(|listed| &listed.folder.id == folder).and_then(|listed| listed.folder.purpose);
    Ok(matches!(purpose, Some(Purpose::Sent | Purpose::Drafts | Purpose::Outbox)))
}

/// The age of what was read longest ago; none until every folder was read once.
fn oldest(listed: &[folders::Listed]) -> Option<f64> {
    let ages: Option<Vec<_>> = listed.iter().map(|folder| folder.synced_at).collect();
    ages?.into_iter().min().map(|at| at.as_millisecond() as f64)
}

fn heads(listed: &[folders::Listed]) -> Vec<FolderHead> {
    let depth = |folder: &satchel_domain::mail::Folder| {
        let (mut parent, mut depth) = (folder.parent.as_ref(), 0);
        while let Some(id) = parent
            && let Some(above) = listed.iter().find(|listed| &listed.folder.id == id)
            // A server's tree may be a ring; nobody nests deeper than this.
            && depth < 32
        {
            depth += 1;
            parent = above.folder.parent.as_ref();
        }
        depth
    };
    let head = |listed: &folders::Listed| FolderHead {
        folder: listed.folder.id.as_str().to_owned(),
        name: listed.folder.name.clone(),
        depth: depth(&listed.folder),
        purpose: listed.folder.purpose.map(FolderPurpose::from),
        unread: u32::try_from(listed.unread).unwrap_or(u32::MAX),
        total: u32::try_from(listed.total).unwrap_or(u32::MAX),
    };
    listed.iter().map(head).collect()
}

fn message_row(row: &messages::Row, is_outgoing: bool) -> MessageRow {
    let head = &row.head;
    let person = if is_outgoing { head.to.first() } else { head.from.as_ref() };
    let called =
        |address: &satchel_domain::mail::Address| address.name.clone().unwrap_or_else(|| address.address.clone());
    MessageRow {
        key: row.key.as_str().to_owned(),
        correspondent: person.map(called).unwrap_or_default(),
        subject: head.subject.clone(),
        preview: head.preview.clone(),
        at: head.received_at.as_millisecond() as f64,
        is_read: head.is_read,
        has_attachments: head.has_attachments,
        tracking: tracking(&row.mark),
    }
}

fn page(row: &messages::Row, parties: Vec<PartyHead>, read: Option<&Message>) -> MessagePage {
    let head = &row.head;
    let body = read.map(|message| safe_body(message, &|_| None));
    let people = |addresses: &[satchel_domain::mail::Address]| addresses.iter().map(correspondent).collect();
    let mut remarks: Vec<String> =
        read.map(|message| message.remarks.iter().map(ToString::to_string).collect()).unwrap_or_default();
    if body.as_ref().is_some_and(|body| body.was_cut) {
        remarks.push("This message is too large to be shown whole; its end is left out.".to_owned());
    }
    MessagePage {
        key: row.key.as_str().to_owned(),
        subject: head.subject.clone(),
        from: head.from.as_ref().map(correspondent),
        to: people(&head.to),
        cc: people(&head.cc),
        at: head.sent_at.unwrap_or(head.received_at).as_millisecond() as f64,
        is_read: head.is_read,
        blocked_pictures: body.as_ref().map_or(0, |body| body.blocked_pictures),
        body: body.map(|body| body.html),
        attachments: read.map(listed_attachments).unwrap_or_default(),
        remarks,
        tracking: tracking(&row.mark),
        parties,
    }
}

/// The first of the three layers: what leaves the core has no script, no form, no frame and no address of a picture. `fetched`
/// gives the `data:` URI of a picture from the internet.
pub(super) fn safe_body(message: &Message, fetched: &dyn Fn(&str) -> Option<String>) -> Safe {
    let inline = |content_id: &str| {
        let wanted = |attachment: &&Attachment| attachment.content_id.as_deref() == Some(content_id);
        let picture = message.attachments.iter().find(wanted)?;
        Some(data_uri(&picture.media_type, &picture.bytes))
    };
    match &message.body {
        Body::Html(html) => html::clean_with_fetched(html, &inline, fetched),
        Body::Text(text) => html::clean_with_fetched(&html::from_text(text), &inline, fetched),
        Body::Nothing => html::clean_with_fetched("", &inline, fetched),
    }
}

pub(super) fn data_uri(media_type: &str, bytes: &[u8]) -> String {
    format!("data:{media_type};base64,{}", STANDARD.encode(bytes))
}

fn listed_attachments(message: &Message) -> Vec<AttachmentHead> {
    let head = |attachment: &Attachment| AttachmentHead {
        name: attachment.name.clone(),
        media_type: attachment.media_type.clone(),
        size: attachment.bytes.len() as f64,
    };
    files(message).map(head).collect()
}

impl From<Purpose> for FolderPurpose {
    fn from(purpose: Purpose) -> Self {
        match purpose {
            Purpose::Inbox => Self::Inbox,
            Purpose::Drafts => Self::Drafts,
            Purpose::Sent => Self::Sent,
            Purpose::Archive => Self::Archive,
            Purpose::Deleted => Self::Deleted,
            Purpose::Junk => Self::Junk,
            Purpose::Outbox => Self::Outbox,
        }
    }
}
