//! What a person must bring: a C compiler, Rust and Node, new enough.

use std::process::Command;

use anyhow::{Result, bail};

use crate::program;

/// Says what is missing, before anything is built.
pub(crate) fn check() -> Result<()> {
    if !program::exists("cc") {
        bail!("there is no C compiler: please install one (on Debian: apt-get install gcc libc6-dev)");
    }
    need("rustc", (1, 95), "https://rustup.rs, or `rustup update stable`")?;
    need("node", (20, 19), "https://nodejs.org")?;
    if !program::exists("npm") {
        bail!("Node is here and npm is not: please install npm too");
    }
    Ok(())
}

fn need(name: &str, least: (u32, u32), source: &str) -> Result<()> {
    let wanted = format!("{}.{} or newer ({source})", least.0, least.1);
    if !program::exists(name) {
        bail!("there is no {name}: please install {wanted}");
    }
    let answer = program::ask(Command::new(name).arg("--version"))?;
    match version(&answer) {
        Some(found) if found >= least => Ok(()),
        _ => bail!("{name} says it is {}; needed is {wanted}", answer.trim()),
    }
}

/// The first `major.minor` of an answer to `--version`.
fn version(answer: &str) -> Option<(u32, u32)> {
    let number =
        answer.split_whitespace().map(|word| word.trim_start_matches('v')).find(|word| starts_with_digit(word))?;
    let mut parts = number.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

fn starts_with_digit(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_rust_and_node_write_them() {
        assert_eq!(version("rustc 1.95.0 (59807616e 2026-04-14)"), Some((1, 95)));
        assert_eq!(version("v20.19.4\n"), Some((20, 19)));
        assert_eq!(version("no version here"), None);
    }

    #[test]
    fn an_older_minor_is_older_though_its_digits_are_larger() {
        assert!(version("v20.9.0") < Some((20, 19)));
    }
}
