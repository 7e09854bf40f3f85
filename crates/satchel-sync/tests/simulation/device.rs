//! One device: the real agent on a real encrypted database, a clock of its own, and what is under way on it.

use std::{
    collections::VecDeque,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{
    Column, Private, Record, RecordId, ServiceError, TableName, Value,
    error::Answer,
    ports::Later,
    schema::Table,
    tracking::{EMAILS, ItemKey},
};
use satchel_store::{
    Database, Durability,
    outbox::{self, Entry},
    records::{self, List},
    schema,
};
use satchel_sync::{Effect, Hands, Mailboxes, Raws, Settings, State};
use satchel_testkit::{ModelCrm, ModelMailbox, model_crm::BEGINNING, organisation};

use crate::{
    book::Key,
    plan::{CallFault, Config},
    plants::Plant,
    post::{self, MAILBOX, PostWire, Side},
    wire::Wire,
    world::TABLES,
};

/// Nothing is tracked in a world without a mailbox.
#[derive(Debug)]
struct NoMail;

impl Raws for NoMail {
    fn raw<'a>(&'a self, _: &'a ItemKey) -> Later<'a, Answer<Vec<u8>>> {
        Box::pin(async { Err(ServiceError::Missing) })
    }
}

#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) number: usize,
    path: PathBuf,
    tables: Vec<TableName>,
    page_size: u32,
    pub(crate) wire: Wire,
    /// The service as its user sees it, without a network.
    pub(crate) eyes: ModelCrm,
    /// None while it is switched off.
    pub(crate) hands: Option<Hands>,
    pub(crate) state: State,
    /// Counts the starts: what was under way in an earlier life never comes back.
    pub(crate) life: u32,
    pub(crate) waiting: Option<Effect>,
    /// Whose answer is on its way.
    pub(crate) awaits: Option<&'static str>,
    /// Only the newest tick counts.
    pub(crate) ticks: u64,
    pub(crate) acts: u64,
    /// How far the clock on the wall is off, in milliseconds.
    pub(crate) off: i64,
    pub(crate) armed: VecDeque<(CallFault, u64)>,
    pub(crate) cut_until: u64,
    pub(crate) is_signed_out: bool,
    pub(crate) is_working_offline: bool,
    /// The service asked for no calls before then, by the device's clock.
    pub(crate) paused_until: Option<Timestamp>,
    pub(crate) undo: Vec<(Key, Column, Value)>,
    /// The agent of its mailbox, where there is one.
    pub(crate) side: Option<Side>,
    /// The way from the CRM's agent to the mailbox.
    pub(crate) messages: Option<PostWire>,
}

fn key() -> Private<String> {
    Private::new("0f".repeat(32))
}

/// Which of the [`templates`] a world begins with.
pub(crate) fn template_of(config: &Config) -> usize {
    usize::from(config.is_described) + 2 * usize::from(config.post.is_some())
}

/// Profiles to be copied for each device, made once because migrations take a while: an empty one, one that the
/// organisation was described to, and both with a mailbox.
pub(crate) fn templates(folder: &Path) -> [PathBuf; 4] {
    let path = folder.join("template.db");
    drop(Database::create(&path, &key()).expect("an empty profile"));
    let described = folder.join("described.db");
    fs::copy(&path, &described).expect("a second profile");
    describe(&described, &TABLES);
    let with_post = folder.join("post.db");
    fs::copy(&path, &with_post).expect("a third profile");
    post::add_mailbox(&Database::open(&with_post, &key()).expect("a profile"));
    let described_with_post = folder.join("described-post.db");
    fs::copy(&with_post, &described_with_post).expect("a fourth profile");
    describe(&described_with_post, &[&TABLES[..], &[EMAILS]].concat());
    [path, described, with_post, described_with_post]
}

fn describe(profile: &Path, tables: &[&str]) {
    let database = Database::open(profile, &key()).expect("a profile");
    let mut organisation = organisation::sample();
    organisation.tables.retain(|table| tables.contains(&table.name.as_str()));
    database.write(Durability::Normal, |tx| schema::apply(tx, &organisation)).expect("a description");
}

