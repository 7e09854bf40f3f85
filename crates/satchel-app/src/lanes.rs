//! How a lane between us and a service stands: one decision for tables, outbox and mailboxes.

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{connectivity::Connectivity, scope::Scope};
use satchel_sync::Pace;

use crate::requests::LaneState;

/// Nothing that should get on may stand still for longer.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);

/// How much of a lane is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Read {
    Nothing,
    Partly,
    All,
}

impl Read {
    /// A lane of several scopes is here as a whole only when each of them is.
    pub(crate) fn of<'a>(scopes: impl IntoIterator<Item = &'a Scope>) -> Self {
        let scopes: Vec<_> = scopes.into_iter().collect();
        if scopes.iter().all(|scope| **scope == Scope::Cold) {
            return Self::Nothing;
        }
        if scopes.iter().all(|scope| scope.is_live()) { Self::All } else { Self::Partly }
    }
}

/// What a lane is judged by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub connectivity: Connectivity,
    pub pace: Pace,
    /// When it wants to be asked next, were it alone.
    pub due: Option<Timestamp>,
}

impl Seen {
    /// When it is asked next; none while nothing may be asked.
    pub(crate) fn next_at(&self) -> Option<Timestamp> {
        let may_try = matches!(self.connectivity, Connectivity::Online | Connectivity::Unreachable);
        self.due.max(self.pace.free_from).filter(|_| may_try && !self.pace.is_paused)
    }

    fn is_late(&self, now: Timestamp) -> bool {
        self.next_at().is_some_and(|at| is_long(at, now))
    }

    /// Whether its service answered just now, for whomever.
    fn gets_on(&self, now: Timestamp) -> bool {
        self.pace.moved_at.is_none_or(|at| !is_long(at, now))
    }
}

/// How a table or a mailbox stands. `has_failed`: its own last try did, while the rest of its service answers.
pub(crate) fn pull_state(seen: &Seen, read: Read, has_failed: bool, now: Timestamp) -> LaneState {
    if let Some(state) = hindrance(seen, now) {
        return state;
    }
    match read {
        _ if has_failed => LaneState::Failed,
        _ if seen.is_late(now) && !seen.gets_on(now) => LaneState::Stalled,
        Read::Nothing => LaneState::Cold,
        Read::Partly => LaneState::Backfilling,
        // The others are read meanwhile.
        Read::All if seen.is_late(now) => LaneState::Late,
        Read::All => LaneState::UpToDate,
    }
}

/// How the outbox stands, with `waiting` and `held` entries in it. `failing_since`: from then on entries were only answered
/// with what nobody can make sense of.
pub(crate) fn push_state(
    seen: &Seen,
    waiting: u64,
    held: u64,
    failing_since: Option<Timestamp>,
    now: Timestamp,
) -> LaneState {
    let on_its_way = match (waiting, failing_since) {
        (0, _) => LaneState::UpToDate,
        (_, Some(since)) if is_long(since, now) => hindrance(seen, now).unwrap_or(LaneState::Stalled),
        (_, Some(_)) => hindrance(seen, now).unwrap_or(LaneState::Retrying),
        (_, None) if seen.is_late(now) && !seen.gets_on(now) => hindrance(seen, now).unwrap_or(LaneState::Stalled),
        (_, None) => hindrance(seen, now).unwrap_or(LaneState::Waiting),
    };
    match on_its_way {
        // What nobody can send is worse than what the user has to decide.
        LaneState::Stalled | LaneState::SignedOut => on_its_way,
        _ if held > 0 => LaneState::Held,
        _ => on_its_way,
    }
}

/// What keeps everything of a service from getting on.
fn hindrance(seen: &Seen, now: Timestamp) -> Option<LaneState> {
    match (seen.connectivity, seen.pace.failing_since) {
        (Connectivity::WorkingOffline, _) => Some(LaneState::Offline),
        (Connectivity::SignedOut, _) => Some(LaneState::SignedOut),
        _ if seen.pace.is_paused => Some(LaneState::Paused),
        (Connectivity::Online | Connectivity::Unreachable, Some(since)) if is_long(since, now) => {
            Some(LaneState::Stalled)
        }
        (Connectivity::Online | Connectivity::Unreachable, Some(_)) => Some(LaneState::Retrying),
        (Connectivity::Online | Connectivity::Unreachable, None) => None,
    }
}

fn is_long(since: Timestamp, now: Timestamp) -> bool {
    now.duration_since(since) > PATIENCE
}

#[cfg(test)]
mod tests {
    use satchel_domain::Cursor;

    use super::*;

    const NOW: i64 = 10_000;

    fn ago(seconds: i64) -> Timestamp {
        Timestamp::from_second(NOW - seconds).unwrap()
    }

    /// A service that answered `moved` seconds ago, and a lane that was due `due` seconds ago.
    fn seen(connectivity: Connectivity, failing: Option<i64>, moved: i64, due: i64) -> Seen {
        let pace =
            Pace { is_paused: false, free_from: None, failing_since: failing.map(ago), moved_at: Some(ago(moved)) };
        Seen { connectivity, pace, due: Some(ago(due)) }
    }

