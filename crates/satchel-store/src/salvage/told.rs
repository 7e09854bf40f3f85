//! What was saved of a damaged profile and what was not, and who is to be told.

use std::path::Path;

use crate::{
    database::{Reader, Tx},
    error::Result,
    settings,
};

/// The setting that keeps the sentence until the user has read it.
const NOTICE: &str = "notice";

/// Makes the sentence of where the damaged file is and what was saved of it.
pub type Tell<'a> = &'a dyn Fn(&Path, &Rescued) -> String;

/// What was saved of a damaged profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rescued {
    /// Entries of the outbox.
    pub entries: u64,
    /// Entries that are in the damaged file and could not be read; none when nobody can tell.
    pub lost: Option<u64>,
    /// Whether the sign-in and the passwords of mailboxes came along.
    pub has_secrets: bool,
    /// Whether nobody can tell which organisation the entries are for: each is held then.
    pub is_held: bool,
    /// What else did not come along, each kind once.
    pub missing: Vec<Missing>,
}

/// Rows of one kind that did not come along; no number when nobody can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Missing {
    pub what: Kind,
    pub rows: Option<u64>,
}

/// What nobody but this profile has, beside the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Settings,
    Secrets,
    Mailboxes,
    /// Which message is which email record.
    Links,
    /// Values that gave way to a merge or a choice.
    History,
    /// Why something is as it is.
    Decisions,
    /// Messages marked as read or unread that the mail server does not know of yet.
    Marks,
    /// What entries wait for, and what the server had before a clash.
    Surroundings,
}

/// What happened to the profile that its user has to know; none once it was read.
pub fn notice(reader: &Reader<'_>) -> Result<Option<String>> {
    settings::get(reader, NOTICE)
}

/// The user has read `read`. What was added meanwhile stays.
pub fn dismiss(tx: &Tx<'_>, read: &str) -> Result<()> {
    match notice(tx)? {
        Some(notice) if notice == read => settings::forget(tx, NOTICE),
        _ => Ok(()),
    }
}

/// In the transaction that makes the new file: whoever opens it next tells it, also after a crash.
pub(super) fn keep(tx: &Tx<'_>, sentence: &str) -> Result<()> {
    let unread = notice(tx)?;
    let all = unread.map_or_else(|| sentence.to_owned(), |unread| format!("{unread}\n{sentence}"));
    settings::set(tx, NOTICE, &all)
}
