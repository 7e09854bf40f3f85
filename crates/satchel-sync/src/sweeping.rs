//! The sweep of a table's ids, where the service tells no changes: which step comes next, and where each answer leads.

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{Record, RecordId, ServiceError, TableName, error::Answer, ports::RowPage, scope::IdSweep};

use crate::{
    event::{Effect, SweptRow},
    line::{later, retry_at},
    state::{Lane, State, SweepPace},
};

/// What is gone from such a table may be shown for so long.
pub(crate) const EVERY: SignedDuration = SignedDuration::from_mins(15);
/// A row that nobody makes sense of is passed by after so many tries: it does not keep the sweep from its end.
const TRIES: u32 = 8;

/// A table is swept as soon as the agent knows of it: whoever starts it comes back, or wants to be level.
pub(crate) fn pace(now: Timestamp) -> SweepPace {
    SweepPace { due: now, failures: 0, is_asked: false }
}

/// The next step of the sweep that waited longest, if one is due.
pub(crate) fn next(state: &State, now: Timestamp) -> Option<Effect> {
    let due = state.lanes.iter().filter(|lane| lane.needs_sweeps() && lane.sweep.due <= now);
    let lane = due.min_by_key(|lane| lane.sweep.due)?;
    let table = lane.table.clone();
    Some(match &lane.polled.as_ref()?.sweep {
        IdSweep::Resting { .. } => Effect::BeginSweep { table },
        IdSweep::Listing { generation, cursor } => {
            Effect::ListIds { table, generation: *generation, from: cursor.clone() }
        }
        IdSweep::Reading { next } => Effect::ReadRow { table, id: *next },
    })
}

pub(crate) fn ids_listed(
    state: &mut State,
    table: TableName,
    generation: u64,
    answer: Answer<RowPage>,
    now: Timestamp,
) -> Option<Effect> {
    match answer {
        Ok(page) => {
            state.line.answered(now);
            Some(Effect::StoreIds { table, generation, page })
        }
        Err(ServiceError::CursorExpired) => {
            state.line.answered(now);
            // From the first id on again; after a pause, so that who forgets at once is not asked without one.
            failed(state, &table, None, now);
            Some(Effect::BeginSweep { table })
        }
        Err(error) => {
            if !state.line.service_failed(&error, now) {
                failed(state, &table, Some(error.to_string()), now);
            }
            None
        }
    }
}

pub(crate) fn row_read(
    state: &mut State,
    table: TableName,
    id: RecordId,
    answer: Answer<Record>,
    now: Timestamp,
) -> Option<Effect> {
    let tries = state.lane(&table).map_or(0, |lane| lane.sweep.failures);
    let found = match answer {
        Ok(record) => SweptRow::Row(record),
        Err(ServiceError::Missing | ServiceError::Refused { .. }) => SweptRow::Gone,
        Err(error) => {
            let is_the_services = state.line.service_failed(&error, now);
            if is_the_services {
                return None;
            }
            if tries + 1 < TRIES {
                failed(state, &table, Some(error.to_string()), now);
                return None;
            }
            return Some(Effect::StoreRow { table, id, found: SweptRow::Unknown });
        }
    };
    state.line.answered(now);
    Some(Effect::StoreRow { table, id, found })
}

pub(crate) fn swept(state: &mut State, table: &TableName, result: Result<IdSweep, String>, now: Timestamp) {
    let sweep = match result {
        Ok(sweep) => sweep,
        Err(message) => return failed(state, table, Some(message), now),
    };
    let Some(lane) = state.lane(table) else { return };
    let is_begun = matches!(sweep, IdSweep::Listing { cursor: None, .. });
    lane.sweep.due = match &sweep {
        IdSweep::Resting { .. } if lane.sweep.is_asked => now,
        // A clock that was set back since must not put it off for longer.
        IdSweep::Resting { ended_at } => ended_at.map_or(now, |at| later(at, EVERY).min(later(now, EVERY))),
        // One that was begun again after a failure waits as it was told to.
        IdSweep::Listing { .. } if is_begun && lane.sweep.failures > 0 => lane.sweep.due,
        IdSweep::Listing { .. } | IdSweep::Reading { .. } => now,
    };
    if !is_begun {
        clear(lane);
    }
    if let Some(polled) = &mut lane.polled {
        polled.sweep = sweep;
    }
}

fn clear(lane: &mut Lane) {
    if lane.sweep.failures > 0 {
        lane.sweep.failures = 0;
        lane.problem = None;
    }
}

fn failed(state: &mut State, table: &TableName, problem: Option<String>, now: Timestamp) {
    if let Some(lane) = state.lane(table) {
        lane.sweep.failures = lane.sweep.failures.saturating_add(1);
        lane.sweep.due = retry_at(now, lane.sweep.failures);
        lane.problem = problem.or(lane.problem.take());
    }
}
