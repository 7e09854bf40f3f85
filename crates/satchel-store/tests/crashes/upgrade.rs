//! A kill and a power cut anywhere while an older file is brought up to date: its edits are there, and the next start ends it.

use std::{collections::BTreeSet, fs};

use rusqlite::Connection;
use satchel_crashfs::{Cut, Disk, Image};
use satchel_domain::Value;
use satchel_store::{
    Database, Durability,
    outbox::{self, Entry},
};

use crate::{
    checks, scenes,
    stage::{self, PROFILE},
};

/// Every file that a published Satchel left, but the newest.
const OLDER: [&str; 5] = [
    include_str!("../../src/migrations/0001_start.sql"),
    include_str!("../../src/migrations/0002_mail.sql"),
    include_str!("../../src/migrations/0003_conflicts.sql"),
    include_str!("../../src/migrations/0004_undo.sql"),
    include_str!("../../src/migrations/0005_duplicates.sql"),
];
const ENTRIES: u64 = 6;

/// What an edit looks like in the file: the form has been the same in every version.
fn changes() -> String {
    let disk = Disk::new();
    disk.load(stage::beginning().clone());
    let database = stage::open(&disk).unwrap();
    let made = scenes::update(1, 1, "typed");
    database
        .write(Durability::Full, |tx| outbox::append(tx, &scenes::accounts(), &made, "Named", scenes::at(1)))
        .unwrap();
    drop(database);
    stage::look(&disk).query_row("SELECT changes FROM outbox", [], |row| row.get(0)).unwrap()
}

/// A profile of that version with edits in it.
fn older(version: usize) -> Image {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(PROFILE);
    let connection = stage::unlocked(Connection::open(&path).unwrap());
    OLDER[..version].iter().for_each(|file| connection.execute_batch(file).unwrap());
    connection.pragma_update(None, "user_version", version).unwrap();
    for number in 0..ENTRIES {
        connection
            .execute(
                "INSERT INTO outbox (entry_id, table_name, record_id, record_name, deed, changes, made_at)
                 VALUES (?1, 'account', ?2, 'Named', 'update', ?3, 0)",
                rusqlite::params![scenes::entry(number).0.as_bytes(), scenes::id(number).0.as_bytes(), changes()],
            )
            .unwrap();
    }
    drop(connection);
    [(PROFILE.to_owned(), fs::read(path).unwrap())].into()
}

fn waits(database: &Database) -> Vec<Entry> {
    database.read(outbox::list).unwrap()
}

#[test]
fn an_upgrade_cut_short_anywhere_loses_no_edit_and_is_ended_by_the_next_start() {
    let disk = Disk::new();
    let mut lives = 0;
    for version in 1..=OLDER.len() {
        disk.load(older(version));
        disk.record();
        let database = stage::open(&disk).unwrap();
        let (expected, upgraded) = (waits(&database), checks::digest(&stage::look(&disk)));
        assert_eq!(expected.len() as u64, ENTRIES);
        assert_eq!(expected[0].edit.changes[0].after, Value::Text("typed".to_owned()));
        drop(database);
        let recording = disk.recorded();
        let around: BTreeSet<usize> = recording.syncs().into_iter().chain((0..recording.cuts()).step_by(7)).collect();
        for cut in around {
            for how in [Cut::Kill, Cut::Forgetful, Cut::Power(cut as u64)] {
                lives += 1;
                disk.load(recording.image(cut, how));
                let database =
                    stage::open(&disk).unwrap_or_else(|error| panic!("{version}, cut {cut}, {how:?}: {error}"));
                assert_eq!(waits(&database), expected, "version {version}, cut {cut}, {how:?}");
                let watcher = stage::look(&disk);
                checks::sound(&watcher).unwrap();
                assert_eq!(checks::digest(&watcher), upgraded, "version {version}, cut {cut}, {how:?}");
            }
        }
    }
    println!("upgrades cut short {lives}");
    assert!(lives > 200, "{lives}");
}
