//! The mailboxes that a message can be fetched from when it is to be tracked and is not in the database.

use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

use satchel_domain::{
    MailboxId, ServiceError,
    error::Answer,
    ports::{Later, Mailbox},
    tracking::ItemKey,
};
use satchel_store::{Database, messages};

use crate::{act::on_disk, draft::Raws};

/// Knows which mailbox a message lies in, and asks it. Clones share the mailboxes.
#[derive(Clone, Debug)]
pub struct Mailboxes {
    database: Database,
    ports: Arc<RwLock<BTreeMap<MailboxId, Arc<dyn Mailbox>>>>,
}

impl Mailboxes {
    pub fn new(database: Database) -> Self {
        Self { database, ports: Arc::default() }
    }

    /// The mailbox can be asked from now on.
    pub fn connect(&self, mailbox: MailboxId, port: Arc<dyn Mailbox>) {
        self.ports.write().unwrap_or_else(PoisonError::into_inner).insert(mailbox, port);
    }

    pub fn disconnect(&self, mailbox: MailboxId) {
        self.ports.write().unwrap_or_else(PoisonError::into_inner).remove(&mailbox);
    }

    async fn raw(&self, key: &ItemKey) -> Answer<Vec<u8>> {
        let wanted = key.clone();
        let row = on_disk(&self.database, move |database| database.read(|reader| messages::anywhere(reader, &wanted)));
        let row = row.await.map_err(|detail| ServiceError::Broken { detail })?.ok_or(ServiceError::Missing)?;
        let port = self.ports.read().unwrap_or_else(PoisonError::into_inner).get(&row.mailbox).cloned();
        let Some(port) = port else {
            return Err(ServiceError::Unreachable { why: "its mailbox is not connected.".to_owned() });
        };
        match port.raw(&row.folder, &row.head.item).await {
            // Moved or deleted: the mailbox's next pull says which.
            Err(ServiceError::Missing) => {
                Err(ServiceError::Unreachable { why: "the message is not where it was.".to_owned() })
            }
            answer => answer,
        }
    }
}

impl Raws for Mailboxes {
    fn raw<'a>(&'a self, key: &'a ItemKey) -> Later<'a, Answer<Vec<u8>>> {
        Box::pin(self.raw(key))
    }
}
