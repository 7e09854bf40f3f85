//! Where to sign in: the organisation itself says so when it is asked without a token.

use satchel_domain::{ServiceError, error::Answer};
use satchel_http::{Client, Expect, Request, Url, check_address};

use crate::token::Authority;

/// What the settings say of an organisation and of our registration with its authority.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    /// Such as `https://contoso.crm4.dynamics.com/`.
    pub organisation: Url,
    pub client_id: String,
    /// Instead of the one that the organisation names.
    pub tenant: Option<String>,
}

/// What the organisation answers to a call without a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Challenge {
    pub authority: Authority,
    /// Whom a token must be for.
    pub resource: String,
}

/// Asks the organisation where its users sign in.
pub async fn discover(http: &Client, organisation: &Url) -> Answer<Challenge> {
    let url = organisation.join("/api/data/v9.2/WhoAmI").map_err(|_| not_dynamics(organisation))?;
    // An error page is no captive portal here: any server may have one.
    let response = http.send(Request::get(url).expect(Expect::Anything)).await?;
    if response.status != 401 {
        return Err(not_dynamics(organisation));
    }
    let found = response.headers_named("WWW-Authenticate").find_map(read);
    let challenge = found.ok_or_else(|| not_dynamics(organisation))?;
    check_address(challenge.authority.token())?;
    check_address(challenge.authority.authorize())?;
    Ok(challenge)
}

fn not_dynamics(organisation: &Url) -> ServiceError {
    let host = organisation.host_str().unwrap_or("This address");
    ServiceError::Unreachable {
        why: format!(
            "{host} does not answer like a Dynamics 365 organisation. Check the address. If this network wants you to \
             sign in to it first, do that in a browser, then try again."
        ),
    }
}

/// Reads `Bearer authorization_uri=…, resource_id=…`; the values come with quotes and without.
fn read(header: &str) -> Option<Challenge> {
    let (scheme, rest) = header.trim().split_once(' ')?;
    let value = |wanted: &str| {
        let pairs = rest.split(',').filter_map(|pair| pair.trim().split_once('='));
        let mut found = pairs.filter(|(key, _)| key.trim().eq_ignore_ascii_case(wanted));
        found.next().map(|(_, value)| value.trim().trim_matches('"').to_owned())
    };
    if !scheme.eq_ignore_ascii_case("bearer") {
        return None;
    }
    let authority = Authority::of_authorize_uri(&value("authorization_uri")?.parse().ok()?)?;
    Some(Challenge { authority, resource: value("resource_id")? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(header: &str, authorize: Option<&str>, resource: Option<&str>) {
        let challenge = read(header);
        assert_eq!(challenge.as_ref().map(|found| found.authority.authorize().as_str()), authorize);
        assert_eq!(challenge.as_ref().map(|found| found.resource.as_str()), resource);
    }

    #[test]
    fn a_challenge_is_read_with_and_without_quotes() {
        let authorize = Some("https://login.microsoftonline.com/5c1b/oauth2/v2.0/authorize");
        let resource = Some("https://contoso.crm11.dynamics.com/");
        check(
            "Bearer authorization_uri=https://login.microsoftonline.com/5c1b/oauth2/authorize, resource_id=https://contoso.crm11.dynamics.com/",
            authorize,
            resource,
        );
        check(
            "bearer authorization_uri=\"https://login.microsoftonline.com/5c1b/oauth2/authorize\",resource_id=\"https://contoso.crm11.dynamics.com/\"",
            authorize,
            resource,
        );
    }

    #[test]
    fn what_is_no_challenge_names_nobody() {
        check("Basic realm=\"intranet\"", None, None);
        check("Bearer", None, None);
        check("Bearer authorization_uri=nonsense, resource_id=x", None, None);
    }
}
