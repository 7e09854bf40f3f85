//! Puts a mailbox's agent together: its core, its hands, and how it works.

use std::{future::Future, sync::Arc, time::Duration};

use jiff::Timestamp;
use satchel_domain::{
    ids::MailboxId,
    ports::{Clock, Mailbox},
};
use satchel_store::Database;

use super::{
    act::Hands,
    event::{Effect, Event},
    state::{State, Status},
    step::step,
};
use crate::drive::{self, Act, Core, Handle};

/// How the agent works; tests use small pages and short limits.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Messages a page, 1 to 1000.
    pub page_size: u32,
    /// No call may take longer; the one for a whole message, which may be heavy, three times as long.
    pub call_limit: Duration,
    /// How often folders and their changes are asked for while the network is there.
    pub refresh: Duration,
    /// Messages of more bytes are fetched only when the user opens them.
    pub largest_prefetch: u64,
    pub is_working_offline: bool,
    /// Nothing is sent or read until the user says so.
    pub is_paused: bool,
}

/// The handle on a mailbox's running agent. When the last one is dropped, the agent ends.
pub type MailAgent = Handle<Event, Status>;

/// Makes an agent that keeps `mailbox`, which the database knows as `id`: its handle, and the work that somebody has to
/// spawn.
pub fn run(
    database: Database,
    mailbox: Arc<dyn Mailbox>,
    id: MailboxId,
    clock: Arc<dyn Clock>,
    settings: Settings,
) -> (MailAgent, impl Future<Output = ()> + Send + 'static) {
    let state = State::new(settings.is_working_offline, settings.refresh).paused(settings.is_paused);
    drive::agent(state, Hands { database, mailbox, id, settings }, clock)
}

impl Core for State {
    type Event = Event;
    type Effect = Effect;
    type Status = Status;

    const TICK: Event = Event::Tick;

    fn step(self, event: Event, now: Timestamp) -> (Self, Vec<Effect>) {
        step(self, event, now)
    }

    fn next_wake(&self) -> Option<Timestamp> {
        self.next_wake()
    }

    fn status(&self) -> Status {
        self.status()
    }
}

impl Act<State> for Hands {
    async fn act(&self, effect: Effect, now: Timestamp) -> Event {
        self.act(effect, now).await
    }
}
