//! Whether a message is read: shown as the user wants it at once, told to the mailbox later.

use rusqlite::params;
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

/// Shows the message as read or unread wherever it lies in the mailbox. Nothing is left to send when the server says
/// so already and heard no other wish.
pub fn want_read(tx: &Tx<'_>, mailbox: MailboxId, key: &ItemKey, is_read: bool) -> Result<()> {
    let number = mailboxes::known(tx, mailbox)?;
    tx.sql()
        .prepare_cached(
            "UPDATE message SET wanted_read = ?3, shown_read = ?3
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
                  SET is_read = ?3, wanted_read = CASE WHEN wanted_read = ?3 THEN NULL ELSE wanted_read END,
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
