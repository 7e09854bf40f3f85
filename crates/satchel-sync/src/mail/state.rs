//! What a mailbox's agent knows: whether it may talk, what the user waits for, how each folder does, what to fetch ahead.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{FolderId, connectivity::Connectivity, mail::Purpose, scope::Scope, tracking::ItemKey};
use satchel_store::folders::Listed;

use super::event::{Place, Wish};
use crate::{
    line::{Line, earlier, later},
    state::Pace,
};

/// The agent between two events.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub(super) line: Line,
    /// How often changes are fetched while the network is there.
    pub(super) refresh: SignedDuration,
    pub(super) list: List,
    pub(super) lanes: Vec<Lane>,
    pub(super) errands: Errands,
    /// Marks whose telling failed, alone.
    pub(super) resting: BTreeMap<Place, Rest>,
    /// Messages that the user opened and the mailbox did not give, and why.
    pub(super) failed: BTreeMap<Place, (ItemKey, String)>,
    pub(super) ahead: Ahead,
    /// Messages that are not fetched ahead: too large, or refused before. A restart asks again.
    pub(super) passing: BTreeSet<Place>,
    /// How often a message could not be had for a reason that may not be its own.
    pub(super) tries: BTreeMap<Place, u32>,
    /// One call or write at a time; it ends with an event of its own.
    pub(super) is_busy: bool,
    /// The clock at the last event.
    seen: Option<Timestamp>,
}

/// The list of folders.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct List {
    /// Whether the lanes stand for what the database has.
    pub is_known: bool,
    pub due: Timestamp,
    pub failures: u32,
    pub problem: Option<String>,
}

/// What the user waits for: marks to be told, opened messages to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errands {
    /// There may be some: look.
    Look,
    /// A look is under way since then. What the user asks for meanwhile it may not see: then it is [`Errands::Look`] again
    /// before it ends.
    Looking { since: Timestamp },
    /// There are none before then.
    Quiet { until: Option<Timestamp> },
}

/// A mark that waits alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rest {
    pub until: Timestamp,
    pub failures: u32,
}

/// Messages to be fetched before anybody opens them.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Ahead {
    Look,
    /// The newest first; empty when all are here.
    Queue(VecDeque<Wish>),
}

/// One folder being pulled.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    pub folder: FolderId,
    pub purpose: Option<Purpose>,
    pub scope: Scope,
    pub due: Timestamp,
    pub failures: u32,
    /// How often the cursor was forgotten since the folder was last up to date.
    pub restarts: u32,
    /// Why the last try failed.
    pub problem: Option<String>,
    /// When everything was last known to be here; none until all was read once.
    pub synced_at: Option<Timestamp>,
}

/// What the window shows of the agent.
#[derive(Clone, Debug, PartialEq)]
pub struct Status {
    pub connectivity: Connectivity,
    pub is_busy: bool,
    pub message: Option<String>,
    pub pace: Pace,
    /// When something is asked of the mailbox next, as far as it may be asked; none before its folders are known.
    pub due: Option<Timestamp>,
    /// The folder that waited longest; none until every folder was read once.
    pub synced_at: Option<Timestamp>,
    pub lanes: Vec<Lane>,
    /// Messages that the user opened and the mailbox did not give, and why. Opening one again asks again.
    pub failed: Vec<(ItemKey, String)>,
}

impl State {
    /// The agent at its start; `refresh` is how often it asks for changes.
    pub fn new(is_working_offline: bool, refresh: Duration) -> Self {
        Self {
            line: Line::new(is_working_offline),
            refresh: SignedDuration::try_from(refresh).unwrap_or(SignedDuration::MAX),
            list: List { is_known: false, due: Timestamp::MIN, failures: 0, problem: None },
            lanes: Vec::new(),
            errands: Errands::Look,
            resting: BTreeMap::new(),
            failed: BTreeMap::new(),
            ahead: Ahead::Look,
            passing: BTreeSet::new(),
            tries: BTreeMap::new(),
            is_busy: false,
            seen: None,
        }
    }

    /// The same, on the user's word that nothing is sent or read for now.
    pub fn paused(mut self, is_paused: bool) -> Self {
        self.line.is_paused = is_paused;
        self
    }

