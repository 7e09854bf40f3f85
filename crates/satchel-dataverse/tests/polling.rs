//! A user who may not read a whole table polls it, and goes on when the organisation dies or changes its roles.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    sync::Arc,
};

use satchel_dataverse::Dataverse;
use satchel_domain::{
    Column, Cursor, RecordId, ServiceError, TableName, Version,
    ports::{CrmService, From, Next, Page, Way},
    schema::Table,
};
use satchel_http::{Client, Settings};
use satchel_testkit::{FixedToken, demo_org::DemoOrg};

fn adapter(org: &DemoOrg, user: &str) -> Dataverse {
    let settings =
        Settings { extra_certificate_authorities: vec![fs::read(&org.addresses.ca).unwrap()], ..Settings::default() };
    let token = Arc::new(FixedToken::new(org.token(user)));
    Dataverse::new(Client::new(&settings).unwrap(), &org.addresses.organisation_https.parse().unwrap(), token).unwrap()
}

async fn accounts(crm: &Dataverse) -> Table {
    crm.describe(&[TableName::new("account")]).await.unwrap().tables.remove(0)
}

/// Every page from here on, and the cursor at their end.
async fn read_on(crm: &Dataverse, table: &Table, start: Option<Cursor>) -> (Vec<Page>, Cursor) {
    let (mut pages, mut cursor) = (Vec::new(), start);
    loop {
        let page = crm.pull(table, cursor.as_ref().map_or(From::Start, From::Cursor), 50).await.unwrap();
        assert!(page.records.len() <= 50);
        let next = page.next.clone();
        pages.push(page);
        match next {
            Next::CaughtUp(end) => return (pages, end),
            Next::More(on) => cursor = Some(on),
        }
        assert!(pages.len() < 100, "the pages never end");
    }
}

async fn sweep(crm: &Dataverse, table: &Table) -> BTreeMap<RecordId, Version> {
    let (mut rows, mut cursor) = (BTreeMap::new(), None::<Cursor>);
    loop {
        let page = crm.rows(table, cursor.as_ref().map_or(From::Start, From::Cursor), 500).await.unwrap();
        rows.extend(page.rows);
        cursor = page.next;
        if cursor.is_none() {
            return rows;
        }
    }
}

fn ids(pages: &[Page]) -> Vec<RecordId> {
    pages.iter().flat_map(|page| page.records.iter().map(|record| record.id)).collect()
}

#[tokio::test]
async fn her_own_rows_come_once_each_in_pages_that_survive_a_restart_and_say_why() {
    let mut org = DemoOrg::start();
    let clara = adapter(&org, "salesperson");
    let table = accounts(&clara).await;
    let first = clara.pull(&table, From::Start, 50).await.unwrap();
    let Next::More(cursor) = first.next.clone() else { panic!("fifty rows were all") };
    org.kill();
    org.start_again();
    let (clara, ingrid) = (adapter(&org, "salesperson"), adapter(&org, "manager"));
    let (mut pages, _) = read_on(&clara, &table, Some(cursor)).await;
    pages.insert(0, first);
    for page in &pages {
        assert!(matches!(&page.way, Way::Rows { why } if why.contains("prvReadaccount")), "{:?}", page.way);
        assert!(page.gone.is_empty());
    }
    let swept = sweep(&clara, &table).await;
    let read = ids(&pages);
    assert_eq!(read.iter().copied().collect::<BTreeSet<_>>(), swept.keys().copied().collect());
    assert_eq!(read.len(), swept.len());
    let records = pages.iter().flat_map(|page| &page.records);
    assert!(records.clone().all(|record| record.version.as_ref() == swept.get(&record.id)));
    assert!(records.clone().all(|record| !record.value(&Column::new("name")).is_null()));
    let (all, _) = read_on(&ingrid, &table, None).await;
    assert!(all.iter().all(|page| page.way == Way::Changes));
    assert!(ids(&all).len() > read.len(), "the manager reads more");
}

#[tokio::test]
async fn who_lost_the_right_since_starts_over_and_polls() {
    let mut org = DemoOrg::start_with(&["--open"]);
    let clara = adapter(&org, "salesperson");
    let table = accounts(&clara).await;
    let (pages, cursor) = read_on(&clara, &table, None).await;
    assert!(pages.iter().all(|page| page.way == Way::Changes));
    org.kill();
    org.start_again_with(&[]);
    let clara = adapter(&org, "salesperson");
    assert_eq!(clara.pull(&table, From::Cursor(&cursor), 50).await, Err(ServiceError::CursorExpired));
    let (polled, cursor) = read_on(&clara, &table, None).await;
    assert!(matches!(polled[0].way, Way::Rows { .. }));
    assert!(ids(&polled).len() < ids(&pages).len());
    // The right came back: a poll goes on as one, until the table is read anew.
    org.kill();
    org.start_again_with(&["--open"]);
    let clara = adapter(&org, "salesperson");
    let page = clara.pull(&table, From::Cursor(&cursor), 50).await.unwrap();
    assert!(matches!(page.way, Way::Rows { .. }));
}
