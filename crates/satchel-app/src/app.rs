//! The app of one profile: what is open, who is signed in, and the agent that works for them.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use satchel_domain::ports::Clock;
use satchel_store::Database;
use satchel_sync::Agent;
use tokio::sync::Notify;

use crate::{
    mail::Boxes,
    profile::Folder,
    requests::{CommandError, ErrorCode, Start, Topic, TryDemo},
    services::{Connection, Membership, Services},
};

/// What a face decides before it starts the app.
#[derive(Clone, Debug)]
pub struct Options {
    /// The profile's folder; made when it is not there.
    pub folder: PathBuf,
    /// The demo organisation, when one stands ready.
    pub demo: Option<Connection>,
    /// Whether a profile that nobody has signed in to signs in to the demo by itself.
    pub start_with_demo: bool,
    /// Where what the user saves goes; made when it is not there. None for a user without a home.
    pub downloads: Option<PathBuf>,
    /// Whether nothing is asked of a service but a sign-in, whatever the user chose: what is due waits for another start.
    pub stays_offline: bool,
    /// Rows a page of a pull.
    pub page_size: u32,
}

/// Tells a face which kinds of data changed.
pub type Tell = Arc<dyn Fn(&[Topic]) + Send + Sync>;

/// Everything a user can do stands on this, one function each.
pub struct App {
    pub(crate) options: Options,
    pub(crate) folder: Folder,
    pub(crate) services: Arc<dyn Services>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) tell: Tell,
    pub(crate) cancel_sign_in: Notify,
    pub(crate) cancel_add_mailbox: Notify,
    pub(crate) cancel_pictures: Notify,
    sign_in: Mutex<SignIn>,
    phase: Mutex<Phase>,
}

/// How the last sign-in does.
#[derive(Clone, Debug, Default)]
pub(crate) struct SignIn {
    pub is_under_way: bool,
    pub message: Option<String>,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("options", &self.options).finish_non_exhaustive()
    }
}

/// How far this profile is open.
#[derive(Clone, Debug)]
pub(crate) enum Phase {
    /// Nothing is there to open: the database is made when somebody signs in.
    Shut,
    /// Something is there and does not open; the page shows this.
    Barred(Start),
    /// The database is open and nobody has signed in.
    Open(Database),
    Working(Desk),
}

impl Phase {
    /// Whether the first page is what the window shows.
    fn is_first(&self) -> bool {
        match self {
            Self::Shut | Self::Open(_) => true,
            Self::Barred(_) | Self::Working(_) => false,
        }
    }
}

/// A signed-in profile at work.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    pub database: Database,
    pub membership: Membership,
    pub agent: Agent,
    pub boxes: Boxes,
}

impl App {
    /// Opens the profile as far as it opens by itself.
    ///
    /// # Errors
    /// The folder cannot be made or locked: a sentence that says why.
    pub async fn start_on(
        options: Options,
        services: Arc<dyn Services>,
        clock: Arc<dyn Clock>,
        tell: Tell,
    ) -> Result<Arc<Self>, CommandError> {
        let folder = Folder::claim(&options.folder)?;
        let app = Arc::new(Self {
            options,
            folder,
            services,
            clock,
            tell,
            cancel_sign_in: Notify::new(),
            cancel_add_mailbox: Notify::new(),
            cancel_pictures: Notify::new(),
            sign_in: Mutex::new(SignIn::default()),
            phase: Mutex::new(Phase::Shut),
        });
        app.open().await;
        if app.options.start_with_demo && app.phase().is_first() {
            let demo = Arc::clone(&app);
            // How it ends shows on the first page, whoever asked.
            tokio::spawn(async move { demo.try_demo(TryDemo {}).await });
        }
        Ok(app)
    }

    /// The first page, as it stands now; `notice` is what happened to the profile.
    pub(crate) fn first_page(&self, notice: Option<String>) -> Start {
        let sign_in = held(&self.sign_in);
        Start::First {
            has_demo: self.options.demo.is_some(),
            is_signing_in: sign_in.is_under_way,
            message: sign_in.message.clone().or(notice),
        }
    }

    pub(crate) fn sign_in_stands(&self, sign_in: SignIn) {
        *held(&self.sign_in) = sign_in;
        (self.tell)(&[Topic::Start]);
    }

    pub(crate) fn phase(&self) -> Phase {
        held(&self.phase).clone()
    }

    pub(crate) fn enter(&self, phase: Phase) {
        *held(&self.phase) = phase;
        (self.tell)(&[Topic::Start]);
    }

    /// The open database, or a sentence.
    pub(crate) fn database(&self) -> Result<Database, CommandError> {
        match self.phase() {
            Phase::Shut | Phase::Barred(_) => Err(not_open()),
            Phase::Open(database) => Ok(database),
            Phase::Working(desk) => Ok(desk.database),
        }
    }

    pub(crate) fn desk(&self) -> Result<Desk, CommandError> {
        match self.phase() {
            Phase::Shut | Phase::Barred(_) | Phase::Open(_) => Err(not_open()),
            Phase::Working(desk) => Ok(desk),
        }
    }

    /// Runs a query or a transaction where it may block.
    pub(crate) async fn on_disk<T: Send + 'static>(
        &self,
        database: Database,
        work: impl FnOnce(&Database) -> Result<T, satchel_store::StoreError> + Send + 'static,
    ) -> Result<T, CommandError> {
        match tokio::task::spawn_blocking(move || work(&database)).await {
            Ok(result) => result.map_err(CommandError::from),
            Err(_) => Err(CommandError::storage("Reading the local database was cut short. Try again.")),
        }
    }
}

/// A panic elsewhere must not shut the user out of what is still whole: these are replaced in one assignment.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn not_open() -> CommandError {
    CommandError { code: ErrorCode::SignInNeeded, message: "Sign in to an organisation first.".to_owned() }
}

impl CommandError {
    pub(crate) fn storage(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::Storage, message: message.into() }
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self { code: ErrorCode::Invalid, message: message.into() }
    }
}

impl From<satchel_store::StoreError> for CommandError {
    fn from(error: satchel_store::StoreError) -> Self {
        Self::storage(error.to_string())
    }
}

impl From<satchel_domain::ServiceError> for CommandError {
    fn from(error: satchel_domain::ServiceError) -> Self {
        use satchel_domain::ServiceError as E;
        let code = match error {
            E::Unreachable { .. } | E::Unanswered | E::Throttled { .. } => ErrorCode::Offline,
            E::SignInNeeded { .. } => ErrorCode::SignInNeeded,
            E::Missing => ErrorCode::NotFound,
            E::Stale | E::CursorExpired | E::Duplicate { .. } | E::Refused { .. } | E::Broken { .. } => {
                ErrorCode::Refused
            }
        };
        Self { code, message: error.to_string() }
    }
}
