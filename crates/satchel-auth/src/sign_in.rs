//! Authorization code with PKCE in the user's own browser (RFC 8252).

use std::{fmt, time::Duration};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use satchel_domain::{Private, ServiceError, error::Answer};
use satchel_http::Client;
use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout};

use crate::{
    browser::OpenBrowser,
    callback::{Callback, Outcome},
    challenge::{Challenge, Registration, discover},
    random,
    token::{self, Authority},
};

/// How long the browser may take.
pub const PATIENCE: Duration = Duration::from_secs(5 * 60);

/// What a sign-in brings; [`Session::signed_in`](crate::Session::signed_in) goes on from here.
#[derive(Clone)]
pub struct SignedIn {
    pub authority: Authority,
    pub client_id: String,
    pub resource: String,
    pub refresh_token: Private<String>,
    pub access_token: Private<String>,
    pub expires: Instant,
}

impl fmt::Debug for SignedIn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "signed in to {}", self.resource)
    }
}

/// Opens the authority's page and waits for its answer. Dropping the future ends the waiting and closes the port.
pub async fn sign_in(
    http: &Client,
    registration: &Registration,
    browser: &dyn OpenBrowser,
    patience: Duration,
) -> Answer<SignedIn> {
    let Challenge { authority, resource } = discover(http, &registration.organisation).await?;
    let authority = match &registration.tenant {
        None => authority,
        Some(tenant) => {
            authority.of_tenant(tenant).ok_or_else(|| needed("the tenant in the settings cannot be used."))?
        }
    };
    let callback = Callback::bind()
        .await
        .map_err(|error| needed(&format!("this computer lets nobody listen for the browser ({error}).")))?;
    let redirect = callback.redirect_uri();
    let state = BASE64_URL_SAFE_NO_PAD.encode(random::bytes::<32>()?);
    let verifier = BASE64_URL_SAFE_NO_PAD.encode(random::bytes::<32>()?);
    let scope = token::scope(&resource);

    let mut page = authority.authorize().clone();
    page.query_pairs_mut()
        .append_pair("client_id", &registration.client_id)
        .append_pair("response_type", "code")
        .append_pair("response_mode", "query")
        .append_pair("redirect_uri", &redirect)
        .append_pair("scope", &scope)
        .append_pair("state", &state)
        .append_pair("code_challenge", &challenge_of(&verifier))
        .append_pair("code_challenge_method", "S256");
    browser.open(&page).map_err(|error| needed(&error.to_string()))?;

    let outcome =
        timeout(patience, callback.wait(&state)).await.map_err(|_| needed("the browser did not come back in time."))?;
    let code = match outcome.map_err(|error| needed(&format!("listening for the browser failed ({error}).")))? {
        Outcome::Code(code) => code,
        Outcome::Declined { error, description } => return Err(needed(&token::in_words(&error, &description))),
    };
    let fields = [
        ("grant_type", "authorization_code"),
        ("client_id", &registration.client_id),
        ("code", code.reveal()),
        ("redirect_uri", &redirect),
        ("code_verifier", &verifier),
        ("scope", &scope),
    ];
    // Counted from before the call, so that a slow answer shortens the token's life and never lengthens it.
    let asked = Instant::now();
    let granted = token::ask(http, &authority, &fields).await?;
    let refresh_token = granted.refresh.ok_or_else(|| {
        needed("the sign-in server lets nobody stay signed in (offline_access is missing in the registration).")
    })?;
    Ok(SignedIn {
        authority,
        client_id: registration.client_id.clone(),
        resource,
        refresh_token,
        access_token: granted.access,
        expires: asked + granted.lasts,
    })
}

/// PKCE's S256.
fn challenge_of(verifier: &str) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(verifier))
}

fn needed(why: &str) -> ServiceError {
    ServiceError::SignInNeeded { why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        assert_eq!(
            challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }
}
