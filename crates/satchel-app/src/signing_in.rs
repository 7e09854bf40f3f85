//! From a shut profile to one at work: opening the database, signing in, starting the agent.

use std::{sync::Arc, time::Duration};

use satchel_domain::Private;
use satchel_store::{Database, Durability, StoreError, Tx, salvage, secrets, settings};
use satchel_sync::{Event, Mailboxes};

use crate::{
    app::{App, Desk, Phase, SignIn},
    damage,
    mail::Boxes,
    opening::{Opening, opening},
    requests::*,
    services::{Connection, Grant, KeepToken},
};

const MEMBERSHIP: &str = "membership";
pub(crate) const WORKING_OFFLINE: &str = "working_offline";
pub(crate) const PAUSED: &str = "paused";
const REFRESH_TOKEN: &str = "refresh_token";
/// No call of a service may take longer than this.
pub(crate) const CALL_LIMIT: Duration = Duration::from_secs(120);

impl App {
    /// What the window should show now.
    pub async fn start(self: &Arc<Self>, _request: AskStart) -> Result<Start, CommandError> {
        match self.phase() {
            // The keyring may have been unlocked meanwhile.
            Phase::Barred(Start::KeyMissing { .. } | Start::Closed { .. }) => self.open().await,
            Phase::Shut | Phase::Barred(_) | Phase::Open(_) | Phase::Working(_) => {}
        }
        self.shown().await
    }

    pub async fn try_demo(self: &Arc<Self>, _request: TryDemo) -> Result<Start, CommandError> {
        let Some(demo) = self.options.demo.clone() else {
            return Err(CommandError::invalid("There is no demo organisation here. Start one with `cargo xtask run`."));
        };
        self.sign_in(demo).await
    }

    pub async fn connect(self: &Arc<Self>, request: Connect) -> Result<Start, CommandError> {
        let connection = connection(&request)?;
        self.sign_in(connection).await
    }

    pub async fn sign_in_again(self: &Arc<Self>, _request: SignInAgain) -> Result<Start, CommandError> {
        let connection = self.desk()?.membership.connection;
        self.sign_in(connection).await
    }

    /// Ends the wait for the browser, if there is one.
    pub async fn cancel_sign_in(self: &Arc<Self>, _request: CancelSignIn) -> Result<Done, CommandError> {
        self.cancel_sign_in.notify_waiters();
        Ok(Done {})
    }

    /// Opens the database with a passphrase, or makes it where there is no keyring.
    pub async fn use_passphrase(self: &Arc<Self>, request: UsePassphrase) -> Result<Start, CommandError> {
        let is_new = match self.phase() {
            Phase::Barred(Start::Passphrase { is_new, .. }) => is_new,
            Phase::Shut | Phase::Barred(_) | Phase::Open(_) | Phase::Working(_) => {
                return Err(CommandError::invalid("No passphrase is wanted now."));
            }
        };
        if is_new && request.passphrase.chars().count() < 8 {
            return Err(CommandError::invalid("Choose a passphrase of at least eight characters."));
        }
        if is_new && !self.folder.found().salt {
            self.folder.keep_salt(&self.services.new_salt().map_err(CommandError::storage)?)?;
        }
        let salt = self.folder.salt()?;
        let services = Arc::clone(&self.services);
        let passphrase = Private::new(request.passphrase);
        let key = tokio::task::spawn_blocking(move || services.passphrase_key(&passphrase, &salt))
            .await
            .map_err(|_| CommandError::storage("The passphrase could not be used. Try again."))?
            .map_err(CommandError::storage)?;
        if is_new && !self.folder.found().database {
            self.make(key).await?
        } else {
            self.open_with(key).await?
        }
        self.shown().await
    }

    /// Puts a database that cannot be opened out of the way; nothing is deleted.
    pub async fn set_file_aside(self: &Arc<Self>, _request: SetFileAside) -> Result<Start, CommandError> {
        match self.phase() {
            Phase::Barred(Start::KeyMissing { .. } | Start::Closed { .. } | Start::Passphrase { .. }) => {}
            Phase::Shut | Phase::Barred(_) | Phase::Open(_) | Phase::Working(_) => {
                return Err(CommandError::invalid("The database is open; there is nothing to set aside."));
            }
        }
        self.folder.set_aside(self.clock.now())?;
        self.open().await;
        self.shown().await
    }

    /// What happened to the profile was read.
    pub async fn dismiss_notice(self: &Arc<Self>, request: DismissNotice) -> Result<Done, CommandError> {
        let database = self.database()?;
        let forget = move |tx: &Tx<'_>| salvage::dismiss(tx, &request.notice);
        self.on_disk(database, move |database| database.write(Durability::Full, forget)).await?;
        Ok(Done {})
    }

    /// What happened to the profile that its user has to know, and has not read yet.
    ///
    /// # Errors
    /// The database cannot be read.
    pub async fn notice(self: &Arc<Self>) -> Result<Option<String>, CommandError> {
        match self.database() {
            Ok(database) => self.on_disk(database, |database| database.read(salvage::notice)).await,
            Err(_) => Ok(None),
        }
    }

