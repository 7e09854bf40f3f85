//! What CRM no longer describes: the edits that speak of it are held with a reason, stop nothing, and can be let go.

use std::sync::Arc;

use satchel_domain::{
    Column, EntryId, RecordId, TableName, Value,
    edit::{Change, Deed, Edit, Hold, State},
    ids::Uuid,
    schema::ColumnShape,
};
use satchel_store::{Durability, outbox, schema};
use satchel_sync::{Decision, Event, decide};
use satchel_testkit::{ModelCrm, model_crm::BEGINNING};

use crate::device::{Device, Post, tables};

fn create(table: &str, number: u128, column: &str, after: Value) -> Edit {
    Edit {
        entry: EntryId(Uuid::from_u128(number)),
        table: TableName::new(table),
        record: RecordId(Uuid::from_u128(100 + number)),
        deed: Deed::Create,
        changes: vec![Change { column: Column::new(column), before: Value::Null, after }],
        base: None,
    }
}

fn text(words: &str) -> Value {
    Value::Text(words.to_owned())
}

fn reason(state: &State) -> &str {
    match state {
        State::Held(Hold::Refused { reason, .. }) => reason,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_entry_whose_table_is_not_described_any_more_is_held_and_delays_nothing_and_can_be_discarded() {
    for is_in_flight in [false, true] {
        let (folder, crm) = (tempfile::tempdir().unwrap(), ModelCrm::sample());
        let path = folder.path().join("db");
        let mut device = Device::open(&path, &crm, BEGINNING);
        device.rest().await;
        device.tell(Event::GoOffline);
        let gone = create("opportunity", 1, "name", text("Winch"));
        let stays = create("account", 2, "name", text("Fjord"));
        device.save(&gone);
        device.save(&stays);
        if is_in_flight {
            let mark = |tx: &satchel_store::Tx<'_>| outbox::mark_in_flight(tx, gone.entry);
            device.hands.database.write(Durability::Full, mark).unwrap();
        }
        drop(device);
        let fewer = tables().into_iter().filter(|name| name.as_str() != "opportunity").collect();
        let mut device = Device::open_for(&path, &crm, Arc::new(Post::default()), fewer, BEGINNING);
        device.rest().await;
        assert!(crm.row(&stays.table, stays.record).is_some(), "in flight: {is_in_flight}");
        let entries = device.entries();
        assert_eq!(entries.len(), 1, "in flight: {is_in_flight}: {entries:?}");
        assert!(reason(&entries[0].state).contains("no table opportunity"), "{entries:?}");
        let now = device.now;
        let discard = |tx: &satchel_store::Tx<'_>| decide(tx, gone.entry, Decision::Discard, now);
        assert!(device.hands.database.write(Durability::Full, discard).unwrap());
        assert_eq!(device.entries().len(), 0);
        device.later(61).await;
        assert!(crm.row(&gone.table, gone.record).is_none());
    }
}

#[tokio::test]
async fn an_edit_of_a_column_or_a_choice_that_is_gone_is_held_with_its_name_and_asks_crm_nothing() {
    let (folder, crm) = (tempfile::tempdir().unwrap(), ModelCrm::sample());
    let mut device = Device::open(&folder.path().join("db"), &crm, BEGINNING);
    device.rest().await;
    let column = create("account", 1, "new_gone", text("x"));
    let choice = create("account", 2, "industrycode", Value::Choice(987_654));
    for (edit, words) in [(&column, "no column new_gone"), (&choice, "Industry")] {
        let (writes, now) = (crm.writes(), device.now);
        let saved = device.hands.database.write(Durability::Full, |tx| {
            // It was saved while there was such a column.
            let after = schema::load(tx)?.unwrap();
            let mut before = after.clone();
            let table = before.tables.iter_mut().find(|table| table.name == edit.table).unwrap();
            let name = table.column(&Column::new("name")).unwrap().clone();
            table.columns.push(ColumnShape { name: Column::new("new_gone"), ..name });
            let table = table.clone();
            schema::apply(tx, &before)?;
            outbox::append(tx, &table, edit, "a record", now)?;
            schema::apply(tx, &after)
        });
        saved.unwrap();
        device.tell(Event::Edited);
        device.rest().await;
        let entry = device.entries().into_iter().find(|entry| entry.edit.entry == edit.entry).unwrap();
        assert!(reason(&entry.state).contains(words), "{entry:?}");
        assert_eq!(crm.writes(), writes);
    }
}
