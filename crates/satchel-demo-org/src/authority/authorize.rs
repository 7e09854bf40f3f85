//! The sign-in page: gives a browser a code that only the app which asked can use.

use axum::http::Method;
use jiff::ToSpan;
use serde::{Deserialize, Serialize};

use super::denial::{Denial, escape};
use super::scope::Scopes;
use super::token::hash;
use crate::doors;
use crate::http::{Call, Reply, form};
use crate::server::World;
use crate::staff::User;

pub(super) const CODE: &str = "code";
/// A code must be used within this time.
const CODE_MINUTES: i64 = 5;

/// What a code stands for.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Code {
    pub(super) user: String,
    pub(super) client: String,
    pub(super) redirect: String,
    pub(super) challenge: String,
    pub(super) scope: String,
    pub(super) expires: i64,
    /// Set when the code was used: a second use revokes what the first one gave.
    pub(super) family: Option<String>,
}

pub(super) fn answer(world: &World, call: &Call) -> Reply {
    let options = call.options();
    let option = |name: &str| options.iter().find_map(|(key, value)| (key == name).then_some(value.as_str()));
    let Some(client) = option("client_id").filter(|client| !client.is_empty()) else {
        return Denial::missing("client_id").page();
    };
    let Some(redirect) = option("redirect_uri").filter(|redirect| is_loopback(redirect)) else {
        return Denial::request(
            50_011,
            "The redirect URI specified in the request does not match the redirect URIs configured for \
             the application: http://localhost with any port.",
        )
        .page();
    };
    let state = option("state");
    let checked = check(world, option("response_type"), option("scope"), |name| option(name).map(str::to_owned));
    let (scope, challenge) = match checked {
        Ok(checked) => checked,
        Err(denial) => {
            let answer = [("error", denial.error.to_owned()), ("error_description", denial.description())];
            return back(redirect, state, &answer);
        }
    };
    let Some(user) = who(world, call, option("login_hint")) else {
        return page(call);
    };
    let code = Code {
        user: user.person().object_id.to_string(),
        client: client.to_owned(),
        redirect: redirect.to_owned(),
        challenge,
        scope,
        expires: (doors::now() + CODE_MINUTES.minutes()).as_second(),
        family: None,
    };
    let secret = doors::secret();
    match world.store.write(|writing| writing.remember(CODE, &hash(&secret), &code)) {
        Ok(()) => back(redirect, state, &[("code", secret)]),
        Err(error) => Denial::from(error).page(),
    }
}

/// The scope and the challenge of a request that may go on.
fn check(
    world: &World,
    response_type: Option<&str>,
    scope: Option<&str>,
    option: impl Fn(&str) -> Option<String>,
) -> Result<(String, String), Denial> {
    if response_type != Some("code") {
        return Err(Denial::new("unsupported_response_type", 700_054, "The response type must be 'code'."));
    }
    if option("response_mode").is_some_and(|mode| mode != "query") {
        return Err(Denial::request(90_014, "The response mode must be 'query'."));
    }
    let scope = scope.ok_or_else(|| Denial::missing("scope"))?;
    Scopes::read(world, scope)?;
    let challenge = option("code_challenge").filter(|challenge| !challenge.is_empty());
    match (challenge, option("code_challenge_method").as_deref()) {
        (Some(challenge), Some("S256")) => Ok((scope.to_owned(), challenge)),
        _ => Err(Denial::request(
            9_002_325,
            "Proof Key for Code Exchange is required: send code_challenge with method S256.",
        )),
    }
}

/// In demo mode the page consents by itself, as the salesperson or whom the hint names;
/// otherwise only a click says who it is.
fn who(world: &World, call: &Call, hint: Option<&str>) -> Option<User> {
    if world.ask {
        let clicked = (call.method == Method::POST).then(|| form(&call.body))?;
        return clicked.iter().find_map(|(key, value)| (key == "user").then(|| User::by_address(value))?);
    }
    Some(hint.and_then(User::by_address).unwrap_or(User::Salesperson))
}

fn page(call: &Call) -> Reply {
    let mut buttons = String::new();
    for user in User::ALL {
        let person = user.person();
        buttons += &format!(
            "<p><button name=\"user\" value=\"{}\">Continue as {} ({})</button></p>",
            escape(&person.address()),
            escape(&person.name()),
            escape(person.title),
        );
    }
    let page = format!(
        "<!doctype html><meta charset=\"utf-8\"><title>Sign in</title><h1>Pick an account</h1>\
         <form method=\"post\" action=\"{}?{}\">{buttons}</form>",
        escape(&call.path),
        escape(&call.query)
    );
    Reply::new(200, "text/html; charset=utf-8", page).with("cache-control", "no-store")
}

/// Apps on this machine listen on a port of their own, which no registration can know.
fn is_loopback(redirect: &str) -> bool {
    url::Url::parse(redirect).is_ok_and(|url| {
        url.scheme() == "http"
            && matches!(url.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"))
            && url.username().is_empty()
    })
}

fn back(redirect: &str, state: Option<&str>, answer: &[(&str, String)]) -> Reply {
    let Ok(mut url) = url::Url::parse(redirect) else {
        return Reply::empty(400);
    };
    let mut pairs = url.query_pairs_mut();
    for (name, value) in answer {
        pairs.append_pair(name, value);
    }
    if let Some(state) = state {
        pairs.append_pair("state", state);
    }
    drop(pairs);
    Reply::empty(302).with("location", url).with("cache-control", "no-store")
}
