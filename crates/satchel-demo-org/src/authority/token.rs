//! Turns codes and refresh tokens into access tokens; what was used twice is worth nothing.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::authorize::{CODE, Code};
use super::denial::Denial;
use super::keys::{Audience, Grant};
use super::scope::Scopes;
use crate::doors;
use crate::http::{Call, Reply, form};
use crate::server::World;
use crate::staff::User;
use crate::store::Writing;

const REFRESH: &str = "refresh token";
const FAMILY: &str = "token family";

/// One link in a chain of refresh tokens.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Refresh {
    family: String,
    user: String,
    client: String,
    spent: bool,
}

/// All tokens that one sign-in led to.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Family {
    revoked: bool,
}

/// Who gets tokens, for what.
struct Holder {
    family: String,
    user: String,
    client: String,
    scope: Option<String>,
}

/// Only hashes are kept: who reads the file cannot sign in with it.
pub(super) fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret.as_bytes()))
}

pub(super) fn answer(world: &World, call: &Call) -> Reply {
    redeem(world, &form(&call.body)).unwrap_or_else(|denial| denial.reply())
}

fn redeem(world: &World, fields: &[(String, String)]) -> Result<Reply, Denial> {
    let field = |name: &str| {
        fields
            .iter()
            .find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value.as_str()))
            .ok_or_else(|| Denial::missing(name))
    };
    let client = field("client_id")?;
    let asked = field("scope").ok();
    match field("grant_type")? {
        "authorization_code" => {
            let (code, verifier) = (field("code")?, field("code_verifier")?);
            let redirect = field("redirect_uri")?;
            world.store.write(|writing| {
                let holder = by_code(writing, client, code, verifier, redirect)?;
                conclude(world, writing, holder, asked)
            })?
        }
        "refresh_token" => {
            let token = field("refresh_token")?;
            world.store.write(|writing| {
                let holder = by_refresh_token(writing, client, token)?;
                conclude(world, writing, holder, asked)
            })?
        }
        other => Err(Denial::new(
            "unsupported_grant_type",
            70_003,
            format!("The app requested an unsupported grant type '{other}'."),
        )),
    }
}

/// A refused token may leave a revocation behind; a refused gift leaves nothing spent.
fn conclude(
    world: &World,
    writing: &mut Writing<'_>,
    holder: Result<Holder, Denial>,
    asked: Option<&str>,
) -> Result<Result<Reply, Denial>, Denial> {
    match holder {
        Ok(holder) => give(world, writing, holder, asked).map(Ok),
        Err(denial) => Ok(Err(denial)),
    }
}

fn by_code(
    writing: &mut Writing<'_>,
    client: &str,
    code: &str,
    verifier: &str,
    redirect: &str,
) -> Result<Result<Holder, Denial>, Denial> {
    let key = hash(code);
    let Some(known) = writing.fact::<Code>(CODE, &key)? else {
        return Ok(Err(Denial::grant(9_002_313, "The authorization code is malformed or unknown.")));
    };
    if let Some(family) = &known.family {
        writing.remember(FAMILY, family, &Family { revoked: true })?;
        return Ok(Err(Denial::grant(
            54_005,
            "OAuth2 Authorization code was already redeemed, please retry with a new valid code.",
        )));
    }
    let refused = if known.expires < doors::now().as_second() {
        Some(Denial::grant(70_008, "The provided authorization code has expired."))
    } else if known.client != client {
        Some(Denial::grant(70_000, "The code was issued to another application."))
    } else if known.redirect != redirect {
        Some(Denial::grant(500_112, "The reply address does not match the one of the authorization request."))
    } else if URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes())) != known.challenge {
        Some(Denial::grant(
            501_481,
            "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
        ))
    } else {
        None
    };
    if let Some(denial) = refused {
        return Ok(Err(denial));
    }
    let family = doors::new_id().to_string();
    writing.remember(FAMILY, &family, &Family { revoked: false })?;
    writing.remember(CODE, &key, &Code { family: Some(family.clone()), ..known.clone() })?;
    Ok(Ok(Holder { family, user: known.user, client: known.client, scope: Some(known.scope) }))
}

fn by_refresh_token(writing: &mut Writing<'_>, client: &str, token: &str) -> Result<Result<Holder, Denial>, Denial> {
    let key = hash(token);
    let Some(known) = writing.fact::<Refresh>(REFRESH, &key)? else {
        return Ok(Err(Denial::grant(9_002_313, "The refresh token is malformed or unknown.")));
    };
    if known.client != client {
        return Ok(Err(Denial::grant(70_000, "The token was issued to another application.")));
    }
    let family = writing.fact::<Family>(FAMILY, &known.family)?;
    if family.is_none_or(|family| family.revoked) {
        return Ok(Err(Denial::grant(
            50_173,
            "The provided grant has expired due to it being revoked, a fresh auth token is needed.",
        )));
    }
    if known.spent {
        writing.remember(FAMILY, &known.family, &Family { revoked: true })?;
        return Ok(Err(Denial::grant(
            70_000,
            "The refresh token was already used; everything that came of this sign-in is revoked.",
        )));
    }
    writing.remember(REFRESH, &key, &Refresh { spent: true, ..known.clone() })?;
    Ok(Ok(Holder { family: known.family, user: known.user, client: known.client, scope: None }))
}

/// Signs the access token and, for who may stay signed in, the next refresh token.
fn give(world: &World, writing: &mut Writing<'_>, holder: Holder, asked: Option<&str>) -> Result<Reply, Denial> {
    let from_code = holder.scope.as_deref();
    let scope = asked.or(from_code).ok_or_else(|| Denial::missing("scope"))?;
    let scopes = Scopes::read(world, scope)?;
    if asked.is_some() && scopes.services.len() > 1 {
        return Err(Denial::new(
            "invalid_scope",
            28_000,
            "Provided value for the input parameter scope is not valid because it contains more than one \
             resource.",
        ));
    }
    let (audience, spelling) =
        scopes.services.first().ok_or_else(|| Denial::new("invalid_scope", 70_011, "The scope names no service."))?;
    let permissions = match audience {
        Audience::Crm => "user_impersonation",
        Audience::Mail => "Mail.ReadWrite Mail.Send User.Read",
    };
    let user = User::by_object_id(&holder.user)
        .ok_or_else(|| Denial::grant(50_034, "The user account does not exist in the directory."))?;
    let access_token = world
        .keys
        .sign(&Grant {
            user,
            audience: spelling,
            issuer: &super::issuer(&world.addresses.authority),
            client: &holder.client,
            scope: permissions,
            seconds: world.token_seconds,
        })
        .map_err(|error| Denial::new("server_error", 90_033, error.to_string()))?;
    let shown: Vec<String> = permissions.split(' ').map(|permission| format!("{spelling}/{permission}")).collect();
    let mut body = json!({
        "token_type": "Bearer",
        "scope": shown.join(" "),
        "expires_in": world.token_seconds,
        "ext_expires_in": world.token_seconds,
        "access_token": access_token,
    });
    let consented = from_code.is_none_or(|scope| scope.split_whitespace().any(|s| s == "offline_access"));
    if scopes.offline || consented {
        let next = doors::secret();
        let refresh = Refresh { family: holder.family, user: holder.user, client: holder.client, spent: false };
        writing.remember(REFRESH, &hash(&next), &refresh)?;
        body["refresh_token"] = next.into();
    }
    Ok(Reply::json(200, &body).with("cache-control", "no-store").with("pragma", "no-cache"))
}
