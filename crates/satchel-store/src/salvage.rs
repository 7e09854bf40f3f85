//! Opens a profile whose file is damaged: the file is set aside, what the user did is saved, the rest is pulled again.

mod rows;

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use satchel_domain::Private;

use crate::{
    codec,
    database::{Database, Reader, Tx, beside, connect, sync_folder},
    error::{Result, StoreError},
    outbox, schema, shown,
};

pub use rows::Rescued;
use rows::{Damaged, Place};

/// What belongs to a database file beside it.
const ENDINGS: [&str; 3] = ["", "-wal", "-shm"];
/// Read whole at each opening: small, and a profile without them cannot work.
const VITAL: [&str; 8] = ["organisation", "scope", "outbox", "outbox_need", "setting", "secret", "mailbox", "folder"];
/// What nobody else has. Each in the order in which rows refer to each other.
const KEPT: [(&str, Place); 8] = [
    ("setting", Place::Anywhere),
    ("secret", Place::Anywhere),
    ("mailbox", Place::Anywhere),
    ("link", Place::Anywhere),
    ("history", Place::Numbered),
    ("decision", Place::Numbered),
    ("outbox", Place::Numbered),
    ("outbox_need", Place::Anywhere),
];

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

/// Opens a profile. `now` is what a damaged file is called by.
///
/// # Errors
/// [`StoreError::TooNew`] and [`StoreError::Locked`] leave every file as it was. A damaged first page cannot be told
/// from a wrong key and is [`StoreError::Locked`] too.
pub fn open(path: &Path, key: &Private<String>, now: Timestamp) -> Result<Opened> {
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
            rebuild(path, key, now)
        }
        Err(StoreError::Damaged) => rebuild(path, key, now),
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
    let mut mark = now.as_millisecond();
    let named = |mark: i64| beside(path, &format!(".aside-{mark}"));
    while named(mark).exists() {
        mark += 1;
    }
    let aside = named(mark);
    // The log stays a log of its file: SQLite finds it under the new name.
    for ending in ENDINGS {
        match fs::rename(beside(path, ending), beside(&aside, ending)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(aside)
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
fn rebuild(path: &Path, key: &Private<String>, now: Timestamp) -> Result<Opened> {
    let rebuilt = beside(path, ".rebuilt");
    match fs::remove_file(&rebuilt) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let mut damaged = Damaged::new(|| connect(path, key, None));
    let rescued = Database::grow(&rebuilt, key, |tx| copy(&mut damaged, tx))?;
    drop(damaged);
    let aside = put_aside(path, now)?;
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
    let described = damaged.text("SELECT described FROM organisation");
    let organisation = described.and_then(|json| codec::organisation_from_json(&json).ok());
    if let Some(organisation) = &organisation {
        schema::apply(tx, organisation)?;
    }
    let mut rescued = Rescued::default();
    for (table, place) in KEPT {
        let copied = damaged.copy(tx, table, place)?;
        match table {
            "outbox" => {
                rescued.entries = copied.rows;
                let there = damaged.count("SELECT count(*) FROM outbox INDEXED BY outbox_by_record");
                rescued.lost =
                    if copied.is_all { Some(0) } else { there.map(|there| there.saturating_sub(copied.rows)) };
            }
            "secret" => rescued.has_secrets = copied.rows > 0,
            _ => {}
        }
    }
    for entry in outbox::list(tx)? {
        let table = organisation.as_ref().and_then(|organisation| organisation.table(&entry.edit.table));
        if let Some(table) = table {
            shown::refresh(tx, table, entry.edit.record)?;
        }
    }
    Ok(rescued)
}

#[cfg(test)]
mod tests;
