//! The mailboxes of a desk at work, an agent for each.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use satchel_domain::{MailboxId, ports::Mailbox};
use satchel_sync::{
    Mailboxes,
    mail::{Event, MailAgent, Status},
};

/// Every mailbox at work; clones share them.
#[derive(Clone, Debug)]
pub(crate) struct Boxes {
    agents: Arc<Mutex<BTreeMap<MailboxId, MailAgent>>>,
    /// Where a message that is to be tracked is fetched from.
    ports: Mailboxes,
}

impl Boxes {
    pub(crate) fn new(ports: Mailboxes) -> Self {
        Self { agents: Arc::default(), ports }
    }

    pub(crate) fn add(&self, id: MailboxId, port: Arc<dyn Mailbox>, agent: MailAgent) {
        self.ports.connect(id, port);
        self.with(|agents| agents.insert(id, agent));
    }

    /// Its agent ends with its last handle.
    pub(crate) fn remove(&self, id: MailboxId) {
        self.ports.disconnect(id);
        self.with(|agents| agents.remove(&id));
    }

    pub(crate) fn send(&self, id: MailboxId, event: Event) {
        if let Some(agent) = self.with(|agents| agents.get(&id).cloned()) {
            agent.send(event);
        }
    }

    pub(crate) fn send_all(&self, event: &Event) {
        for agent in self.with(|agents| agents.values().cloned().collect::<Vec<_>>()) {
            agent.send(event.clone());
        }
    }

    pub(crate) fn status(&self, id: MailboxId) -> Option<Status> {
        self.with(|agents| agents.get(&id).map(MailAgent::status))
    }

    fn with<T>(&self, work: impl FnOnce(&mut BTreeMap<MailboxId, MailAgent>) -> T) -> T {
        work(&mut self.agents.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