impl Device {
    pub(crate) fn new(
        number: usize,
        folder: &Path,
        template: &Path,
        crm: &ModelCrm,
        tables: Vec<TableName>,
        (config, mailbox): (&Config, Option<&ModelMailbox>),
        plant: Option<Plant>,
    ) -> Self {
        let path = folder.join(format!("device{number}.db"));
        fs::copy(template, &path).expect("a profile for the device");
        Self {
            number,
            path,
            tables,
            page_size: config.page_size,
            wire: Wire::new(crm.clone(), plant),
            eyes: crm.clone(),
            hands: None,
            state: State::new(false),
            life: 0,
            waiting: None,
            awaits: None,
            ticks: 0,
            acts: 0,
            off: 0,
            armed: VecDeque::new(),
            cut_until: 0,
            is_signed_out: false,
            is_working_offline: false,
            paused_until: None,
            undo: Vec::new(),
            side: config.post.zip(mailbox).map(|(post, mailbox)| Side::new(mailbox, post.prefetches, config.page_size)),
            messages: mailbox.map(|mailbox| PostWire::new(mailbox.clone())),
        }
    }

    pub(crate) fn start(&mut self) {
        let database = Database::open_small(&self.path, &key()).expect("the profile opens after every crash");
        let settings = Settings {
            page_size: self.page_size,
            // Of real time: nothing here waits for it.
            call_limit: Duration::from_secs(600),
            is_working_offline: self.is_working_offline,
            is_paused: false,
        };
        let crm = Arc::new(self.wire.clone());
        let mail: Arc<dyn Raws> = match &self.messages {
            Some(wire) => {
                let mailboxes = Mailboxes::new(database.clone());
                mailboxes.connect(MAILBOX, Arc::new(wire.clone()));
                Arc::new(mailboxes)
            }
            None => Arc::new(NoMail),
        };
        if let Some(side) = &mut self.side {
            side.start(&database, self.is_working_offline);
        }
        self.hands = Some(Hands::new(database, crm, mail, self.tables.clone(), settings).alone());
        self.state = State::new(self.is_working_offline);
        self.life += 1;
    }

    /// Like a pulled plug, with a disk that keeps what it was given.
    pub(crate) fn kill(&mut self) {
        self.hands = None;
        if let Some(side) = &mut self.side {
            side.kill();
        }
        self.waiting = None;
        self.awaits = None;
        self.life += 1;
        self.ticks += 1;
        // What the service asked for is not written down: a new life learns it from its first call.
        self.paused_until = None;
    }

    /// Everything that its database wrote.
    pub(crate) fn files(&self) -> [PathBuf; 2] {
        [self.path.clone(), self.path.with_extension("db-wal")]
    }

    pub(crate) fn database(&self) -> Option<&Database> {
        self.hands.as_ref().map(|hands| &hands.database)
    }

    /// What the clock on its wall says at this moment of the world.
    pub(crate) fn clock(&self, now: u64) -> Timestamp {
        BEGINNING + SignedDuration::from_millis(now as i64 + self.off)
    }

    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.database().map_or_else(Vec::new, |database| database.read(outbox::list).expect("the outbox"))
    }

    /// What the user sees of one record.
    pub(crate) fn shown(&self, table: &Table, id: RecordId) -> Option<Record> {
        let shown = self.database()?.read(|reader| records::one(reader, table, id)).ok()??;
        Some(shown.record)
    }

    pub(crate) fn server_copy(&self, table: &Table, id: RecordId) -> Option<Record> {
        // A device that never heard of the table has no copies of it.
        self.database()?.read(|reader| records::server_copy(reader, table, id)).ok()?
    }

    /// Every row of a table as the user sees it, by id; none while it was never described.
    pub(crate) fn all_shown(&self, table: &Table) -> Vec<Record> {
        let columns: Vec<_> = table.columns.iter().map(|column| column.name.clone()).collect();
        let list = List { columns: &columns, ..List::default() };
        let Some(database) = self.database() else { return Vec::new() };
        let block = database.read(|reader| records::block(reader, table, &list, 0, 100_000));
        let mut rows: Vec<_> = block.map(|block| block.rows).unwrap_or_default();
        rows.sort_by_key(|shown| shown.record.id);
        rows.into_iter().map(|shown| shown.record).collect()
    }
}
