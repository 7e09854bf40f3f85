//! The folders of a mailbox as its server lists them, how much is in each, and how far its pull has come.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use rusqlite::{Row, params};
use satchel_domain::{
    Cursor,
    ids::{FolderId, MailboxId},
    mail::{Folder, Purpose},
    scope::Scope,
};

use crate::{
    cursors,
    database::{Reader, Topic, Tx},
    error::{Result, StoreError},
    mailboxes, sql,
};

/// A folder with what is in it here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    pub folder: Folder,
    pub total: u64,
    /// As shown: what the user marked as read counts as read at once.
    pub unread: u64,
    /// When everything was last known to be here; none until all was read once.
    pub synced_at: Option<Timestamp>,
    pub scope: Scope,
}

/// Takes over the list as the server has it: folders that vanished go with their messages.
pub fn store(tx: &Tx<'_>, mailbox: MailboxId, folders: &[Folder]) -> Result<()> {
    let number = mailboxes::known(tx, mailbox)?;
    let listed: BTreeSet<&str> = folders.iter().map(|folder| folder.id.as_str()).collect();
    let mut asked = tx.sql().prepare_cached("SELECT number, folder_id FROM folder WHERE mailbox = ?1")?;
    let before = asked.query_map([number], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
    for (vanished, id) in before.collect::<rusqlite::Result<Vec<_>>>()? {
        if !listed.contains(id.as_str()) {
            tx.sql().prepare_cached("DELETE FROM folder WHERE number = ?1")?.execute([vanished])?;
        }
    }
    for folder in folders {
        let parent = folder.parent.as_ref().map(FolderId::as_str);
        tx.sql()
            .prepare_cached(
                "INSERT INTO folder (mailbox, folder_id, parent_id, name, purpose) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (mailbox, folder_id) DO UPDATE
                    SET parent_id = excluded.parent_id, name = excluded.name, purpose = excluded.purpose",
            )?
            .execute(params![number, folder.id.as_str(), parent, folder.name, folder.purpose.map(word)])?;
    }
    tx.touch(Topic::Mail);
    Ok(())
}

/// Each folder behind its parent, and among the children of one parent: inbox, drafts, sent, archive, the others by
/// name, outbox, deleted, junk.
pub fn list(reader: &Reader<'_>, mailbox: MailboxId) -> Result<Vec<Listed>> {
    let Some(number) = mailboxes::number(reader, mailbox)? else { return Ok(Vec::new()) };
    let sql = "SELECT folder_id, parent_id, name, purpose, total, unread, synced_at, state, cursor, generation
                 FROM folder WHERE mailbox = ?1";
    let mut folders: Vec<Listed> =
        reader.sql().prepare_cached(sql)?.query_and_then([number], listed)?.collect::<Result<_>>()?;
    folders.sort_by_cached_key(|listed| {
        let folder = &listed.folder;
        (rank(folder.purpose), sql::folded(&folder.name), folder.id.clone())
    });
    Ok(parents_first(folders))
}

/// How far the pull of a folder has come; one that is not known is cold.
pub fn scope(reader: &Reader<'_>, mailbox: MailboxId, folder: &FolderId) -> Result<Scope> {
    Ok(find(reader, mailbox, folder)?.map_or(Scope::Cold, |place| place.scope))
}

/// A folder as the messages know it.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) mailbox: i64,
    pub(crate) folder: i64,
    pub(crate) total: u64,
    pub(crate) unread: u64,
    /// The newest that any message of the folder carries.
    pub(crate) generation: u64,
    scope: Scope,
}

pub(crate) fn find(reader: &Reader<'_>, mailbox: MailboxId, folder: &FolderId) -> Result<Option<Place>> {
    let Some(mailbox) = mailboxes::number(reader, mailbox)? else { return Ok(None) };
    let sql = "SELECT number, total, unread, state, cursor, generation
                 FROM folder WHERE mailbox = ?1 AND folder_id = ?2";
    let mut asked = reader.sql().prepare_cached(sql)?;
    let mut rows = asked.query_and_then(params![mailbox, folder.as_str()], |row| {
        Ok(Place {
            mailbox,
            folder: row.get(0)?,
            total: row.get(1)?,
            unread: row.get(2)?,
            generation: row.get(5)?,
            scope: read_scope(row, 3)?,
        })
    })?;
    rows.next().transpose()
}

