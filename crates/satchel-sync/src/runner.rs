//! Puts the agent together: its core, its hands, and how it works.

use std::{future::Future, sync::Arc, time::Duration};

use jiff::Timestamp;
use satchel_domain::{
    TableName,
    ports::{Clock, CrmService},
};
use satchel_store::Database;

use crate::{
    act::Hands,
    draft::Raws,
    drive::{self, Act, Core, Handle},
    event::{Effect, Event},
    state::{State, Status},
    step::step,
};

/// How the agent works; tests use small pages and short limits.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Rows a page, 1 to 5000.
    pub page_size: u32,
    /// No call of a service may take longer.
    pub call_limit: Duration,
    pub is_working_offline: bool,
    /// Nothing is sent or read until the user says so.
    pub is_paused: bool,
}

/// The handle on a running agent. When the last one is dropped, the agent ends.
pub type Agent = Handle<Event, Status>;

/// Makes an agent that keeps `tables`: its handle, and the work that somebody has to spawn. `mail` is asked for messages
/// that are to be tracked and were never read here.
pub fn run(
    database: Database,
    crm: Arc<dyn CrmService>,
    mail: Arc<dyn Raws>,
    clock: Arc<dyn Clock>,
    tables: Vec<TableName>,
    settings: Settings,
) -> (Agent, impl Future<Output = ()> + Send + 'static) {
    let state = State::new(settings.is_working_offline).paused(settings.is_paused);
    drive::agent(state, Hands::new(database, crm, mail, tables, settings), clock)
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
