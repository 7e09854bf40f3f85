//! `cargo xtask campaign deny`: licences, sources and known weaknesses of everything we are built from.

use std::process::Command;

use anyhow::Result;

use crate::{house, program};

/// What must hold on every machine; the settings stand in `deny.toml`.
const CHECKS: [&str; 3] = ["bans", "licenses", "sources"];

pub(crate) fn deny() -> Result<()> {
    let tool = install()?;
    let mut command = Command::new(&tool);
    program::run(command.current_dir(house::root()).arg("check").args(CHECKS))?;
    // Known weaknesses stand in a database that this machine may not reach.
    let mut fetch = Command::new(&tool);
    if !fetch.current_dir(house::root()).args(["fetch", "db"]).status()?.success() {
        println!("\nLicences, bans and sources are fine.");
        println!("Known weaknesses were NOT looked up: their database cannot be reached from here.");
        return Ok(());
    }
    let mut advisories = Command::new(&tool);
    program::run(advisories.current_dir(house::root()).args(["check", "--disable-fetch", "advisories"]))
}

/// cargo-deny, built once below `target/`.
fn install() -> Result<std::path::PathBuf> {
    let folder = house::target().join("tools");
    let tool = folder.join("bin/cargo-deny");
    if !tool.exists() {
        println!("cargo-deny is built now, once, under target/tools.");
        program::run(program::cargo().args(["install", "--locked", "cargo-deny", "--root"]).arg(&folder))?;
    }
    Ok(tool)
}
