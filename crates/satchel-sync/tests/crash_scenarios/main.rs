//! The whole agent dies at every commit of twelve scenarios: before it, after the log write, after the sync. Another life
//! begins with what the disk kept, and in the end CRM has everything once and the device shows what CRM has.
//!
//! `cargo xtask campaign crashes --scenarios all` plays all of them; the test command two, others at each turn.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by failing")]

mod crm_scripts;
mod device;
mod lives;
mod mail_scripts;
mod script;
mod verdict;

use std::{env, time::Instant};

use satchel_store::Durability;
use satchel_testkit::turn;

use crate::{lives::Tally, script::Scenario};

/// `all`, or the name of one; the test command names none.
const ASKED: &str = "SATCHEL_SCENARIOS";
const SHARE: usize = 2;

fn all() -> Vec<Scenario> {
    crm_scripts::all().into_iter().chain(mail_scripts::all()).collect()
}

fn chosen() -> Vec<Scenario> {
    let mut all = all();
    assert_eq!(all.len(), 12);
    match env::var(ASKED).as_deref() {
        Ok("all") => all,
        Ok(name) => all.into_iter().filter(|scenario| scenario.name == name).collect(),
        Err(_) => {
            let shares = all.len() / SHARE;
            all.rotate_left(usize::try_from(turn()).unwrap() % shares * SHARE);
            all.truncate(SHARE);
            all
        }
    }
}

#[test]
fn the_agent_may_die_at_any_commit_of_a_scenario() {
    let begun = Instant::now();
    let scenarios = chosen();
    assert!(!scenarios.is_empty(), "no scenario is called that");
    let mut sum = Tally::default();
    for scenario in &scenarios {
        let tally = lives::play(scenario);
        tally.violations.iter().take(5).for_each(|why| println!("{why}"));
        println!(
            "{}: {} moments, {} kills, {} violations",
            scenario.name,
            tally.moments,
            tally.kills,
            tally.violations.len()
        );
        assert!(tally.kills > 40, "hardly anything was committed in \"{}\"", scenario.name);
        sum += tally;
    }
    println!(
        "scenarios {} kills {} violations {} minutes {:.2}",
        scenarios.len(),
        sum.kills,
        sum.violations.len(),
        begun.elapsed().as_secs_f64() / 60.0
    );
    assert!(sum.violations.is_empty(), "{} violations, the first: {}", sum.violations.len(), sum.violations[0]);
}

/// The test of the test: who says "saved" before the sync is found out.
#[test]
fn a_save_that_is_not_synced_before_its_word_is_found() {
    for name in ["create", "mark as read"] {
        let mut scenario = all().into_iter().find(|scenario| scenario.name == name).unwrap();
        scenario.saves = Durability::Normal;
        let tally = lives::play(&scenario);
        assert!(!tally.violations.is_empty(), "\"{name}\"");
        println!("{} of {}: {}", tally.violations.len(), tally.kills, tally.violations[0]);
    }
}
