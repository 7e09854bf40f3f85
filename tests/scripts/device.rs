//! The real agent on a real profile, driven by hand: its clock is a number, its service is whichever world it lives in.

use std::{path::Path, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{
    Private, Record, RecordId, ServiceError, TableName, Value,
    edit::{Change, Deed, Edit, Hold, State as Entry},
    error::Answer,
    ports::{CrmService, Later},
    schema::Table,
    tracking::ItemKey,
    value::Lookup,
};
use satchel_store::{Database, Durability, outbox, records, schema};
use satchel_sync::{Decision, Effect, Event, Hands, Raws, Settings, State, allowed, decide, step};

use crate::script::{self, Ending, Script};

pub(crate) const BEGINNING: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// No message is tracked here.
#[derive(Debug)]
struct NoMail;

impl Raws for NoMail {
    fn raw<'a>(&'a self, _: &'a ItemKey) -> Later<'a, Answer<Vec<u8>>> {
        Box::pin(async { Err(ServiceError::Missing) })
    }
}

pub(crate) struct Device {
    pub(crate) hands: Hands,
    state: State,
    now: Timestamp,
    waiting: Option<Effect>,
    saved: usize,
}

pub(crate) fn key() -> Private<String> {
    Private::new("5c".repeat(32))
}

impl Device {
    /// On the profile at `path`, which is made when it is not there.
    pub(crate) fn open(path: &Path, crm: Arc<dyn CrmService>) -> Self {
        let database = if path.exists() { Database::open(path, &key()) } else { Database::create(path, &key()) };
        let settings = Settings {
            page_size: 100,
            call_limit: Duration::from_secs(60),
            is_working_offline: false,
            is_paused: false,
        };
        let tables = vec![TableName::new("account")];
        let hands = Hands::new(database.unwrap(), crm, Arc::new(NoMail), tables, settings);
        Self { hands, state: State::new(false), now: BEGINNING, waiting: None, saved: 0 }
    }

    pub(crate) fn tell(&mut self, event: Event) {
        let (state, effects) = step(self.state.clone(), event, self.now);
        self.state = state;
        // The core asks for one thing at a time.
        self.waiting = effects.into_iter().next().or(self.waiting.take());
    }

    /// Works until nothing is due at this moment.
    pub(crate) async fn rest(&mut self) {
        for _ in 0..1_000 {
            if self.waiting.is_none() && self.state.next_wake().is_some_and(|at| at <= self.now) {
                self.tell(Event::Tick);
            }
            let Some(effect) = self.waiting.take() else { return };
            let event = self.hands.act(effect, self.now).await;
            self.tell(event);
        }
        panic!("the agent never rests");
    }

    /// Time passes as on a clock: the agent wakes whenever it wants to.
    pub(crate) async fn wait(&mut self, seconds: i64) {
        let end = self.now + SignedDuration::from_secs(seconds);
        self.rest().await;
        while let Some(at) = self.state.next_wake().filter(|at| *at <= end) {
            self.now = self.now.max(at);
            self.rest().await;
        }
        self.now = end;
        self.rest().await;
    }

    pub(crate) fn table(&self) -> Option<Table> {
        let organisation = self.hands.database.read(schema::load).unwrap()?;
        organisation.table(&TableName::new("account")).cloned()
    }

    pub(crate) fn shown(&self, id: RecordId) -> Option<Record> {
        let table = self.table()?;
        self.hands.database.read(|reader| records::one(reader, &table, id)).unwrap().map(|shown| shown.record)
    }

    pub(crate) fn entries(&self) -> Vec<outbox::Entry> {
        self.hands.database.read(outbox::list).unwrap()
    }

    /// What the user does to a record, as far as the window would let it.
    pub(crate) fn user(&mut self, script: &Script, deed: &script::Deed) {
        let Some(table) = self.table() else { return };
        let (place, done, changes) = match deed {
            script::Deed::Saves(place, column, after) => {
                let Some(shown) = self.shown(script.record(*place)) else { return };
                let before = shown.value(column).clone();
                if before.same_as(after) {
                    return;
                }
                (*place, Deed::Update, vec![Change { column: column.clone(), before, after: after.clone() }])
            }
            script::Deed::Makes(place, parent) => {
                if self.shown(script.record(*place)).is_some() || self.saved_before(script.record(*place)) {
                    return;
                }
                let mut changes = vec![made("name", script.name(*place))];
                if let Some(parent) = parent.filter(|parent| self.shown(script.record(*parent)).is_some()) {
                    let (table, id) = (TableName::new("account"), script.record(parent));
                    changes.push(made("parentaccountid", Value::Lookup(Lookup { table, id, name: None })));
                }
                (*place, Deed::Create, changes)
            }
            script::Deed::Deletes(place) if self.shown(script.record(*place)).is_some() => {
                (*place, Deed::Delete, Vec::new())
            }
            _ => return,
        };
        let record = script.record(place);
        let seen = self.hands.database.read(|reader| records::server_copy(reader, &table, record)).unwrap();
        let base = seen.and_then(|copy| copy.version).filter(|_| done != Deed::Create);
        self.saved += 1;
        let entry = script.entry(self.saved);
        let edit = Edit { entry, table: table.name.clone(), record, deed: done, changes, base };
        let now = self.now;
        let saved = self.hands.database.write(Durability::Full, |tx| outbox::append(tx, &table, &edit, "it", now));
        saved.unwrap();
        self.tell(Event::Edited);
    }

    /// Whether anything waits for that record: one that was made and taken away again is not made anew under its id.
    fn saved_before(&self, record: RecordId) -> bool {
        self.entries().iter().any(|entry| entry.edit.record == record)
    }

    /// The user's last word on everything that is held.
    pub(crate) fn decide(&mut self, ending: Ending) {
        for entry in self.entries() {
            let wishes = match ending {
                Ending::Mine => [Decision::KeepMine, Decision::Retry, Decision::Discard],
                Ending::Theirs => [Decision::TakeTheirs, Decision::Retry, Decision::Discard],
                Ending::Discard => [Decision::Discard; 3],
            };
            // What only waits is left alone.
            let is_held = matches!(entry.state, Entry::Held(_));
            let wish = wishes.into_iter().find(|wish| is_held && allowed(&entry).contains(wish));
            let (Some(wish), now) = (wish, self.now) else { continue };
            self.hands.database.write(Durability::Full, |tx| decide(tx, entry.edit.entry, wish, now)).unwrap();
        }
        self.tell(Event::Edited);
    }

    /// The outbox in words that do not name what only one world has: versions and times.
    pub(crate) fn outbox(&self, script: &Script) -> Vec<String> {
        let words = |entry: &outbox::Entry| {
            let place = (0..script::RECORDS).find(|place| script.record(*place) == entry.edit.record);
            let state = match &entry.state {
                Entry::Ready { .. } => "ready".to_owned(),
                Entry::InFlight => "in flight".to_owned(),
                Entry::Held(Hold::Conflict { clashes, .. }) => format!("conflict {clashes:?}"),
                Entry::Held(Hold::Refused { code, .. }) => format!("refused {code}"),
                Entry::Held(Hold::Unanswerable { .. }) => "unanswerable".to_owned(),
                Entry::Held(hold) => format!("{hold:?}"),
            };
            format!("{:?} {place:?} {state}", entry.edit.deed)
        };
        self.entries().iter().map(words).collect()
    }
}

fn made(column: &str, after: Value) -> Change {
    Change { column: satchel_domain::Column::new(column), before: Value::Null, after }
}
