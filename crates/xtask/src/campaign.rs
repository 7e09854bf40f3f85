//! `cargo xtask campaign …`: what is too long for every test run, or needs more than this machine.

use std::{
    process::Command,
    time::{SystemTime, UNIX_EPOCH},
};

use anyhow::{Context as _, Result, bail};

use crate::{house, program, record, tools};

/// What must hold on every machine; the settings stand in `deny.toml`.
const CHECKS: [&str; 3] = ["bans", "licenses", "sources"];

/// The test target that holds the World, and its test that takes seeds from the environment.
const SIMULATION: [&str; 2] = ["simulation", "no_seed_breaks_a_promise"];
const ASKED: &str = "SATCHEL_SIMULATE";
const SCENARIOS: [&str; 2] = ["crash_scenarios", "the_agent_may_die_at_any_commit_of_a_scenario"];

/// Runs worlds: `--seeds N` or `A..B`, `--seed 0x…` for one, told aloud, `--plant NAME` with a planted bug awake, `--plants`
/// for each of them. Without a range it takes a thousand seeds that nobody ran before. `--record` keeps the result.
pub(crate) fn simulate(words: &[&str]) -> Result<()> {
    let (words, is_kept) = record::wish(words);
    let asked = asked(&words, fresh()?);
    let [target, test] = SIMULATION;
    let mut command = program::cargo();
    command.args(["test", "--workspace", "--test", target, "--", "--exact", test, "--nocapture"]);
    let mut last = None;
    let went_well = program::follow(command.env(ASKED, &asked), |line| {
        if ["seed ", "seeds ", "plants "].iter().any(|word| line.starts_with(word)) {
            last = Some(line.to_owned());
        }
    })?;
    if let (Some(last), true) = (&last, is_kept) {
        record::record("simulate", &asked, last)?;
    }
    if !went_well {
        bail!("a promise was broken; how to see it again stands above");
    }
    println!("\n{}", last.context("the campaign ended without its last line")?);
    Ok(())
}

/// The words with a range of fresh seeds in them, unless they name their seeds themselves.
fn asked(words: &[&str], fresh: u64) -> String {
    let range = |count: u64| format!("{fresh:#x}..{:#x}", fresh + count);
    let counted = words.iter().position(|word| *word == "--seeds").map(|place| place + 1);
    let mut said: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    match counted.and_then(|place| said.get_mut(place)) {
        Some(word) => {
            if let Ok(count) = word.parse() {
                *word = range(count);
            }
        }
        None if words.contains(&"--seed") => {}
        None => said.extend(["--seeds".to_owned(), range(1000)]),
    }
    said.join(" ")
}

/// The first of seeds that nobody ran before; printed with the range, so that nothing is lost by that.
fn fresh() -> Result<u64> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the seeds of a campaign are new each time; the World reads no clock"
    )]
    let now = SystemTime::now();
    Ok(now.duration_since(UNIX_EPOCH)?.as_secs() << 20)
}

/// Images of disks after a power cut, known by their numbers from `first` on, and a fault at every write and sync, and damaged files.
/// The last line says how many, how fast, and how many of them broke a promise. `--record` keeps it.
pub(crate) fn crashes(words: &[&str]) -> Result<()> {
    let (words, is_kept) = record::wish(words);
    let (images, first) = match words.as_slice() {
        ["--images", images] => (*images, "0"),
        ["--images", images, "--first", first] => (*images, *first),
        ["--scenarios", names] => return scenarios(names, is_kept),
        _ => bail!("campaign crashes takes --images N [--first I] or --scenarios all, and --record"),
    };
    let images: u64 = images.parse().with_context(|| format!("`{images}` is no number of images"))?;
    let first: u64 = first.parse().with_context(|| format!("`{first}` is no number of an image"))?;
    // One image is asked for to see why it failed.
    let filters: &[&str] = if images == 1 { &["power::"] } else { &["damage::", "disk::", "kills::", "power::"] };
    let mut command = program::cargo();
    command.args(["test", "--workspace", "--test", "crashes", "--", "--nocapture", "--test-threads=1"]).args(filters);
    command.env("SATCHEL_IMAGES", images.to_string()).env("SATCHEL_FIRST_IMAGE", first.to_string());
    command.env("SATCHEL_DISK_FAULTS", "all");
    let mut results = Vec::new();
    let went_well = program::follow(&mut command, |line| {
        if ["images ", "lives ", "disk faults ", "damaged files "].iter().any(|word| line.contains(word)) {
            results.push(line.to_owned());
        }
    })?;
    println!("{}", results.join("\n"));
    if is_kept {
        for result in &results {
            record::record("crashes", &format!("--images {images} --first {first}"), result)?;
        }
    }
    if !went_well {
        bail!("a promise was broken; the numbers of the images stand above");
    }
    Ok(())
}

/// The agent dies at every commit of all scenarios, or of the one with that name. The last line says how often, and how
/// many lives after it broke a promise.
fn scenarios(names: &str, is_kept: bool) -> Result<()> {
    let mut command = program::cargo();
    let [target, test] = SCENARIOS;
    command.args(["test", "--workspace", "--test", target, "--", "--exact", test, "--nocapture"]);
    command.env("SATCHEL_SCENARIOS", names);
    let mut last = None;
    let went_well = program::follow(&mut command, |line| {
        if line.starts_with("scenarios ") {
            last = Some(line.to_owned());
        }
    })?;
    let last = last.context("the campaign ended without its last line")?;
    println!("\n{last}");
    if is_kept {
        record::record("crashes", &format!("--scenarios {names}"), &last)?;
    }
    if !went_well {
        bail!("a promise was broken; the moments of the deaths stand above");
    }
    Ok(())
}

/// Licences, sources and known weaknesses of everything we are built from.
pub(crate) fn deny() -> Result<()> {
    let tool = tools::installed("cargo-deny")?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_without_a_range_takes_fresh_seeds() {
        assert_eq!(asked(&[], 0x100), "--seeds 0x100..0x4e8");
        assert_eq!(
            asked(&["--seeds", "16", "--plant", "no-if-match"], 0x100),
            "--seeds 0x100..0x110 --plant no-if-match"
        );
        assert_eq!(asked(&["--seeds", "3..5"], 0x100), "--seeds 3..5");
        assert_eq!(asked(&["--seed", "0x7"], 0x100), "--seed 0x7");
    }
}
