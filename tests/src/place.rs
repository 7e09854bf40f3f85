//! Where one test happens: a temporary folder of its own, and the programs that were built.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Organisation, Proxy};

/// Set by `cargo xtask test`: there is a display nobody looks at, a session bus and an unlocked keyring.
const PREPARED: &str = "SATCHEL_END_TO_END";

/// Any registration will do for the demo organisation.
const CLIENT: &str = "0e8b6d1c-94f2-4a7d-b3c5-6f2a1d8e7b90";

#[derive(Debug)]
pub struct Place {
    folder: TempDir,
    /// Where cargo builds.
    target: PathBuf,
}

impl Place {
    /// A fresh one for a test without a window.
    pub fn new() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("satchel-").tempdir()?;
        // A test's own program is `TARGET/debug/deps/NAME`.
        let own = env::current_exe()?;
        let target = own.ancestors().nth(3).context("this test was not built by cargo")?.to_path_buf();
        let place = Self { folder, target };
        for folder in [place.profile(), place.home()] {
            fs::create_dir(folder)?;
        }
        Ok(place)
    }

    /// The same in a session that was prepared for it: a window on somebody's own desktop would use their own keyring.
    pub fn prepare() -> Result<Self> {
        if env::var_os(PREPARED).is_none() {
            bail!(
                "{PREPARED} is not set: start these tests with `cargo xtask test end-to-end`, which brings a display and a keyring"
            );
        }
        Self::new()
    }

    /// The Python that `cargo xtask test` keeps below `target/`.
    pub fn python(&self) -> Result<PathBuf> {
        let python = self.target.join("venv/bin/python");
        if !python.exists() {
            bail!("{} is not there: `cargo xtask test set-up` makes it", python.display());
        }
        Ok(python)
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub fn profile(&self) -> PathBuf {
        self.folder().join("profile")
    }

    /// Stands for the user's home: whatever the window or its webview writes besides the profile lands here.
    pub fn home(&self) -> PathBuf {
        self.folder().join("home")
    }

    /// What the window's program said.
    pub fn log(&self) -> PathBuf {
        self.folder().join("window.log")
    }

    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(name)
    }

    /// Where pictures of the window are kept for people.
    pub(crate) fn screenshot(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join("screenshots");
        fs::create_dir_all(&folder)?;
        Ok(folder.join(format!("{name}.png")))
    }

    /// Tells the profile of its demo organisation, and that the redirect follower opens addresses.
    pub fn write_settings(&self, organisation: &Organisation) -> Result<()> {
        self.write_settings_for(organisation, organisation.https(), Some(organisation.certificate_authority()))
    }

    /// The same, and the profile trusts another certificate authority too (PEM).
    pub fn write_settings_trusting(&self, organisation: &Organisation, authority: &str) -> Result<()> {
        let bundle = self.folder().join("authorities.pem");
        let own = fs::read_to_string(organisation.certificate_authority())?;
        fs::write(&bundle, format!("{own}\n{authority}"))?;
        self.write_settings_for(organisation, organisation.https(), Some(bundle))
    }

    /// The same for an organisation that is reached by plain http, which Satchel speaks on this machine only.
    pub fn write_settings_over_http(&self, organisation: &Organisation) -> Result<()> {
        let address = format!("http://{}", organisation.http());
        self.write_settings_for(organisation, &address, Some(organisation.certificate_authority()))
    }

    /// The same, and the organisation's Web API is reached through the proxy; sign-in and mail go past it.
    pub fn write_settings_through(&self, proxy: &Proxy, organisation: &Organisation) -> Result<()> {
        self.write_settings_for(organisation, &proxy.address(), Some(organisation.certificate_authority()))
    }

    /// The same, but nobody told the profile to trust the organisation's certificates.
    pub fn write_settings_without_trust(&self, organisation: &Organisation) -> Result<()> {
        self.write_settings_for(organisation, organisation.https(), None)
    }

    /// Lets the profile ask this host of a private network (`name:port`) for pictures; the settings are written already.
    pub fn allow_pictures_of(&self, host: &str) -> Result<()> {
        let file = self.profile().join("settings.json");
        let mut settings: Value = serde_json::from_slice(&fs::read(&file)?)?;
        settings["pictureHosts"] = json!([host]);
        fs::write(file, settings.to_string())?;
        Ok(())
    }

    fn write_settings_for(&self, organisation: &Organisation, address: &str, trusted: Option<PathBuf>) -> Result<()> {
        let follower = self.program("satchel-demo-org");
        let settings = json!({
            "browser": [follower, "follow", "--data", organisation.data()],
            "certificateAuthority": trusted,
            "demo": { "organisation": address, "clientId": CLIENT, "mail": organisation.graph() },
            "startWithDemo": false,
        });
        fs::write(self.profile().join("settings.json"), settings.to_string())?;
        Ok(())
    }
}
