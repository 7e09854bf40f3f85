//! What the faces lend to the app, because only they may name the adapters.

use std::{fmt, sync::Arc};

use satchel_domain::{
    Private,
    error::Answer,
    ports::{CrmService, Later, SecretStore},
};
use serde::{Deserialize, Serialize};

/// An organisation, and the app registration that signs in to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Connection {
    /// `https://…`, or plain http on loopback.
    pub organisation: String,
    pub client_id: String,
    /// None: the tenant that the organisation's own challenge names.
    pub tenant: Option<String>,
}

/// Stores a rotated refresh token before anything is done with it. False when it could not be stored.
pub type KeepToken = Arc<dyn Fn(Private<String>) -> bool + Send + Sync>;

/// The adapters, introduced by `wiring.rs` of a face.
pub trait Services: Send + Sync + fmt::Debug {
    /// Signs in through the system browser; dropping the future cancels it. Gives the refresh token.
    fn sign_in<'a>(&'a self, connection: &'a Connection) -> Later<'a, Answer<Private<String>>>;

    /// The CRM of a connection, for the holder of this refresh token.
    fn crm(
        &self,
        connection: &Connection,
        refresh_token: Private<String>,
        keep: KeepToken,
    ) -> Answer<Arc<dyn CrmService>>;

    fn keyring(&self) -> &dyn SecretStore;

    /// A fresh database key: 64 hex digits.
    fn new_key(&self) -> Private<String>;

    /// A fresh salt for a passphrase: 32 hex digits.
    fn new_salt(&self) -> String;

    /// The database key that this passphrase makes with this salt (Argon2id; takes about a second).
    fn passphrase_key(&self, passphrase: &str, salt: &str) -> Result<Private<String>, String>;
}
