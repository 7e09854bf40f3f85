//! The outside world as the agent sees it. A port has only the methods that something calls.

use std::{fmt, future::Future, pin::Pin};

use crate::{
    Private,
    edit::Duplicates,
    error::Answer,
    ids::{Column, Cursor, FolderId, ItemId, RecordId, TableName, Version},
    mail::{Action, Folder, Head},
    record::Record,
    schema::{Organisation, Table},
    tracking::{EmailDraft, Step},
    value::Value,
};

/// An answer that is still under way.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// The organisation's CRM.
pub trait CrmService: Send + Sync + fmt::Debug {
    /// The organisation, the user, and these tables with their columns. A table that the organisation lacks is left out.
    fn describe<'a>(&'a self, tables: &'a [TableName]) -> Later<'a, Answer<Organisation>>;

    /// One page of a table: from the beginning, or from where a cursor says. At most `page_size` rows.
    fn pull<'a>(&'a self, table: &'a Table, from: From<'a>, page_size: u32) -> Later<'a, Answer<Page>>;

    /// The id sweep: some of all the rows of the table that the user may read, at most `page_size`, and where to go on. A
    /// row that changes owner or is deleted meanwhile may be told or not; every other row is told.
    fn rows<'a>(&'a self, table: &'a Table, from: From<'a>, page_size: u32) -> Later<'a, Answer<RowPage>>;

    /// One record as the service holds it now. `Missing` when it is not there or may not be read.
    fn fetch<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, Answer<Record>>;

    /// Sends one edit, conditionally, never blindly.
    /// Create: `Stale` says that the id exists already. Update and delete: `Stale` says that `base` is no longer the version.
    /// Create and update: `Duplicate` when they may be refused for it, and a rule of the service finds other records alike.
    fn push<'a>(&'a self, table: &'a Table, id: RecordId, push: Push<'a>) -> Later<'a, Answer<()>>;

    /// The email record that already stands for a message, whoever tracked it and under whatever id; its values are those
    /// of `table`, the described `email` table. None when there is none that the user may read.
    /// `message_id` is the header as found; the service compares without case, with and without its brackets.
    fn find_email<'a>(&'a self, table: &'a Table, message_id: &'a str) -> Later<'a, Answer<Option<Record>>>;

    /// Takes one step of tracking; `table` is the described `email` table. A step that was taken before is `Ok` again and
    /// makes nothing twice.
    /// `Stale` at `Step::Create`: the id exists, or the service knows the message id, and it is not our unfinished email;
    /// at `Step::Complete`: somebody changed the email at that moment. `Missing`: the email is gone since it was made.
    fn promote<'a>(&'a self, table: &'a Table, draft: &'a EmailDraft, step: Step) -> Later<'a, Answer<()>>;
}

/// One mailbox of the user.
pub trait Mailbox: Send + Sync + fmt::Debug {
    /// Every folder that holds mail, parents before children.
    fn folders(&self) -> Later<'_, Answer<Vec<Folder>>>;

    /// One page of a folder, newest first where the server can: from the beginning, or from where a cursor says.
    /// `CursorExpired` when the server forgot it (a delta token; UIDVALIDITY). `Missing` when the folder is gone.
    fn pull<'a>(&'a self, folder: &'a FolderId, from: From<'a>, page_size: u32) -> Later<'a, Answer<MailPage>>;

    /// The message as it came over the wire (RFC 5322). `Missing` when it is no longer in the folder.
    fn raw<'a>(&'a self, folder: &'a FolderId, item: &'a ItemId) -> Later<'a, Answer<Vec<u8>>>;

    /// Does it; doing it twice is doing it once. `Missing` when the message is no longer in the folder.
    fn act<'a>(&'a self, folder: &'a FolderId, action: &'a Action) -> Later<'a, Answer<()>>;
}

/// Some messages of a folder, and where to go on. Rows and cursor are stored in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailPage {
    /// New ones, and those that changed.
    pub heads: Vec<Head>,
    /// Messages whose only known change is whether they are read.
    pub read: Vec<(ItemId, bool)>,
    /// No longer in this folder.
    pub gone: Vec<ItemId>,
    pub next: Next,
}

/// Where a pull goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum From<'a> {
    Start,
    Cursor(&'a Cursor),
}

/// Some rows of a table, and where to go on. Rows and cursor are stored in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub records: Vec<Record>,
    /// Deleted on the server, or out of reach.
    pub gone: Vec<RecordId>,
    pub next: Next,
    pub way: Way,
}

/// How a page was found, and what it can tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// What changed since the cursor, and what was deleted.
    Changes,
    /// Rows by their version, inside what the user may read: what is gone is never told, only a sweep of the ids tells.
    /// `why` is the service's reason for not giving changes.
    Rows { why: String },
}

/// Some rows of a table by id. Nothing of it is a cursor for changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowPage {
    pub rows: Vec<(RecordId, Version)>,
    /// None on the last page.
    pub next: Option<Cursor>,
}

/// What the cursor of a page is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// There is more: ask again at once.
    More(Cursor),
    /// That was all; ask from here for what changes later.
    CaughtUp(Cursor),
}

/// One edit on its way. Columns that the table does not let a client write are refused by the service.
#[derive(Clone, Copy, Debug)]
pub enum Push<'a> {
    Create { values: &'a [(Column, Value)], duplicates: Duplicates },
    Update { values: &'a [(Column, Value)], base: &'a Version, duplicates: Duplicates },
    Delete { base: &'a Version },
}

/// Hands out access tokens; adapters ask it for every call.
pub trait TokenSource: Send + Sync + fmt::Debug {
    /// A token that is good for at least another minute, from memory when there is one.
    fn token(&self) -> Later<'_, Answer<Private<String>>>;

    /// A new token, after the service refused `old`. Two callers that were refused the same token cause one renewal.
    fn renew<'a>(&'a self, old: &'a Private<String>) -> Later<'a, Answer<Private<String>>>;
}

/// Keeps the database key, and nothing else, for the user.
pub trait SecretStore: Send + Sync + fmt::Debug {
    fn get(&self) -> Later<'_, Result<Option<Private<String>>, SecretError>>;
    fn set(&self, secret: Private<String>) -> Later<'_, Result<(), SecretError>>;
    fn forget(&self) -> Later<'_, Result<(), SecretError>>;
}

/// Why a secret cannot be had, by remedy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecretError {
    /// Unlock the keyring.
    #[error("The system keyring is locked.")]
    Locked,
    /// There is no keyring on this system: a passphrase takes its place.
    #[error("There is no system keyring here.")]
    Absent,
    /// The keyring would not.
    #[error("The system keyring refused: {0}")]
    Denied(String),
}

/// What time it is; only the shell's wiring asks the system.
pub trait Clock: Send + Sync + fmt::Debug {
    fn now(&self) -> jiff::Timestamp;
}