/// The same, for what cannot be done without it.
pub(crate) fn known(reader: &Reader<'_>, mailbox: MailboxId, folder: &FolderId) -> Result<Place> {
    find(reader, mailbox, folder)?.ok_or(StoreError::NoSuchFolder)
}

/// `synced_at` is kept as it was when none is given.
pub(crate) fn set_scope(tx: &Tx<'_>, folder: i64, scope: &Scope, synced_at: Option<Timestamp>) -> Result<()> {
    let (state, generation) = cursors::encode(scope);
    tx.sql()
        .prepare_cached(
            "UPDATE folder
                SET state = ?2, cursor = ?3, generation = max(generation, ?4), synced_at = coalesce(?5, synced_at)
              WHERE number = ?1",
        )?
        .execute(params![
            folder,
            state,
            scope.cursor().map(Cursor::as_str),
            generation,
            synced_at.map(Timestamp::as_millisecond)
        ])?;
    tx.touch(Topic::Mail);
    Ok(())
}

/// State, cursor and generation stand in a row from `at` on.
fn read_scope(row: &Row<'_>, at: usize) -> Result<Scope> {
    cursors::decode(&row.get::<_, String>(at)?, row.get(at + 1)?, row.get(at + 2)?)
}

fn listed(row: &Row<'_>) -> Result<Listed> {
    let folder = Folder {
        id: FolderId::new(row.get::<_, String>(0)?),
        parent: row.get::<_, Option<String>>(1)?.map(FolderId::new),
        name: row.get(2)?,
        purpose: row.get::<_, Option<String>>(3)?.as_deref().and_then(purpose),
    };
    let synced_at = row.get::<_, Option<i64>>(6)?.and_then(|at| Timestamp::from_millisecond(at).ok());
    Ok(Listed { folder, total: row.get(4)?, unread: row.get(5)?, synced_at, scope: read_scope(row, 7)? })
}

/// `sorted` with each folder behind its parent. One whose parent is not there, or is below it, stands by itself.
fn parents_first(sorted: Vec<Listed>) -> Vec<Listed> {
    let known: BTreeSet<FolderId> = sorted.iter().map(|listed| listed.folder.id.clone()).collect();
    let mut children: BTreeMap<Option<FolderId>, Vec<Listed>> = BTreeMap::new();
    for listed in sorted {
        let parent = listed.folder.parent.clone().filter(|parent| known.contains(parent));
        children.entry(parent).or_default().push(listed);
    }
    let mut ordered = Vec::new();
    // What a circle hides has no way from the top: it is taken one by one from what is left.
    while let Some(group) = children.remove(&None).or_else(|| children.pop_first().map(|(_, group)| group)) {
        let mut waiting: Vec<Listed> = group.into_iter().rev().collect();
        while let Some(next) = waiting.pop() {
            let below = children.remove(&Some(next.folder.id.clone())).unwrap_or_default();
            waiting.extend(below.into_iter().rev());
            ordered.push(next);
        }
    }
    ordered
}

fn rank(purpose: Option<Purpose>) -> u8 {
    match purpose {
        Some(Purpose::Inbox) => 0,
        Some(Purpose::Drafts) => 1,
        Some(Purpose::Sent) => 2,
        Some(Purpose::Archive) => 3,
        None => 4,
        Some(Purpose::Outbox) => 5,
        Some(Purpose::Deleted) => 6,
        Some(Purpose::Junk) => 7,
    }
}

fn word(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Inbox => "inbox",
        Purpose::Drafts => "drafts",
        Purpose::Sent => "sent",
        Purpose::Archive => "archive",
        Purpose::Deleted => "deleted",
        Purpose::Junk => "junk",
        Purpose::Outbox => "outbox",
    }
}

fn purpose(word: &str) -> Option<Purpose> {
    Some(match word {
        "inbox" => Purpose::Inbox,
        "drafts" => Purpose::Drafts,
        "sent" => Purpose::Sent,
        "archive" => Purpose::Archive,
        "deleted" => Purpose::Deleted,
        "junk" => Purpose::Junk,
        "outbox" => Purpose::Outbox,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
