//! One device in a test: a mailbox's real agent on a real database, driven by hand, one effect after the other.

use std::{path::Path, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{
    FolderId, ItemId, Private,
    connectivity::Connectivity,
    ids::{MailboxId, Uuid},
    mail::{Head, Purpose},
    ports::Mailbox,
    tracking::ItemKey,
};
use satchel_store::{
    Database, Durability, folders, mailboxes,
    messages::{self, Show},
    raws,
};
use satchel_sync::mail::{Effect, Event, Hands, Settings, State, step};

use crate::post::Post;

pub(crate) const PAGE: u32 = 50;
pub(crate) const MAILBOX: MailboxId = MailboxId(Uuid::from_u128(7));

pub(crate) fn settings() -> Settings {
    Settings {
        page_size: PAGE,
        call_limit: Duration::from_secs(5),
        refresh: Duration::from_secs(60),
        largest_prefetch: 10_000,
        is_working_offline: false,
        is_paused: false,
    }
}

pub(crate) fn database(path: &Path) -> Database {
    let key = Private::new("0f".repeat(32));
    if path.exists() {
        return Database::open(path, &key).unwrap();
    }
    let database = Database::create(path, &key).unwrap();
    let address = "clara.whitmore@brightwater.example".to_owned();
    let mailbox = mailboxes::Mailbox {
        id: MAILBOX,
        account: mailboxes::Account::Graph,
        own: vec![address.clone()],
        address,
        message: None,
    };
    database.write(Durability::Full, |tx| mailboxes::add(tx, &mailbox)).unwrap();
    database
}

#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) state: State,
    pub(crate) now: Timestamp,
    pub(crate) hands: Hands,
    waiting: Vec<Effect>,
    /// Pages that were stored.
    pub(crate) pages: usize,
    /// What was done, in order.
    pub(crate) done: Vec<Effect>,
}

impl Device {
    /// A device whose database lies at `path`; a second one on the same path is the first one after a restart.
    pub(crate) fn open(path: &Path, post: &Post, now: Timestamp) -> Self {
        let mailbox: Arc<dyn Mailbox> = Arc::new(post.clone());
        let settings = settings();
        let state = State::new(false, settings.refresh);
        let hands = Hands { database: database(path), mailbox, id: MAILBOX, settings };
        Self { state, now, hands, waiting: Vec::new(), pages: 0, done: Vec::new() }
    }

    /// Tells the agent something and keeps what it wants to do.
    pub(crate) fn tell(&mut self, event: Event) {
        let (state, effects) = step(self.state.clone(), event, self.now);
        self.state = state;
        self.waiting.extend(effects);
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
        self.done.push(effect.clone());
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

    pub(crate) fn connectivity(&self) -> Connectivity {
        self.state.status().connectivity
    }

    /// The folder's messages as the user sees them, newest first.
    pub(crate) fn shown(&self, folder: &FolderId) -> Vec<(ItemKey, Head)> {
        let ask = |reader: &satchel_store::Reader<'_>| messages::block(reader, MAILBOX, folder, Show::All, 0, 100_000);
        let block = self.hands.database.read(ask).unwrap();
        assert_eq!(block.total, block.rows.len() as u64, "the total of {folder}");
        block.rows.into_iter().map(|row| (row.key, row.head)).collect()
    }

    /// The key of the message with this subject.
    pub(crate) fn key(&self, post: &Post, purpose: Purpose, subject: &str) -> ItemKey {
        let shown = self.shown(&post.model.folder(purpose));
        shown.into_iter().find(|(_, head)| head.subject == subject).expect("the message is shown").0
    }

    pub(crate) fn raw(&self, key: &ItemKey) -> Option<Vec<u8>> {
        self.hands.database.read(|reader| raws::get(reader, key)).unwrap()
    }

    /// How many messages are not here as a whole.
    pub(crate) fn missing(&self) -> usize {
        self.hands.database.read(|reader| raws::missing(reader, MAILBOX, 100_000)).unwrap().len()
    }

    /// What opening a message does: one transaction, then word to the agent.
    pub(crate) fn want(&mut self, key: &ItemKey) {
        self.hands.database.write(Durability::Full, |tx| raws::want(tx, MAILBOX, key)).unwrap();
        self.tell(Event::Wanted);
    }

    /// What marking a message as read does.
    pub(crate) fn mark(&mut self, key: &ItemKey, is_read: bool) {
        let want = |tx: &satchel_store::Tx<'_>| messages::want_read(tx, MAILBOX, key, is_read);
        self.hands.database.write(Durability::Full, want).unwrap();
        self.tell(Event::Marked);
    }

    pub(crate) fn unsent(&self) -> usize {
        self.hands.database.read(|reader| messages::unsent_reads(reader, MAILBOX, 100)).unwrap().len()
    }

    /// What the user sees is what the mailbox holds: every folder, every message once.
    #[track_caller]
    pub(crate) fn assert_same(&self, post: &Post) {
        let listed = self.hands.database.read(|reader| folders::list(reader, MAILBOX)).unwrap();
        assert!(!listed.is_empty(), "no folder is shown");
        for listed in listed {
            let folder = listed.folder.id;
            let gist = |head: Head| (head.item, head.subject, head.message_id, head.is_read, head.received_at);
            let mut here: Vec<_> = self.shown(&folder).into_iter().map(|(_, head)| gist(head)).collect();
            let mut there: Vec<_> = post.model.heads(&folder).into_iter().map(gist).collect();
            here.sort();
            there.sort();
            assert_eq!(here, there, "messages of {folder}");
        }
    }
}

/// The items of the mailbox's folder, newest first.
pub(crate) fn newest_first(items: &[ItemId]) -> Vec<ItemId> {
    items.iter().rev().cloned().collect()
}
