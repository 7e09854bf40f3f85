//! New ids, minted where the user acts.

use satchel_domain::ids::Uuid;

#[expect(clippy::disallowed_methods, reason = "the one door: everything below is given its ids")]
pub(crate) fn mint() -> Uuid {
    Uuid::new_v4()
}
