//! `kill -9` of the real program under load: what was acknowledged is in the outbox or in CRM, once, after every restart.
//!
//! The seed decides the edits and the delays. It does not decide at which instruction a kill strikes: that is the machine's,
//! so a seed repeats a load, not a crash.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by failing")]

#[path = "../terminal/mod.rs"]
mod terminal;

mod dice;
mod journal;
mod load;
mod verdict;

use std::{
    env,
    time::{Duration, Instant},
};

use satchel_testkit::demo_org::DemoOrg;
use terminal::{Session, Terminal};

use crate::{dice::Dice, journal::Journal, load::Kill, verdict::Judge};

/// The share of the test command: as many kills as there is time for.
const SHARE: Duration = Duration::from_secs(60);
/// Fewer than these in that time would prove little.
const AT_LEAST: u32 = 12;
/// The whole database is checked, and playback waited for, after this many kills.
const FULL_CHECK_EVERY: u32 = 20;

/// `cargo xtask campaign kills --count N --seed S` sets both.
fn wish(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

#[tokio::test]
async fn acknowledged_edits_outlive_kill_9() {
    let (count, seed) = (wish("SATCHEL_KILLS"), wish("SATCHEL_SEED").unwrap_or(1));
    let (session, org) = (Session::start(), DemoOrg::start());
    let terminal = Terminal::on(&org, Some(&session));
    terminal.run(&["connect", "--demo"]).ok();
    terminal.run(&["sync", "--timeout", "300"]).ok();

    let begun = Instant::now();
    let mut dice = Dice::of(seed);
    let mut journal = Journal::in_folder(terminal.folder(), seed);
    let mut judge = Judge::of(&org, &terminal);
    let mut kills = 0;
    while count.map_or(begun.elapsed() < SHARE, |count| u64::from(kills) < count) {
        let kill = Kill::thrown(&mut dice);
        load::until_killed(&terminal, kill, &mut dice, &mut journal);
        kills += 1;
        judge.after_a_kill(&mut journal, kills % FULL_CHECK_EVERY == 0).await;
        if kills % 50 == 0 {
            println!("{kills} kills, {} acknowledged, {:.0} s", journal.acknowledged, begun.elapsed().as_secs_f64());
        }
    }
    judge.at_the_end(&mut journal).await;
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    judge.findings.iter().for_each(|finding| println!("{finding}"));
    println!(
        "signed in again {} times; {} values were committed by an edit whose line was never read",
        judge.signed_in_again, journal.unread
    );
    println!(
        "kills {kills} seed {seed} acknowledged {} lost {} doubled {} minutes {minutes:.1}",
        journal.acknowledged, judge.lost, judge.doubled
    );
    assert!(judge.findings.is_empty(), "{} findings stand above", judge.findings.len());
    assert!(kills >= count.map_or(AT_LEAST, |_| 1) && journal.acknowledged > u64::from(kills), "there was no load");
}

/// Two starts at once, fifty times: one owns the profile, the other says so and changes nothing.
#[test]
fn of_two_starts_at_once_one_owns_the_profile_and_the_other_says_so() {
    let (session, org) = (Session::start(), DemoOrg::start());
    let terminal = Terminal::on(&org, Some(&session));
    terminal.run(&["connect", "--demo"]).ok();
    terminal.run(&["sync", "--timeout", "300"]).ok();
    let mut saved = 0;
    for round in 0..50 {
        let edit = |name: &str| ["account".to_owned(), "new".to_owned(), format!("name={name} {round}")];
        let ends = load::start_two(&terminal, [edit("One"), edit("Two")]);
        assert_eq!(ends.loser.code, 3, "round {round}: {:?}", ends.loser);
        assert!(ends.loser.err.contains("already open") && ends.loser.out.is_empty(), "{:?}", ends.loser);
        assert!(ends.winner.out.starts_with("saved "), "round {round}: {:?}", ends.winner);
        assert_eq!(ends.winner.code, 0, "round {round}: {:?}", ends.winner);
        saved += 1;
    }
    let checked = terminal.run(&["--json", "check", "--full"]).json();
    assert_eq!(checked["outbox"].as_array().unwrap().len(), saved, "each owner's edit and no other");
}
