//! The app behind the window: opened at the first command, so that the window never waits for the keyring.

use std::{fs, path::PathBuf, sync::Arc};

use anyhow::{Context as _, Result};
use satchel_app::{
    App, Options,
    requests::{CommandError, Topic},
};
use tauri::{AppHandle, Emitter as _, Manager as _};
use tokio::sync::OnceCell;

use crate::{
    options::Settings,
    wiring::{Adapters, SystemClock},
};

/// Rows a page of a pull: the most that the service gives.
const PAGE_SIZE: u32 = 5000;

/// What Tauri keeps for the commands.
pub(crate) struct Face {
    window: AppHandle,
    options: Options,
    services: Arc<Adapters>,
    app: OnceCell<Arc<App>>,
}

impl Face {
    pub(crate) fn new(window: AppHandle, profile: PathBuf, settings: Settings) -> Result<Self> {
        let authority = match &settings.certificate_authority {
            Some(file) => vec![fs::read(file).with_context(|| {
                format!("{}, the certificate authority of settings.json, cannot be read", file.display())
            })?],
            None => Vec::new(),
        };
        let services = Arc::new(Adapters::new(&profile, authority, settings.browser, settings.picture_hosts)?);
        // Not every desktop says where downloads go; then they go where they go on most.
        let places = window.path();
        let downloads = places.download_dir().or_else(|_| places.home_dir().map(|home| home.join("Downloads"))).ok();
        let options = Options {
            folder: profile,
            demo: settings.demo,
            start_with_demo: settings.start_with_demo,
            downloads,
            page_size: PAGE_SIZE,
        };
        Ok(Self { window, options, services, app: OnceCell::new() })
    }

    /// The app, opened by whoever asks first. A profile that cannot be claimed is tried again by the next one.
    pub(crate) async fn app(&self) -> Result<&Arc<App>, CommandError> {
        self.app
            .get_or_try_init(|| {
                let window = self.window.clone();
                let tell = Arc::new(move |topics: &[Topic]| {
                    // Fails only when the window is gone, and then nobody looks.
                    let _nobody_looks = window.emit("changed", topics);
                });
                App::start_on(self.options.clone(), self.services.clone(), Arc::new(SystemClock), tell)
            })
            .await
    }
}