    #[test]
    fn a_table_says_in_one_word_how_it_stands() {
        use Connectivity::*;
        use LaneState as S;
        for (connectivity, failing, moved, due, read, has_failed, expected) in [
            (Online, None, 5, -55, Read::All, false, S::UpToDate),
            (Online, None, 5, -55, Read::Partly, false, S::Backfilling),
            (Online, None, 5, 30, Read::Nothing, false, S::Cold),
            // It waits behind others that are read.
            (Online, None, 5, 61, Read::All, false, S::Late),
            (Online, None, 5, 300, Read::Nothing, false, S::Cold),
            (Online, None, 5, -20, Read::All, true, S::Failed),
            // Its time has passed, and nobody is read in its stead.
            (Online, None, 60, 61, Read::All, false, S::Late),
            (Online, None, 61, 60, Read::All, false, S::UpToDate),
            (Online, None, 61, 61, Read::All, false, S::Stalled),
            (Online, None, 61, 61, Read::Nothing, false, S::Stalled),
            // Errors for a minute.
            (Unreachable, Some(1), 90, 90, Read::All, false, S::Retrying),
            (Unreachable, Some(60), 90, -2, Read::All, false, S::Retrying),
            (Unreachable, Some(61), 90, -2, Read::All, false, S::Stalled),
            (Online, Some(61), 90, -2, Read::Partly, false, S::Stalled),
            (Online, Some(5), 90, -2, Read::All, true, S::Retrying),
            // The user's word comes first, and nothing is late that may not be asked.
            (WorkingOffline, Some(300), 300, 300, Read::All, true, S::Offline),
            (SignedOut, None, 300, 300, Read::All, true, S::SignedOut),
        ] {
            let seen = seen(connectivity, failing, moved, due);
            let state = pull_state(&seen, read, has_failed, ago(0));
            assert_eq!(state, expected, "{seen:?} {read:?} {has_failed}");
        }
    }

    #[test]
    fn the_outbox_says_in_one_word_how_it_stands() {
        use Connectivity::*;
        use LaneState as S;
        for (connectivity, failing, moved, waiting, held, entries_failing, expected) in [
            (Online, None, 5, 0, 0, None, S::UpToDate),
            (Unreachable, Some(300), 300, 0, 0, None, S::UpToDate),
            (Online, None, 5, 2, 0, None, S::Waiting),
            (Online, None, 5, 0, 1, None, S::Held),
            (Online, None, 5, 2, 1, None, S::Held),
            (Online, None, 61, 2, 0, None, S::Stalled),
            (Online, None, 5, 2, 0, Some(60), S::Retrying),
            (Online, None, 5, 2, 1, Some(61), S::Stalled),
            (Unreachable, Some(10), 70, 1, 0, None, S::Retrying),
            (Unreachable, Some(61), 70, 1, 3, None, S::Stalled),
            (WorkingOffline, None, 900, 4, 0, Some(900), S::Offline),
            (SignedOut, None, 900, 4, 2, None, S::SignedOut),
            (SignedOut, None, 900, 0, 2, None, S::Held),
        ] {
            let seen = seen(connectivity, failing, moved, 600);
            let state = push_state(&seen, waiting, held, entries_failing.map(ago), ago(0));
            assert_eq!(state, expected, "{seen:?} {waiting} {held} {entries_failing:?}");
        }
    }

    #[test]
    fn a_pause_is_no_standstill_and_names_no_next_time() {
        let mut lane = seen(Connectivity::Unreachable, Some(600), 600, 600);
        lane.pace.is_paused = true;
        assert_eq!(pull_state(&lane, Read::All, true, ago(0)), LaneState::Paused);
        assert_eq!(push_state(&lane, 3, 0, Some(ago(600)), ago(0)), LaneState::Paused);
        assert_eq!(lane.next_at(), None);
    }

    #[test]
    fn a_lane_is_asked_when_it_and_its_service_are_ready() {
        let mut lane = seen(Connectivity::Online, None, 600, 600);
        assert_eq!(lane.next_at(), Some(ago(600)));
        // The service asked for a pause of its own: that is no standstill either.
        lane.pace.free_from = Some(ago(-900));
        assert_eq!(lane.next_at(), Some(ago(-900)));
        assert_eq!(pull_state(&lane, Read::All, false, ago(0)), LaneState::UpToDate);
    }

    #[test]
    fn a_mailbox_is_here_when_all_its_folders_are() {
        let (cold, live) = (Scope::Cold, Scope::Live { cursor: Cursor::new("d") });
        assert_eq!(Read::of([]), Read::Nothing);
        assert_eq!(Read::of([&cold, &cold]), Read::Nothing);
        assert_eq!(Read::of([&cold, &live]), Read::Partly);
        assert_eq!(Read::of([&live, &live]), Read::All);
    }
}
