//! Whether we may talk to the services, and why not.

/// Only [`next`] changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connectivity {
    Online,
    /// The network is away; it comes back by itself.
    Unreachable,
    /// The user chose to work offline; only the user ends it, even after a restart.
    WorkingOffline,
    /// The services no longer know us; sign-in ends it.
    SignedOut,
}

/// What may change it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signal {
    GoOffline,
    GoOnline,
    NetworkDown,
    NetworkUp,
    SignInExpired,
    SignedIn,
}

/// The whole transition table.
pub fn next(now: Connectivity, signal: Signal) -> Connectivity {
    use {Connectivity::*, Signal::*};
    match (now, signal) {
        (_, GoOffline) => WorkingOffline,
        (WorkingOffline, GoOnline) => Online,
        // Only the user ends it.
        (WorkingOffline, SignInExpired | SignedIn | NetworkDown | NetworkUp) => WorkingOffline,
        (_, SignInExpired) => SignedOut,
        (SignedOut, SignedIn) => Online,
        (SignedOut, GoOnline | NetworkDown | NetworkUp) => SignedOut,
        (_, NetworkDown) => Unreachable,
        (Online | Unreachable, NetworkUp | GoOnline | SignedIn) => Online,
    }
}

#[cfg(test)]
mod tests {
    use super::{Connectivity::*, Signal::*, *};

    #[test]
    fn only_the_user_ends_working_offline() {
        for signal in [NetworkDown, NetworkUp, SignInExpired, SignedIn] {
            assert_eq!(next(WorkingOffline, signal), WorkingOffline, "{signal:?}");
        }
        assert_eq!(next(WorkingOffline, GoOnline), Online);
    }

    #[test]
    fn only_a_sign_in_or_the_user_ends_signed_out() {
        for signal in [NetworkDown, NetworkUp, GoOnline, SignInExpired] {
            assert_eq!(next(SignedOut, signal), SignedOut, "{signal:?}");
        }
        assert_eq!(next(SignedOut, SignedIn), Online);
        assert_eq!(next(SignedOut, GoOffline), WorkingOffline);
    }

    #[test]
    fn the_network_goes_and_comes() {
        assert_eq!(next(Online, NetworkDown), Unreachable);
        assert_eq!(next(Unreachable, NetworkUp), Online);
    }
}
