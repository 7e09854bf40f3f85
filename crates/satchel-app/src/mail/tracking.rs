//! Track, set regarding, untrack: stored here at once, carried out by the outbox.

use std::sync::Arc;

use satchel_domain::{EntryId, RecordId, TableName, schema::Organisation};
use satchel_store::{Durability, StoreError, Tx, messages, records, schema};
use satchel_sync::Event;

use super::{item_key, mailbox_id, no_such_message, record_ref};
use crate::{app::App, records::name_of, requests::*};

impl App {
    /// Tracks the message, or sets what its email is regarding; both in one step (OC-21, T-3).
    pub async fn track(self: &Arc<Self>, request: Track) -> Result<Done, CommandError> {
        let (mailbox, key) = (mailbox_id(&request.mailbox)?, item_key(&request.key));
        let regarding = request.regarding.as_ref().map(record_ref).transpose()?;
        let desk = self.desk()?;
        let (entry, now) = (EntryId(crate::ids::mint()), self.clock.now());
        let is_there = self
            .on_disk(desk.database, move |database| {
                database.write(Durability::Full, |tx| {
                    let Some(row) = messages::find(tx, mailbox, &key)? else { return Ok(false) };
                    let organisation = schema::load(tx)?
                        .ok_or_else(|| StoreError::Unfit("CRM has not been read for the first time yet".to_owned()))?;
                    let regarding = regarding.map(|(table, id)| named(tx, &organisation, table, id)).transpose()?;
                    satchel_sync::track(tx, &organisation, &key, &row, regarding, entry, now)?;
                    Ok(true)
                })
            })
            .await?;
        if !is_there {
            return Err(no_such_message());
        }
        desk.agent.send(Event::Edited);
        Ok(Done {})
    }

    pub async fn untrack(self: &Arc<Self>, request: Untrack) -> Result<Done, CommandError> {
        let key = item_key(&request.key);
        let desk = self.desk()?;
        let (entry, now) = (EntryId(crate::ids::mint()), self.clock.now());
        self.on_disk(desk.database, move |database| {
            database.write(Durability::Full, |tx| satchel_sync::untrack(tx, &key, request.delete_record, entry, now))
        })
        .await?;
        desk.agent.send(Event::Edited);
        Ok(Done {})
    }
}

/// The record with the name that the user knows it by.
fn named(
    tx: &Tx<'_>,
    organisation: &Organisation,
    name: TableName,
    id: RecordId,
) -> Result<(TableName, RecordId, String), StoreError> {
    let table = organisation.table(&name);
    let table = table.ok_or_else(|| StoreError::Unfit(format!("the table {name} is not kept here")))?;
    let shown = records::one(tx, table, id)?;
    Ok((name, id, shown.map(|shown| name_of(table, &shown.record)).unwrap_or_default()))
}
