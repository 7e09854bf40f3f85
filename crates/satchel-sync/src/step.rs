//! The agent's core: one event in, the next state and what to do out.

use jiff::Timestamp;
use satchel_domain::{
    Record, ServiceError, TableName,
    connectivity::{self, Signal},
    error::Answer,
    ports::{Next, Page},
    schema::Organisation,
    scope::Scope,
};
use satchel_store::outbox::Entry;

use crate::{
    event::{Effect, Event, Found, Outcome},
    playback::{self, Outbox},
    state::{Description, Lane, State, later, refresh_at, retry_at},
};

/// Moves the agent on. Pure: time and the services' answers are arguments; nothing here mints an id yet.
pub fn step(mut state: State, event: Event, now: Timestamp) -> (State, Vec<Effect>) {
    let answer = match event {
        Event::Tick => None,
        Event::SyncNow => {
            hurry(&mut state, now);
            None
        }
        Event::GoOffline => {
            signal(&mut state, Signal::GoOffline);
            None
        }
        Event::GoOnline => {
            signal(&mut state, Signal::GoOnline);
            hurry(&mut state, now);
            None
        }
        Event::SignedIn => {
            signal(&mut state, Signal::SignedIn);
            hurry(&mut state, now);
            None
        }
        Event::Edited => {
            state.outbox = Outbox::Look;
            None
        }
        Event::Looked(result) => {
            state.is_busy = false;
            looked(&mut state, result, now)
        }
        Event::Marked { entry, result } => {
            state.is_busy = false;
            match result {
                Ok(()) if state.may_try() => Some(Effect::Push { entry }),
                // The user went offline meanwhile: nothing was sent, so it waits as before.
                Ok(()) => {
                    let outcome = Outcome::Later { from: now, attempts: entry.attempts };
                    Some(Effect::Settle { entry, outcome })
                }
                Err(message) => {
                    wait(&mut state, message, now);
                    None
                }
            }
        }
        Event::Pushed { entry, answer } => {
            state.is_busy = false;
            match &answer {
                // Whether it arrived is asked of the service itself, so only a network that is away changes the light.
                Ok(()) | Err(ServiceError::Unanswered) => {}
                Err(error) => {
                    service_failed(&mut state, error, now);
                }
            }
            Some(playback::after_push(entry, answer, now))
        }
        Event::Read { entry, was_accepted, answer } => {
            state.is_busy = false;
            was_read(&mut state, entry, was_accepted, &answer, now)
        }
        Event::Settled(result) => {
            state.is_busy = false;
            state.outbox = Outbox::Look;
            if let Err(message) = result {
                wait(&mut state, message, now);
            }
            None
        }
        Event::Described(answer) => {
            state.is_busy = false;
            described(&mut state, answer, now)
        }
        Event::OrganisationStored(result) => {
            state.is_busy = false;
            organisation_stored(&mut state, result, now);
            None
        }
        Event::Pulled { table, answer } => {
            state.is_busy = false;
            pulled(&mut state, table, answer, now)
        }
        Event::PageStored { table, result } => {
            state.is_busy = false;
            page_stored(&mut state, &table, result, now);
            None
        }
        Event::ScopeReset { table, result } => {
            state.is_busy = false;
            scope_reset(&mut state, &table, result, now);
            None
        }
    };
    let effect = answer.or_else(|| next_call(&state, now));
    state.is_busy |= effect.is_some();
    (state, effect.into_iter().collect())
}

/// What to ask next, if anything may be asked now.
fn next_call(state: &State, now: Timestamp) -> Option<Effect> {
    let must_wait = [state.retry_at, state.paused_until].into_iter().flatten().any(|until| until > now);
    if state.is_busy || must_wait || !state.may_try() {
        return None;
    }
    match state.description {
        Description::Wanted => Some(Effect::Describe),
        // Playback first: what is pulled afterwards has it already.
        Description::Known if state.may_play_back(now) => Some(Effect::Look),
        Description::Known => state
            .due_lane(now)
            .map(|lane| Effect::Pull { table: lane.table.clone(), from: lane.scope.cursor().cloned() }),
    }
}

fn signal(state: &mut State, signal: Signal) {
    state.connectivity = connectivity::next(state.connectivity, signal);
}

/// The user does not wait for a back-off; the service's own pause stays.
fn hurry(state: &mut State, now: Timestamp) {
    state.retry_at = None;
    for lane in &mut state.lanes {
        lane.due = lane.due.min(now);
    }
}

fn described(state: &mut State, answer: Answer<Organisation>, now: Timestamp) -> Option<Effect> {
    match answer {
        Ok(organisation) => {
            answered(state);
            Some(Effect::StoreOrganisation(organisation))
        }
        Err(error) => {
            let message = error.to_string();
            if !service_failed(state, &error, now) {
                wait(state, message, now);
            }
            None
        }
    }
}

