//! Damaged, truncated, zeroed, newer and older files: nothing loops, what the user did is saved, the rest starts anew.

use satchel_crashfs::Dice;
use satchel_domain::{
    Column, EntryId, Record, TableName, Value, Version,
    edit::{Change, Deed, Edit, State},
    ids::Uuid,
    ports::{Next, Page},
    scope::Scope,
};

use super::*;
use crate::{
    Durability, cursors,
    outbox::Entry,
    records,
    samples::{self, at, id, key},
    secrets, settings,
};

const PAGE: usize = 4096;
const ENTRIES: u128 = 24;
const NAME: &str = "profile.db";

/// A profile with rows, a sign-in, and edits of which two fill a page; its files, shut.
fn profile() -> Vec<u8> {
    let (folder, database) = samples::profile();
    let table = samples::account();
    database
        .write(Durability::Full, |tx| {
            let records: Vec<Record> = (0..60).map(samples::full_record).collect();
            let next = Next::CaughtUp(satchel_domain::Cursor::new("delta"));
            records::store_page(
                tx,
                &table,
                &Page { records, gone: Vec::new(), next: next.clone(), way: satchel_domain::ports::Way::Changes },
                0,
            )?;
            let Next::CaughtUp(cursor) = next else { return Ok(()) };
            cursors::set(tx, &table.name, &Scope::Live { cursor }, Some(at(1)))?;
            secrets::set(tx, "refresh_token", &Private::new("a token".into()))?;
            settings::set(tx, "membership", "ours")?;
            (0..ENTRIES).try_for_each(|number| outbox::append(tx, &table, &edit(number), "Named", at(2)).map(|_| ()))
        })
        .unwrap();
    drop(database);
    fs::read(folder.path().join(NAME)).unwrap()
}

fn edit(number: u128) -> Edit {
    let column = Column::new("description");
    let (before, after) = (samples::full_record(number), Value::Text(format!("typed {number} ").repeat(110)));
    let before = before.value(&column).clone();
    Edit {
        entry: EntryId(Uuid::from_u128(0xe000 + number)),
        table: TableName::new("account"),
        record: id(number),
        deed: Deed::Update,
        changes: vec![Change { column, before, after }],
        base: Some(Version::new("W/\"1\"")),
    }
}

fn entries(database: &Database) -> Vec<Entry> {
    database.read(outbox::list).unwrap()
}

/// Reads everything, as the pages of the window would.
fn read_all(database: &Database) -> Result<()> {
    let names: Vec<String> = database.read(|reader| {
        let mut asked = reader.sql().prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")?;
        Ok(asked.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
    })?;
    names.iter().try_for_each(|name| {
        database.read(|reader| {
            let mut asked = reader.sql().prepare(&format!("SELECT * FROM \"{name}\""))?;
            let mut rows = asked.query([])?;
            while rows.next()?.is_some() {}
            Ok(())
        })
    })
}

/// The sentence of a rebuild, as a test tells it apart.
fn told(aside: &Path, rescued: &Rescued) -> String {
    let name = aside.file_name().unwrap().to_string_lossy();
    format!("{name}: {} saved, {:?} lost, {:?}", rescued.entries, rescued.lost, rescued.missing)
}

/// What became of a file.
#[derive(Debug, PartialEq)]
enum End {
    Locked,
    Whole,
    Rebuilt(Rescued),
}

/// Opens these bytes as often as a person would, and checks what must hold however they are damaged.
#[track_caller]
fn opened(bytes: &[u8], before: &[Entry]) -> End {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    fs::write(&path, bytes).unwrap();
    let mut end = End::Whole;
    for round in 0..3 {
        match open(&path, &key(), at(round), &told) {
            Err(StoreError::Locked) => {
                assert_eq!(fs::read(&path).unwrap(), bytes, "a file that does not open is left as it is");
                return End::Locked;
            }
            Err(error) => panic!("a dead end: {error}"),
            Ok(Opened::Whole(database)) => {
                if end == End::Whole {
                    assert_eq!(entries(&database), before, "a file that opens has its whole outbox");
                }
                // What lies deeper is found by reading, and the next start mends it.
                match read_all(&database) {
                    Ok(()) => return end,
                    Err(error) => assert_eq!(error, StoreError::Damaged),
                }
            }
            Ok(Opened::Rebuilt { database, aside, rescued }) => {
                assert_eq!(end, End::Whole, "a rebuilt file is whole");
                assert!(aside.exists() && aside != path);
                let saved = entries(&database);
                let known = |entry: &Entry| match rescued.is_held {
                    true => {
                        before.iter().any(|known| known.edit == entry.edit) && matches!(entry.state, State::Held(_))
                    }
                    false => before.contains(entry),
                };
                assert!(saved.iter().all(known), "no edit is invented");
                let notice = database.read(notice).unwrap().unwrap();
                assert!(notice.starts_with(&*aside.file_name().unwrap().to_string_lossy()), "{notice}");
                assert_eq!(saved.len() as u64, rescued.entries);
                assert!(rescued.lost.is_none_or(|lost| lost + rescued.entries == before.len() as u64), "{rescued:?}");
                let scope = database.read(|reader| cursors::get(reader, &TableName::new("account"))).unwrap().scope;
                assert_eq!(scope, Scope::Cold, "everything is read again");
                end = End::Rebuilt(rescued);
            }
        }
    }
    panic!("a loop: {end:?}");
}

fn before(bytes: &[u8]) -> Vec<Entry> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    fs::write(&path, bytes).unwrap();
    entries(&Database::open(&path, &key()).unwrap())
}

