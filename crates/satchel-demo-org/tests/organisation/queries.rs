//! Lists: filtered, ordered, paged, annotated.

use serde_json::{Value, json};

use crate::house::{House, shared};

/// Makes accounts whose names start with a word of their own, so that tests do not meet.
async fn accounts(house: &House, word: &str, count: usize) -> Vec<String> {
    let mut ids = Vec::new();
    for number in 0..count {
        let body = json!({ "name": format!("{word} {number:02}"), "numberofemployees": (number * 7) % 5 });
        ids.push(house.make("accounts", body).await);
    }
    ids
}

fn names(list: &Value) -> Vec<String> {
    let rows = list["value"].as_array().unwrap();
    rows.iter().map(|row| row["name"].as_str().unwrap().to_owned()).collect()
}

/// Every test runs in a thread that bears its name.
fn word() -> String {
    let name = std::thread::current().name().unwrap_or("test").to_owned();
    name.chars().filter(char::is_ascii_alphabetic).collect()
}

#[tokio::test]
async fn only_the_selected_columns_and_the_key_are_shown() {
    let house = shared();
    let list = house.get("accounts?$select=name&$top=1").await.ok();
    let row = list["value"][0].as_object().unwrap();
    let mut members: Vec<&str> = row.keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(members, ["@odata.etag", "accountid", "name"]);
}

#[tokio::test]
async fn an_unknown_column_is_refused_by_name() {
    let answer = shared().get("accounts?$select=nosuch").await;
    assert_eq!(answer.refusal(), (400, "0x80060888".to_owned()));
    assert!(answer.text.contains("'nosuch'"), "{}", answer.text);
}

#[tokio::test]
async fn options_that_the_service_lacks_are_refused() {
    for option in ["$skip=1", "$search=a", "$format=json"] {
        assert_eq!(shared().get(&format!("accounts?{option}")).await.status, 400, "{option}");
    }
}

#[tokio::test]
async fn filters_combine_and_compare() {
    let house = shared();
    let word = word();
    accounts(&house, &word, 10).await;
    for (filter, expected) in [
        ("numberofemployees eq 0", vec!["00", "05"]),
        ("numberofemployees gt 3 or name eq '{w} 00'", vec!["00", "02", "07"]),
        ("not (numberofemployees le 3)", vec!["02", "07"]),
        ("endswith(name,'3') and numberofemployees ne null", vec!["03"]),
        ("contains(name,'{W} 04')", vec!["04"]),
        ("Microsoft.Dynamics.CRM.In(PropertyName='name',PropertyValues=['{w} 01','{w} 08'])", vec!["01", "08"]),
        ("telephone1 eq null and name lt '{w} 02'", vec!["00", "01"]),
        ("createdon gt 2020-01-01T00:00:00Z and name eq '{w} 09'", vec!["09"]),
    ] {
        let filter = filter.replace("{w}", &word).replace("{W}", &word.to_uppercase());
        let path = format!("accounts?$select=name&$orderby=name&$filter=startswith(name,'{word} ') and ({filter})");
        let expected: Vec<String> = expected.iter().map(|end| format!("{word} {end}")).collect();
        assert_eq!(names(&house.get(&path).await.ok()), expected, "{filter}");
    }
}

#[tokio::test]
async fn a_filter_reaches_through_a_lookup_and_into_a_collection() {
    let house = shared();
    let word = word();
    let account = accounts(&house, &word, 1).await.remove(0);
    let contact = json!({
        "lastname": "O'Hara",
        "parentcustomerid_account@odata.bind": format!("accounts({account})"),
    });
    house.make("contacts", contact).await;
    let through = format!("contacts?$filter=parentcustomerid_account/name eq '{word} 00' and lastname eq 'O''Hara'");
    assert_eq!(house.get(&through).await.ok()["value"].as_array().unwrap().len(), 1);
    let by_id = format!("contacts?$filter=_parentcustomerid_value eq {account}");
    assert_eq!(house.get(&by_id).await.ok()["value"].as_array().unwrap().len(), 1);
    let into = format!(
        "accounts?$select=name&$filter=startswith(name,'{word}') and \
         contact_customer_accounts/any(c:c/lastname eq 'O''Hara')"
    );
    assert_eq!(names(&house.get(&into).await.ok()), [format!("{word} 00")]);
}

