//! Roles: the salesperson of an organisation with rights sees and changes her own rows, and tracks nothing.

use reqwest::Method;
use satchel_demo_org::{Audience, Options, Running, User};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::house::{Answer, House, options, own, start};

/// The salesperson and the manager of an organisation with rights.
struct Roles {
    clara: House,
    ingrid: House,
    _running: Running,
    _folder: TempDir,
}

async fn roles() -> Roles {
    let folder = TempDir::new().unwrap();
    let (clara, running) = start(Options { rights: true, ..options(folder.path()) }).await;
    let token = satchel_demo_org::token(folder.path(), User::Manager, Audience::Crm, None).unwrap();
    let ingrid = clara.with_token(&token);
    Roles { clara, ingrid, _running: running, _folder: folder }
}

async fn me(house: &House) -> String {
    house.get("WhoAmI").await.ok()["UserId"].as_str().unwrap().to_owned()
}

async fn rows(house: &House, path: &str) -> Vec<Value> {
    house.get(path).await.ok()["value"].as_array().unwrap().clone()
}

/// An account of the manager's.
async fn others(roles: &Roles) -> String {
    roles.ingrid.make("accounts", json!({ "name": "Not hers" })).await
}

fn no_access(answer: &Answer) {
    assert_eq!(answer.refusal(), (403, "0x80048306".to_owned()), "{}", answer.text);
}

#[tokio::test]
async fn without_rights_everyone_reads_everything() {
    let folder = TempDir::new().unwrap();
    let (clara, _running) = own(&folder).await;
    assert_eq!(rows(&clara, "accounts?$select=name").await.len(), 250);
    assert_eq!(clara.prefer("accounts?$select=name", "odata.track-changes").await.status, 200);
}

#[tokio::test]
async fn the_salesperson_lists_and_counts_her_own_rows_and_the_manager_all() {
    let roles = roles().await;
    let clara = me(&roles.clara).await;
    for set in ["accounts", "contacts", "opportunities", "leads", "incidents"] {
        let path = format!("{set}?$select=_ownerid_value");
        let all = rows(&roles.ingrid, &path).await;
        let hers = all.iter().filter(|row| row["_ownerid_value"] == clara.as_str()).count();
        assert!(hers > 0 && hers < all.len(), "{set}: {hers} of {}", all.len());
        assert_eq!(rows(&roles.clara, &path).await.len(), hers, "{set}");
        let count = roles.clara.get(&format!("{set}/$count")).await;
        assert_eq!(count.text.trim_start_matches('\u{feff}'), hers.to_string(), "{set}");
    }
}

#[tokio::test]
async fn filters_orders_expansions_and_pages_show_no_row_of_others() {
    let roles = roles().await;
    others(&roles).await;
    assert!(rows(&roles.clara, "accounts?$filter=name eq 'Not hers'").await.is_empty());
    let company = roles.clara.make("accounts", json!({ "name": "Hers" })).await;
    let bind = json!({ "lastname": "Foreign", "parentcustomerid_account@odata.bind": format!("accounts({company})") });
    roles.ingrid.make("contacts", bind).await;
    let path = format!("accounts({company})?$select=name&$expand=contact_customer_accounts($select=fullname)");
    assert_eq!(roles.clara.get(&path).await.ok()["contact_customer_accounts"], json!([]));
    assert_eq!(roles.ingrid.get(&path).await.ok()["contact_customer_accounts"].as_array().unwrap().len(), 1);
    let (mut seen, mut next) = (0, Some("accounts?$select=name&$orderby=name&$count=true".to_owned()));
    let mut said = Value::Null;
    while let Some(path) = next {
        let page = roles.clara.prefer(&path, "odata.maxpagesize=60").await.ok();
        said = page["@odata.count"].clone();
        seen += page["value"].as_array().unwrap().len();
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
    }
    assert_eq!(json!(seen), said);
}

#[tokio::test]
async fn a_row_of_others_is_refused_by_id_for_reading_and_writing_and_stays_as_it_is() {
    let roles = roles().await;
    let path = format!("accounts({})", others(&roles).await);
    no_access(&roles.clara.get(&path).await);
    no_access(&roles.clara.get(&format!("{path}/name")).await);
    no_access(&roles.clara.patch(&path, &[], json!({ "name": "Taken" })).await);
    no_access(&roles.clara.patch(&path, &[("if-match", "W/\"1\"")], json!({ "name": "Taken" })).await);
    no_access(&roles.clara.delete(&path).await);
    let put = json!({ "value": "Taken" });
    no_access(&roles.clara.call(Method::PUT, &format!("{path}/name"), &[], Some(&put)).await);
    assert_eq!(roles.ingrid.get(&path).await.ok()["name"], "Not hers");
    let absent = roles.clara.get("accounts(0a11dead-0000-4000-8000-000000000001)").await;
    assert_eq!(absent.refusal(), (404, "0x80040217".to_owned()));
}

