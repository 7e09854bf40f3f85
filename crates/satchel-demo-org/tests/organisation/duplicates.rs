//! Duplicate detection, and a plug-in that refuses: what the organisation will not take although it is well formed.

use reqwest::Method;
use serde_json::{Value, json};

use crate::house::{Answer, House, shared};

const DETECT: (&str, &str) = ("MSCRM.SuppressDuplicateDetection", "false");
const SUPPRESS: (&str, &str) = ("MSCRM.SuppressDuplicateDetection", "true");

async fn post(house: &House, set: &str, header: (&str, &str), body: Value) -> Answer {
    house.call(Method::POST, set, &[header], Some(&body)).await
}

/// The ids that `RetrieveDuplicates` answers for `entity`.
async fn duplicates(house: &House, entity: &Value, table: &str, key: &str) -> Vec<String> {
    let path = format!(
        "RetrieveDuplicates(BusinessEntity=@p1,MatchingEntityName=@p2,PagingInfo=@p3)?@p1={entity}&@p2='{table}'\
         &@p3={{'PageNumber':1,'Count':50}}"
    );
    let rows = house.get(&path).await.ok();
    rows["value"].as_array().unwrap().iter().map(|row| row[key].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn each_rule_refuses_a_second_row_alike_when_the_caller_asks_for_it() {
    let house = shared();
    let rules = [
        ("accounts", json!({ "name": "Halden Marine" }), json!({ "name": " halden MARINE" })),
        (
            "contacts",
            json!({ "lastname": "Dahl", "emailaddress1": "dahl@halden.example" }),
            json!({ "lastname": "Other", "emailaddress1": "DAHL@halden.example" }),
        ),
        (
            "leads",
            json!({ "subject": "Crane", "lastname": "Dahl", "emailaddress1": "lead@halden.example" }),
            json!({ "subject": "Boat", "lastname": "Lie", "emailaddress1": "lead@halden.example" }),
        ),
    ];
    for (set, first, second) in rules {
        assert_eq!(post(&house, set, DETECT, first).await.status, 204, "{set}: nothing is alike yet");
        let refused = post(&house, set, DETECT, second.clone()).await;
        assert_eq!(refused.refusal(), (412, "0x80040333".to_owned()), "{set}");
        assert!(refused.text.contains("duplicate"), "{}", refused.text);
        assert_eq!(post(&house, set, SUPPRESS, second.clone()).await.status, 204, "{set}: the caller insists");
        assert_eq!(house.post(set, second).await.status, 204, "{set}: by default nobody looks");
    }
}

#[tokio::test]
async fn an_update_is_refused_only_for_what_it_writes_itself() {
    let house = shared();
    house.make("accounts", json!({ "name": "Twin" })).await;
    let other = house.make("accounts", json!({ "name": "No twin" })).await;
    let path = format!("accounts({other})");
    let refused = house.patch(&path, &[DETECT], json!({ "name": "twin" })).await;
    assert_eq!(refused.refusal(), (412, "0x80040333".to_owned()));
    assert_eq!(house.get(&path).await.ok()["name"], "No twin");
    assert_eq!(house.patch(&path, &[SUPPRESS], json!({ "name": "Twin" })).await.status, 204);
    // It is a duplicate now, which is no reason against another column or against itself.
    assert_eq!(house.patch(&path, &[DETECT], json!({ "telephone1": "1" })).await.status, 204);
    let alone = house.make("accounts", json!({ "name": "Alone" })).await;
    let same = house.patch(&format!("accounts({alone})"), &[DETECT], json!({ "name": "Alone" })).await;
    assert_eq!(same.status, 204);
}

#[tokio::test]
async fn a_create_under_its_own_id_is_refused_too_and_leaves_nothing() {
    let house = shared();
    house.make("accounts", json!({ "name": "Upsert twin" })).await;
    let path = "accounts(0a11d0b1-0000-4000-8000-000000000001)";
    let body = json!({ "name": "Upsert twin" });
    let refused = house.patch(path, &[DETECT, ("if-none-match", "*")], body).await;
    assert_eq!(refused.refusal(), (412, "0x80040333".to_owned()));
    assert_eq!(house.get(path).await.status, 404);
}

#[tokio::test]
async fn rows_without_the_compared_column_are_not_alike() {
    let house = shared();
    for _ in 0..2 {
        assert_eq!(post(&house, "contacts", DETECT, json!({ "lastname": "Nomail" })).await.status, 204);
    }
}

#[tokio::test]
async fn the_duplicates_of_a_row_can_be_asked_for_before_it_is_made_and_after() {
    let house = shared();
    let mail = "it's@asked.example";
    let first = house.make("contacts", json!({ "lastname": "A", "emailaddress1": mail })).await;
    let second = house.make("contacts", json!({ "lastname": "B", "emailaddress1": mail })).await;
    let kind = "Microsoft.Dynamics.CRM.contact";
    let unmade = json!({ "@odata.type": kind, "emailaddress1": mail });
    let mut both = [first.clone(), second.clone()];
    both.sort();
    assert_eq!(duplicates(&house, &unmade, "contact", "contactid").await, both);
    let made = json!({ "@odata.type": kind, "contactid": first });
    assert_eq!(duplicates(&house, &made, "contact", "contactid").await, std::slice::from_ref(&second));
    let addressed = json!({ "@odata.id": format!("contacts({second})") });
    assert_eq!(duplicates(&house, &addressed, "contact", "contactid").await, [first]);
    // No rule compares contacts with leads.
    assert!(duplicates(&house, &unmade, "lead", "leadid").await.is_empty());
}

#[tokio::test]
async fn the_definition_says_where_duplicates_are_detected() {
    let house = shared();
    for (table, expected) in [("account", true), ("contact", true), ("lead", true), ("opportunity", false)] {
        let path = format!("EntityDefinitions(LogicalName='{table}')?$select=IsDuplicateDetectionEnabled");
        assert_eq!(house.get(&path).await.ok()["IsDuplicateDetectionEnabled"]["Value"], expected, "{table}");
    }
}

#[tokio::test]
async fn the_plug_in_refuses_an_open_opportunity_that_is_certain_and_says_why() {
    let house = shared();
    let refused = house.post("opportunities", json!({ "name": "Sure thing", "closeprobability": 100 })).await;
    assert_eq!(refused.refusal(), (400, "0x80040265".to_owned()));
    let words = "An open opportunity is never 100 % certain. Close it as won, or enter a lower probability.";
    assert_eq!(refused.json()["error"]["message"], words);
    let deal = house.make("opportunities", json!({ "name": "Likely", "closeprobability": 95 })).await;
    let path = format!("opportunities({deal})");
    let refused = house.patch(&path, &[], json!({ "closeprobability": 100, "description": "Sure" })).await;
    assert_eq!(refused.refusal(), (400, "0x80040265".to_owned()));
    let kept = house.get(&path).await.ok();
    assert_eq!((&kept["closeprobability"], &kept["description"]), (&json!(95), &Value::Null));
    let won = house.patch(&path, &[], json!({ "closeprobability": 100, "statecode": 1 })).await;
    assert_eq!(won.status, 204);
}
