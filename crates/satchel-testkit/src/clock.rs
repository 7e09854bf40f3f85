//! A clock that stands still until a test moves it.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use satchel_domain::ports::Clock;

/// Clones share the hands.
#[derive(Clone, Debug)]
pub struct TestClock(Arc<Mutex<Timestamp>>);

impl TestClock {
    pub fn at(start: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(start)))
    }

    pub fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Backwards too: clocks do jump.
    pub fn advance(&self, by: SignedDuration) {
        let mut hands = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *hands += by;
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        self.now()
    }
}

impl Default for TestClock {
    /// Midnight at the start of 2026.
    fn default() -> Self {
        Self::at(crate::model_crm::BEGINNING)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_share_the_hands() {
        let clock = TestClock::default();
        let other = clock.clone();
        clock.advance(SignedDuration::from_hours(1));
        assert_eq!(other.now().duration_since(crate::model_crm::BEGINNING), SignedDuration::from_hours(1));
    }
}
