//! What the window's command line says.

use std::{ffi::OsString, path::PathBuf};

use anyhow::{Context as _, Result, bail};

/// `satchel [--profile DIR]`.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Options {
    pub profile: Option<PathBuf>,
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
}
