//! What CRM takes for a duplicate: the outbox shows the records alike, and the user has the last word.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by failing")]

mod desk;

use std::sync::Arc;

use desk::{Machine, assert_ready, until};
use satchel_app::{App, requests::*};
use satchel_domain::{Column, RecordId, TableName, Value};
use satchel_testkit::organisation;
use tempfile::{TempDir, tempdir};

fn account() -> TableName {
    TableName::new("account")
}

/// The account that is there already.
fn other() -> RecordId {
    organisation::id_of("account 7")
}

fn words(text: &str) -> Value {
    Value::Text(text.to_owned())
}

/// An app that has read everything, in an organisation that looks for duplicates.
async fn at_work() -> (TempDir, Machine, Arc<App>) {
    let (folder, machine) = (tempdir().unwrap(), Machine::new());
    let values = [("telephone1", words("+44 20 7946 0007")), ("address1_city", words("Lorne"))];
    machine.crm.another_writer(&account(), other(), &values.map(|(column, value)| (Column::new(column), value)));
    machine.crm.detect_duplicates();
    let app = machine.start(folder.path()).await;
    assert_ready(&app.try_demo(TryDemo {}).await.unwrap());
    let ask = || async { app.sync_status(AskSyncStatus {}).await.unwrap() };
    until(ask, |status| status.synced_at.is_some() && !status.is_busy).await;
    (folder, machine, app)
}

async fn make(app: &Arc<App>, name: &str) {
    let values = vec![Typed { column: "name".to_owned(), cell: Cell::Text { text: name.to_owned() } }];
    app.save_record(SaveRecord { table: "account".into(), id: None, values }).await.unwrap();
}

async fn outbox(app: &Arc<App>) -> Vec<OutboxEntry> {
    app.list_outbox(ListOutbox {}).await.unwrap().entries
}

async fn held(app: &Arc<App>) -> OutboxEntry {
    let is_held = |entries: &Vec<OutboxEntry>| {
        matches!(entries.first(), Some(OutboxEntry { state: OutboxState::Held { .. }, .. }))
    };
    until(|| outbox(app), is_held).await.remove(0)
}

fn alike(entry: &OutboxEntry) -> &[Likeness] {
    let OutboxState::Held { alike, .. } = &entry.state else { panic!("{entry:?}") };
    alike
}

#[tokio::test]
async fn a_record_alike_is_shown_and_the_new_one_is_saved_anyway_on_the_users_word() {
    let (_folder, machine, app) = at_work().await;
    make(&app, "Account 007").await;
    let entry = held(&app).await;
    let [like] = alike(&entry) else { panic!("{entry:?}") };
    assert_eq!((like.table.as_str(), &like.id), ("account", &other().to_string()));
    let found = like.found.as_ref().unwrap();
    assert_eq!(found.name, "Account 007");
    let text = |text: &str| Cell::Text { text: text.to_owned() };
    let shown: Vec<_> = found.columns.iter().map(|column| &column.cell).collect();
    assert_eq!(shown[..2], [&text("+44 20 7946 0007"), &text("Lorne")]);
    assert!(entry.may_save_anyway && entry.may_discard && !entry.may_retry, "{entry:?}");

    let named = || {
        machine
            .crm
            .rows(&account())
            .iter()
            .filter(|row| row.value(&Column::new("name")) == &words("Account 007"))
            .count()
    };
    assert_eq!(named(), 1, "nothing was made before the user decided");
    app.retry_entry(RetryEntry { entry: entry.entry }).await.unwrap();
    until(|| outbox(&app), |entries: &Vec<OutboxEntry>| entries.is_empty()).await;
    assert_eq!(named(), 2);
    let why = ReadReasons { table: "account".into(), id: entry.record };
    let told: Vec<_> = app.read_reasons(why).await.unwrap().reasons.into_iter().map(|reason| reason.sentence).collect();
    assert_eq!(
        told,
        [
            "CRM has the new record.",
            "You had the new record saved although CRM has a record like this one.",
            "The new record was held: CRM already has a record like this one.",
        ]
    );
}

