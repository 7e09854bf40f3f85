//! Pulling: everything arrives, whatever interrupts it, and nothing arrives twice or stays when it is gone.

use crate::device::{Device, PAGE, tables};
use jiff::SignedDuration;
use satchel_domain::{
    Column, EntryId, RecordId, TableName, Value,
    connectivity::Connectivity,
    edit::{Change, Deed, Edit},
    ids::Uuid,
    schema::Table,
};
use satchel_sync::Event;
use satchel_testkit::{ModelCrm, model_crm::BEGINNING, organisation};

const ACCOUNTS: usize = 230;

fn account() -> TableName {
    TableName::new("account")
}

fn id(number: usize) -> RecordId {
    organisation::id_of(&format!("account {number}"))
}

fn named(name: &str) -> Vec<(Column, Value)> {
    vec![(Column::new("name"), Value::Text(name.to_owned()))]
}

fn crm() -> ModelCrm {
    let crm = ModelCrm::sample();
    for number in 0..ACCOUNTS {
        crm.create_as_another(&account(), id(number), &named(&format!("Account {number:03}")));
    }
    crm
}

/// What the user sees is what the service holds, in every column.
#[track_caller]
fn assert_same(device: &Device, crm: &ModelCrm) {
    for name in tables() {
        let table: Table = crm.table(name.as_str());
        let mut there = crm.rows(&name);
        there.sort_by_key(|record| record.id);
        let here = device.shown(&table);
        assert_eq!(here.len(), there.len(), "rows of {name}");
        for (here, there) in here.iter().zip(&there) {
            assert_eq!(here.id, there.id);
            for column in &table.columns {
                assert!(here.value(&column.name).same_as(there.value(&column.name)), "{name} {}", column.name);
            }
        }
    }
}

#[tokio::test]
async fn a_first_sync_brings_every_row_page_by_page() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    device.rest().await;
    assert_same(&device, &crm);
    assert!(device.pages >= ACCOUNTS / PAGE as usize);
    assert_eq!(device.connectivity(), Connectivity::Online);
}

#[tokio::test]
async fn a_kill_after_every_page_costs_at_most_that_page() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let path = folder.path().join("db");
    let (mut lives, mut pages) = (0, 0);
    loop {
        let mut device = Device::open(&path, &crm, BEGINNING);
        lives += 1;
        while device.pages == 0 && device.act().await {}
        pages += device.pages;
        let is_done = device.state.status().lanes.iter().all(|lane| lane.scope.is_live());
        if is_done && !device.state.status().lanes.is_empty() {
            assert_same(&device, &crm);
            break;
        }
        assert!(lives < 100, "a restart that always starts over never ends");
    }
    // Every life stored one page, and no page was stored in two lives.
    let expected = ACCOUNTS.div_ceil(PAGE as usize) + tables().len() - 1;
    assert!(pages <= expected + 1, "{pages} pages in {lives} lives, {expected} are enough");
}

#[tokio::test]
async fn a_kill_between_the_answer_and_its_commit_repeats_the_page() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let path = folder.path().join("db");
    for effects in 1..12 {
        let mut device = Device::open(&path, &crm, BEGINNING);
        for _ in 0..effects {
            device.act().await;
        }
    }
    let mut device = Device::open(&path, &crm, BEGINNING);
    device.rest().await;
    assert_same(&device, &crm);
}

#[tokio::test]
async fn what_others_create_change_and_delete_arrives() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    device.rest().await;
    crm.another_writer(&account(), id(7), &named("Renamed"));
    crm.delete_as_another(&account(), id(8));
    crm.create_as_another(&account(), id(1000), &named("New"));
    device.later(61).await;
    assert_same(&device, &crm);
}

#[tokio::test]
async fn a_device_that_is_up_to_date_only_asks_and_seldom() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    device.rest().await;
    let before = crm.calls();
    for _ in 0..10 {
        device.later(1).await;
    }
    assert_eq!(crm.calls(), before);
    assert_eq!(crm.writes(), 0);
}

#[tokio::test]
async fn a_forgotten_cursor_leads_to_a_sweep_that_removes_what_is_gone_and_hides_nothing_meanwhile() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    device.rest().await;
    crm.delete_as_another(&account(), id(3));
    crm.another_writer(&account(), id(4), &named("Changed"));
    crm.expire_cursors();
    device.now += SignedDuration::from_secs(61);
    let table = crm.table("account");
    while device.act().await {
        // Until the last page nothing is missing: the deleted one is still shown.
        assert!(device.shown(&table).len() >= ACCOUNTS - 1);
    }
    assert_same(&device, &crm);
}

