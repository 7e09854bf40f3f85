//! Playback: what was saved reaches CRM once, or is held with the reason; nobody else's change is overwritten.

use crate::device::Device;
use jiff::SignedDuration;
use satchel_domain::{
    Column, EntryId, RecordId, TableName, Value,
    edit::{Change, Deed, Edit, Hold, State},
    ids::Uuid,
    value::Lookup,
};
use satchel_store::{outbox, records};
use satchel_sync::Event;
use satchel_testkit::{ModelCrm, model_crm::BEGINNING, organisation};

fn opportunity() -> TableName {
    TableName::new("opportunity")
}

fn id(words: &str) -> RecordId {
    organisation::id_of(words)
}

fn text(value: &str) -> Value {
    if value == "-" { Value::Null } else { Value::Text(value.to_owned()) }
}

fn change(column: &str, before: &str, after: &str) -> Change {
    Change { column: Column::new(column), before: text(before), after: text(after) }
}

fn edit(entry: u128, table: &str, record: RecordId, deed: Deed, changes: &[Change]) -> Edit {
    Edit {
        entry: EntryId(Uuid::from_u128(entry)),
        table: TableName::new(table),
        record,
        deed,
        changes: changes.to_vec(),
        base: None,
    }
}

/// The deal as it stands on the device, edited.
fn update(device: &Device, entry: u128, changes: &[Change]) -> Edit {
    let table = device.table("opportunity");
    let known = device.hands.database.read(|reader| records::server_copy(reader, &table, id("deal"))).unwrap();
    Edit { base: known.unwrap().version, ..edit(entry, "opportunity", id("deal"), Deed::Update, changes) }
}

fn crm() -> ModelCrm {
    let crm = ModelCrm::sample();
    crm.create_as_another(
        &opportunity(),
        id("deal"),
        &[(Column::new("name"), text("Winch line 4")), (Column::new("description"), text("as agreed"))],
    );
    crm
}

async fn synced(folder: &tempfile::TempDir, crm: &ModelCrm) -> Device {
    let mut device = Device::open(&folder.path().join("db"), crm, BEGINNING);
    device.rest().await;
    device
}

#[track_caller]
fn held_in_crm(crm: &ModelCrm, column: &str) -> String {
    let row = crm.row(&opportunity(), id("deal")).expect("the deal is gone");
    row.value(&Column::new(column)).as_text().unwrap_or("-").to_owned()
}

fn entries(device: &Device) -> Vec<outbox::Entry> {
    device.hands.database.read(outbox::list).unwrap()
}

fn shown(device: &Device, column: &str) -> String {
    let table = device.table("opportunity");
    let shown = device.hands.database.read(|reader| records::one(reader, &table, id("deal"))).unwrap();
    shown
        .map_or("gone".to_owned(), |shown| shown.record.value(&Column::new(column)).as_text().unwrap_or("-").to_owned())
}

#[tokio::test]
async fn what_is_saved_while_the_agent_looks_for_something_to_send_is_sent_too() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = synced(&folder, &crm).await;
    device.tell(Event::Edited);
    let saved = update(&device, 1, &[change("description", "as agreed", "mine")]);
    // It found nothing, and hears of the new edit before it says so.
    device.act_while(|device| device.save(&saved)).await;
    device.rest().await;
    assert_eq!((held_in_crm(&crm, "description"), entries(&device)), ("mine".to_owned(), Vec::new()));
}

#[tokio::test]
async fn an_edit_reaches_crm_once_and_the_outbox_is_empty() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = synced(&folder, &crm).await;
    device.save(&update(&device, 1, &[change("name", "Winch line 4", "Winch line 5")]));
    assert_eq!(shown(&device, "name"), "Winch line 5");
    device.rest().await;
    assert_eq!(held_in_crm(&crm, "name"), "Winch line 5");
    assert_eq!((entries(&device).len(), crm.writes()), (0, 1));
    device.later(61).await;
    assert_eq!((shown(&device, "name").as_str(), crm.writes()), ("Winch line 5", 1));
}