    /// Opens what opens by itself, and starts the agent of a profile that is signed in.
    pub(crate) async fn open(self: &Arc<Self>) {
        // In the middle of a rebuild a profile looks like none, and a new one must not take its place.
        if let Err(error) = salvage::finish(&self.folder.database(), self.clock.now()) {
            self.enter(Phase::Barred(Start::Closed { message: error.to_string() }));
            return;
        }
        let key = self.services.keyring().get().await;
        let outcome = match opening(self.folder.found(), key) {
            Opening::OpenWith(key) => self.open_with(key).await,
            // The database is made when somebody signs in; until then nothing has to be kept.
            Opening::MakeWith(_) => {
                self.enter(Phase::Shut);
                Ok(())
            }
            Opening::KeyMissing(message) => {
                self.enter(Phase::Barred(Start::KeyMissing { message: message.to_owned() }));
                Ok(())
            }
            Opening::Passphrase { is_new } => {
                self.enter(Phase::Barred(Start::Passphrase { is_new, message: None }));
                Ok(())
            }
            Opening::Closed(message) => {
                self.enter(Phase::Barred(Start::Closed { message }));
                Ok(())
            }
        };
        if let Err(error) = outcome {
            self.enter(Phase::Barred(Start::Closed { message: error.message }));
        }
    }

