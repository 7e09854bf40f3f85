//! Promises on each kind of column: what goes up comes back, exactly.

use jiff::{SignedDuration, civil};
use rust_decimal::Decimal;
use satchel_domain::{
    Column, Value,
    schema::{ColumnShape, Kind, Table},
    value::Lookup,
};

use super::stage::{Stage, set, text};
use crate::model_crm::BEGINNING;

/// Each value survives a create and an update.
async fn round_trip(stage: &Stage<'_>, table: &Table, column: &ColumnShape, values: &[Value]) {
    for (n, value) in values.iter().enumerate() {
        let pair = [(column.name.clone(), value.clone())];
        let created = stage.create(table, &format!("created {n}"), &pair).await;
        stage.assert_value(table, created, &column.name, value).await;
        let updated = stage.create(table, &format!("updated {n}"), &[]).await;
        stage.update(table, updated, &pair).await;
        stage.assert_value(table, updated, &column.name, value).await;
    }
}

pub(super) async fn null_clears_a_column(stage: &Stage<'_>) {
    let account = stage.table("account");
    let id = stage.create(account, "one", &[text("telephone1", "old"), text("description", "stays")]).await;
    stage.update(account, id, &[set("telephone1", Value::Null)]).await;
    stage.assert_value(account, id, &Column::new("telephone1"), &Value::Null).await;
    stage.assert_value(account, id, &Column::new("description"), &Value::Text("stays".to_owned())).await;
}

pub(super) async fn a_lookup_binds_each_of_its_targets(stage: &Stage<'_>) {
    let (account, contact, opportunity) = (stage.table("account"), stage.table("contact"), stage.table("opportunity"));
    let company = stage.create(account, "company", &[text("name", "Northwind Øresund 北风")]).await;
    let person = stage.create(contact, "person", &[]).await;
    let to_company = Value::Lookup(Lookup { table: account.name.clone(), id: company, name: None });
    let to_person = Value::Lookup(Lookup { table: contact.name.clone(), id: person, name: None });
    let customer = Column::new("customerid");
    let deal = stage.create(opportunity, "deal", &[set("customerid", to_company.clone())]).await;
    stage.assert_value(opportunity, deal, &customer, &to_company).await;
    let named = stage.fetch(opportunity, deal).await;
    let Value::Lookup(lookup) = named.value(&customer) else { panic!("no lookup") };
    assert_eq!(lookup.name.as_deref(), Some("Northwind Øresund 北风"), "the service says what it is called");
    stage.update(opportunity, deal, &[set("customerid", to_person.clone())]).await;
    stage.assert_value(opportunity, deal, &customer, &to_person).await;
    stage.update(opportunity, deal, &[set("customerid", to_company.clone())]).await;
    stage.assert_value(opportunity, deal, &customer, &to_company).await;
}

pub(super) async fn null_clears_a_lookup(stage: &Stage<'_>) {
    let (account, contact) = (stage.table("account"), stage.table("contact"));
    let company = stage.create(account, "company", &[]).await;
    let lookup = Value::Lookup(Lookup { table: account.name.clone(), id: company, name: None });
    let person = stage.create(contact, "person", &[set("parentcustomerid", lookup)]).await;
    stage.update(contact, person, &[set("parentcustomerid", Value::Null)]).await;
    stage.assert_value(contact, person, &Column::new("parentcustomerid"), &Value::Null).await;
}

pub(super) async fn money_is_exact(stage: &Stage<'_>) {
    let opportunity = stage.table("opportunity");
    let value = Column::new("estimatedvalue");
    let Some(column) = opportunity.column(&value) else { panic!("no estimatedvalue") };
    let Kind::Money { digits } = column.kind else { panic!("estimatedvalue is no money") };
    let smallest = Decimal::new(1, digits);
    // The last one has more digits than a float holds.
    let values =
        [Decimal::ZERO, smallest, Decimal::from(184_000) + smallest, Decimal::from(98_765_432_109_u64) + smallest];
    round_trip(stage, opportunity, column, &values.map(Value::Money)).await;
}

pub(super) async fn a_choice_comes_back(stage: &Stage<'_>) {
    let (table, column) = stage.writable(|kind| matches!(kind, Kind::Choice { choices } if choices.len() > 1));
    let Kind::Choice { choices } = &column.kind else { panic!("no choice") };
    let values: Vec<_> = choices.iter().take(3).map(|choice| Value::Choice(choice.value)).collect();
    round_trip(stage, table, column, &values).await;
}

pub(super) async fn yes_and_no_come_back(stage: &Stage<'_>) {
    let (table, column) = stage.writable(|kind| matches!(kind, Kind::YesNo { .. }));
    round_trip(stage, table, column, &[Value::YesNo(true), Value::YesNo(false)]).await;
}

pub(super) async fn a_whole_number_comes_back(stage: &Stage<'_>) {
    let (table, column) = stage.writable(|kind| matches!(kind, Kind::Whole { .. }));
    let Kind::Whole { min, max } = column.kind else { panic!("no whole number") };
    round_trip(stage, table, column, &[Value::Whole(min), Value::Whole(max)]).await;
}

pub(super) async fn a_date_comes_back(stage: &Stage<'_>) {
    let (table, column) = stage.writable(|kind| matches!(kind, Kind::Date));
    let dates = [civil::date(1990, 1, 31), civil::date(2028, 2, 29)];
    round_trip(stage, table, column, &dates.map(Value::Date)).await;
}

pub(super) async fn a_date_and_time_comes_back(stage: &Stage<'_>) {
    let (table, column) = stage.writable(|kind| matches!(kind, Kind::DateTime));
    // Whole seconds: the service keeps no more.
    let times = [BEGINNING, BEGINNING + SignedDuration::from_secs(86_399)];
    round_trip(stage, table, column, &times.map(Value::DateTime)).await;
}

pub(super) async fn every_script_comes_back(stage: &Stage<'_>) {
    let account = stage.table("account");
    let column = account.column(&Column::new("description"));
    let column = column.unwrap_or_else(|| panic!("no description"));
    let texts = [
        "北京市朝阳区建国路88号：报价单（第二版）",
        "Bjørn’s “offer” \\ ünïcode\nsecond line\ttab",
        "e\u{301} is not é; 👩‍👩‍👧 is one family; مرحبا",
    ];
    round_trip(stage, account, column, &texts.map(|text| Value::Text(text.to_owned()))).await;
}
