//! Promises on records alike: the service has a rule for the names of accounts and one for the addresses of contacts.

use satchel_domain::{Column, RecordId, ServiceError, Value, edit::Duplicates, error::Answer, ports::Push};

use super::stage::{Stage, set, text};

/// The error of a push that is like these records.
fn assert_like(answer: Answer<()>, expected: &[RecordId]) {
    let Err(ServiceError::Duplicate { mut candidates, message }) = answer else { panic!("{answer:?}") };
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    candidates.sort_unstable();
    assert_eq!(candidates, expected);
    assert!(!message.is_empty());
}

pub(super) async fn a_create_that_would_make_a_duplicate_is_refused_and_names_the_record(stage: &Stage<'_>) {
    for (table, column, theirs, ours) in [
        ("account", "name", "Ålesund Winch AS", "ÅLESUND winch as "),
        ("contact", "emailaddress1", "o'dea@winch.example", "O'Dea@winch.example"),
    ] {
        let table = stage.table(table);
        let known = stage.create(table, "known", &[text(column, theirs)]).await;
        stage.create(table, "another", &[]).await;
        let id = stage.id("alike");
        let values = stage.values(table, "alike", &[text(column, ours)]);
        let answer = stage.crm.push(table, id, Push::Create { values: &values, duplicates: Duplicates::Refuse }).await;
        assert_like(answer, &[known]);
        stage.assert_not_held(table, id).await;
    }
}

pub(super) async fn an_update_that_would_make_a_duplicate_is_refused_and_changes_nothing(stage: &Stage<'_>) {
    let contact = stage.table("contact");
    let address = "post@like.example";
    let first = stage.create(contact, "first", &[text("emailaddress1", address)]).await;
    let values = stage.values(contact, "second", &[text("emailaddress1", address)]);
    let second = stage.id("second");
    stage.world.create_as_another(contact, second, &values).await;
    let id = stage.create(contact, "third", &[text("jobtitle", "Buyer")]).await;
    let base = stage.version(contact, id).await;
    let values = [text("emailaddress1", address), text("jobtitle", "Chief")];
    let push = Push::Update { values: &values, base: &base, duplicates: Duplicates::Refuse };
    assert_like(stage.crm.push(contact, id, push).await, &[first, second]);
    assert_eq!(stage.version(contact, id).await, base);
    stage.assert_value(contact, id, &Column::new("jobtitle"), &Value::Text("Buyer".to_owned())).await;
}

pub(super) async fn what_the_user_waves_through_is_made(stage: &Stage<'_>) {
    let account = stage.table("account");
    let name = [text("name", "Waved through")];
    stage.create(account, "first", &name).await;
    let (made, changed) = (stage.id("made"), stage.create(account, "changed", &[]).await);
    let create = Push::Create { values: &name, duplicates: Duplicates::Allow };
    assert_eq!(stage.crm.push(account, made, create).await, Ok(()));
    let base = stage.version(account, changed).await;
    let update = Push::Update { values: &name, base: &base, duplicates: Duplicates::Allow };
    assert_eq!(stage.crm.push(account, changed, update).await, Ok(()));
    for id in [made, changed] {
        stage.assert_value(account, id, &name[0].0, &name[0].1).await;
    }
}

pub(super) async fn an_edit_is_refused_only_for_what_it_writes(stage: &Stage<'_>) {
    let account = stage.table("account");
    let name = [text("name", "Twins")];
    for words in ["one", "two"] {
        stage.world.create_as_another(account, stage.id(words), &name).await;
    }
    // They are alike already, and none of it is this edit's doing.
    stage.update(account, stage.id("one"), &[text("telephone1", "5")]).await;
    // A record is not like itself, and two without an address are not alike.
    let alone = stage.create(account, "alone", &[text("name", "Single")]).await;
    stage.update(account, alone, &[text("name", "SINGLE")]).await;
    let contact = stage.table("contact");
    for words in ["nobody", "nobody either"] {
        stage.create(contact, words, &[set("emailaddress1", Value::Null)]).await;
    }
}

pub(super) async fn a_stale_edit_is_stale_whatever_it_is_like(stage: &Stage<'_>) {
    let account = stage.table("account");
    let name = [text("name", "Stale and alike")];
    stage.create(account, "known", &name).await;
    let id = stage.create(account, "stale", &[]).await;
    let base = stage.version(account, id).await;
    stage.world.change_as_another(account, id, &[text("telephone1", "theirs")]).await;
    let push = Push::Update { values: &name, base: &base, duplicates: Duplicates::Refuse };
    assert_eq!(stage.crm.push(account, id, push).await, Err(ServiceError::Stale));
    let push = Push::Create { values: &name, duplicates: Duplicates::Refuse };
    assert_eq!(stage.crm.push(account, id, push).await, Err(ServiceError::Stale));
}
