//! The system's keyring: it holds the database key and nothing else.

use std::{thread, time::Duration};

use keyring::{Entry, Error};
use satchel_domain::{
    Private,
    ports::{Later, SecretError, SecretStore},
};
use tokio::{sync::oneshot, time::timeout};

const SERVICE: &str = "satchel";
/// Long enough for a person to type a password into the keyring's own window.
const PATIENCE: Duration = Duration::from_secs(120);

/// One profile's entry in the keyring.
#[derive(Clone, Debug)]
pub struct SystemKeyring {
    profile: String,
    patience: Duration,
}

impl SystemKeyring {
    pub fn of_profile(profile: impl Into<String>) -> Self {
        Self { profile: profile.into(), patience: PATIENCE }
    }

    /// For whoever cannot wait as long as a person types.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// In a thread of its own: the call blocks, perhaps for as long as a window stands open, and nobody waits for its end.
    async fn call<T: Send + 'static>(
        &self,
        deed: impl FnOnce(Entry) -> Result<T, SecretError> + Send + 'static,
    ) -> Result<T, SecretError> {
        let profile = self.profile.clone();
        let (say, said) = oneshot::channel();
        thread::spawn(move || {
            let answer = ready().and_then(|()| Entry::new(SERVICE, &profile).map_err(remedy)).and_then(deed);
            // Nobody listens any more after the patience has run out.
            let _ = say.send(answer);
        });
        match timeout(self.patience, said).await {
            Ok(Ok(answer)) => answer,
            Ok(Err(_)) => Err(SecretError::Denied("it ended without an answer".to_owned())),
            Err(_) => Err(SecretError::Locked),
        }
    }
}

impl SecretStore for SystemKeyring {
    fn get(&self) -> Later<'_, Result<Option<Private<String>>, SecretError>> {
        Box::pin(self.call(|entry| match entry.get_password() {
            Ok(secret) => Ok(Some(Private::new(secret))),
            Err(Error::NoEntry) => Ok(None),
            Err(error) => Err(remedy(error)),
        }))
    }

    fn set(&self, secret: Private<String>) -> Later<'_, Result<(), SecretError>> {
        Box::pin(self.call(move |entry| entry.set_password(secret.reveal()).map_err(remedy)))
    }

    fn forget(&self) -> Later<'_, Result<(), SecretError>> {
        Box::pin(self.call(|entry| match entry.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(remedy(error)),
        }))
    }
}

fn remedy(error: Error) -> SecretError {
    match error {
        Error::NoStorageAccess(_) => SecretError::Locked,
        Error::PlatformFailure(cause) => SecretError::Denied(cause.to_string()),
        other => SecretError::Denied(other.to_string()),
    }
}

/// A locked keyring may answer "no entry", so its lock is looked at first, and the person is asked to open it.
#[cfg(target_os = "linux")]
fn ready() -> Result<(), SecretError> {
    use secret_service::{EncryptionType, Error, blocking::SecretService};
    let remedy = |error: Error| match error {
        Error::Locked | Error::Prompt => SecretError::Locked,
        // No service, or one without any keyring in it.
        Error::Unavailable | Error::NoResult => SecretError::Absent,
        other => SecretError::Denied(other.to_string()),
    };
    let service = SecretService::connect(EncryptionType::Dh).map_err(|error| match error {
        // No session bus at all.
        Error::Zbus(_) | Error::ZbusFdo(_) => SecretError::Absent,
        other => remedy(other),
    })?;
    let keyring = service.get_default_collection().map_err(remedy)?;
    if !keyring.is_locked().map_err(remedy)? {
        return Ok(());
    }
    keyring.unlock().map_err(remedy)?;
    if keyring.is_locked().map_err(remedy)? { Err(SecretError::Locked) } else { Ok(()) }
}

/// The other systems' keyrings answer for their lock themselves. Not tested there.
#[cfg(not(target_os = "linux"))]
fn ready() -> Result<(), SecretError> {
    Ok(())
}
