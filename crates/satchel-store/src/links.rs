//! Which email record a message became: by the message's key, so that no move and no new profile loses a mark.

use rusqlite::{OptionalExtension, params};
use satchel_domain::{
    Column, Record, RecordId, TableName,
    tracking::{EMAILS, ItemKey, canonical_message_id},
};

use crate::{
    cells,
    database::{Reader, Topic, Tx},
    error::Result,
};

/// The column of an email record that has the `Message-ID` of its message.
const MESSAGE_ID: &str = "messageid";

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    pub key: ItemKey,
    pub email: RecordId,
    /// Made by this profile, not found in what CRM has.
    pub is_ours: bool,
    /// The user untracked the message: it is not found again.
    pub is_broken: bool,
}

pub fn of(reader: &Reader<'_>, key: &ItemKey) -> Result<Option<Link>> {
    let sql = "SELECT email_id, is_ours, is_broken FROM link WHERE item_key = ?1";
    let mut asked = reader.sql().prepare_cached(sql)?;
    let mut rows = asked.query_and_then([key.as_str()], |row| {
        let email = cells::id(row, 0)?;
        Ok(Link { key: key.clone(), email, is_ours: row.get(1)?, is_broken: row.get(2)? })
    })?;
    rows.next().transpose()
}

/// The message that became this record; one whose link is broken only when there is no other.
pub fn key_of(reader: &Reader<'_>, email: RecordId) -> Result<Option<ItemKey>> {
    let sql = "SELECT item_key FROM link WHERE email_id = ?1 ORDER BY is_broken, item_key LIMIT 1";
    let mut asked = reader.sql().prepare_cached(sql)?;
    let key: Option<String> = asked.query_row([cells::blob(email)], |row| row.get(0)).optional()?;
    Ok(key.map(ItemKey::stored))
}

/// The message became, or is to become, this record. It replaces any other link of the message, also a broken one.
pub fn link_to(tx: &Tx<'_>, key: &ItemKey, email: RecordId, is_ours: bool) -> Result<()> {
    tx.sql()
        .prepare_cached(
            "INSERT INTO link (item_key, email_id, is_ours, is_broken) VALUES (?1, ?2, ?3, 0)
                 ON CONFLICT (item_key) DO UPDATE
                SET email_id = excluded.email_id, is_ours = excluded.is_ours, is_broken = 0",
        )?
        .execute(params![key.as_str(), cells::blob(email), is_ours])?;
    mark(tx, key.as_str(), true)
}

/// The user untracked the message. The record may be pulled again: the message stays as the user wants it.
pub fn break_link(tx: &Tx<'_>, key: &ItemKey) -> Result<()> {
    tx.sql().prepare_cached("UPDATE link SET is_broken = 1 WHERE item_key = ?1")?.execute([key.as_str()])?;
    mark(tx, key.as_str(), false)
}

/// Whether rows of this table are what messages become.
pub(crate) fn is_linked(table: &TableName) -> bool {
    table.as_str() == EMAILS
}

/// Links an email record that came from CRM, unless its message has a link already.
pub(crate) fn found(tx: &Tx<'_>, email: &Record) -> Result<()> {
    let Some(key) = email.value(&Column::new(MESSAGE_ID)).as_text().and_then(canonical_message_id) else {
        return Ok(());
    };
    let sql = "INSERT INTO link (item_key, email_id, is_ours, is_broken) VALUES (?1, ?2, 0, 0)
                   ON CONFLICT (item_key) DO NOTHING";
    if tx.sql().prepare_cached(sql)?.execute(params![key.as_str(), cells::blob(email.id)])? > 0 {
        mark(tx, key.as_str(), true)?;
    }
    Ok(())
}

/// Removes the link of an email that CRM does not have and that nobody is about to make; where CRM has another one of the
/// same message, the link goes there. A broken one stays.
pub(crate) fn drop_lost(tx: &Tx<'_>, email: RecordId) -> Result<()> {
    let sql = "DELETE FROM link
                WHERE email_id = ?1 AND is_broken = 0
                  AND NOT EXISTS (SELECT 1 FROM crm_email WHERE id = ?1)
                  AND NOT EXISTS (SELECT 1 FROM outbox
                                   WHERE table_name = 'email' AND record_id = ?1 AND deed = 'track')
            RETURNING item_key";
    let mut asked = tx.sql().prepare_cached(sql)?;
    let keys = asked.query_map([cells::blob(email)], |row| row.get::<_, String>(0))?;
    for key in keys.collect::<rusqlite::Result<Vec<_>>>()? {
        let key = ItemKey::stored(key);
        match other(tx, &key)? {
            Some(other) => link_to(tx, &key, other, false)?,
            None => mark(tx, key.as_str(), false)?,
        }
    }
    Ok(())
}

/// An email record of this message that CRM has: a colleague or a service may have tracked it too. It walks the index that
/// [`wants_index`] asks for.
fn other(tx: &Tx<'_>, key: &ItemKey) -> Result<Option<RecordId>> {
    let has_column = "SELECT 1 FROM pragma_table_info('crm_email') WHERE name = 'c_messageid'";
    if key.is_fallback() || !tx.sql().prepare_cached(has_column)?.exists([])? {
        return Ok(None);
    }
    let mut asked = tx.sql().prepare_cached(OTHER)?;
    let mut found = asked.query_and_then([key.as_str()], |row| cells::id(row, 0))?;
    found.next().transpose()
}

/// The column folds case.
const OTHER: &str = "SELECT id FROM crm_email WHERE c_messageid IN (?1, '<' || ?1 || '>') ORDER BY id LIMIT 1";

/// Whether emails are looked for by this column.
pub(crate) fn wants_index(table: &TableName, column: &Column) -> bool {
    is_linked(table) && column.as_str() == MESSAGE_ID
}

fn mark(tx: &Tx<'_>, key: &str, is_tracked: bool) -> Result<()> {
    tx.sql()
        .prepare_cached("UPDATE message SET is_tracked = ?2 WHERE item_key = ?1 AND is_tracked <> ?2")?
        .execute(params![key, is_tracked])?;
    tx.touch(Topic::Mail);
    Ok(())
}

#[cfg(test)]
mod tests;
