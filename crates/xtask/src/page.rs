//! The page: its packages and its build, made again only when something changed.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};

use anyhow::Result;

use crate::{house, program};

/// `npm ci`, when the lock file is newer than what was installed from it.
pub(crate) fn install() -> Result<()> {
    let lock = house::ui().join("package-lock.json");
    // npm writes this file last.
    let installed = house::ui().join("node_modules/.package-lock.json");
    if is_older(&installed, &[lock]) {
        program::run(npm().args(["ci", "--no-audit", "--no-fund"]))?;
    }
    Ok(())
}

/// Builds the page into `ui/dist`, from where the window's program takes it in.
pub(crate) fn build() -> Result<()> {
    let mut sources = house::files_below(&house::ui().join("src"))?;
    let beside = fs::read_dir(house::ui())?.flatten().map(|entry| entry.path()).filter(|path| path.is_file());
    sources.extend(beside);
    sources.extend(house::files_below(&house::ui().join("public"))?);
    if is_older(&house::ui().join("dist/index.html"), &sources) {
        run_script("build")?;
    }
    Ok(())
}

/// One of the scripts of `ui/package.json`.
pub(crate) fn run_script(name: &str) -> Result<()> {
    program::run(npm().args(["run", "--silent", name]))
}

/// The page's tests, as a command whose lines can be counted.
pub(crate) fn tests() -> Command {
    let mut command = npm();
    command.args(["run", "--silent", "test"]).env("NO_COLOR", "1");
    command
}

fn npm() -> Command {
    let mut npm = Command::new("npm");
    npm.current_dir(house::ui());
    npm
}

/// Whether `made` is not there, or older than one of its sources.
fn is_older(made: &Path, sources: &[PathBuf]) -> bool {
    let Some(made) = changed(made) else { return true };
    sources.iter().any(|source| changed(source).is_none_or(|at| at > made))
}

fn changed(file: &Path) -> Option<SystemTime> {
    fs::metadata(file).ok()?.modified().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_made_is_older_than_its_source() {
        let source = house::root().join("Cargo.toml");
        assert!(is_older(Path::new("no such file"), &[source]));
    }

    #[test]
    fn what_was_made_from_nothing_newer_is_left_alone() {
        let file = house::root().join("Cargo.toml");
        assert!(!is_older(&file, std::slice::from_ref(&file)));
    }
}
