//! What a service answered, whatever it was.

use std::fmt;

use satchel_domain::{Private, ServiceError, error::Answer};
use serde::de::DeserializeOwned;

/// A whole answer; prints its status and length only.
#[derive(Clone)]
pub struct Response {
    pub status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub body: Private<Vec<u8>>,
}

impl Response {
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// Every header of this name, in order.
    pub fn headers_named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let of_name = self.headers.iter().filter(move |(key, _)| key.eq_ignore_ascii_case(name));
        of_name.map(|(_, value)| value.as_str())
    }

    /// The body as JSON. The error names the place and never the text: it is somebody's data.
    pub fn json<T: DeserializeOwned>(&self) -> Answer<T> {
        serde_json::from_slice(self.body.reveal()).map_err(|error| ServiceError::Broken {
            detail: format!(
                "its JSON of {} bytes breaks in line {}, column {}",
                self.body.reveal().len(),
                error.line(),
                error.column()
            ),
        })
    }

    pub(crate) fn is_page(&self) -> bool {
        let kind = self.header("Content-Type").unwrap_or_default().to_ascii_lowercase();
        let body = self.body.reveal();
        kind.starts_with("text/html") || body.trim_ascii_start().starts_with(b"<")
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} with {} bytes", self.status, self.body.reveal().len())
    }
}
