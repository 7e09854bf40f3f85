//! The power goes anywhere in a scene: the file opens, is whole, and holds what was promised.

use std::{env, time::Instant};

use satchel_crashfs::{Cut, Dice, Disk};

use satchel_testkit::turn;

use crate::{scenes, stage::Repertoire};

/// What a plain test run takes; a campaign says how many in the environment.
const SHARE: u64 = 20_000;
/// Images of scenes that were played with the same checkpoints.
const OF_ONE_PLAY: u64 = 4_096;

fn asked(name: &str) -> Option<u64> {
    env::var(name).ok()?.parse().ok()
}

/// An image is known by its number: scene, checkpoints, place of the cut and what survives follow from it.
fn check(disk: &Disk, repertoire: &mut Repertoire, number: u64) -> Result<(), String> {
    let mut dice = Dice::new(number);
    let scene = usize::try_from(number).unwrap_or(0) % scenes::all().len();
    let played = repertoire.played(disk, scene, number / OF_ONE_PLAY);
    let cut = usize::try_from(dice.roll()).unwrap_or(0) % played.recording.cuts();
    let how = match dice.roll() % 10 {
        0 => Cut::Kill,
        1 => Cut::Forgetful,
        _ => Cut::Power(dice.roll()),
    };
    let name = played.name;
    played.check(disk, cut, how).map_err(|why| {
        format!("image {number} (scene \"{name}\", cut {cut}, {how:?}): {why}. Again: `cargo xtask campaign crashes --images 1 --first {number}`")
    })
}

#[test]
fn a_power_cut_anywhere_leaves_a_whole_file_with_what_was_promised() {
    let images = asked("SATCHEL_IMAGES").unwrap_or(SHARE);
    let first = asked("SATCHEL_FIRST_IMAGE").unwrap_or_else(|| turn() * SHARE);
    let begun = Instant::now();
    let workers = 2;
    let violations: Vec<String> = std::thread::scope(|scope| {
        let work = |worker: u64| {
            move || {
                let disk = Disk::new();
                let mut repertoire = Repertoire::default();
                let mine = (first..first + images).filter(|number| number % workers == worker);
                mine.filter_map(|number| check(&disk, &mut repertoire, number).err()).collect::<Vec<_>>()
            }
        };
        let running: Vec<_> = (0..workers).map(|worker| scope.spawn(work(worker))).collect();
        running.into_iter().flat_map(|worker| worker.join().expect("a worker ends")).collect()
    });
    let minutes = begun.elapsed().as_secs_f64() / 60.0;
    println!(
        "images {images} from {first} scenes {} violations {} minutes {minutes:.2} images/min {:.0}",
        scenes::all().len(),
        violations.len(),
        images as f64 / minutes
    );
    assert!(violations.is_empty(), "{} violations, the first: {}", violations.len(), violations[0]);
}
