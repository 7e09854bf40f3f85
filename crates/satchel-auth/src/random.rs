//! The one door for chance: keys, states and verifiers that nobody can guess.

use satchel_domain::ServiceError;

/// Random bytes from the system. There is nothing to fall back to when it has none.
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], NoChance> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoChance)?;
    Ok(bytes)
}

/// The system gives no random numbers.
#[derive(Debug)]
pub(crate) struct NoChance;

impl From<NoChance> for ServiceError {
    fn from(_: NoChance) -> Self {
        Self::Unreachable { why: "This system gives no random numbers, so no sign-in is safe. Restart it.".to_owned() }
    }
}
