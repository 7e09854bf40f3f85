//! The user's mailboxes: where each is, and which addresses are its owner's.

use rusqlite::{OptionalExtension, Row, params};
use satchel_domain::ids::{MailboxId, Uuid};

use crate::{
    codec,
    database::{Reader, Topic, Tx},
    error::{Result, StoreError},
    secrets,
};

/// How a mailbox is reached. A password is a secret under [`secret`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Account {
    /// With the sign-in of the profile.
    Graph,
    Imap {
        server: String,
        port: u16,
        user: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailbox {
    pub id: MailboxId,
    pub account: Account,
    pub address: String,
    /// Every address of its owner, `address` among them.
    pub own: Vec<String>,
    /// What its user should know or do; none when all is well.
    pub message: Option<String>,
}

/// The key of a mailbox's password among the secrets.
pub fn secret(mailbox: MailboxId) -> String {
    format!("mailbox:{mailbox}")
}

/// Adds a mailbox, or replaces what is known of it; its folders and messages stay.
pub fn add(tx: &Tx<'_>, mailbox: &Mailbox) -> Result<()> {
    let (kind, server, port, user) = match &mailbox.account {
        Account::Graph => ("graph", None, None, None),
        Account::Imap { server, port, user } => ("imap", Some(server), Some(port), Some(user)),
    };
    tx.sql()
        .prepare_cached(
            "INSERT INTO mailbox (mailbox_id, kind, server, port, user_name, address, own, message)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                 ON CONFLICT (mailbox_id) DO UPDATE
                SET kind = excluded.kind, server = excluded.server, port = excluded.port,
                    user_name = excluded.user_name, address = excluded.address, own = excluded.own,
                    message = excluded.message",
        )?
        .execute(params![
            blob(mailbox.id),
            kind,
            server,
            port,
            user,
            mailbox.address,
            codec::addresses_to_json(&mailbox.own)?,
            mailbox.message,
        ])?;
    tx.touch(Topic::Mail);
    Ok(())
}

/// All, in the order in which they were added.
pub fn all(reader: &Reader<'_>) -> Result<Vec<Mailbox>> {
    let sql = "SELECT mailbox_id, kind, server, port, user_name, address, own, message FROM mailbox ORDER BY number";
    reader.sql().prepare_cached(sql)?.query_and_then([], mailbox)?.collect()
}

pub fn one(reader: &Reader<'_>, id: MailboxId) -> Result<Option<Mailbox>> {
    let sql = "SELECT mailbox_id, kind, server, port, user_name, address, own, message
                 FROM mailbox WHERE mailbox_id = ?1";
    reader.sql().prepare_cached(sql)?.query_and_then([blob(id)], mailbox)?.next().transpose()
}

/// Takes its folders, messages, raw messages and its password with it. What was tracked stays tracked.
pub fn remove(tx: &Tx<'_>, id: MailboxId) -> Result<()> {
    tx.sql().prepare_cached("DELETE FROM mailbox WHERE mailbox_id = ?1")?.execute([blob(id)])?;
    secrets::forget(tx, &secret(id))?;
    tx.touch(Topic::Mail);
    Ok(())
}

/// What the other tables call it.
pub(crate) fn number(reader: &Reader<'_>, id: MailboxId) -> Result<Option<i64>> {
    let mut asked = reader.sql().prepare_cached("SELECT number FROM mailbox WHERE mailbox_id = ?1")?;
    Ok(asked.query_row([blob(id)], |row| row.get(0)).optional()?)
}

/// The same, for what cannot be done without it.
pub(crate) fn known(reader: &Reader<'_>, id: MailboxId) -> Result<i64> {
    number(reader, id)?.ok_or(StoreError::NoSuchFolder)
}

fn mailbox(row: &Row<'_>) -> Result<Mailbox> {
    let account = match row.get::<_, String>(1)?.as_str() {
        "graph" => Account::Graph,
        _ => Account::Imap { server: row.get(2)?, port: row.get(3)?, user: row.get(4)? },
    };
    Ok(Mailbox {
        id: self::id(row, 0)?,
        account,
        address: row.get(5)?,
        own: codec::addresses_from_json(&row.get::<_, String>(6)?)?,
        message: row.get(7)?,
    })
}

pub(crate) fn id(row: &Row<'_>, at: usize) -> Result<MailboxId> {
    Ok(MailboxId(Uuid::from_bytes(row.get(at)?)))
}

fn blob(id: MailboxId) -> rusqlite::types::Value {
    rusqlite::types::Value::Blob(id.0.as_bytes().to_vec())
}

#[cfg(test)]
mod tests;
