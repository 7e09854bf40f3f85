//! Drives an agent on tokio: waits, steps, acts, and tells who watches.

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use jiff::Timestamp;
use satchel_domain::ports::Clock;
use tokio::sync::{mpsc, watch};

/// The handle on a running agent. When the last one is dropped, the agent ends.
#[derive(Clone, Debug)]
pub struct Handle<Event, Status> {
    events: mpsc::UnboundedSender<Event>,
    status: watch::Receiver<Status>,
}

impl<Event, Status: Clone> Handle<Event, Status> {
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

/// A pure core: one event in, the next state and what to do out.
pub(crate) trait Core: Clone + Send + 'static {
    type Event: Send + 'static;
    type Effect: Send + 'static;
    type Status: Clone + PartialEq + Send + Sync + 'static;

    /// Says that the time of [`Core::next_wake`] has come.
    const TICK: Self::Event;

    fn step(self, event: Self::Event, now: Timestamp) -> (Self, Vec<Self::Effect>);
    fn next_wake(&self) -> Option<Timestamp>;
    fn status(&self) -> Self::Status;
}

/// What a core acts with. Every effect ends with its event.
pub(crate) trait Act<C: Core>: Send + Sync + 'static {
    fn act(&self, effect: C::Effect, now: Timestamp) -> impl Future<Output = C::Event> + Send;
}

/// An agent's handle, and the work that somebody has to spawn.
pub(crate) fn agent<C: Core, H: Act<C>>(
    state: C,
    hands: H,
    clock: Arc<dyn Clock>,
) -> (Handle<C::Event, C::Status>, impl Future<Output = ()> + Send + 'static) {
    let (events, inbox) = mpsc::unbounded_channel();
    let (publish, status) = watch::channel(state.status());
    (Handle { events, status }, drive(hands, clock, state, inbox, publish))
}

type UnderWay<Event> = Pin<Box<dyn Future<Output = Event> + Send>>;

async fn drive<C: Core, H: Act<C>>(
    hands: H,
    clock: Arc<dyn Clock>,
    mut state: C,
    mut inbox: mpsc::UnboundedReceiver<C::Event>,
    publish: watch::Sender<C::Status>,
) {
    let hands = Arc::new(hands);
    let mut under_way: Option<UnderWay<C::Event>> = None;
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
            () = sleep_until(wake, clock.now()) => C::TICK,
        };
        let (next, effects) = state.step(event, clock.now());
        state = next;
        publish.send_if_modified(|shown| {
            let status = state.status();
            let is_new = *shown != status;
            *shown = status;
            is_new
        });
        // The core asks for one thing at a time, and only when nothing is under way.
        if let Some(effect) = effects.into_iter().next() {
            let (hands, now) = (Arc::clone(&hands), clock.now());
            under_way = Some(Box::pin(async move { hands.act(effect, now).await }));
        }
    }
}

async fn finish<Event>(under_way: &mut Option<UnderWay<Event>>) -> Event {
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
