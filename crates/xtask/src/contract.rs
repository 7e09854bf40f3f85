//! The page's copy of the contract: written from `satchel-app`, committed, and compared.

use std::{collections::BTreeMap, fs, path::Path, process::Command};

use anyhow::{Result, bail};

use crate::{house, program};

/// Names end so when they were generated.
const GENERATED: &str = ".gen.ts";

pub(crate) fn write() -> Result<()> {
    build()?;
    let folder = house::ui().join("src/ipc");
    house::make_folder(&folder)?;
    let fresh = generate()?;
    for name in drift(&fresh, &generated_in(&folder)?) {
        match fresh.get(&name) {
            Some(text) => house::write(&folder.join(&name), text)?,
            None => fs::remove_file(folder.join(&name))?,
        }
        println!("changed: ui/src/ipc/{name}");
    }
    Ok(())
}

pub(crate) fn check() -> Result<()> {
    build()?;
    check_as_built()
}

/// The same where the whole workspace was built already: building one package alone would choose other features.
pub(crate) fn check_as_built() -> Result<()> {
    let drifted = drift(&generate()?, &generated_in(&house::ui().join("src/ipc"))?);
    if !drifted.is_empty() {
        bail!(
            "the page's copy of the contract is out of date ({}): run `cargo xtask contract` and commit what it changes",
            drifted.join(", ")
        );
    }
    println!("The page's copy of the contract is up to date.");
    Ok(())
}

fn build() -> Result<()> {
    program::run(program::cargo().args(["build", "--quiet", "--package", "satchel-app", "--bin", "contract"]))
}

fn generate() -> Result<BTreeMap<String, String>> {
    let folder = house::target().join("contract");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    house::make_folder(&folder)?;
    program::run(Command::new(house::built("contract")).arg(&folder))?;
    let fresh = generated_in(&folder)?;
    if fresh.is_empty() {
        bail!("satchel-app wrote no contract");
    }
    Ok(fresh)
}

fn generated_in(folder: &Path) -> Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for file in house::files_below(folder)? {
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.ends_with(GENERATED) {
            found.insert(name, house::read(&file)?);
        }
    }
    Ok(found)
}

/// Names that differ, are new, or are gone.
fn drift(fresh: &BTreeMap<String, String>, committed: &BTreeMap<String, String>) -> Vec<String> {
    let names = fresh.keys().chain(committed.keys().filter(|name| !fresh.contains_key(*name)));
    names.filter(|name| fresh.get(*name) != committed.get(*name)).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(list: &[(&str, &str)]) -> BTreeMap<String, String> {
        list.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn equal_files_have_not_drifted() {
        let same = files(&[("types.gen.ts", "a")]);
        assert!(drift(&same, &same).is_empty());
    }

    #[test]
    fn a_changed_a_new_and_a_vanished_file_are_named() {
        let fresh = files(&[("changed.gen.ts", "b"), ("new.gen.ts", "n")]);
        let committed = files(&[("changed.gen.ts", "a"), ("gone.gen.ts", "g")]);
        assert_eq!(drift(&fresh, &committed), ["changed.gen.ts", "new.gen.ts", "gone.gen.ts"]);
    }
}
