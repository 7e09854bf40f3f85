//! The list follows the server, and stands in the order in which people look for folders.

use satchel_domain::ports::{MailPage, Next};

use super::*;
use crate::{
    Database, Durability, messages,
    samples::{self, MAILBOX, at, head},
};

/// `name`, `parent/name`, `name:purpose`.
fn folder(line: &str) -> Folder {
    let (place, told) = line.split_once(':').unwrap_or((line, ""));
    let (parent, name) = place.split_once('/').map_or((None, place), |(parent, name)| (Some(parent), name));
    Folder { id: FolderId::new(name), parent: parent.map(FolderId::new), name: name.to_owned(), purpose: purpose(told) }
}

fn take_over(database: &Database, lines: &[&str]) {
    let folders: Vec<Folder> = lines.iter().map(|line| folder(line)).collect();
    database.write(Durability::Normal, |tx| store(tx, MAILBOX, &folders)).unwrap();
}

#[track_caller]
fn check(database: &Database, expected: &[&str]) {
    let listed = database.read(|reader| list(reader, MAILBOX)).unwrap();
    let names: Vec<&str> = listed.iter().map(|listed| listed.folder.name.as_str()).collect();
    assert_eq!(names, expected);
}

#[test]
fn folders_stand_behind_their_parents_the_usual_ones_first() {
    let (_place, database) = samples::database();
    samples::add_mailbox(&database, &[]);
    take_over(
        &database,
        &[
            "Spam:junk",
            "Bin:deleted",
            "zebra",
            "Apfel",
            "Out:outbox",
            "Filed:archive",
            "Out box/late",
            "Outgoing:sent",
            "Started:drafts",
            "In:inbox",
            "In/Customers",
            "In/bids",
            "Customers/Fjord",
        ],
    );
    check(
        &database,
        &[
            "In",
            "bids",
            "Customers",
            "Fjord",
            "Started",
            "Outgoing",
            "Filed",
            "Apfel",
            "late",
            "zebra",
            "Out",
            "Bin",
            "Spam",
        ],
    );
    let listed = database.read(|reader| list(reader, MAILBOX)).unwrap();
    assert_eq!(listed[0].folder, folder("In:inbox"));
    assert_eq!(listed[3].folder, folder("Customers/Fjord"));
}

#[test]
fn folders_that_lie_in_one_another_are_listed_all_the_same() {
    let (_place, database) = samples::database();
    samples::add_mailbox(&database, &[]);
    take_over(&database, &["b/a", "a/b", "self/self", "top"]);
    let mut names: Vec<String> = database
        .read(|reader| Ok(list(reader, MAILBOX)?.into_iter().map(|listed| listed.folder.name).collect()))
        .unwrap();
    names.sort();
    assert_eq!(names, ["a", "b", "self", "top"]);
}

#[test]
fn a_vanished_folder_goes_with_its_messages_and_the_others_keep_theirs() {
    let (_place, database) = samples::database();
    samples::add_mailbox(&database, &[]);
    take_over(&database, &["one", "two"]);
    let cursor = Cursor::new("d");
    for (number, name) in [(1, "one"), (2, "two")] {
        let next = Next::CaughtUp(cursor.clone());
        let page = MailPage { heads: vec![head(number, "")], read: Vec::new(), gone: Vec::new(), next };
        database
            .write(Durability::Normal, |tx| {
                messages::store_page(tx, MAILBOX, &FolderId::new(name), &Scope::Cold, &page, at(9))
            })
            .unwrap();
    }
    take_over(&database, &["top", "top/two:archive"]);
    let listed = database.read(|reader| list(reader, MAILBOX)).unwrap();
    assert_eq!(listed.iter().map(|listed| listed.total).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(listed[1].folder, folder("top/two:archive"));
    assert_eq!((&listed[1].scope, listed[1].synced_at), (&Scope::Live { cursor }, Some(at(9))));
    assert_eq!((&listed[0].scope, listed[0].synced_at), (&Scope::Cold, None));
    let gone = satchel_domain::tracking::item_key(&head(1, ""));
    assert_eq!(database.read(|reader| messages::anywhere(reader, &gone)).unwrap(), None);
    assert_eq!(database.read(|reader| scope(reader, MAILBOX, &FolderId::new("one"))).unwrap(), Scope::Cold);
}

#[test]
fn the_folders_of_a_mailbox_that_is_not_here_are_refused() {
    let (_place, database) = samples::database();
    let refused = database.write(Durability::Normal, |tx| store(tx, MAILBOX, &[folder("one")]));
    assert_eq!(refused, Err(StoreError::NoSuchFolder));
}
