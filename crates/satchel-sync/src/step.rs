//! The agent's core: one event in, the next state and what to do out.

use jiff::Timestamp;
use satchel_domain::{
    Record, ServiceError, TableName,
    connectivity::Signal,
    error::Answer,
    ports::{Next, Page},
    schema::Organisation,
    scope::{IdSweep, Polled, Scope},
};
use satchel_store::outbox::Entry;

use crate::{
    event::{Effect, Event, Found, Kept, Stored},
    line::retry_at,
    playback::{self, Outbox},
    promoting,
    state::{Description, Lane, State, refresh_at},
    sweeping,
};

/// Moves the agent on. Pure: time and the services' answers are arguments; nothing here mints an id yet.
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
        Event::Edited => {
            state.outbox = Outbox::Look;
            None
        }
        Event::Looked(result) => {
            state.is_busy = false;
            looked(&mut state, result, now)
        }
        Event::Marked(result) => {
            state.is_busy = false;
            match result {
                Ok(Some(entry)) => Some(playback::after_mark(*entry, state.line.may_try(), now)),
                Ok(None) => None,
                Err(message) => {
                    state.line.wait(message, now);
                    None
                }
            }
        }
        Event::Pushed { entry, answer } => {
            state.is_busy = false;
            was_pushed(&mut state, &answer, now);
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
                state.line.wait(message, now);
            }
            None
        }
        Event::EmailFound { entry, is_known, answer } => {
            state.is_busy = false;
            match &answer {
                Ok(_) => state.line.answered(now),
                Err(error) => {
                    state.line.service_failed(error, now);
                }
            }
            Some(promoting::after_find(entry, is_known, answer, now))
        }
        Event::Drafted { entry, is_begun, result } => {
            state.is_busy = false;
            match result {
                Ok(answer) => Some(promoting::after_draft(entry, is_begun, answer, state.line.may_try(), now)),
                Err(message) => {
                    state.line.wait(message, now);
                    None
                }
            }
        }
        Event::Promoted { entry, draft, step, answer } => {
            state.is_busy = false;
            was_pushed(&mut state, &answer, now);
            Some(promoting::after_step(entry, draft, step, answer, state.line.may_try(), now))
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
        Event::IdsListed { table, generation, answer } => {
            state.is_busy = false;
            sweeping::ids_listed(&mut state, table, generation, answer, now)
        }
        Event::RowRead { table, id, answer } => {
            state.is_busy = false;
            sweeping::row_read(&mut state, table, id, answer, now)
        }
        Event::Swept { table, result } => {
            state.is_busy = false;
            sweeping::swept(&mut state, &table, result, now);
            None
        }
    };
    let effect = answer.or_else(|| next_call(&state, now));
    state.note_playback(effect.as_ref(), now);
    state.is_busy |= effect.is_some();
    match &effect {
        Some(Effect::Look) => state.outbox = Outbox::Looking,
        Some(Effect::Pull { table, .. }) => {
            if let Some(lane) = state.lane(table) {
                lane.is_hurried = false;
            }
        }
        Some(Effect::BeginSweep { table }) => {
            if let Some(lane) = state.lane(table) {
                lane.sweep.is_asked = false;
            }
        }
        _ => {}
    }
    (state, effect.into_iter().collect())
}

/// What to ask next, if anything may be asked now.
fn next_call(state: &State, now: Timestamp) -> Option<Effect> {
    if state.is_busy || !state.line.is_free(now) {
        return None;
    }
    match state.description {
        Description::Wanted => Some(Effect::Describe),
        // Playback first: what is pulled afterwards has it already.
        Description::Known if state.may_play_back(now) => Some(Effect::Look),
        Description::Known => {
            let pull = |lane: &Lane| Effect::Pull { table: lane.table.clone(), from: lane.scope.cursor().cloned() };
            state.due_lane(now).map(pull).or_else(|| sweeping::next(state, now))
        }
    }
}

