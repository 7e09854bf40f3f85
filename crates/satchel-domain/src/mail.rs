//! Messages, folders and mailboxes, as every kind of mail server has them.

use jiff::Timestamp;

use crate::ids::{FolderId, ItemId};

/// A correspondent as a header names them. The address is as written; compare with [`same_address`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Address {
    pub name: Option<String>,
    pub address: String,
}

/// Addresses are compared without case, as every mail server in use does.
pub fn same_address(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    pub id: FolderId,
    pub parent: Option<FolderId>,
    pub name: String,
    pub purpose: Option<Purpose>,
}

/// What a folder is for, when the server says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    Inbox,
    Drafts,
    Sent,
    Archive,
    Deleted,
    Junk,
    Outbox,
}

/// A message as its server lists it: enough for a row, without the body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The server's handle, good within this folder; it may change when the message is moved. Never a link's key.
    pub item: ItemId,
    /// The `Message-ID` header as found; see [`crate::tracking::item_key`].
    pub message_id: Option<String>,
    pub subject: String,
    pub from: Option<Address>,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    pub sent_at: Option<Timestamp>,
    pub received_at: Timestamp,
    pub is_read: bool,
    pub has_attachments: bool,
    /// Bytes; none when the server does not say.
    pub size: Option<u64>,
    /// One line of the body; empty when the server gives none.
    pub preview: String,
}

/// What the user wants done to a message in the mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    SetRead { item: ItemId, is_read: bool },
}
