//! The messages of the mailboxes' folders: pages of a pull, and what the user wants of a message.

mod pages;
mod reads;
mod rows;

use satchel_domain::{
    RecordId, TableName,
    edit::Hold,
    ids::{FolderId, MailboxId},
    mail::Head,
    tracking::ItemKey,
};

pub use pages::{reset_scope, store_page};
pub use reads::{drop_read, leave_read, settle_read, unsent_reads, want_read};
pub use rows::{anywhere, block, find};

/// Which messages of a folder a list shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Show {
    All,
    Unread,
    /// Those that have, or are to have, an email record.
    Tracked,
}

/// Consecutive rows of a list, and how many the whole list has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    pub total: u64,
    pub rows: Vec<Row>,
}

/// A message as a list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub mailbox: MailboxId,
    pub folder: FolderId,
    pub key: ItemKey,
    /// Read as the user wants it, from the moment of the wish.
    pub head: Head,
    pub mark: Mark,
}

/// Where a message stands between the mailbox and CRM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mark {
    Untracked,
    /// On its way into CRM.
    Requested {
        email: RecordId,
        regarding: Option<Regarding>,
    },
    Tracked {
        email: RecordId,
        regarding: Option<Regarding>,
    },
    /// An entry of its email record waits for the user.
    Failed {
        email: RecordId,
        hold: Hold,
        regarding: Option<Regarding>,
    },
}

/// The record that an email is about, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regarding {
    pub table: TableName,
    pub record: RecordId,
    /// Empty when CRM did not say and the record is not here.
    pub name: String,
}

#[cfg(test)]
mod tests;
