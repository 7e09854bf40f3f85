//! The user's word on what is held does what it says, also when the service went on meanwhile.
//!
//! Each was found by the simulation.

use jiff::SignedDuration;
use satchel_domain::{
    Column, EntryId, RecordId, TableName, Value,
    edit::{Change, Deed, Edit, Hold, State},
    ids::Uuid,
};
use satchel_store::{Durability, history, outbox, records};
use satchel_sync::{Decision, Event, decide, retry_all};
use satchel_testkit::{ModelCrm, model_crm::BEGINNING, organisation};

use crate::device::Device;

fn deals() -> TableName {
    TableName::new("opportunity")
}

fn deal() -> RecordId {
    organisation::id_of("deal")
}

fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

fn crm() -> ModelCrm {
    let crm = ModelCrm::sample();
    crm.create_as_another(&deals(), deal(), &[(Column::new("name"), text("Winch"))]);
    crm
}

fn edit(device: &Device, entry: u128, deed: Deed, changes: &[(&str, &str, &str)]) -> Edit {
    let table = device.table("opportunity");
    let copy = device.hands.database.read(|reader| records::server_copy(reader, &table, deal())).unwrap();
    let changes = changes.iter().map(|(column, before, after)| Change {
        column: Column::new(*column),
        before: text(before),
        after: text(after),
    });
    let base = copy.and_then(|copy| copy.version);
    Edit {
        entry: EntryId(Uuid::from_u128(entry)),
        table: deals(),
        record: deal(),
        deed,
        changes: changes.collect(),
        base,
    }
}

/// A device whose edit waits for its user, because a colleague changed the same.
async fn clashed(folder: &tempfile::TempDir, crm: &ModelCrm, deed: Deed) -> Device {
    let mut device = Device::open(&folder.path().join("db"), crm, BEGINNING);
    device.rest().await;
    device.tell(Event::GoOffline);
    let changes: &[_] = if deed == Deed::Update { &[("name", "Winch", "Mine")] } else { &[] };
    device.save(&edit(&device, 1, deed, changes));
    crm.another_writer(&deals(), deal(), &[(Column::new("name"), text("Theirs"))]);
    device.tell(Event::GoOnline);
    device.rest().await;
    assert!(matches!(state(&device), Some(State::Held(Hold::Conflict { .. }))), "{:?}", state(&device));
    device
}

fn state(device: &Device) -> Option<State> {
    let entries = device.hands.database.read(outbox::list).unwrap();
    entries.into_iter().next().map(|entry| entry.state)
}

fn say(device: &mut Device, decision: Decision) {
    let now = device.now;
    let entry = EntryId(Uuid::from_u128(1));
    let decided = device.hands.database.write(Durability::Full, |tx| decide(tx, entry, decision, now));
    assert!(decided.unwrap());
    device.tell(Event::Edited);
}

#[tokio::test]
async fn taking_theirs_instead_of_a_delete_leaves_the_record_where_it_is() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = clashed(&folder, &crm, Deed::Delete).await;
    say(&mut device, Decision::TakeTheirs);
    device.later(300).await;
    assert_eq!((state(&device), crm.writes()), (None, 0));
    assert!(crm.row(&deals(), deal()).is_some());
    assert_eq!(device.shown(&device.table("opportunity")).len(), 1);
}

#[tokio::test]
async fn a_record_that_went_after_the_clash_is_not_brought_back_by_a_decision() {
    for (decision, expected) in [(Decision::TakeTheirs, None), (Decision::KeepMine, Some(Hold::DeletedOnServer))] {
        let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
        let mut device = clashed(&folder, &crm, Deed::Update).await;
        crm.delete_as_another(&deals(), deal());
        device.later(61).await;
        say(&mut device, decision);
        device.later(300).await;
        assert_eq!(state(&device), expected.map(State::Held), "{decision:?}");
        assert_eq!(device.shown(&device.table("opportunity")).len(), 0, "{decision:?}");
        let table = device.table("opportunity");
        let copy = device.hands.database.read(|reader| records::server_copy(reader, &table, deal())).unwrap();
        assert_eq!((copy, crm.writes()), (None, 0), "{decision:?}");
    }
}

/// A device whose edit clashes in the name; the description, which it changed too, has changed since then.
async fn outdated(folder: &tempfile::TempDir, crm: &ModelCrm) -> Device {
    let write = |column: &str, value| crm.another_writer(&deals(), deal(), &[(Column::new(column), text(value))]);
    write("description", "as agreed");
    let mut device = Device::open(&folder.path().join("db"), crm, BEGINNING);
    device.rest().await;
    device.tell(Event::GoOffline);
    let changes = [("name", "Winch", "Mine"), ("description", "as agreed", "mine")];
    device.save(&edit(&device, 1, Deed::Update, &changes));
    write("name", "Theirs");
    device.tell(Event::GoOnline);
    device.rest().await;
    // Nobody here has seen this one when the decision about the name is made.
    write("description", "theirs, and later");
    device.later(61).await;
    device
}

