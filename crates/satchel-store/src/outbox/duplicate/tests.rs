//! A new record becomes a change of the one that CRM has, with everything that waits for it.

use expect_test::expect;
use satchel_domain::{Column, Value, edit::Hold, ids::EntryId};

use super::*;
use crate::{
    Database, decisions, history, outbox,
    outbox::tests::{check_list, due_at, entry_id, outbox as filled, put, shown, write},
    samples::{self, at, id, named},
};

const NOW: i64 = 2000;

/// Entry 1 is held as a duplicate of these records.
fn hold(database: &Database, candidates: &[u128]) {
    let candidates = candidates.iter().map(|number| id(*number)).collect();
    let hold = Hold::Duplicate { candidates, message: "alike".to_owned() };
    write(database, |tx| playback::settle_held(tx, entry_id(1), &hold));
}

fn merged(database: &Database, other: u128) -> IntoOther {
    write(database, |tx| merge_into(tx, &samples::account(), entry_id(1), id(other), at(NOW)))
}

fn state(database: &Database, entry: EntryId) -> State {
    database.read(|reader| outbox::find(reader, entry)).unwrap().unwrap().state
}

fn kept(database: &Database, record: u128) -> Vec<String> {
    let account = samples::account();
    let lost = database.read(|reader| history::of_record(reader, &account.name, id(record))).unwrap();
    lost.iter().map(|lost| format!("{} {}", lost.column, lost.value.as_text().unwrap_or("-"))).collect()
}

#[test]
fn what_the_other_record_has_not_goes_there_and_the_new_one_is_never_made() {
    let (_folder, database) = filled(&[named(9, "Ada")], &["1 create name:->Ada description:->tall"]);
    hold(&database, &[8, 9]);
    assert_eq!(merged(&database, 9), IntoOther::Merged);
    check_list(&database, expect![[r#"1 Update description:->tall base W/"9""#]]);
    assert_eq!(due_at(&database, NOW), [1]);
    assert_eq!((shown(&database, 1).as_str(), shown(&database, 9).as_str()), ("nothing", "Ada tall Waiting"));
    let account = samples::account();
    let why = database.read(|reader| decisions::of_record(reader, &account.name, id(9))).unwrap();
    assert_eq!(why[0].rule, "merged into");
}

#[test]
fn what_both_have_is_a_choice_and_the_side_that_gives_way_is_kept() {
    let (_folder, database) = filled(&[named(9, "Bo")], &["1 create name:->Ada description:->tall"]);
    hold(&database, &[9]);
    assert_eq!(merged(&database, 9), IntoOther::Clashes);
    let State::Held(Hold::Conflict { clashes, theirs }) = state(&database, entry_id(1)) else { panic!("no conflict") };
    assert_eq!((clashes.as_slice(), theirs.id), ([Column::new("name")].as_slice(), id(9)));
    write(&database, |tx| {
        let entry = outbox::find(tx, entry_id(1))?.unwrap();
        let theirs_stays = |_: &Column| Some(satchel_domain::resolve::Side::Theirs);
        outbox::resolve(tx, &samples::account(), &entry, &theirs, &theirs_stays, outbox::Decider::User, at(NOW))
    });
    check_list(&database, expect![[r#"1 Update description:->tall base W/"9""#]]);
    assert_eq!(kept(&database, 9), ["name Ada"]);
}

#[test]
fn nothing_is_left_to_send_where_the_other_has_everything() {
    let (_folder, database) = filled(&[named(9, "Ada")], &["1 create name:->Ada description:->-"]);
    hold(&database, &[9]);
    assert_eq!(merged(&database, 9), IntoOther::Merged);
    check_list(&database, expect![""]);
    assert_eq!(shown(&database, 9), "Ada - InCrm");
}

#[test]
fn later_edits_and_what_refers_to_the_new_record_go_along() {
    let lines = ["1 create name:->Ada", "1 update description:->tall", "5 create name:->Cy primarycontactid:->1"];
    let (_folder, database) = filled(&[named(9, "Ada")], &lines);
    hold(&database, &[9]);
    assert_eq!(due_at(&database, NOW), []);
    assert_eq!(merged(&database, 9), IntoOther::Merged);
    check_list(
        &database,
        expect![[r#"
            1 Update description:->tall base W/"9"
            3 Create name:->Cy primarycontactid:->- base -"#]],
    );
    assert_eq!(due_at(&database, NOW), [1, 3], "nothing waits for a record that is never made");
    let waiting = database.read(|reader| outbox::find(reader, entry_id(3))).unwrap().unwrap();
    let Value::Lookup(lookup) = &waiting.edit.changes[1].after else { panic!("no lookup") };
    assert_eq!((lookup.id, lookup.name.as_deref()), (id(9), Some("Ada")));
}

#[test]
fn nothing_is_done_where_it_cannot_be() {
    let check = |server: &[u128], lines: &[&str], candidates: &[u128], expected: IntoOther| {
        let server: Vec<_> = server.iter().map(|number| named(*number, "Bo")).collect();
        let (_folder, database) = filled(&server, lines);
        hold(&database, candidates);
        let before = database.read(outbox::list).unwrap();
        assert_eq!(merged(&database, 9), expected);
        assert_eq!(database.read(outbox::list).unwrap(), before);
    };
    check(&[9], &["1 create name:->Ada"], &[8], IntoOther::NotAlike);
    check(&[9, 1], &["1 update name:Bo>Ada"], &[9], IntoOther::NotAlike);
    check(&[], &["1 create name:->Ada"], &[9], IntoOther::NotHere);
    check(&[9], &["1 create name:->Ada", "9 delete"], &[9], IntoOther::Going);
    check(&[9], &["1 create name:->Ada", "1 delete"], &[9], IntoOther::Going);
}

#[test]
fn only_a_new_record_that_is_held_for_this_may_be_merged() {
    let (_folder, database) = filled(&[], &["1 create name:->Ada"]);
    let may = || may_merge(&database.read(|reader| outbox::find(reader, entry_id(1))).unwrap().unwrap());
    assert!(!may());
    hold(&database, &[9]);
    assert!(may());
}

#[test]
fn what_waits_for_the_other_record_already_stays_beside_it() {
    let (_folder, database) = filled(&[named(9, "Ada")], &["1 create name:->Ada description:->tall"]);
    hold(&database, &[9]);
    put(&database, 2, "9 update description:->short");
    assert_eq!(merged(&database, 9), IntoOther::Merged);
    check_list(
        &database,
        expect![[r#"
            1 Update description:->tall base W/"9"
            2 Update description:->short base W/"9""#]],
    );
    assert_eq!(due_at(&database, NOW), [1]);
}
