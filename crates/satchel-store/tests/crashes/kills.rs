//! A kill and a power cut at every commit of every scene: before it, after its log and before the sync, after it.

use std::collections::BTreeSet;

use satchel_crashfs::{Cut, Disk};

use crate::{scenes, stage};

#[test]
fn a_kill_or_a_power_cut_at_any_commit_loses_nothing_that_was_promised() {
    let disk = Disk::new();
    let mut lives = 0;
    for (seed, scene) in (0..).zip(scenes::all()) {
        let played = stage::play(&disk, scene, seed);
        let recording = &played.recording;
        let around: BTreeSet<usize> = recording.syncs().into_iter().chain(recording.promises()).collect();
        assert!(!recording.promises().is_empty());
        for cut in around {
            for how in [Cut::Kill, Cut::Forgetful, Cut::Power(cut as u64)] {
                lives += 1;
                let checked = played.check(&disk, cut, how);
                assert!(checked.is_ok(), "scene \"{}\", cut {cut}, {how:?}: {checked:?}", played.name);
            }
        }
    }
    println!("lives {lives}");
    assert!(lives > 500, "{lives}");
}
