//! Listens on both ports and hands each request to the service it is for.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use serde::{Deserialize, Serialize};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::authority::{self, Audience, Keys};
use crate::home::Home;
use crate::http::{Call, Reply};
use crate::schema::{self, Schema};
use crate::store::Store;
use crate::tls::TlsListener;
use crate::{graph, sample, webapi};

/// The largest attachment that an organisation can be set to take, in base64, with room for the rest.
const LARGEST_BODY: usize = 180 * 1024 * 1024;
/// How long requests under way may take to finish after a stop.
const FAREWELL: Duration = Duration::from_secs(5);

/// How to run an organisation.
#[derive(Clone, Debug)]
pub struct Options {
    pub data: PathBuf,
    /// `host:port`; port 0 takes a free one.
    pub http: String,
    pub https: String,
    /// Only a new folder is filled from it.
    pub seed: u64,
    /// How long access tokens live.
    pub token_seconds: i64,
    /// How long change-tracking tokens are good for.
    pub delta_seconds: i64,
    /// Whether the salesperson sees only the rows that she owns.
    pub rights: bool,
    /// Whether the sign-in page waits for a click instead of consenting by itself.
    pub ask: bool,
}

/// Where the services answer: base URLs without a trailing slash.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Addresses {
    pub organisation: String,
    pub organisation_https: String,
    pub authority: String,
    pub graph: String,
    /// The certificate authority's PEM file.
    pub ca: PathBuf,
}

/// What every request needs.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) schema: Schema,
    pub(crate) store: Store,
    pub(crate) keys: Keys,
    pub(crate) addresses: Addresses,
    pub(crate) token_seconds: i64,
    pub(crate) delta_seconds: i64,
    pub(crate) rights: bool,
    pub(crate) ask: bool,
    audiences: [Vec<String>; 2],
}

impl World {
    /// The spellings under which a service is known to the authority.
    pub(crate) fn audiences(&self, of: Audience) -> &[String] {
        match of {
            Audience::Crm => &self.audiences[0],
            Audience::Mail => &self.audiences[1],
        }
    }
}

/// A running organisation; dropped, it ends with its runtime.
#[derive(Debug)]
pub struct Running {
    addresses: Addresses,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<std::io::Result<()>>>,
}

impl Running {
    pub fn addresses(&self) -> &Addresses {
        &self.addresses
    }

    /// Finishes the requests under way, then ends.
    pub async fn stop(self) -> Result<()> {
        // Nobody listening means that the servers have ended by themselves.
        let _ = self.stop.send(true);
        for mut server in self.servers {
            if tokio::time::timeout(FAREWELL, &mut server).await.is_err() {
                server.abort();
            }
        }
        Ok(())
    }
}

/// Opens the folder, fills it when it is new, and answers on both ports when this returns.
pub async fn serve(options: Options) -> Result<Running> {
    let home = Home::open(&options.data)?;
    let http = listen(&options.http).await?;
    let https = listen(&options.https).await?;
    let plain = address("http", &options.http, &http)?;
    let secure = address("https", &options.https, &https)?;
    let addresses = Addresses {
        organisation: plain,
        organisation_https: secure.clone(),
        authority: secure.clone(),
        graph: format!("{secure}/graph"),
        ca: home.authority_certificate(),
    };
    let world = {
        let (home, addresses) = (home.clone(), addresses.clone());
        tokio::task::spawn_blocking(move || world(&home, addresses, &options)).await??
    };
    let world = Arc::new(world);
    let (stop, stopped) = watch::channel(false);
    let tls = TlsListener::new(https, &home)?;
    let servers = vec![run(http, "http", Arc::clone(&world), stopped.clone()), run(tls, "https", world, stopped)];
    Ok(Running { addresses, stop, servers })
}

fn world(home: &Home, addresses: Addresses, options: &Options) -> Result<World> {
    let schema = schema::stock()?;
    let store = Store::open(&home.rows()).with_context(|| {
        format!("{} cannot be opened; does another demo organisation use it?", home.rows().display())
    })?;
    sample::fill(&store, &schema, options.seed)?;
    Ok(World {
        audiences: [spellings(&addresses, "", Audience::Crm), spellings(&addresses, "/graph", Audience::Mail)],
        schema,
        store,
        keys: Keys::read(home)?,
        addresses,
        token_seconds: options.token_seconds,
        delta_seconds: options.delta_seconds,
        rights: options.rights,
        ask: options.ask,
    })
}

/// http or https, by name or by number, with or without a slash: all of them are the same service.
fn spellings(addresses: &Addresses, path: &str, audience: Audience) -> Vec<String> {
    let mut found = vec![audience.application().to_owned()];
    for base in [&addresses.organisation, &addresses.organisation_https] {
        let Some((scheme, rest)) = base.split_once("://") else { continue };
        let Some((host, port)) = rest.rsplit_once(':') else { continue };
        for host in [host, "localhost", "127.0.0.1"] {
            found.push(format!("{scheme}://{host}:{port}{path}"));
            found.push(format!("{scheme}://{host}:{port}{path}/"));
        }
    }
    found
}

async fn listen(address: &str) -> Result<TcpListener> {
    let listener = TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}; choose a free port, or port 0"))?;
    if !listener.local_addr()?.ip().is_loopback() {
        bail!("{address} is not a loopback address: the demo organisation serves this machine only");
    }
    Ok(listener)
}

/// The host as the caller named it, with the port that was really taken.
fn address(scheme: &str, asked: &str, listener: &TcpListener) -> Result<String> {
    let host = asked.rsplit_once(':').map_or(asked, |(host, _)| host);
    Ok(format!("{scheme}://{host}:{}", listener.local_addr()?.port()))
}

fn run<L>(
    listener: L,
    scheme: &'static str,
    world: Arc<World>,
    mut stopped: watch::Receiver<bool>,
) -> JoinHandle<std::io::Result<()>>
where
    L: axum::serve::Listener,
    L::Addr: std::fmt::Debug,
{
    let router = Router::new().fallback(answer).with_state((world, scheme));
    tokio::spawn(async move {
        axum::serve(listener, router)
            .with_graceful_shutdown(async move {
                // A lost sender means the same.
                let _ = stopped.wait_for(|stop| *stop).await;
            })
            .await
    })
}

async fn answer(State((world, scheme)): State<(Arc<World>, &'static str)>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, LARGEST_BODY).await else {
        return response(Reply::new(413, "text/plain", "The body is too large, or broke off."));
    };
    let host = parts.headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or("localhost");
    let call = Call {
        base: format!("{scheme}://{host}"),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
        method: parts.method,
        headers: parts.headers,
        body,
    };
    // Rows are read and written with blocking calls.
    match tokio::task::spawn_blocking(move || dispatch(&world, &call)).await {
        Ok(reply) => response(reply),
        Err(_) => response(Reply::new(500, "text/plain", "The demo organisation stumbled.")),
    }
}

fn dispatch(world: &World, call: &Call) -> Reply {
    if let Some(rest) = call.path.strip_prefix("/api/data/") {
        webapi::answer(world, call, rest)
    } else if let Some(rest) = call.path.strip_prefix("/graph/v1.0/") {
        graph::answer(world, call, rest)
    } else {
        authority::answer(world, call)
    }
}

fn response(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() = StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    for (name, value) in reply.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().append(HeaderName::from_static(name), value);
        }
    }
    response
}
