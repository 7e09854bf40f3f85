//! `cargo xtask test`: every part, its minutes, and one line at the end.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::parts;

/// Runs all parts, or the named ones, up to the first that fails.
pub(crate) fn test(names: &[&str]) -> Result<()> {
    let chosen = choose(names)?;
    let mut tally = Tally::default();
    let mut times = Vec::new();
    let mut outcome = Ok(());
    for (name, deed) in chosen {
        println!("\n== {name} ==");
        let begun = Instant::now();
        outcome = deed(&mut tally).with_context(|| format!("the part `{name}` failed"));
        times.push((name, begun.elapsed()));
        if outcome.is_err() {
            break;
        }
    }
    println!("\n{}", table(&times));
    println!("{} passed, {} failed", tally.passed, tally.failed);
    outcome
}

fn choose(names: &[&str]) -> Result<Vec<parts::Part>> {
    if names.is_empty() {
        return Ok(parts::ALL.to_vec());
    }
    let known = parts::ALL.map(|(name, _)| name);
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        bail!("there is no part `{unknown}`; the parts are {}", known.join(", "));
    }
    Ok(parts::ALL.into_iter().filter(|(name, _)| names.contains(name)).collect())
}

fn table(times: &[(&str, Duration)]) -> String {
    let total = times.iter().map(|(_, time)| *time).sum();
    let line = |name: &str, time: Duration| format!("{name:<12}{:>6.1} min\n", time.as_secs_f64() / 60.0);
    let lines: String = times.iter().map(|(name, time)| line(name, *time)).collect();
    lines + &line("all", total)
}

/// How many tests there were, read from what the runners print.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Tally {
    passed: u32,
    failed: u32,
    /// Of the part that runs now: a runner that ran nothing has proved nothing.
    seen: u32,
}

impl Tally {
    /// `test result: ok. 12 passed; 0 failed; …`
    pub(crate) fn count_cargo(&mut self, line: &str) {
        if let Some(result) = line.trim_start().strip_prefix("test result:") {
            self.add(before(result, " passed"), before(result, " failed"));
        }
    }

    /// `Tests  1 failed | 11 passed (12)`
    pub(crate) fn count_vitest(&mut self, line: &str) {
        if let Some(result) = line.trim_start().strip_prefix("Tests ") {
            self.add(before(result, " passed"), before(result, " failed"));
        }
    }

    /// Ends a part.
    pub(crate) fn verdict(&mut self, went_well: bool) -> Result<()> {
        let seen = std::mem::take(&mut self.seen);
        if !went_well {
            bail!("tests failed; their names stand above");
        }
        if seen == 0 {
            bail!("not one test ran");
        }
        Ok(())
    }

    fn add(&mut self, passed: u32, failed: u32) {
        self.passed += passed;
        self.failed += failed;
        self.seen += passed + failed;
    }
}

/// The number that stands before `word`, or 0.
fn before(text: &str, word: &str) -> u32 {
    let Some((head, _)) = text.split_once(word) else { return 0 };
    head.rsplit(|letter: char| !letter.is_ascii_digit()).next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(count: fn(&mut Tally, &str), line: &str, passed: u32, failed: u32) {
        let mut tally = Tally::default();
        count(&mut tally, line);
        assert_eq!((tally.passed, tally.failed), (passed, failed), "{line}");
    }

    #[test]
    fn cargos_result_lines_are_counted() {
        check(Tally::count_cargo, "test result: ok. 12 passed; 0 failed; 0 ignored; 0 measured", 12, 0);
        check(Tally::count_cargo, "test result: FAILED. 3 passed; 2 failed; 0 ignored", 3, 2);
        check(Tally::count_cargo, "test a_test_of_ours ... ok", 0, 0);
    }

    #[test]
    fn vitests_result_lines_are_counted() {
        check(Tally::count_vitest, "      Tests  12 passed (12)", 12, 0);
        check(Tally::count_vitest, "      Tests  1 failed | 11 passed (12)", 11, 1);
        check(Tally::count_vitest, " Test Files  3 passed (3)", 0, 0);
    }

    #[test]
    fn a_part_in_which_nothing_ran_has_failed() {
        assert!(Tally::default().verdict(true).is_err());
    }

    #[test]
    fn one_part_s_tests_do_not_excuse_the_next() {
        let mut tally = Tally::default();
        tally.add(1, 0);
        assert!(tally.verdict(true).is_ok());
        assert!(tally.verdict(true).is_err());
    }

    #[test]
    fn an_unknown_part_is_refused_with_the_list() {
        let error = choose(&["everything"]).unwrap_err().to_string();
        assert!(error.contains("end-to-end"), "{error}");
    }

    #[test]
    fn parts_keep_their_order_however_they_are_named() {
        let names: Vec<_> = choose(&["end-to-end", "tidy"]).unwrap().into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["tidy", "end-to-end"]);
    }
}
