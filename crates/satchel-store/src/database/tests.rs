//! The file is encrypted and durable, and opens only for who has the key.

use std::sync::mpsc;

use super::*;
use crate::samples::{self, KEY};

const CANARY: &str = "canary-Zwölf-4711";

/// Every file of the profile's folder, with its bytes.
fn files(folder: &tempfile::TempDir) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap())).collect()
}

fn holds(bytes: &[u8], wanted: &str) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted.as_bytes())
}

fn setting(tx: &Tx<'_>, value: &str) -> Result<()> {
    crate::settings::set(tx, "a", value)
}

fn stored(database: &Database) -> Option<String> {
    database.read(|reader| crate::settings::get(reader, "a")).unwrap()
}

#[test]
fn sqlite_is_past_the_wal_reset_bug() {
    assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
}

#[test]
fn no_file_of_the_profile_holds_plain_text() {
    let (folder, database) = samples::database();
    let key = Private::new(CANARY.to_owned());
    database.write(Durability::Full, |tx| crate::secrets::set(tx, CANARY, &key)).unwrap();
    let files = files(&folder);
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["profile.db", "profile.db-wal", "profile.db-shm"] {
        assert!(names.contains(&name), "{names:?}");
    }
    for (name, bytes) in &files {
        for wanted in [CANARY, KEY, "SQLite format 3", "CREATE TABLE", "outbox"] {
            assert!(!holds(bytes, wanted), "{name} holds {wanted}");
        }
    }
}

#[test]
fn the_profile_does_not_open_with_another_key_or_without_one() {
    let (folder, database) = samples::database();
    drop(database);
    let path = folder.path().join("profile.db");
    for key in ["0".repeat(64), String::new(), KEY[1..].to_owned(), format!("{KEY}'; --"), "z".repeat(64)] {
        assert_eq!(Database::open(&path, &Private::new(key)).unwrap_err(), StoreError::Locked);
    }
    let plain = Connection::open(&path).unwrap();
    assert!(plain.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)).is_err());
    drop(plain);
    Database::open(&path, &samples::key()).unwrap();
}

#[test]
fn a_profile_is_made_only_where_there_is_none() {
    let (folder, database) = samples::database();
    let path = folder.path().join("profile.db");
    assert_eq!(Database::create(&path, &samples::key()).unwrap_err(), StoreError::Exists);
    drop(database);
    assert_eq!(Database::create(&path, &samples::key()).unwrap_err(), StoreError::Exists);
    assert_eq!(Database::open(&folder.path().join("other.db"), &samples::key()).unwrap_err(), StoreError::Absent);
}

#[test]
fn a_profile_cut_short_while_it_was_made_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("profile.db");
    fs::write(folder.path().join("profile.db.new"), "half a page").unwrap();
    Database::create(&path, &samples::key()).unwrap();
    assert!(!folder.path().join("profile.db.new").exists());
}

#[test]
fn a_file_that_is_no_database_is_told_from_a_wrong_key_where_that_can_be_known() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("profile.db");
    for content in ["", "x"] {
        fs::write(&path, content).unwrap();
        assert_eq!(Database::open(&path, &samples::key()).unwrap_err(), StoreError::Damaged);
        assert_eq!(fs::read_to_string(&path).unwrap(), content, "it is not touched");
    }
}

#[test]
fn a_page_that_was_overwritten_is_noticed() {
    let (folder, database) = samples::database();
    drop(database);
    let path = folder.path().join("profile.db");
    let mut bytes = fs::read(&path).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..].fill(7);
    fs::write(&path, bytes).unwrap();
    let asked = Database::open(&path, &samples::key()).and_then(|database| {
        database
            .read(|reader| Ok(reader.sql().query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0))?))
    });
    assert!(matches!(asked, Err(StoreError::Damaged | StoreError::Locked | StoreError::Disk(_))), "{asked:?}");
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_the_profile() {
    use std::os::unix::fs::PermissionsExt;

    let (folder, database) = samples::database();
    database.write(Durability::Full, |tx| setting(tx, "1")).unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o077, 0, "{:?}", entry.path());
    }
}

