//! What is asked, and of whom: plain http to this computer alone, https elsewhere.

use std::{fmt, net::IpAddr};

use satchel_domain::{Private, ServiceError, error::Answer};
use url::{Host, Url};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
    Patch,
    Delete,
}

/// What a good answer looks like. Networks that want a sign-in answer with a page of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expect {
    Json,
    Anything,
}

/// One request; prints no address beyond the host and no body.
#[derive(Clone)]
pub struct Request {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: Vec<(&'static str, Private<String>)>,
    pub(crate) body: Option<Private<Vec<u8>>>,
    pub(crate) expect: Expect,
    pub(crate) may_repeat: bool,
}

impl Request {
    fn new(method: Method, url: Url) -> Self {
        let may_repeat = method == Method::Get;
        Self { method, url, headers: Vec::new(), body: None, expect: Expect::Json, may_repeat }
    }

    pub fn get(url: Url) -> Self {
        Self::new(Method::Get, url)
    }

    pub fn delete(url: Url) -> Self {
        Self::new(Method::Delete, url)
    }

    pub fn post_json(url: Url, body: String) -> Self {
        Self::new(Method::Post, url).with_body("application/json", body)
    }

    /// Plain text, such as a message in base64.
    pub fn post_text(url: Url, body: String) -> Self {
        Self::new(Method::Post, url).with_body("text/plain", body)
    }

    pub fn patch_json(url: Url, body: String) -> Self {
        Self::new(Method::Patch, url).with_body("application/json", body)
    }

    /// A form as sign-in servers want it.
    pub fn post_form(url: Url, fields: &[(&str, &str)]) -> Self {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        Self::new(Method::Post, url).with_body("application/x-www-form-urlencoded", form)
    }

    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, Private::new(value.into())));
        self
    }

    #[must_use]
    pub fn expect(mut self, expect: Expect) -> Self {
        self.expect = expect;
        self
    }

    #[must_use]
    pub(crate) fn bearer(self, token: &Private<String>) -> Self {
        let value = format!("Bearer {}", token.reveal());
        self.header("Authorization", value)
    }

    fn with_body(mut self, kind: &'static str, body: String) -> Self {
        self.body = Some(Private::new(body.into_bytes()));
        self.header("Content-Type", kind)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} {}", self.method, host(&self.url))
    }
}

/// Refuses an address before anything is sent to it.
pub fn check_address(url: &Url) -> Answer<()> {
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(url) => Ok(()),
        "http" => Err(ServiceError::Unreachable {
            why: format!("{} would be asked without encryption. Its address must begin with https://.", host(url)),
        }),
        other => Err(ServiceError::Unreachable {
            why: format!("An address that begins with {other}: cannot be used. It must begin with https://."),
        }),
    }
}

pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        None => false,
    }
}

/// The one part of an address that may stand in a sentence.
pub(crate) fn host(url: &Url) -> &str {
    url.host_str().unwrap_or("the server")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, is_allowed: bool) {
        let url = Url::parse(address).unwrap();
        assert_eq!(check_address(&url).is_ok(), is_allowed, "{address}");
    }

    #[test]
    fn plain_http_goes_to_this_computer_alone() {
        check("https://contoso.crm4.dynamics.com/", true);
        check("http://localhost:8080/", true);
        check("http://127.0.0.1:8080/", true);
        check("http://[::1]:8080/", true);
        check("http://contoso.crm4.dynamics.com/", false);
        check("http://localhost.example.com/", false);
        check("http://127.0.0.1.example.com/", false);
        check("http://192.168.1.5/", false);
        check("file:///etc/passwd", false);
        check("ftp://localhost/", false);
    }

    #[test]
    fn a_request_prints_neither_token_nor_query_nor_body() {
        let url = Url::parse("https://contoso.example/api?$filter=emailaddress1 eq 'ada@contoso.example'").unwrap();
        let request =
            Request::patch_json(url, "{\"name\":\"secret\"}".to_owned()).bearer(&Private::new("eyJ0".to_owned()));
        assert_eq!(format!("{request:?}"), "Patch contoso.example");
    }
}