#[tokio::test]
async fn what_she_makes_is_hers_and_what_she_gives_away_is_gone() {
    let roles = roles().await;
    let manager = me(&roles.ingrid).await;
    let bind = json!({ "name": "For her", "ownerid@odata.bind": format!("systemusers({manager})") });
    no_access(&roles.clara.post("accounts", bind.clone()).await);
    assert!(rows(&roles.ingrid, "accounts?$filter=name eq 'For her'").await.is_empty(), "nothing stays by half");
    let path = format!("accounts({})", roles.clara.make("accounts", json!({ "name": "For her" })).await);
    assert_eq!(roles.clara.patch(&path, &[], bind).await.status, 204);
    no_access(&roles.clara.get(&path).await);
}

#[tokio::test]
async fn parties_and_attachments_are_seen_with_their_email() {
    let roles = roles().await;
    let party = json!([{ "participationtypemask": 2, "addressused": "a@b.example" }]);
    let body = json!({ "subject": "Not hers", "email_activity_parties": party });
    let email = roles.ingrid.make("emails", body).await;
    let path = format!("activityparties?$filter=_activityid_value eq {email}");
    assert!(rows(&roles.clara, &path).await.is_empty());
    assert_eq!(rows(&roles.ingrid, &path).await.len(), 1);
    let file = json!({ "objectid_email@odata.bind": format!("emails({email})"), "filename": "a.txt", "body": "YQ==" });
    no_access(&roles.clara.post("activitymimeattachments", file.clone()).await);
    assert_eq!(roles.ingrid.post("activitymimeattachments", file).await.status, 204);
}

#[tokio::test]
async fn a_lookup_shows_what_a_row_of_others_is_called() {
    let roles = roles().await;
    let company = others(&roles).await;
    let bind = json!({ "lastname": "Lie", "parentcustomerid_account@odata.bind": format!("accounts({company})") });
    let person = roles.clara.make("contacts", bind).await;
    let path = format!("contacts({person})?$select=_parentcustomerid_value");
    let row = roles.clara.prefer(&path, "odata.include-annotations=\"*\"").await.ok();
    assert_eq!(row["_parentcustomerid_value@OData.Community.Display.V1.FormattedValue"], "Not hers");
}

#[tokio::test]
async fn change_tracking_is_for_those_who_read_the_whole_table() {
    let roles = roles().await;
    let (track, path) = ("odata.track-changes", "accounts?$select=name");
    let refused = roles.clara.prefer(path, track).await;
    assert_eq!(refused.refusal(), (403, "0x80040220".to_owned()));
    assert!(refused.text.contains("prvReadaccount"), "{}", refused.text);
    let all = roles.ingrid.prefer(path, track).await.ok();
    let delta = all["@odata.deltaLink"].as_str().unwrap();
    // Another one's link is no way around it.
    assert_eq!(roles.clara.get(delta).await.refusal(), (403, "0x80040220".to_owned()));
    // Colleagues and currencies are everybody's.
    assert_eq!(roles.clara.prefer("systemusers?$select=fullname", track).await.status, 200);
}

#[tokio::test]
async fn rows_are_read_by_their_version_page_by_page() {
    let roles = roles().await;
    let mut versions = Vec::new();
    let mut next = Some("accounts?$select=name,versionnumber&$orderby=versionnumber".to_owned());
    while let Some(path) = next {
        let page = roles.clara.prefer(&path, "odata.maxpagesize=50").await.ok();
        let rows = page["value"].as_array().unwrap();
        versions.extend(rows.iter().map(|row| row["versionnumber"].as_u64().unwrap()));
        next = page["@odata.nextLink"].as_str().map(str::to_owned);
        assert!(versions.len() <= 250, "the pages never end");
    }
    assert!(versions.len() > 100 && versions.is_sorted(), "{versions:?}");
    let newest = versions.last().unwrap();
    let made = roles.clara.make("accounts", json!({ "name": "Newer" })).await;
    others(&roles).await;
    let newer = rows(&roles.clara, &format!("accounts?$filter=versionnumber gt {newest}&$orderby=versionnumber")).await;
    assert_eq!(newer.iter().map(|row| row["accountid"].as_str().unwrap()).collect::<Vec<_>>(), [made]);
}
