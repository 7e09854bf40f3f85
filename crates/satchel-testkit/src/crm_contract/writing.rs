//! Promises on creating, changing and deleting.

use satchel_domain::{Column, ServiceError, Value, edit::Duplicates, ports::Push, schema::Kind, value::Lookup};

use super::stage::{Stage, set, text};

pub(super) async fn a_second_create_with_the_same_id_is_stale_and_it_is_held_once(stage: &Stage<'_>) {
    let account = stage.table("account");
    let id = stage.create(account, "twice", &[text("telephone1", "first")]).await;
    let values = stage.values(account, "twice", &[text("telephone1", "second")]);
    let again = stage.crm.push(account, id, Push::Create { values: &values, duplicates: Duplicates::Refuse }).await;
    assert_eq!(again, Err(ServiceError::Stale));
    assert_eq!(stage.world.held_ids(account).await.iter().filter(|&&held| held == id).count(), 1);
    stage.assert_value(account, id, &Column::new("telephone1"), &Value::Text("first".to_owned())).await;
}

pub(super) async fn an_update_with_a_stale_base_leaves_the_other_ones_change(stage: &Stage<'_>) {
    let account = stage.table("account");
    let id = stage.create(account, "one", &[text("telephone1", "old")]).await;
    let base = stage.version(account, id).await;
    stage.world.change_as_another(account, id, &[text("telephone1", "theirs")]).await;
    let values = [text("telephone1", "ours"), text("description", "ours")];
    let answer = stage
        .crm
        .push(account, id, Push::Update { values: &values, base: &base, duplicates: Duplicates::Refuse })
        .await;
    assert_eq!(answer, Err(ServiceError::Stale));
    stage.assert_value(account, id, &Column::new("telephone1"), &Value::Text("theirs".to_owned())).await;
    stage.assert_value(account, id, &Column::new("description"), &Value::Null).await;
}

pub(super) async fn an_update_changes_only_its_columns(stage: &Stage<'_>) {
    let contact = stage.table("contact");
    let id = stage.create(contact, "one", &[text("firstname", "Ada"), text("jobtitle", "Buyer")]).await;
    let before = stage.held(contact, id).await;
    let base = stage.version(contact, id).await;
    stage.update(contact, id, &[text("jobtitle", "Head of purchasing")]).await;
    assert_ne!(stage.version(contact, id).await, base);
    let after = stage.held(contact, id).await;
    for column in contact.columns.iter().filter(|column| column.may_update) {
        let name = &column.name;
        match name.as_str() {
            "jobtitle" => assert_eq!(after[name], Value::Text("Head of purchasing".to_owned())),
            _ => assert_eq!(after.get(name), before.get(name), "{name} changed too"),
        }
    }
}

pub(super) async fn an_update_of_what_is_gone_is_missing_and_brings_nothing_back(stage: &Stage<'_>) {
    let account = stage.table("account");
    let id = stage.create(account, "gone", &[]).await;
    let base = stage.version(account, id).await;
    stage.world.delete_as_another(account, id).await;
    let values = [text("telephone1", "ours")];
    let answer = stage
        .crm
        .push(account, id, Push::Update { values: &values, base: &base, duplicates: Duplicates::Refuse })
        .await;
    assert_eq!(answer, Err(ServiceError::Missing));
    stage.assert_not_held(account, id).await;
}

pub(super) async fn a_delete_with_its_base_deletes(stage: &Stage<'_>) {
    let account = stage.table("account");
    let id = stage.create(account, "one", &[]).await;
    let base = stage.version(account, id).await;
    let answer = stage.crm.push(account, id, Push::Delete { base: &base }).await;
    assert_eq!(answer, Ok(()));
    stage.assert_not_held(account, id).await;
}

pub(super) async fn a_delete_with_a_stale_base_deletes_nothing(stage: &Stage<'_>) {
    let account = stage.table("account");
    let id = stage.create(account, "one", &[]).await;
    let base = stage.version(account, id).await;
    stage.world.change_as_another(account, id, &[text("telephone1", "theirs")]).await;
    let answer = stage.crm.push(account, id, Push::Delete { base: &base }).await;
    assert_eq!(answer, Err(ServiceError::Stale));
    stage.assert_value(account, id, &Column::new("telephone1"), &Value::Text("theirs".to_owned())).await;
}

pub(super) async fn a_delete_of_what_is_gone_is_missing(stage: &Stage<'_>) {
    let account = stage.table("account");
    let id = stage.create(account, "one", &[]).await;
    let base = stage.version(account, id).await;
    stage.world.delete_as_another(account, id).await;
    let answer = stage.crm.push(account, id, Push::Delete { base: &base }).await;
    assert_eq!(answer, Err(ServiceError::Missing));
}

pub(super) async fn a_text_that_is_too_long_is_refused_with_a_reason(stage: &Stage<'_>) {
    let account = stage.table("account");
    let phone = Column::new("telephone1");
    let Some(Kind::Text { max_length, .. }) = account.column(&phone).map(|column| &column.kind) else {
        panic!("no telephone1")
    };
    let id = stage.create(account, "one", &[text("telephone1", "short")]).await;
    let base = stage.version(account, id).await;
    let fits = "5".repeat(*max_length as usize);
    let values = [text("telephone1", &format!("{fits}5"))];
    let answer = stage
        .crm
        .push(account, id, Push::Update { values: &values, base: &base, duplicates: Duplicates::Refuse })
        .await;
    let Err(ServiceError::Refused { code, reason }) = answer else { panic!("{answer:?}") };
    assert_eq!(code, "0x80044331");
    assert!(reason.contains("telephone1") && reason.contains(&max_length.to_string()), "{reason}");
    stage.assert_value(account, id, &phone, &Value::Text("short".to_owned())).await;
    stage.update(account, id, &[text("telephone1", &fits)]).await;
    stage.assert_value(account, id, &phone, &Value::Text(fits)).await;
}

pub(super) async fn a_missing_required_column_is_refused_with_a_reason(stage: &Stage<'_>) {
    let account = stage.table("account");
    let id = stage.id("nameless");
    let values = [text("telephone1", "+47 555 05 05")];
    let answer = stage.crm.push(account, id, Push::Create { values: &values, duplicates: Duplicates::Refuse }).await;
    let Err(ServiceError::Refused { reason, .. }) = answer else { panic!("{answer:?}") };
    assert!(reason.contains("name"), "{reason}");
    stage.assert_not_held(account, id).await;
}

pub(super) async fn a_lookup_to_nothing_is_refused_and_nothing_is_held(stage: &Stage<'_>) {
    let opportunity = stage.table("opportunity");
    let id = stage.id("orphan");
    let nobody = Lookup { table: stage.table("account").name.clone(), id: stage.id("nobody"), name: None };
    let values = stage.values(opportunity, "orphan", &[set("customerid", Value::Lookup(nobody))]);
    let answer =
        stage.crm.push(opportunity, id, Push::Create { values: &values, duplicates: Duplicates::Refuse }).await;
    assert!(matches!(answer, Err(ServiceError::Refused { .. })), "{answer:?}");
    stage.assert_not_held(opportunity, id).await;
}
