//! Parties of emails: a table of their own, of which CRM tells no changes, and whose rows are replaced as a set.

use std::sync::Arc;

use satchel_domain::{
    Column, RecordId, TableName, Value,
    scope::IdSweep,
    tracking::{EMAILS, PARTIES},
    value::Lookup,
};
use satchel_testkit::{ModelCrm, model_crm::BEGINNING, organisation};

use crate::device::{Device, Post, tables};

fn parties() -> TableName {
    TableName::new(PARTIES)
}

fn id(words: &str) -> RecordId {
    organisation::id_of(words)
}

fn email(crm: &ModelCrm, words: &str, people: &[&str]) {
    let subject = [(Column::new("subject"), Value::Text(words.to_owned()))];
    crm.create_as_another(&TableName::new(EMAILS), id(words), &subject);
    people.iter().for_each(|person| join(crm, words, person));
}

fn join(crm: &ModelCrm, email: &str, person: &str) {
    let activity = Lookup { table: TableName::new(EMAILS), id: id(email), name: None };
    let values = [
        (Column::new("activityid"), Value::Lookup(activity)),
        (Column::new("participationtypemask"), Value::Choice(2)),
        (Column::new("addressused"), Value::Text(person.to_owned())),
    ];
    crm.create_as_another(&parties(), id(person), &values);
}

fn leave(crm: &ModelCrm, person: &str) {
    crm.delete_as_another(&parties(), id(person));
}

/// A device that keeps parties, too.
fn open(folder: &tempfile::TempDir, crm: &ModelCrm) -> Device {
    let kept = tables().into_iter().chain([parties()]).collect();
    Device::open_for(&folder.path().join("db"), crm, Arc::new(Post::default()), kept, BEGINNING)
}

/// The addresses of everybody whom the user sees.
fn seen(device: &Device) -> Vec<String> {
    let rows = device.shown(&device.table(PARTIES)).into_iter();
    let mut told: Vec<_> =
        rows.filter_map(|row| row.value(&Column::new("addressused")).as_text().map(str::to_owned)).collect();
    told.sort();
    told
}

fn sweep(device: &Device) -> IdSweep {
    let lane = device.state.status().lanes.into_iter().find(|lane| lane.table == parties()).unwrap();
    lane.polled.unwrap().sweep
}

#[tokio::test]
async fn parties_that_others_replace_are_replaced_here_with_the_next_poll() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), ModelCrm::sample());
    email(&crm, "offer", &["ada", "bo"]);
    email(&crm, "order", &["cy"]);
    let mut device = open(&folder, &crm);
    device.rest().await;
    assert_eq!(seen(&device), ["ada", "bo", "cy"]);
    leave(&crm, "ada");
    leave(&crm, "bo");
    join(&crm, "offer", "bo again");
    join(&crm, "offer", "di");
    device.later(61).await;
    assert_eq!(seen(&device), ["bo again", "cy", "di"]);
}

#[tokio::test]
async fn one_more_party_leaves_the_others_where_they_are() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), ModelCrm::sample());
    email(&crm, "offer", &["ada", "bo"]);
    let mut device = open(&folder, &crm);
    device.rest().await;
    join(&crm, "offer", "cy");
    device.later(61).await;
    assert_eq!(seen(&device), ["ada", "bo", "cy"]);
    let calls = crm.calls();
    device.tell(satchel_sync::Event::Tick);
    device.rest().await;
    assert_eq!(crm.calls(), calls, "what was in doubt is settled");
}

#[tokio::test]
async fn a_restart_between_the_poll_and_the_reading_forgets_no_doubt() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), ModelCrm::sample());
    email(&crm, "offer", &["ada"]);
    let mut device = open(&folder, &crm);
    device.rest().await;
    leave(&crm, "ada");
    join(&crm, "offer", "bo");
    device.now += jiff::SignedDuration::from_secs(61);
    while sweep(&device) != (IdSweep::Reading { next: id("ada") }) {
        assert!(device.act().await, "the poll brings the new party");
    }
    let now = device.now;
    drop(device);
    let mut device = open(&folder, &crm);
    device.now = now;
    device.rest().await;
    assert_eq!(seen(&device), ["bo"]);
}

#[tokio::test]
async fn parties_that_change_every_minute_put_no_sweep_off() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), ModelCrm::sample());
    email(&crm, "offer", &["ada"]);
    email(&crm, "order", &["cy"]);
    let mut device = open(&folder, &crm);
    device.rest().await;
    crm.delete_as_another(&TableName::new(EMAILS), id("order"));
    for minute in 0..16 {
        join(&crm, "offer", &format!("guest {minute}"));
        device.later(61).await;
    }
    assert_eq!(seen(&device).len(), 17);
    assert!(!seen(&device).contains(&"cy".to_owned()), "its email is gone, and no poll tells");
}