/// Whether a push arrived is asked of the service itself, so only a network that is away changes the light.
fn was_pushed(state: &mut State, answer: &Answer<()>, now: Timestamp) {
    match answer {
        Ok(()) | Err(ServiceError::Unanswered) => {}
        Err(error) => {
            state.line.service_failed(error, now);
        }
    }
}

/// The user does not wait for a back-off; the service's own pause stays.
fn hurry(state: &mut State, now: Timestamp) {
    state.line.hurry();
    for lane in &mut state.lanes {
        lane.due = lane.due.min(now);
        lane.is_hurried = true;
        lane.sweep.due = lane.sweep.due.min(now);
        lane.sweep.is_asked = true;
    }
}

fn described(state: &mut State, answer: Answer<Organisation>, now: Timestamp) -> Option<Effect> {
    match answer {
        Ok(organisation) => {
            state.line.answered(now);
            Some(Effect::StoreOrganisation(organisation))
        }
        Err(error) => {
            let message = error.to_string();
            if !state.line.service_failed(&error, now) {
                state.line.wait(message, now);
            }
            None
        }
    }
}

fn organisation_stored(state: &mut State, result: Result<Vec<Kept>, String>, now: Timestamp) {
    match result {
        Ok(kept) => {
            state.description = Description::Known;
            let lane = |Kept { table, scope, polled }| Lane {
                table,
                scope,
                due: now,
                is_hurried: false,
                failures: 0,
                problem: None,
                polled,
                sweep: sweeping::pace(now),
            };
            state.lanes = kept.into_iter().map(lane).collect();
        }
        Err(message) => state.line.wait(message, now),
    }
}

fn looked(state: &mut State, result: Result<Found, String>, now: Timestamp) -> Option<Effect> {
    match result {
        Ok(Found::Entry(entry)) => Some(playback::begin(*entry)),
        Ok(Found::Nothing { next_due }) => {
            if state.outbox == Outbox::Looking {
                state.outbox = Outbox::Quiet { until: next_due };
            }
            None
        }
        Err(message) => {
            state.line.wait(message, now);
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
        Ok(_) => state.line.answered(now),
        Err(error) => {
            // Nobody can tell how the entry stands: it stays in flight, and is read again once the service answers.
            if !state.line.service_failed(error, now) && effect.is_none() {
                state.line.wait(error.to_string(), now);
            }
        }
    }
    effect
}

fn pulled(state: &mut State, table: TableName, answer: Answer<Page>, now: Timestamp) -> Option<Effect> {
    match answer {
        Ok(page) => {
            state.line.answered(now);
            let before = state.lane(&table)?.scope.clone();
            Some(Effect::StorePage { table, before, page })
        }
        Err(ServiceError::CursorExpired) => {
            state.line.answered(now);
            Some(Effect::ResetScope { table })
        }
        Err(error) => {
            if !state.line.service_failed(&error, now) {
                // The rest of the service answers: only this table waits.
                lane_failed(state, &table, error.to_string(), now);
            }
            None
        }
    }
}

fn page_stored(state: &mut State, table: &TableName, result: Result<Stored, String>, now: Timestamp) {
    match result {
        Ok(Stored { scope, next, polled }) => {
            if let Some(lane) = state.lane(table) {
                if lane.polled.is_none() {
                    lane.sweep = sweeping::pace(now);
                }
                if let Some(Polled { sweep: IdSweep::Reading { .. }, .. }) = &polled {
                    // Rows that the page made doubtful are read at once.
                    lane.sweep.due = now.min(lane.sweep.due);
                }
                lane.polled = polled;
                lane.due = match next {
                    Next::CaughtUp(_) if !lane.is_hurried => refresh_at(now),
                    Next::More(_) | Next::CaughtUp(_) => now,
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

fn lane_failed(state: &mut State, table: &TableName, message: String, now: Timestamp) {
    if let Some(lane) = state.lane(table) {
        lane.failures = lane.failures.saturating_add(1);
        lane.due = retry_at(now, lane.failures);
        lane.problem = Some(message);
    }
}