#[tokio::test]
async fn a_sweep_that_is_cut_short_removes_nothing_and_goes_on_after_a_restart() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let path = folder.path().join("db");
    let mut device = Device::open(&path, &crm, BEGINNING);
    device.rest().await;
    crm.delete_as_another(&account(), id(3));
    crm.expire_cursors();
    device.now += SignedDuration::from_secs(61);
    let stored = device.pages;
    while device.pages < stored + 2 && device.act().await {}
    assert_eq!(device.shown(&crm.table("account")).len(), ACCOUNTS);
    let now = device.now;
    drop(device);
    let mut device = Device::open(&path, &crm, now);
    device.rest().await;
    assert_same(&device, &crm);
}

#[tokio::test]
async fn the_network_goes_and_comes_back_and_waits_grow_between() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    device.rest().await;
    crm.go_down();
    device.later(61).await;
    assert_eq!(device.connectivity(), Connectivity::Unreachable);
    assert!(device.state.status().message.is_some());
    let before = crm.calls();
    for _ in 0..60 {
        device.later(1).await;
    }
    let tries = crm.calls() - before;
    assert!((2..=6).contains(&tries), "{tries} tries in a minute");
    crm.another_writer(&account(), id(1), &named("Meanwhile"));
    crm.come_back();
    device.later(121).await;
    assert_eq!(device.connectivity(), Connectivity::Online);
    assert_eq!(device.state.status().message, None);
    assert_same(&device, &crm);
}

#[tokio::test]
async fn sync_now_does_not_wait_for_a_back_off() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    crm.go_down();
    device.rest().await;
    for _ in 0..4 {
        device.later(30).await;
    }
    crm.come_back();
    device.tell(Event::SyncNow);
    device.rest().await;
    assert_same(&device, &crm);
}

/// What a colleague writes while a table is being read need not be in what was read.
#[tokio::test]
async fn sync_now_at_any_moment_of_a_reading_brings_what_was_written_until_then() {
    for moment in 0..30 {
        let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
        let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
        device.rest().await;
        device.tell(Event::SyncNow);
        for _ in 0..moment {
            device.act().await;
        }
        let table = TableName::new("account");
        crm.create_as_another(
            &table,
            RecordId(Uuid::from_u128(0xabc)),
            &[(Column::new("name"), Value::Text("New".into()))],
        );
        device.tell(Event::SyncNow);
        device.rest().await;
        assert_same(&device, &crm);
    }
}

#[tokio::test]
async fn working_offline_asks_nothing_until_the_user_ends_it() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    device.tell(Event::GoOffline);
    device.tell(Event::SyncNow);
    device.later(3600).await;
    assert_eq!(crm.calls(), 0);
    device.tell(Event::GoOnline);
    device.rest().await;
    assert_same(&device, &crm);
}

#[tokio::test]
async fn a_pause_that_the_service_asked_for_holds_for_every_table_and_for_sync_now() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    device.rest().await;
    crm.throttle_next(SignedDuration::from_secs(300));
    device.later(61).await;
    let before = crm.calls();
    device.tell(Event::SyncNow);
    device.later(200).await;
    assert_eq!(crm.calls(), before);
    device.later(101).await;
    assert!(crm.calls() > before);
}

#[tokio::test]
async fn a_sign_in_that_ran_out_stops_everything_and_a_new_one_goes_on() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    crm.sign_out();
    device.rest().await;
    assert_eq!(device.connectivity(), Connectivity::SignedOut);
    let before = crm.calls();
    device.later(3600).await;
    assert_eq!(crm.calls(), before);
    crm.sign_in();
    device.tell(Event::SignedIn);
    device.rest().await;
    assert_same(&device, &crm);
}

/// Found by the simulation.
#[tokio::test]
async fn what_was_made_here_before_the_first_pull_and_deleted_by_another_meanwhile_goes_with_that_pull() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    // Described, and the tables stand.
    device.act().await;
    device.act().await;
    let name = Change { column: Column::new("name"), before: Value::Null, after: Value::Text("Mine".to_owned()) };
    device.save(&Edit {
        entry: EntryId(Uuid::from_u128(1)),
        table: account(),
        record: id(5000),
        deed: Deed::Create,
        changes: vec![name],
        base: None,
    });
    while crm.row(&account(), id(5000)).is_none() || !device.entries().is_empty() {
        assert!(device.act().await, "it rests before it has sent");
    }
    assert_eq!(device.pages, 0);
    crm.delete_as_another(&account(), id(5000));
    device.rest().await;
    assert_same(&device, &crm);
    crm.expire_cursors();
    crm.delete_as_another(&account(), id(7));
    device.later(61).await;
    assert_same(&device, &crm);
}
