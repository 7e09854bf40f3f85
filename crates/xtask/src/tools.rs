//! Programs that only campaigns need, built once below `target/`.

use std::path::PathBuf;

use anyhow::Result;

use crate::{house, program};

/// Where this program of crates.io stands; it is built first where it is not there yet.
pub(crate) fn installed(name: &str) -> Result<PathBuf> {
    let folder = house::target().join("tools");
    let tool = folder.join("bin").join(name);
    if !tool.exists() {
        println!("{name} is built now, once, under target/tools.");
        program::run(program::cargo().args(["install", "--locked", name, "--root"]).arg(&folder))?;
    }
    Ok(tool)
}
