//! Requests and replies about mailboxes, messages and tracking, as they cross to the page.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::{Cell, RecordRef, wire};

wire! {
    pub struct ListFolders {}
    /// `count` messages from `first`, newest first.
    pub struct ListMessages { mailbox: String, folder: String, first: u32, count: u32, show: MessageFilter }
    pub struct ReadMessage { mailbox: String, key: String }
    /// The body once more, with its pictures from the internet.
    pub struct ShowPictures { mailbox: String, key: String }
    pub struct CancelPictures {}
    /// `number` counts the listed attachments from 0; none saves all of them.
    pub struct SaveAttachments { mailbox: String, key: String, number: Option<u32> }
    /// `address` as the message has it: http, https or mailto.
    pub struct OpenLink { address: String }
    pub struct MarkRead { mailbox: String, key: String, is_read: bool }
    pub struct AskCorrespondents { mailbox: String, key: String }
    /// Tracks the message, or changes what its tracked email is regarding.
    pub struct Track { mailbox: String, key: String, regarding: Option<RecordRef> }
    /// `delete_record`: whether the email record in CRM goes too; else it stays and only the link is broken.
    pub struct Untrack { mailbox: String, key: String, delete_record: bool }
    /// Makes a contact, lead or account of a correspondent, and tracks the message regarding it.
    pub struct AddPerson { mailbox: String, key: String, address: String, name: String, table: PersonTable }
    /// Where a mailbox is, and how to sign in to it. Without an id it is new.
    pub struct AddMailbox { address: String, server: String, port: u32, user: String, password: String }
    pub struct CancelAddMailbox {}
    pub struct RemoveMailbox { mailbox: String }

    pub struct Mailboxes { mailboxes: Vec<MailboxHead> }
    /// `message` says what is wrong with it, when something is.
    pub struct MailboxHead {
        mailbox: String,
        address: String,
        is_removable: bool,
        is_busy: bool,
        synced_at: Option<f64>,
        message: Option<String>,
        folders: Vec<FolderHead>,
    }
    /// `depth` counts from 0; folders stand in the order of the tree.
    pub struct FolderHead { folder: String, name: String, depth: u32, purpose: Option<FolderPurpose>, unread: u32, total: u32 }
    pub struct MessageBlock { total: u32, first: u32, rows: Vec<MessageRow> }
    /// `key` identifies the message wherever it lies in the mailbox. `at` is in milliseconds since 1970.
    pub struct MessageRow {
        key: String,
        correspondent: String,
        subject: String,
        preview: String,
        at: f64,
        is_read: bool,
        has_attachments: bool,
        tracking: Tracking,
    }
    pub struct Correspondent { name: Option<String>, address: String }
    /// `body` is safe HTML for a frame without rights. None while it is not on this device yet: it is being fetched.
    pub struct MessagePage {
        key: String,
        subject: String,
        from: Option<Correspondent>,
        to: Vec<Correspondent>,
        cc: Vec<Correspondent>,
        at: f64,
        is_read: bool,
        body: Option<String>,
        /// Pictures from the internet that are not shown.
        blocked_pictures: u32,
        attachments: Vec<AttachmentHead>,
        /// What of the message could not be read, as sentences.
        remarks: Vec<String>,
        tracking: Tracking,
        /// Who takes part by the email record in CRM, in the order of the roles; nobody while there is none.
        parties: Vec<PartyHead>,
    }
    pub struct PartyHead { role: PartyRole, name: String }
    /// `body` has the pictures in it. `missing` counts those that could not be had.
    pub struct ShownPictures { body: String, missing: u32 }
    pub struct AttachmentHead { name: String, media_type: String, size: f64 }
    /// The path of each file, as it was saved.
    pub struct SavedFiles { folder: String, paths: Vec<String> }
    pub struct Correspondents { people: Vec<Person> }
    /// `records` are those that carry the address; none makes the person unknown. The first is the one that counts.
    pub struct Person { role: PersonRole, name: Option<String>, address: String, records: Vec<PersonRecord> }
    /// `detail` is a second line, such as the job title and the company. `open` are the customer's open deals and cases.
    pub struct PersonRecord { table: String, table_label: String, id: String, name: String, detail: String, phone: Option<String>, customer: Option<RecordRef>, open: Vec<OpenRecord> }
    pub struct OpenRecord { table: String, id: String, name: String, detail: String, value: Cell }
    /// What was made, and where its message stands now.
    pub struct Added { record: RecordRef }
    pub struct AddedMailbox { mailbox: String }
}

/// Where a message stands between the mailbox and CRM.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "state", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Tracking {
    Untracked,
    /// On its way; `regarding` names the record it is about.
    Requested {
        regarding: Option<RegardingHead>,
    },
    /// In CRM as `record`.
    Tracked {
        record: RecordRef,
        regarding: Option<RegardingHead>,
    },
    /// CRM did not take it: `message` says why.
    Failed {
        message: String,
        regarding: Option<RegardingHead>,
    },
    NotAllowed {
        message: String,
    },
}

wire! {
    pub struct RegardingHead { table: String, id: String, name: String }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum MessageFilter {
    All,
    Unread,
    Tracked,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum FolderPurpose {
    Inbox,
    Drafts,
    Sent,
    Archive,
    Deleted,
    Junk,
    Outbox,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PersonRole {
    From,
    To,
    Cc,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PartyRole {
    From,
    To,
    Cc,
    Bcc,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PersonTable {
    Contact,
    Lead,
    Account,
}
