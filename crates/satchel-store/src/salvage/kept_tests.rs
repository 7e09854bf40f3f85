//! What nobody but the profile has is kept or told as lost, and what waits cannot reach another organisation.

use satchel_domain::{
    Column, Cursor, EntryId, OrganisationId, TableName, Value,
    edit::{Change, Deed, Edit, Hold, State},
    ids::{FolderId, Uuid},
    ports::{MailPage, Next},
    scope::Scope,
    tracking::item_key,
};

use super::*;
use crate::{
    Durability, folders, messages,
    samples::{self, at, id, key},
};

const PAGE: usize = 4096;

fn said(aside: &Path, rescued: &Rescued) -> String {
    format!("{} {rescued:?}", aside.display())
}

fn edit() -> Edit {
    let change = Change { column: Column::new("name"), before: Value::Null, after: Value::Text("typed".to_owned()) };
    Edit {
        entry: EntryId(Uuid::from_u128(0xe)),
        table: TableName::new("account"),
        record: id(1),
        deed: Deed::Create,
        changes: vec![change],
        base: None,
    }
}

fn typed() -> (tempfile::TempDir, Database) {
    let (folder, database) = samples::profile();
    let append = |tx: &Tx<'_>| outbox::append(tx, &samples::account(), &edit(), "Named", at(2)).map(|_| ());
    database.write(Durability::Full, append).unwrap();
    (folder, database)
}

/// What opening the shut file answers once it counts as damaged.
#[track_caller]
fn rebuilt(path: &Path) -> (Database, Rescued) {
    note_damage(path);
    match open(path, &key(), at(7), &said).unwrap() {
        Opened::Rebuilt { database, rescued, .. } => (database, rescued),
        Opened::Whole(_) => panic!("not rebuilt"),
    }
}

fn change(path: &Path, sql: &str) {
    connect(path, &key(), None).unwrap().execute_batch(sql).unwrap();
}

#[test]
fn a_wish_that_the_mail_server_does_not_have_and_what_a_clash_began_with_come_along() {
    let (folder, database) = typed();
    let path = folder.path().join("profile.db");
    samples::add_mailbox(&database, &["inbox", "other"]);
    let mailbox = samples::mailbox().id;
    let (wished, inbox) = (samples::head(1, "wished"), FolderId::new("inbox"));
    let next = || Next::CaughtUp(Cursor::new("c"));
    let page = MailPage {
        heads: vec![wished.clone(), samples::head(2, "read")],
        gone: Vec::new(),
        read: Vec::new(),
        next: next(),
    };
    database
        .write(Durability::Full, |tx| {
            messages::store_page(tx, mailbox, &inbox, &Scope::Cold, &page, at(1))?;
            messages::want_read(tx, mailbox, &item_key(&wished), true)?;
            Ok(tx.sql().execute_batch(
                "INSERT INTO conflict_before SELECT entry_id, '{}' FROM outbox;
                 INSERT INTO outbox_duplicate SELECT entry_id FROM outbox;
                 INSERT INTO undo SELECT 7, 'edit', table_name, record_id, 'a name', entry_id, 'update', '[]' FROM outbox",
            )?)
        })
        .unwrap();
    let wishes = |database: &Database| database.read(|reader| messages::unsent_reads(reader, mailbox, 9)).unwrap();
    let before = wishes(&database);
    assert_eq!(before.len(), 1);
    drop(database);

    let (database, rescued) = rebuilt(&path);
    assert_eq!((rescued.entries, rescued.lost, rescued.missing), (1, Some(0), Vec::new()));
    assert_eq!(wishes(&database), before);
    for kept in ["conflict_before", "outbox_duplicate", "undo"] {
        let count = |reader: &Reader<'_>| {
            Ok(reader.sql().query_row(&format!("SELECT count(*) FROM {kept}"), [], |row| row.get::<_, i64>(0))?)
        };
        assert_eq!(database.read(count).unwrap(), 1, "{kept}");
    }
    // The folder is read again as a whole, and a message that is gone from the server meanwhile goes here too.
    let listed = database.read(|reader| folders::list(reader, mailbox)).unwrap();
    let scope = Scope::Sweeping { generation: 1, cursor: None };
    assert_eq!((listed.len(), &listed[0].scope, listed[0].total), (1, &scope, 1));
    let empty = MailPage { heads: Vec::new(), gone: Vec::new(), read: Vec::new(), next: next() };
    database.write(Durability::Full, |tx| messages::store_page(tx, mailbox, &inbox, &scope, &empty, at(9))).unwrap();
    assert_eq!(database.read(|reader| folders::list(reader, mailbox)).unwrap()[0].total, 0);
}

