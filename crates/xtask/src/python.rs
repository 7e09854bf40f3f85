//! Microsoft's own client of Dataverse, in a Python of its own below `target/`.

use std::process::Command;

use anyhow::Result;

use crate::{house, program};

/// Names the client and its version; changing it makes the folder anew.
const WANTED: &str = "tests/servers/requirements.txt";

pub(crate) fn install() -> Result<()> {
    let folder = house::target().join("venv");
    let installed = folder.join("installed.txt");
    let wanted = house::read(&house::root().join(WANTED))?;
    if house::read(&installed).is_ok_and(|there| there == wanted) {
        return Ok(());
    }
    program::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    program::run(Command::new(folder.join("bin/python")).args(pip).arg(house::root().join(WANTED)))?;
    // Written last: a half-made folder is made again.
    house::write(&installed, &wanted)
}