#[test]
fn a_page_that_is_gone_costs_no_edit_but_those_that_stood_on_it() {
    let whole = profile();
    let before = before(&whole);
    assert_eq!(before.len(), ENTRIES as usize);
    let (mut rebuilt, mut heavy, mut light) = (0, 0, 0);
    for page in 0..whole.len() / PAGE {
        let mut bytes = whole.clone();
        bytes[page * PAGE..(page + 1) * PAGE].fill(0);
        match opened(&bytes, &before) {
            End::Locked => assert_eq!(page, 0, "the first page cannot be told from a wrong key"),
            End::Whole => {}
            End::Rebuilt(rescued) => {
                rebuilt += 1;
                let lost = ENTRIES as u64 - rescued.entries;
                heavy += u32::from(lost > 3);
                light += u32::from((1..=3).contains(&lost));
            }
        }
    }
    assert!(rebuilt > 20, "{rebuilt}");
    // A leaf of the outbox takes its two or three with it. All are lost with the page that leads to them, and with one
    // of those that name every table.
    let naming = schema_pages(&whole);
    assert!(light >= 8 && heavy <= naming + 1, "{light} {heavy} {naming}");
}

/// How many pages say which tables there are.
fn schema_pages(bytes: &[u8]) -> u32 {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    fs::write(&path, bytes).unwrap();
    let counted = "SELECT count(*) FROM dbstat WHERE name = 'sqlite_schema'";
    connect(&path, &key(), None).unwrap().query_row(counted, [], |row| row.get(0)).unwrap()
}

#[test]
fn no_damage_is_a_dead_end() {
    let whole = profile();
    let before = before(&whole);
    let (mut locked, mut intact, mut rebuilt) = (0, 0, 0);
    for seed in 0..120 {
        let mut dice = Dice::new(seed);
        let mut roll = |below: usize| usize::try_from(dice.roll() % below as u64).unwrap();
        let mut bytes = whole.clone();
        match seed % 4 {
            0 => bytes.truncate(roll(whole.len())),
            1 => {
                // A torn tail, as a disk that filled up leaves it.
                let from = roll(whole.len());
                bytes[from..].fill(0);
            }
            2 => {
                let (from, length) = (roll(whole.len()), roll(3 * PAGE));
                let to = (from + length).min(whole.len());
                bytes[from..to].iter_mut().for_each(|byte| *byte = roll(256) as u8);
            }
            _ => {
                let at = roll(whole.len());
                bytes[at] ^= 1 << roll(8);
            }
        }
        match opened(&bytes, &before) {
            End::Locked => locked += 1,
            End::Whole => intact += 1,
            End::Rebuilt(_) => rebuilt += 1,
        }
    }
    println!("locked {locked} whole {intact} rebuilt {rebuilt}");
    assert!(rebuilt > 60, "locked {locked} whole {intact} rebuilt {rebuilt}");
}

#[test]
fn the_sign_in_and_the_mailboxes_come_along_and_what_waits_is_shown_again() {
    let whole = profile();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    fs::write(&path, &whole).unwrap();
    note_damage(&path);
    let Ok(Opened::Rebuilt { database, aside, rescued }) = open(&path, &key(), at(7), &told) else {
        panic!("not rebuilt")
    };
    let entries = ENTRIES as u64;
    assert_eq!(rescued, Rescued { entries, lost: Some(0), has_secrets: true, ..Rescued::default() });
    assert_eq!(aside, folder.path().join("profile.db.aside-7000"));
    let kept =
        database.read(|reader| Ok((settings::get(reader, "membership")?, secrets::get(reader, "refresh_token")?)));
    assert_eq!(kept.unwrap(), (Some("ours".into()), Some(Private::new("a token".into()))));
    drop(database);
    assert!(matches!(open(&path, &key(), at(8), &told), Ok(Opened::Whole(_))));
}

