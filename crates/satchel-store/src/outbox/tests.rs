//! Entries wait their turn, are settled once, and what is shown follows each step.

use expect_test::{Expect, expect};
use satchel_domain::{
    Column, Record, Value,
    edit::{Change, Duplicates, Hold},
    value::Lookup,
};

use super::*;
use crate::{
    Database, Durability, Result, Tx, cursors, history, records,
    records::Standing,
    samples::{self, at, id, named},
};

const NOW: i64 = 1000;

pub(super) fn column(name: &str) -> Column {
    Column::new(name)
}

fn text(value: &str) -> Value {
    if value == "-" { Value::Null } else { Value::Text(value.to_owned()) }
}

pub(super) fn entry_id(number: u128) -> EntryId {
    EntryId(Uuid::from_u128(number))
}

/// `1 create name:->Ada`: the record, the deed, and its changes as `column:before>after`; a change of
/// `primarycontactid` names the account that it refers to.
fn edit(entry: u128, line: &str) -> Edit {
    let mut words = line.split_whitespace();
    let record = words.next().and_then(|word| word.parse().ok()).unwrap();
    let deed = match words.next() {
        Some("create") => Deed::Create,
        Some("update") => Deed::Update,
        Some("track") => Deed::Track,
        _ => Deed::Delete,
    };
    let changes = words.map(|word| {
        let (name, values) = word.split_once(':').unwrap();
        let (before, after) = values.split_once('>').unwrap();
        let after = match name {
            "primarycontactid" => {
                let target = id(after.parse().unwrap());
                Value::Lookup(Lookup { table: TableName::new("account"), id: target, name: None })
            }
            _ => text(after),
        };
        Change { column: column(name), before: text(before), after }
    });
    let changes = changes.collect();
    let base = (deed != Deed::Create).then(|| Version::new(format!("W/\"{record}\"")));
    Edit { entry: entry_id(entry), table: TableName::new("account"), record: id(record), deed, changes, base }
}

