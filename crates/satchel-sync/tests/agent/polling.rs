//! Tables of which CRM tells no changes: read by version, and swept by id for what is gone or comes into reach.

use satchel_domain::{Column, RecordId, ServiceError, TableName, Value, scope::IdSweep};
use satchel_sync::Event;
use satchel_testkit::{ModelCrm, model_crm::BEGINNING, organisation};

use crate::device::{Device, PAGE};

const ROWS: usize = 2 * PAGE as usize + 7;
/// Seconds between two sweeps, and one to be sure.
const SWEEP: i64 = 15 * 60 + 1;

fn account() -> TableName {
    TableName::new("account")
}

fn id(number: usize) -> RecordId {
    organisation::id_of(&format!("account {number}"))
}

fn name_of(number: usize) -> Vec<(Column, Value)> {
    vec![(Column::new("name"), Value::Text(format!("Account {number:03}")))]
}

/// An organisation whose salesperson may not read every account; each third one is out of reach.
fn crm() -> ModelCrm {
    let crm = ModelCrm::sample();
    crm.part(&account(), true);
    for number in 0..ROWS {
        crm.create_as_another(&account(), id(number), &name_of(number));
        crm.keep_from_salesperson(&account(), id(number), number % 3 == 0, false);
    }
    crm
}

fn open(folder: &tempfile::TempDir, crm: &ModelCrm) -> Device {
    Device::open(&folder.path().join("db"), &crm.as_salesperson(), BEGINNING)
}

/// The user sees each account that may be read, as it is now, and no other one.
#[track_caller]
fn assert_seen(device: &Device, crm: &ModelCrm) {
    let mut there = crm.rows(&account());
    there.retain(|row| crm.is_open_to_salesperson(&account(), row.id));
    there.sort_by_key(|row| row.id);
    let name = Column::new("name");
    let gist = |rows: Vec<satchel_domain::Record>| -> Vec<_> {
        rows.into_iter().map(|row| (row.id, row.value(&name).clone())).collect()
    };
    assert_eq!(gist(device.shown(&crm.table("account"))), gist(there));
}

fn sweep(device: &Device) -> IdSweep {
    let lane = device.state.status().lanes.into_iter().find(|lane| lane.table == account()).unwrap();
    lane.polled.unwrap().sweep
}

#[tokio::test]
async fn what_may_be_read_is_read_and_what_changes_comes_with_the_next_poll() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = open(&folder, &crm);
    device.rest().await;
    assert_seen(&device, &crm);
    let lane = device.state.status().lanes.into_iter().find(|lane| lane.table == account()).unwrap();
    assert_eq!(lane.polled.unwrap().why, "You may not read every row of account.");
    crm.another_writer(&account(), id(1), &name_of(900));
    crm.create_as_another(&account(), id(901), &name_of(901));
    device.later(61).await;
    assert_seen(&device, &crm);
}

#[tokio::test]
async fn what_is_deleted_or_given_away_goes_with_the_next_sweep() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = open(&folder, &crm);
    device.rest().await;
    crm.delete_as_another(&account(), id(1));
    crm.keep_from_salesperson(&account(), id(2), true, true);
    device.later(61).await;
    assert_eq!(device.shown(&crm.table("account")).len(), ROWS - ROWS.div_ceil(3), "nobody tells of it");
    device.later(SWEEP).await;
    assert_seen(&device, &crm);
    assert!(matches!(sweep(&device), IdSweep::Resting { ended_at: Some(_) }));
}

#[tokio::test]
async fn what_is_shared_comes_though_nobody_wrote_it() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = open(&folder, &crm);
    device.rest().await;
    crm.keep_from_salesperson(&account(), id(0), false, false);
    device.later(61).await;
    assert!(device.shown(&crm.table("account")).iter().all(|row| row.id != id(0)), "its version is old");
    device.later(SWEEP).await;
    assert_seen(&device, &crm);
}

#[tokio::test]
async fn a_change_made_while_the_row_was_out_of_reach_is_not_missed() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = open(&folder, &crm);
    device.rest().await;
    crm.keep_from_salesperson(&account(), id(1), true, false);
    crm.another_writer(&account(), id(1), &name_of(900));
    crm.another_writer(&account(), id(2), &name_of(901));
    // The poll passes over the version of the first by reading the second.
    device.later(61).await;
    crm.keep_from_salesperson(&account(), id(1), false, false);
    device.later(SWEEP).await;
    assert_seen(&device, &crm);
}

#[tokio::test]
async fn sync_now_sweeps_at_once_also_when_a_sweep_is_under_way() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = open(&folder, &crm);
    device.rest().await;
    crm.delete_as_another(&account(), id(1));
    device.tell(Event::SyncNow);
    while !matches!(sweep(&device), IdSweep::Listing { cursor: Some(_), .. }) {
        assert!(device.act().await, "the sweep begins");
    }
    // Listed already: only another sweep finds that it went.
    let listed: Vec<_> = crm
        .rows(&account())
        .into_iter()
        .map(|row| row.id)
        .filter(|id| crm.is_open_to_salesperson(&account(), *id))
        .collect();
    crm.delete_as_another(&account(), *listed.iter().min().unwrap());
    device.tell(Event::SyncNow);
    device.rest().await;
    assert_seen(&device, &crm);
}

