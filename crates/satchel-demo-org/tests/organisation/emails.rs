//! Emails, their parties and attachments, and what a completed one refuses.

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::house::{House, shared};

const ME: &str = "5c72f1a8-06d3-4e9b-b264-8ef03d1597a1";

async fn email(house: &House) -> String {
    let contact = house.make("contacts", json!({ "lastname": "Writer", "emailaddress1": "w@x.example" })).await;
    house
        .make(
            "emails",
            json!({
                "activityid": Uuid::new_v5(&Uuid::NAMESPACE_URL, contact.as_bytes()),
                "subject": "Hello", "description": "<p>Hello</p>", "messageid": format!("<{contact}@x.example>"),
                "directioncode": false,
                "email_activity_parties": [
                    { "participationtypemask": 1, "partyid_contact@odata.bind": format!("/contacts({contact})") },
                    { "participationtypemask": 2, "partyid_systemuser@odata.bind": format!("/systemusers({ME})") },
                    { "participationtypemask": 3, "addressused": "unknown@y.example", "unresolvedpartyname": "Nobody" },
                ],
            }),
        )
        .await
}

fn attachment(email: &str) -> Value {
    json!({
        "filename": "a.txt", "mimetype": "text/plain", "body": "aGVsbG8=", "objecttypecode": "email",
        "objectid_email@odata.bind": format!("/emails({email})"),
    })
}

#[tokio::test]
async fn parties_come_with_the_email_and_know_their_names() {
    let house = shared();
    let id = email(&house).await;
    let path = format!("emails({id})?$expand=email_activity_parties($orderby=participationtypemask)");
    let row = house.get(&path).await.ok();
    let parties = row["email_activity_parties"].as_array().unwrap();
    let shown: Vec<(&Value, &Value)> = parties.iter().map(|p| (&p["partyidname"], &p["addressused"])).collect();
    assert_eq!(
        shown,
        [
            (&json!("Writer"), &json!("w@x.example")),
            (&json!("Clara Whitmore"), &json!("clara.whitmore@brightwater.example")),
            (&json!("Nobody"), &json!("unknown@y.example")),
        ]
    );
    assert_eq!(row["sender"], "w@x.example");
    assert_eq!((&row["statecode"], &row["statuscode"]), (&json!(0), &json!(1)));
}

#[tokio::test]
async fn an_email_is_found_by_its_message_id() {
    let house = shared();
    let id = email(&house).await;
    let message = house.get(&format!("emails({id})")).await.ok()["messageid"].as_str().unwrap().to_owned();
    let found = house.get(&format!("emails?$select=subject&$filter=messageid eq '{message}'")).await.ok();
    assert_eq!(found["value"].as_array().unwrap().len(), 1);
    assert_eq!(found["value"][0]["activityid"], json!(id));
}

#[tokio::test]
async fn a_completed_email_takes_no_attachment() {
    let house = shared();
    let id = email(&house).await;
    let draft = house.make("activitymimeattachments", attachment(&id)).await;
    let stored = house.get(&format!("activitymimeattachments({draft})")).await.ok();
    assert_eq!((&stored["filesize"], &stored["body"]), (&json!(5), &json!("aGVsbG8=")));
    let done = json!({ "statecode": 1, "statuscode": 4 });
    assert_eq!(house.patch(&format!("emails({id})"), &[], done).await.status, 204);
    assert_eq!(house.post("activitymimeattachments", attachment(&id)).await.status, 400);
    assert_eq!(house.delete(&format!("activitymimeattachments({draft})")).await.status, 400);
    let path = format!("activitymimeattachments({draft})");
    assert_eq!(house.patch(&path, &[], json!({ "filename": "b.txt" })).await.status, 400);
}

#[tokio::test]
async fn only_the_regarding_of_a_completed_email_may_change() {
    let house = shared();
    let id = email(&house).await;
    let path = format!("emails({id})");
    house.patch(&path, &[], json!({ "statecode": 1, "statuscode": 4 })).await.ok();
    for body in [json!({ "subject": "Other" }), json!({ "statecode": 0 }), json!({ "messageid": null })] {
        assert_eq!(house.patch(&path, &[], body.clone()).await.refusal(), (400, "0x80040203".to_owned()), "{body}");
    }
    let parties = json!({ "value": [{ "participationtypemask": 1, "addressused": "z@z.example" }] });
    let put = house.call(Method::PUT, &format!("{path}/email_activity_parties"), &[], Some(&parties)).await;
    assert_eq!(put.status, 400);
    let opportunity = house.make("opportunities", json!({ "name": "What it is about" })).await;
    let regarding = json!({
        "subject": "Hello",
        "regardingobjectid_opportunity_email@odata.bind": format!("/opportunities({opportunity})"),
    });
    assert_eq!(house.patch(&path, &[], regarding).await.status, 204);
    let row = house.get(&path).await.ok();
    assert_eq!(row["_regardingobjectid_value"], json!(opportunity));
    assert_eq!(house.patch(&path, &[], json!({ "regardingobjectid_opportunity_email": null })).await.status, 204);
}

#[tokio::test]
async fn the_parties_of_a_draft_are_replaced_as_a_whole() {
    let house = shared();
    let id = email(&house).await;
    let parties = json!({ "value": [{ "participationtypemask": 1, "addressused": "z@z.example" }] });
    let path = format!("emails({id})/email_activity_parties");
    assert_eq!(house.call(Method::PUT, &path, &[], Some(&parties)).await.status, 204);
    let rows = house.get(&path).await.ok();
    assert_eq!(rows["value"].as_array().unwrap().len(), 1);
    assert_eq!(house.get(&format!("emails({id})")).await.ok()["sender"], "z@z.example");
    let direct = json!({ "participationtypemask": 2, "addressused": "q@q.example" });
    assert_eq!(house.post("activityparties", direct.clone()).await.status, 405);
    assert_eq!(house.patch(&format!("activityparties({id})"), &[], direct).await.status, 405);
}

#[tokio::test]
async fn a_deleted_email_takes_its_parties_and_attachments_along() {
    let house = shared();
    let id = email(&house).await;
    let file = house.make("activitymimeattachments", attachment(&id)).await;
    assert_eq!(house.delete(&format!("emails({id})")).await.status, 204);
    assert_eq!(house.get(&format!("activitymimeattachments({file})")).await.status, 404);
    let left = house.get(&format!("activityparties?$filter=_activityid_value eq {id}")).await.ok();
    assert_eq!(left["value"], json!([]));
}
