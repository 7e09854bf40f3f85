//! Rows: made, read, changed, deleted, under the caller's conditions.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::house::shared;

fn id(number: u128) -> String {
    Uuid::from_u128(0x0a11_0000_0000_4000_8000_0000_0000_0000 + number).to_string()
}

#[tokio::test]
async fn a_row_may_be_created_under_an_id_of_the_callers_own() {
    let house = shared();
    let answer = house.post("accounts", json!({ "accountid": id(1), "name": "Own id" })).await;
    assert_eq!(answer.status, 204);
    let url = format!("{}/api/data/v9.2/accounts({})", house.addresses.organisation, id(1));
    assert_eq!(answer.header("odata-entityid"), url);
    assert_eq!(answer.header("odata-version"), "4.0");
    let again = house.post("accounts", json!({ "accountid": id(1), "name": "Own id" })).await;
    assert_eq!(again.refusal(), (412, "0x80040237".to_owned()));
}

#[tokio::test]
async fn a_patch_creates_what_is_not_there_unless_it_says_otherwise() {
    let house = shared();
    let path = format!("contacts({})", id(2));
    let only_update = house.patch(&path, &[("if-match", "*")], json!({ "lastname": "A" })).await;
    assert_eq!(only_update.refusal(), (404, "0x80040217".to_owned()));
    // Clients send the literal word null when they have nothing cached.
    let upsert = house.patch(&path, &[("if-none-match", "null")], json!({ "lastname": "A" })).await;
    assert_eq!(upsert.status, 204);
    let only_create = house.patch(&path, &[("if-none-match", "*")], json!({ "lastname": "B" })).await;
    assert_eq!(only_create.refusal(), (412, "0x80040237".to_owned()));
    assert_eq!(house.get(&path).await.ok()["lastname"], "A");
}

#[tokio::test]
async fn a_stale_version_is_refused_and_changes_nothing() {
    let house = shared();
    let path = format!("accounts({})", house.make("accounts", json!({ "name": "Stale" })).await);
    let first = house.get(&path).await.ok();
    let etag = first["@odata.etag"].as_str().unwrap();
    assert_eq!(etag, format!("W/\"{}\"", first["versionnumber"]));
    let fresh = house.patch(&path, &[("if-match", etag)], json!({ "name": "Fresh" })).await;
    assert_eq!(fresh.status, 204);
    let stale = house.patch(&path, &[("if-match", etag)], json!({ "name": "Late" })).await;
    assert_eq!(stale.refusal(), (412, "0x80060882".to_owned()));
    let stale = house.call(Method::DELETE, &path, &[("if-match", etag)], None).await;
    assert_eq!(stale.refusal(), (412, "0x80060882".to_owned()));
    assert_eq!(house.get(&path).await.ok()["name"], "Fresh");
}

#[tokio::test]
async fn a_deleted_row_is_gone_and_nothing_points_at_it() {
    let house = shared();
    let account = house.make("accounts", json!({ "name": "Gone soon" })).await;
    let bind = json!({ "lastname": "Left", "parentcustomerid_account@odata.bind": format!("/accounts({account})") });
    let contact = house.make("contacts", bind).await;
    assert_eq!(house.delete(&format!("accounts({account})")).await.status, 204);
    assert_eq!(house.delete(&format!("accounts({account})")).await.refusal(), (404, "0x80040217".to_owned()));
    let left = house.get(&format!("contacts({contact})")).await.ok();
    assert_eq!(left["_parentcustomerid_value"], Value::Null);
}

#[tokio::test]
async fn a_representation_comes_back_when_preferred() {
    let house = shared();
    let prefer = [("prefer", "return=representation")];
    let body = json!({ "firstname": "Ada", "lastname": "Byron" });
    let made = house.call(Method::POST, "contacts?$select=fullname", &prefer, Some(&body)).await;
    assert_eq!((made.status, made.header("preference-applied")), (201, "return=representation"));
    let made = made.json();
    assert_eq!(made["fullname"], "Ada Byron");
    let path = format!("contacts({})", made["contactid"].as_str().unwrap());
    let changed = house.patch(&path, &prefer, json!({ "lastname": "Lovelace" })).await;
    assert_eq!((changed.status, changed.json()["fullname"].clone()), (200, json!("Ada Lovelace")));
}

#[tokio::test]
async fn owner_times_and_states_are_filled_in() {
    let house = shared();
    let me = house.get("WhoAmI").await.ok()["UserId"].clone();
    let opportunity = house.make("opportunities", json!({ "name": "Defaults" })).await;
    let row = house.get(&format!("opportunities({opportunity})")).await.ok();
    for column in ["_ownerid_value", "_createdby_value", "_modifiedby_value"] {
        assert_eq!(row[column], me, "{column}");
    }
    assert_eq!((&row["statecode"], &row["statuscode"]), (&json!(0), &json!(1)));
    assert!(row["createdon"].as_str().unwrap().ends_with('Z'));
    let won = house.patch(&format!("opportunities({opportunity})"), &[], json!({ "statecode": 1 })).await;
    assert_eq!(won.status, 204);
    assert_eq!(house.get(&format!("opportunities({opportunity})")).await.ok()["statuscode"], 3);
    let wrong = house.patch(&format!("opportunities({opportunity})"), &[], json!({ "statuscode": 1 })).await;
    assert_eq!(wrong.refusal(), (400, "0x80048408".to_owned()));
}

