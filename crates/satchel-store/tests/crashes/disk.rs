//! A disk that is full or broken at any write: an edit is refused before its word, reading goes on, and when there is
//! room again the work goes on without a restart.

use std::env;

use satchel_crashfs::{Call, Cut, Disk, Fault, Refusal};
use satchel_store::StoreError;
use satchel_testkit::turn;

use crate::{checks, scenes, stage};

/// Faults of a kind in a scene that a plain test run takes, spread over all; each turn takes others.
const SHARE: u64 = 15;
/// Whose transactions meet the faults: saving, creating, playback, merging, tables and mail.
const SCENES: [usize; 6] = [0, 1, 3, 4, 8, 10];
const WAYS: [(Call, Refusal); 4] = [
    (Call::Write, Refusal::Full),
    (Call::Write, Refusal::Short),
    (Call::Write, Refusal::Broken),
    (Call::Sync, Refusal::Broken),
];
/// What a start asks of a disk; the shared memory is asked for by nothing else.
const AT_START: [(Call, Refusal); 7] = [
    (Call::Open, Refusal::Broken),
    (Call::Read, Refusal::Broken),
    (Call::Write, Refusal::Full),
    (Call::Write, Refusal::Broken),
    (Call::Sync, Refusal::Broken),
    (Call::Truncate, Refusal::Broken),
    (Call::Share, Refusal::Full),
];

/// How many calls of a kind a healthy scene makes, and the state after each step.
pub(crate) fn healthy(disk: &Disk, scene: usize, call: Call) -> (u64, Vec<checks::Digest>) {
    disk.load(stage::beginning().clone());
    let database = stage::open(disk).unwrap();
    let watcher = stage::look(disk);
    disk.heal();
    let mut states = vec![checks::digest(&watcher)];
    for step in scenes::all().swap_remove(scene).steps {
        database.write(step.durability, |tx| (step.deed)(tx)).unwrap();
        states.push(checks::digest(&watcher));
    }
    (disk.count(call), states)
}

/// Plays a scene against a fault; each step that is refused is tried again once the disk is well. Whether one was.
fn play(disk: &Disk, scene: usize, fault: Fault, states: &[checks::Digest]) -> bool {
    disk.load(stage::beginning().clone());
    let database = stage::open(disk).unwrap();
    let watcher = stage::look(disk);
    disk.fail(fault);
    let mut was_refused = false;
    for (done, step) in scenes::all().swap_remove(scene).steps.into_iter().enumerate() {
        if let Err(error) = database.write(step.durability, |tx| (step.deed)(tx)) {
            was_refused = true;
            let says_why = match fault.refusal {
                Refusal::Full | Refusal::Short => error == StoreError::Full,
                Refusal::Broken => matches!(error, StoreError::Disk(_)),
            };
            assert!(says_why, "{error:?}");
            // Still broken, and everything that was promised can be read.
            assert_eq!(checks::digest(&watcher), states[done], "nothing of a refused step shows");
            checks::laws(&database).unwrap();
            disk.heal();
            database.write(step.durability, |tx| (step.deed)(tx)).unwrap();
        }
        assert_eq!(checks::digest(&watcher), states[done + 1]);
    }
    disk.heal();
    checks::laws(&database).unwrap();
    checks::sound(&watcher).unwrap();
    drop((database, watcher));
    drop(stage::open(disk).unwrap());
    assert_eq!(Some(&checks::digest(&stage::look(disk))), states.last(), "and after a restart");
    was_refused
}

#[test]
fn a_refused_write_refuses_the_step_before_its_word_and_nothing_else() {
    let disk = Disk::new();
    let is_campaign = env::var("SATCHEL_DISK_FAULTS").is_ok_and(|how_many| how_many == "all");
    let (mut cases, mut refused) = (0_u64, 0_u64);
    for scene in SCENES {
        for (call, refusal) in WAYS {
            let (calls, states) = healthy(&disk, scene, call);
            let share = if is_campaign { calls } else { calls.min(SHARE) };
            for nth in (0..share).map(|place| (place * calls / share + turn()) % calls + 1) {
                let lasts = nth % 2 == 0 || refusal != Refusal::Broken;
                cases += 1;
                refused += u64::from(play(&disk, scene, Fault { call, nth, refusal, lasts }, &states));
            }
        }
    }
    println!("disk faults {cases}, steps refused in {refused}");
    assert!(cases >= 300 && refused * 2 > cases, "{cases} {refused}");
}

