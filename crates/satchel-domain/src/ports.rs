//! The outside world as the agent sees it. A port has only the methods that something calls.

use std::{fmt, future::Future, pin::Pin};

use crate::{
    Private,
    error::Answer,
    ids::{Column, Cursor, RecordId, TableName, Version},
    record::Record,
    schema::{Organisation, Table},
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

    /// One record as the service holds it now. `Missing` when it is not there or may not be read.
    fn fetch<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, Answer<Record>>;

    /// Sends one edit, conditionally, never blindly.
    /// Create: `Stale` says that the id exists already. Update and delete: `Stale` says that `base` is no longer the version.
    fn push<'a>(&'a self, table: &'a Table, id: RecordId, push: Push<'a>) -> Later<'a, Answer<()>>;
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
    Create { values: &'a [(Column, Value)] },
    Update { values: &'a [(Column, Value)], base: &'a Version },
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