fn organisation_stored(state: &mut State, result: Result<Vec<(TableName, Scope)>, String>, now: Timestamp) {
    match result {
        Ok(scopes) => {
            state.description = Description::Known;
            state.lanes = scopes
                .into_iter()
                .map(|(table, scope)| Lane { table, scope, due: now, failures: 0, problem: None })
                .collect();
        }
        Err(message) => wait(state, message, now),
    }
}

fn looked(state: &mut State, result: Result<Found, String>, now: Timestamp) -> Option<Effect> {
    match result {
        Ok(Found::Entry(entry)) => Some(playback::begin(*entry)),
        Ok(Found::Nothing { next_due }) => {
            state.outbox = Outbox::Quiet { until: next_due };
            None
        }
        Err(message) => {
            wait(state, message, now);
            None
        }
    }
}

fn was_read(
    state: &mut State,
    entry: Entry,
    was_accepted: bool,
    answer: &Answer<Record>,
    now: Timestamp,
) -> Option<Effect> {
    let effect = playback::after_read(entry, was_accepted, answer, now);
    match answer {
        Ok(_) => answered(state),
        Err(error) => {
            // Nobody can tell how the entry stands: it stays in flight, and is read again once the service answers.
            if !service_failed(state, error, now) && effect.is_none() {
                wait(state, error.to_string(), now);
            }
        }
    }
    effect
}

fn pulled(state: &mut State, table: TableName, answer: Answer<Page>, now: Timestamp) -> Option<Effect> {
    match answer {
        Ok(page) => {
            answered(state);
            let before = state.lane(&table)?.scope.clone();
            Some(Effect::StorePage { table, before, page })
        }
        Err(ServiceError::CursorExpired) => {
            answered(state);
            Some(Effect::ResetScope { table })
        }
        Err(error) => {
            if !service_failed(state, &error, now) {
                // The rest of the service answers: only this table waits.
                lane_failed(state, &table, error.to_string(), now);
            }
            None
        }
    }
}

fn page_stored(state: &mut State, table: &TableName, result: Result<(Scope, Next), String>, now: Timestamp) {
    match result {
        Ok((scope, next)) => {
            if let Some(lane) = state.lane(table) {
                lane.due = match next {
                    Next::More(_) => now,
                    Next::CaughtUp(_) => refresh_at(now),
                };
                lane.scope = scope;
                lane.failures = 0;
                lane.problem = None;
            }
        }
        Err(message) => lane_failed(state, table, message, now),
    }
}

fn scope_reset(state: &mut State, table: &TableName, result: Result<Scope, String>, now: Timestamp) {
    match result {
        Ok(scope) => {
            if let Some(lane) = state.lane(table) {
                lane.scope = scope;
                lane.due = now;
            }
        }
        Err(message) => lane_failed(state, table, message, now),
    }
}

/// The service answered, whatever it said.
fn answered(state: &mut State) {
    signal(state, Signal::NetworkUp);
    state.failures = 0;
    state.retry_at = None;
    state.message = None;
}

/// Whether the failure is the whole service's and not one table's; then everything waits for it.
fn service_failed(state: &mut State, error: &ServiceError, now: Timestamp) -> bool {
    match error {
        ServiceError::Unreachable { .. } | ServiceError::Unanswered => {
            signal(state, Signal::NetworkDown);
            wait(state, error.to_string(), now);
            true
        }
        ServiceError::SignInNeeded { .. } => {
            signal(state, Signal::SignInExpired);
            state.message = Some(error.to_string());
            true
        }
        ServiceError::Throttled { wait } => {
            signal(state, Signal::NetworkUp);
            state.paused_until = Some(later(now, *wait));
            true
        }
        ServiceError::Stale
        | ServiceError::Missing
        | ServiceError::CursorExpired
        | ServiceError::PossibleDuplicate { .. }
        | ServiceError::Refused { .. }
        | ServiceError::Broken { .. } => {
            signal(state, Signal::NetworkUp);
            false
        }
    }
}

fn wait(state: &mut State, message: String, now: Timestamp) {
    state.failures = state.failures.saturating_add(1);
    state.retry_at = Some(retry_at(now, state.failures));
    state.message = Some(message);
}

fn lane_failed(state: &mut State, table: &TableName, message: String, now: Timestamp) {
    if let Some(lane) = state.lane(table) {
        lane.failures = lane.failures.saturating_add(1);
        lane.due = retry_at(now, lane.failures);
        lane.problem = Some(message);
    }
}
