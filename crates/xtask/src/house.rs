//! Where things lie.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context as _, Result};

use crate::program;

/// The folder of the project.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_path_buf()
}

/// Where cargo builds, and where everything lies that we make and may throw away.
pub(crate) fn target() -> PathBuf {
    match env::var_os("CARGO_TARGET_DIR") {
        Some(chosen) => root().join(chosen),
        None => root().join("target"),
    }
}

/// A program that cargo built.
pub(crate) fn built(name: &str) -> PathBuf {
    target().join("debug").join(name)
}

/// What rotates in the test command follows this number: it comes from what is tested, so that every change is tried with
/// other seeds and the same change with the same. 0 where there is no history to ask.
pub(crate) fn turn() -> u64 {
    let asked = program::ask(Command::new("git").current_dir(root()).args(["rev-parse", "HEAD^{tree}"]));
    asked.ok().and_then(|tree| turn_of(&tree)).unwrap_or_default()
}

/// The first digits of the tree's name.
fn turn_of(tree: &str) -> Option<u64> {
    u64::from_str_radix(tree.get(..7)?, 16).ok()
}

/// The page's folder.
pub(crate) fn ui() -> PathBuf {
    root().join("ui")
}

pub(crate) fn make_folder(folder: &Path) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| format!("{} cannot be made", folder.display()))
}

pub(crate) fn read(file: &Path) -> Result<String> {
    fs::read_to_string(file).with_context(|| format!("{} cannot be read", file.display()))
}

pub(crate) fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).with_context(|| format!("{} cannot be written", file.display()))
}

/// Every file below `folder`, sorted; nothing when there is no such folder.
pub(crate) fn files_below(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        if !folder.is_dir() {
            continue;
        }
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_turn_is_the_beginning_of_the_trees_name() {
        assert_eq!(turn_of("00000ff9c0\n"), Some(0xff));
        assert_eq!((turn_of("short"), turn_of("not a tree")), (None, None));
    }
}
