//! Pages, sweeps, moves and wishes; the plans prove that a folder's list walks its index.

use satchel_domain::{
    Cursor,
    ids::ItemId,
    mail::Action,
    ports::{MailPage, Next},
    scope::Scope,
    tracking::item_key,
};

use super::*;
use crate::{
    Database, Durability, Result, Tx, folders, links, raws,
    samples::{self, MAILBOX, at, head, id},
};

fn folder(name: &str) -> FolderId {
    FolderId::new(name)
}

fn item(number: i64) -> ItemId {
    ItemId::new(format!("item {number}"))
}

fn key(number: i64) -> ItemKey {
    item_key(&head(number, ""))
}

fn with_folders(names: &[&str]) -> (tempfile::TempDir, Database) {
    let (place, database) = samples::profile_with_emails();
    samples::add_mailbox(&database, names);
    (place, database)
}

fn write<T>(database: &Database, deed: impl FnOnce(&Tx<'_>) -> Result<T>) -> T {
    database.write(Durability::Normal, deed).unwrap()
}

fn page(heads: Vec<Head>) -> MailPage {
    MailPage { heads, read: Vec::new(), gone: Vec::new(), next: Next::CaughtUp(Cursor::new("d")) }
}

/// Stores the page where the folder stands, and says where it stands then.
fn store(database: &Database, name: &str, page: &MailPage) -> Scope {
    write(database, |tx| {
        let before = folders::scope(tx, MAILBOX, &folder(name))?;
        store_page(tx, MAILBOX, &folder(name), &before, page, at(1_000_000))
    })
}

fn ask(database: &Database, name: &str, show: Show, first: u64, count: u64) -> Block {
    database.read(|reader| block(reader, MAILBOX, &folder(name), show, first, count)).unwrap()
}

/// The handles of a folder's messages; a read one is in brackets.
#[track_caller]
fn check(database: &Database, name: &str, expected: &str) {
    for (show, is_shown) in [(Show::All, (|_: &Row| true) as fn(&Row) -> bool), (Show::Unread, |row| !row.head.is_read)]
    {
        let all = ask(database, name, Show::All, 0, 100).rows;
        let wanted: Vec<Row> = all.into_iter().filter(is_shown).collect();
        let found = ask(database, name, show, 0, 100);
        assert_eq!((found.total, &found.rows), (wanted.len() as u64, &wanted), "{show:?}");
    }
    let rows = ask(database, name, Show::All, 0, 100).rows;
    let told = rows.iter().map(|row| {
        let number = row.head.item.as_str().trim_start_matches("item ").to_owned();
        if row.head.is_read { format!("({number})") } else { number }
    });
    assert_eq!(told.collect::<Vec<_>>().join(" "), expected);
    let listed = database.read(|reader| folders::list(reader, MAILBOX)).unwrap();
    let listed = listed.iter().find(|listed| listed.folder.id == folder(name)).unwrap();
    let unread = rows.iter().filter(|row| !row.head.is_read).count() as u64;
    assert_eq!((listed.total, listed.unread), (rows.len() as u64, unread));
}

#[test]
fn a_page_adds_changes_and_removes_and_says_where_to_go_on() {
    let (_place, database) = with_folders(&["inbox"]);
    let first = MailPage { next: Next::More(Cursor::new("p2")), ..page(vec![head(3, "c"), head(2, "b")]) };
    assert_eq!(store(&database, "inbox", &first), Scope::Backfilling { cursor: Cursor::new("p2") });
    assert!(store(&database, "inbox", &page(vec![head(1, "a")])).is_live());
    check(&database, "inbox", "3 2 1");
    let changed = Head { is_read: true, subject: "B".into(), ..head(2, "b") };
    let changes = MailPage {
        read: vec![(item(3), true), (item(77), true)],
        gone: vec![item(1), item(78)],
        ..page(vec![changed])
    };
    store(&database, "inbox", &changes);
    check(&database, "inbox", "(3) (2)");
    let scope = database.read(|reader| folders::scope(reader, MAILBOX, &folder("inbox"))).unwrap();
    assert_eq!(scope, Scope::Live { cursor: Cursor::new("d") });
    let listed = database.read(|reader| folders::list(reader, MAILBOX)).unwrap();
    assert_eq!(listed[0].synced_at, Some(at(1_000_000)));
}

#[test]
fn a_message_reads_back_as_the_server_listed_it() {
    let (_place, database) = with_folders(&["inbox"]);
    let bare = Head {
        message_id: None,
        from: None,
        to: Vec::new(),
        cc: Vec::new(),
        sent_at: None,
        size: None,
        preview: String::new(),
        has_attachments: true,
        ..head(1, "")
    };
    let full = head(2, "Angebot für 客户");
    store(&database, "inbox", &page(vec![bare.clone(), full.clone()]));
    let rows = ask(&database, "inbox", Show::All, 0, 9).rows;
    let row = |head: &Head| Row {
        mailbox: MAILBOX,
        folder: folder("inbox"),
        key: item_key(head),
        head: head.clone(),
        mark: Mark::Untracked,
    };
    assert_eq!(rows, [row(&full), row(&bare)]);
    let found =
        |key: &ItemKey| database.read(|reader| Ok((find(reader, MAILBOX, key)?, anywhere(reader, key)?))).unwrap();
    assert_eq!(found(&key(2)), (Some(row(&full)), Some(row(&full))));
    assert_eq!(found(&key(9)), (None, None));
}

#[test]
fn a_sweep_removes_what_it_did_not_see() {
    let (_place, database) = with_folders(&["inbox", "other"]);
    store(&database, "inbox", &page((1..=4).map(|number| head(number, "")).collect()));
    store(&database, "other", &page(vec![head(9, "")]));
    let scope = write(&database, |tx| reset_scope(tx, MAILBOX, &folder("inbox")));
    assert_eq!(scope, Scope::Sweeping { generation: 1, cursor: None });
    let more = MailPage { next: Next::More(Cursor::new("p2")), ..page(vec![head(4, ""), head(5, "")]) };
    assert_eq!(store(&database, "inbox", &more), Scope::Sweeping { generation: 1, cursor: Some(Cursor::new("p2")) });
    check(&database, "inbox", "5 4 3 2 1");
    let last = MailPage { read: vec![(item(2), true)], ..page(vec![head(1, "")]) };
    assert!(store(&database, "inbox", &last).is_live());
    check(&database, "inbox", "5 4 (2) 1");
    check(&database, "other", "9");
    store(&database, "inbox", &page(vec![head(6, "")]));
    assert_eq!(
        write(&database, |tx| reset_scope(tx, MAILBOX, &folder("inbox"))),
        Scope::Sweeping { generation: 2, cursor: None }
    );
    assert!(store(&database, "inbox", &page(vec![head(7, "")])).is_live());
    check(&database, "inbox", "7");
}

#[test]
fn a_moved_message_keeps_its_body_its_wish_and_its_mark() {
    let (_place, database) = with_folders(&["inbox", "archive"]);
    store(&database, "inbox", &page(vec![head(1, "a")]));
    write(&database, |tx| {
        raws::put(tx, MAILBOX, &key(1), b"raw", "From the body", true)?;
        links::link_to(tx, &key(1), id(5), true)?;
        want_read(tx, MAILBOX, &key(1), true)
    });
    let moved = Head { item: item(71), preview: String::new(), ..head(1, "a") };
    store(&database, "archive", &page(vec![moved]));
    check(&database, "archive", "(71)");
    store(&database, "inbox", &MailPage { gone: vec![item(1)], ..page(Vec::new()) });
    check(&database, "inbox", "");
    let row = database.read(|reader| find(reader, MAILBOX, &key(1))).unwrap().unwrap();
    assert_eq!(
        (row.folder, row.head.preview.as_str(), row.head.has_attachments),
        (folder("archive"), "From the body", true)
    );
    assert_eq!(row.mark, Mark::Tracked { email: id(5), regarding: None });
    assert_eq!(ask(&database, "archive", Show::Tracked, 0, 9).total, 1);
    assert_eq!(database.read(|reader| raws::get(reader, &key(1))).unwrap().as_deref(), Some(&b"raw"[..]));
    assert!(database.read(|reader| raws::missing(reader, MAILBOX, 9)).unwrap().is_empty());
}

#[test]
fn another_message_under_a_known_handle_inherits_nothing() {
    let (_place, database) = with_folders(&["inbox"]);
    store(&database, "inbox", &page(vec![head(1, "a")]));
    write(&database, |tx| want_read(tx, MAILBOX, &key(1), true));
    store(&database, "inbox", &page(vec![Head { item: item(1), preview: String::new(), ..head(2, "b") }]));
    check(&database, "inbox", "1");
    let row = &ask(&database, "inbox", Show::All, 0, 1).rows[0];
    assert_eq!((&row.key, row.head.preview.as_str()), (&key(2), ""));
}

fn wishes(database: &Database) -> Vec<(FolderId, ItemKey, Action)> {
    database.read(|reader| unsent_reads(reader, MAILBOX, 9)).unwrap()
}

#[test]
fn a_wish_is_shown_at_once_and_survives_a_pull_until_the_server_has_it() {
    let (_place, database) = with_folders(&["inbox"]);
    store(&database, "inbox", &page(vec![head(1, ""), head(2, "")]));
    write(&database, |tx| want_read(tx, MAILBOX, &key(1), true));
    check(&database, "inbox", "2 (1)");
    assert_eq!(wishes(&database), [(folder("inbox"), key(1), Action::SetRead { item: item(1), is_read: true })]);
    store(&database, "inbox", &page(vec![head(1, "")]));
    store(&database, "inbox", &MailPage { read: vec![(item(1), false)], ..page(Vec::new()) });
    check(&database, "inbox", "2 (1)");
    write(&database, |tx| settle_read(tx, MAILBOX, &folder("inbox"), &item(1), true));
    check(&database, "inbox", "2 (1)");
    assert_eq!(wishes(&database), []);
    store(&database, "inbox", &MailPage { read: vec![(item(1), false)], ..page(Vec::new()) });
    check(&database, "inbox", "2 1");
}

#[test]
fn a_wish_that_changed_on_its_way_is_sent_again() {
    let (_place, database) = with_folders(&["inbox"]);
    store(&database, "inbox", &page(vec![head(1, "")]));
    write(&database, |tx| want_read(tx, MAILBOX, &key(1), true));
    write(&database, |tx| want_read(tx, MAILBOX, &key(1), false));
    write(&database, |tx| settle_read(tx, MAILBOX, &folder("inbox"), &item(1), true));
    check(&database, "inbox", "1");
    assert_eq!(wishes(&database), [(folder("inbox"), key(1), Action::SetRead { item: item(1), is_read: false })]);
}

#[test]
fn what_the_server_says_already_is_not_sent() {
    let (_place, database) = with_folders(&["inbox"]);
    store(&database, "inbox", &page(vec![Head { is_read: true, ..head(1, "") }]));
    write(&database, |tx| want_read(tx, MAILBOX, &key(1), true));
    assert_eq!(wishes(&database), []);
}

#[test]
fn a_wish_that_the_server_refused_shows_the_servers_again() {
    let (_place, database) = with_folders(&["inbox"]);
    store(&database, "inbox", &page(vec![head(1, "")]));
    write(&database, |tx| want_read(tx, MAILBOX, &key(1), true));
    write(&database, |tx| drop_read(tx, MAILBOX, &folder("inbox"), &item(1)));
    check(&database, "inbox", "1");
    assert_eq!(wishes(&database), []);
}

#[test]
fn a_wish_waits_for_a_message_whose_new_folder_was_not_read_yet() {
    let (_place, database) = with_folders(&["inbox", "archive"]);
    store(&database, "inbox", &page(vec![head(1, ""), head(2, "")]));
    write(&database, |tx| want_read(tx, MAILBOX, &key(1), true));
    write(&database, |tx| want_read(tx, MAILBOX, &key(2), true));
    // The mailbox was told about the one and says that it is gone; the other is only pulled.
    write(&database, |tx| leave_read(tx, MAILBOX, &folder("inbox"), &item(2)));
    check(&database, "inbox", "2 (1)");
    store(&database, "inbox", &MailPage { gone: vec![item(1), item(2)], ..page(Vec::new()) });
    assert_eq!(wishes(&database), []);
    store(
        &database,
        "archive",
        &page(vec![Head { item: item(71), ..head(1, "") }, Head { item: item(72), ..head(2, "") }]),
    );
    check(&database, "archive", "(72) (71)");
    assert_eq!(wishes(&database).len(), 2);
    write(&database, |tx| settle_read(tx, MAILBOX, &folder("archive"), &item(71), true));
    // It was taken once, and does not come again.
    store(&database, "archive", &MailPage { gone: vec![item(71)], ..page(Vec::new()) });
    store(&database, "inbox", &page(vec![head(1, "")]));
    check(&database, "inbox", "1");
}

#[test]
fn a_wish_that_another_row_has_already_leaves_none_behind() {
    let (_place, database) = with_folders(&["inbox", "archive"]);
    store(&database, "inbox", &page(vec![head(1, "")]));
    write(&database, |tx| want_read(tx, MAILBOX, &key(1), true));
    store(&database, "archive", &page(vec![Head { item: item(71), ..head(1, "") }]));
    write(&database, |tx| leave_read(tx, MAILBOX, &folder("inbox"), &item(1)));
    store(&database, "inbox", &MailPage { gone: vec![item(1)], ..page(Vec::new()) });
    write(&database, |tx| settle_read(tx, MAILBOX, &folder("archive"), &item(71), true));
    store(&database, "archive", &MailPage { gone: vec![item(71)], ..page(Vec::new()) });
    store(&database, "inbox", &page(vec![head(1, "")]));
    check(&database, "inbox", "1");
    assert_eq!(wishes(&database), []);
}

#[test]
fn a_wish_that_no_row_of_a_message_could_place_waits_for_the_next_one() {
    let (_place, database) = with_folders(&["inbox", "archive", "deleted"]);
    store(&database, "inbox", &page(vec![head(1, "")]));
    store(&database, "archive", &page(vec![Head { item: item(71), ..head(1, "") }]));
    write(&database, |tx| want_read(tx, MAILBOX, &key(1), true));
    // It was moved on before the mailbox heard of it under either name.
    write(&database, |tx| leave_read(tx, MAILBOX, &folder("inbox"), &item(1)));
    write(&database, |tx| leave_read(tx, MAILBOX, &folder("archive"), &item(71)));
    store(&database, "deleted", &page(vec![Head { item: item(72), ..head(1, "") }]));
    check(&database, "deleted", "(72)");
    assert_eq!(wishes(&database).len(), 1);
    // Or it is only pulled that it is gone from there, while the oldest row still stands.
    store(&database, "deleted", &MailPage { gone: vec![item(72)], ..page(Vec::new()) });
    store(&database, "archive", &page(vec![Head { item: item(73), ..head(1, "") }]));
    check(&database, "archive", "(73) 71");
}

#[test]
fn a_row_that_was_read_before_it_went_is_no_place_for_a_wish() {
    let (_place, database) = with_folders(&["inbox", "archive", "deleted"]);
    store(&database, "inbox", &page(vec![Head { is_read: true, ..head(1, "") }]));
    store(&database, "archive", &page(vec![Head { item: item(71), ..head(1, "") }]));
    write(&database, |tx| want_read(tx, MAILBOX, &key(1), true));
    write(&database, |tx| leave_read(tx, MAILBOX, &folder("archive"), &item(71)));
    store(&database, "deleted", &page(vec![Head { item: item(72), ..head(1, "") }]));
    check(&database, "deleted", "(72)");
    assert_eq!(wishes(&database).len(), 1);
}

#[test]
fn wishes_without_a_message_are_bounded_and_go_with_their_mailbox() {
    let (_place, database) = with_folders(&["inbox"]);
    let left = |database: &Database| {
        let count = |reader: &crate::Reader<'_>| {
            Ok(reader.sql().query_row("SELECT count(*) FROM mark_left", [], |row| row.get::<_, u64>(0))?)
        };
        database.read(count).unwrap()
    };
    let leave = |numbers: std::ops::Range<i64>| {
        store(&database, "inbox", &page(numbers.clone().map(|number| head(number, "")).collect()));
        write(&database, |tx| numbers.clone().try_for_each(|number| want_read(tx, MAILBOX, &key(number), true)));
        store(&database, "inbox", &MailPage { gone: numbers.map(item).collect(), ..page(Vec::new()) });
    };
    leave(1..10_001);
    assert_eq!(left(&database), 10_000);
    leave(20_001..20_004);
    assert_eq!(left(&database), 10_000);
    // The longest waiting ones went.
    store(&database, "inbox", &page(vec![head(3, ""), head(4, "")]));
    check(&database, "inbox", "(4) 3");
    write(&database, |tx| crate::mailboxes::remove(tx, MAILBOX));
    assert_eq!(left(&database), 0);
}

