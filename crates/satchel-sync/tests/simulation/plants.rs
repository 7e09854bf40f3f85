//! Planted bugs: the test of the test. Each is the agent as it would be with one rule broken.
//!
//! They are planted between the agent's core, its hands and the port, where every effect and answer passes as a value. So
//! the program itself has no line of them, no feature, and no second build; which one is awake is an argument of the run.

use satchel_domain::{Record, ServiceError, TableName, Value, edit::State, scope::Scope};
use satchel_store::{
    Durability,
    outbox::{self, Accepted, Entry},
    records,
};
use satchel_sync::{Effect, Event, Found, Outcome as Settled, mail};

use crate::{
    violation::Outcome,
    world::{Happening, World},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plant {
    NoCondition,
    NewIdOnRetry,
    RetryBlindly,
    UnansweredIsDone,
    ThrottledIsDone,
    PauseIgnored,
    SignInDrops,
    GoneBeforeAnswer,
    EditDuringSyncCleared,
    CursorBeforeRows,
    CursorOfFirstPage,
    StalePageResurrects,
    SweepRemovesEarly,
    NullIsMissing,
    LookupBeforeParent,
    IdByCase,
    FlagEcho,
    UnansweredMarkIsDone,
    IdsRemoveEarly,
    UnknownIdsIgnored,
}

pub(crate) const ALL: [(Plant, &str); 20] = [
    (Plant::NoCondition, "no-if-match"),
    (Plant::NewIdOnRetry, "new-id-on-retry"),
    (Plant::RetryBlindly, "retry-without-reading"),
    (Plant::UnansweredIsDone, "time-out-is-done"),
    (Plant::ThrottledIsDone, "429-is-done"),
    (Plant::PauseIgnored, "retry-after-ignored"),
    (Plant::SignInDrops, "401-drops"),
    (Plant::GoneBeforeAnswer, "gone-before-answer"),
    (Plant::EditDuringSyncCleared, "edit-during-sync-cleared"),
    (Plant::CursorBeforeRows, "cursor-before-rows"),
    (Plant::CursorOfFirstPage, "cursor-of-first-page"),
    (Plant::StalePageResurrects, "stale-page-resurrects"),
    (Plant::SweepRemovesEarly, "sweep-removes-early"),
    (Plant::NullIsMissing, "null-is-missing"),
    (Plant::LookupBeforeParent, "lookup-before-parent"),
    (Plant::IdByCase, "message-id-case"),
    (Plant::FlagEcho, "flag-echo"),
    (Plant::UnansweredMarkIsDone, "mark-time-out-is-done"),
    (Plant::IdsRemoveEarly, "id-sweep-removes-early"),
    (Plant::UnknownIdsIgnored, "id-sweep-reads-nothing"),
];

/// What a plant has in its hands between two effects.
#[derive(Debug, Default)]
pub(crate) struct Soil {
    /// Entries that are gone though the agent still works on them.
    dropped: Vec<(usize, Entry)>,
    /// Rows that a stale page will bring again.
    stale: Vec<(usize, TableName, Record)>,
}

/// An answer as the agent with this bug understands it.
pub(crate) fn heard(plant: Option<Plant>, event: Event) -> Event {
    match (plant, event) {
        (Some(Plant::ThrottledIsDone), Event::Pushed { entry, answer: Err(ServiceError::Throttled { .. }) }) => {
            Event::Pushed { entry, answer: Ok(()) }
        }
        (Some(Plant::UnansweredIsDone), Event::Pushed { entry, answer: Err(ServiceError::Unanswered) }) => {
            Event::Pushed { entry, answer: Ok(()) }
        }
        (Some(Plant::RetryBlindly), Event::Pushed { entry, answer: Err(ServiceError::Unanswered) }) => {
            let why = "as if nothing had been sent".to_owned();
            Event::Pushed { entry, answer: Err(ServiceError::Unreachable { why }) }
        }
        (Some(Plant::PauseIgnored), Event::Pulled { table, answer: Err(ServiceError::Throttled { .. }) }) => {
            let answer = Err(ServiceError::Broken { detail: "429".to_owned() });
            Event::Pulled { table, answer }
        }
        (Some(Plant::UnknownIdsIgnored), Event::RowRead { table, id, answer: Ok(_) }) => {
            Event::RowRead { table, id, answer: Err(ServiceError::Missing) }
        }
        (_, event) => event,
    }
}

/// The same of a mailbox's answer.
pub(crate) fn heard_of_mail(plant: Option<Plant>, event: mail::Event) -> mail::Event {
    match (plant, event) {
        (Some(Plant::UnansweredMarkIsDone), mail::Event::Told { mark, answer: Err(ServiceError::Unanswered) }) => {
            mail::Event::Told { mark, answer: Ok(()) }
        }
        (_, event) => event,
    }
}

impl World {
    /// Does what the agent wants, as the agent with this bug would.
    pub(crate) async fn act_planted(&mut self, number: usize, effect: Effect, now: jiff::Timestamp) -> Outcome<Event> {
        if let Effect::Settle { entry, .. } = &effect
            && let Some(place) = self.soil.dropped.iter().position(|known| known == &(number, entry.clone()))
        {
            self.soil.dropped.remove(place);
            return Ok(Event::Settled(Ok(())));
        }
        let before = effect.clone();
        let effect = self.sown(number, effect);
        let hands = self.devices[number].hands.as_ref().expect("a device that is on");
        let event = hands.act(effect, now).await;
        Ok(self.reaped(number, before, event))
    }

    /// The second half of a page whose cursor was stored first.
    pub(crate) async fn act_on_rows(&mut self, number: usize, effect: Effect) -> Outcome<()> {
        let now = self.clock(number);
        if let Some(hands) = &self.devices[number].hands {
            let _the_first_half_is_heard = hands.act(effect, now).await;
        }
        Ok(())
    }

    /// The effect, with the bug in it.
    fn sown(&mut self, number: usize, mut effect: Effect) -> Effect {
        match (self.plant, &mut effect) {
            (Some(Plant::GoneBeforeAnswer), Effect::Push { entry }) => {
                let entry = entry.clone();
                self.drop_entry(number, &entry);
                self.soil.dropped.push((number, entry));
            }
            (Some(Plant::CursorBeforeRows), Effect::StorePage { page, .. }) => {
                let records = std::mem::take(&mut page.records);
                let mut rows = effect.clone();
                if let Effect::StorePage { page, .. } = &mut rows {
                    page.records = records;
                }
                let (life, at) = (self.devices[number].life, self.now + 1);
                self.schedule(at, Happening::Rows { device: number, life, effect: Box::new(rows) });
            }
            (Some(Plant::StalePageResurrects), Effect::StorePage { table, page, .. }) => {
                let shape = self.table(table);
                let (mine, others) = std::mem::take(&mut self.soil.stale)
                    .into_iter()
                    .partition(|(device, name, _)| (*device, name) == (number, &*table));
                let mine: Vec<(usize, TableName, Record)> = mine;
                self.soil.stale = others;
                page.records.extend(mine.into_iter().map(|(_, _, record)| record));
                let copies = page.gone.iter().filter_map(|id| self.devices[number].server_copy(&shape, *id));
                self.soil.stale.extend(copies.map(|copy| (number, table.clone(), copy)));
            }
            (Some(Plant::IdsRemoveEarly), Effect::StoreIds { page, .. }) => page.next = None,
            (Some(Plant::NullIsMissing), Effect::Settle { outcome: Settled::Rebased { changes, .. }, .. }) => {
                changes.retain(|change| !change.after.is_null());
            }
            _ => {}
        }
        effect
    }

    /// What the bug does after the effect.
    fn reaped(&mut self, number: usize, effect: Effect, event: Event) -> Event {
        match (self.plant, effect, event) {
            (Some(Plant::SignInDrops), Effect::Push { entry }, event) => {
                if matches!(&event, Event::Pushed { answer: Err(ServiceError::SignInNeeded { .. }), .. }) {
                    self.drop_entry(number, &entry);
                    self.soil.dropped.push((number, entry));
                }
                event
            }
            (
                Some(Plant::EditDuringSyncCleared),
                Effect::Settle { entry, outcome: Settled::Accepted(_) },
                Event::Settled(Ok(())),
            ) => {
                let later = self.devices[number].entries();
                for later in later.iter().filter(|later| later.edit.record == entry.edit.record) {
                    self.drop_entry(number, later);
                }
                Event::Settled(Ok(()))
            }
            (
                Some(Plant::SweepRemovesEarly),
                Effect::StorePage { table, before: Scope::Sweeping { generation, .. }, .. },
                event,
            ) => {
                let table = self.table(&table);
                let database = self.devices[number].database().expect("a device that is on");
                let removed = database.write(Durability::Normal, |tx| records::end_sweep(tx, &table, generation));
                removed.expect("a good disk");
                event
            }
            (Some(Plant::LookupBeforeParent), _, Event::Looked(Ok(found))) => {
                let child = self.devices[number].entries().into_iter().rev().find(|entry| {
                    let is_child = entry.edit.changes.iter().any(|change| matches!(change.after, Value::Lookup(_)));
                    is_child && matches!(entry.state, State::Ready { .. })
                });
                Event::Looked(Ok(child.map_or(found, |child| Found::Entry(Box::new(child)))))
            }
            (_, _, event) => event,
        }
    }

    fn drop_entry(&mut self, number: usize, entry: &Entry) {
        let table = self.table(&entry.edit.table);
        let database = self.devices[number].database().expect("a device that is on");
        let dropped = database
            .write(Durability::Full, |tx| outbox::settle_accepted(tx, &table, entry.edit.entry, Accepted::Unread));
        dropped.expect("a good disk");
    }
}
