//! `cargo xtask campaign mutants`: each small change to the modules that decide has to fail a test.

use std::{
    fs,
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::{house, record, tools};

/// A package, its modules that decide, and the tests that have to notice.
struct Part {
    package: &'static str,
    modules: &'static [&'static str],
    tests: &'static [&'static str],
}

/// What decides about edits: which survive, in which order and how fast they are sent, and what is made of an answer. What
/// no test can tell apart is left out by name in `.cargo/mutants.toml`, with the reason.
const PARTS: [Part; 3] = [
    Part {
        package: "satchel-domain",
        modules: &["merge", "resolve", "settle", "tracking/plan"],
        tests: &["--lib", "--tests"],
    },
    Part {
        package: "satchel-sync",
        modules: &["line", "playback", "sweeping"],
        tests: &["--lib", "--test", "agent", "--test", "mail_agent"],
    },
    Part { package: "satchel-http", modules: &["pace"], tests: &["--lib", "--tests"] },
];

/// What became of the mutants.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    caught: u64,
    missed: u64,
    unviable: u64,
}

/// Runs all parts, or the one of that package. The last line says how many mutants were noticed; `--record` keeps it.
pub(crate) fn mutants(words: &[&str]) -> Result<()> {
    let (words, is_kept) = record::wish(words);
    let parts: Vec<&Part> = match words.as_slice() {
        [] => PARTS.iter().collect(),
        [package] => PARTS.iter().filter(|part| part.package == *package).collect(),
        _ => bail!("campaign mutants takes the name of one package, or none, and --record"),
    };
    if parts.is_empty() {
        let names: Vec<_> = PARTS.iter().map(|part| part.package).collect();
        bail!("these packages have mutants: {}", names.join(", "));
    }
    let tool = tools::installed("cargo-mutants")?;
    let begun = Instant::now();
    let mut all = Tally::default();
    for part in parts {
        all = sum(all, run(&tool, part)?);
    }
    let last = told(&all, begun.elapsed());
    println!("\n{last}");
    if is_kept {
        record::record("mutants", &words.join(" "), &last)?;
    }
    if all.missed > 0 {
        bail!("a change went unnoticed; its place stands above");
    }
    Ok(())
}

fn run(tool: &Path, part: &Part) -> Result<Tally> {
    let output = house::target().join("mutants").join(part.package);
    house::make_folder(&output)?;
    let mut command = Command::new(tool);
    command
        .args(["mutants", "--no-shuffle", "--colors", "never", "--package", part.package])
        .arg("--output")
        .arg(&output);
    for module in part.modules {
        command.args(["--file", &format!("crates/{}/src/{module}.rs", part.package)]);
    }
    command.arg("--").args(part.tests).current_dir(house::root());
    // Its own code says whether some were missed, which is counted here; anything else leaves no outcomes.
    let _ = command.status()?;
    let outcomes = output.join("mutants.out/outcomes.json");
    let outcomes = fs::read_to_string(&outcomes).with_context(|| format!("no outcomes of {}", part.package))?;
    counted(&serde_json::from_str(&outcomes)?).with_context(|| format!("the outcomes of {} say nothing", part.package))
}

/// Of a finished run; none where it broke off. A test that never ends has noticed the change as well.
fn counted(outcomes: &Value) -> Option<Tally> {
    let number = |name: &str| outcomes.get(name)?.as_u64();
    let caught = number("caught")? + number("timeout")?;
    let tally = Tally { caught, missed: number("missed")?, unviable: number("unviable")? };
    (tally.caught > 0).then_some(tally)
}

fn sum(one: Tally, other: Tally) -> Tally {
    Tally {
        caught: one.caught + other.caught,
        missed: one.missed + other.missed,
        unviable: one.unviable + other.unviable,
    }
}

fn told(tally: &Tally, took: Duration) -> String {
    let Tally { caught, missed, unviable } = tally;
    let minutes = took.as_secs_f64() / 60.0;
    format!(
        "mutants {} caught {caught} missed {missed} unviable {unviable} minutes {minutes:.1}",
        caught + missed + unviable
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_run_that_broke_off_counts_for_nothing() {
        let whole = json!({ "caught": 7, "timeout": 1, "missed": 2, "unviable": 3 });
        let tally = Tally { caught: 8, missed: 2, unviable: 3 };
        assert_eq!(counted(&whole), Some(tally));
        assert_eq!(counted(&json!({ "caught": 0, "timeout": 0, "missed": 0, "unviable": 0 })), None);
        assert_eq!(counted(&json!({})), None);
        let said = told(&Tally { caught: 8, missed: 2, unviable: 3 }, Duration::from_secs(90));
        assert_eq!(said, "mutants 13 caught 8 missed 2 unviable 3 minutes 1.5");
    }
}
