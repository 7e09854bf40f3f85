//! Which messages are fetched next, and how long a message stays.

use satchel_domain::{
    Cursor,
    mail::Head,
    ports::{MailPage, Next},
    tracking::item_key,
};

use super::*;
use crate::{
    Database, Durability, folders, messages,
    samples::{self, MAILBOX, at, head},
};

fn key(number: i64) -> ItemKey {
    item_key(&head(number, ""))
}

fn store(database: &Database, name: &str, heads: Vec<Head>, gone: &[i64], now: i64) {
    let gone = gone.iter().map(|number| ItemId::new(format!("item {number}"))).collect();
    let page = MailPage { heads, read: Vec::new(), gone, next: Next::CaughtUp(Cursor::new("d")) };
    database
        .write(Durability::Normal, |tx| {
            let folder = FolderId::new(name);
            let before = folders::scope(tx, MAILBOX, &folder)?;
            messages::store_page(tx, MAILBOX, &folder, &before, &page, at(now))
        })
        .unwrap();
}

fn keep(database: &Database, number: i64, raw: &[u8]) {
    database.write(Durability::Normal, |tx| put(tx, MAILBOX, &key(number), raw, "", false)).unwrap();
}

#[track_caller]
fn check(database: &Database, limit: u32, expected: &[&str]) {
    let missing = database.read(|reader| missing(reader, MAILBOX, limit)).unwrap();
    let told = missing.iter().map(|(folder, item, key)| {
        assert!(key.as_str().ends_with("@fjord.example"));
        format!("{folder} {item}")
    });
    assert_eq!(told.collect::<Vec<_>>(), expected);
}

#[test]
fn what_is_missing_comes_newest_first_and_what_the_user_opened_before_it() {
    let (_place, database) = samples::database();
    samples::add_mailbox(&database, &["in", "out"]);
    store(&database, "in", vec![head(1, ""), head(2, ""), head(3, "")], &[], 0);
    store(&database, "out", vec![head(4, ""), Head { item: ItemId::new("twin"), ..head(3, "") }], &[], 0);
    check(&database, 9, &["out item 4", "out twin", "in item 2", "in item 1"]);
    database.write(Durability::Full, |tx| want(tx, MAILBOX, &key(1))).unwrap();
    check(&database, 2, &["in item 1", "out item 4"]);
    keep(&database, 1, b"one");
    keep(&database, 3, b"three");
    check(&database, 9, &["out item 4", "in item 2"]);
    assert_eq!(database.read(|reader| get(reader, &key(3))).unwrap().as_deref(), Some(&b"three"[..]));
    assert_eq!(database.read(|reader| get(reader, &key(2))).unwrap(), None);
    database.write(Durability::Full, |tx| want(tx, MAILBOX, &key(1))).unwrap();
    check(&database, 9, &["out item 4", "in item 2"]);
}

#[test]
fn what_is_missing_is_found_along_an_index() {
    let (_place, database) = samples::database();
    let plan = samples::plan(&database, MISSING);
    assert_eq!(plan[0], "SEARCH message USING INDEX message_without_raw (mailbox=?)");
    assert!(plan.iter().all(|step| !step.contains("TEMP B-TREE")), "{plan:#?}");
}

#[test]
fn what_a_body_told_outlives_the_next_page() {
    let (_place, database) = samples::database();
    samples::add_mailbox(&database, &["in"]);
    let bare = Head { preview: String::new(), ..head(1, "") };
    store(&database, "in", vec![bare.clone(), head(2, "")], &[], 0);
    database
        .write(Durability::Normal, |tx| {
            put(tx, MAILBOX, &key(1), b"raw", "Dear Mia", true)?;
            put(tx, MAILBOX, &key(2), b"raw", "", false)
        })
        .unwrap();
    let shown = |number| {
        let row = database.read(|reader| messages::find(reader, MAILBOX, &key(number))).unwrap().unwrap();
        (row.head.preview, row.head.has_attachments)
    };
    for _ in 0..2 {
        assert_eq!(shown(1), ("Dear Mia".to_owned(), true));
        assert_eq!(shown(2), ("Dear all".to_owned(), false));
        store(&database, "in", vec![bare.clone(), head(2, "")], &[], 0);
    }
}

#[test]
fn a_message_that_no_folder_has_stays_a_week_and_then_goes() {
    let (_place, database) = samples::database();
    samples::add_mailbox(&database, &["in", "out"]);
    let day = 86_400;
    store(&database, "in", vec![head(1, ""), head(2, "")], &[], 0);
    keep(&database, 1, b"one");
    keep(&database, 2, b"two");
    let here = || [1, 2].map(|number| database.read(|reader| get(reader, &key(number))).unwrap().is_some());
    store(&database, "in", Vec::new(), &[1, 2], day);
    store(&database, "in", Vec::new(), &[], 7 * day);
    assert_eq!(here(), [true, true]);
    store(&database, "out", vec![head(2, "")], &[], 7 * day);
    store(&database, "in", Vec::new(), &[], 9 * day);
    assert_eq!(here(), [false, true]);
    check(&database, 9, &[]);
}
