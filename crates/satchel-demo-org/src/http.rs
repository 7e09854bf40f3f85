//! A request and an answer, as the services see them.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method};

/// One request, read whole.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) method: Method,
    /// Scheme, host and port as the caller wrote them: links in answers start with it.
    pub(crate) base: String,
    /// Still percent-encoded.
    pub(crate) path: String,
    /// Still percent-encoded, without the question mark.
    pub(crate) query: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl Call {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The options of the query, decoded.
    pub(crate) fn options(&self) -> Vec<(String, String)> {
        form(self.query.as_bytes())
    }

    /// The request's own URL with one option set anew and another taken out.
    pub(crate) fn continued(&self, without: &[&str], name: &str, value: &str) -> String {
        let mut url = format!("{}{}?", self.base, self.path);
        for pair in self.query.split('&').filter(|pair| !pair.is_empty()) {
            let key = form(pair.as_bytes()).into_iter().next().map(|(key, _)| key);
            if key.is_some_and(|key| !without.contains(&key.as_str())) {
                url += pair;
                url.push('&');
            }
        }
        url + name + "=" + &encode(value)
    }
}

pub(crate) fn form(text: &[u8]) -> Vec<(String, String)> {
    url::form_urlencoded::parse(text).into_owned().collect()
}

/// Percent-encodes all but the harmless.
pub(crate) fn encode(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

/// Percent-decodes a path; a plus stays a plus.
pub(crate) fn decode_path(path: &str) -> String {
    form(path.replace('+', "%2B").replace('&', "%26").replace('=', "%3D").as_bytes())
        .into_iter()
        .map(|(key, _)| key)
        .collect()
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Vec<u8>,
}

impl Reply {
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    pub(crate) fn new(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        Self::empty(status).with("content-type", kind).with_body(body)
    }

    pub(crate) fn json(status: u16, body: &serde_json::Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", body.to_string())
    }

    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    fn with_body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_its_plus_and_its_quotes() {
        assert_eq!(decode_path("/contacts(emailaddress1=%27a+b%40x%27)/name"), "/contacts(emailaddress1='a+b@x')/name");
    }

    #[test]
    fn a_link_keeps_the_callers_options_and_sets_its_own() {
        let call = Call {
            method: Method::GET,
            base: "http://h".to_owned(),
            path: "/accounts".to_owned(),
            query: "%24select=name&$skiptoken=old".to_owned(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
        };
        assert_eq!(
            call.continued(&["$skiptoken"], "$skiptoken", "a b"),
            "http://h/accounts?%24select=name&$skiptoken=a%20b"
        );
    }
}
