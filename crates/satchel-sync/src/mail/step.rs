//! The core of a mailbox's agent: one event in, the next state and what to do out.

use jiff::Timestamp;
use satchel_domain::{
    FolderId, ServiceError, connectivity::Signal, error::Answer, mail::Folder, ports::MailPage, scope::Scope,
};
use satchel_store::folders::Listed;

use super::{
    errands,
    event::{Effect, Event, Stored},
    state::{Ahead, Errands, State},
};
use crate::line::{later, retry_at};

/// Moves the agent on. Pure: time and the mailbox's answers are arguments.
pub fn step(mut state: State, event: Event, now: Timestamp) -> (State, Vec<Effect>) {
    state.meet_clock(now);
    state.line.begin(now);
    let answer = match event {
        Event::Tick => None,
        Event::SyncNow => {
            hurry(&mut state, now);
            None
        }
        Event::Pause => {
            state.line.is_paused = true;
            None
        }
        Event::Resume => {
            state.line.resume(now);
            hurry(&mut state, now);
            None
        }
        Event::GoOffline => {
            state.line.signal(Signal::GoOffline);
            None
        }
        Event::GoOnline => {
            state.line.allow(Signal::GoOnline, now);
            hurry(&mut state, now);
            None
        }
        Event::SignedIn => {
            state.line.allow(Signal::SignedIn, now);
            hurry(&mut state, now);
            None
        }
        Event::Marked => {
            state.errands = Errands::Look;
            None
        }
        Event::Wanted => {
            errands::ask_again(&mut state);
            None
        }
        done => {
            state.is_busy = false;
            go_on(&mut state, done, now)
        }
    };
    let effect = answer.or_else(|| next_call(&state, now));
    if let Some(Effect::Look { .. }) = &effect {
        state.errands = Errands::Looking { since: now };
    }
    state.is_busy |= effect.is_some();
    (state, effect.into_iter().collect())
}

/// What follows at once from the end of an effect.
fn go_on(state: &mut State, done: Event, now: Timestamp) -> Option<Effect> {
    match done {
        Event::FoldersRead(result) => {
            match result {
                Ok(folders) => state.know(folders, now),
                Err(message) => state.line.wait(message, now),
            }
            None
        }
        Event::FoldersListed(answer) => folders_listed(state, answer, now),
        Event::FoldersStored(result) => {
            folders_stored(state, result, now);
            None
        }
        Event::Pulled { folder, answer } => pulled(state, folder, answer, now),
        Event::PageStored { folder, result } => {
            page_stored(state, &folder, result, now);
            None
        }
        Event::ScopeReset { folder, result } => {
            scope_reset(state, &folder, result, now);
            None
        }
        Event::Looked(result) => errands::looked(state, result, now),
        Event::Told { mark, answer } => errands::told(state, mark, &answer, now),
        Event::MarkSettled { mark, result } => {
            errands::mark_settled(state, &mark, result, now);
            None
        }
        Event::LookedAhead(result) => {
            errands::looked_ahead(state, result, now);
            None
        }
        Event::RawFetched { wish, answer } => errands::raw_fetched(state, wish, answer, now),
        Event::RawStored { wish, result } => {
            errands::raw_stored(state, &wish, result, now);
            None
        }
        Event::Tick
        | Event::SyncNow
        | Event::Pause
        | Event::Resume
        | Event::GoOffline
        | Event::GoOnline
        | Event::SignedIn
        | Event::Marked
        | Event::Wanted => None,
    }
}

/// What to do next, if anything may be done now: the user's matters, then what the mailbox has, then what nobody asked for.
fn next_call(state: &State, now: Timestamp) -> Option<Effect> {
    if state.is_busy {
        return None;
    }
    if !state.list.is_known {
        // Also while working offline: the window shows how far each folder has come.
        return state.line.free_from().is_none_or(|from| from <= now).then_some(Effect::ReadFolders);
    }
    if !state.line.is_free(now) {
        return None;
    }
    if state.has_errands(now) {
        return Some(errands::look(state, now));
    }
    if state.list.due <= now {
        return Some(Effect::ListFolders);
    }
    if let Some(lane) = state.due_lane(now) {
        return Some(Effect::Pull { folder: lane.folder.clone(), from: lane.scope.cursor().cloned() });
    }
    match &state.ahead {
        Ahead::Look => Some(Effect::LookAhead { passing: state.passing.clone() }),
        Ahead::Queue(wishes) => wishes.front().cloned().map(Effect::FetchRaw),
    }
}

