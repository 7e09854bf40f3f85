//! Sends requests, reads whole answers, and maps what every service has in common.

use reqwest::redirect::Policy;
use satchel_domain::{Private, ServiceError, error::Answer, ports::TokenSource};

use crate::{
    failure, pace,
    request::{Expect, Method, Request, check_address, host, is_loopback},
    response::Response,
    settings::{Settings, SettingsError},
};

const PROGRAM: &str = concat!("Satchel/", env!("CARGO_PKG_VERSION"));

/// Clones share their connections.
#[derive(Clone, Debug)]
pub struct Client {
    /// Goes through the proxy.
    remote: reqwest::Client,
    /// Never does: this computer needs no one to be reached.
    local: reqwest::Client,
    longest_body: usize,
}

impl Client {
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let remote = builder(settings)?;
        let remote = match &settings.proxy {
            None => remote,
            Some(proxy) => remote.proxy(
                reqwest::Proxy::all(proxy.clone())
                    .map_err(|error| SettingsError::Proxy(error.without_url().to_string()))?,
            ),
        };
        let build =
            |builder: reqwest::ClientBuilder| builder.build().map_err(|error| SettingsError::System(error.to_string()));
        Ok(Self {
            remote: build(remote)?,
            local: build(builder(settings)?.no_proxy())?,
            longest_body: settings.longest_body,
        })
    }

    /// Sends it once. Every status comes back as an answer, save those that mean the same everywhere.
    pub async fn send(&self, request: Request) -> Answer<Response> {
        check_address(&request.url)?;
        let client = if is_loopback(&request.url) { &self.local } else { &self.remote };
        let sent = wire(client, &request).send().await;
        let answer = sent.map_err(|error| failure::of_sending(&request, &error))?;
        let response = self.read(&request, answer).await?;
        judge(&request, response)
    }

    /// Sends it with a token. A token that is refused is renewed once; a refused request has done nothing, so writes too are sent again.
    pub async fn send_as(&self, tokens: &dyn TokenSource, request: Request) -> Answer<Response> {
        check_address(&request.url)?;
        let token = tokens.token().await?;
        let response = self.send(request.clone().bearer(&token)).await?;
        if response.status != 401 {
            return Ok(response);
        }
        let token = tokens.renew(&token).await?;
        let host = host(&request.url).to_owned();
        match self.send(request.bearer(&token)).await? {
            response if response.status == 401 => {
                Err(ServiceError::SignInNeeded { why: format!("{host} does not accept our sign-in any more.") })
            }
            response => Ok(response),
        }
    }

    async fn read(&self, request: &Request, mut answer: reqwest::Response) -> Answer<Response> {
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        let headers = headers.collect();
        let status = answer.status().as_u16();
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| failure::of_sending(request, &error))? {
            if body.len() + chunk.len() > self.longest_body {
                return Err(ServiceError::Broken { detail: format!("it is longer than {} bytes", self.longest_body) });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Response { status, headers, body: Private::new(body) })
    }
}

fn builder(settings: &Settings) -> Result<reqwest::ClientBuilder, SettingsError> {
    let builder = with_authorities(reqwest::Client::builder(), settings)?
        .user_agent(PROGRAM)
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(settings.connect_timeout)
        .read_timeout(settings.read_timeout)
        .timeout(settings.total_timeout);
    Ok(builder)
}

/// Trusts the system's authorities and those of the settings.
pub(crate) fn with_authorities(
    builder: reqwest::ClientBuilder,
    settings: &Settings,
) -> Result<reqwest::ClientBuilder, SettingsError> {
    let bad = |error: reqwest::Error| SettingsError::CertificateAuthority(error.to_string());
    let mut authorities = Vec::new();
    for pem in &settings.extra_certificate_authorities {
        let found = reqwest::Certificate::from_pem_bundle(pem).map_err(bad)?;
        if found.is_empty() {
            return Err(SettingsError::CertificateAuthority("it holds no certificate".to_owned()));
        }
        authorities.extend(found);
    }
    Ok(builder.tls_certs_merge(authorities))
}

fn wire(client: &reqwest::Client, request: &Request) -> reqwest::RequestBuilder {
    let method = match request.method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Patch => reqwest::Method::PATCH,
        Method::Delete => reqwest::Method::DELETE,
    };
    let mut builder = client.request(method, request.url.clone());
    for (name, value) in &request.headers {
        builder = builder.header(*name, value.reveal());
    }
    match &request.body {
        Some(body) => builder.body(body.reveal().clone()),
        None => builder,
    }
}

/// The answers that mean the same whichever service gave them.
fn judge(request: &Request, response: Response) -> Answer<Response> {
    match response.status {
        407 => Err(failure::proxy_wants_sign_in()),
        429 | 503 => {
            Err(ServiceError::Throttled { wait: pace::wait(response.header("Retry-After"), response.header("Date")) })
        }
        300..=399 if response.status != 304 => Err(failure::captive_portal(request)),
        511 => Err(failure::captive_portal(request)),
        // A gateway gave up on the service, which may have gone on.
        502 | 504 if request.may_repeat => Err(ServiceError::Unreachable {
            why: format!("{} does not answer behind its gateway. Try again later.", host(&request.url)),
        }),
        502 | 504 => Err(ServiceError::Unanswered),
        200..=299 if request.expect == Expect::Json && response.is_page() => Err(failure::captive_portal(request)),
        _ => Ok(response),
    }
}