#[tokio::test]
async fn keeping_mine_overwrites_only_what_the_user_saw() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = outdated(&folder, &crm).await;
    say(&mut device, Decision::KeepMine);
    device.later(300).await;
    assert_eq!(crm.row(&deals(), deal()).unwrap().value(&Column::new("description")), &text("theirs, and later"));
    let Some(State::Held(Hold::Conflict { clashes, .. })) = state(&device) else { panic!("{:?}", state(&device)) };
    assert_eq!(clashes, [Column::new("description")]);
    say(&mut device, Decision::KeepMine);
    device.later(300).await;
    let row = crm.row(&deals(), deal()).unwrap();
    assert_eq!(row.value(&Column::new("name")), &text("Mine"));
    assert_eq!((row.value(&Column::new("description")), state(&device)), (&text("mine"), None));
}

#[tokio::test]
async fn taking_theirs_takes_whatever_they_have_by_then_and_keeps_mine_in_the_history() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = outdated(&folder, &crm).await;
    say(&mut device, Decision::TakeTheirs);
    device.later(300).await;
    let row = crm.row(&deals(), deal()).unwrap();
    let has = |column: &str| row.value(&Column::new(column)).clone();
    assert_eq!((has("name"), has("description"), state(&device)), (text("Theirs"), text("theirs, and later"), None));
    let lost = device.hands.database.read(|reader| history::of_record(reader, &deals(), deal())).unwrap();
    let mut lost: Vec<_> = lost.into_iter().map(|lost| lost.value).collect();
    lost.sort_by_key(|value| value.as_text().map(str::to_owned));
    assert_eq!(lost, [text("Mine"), text("mine")]);
}

#[tokio::test]
async fn taking_theirs_holds_even_where_crm_went_back_to_what_mine_began_with() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = clashed(&folder, &crm, Deed::Update).await;
    crm.another_writer(&deals(), deal(), &[(Column::new("name"), text("Winch"))]);
    device.later(61).await;
    say(&mut device, Decision::TakeTheirs);
    device.later(300).await;
    assert_eq!((state(&device), crm.writes()), (None, 0));
    assert_eq!(crm.row(&deals(), deal()).unwrap().value(&Column::new("name")), &text("Winch"));
    let lost = device.hands.database.read(|reader| history::of_record(reader, &deals(), deal())).unwrap();
    assert_eq!(lost.into_iter().map(|lost| lost.value).collect::<Vec<_>>(), [text("Mine")]);
}

#[tokio::test]
async fn a_delete_made_while_an_edit_is_sent_does_not_take_a_colleagues_change_with_it() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    device.rest().await;
    device.save(&edit(&device, 1, Deed::Update, &[("name", "Winch", "Mine")]));
    // Looked and marked: it counts as sent.
    device.act().await;
    device.act().await;
    device.save(&edit(&device, 2, Deed::Delete, &[]));
    crm.another_writer(&deals(), deal(), &[(Column::new("description"), text("Keep this!"))]);
    device.rest().await;
    device.now += SignedDuration::from_secs(300);
    device.rest().await;
    let row = crm.row(&deals(), deal()).expect("the record is gone, with a change that nobody here saw");
    assert_eq!(row.value(&Column::new("name")), &text("Mine"));
    assert!(matches!(state(&device), Some(State::Held(Hold::Conflict { .. }))), "{:?}", state(&device));
}

#[tokio::test]
async fn a_delete_made_while_an_edit_is_sent_is_done_when_nobody_else_was_at_the_record() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    device.rest().await;
    device.save(&edit(&device, 1, Deed::Update, &[("name", "Winch", "Mine")]));
    device.act().await;
    device.act().await;
    device.save(&edit(&device, 2, Deed::Delete, &[]));
    device.rest().await;
    assert_eq!((crm.row(&deals(), deal()), state(&device)), (None, None));
}

#[tokio::test]
async fn what_may_be_a_duplicate_waits_for_the_user_and_is_saved_anyway_on_the_users_word() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), crm());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    device.rest().await;
    let other = organisation::id_of("other deal");
    crm.take_for_duplicates_of(other);
    device.save(&edit(&device, 1, Deed::Update, &[("name", "Winch", "Mine")]));
    device.rest().await;
    let Some(State::Held(Hold::Duplicate { candidates, message })) = state(&device) else {
        panic!("{:?}", state(&device))
    };
    assert_eq!(candidates, [other]);
    assert!(message.contains("duplicate"), "{message}");
    let name = || crm.row(&deals(), deal()).unwrap().value(&Column::new("name")).clone();
    assert_eq!(name(), text("Winch"), "nothing was written before the user decided");

    // Retrying everything at once is no word on this one.
    let at = device.now;
    device.hands.database.write(Durability::Full, |tx| retry_all(tx, at)).unwrap();
    assert!(matches!(state(&device), Some(State::Held(Hold::Duplicate { .. }))), "{:?}", state(&device));

    say(&mut device, Decision::Retry);
    device.rest().await;
    assert_eq!(state(&device), None);
    assert_eq!(name(), text("Mine"));
}
