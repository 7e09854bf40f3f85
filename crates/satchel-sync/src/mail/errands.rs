//! The user's matters and what is fetched ahead: which message comes next, and where each answer leads.

use std::collections::VecDeque;

use jiff::Timestamp;
use satchel_domain::{FolderId, ServiceError, error::Answer};

use super::{
    event::{self, Effect, Errand, ReadMark, Wish},
    state::{Ahead, Errands, Rest, State},
};
use crate::line::retry_at;

/// An answer nobody can make sense of is asked again this often, then the mailbox's own mark is shown again.
const MARK_TRIES: u32 = 8;
/// A message that breaks the line or cannot be stored this often is passed by.
const RAW_TRIES: u32 = 3;

/// Asks the database for the next errand that may be tried now.
pub(super) fn look(state: &State, now: Timestamp) -> Effect {
    let resting = state.resting.iter().filter(|(_, rest)| rest.until > now).map(|(place, _)| place.clone()).collect();
    Effect::Look { resting, failed: state.failed.keys().cloned().collect() }
}

/// The user opened a message: what was refused before is asked for once more.
pub(super) fn ask_again(state: &mut State) {
    state.errands = Errands::Look;
    for place in std::mem::take(&mut state.failed).into_keys() {
        state.tries.remove(&place);
    }
}

pub(super) fn looked(state: &mut State, result: Result<Option<Errand>, String>, now: Timestamp) -> Option<Effect> {
    match result {
        // The user went offline meanwhile: it is found again.
        Ok(Some(_)) if !state.line.is_free(now) => None,
        Ok(Some(Errand::Mark(mark))) => Some(Effect::Tell(mark)),
        Ok(Some(Errand::Raw(wish))) => Some(Effect::FetchRaw(wish)),
        Ok(None) => {
            if let Errands::Looking { since } = state.errands {
                // Those that rested no more were looked for and are gone. What came to its end while the look was under
                // way is due: the look passed it by.
                state.resting.retain(|_, rest| rest.until > since);
                let until = state.resting.values().map(|rest| rest.until).min();
                state.errands = Errands::Quiet { until };
            }
            None
        }
        Err(message) => {
            state.line.wait(message, now);
            None
        }
    }
}

pub(super) fn told(state: &mut State, mark: ReadMark, answer: &Answer<()>, now: Timestamp) -> Option<Effect> {
    let error = match answer {
        Ok(()) => {
            state.line.answered(now);
            return Some(Effect::SettleMark(mark));
        }
        Err(error) => error,
    };
    let is_the_services = state.line.service_failed(error, now);
    match error {
        ServiceError::Missing => {
            doubt(state, &mark.folder, now);
            Some(Effect::LeaveMark(mark))
        }
        ServiceError::Refused { .. } => Some(Effect::DropMark(mark)),
        ServiceError::Unreachable { .. } | ServiceError::SignInNeeded { .. } | ServiceError::Throttled { .. } => None,
        ServiceError::Unanswered
        | ServiceError::Stale
        | ServiceError::CursorExpired
        | ServiceError::Duplicate { .. }
        | ServiceError::Broken { .. } => {
            if *error == ServiceError::CursorExpired {
                doubt(state, &mark.folder, now);
            }
            let failures = state.resting.get(&mark.place()).map_or(0, |rest| rest.failures).saturating_add(1);
            if failures >= MARK_TRIES && !is_the_services {
                return Some(Effect::DropMark(mark));
            }
            // Longer than the mailbox as a whole waits: a message that nobody answers for does not keep the rest away.
            let until = retry_at(now, failures.saturating_add(1));
            state.resting.insert(mark.place(), Rest { until, failures });
            None
        }
    }
}

pub(super) fn mark_settled(state: &mut State, mark: &ReadMark, result: Result<(), String>, now: Timestamp) {
    match result {
        Ok(()) => {
            state.resting.remove(&mark.place());
        }
        Err(message) => state.line.wait(message, now),
    }
}

pub(super) fn looked_ahead(state: &mut State, result: Result<event::Ahead, String>, now: Timestamp) {
    match result {
        Ok(found) => {
            state.ahead = match found.wishes.is_empty() && !found.too_large.is_empty() {
                true => Ahead::Look,
                false => Ahead::Queue(VecDeque::from(found.wishes)),
            };
            state.passing.extend(found.too_large);
        }
        Err(message) => state.line.wait(message, now),
    }
}

pub(super) fn raw_fetched(state: &mut State, wish: Wish, answer: Answer<Vec<u8>>, now: Timestamp) -> Option<Effect> {
    let error = match answer {
        Ok(raw) => {
            state.line.answered(now);
            return Some(Effect::StoreRaw { wish, raw });
        }
        Err(error) => error,
    };
    state.line.service_failed(&error, now);
    match error {
        // Not this message's fault: it is asked for again once the mailbox answers.
        ServiceError::Unreachable { .. } | ServiceError::SignInNeeded { .. } | ServiceError::Throttled { .. } => {}
        // The network, or a message too heavy for it: only trying again tells.
        ServiceError::Unanswered => try_again(state, &wish, error.to_string()),
        ServiceError::Stale
        | ServiceError::Missing
        | ServiceError::CursorExpired
        | ServiceError::Duplicate { .. }
        | ServiceError::Refused { .. }
        | ServiceError::Broken { .. } => {
            if matches!(error, ServiceError::Missing | ServiceError::CursorExpired) {
                doubt(state, &wish.place.folder, now);
            }
            pass_by(state, &wish, error.to_string());
        }
    }
    None
}

pub(super) fn raw_stored(state: &mut State, wish: &Wish, result: Result<(), String>, now: Timestamp) {
    match result {
        Ok(()) => {
            state.tries.remove(&wish.place);
            take_out(state, wish);
        }
        Err(message) => {
            state.line.wait(message.clone(), now);
            try_again(state, wish, message);
        }
    }
}

/// A message stays where it is in line, until it was tried too often.
fn try_again(state: &mut State, wish: &Wish, why: String) {
    let tries = state.tries.entry(wish.place.clone()).or_default();
    *tries = tries.saturating_add(1);
    if *tries >= RAW_TRIES {
        state.tries.remove(&wish.place);
        pass_by(state, wish, why);
    }
}

/// One message that cannot be had keeps no other one waiting.
fn pass_by(state: &mut State, wish: &Wish, why: String) {
    take_out(state, wish);
    state.passing.insert(wish.place.clone());
    if wish.is_wanted {
        state.failed.insert(wish.place.clone(), (wish.key.clone(), why));
    }
}

fn take_out(state: &mut State, wish: &Wish) {
    if let Ahead::Queue(wishes) = &mut state.ahead
        && !wishes.is_empty()
    {
        wishes.retain(|other| other.key != wish.key);
        if wishes.is_empty() {
            // The end of a batch, perhaps not of what is missing.
            state.ahead = Ahead::Look;
        }
    }
}

/// What we know of the folder is old: it is asked first.
fn doubt(state: &mut State, folder: &FolderId, now: Timestamp) {
    if let Some(lane) = state.lane(folder)
        && lane.failures == 0
    {
        lane.due = lane.due.min(now);
    }
}
