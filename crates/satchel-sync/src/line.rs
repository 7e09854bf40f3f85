//! Whether one service may be called now, and what its answers change about that. Every agent has a line of its own.

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{
    ServiceError,
    connectivity::{self, Connectivity, Signal},
};

use crate::state::Pace;

/// Failures in a row wait 2 s, 4 s, 8 s …, never longer than this.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_secs(120);

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Line {
    pub(crate) connectivity: Connectivity,
    /// Calls of this service wait until then, whoever asks.
    paused_until: Option<Timestamp>,
    failures: u32,
    /// After a failure nothing is tried before then.
    retry_at: Option<Timestamp>,
    /// Why nothing gets through, for the user.
    pub(crate) message: Option<String>,
    /// The user lets nothing be sent or read for now.
    pub(crate) is_paused: bool,
    /// The first of the failures in a row.
    pub(crate) failing_since: Option<Timestamp>,
    /// The last answer, or when calls began to be allowed, whichever came later.
    pub(crate) moved_at: Option<Timestamp>,
}

impl Line {
    /// The user's choice to work offline is the one thing that outlives a restart.
    pub(crate) fn new(is_working_offline: bool) -> Self {
        Self {
            connectivity: if is_working_offline { Connectivity::WorkingOffline } else { Connectivity::Online },
            paused_until: None,
            failures: 0,
            retry_at: None,
            message: None,
            is_paused: false,
            failing_since: None,
            moved_at: None,
        }
    }

    /// The first event is the beginning: what was due before it is not late yet.
    pub(crate) fn begin(&mut self, now: Timestamp) {
        self.moved_at.get_or_insert(now);
    }

    /// The user's word: calls are allowed again, as far as it was that which forbade them.
    pub(crate) fn allow(&mut self, signal: Signal, now: Timestamp) {
        self.signal(signal);
        self.moved_at = Some(now);
    }

    pub(crate) fn resume(&mut self, now: Timestamp) {
        self.is_paused = false;
        self.moved_at = Some(now);
    }

    pub(crate) fn signal(&mut self, signal: Signal) {
        self.connectivity = connectivity::next(self.connectivity, signal);
    }

    /// Whether a call makes sense at all, whenever it comes.
    pub(crate) fn may_try(&self) -> bool {
        match self.connectivity {
            Connectivity::Online | Connectivity::Unreachable => !self.is_paused,
            Connectivity::WorkingOffline | Connectivity::SignedOut => false,
        }
    }

    /// Whether a call may be made now.
    pub(crate) fn is_free(&self, now: Timestamp) -> bool {
        self.may_try() && self.free_from().is_none_or(|from| from <= now)
    }

    pub(crate) fn pace(&self) -> Pace {
        Pace {
            is_paused: self.is_paused,
            free_from: self.free_from(),
            failing_since: self.failing_since,
            moved_at: self.moved_at,
        }
    }

    /// No call before then.
    pub(crate) fn free_from(&self) -> Option<Timestamp> {
        self.retry_at.max(self.paused_until)
    }

    /// The user does not wait for a back-off; the service's own pause stays.
    pub(crate) fn hurry(&mut self) {
        self.retry_at = None;
    }

    /// The clock was set back by so much.
    pub(crate) fn set_back(&mut self, by: SignedDuration) {
        let moments = [&mut self.retry_at, &mut self.paused_until, &mut self.failing_since, &mut self.moved_at];
        for wait in moments.into_iter().flatten() {
            *wait = earlier(*wait, by);
        }
    }

    /// The service answered, whatever it said.
    pub(crate) fn answered(&mut self, now: Timestamp) {
        self.signal(Signal::NetworkUp);
        self.moved_at = Some(now);
        self.failing_since = None;
        self.failures = 0;
        self.retry_at = None;
        self.message = None;
    }

    /// Whether the failure is the whole service's and not that of what was asked for; then everything waits for it.
    pub(crate) fn service_failed(&mut self, error: &ServiceError, now: Timestamp) -> bool {
        match error {
            ServiceError::Unreachable { .. } | ServiceError::Unanswered => {
                self.signal(Signal::NetworkDown);
                self.wait(error.to_string(), now);
                true
            }
            ServiceError::SignInNeeded { .. } => {
                self.signal(Signal::SignInExpired);
                self.message = Some(error.to_string());
                true
            }
            ServiceError::Throttled { wait } => {
                self.signal(Signal::NetworkUp);
                self.paused_until = Some(later(now, *wait));
                true
            }
            ServiceError::Stale
            | ServiceError::Missing
            | ServiceError::CursorExpired
            | ServiceError::Duplicate { .. }
            | ServiceError::Refused { .. }
            | ServiceError::Broken { .. } => {
                self.signal(Signal::NetworkUp);
                false
            }
        }
    }

    /// Everything waits, longer after each failure in a row.
    pub(crate) fn wait(&mut self, message: String, now: Timestamp) {
        self.failures = self.failures.saturating_add(1);
        self.failing_since.get_or_insert(now);
        self.retry_at = Some(retry_at(now, self.failures));
        self.message = Some(message);
    }
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

/// `at` minus `by`; the beginning of time is early enough.
pub(crate) fn earlier(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_sub(by).unwrap_or(Timestamp::MIN)
}