#[tokio::test]
async fn an_answer_that_was_lost_is_read_back_and_nothing_is_sent_twice() {
    for deed in [Deed::Create, Deed::Update, Deed::Delete] {
        let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
        let mut device = synced(&folder, &crm).await;
        let edit = match deed {
            Deed::Create | Deed::Track => edit(1, "opportunity", id("new"), deed, &[change("name", "-", "New")]),
            Deed::Update => update(&device, 1, &[change("name", "Winch line 4", "Winch line 5")]),
            Deed::Delete => Edit { deed, ..update(&device, 1, &[]) },
        };
        crm.answer_lost_next();
        device.save(&edit);
        device.rest().await;
        device.later(300).await;
        assert_eq!((entries(&device).len(), crm.writes()), (0, 1), "{deed:?}");
    }
}

#[tokio::test]
async fn a_kill_at_any_moment_of_playback_neither_loses_nor_doubles() {
    for steps in 0..14 {
        let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
        let path = folder.path().join("db");
        let mut device = synced(&folder, &crm).await;
        device.save(&edit(1, "account", id("parent"), Deed::Create, &[change("name", "-", "Parent")]));
        let parent = Lookup { table: TableName::new("account"), id: id("parent"), name: None };
        let refers =
            Change { column: Column::new("parentaccountid"), before: Value::Null, after: Value::Lookup(parent) };
        device.save(&edit(2, "opportunity", id("child"), Deed::Create, &[change("name", "-", "Child"), refers]));
        for _ in 0..steps {
            device.act().await;
        }
        let now = device.now;
        drop(device);
        let mut device = Device::open(&path, &crm, now);
        device.rest().await;
        device.later(300).await;
        assert_eq!(entries(&device).len(), 0, "after {steps} steps");
        assert_eq!(crm.writes(), 2, "after {steps} steps");
        let child = crm.row(&opportunity(), id("child")).unwrap();
        assert!(
            matches!(child.value(&Column::new("parentaccountid")), Value::Lookup(lookup) if lookup.id == id("parent"))
        );
    }
}

#[tokio::test]
async fn another_ones_change_of_another_column_survives_and_so_does_mine() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = synced(&folder, &crm).await;
    device.tell(satchel_sync::Event::GoOffline);
    device.save(&update(&device, 1, &[change("name", "Winch line 4", "Winch line 5")]));
    crm.another_writer(&opportunity(), id("deal"), &[(Column::new("description"), text("by the manager"))]);
    device.tell(satchel_sync::Event::GoOnline);
    device.rest().await;
    assert_eq!(held_in_crm(&crm, "name"), "Winch line 5");
    assert_eq!(held_in_crm(&crm, "description"), "by the manager");
    assert_eq!(entries(&device).len(), 0);
    assert_eq!(shown(&device, "description"), "by the manager");
}

#[tokio::test]
async fn the_same_column_on_both_sides_is_held_and_nothing_is_overwritten() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = synced(&folder, &crm).await;
    device.tell(satchel_sync::Event::GoOffline);
    device.save(&update(&device, 1, &[change("name", "Winch line 4", "Mine")]));
    crm.another_writer(&opportunity(), id("deal"), &[(Column::new("name"), text("Theirs"))]);
    device.tell(satchel_sync::Event::GoOnline);
    device.rest().await;
    device.later(600).await;
    assert_eq!((held_in_crm(&crm, "name").as_str(), crm.writes()), ("Theirs", 0));
    let held = entries(&device);
    let State::Held(Hold::Conflict { theirs, clashes }) = &held[0].state else { panic!("{:?}", held[0].state) };
    assert_eq!(clashes, &[Column::new("name")]);
    assert_eq!(theirs.value(&Column::new("name")), &text("Theirs"));
    assert_eq!(shown(&device, "name"), "Mine");
}

#[tokio::test]
async fn a_refusal_is_held_with_the_servers_words_and_delays_nothing_else() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = synced(&folder, &crm).await;
    crm.refuse_next("0x80040265", "The discount is too high.");
    device.save(&update(&device, 1, &[change("name", "Winch line 4", "Winch line 5")]));
    device.save(&edit(2, "account", id("other"), Deed::Create, &[change("name", "-", "Other")]));
    device.rest().await;
    let held = entries(&device);
    assert_eq!(held.len(), 1);
    assert!(
        matches!(&held[0].state, State::Held(Hold::Refused { reason, .. }) if reason == "The discount is too high."),
        "{:?}",
        held[0].state
    );
    assert!(crm.row(&TableName::new("account"), id("other")).is_some());
}

