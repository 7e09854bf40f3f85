//! The model CRM keeps the contract, and its faults do what their names say.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::collections::BTreeMap;

use jiff::SignedDuration;
use satchel_domain::{
    Column, RecordId, ServiceError, TableName, Value,
    edit::Duplicates,
    ports::{CrmService, From, Later, Next, Push},
    schema::Table,
};
use satchel_testkit::{
    ModelCrm,
    crm_contract::{self, World},
    organisation::id_of,
};

/// The model's own rows, read without its `CrmService`.
#[derive(Debug)]
struct Rows(ModelCrm);

impl World for Rows {
    fn held<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, Option<BTreeMap<Column, Value>>> {
        Box::pin(async move { self.0.row(&table.name, id).map(|row| row.values) })
    }

    fn held_ids<'a>(&'a self, table: &'a Table) -> Later<'a, Vec<RecordId>> {
        Box::pin(async move { self.0.rows(&table.name).iter().map(|row| row.id).collect() })
    }

    fn children<'a>(
        &'a self,
        table: &'a Table,
        column: &'a Column,
        parent: RecordId,
    ) -> Later<'a, Vec<BTreeMap<Column, Value>>> {
        let is_child = move |value: &Value| matches!(value, Value::Lookup(lookup) if lookup.id == parent);
        let rows = self.0.rows(&table.name).into_iter().filter(move |row| is_child(row.value(column)));
        Box::pin(async move { rows.map(|row| row.values).collect() })
    }

    fn create_as_another<'a>(&'a self, table: &'a Table, id: RecordId, values: &'a [(Column, Value)]) -> Later<'a, ()> {
        Box::pin(async move { self.0.create_as_another(&table.name, id, values) })
    }

    fn change_as_another<'a>(&'a self, table: &'a Table, id: RecordId, values: &'a [(Column, Value)]) -> Later<'a, ()> {
        Box::pin(async move { self.0.another_writer(&table.name, id, values) })
    }

    fn delete_as_another<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, ()> {
        Box::pin(async move { self.0.delete_as_another(&table.name, id) })
    }

    fn give_away<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, ()> {
        Box::pin(async move { self.0.keep_from_salesperson(&table.name, id, true, true) })
    }

    fn give_back<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, ()> {
        Box::pin(async move { self.0.keep_from_salesperson(&table.name, id, false, true) })
    }
}

#[tokio::test]
async fn the_model_keeps_the_contract() {
    let crm = ModelCrm::sample();
    crm.detect_duplicates();
    crm_contract::run(crm_contract::WHOLE, &crm, &Rows(crm.clone())).await;
}

#[tokio::test]
async fn the_model_keeps_the_contract_with_who_reads_only_some_rows() {
    let crm = ModelCrm::sample();
    crm.detect_duplicates();
    crm.part(&crm.table("account").name, true);
    crm_contract::run(crm_contract::PART, &crm.as_salesperson(), &Rows(crm.clone())).await;
}

fn name(text: &str) -> [(Column, Value); 1] {
    [(Column::new("name"), Value::Text(text.to_owned()))]
}

#[tokio::test]
async fn a_lost_answer_was_a_write_all_the_same() {
    let crm = ModelCrm::sample();
    let account = crm.table("account");
    crm.answer_lost_next();
    let answer =
        crm.push(&account, id_of("a"), Push::Create { values: &name("Contoso"), duplicates: Duplicates::Refuse }).await;
    assert_eq!(answer, Err(ServiceError::Unanswered));
    assert_eq!((crm.writes(), crm.rows(&account.name).len()), (1, 1));
    let again =
        crm.push(&account, id_of("a"), Push::Create { values: &name("Contoso"), duplicates: Duplicates::Refuse }).await;
    assert_eq!(again, Err(ServiceError::Stale));
    assert_eq!(crm.writes(), 1);
}