#[test]
fn every_connection_keeps_the_rules() {
    let (_folder, database) = samples::database();
    let check = |connection: &Connection| {
        let ask = |pragma: &str| -> String {
            connection
                .query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, rusqlite::types::Value>(0))
                .map(|value| format!("{value:?}"))
                .unwrap_or_default()
        };
        assert_eq!(ask("journal_mode"), "Text(\"wal\")");
        assert_eq!(ask("foreign_keys"), "Integer(1)");
        assert_eq!(ask("trusted_schema"), "Integer(0)");
        assert_eq!(ask("cell_size_check"), "Integer(1)");
        assert!(["", "Integer(0)"].contains(&ask("mmap_size").as_str()));
        // 2 is memory.
        assert_eq!(ask("temp_store"), "Integer(2)");
        // 2 is fast.
        assert_eq!(ask("secure_delete"), "Integer(2)");
    };
    database
        .read(|reader| {
            check(reader.sql());
            Ok(())
        })
        .unwrap();
    database
        .write(Durability::Normal, |tx| {
            check(tx.sql());
            Ok(())
        })
        .unwrap();
}

#[test]
fn what_the_user_did_is_synced_and_what_was_pulled_need_not_be() {
    let (_folder, database) = samples::database();
    for (durability, level) in [(Durability::Full, 2), (Durability::Normal, 1), (Durability::Full, 2)] {
        let asked = |tx: &Tx<'_>| Ok(tx.sql().pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0))?);
        assert_eq!(database.write(durability, asked).unwrap(), level, "{durability:?}");
    }
}

#[test]
fn a_deed_that_fails_or_panics_leaves_nothing_and_the_next_one_works() {
    let (_folder, database) = samples::database();
    let failed: Result<()> = database.write(Durability::Full, |tx| {
        setting(tx, "half")?;
        Err(StoreError::Busy)
    });
    assert_eq!(failed, Err(StoreError::Busy));
    assert_eq!(stored(&database), None);

    let other = database.clone();
    let panicked = std::thread::spawn(move || {
        other.write(Durability::Full, |tx| -> Result<()> {
            setting(tx, "half")?;
            panic!("in the middle");
        })
    });
    assert!(panicked.join().is_err());
    assert_eq!(stored(&database), None);
    database.write(Durability::Full, |tx| setting(tx, "whole")).unwrap();
    assert_eq!(stored(&database).as_deref(), Some("whole"));
}

#[test]
fn a_question_that_panics_gives_its_reader_back() {
    let (_folder, database) = samples::database();
    for _ in 0..=READERS {
        let other = database.clone();
        let panicked = std::thread::spawn(move || other.read(|_| -> Result<()> { panic!("in the middle") }));
        assert!(panicked.join().is_err());
    }
    assert_eq!(stored(&database), None);
}

#[test]
fn subscribers_hear_of_commits_only_and_may_read_what_was_committed() {
    let (_folder, database) = samples::database();
    let (tell, heard) = mpsc::channel();
    let reading = database.clone();
    database.subscribe(move |topics| tell.send((topics.to_vec(), stored(&reading))).unwrap());

    let _: Result<()> = database.write(Durability::Full, |tx| {
        setting(tx, "half")?;
        Err(StoreError::Busy)
    });
    database.write(Durability::Full, |_| Ok(())).unwrap();
    assert!(heard.try_recv().is_err());

    database.write(Durability::Full, |tx| setting(tx, "whole")).unwrap();
    assert_eq!(heard.try_recv().unwrap(), (vec![Topic::Start, Topic::Sync], Some("whole".to_owned())));
    assert!(heard.try_recv().is_err());
}

#[test]
fn a_reader_sees_one_moment() {
    let (_folder, database) = samples::database();
    database.write(Durability::Full, |tx| setting(tx, "before")).unwrap();
    database
        .read(|reader| {
            let first = crate::settings::get(reader, "a")?;
            database.write(Durability::Full, |tx| setting(tx, "after"))?;
            assert_eq!(crate::settings::get(reader, "a")?, first);
            Ok(())
        })
        .unwrap();
    assert_eq!(stored(&database).as_deref(), Some("after"));
}

#[test]
fn a_reader_cannot_write() {
    let (_folder, database) = samples::database();
    let refused = database.read(|reader| Ok(reader.sql().execute("DELETE FROM setting", [])?));
    assert!(matches!(refused, Err(StoreError::Disk(_) | StoreError::Query(_))), "{refused:?}");
}

#[test]
fn a_profile_that_may_not_grow_refuses_edits_and_takes_them_when_it_may() {
    let (_folder, database) = samples::profile();
    // SQLite takes the size that it has for a limit below it.
    database.limit_pages(1).unwrap();
    let long = "x".repeat(100_000);
    let refused = database.write(Durability::Full, |tx| setting(tx, &long));
    assert_eq!(refused, Err(StoreError::Full));
    assert_eq!(stored(&database), None);
    database.limit_pages(1_000_000).unwrap();
    database.write(Durability::Full, |tx| setting(tx, &long)).unwrap();
    assert_eq!(stored(&database), Some(long));
}
