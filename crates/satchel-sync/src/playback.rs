//! Playback: which entry is sent next, and where each answer leads.

use jiff::Timestamp;
use satchel_domain::{
    ServiceError,
    edit::{Deed, Hold, State as EntryState},
    error::Answer,
    merge::{Verdict, after_reading},
    record::Record,
    settle::{self, settle},
};
use satchel_store::outbox::Entry;

use crate::{
    event::{Effect, Outcome},
    promoting,
};

/// What the agent knows of the outbox.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Outbox {
    /// Something may be due: look.
    Look,
    /// A look is under way. What is saved meanwhile it may not see: then it is [`Outbox::Look`] again before it ends.
    Looking,
    /// Nothing is due before then.
    Quiet { until: Option<Timestamp> },
}

/// How an entry that was found goes on: what was in flight at a crash is read before it is sent again.
pub(crate) fn begin(entry: Entry) -> Effect {
    match entry.state {
        EntryState::InFlight if entry.edit.deed == Deed::Track => Effect::FindEmail { entry, is_known: false },
        EntryState::InFlight => Effect::Read { entry, was_accepted: false },
        EntryState::Ready { .. } | EntryState::Held(_) => Effect::MarkInFlight { entry },
    }
}

/// What follows once it is written down that the entry is being sent.
pub(crate) fn after_mark(entry: Entry, may_send: bool, now: Timestamp) -> Effect {
    match entry.edit.deed {
        // The user went offline meanwhile: nothing was sent, so it waits as before.
        _ if !may_send => promoting::put_off(entry, now),
        Deed::Track => Effect::FindEmail { entry, is_known: false },
        Deed::Create | Deed::Update | Deed::Delete => Effect::Push { entry },
    }
}

/// What follows the answer to a push.
pub(crate) fn after_push(entry: Entry, answer: Answer<()>, now: Timestamp) -> Effect {
    let deed = entry.edit.deed;
    match settle(deed, answer, entry.attempts, now) {
        settle::Next::Done => match deed {
            Deed::Delete => Effect::Settle { entry, outcome: Outcome::Gone },
            Deed::Create | Deed::Update | Deed::Track => Effect::Read { entry, was_accepted: true },
        },
        settle::Next::Read => Effect::Read { entry, was_accepted: false },
        settle::Next::Later { from, attempts } => Effect::Settle { entry, outcome: Outcome::Later { from, attempts } },
        settle::Next::Held(hold) => Effect::Settle { entry, outcome: Outcome::Held(hold) },
    }
}

/// What follows the reading of an entry's record. None: the service did not say, and the entry stays in flight, to be
/// read again.
pub(crate) fn after_read(entry: Entry, was_accepted: bool, answer: &Answer<Record>, now: Timestamp) -> Option<Effect> {
    let found = match answer {
        Ok(record) => Some(record),
        Err(ServiceError::Missing) => None,
        // What was taken may be written and not read: it is nothing that is shown here.
        Err(ServiceError::Refused { .. }) if was_accepted => None,
        Err(ServiceError::Refused { code, reason }) => {
            // It exists and may not be read, or reading was taken away: only the user can tell what to do.
            let hold = Hold::Refused { code: code.clone(), reason: reason.clone() };
            return Some(Effect::Settle { entry, outcome: Outcome::Held(hold) });
        }
        Err(_) => return None,
    };
    let outcome = match (was_accepted, found) {
        (true, Some(record)) => Outcome::Accepted(record.clone()),
        // Somebody deleted it right after.
        (true, None) => Outcome::Gone,
        (false, found) => match (after_reading(&entry.edit, found), found) {
            (Verdict::Accepted, Some(record)) => Outcome::Found(record.clone()),
            (Verdict::Accepted, None) => Outcome::Gone,
            (Verdict::Rebase(changes), Some(server)) => Outcome::Rebased { changes, server: server.clone() },
            (Verdict::SendAgain, _) | (Verdict::Rebase(_), None) => match settle::send_again(entry.attempts, now) {
                Ok((from, attempts)) => Outcome::Later { from, attempts },
                Err(hold) => Outcome::Held(hold),
            },
            (Verdict::Hold(hold), _) => Outcome::Held(hold),
        },
    };
    Some(Effect::Settle { entry, outcome })
}
