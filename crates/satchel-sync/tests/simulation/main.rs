//! The deterministic simulation: one seed is a world of devices, people and bad luck, and no promise may break in it.
//!
//! `cargo xtask campaign simulate` runs more of it; what it asks for comes in the environment.

#![expect(clippy::expect_used, reason = "a test that cannot go on says so by failing")]

mod book;
mod bring;
mod campaign;
mod checks;
mod choosing;
mod coverage;
mod device;
mod dice;
mod ending;
mod ledger;
mod letters;
mod plan;
mod plants;
mod post;
mod post_checks;
mod shrink;
mod side;
mod users;
mod violation;
mod wire;
mod world;

use std::{env, ops::Range};

use campaign::{Bench, campaign, explain, regressions, remember, seed_of, traces};
use plan::plan;
use plants::Plant;

/// What a campaign asks for: `--seed 0x…`, `--seeds A..B`, `--seeds N`, `--plant NAME`, `--plants`.
const ASKED: &str = "SATCHEL_SIMULATE";
/// Which planted bugs are awake in the test command; absent, the first.
const TURN: &str = "SATCHEL_TURN";
/// Seeds of the test command, the same each time. Campaigns take fresh ones.
const SHARE: u64 = 10_000;
/// In so many seeds every pair of the table has to be met.
const ENOUGH: u64 = 10_000;
/// A planted bug has to be caught in the test command, and at all, within so many.
const SOON: u64 = 2000;
const AT_LAST: u64 = 10_000;

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
    let seeds = after("--seeds").map_or_else(share, range);
    if words.contains(&"--plants") {
        return all_plants(seeds.start);
    }
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
    assert!(tally.fewest_events >= 200 && tally.fewest_faults >= 20, "a seed in which too little happens");
    let missing = tally.coverage.missing();
    assert!(tally.seeds < ENOUGH || missing.is_empty(), "never met: {missing:?}");
}

/// Every planted bug, one after the other.
fn all_plants(first: u64) {
    let mut missed = Vec::new();
    for (plant, name) in plants::ALL {
        let tally = campaign(first..first + AT_LAST, Some(plant), 1);
        match tally.violations.first() {
            Some((seed, violation)) => println!("plant {name}: seed {seed:#x}, the {}th, {violation}", tally.seeds),
            None => missed.push(name),
        }
    }
    println!("plants {} · missed {}", plants::ALL.len(), missed.len());
    assert!(missed.is_empty(), "not caught: {missed:?}");
}

/// One seed, told aloud.
fn one(seed: u64, plant: Option<Plant>) {
    let run = Bench::new().run(&plan(seed), plant, true);
    if let Err(violation) = run.outcome {
        panic!("{}", explain(seed, &violation, plant));
    }
    println!("seed {seed:#x} · events {} · faults {} · trace {:x}", run.events, run.coverage.brought, run.trace.0);
}

fn turn() -> u64 {
    env::var(TURN).map_or(0, |word| word.parse().expect("a turn is a number"))
}

/// Only worlds of the size for it: see [`plan::SMALL_FROM`].
fn share() -> Range<u64> {
    plan::SMALL_FROM..plan::SMALL_FROM + SHARE
}

fn range(word: &str) -> Range<u64> {
    match word.split_once("..") {
        Some((from, to)) => seed_of(from).expect("the first seed")..seed_of(to).expect("the end of the seeds"),
        None => share().start..share().start + seed_of(word).expect("how many seeds"),
    }
}

fn plant_of(name: &str) -> Plant {
    let known = plants::ALL.iter().find(|(_, known)| *known == name);
    known.unwrap_or_else(|| panic!("no plant is called {name}: {:?}", plants::ALL.map(|(_, name)| name))).0
}

#[test]
fn the_same_seed_is_the_same_world_to_the_last_event() {
    let seeds = share().start..share().start + 500;
    let [first, second] = [(); 2].map(|()| traces(seeds.clone()));
    assert_eq!(first.len(), 500);
    let other = first.iter().find(|(seed, trace)| second.get(seed) != Some(trace));
    assert_eq!(other, None, "another world from the same seed");
}

/// Two of the planted bugs, other ones at each turn; all of them are awake in campaigns.
#[test]
fn a_planted_bug_is_caught_and_shrunk() {
    let count = plants::ALL.len() as u64;
    let first = turn() % count;
    for place in [first, (first + count / 2) % count] {
        let (plant, name) = plants::ALL[place as usize];
        let begin = share().start;
        let tally = campaign(begin..begin + SOON, Some(plant), 1);
        let (seed, violation) = tally.violations.first().unwrap_or_else(|| panic!("{name} is not caught"));
        let bench = Bench::new();
        let whole = plan(*seed);
        let short = shrink::shrink(&bench, whole.clone(), violation, Some(plant));
        assert!(short.items.len() * 2 < whole.items.len(), "{name}: {:?}", short.items);
        assert!(bench.run(&short, Some(plant), false).outcome.is_err(), "{name}");
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
