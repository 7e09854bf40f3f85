//! What the profile's `settings.json` says.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use satchel_app::Connection;
use serde::Deserialize;

/// Settings that must be known before the database is open. All of them may be left out.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Settings {
    /// The program that opens the sign-in page, with its arguments; the address comes last. Empty: the system's browser.
    pub browser: Vec<String>,
    /// A PEM file with certificate authorities to trust besides the system's.
    pub certificate_authority: Option<PathBuf>,
    /// Hosts of a private network (`name` or `name:port`) that may be asked for a message's pictures. Others there never are.
    pub picture_hosts: Vec<String>,
    pub demo: Option<Connection>,
    pub start_with_demo: bool,
}

pub(crate) fn read(profile: &Path) -> Result<Settings> {
    let file = profile.join("settings.json");
    match fs::read_to_string(&file) {
        Ok(text) => serde_json::from_str(&text).with_context(|| format!("{} cannot be read", file.display())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Settings::default()),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", file.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_does_not_exist_is_refused_by_name() {
        let error = serde_json::from_str::<Settings>(r#"{"brouser": []}"#).unwrap_err();
        assert!(error.to_string().contains("brouser"), "{error}");
    }
}
