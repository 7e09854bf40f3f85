//! Signs access tokens and checks them: signature, audience, expiry.

use std::fs;

use anyhow::{Context, Result};
use jsonwebtoken::jwk::{Jwk, JwkSet, KeyAlgorithm, PublicKeyUse, ThumbprintHash};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::doors;
use crate::home::Home;
use crate::staff::{self, User};

/// Who a token is for. Each service refuses the other's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub enum Audience {
    Crm,
    Mail,
}

impl Audience {
    /// The application id of the service, which tokens may carry instead of its address.
    pub(crate) const fn application(self) -> &'static str {
        match self {
            Self::Crm => "00000007-0000-0000-c000-000000000000",
            Self::Mail => "00000003-0000-0000-c000-000000000000",
        }
    }
}

/// Why a token opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    Missing,
    Expired,
    WrongAudience,
    Invalid,
}

#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    aud: String,
    iss: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    appid: String,
    oid: String,
    sub: String,
    tid: String,
    name: String,
    upn: String,
    scp: String,
    uti: String,
    ver: String,
}

/// What is asked of one token.
#[derive(Clone, Debug)]
pub(crate) struct Grant<'a> {
    pub(crate) user: User,
    pub(crate) audience: &'a str,
    pub(crate) issuer: &'a str,
    pub(crate) client: &'a str,
    pub(crate) scope: &'a str,
    pub(crate) seconds: i64,
}

pub(crate) struct Keys {
    signing: EncodingKey,
    checking: DecodingKey,
    public: Jwk,
    id: String,
}

impl Keys {
    pub(crate) fn read(home: &Home) -> Result<Self> {
        let pem = fs::read(home.signing_key()).context("the signing key cannot be read")?;
        let signing = EncodingKey::from_rsa_pem(&pem).context("the signing key is damaged")?;
        let mut public = Jwk::from_encoding_key(&signing, Algorithm::RS256)?;
        let id = public.thumbprint(ThumbprintHash::SHA256)?;
        public.common.key_id = Some(id.clone());
        public.common.public_key_use = Some(PublicKeyUse::Signature);
        public.common.key_algorithm = Some(KeyAlgorithm::RS256);
        let checking = DecodingKey::from_jwk(&public)?;
        Ok(Self { signing, checking, public, id })
    }

    /// The public half, for whoever wants to check tokens.
    pub(crate) fn set(&self) -> JwkSet {
        JwkSet { keys: vec![self.public.clone()] }
    }

    pub(crate) fn sign(&self, grant: &Grant<'_>) -> Result<String> {
        let person = grant.user.person();
        let now = doors::now().as_second();
        let claims = Claims {
            aud: grant.audience.to_owned(),
            iss: grant.issuer.to_owned(),
            iat: now,
            nbf: now,
            exp: now + grant.seconds,
            appid: grant.client.to_owned(),
            oid: person.object_id.to_string(),
            sub: person.object_id.simple().to_string(),
            tid: staff::TENANT.to_string(),
            name: person.name(),
            upn: person.address(),
            scp: grant.scope.to_owned(),
            uti: doors::new_id().simple().to_string(),
            ver: "1.0".to_owned(),
        };
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.id.clone());
        Ok(jsonwebtoken::encode(&header, &claims, &self.signing)?)
    }

    /// The user who bears the token of an `Authorization` header.
    pub(crate) fn bearer(&self, authorization: Option<&str>, audiences: &[String]) -> Result<User, Refused> {
        let token = authorization
            .and_then(|header| header.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .filter(|token| !token.is_empty())
            .ok_or(Refused::Missing)?;
        let mut validation = Validation::new(Algorithm::RS256);
        validation.leeway = 0;
        validation.validate_nbf = true;
        validation.set_audience(audiences);
        validation.set_required_spec_claims(&["exp", "aud"]);
        let claims = jsonwebtoken::decode::<Claims>(token, &self.checking, &validation)
            .map_err(|error| match error.kind() {
                jsonwebtoken::errors::ErrorKind::ExpiredSignature => Refused::Expired,
                jsonwebtoken::errors::ErrorKind::InvalidAudience => Refused::WrongAudience,
                _ => Refused::Invalid,
            })?
            .claims;
        let ours = Uuid::parse_str(&claims.tid).is_ok_and(|tenant| tenant == staff::TENANT);
        User::by_object_id(&claims.oid).filter(|_| ours).ok_or(Refused::Invalid)
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The private half stays out of every log.
        f.debug_struct("Keys").field("id", &self.id).finish_non_exhaustive()
    }
}