    async fn open_with(self: &Arc<Self>, key: Private<String>) -> Result<(), CommandError> {
        let (path, now) = (self.folder.database(), self.clock.now());
        let opened = tokio::task::spawn_blocking(move || salvage::open(&path, &key, now, &damage::told))
            .await
            .map_err(|_| CommandError::storage("Opening the database was cut short. Start Satchel again."))?;
        match opened {
            // What became of a damaged file stands in the new one, and is told until somebody has read it.
            Ok(salvage::Opened::Whole(database) | salvage::Opened::Rebuilt { database, .. }) => {
                self.opened(database).await
            }
            Err(StoreError::Locked) if self.folder.found().salt => {
                let message = Some("That passphrase does not open the database.".to_owned());
                self.enter(Phase::Barred(Start::Passphrase { is_new: false, message }));
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn make(self: &Arc<Self>, key: Private<String>) -> Result<(), CommandError> {
        let path = self.folder.database();
        let database = tokio::task::spawn_blocking(move || Database::create(&path, &key))
            .await
            .map_err(|_| CommandError::storage("Making the database was cut short. Start Satchel again."))??;
        self.opened(database).await
    }

    async fn opened(self: &Arc<Self>, database: Database) -> Result<(), CommandError> {
        let tell = Arc::clone(&self.tell);
        database.subscribe(move |topics| tell(&topics.iter().copied().map(Topic::from).collect::<Vec<_>>()));
        let stored = self
            .on_disk(database.clone(), |database| {
                database.read(|conn| Ok((settings::get(conn, MEMBERSHIP)?, secrets::get(conn, REFRESH_TOKEN)?)))
            })
            .await?;
        match stored {
            (Some(membership), Some(refresh_token)) => {
                let membership = serde_json::from_str(&membership).map_err(|_| {
                    CommandError::storage("The stored connection cannot be read. Set the file aside and sign in again.")
                })?;
                self.go_to_work(database, Grant { membership, refresh_token }).await
            }
            _ => {
                self.enter(Phase::Open(database));
                Ok(())
            }
        }
    }

    /// Signs in, and keeps how that went for the first page.
    async fn sign_in(self: &Arc<Self>, connection: Connection) -> Result<Start, CommandError> {
        self.sign_in_stands(SignIn { is_under_way: true, message: None });
        let outcome = self.signed_in(connection).await;
        let message = outcome.as_ref().err().map(|error| error.message.clone());
        self.sign_in_stands(SignIn { is_under_way: false, message });
        outcome?;
        self.shown().await
    }

    /// Makes sure that there is a database, signs in, keeps the token, starts the agent.
    async fn signed_in(self: &Arc<Self>, connection: Connection) -> Result<(), CommandError> {
        if let Phase::Shut = self.phase() {
            self.make_database().await?;
        }
        if let Phase::Shut | Phase::Barred(_) = self.phase() {
            // The page shows what bars the way: a passphrase is wanted, or the keyring is locked.
            return Ok(());
        }
        let grant = tokio::select! {
            grant = self.services.sign_in(&connection) => grant?,
            () = self.cancel_sign_in.notified() => {
                return Err(CommandError { code: ErrorCode::Cancelled, message: "The sign-in was cancelled.".to_owned() });
            }
        };
        let database = self.database()?;
        let text = serde_json::to_string(&grant.membership)
            .map_err(|_| CommandError::invalid("This organisation's address cannot be stored."))?;
        let kept = grant.refresh_token.clone();
        self.on_disk(database.clone(), move |database| {
            database.write(Durability::Full, |tx| {
                settings::set(tx, MEMBERSHIP, &text)?;
                secrets::set(tx, REFRESH_TOKEN, &kept)
            })
        })
        .await?;
        self.go_to_work(database, grant).await
    }

    async fn make_database(self: &Arc<Self>) -> Result<(), CommandError> {
        match opening(self.folder.found(), self.services.keyring().get().await) {
            Opening::MakeWith(left_over) => {
                let key = match left_over {
                    Some(key) => key,
                    None => {
                        let key = self.services.new_key().map_err(CommandError::storage)?;
                        // The key is kept before the file exists: a file without a key is the one thing that must not be.
                        self.services.keyring().set(key.clone()).await.map_err(|error| {
                            CommandError::storage(format!("{error} The key of your data has to be kept there."))
                        })?;
                        key
                    }
                };
                self.make(key).await
            }
            Opening::OpenWith(_) | Opening::KeyMissing(_) | Opening::Passphrase { .. } | Opening::Closed(_) => {
                self.open().await;
                Ok(())
            }
        }
    }

    async fn go_to_work(self: &Arc<Self>, database: Database, grant: Grant) -> Result<(), CommandError> {
        let (is_chosen, is_paused) = self
            .on_disk(database.clone(), |database| {
                database.read(|conn| {
                    let is_set = |key| Ok::<_, StoreError>(settings::get(conn, key)?.is_some());
                    Ok((is_set(WORKING_OFFLINE)?, is_set(PAUSED)?))
                })
            })
            .await?;
        let is_working_offline = is_chosen || self.options.stays_offline;
        let membership = grant.membership.clone();
        let access = self.services.access(grant, keep_token(database.clone()))?;
        let mailboxes = Mailboxes::new(database.clone());
        let boxes = Boxes::new(mailboxes.clone());
        let page_size = self.options.page_size;
        let limits = satchel_sync::Settings { page_size, call_limit: CALL_LIMIT, is_working_offline, is_paused };
        let (agent, work) = satchel_sync::run(
            database.clone(),
            access.crm,
            Arc::new(mailboxes),
            Arc::clone(&self.clock),
            crate::places::table_names(),
            limits,
        );
        tokio::spawn(work);
        tokio::spawn(tell_of_status(agent.watch(), Arc::clone(&self.tell)));
        agent.send(Event::SyncNow);
        // The agents of an earlier sign-in end with their last handles, the old desk.
        let desk = Desk { database, membership, agent, boxes };
        self.enter(Phase::Working(desk.clone()));
        // Mailboxes only read ahead: without a service there is nothing for them to do.
        if !self.options.stays_offline {
            self.start_mailboxes(&desk, access.mailbox).await?;
        }
        Ok(())
    }
}

fn keep_token(database: Database) -> KeepToken {
    Arc::new(move |token| {
        let kept = database.write(Durability::Full, |tx| secrets::set(tx, REFRESH_TOKEN, &token));
        kept.map_err(|error| error.to_string())
    })
}

async fn tell_of_status(mut status: tokio::sync::watch::Receiver<satchel_sync::Status>, tell: crate::app::Tell) {
    while status.changed().await.is_ok() {
        tell(&[Topic::Sync]);
    }
}

/// Checks what the user typed on the first page.
fn connection(request: &Connect) -> Result<Connection, CommandError> {
    let organisation = request.organisation.trim().trim_end_matches('/').to_owned();
    if !organisation.starts_with("https://") && !organisation.starts_with("http://") {
        return Err(CommandError::invalid(
            "The organisation's address starts with https://, for example https://contoso.crm4.dynamics.com.",
        ));
    }
    let client_id = request.client_id.trim().to_owned();
    if client_id.is_empty() {
        return Err(CommandError::invalid(
            "The client id of the app registration is missing. Your administrator has it.",
        ));
    }
    let tenant = Some(request.tenant.trim().to_owned()).filter(|tenant| !tenant.is_empty());
    let mail = mail_service(&organisation).map(str::to_owned);
    Ok(Connection { organisation, client_id, tenant, mail })
}

/// The Microsoft Graph of the cloud that an organisation lives in; none for one on premises, or elsewhere.
fn mail_service(organisation: &str) -> Option<&'static str> {
    let host = organisation.split("://").nth(1)?.split(['/', ':']).next()?.to_ascii_lowercase();
    let clouds = [
        (".dynamics.com", "https://graph.microsoft.com"),
        (".microsoftdynamics.us", "https://graph.microsoft.us"),
        (".dynamics.cn", "https://microsoftgraph.chinacloudapi.cn"),
    ];
    clouds.into_iter().find(|(suffix, _)| host.ends_with(suffix)).map(|(_, service)| service)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mail_service_is_that_of_the_organisations_cloud() {
        assert_eq!(mail_service("https://contoso.crm4.dynamics.com"), Some("https://graph.microsoft.com"));
        assert_eq!(mail_service("https://Contoso.CRM.dynamics.cn/x"), Some("https://microsoftgraph.chinacloudapi.cn"));
        assert_eq!(mail_service("https://crm.example.com"), None);
        assert_eq!(mail_service("https://evil.example/.dynamics.com"), None);
    }
}
