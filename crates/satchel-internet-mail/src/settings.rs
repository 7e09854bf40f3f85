//! What a connector needs to know before its first connection.

use std::time::Duration;

use satchel_domain::Private;

/// Where a mailbox is, and how to sign in to it.
#[derive(Clone, Debug)]
pub struct Settings {
    /// A name or an address, without a port.
    pub server: String,
    pub port: u16,
    pub security: Security,
    pub user: String,
    pub password: Private<String>,
    /// PEM of an authority that is trusted besides the system's; may hold several certificates.
    pub certificate_authority: Option<Vec<u8>>,
    pub patience: Patience,
}

/// How the connection is encrypted. There is no third way: a password never travels in plain text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Security {
    /// From the first byte, as on port 993.
    Tls,
    /// Asked for before anything else is said, as on port 143 (RFC 9051, section 6.2.1).
    StartTls,
}

impl Security {
    /// What this port is for: 143 starts in plain text, every other one is taken for encrypted (RFC 8314).
    pub fn of_port(port: u16) -> Self {
        if port == 143 { Self::StartTls } else { Self::Tls }
    }
}

/// How long what may take; nothing waits for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patience {
    /// For the name, the connection, its encryption and the greeting, each.
    pub connect: Duration,
    /// The longest silence within an answer.
    pub silence: Duration,
    /// The longest one call of the port may take, however steadily it drips.
    pub total: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_secs(15), silence: Duration::from_secs(60), total: Duration::from_secs(300) }
    }
}

impl Settings {
    /// With the security that belongs to the port.
    pub fn new(server: impl Into<String>, port: u16, user: impl Into<String>, password: Private<String>) -> Self {
        Self {
            server: server.into(),
            port,
            security: Security::of_port(port),
            user: user.into(),
            password,
            certificate_authority: None,
            patience: Patience::default(),
        }
    }
}

/// Settings that no connector can be made of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("The server's name is not one: it must be a name such as imap.example.com, or an address.")]
    Server,
    #[error("The certificate authority is not a PEM file.")]
    CertificateAuthority,
    #[error("The system's certificates cannot be read: {0}")]
    System(String),
}
