//! The authority's two addresses, and what its token address answers.

use std::{fmt, time::Duration};

use satchel_domain::{Private, ServiceError, error::Answer};
use satchel_http::{Client, Request, Url};
use serde::Deserialize;

/// An authority that speaks the v2.0 protocol of Microsoft Entra.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    authorize: Url,
    token: Url,
}

impl Authority {
    /// Of its base address, such as `https://login.microsoftonline.com/<tenant>`.
    pub fn of_base(base: &Url) -> Option<Self> {
        let base = base.as_str().trim_end_matches('/');
        let at = |end: &str| format!("{base}/oauth2/v2.0/{end}").parse().ok();
        Some(Self { authorize: at("authorize")?, token: at("token")? })
    }

    /// Of the address in a challenge, which names the older protocol.
    pub(crate) fn of_authorize_uri(uri: &Url) -> Option<Self> {
        let path = uri.path().trim_end_matches('/');
        let base = ["/oauth2/v2.0/authorize", "/oauth2/authorize"].iter().find_map(|end| path.strip_suffix(end));
        let mut at = uri.clone();
        at.set_path(base.unwrap_or(path));
        at.set_query(None);
        at.set_fragment(None);
        Self::of_base(&at)
    }

    /// The same authority for another tenant.
    pub(crate) fn of_tenant(&self, tenant: &str) -> Option<Self> {
        let mut base = self.token.clone();
        let mut parts: Vec<_> = self.token.path_segments()?.collect();
        let first = parts.len().checked_sub(4)?;
        parts.truncate(first + 1);
        parts[first] = tenant;
        base.set_path(&parts.join("/"));
        Self::of_base(&base)
    }

    pub fn authorize(&self) -> &Url {
        &self.authorize
    }

    pub fn token(&self) -> &Url {
        &self.token
    }

    /// Its base address, good for [`Authority::of_base`] later.
    pub fn base(&self) -> &str {
        self.token.as_str().trim_end_matches("/oauth2/v2.0/token")
    }
}

/// The scope that asks for everything the registration may do with `resource`.
pub(crate) fn scope(resource: &str) -> String {
    format!("{}/.default offline_access", resource.trim_end_matches('/'))
}

/// What was granted.
#[derive(Clone)]
pub(crate) struct Granted {
    pub(crate) access: Private<String>,
    pub(crate) lasts: Duration,
    /// The authority may leave the old one in force.
    pub(crate) refresh: Option<Private<String>>,
}

impl fmt::Debug for Granted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a token for {:?}", self.lasts)
    }
}

#[derive(Deserialize)]
struct Grant {
    access_token: String,
    expires_in: u64,
    refresh_token: Option<String>,
}

#[derive(Default, Deserialize)]
struct Fault {
    #[serde(default)]
    error: String,
    #[serde(default)]
    error_description: String,
}

/// Asks the token address. Nothing of ours was sent to the CRM by this, so a lost answer is `Unreachable` to whoever wanted a token.
pub(crate) async fn ask(http: &Client, authority: &Authority, fields: &[(&str, &str)]) -> Answer<Granted> {
    let request = Request::post_form(authority.token().clone(), fields).header("Accept", "application/json");
    let response = http.send(request).await.map_err(|error| match error {
        ServiceError::Unanswered => silent(),
        other => other,
    })?;
    if response.is_success() {
        let grant: Grant = response.json()?;
        return Ok(Granted {
            access: Private::new(grant.access_token),
            lasts: Duration::from_secs(grant.expires_in),
            refresh: grant.refresh_token.map(Private::new),
        });
    }
    let fault: Fault = response.json().unwrap_or_default();
    Err(match fault.error.as_str() {
        "temporarily_unavailable" | "server_error" => silent(),
        _ if response.status >= 500 => silent(),
        error => ServiceError::SignInNeeded { why: in_words(error, &fault.error_description) },
    })
}

/// An authority's complaint as a sentence; its own words where it has some.
pub(crate) fn in_words(error: &str, description: &str) -> String {
    let first = description.lines().next().unwrap_or_default().trim();
    match (error, first) {
        ("invalid_grant", "") => "the sign-in is no longer valid.".to_owned(),
        ("invalid_grant", words) => format!("the sign-in is no longer valid. The sign-in server says: {words}"),
        ("access_denied", "") => "the sign-in was declined.".to_owned(),
        ("access_denied", words) => format!("the sign-in was declined. The sign-in server says: {words}"),
        ("", "") => "the sign-in server refused without a reason.".to_owned(),
        (error, "") => format!("the sign-in server refused ({error})."),
        (error, words) => format!("the sign-in server refused ({error}): {words}"),
    }
}

fn silent() -> ServiceError {
    ServiceError::Unreachable { why: "The sign-in server does not answer. Try again later.".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_of_the_settings_replaces_the_one_that_the_organisation_names() {
        let named = Authority::of_base(&"https://login.example.com/common".parse().unwrap()).unwrap();
        let ours = named.of_tenant("contoso.example.com").unwrap();
        assert_eq!(ours.token().as_str(), "https://login.example.com/contoso.example.com/oauth2/v2.0/token");
        assert_eq!(ours.base(), "https://login.example.com/contoso.example.com");
    }

    #[test]
    fn a_slash_at_the_end_of_a_resource_does_not_count() {
        assert_eq!(scope("https://contoso.example/"), scope("https://contoso.example"));
    }
}