#[test]
fn a_page_of_a_folder_that_is_gone_is_refused_and_its_list_is_empty() {
    let (_place, database) = with_folders(&["inbox"]);
    let refused = database.write(Durability::Normal, |tx| {
        store_page(tx, MAILBOX, &folder("gone"), &Scope::Cold, &page(vec![head(1, "")]), at(1))
    });
    assert_eq!(refused, Err(crate::StoreError::NoSuchFolder));
    assert_eq!(ask(&database, "gone", Show::All, 0, 9), Block { total: 0, rows: Vec::new() });
    write(&database, |tx| {
        settle_read(tx, MAILBOX, &folder("gone"), &item(1), true)?;
        drop_read(tx, MAILBOX, &folder("gone"), &item(1))
    });
}

#[test]
fn lists_of_a_folder_walk_an_index_that_has_all_they_need() {
    let (_place, database) = with_folders(&["inbox"]);
    for (show, index) in [
        (Show::All, "message_by_time (folder=?)"),
        (Show::Unread, "message_unread (folder=? AND shown_read=?)"),
        (Show::Tracked, "message_tracked (folder=? AND is_tracked=?)"),
    ] {
        let plan = samples::plan(&database, rows::numbers(show));
        assert_eq!(plan, [format!("SEARCH message USING COVERING INDEX {index}")], "{show:?}");
    }
    let plan = samples::plan(&database, rows::COUNT_TRACKED);
    assert_eq!(plan, ["SEARCH message USING COVERING INDEX message_tracked (folder=? AND is_tracked=?)"]);
}

