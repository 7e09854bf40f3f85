//! Pages that lost their link or come twice, and a service whose clock is wrong.

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{
    Column, Cursor, RecordId, ServiceError, Value,
    error::Answer,
    ports::{CrmService, From, Next, Page, RowPage, Way},
};
use satchel_testkit::organisation::{account, id_of};

use super::{JSON, fault, pulled, service};

const SET: &str = "{base}/api/data/v9.2/accounts";

/// One account for each word, with its place in the order of versions.
fn rows(words: &[(&str, u64)]) -> String {
    let row = |(word, version): &(&str, u64)| {
        let id = id_of(word).to_string();
        let etag = format!("W/\"{version}\"");
        serde_json::json!({ "@odata.etag": etag, "accountid": id, "name": word, "versionnumber": version }).to_string()
    };
    words.iter().map(row).collect::<Vec<_>>().join(",")
}

fn page(words: &[(&str, u64)], link: &str) -> (u16, &'static str, String) {
    (200, JSON, format!(r#"{{"value":[{}]{link}}}"#, rows(words)))
}

fn next(token: &str) -> String {
    format!(r#","@odata.nextLink":"{SET}?$skiptoken={token}""#)
}

fn delta(token: &str) -> String {
    format!(r#","@odata.deltaLink":"{SET}?$deltatoken={token}""#)
}

fn ids(page: &Page) -> Vec<RecordId> {
    page.records.iter().map(|record| record.id).collect()
}

fn broken<T>(answer: Answer<T>, words: &str) {
    assert!(matches!(&answer, Err(ServiceError::Broken { detail }) if detail.contains(words)), "{:?}", answer.err());
}

/// The cursor that a page leads to.
fn on(next: Next) -> Cursor {
    match next {
        Next::More(cursor) | Next::CaughtUp(cursor) => cursor,
    }
}

#[tokio::test]
async fn a_page_that_leads_nowhere_is_broken_and_what_was_read_before_stays_the_place_to_go_on() {
    let lost = || page(&[("b", 2)], "");
    let answers = vec![page(&[("a", 1)], &next("2")), lost(), lost(), page(&[("b", 2), ("c", 3)], &delta("9"))];
    let (crm, asked) = service(answers).await;
    let cursor = on(crm.pull(&account(), From::Start, 1).await.unwrap().next);
    broken(crm.pull(&account(), From::Cursor(&cursor), 2).await, "where to go on");
    let last = crm.pull(&account(), From::Cursor(&cursor), 2).await.unwrap();
    assert_eq!(ids(&last), [id_of("b"), id_of("c")]);
    assert!(matches!(last.next, Next::CaughtUp(_)));
    let asked = asked.lock().unwrap();
    assert!(asked[1..].iter().all(|(line, _)| line.ends_with("$skiptoken=2")), "{asked:?}");
}

#[tokio::test]
async fn a_page_that_comes_again_leads_to_no_endless_loop() {
    let first = || page(&[("a", 1)], &next("2"));
    let (crm, _) = service(vec![first(), first(), first(), page(&[("b", 2)], &delta("9"))]).await;
    let cursor = on(crm.pull(&account(), From::Start, 1).await.unwrap().next);
    for _ in 0..2 {
        broken(crm.pull(&account(), From::Cursor(&cursor), 1).await, "came again");
    }
    assert_eq!(ids(&crm.pull(&account(), From::Cursor(&cursor), 1).await.unwrap()), [id_of("b")]);
}

#[tokio::test]
async fn nothing_new_may_be_told_under_the_same_delta_link() {
    let (crm, _) = service(vec![page(&[("a", 1)], &delta("9")), page(&[], &delta("9"))]).await;
    let cursor = on(crm.pull(&account(), From::Start, 1).await.unwrap().next);
    let page = crm.pull(&account(), From::Cursor(&cursor), 1).await.unwrap();
    assert_eq!(page.next, Next::CaughtUp(cursor));
}

/// The service tells no changes of the table.
fn untold() -> (u16, &'static str, String) {
    (403, JSON, fault("0x80040220", "Principal user is missing prvReadAccount privilege"))
}

#[tokio::test]
async fn a_poll_whose_full_page_lost_its_link_goes_on_behind_its_last_row() {
    let (crm, asked) = service(vec![untold(), page(&[("a", 4), ("b", 7)], ""), page(&[("c", 9)], "")]).await;
    let first = crm.pull(&account(), From::Start, 2).await.unwrap();
    assert!(matches!((&first.way, &first.next), (Way::Rows { .. }, Next::More(_))), "{first:?}");
    let last = crm.pull(&account(), From::Cursor(&on(first.next)), 2).await.unwrap();
    assert_eq!(ids(&last), [id_of("c")]);
    assert!(matches!(last.next, Next::CaughtUp(_)));
    let asked = asked.lock().unwrap();
    assert!(asked[2].0.contains("versionnumber+gt+7&"), "{asked:?}");
}

#[tokio::test]
async fn a_poll_whose_page_comes_again_is_broken() {
    let first = || page(&[("a", 4), ("b", 7)], &next("2"));
    let (crm, _) = service(vec![untold(), first(), first()]).await;
    let cursor = on(crm.pull(&account(), From::Start, 2).await.unwrap().next);
    broken(crm.pull(&account(), From::Cursor(&cursor), 2).await, "came again");
}

/// What a sweep that is answered with these pages lists, up to the page that ends it or breaks.
async fn swept(pages: Vec<(u16, &'static str, String)>) -> (Vec<RecordId>, Answer<RowPage>) {
    let (crm, _) = service(pages).await;
    let (mut listed, mut cursor) = (Vec::new(), None::<Cursor>);
    loop {
        let answer = crm.rows(&account(), cursor.as_ref().map_or(From::Start, From::Cursor), 2).await;
        let Ok(page) = &answer else { return (listed, answer) };
        listed.extend(page.rows.iter().map(|(id, _)| *id));
        cursor.clone_from(&page.next);
        if cursor.is_none() {
            return (listed, answer);
        }
    }
}

#[tokio::test]
async fn a_lost_link_does_not_end_a_sweep_so_that_no_row_is_taken_for_gone() {
    let full = || page(&[("a", 4), ("b", 7)], "");
    let short = || page(&[("c", 9)], "");
    let (listed, end) = swept(vec![full(), short(), page(&[], "")]).await;
    assert_eq!(listed, ["a", "b", "c"].map(id_of));
    assert!(end.is_ok());
    let (listed, end) = swept(vec![full(), full()]).await;
    assert_eq!(listed, ["a", "b"].map(id_of));
    broken(end, "came again");
}

#[tokio::test]
async fn a_row_that_changes_while_the_ids_are_listed_is_named_again_and_none_is_left_out() {
    // The first row moved behind the second while the second page was asked for.
    let (listed, end) =
        swept(vec![page(&[("a", 4), ("b", 7)], &next("2")), page(&[("c", 9), ("a", 11)], ""), page(&[], "")]).await;
    assert_eq!(listed, ["a", "b", "c", "a"].map(id_of));
    assert!(end.is_ok());
}

#[tokio::test]
async fn a_service_whose_clock_is_wrong_is_waited_for_as_long_as_it_says() {
    let wait = SignedDuration::from_secs(12);
    for (clock, headers) in [
        ("ahead", "Date: Tue, 24 Nov 2076 12:00:00 GMT\nRetry-After: Tue, 24 Nov 2076 12:00:12 GMT"),
        ("behind", "Date: Mon, 05 Jan 1976 12:00:00 GMT\nRetry-After: Mon, 05 Jan 1976 12:00:12 GMT"),
    ] {
        assert_eq!(pulled(429, headers, "").await, Err(ServiceError::Throttled { wait }), "{clock}");
    }
}

#[tokio::test]
async fn times_of_another_day_are_values_like_any_other() {
    for time in ["1976-01-05T12:00:00Z", "2076-11-24T12:00:00Z"] {
        let row =
            serde_json::json!({ "@odata.etag": "W/\"7\"", "accountid": id_of("a").to_string(), "modifiedon": time });
        let body = format!(r#"{{"value":[{row}]{}}}"#, delta("919042%2108%2f22%2f2076%2008%3a10%3a44"));
        let page = pulled(200, JSON, &body).await.unwrap();
        let expected = Value::DateTime(time.parse::<Timestamp>().unwrap());
        assert_eq!(page.records[0].value(&Column::new("modifiedon")), &expected);
        assert!(matches!(page.next, Next::CaughtUp(_)));
    }
}
