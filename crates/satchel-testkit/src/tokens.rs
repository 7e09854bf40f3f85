//! Access tokens that a test hands out itself.

use std::sync::{Mutex, PoisonError};

use satchel_domain::{
    Private, ServiceError,
    ports::{Later, TokenSource},
};

/// Hands out one token until it is renewed, then the next of its list; after the last it asks to sign in.
#[derive(Debug)]
pub struct FixedToken {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    current: Private<String>,
    spare: Vec<Private<String>>,
    renewals: usize,
}

impl FixedToken {
    pub fn new(token: impl Into<String>) -> Self {
        Self::with_spares(token, &[])
    }

    /// `spares` are handed out in this order, one for each renewal.
    pub fn with_spares(token: impl Into<String>, spares: &[&str]) -> Self {
        let spare = spares.iter().rev().map(|&token| Private::new(token.to_owned()));
        Self { state: Mutex::new(State { current: Private::new(token.into()), spare: spare.collect(), renewals: 0 }) }
    }

    /// How often somebody asked for a renewal that was not granted already.
    pub fn renewals(&self) -> usize {
        self.lock().renewals
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TokenSource for FixedToken {
    fn token(&self) -> Later<'_, satchel_domain::error::Answer<Private<String>>> {
        let token = self.lock().current.clone();
        Box::pin(async move { Ok(token) })
    }

    fn renew<'a>(&'a self, old: &'a Private<String>) -> Later<'a, satchel_domain::error::Answer<Private<String>>> {
        let mut state = self.lock();
        let answer = if &state.current != old {
            Ok(state.current.clone())
        } else {
            state.renewals += 1;
            match state.spare.pop() {
                Some(next) => {
                    state.current = next.clone();
                    Ok(next)
                }
                None => Err(ServiceError::SignInNeeded { why: "the test has no other token".to_owned() }),
            }
        };
        Box::pin(async move { answer })
    }
}
