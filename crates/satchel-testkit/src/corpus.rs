//! Mail that no one here wrote: the test data of other people's mail programs, where package managers put it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

/// Every message, damaged ones above all: a name for each, and its bytes. In the order of the names.
pub fn messages() -> Vec<(String, Vec<u8>)> {
    let python = super::dovecot::servers().join("usr/lib/python3.11/test/test_email/data");
    let crates = mail_parser_sources();
    let mut found = read_below(&python, "python");
    assert!(found.len() > 40, "{} is not there: run `cargo xtask test set-up` first", python.display());
    let before = found.len();
    for source in crates {
        found.extend(read_below(&source.join("resources/eml"), "mail-parser/eml"));
        found.extend(read_below(&source.join("resources/maildir"), "mail-parser/maildir"));
    }
    assert!(found.len() > before + 100, "cargo no longer keeps the sources of mail-parser where they were");
    found.retain(|(name, _)| !name.ends_with("COPYING") && !name.ends_with(".json"));
    found.sort();
    found.dedup();
    found
}

/// cargo unpacks every crate we are built from; this one brings its test data along.
fn mail_parser_sources() -> Vec<PathBuf> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(PathBuf::from(env::var_os("HOME")?).join(".cargo")));
    let Some(home) = home else { panic!("neither CARGO_HOME nor HOME is set") };
    let registries = folders_in(&home.join("registry/src"));
    let crates = registries.iter().flat_map(|registry| folders_in(registry));
    crates.filter(|source| name_of(source).starts_with("mail-parser-")).collect()
}

fn folders_in(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
}

fn read_below(folder: &Path, name: &str) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for path in fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        let name = format!("{name}/{}", name_of(&path));
        match path.is_dir() {
            true => found.extend(read_below(&path, &name)),
            false => {
                let bytes = fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                found.push((name, bytes));
            }
        }
    }
    found
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}
