//! Promises on describing, pulling and fetching.

use std::collections::BTreeSet;

use satchel_domain::{
    RecordId, ServiceError, TableName,
    ports::{From, Next},
    schema::Kind,
};

use super::stage::{Stage, gone_of, records_of, text};

pub(super) async fn a_table_that_is_not_there_is_left_out_of_the_description(stage: &Stage<'_>) {
    let asked = ["account", "satchel_nonesuch"].map(TableName::new);
    let organisation = stage.crm.describe(&asked).await;
    let organisation = organisation.unwrap_or_else(|error| panic!("{}: {error:?}", stage.case));
    let names: Vec<_> = organisation.tables.iter().map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["account"]);
}

pub(super) async fn the_description_names_the_user_and_the_columns(stage: &Stage<'_>) {
    assert!(!stage.organisation.user_name.is_empty());
    let opportunity = stage.table("opportunity");
    assert_eq!(opportunity.set_name, "opportunities");
    assert_eq!(opportunity.primary_id.as_str(), "opportunityid");
    assert_eq!(opportunity.primary_name.as_ref().map(|name| name.as_str()), Some("name"));
    let kind_of = |name: &str| {
        let found = opportunity.columns.iter().find(|column| column.name.as_str() == name);
        &found.unwrap_or_else(|| panic!("no column {name}")).kind
    };
    assert!(matches!(kind_of("name"), Kind::Text { max_length: 1.., .. }));
    assert!(matches!(kind_of("estimatedvalue"), Kind::Money { .. }));
    assert!(matches!(kind_of("estimatedclosedate"), Kind::Date));
    assert!(
        matches!(kind_of("opportunityratingcode"), Kind::Choice { choices } if choices.iter().all(|choice| !choice.label.is_empty()))
    );
    let Kind::Lookup { targets } = kind_of("customerid") else { panic!("customerid is no lookup") };
    let targets: BTreeSet<_> =
        targets.iter().map(|target| (target.table.as_str(), target.navigation.as_str())).collect();
    assert!(targets.is_superset(&[("account", "customerid_account"), ("contact", "customerid_contact")].into()));
}

pub(super) async fn a_first_read_in_pages_sees_every_row_exactly_once(stage: &Stage<'_>) {
    let account = stage.table("account");
    for n in 0..7 {
        stage.create(account, &format!("{n}"), &[]).await;
    }
    let mut held = stage.world.held_ids(account).await;
    let page_size = u32::try_from(held.len() / 3).unwrap_or(u32::MAX).clamp(1, 500);
    let (pages, _) = stage.read_on(account, None, page_size).await;
    let mut seen: Vec<_> = records_of(&pages).iter().map(|record| record.id).collect();
    assert!(pages.len() > 2, "only {} pages", pages.len());
    held.sort_unstable();
    seen.sort_unstable();
    assert_eq!(seen, held);
    assert!(records_of(&pages).iter().all(|record| record.version.is_some()));
}

pub(super) async fn a_first_read_resumes_from_a_stored_cursor(stage: &Stage<'_>) {
    let account = stage.table("account");
    for n in 0..5 {
        stage.create(account, &format!("{n}"), &[]).await;
    }
    let page = stage.page(account, From::Start, 2).await;
    let Next::More(cursor) = &page.next else { panic!("two rows were all") };
    let (once, _) = stage.read_on(account, Some(cursor), 500).await;
    let (again, _) = stage.read_on(account, Some(cursor), 500).await;
    let ids = |pages| records_of(pages).iter().map(|record| record.id).collect::<BTreeSet<_>>();
    assert_eq!(ids(&once), ids(&again), "the same cursor gives the same rest");
    let mut all = ids(&once);
    for record in &page.records {
        assert!(all.insert(record.id), "a row of the first page came again");
    }
    assert_eq!(all, stage.world.held_ids(account).await.into_iter().collect());
}

pub(super) async fn a_delta_sees_what_was_created_changed_and_deleted(stage: &Stage<'_>) {
    let account = stage.table("account");
    let changed = stage.create(account, "to be changed", &[]).await;
    let deleted = stage.create(account, "to be deleted", &[]).await;
    let (_, cursor) = stage.read_on(account, None, 500).await;

    let ours = stage.create(account, "ours", &[]).await;
    let theirs = stage.id("theirs");
    stage.world.create_as_another(account, theirs, &stage.values(account, "theirs", &[])).await;
    stage.world.change_as_another(account, changed, &[text("telephone1", "+47 555 01 01")]).await;
    stage.world.delete_as_another(account, deleted).await;

    let (pages, next) = stage.read_on(account, Some(&cursor), 500).await;
    let written: BTreeSet<_> = records_of(&pages).iter().map(|record| record.id).collect();
    assert_eq!(written, BTreeSet::from([ours, theirs, changed]));
    assert_eq!(gone_of(&pages), [deleted]);
    let record = records_of(&pages).into_iter().find(|record| record.id == changed);
    let phone = record.map(|record| record.value(&satchel_domain::Column::new("telephone1")).clone());
    assert_eq!(phone, Some(satchel_domain::Value::Text("+47 555 01 01".to_owned())));

    let (pages, _) = stage.read_on(account, Some(&next), 500).await;
    assert!(records_of(&pages).is_empty() && gone_of(&pages).is_empty(), "the next delta is empty");
    let (pages, _) = stage.read_on(account, Some(&cursor), 500).await;
    assert_eq!(gone_of(&pages), [deleted], "the old cursor is still good");
}

