//! The salesperson's mailbox, as Microsoft Graph shows it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use satchel_demo_org::{Audience, User};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::house::{House, own, shared};

fn mail(house: &House, user: User) -> House {
    house.with_token(&satchel_demo_org::token(&house.data, user, Audience::Mail, None).unwrap())
}

fn url(house: &House, path: &str) -> String {
    format!("{}/v1.0/me/{path}", house.addresses.graph)
}

/// All messages of a round of changes and the link to the next round.
async fn round(house: &House, first: &str, size: usize) -> (Vec<Value>, String) {
    let preference = format!("odata.maxpagesize={size}");
    let (mut rows, mut next) = (Vec::new(), first.to_owned());
    loop {
        let page = house.prefer(&next, &preference).await.ok();
        rows.extend(page["value"].as_array().unwrap().iter().cloned());
        match (page["@odata.nextLink"].as_str(), page["@odata.deltaLink"].as_str()) {
            (Some(link), None) => next = link.to_owned(),
            (None, Some(link)) => return (rows, link.to_owned()),
            both => panic!("{both:?}"),
        }
    }
}

#[tokio::test]
async fn folders_are_known_by_id_and_by_name() {
    let house = mail(&shared(), User::Salesperson);
    let folders = house.get(&url(&house, "mailFolders")).await.ok();
    let inbox = folders["value"].as_array().unwrap().iter().find(|f| f["displayName"] == "Inbox").unwrap().clone();
    assert!(inbox["totalItemCount"].as_i64() > inbox["unreadItemCount"].as_i64());
    let by_name = house.get(&url(&house, "mailFolders/inbox")).await.ok();
    assert_eq!(by_name["id"], inbox["id"]);
    let (all, link) = round(&house, &url(&house, "mailFolders/delta"), 50).await;
    assert_eq!(all.len(), folders["value"].as_array().unwrap().len());
    assert!(round(&house, &link, 50).await.0.is_empty());
}

#[tokio::test]
async fn at_least_twenty_five_conversations_name_a_deal_of_the_crm() {
    let crm = shared();
    let house = mail(&crm, User::Salesperson);
    let deals = crm.get("opportunities?$select=name&$filter=statecode eq 0").await.ok();
    let deals: Vec<&str> = deals["value"].as_array().unwrap().iter().map(|d| d["name"].as_str().unwrap()).collect();
    let mut conversations = std::collections::HashMap::<String, (bool, usize)>::new();
    for folder in ["inbox", "sentitems"] {
        let first = url(&house, &format!("mailFolders/{folder}/messages/delta?$select=subject,conversationId,body"));
        for message in round(&house, &first, 7).await.0 {
            let text = format!("{}{}", message["subject"], message["body"]["content"]);
            let known = deals.iter().any(|deal| text.contains(deal));
            let entry = conversations.entry(message["conversationId"].to_string()).or_default();
            *entry = (entry.0 || known, entry.1 + 1);
        }
    }
    let written = conversations.values().filter(|(names_deal, _)| *names_deal).count();
    assert!(written >= 25, "{written}");
    let answered = conversations.values().filter(|(names_deal, letters)| *names_deal && *letters >= 2).count();
    assert!(answered >= 22, "{answered}");
}

#[tokio::test]
async fn a_delta_tells_what_was_read_and_what_arrived() {
    let folder = TempDir::new().unwrap();
    let (crm, _running) = own(&folder).await;
    let house = mail(&crm, User::Salesperson);
    let first = url(&house, "mailFolders/inbox/messages/delta?$select=subject,isRead");
    let (all, link) = round(&house, &first, 10).await;
    assert!(all.len() > 40, "{}", all.len());
    assert_eq!(all[0].get("body"), None, "only what was selected");
    assert!(round(&house, &link, 10).await.0.is_empty());

    let message = all.iter().find(|message| message["isRead"] == false).unwrap();
    let path = url(&house, &format!("messages/{}", message["id"].as_str().unwrap()));
    let etag = message["@odata.etag"].as_str().unwrap();
    let read = house.patch(&path, &[("if-match", etag)], json!({ "isRead": true })).await.ok();
    assert_eq!(read["isRead"], true);
    let late = house.patch(&path, &[("if-match", etag)], json!({ "isRead": false })).await;
    assert_eq!(late.refusal(), (412, "ErrorIrresolvableConflict".to_owned()));

    let letter = json!({ "message": {
        "subject": "Just in", "body": { "contentType": "Text", "content": "Hello" },
        "toRecipients": [{ "emailAddress": { "address": "clara.whitmore@brightwater.example" } }],
    }});
    let manager = mail(&crm, User::Manager);
    assert_eq!(manager.post(&url(&house, "sendMail"), letter).await.status, 202);
    let (rows, link) = round(&house, &link, 10).await;
    let subjects: Vec<&Value> = rows.iter().map(|row| &row["subject"]).collect();
    assert_eq!(subjects, [&json!("Just in"), &message["subject"]]);
    assert!(round(&house, &link, 1).await.0.is_empty());
}

