//! What the agent knows: whether it may talk, what is under way, and how each table does.

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{TableName, connectivity::Connectivity, scope::Scope};

use crate::playback::Outbox;

/// How often changes are fetched while the network is there.
const REFRESH: SignedDuration = SignedDuration::from_secs(60);
/// Failures in a row wait 2 s, 4 s, 8 s …, never longer than this.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(120);

/// The agent between two events.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub(crate) connectivity: Connectivity,
    /// Calls of this service wait until then, whoever asks.
    pub(crate) paused_until: Option<Timestamp>,
    pub(crate) description: Description,
    pub(crate) outbox: Outbox,
    pub(crate) lanes: Vec<Lane>,
    /// One call or write at a time; it ends with an event of its own.
    pub(crate) is_busy: bool,
    pub(crate) failures: u32,
    /// After a failure nothing is tried before then.
    pub(crate) retry_at: Option<Timestamp>,
    pub(crate) message: Option<String>,
}

/// The organisation's tables are learnt once in a life of the agent, before the first pull.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Description {
    Wanted,
    Known,
}

/// One table being pulled.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    pub table: TableName,
    pub scope: Scope,
    pub due: Timestamp,
    pub failures: u32,
    /// Why the last try failed.
    pub problem: Option<String>,
}

/// What the window shows of the agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    pub connectivity: Connectivity,
    pub is_busy: bool,
    pub message: Option<String>,
    pub lanes: Vec<Lane>,
}

impl State {
    /// The agent at its start: the user's choice to work offline is the one thing that outlives a restart.
    pub fn new(is_working_offline: bool) -> Self {
        Self {
            connectivity: if is_working_offline { Connectivity::WorkingOffline } else { Connectivity::Online },
            paused_until: None,
            description: Description::Wanted,
            outbox: Outbox::Look,
            lanes: Vec::new(),
            is_busy: false,
            failures: 0,
            retry_at: None,
            message: None,
        }
    }

    pub fn status(&self) -> Status {
        Status {
            connectivity: self.connectivity,
            is_busy: self.is_busy,
            message: self.message.clone(),
            lanes: self.lanes.clone(),
        }
    }

    /// When to send [`crate::Event::Tick`]; none while a call is under way or nothing may be called.
    pub fn next_wake(&self) -> Option<Timestamp> {
        if self.is_busy || !self.may_try() {
            return None;
        }
        let work = match self.description {
            Description::Wanted => Timestamp::MIN,
            Description::Known => {
                let playback = match self.outbox {
                    Outbox::Look => Some(Timestamp::MIN),
                    Outbox::Quiet { until } => until,
                };
                self.lanes.iter().map(|lane| lane.due).chain(playback).min()?
            }
        };
        [Some(work), self.retry_at, self.paused_until].into_iter().flatten().max()
    }

    /// Whether a call makes sense at all, whenever it comes.
    pub(crate) fn may_try(&self) -> bool {
        match self.connectivity {
            Connectivity::Online | Connectivity::Unreachable => true,
            Connectivity::WorkingOffline | Connectivity::SignedOut => false,
        }
    }

    pub(crate) fn lane(&mut self, table: &TableName) -> Option<&mut Lane> {
        self.lanes.iter_mut().find(|lane| &lane.table == table)
    }

    /// Whether the outbox may have something to send.
    pub(crate) fn may_play_back(&self, now: Timestamp) -> bool {
        match self.outbox {
            Outbox::Look => true,
            Outbox::Quiet { until } => until.is_some_and(|until| until <= now),
        }
    }

    /// The lane that waited longest, if one is due.
    pub(crate) fn due_lane(&self, now: Timestamp) -> Option<&Lane> {
        self.lanes.iter().filter(|lane| lane.due <= now).min_by_key(|lane| (lane.scope.is_live(), lane.due))
    }
}

/// When a table that is up to date is asked again.
pub(crate) fn refresh_at(now: Timestamp) -> Timestamp {
    later(now, REFRESH)
}

/// When to try again after this many failures in a row.
pub(crate) fn retry_at(now: Timestamp, failures: u32) -> Timestamp {
    let seconds = 1_i64 << failures.clamp(1, 10);
    later(now, SignedDuration::from_secs(seconds).min(LONGEST_WAIT))
}

/// `now` plus `wait`; the end of time is late enough.
pub(crate) fn later(now: Timestamp, wait: SignedDuration) -> Timestamp {
    now.checked_add(wait).unwrap_or(Timestamp::MAX)
}