#[tokio::test]
async fn an_ordered_list_is_paged_without_loss_or_repetition() {
    let house = shared();
    let word = word();
    accounts(&house, &word, 11).await;
    let path = format!(
        "accounts?$select=name,numberofemployees&$orderby=numberofemployees desc,name&$filter=startswith(name,'{word}')"
    );
    let whole = names(&house.get(&path).await.ok());
    let mut paged = Vec::new();
    let mut next = path;
    loop {
        let page = house.prefer(&next, "odata.maxpagesize=3").await.ok();
        assert!(page["value"].as_array().unwrap().len() <= 3);
        paged.extend(names(&page));
        match page["@odata.nextLink"].as_str() {
            Some(link) => next = link.to_owned(),
            None => break,
        }
    }
    assert_eq!(paged, whole);
    assert_eq!(paged.len(), 11);
}

#[tokio::test]
async fn top_takes_so_many_and_offers_no_next_page() {
    let list = shared().get("contacts?$select=fullname&$top=7").await.ok();
    assert_eq!(list["value"].as_array().unwrap().len(), 7);
    assert_eq!(list["@odata.nextLink"], Value::Null);
}

#[tokio::test]
async fn counts_come_in_the_list_and_alone() {
    let house = shared();
    let word = word();
    accounts(&house, &word, 4).await;
    let list = house.get(&format!("accounts?$count=true&$top=1&$filter=startswith(name,'{word}')")).await.ok();
    assert_eq!(list["@odata.count"], 4);
    let alone = house.get(&format!("accounts/$count?$filter=startswith(name,'{word}')")).await;
    assert_eq!(alone.text.trim_start_matches('\u{feff}'), "4");
}

#[tokio::test]
async fn annotations_show_values_as_people_read_them() {
    let house = shared();
    let path = format!(
        "opportunities({})",
        house
            .make(
                "opportunities",
                json!({
                    "name": "Shown", "estimatedvalue": 1234567.5, "estimatedclosedate": "2026-03-09",
                    "opportunityratingcode": 1,
                })
            )
            .await
    );
    let row = house.prefer(&path, "odata.include-annotations=\"OData.Community.Display.V1.FormattedValue\"").await.ok();
    for (column, shown) in [
        ("estimatedvalue", "€1,234,567.50"),
        ("estimatedclosedate", "3/9/2026"),
        ("opportunityratingcode", "Hot"),
        ("statecode", "Open"),
        ("_ownerid_value", "Clara Whitmore"),
        ("isrevenuesystemcalculated", "User Provided"),
    ] {
        assert_eq!(row[format!("{column}@OData.Community.Display.V1.FormattedValue")], shown, "{column}");
    }
    assert_eq!(row.get("_ownerid_value@Microsoft.Dynamics.CRM.lookuplogicalname"), None);
}

#[tokio::test]
async fn related_rows_are_expanded_and_followed() {
    let house = shared();
    let word = word();
    let account = accounts(&house, &word, 1).await.remove(0);
    for last in ["Zander", "Alder"] {
        let bind = format!("accounts({account})");
        house.make("contacts", json!({ "lastname": last, "parentcustomerid_account@odata.bind": bind })).await;
    }
    let path = format!(
        "accounts({account})?$select=name&$expand=contact_customer_accounts($select=lastname;$orderby=lastname),\
         ownerid($select=fullname)"
    );
    let row = house.get(&path).await.ok();
    assert_eq!(row["contact_customer_accounts"][0]["lastname"], "Alder");
    assert_eq!(row["ownerid"]["fullname"], "Clara Whitmore");
    let followed = house.get(&format!("accounts({account})/contact_customer_accounts?$select=lastname")).await.ok();
    assert_eq!(followed["value"].as_array().unwrap().len(), 2);
    assert_eq!(house.get(&format!("accounts({account})/ownerid")).await.ok()["fullname"], "Clara Whitmore");
}
