//! `cargo xtask campaign kills`: as many kills as asked for, by the test that the test command runs a share of.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use anyhow::{Context as _, Result, bail};

use crate::{program, record};

/// The test target of the terminal, and its test.
const TARGET: &str = "kills";
const TEST: &str = "acknowledged_edits_outlive_kill_9";

#[derive(Debug, PartialEq)]
struct Wish {
    count: u64,
    /// None: a fresh one, which is printed.
    seed: Option<u64>,
}

pub(crate) fn kills(options: &[&str]) -> Result<()> {
    let (options, is_kept) = record::wish(options);
    let wish = wish(&options)?;
    let seed = wish.seed.unwrap_or_else(fresh);
    let mut command = program::cargo();
    // Chosen by target and not by package: another choice of packages would be another set of features.
    command.args(["test", "--workspace", "--test", TARGET, "--", "--exact", TEST, "--nocapture"]);
    command.env("SATCHEL_KILLS", wish.count.to_string()).env("SATCHEL_SEED", seed.to_string());
    let mut last = None;
    let went_well = program::follow(&mut command, |line| {
        if line.starts_with("kills ") {
            last = Some(line.to_owned());
        }
    })?;
    let last = last.context("the campaign ended without its last line")?;
    println!("\n{last}");
    if is_kept {
        record::record("kills", &format!("--count {} --seed {seed}", wish.count), &last)?;
    }
    if !went_well {
        bail!("a promise was broken; what was found stands above");
    }
    Ok(())
}

fn wish(options: &[&str]) -> Result<Wish> {
    let mut wish = Wish { count: 500, seed: None };
    for pair in options.chunks(2) {
        let number = |text: &str| text.parse().with_context(|| format!("{text} is no number"));
        match pair {
            ["--count", text] => wish.count = number(text)?,
            ["--seed", text] => wish.seed = Some(number(text)?),
            _ => bail!("campaign kills takes --count N and --seed S"),
        }
    }
    if wish.count == 0 {
        bail!("a campaign has at least one kill");
    }
    Ok(wish)
}

/// Small, so that it can be read out.
fn fresh() -> u64 {
    RandomState::new().build_hasher().finish() % 1_000_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn count_and_seed_are_read_in_any_order() {
        assert_eq!(wish(&["--seed", "7", "--count", "20"]).unwrap(), Wish { count: 20, seed: Some(7) });
        assert_eq!(wish(&[]).unwrap(), Wish { count: 500, seed: None });
        for wrong in [&["--count"][..], &["--count", "many"], &["--count", "0"], &["--plant", "x"]] {
            assert!(wish(wrong).is_err(), "{wrong:?}");
        }
    }
}