#[test]
fn a_newer_file_and_one_with_another_key_are_not_touched() {
    let whole = profile();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    fs::write(&path, &whole).unwrap();
    let other = Private::new("0".repeat(64));
    assert_eq!(open(&path, &other, at(1), &told).unwrap_err(), StoreError::Locked);
    assert_eq!(fs::read(&path).unwrap(), whole);

    connect(&path, &key(), None).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let newer = fs::read(&path).unwrap();
    assert!(matches!(open(&path, &key(), at(1), &told), Err(StoreError::TooNew { found: 99, .. })));
    // Even when it is damaged too: the Satchel that wrote it may read more of it than this one.
    note_damage(&path);
    assert!(matches!(open(&path, &key(), at(1), &told), Err(StoreError::TooNew { found: 99, .. })));
    assert_eq!(fs::read(&path).unwrap(), newer);
    assert!(
        !fs::read_dir(folder.path())
            .unwrap()
            .any(|entry| { entry.unwrap().file_name().to_string_lossy().contains("aside") })
    );
}

#[test]
fn an_older_file_is_brought_up_to_date_and_saved_from_when_it_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    fs::write(&path, "").unwrap();
    let old = connect(&path, &key(), None).unwrap();
    old.execute_batch(include_str!("../migrations/0001_start.sql")).unwrap();
    old.pragma_update(None, "user_version", 1).unwrap();
    for number in 0..ENTRIES {
        let entry = edit(number);
        let changes = codec::changes_to_json(&entry.changes).unwrap();
        old.execute(
            "INSERT INTO outbox (entry_id, table_name, record_id, record_name, deed, changes, made_at)
             VALUES (?1, 'account', ?2, 'Named', 'update', ?3, 0)",
            rusqlite::params![entry.entry.0.as_bytes(), entry.record.0.as_bytes(), changes],
        )
        .unwrap();
    }
    drop(old);
    let bytes = fs::read(&path).unwrap();
    let Ok(Opened::Whole(database)) = open(&path, &key(), at(1), &told) else { panic!("not whole") };
    let before = entries(&database);
    assert_eq!(before.len(), ENTRIES as usize);
    drop(database);
    for page in 1..bytes.len() / PAGE {
        let mut damaged = bytes.clone();
        damaged[page * PAGE + 100..page * PAGE + 200].fill(1);
        assert_ne!(opened(&damaged, &before), End::Locked);
    }
}

#[test]
fn a_rebuild_cut_short_anywhere_is_ended_by_the_next_opening() {
    let whole = profile();
    let before = before(&whole);
    let rebuilt = {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        fs::write(&path, &whole).unwrap();
        note_damage(&path);
        drop(open(&path, &key(), at(1), &told).unwrap());
        fs::read(&path).unwrap()
    };
    // (the profile, its log, the rebuilt file, the mark) as a crash between two renames leaves them.
    type Left<'a> = (Option<&'a [u8]>, bool, Option<&'a [u8]>);
    let left: [Left<'_>; 4] = [
        (Some(&whole), false, Some(b"half")),
        (Some(&whole), false, Some(&rebuilt)),
        (None, true, Some(&rebuilt)),
        (None, false, Some(&rebuilt)),
    ];
    for (profile, has_log, growing) in left {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(NAME);
        fs::write(marker(&path), "").unwrap();
        if let Some(bytes) = profile {
            fs::write(&path, bytes).unwrap();
        }
        if has_log {
            fs::write(beside(&path, "-wal"), "the log of the damaged file").unwrap();
        }
        if let Some(bytes) = growing {
            fs::write(beside(&path, ".rebuilt"), bytes).unwrap();
        }
        let database = match open(&path, &key(), at(2), &told).unwrap() {
            Opened::Whole(database) | Opened::Rebuilt { database, .. } => database,
        };
        assert_eq!(entries(&database), before);
        drop(database);
        assert!(matches!(open(&path, &key(), at(3), &told), Ok(Opened::Whole(_))));
    }
}

/// A backup of last month comes back: its entries carry the version that the server had then, so each is sent with it
/// as `If-Match`, and a newer row refuses it. What it knows of the server is not taken for new either: the cursor is
/// the old one, and the pull goes on from there.
#[test]
fn a_restored_backup_knows_that_it_is_old() {
    let whole = profile();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(NAME);
    fs::write(&path, &whole).unwrap();
    let Ok(Opened::Whole(database)) = open(&path, &key(), at(1), &told) else { panic!("not whole") };
    for entry in entries(&database) {
        assert_eq!(entry.edit.base, Some(Version::new("W/\"1\"")), "no update without what it was made on");
    }
    let kept = database.read(|reader| cursors::get(reader, &TableName::new("account"))).unwrap();
    assert_eq!(kept.scope, Scope::Live { cursor: satchel_domain::Cursor::new("delta") });
    // The pull brings the newer row: the entry keeps its base, so the server refuses it and it is merged.
    let newer = Record { version: Some(Version::new("W/\"9\"")), ..samples::full_record(0) };
    let page = Page {
        records: vec![newer],
        gone: Vec::new(),
        next: Next::More(satchel_domain::Cursor::new("d2")),
        way: satchel_domain::ports::Way::Changes,
    };
    database.write(Durability::Normal, |tx| records::store_page(tx, &samples::account(), &page, 0)).unwrap();
    assert_eq!(entries(&database)[0].edit.base, Some(Version::new("W/\"1\"")));
}