#[tokio::test]
async fn nothing_arrives_while_it_is_down() {
    let crm = ModelCrm::sample();
    let account = crm.table("account");
    crm.go_down();
    let answer =
        crm.push(&account, id_of("a"), Push::Create { values: &name("Contoso"), duplicates: Duplicates::Refuse }).await;
    assert!(matches!(answer, Err(ServiceError::Unreachable { .. })));
    crm.come_back();
    assert!(crm.rows(&account.name).is_empty());
    assert_eq!(
        crm.push(&account, id_of("a"), Push::Create { values: &name("Contoso"), duplicates: Duplicates::Refuse }).await,
        Ok(())
    );
}

#[tokio::test]
async fn each_planted_answer_comes_once() {
    let crm = ModelCrm::sample();
    let account = crm.table("account");
    crm.refuse_next("0x80040265", "Only on Tuesdays.");
    crm.throttle_next(SignedDuration::from_secs(7));
    let push =
        || crm.push(&account, id_of("a"), Push::Create { values: const { &[] }, duplicates: Duplicates::Refuse });
    assert_eq!(push().await, Err(ServiceError::Throttled { wait: SignedDuration::from_secs(7) }));
    let refused = ServiceError::Refused { code: "0x80040265".to_owned(), reason: "Only on Tuesdays.".to_owned() };
    assert_eq!(push().await, Err(refused));
    assert_eq!(
        crm.push(&account, id_of("a"), Push::Create { values: &name("Contoso"), duplicates: Duplicates::Refuse }).await,
        Ok(())
    );
}

#[tokio::test]
async fn an_expired_cursor_says_so() {
    let crm = ModelCrm::sample();
    let account = crm.table("account");
    let page = crm.pull(&account, From::Start, 10).await.unwrap();
    let Next::CaughtUp(cursor) = page.next else { panic!("an empty table has one page") };
    crm.expire_cursors();
    assert_eq!(crm.pull(&account, From::Cursor(&cursor), 10).await, Err(ServiceError::CursorExpired));
    crm.sign_out();
    assert!(matches!(crm.describe(&[TableName::new("account")]).await, Err(ServiceError::SignInNeeded { .. })));
    crm.sign_in();
    assert!(crm.pull(&account, From::Start, 10).await.is_ok());
}

#[tokio::test]
async fn what_pointed_to_a_deleted_record_points_to_nothing() {
    let crm = ModelCrm::sample();
    let (account, contact) = (crm.table("account"), crm.table("contact"));
    crm.create_as_another(&account.name, id_of("a"), &name("Contoso"));
    let lookup = satchel_domain::value::Lookup { table: account.name.clone(), id: id_of("a"), name: None };
    crm.create_as_another(&contact.name, id_of("c"), &[(Column::new("parentcustomerid"), Value::Lookup(lookup))]);
    let before = crm.row(&contact.name, id_of("c")).unwrap();
    crm.delete_as_another(&account.name, id_of("a"));
    let after = crm.row(&contact.name, id_of("c")).unwrap();
    assert!(after.value(&Column::new("parentcustomerid")).is_null());
    assert_ne!(before.version, after.version);
}

#[tokio::test]
async fn a_right_that_comes_and_goes_is_a_refusal_while_it_is_gone_and_nothing_else() {
    let crm = ModelCrm::sample();
    let (clara, account) = (crm.as_salesperson(), crm.table("account"));
    crm.part(&account.name, true);
    crm.create_as_another(&account.name, id_of("a"), &name("Contoso"));
    let there = clara.fetch(&account, id_of("a")).await.unwrap();
    for _ in 0..2 {
        crm.keep_from_salesperson(&account.name, id_of("a"), true, false);
        let refused = clara.fetch(&account, id_of("a")).await;
        assert!(matches!(&refused, Err(ServiceError::Refused { code, .. }) if code == "0x80040220"), "{refused:?}");
        assert!(crm.fetch(&account, id_of("a")).await.is_ok(), "the manager reads on");
        assert_eq!(clara.fetch(&account, id_of("b")).await, Err(ServiceError::Missing));
        crm.keep_from_salesperson(&account.name, id_of("a"), false, false);
        assert_eq!(clara.fetch(&account, id_of("a")).await.as_ref(), Ok(&there), "sharing is no write");
    }
}
