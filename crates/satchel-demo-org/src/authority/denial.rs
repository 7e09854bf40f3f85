//! How the authority refuses: an OAuth error with one of Entra's numbers.

use serde_json::json;

use crate::doors;
use crate::http::Reply;
use crate::store::StoreError;

/// An OAuth error code, Entra's number for it, and what to tell the developer.
#[derive(Debug)]
pub(crate) struct Denial {
    pub(crate) error: &'static str,
    pub(crate) number: u32,
    pub(crate) message: String,
}

impl Denial {
    pub(crate) fn new(error: &'static str, number: u32, message: impl Into<String>) -> Self {
        Self { error, number, message: message.into() }
    }

    pub(crate) fn grant(number: u32, message: impl Into<String>) -> Self {
        Self::new("invalid_grant", number, message)
    }

    pub(crate) fn request(number: u32, message: impl Into<String>) -> Self {
        Self::new("invalid_request", number, message)
    }

    pub(crate) fn missing(parameter: &str) -> Self {
        Self::request(900_144, format!("The request body must contain the following parameter: '{parameter}'."))
    }

    pub(crate) fn description(&self) -> String {
        format!("AADSTS{}: {}", self.number, self.message)
    }

    /// The token endpoint's refusal.
    pub(crate) fn reply(&self) -> Reply {
        let (trace, correlation) = (doors::new_id(), doors::new_id());
        let time = doors::now().strftime("%Y-%m-%d %H:%M:%SZ").to_string();
        let body = json!({
            "error": self.error,
            "error_description": format!(
                "{} Trace ID: {trace} Correlation ID: {correlation} Timestamp: {time}",
                self.description()
            ),
            "error_codes": [self.number],
            "timestamp": time,
            "trace_id": trace,
            "correlation_id": correlation,
        });
        Reply::json(400, &body).with("cache-control", "no-store")
    }

    /// The sign-in page's refusal, when there is nowhere safe to send the browser.
    pub(crate) fn page(&self) -> Reply {
        let page = format!(
            "<!doctype html><title>Sign in</title><h1>Sorry, we cannot sign you in</h1><p>{}</p>",
            escape(&self.description())
        );
        Reply::new(400, "text/html; charset=utf-8", page)
    }
}

impl From<StoreError> for Denial {
    fn from(error: StoreError) -> Self {
        Self::new("server_error", 90_033, format!("A transient error has occurred: {error}"))
    }
}

pub(crate) fn no_tenant(tenant: &str, rest: &[&str]) -> Reply {
    let denial = Denial::request(
        90_002,
        format!("Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID."),
    );
    match rest {
        [] => Reply::new(404, "text/plain", "There is nothing here."),
        [.., "authorize"] => denial.page(),
        _ => denial.reply(),
    }
}

/// Text that is safe inside HTML.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}
