//! The deterministic simulation: one seed is a world of devices, people and bad luck, and no promise may break in it.
//!
//! `cargo xtask campaign simulate` runs more of it; what it asks for comes in the environment.

#![expect(clippy::expect_used, reason = "a test that cannot go on says so by failing")]

mod book;
mod campaign;
mod checks;
mod coverage;
mod device;
mod dice;
mod ending;
mod ledger;
mod plan;
mod plants;
mod shrink;
mod users;
mod violation;
mod wire;
mod world;

use std::{env, ops::Range};

use campaign::{Bench, campaign, explain, regressions, remember, seed_of};
use plan::plan;
use plants::Plant;

/// What a campaign asks for: `--seed 0x…`, `--seeds A..B`, `--seeds N`, `--plant NAME`.
const ASKED: &str = "SATCHEL_SIMULATE";
/// The share of the test command. Campaigns take fresh ones; once a long one finds nothing, these rotate too.
const SHARE: Range<u64> = 0x30000..0x303e8;

#[test]
fn no_seed_breaks_a_promise() {
    let asked = env::var(ASKED).unwrap_or_default();
    let words: Vec<_> = asked.split_whitespace().collect();
    let after =
        |flag: &str| words.iter().position(|word| *word == flag).and_then(|place| words.get(place + 1).copied());
    let plant = after("--plant").map(plant_of);
    if let Some(seed) = after("--seed").map(|word| seed_of(word).expect("a seed is a number")) {
        return one(seed, plant);
    }
    let seeds = after("--seeds").map_or(SHARE, range);
    let most = if plant.is_some() { 1 } else { 10 };
    let tally = campaign(seeds, plant, most);
    println!("{}", tally.coverage);
    println!("at least {} events and {} faults in a seed", tally.fewest_events, tally.fewest_faults);
    for (place, (seed, violation)) in tally.violations.iter().enumerate() {
        match place {
            0 => println!("{}", explain(*seed, violation, plant)),
            _ => println!("{seed:#x}: {violation}"),
        }
        if plant.is_none() {
            remember(*seed, violation);
        }
    }
    println!("{}", tally.line());
    assert!(tally.violations.is_empty(), "a promise broke");
    let missing = tally.coverage.missing();
    assert!(tally.seeds < 10_000 || missing.is_empty(), "never met: {missing:?}");
}

/// One seed, told aloud.
fn one(seed: u64, plant: Option<Plant>) {
    let run = Bench::new().run(&plan(seed), plant, true);
    if let Err(violation) = run.outcome {
        panic!("{}", explain(seed, &violation, plant));
    }
    println!("seed {seed:#x} · events {} · faults {} · trace {:x}", run.events, run.coverage.brought, run.trace.0);
}

fn range(word: &str) -> Range<u64> {
    match word.split_once("..") {
        Some((from, to)) => seed_of(from).expect("the first seed")..seed_of(to).expect("the end of the seeds"),
        None => SHARE.start..SHARE.start + seed_of(word).expect("how many seeds"),
    }
}

fn plant_of(name: &str) -> Plant {
    let known = plants::ALL.iter().find(|(_, known)| *known == name);
    known.unwrap_or_else(|| panic!("no plant is called {name}: {:?}", plants::ALL.map(|(_, name)| name))).0
}

#[test]
fn the_same_seed_is_the_same_world_to_the_last_event() {
    let bench = Bench::new();
    for seed in 0..100 {
        let traces = [(); 2].map(|()| bench.run(&plan(seed), None, false).trace);
        assert_eq!(traces[0], traces[1], "seed {seed:#x}");
    }
}

/// Two of the planted bugs; the others are awake in campaigns.
#[test]
fn a_planted_bug_is_caught_and_shrunk_to_a_few_events() {
    for name in ["no-if-match", "time-out-is-done"] {
        let tally = campaign(0..2000, Some(plant_of(name)), 1);
        let (seed, violation) = tally.violations.first().unwrap_or_else(|| panic!("{name} is not caught"));
        let bench = Bench::new();
        let short = shrink::shrink(&bench, plan(*seed), violation, Some(plant_of(name)));
        assert!(short.items.len() <= 20, "{name}: {:?}", short.items);
        assert!(bench.run(&short, Some(plant_of(name)), false).outcome.is_err(), "{name}");
        println!("{name}: seed {seed:#x}, {violation}, {} events", short.items.len());
    }
}

#[test]
fn what_was_found_once_stays_mended() {
    let bench = Bench::new();
    for seed in regressions() {
        if let Err(violation) = bench.run(&plan(seed), None, false).outcome {
            panic!("seed {seed:#x}: {violation}");
        }
    }
}