#[tokio::test]
async fn money_is_exact_and_known_in_the_organisations_currency_too() {
    let house = shared();
    let pounds = house.get("transactioncurrencies?$filter=isocurrencycode eq 'GBP'").await.ok();
    let pounds = pounds["value"][0]["transactioncurrencyid"].as_str().unwrap().to_owned();
    let body = format!(
        "{{\"name\":\"Exact\",\"estimatedvalue\":900719925474099.31,\
         \"transactioncurrencyid@odata.bind\":\"transactioncurrencies({pounds})\"}}"
    );
    let answer = house
        .client
        .post(house.url("opportunities"))
        .header(
            "authorization",
            format!(
                "Bearer {}",
                satchel_demo_org::token(
                    &house.data,
                    satchel_demo_org::User::Salesperson,
                    satchel_demo_org::Audience::Crm,
                    None
                )
                .unwrap()
            ),
        )
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await
        .unwrap();
    let url = answer.headers()["odata-entityid"].to_str().unwrap().to_owned();
    let row = house.get(&url).await;
    assert!(row.text.contains("\"estimatedvalue\":900719925474099.3100"), "{}", row.text);
    assert!(row.text.contains("\"exchangerate\":0.870000000000"), "{}", row.text);
    assert!(row.text.contains("\"estimatedvalue_base\":1035310259165631.3908"), "{}", row.text);
}

#[tokio::test]
async fn a_lookup_with_two_kinds_of_targets_holds_one_of_them() {
    let house = shared();
    let account = house.make("accounts", json!({ "name": "Buyer" })).await;
    let contact = house.make("contacts", json!({ "lastname": "Buyer" })).await;
    let body = json!({ "name": "Who buys", "customerid_account@odata.bind": format!("accounts({account})") });
    let path = format!("opportunities({})", house.make("opportunities", body).await);
    let absolute = format!("{}/api/data/v9.2/contacts({contact})", house.addresses.organisation_https);
    let changed = house.patch(&path, &[], json!({ "customerid_contact@odata.bind": absolute })).await;
    assert_eq!(changed.status, 204, "{}", changed.text);
    let row = house.prefer(&path, "odata.include-annotations=\"*\"").await.ok();
    assert_eq!(row["_customerid_value"], json!(contact));
    assert_eq!(row["_customerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"], "contact");
    assert_eq!(row["_customerid_value@Microsoft.Dynamics.CRM.associatednavigationproperty"], "customerid_contact");
    let missing = json!({ "customerid_account@odata.bind": format!("accounts({})", id(99)) });
    assert_eq!(house.patch(&path, &[], missing).await.refusal(), (404, "0x80040217".to_owned()));
    assert_eq!(house.patch(&path, &[], json!({ "customerid_contact": null })).await.status, 204);
    assert_eq!(house.get(&path).await.ok()["_customerid_value"], Value::Null);
}

#[tokio::test]
async fn values_that_do_not_fit_are_refused_with_their_codes() {
    let house = shared();
    for (set, body, code) in [
        ("accounts", json!({ "name": "x".repeat(161) }), "0x80044331"),
        ("accounts", json!({ "name": "n", "numberofemployees": -1 }), "0x8004432f"),
        ("accounts", json!({ "name": "n", "revenue": 1e15 }), "0x80044330"),
        ("accounts", json!({ "name": "n", "industrycode": 99 }), "0x8004431a"),
        ("accounts", json!({ "name": "n", "creditonhold": "yes" }), "0x80048d19"),
        ("accounts", json!({ "name": "n", "nosuchcolumn": 1 }), "0x80048d19"),
        ("accounts", json!({ "name": "n", "_primarycontactid_value": null }), "0x80048d19"),
        ("contacts", json!({ "lastname": "n", "birthdate": "1700-01-01" }), "0x80040239"),
        ("contacts", json!({ "lastname": "n", "birthdate": "2000-01-01T00:00:00Z" }), "0x80048d19"),
        ("accounts", json!({ "telephone1": "1" }), "0x80040203"),
    ] {
        assert_eq!(house.post(set, body.clone()).await.refusal(), (400, code.to_owned()), "{body}");
    }
    // Length counts as the service counts, in UTF-16 units.
    assert_eq!(house.post("accounts", json!({ "name": "龙".repeat(160) })).await.status, 204);
}

#[tokio::test]
async fn one_column_can_be_set_and_cleared_by_its_own_address() {
    let house = shared();
    let path = format!("accounts({})", house.make("accounts", json!({ "name": "Columns" })).await);
    let column = format!("{path}/telephone1");
    let put = house.call(Method::PUT, &column, &[], Some(&json!({ "value": "123" }))).await;
    assert_eq!(put.status, 204);
    assert_eq!(house.get(&column).await.ok()["value"], "123");
    assert_eq!(house.get(&format!("{column}/$value")).await.text, "123");
    assert_eq!(house.delete(&column).await.status, 204);
    assert_eq!(house.get(&column).await.status, 204);
}