#[test]
fn what_is_lost_beside_the_outbox_is_counted_and_told() {
    let (folder, database) = typed();
    let path = folder.path().join("profile.db");
    database
        .write(Durability::Full, |tx| {
            let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60)
                       INSERT INTO history (table_name, record_id, column_name, value, whose, why, lost_at)
                       SELECT 'account', zeroblob(16), 'name', hex(zeroblob(900)), 'mine', 'merge', i FROM n";
            tx.sql().execute_batch(sql)?;
            Ok(())
        })
        .unwrap();
    drop(database);
    let whole = fs::read(&path).unwrap();
    let mut told = 0;
    for page in 1..whole.len() / PAGE {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("profile.db");
        let mut bytes = whole.clone();
        bytes[page * PAGE..(page + 1) * PAGE].fill(0);
        fs::write(&path, bytes).unwrap();
        let (database, rescued) = rebuilt(&path);
        let kept = |reader: &Reader<'_>| {
            Ok(reader.sql().query_row("SELECT count(*) FROM history", [], |row| row.get::<_, u64>(0))?)
        };
        let kept = database.read(kept).unwrap();
        let missing = rescued.missing.iter().find(|missing| missing.what == Kind::History);
        assert_eq!(missing.is_none(), kept == 60, "page {page}: {kept} of 60 and {rescued:?}");
        if let Some(Missing { rows: Some(rows), .. }) = missing {
            assert_eq!(rows + kept, 60);
            told += 1;
        }
        let notice = database.read(notice).unwrap().unwrap();
        assert_eq!(notice.contains("History"), missing.is_some(), "{notice}");
    }
    assert!(told >= 20, "{told}");
}

#[test]
fn what_waits_does_not_reach_another_organisation_when_the_description_was_lost() {
    let (folder, database) = typed();
    let path = folder.path().join("profile.db");
    drop(database);
    change(&path, "DELETE FROM organisation");
    let (database, rescued) = rebuilt(&path);
    assert!(rescued.entries == 1 && !rescued.is_held);
    let mut other = samples::organisation();
    other.id = OrganisationId(Uuid::from_u128(0xc));
    let apply = |organisation| database.write(Durability::Full, |tx| schema::apply(tx, organisation));
    assert_eq!(apply(&other), Err(StoreError::OtherOwner));
    apply(&samples::organisation()).unwrap();
    let entries = database.read(outbox::list).unwrap();
    assert!(entries.len() == 1 && matches!(entries[0].state, State::Ready { .. }), "{entries:?}");
}

#[test]
fn what_waits_is_held_when_nobody_can_tell_for_which_organisation() {
    let (folder, database) = typed();
    let path = folder.path().join("profile.db");
    drop(database);
    change(&path, "DELETE FROM organisation; DELETE FROM setting");
    let (database, rescued) = rebuilt(&path);
    assert!(rescued.is_held && rescued.entries == 1, "{rescued:?}");
    let entries = database.read(outbox::list).unwrap();
    assert!(matches!(&entries[0].state, State::Held(Hold::Unanswerable { detail }) if detail.contains("Retry it")));
}

#[test]
fn what_was_lost_is_told_after_a_kill_in_the_middle_until_it_was_read() {
    let (folder, database) = typed();
    let path = folder.path().join("profile.db");
    drop(database);
    let damaged = fs::read(&path).unwrap();
    drop(rebuilt(&path));
    // Killed between its renames: the damaged file is aside, the new one has not got its name.
    fs::rename(&path, beside(&path, ".rebuilt")).unwrap();
    let Ok(Opened::Whole(database)) = open(&path, &key(), at(8), &said) else { panic!("not whole") };
    let first = database.read(notice).unwrap().expect("the user is told");
    assert!(first.contains("profile.db.aside-7000") && first.contains("entries: 1"), "{first}");
    assert_eq!(fs::read(folder.path().join("profile.db.aside-7000")).unwrap(), damaged);
    drop(database);
    // Damaged once more before anybody read it: both are told.
    let (database, _) = rebuilt(&path);
    let both = database.read(notice).unwrap().unwrap();
    assert!(both.starts_with(&first) && both.len() > first.len(), "{both}");
    let dismissed = |read: &str| {
        database.write(Durability::Full, |tx| dismiss(tx, read)).unwrap();
        database.read(notice).unwrap()
    };
    assert_eq!(dismissed(&first), Some(both.clone()), "only what was read is dismissed");
    assert_eq!(dismissed(&both), None);
}

#[test]
fn a_file_that_is_busy_is_not_taken_for_one_that_lost_its_rows() {
    for error in [StoreError::Busy, StoreError::Full, StoreError::Disk("away".to_owned())] {
        let mut damaged = Damaged::new(|| Err(error.clone()));
        assert_eq!(damaged.count("SELECT count(*) FROM outbox"), Err(error.clone()));
        let (_folder, database) = samples::database();
        let copied = database.write(Durability::Full, |tx| damaged.copy(tx, "outbox", Place::Numbered).map(|_| ()));
        assert_eq!(copied, Err(error.clone()));
    }
    assert_eq!(Damaged::new(|| Err(StoreError::Damaged)).count("SELECT count(*) FROM outbox"), Ok(None));
}