/// Every size at which a disk can be full.
#[test]
fn a_disk_without_room_refuses_edits_and_shows_what_there_is() {
    let disk = Disk::new();
    let (_, states) = healthy(&disk, 0, Call::Write);
    for spare in (0..60).map(|step| step * 3_000) {
        disk.load(stage::beginning().clone());
        let database = stage::open(&disk).unwrap();
        let watcher = stage::look(&disk);
        disk.limit(disk.size() + spare);
        for (done, step) in scenes::all().swap_remove(0).steps.into_iter().enumerate() {
            if let Err(error) = database.write(step.durability, |tx| (step.deed)(tx)) {
                assert_eq!(error, StoreError::Full);
                assert_eq!(checks::digest(&watcher), states[done]);
                checks::laws(&database).unwrap();
                disk.heal();
                database.write(step.durability, |tx| (step.deed)(tx)).unwrap();
                disk.limit(disk.size() + spare);
            }
        }
        assert_eq!(Some(&checks::digest(&watcher)), states.last());
        disk.heal();
    }
}

/// Of a profile whose log has to be read again, as after a kill.
#[test]
fn a_start_that_the_disk_refuses_is_no_damage_and_the_next_one_finds_everything() {
    let disk = Disk::new();
    let mut refused = 0;
    for scene in SCENES {
        let played = stage::play(&disk, scenes::all().swap_remove(scene), turn());
        // Not the end of the recording, where the log was taken into the file.
        let last = *played.recording.promises().last().unwrap();
        let image = played.recording.image(last, Cut::Kill);
        for (call, refusal) in AT_START {
            for nth in 1.. {
                disk.load(image.clone());
                disk.fail(Fault { call, nth, refusal, lasts: nth % 2 == 0 });
                let opened = stage::open(&disk);
                let was_met = disk.refused() > 0;
                match opened {
                    // What SQLite can do without, such as room for a file that it only wants to remove.
                    Ok(database) => drop(database),
                    Err(StoreError::Full | StoreError::Disk(_)) => refused += 1,
                    // SQLCipher makes up a salt when it cannot read the file's own, and the key does not fit that.
                    Err(StoreError::Locked) if call == Call::Read => refused += 1,
                    Err(error) => panic!("scene {scene}, {call:?} {nth}: {error:?}"),
                }
                disk.heal();
                let database = stage::open(&disk).unwrap();
                checks::laws(&database).unwrap();
                assert_eq!(played.states.last(), Some(&checks::digest(&stage::look(&disk))), "{call:?} {nth}");
                if !was_met {
                    break;
                }
            }
        }
    }
    println!("starts refused {refused}");
    assert!(refused >= 100, "{refused}");
}

/// An edit whose sync failed was refused. After a power cut it is there or not, and nothing else is lost.
#[test]
fn a_sync_that_fails_is_no_promise_and_takes_none_back() {
    let disk = Disk::new();
    let (syncs, states) = healthy(&disk, 0, Call::Sync);
    for nth in 1..=syncs {
        disk.load(stage::beginning().clone());
        let database = stage::open(&disk).unwrap();
        disk.fail(Fault { call: Call::Sync, nth, refusal: Refusal::Broken, lasts: true });
        let mut promised = 0;
        for step in scenes::all().swap_remove(0).steps {
            if database.write(step.durability, |tx| (step.deed)(tx)).is_err() {
                break;
            }
            promised += 1;
        }
        let killed = disk.image();
        drop(database);
        disk.load(killed);
        let database = stage::open(&disk).unwrap();
        checks::laws(&database).unwrap();
        let watcher = stage::look(&disk);
        checks::sound(&watcher).unwrap();
        let found = checks::digest(&watcher);
        assert!(states[promised..].iter().take(2).any(|state| *state == found), "sync {nth}, {promised} promised");
    }
}
