//! Links are made, found, broken and lost, and messages show it.

use satchel_domain::{
    Cursor, EntryId, Value,
    edit::{Change, Deed, Edit, Hold},
    ids::{FolderId, Uuid},
    ports::{MailPage, Next, Page},
    schema::Table,
    scope::Scope,
    tracking::item_key,
    value::Lookup,
};

use super::*;
use crate::{
    Database, Durability, Result,
    messages::{self, Mark, Regarding, Show},
    outbox, raws, records,
    samples::{self, MAILBOX, at, head, id},
};

fn emails() -> Table {
    samples::organisation_with_emails().tables.into_iter().find(|table| table.name.as_str() == EMAILS).unwrap()
}

fn key(number: i64) -> ItemKey {
    item_key(&head(number, ""))
}

/// A profile whose inbox has the messages 1 and 2.
fn with_messages() -> (tempfile::TempDir, Database) {
    let (place, database) = samples::profile_with_emails();
    samples::add_mailbox(&database, &["inbox"]);
    store_messages(&database);
    (place, database)
}

fn store_messages(database: &Database) {
    let next = Next::CaughtUp(Cursor::new("d"));
    let page = MailPage { heads: vec![head(1, "One"), head(2, "Two")], read: Vec::new(), gone: Vec::new(), next };
    write(database, |tx| {
        messages::store_page(tx, MAILBOX, &FolderId::new("inbox"), &Scope::Cold, &page, at(9)).map(drop)
    });
}

