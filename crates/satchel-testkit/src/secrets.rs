//! A keyring in memory that can be locked and taken away.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use satchel_domain::{
    Private,
    ports::{Later, SecretError, SecretStore},
};

/// Clones share the keyring, as two starts of the program do.
#[derive(Clone, Debug, Default)]
pub struct MemorySecrets(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    secret: Option<Private<String>>,
    broken: Option<SecretError>,
}

impl MemorySecrets {
    pub fn holding(secret: impl Into<String>) -> Self {
        let secrets = Self::default();
        secrets.lock().secret = Some(Private::new(secret.into()));
        secrets
    }

    /// Every call fails with `error` from now on.
    pub fn fail(&self, error: SecretError) {
        self.lock().broken = Some(error);
    }

    pub fn mend(&self) {
        self.lock().broken = None;
    }

    /// What it holds, whether or not it would say so.
    pub fn held(&self) -> Option<Private<String>> {
        self.lock().secret.clone()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn open(&self) -> Result<MutexGuard<'_, State>, SecretError> {
        let state = self.lock();
        match &state.broken {
            Some(error) => Err(error.clone()),
            None => Ok(state),
        }
    }
}

impl SecretStore for MemorySecrets {
    fn get(&self) -> Later<'_, Result<Option<Private<String>>, SecretError>> {
        let answer = self.open().map(|state| state.secret.clone());
        Box::pin(async move { answer })
    }

    fn set(&self, secret: Private<String>) -> Later<'_, Result<(), SecretError>> {
        let answer = self.open().map(|mut state| state.secret = Some(secret));
        Box::pin(async move { answer })
    }

    fn forget(&self) -> Later<'_, Result<(), SecretError>> {
        let answer = self.open().map(|mut state| state.secret = None);
        Box::pin(async move { answer })
    }
}