#[tokio::test]
async fn a_record_alike_that_goes_meanwhile_is_shown_by_its_id() {
    let (_folder, machine, app) = at_work().await;
    make(&app, "Account 007").await;
    assert!(alike(&held(&app).await)[0].found.is_some());
    machine.crm.delete_as_another(&account(), other());
    app.sync_now(SyncNow {}).await.unwrap();
    let gone = |entries: &Vec<OutboxEntry>| alike(&entries[0])[0].found.is_none();
    let entry = until(|| outbox(&app), gone).await.remove(0);
    assert_eq!(alike(&entry)[0].id, other().to_string());
    app.discard_entry(DiscardEntry { entry: entry.entry }).await.unwrap();
    assert!(outbox(&app).await.is_empty());
}

#[tokio::test]
async fn a_new_record_is_merged_into_the_one_that_is_like_it_with_a_side_for_each_column_that_both_have() {
    let (_folder, machine, app) = at_work().await;
    let typed =
        |column: &str, text: &str| Typed { column: column.to_owned(), cell: Cell::Text { text: text.to_owned() } };
    let values = vec![
        typed("name", "Account 007"),
        typed("telephone1", "+47 555 01 01"),
        typed("description", "Met at the fair."),
    ];
    app.save_record(SaveRecord { table: "account".into(), id: None, values }).await.unwrap();
    let entry = held(&app).await;
    assert!(entry.may_merge, "{entry:?}");
    let before = machine.crm.rows(&account()).len();

    let merge = |into: String| app.merge_entry(MergeEntry { entry: entry.entry.clone(), into });
    let strange = merge(entry.record.clone()).await.unwrap_err();
    assert_eq!(strange.message, "This entry does not wait for that any more. Look at it again.");
    assert!(merge(other().to_string()).await.unwrap().must_choose);
    let conflict = app.read_conflict(ReadConflict { entry: entry.entry.clone() }).await.unwrap();
    assert_eq!((conflict.name.as_str(), &conflict.record), ("Account 007", &other().to_string()));
    let clashes: Vec<_> =
        conflict.columns.iter().filter(|column| column.is_clash).map(|column| &column.column).collect();
    assert_eq!(clashes, ["telephone1"]);
    let (mine, version) = (vec!["telephone1".to_owned()], conflict.version);
    let choice = ResolveConflict { entry: entry.entry.clone(), version, mine, theirs: Vec::new() };
    app.resolve_conflict(choice).await.unwrap();
    until(|| outbox(&app), |entries: &Vec<OutboxEntry>| entries.is_empty()).await;

    assert_eq!(machine.crm.rows(&account()).len(), before, "no record was made");
    let row = machine.crm.row(&account(), other()).unwrap();
    let held = |column: &str| row.value(&Column::new(column)).clone();
    assert_eq!((held("telephone1"), held("description")), (words("+47 555 01 01"), words("Met at the fair.")));
    assert_eq!(held("address1_city"), words("Lorne"), "what only the other had stays");
    let history = app.read_history(ReadHistory { table: "account".into(), id: other().to_string() }).await.unwrap();
    let lost: Vec<_> = history.values.iter().map(|lost| &lost.cell).collect();
    assert_eq!(lost, [&Cell::Text { text: "+44 20 7946 0007".to_owned() }]);
}

#[tokio::test]
async fn a_record_alike_that_is_not_here_takes_no_merge() {
    let (_folder, machine, app) = at_work().await;
    make(&app, "Account 007").await;
    let entry = held(&app).await;
    machine.crm.delete_as_another(&account(), other());
    app.sync_now(SyncNow {}).await.unwrap();
    until(|| outbox(&app), |entries: &Vec<OutboxEntry>| alike(&entries[0])[0].found.is_none()).await;
    let refused = app.merge_entry(MergeEntry { entry: entry.entry, into: other().to_string() }).await.unwrap_err();
    assert!(refused.message.starts_with("The record that is alike is not on this device."), "{refused:?}");
    assert_eq!(outbox(&app).await.len(), 1);
}
