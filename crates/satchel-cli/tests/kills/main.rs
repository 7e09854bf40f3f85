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

use std::{env, thread, time::Instant};

use satchel_testkit::{demo_org::DemoOrg, turn};
use terminal::{Session, Terminal};

use crate::{dice::Dice, journal::Journal, load::Kill, verdict::Judge};

/// The share of the test command.
const SHARE: u64 = 500;
/// Profiles that are worked on at once, each by programs of its own.
const WORKERS: u64 = 3;
/// The whole database is checked, and playback waited for, after this many kills.
const FULL_CHECK_EVERY: u64 = 20;

/// `cargo xtask campaign kills --count N --seed S` sets both.
fn wish(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}

/// What came of one profile.
struct Campaign {
    journal: Journal,
    findings: Vec<String>,
    kills: u64,
    rivals: u64,
    lost: u32,
    doubled: u32,
    signed_in_again: u32,
}

/// Kills the programs of one profile so often.
async fn campaign(org: &DemoOrg, count: u64, seed: u64) -> Campaign {
    let session = Session::start();
    let terminal = Terminal::on(org, Some(&session));
    terminal.run(&["connect", "--demo"]).ok();
    terminal.run(&["sync", "--timeout", "300"]).ok();

    let mut dice = Dice::of(seed);
    let mut journal = Journal::in_folder(terminal.folder(), seed);
    let mut judge = Judge::of(org, &terminal);
    let mut rivals = 0;
    for kill in 1..=count {
        let how = Kill::thrown(&mut dice);
        rivals += u64::from(how.has_rival());
        load::until_killed(&terminal, how, &mut dice, &mut journal);
        judge.after_a_kill(&mut journal, kill % FULL_CHECK_EVERY == 0).await;
    }
    judge.at_the_end(&mut journal).await;
    let Judge { findings, lost, doubled, signed_in_again, .. } = judge;
    Campaign { journal, findings, kills: count, rivals, lost, doubled, signed_in_again }
}

#[test]
fn acknowledged_edits_outlive_kill_9() {
    let (count, seed) = (wish("SATCHEL_KILLS").unwrap_or(SHARE), wish("SATCHEL_SEED").unwrap_or_else(turn));
    let org = DemoOrg::start();
    let begun = Instant::now();
    let work = |worker: u64| {
        let (org, mine) = (&org, count / WORKERS + u64::from(worker < count % WORKERS));
        move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(campaign(org, mine, seed * WORKERS + worker))
        }
    };
    let campaigns: Vec<Campaign> = thread::scope(|scope| {
        let running: Vec<_> = (0..WORKERS).map(|worker| scope.spawn(work(worker))).collect();
        running.into_iter().map(|worker| worker.join().expect("a profile's kills end")).collect()
    });
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    let sum = |of: fn(&Campaign) -> u64| campaigns.iter().map(of).sum::<u64>();
    let findings: Vec<&String> = campaigns.iter().flat_map(|campaign| &campaign.findings).collect();
    findings.iter().for_each(|finding| println!("{finding}"));
    println!(
        "signed in again {} times; {} values were committed by an edit whose line was never read; {} started as another died",
        sum(|campaign| campaign.signed_in_again.into()),
        sum(|campaign| campaign.journal.unread),
        sum(|campaign| campaign.rivals),
    );
    let (kills, acknowledged) = (sum(|campaign| campaign.kills), sum(|campaign| campaign.journal.acknowledged));
    println!(
        "kills {kills} seed {seed} acknowledged {acknowledged} lost {} doubled {} minutes {minutes:.1} kills/min {:.0}",
        sum(|campaign| campaign.lost.into()),
        sum(|campaign| campaign.doubled.into()),
        kills as f64 / minutes
    );
    assert!(findings.is_empty(), "{} findings stand above", findings.len());
    assert!(kills == count && acknowledged > kills, "there was no load");
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