#[test]
fn any_block_of_a_hundred_thousand_messages_has_its_messages() {
    let (_place, database) = with_folders(&["inbox"]);
    let heads = (1..=100_000).map(|number| Head { is_read: number % 4 != 0, ..head(number, "") });
    store(&database, "inbox", &page(heads.collect()));
    write(&database, |tx| (1..=1000).try_for_each(|number| links::link_to(tx, &key(number * 100), id(1), false)));
    let numbers = |show, first, count| {
        let block = ask(&database, "inbox", show, first, count);
        let numbers: Vec<i64> = block.rows.iter().map(|row| row.head.received_at.as_second()).collect();
        (block.total, numbers)
    };
    let down = |from: i64, step: usize, count: usize| (1..=from).rev().step_by(step).take(count).collect::<Vec<_>>();
    assert_eq!(numbers(Show::All, 0, 100), (100_000, down(100_000, 1, 100)));
    assert_eq!(numbers(Show::All, 50_000, 100), (100_000, down(50_000, 1, 100)));
    assert_eq!(numbers(Show::All, 99_990, 100), (100_000, down(10, 1, 10)));
    assert_eq!(numbers(Show::All, u64::MAX, 100), (100_000, Vec::new()));
    assert_eq!(numbers(Show::Unread, 12_500, 100), (25_000, down(50_000, 4, 100)));
    assert_eq!(numbers(Show::Unread, 24_999, 100), (25_000, vec![4]));
    assert_eq!(numbers(Show::Tracked, 500, 100), (1000, down(50_000, 100, 100)));
    let listed = database.read(|reader| folders::list(reader, MAILBOX)).unwrap();
    assert_eq!((listed[0].total, listed[0].unread), (100_000, 25_000));
    write(&database, |tx| reset_scope(tx, MAILBOX, &folder("inbox")));
    store(&database, "inbox", &page(vec![head(7, "")]));
    check(&database, "inbox", "7");
}