/// The user does not wait for a back-off; the mailbox's own pause stays.
fn hurry(state: &mut State, now: Timestamp) {
    state.line.hurry();
    state.list.due = state.list.due.min(now);
    for lane in &mut state.lanes {
        lane.due = lane.due.min(now);
    }
    for rest in state.resting.values_mut() {
        rest.until = rest.until.min(now);
    }
    state.errands = Errands::Look;
}

fn folders_listed(state: &mut State, answer: Answer<Vec<Folder>>, now: Timestamp) -> Option<Effect> {
    match answer {
        Ok(folders) => {
            state.line.answered(now);
            Some(Effect::StoreFolders(folders))
        }
        Err(error) => {
            if !state.line.service_failed(&error, now) {
                // The folders that are known are pulled meanwhile.
                list_failed(state, error.to_string(), now);
            }
            None
        }
    }
}

fn folders_stored(state: &mut State, result: Result<Vec<Listed>, String>, now: Timestamp) {
    match result {
        Ok(folders) => {
            state.know(folders, now);
            state.list.due = later(now, state.refresh);
            state.list.failures = 0;
            state.list.problem = None;
        }
        Err(message) => list_failed(state, message, now),
    }
}

fn pulled(state: &mut State, folder: FolderId, answer: Answer<MailPage>, now: Timestamp) -> Option<Effect> {
    match answer {
        Ok(page) => {
            state.line.answered(now);
            let before = state.lane(&folder)?.scope.clone();
            Some(Effect::StorePage { folder, before, page })
        }
        // Who forgets a cursor that was never given makes no sense; then the folder waits like after any failure.
        Err(ServiceError::CursorExpired) if state.lane(&folder)?.scope.cursor().is_some() => {
            state.line.answered(now);
            Some(Effect::ResetScope { folder })
        }
        Err(error) => {
            if !state.line.service_failed(&error, now) {
                // The rest of the mailbox answers: only this folder waits.
                lane_failed(state, &folder, error.to_string(), now);
                if error == ServiceError::Missing {
                    // Somebody deleted the folder: its list says so.
                    state.list.due = state.list.due.min(now);
                }
            }
            None
        }
    }
}

fn page_stored(state: &mut State, folder: &FolderId, result: Result<Stored, String>, now: Timestamp) {
    let stored = match result {
        Ok(stored) => stored,
        Err(message) => return lane_failed(state, folder, message, now),
    };
    let refreshed = later(now, state.refresh);
    if let Some(lane) = state.lane(folder) {
        lane.scope = stored.scope;
        lane.failures = 0;
        lane.problem = None;
        lane.due = now;
        if stored.is_caught_up {
            lane.due = refreshed;
            lane.restarts = 0;
            lane.synced_at = Some(now);
        }
    }
    if stored.has_heads {
        // What is newest may be another one now, and a message that was moved takes its mark along.
        state.ahead = Ahead::Look;
        state.errands = Errands::Look;
    }
}

fn scope_reset(state: &mut State, folder: &FolderId, result: Result<Scope, String>, now: Timestamp) {
    match result {
        Ok(scope) => {
            if let Some(lane) = state.lane(folder) {
                // A mailbox that forgets again and again is not asked without a pause.
                lane.due = if lane.restarts == 0 { now } else { retry_at(now, lane.restarts) };
                lane.restarts = lane.restarts.saturating_add(1);
                lane.scope = scope;
            }
        }
        Err(message) => lane_failed(state, folder, message, now),
    }
}

fn list_failed(state: &mut State, message: String, now: Timestamp) {
    state.list.failures = state.list.failures.saturating_add(1);
    state.list.due = retry_at(now, state.list.failures);
    state.list.problem = Some(message);
}

fn lane_failed(state: &mut State, folder: &FolderId, message: String, now: Timestamp) {
    if let Some(lane) = state.lane(folder) {
        lane.failures = lane.failures.saturating_add(1);
        lane.due = retry_at(now, lane.failures);
        lane.problem = Some(message);
    }
}

#[cfg(test)]
mod tests;