pub(super) fn write<T>(database: &Database, deed: impl FnOnce(&Tx<'_>) -> Result<T>) -> T {
    database.write(Durability::Full, deed).unwrap()
}

pub(super) fn put(database: &Database, number: u128, line: &str) -> Option<EntryId> {
    write(database, |tx| append(tx, &samples::account(), &edit(number, line), "it", at(NOW)))
}

/// A profile with these accounts of the server and these entries, numbered from one, each sent once already so that
/// none is folded into another.
pub(super) fn outbox(server: &[Record], lines: &[&str]) -> (tempfile::TempDir, Database) {
    let (folder, database) = samples::profile();
    write(&database, |tx| {
        server.iter().try_for_each(|record| records::store_server_copy(tx, &samples::account(), record, 0))
    });
    for (number, line) in (1..).zip(lines) {
        put(&database, number, line);
        write(&database, |tx| mark_in_flight(tx, entry_id(number)));
        write(&database, |tx| settle_later(tx, entry_id(number), at(0), 0));
    }
    (folder, database)
}

pub(super) fn due_at(database: &Database, second: i64) -> Vec<u128> {
    let due = database.read(|reader| due(reader, at(second), 100)).unwrap();
    due.iter().map(|entry| entry.edit.entry.0.as_u128()).collect()
}

pub(super) fn shown(database: &Database, record: u128) -> String {
    let shown = database.read(|reader| records::one(reader, &samples::account(), id(record))).unwrap();
    shown.map_or("nothing".to_owned(), |shown| {
        let text = |name| shown.record.value(&column(name)).as_text().unwrap_or("-").to_owned();
        format!("{} {} {:?}", text("name"), text("description"), shown.standing)
    })
}

/// One line an entry.
#[track_caller]
pub(super) fn check_list(database: &Database, expected: Expect) {
    let lines = database.read(list).unwrap().into_iter().map(|entry| {
        let edit = entry.edit;
        let cells = edit.changes.iter().map(|change| {
            let said = |value: &Value| value.as_text().unwrap_or("-").to_owned();
            format!(" {}:{}>{}", change.column, said(&change.before), said(&change.after))
        });
        let base = edit.base.map_or("-".to_owned(), |base| base.to_string());
        format!("{} {:?}{} base {base}", edit.entry.0.as_u128(), edit.deed, cells.collect::<String>())
    });
    expected.assert_eq(&lines.collect::<Vec<_>>().join("\n"));
}

#[test]
fn an_entry_reads_back_as_it_was_put_in() {
    let (folder, database) = samples::profile();
    let put_in = edit(7, "1 update name:Ada>Bo description:->x");
    write(&database, |tx| append(tx, &samples::account(), &put_in, "Ada", at(NOW)));
    drop(database);
    let database = Database::open(&folder.path().join("profile.db"), &samples::key()).unwrap();
    let found = database.read(|reader| find(reader, put_in.entry)).unwrap().unwrap();
    let state = State::Ready { from: at(0) };
    let expected = Entry {
        edit: put_in,
        record_name: "Ada".into(),
        made_at: at(NOW),
        state,
        attempts: 0,
        duplicates: Duplicates::Refuse,
    };
    assert_eq!(found, expected);
}

#[test]
fn a_held_entry_stops_its_own_record_only() {
    let (_folder, database) = outbox(&[], &["1 create", "1 update name:->A", "2 create"]);
    assert_eq!(due_at(&database, NOW), [1, 3]);
    write(&database, |tx| settle_held(tx, entry_id(1), &Hold::DeletedOnServer));
    assert_eq!(due_at(&database, NOW), [3]);
    assert_eq!(database.read(counts).unwrap(), Counts { waiting: 2, held: 1 });
}

#[test]
fn an_entry_in_flight_or_not_yet_ready_stops_its_record_too() {
    let (_folder, database) = outbox(&[], &["1 create", "1 update name:->A", "2 create", "2 update name:->B"]);
    write(&database, |tx| mark_in_flight(tx, entry_id(1)));
    write(&database, |tx| settle_later(tx, entry_id(3), at(NOW + 5), 2));
    assert_eq!(due_at(&database, NOW), []);
    assert_eq!(database.read(next_due).unwrap(), Some(at(NOW + 5)));
    assert_eq!(due_at(&database, NOW + 5), [3]);
    let flying = database.read(in_flight).unwrap();
    assert_eq!(flying.iter().map(|entry| entry.edit.entry).collect::<Vec<_>>(), [entry_id(1)]);
    assert_eq!(database.read(|reader| find(reader, entry_id(3))).unwrap().unwrap().attempts, 2);
}

#[test]
fn an_entry_waits_for_the_record_that_it_refers_to() {
    let (_folder, database) =
        outbox(&[named(3, "Cy")], &["1 create", "2 create primarycontactid:->1", "3 update primarycontactid:->2"]);
    assert_eq!(due_at(&database, NOW), [1]);
    let table = samples::account();
    write(&database, |tx| settle_accepted(tx, &table, entry_id(1), Accepted::Unread));
    assert_eq!(due_at(&database, NOW), [2]);
    write(&database, |tx| settle_accepted(tx, &table, entry_id(2), Accepted::Unread));
    assert_eq!(due_at(&database, NOW), [3]);
}

#[test]
fn records_that_refer_to_each_other_do_not_wait_for_ever() {
    let (_folder, database) = samples::profile();
    put(&database, 1, "1 create name:->A");
    put(&database, 2, "2 create primarycontactid:->1");
    // Folded into the first entry this would wait for the second, which waits for the first.
    put(&database, 3, "1 update primarycontactid:->2");
    let mut sent = Vec::new();
    while let Some(next) = due_at(&database, NOW).first().copied() {
        write(&database, |tx| settle_accepted(tx, &samples::account(), entry_id(next), Accepted::Unread));
        sent.push(next);
    }
    assert_eq!(sent, [1, 2, 3]);
}

#[test]
fn edits_that_were_never_sent_are_one_entry() {
    let (_folder, database) = samples::profile();
    for (number, name) in (1..=10).zip("bcdefghijk".chars()) {
        assert_eq!(put(&database, number, &format!("1 update name:a>{name}")), Some(entry_id(1)));
    }
    check_list(&database, expect![[r#"1 Update name:a>k base W/"1""#]]);
    assert_eq!(put(&database, 11, "1 update name:k>a"), None);
    check_list(&database, expect![""]);
    put(&database, 12, "2 create name:->A");
    assert_eq!(put(&database, 13, "2 delete"), None);
    check_list(&database, expect![""]);
    assert_eq!(shown(&database, 2), "nothing");
}

#[test]
fn nothing_is_folded_into_what_was_sent() {
    let (_folder, database) = outbox(&[], &["1 update name:a>b"]);
    put(&database, 2, "1 update name:b>c");
    put(&database, 3, "1 update name:c>d");
    check_list(
        &database,
        expect![[r#"
            1 Update name:a>b base W/"1"
            2 Update name:b>d base W/"1""#]],
    );
}

#[test]
fn an_accepted_edit_is_the_server_copy_and_nothing_waits() {
    let (_folder, database) = outbox(&[named(1, "Ada")], &["1 update name:Ada>Bo"]);
    assert_eq!(shown(&database, 1), "Bo - Waiting");
    let mut server = named(1, "Bo");
    server.version = Some(Version::new("W/\"2\""));
    write(&database, |tx| settle_accepted(tx, &samples::account(), entry_id(1), Accepted::Record(&server)));
    assert_eq!(shown(&database, 1), "Bo - InCrm");
    assert_eq!(database.read(counts).unwrap(), Counts::default());
    let copy = database.read(|reader| records::server_copy(reader, &samples::account(), id(1))).unwrap().unwrap();
    assert_eq!(copy.version, server.version);
}

#[test]
fn an_accepted_delete_takes_the_server_copy_with_it() {
    let (_folder, database) = outbox(&[named(1, "Ada")], &["1 delete"]);
    assert_eq!(shown(&database, 1), "nothing");
    write(&database, |tx| settle_accepted(tx, &samples::account(), entry_id(1), Accepted::Deleted));
    assert_eq!(shown(&database, 1), "nothing");
    assert_eq!(database.read(|reader| cursors::get(reader, &samples::account().name)).unwrap().rows, 0);
}

#[test]
fn a_later_edit_goes_on_from_what_was_accepted() {
    let (_folder, database) = outbox(&[named(1, "Ada")], &["1 update name:Ada>Bo", "1 update name:Bo>Cy"]);
    let mut server = named(1, "Bo");
    server.version = Some(Version::new("v2"));
    write(&database, |tx| settle_accepted(tx, &samples::account(), entry_id(1), Accepted::Record(&server)));
    check_list(&database, expect!["2 Update name:Bo>Cy base v2"]);
    assert_eq!(shown(&database, 1), "Cy - Waiting");
}

#[test]
fn a_later_edit_gets_no_base_when_somebody_changed_its_column_in_between() {
    let (_folder, database) = outbox(&[named(1, "Ada")], &["1 update name:Ada>Bo", "1 update name:Bo>Cy"]);
    let mut server = named(1, "somebody else's");
    server.version = Some(Version::new("v3"));
    write(&database, |tx| settle_accepted(tx, &samples::account(), entry_id(1), Accepted::Record(&server)));
    // Without a base it is read first, and merged, and the clash is seen.
    check_list(&database, expect!["2 Update name:Bo>Cy base -"]);
}

/// What the user saw was the first entry's word. Once that is discarded the second must not replace what CRM has by then.
#[test]
fn an_edit_over_what_hides_a_colleagues_value_is_read_before_it_is_sent() {
    let (_folder, database) = outbox(&[named(1, "Ada")], &["1 update name:Ada>Bo"]);
    let mut server = named(1, "somebody else's");
    server.version = Some(Version::new("v2"));
    write(&database, |tx| records::store_server_copy(tx, &samples::account(), &server, 0));
    let seeing_v2 = |number, line| Edit { base: server.version.clone(), ..edit(number, line) };
    let put = |number, line| {
        write(&database, |tx| append(tx, &samples::account(), &seeing_v2(number, line), "it", at(NOW)));
    };
    put(2, "1 update description:->x");
    check_list(
        &database,
        expect![[r#"
            1 Update name:Ada>Bo base W/"1"
            2 Update description:->x base v2"#]],
    );
    put(3, "1 update name:Bo>Cy");
    check_list(
        &database,
        expect![[r#"
            1 Update name:Ada>Bo base W/"1"
            2 Update description:->x name:Bo>Cy base -"#]],
    );
    write(&database, |tx| mark_in_flight(tx, entry_id(2)));
    put(4, "1 update name:Cy>Di");
    check_list(
        &database,
        expect![[r#"
            1 Update name:Ada>Bo base W/"1"
            2 Update description:->x name:Bo>Cy base -
            4 Update name:Cy>Di base -"#]],
    );
    // A delete takes everything along, seen or not.
    write(&database, |tx| mark_in_flight(tx, entry_id(4)));
    put(5, "1 delete");
    assert_eq!(database.read(|reader| find(reader, entry_id(5))).unwrap().unwrap().edit.base, None);
}

#[test]
fn a_delete_that_is_discarded_gives_back_what_waited_before_it() {
    let (_folder, database) = outbox(&[named(1, "Ada")], &[]);
    put(&database, 1, "1 update name:Ada>Bo");
    assert_eq!(put(&database, 2, "1 delete"), Some(entry_id(1)));
    assert_eq!(shown(&database, 1), "nothing");
    write(&database, |tx| discard(tx, &samples::account(), entry_id(1), at(NOW)));
    check_list(&database, expect!["1 Update name:Ada>Bo base -"]);
    assert_eq!(shown(&database, 1), "Bo - Waiting");
    assert_eq!(due_at(&database, NOW), [1]);
}

#[test]
fn a_create_that_arrived_unheard_lets_no_later_delete_take_what_others_wrote_into_it() {
    for is_heard in [true, false] {
        let (_folder, database) = outbox(&[], &["1 create name:->Ada"]);
        let gone = Edit { base: None, ..edit(2, "1 delete") };
        write(&database, |tx| append(tx, &samples::account(), &gone, "it", at(NOW)));
        let server = named(1, "Ada");
        let accepted = if is_heard { Accepted::Record(&server) } else { Accepted::Found(&server) };
        write(&database, |tx| settle_accepted(tx, &samples::account(), entry_id(1), accepted));
        let base = database.read(|reader| find(reader, entry_id(2))).unwrap().unwrap().edit.base;
        assert_eq!(base, server.version.clone().filter(|_| is_heard));
    }
}

#[test]
fn a_discarded_create_that_is_in_crm_leaves_its_later_edits() {
    let (_folder, database) = outbox(&[], &["1 create name:->Ada", "1 update name:Ada>Bo"]);
    write(&database, |tx| records::store_server_copy(tx, &samples::account(), &named(1, "Ada"), 0));
    write(&database, |tx| discard(tx, &samples::account(), entry_id(1), at(NOW)));
    assert_eq!(shown(&database, 1), "Bo - Waiting");
}

#[test]
fn a_rebased_entry_is_ready_again_over_the_new_server_copy() {
    let (_folder, database) = outbox(&[named(1, "Ada")], &["1 update description:->mine"]);
    let table = samples::account();
    let mut theirs = named(1, "theirs");
    theirs.version = Some(Version::new("v9"));
    let hold = Hold::Conflict { theirs: theirs.clone(), clashes: vec![column("name")] };
    write(&database, |tx| settle_held(tx, entry_id(1), &hold));
    assert_eq!(shown(&database, 1), "Ada mine Held");
    assert_eq!(database.read(|reader| find(reader, entry_id(1))).unwrap().unwrap().state, State::Held(hold));
    let changes = [Change { column: column("description"), before: Value::Null, after: text("mine") }];
    let rebased = Rebased { changes: &changes, server: &theirs };
    write(&database, |tx| settle_later(tx, entry_id(1), at(NOW), 7));
    write(&database, |tx| settle_rebased(tx, &table, entry_id(1), rebased, at(NOW)));
    // Whoever answers nothing that makes sense is not asked for ever because others write the record meanwhile.
    assert_eq!(database.read(|reader| find(reader, entry_id(1))).unwrap().unwrap().attempts, 7);
    assert_eq!(shown(&database, 1), "theirs mine Waiting");
    assert_eq!(due_at(&database, NOW), [1]);
    check_list(&database, expect!["1 Update description:->mine base v9"]);
}

#[test]
fn a_discarded_edit_shows_no_more_and_its_values_are_kept() {
    let (_folder, database) = outbox(&[named(1, "Ada")], &["1 update name:Ada>Bo", "1 update description:->x"]);
    write(&database, |tx| discard(tx, &samples::account(), entry_id(1), at(NOW)));
    assert_eq!(shown(&database, 1), "Ada x Waiting");
    let lost = database.read(|reader| history::of_record(reader, &samples::account().name, id(1))).unwrap();
    let lost: Vec<_> = lost.into_iter().map(|lost| (lost.column, lost.value)).collect();
    assert_eq!(lost, [(column("name"), text("Bo"))]);
}

#[test]
fn a_discarded_create_takes_its_later_edits_and_holds_what_refers_to_it() {
    let lines = ["1 create name:->A", "1 update name:A>B", "2 create primarycontactid:->1"];
    let (_folder, database) = outbox(&[], &lines);
    write(&database, |tx| discard(tx, &samples::account(), entry_id(1), at(NOW)));
    assert_eq!(shown(&database, 1), "nothing");
    assert_eq!(due_at(&database, NOW), []);
    let left = database.read(list).unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].state, State::Held(Hold::NeedsDiscarded));
}

#[test]
fn settling_what_is_gone_says_so_and_changes_nothing() {
    let (_folder, database) = outbox(&[named(1, "Ada")], &["1 update name:Ada>Bo"]);
    let table = samples::account();
    let gone = entry_id(9);
    type Deed<'a> = &'a dyn Fn(&Tx<'_>) -> Result<()>;
    let deeds: [Deed<'_>; 5] = [
        &|tx| mark_in_flight(tx, gone),
        &|tx| settle_later(tx, gone, at(0), 1),
        &|tx| settle_held(tx, gone, &Hold::OutcomeUnknown),
        &|tx| settle_accepted(tx, &table, gone, Accepted::Deleted),
        &|tx| discard(tx, &table, gone, at(NOW)),
    ];
    for deed in deeds {
        assert_eq!(database.write(Durability::Full, deed), Err(StoreError::NoSuchEntry));
    }
    assert_eq!(shown(&database, 1), "Bo - Waiting");
}

#[test]
fn an_answer_about_another_record_is_not_stored() {
    let (_folder, database) = outbox(&[named(1, "Ada")], &["1 update name:Ada>Bo"]);
    let other = named(2, "Bo");
    let deed = |tx: &Tx<'_>| settle_accepted(tx, &samples::account(), entry_id(1), Accepted::Record(&other));
    assert!(matches!(database.write(Durability::Full, deed), Err(StoreError::Unfit(_))));
    assert_eq!(database.read(counts).unwrap().waiting, 1);
}

#[test]
fn standing_follows_the_outbox() {
    let (_folder, database) = outbox(&[named(1, "Ada")], &["1 update name:Ada>Bo"]);
    let standing =
        || database.read(|reader| records::one(reader, &samples::account(), id(1))).unwrap().unwrap().standing;
    assert_eq!(standing(), Standing::Waiting);
    write(&database, |tx| settle_held(tx, entry_id(1), &Hold::OutcomeUnknown));
    assert_eq!(standing(), Standing::Held);
    write(&database, |tx| discard(tx, &samples::account(), entry_id(1), at(NOW)));
    assert_eq!(standing(), Standing::InCrm);
}

#[test]
fn due_entries_are_found_by_index() {
    let (_folder, database) = samples::profile();
    let sql =
        concat!("EXPLAIN QUERY PLAN ", select!("WHERE ready_from <= ?1 AND "), next!(), " ORDER BY position LIMIT ?2");
    let plan: Vec<String> = database
        .read(|reader| {
            let mut asked = reader.sql().prepare(sql)?;
            Ok(asked.query_map([1, 1], |row| row.get(3))?.collect::<rusqlite::Result<_>>()?)
        })
        .unwrap();
    let older = plan.iter().find(|step| step.contains("older")).unwrap();
    assert!(older.contains("SEARCH older USING COVERING INDEX outbox_by_record"), "{plan:#?}");
    let needs = plan.iter().find(|step| step.contains("outbox_need")).unwrap();
    assert!(needs.contains("SEARCH"), "{plan:#?}");
}

/// A profile with this entry, which was sent and refused.
fn refused(server: &[Record], line: &str) -> (tempfile::TempDir, Database) {
    let (folder, database) = outbox(server, &[line]);
    let refused = Hold::Refused { code: "0x80040265".into(), reason: "No.".into() };
    write(&database, |tx| settle_held(tx, entry_id(1), &refused));
    (folder, database)
}

#[test]
fn a_refused_edit_is_put_right_by_the_next_one() {
    let (_folder, database) = refused(&[named(1, "Ada")], "1 update name:Ada>Bo");
    assert_eq!(put(&database, 2, "1 update name:Bo>Cy description:->x"), Some(entry_id(1)));
    check_list(&database, expect![[r#"1 Update name:Ada>Cy description:->x base W/"1""#]]);
    assert_eq!(due_at(&database, NOW), [1]);
    assert_eq!(shown(&database, 1), "Cy x Waiting");

    let (_folder, database) = refused(&[named(1, "Ada")], "1 update name:Ada>Bo");
    // It may have arrived in an earlier try: then there is something to take back.
    assert_eq!(put(&database, 2, "1 update name:Bo>Ada"), Some(entry_id(2)));
    assert_eq!(due_at(&database, NOW), Vec::<u128>::new());

    // It may have arrived in an earlier try.
    let (_folder, database) = refused(&[], "1 create name:->Ada");
    assert_eq!(put(&database, 2, "1 update name:Ada>Bo"), Some(entry_id(2)));
    assert_eq!(due_at(&database, NOW), Vec::<u128>::new());

    // A record that is to go needs no right values; should it stay after all, they wait again.
    let (_folder, database) = refused(&[named(1, "Ada")], "1 update name:Ada>Bo");
    assert_eq!(put(&database, 2, "1 delete"), Some(entry_id(1)));
    check_list(&database, expect![[r#"1 Delete name:Ada>Bo base W/"1""#]]);
    assert_eq!(due_at(&database, NOW), [1]);
}

#[test]
fn what_is_held_for_another_reason_is_no_edits_to_put_right() {
    for hold in [
        Hold::OutcomeUnknown,
        Hold::DeletedOnServer,
        Hold::NeedsDiscarded,
        Hold::Duplicate { candidates: Vec::new(), message: "alike".into() },
        Hold::Unanswerable { detail: "?".into() },
        Hold::Conflict { theirs: named(1, "Eve"), clashes: vec![column("name")] },
    ] {
        let (_folder, database) = outbox(&[named(1, "Ada")], &["1 update name:Ada>Bo"]);
        write(&database, |tx| settle_held(tx, entry_id(1), &hold));
        assert_eq!(put(&database, 2, "1 update name:Bo>Cy"), Some(entry_id(2)), "{hold:?}");
        assert_eq!(due_at(&database, NOW), Vec::<u128>::new(), "{hold:?}");
    }
}
