//! A backup of last week comes back: what it still holds for unsent overwrites nothing that is newer in CRM.

use std::fs;

use satchel_domain::{
    Column, EntryId, RecordId, TableName, Value,
    edit::{Change, Deed, Edit, Hold, State},
    ids::Uuid,
};
use satchel_store::records;
use satchel_sync::Event;
use satchel_testkit::{ModelCrm, model_crm::BEGINNING, organisation};

use crate::device::Device;

fn accounts() -> TableName {
    TableName::new("account")
}

fn fjord() -> RecordId {
    organisation::id_of("fjord")
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn name_in(crm: &ModelCrm) -> Value {
    crm.row(&accounts(), fjord()).unwrap().value(&Column::new("name")).clone()
}

/// An edit that was sent long ago waits again, and a colleague has changed the same since then, or has not.
async fn restored(folder: &tempfile::TempDir, colleague: Option<&str>) -> (ModelCrm, Device) {
    let crm = ModelCrm::sample();
    crm.create_as_another(&accounts(), fjord(), &[(Column::new("name"), text("Fjord"))]);
    let (path, backup) = (folder.path().join("db"), folder.path().join("backup"));
    let mut device = Device::open(&path, &crm, BEGINNING);
    device.rest().await;
    device.tell(Event::GoOffline);
    let table = device.table("account");
    let copy = device.hands.database.read(|reader| records::server_copy(reader, &table, fjord())).unwrap();
    let change = Change { column: Column::new("name"), before: text("Fjord"), after: text("Mine") };
    let (entry, base) = (EntryId(Uuid::from_u128(1)), copy.unwrap().version);
    let (record, deed, changes) = (fjord(), Deed::Update, vec![change]);
    device.save(&Edit { entry, table: accounts(), record, deed, changes, base });
    drop(device);
    fs::copy(&path, &backup).unwrap();

    let mut device = Device::open(&path, &crm, BEGINNING);
    device.rest().await;
    assert_eq!((device.entries().len(), name_in(&crm)), (0, text("Mine")));
    drop(device);
    if let Some(value) = colleague {
        crm.another_writer(&accounts(), fjord(), &[(Column::new("name"), text(value))]);
    }
    fs::copy(&backup, &path).unwrap();
    let mut device = Device::open(&path, &crm, BEGINNING);
    assert_eq!(device.entries().len(), 1, "the backup does not know that it was sent");
    device.later(61).await;
    (crm, device)
}

#[tokio::test]
async fn a_restored_backup_asks_before_it_overwrites_what_a_colleague_wrote_since() {
    let folder = tempfile::tempdir().unwrap();
    let (crm, device) = restored(&folder, Some("Theirs")).await;
    assert_eq!(name_in(&crm), text("Theirs"), "nothing newer is overwritten");
    let [entry] = device.entries().try_into().unwrap();
    let State::Held(Hold::Conflict { clashes, .. }) = entry.state else { panic!("{:?}", entry.state) };
    assert_eq!((clashes, &entry.edit.changes[0].after), (vec![Column::new("name")], &text("Mine")), "both are kept");
}

#[tokio::test]
async fn a_restored_backup_writes_nothing_that_crm_has_already() {
    let folder = tempfile::tempdir().unwrap();
    let (crm, device) = restored(&folder, None).await;
    assert_eq!((device.entries().len(), name_in(&crm), crm.writes()), (0, text("Mine"), 1));
}
