//! The test of settings before they are stored: tries them, and says what is wrong.

use satchel_domain::{ServiceError, error::Answer, mail::Folder};
use tokio::time::timeout;

use crate::{
    folders,
    session::Session,
    settings::{Settings, SettingsError},
    tls::Way,
};

/// What was found with settings that work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub folders: Vec<Folder>,
}

/// Finds the server, encrypts, signs in and lists the folders. Every failure is a sentence for the user; dropping it cancels it.
pub async fn check(settings: &Settings) -> Answer<Checked> {
    let way = Way::new(settings).map_err(|error| match error {
        SettingsError::Server | SettingsError::CertificateAuthority | SettingsError::System(_) => {
            ServiceError::Unreachable { why: error.to_string() }
        }
    })?;
    let tried = async {
        let mut session = Session::open(&way, settings).await?;
        let folders = folders::list(&mut session).await.map_err(|fault| fault.remedy(&way.server))?;
        // Its answer changes nothing.
        let _ = session.ask("LOGOUT", |_| {}).await;
        Ok(Checked { folders })
    };
    timeout(settings.patience.total, tried).await.unwrap_or_else(|_| Err(way.silent()))
}