fn write<T>(database: &Database, deed: impl FnOnce(&Tx<'_>) -> Result<T>) -> T {
    database.write(Durability::Full, deed).unwrap()
}

/// An email record with this `Message-ID`, regarding the account 100 under this name, if any.
fn email(number: u128, message_id: &str, regarding: Option<&str>) -> Record {
    let lookup = Lookup { table: TableName::new("account"), id: id(100), name: regarding.map(str::to_owned) };
    Record {
        table: TableName::new(EMAILS),
        id: id(number),
        version: None,
        values: [
            (Column::new(MESSAGE_ID), Value::Text(message_id.to_owned())),
            (Column::new("regardingobjectid"), Value::Lookup(lookup)),
        ]
        .into(),
    }
}

fn pull(database: &Database, records: Vec<Record>, gone: &[u128], generation: u64) {
    let gone = gone.iter().map(|number| id(*number)).collect();
    let page = Page { records, gone, next: Next::More(Cursor::new("p")), way: satchel_domain::ports::Way::Changes };
    write(database, |tx| records::store_page(tx, &emails(), &page, generation));
}

/// What the user does with the email record: entry, record.
fn edit(entry: u128, record: u128, deed: Deed) -> Edit {
    let changes = match deed {
        Deed::Delete => Vec::new(),
        Deed::Create | Deed::Update | Deed::Track => email(record, "<1@fjord.example>", Some("Fjord"))
            .values
            .into_iter()
            .map(|(column, after)| Change { column, before: Value::Null, after })
            .collect(),
    };
    Edit {
        entry: EntryId(Uuid::from_u128(entry)),
        table: TableName::new(EMAILS),
        record: id(record),
        deed,
        changes,
        base: None,
    }
}

fn append(database: &Database, edit: &Edit) {
    write(database, |tx| outbox::append(tx, &emails(), edit, "One", at(9)).map(drop));
}

/// The user tracks message 1 as this record.
fn track(database: &Database, record: u128) {
    write(database, |tx| link_to(tx, &key(1), id(record), true));
    append(database, &edit(1, record, Deed::Track));
}

fn mark(database: &Database, number: i64) -> Mark {
    let row = database.read(|reader| messages::find(reader, MAILBOX, &key(number))).unwrap().unwrap();
    let shown = |show| {
        let block = database.read(|reader| messages::block(reader, MAILBOX, &row.folder, show, 0, 9)).unwrap();
        assert_eq!(block.total, block.rows.len() as u64);
        block.rows
    };
    assert!(shown(Show::All).contains(&row));
    assert_eq!(shown(Show::Tracked).contains(&row), row.mark != Mark::Untracked);
    row.mark
}

fn regarding(name: &str) -> Option<Regarding> {
    Some(Regarding { table: TableName::new("account"), record: id(100), name: name.to_owned() })
}

#[test]
fn a_link_is_made_replaced_and_broken() {
    let (_place, database) = with_messages();
    let ask = || database.read(|reader| of(reader, &key(1))).unwrap();
    assert_eq!((ask(), mark(&database, 1)), (None, Mark::Untracked));
    write(&database, |tx| link_to(tx, &key(1), id(5), true));
    let link = Link { key: key(1), email: id(5), is_ours: true, is_broken: false };
    assert_eq!((ask(), mark(&database, 1)), (Some(link.clone()), Mark::Tracked { email: id(5), regarding: None }));
    write(&database, |tx| link_to(tx, &key(1), id(6), false));
    let other = Link { email: id(6), is_ours: false, ..link };
    assert_eq!(ask(), Some(other.clone()));
    write(&database, |tx| break_link(tx, &key(1)));
    assert_eq!((ask(), mark(&database, 1)), (Some(Link { is_broken: true, ..other }), Mark::Untracked));
    assert_eq!(database.read(|reader| key_of(reader, id(6))).unwrap(), Some(key(1)));
    assert_eq!(database.read(|reader| key_of(reader, id(5))).unwrap(), None);
}

#[test]
fn a_colleagues_email_is_found_by_its_message_id_in_any_case_with_and_without_brackets() {
    let (_place, database) = with_messages();
    pull(&database, vec![email(5, "1@FJORD.example", Some("Fjord")), email(6, " <2@fjord.EXAMPLE>\r\n", None)], &[], 0);
    assert_eq!(mark(&database, 1), Mark::Tracked { email: id(5), regarding: regarding("Fjord") });
    assert_eq!(mark(&database, 2), Mark::Tracked { email: id(6), regarding: regarding("") });
    let link = database.read(|reader| of(reader, &key(2))).unwrap();
    assert_eq!(link, Some(Link { key: key(2), email: id(6), is_ours: false, is_broken: false }));
}

#[test]
fn a_message_that_comes_after_its_email_is_marked_too() {
    let (_place, database) = samples::profile_with_emails();
    samples::add_mailbox(&database, &["inbox"]);
    pull(&database, vec![email(5, "<1@fjord.example>", None)], &[], 0);
    store_messages(&database);
    assert!(matches!(mark(&database, 1), Mark::Tracked { .. }));
}

#[test]
fn what_an_email_regards_has_the_records_own_name_when_crm_told_none() {
    let (_place, database) = with_messages();
    pull(&database, vec![email(5, "<1@fjord.example>", None)], &[], 0);
    assert_eq!(mark(&database, 1), Mark::Tracked { email: id(5), regarding: regarding("") });
    let account = samples::named(100, "Fjord Shipping");
    let page = Page {
        records: vec![account],
        gone: Vec::new(),
        next: Next::More(Cursor::new("p")),
        way: satchel_domain::ports::Way::Changes,
    };
    write(&database, |tx| records::store_page(tx, &samples::account(), &page, 0));
    assert_eq!(mark(&database, 1), Mark::Tracked { email: id(5), regarding: regarding("Fjord Shipping") });
}

#[test]
fn a_link_that_the_user_broke_stays_broken_when_the_email_is_pulled_again() {
    let (_place, database) = with_messages();
    let found = email(5, "<1@fjord.example>", None);
    pull(&database, vec![found.clone()], &[], 0);
    write(&database, |tx| break_link(tx, &key(1)));
    for gone in [&[][..], &[5]] {
        pull(&database, vec![found.clone()], gone, 0);
        pull(&database, vec![found.clone(), email(6, "<1@fjord.example>", None)], &[], 0);
        assert_eq!(mark(&database, 1), Mark::Untracked);
    }
    write(&database, |tx| link_to(tx, &key(1), id(6), true));
    assert!(matches!(mark(&database, 1), Mark::Tracked { .. }));
}

#[test]
fn an_email_that_crm_lost_takes_its_link_with_it() {
    let (_place, database) = with_messages();
    let both = || vec![email(5, "<1@fjord.example>", None), email(6, "<2@fjord.example>", None)];
    pull(&database, both(), &[], 0);
    pull(&database, Vec::new(), &[5], 0);
    assert_eq!(mark(&database, 1), Mark::Untracked);
    assert!(matches!(mark(&database, 2), Mark::Tracked { .. }));
    pull(&database, both(), &[], 0);
    pull(&database, both().drain(..1).collect(), &[], 1);
    write(&database, |tx| records::end_sweep(tx, &emails(), 1));
    assert!(matches!(mark(&database, 1), Mark::Tracked { .. }));
    assert_eq!(mark(&database, 2), Mark::Untracked);
}

#[test]
fn a_link_that_is_there_stays_when_another_email_of_the_message_is_pulled() {
    let (_place, database) = with_messages();
    track(&database, 5);
    pull(&database, vec![email(6, "<1@fjord.example>", None)], &[], 0);
    assert_eq!(mark(&database, 1), Mark::Requested { email: id(5), regarding: regarding("Fjord") });
}

#[test]
fn a_message_is_requested_then_tracked() {
    let (_place, database) = with_messages();
    track(&database, 5);
    assert_eq!(mark(&database, 1), Mark::Requested { email: id(5), regarding: regarding("Fjord") });
    let shown = database.read(|reader| records::one(reader, &emails(), id(5))).unwrap().unwrap();
    assert_eq!(shown.standing, records::Standing::Waiting);
    let server = email(5, "<1@fjord.example>", Some("Fjord AS"));
    let entry = EntryId(Uuid::from_u128(1));
    write(&database, |tx| outbox::settle_accepted(tx, &emails(), entry, outbox::Accepted::Record(&server)));
    assert_eq!(mark(&database, 1), Mark::Tracked { email: id(5), regarding: regarding("Fjord AS") });
    assert!(database.read(|reader| of(reader, &key(1))).unwrap().unwrap().is_ours);
}

#[test]
fn a_held_entry_shows_why_and_discarding_it_untracks_the_message() {
    let (_place, database) = with_messages();
    track(&database, 5);
    let hold = Hold::Refused { code: "0x80040220".into(), reason: "No.".into() };
    let entry = EntryId(Uuid::from_u128(1));
    write(&database, |tx| outbox::mark_in_flight(tx, entry));
    write(&database, |tx| outbox::settle_held(tx, entry, &hold));
    assert_eq!(mark(&database, 1), Mark::Failed { email: id(5), hold, regarding: regarding("Fjord") });
    append(&database, &edit(2, 5, Deed::Update));
    write(&database, |tx| outbox::discard(tx, &emails(), entry, at(9)));
    assert_eq!(mark(&database, 1), Mark::Untracked);
    assert_eq!(database.read(|reader| of(reader, &key(1))).unwrap(), None);
    assert_eq!(database.read(outbox::list).unwrap(), [], "an edit of a record that is never made goes with it");
}

#[test]
fn discarding_a_request_leaves_a_message_tracked_that_crm_has() {
    let (_place, database) = with_messages();
    track(&database, 5);
    write(&database, |tx| outbox::mark_in_flight(tx, EntryId(Uuid::from_u128(1))));
    append(&database, &edit(2, 5, Deed::Update));
    pull(&database, vec![email(5, "<1@fjord.example>", None)], &[], 0);
    write(&database, |tx| outbox::discard(tx, &emails(), EntryId(Uuid::from_u128(1)), at(9)));
    assert!(matches!(mark(&database, 1), Mark::Tracked { .. }));
    assert_eq!(database.read(outbox::list).unwrap().len(), 1);
}

#[test]
fn a_request_that_is_taken_back_before_it_was_sent_leaves_nothing() {
    let (_place, database) = with_messages();
    track(&database, 5);
    append(&database, &edit(2, 5, Deed::Delete));
    assert_eq!(database.read(outbox::list).unwrap(), []);
    assert_eq!(mark(&database, 1), Mark::Untracked);
    assert_eq!(database.read(|reader| of(reader, &key(1))).unwrap(), None);
}

#[test]
fn a_message_is_tracked_after_the_record_that_it_regards_is_made() {
    let (_place, database) = with_messages();
    let change = Change { column: Column::new("name"), before: Value::Null, after: Value::Text("Fjord".into()) };
    let account =
        Edit { table: TableName::new("account"), record: id(100), changes: vec![change], ..edit(7, 100, Deed::Create) };
    write(&database, |tx| outbox::append(tx, &samples::account(), &account, "Fjord", at(9)).map(drop));
    track(&database, 5);
    let due = || {
        let due = database.read(|reader| outbox::due(reader, at(99), 9)).unwrap();
        due.iter().map(|entry| entry.edit.deed).collect::<Vec<_>>()
    };
    assert_eq!(due(), [Deed::Create]);
    write(&database, |tx| outbox::settle_accepted(tx, &samples::account(), account.entry, outbox::Accepted::Unread));
    assert_eq!(due(), [Deed::Track]);
}

#[test]
fn without_a_table_of_emails_a_link_shows_without_what_it_regards() {
    let (_place, database) = samples::profile();
    samples::add_mailbox(&database, &["inbox"]);
    store_messages(&database);
    write(&database, |tx| link_to(tx, &key(1), id(5), false));
    assert_eq!(mark(&database, 1), Mark::Tracked { email: id(5), regarding: None });
}

#[test]
fn a_message_that_is_still_to_be_tracked_stays_here_without_a_folder() {
    let (_place, database) = with_messages();
    track(&database, 5);
    write(&database, |tx| {
        [1, 2].iter().try_for_each(|number| raws::put(tx, MAILBOX, &key(*number), b"raw", "", false))
    });
    let here = || [1, 2].map(|number| database.read(|reader| raws::get(reader, &key(number))).unwrap().is_some());
    let pull_inbox = |gone: &[i64], day: i64| {
        let gone = gone.iter().map(|number| head(*number, "").item).collect();
        let next = Next::CaughtUp(Cursor::new("d"));
        let (page, inbox) = (MailPage { heads: Vec::new(), read: Vec::new(), gone, next }, FolderId::new("inbox"));
        let before = Scope::Live { cursor: Cursor::new("d") };
        write(&database, |tx| messages::store_page(tx, MAILBOX, &inbox, &before, &page, at(day * 86_400)).map(drop));
    };
    pull_inbox(&[1, 2], 1);
    pull_inbox(&[], 9);
    assert_eq!(here(), [true, false]);
    write(&database, |tx| outbox::discard(tx, &emails(), EntryId(Uuid::from_u128(1)), at(9)));
    pull_inbox(&[], 10);
    assert_eq!(here(), [false, false]);
}

#[test]
fn who_looks_at_mail_hears_of_what_changes_a_mark() {
    let (_place, database) = with_messages();
    let (tell, heard) = std::sync::mpsc::channel();
    database.subscribe(move |topics| tell.send(topics.contains(&Topic::Mail)).unwrap());
    track(&database, 5);
    write(&database, |tx| outbox::settle_later(tx, EntryId(Uuid::from_u128(1)), at(9), 1));
    pull(&database, vec![email(6, "<2@fjord.example>", None)], &[], 0);
    pull(&database, vec![email(6, "<2@fjord.example>", Some("Bay"))], &[], 0);
    write(&database, |tx| records::end_sweep(tx, &emails(), 1));
    write(&database, |tx| messages::want_read(tx, MAILBOX, &key(1), true));
    let all: Vec<bool> = heard.try_iter().collect();
    assert_eq!(all, [true; 7]);
}

#[test]
fn a_message_is_tracked_by_the_other_record_when_its_own_is_gone() {
    let (_place, database) = with_messages();
    track(&database, 5);
    pull(&database, vec![email(5, "<1@fjord.example>", None), email(6, "<1@FJORD.example>", Some("Fjord"))], &[], 0);
    let entry = EntryId(Uuid::from_u128(1));
    write(&database, |tx| outbox::settle_accepted(tx, &emails(), entry, outbox::Accepted::Unread));
    assert!(matches!(mark(&database, 1), Mark::Tracked { email, .. } if email == id(5)));
    pull(&database, Vec::new(), &[5], 0);
    assert!(matches!(mark(&database, 1), Mark::Tracked { email, .. } if email == id(6)));
    pull(&database, Vec::new(), &[6], 0);
    assert_eq!(mark(&database, 1), Mark::Untracked);
}

#[test]
fn another_record_of_a_message_is_found_by_an_index() {
    let (_place, database) = with_messages();
    let plan = samples::plan(&database, OTHER);
    assert_eq!(plan[0], "SEARCH crm_email USING COVERING INDEX by.crm_email.c_messageid (c_messageid=?)", "{plan:?}");
}
