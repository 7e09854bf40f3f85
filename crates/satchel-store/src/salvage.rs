//! Opens a profile whose file is damaged: the file is set aside, what the user did is saved, the rest is pulled again.

mod rows;
mod told;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use satchel_domain::{Private, edit::Hold};

use crate::{
    codec,
    database::{Database, Reader, Tx, beside, connect, sync_folder},
    error::{Result, StoreError},
    outbox, schema, shown,
};

use rows::{Copied, Damaged, Place};
pub use told::{Kind, Missing, Rescued, Tell, dismiss, notice};

/// What belongs to a database file beside it.
const ENDINGS: [&str; 3] = ["", "-wal", "-shm"];
/// Read whole at each opening: small, and a profile without them cannot work.
const VITAL: [&str; 9] =
    ["organisation", "scope", "outbox", "outbox_need", "outbox_duplicate", "setting", "secret", "mailbox", "folder"];
/// What nobody else has. Each in the order in which rows refer to each other.
const KEPT: [(&str, Place, Kind); 10] = [
    ("setting", Place::Anywhere, Kind::Settings),
    ("secret", Place::Anywhere, Kind::Secrets),
    ("mailbox", Place::Anywhere, Kind::Mailboxes),
    ("link", Place::Anywhere, Kind::Links),
    ("history", Place::Numbered, Kind::History),
    ("decision", Place::Numbered, Kind::Decisions),
    ("outbox_need", Place::Anywhere, Kind::Surroundings),
    ("conflict_before", Place::Anywhere, Kind::Surroundings),
    ("outbox_duplicate", Place::Anywhere, Kind::Surroundings),
    ("undo", Place::Anywhere, Kind::Surroundings),
];
/// A message as far as a wish of its user needs it, and its folder. Both are read again.
const MESSAGE: [&str; 17] = [
    "number",
    "folder",
    "mailbox",
    "item_id",
    "item_key",
    "message_id",
    "subject",
    "people",
    "sent_at",
    "received_at",
    "is_read",
    "wanted_read",
    "shown_read",
    "has_attachments",
    "size",
    "preview",
    "is_tracked",
];
const FOLDER: [&str; 6] = ["number", "mailbox", "folder_id", "parent_id", "name", "purpose"];

/// An open profile, and what it took to open it.
#[derive(Debug)]
pub enum Opened {
    Whole(Database),
    /// The old file was damaged. Every table is cold: the agent reads everything again by itself.
    Rebuilt {
        database: Database,
        /// The damaged file; it is never deleted.
        aside: PathBuf,
        rescued: Rescued,
    },
}

/// Opens a profile. `now` is what a damaged file is called by; `tell` makes the [`notice`] of what became of it.
///
/// # Errors
/// [`StoreError::TooNew`] and [`StoreError::Locked`] change nothing that the files hold; the log may have moved into its
/// file. A damaged first page cannot be told from a wrong key and is [`StoreError::Locked`] too.
pub fn open(path: &Path, key: &Private<String>, now: Timestamp, tell: Tell<'_>) -> Result<Opened> {
    finish(path, now)?;
    let is_marked = marker(path).exists();
    let opened = Database::open(path, key).and_then(|database| {
        database.read(look_at_vital)?;
        Ok(database)
    });
    match opened {
        Ok(database) if !is_marked => Ok(Opened::Whole(database)),
        // The last connection goes before the file is moved.
        Ok(database) => {
            drop(database);
            rebuild(path, key, now, tell)
        }
        Err(StoreError::Damaged) => rebuild(path, key, now, tell),
        Err(error) => Err(error),
    }
}

/// Ends a rebuild that was cut short between its renames. Without it a profile in the middle of one looks like none.
pub fn finish(path: &Path, now: Timestamp) -> Result<()> {
    let rebuilt = beside(path, ".rebuilt");
    if path.exists() || !rebuilt.exists() {
        return Ok(());
    }
    put_aside(path, now)?;
    take_over(path, &rebuilt)
}

/// Renames a database and what belongs to it, so that another can be made; nothing is deleted. Answers its new name.
pub fn put_aside(path: &Path, now: Timestamp) -> Result<PathBuf> {
    let aside = name_aside(path, now);
    move_aside(path, &aside)?;
    Ok(aside)
}

/// A name that nothing has yet.
fn name_aside(path: &Path, now: Timestamp) -> PathBuf {
    let mut mark = now.as_millisecond();
    let named = |mark: i64| beside(path, &format!(".aside-{mark}"));
    while named(mark).exists() {
        mark += 1;
    }
    named(mark)
}

