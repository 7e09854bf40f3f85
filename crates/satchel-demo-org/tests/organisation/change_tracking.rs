//! Change tracking: everything once, then what changed, then what is gone.

use satchel_demo_org::Options;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::house::{House, options, own, shared, start};

/// All rows and the delta link of a round, however many pages it has.
async fn round(house: &House, first: &str, size: usize) -> (Vec<Value>, String) {
    let preference = format!("odata.track-changes,odata.maxpagesize={size}");
    let mut rows = Vec::new();
    let mut url = first.to_owned();
    loop {
        let page = house.prefer(&url, &preference).await.ok();
        let found = page["value"].as_array().unwrap();
        assert!(found.len() <= size, "{}", found.len());
        rows.extend(found.iter().cloned());
        match (page["@odata.nextLink"].as_str(), page["@odata.deltaLink"].as_str()) {
            (Some(next), None) => url = next.to_owned(),
            (None, Some(delta)) => return (rows, delta.to_owned()),
            both => panic!("the delta link stands on the last page only: {both:?}"),
        }
    }
}

fn ids(rows: &[Value]) -> Vec<String> {
    let id = |row: &Value| row["accountid"].as_str().or(row["id"].as_str()).unwrap().to_owned();
    rows.iter().map(id).collect()
}

#[tokio::test]
async fn the_first_round_lists_everything_and_the_next_what_changed_and_was_deleted() {
    let folder = TempDir::new().unwrap();
    let (house, _running) = own(&folder).await;
    let (all, delta) = round(&house, "accounts?$select=name", 100).await;
    assert_eq!(all.len(), 250);
    assert!(delta.contains("$deltatoken="), "{delta}");
    let (nothing, delta) = round(&house, &delta, 100).await;
    assert!(nothing.is_empty());

    let changed = &ids(&all)[3];
    house.patch(&format!("accounts({changed})"), &[], json!({ "name": "Changed" })).await.ok();
    let deleted = &ids(&all)[7];
    house.delete(&format!("accounts({deleted})")).await.ok();
    let made = house.make("accounts", json!({ "name": "New" })).await;
    let short = house.make("accounts", json!({ "name": "Short life" })).await;
    house.delete(&format!("accounts({short})")).await.ok();

    let (rows, next) = round(&house, &delta, 100).await;
    assert_eq!(ids(&rows), [changed.clone(), made, deleted.clone(), short]);
    assert_eq!(rows[0]["name"], "Changed");
    assert_eq!(rows[0].get("@odata.context"), None);
    for gone in &rows[2..] {
        assert_eq!(gone["reason"], "deleted");
        assert!(gone["@odata.context"].as_str().unwrap().ends_with("#accounts/$deletedEntity"));
        assert_eq!(gone.get("@odata.etag"), None);
    }
    // The same link gives the same again; the pages are only cut differently.
    assert_eq!(ids(&round(&house, &delta, 1).await.0), ids(&rows));
    let count = house.get(&delta.replace("/accounts?", "/accounts/$count?")).await;
    assert_eq!(count.text.trim_start_matches('\u{feff}'), "4");
    assert!(round(&house, &next, 100).await.0.is_empty());
}

#[tokio::test]
async fn what_happens_between_two_pages_is_told_in_the_next_round() {
    let folder = TempDir::new().unwrap();
    let (house, _running) = own(&folder).await;
    let track = "odata.track-changes,odata.maxpagesize=100";
    let first = house.prefer("accounts?$select=name", track).await.ok();
    let seen = ids(first["value"].as_array().unwrap())[0].clone();
    house.patch(&format!("accounts({seen})"), &[], json!({ "name": "Meanwhile" })).await.ok();
    let rest = first["@odata.nextLink"].as_str().unwrap();
    let (rows, delta) = round(&house, rest, 100).await;
    assert_eq!(rows.len(), 150);
    let (rows, _) = round(&house, &delta, 100).await;
    assert_eq!(ids(&rows), [seen]);
}

#[tokio::test]
async fn filters_orders_expansions_and_tops_cannot_be_combined_with_it() {
    for option in ["filter=name eq 'a'", "orderby=name", "expand=ownerid", "top=1"] {
        let answer = shared().prefer(&format!("accounts?${option}"), "odata.track-changes").await;
        assert_eq!(answer.refusal(), (400, "0x80060888".to_owned()), "{option}");
        let name = option.split('=').next().unwrap();
        assert!(answer.text.contains(&format!("${{{name}}}")), "{}", answer.text);
    }
}

#[tokio::test]
async fn parties_are_not_tracked() {
    let answer = shared().prefer("activityparties", "odata.track-changes").await;
    assert_eq!(answer.refusal(), (400, "0x80072491".to_owned()));
}

#[tokio::test]
async fn an_old_token_is_refused_with_the_code_for_starting_over() {
    for token in ["5!01/01/2020 08:00:00", "999999999!01/01/2099 08:00:00"] {
        let answer = shared().get(&format!("accounts?$select=name&$deltatoken={token}")).await;
        assert_eq!(answer.refusal(), (400, "0x80044352".to_owned()), "{token}");
    }
}

#[tokio::test]
async fn tokens_live_as_long_as_the_organisation_was_told_and_a_first_round_needs_none() {
    let folder = TempDir::new().unwrap();
    let (house, _running) = start(Options { delta_seconds: 0, ..options(folder.path()) }).await;
    let (all, delta) = round(&house, "accounts?$select=name", 100).await;
    assert_eq!(all.len(), 250);
    let answer = house.get(&delta).await;
    assert_eq!(answer.refusal(), (400, "0x80044352".to_owned()));
    assert!(answer.text.contains("full sync"), "{}", answer.text);
}

#[tokio::test]
async fn a_delta_link_survives_a_restart() {
    let folder = TempDir::new().unwrap();
    let (house, running) = own(&folder).await;
    let (_, delta) = round(&house, "contacts?$select=fullname", 5000).await;
    let made = house.make("contacts", json!({ "lastname": "Before the stop" })).await;
    let old = house.addresses.organisation.clone();
    running.stop().await.unwrap();
    let (house, _running) = start(options(folder.path())).await;
    let delta = delta.replace(&old, &house.addresses.organisation);
    let (rows, _) = round(&house, &delta, 5000).await;
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0]["contactid"], json!(made));
}
