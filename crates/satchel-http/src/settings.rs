//! What a client needs to know before its first request.

use std::time::Duration;

use url::Url;

#[derive(Clone, Debug)]
pub struct Settings {
    /// PEM files of authorities that are trusted besides the system's; each may hold several certificates.
    pub extra_certificate_authorities: Vec<Vec<u8>>,
    /// Instead of the system's proxy. Loopback is never asked through a proxy.
    pub proxy: Option<Url>,
    pub connect_timeout: Duration,
    /// The longest silence within an answer.
    pub read_timeout: Duration,
    /// The longest a request may take from end to end, however steadily it drips.
    pub total_timeout: Duration,
    /// No answer is longer; a longer one is broken.
    pub longest_body: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            extra_certificate_authorities: Vec::new(),
            proxy: None,
            connect_timeout: Duration::from_secs(15),
            read_timeout: Duration::from_secs(60),
            total_timeout: Duration::from_secs(300),
            // A page of 5,000 rows is about 20 MB, an attachment may have 128 MB before base64.
            longest_body: 192 << 20,
        }
    }
}

/// Settings that no client can be made of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    #[error("The certificate authority is not a PEM file: {0}")]
    CertificateAuthority(String),
    #[error("The proxy's address cannot be used: {0}")]
    Proxy(String),
    #[error("The system's certificates cannot be read: {0}")]
    System(String),
}