pub(super) async fn a_delta_without_changes_is_empty(stage: &Stage<'_>) {
    let contact = stage.table("contact");
    let (_, cursor) = stage.read_on(contact, None, 500).await;
    let (pages, _) = stage.read_on(contact, Some(&cursor), 500).await;
    assert!(records_of(&pages).is_empty() && gone_of(&pages).is_empty());
}

pub(super) async fn a_delta_comes_in_pages_too(stage: &Stage<'_>) {
    let contact = stage.table("contact");
    let (_, cursor) = stage.read_on(contact, None, 500).await;
    let mut created = BTreeSet::new();
    for n in 0..5 {
        created.insert(stage.create(contact, &format!("{n}"), &[]).await);
    }
    let (pages, _) = stage.read_on(contact, Some(&cursor), 2).await;
    let seen: Vec<_> = records_of(&pages).iter().map(|record| record.id).collect();
    assert_eq!(seen.len(), 5, "each once");
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), created);
}

pub(super) async fn what_changes_during_a_first_read_is_not_lost(stage: &Stage<'_>) {
    let account = stage.table("account");
    for n in 0..4 {
        stage.create(account, &format!("{n}"), &[]).await;
    }
    let first = stage.page(account, From::Start, 2).await;
    let (Next::More(cursor), Some(early)) = (&first.next, first.records.first()) else { panic!("no second page") };
    stage.world.change_as_another(account, early.id, &[text("telephone1", "+47 555 02 02")]).await;
    let late = stage.id("created meanwhile");
    stage.world.create_as_another(account, late, &stage.values(account, "late", &[])).await;

    let (mut pages, caught_up) = stage.read_on(account, Some(cursor), 500).await;
    pages.extend(stage.read_on(account, Some(&caught_up), 500).await.0);
    let seen: BTreeSet<RecordId> = records_of(&pages).iter().map(|record| record.id).collect();
    assert!(seen.contains(&early.id), "the change of a row that was read already");
    assert!(seen.contains(&late), "the row that was created meanwhile");
}

pub(super) async fn the_id_sweep_names_every_row_once_with_its_version(stage: &Stage<'_>) {
    let account = stage.table("account");
    for n in 0..5 {
        stage.create(account, &format!("{n}"), &[]).await;
    }
    let mut held = stage.world.held_ids(account).await;
    let page_size = u32::try_from(held.len() / 3).unwrap_or(u32::MAX).clamp(1, 500);
    let rows = stage.sweep(account, page_size).await;
    let mut seen: Vec<_> = rows.iter().map(|&(id, _)| id).collect();
    held.sort_unstable();
    seen.sort_unstable();
    assert_eq!(seen, held);
    for (id, version) in rows.iter().take(3) {
        assert_eq!(version, &stage.version(account, *id).await, "a version that a fetch does not tell");
    }
}

pub(super) async fn the_id_sweep_misses_what_was_deleted_and_shows_the_new_version(stage: &Stage<'_>) {
    let account = stage.table("account");
    let changed = stage.create(account, "changed", &[]).await;
    let deleted = stage.create(account, "deleted", &[]).await;
    let before = stage.version(account, changed).await;
    stage.world.change_as_another(account, changed, &[text("telephone1", "+47 555 07 07")]).await;
    stage.world.delete_as_another(account, deleted).await;
    let rows = stage.sweep(account, 500).await;
    assert!(!rows.iter().any(|&(id, _)| id == deleted), "what is gone");
    let after = rows.iter().find(|&&(id, _)| id == changed).map(|(_, version)| version);
    assert_eq!(after, Some(&stage.version(account, changed).await));
    assert_ne!(after, Some(&before));
}

pub(super) async fn a_fetch_reads_one_record_and_its_version(stage: &Stage<'_>) {
    let account = stage.table("account");
    let id = stage.create(account, "one", &[text("telephone1", "+47 555 03 03")]).await;
    let before = stage.fetch(account, id).await;
    assert_eq!((&before.table, before.id), (&account.name, id));
    assert_eq!(before.value(&satchel_domain::Column::new("telephone1")).as_text(), Some("+47 555 03 03"));
    stage.world.change_as_another(account, id, &[text("telephone1", "+47 555 04 04")]).await;
    let after = stage.fetch(account, id).await;
    assert_ne!(before.version, after.version);
}

pub(super) async fn a_fetch_of_nothing_is_missing(stage: &Stage<'_>) {
    let answer = stage.crm.fetch(stage.table("account"), stage.id("nobody")).await;
    assert_eq!(answer, Err(ServiceError::Missing));
}
