//! What the faces lend to the app, because only they may name the adapters.

use std::{fmt, sync::Arc};

use satchel_domain::{
    Private,
    error::Answer,
    ports::{CrmService, Later, Mailbox, SecretStore},
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
    /// The base address of the mail service that the same sign-in opens; none when it opens none.
    #[serde(default)]
    pub mail: Option<String>,
}

/// What a sign-in brings.
#[derive(Clone, Debug)]
pub struct Grant {
    pub membership: Membership,
    pub refresh_token: Private<String>,
}

/// A connection that somebody signed in to, and what renewing its tokens takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Membership {
    pub connection: Connection,
    /// The authority's base address.
    pub authority: String,
    /// What the tokens are for, as the organisation's challenge names it.
    pub resource: String,
}

/// What a membership opens.
#[derive(Clone, Debug)]
pub struct Access {
    pub crm: Arc<dyn CrmService>,
    /// None when the connection names no mail service.
    pub mailbox: Option<OfferedMailbox>,
}

/// The user's own mailbox, and how to learn its addresses.
#[derive(Clone)]
pub struct OfferedMailbox {
    pub port: Arc<dyn Mailbox>,
    /// Every address that is the user's own, the main one first; empty for a user without a mailbox.
    pub addresses: Arc<dyn Fn() -> Later<'static, Answer<Vec<String>>> + Send + Sync>,
}

impl fmt::Debug for OfferedMailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfferedMailbox").field("port", &self.port).finish_non_exhaustive()
    }
}

/// Where a mailbox outside the organisation is, and who signs in there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailServer {
    pub server: String,
    pub port: u16,
    pub user: String,
}

/// A picture as another computer gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FarPicture {
    /// What that computer calls it.
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// Stores a rotated refresh token before anything is done with it. Says why when it could not.
pub type KeepToken = Arc<dyn Fn(Private<String>) -> Result<(), String> + Send + Sync>;

/// The adapters, introduced by `satchel-wiring`.
pub trait Services: Send + Sync + fmt::Debug {
    /// Signs in through the system browser; dropping the future cancels it.
    fn sign_in<'a>(&'a self, connection: &'a Connection) -> Later<'a, Answer<Grant>>;

    /// The CRM and the mailbox of a membership, for the holder of this refresh token.
    fn access(&self, grant: Grant, keep: KeepToken) -> Answer<Access>;

    /// A mailbox on a mail server.
    fn mail_server(&self, server: &MailServer, password: &Private<String>) -> Answer<Arc<dyn Mailbox>>;

    /// Signs in to a mail server once, to say what is wrong; dropping the future cancels it.
    fn check_mail_server<'a>(&'a self, server: &'a MailServer, password: &'a Private<String>) -> Later<'a, Answer<()>>;

    /// What lies at an address that a message names, of at most `longest` bytes; none when it cannot be had or must not be
    /// asked for. The other computer learns nothing of who asks: no cookie, no referrer, no token. Dropping the future ends it.
    fn far_picture<'a>(&'a self, address: &'a str, longest: usize) -> Later<'a, Option<FarPicture>>;

    /// Opens an address of the web or of a person with the program that this system, or the settings, have for it, and
    /// does not wait for it. Says why when it does not start.
    fn open_address(&self, address: &str) -> Result<(), String>;

    fn keyring(&self) -> &dyn SecretStore;

    /// A fresh database key: 64 hex digits.
    fn new_key(&self) -> Result<Private<String>, String>;

    /// A fresh salt for a passphrase: 32 hex digits.
    fn new_salt(&self) -> Result<String, String>;

    /// The database key that this passphrase makes with this salt (Argon2id; takes about a second).
    fn passphrase_key(&self, passphrase: &Private<String>, salt: &str) -> Result<Private<String>, String>;
}