#[tokio::test]
async fn a_record_deleted_meanwhile_holds_the_edit_and_a_delete_of_it_is_done() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = synced(&folder, &crm).await;
    crm.delete_as_another(&opportunity(), id("deal"));
    device.save(&update(&device, 1, &[change("name", "Winch line 4", "Winch line 5")]));
    device.rest().await;
    assert!(matches!(entries(&device)[0].state, State::Held(Hold::DeletedOnServer)));
    assert_eq!(crm.row(&opportunity(), id("deal")), None);

    let (folder, crm) = (tempfile::tempdir().unwrap(), self::crm());
    let mut device = synced(&folder, &crm).await;
    crm.delete_as_another(&opportunity(), id("deal"));
    device.save(&Edit { deed: Deed::Delete, ..update(&device, 1, &[]) });
    device.rest().await;
    assert_eq!(entries(&device).len(), 0);
}

#[tokio::test]
async fn without_a_network_the_edit_waits_shows_and_costs_no_try() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = synced(&folder, &crm).await;
    crm.go_down();
    device.save(&update(&device, 1, &[change("name", "Winch line 4", "Winch line 5")]));
    for _ in 0..20 {
        device.later(60).await;
    }
    assert_eq!(shown(&device, "name"), "Winch line 5");
    assert_eq!(entries(&device)[0].attempts, 0);
    crm.come_back();
    device.now += SignedDuration::from_secs(121);
    device.rest().await;
    assert_eq!((held_in_crm(&crm, "name").as_str(), crm.writes()), ("Winch line 5", 1));
}

#[tokio::test]
async fn two_devices_that_edit_different_columns_agree_in_the_end() {
    let (one, two, crm) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), crm());
    let (mut first, mut second) = (synced(&one, &crm).await, synced(&two, &crm).await);
    first.save(&update(&first, 1, &[change("name", "Winch line 4", "From the laptop")]));
    second.save(&update(&second, 2, &[change("description", "as agreed", "From the tablet")]));
    first.rest().await;
    second.rest().await;
    for device in [&mut first, &mut second] {
        device.later(61).await;
        assert_eq!(entries(device).len(), 0);
        assert_eq!(shown(device, "name"), "From the laptop");
        assert_eq!(shown(device, "description"), "From the tablet");
    }
    let writes = crm.writes();
    for device in [&mut first, &mut second] {
        device.later(200).await;
    }
    assert_eq!(crm.writes(), writes, "two devices that agree write nothing");
}

#[tokio::test]
async fn going_offline_between_the_mark_and_the_push_sends_nothing() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = synced(&folder, &crm).await;
    device.save(&update(&device, 1, &[change("name", "Winch line 4", "Winch line 5")]));
    // Looks for what is due; the next thing writes down that it is being sent.
    device.act().await;
    device.tell(satchel_sync::Event::GoOffline);
    device.rest().await;
    assert_eq!(crm.writes(), 0);
    assert!(matches!(entries(&device)[0].state, State::Ready { .. }), "{:?}", entries(&device)[0].state);
    device.tell(satchel_sync::Event::GoOnline);
    device.rest().await;
    assert_eq!((held_in_crm(&crm, "name").as_str(), crm.writes()), ("Winch line 5", 1));
}

#[tokio::test]
async fn an_edit_that_is_changed_or_taken_back_while_it_is_about_to_be_sent_goes_up_as_it_is_now() {
    for (again, expected) in [("Winch line 6", "Winch line 6"), ("Winch line 4", "Winch line 4")] {
        let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
        let mut device = synced(&folder, &crm).await;
        device.save(&update(&device, 1, &[change("name", "Winch line 4", "Winch line 5")]));
        // It was found as due; the next thing writes down that it is being sent.
        device.act().await;
        device.save(&update(&device, 2, &[change("name", "Winch line 5", again)]));
        device.rest().await;
        assert_eq!(held_in_crm(&crm, "name"), expected);
        assert_eq!((shown(&device, "name").as_str(), entries(&device).len()), (expected, 0));
    }
}
