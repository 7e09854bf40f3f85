//! The parts of a test run, in the order in which they fail soonest.

use std::{path::Path, process::Command};

use anyhow::{Context as _, Result, bail};

use crate::{
    contract, house, page, program, python, servers,
    session::{self, HiddenDisplay},
    setup,
    test::Tally,
    tidy, toolchain,
};

/// The test target that drives the real window and needs a display and a keyring around it.
const END_TO_END: &str = "e2e";

/// One part: what the table calls it, and what it does.
pub(crate) type Part = (&'static str, fn(&mut Tally) -> Result<()>);

pub(crate) const ALL: [Part; 7] = [
    ("set-up", set_up),
    ("tidy", |_| tidy::tidy()),
    ("page", page_part),
    ("build", build),
    ("contract", |_| contract::check_as_built()),
    ("tests", tests),
    ("end-to-end", end_to_end),
];

fn set_up(_: &mut Tally) -> Result<()> {
    toolchain::check()?;
    setup::for_test()?;
    python::install()?;
    servers::unpack()?;
    page::install()
}

/// The window's program takes the built page in, so this comes before the build.
fn page_part(tally: &mut Tally) -> Result<()> {
    page::run_script("typecheck")?;
    page::run_script("lint")?;
    let went_well = program::follow(&mut page::tests(), |line| tally.count_vitest(line))?;
    page::build()?;
    tally.verdict(went_well)
}

/// One build of everything with one feature set; clippy's own artifacts are the price of its opinion.
fn build(_: &mut Tally) -> Result<()> {
    program::run(program::cargo().args(["fmt", "--all", "--check"]))?;
    program::run(program::cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
    program::run(program::cargo().args(["build", "--workspace", "--all-targets"]))
}

/// Everything that runs without a window.
fn tests(tally: &mut Tally) -> Result<()> {
    // They start this program, which their own build does not make.
    built("satchel-demo-org")?;
    let mut command = program::cargo();
    // Chosen by target and not by package: another choice of packages would be another set of features.
    command.args(["test", "--workspace", "--no-fail-fast", "--lib", "--bins"]);
    let turn = house::turn();
    println!("What rotates is at turn {turn}: SATCHEL_TURN={turn} repeats it.");
    command.env("SATCHEL_TURN", turn.to_string());
    for name in test_targets()?.iter().filter(|name| *name != END_TO_END) {
        command.args(["--test", name]);
    }
    let went_well = program::follow(&mut command, |line| tally.count_cargo(line))?;
    tally.verdict(went_well)
}

fn end_to_end(tally: &mut Tally) -> Result<()> {
    built("satchel-demo-org")?;
    built("satchel")?;
    let place = house::target().join("end-to-end");
    house::make_folder(&place)?;
    let mut command = program::cargo();
    // One window at a time: two on one display fight for the keyboard.
    command.args(["test", "--workspace", "--no-fail-fast", "--test", END_TO_END, "--", "--test-threads=1"]);
    command.env("SATCHEL_END_TO_END", "prepared");
    let display = HiddenDisplay::start()?;
    let mut command = in_a_session_of_its_own(&display, command, &place.join("keyring"))?;
    let went_well = program::follow(&mut command, |line| tally.count_cargo(line))?;
    tally.verdict(went_well)
}

fn built(program: &str) -> Result<()> {
    if !house::built(program).exists() {
        bail!("{program} is not built yet: run `cargo xtask test page build` first");
    }
    Ok(())
}

fn in_a_session_of_its_own(display: &HiddenDisplay, mut command: Command, keyring: &Path) -> Result<Command> {
    display.lend_to(&mut command);
    session::with_own_keyring(&command, keyring)
}

/// The names of all test targets of the workspace.
fn test_targets() -> Result<Vec<String>> {
    let metadata = program::ask(program::cargo().args(["metadata", "--format-version", "1", "--no-deps"]))?;
    let metadata: serde_json::Value = serde_json::from_str(&metadata)?;
    let names = test_targets_in(&metadata).context("cargo metadata has another shape than expected")?;
    if !names.iter().any(|name| name == END_TO_END) {
        bail!("the end-to-end tests are gone: no test target is called {END_TO_END}");
    }
    Ok(names)
}

fn test_targets_in(metadata: &serde_json::Value) -> Option<Vec<String>> {
    let mut names = Vec::new();
    for package in metadata.get("packages")?.as_array()? {
        for target in package.get("targets")?.as_array()? {
            if target.get("kind")?.as_array()?.iter().any(|kind| kind == "test") {
                names.push(target.get("name")?.as_str()?.to_owned());
            }
        }
    }
    Some(names)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_test_targets_are_named() {
        let metadata = json!({ "packages": [{ "targets": [
            { "kind": ["lib"], "name": "satchel_tests" },
            { "kind": ["test"], "name": "e2e" },
        ] }] });
        assert_eq!(test_targets_in(&metadata), Some(vec!["e2e".to_owned()]));
    }
}
