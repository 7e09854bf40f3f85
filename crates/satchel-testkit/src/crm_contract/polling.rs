//! Promises to a user who may not read a whole table: it is polled, and the id sweep finds what the polls cannot tell.

use std::collections::{BTreeMap, BTreeSet};

use satchel_domain::{
    RecordId, ServiceError, Version,
    edit::Duplicates,
    ports::{From, Next, Page, Push, Way},
    schema::Table,
};

use super::stage::{Stage, records_of, text};

pub(super) async fn her_own_rows_come_once_each_and_every_page_says_why(stage: &Stage<'_>) {
    let account = stage.table("account");
    for n in 0..5 {
        stage.create(account, &format!("{n}"), &[]).await;
    }
    let theirs = stage.create(account, "theirs", &[]).await;
    stage.world.give_away(account, theirs).await;
    let held = stage.world.held_ids(account).await;
    let page_size = u32::try_from(held.len() / 3).unwrap_or(u32::MAX).clamp(1, 500);
    let (pages, _) = stage.read_on(account, None, page_size).await;
    assert!(pages.len() > 2, "only {} pages", pages.len());
    assert_polled(&pages);
    let read: BTreeMap<_, _> = records_of(&pages).iter().map(|record| (record.id, record.version.clone())).collect();
    assert_eq!(records_of(&pages).len(), read.len(), "a row came twice");
    assert_eq!(read, swept(stage, account, page_size).await);
    assert!(held.contains(&theirs) && !read.contains_key(&theirs));
}

pub(super) async fn a_poll_resumes_from_a_stored_cursor(stage: &Stage<'_>) {
    let account = stage.table("account");
    for n in 0..5 {
        stage.create(account, &format!("{n}"), &[]).await;
    }
    let page = stage.page(account, From::Start, 2).await;
    let Next::More(cursor) = &page.next else { panic!("two rows were all") };
    let (rest, _) = stage.read_on(account, Some(cursor), 500).await;
    let mut all = ids(&rest);
    all.extend(page.records.iter().map(|record| record.id));
    assert_eq!(all, swept(stage, account, 500).await.into_keys().collect());
}

pub(super) async fn a_poll_brings_what_was_made_changed_or_given_to_her_and_tells_nothing_of_what_is_gone(
    stage: &Stage<'_>,
) {
    let account = stage.table("account");
    let [changed, deleted, taken, given] = ["changed", "deleted", "taken", "given"].map(|words| stage.id(words));
    for words in ["changed", "deleted", "taken", "given"] {
        stage.create(account, words, &[]).await;
    }
    stage.world.give_away(account, given).await;
    let (_, cursor) = stage.read_on(account, None, 500).await;
    let (pages, same) = stage.read_on(account, Some(&cursor), 500).await;
    assert!(records_of(&pages).is_empty());
    assert_eq!(same, cursor);

    stage.world.change_as_another(account, changed, &[text("telephone1", "+47 555 01 01")]).await;
    stage.world.delete_as_another(account, deleted).await;
    stage.world.give_away(account, taken).await;
    stage.world.give_back(account, given).await;
    let made = stage.create(account, "made", &[]).await;

    let (pages, _) = stage.read_on(account, Some(&cursor), 2).await;
    assert_polled(&pages);
    assert_eq!(records_of(&pages).len(), 3, "each once");
    assert_eq!(ids(&pages), BTreeSet::from([changed, given, made]));
    let (pages, _) = stage.read_on(account, Some(&cursor), 2).await;
    assert_eq!(ids(&pages), BTreeSet::from([changed, given, made]), "the old cursor is still good");
    let listed = swept(stage, account, 500).await;
    assert!([deleted, taken].iter().all(|gone| !listed.contains_key(gone)));
    assert!([changed, given, made].iter().all(|here| listed.contains_key(here)));
}

pub(super) async fn what_changes_during_a_first_read_comes_with_the_polls(stage: &Stage<'_>) {
    let account = stage.table("account");
    for n in 0..4 {
        stage.create(account, &format!("{n}"), &[]).await;
    }
    let first = stage.page(account, From::Start, 2).await;
    let (Next::More(cursor), Some(early)) = (&first.next, first.records.first()) else { panic!("no second page") };
    stage.world.change_as_another(account, early.id, &[text("telephone1", "+47 555 02 02")]).await;
    let late = stage.create(account, "created meanwhile", &[]).await;
    let (pages, _) = stage.read_on(account, Some(cursor), 500).await;
    assert!(ids(&pages).contains(&early.id), "the change of a row that was read already");
    assert!(ids(&pages).contains(&late), "the row that was created meanwhile");
}

pub(super) async fn what_is_out_of_reach_can_neither_be_read_nor_written(stage: &Stage<'_>) {
    let account = stage.table("account");
    let theirs = stage.create(account, "theirs", &[]).await;
    let base = stage.version(account, theirs).await;
    stage.world.give_away(account, theirs).await;
    let before = stage.held(account, theirs).await;
    let is_closed = |error: &ServiceError| matches!(error, ServiceError::Refused { .. } | ServiceError::Missing);
    let fetched = stage.crm.fetch(account, theirs).await;
    assert!(fetched.as_ref().is_err_and(is_closed), "{fetched:?}");
    let values = [text("telephone1", "+47 555 03 03")];
    let update = Push::Update { values: &values, base: &base, duplicates: Duplicates::Refuse };
    for push in [update, Push::Delete { base: &base }] {
        let pushed = stage.crm.push(account, theirs, push).await;
        assert!(
            pushed.as_ref().is_err_and(|error| is_closed(error) || *error == ServiceError::Stale),
            "{}: {pushed:?}",
            stage.case
        );
    }
    assert_eq!(stage.held(account, theirs).await, before);
    stage.world.give_back(account, theirs).await;
    assert_eq!(stage.fetch(account, theirs).await.id, theirs);
}

pub(super) async fn a_right_that_comes_and_goes_shuts_and_opens_one_record(stage: &Stage<'_>) {
    let account = stage.table("account");
    let [moved, other] = [stage.create(account, "moved", &[]).await, stage.create(account, "other", &[]).await];
    for _ in 0..2 {
        stage.world.give_away(account, moved).await;
        let shut = stage.crm.fetch(account, moved).await;
        assert!(matches!(shut, Err(ServiceError::Refused { .. } | ServiceError::Missing)), "{shut:?}");
        assert_eq!(stage.fetch(account, other).await.id, other);
        stage.world.give_back(account, moved).await;
        assert_eq!(stage.fetch(account, moved).await.id, moved);
    }
}

#[track_caller]
fn assert_polled(pages: &[Page]) {
    for page in pages {
        assert!(matches!(&page.way, Way::Rows { why } if !why.is_empty()), "{:?}", page.way);
        assert!(page.gone.is_empty());
    }
}

fn ids(pages: &[Page]) -> BTreeSet<RecordId> {
    records_of(pages).iter().map(|record| record.id).collect()
}

async fn swept(stage: &Stage<'_>, table: &Table, page_size: u32) -> BTreeMap<RecordId, Option<Version>> {
    let rows = stage.sweep(table, page_size).await;
    let listed: BTreeMap<_, _> = rows.iter().cloned().map(|(id, version)| (id, Some(version))).collect();
    assert_eq!(listed.len(), rows.len(), "a row was listed twice");
    listed
}