fn move_aside(path: &Path, aside: &Path) -> Result<()> {
    // The log stays a log of its file: SQLite finds it under the new name.
    for ending in ENDINGS {
        match fs::rename(beside(path, ending), beside(aside, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// From now on the file counts as damaged. When even that cannot be written, the next opening has to find it out.
pub(crate) fn note_damage(path: &Path) {
    // A file that is not there is one of a test's disk.
    if path.exists() {
        let _ = fs::File::create(marker(path));
    }
}

fn marker(path: &Path) -> PathBuf {
    beside(path, ".damaged")
}

fn look_at_vital(reader: &Reader<'_>) -> Result<()> {
    for table in VITAL {
        let mut asked = reader.sql().prepare(&format!("SELECT * FROM {table}"))?;
        let width = asked.column_count();
        let mut rows = asked.query([])?;
        while let Some(row) = rows.next()? {
            // Long cells lie on pages of their own.
            (0..width).try_for_each(|column| row.get_ref(column).map(|_| ()))?;
        }
    }
    Ok(())
}

/// The damaged file keeps its name until the new one is whole, so a crash begins this again.
fn rebuild(path: &Path, key: &Private<String>, now: Timestamp, tell: Tell<'_>) -> Result<Opened> {
    let rebuilt = beside(path, ".rebuilt");
    match fs::remove_file(&rebuilt) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let aside = name_aside(path, now);
    let mut damaged = Damaged::new(|| connect(path, key, None));
    let rescued = Database::grow(&rebuilt, key, |tx| {
        let rescued = copy(&mut damaged, tx)?;
        told::keep(tx, &tell(&aside, &rescued))?;
        Ok(rescued)
    })?;
    drop(damaged);
    move_aside(path, &aside)?;
    take_over(path, &rebuilt)?;
    Ok(Opened::Rebuilt { database: Database::open(path, key)?, aside, rescued })
}

fn take_over(path: &Path, rebuilt: &Path) -> Result<()> {
    fs::rename(rebuilt, path)?;
    match fs::remove_file(marker(path)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    sync_folder(path)
}

fn copy(damaged: &mut Damaged<'_>, tx: &Tx<'_>) -> Result<Rescued> {
    let described = damaged.text("SELECT described FROM organisation")?;
    let organisation = described.and_then(|json| codec::organisation_from_json(&json).ok());
    let mut rescued = Rescued::default();
    let entries = damaged.copy(tx, "outbox", Place::Numbered)?;
    (rescued.entries, rescued.lost) = (entries.rows, entries.lost);
    for (table, place, what) in KEPT {
        if !damaged.has(table)? {
            continue;
        }
        let copied = damaged.copy(tx, table, place)?;
        note(&mut rescued, what, copied);
        rescued.has_secrets |= what == Kind::Secrets && copied.rows > 0;
    }
    if damaged.has("message")? {
        note(&mut rescued, Kind::Marks, marks(damaged, tx)?);
    }
    match &organisation {
        // Behind the settings: they say whose profile this is, too.
        Some(organisation) => schema::apply(tx, organisation)?,
        None if rescued.entries > 0 && schema::owner(tx)?.is_none() => {
            rescued.is_held = true;
            hold_all(tx)?;
        }
        None => {}
    }
    for entry in outbox::list(tx)? {
        let table = organisation.as_ref().and_then(|organisation| organisation.table(&entry.edit.table));
        if let Some(table) = table {
            shown::refresh(tx, table, entry.edit.record)?;
        }
    }
    Ok(rescued)
}

fn note(rescued: &mut Rescued, what: Kind, copied: Copied) {
    if copied.lost != Some(0) && rescued.missing.iter().all(|missing| missing.what != what) {
        rescued.missing.push(Missing { what, rows: copied.lost });
    }
}

/// Messages whose mark the mail server does not know yet, each with its folder. The folder is swept, so what else is in
/// it comes by itself, and what the server does not have any more goes.
fn marks(damaged: &mut Damaged<'_>, tx: &Tx<'_>) -> Result<Copied> {
    let named = FOLDER.join(", ");
    let wish = "message WHERE wanted_read IS NOT NULL";
    let sql = format!("SELECT {named}, 'sweeping', 1 FROM folder WHERE number IN (SELECT folder FROM {wish})");
    let folders = damaged.copy_some(tx, "folder", &[&FOLDER[..], &["state", "generation"]].concat(), &sql)?;
    let sql = format!("SELECT {}, 0, 0 FROM {wish}", MESSAGE.join(", "));
    let messages = damaged.copy_some(tx, "message", &[&MESSAGE[..], &["generation", "has_raw"]].concat(), &sql)?;
    Ok(if folders.lost.is_none() { folders } else { messages })
}

/// Nobody can tell for which organisation these were typed: the user says so, entry by entry or for all.
fn hold_all(tx: &Tx<'_>) -> Result<()> {
    let detail = "The file of your data was damaged, and for which organisation this was typed is lost. \
                  Retry it if it belongs to the one that you are signed in to.";
    let hold = Hold::Unanswerable { detail: detail.to_owned() };
    outbox::list(tx)?.iter().try_for_each(|entry| outbox::settle_held(tx, entry.edit.entry, &hold))
}

#[cfg(test)]
mod kept_tests;
#[cfg(test)]
mod tests;
