//! Which share of a rotating test is tried in this run.

use std::env;

/// Set by the test command to a number that differs from run to run; 0 where nobody set it.
const NAME: &str = "SATCHEL_TURN";

/// The number of the turn: tests that cannot try everything each time begin their share there.
///
/// # Panics
/// When it is set to something that is no number: a share of nothing would look like one.
pub fn turn() -> u64 {
    env::var(NAME).map_or(0, |text| text.parse().unwrap_or_else(|_| panic!("{NAME} is no number: {text}")))
}
