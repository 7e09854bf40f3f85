//! The only places that read the clock or draw a random number.

use jiff::Timestamp;
use uuid::Uuid;

#[expect(clippy::disallowed_methods, reason = "the service's own clock: it plays the world, and the world has a time")]
pub(crate) fn now() -> Timestamp {
    Timestamp::now()
}

#[expect(clippy::disallowed_methods, reason = "ids that the service gives to records created without one")]
pub(crate) fn new_id() -> Uuid {
    Uuid::new_v4()
}

/// A text nobody can guess: two random ids without their hyphens.
pub(crate) fn secret() -> String {
    format!("{}{}", new_id().simple(), new_id().simple())
}
