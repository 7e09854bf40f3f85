//! What the agent knows: whether it may talk, what is under way, and how each table does.

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{
    TableName,
    connectivity::Connectivity,
    scope::{Polled, Scope},
};

use crate::{
    event::{Effect, Outcome},
    line::{Line, earlier, later},
    playback::Outbox,
};

/// How often changes are fetched while the network is there.
const REFRESH: SignedDuration = SignedDuration::from_secs(60);

/// The agent between two events.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub(crate) line: Line,
    pub(crate) description: Description,
    pub(crate) outbox: Outbox,
    pub(crate) lanes: Vec<Lane>,
    /// One call or write at a time; it ends with an event of its own.
    pub(crate) is_busy: bool,
    /// Since when entries only fail, none being settled in between.
    playback_failing_since: Option<Timestamp>,
    /// The clock at the last event.
    seen: Option<Timestamp>,
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
    /// The user asked for it since it was last asked for: what is under way may be older than what the user knows of.
    pub is_hurried: bool,
    pub failures: u32,
    /// Why the last try failed.
    pub problem: Option<String>,
    /// Where the service tells no changes of the table.
    pub polled: Option<Polled>,
    pub sweep: SweepPace,
}

/// When the sweep of a table's ids takes its next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SweepPace {
    pub due: Timestamp,
    pub failures: u32,
    /// The user asked for it since it was begun: what it listed may be older than what the user knows of.
    pub is_asked: bool,
}

/// Whether a service gets on, and when it may be called again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pace {
    /// The user lets nothing be sent or read for now.
    pub is_paused: bool,
    /// Nothing is called before then, after a failure or on the service's own word.
    pub free_from: Option<Timestamp>,
    /// The first of the failures in a row; none when the last call was answered.
    pub failing_since: Option<Timestamp>,
    /// The last answer, or when calls began to be allowed, whichever came later.
    pub moved_at: Option<Timestamp>,
}

/// What the window shows of the agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    pub connectivity: Connectivity,
    pub is_busy: bool,
    pub message: Option<String>,
    pub pace: Pace,
    /// Since when entries of the outbox only fail, none being settled in between.
    pub playback_failing_since: Option<Timestamp>,
    pub lanes: Vec<Lane>,
}

impl State {
    /// The agent at its start: the user's choice to work offline is the one thing that outlives a restart.
    pub fn new(is_working_offline: bool) -> Self {
        Self {
            line: Line::new(is_working_offline),
            description: Description::Wanted,
            outbox: Outbox::Look,
            lanes: Vec::new(),
            is_busy: false,
            playback_failing_since: None,
            seen: None,
        }
    }

    /// The same, on the user's word that nothing is sent or read for now.
    pub fn paused(mut self, is_paused: bool) -> Self {
        self.line.is_paused = is_paused;
        self
    }

    /// Notes whether the outbox gets on: one entry that is settled is enough.
    pub(crate) fn note_playback(&mut self, effect: Option<&Effect>, now: Timestamp) {
        let Some(Effect::Settle { entry, outcome }) = effect else { return };
        match outcome {
            Outcome::Later { attempts, .. } if *attempts > entry.attempts => {
                self.playback_failing_since.get_or_insert(now);
            }
            Outcome::Later { .. } => {}
            Outcome::Accepted(_) | Outcome::Found(_) | Outcome::Gone | Outcome::Rebased { .. } | Outcome::Held(_) => {
                self.playback_failing_since = None;
            }
        }
    }

    /// A clock that was set back takes every wait with it: what is left of it stays as long as it was.
    pub(crate) fn meet_clock(&mut self, now: Timestamp) {
        let back = self.seen.replace(now).map_or(SignedDuration::ZERO, |seen| seen.duration_since(now));
        if !back.is_positive() {
            return;
        }
        self.line.set_back(back);
        if let Some(since) = &mut self.playback_failing_since {
            *since = earlier(*since, back);
        }
        for lane in &mut self.lanes {
            lane.due = earlier(lane.due, back);
            lane.sweep.due = earlier(lane.sweep.due, back);
        }
        if let Outbox::Quiet { until: Some(until) } = &mut self.outbox {
            *until = earlier(*until, back);
        }
    }

    pub fn status(&self) -> Status {
        Status {
            connectivity: self.line.connectivity,
            is_busy: self.is_busy,
            message: self.line.message.clone(),
            pace: self.line.pace(),
            playback_failing_since: self.playback_failing_since,
            lanes: self.lanes.clone(),
        }
    }

    /// When to send [`crate::Event::Tick`]; none while a call is under way or nothing may be called.
    pub fn next_wake(&self) -> Option<Timestamp> {
        if self.is_busy || !self.line.may_try() {
            return None;
        }
        let work = match self.description {
            Description::Wanted => Timestamp::MIN,
            Description::Known => {
                let playback = match self.outbox {
                    Outbox::Look | Outbox::Looking => Some(Timestamp::MIN),
                    Outbox::Quiet { until } => until,
                };
                let sweeps = self.lanes.iter().filter(|lane| lane.needs_sweeps()).map(|lane| lane.sweep.due);
                self.lanes.iter().map(|lane| lane.due).chain(sweeps).chain(playback).min()?
            }
        };
        Some(work).max(self.line.free_from())
    }

    pub(crate) fn lane(&mut self, table: &TableName) -> Option<&mut Lane> {
        self.lanes.iter_mut().find(|lane| &lane.table == table)
    }

    /// Whether the outbox may have something to send.
    pub(crate) fn may_play_back(&self, now: Timestamp) -> bool {
        match self.outbox {
            Outbox::Look | Outbox::Looking => true,
            Outbox::Quiet { until } => until.is_some_and(|until| until <= now),
        }
    }

    /// The lane that waited longest, if one is due.
    pub(crate) fn due_lane(&self, now: Timestamp) -> Option<&Lane> {
        self.lanes.iter().filter(|lane| lane.due <= now).min_by_key(|lane| (lane.scope.is_live(), lane.due))
    }
}

impl Lane {
    /// Only what was read as a whole can be swept.
    pub(crate) fn needs_sweeps(&self) -> bool {
        self.polled.is_some() && self.scope.is_live()
    }
}

/// When a table that is up to date is asked again.
pub(crate) fn refresh_at(now: Timestamp) -> Timestamp {
    later(now, REFRESH)
}
