//! Messages as they came over the wire: which are here, and which are wanted next.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{OptionalExtension, params};
use satchel_domain::{
    ids::{FolderId, ItemId, MailboxId},
    tracking::ItemKey,
};

use crate::{
    database::{Reader, Topic, Tx},
    error::Result,
    mailboxes,
};

/// How long a message stays that no folder has: it may only have been moved, and its new folder was not read yet.
const FAREWELL: SignedDuration = SignedDuration::from_hours(7 * 24);

/// The newest messages whose raw is missing, as [`missing`] walks them.
const MISSING: &str = "SELECT folder.folder_id, message.item_id, message.item_key
       FROM message CROSS JOIN folder ON folder.number = message.folder
      WHERE message.mailbox = ?1 AND message.has_raw = 0
      ORDER BY message.is_opened DESC, message.received_at DESC";

/// Those of [`MISSING`] that the user opened.
const OPENED: &str = "SELECT folder.folder_id, message.item_id, message.item_key
       FROM message CROSS JOIN folder ON folder.number = message.folder
      WHERE message.mailbox = ?1 AND message.has_raw = 0 AND message.is_opened = 1
      ORDER BY message.received_at DESC";

/// The message, from whichever mailbox has it.
pub fn get(reader: &Reader<'_>, key: &ItemKey) -> Result<Option<Vec<u8>>> {
    let mut asked = reader.sql().prepare_cached("SELECT mime FROM raw WHERE item_key = ?1 LIMIT 1")?;
    Ok(asked.query_row([key.as_str()], |row| row.get(0)).optional()?)
}

/// Keeps a message. What its body told is shown wherever the message lies; an empty `preview` leaves the server's.
pub fn put(
    tx: &Tx<'_>,
    mailbox: MailboxId,
    key: &ItemKey,
    raw: &[u8],
    preview: &str,
    has_attachments: bool,
) -> Result<()> {
    let number = mailboxes::known(tx, mailbox)?;
    tx.sql()
        .prepare_cached(
            "INSERT INTO raw (item_key, mailbox, preview, has_attachments, alone_since, mime)
             VALUES (?1, ?2, ?3, ?4,
                     CASE WHEN EXISTS (SELECT 1 FROM message WHERE item_key = ?1 AND mailbox = ?2) THEN NULL ELSE 0 END,
                     ?5)
                 ON CONFLICT (item_key, mailbox) DO UPDATE
                SET preview = excluded.preview, has_attachments = excluded.has_attachments,
                    alone_since = excluded.alone_since, mime = excluded.mime",
        )?
        .execute(params![key.as_str(), number, preview, has_attachments, raw])?;
    tx.sql()
        .prepare_cached(
            "UPDATE message
                SET has_raw = 1, is_opened = 0, has_attachments = ?4,
                    preview = CASE WHEN ?3 = '' THEN preview ELSE ?3 END
              WHERE item_key = ?1 AND mailbox = ?2",
        )?
        .execute(params![key.as_str(), number, preview, has_attachments])?;
    tx.touch(Topic::Mail);
    Ok(())
}

/// The messages of a mailbox that are not here: those that the user opened, then the newest. Each message once.
pub fn missing(reader: &Reader<'_>, mailbox: MailboxId, limit: u32) -> Result<Vec<(FolderId, ItemId, ItemKey)>> {
    walk(reader, MISSING, mailbox, limit)
}

/// Only those that the user opened and waits for, the newest first. Each message once.
pub fn opened(reader: &Reader<'_>, mailbox: MailboxId, limit: u32) -> Result<Vec<(FolderId, ItemId, ItemKey)>> {
    walk(reader, OPENED, mailbox, limit)
}

fn walk(reader: &Reader<'_>, sql: &str, mailbox: MailboxId, limit: u32) -> Result<Vec<(FolderId, ItemId, ItemKey)>> {
    let Some(number) = mailboxes::number(reader, mailbox)? else { return Ok(Vec::new()) };
    let mut asked = reader.sql().prepare_cached(sql)?;
    let mut rows = asked.query([number])?;
    let (mut seen, mut missing) = (BTreeSet::new(), Vec::new());
    while missing.len() < limit as usize {
        let Some(row) = rows.next()? else { break };
        let key: String = row.get(2)?;
        if seen.insert(key.clone()) {
            let (folder, item): (String, String) = (row.get(0)?, row.get(1)?);
            missing.push((FolderId::new(folder), ItemId::new(item), ItemKey::stored(key)));
        }
    }
    Ok(missing)
}

/// The user opened the message: it comes before the others.
pub fn want(tx: &Tx<'_>, mailbox: MailboxId, key: &ItemKey) -> Result<()> {
    let number = mailboxes::known(tx, mailbox)?;
    let sql = "UPDATE message SET is_opened = 1 WHERE item_key = ?1 AND mailbox = ?2 AND has_raw = 0 AND is_opened = 0";
    if tx.sql().prepare_cached(sql)?.execute(params![key.as_str(), number])? > 0 {
        tx.touch(Topic::Mail);
    }
    Ok(())
}

/// What a message that is here told, for a row of it that comes anew; the message is not alone any more.
pub(crate) fn known(tx: &Tx<'_>, mailbox: i64, key: &ItemKey) -> Result<Option<(String, bool)>> {
    let sql = "SELECT preview, has_attachments, alone_since FROM raw WHERE item_key = ?1 AND mailbox = ?2";
    let mut asked = tx.sql().prepare_cached(sql)?;
    let told = asked
        .query_row(params![key.as_str(), mailbox], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, Option<i64>>(2)?)));
    let Some((preview, has_attachments, alone_since)) = told.optional()? else { return Ok(None) };
    if alone_since.is_some() {
        let sql = "UPDATE raw SET alone_since = NULL WHERE item_key = ?1 AND mailbox = ?2";
        tx.sql().prepare_cached(sql)?.execute(params![key.as_str(), mailbox])?;
    }
    Ok(Some((preview, has_attachments)))
}

/// Removes the messages that no folder has had for a while, and no entry of the outbox still has to send.
pub(crate) fn remove_alone(tx: &Tx<'_>, mailbox: i64, now: Timestamp) -> Result<()> {
    tx.sql()
        .prepare_cached("UPDATE raw SET alone_since = ?2 WHERE mailbox = ?1 AND alone_since = 0")?
        .execute(params![mailbox, now.as_millisecond()])?;
    let limit = now.checked_sub(FAREWELL).unwrap_or(Timestamp::MIN).as_millisecond();
    tx.sql()
        .prepare_cached(
            "DELETE FROM raw
              WHERE mailbox = ?1 AND alone_since < ?2
                AND NOT EXISTS (SELECT 1 FROM link
                                  JOIN outbox ON table_name = 'email' AND record_id = link.email_id AND deed = 'track'
                                 WHERE link.item_key = raw.item_key)",
        )?
        .execute(params![mailbox, limit])?;
    Ok(())
}

#[cfg(test)]
mod tests;
