//! `cargo xtask tidy`: what keeps the house readable, checked in seconds.

mod arrows;
mod dependencies;
mod files;
mod table;
mod words;

use anyhow::{Context as _, Result, bail};

use crate::{house, program};

/// A finding is a sentence that says what to do.
pub(crate) fn tidy() -> Result<()> {
    let packages = arrows::packages()?;
    let files = files::of_the_project()?;
    let npm = house::read(&house::ui().join("package.json")).and_then(|text| dependencies::of_the_page(&text))?;
    let list = house::read(&house::root().join("docs/dependencies.md"))?;

    let mut findings = arrows::check(&packages);
    findings.extend(dependencies::check(&dependencies::direct(&packages, &npm), &list));
    for file in &files {
        // Pictures and the like are not ours to read.
        let Ok(text) = std::fs::read_to_string(house::root().join(file)) else { continue };
        findings.extend(files::check(file, &text));
        findings.extend(words::check(file, &text));
    }
    if !findings.is_empty() {
        bail!("{} thing(s) to put in order:\n  {}", findings.len(), findings.join("\n  "));
    }
    println!("The house is tidy: {} packages, {} files.", packages.len(), files.len());
    Ok(())
}

/// What cargo says about our own packages.
fn metadata() -> Result<serde_json::Value> {
    let text = program::ask(program::cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    serde_json::from_str(&text).context("cargo metadata is not JSON")
}
