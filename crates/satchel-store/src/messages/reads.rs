//! Whether a message is read: shown as the user wants it at once, told to the mailbox later.

use rusqlite::{OptionalExtension, params};
use satchel_domain::{
    ids::{FolderId, ItemId, MailboxId},
    mail::Action,
    tracking::ItemKey,
};

use crate::{
    database::{Reader, Topic, Tx},
    error::Result,
    folders, mailboxes,
};

/// So many marks wait at the most for messages that no folder has; a message that was deleted never comes for its own.
const MOST_LEFT: i64 = 10_000;

/// Shows the message as read or unread wherever it lies in the mailbox. Nothing is left to send when the server says
/// so already and heard no other wish.
pub fn want_read(tx: &Tx<'_>, mailbox: MailboxId, key: &ItemKey, is_read: bool) -> Result<()> {
    let number = mailboxes::known(tx, mailbox)?;
    tx.sql()
        .prepare_cached(
            "UPDATE message SET wanted_read = ?3, shown_read = ?3, is_told = 0
              WHERE item_key = ?1 AND mailbox = ?2 AND NOT (wanted_read IS NULL AND is_read = ?3)",
        )?
        .execute(params![key.as_str(), number, is_read])?;
    tx.touch(Topic::Mail);
    Ok(())
}

/// What the mailbox has to hear, the earliest stored messages first.
pub fn unsent_reads(reader: &Reader<'_>, mailbox: MailboxId, limit: u32) -> Result<Vec<(FolderId, ItemKey, Action)>> {
    let Some(number) = mailboxes::number(reader, mailbox)? else { return Ok(Vec::new()) };
    let sql = "SELECT folder.folder_id, message.item_key, message.item_id, message.wanted_read
                 FROM message CROSS JOIN folder ON folder.number = message.folder
                WHERE message.mailbox = ?1 AND message.wanted_read IS NOT NULL
                ORDER BY message.number LIMIT ?2";
    reader
        .sql()
        .prepare_cached(sql)?
        .query_and_then(params![number, limit], |row| {
            let action = Action::SetRead { item: ItemId::new(row.get::<_, String>(2)?), is_read: row.get(3)? };
            let key = ItemKey::stored(row.get::<_, String>(1)?);
            Ok((FolderId::new(row.get::<_, String>(0)?), key, action))
        })?
        .collect()
}

/// The server has it now. A wish that is another one by now goes on waiting.
pub fn settle_read(tx: &Tx<'_>, mailbox: MailboxId, folder: &FolderId, item: &ItemId, is_read: bool) -> Result<()> {
    let sql = "UPDATE message
                  SET is_read = ?3, is_told = wanted_read IS NULL OR wanted_read = ?3,
                      wanted_read = CASE WHEN wanted_read = ?3 THEN NULL ELSE wanted_read END,
                      shown_read = coalesce(wanted_read, ?3)
                WHERE folder = ?1 AND item_id = ?2";
    if let Some(place) = folders::find(tx, mailbox, folder)? {
        tx.sql().prepare_cached(sql)?.execute(params![place.folder, item.as_str(), is_read])?;
        tx.touch(Topic::Mail);
    }
    Ok(())
}

/// The server would not, or has no such message: what it says is shown again.
pub fn drop_read(tx: &Tx<'_>, mailbox: MailboxId, folder: &FolderId, item: &ItemId) -> Result<()> {
    let sql = "UPDATE message SET wanted_read = NULL, shown_read = is_read WHERE folder = ?1 AND item_id = ?2";
    if let Some(place) = folders::find(tx, mailbox, folder)? {
        tx.sql().prepare_cached(sql)?.execute(params![place.folder, item.as_str()])?;
        tx.touch(Topic::Mail);
    }
    Ok(())
}

/// The message is not where it was. It may lie in another folder, which took the mark already or is still to be told; or
/// in one that was not read yet: until then the mark waits without a place.
pub fn leave_read(tx: &Tx<'_>, mailbox: MailboxId, folder: &FolderId, item: &ItemId) -> Result<()> {
    let Some(place) = folders::find(tx, mailbox, folder)? else { return Ok(()) };
    let sql = "INSERT OR REPLACE INTO mark_left (mailbox, item_key, is_read)
               SELECT mailbox, item_key, wanted_read FROM message AS here
                WHERE folder = ?1 AND item_id = ?2 AND wanted_read IS NOT NULL
                  AND NOT EXISTS (SELECT 1 FROM message AS there
                                   WHERE there.item_key = here.item_key AND there.mailbox = here.mailbox
                                     AND there.number <> here.number
                                     AND (there.wanted_read IS NOT NULL OR there.is_told))";
    tx.sql().prepare_cached(sql)?.execute(params![place.folder, item.as_str()])?;
    drop_read(tx, mailbox, folder, item)
}

/// What the user wants of a message that comes anew: by another row of it, or by a mark that waits without a place and
/// has one from now on.
pub(super) fn wish(tx: &Tx<'_>, mailbox: i64, key: &ItemKey) -> Result<Option<bool>> {
    let sql = "SELECT wanted_read FROM message
                WHERE item_key = ?1 AND mailbox = ?2 AND wanted_read IS NOT NULL LIMIT 1";
    let mut asked = tx.sql().prepare_cached(sql)?;
    let known = asked.query_row(params![key.as_str(), mailbox], |row| row.get(0)).optional()?;
    let sql = "DELETE FROM mark_left WHERE item_key = ?1 AND mailbox = ?2 RETURNING is_read";
    let mut taken = tx.sql().prepare_cached(sql)?;
    let left = taken.query_row(params![key.as_str(), mailbox], |row| row.get(0)).optional()?;
    Ok(known.or(left))
}

/// Removes the marks that wait longest where there are too many.
pub(super) fn remove_oldest(tx: &Tx<'_>) -> Result<()> {
    let sql = "DELETE FROM mark_left WHERE number <= (SELECT max(number) FROM mark_left) - ?1";
    tx.sql().prepare_cached(sql)?.execute([MOST_LEFT])?;
    Ok(())
}
