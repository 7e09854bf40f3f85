//! SQLite on a disk in memory: it works, it recovers from what a cut leaves, and it says what the disk refuses.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by failing")]

use rusqlite::{Connection, OpenFlags};
use satchel_crashfs::{Call, Cut, Disk, Fault, Image, Refusal};

const KEY: &str = "x'2dd29ca851e7b56e4697b0e1f08507293d761a05ce4d1b628663f411a8086d99'";

fn open(disk: &Disk, synchronous: &str) -> Connection {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let connection = Connection::open_with_flags_and_vfs("a.db", flags, disk.vfs()).unwrap();
    connection.pragma_update(None, "key", KEY).unwrap();
    connection.pragma_update(None, "journal_mode", "wal").unwrap();
    connection.pragma_update(None, "synchronous", synchronous).unwrap();
    connection
}

fn made(disk: &Disk) {
    open(disk, "full").execute_batch("CREATE TABLE a (x INTEGER PRIMARY KEY, y BLOB)").unwrap();
}

fn rows(connection: &Connection) -> Vec<i64> {
    let mut asked = connection.prepare("SELECT x FROM a ORDER BY x").unwrap();
    asked.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

/// Twenty rows, each in a commit of its own, each promised once it returned.
fn recording(disk: &Disk, synchronous: &str) -> satchel_crashfs::Recording {
    made(disk);
    disk.record();
    let connection = open(disk, synchronous);
    connection.pragma_update(None, "wal_autocheckpoint", 8).unwrap();
    for number in 1..=20 {
        connection.execute("INSERT INTO a VALUES (?1, randomblob(3000))", [number]).unwrap();
        disk.mark(number);
    }
    drop(connection);
    disk.recorded()
}

/// The rows that the image has, after SQLite's own check of it.
fn survivors(disk: &Disk, image: Image) -> Vec<i64> {
    disk.load(image);
    let connection = open(disk, "full");
    let said: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(said, "ok");
    rows(&connection)
}

#[test]
fn connections_share_a_database() {
    let disk = Disk::new();
    made(&disk);
    let (one, other) = (open(&disk, "full"), open(&disk, "full"));
    one.execute("INSERT INTO a VALUES (1, 'x')", []).unwrap();
    assert_eq!(rows(&other), [1]);
    one.execute_batch("BEGIN IMMEDIATE; INSERT INTO a VALUES (2, 'y')").unwrap();
    assert_eq!(rows(&other), [1]);
    assert!(other.execute("INSERT INTO a VALUES (3, 'z')", []).is_err(), "one writes at a time");
    one.execute_batch("COMMIT").unwrap();
    assert_eq!(rows(&other), [1, 2]);
    drop((one, other));
    assert_eq!(disk.image().into_keys().collect::<Vec<_>>(), ["a.db"], "the last one clears the log away");
}

#[test]
fn what_was_committed_in_full_survives_every_cut() {
    let disk = Disk::new();
    let recording = recording(&disk, "full");
    for cut in 0..recording.cuts() {
        let promised = recording.marks(cut).len();
        for how in [Cut::Kill, Cut::Forgetful, Cut::Power(cut as u64 * 3), Cut::Power(cut as u64 * 3 + 1)] {
            let found = survivors(&disk, recording.image(cut, how)).len();
            assert!(found == promised || found == promised + 1, "{found} of {promised}, cut {cut}, {how:?}");
        }
    }
}

/// The file system forgets: a commit that is not synced is lost in some images. A disk that never forgot would prove
/// nothing.
#[test]
fn what_was_committed_without_a_sync_is_lost_in_some_and_whole_in_all() {
    let disk = Disk::new();
    let recording = recording(&disk, "normal");
    let mut lost = 0;
    for cut in 0..recording.cuts() {
        let promised = recording.marks(cut).len();
        let found = survivors(&disk, recording.image(cut, Cut::Power(cut as u64)));
        assert_eq!(found, (1..=found.len() as i64).collect::<Vec<_>>(), "a prefix, cut {cut}");
        lost += usize::from(found.len() < promised);
        let killed = survivors(&disk, recording.image(cut, Cut::Kill));
        assert!(killed.len() >= promised, "a kill loses nothing, cut {cut}");
    }
    assert!(lost > 10, "{lost}");
}

/// With `synchronous=off` SQLite promises nothing, and the images show it: the check itself can fail.
#[test]
fn a_database_that_never_syncs_is_damaged_by_some_cut() {
    let disk = Disk::new();
    let recording = recording(&disk, "off");
    let damaged = (0..recording.cuts()).filter(|cut| {
        disk.load(recording.image(*cut, Cut::Power(*cut as u64)));
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE;
        let connection = Connection::open_with_flags_and_vfs("a.db", flags, disk.vfs()).unwrap();
        connection.pragma_update(None, "cipher_log_level", "none").unwrap();
        connection.pragma_update(None, "key", KEY).unwrap();
        let said = connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
        said.as_deref() != Ok("ok")
    });
    assert!(damaged.count() > 0);
}

#[test]
fn a_full_or_broken_disk_is_told_and_then_the_work_goes_on() {
    let disk = Disk::new();
    made(&disk);
    let connection = open(&disk, "full");
    let insert = || connection.execute("INSERT INTO a (y) VALUES (randomblob(9000))", []);
    insert().unwrap();
    for (call, refusal, word) in [
        (Call::Write, Refusal::Full, "full"),
        (Call::Write, Refusal::Short, "full"),
        (Call::Write, Refusal::Broken, "disk I/O error"),
        (Call::Sync, Refusal::Broken, "disk I/O error"),
    ] {
        let before = rows(&connection).len();
        disk.fail(Fault { call, nth: 1, refusal, lasts: true });
        let said = insert().unwrap_err().to_string();
        assert!(said.contains(word), "{said}");
        assert!(disk.refused() > 0);
        assert_eq!(rows(&connection).len(), before, "reading goes on");
        disk.heal();
        insert().unwrap();
        assert_eq!(rows(&connection).len(), before + 1);
    }
    disk.limit(disk.size());
    let refused = (0..50).any(|_| insert().is_err());
    assert!(refused, "the log outgrows the room there is");
    disk.heal();
    insert().unwrap();
}
