//! What the command line and the profile's `settings.json` say.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use satchel_app::Connection;
use serde::Deserialize;

/// `satchel [--profile DIR]`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Options {
    pub profile: Option<PathBuf>,
}

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

pub(crate) fn read(mut arguments: impl Iterator<Item = OsString>) -> Result<Options> {
    let mut options = Options::default();
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--profile") => {
                let folder = arguments.next().context("--profile wants a folder")?;
                options.profile = Some(PathBuf::from(folder));
            }
            _ => bail!("{} is no option; there is only --profile DIR", argument.display()),
        }
    }
    Ok(options)
}

pub(crate) fn settings(profile: &Path) -> Result<Settings> {
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
    fn the_profile_is_the_one_option() {
        let words = |words: &[&str]| read(words.iter().map(OsString::from).collect::<Vec<_>>().into_iter());
        assert_eq!(words(&["--profile", "here"]).unwrap().profile, Some(PathBuf::from("here")));
        assert_eq!(words(&[]).unwrap(), Options::default());
        assert!(words(&["--profile"]).is_err());
        assert!(words(&["--token", "x"]).is_err());
    }

    #[test]
    fn a_setting_that_does_not_exist_is_refused_by_name() {
        let error = serde_json::from_str::<Settings>(r#"{"brouser": []}"#).unwrap_err();
        assert!(error.to_string().contains("brouser"), "{error}");
    }
}
