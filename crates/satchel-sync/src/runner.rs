//! Drives the agent on tokio: waits, steps, acts, and tells who watches.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use jiff::Timestamp;
use satchel_domain::{
    TableName,
    ports::{Clock, CrmService},
};
use satchel_store::Database;
use tokio::sync::{mpsc, watch};

use crate::{
    act::Hands,
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
}

/// The handle on a running agent. When the last one is dropped, the agent ends.
#[derive(Clone, Debug)]
pub struct Agent {
    events: mpsc::UnboundedSender<Event>,
    status: watch::Receiver<Status>,
}

impl Agent {
    /// Wakes the agent; one that has ended hears nothing, and its last status stays.
    pub fn send(&self, event: Event) {
        let _ended_is_fine = self.events.send(event);
    }

    pub fn status(&self) -> Status {
        self.status.borrow().clone()
    }

    /// Follows the status; the newest one is enough.
    pub fn watch(&self) -> watch::Receiver<Status> {
        self.status.clone()
    }
}

/// Makes an agent that keeps `tables`: its handle, and the work that somebody has to spawn.
pub fn run(
    database: Database,
    crm: Arc<dyn CrmService>,
    clock: Arc<dyn Clock>,
    tables: Vec<TableName>,
    settings: Settings,
) -> (Agent, impl Future<Output = ()> + Send + 'static) {
    let (events, inbox) = mpsc::unbounded_channel();
    let state = State::new(settings.is_working_offline);
    let (publish, status) = watch::channel(state.status());
    let hands = Hands { database, crm, tables, settings };
    (Agent { events, status }, drive(hands, clock, state, inbox, publish))
}

type UnderWay = Pin<Box<dyn Future<Output = Event> + Send>>;

async fn drive(
    hands: Hands,
    clock: Arc<dyn Clock>,
    mut state: State,
    mut inbox: mpsc::UnboundedReceiver<Event>,
    publish: watch::Sender<Status>,
) {
    let hands = Arc::new(hands);
    let mut under_way: Option<UnderWay> = None;
    loop {
        let wake = state.next_wake();
        let event = tokio::select! {
            event = inbox.recv() => match event {
                Some(event) => event,
                None => return,
            },
            event = finish(&mut under_way) => {
                under_way = None;
                event
            }
            () = sleep_until(wake, clock.now()) => Event::Tick,
        };
        let (next, effects) = step(state, event, clock.now());
        state = next;
        publish.send_if_modified(|shown| {
            let status = state.status();
            let is_new = *shown != status;
            *shown = status;
            is_new
        });
        // The core asks for one thing at a time, and only when nothing is under way.
        if let Some(effect) = effects.into_iter().next() {
            under_way = Some(start(Arc::clone(&hands), effect, clock.now()));
        }
    }
}

fn start(hands: Arc<Hands>, effect: Effect, now: Timestamp) -> UnderWay {
    Box::pin(async move { hands.act(effect, now).await })
}

async fn finish(under_way: &mut Option<UnderWay>) -> Event {
    match under_way {
        Some(work) => work.await,
        None => std::future::pending().await,
    }
}

async fn sleep_until(wake: Option<Timestamp>, now: Timestamp) {
    match wake {
        Some(at) => {
            // At most a minute: a laptop that slept wakes up to a clock that jumped.
            let wait = Duration::try_from(at.duration_since(now)).unwrap_or(Duration::ZERO);
            tokio::time::sleep(wait.min(Duration::from_secs(60))).await;
        }
        None => std::future::pending().await,
    }
}
