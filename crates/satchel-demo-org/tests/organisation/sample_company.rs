//! The sample company: large enough, believable, the same for the same seed.

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::house::{House, options, own, start};

async fn rows(house: &House, path: &str) -> Vec<Value> {
    house.get(path).await.ok()["value"].as_array().unwrap().clone()
}

fn is_chinese(text: &Value) -> bool {
    text.as_str().unwrap_or_default().chars().any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter))
}

#[tokio::test]
async fn a_third_of_a_company_of_the_promised_size_is_chinese() {
    let folder = TempDir::new().unwrap();
    let (house, _running) = own(&folder).await;
    for (set, name, count) in [
        ("accounts", "name", 250),
        ("contacts", "fullname", 900),
        ("opportunities", "name", 400),
        ("leads", "fullname", 150),
        ("incidents", "title", 200),
    ] {
        let rows = rows(&house, &format!("{set}?$select={name},_ownerid_value")).await;
        assert_eq!(rows.len(), count, "{set}");
        let chinese = rows.iter().filter(|row| is_chinese(&row[name])).count();
        assert!((count / 4..=count * 2 / 5).contains(&chinese), "{set}: {chinese}");
        let mine = rows.iter().filter(|row| row["_ownerid_value"] == "5c72f1a8-06d3-4e9b-b264-8ef03d1597a1").count();
        assert!(mine * 3 > count * 2, "{set}: most rows belong to the salesperson, not {mine}");
    }
    assert!(rows(&house, "transactioncurrencies").await.len() >= 4);
    let base = rows(&house, "transactioncurrencies?$filter=isocurrencycode eq 'EUR'").await;
    assert_eq!(base[0]["exchangerate"], json!(1.0));
}

#[tokio::test]
async fn messages_tracked_by_others_stand_under_ids_of_their_own() {
    let folder = TempDir::new().unwrap();
    let (house, _running) = own(&folder).await;
    let emails = rows(&house, "emails?$expand=email_activity_parties").await;
    assert!(emails.len() >= 10, "{}", emails.len());
    for email in &emails {
        assert_eq!(email["statecode"], 1, "{email}");
        assert_eq!(email["statuscode"], if email["directioncode"] == true { 3 } else { 4 });
        assert!(email["messageid"].as_str().unwrap().ends_with(".example>"));
        assert!(email["_regardingobjectid_value"].is_string());
        assert_ne!(email["_createdby_value"], email["_ownerid_value"], "somebody else tracked it");
        assert!(email["email_activity_parties"].as_array().unwrap().len() >= 2);
        // Random ids are of version 4; ours are made from the message and of version 5.
        assert_eq!(&email["activityid"].as_str().unwrap()[14..15], "4");
    }
    let files = rows(&house, "activitymimeattachments?$select=filename,filesize").await;
    assert!(!files.is_empty() && files.iter().all(|file| file["filesize"].as_i64() > Some(0)));
}

#[tokio::test]
async fn the_same_seed_makes_the_same_company_and_another_seed_another() {
    let text = async |seed: u64| {
        let folder = TempDir::new().unwrap();
        let (house, running) = start(satchel_demo_org::Options { seed, ..options(folder.path()) }).await;
        let mut all = String::new();
        for set in ["accounts", "contacts", "opportunities", "leads", "incidents", "emails", "activityparties"] {
            all += &house.get(set).await.text.replace(&house.addresses.organisation, "");
        }
        running.stop().await.unwrap();
        all
    };
    let first = text(3).await;
    assert!(first == text(3).await, "the same seed");
    assert!(first != text(4).await, "another seed");
}