    /// A clock that was set back takes every wait with it: what is left of it stays as long as it was.
    pub(super) fn meet_clock(&mut self, now: Timestamp) {
        let back = self.seen.replace(now).map_or(SignedDuration::ZERO, |seen| seen.duration_since(now));
        if !back.is_positive() {
            return;
        }
        self.line.set_back(back);
        let until = match &mut self.errands {
            Errands::Quiet { until } => until.as_mut(),
            Errands::Looking { since } => Some(since),
            Errands::Look => None,
        };
        let lanes = self.lanes.iter_mut().map(|lane| &mut lane.due);
        let resting = self.resting.values_mut().map(|rest| &mut rest.until);
        for wait in lanes.chain(resting).chain(until).chain([&mut self.list.due]) {
            *wait = earlier(*wait, back);
        }
    }

    pub fn status(&self) -> Status {
        let is_complete = self.list.is_known && self.lanes.iter().all(|lane| lane.synced_at.is_some());
        Status {
            connectivity: self.line.connectivity,
            is_busy: self.is_busy,
            message: self.line.message.clone().or_else(|| self.list.problem.clone()),
            pace: self.line.pace(),
            due: self.lanes.iter().map(|lane| lane.due).chain([self.list.due]).min().filter(|_| self.list.is_known),
            synced_at: self.lanes.iter().filter_map(|lane| lane.synced_at).min().filter(|_| is_complete),
            lanes: self.lanes.clone(),
            failed: self.failed.values().cloned().collect(),
        }
    }

    /// When to send [`crate::mail::Event::Tick`]; none while something is under way or nothing may be called.
    pub fn next_wake(&self) -> Option<Timestamp> {
        if self.is_busy {
            return None;
        }
        if !self.list.is_known {
            // Our own database answers without a network.
            return Some(Timestamp::MIN).max(self.line.free_from());
        }
        if !self.line.may_try() {
            return None;
        }
        let errands = match self.errands {
            Errands::Look | Errands::Looking { .. } => Some(Timestamp::MIN),
            Errands::Quiet { until } => until,
        };
        let ahead = self.wants_ahead().then_some(Timestamp::MIN);
        let lanes = self.lanes.iter().map(|lane| lane.due);
        let work = lanes.chain(errands).chain(ahead).chain([self.list.due]).min();
        work.max(self.line.free_from())
    }

    pub(super) fn lane(&mut self, folder: &FolderId) -> Option<&mut Lane> {
        self.lanes.iter_mut().find(|lane| &lane.folder == folder)
    }

    /// The folder to ask next: by what it is for, then what was never read as a whole, then what waited longest.
    pub(super) fn due_lane(&self, now: Timestamp) -> Option<&Lane> {
        let due = self.lanes.iter().filter(|lane| lane.due <= now);
        due.min_by_key(|lane| (rank(lane.purpose), lane.scope.is_live(), lane.due))
    }

    pub(super) fn has_errands(&self, now: Timestamp) -> bool {
        match self.errands {
            Errands::Look | Errands::Looking { .. } => true,
            Errands::Quiet { until } => until.is_some_and(|until| until <= now),
        }
    }

    pub(super) fn wants_ahead(&self) -> bool {
        match &self.ahead {
            Ahead::Look => true,
            Ahead::Queue(wishes) => !wishes.is_empty(),
        }
    }

    /// One lane a folder; a folder that is still there keeps its waits.
    pub(super) fn know(&mut self, folders: Vec<Listed>, now: Timestamp) {
        let mut before: BTreeMap<_, _> =
            std::mem::take(&mut self.lanes).into_iter().map(|lane| (lane.folder.clone(), lane)).collect();
        let refreshed = |at| later(at, self.refresh).min(later(now, self.refresh));
        self.lanes = folders
            .into_iter()
            .map(|listed| match before.remove(&listed.folder.id) {
                Some(lane) => Lane { purpose: listed.folder.purpose, ..lane },
                None => Lane {
                    folder: listed.folder.id,
                    purpose: listed.folder.purpose,
                    // Just read before a restart: the folders that are not read yet come first.
                    due: listed.synced_at.filter(|_| listed.scope.is_live()).map_or(now, refreshed),
                    scope: listed.scope,
                    failures: 0,
                    restarts: 0,
                    problem: None,
                    synced_at: listed.synced_at,
                },
            })
            .collect();
        self.list.is_known = true;
    }
}

/// What a person reads first comes first.
fn rank(purpose: Option<Purpose>) -> u8 {
    match purpose {
        Some(Purpose::Inbox) => 0,
        Some(Purpose::Sent) => 1,
        Some(Purpose::Drafts | Purpose::Archive | Purpose::Outbox) | None => 2,
        Some(Purpose::Deleted | Purpose::Junk) => 3,
    }
}
