//! What a pull brings: messages that are new, changed or gone, and where it goes on.

use jiff::Timestamp;
use rusqlite::{CachedStatement, params};
use satchel_domain::{
    ids::{FolderId, MailboxId},
    mail::Head,
    ports::{MailPage, Next},
    scope::{self, Scope},
    tracking::item_key,
};

use crate::{
    codec,
    database::Tx,
    error::{Result, StoreError},
    folders::{self, Place},
    raws,
};

use super::reads;

/// ?1 folder, ?2 mailbox, ?3 the server's handle, ?4 key, then what the head says. A wish of the user outlives the page
/// and comes along with a message that was moved; with another message under the same handle it goes.
const STORE: &str = "INSERT INTO message
        (folder, mailbox, item_id, item_key, message_id, subject, people, sent_at, received_at, is_read, size,
         generation, preview, has_attachments, has_raw, is_tracked, wanted_read, shown_read)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15,
            EXISTS (SELECT 1 FROM link WHERE item_key = ?4 AND is_broken = 0),
            ?16, coalesce(?16, ?10))
        ON CONFLICT (folder, item_id) DO UPDATE
       SET item_key = excluded.item_key, message_id = excluded.message_id, subject = excluded.subject,
           people = excluded.people, sent_at = excluded.sent_at, received_at = excluded.received_at,
           is_read = excluded.is_read, size = excluded.size, generation = excluded.generation,
           preview = CASE WHEN excluded.preview = '' AND item_key = excluded.item_key
                          THEN preview ELSE excluded.preview END,
           has_attachments = excluded.has_attachments, has_raw = excluded.has_raw,
           is_tracked = excluded.is_tracked,
           is_told = is_told AND item_key = excluded.item_key,
           wanted_read = CASE WHEN item_key = excluded.item_key THEN wanted_read ELSE excluded.wanted_read END,
           shown_read = coalesce(CASE WHEN item_key = excluded.item_key THEN wanted_read ELSE excluded.wanted_read END,
                                 excluded.is_read)";

/// Stores a page of a folder and where its pull goes on, which is the answer. `before` is where it stood when the page
/// was asked for. The last page of a sweep removes what the sweep did not see.
pub fn store_page(
    tx: &Tx<'_>,
    mailbox: MailboxId,
    folder: &FolderId,
    before: &Scope,
    page: &MailPage,
    now: Timestamp,
) -> Result<Scope> {
    let place = folders::known(tx, mailbox, folder)?;
    let generation = match before {
        Scope::Sweeping { generation, .. } => *generation,
        Scope::Cold | Scope::Backfilling { .. } | Scope::Live { .. } => place.generation,
    };
    let stamp = i64::try_from(generation).map_err(|_| StoreError::Unfit("a generation".to_owned()))?;
    let mut store = tx.sql().prepare_cached(STORE)?;
    for head in &page.heads {
        store_head(tx, &mut store, &place, head, stamp)?;
    }
    let mut read = tx.sql().prepare_cached(
        "UPDATE message SET is_read = ?3, shown_read = coalesce(wanted_read, ?3), generation = ?4
              WHERE folder = ?1 AND item_id = ?2",
    )?;
    for (item, is_read) in &page.read {
        read.execute(params![place.folder, item.as_str(), is_read, stamp])?;
    }
    let mut remove = tx.sql().prepare_cached("DELETE FROM message WHERE folder = ?1 AND item_id = ?2")?;
    for item in &page.gone {
        remove.execute(params![place.folder, item.as_str()])?;
    }
    let is_caught_up = matches!(page.next, Next::CaughtUp(_));
    if is_caught_up && matches!(before, Scope::Sweeping { .. }) {
        tx.sql()
            .prepare_cached("DELETE FROM message WHERE folder = ?1 AND generation < ?2")?
            .execute(params![place.folder, stamp])?;
    }
    if is_caught_up {
        raws::remove_alone(tx, place.mailbox, now)?;
        reads::remove_oldest(tx)?;
    }
    let after = scope::after_page(before, &page.next);
    folders::set_scope(tx, place.folder, &after, is_caught_up.then_some(now))?;
    Ok(after)
}

/// The server forgot the cursor: the folder is read again from its beginning, which is the answer.
pub fn reset_scope(tx: &Tx<'_>, mailbox: MailboxId, folder: &FolderId) -> Result<Scope> {
    let place = folders::known(tx, mailbox, folder)?;
    let after = scope::after_expiry(place.generation);
    folders::set_scope(tx, place.folder, &after, None)?;
    Ok(after)
}

fn store_head(tx: &Tx<'_>, store: &mut CachedStatement<'_>, place: &Place, head: &Head, stamp: i64) -> Result<()> {
    let key = item_key(head);
    let raw = raws::known(tx, place.mailbox, &key)?;
    let has_raw = raw.is_some();
    // The body knows better than a list: not every server says either of the two.
    let (told, has_attachments) = raw.unwrap_or_else(|| (String::new(), head.has_attachments));
    let preview = if told.is_empty() { &head.preview } else { &told };
    let size = head.size.map(i64::try_from).transpose().map_err(|_| StoreError::Unfit("a size".to_owned()))?;
    store.execute(params![
        place.folder,
        place.mailbox,
        head.item.as_str(),
        key.as_str(),
        head.message_id,
        head.subject,
        codec::people_to_json(head)?,
        head.sent_at.map(Timestamp::as_millisecond),
        head.received_at.as_millisecond(),
        head.is_read,
        size,
        stamp,
        preview,
        has_attachments,
        has_raw,
        reads::wish(tx, place.mailbox, &key)?,
    ])?;
    Ok(())
}
