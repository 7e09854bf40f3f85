//! The real services: the one place that names the adapters.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use satchel_app::{Access, Connection, FarPicture, Grant, KeepToken, MailServer, Membership, OfferedMailbox, Services};
use satchel_auth::{
    Authority, KeepRefreshToken, OpenBrowser, PATIENCE, Program, Registration, Session, SystemBrowser, SystemKeyring,
    new_key, new_salt, passphrase_key, sign_in,
};
use satchel_dataverse::Dataverse;
use satchel_domain::{
    Private, ServiceError,
    error::Answer,
    ports::{Clock, Later, Mailbox, SecretStore},
};
use satchel_graph::Graph;
use satchel_http::{Client, Settings, Strangers, Url};
use satchel_internet_mail::{Imap, check};

/// The system's clock: the one place that asks it.
#[derive(Debug)]
pub(crate) struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is given")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The real services of this system.
#[derive(Debug)]
pub(crate) struct Adapters {
    http: Client,
    strangers: Strangers,
    /// PEM files to trust besides the system's.
    authorities: Vec<Vec<u8>>,
    browser: Box<dyn OpenBrowser>,
    keyring: SystemKeyring,
}

impl Adapters {
    /// `authorities` are PEM files to trust besides the system's; `browser` is a program with its arguments, or empty;
    /// `picture_hosts` are those of a private network that may be asked for pictures.
    pub(crate) fn new(
        profile: &Path,
        authorities: Vec<Vec<u8>>,
        browser: Vec<String>,
        picture_hosts: Vec<String>,
    ) -> Result<Self> {
        let settings = Settings { extra_certificate_authorities: authorities.clone(), ..Settings::default() };
        let http = Client::new(&settings)?;
        let strangers = Strangers::new(&settings, picture_hosts)?;
        let mut words = browser.into_iter();
        let browser: Box<dyn OpenBrowser> = match words.next() {
            Some(program) => Box::new(Program { path: PathBuf::from(program), args: words.collect() }),
            None => Box::new(SystemBrowser),
        };
        // Two profiles have two keys, so the folder names the key.
        let folder = std::path::absolute(profile).context("the profile's folder has no absolute name")?;
        Ok(Self { http, strangers, authorities, browser, keyring: SystemKeyring::of_profile(folder.to_string_lossy()) })
    }
}

impl Adapters {
    /// The mailbox of whoever signed in: the same sign-in serves both.
    fn own_mailbox(&self, service: &str, session: &Session) -> Answer<OfferedMailbox> {
        let tokens = Arc::new(session.for_resource(service));
        let graph = Arc::new(Graph::new(self.http.clone(), &address(service)?, tokens)?);
        let asked = Arc::clone(&graph);
        let addresses = move || -> Later<'static, Answer<Vec<String>>> {
            let graph = Arc::clone(&asked);
            Box::pin(async move { graph.addresses().await })
        };
        Ok(OfferedMailbox { port: graph, addresses: Arc::new(addresses) })
    }

    fn imap(&self, server: &MailServer, password: &Private<String>) -> satchel_internet_mail::Settings {
        let settings = satchel_internet_mail::Settings::new(
            server.server.as_str(),
            server.port,
            server.user.as_str(),
            password.clone(),
        );
        let authority = self.authorities.concat();
        let certificate_authority = (!authority.is_empty()).then_some(authority);
        satchel_internet_mail::Settings { certificate_authority, ..settings }
    }
}

impl Services for Adapters {
    fn sign_in<'a>(&'a self, connection: &'a Connection) -> Later<'a, Answer<Grant>> {
        Box::pin(async move {
            let registration = Registration {
                organisation: address(&connection.organisation)?,
                client_id: connection.client_id.clone(),
                tenant: connection.tenant.clone(),
            };
            let signed_in = sign_in(&self.http, &registration, &*self.browser, PATIENCE).await?;
            Ok(Grant {
                membership: Membership {
                    connection: connection.clone(),
                    authority: signed_in.authority.base().to_owned(),
                    resource: signed_in.resource,
                },
                refresh_token: signed_in.refresh_token,
            })
        })
    }

    fn access(&self, grant: Grant, keep: KeepToken) -> Answer<Access> {
        let Membership { connection, authority, resource } = grant.membership;
        let authority = Authority::of_base(&address(&authority)?)
            .ok_or_else(|| ServiceError::SignInNeeded { why: "the stored authority is no address.".to_owned() })?;
        let session = Session::resume(
            self.http.clone(),
            authority,
            connection.client_id,
            resource,
            grant.refresh_token,
            Arc::new(Keep(keep)),
        );
        let organisation = address(&connection.organisation)?;
        let mailbox = match &connection.mail {
            Some(service) => Some(self.own_mailbox(service, &session)?),
            None => None,
        };
        let crm = Arc::new(Dataverse::new(self.http.clone(), &organisation, Arc::new(session))?);
        Ok(Access { crm, mailbox })
    }

    fn mail_server(&self, server: &MailServer, password: &Private<String>) -> Answer<Arc<dyn Mailbox>> {
        let imap = Imap::new(self.imap(server, password));
        let imap = imap.map_err(|error| ServiceError::Unreachable { why: error.to_string() })?;
        Ok(Arc::new(imap))
    }

    fn check_mail_server<'a>(&'a self, server: &'a MailServer, password: &'a Private<String>) -> Later<'a, Answer<()>> {
        Box::pin(async move { check(&self.imap(server, password)).await.map(|_| ()) })
    }

    fn far_picture<'a>(&'a self, address: &'a str, longest: usize) -> Later<'a, Option<FarPicture>> {
        Box::pin(async move {
            let found = self.strangers.find(address, longest).await?;
            Some(FarPicture { media_type: found.media_type, bytes: found.bytes })
        })
    }

    fn open_address(&self, address: &str) -> Result<(), String> {
        let url: Url = address.parse().map_err(|_| "This link is damaged. Nothing was opened.".to_owned())?;
        self.browser.open(&url).map_err(|error| error.to_string())
    }

    fn keyring(&self) -> &dyn SecretStore {
        &self.keyring
    }

    fn new_key(&self) -> Result<Private<String>, String> {
        new_key().map_err(|error| error.to_string())
    }

    fn new_salt(&self) -> Result<String, String> {
        let salt = new_salt().map_err(|error| error.to_string())?;
        Ok(salt.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    fn passphrase_key(&self, passphrase: &Private<String>, salt: &str) -> Result<Private<String>, String> {
        passphrase_key(passphrase, salt.as_bytes()).map_err(|error| error.to_string())
    }
}

/// The app's way of keeping a token, as the session wants it.
struct Keep(KeepToken);

impl fmt::Debug for Keep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Keep")
    }
}

impl KeepRefreshToken for Keep {
    fn keep<'a>(&'a self, token: &'a Private<String>) -> Later<'a, Result<(), String>> {
        let (keep, token) = (Arc::clone(&self.0), token.clone());
        Box::pin(async move {
            // It is written to disk, and this is a thread of the network's.
            let kept = tokio::task::spawn_blocking(move || keep(token)).await;
            kept.unwrap_or_else(|_| Err("keeping it was cut short".to_owned()))
        })
    }
}

fn address(text: &str) -> Answer<Url> {
    text.parse().map_err(|_| ServiceError::Unreachable {
        why: format!("\"{text}\" is no address. It looks like https://contoso.crm4.dynamics.com."),
    })
}