#[tokio::test]
async fn a_moved_message_leaves_one_folder_and_arrives_in_another() {
    let folder = TempDir::new().unwrap();
    let (crm, _running) = own(&folder).await;
    let house = mail(&crm, User::Salesperson);
    let delta = |name: &str| url(&house, &format!("mailFolders/{name}/messages/delta?$select=subject"));
    let (all, inbox) = round(&house, &delta("inbox"), 50).await;
    let (_, archive) = round(&house, &delta("archive"), 50).await;
    let id = all[0]["id"].as_str().unwrap();
    let to = json!({ "destinationId": "archive" });
    assert_eq!(house.post(&url(&house, &format!("messages/{id}/move")), to).await.status, 201);
    let (gone, inbox) = round(&house, &inbox, 50).await;
    assert_eq!((gone.len(), &gone[0]["id"], &gone[0]["@removed"]["reason"]), (1, &json!(id), &json!("deleted")));
    let (new, archive) = round(&house, &archive, 50).await;
    assert_eq!((new.len(), &new[0]["id"], &new[0]["subject"]), (1, &json!(id), &all[0]["subject"]));
    assert_eq!(house.get(&url(&house, &format!("mailFolders/inbox/messages/{id}"))).await.status, 404);
    assert_eq!(house.get(&url(&house, &format!("mailFolders/archive/messages/{id}"))).await.status, 200);

    assert_eq!(house.post(&url(&house, &format!("messages/{id}/permanentDelete")), json!({})).await.status, 204);
    assert!(round(&house, &inbox, 50).await.0.is_empty());
    assert_eq!(round(&house, &archive, 50).await.0.len(), 1);
    assert_eq!(house.get(&url(&house, &format!("messages/{id}"))).await.status, 404);

    let forget = format!("{}/v1.0/demo/forgetSyncStates", house.addresses.graph);
    assert_eq!(house.post(&forget, json!({})).await.status, 204);
    assert_eq!(house.get(&inbox).await.refusal(), (410, "syncStateNotFound".to_owned()));
    assert_eq!(round(&house, &delta("inbox"), 50).await.0.len(), all.len() - 1);
}

#[tokio::test]
async fn a_message_comes_as_mime_with_its_attachments() {
    let house = mail(&shared(), User::Salesperson);
    let list = house.get(&url(&house, "messages?$filter=hasAttachments eq true&$top=50")).await.ok();
    let message =
        list["value"].as_array().unwrap().iter().find(|m| !m["subject"].as_str().unwrap().is_ascii()).unwrap();
    let path = url(&house, &format!("messages/{}", message["id"].as_str().unwrap()));
    let mime = house.get(&format!("{path}/$value")).await.text;
    assert!(mime.contains(&format!("Message-ID: {}\r\n", message["internetMessageId"].as_str().unwrap())));
    assert!(mime.contains("Subject: =?utf-8?B?"), "{}", &mime[..400]);
    assert!(mime.contains("Content-Type: multipart/mixed"));
    assert!(mime.lines().all(|line| line.len() < 998));
    let files = house.get(&format!("{path}/attachments")).await.ok();
    let file = &files["value"][0];
    assert_eq!(file["@odata.type"], "#microsoft.graph.fileAttachment");
    let bytes = STANDARD.decode(file["contentBytes"].as_str().unwrap()).unwrap();
    assert_eq!(file["size"], json!(bytes.len()));
    let raw = format!("{path}/attachments/{}/$value", file["id"].as_str().unwrap());
    assert_eq!(house.get(&raw).await.status, 200);
}

#[tokio::test]
async fn a_newsletter_has_tables_an_inline_picture_and_a_remote_one() {
    let house = mail(&shared(), User::Salesperson);
    let list =
        house.get(&url(&house, "messages?$filter=startswith(from/emailAddress/address,'news@')&$top=50")).await.ok();
    let letters = list["value"].as_array().unwrap();
    assert!(letters.len() >= 5, "{}", letters.len());
    for letter in letters {
        let html = letter["body"]["content"].as_str().unwrap();
        for part in ["<table", "bgcolor", "src=\"cid:logo@", "src=\"https://pictures."] {
            assert!(html.contains(part), "{part}");
        }
        let path = url(&house, &format!("messages/{}/attachments", letter["id"].as_str().unwrap()));
        assert_eq!(house.get(&path).await.ok()["value"][0]["isInline"], true);
    }
}

#[tokio::test]
async fn messages_tracked_by_others_are_in_the_mailbox_too() {
    let crm = shared();
    let house = mail(&crm, User::Salesperson);
    let emails =
        crm.get("emails?$select=messageid&$filter=_createdby_value ne 5c72f1a8-06d3-4e9b-b264-8ef03d1597a1").await.ok();
    let emails = emails["value"].as_array().unwrap();
    assert!(emails.len() >= 10);
    for email in emails {
        let filter = format!("messages?$filter=internetMessageId eq '{}'", email["messageid"].as_str().unwrap());
        let found = house.get(&url(&house, &filter)).await.ok();
        assert_eq!(found["value"].as_array().unwrap().len(), 1, "{email}");
    }
}
