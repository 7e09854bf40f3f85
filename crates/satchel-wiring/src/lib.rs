//! Introduces the adapters to the app, the same way for the window and for the terminal.

mod adapters;
mod settings;

use std::{fs, path::PathBuf, sync::Arc};

use anyhow::{Context as _, Result};
use jiff::Timestamp;
use satchel_app::{App, Options, Tell, requests::CommandError};
use satchel_domain::ports::Clock as _;

use adapters::{Adapters, SystemClock};

/// Rows a page of a pull: the most that the service gives.
const PAGE_SIZE: u32 = 5000;

/// A profile whose app was not started yet, and the real services that it will get.
#[derive(Debug)]
pub struct Profile {
    options: Options,
    services: Arc<Adapters>,
}

/// Who starts the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Face {
    /// The window: it signs in to the demo by itself where the settings say so.
    Window,
    /// A command that talks to the services.
    Terminal,
    /// A command that leaves the services alone, whatever is due.
    TerminalOffline,
}

impl Profile {
    /// The profile in this folder; what its `settings.json` says is part of it.
    ///
    /// # Errors
    /// The settings, or a file that they name, cannot be read.
    pub fn of(folder: PathBuf, face: Face) -> Result<Self> {
        let settings = settings::read(&folder)?;
        let authority = match &settings.certificate_authority {
            Some(file) => vec![fs::read(file).with_context(|| {
                format!("{}, the certificate authority of settings.json, cannot be read", file.display())
            })?],
            None => Vec::new(),
        };
        let services = Arc::new(Adapters::new(&folder, authority, settings.browser, settings.picture_hosts)?);
        let options = Options {
            folder,
            demo: settings.demo,
            start_with_demo: settings.start_with_demo && face == Face::Window,
            downloads: None,
            stays_offline: face == Face::TerminalOffline,
            page_size: PAGE_SIZE,
        };
        Ok(Self { options, services })
    }

    /// The same profile, with a folder for what its user saves; none for a user without a home.
    pub fn saving_to(mut self, downloads: Option<PathBuf>) -> Self {
        self.options.downloads = downloads;
        self
    }

    /// The time by the clock that the app will have.
    pub fn now(&self) -> Timestamp {
        SystemClock.now()
    }

    /// Claims the profile and opens it as far as it opens by itself.
    ///
    /// # Errors
    /// The folder cannot be made, or somebody else works in it: a sentence that says so.
    pub async fn start(&self, tell: Tell) -> Result<Arc<App>, CommandError> {
        App::start_on(self.options.clone(), self.services.clone(), Arc::new(SystemClock), tell).await
    }
}
