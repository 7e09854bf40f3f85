//! A clock that is wrong or set back stops nothing: not the pull, not a back-off, and not an entry that waits.
//!
//! What follows a clock that was set back was found by the simulation.

use jiff::SignedDuration;
use satchel_domain::{
    Column, EntryId, RecordId, TableName, Value,
    edit::{Change, Deed, Edit, Hold, State},
    ids::Uuid,
};
use satchel_store::{Durability, outbox};
use satchel_testkit::{ModelCrm, model_crm::BEGINNING, organisation};

use crate::{
    desk::{Desk, crm, emails},
    device::Device,
};

fn accounts() -> TableName {
    TableName::new("account")
}

fn named(name: &str) -> Vec<(Column, Value)> {
    vec![(Column::new("name"), Value::Text(name.to_owned()))]
}

fn id(words: &str) -> RecordId {
    organisation::id_of(words)
}

fn create(device: &mut Device, entry: EntryId) {
    let change = Change { column: Column::new("name"), before: Value::Null, after: Value::Text("New".to_owned()) };
    device.save(&Edit {
        entry,
        table: accounts(),
        record: id("new"),
        deed: Deed::Create,
        changes: vec![change],
        base: None,
    });
}

#[tokio::test]
async fn changes_still_arrive_each_minute_after_the_clock_was_set_back_by_a_day() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), ModelCrm::sample());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    device.rest().await;
    device.now -= SignedDuration::from_hours(24);
    // The runner wakes the core at least once a minute.
    device.tell(satchel_sync::Event::Tick);
    device.rest().await;
    crm.create_as_another(&accounts(), id("theirs"), &named("Theirs"));
    device.later(61).await;
    assert_eq!(device.shown(&crm.table("account")).len(), 1);
}

#[tokio::test]
async fn a_device_and_a_service_that_are_a_day_apart_merge_like_any_two() {
    for apart in [SignedDuration::from_hours(-24), SignedDuration::from_hours(24)] {
        let (folder, crm) = (tempfile::tempdir().unwrap(), ModelCrm::sample());
        crm.create_as_another(&accounts(), id("company"), &named("Contoso"));
        let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING + apart);
        device.rest().await;
        let phone = Column::new("telephone1");
        let edit = |entry: u128, column: &Column, before: Value, after: &str| Edit {
            entry: EntryId(Uuid::from_u128(entry)),
            table: accounts(),
            record: id("company"),
            deed: Deed::Update,
            changes: vec![Change { column: column.clone(), before, after: Value::Text(after.to_owned()) }],
            base: crm.row(&accounts(), id("company")).unwrap().version,
        };
        let (mine, clash) = (
            edit(1, &phone, Value::Null, "+47 1"),
            edit(2, &Column::new("name"), Value::Text("Contoso".to_owned()), "Ours"),
        );
        crm.another_writer(&accounts(), id("company"), &named("Theirs"));
        device.save(&mine);
        device.rest().await;
        let row = crm.row(&accounts(), id("company")).unwrap();
        let told = |column: &str| row.value(&Column::new(column)).as_text().map(str::to_owned);
        assert_eq!((told("name").as_deref(), told("telephone1").as_deref()), (Some("Theirs"), Some("+47 1")));
        device.later(61).await;
        let shown = device.shown(&crm.table("account")).remove(0);
        assert_eq!((shown.value(&phone), device.entries().len()), (row.value(&phone), 0));
        // Whoever wrote later by either clock: the user is asked.
        device.save(&clash);
        device.later(61).await;
        assert!(matches!(&device.entries()[0].state, State::Held(Hold::Conflict { .. })), "{apart:?}");
        assert_eq!(crm.row(&accounts(), id("company")).unwrap().version, row.version);
    }
}

#[tokio::test]
async fn a_pause_that_the_service_asked_for_stays_as_long_as_it_was() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), ModelCrm::sample());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    device.rest().await;
    crm.throttle_next(SignedDuration::from_secs(300));
    device.later(61).await;
    let calls = crm.calls();
    device.now -= SignedDuration::from_hours(24);
    device.tell(satchel_sync::Event::Tick);
    device.rest().await;
    device.later(290).await;
    assert_eq!(crm.calls(), calls);
    device.later(11).await;
    assert!(crm.calls() > calls);
}

#[tokio::test]
async fn an_entry_that_was_put_off_before_the_clock_was_set_back_is_sent_also_after_a_restart() {
    for is_restarted in [false, true] {
        let (folder, crm) = (tempfile::tempdir().unwrap(), ModelCrm::sample());
        let path = folder.path().join("db");
        let mut device = Device::open(&path, &crm, BEGINNING);
        device.rest().await;
        crm.go_down();
        create(&mut device, EntryId(Uuid::from_u128(1)));
        device.rest().await;
        let now = device.now - SignedDuration::from_hours(24 * 3650);
        crm.come_back();
        if is_restarted {
            drop(device);
            device = Device::open(&path, &crm, now);
        }
        device.now = now;
        device.tell(satchel_sync::Event::Tick);
        device.rest().await;
        device.later(301).await;
        assert!(crm.row(&accounts(), id("new")).is_some(), "restarted: {is_restarted}");
        assert_eq!(device.hands.database.read(outbox::list).unwrap().len(), 0);
    }
}

/// Puts the entry off until so long from now, as a pause or a clock that was ahead did.
fn put_off(device: &Device, entry: EntryId, wait: SignedDuration) {
    let from = device.now + wait;
    let database = &device.hands.database;
    database.write(Durability::Full, |tx| outbox::settle_later(tx, entry, from, 0)).unwrap();
}

#[tokio::test]
async fn a_message_that_waits_for_its_mailbox_does_not_hide_an_edit_that_the_clock_put_off() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    crm.go_down();
    desk.track(1, None);
    let message = desk.entries()[0].edit.entry;
    create(&mut desk.device, EntryId(Uuid::from_u128(2)));
    desk.device.rest().await;
    put_off(&desk.device, message, SignedDuration::from_mins(50));
    put_off(&desk.device, EntryId(Uuid::from_u128(2)), SignedDuration::from_hours(24));
    crm.come_back();
    let mut desk = desk.restart(&crm);
    desk.device.rest().await;
    assert!(crm.row(&accounts(), id("new")).is_some(), "{:?}", desk.entries());
    assert_eq!(emails(&crm).len(), 0);
}

#[tokio::test]
async fn the_longest_pause_of_a_mailbox_outlives_a_clock_that_is_put_right_by_a_second() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    crm.go_down();
    desk.track(1, None);
    desk.device.rest().await;
    let message = desk.entries()[0].edit.entry;
    put_off(&desk.device, message, SignedDuration::from_hours(1));
    crm.come_back();
    desk.device.now -= SignedDuration::from_secs(1);
    let mut desk = desk.restart(&crm);
    desk.device.later(3590).await;
    assert_eq!(emails(&crm).len(), 0);
    desk.device.later(11).await;
    assert_eq!(emails(&crm).len(), 1);
}