#[tokio::test]
async fn a_sweep_that_was_cut_short_removes_nothing_and_goes_on_after_a_restart() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = open(&folder, &crm);
    device.rest().await;
    crm.delete_as_another(&account(), id(1));
    device.tell(Event::SyncNow);
    while !matches!(sweep(&device), IdSweep::Listing { cursor: Some(_), .. }) {
        assert!(device.act().await, "the sweep begins");
    }
    let IdSweep::Listing { generation, .. } = sweep(&device) else { panic!("a sweep is under way") };
    assert!(device.shown(&crm.table("account")).iter().any(|row| row.id == id(1)));
    drop(device);
    let mut device = open(&folder, &crm);
    while device.state.status().lanes.is_empty() {
        assert!(device.act().await, "it starts");
    }
    assert!(matches!(sweep(&device), IdSweep::Listing { generation: same, cursor: Some(_) } if same == generation));
    device.rest().await;
    assert_seen(&device, &crm);
}

#[tokio::test]
async fn rows_that_arrive_while_the_ids_are_listed_stay() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = open(&folder, &crm);
    device.rest().await;
    device.tell(Event::SyncNow);
    while !matches!(sweep(&device), IdSweep::Listing { cursor: Some(_), .. }) {
        assert!(device.act().await, "the sweep begins");
    }
    let first = RecordId(satchel_domain::ids::Uuid::from_u128(1));
    crm.create_as_another(&account(), first, &name_of(900));
    device.now += jiff::SignedDuration::from_secs(61);
    device.rest().await;
    assert_seen(&device, &crm);
    assert!(device.shown(&crm.table("account")).iter().any(|row| row.id == first));
}

#[tokio::test]
async fn a_right_that_comes_and_goes_changes_the_way_and_loses_nothing() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    crm.part(&account(), false);
    let mut device = open(&folder, &crm);
    device.rest().await;
    assert_seen(&device, &crm);
    crm.part(&account(), true);
    device.later(61).await;
    assert_seen(&device, &crm);
    assert!(matches!(sweep(&device), IdSweep::Resting { .. }));
    crm.part(&account(), false);
    device.later(SWEEP).await;
    assert_seen(&device, &crm);
    crm.expire_cursors();
    device.later(61).await;
    assert_seen(&device, &crm);
    let lane = device.state.status().lanes.into_iter().find(|lane| lane.table == account()).unwrap();
    assert_eq!(lane.polled, None, "read anew, and its changes are told again");
}

#[tokio::test]
async fn a_sweep_that_is_refused_waits_alone_and_says_why() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = open(&folder, &crm);
    device.rest().await;
    device.tell(Event::SyncNow);
    while !matches!(sweep(&device), IdSweep::Listing { .. }) {
        assert!(device.act().await, "the sweep begins");
    }
    let IdSweep::Listing { generation, .. } = sweep(&device) else { panic!("a sweep is under way") };
    // What was under way is answered with a refusal.
    device.forget_what_is_waiting();
    let refused = ServiceError::Refused { code: "0x80040220".to_owned(), reason: "Not now.".to_owned() };
    device.tell(Event::IdsListed { table: account(), generation, answer: Err(refused) });
    let lane = device.state.status().lanes.into_iter().find(|lane| lane.table == account()).unwrap();
    assert_eq!((lane.problem.as_deref(), lane.sweep.failures), (Some("Not now."), 1));
    crm.another_writer(&account(), id(1), &name_of(900));
    device.later(61).await;
    assert_seen(&device, &crm);
    let lane = device.state.status().lanes.into_iter().find(|lane| lane.table == account()).unwrap();
    assert_eq!((lane.problem, lane.sweep.failures), (None, 0));
}

/// Acts until the next thing to be done is to read this row, which a sweep listed.
async fn act_to_reading(device: &mut Device, wanted: RecordId) {
    while sweep(device) != (IdSweep::Reading { next: wanted }) {
        assert!(device.act().await, "the sweep comes to the row");
    }
}

#[tokio::test]
async fn a_row_that_is_deleted_between_its_listing_and_its_reading_is_not_shown() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = open(&folder, &crm);
    device.rest().await;
    crm.keep_from_salesperson(&account(), id(0), false, false);
    device.tell(Event::SyncNow);
    act_to_reading(&mut device, id(0)).await;
    crm.delete_as_another(&account(), id(0));
    device.rest().await;
    assert_seen(&device, &crm);
    assert!(matches!(sweep(&device), IdSweep::Resting { ended_at: Some(_) }));
}

#[tokio::test]
async fn a_right_that_goes_between_listing_and_reading_and_comes_again_brings_the_row_with_the_next_sweep() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = open(&folder, &crm);
    device.rest().await;
    crm.keep_from_salesperson(&account(), id(0), false, false);
    device.tell(Event::SyncNow);
    act_to_reading(&mut device, id(0)).await;
    crm.keep_from_salesperson(&account(), id(0), true, false);
    device.rest().await;
    assert_seen(&device, &crm);
    crm.keep_from_salesperson(&account(), id(0), false, false);
    device.later(SWEEP).await;
    assert_seen(&device, &crm);
    assert!(device.shown(&crm.table("account")).iter().any(|row| row.id == id(0)));
}
