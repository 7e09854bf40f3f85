//! Plays the sign-in authority: who you are, proven by tokens that the services check.

mod authorize;
mod denial;
mod keys;
mod scope;
mod token;

pub use keys::Audience;
pub(crate) use keys::{Grant, Keys, Refused};

use axum::http::Method;
use serde_json::json;
use uuid::Uuid;

use crate::http::{Call, Reply};
use crate::server::World;
use crate::staff;

/// Names under which the one tenant answers besides its id.
const ALIASES: [&str; 3] = ["organizations", "common", staff::DOMAIN];

pub(crate) fn answer(world: &World, call: &Call) -> Reply {
    let parts: Vec<&str> = call.path.trim_matches('/').split('/').collect();
    let [tenant, rest @ ..] = parts.as_slice() else {
        return Reply::empty(404);
    };
    let known = Uuid::parse_str(tenant).is_ok_and(|id| id == staff::TENANT) || ALIASES.contains(tenant);
    let get = call.method == Method::GET;
    match rest {
        [] if tenant.is_empty() && get => front_page(world),
        _ if !known => denial::no_tenant(tenant, rest),
        ["v2.0", ".well-known", "openid-configuration"] | [".well-known", "openid-configuration"] if get => {
            configuration(world)
        }
        ["discovery", "v2.0", "keys"] if get => match serde_json::to_value(world.keys.set()) {
            Ok(keys) => Reply::json(200, &keys),
            Err(_) => Reply::empty(500),
        },
        ["oauth2", "v2.0", "authorize"] | ["oauth2", "authorize"] => authorize::answer(world, call),
        ["oauth2", "v2.0", "token"] if call.method == Method::POST => token::answer(world, call),
        _ => Reply::new(404, "text/plain", "There is nothing here."),
    }
}

fn front_page(world: &World) -> Reply {
    let page = format!(
        "<!doctype html><title>Demo organisation</title><h1>{}</h1>\
         <p>A Dynamics 365 organisation that exists on this machine only. \
         Its Web API is at <code>{}/api/data/v9.2</code>.</p>",
        staff::COMPANY,
        world.addresses.organisation_https
    );
    Reply::new(200, "text/html; charset=utf-8", page)
}

/// Who signs the tokens.
pub(crate) fn issuer(authority: &str) -> String {
    format!("{authority}/{}/v2.0", staff::TENANT)
}

fn configuration(world: &World) -> Reply {
    let base = format!("{}/{}", world.addresses.authority, staff::TENANT);
    Reply::json(
        200,
        &json!({
            "issuer": issuer(&world.addresses.authority),
            "authorization_endpoint": format!("{base}/oauth2/v2.0/authorize"),
            "token_endpoint": format!("{base}/oauth2/v2.0/token"),
            "jwks_uri": format!("{base}/discovery/v2.0/keys"),
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "subject_types_supported": ["pairwise"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["none"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }),
    )
}
