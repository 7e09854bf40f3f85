//! The app behind the window: opened at the first command, so that the window never waits for the keyring.

use std::sync::Arc;

use satchel_app::{
    App,
    requests::{CommandError, Topic},
};
use satchel_wiring::Profile;
use tauri::{AppHandle, Emitter as _, Manager as _};
use tokio::sync::OnceCell;

/// What Tauri keeps for the commands.
pub(crate) struct Face {
    window: AppHandle,
    profile: Profile,
    app: OnceCell<Arc<App>>,
}

impl Face {
    pub(crate) fn new(window: AppHandle, profile: Profile) -> Self {
        // Not every desktop says where downloads go; then they go where they go on most.
        let places = window.path();
        let downloads = places.download_dir().or_else(|_| places.home_dir().map(|home| home.join("Downloads"))).ok();
        Self { window, profile: profile.saving_to(downloads), app: OnceCell::new() }
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
                self.profile.start(tell)
            })
            .await
    }
}
