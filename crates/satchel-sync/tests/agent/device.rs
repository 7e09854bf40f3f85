//! One device in a test: the real agent on a real database, driven by hand, one effect after the other.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{
    Private, Record, ServiceError, TableName,
    connectivity::Connectivity,
    error::Answer,
    ports::{CrmService, Later},
    schema::Table,
    tracking::ItemKey,
};
use satchel_store::{
    Database,
    records::{self, List},
};
use satchel_sync::{Effect, Event, Hands, Raws, Settings, State, step};
use satchel_testkit::{ModelCrm, organisation};

pub(crate) const PAGE: u32 = 50;

pub(crate) fn tables() -> Vec<TableName> {
    // Parties and attachments are not kept.
    let names = organisation::sample().tables.into_iter().map(|table| table.name);
    names.filter(|name| !name.as_str().starts_with("activity")).collect()
}

/// The messages that a mailbox still has.
#[derive(Debug, Default)]
pub(crate) struct Post {
    pub(crate) messages: Mutex<BTreeMap<ItemKey, Vec<u8>>>,
    pub(crate) is_away: AtomicBool,
}

impl Raws for Post {
    fn raw<'a>(&'a self, key: &'a ItemKey) -> Later<'a, Answer<Vec<u8>>> {
        Box::pin(async move {
            if self.is_away.load(Ordering::Relaxed) {
                return Err(ServiceError::Unreachable { why: "the mailbox is away".to_owned() });
            }
            self.messages.lock().unwrap().get(key).cloned().ok_or(ServiceError::Missing)
        })
    }
}

#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) state: State,
    pub(crate) now: Timestamp,
    pub(crate) hands: Hands,
    waiting: Vec<Effect>,
    /// Pages that were stored.
    pub(crate) pages: usize,
}

impl Device {
    /// A device whose database lies at `path`; a second one on the same path is the first one after a restart.
    pub(crate) fn open(path: &Path, crm: &ModelCrm, now: Timestamp) -> Self {
        Self::open_with(path, crm, Arc::new(Post::default()), now)
    }

    /// The same, with a mailbox to fetch messages from.
    pub(crate) fn open_with(path: &Path, crm: &ModelCrm, mail: Arc<Post>, now: Timestamp) -> Self {
        Self::open_for(path, crm, mail, tables(), now)
    }

    /// The same for these tables: what is not among them is not described to the device.
    pub(crate) fn open_for(
        path: &Path,
        crm: &ModelCrm,
        mail: Arc<Post>,
        tables: Vec<TableName>,
        now: Timestamp,
    ) -> Self {
        let key = Private::new("0f".repeat(32));
        let database = if path.exists() { Database::open(path, &key) } else { Database::create(path, &key) }.unwrap();
        let crm: Arc<dyn CrmService> = Arc::new(crm.clone());
        let settings = Settings {
            page_size: PAGE,
            call_limit: Duration::from_secs(5),
            is_working_offline: false,
            is_paused: false,
        };
        let hands = Hands::new(database, crm, mail, tables, settings);
        Self { state: State::new(false), now, hands, waiting: Vec::new(), pages: 0 }
    }

    /// Tells the agent something and keeps what it wants to do.
    pub(crate) fn tell(&mut self, event: Event) {
        let (state, effects) = step(self.state.clone(), event, self.now);
        self.state = state;
        self.waiting.extend(effects);
    }

    /// The test gives the answer to what is under way.
    pub(crate) fn forget_what_is_waiting(&mut self) {
        self.waiting.clear();
    }

    /// Does the next thing that is due now; false when nothing is.
    pub(crate) async fn act(&mut self) -> bool {
        if self.waiting.is_empty() && self.state.next_wake().is_some_and(|at| at <= self.now) {
            self.tell(Event::Tick);
        }
        if self.waiting.is_empty() {
            return false;
        }
        let effect = self.waiting.remove(0);
        self.pages += usize::from(matches!(effect, Effect::StorePage { .. }));
        let event = self.hands.act(effect, self.now).await;
        self.tell(event);
        true
    }

    /// Does the next thing; what happens `meanwhile` is over before the agent hears how that went.
    pub(crate) async fn act_while(&mut self, meanwhile: impl FnOnce(&mut Self)) {
        let effect = self.waiting.remove(0);
        let event = self.hands.act(effect, self.now).await;
        meanwhile(self);
        self.tell(event);
    }

    /// Works until nothing is due; an agent that never rests fails.
    pub(crate) async fn rest(&mut self) {
        for _ in 0..10_000 {
            if !self.act().await {
                return;
            }
        }
        panic!("the agent never rests");
    }

    pub(crate) async fn later(&mut self, seconds: i64) {
        self.now += SignedDuration::from_secs(seconds);
        self.rest().await;
    }

    pub(crate) fn entries(&self) -> Vec<satchel_store::outbox::Entry> {
        self.hands.database.read(satchel_store::outbox::list).unwrap()
    }

    pub(crate) fn connectivity(&self) -> Connectivity {
        self.state.status().connectivity
    }

    /// Every row of the table as the user sees it, by id.
    pub(crate) fn shown(&self, table: &Table) -> Vec<Record> {
        let columns: Vec<_> = table.columns.iter().map(|column| column.name.clone()).collect();
        let list = List { columns: &columns, ..List::default() };
        let block = self.hands.database.read(|reader| records::block(reader, table, &list, 0, 100_000)).unwrap();
        let mut rows: Vec<_> = block.rows.into_iter().map(|shown| shown.record).collect();
        rows.sort_by_key(|record| record.id);
        rows
    }

    /// What a user's save does: one transaction, then word to the agent.
    pub(crate) fn save(&mut self, edit: &satchel_domain::edit::Edit) {
        let table = self.table(edit.table.as_str());
        self.hands
            .database
            .write(satchel_store::Durability::Full, |tx| {
                satchel_store::outbox::append(tx, &table, edit, "a record", self.now)
            })
            .unwrap();
        self.tell(Event::Edited);
    }

    pub(crate) fn table(&self, name: &str) -> Table {
        organisation::sample().table(&TableName::new(name)).unwrap().clone()
    }
}
