//! Editing and deciding: what a person saves, what waits, and how a clash ends.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by failing")]

mod desk;

use std::sync::Arc;

use desk::{Machine, assert_ready, until};
use satchel_app::{App, requests::*};
use satchel_domain::{Column, RecordId, TableName, Value, ids::Uuid};
use satchel_testkit::organisation;
use tempfile::{TempDir, tempdir};

const DEAL: &str = "the winch deal";

fn text(text: &str) -> Cell {
    Cell::Text { text: text.to_owned() }
}

fn money(exact: &str) -> Cell {
    Cell::Money { exact: exact.to_owned(), currency: None }
}

fn typed(values: &[(&str, Cell)]) -> Vec<Typed> {
    values.iter().map(|(column, cell)| Typed { column: (*column).to_owned(), cell: cell.clone() }).collect()
}

fn deal() -> (TableName, RecordId) {
    (TableName::new("opportunity"), organisation::id_of(DEAL))
}

/// An app that has read everything, and an opportunity in it.
async fn at_work() -> (TempDir, Machine, Arc<App>) {
    let (folder, machine) = (tempdir().unwrap(), Machine::new());
    let (table, id) = deal();
    let values =
        [("name", Value::Text("Winch line 4".into())), ("estimatedvalue", Value::Money("196000".parse().unwrap()))];
    machine.crm.create_as_another(&table, id, &values.map(|(column, value)| (Column::new(column), value)));
    let app = machine.start(folder.path()).await;
    assert_ready(&app.try_demo(TryDemo {}).await.unwrap());
    synced(&app).await;
    (folder, machine, app)
}

async fn synced(app: &Arc<App>) {
    let ask = || async { app.sync_status(AskSyncStatus {}).await.unwrap() };
    until(ask, |status| status.synced_at.is_some() && !status.is_busy).await;
}

async fn offline(app: &Arc<App>, on: bool) {
    app.work_offline(WorkOffline { on }).await.unwrap();
}

async fn save(app: &Arc<App>, table: &str, id: Option<RecordId>, values: &[(&str, Cell)]) -> Saved {
    let id = id.map(|id| id.to_string());
    app.save_record(SaveRecord { table: table.to_owned(), id, values: typed(values) }).await.unwrap()
}

async fn page(app: &Arc<App>, table: &str, id: RecordId) -> RecordPage {
    app.read_record(ReadRecord { table: table.to_owned(), id: id.to_string() }).await.unwrap()
}

fn field<'a>(page: &'a RecordPage, column: &str) -> &'a Field {
    page.fields.iter().find(|field| field.column == column).unwrap()
}

async fn outbox(app: &Arc<App>) -> Vec<OutboxEntry> {
    app.list_outbox(ListOutbox {}).await.unwrap().entries
}

async fn emptied(app: &Arc<App>) {
    until(|| outbox(app), |entries: &Vec<OutboxEntry>| entries.is_empty()).await;
}

async fn held(app: &Arc<App>) -> OutboxEntry {
    let is_held = |entries: &Vec<OutboxEntry>| {
        matches!(entries.first(), Some(OutboxEntry { state: OutboxState::Held { .. }, .. }))
    };
    until(|| outbox(app), is_held).await.remove(0)
}

fn in_crm(machine: &Machine, column: &str) -> Value {
    let (table, id) = deal();
    machine.crm.row(&table, id).unwrap().value(&Column::new(column)).clone()
}

fn colleague_writes(machine: &Machine, column: &str, value: Value) {
    let (table, id) = deal();
    machine.crm.another_writer(&table, id, &[(Column::new(column), value)]);
}

#[tokio::test]
async fn an_edit_says_what_crm_has_until_crm_has_it() {
    let (_folder, machine, app) = at_work().await;
    offline(&app, true).await;
    let saved = save(&app, "opportunity", Some(deal().1), &[("estimatedvalue", money("184000.50"))]).await;
    assert_eq!((saved.id, saved.problems), (Some(deal().1.to_string()), Vec::new()));
    let now = page(&app, "opportunity", deal().1).await;
    let value = field(&now, "estimatedvalue");
    assert_eq!((&value.cell, &value.was), (&money("184000.5000"), &Some(money("196000.0000"))));
    assert_eq!(now.standing, Standing::Waiting);
    let entries = outbox(&app).await;
    assert_eq!((entries.len(), entries[0].name.as_str()), (1, "Winch line 4"));
    assert_eq!(entries[0].changes[0].label, "Est. Revenue");
    assert_eq!(entries[0].state, OutboxState::Waiting);

    offline(&app, false).await;
    emptied(&app).await;
    assert_eq!(in_crm(&machine, "estimatedvalue"), Value::Money("184000.50".parse().unwrap()));
    let now = page(&app, "opportunity", deal().1).await;
    assert_eq!((now.standing, &field(&now, "estimatedvalue").was), (Standing::InCrm, &None));
}

#[tokio::test]
async fn an_app_that_stays_offline_saves_and_calls_nobody() {
    let (folder, mut machine, app) = at_work().await;
    drop(app);
    machine.stays_offline = true;
    let app = machine.start(folder.path()).await;
    let (calls, before) = (machine.crm.calls(), machine.crm.writes());
    let saved = save(&app, "opportunity", Some(deal().1), &[("name", text("Winch line 5"))]).await;
    let entries = outbox(&app).await;
    assert_eq!(saved.entry, Some(entries[0].entry.clone()));
    app.sync_now(SyncNow {}).await.unwrap();
    let status = app.sync_status(AskSyncStatus {}).await.unwrap();
    assert_eq!((status.waiting, status.connectivity), (1, Connectivity::WorkingOffline));
    assert_eq!((machine.crm.calls(), machine.crm.writes()), (calls, before));
    drop(app);
    // It was no choice of the user's: the next start sends it.
    machine.stays_offline = false;
    let app = machine.start(folder.path()).await;
    emptied(&app).await;
    assert_eq!(in_crm(&machine, "name"), Value::Text("Winch line 5".into()));
}

#[tokio::test]
async fn saving_what_is_shown_already_writes_nothing() {
    let (_folder, machine, app) = at_work().await;
    let before = machine.crm.writes();
    let saved = save(&app, "opportunity", Some(deal().1), &[("name", text("Winch line 4"))]).await;
    assert!(saved.problems.is_empty() && saved.entry.is_none() && outbox(&app).await.is_empty());
    assert_eq!(machine.crm.writes(), before);
}

#[tokio::test]
async fn what_crm_would_refuse_is_said_field_by_field_and_nothing_is_saved() {
    let (_folder, _machine, app) = at_work().await;
    let values = [
        ("name", text(" ")),
        ("estimatedvalue", money("1.00001")),
        ("closeprobability", Cell::Number { exact: "101".into() }),
    ];
    let saved = save(&app, "opportunity", Some(deal().1), &values).await;
    let mut wrong: Vec<_> =
        saved.problems.iter().map(|problem| (problem.column.as_str(), problem.message.as_str())).collect();
    wrong.sort_unstable();
    assert_eq!(
        wrong,
        [
            ("closeprobability", "Probability is a number from 0 to 100."),
            ("estimatedvalue", "Est. Revenue has at most 4 digits after the point."),
            ("name", "Topic must be filled in."),
        ]
    );
    assert!(saved.id.is_none() && outbox(&app).await.is_empty());
    let saved = save(&app, "contact", None, &[("firstname", text("Mia"))]).await;
    assert_eq!(saved.problems[0].message, "Last Name must be filled in.");
}

/// Item 3, first half.
#[tokio::test]
async fn an_offline_value_and_a_colleagues_description_both_survive() {
    let (_folder, machine, app) = at_work().await;
    offline(&app, true).await;
    save(&app, "opportunity", Some(deal().1), &[("estimatedvalue", money("184000"))]).await;
    colleague_writes(&machine, "description", Value::Text("Budget approved".into()));
    offline(&app, false).await;
    emptied(&app).await;
    assert_eq!(in_crm(&machine, "estimatedvalue"), Value::Money("184000".parse().unwrap()));
    assert_eq!(in_crm(&machine, "description"), Value::Text("Budget approved".into()));
}

/// Item 3, second half.
#[tokio::test]
async fn a_clash_is_held_and_ends_as_the_user_says() {
    for (is_mine, expected) in [(true, "184000"), (false, "150000")] {
        let (_folder, machine, app) = at_work().await;
        offline(&app, true).await;
        let values = [("estimatedvalue", money("184000")), ("description", text("Six winches"))];
        save(&app, "opportunity", Some(deal().1), &values).await;
        colleague_writes(&machine, "estimatedvalue", Value::Money("150000".parse().unwrap()));
        offline(&app, false).await;
        let entry = held(&app).await;
        assert!(entry.may_keep_mine && entry.may_take_theirs && entry.may_discard);
        let OutboxState::Held { clashes, .. } = &entry.state else { panic!("{entry:?}") };
        assert_eq!(clashes.len(), 1);
        assert_eq!(
            (&clashes[0].base, &clashes[0].mine, &clashes[0].theirs),
            (&money("196000.0000"), &money("184000"), &money("150000.0000"))
        );
        match is_mine {
            true => app.keep_mine(KeepMine { entry: entry.entry }).await.unwrap(),
            false => app.take_theirs(TakeTheirs { entry: entry.entry }).await.unwrap(),
        };
        emptied(&app).await;
        assert_eq!(in_crm(&machine, "estimatedvalue"), Value::Money(expected.parse().unwrap()));
        assert_eq!(in_crm(&machine, "description"), Value::Text("Six winches".into()));
        assert_eq!(
            field(&page(&app, "opportunity", deal().1).await, "estimatedvalue").cell,
            money(&format!("{expected}.0000"))
        );
    }
}

/// Item 4.
#[tokio::test]
async fn a_record_made_offline_lands_with_its_child_once() {
    let (_folder, machine, app) = at_work().await;
    offline(&app, true).await;
    let account = save(&app, "account", None, &[("name", text("Port of Lorne"))]).await.id.unwrap();
    let parent = Some(RecordRef { table: "account".into(), id: account.clone() });
    let form = app.new_record(NewRecord { table: "contact".into(), parent }).await.unwrap();
    let company = field(&form, "parentcustomerid").cell.clone();
    assert!(matches!(&company, Cell::Lookup { name: Some(name), .. } if name == "Port of Lorne"), "{company:?}");
    let values = [("firstname", text("Tomás")), ("lastname", text("Ferreira")), ("parentcustomerid", company)];
    let contact = save(&app, "contact", None, &values).await.id.unwrap();
    let entries = outbox(&app).await;
    assert_eq!(
        (entries[1].name.as_str(), &entries[1].state),
        ("Tomás Ferreira", &OutboxState::WaitsFor { name: "Port of Lorne".into() })
    );
    offline(&app, false).await;
    emptied(&app).await;
    let id = |text: &str| RecordId(Uuid::parse_str(text).unwrap());
    let child = machine.crm.row(&TableName::new("contact"), id(&contact)).unwrap();
    let Value::Lookup(company) = child.value(&Column::new("parentcustomerid")) else { panic!("{child:?}") };
    assert_eq!(company.id, id(&account));
    let lorne = Value::Text("Port of Lorne".into());
    let made = machine.crm.rows(&TableName::new("account"));
    assert_eq!(made.iter().filter(|row| row.value(&Column::new("name")) == &lorne).count(), 1);
}

#[tokio::test]
async fn discarding_a_parent_that_was_never_sent_leaves_its_child_to_the_user() {
    let (_folder, machine, app) = at_work().await;
    offline(&app, true).await;
    let account = save(&app, "account", None, &[("name", text("Port of Lorne"))]).await.id.unwrap();
    let company = Cell::Lookup { table: "account".into(), id: account, name: Some("Port of Lorne".into()) };
    save(&app, "contact", None, &[("lastname", text("Ferreira")), ("parentcustomerid", company)]).await;
    let parent = outbox(&app).await.remove(0).entry;
    app.discard_entry(DiscardEntry { entry: parent }).await.unwrap();
    let child = held(&app).await;
    assert_eq!((child.name.as_str(), child.may_discard, child.may_retry), ("Ferreira", true, false));
    let before = machine.crm.writes();
    offline(&app, false).await;
    synced(&app).await;
    assert_eq!(machine.crm.writes(), before);
    app.discard_entry(DiscardEntry { entry: child.entry }).await.unwrap();
    assert!(outbox(&app).await.is_empty());
}

#[tokio::test]
async fn a_refusal_is_shown_in_the_services_words_and_can_be_sent_again_or_discarded() {
    let (_folder, machine, app) = at_work().await;
    offline(&app, true).await;
    save(&app, "opportunity", Some(deal().1), &[("description", text("Six winches"))]).await;
    machine.crm.refuse_next("0x80040220", "You lack prvWriteOpportunity.");
    offline(&app, false).await;
    let entry = held(&app).await;
    let OutboxState::Held { message, .. } = &entry.state else { panic!("{entry:?}") };
    assert_eq!(message, "CRM refused it: You lack prvWriteOpportunity.");
    assert!(entry.may_retry && entry.may_discard && !entry.may_keep_mine);
    assert_eq!(page(&app, "opportunity", deal().1).await.standing, Standing::Held);
    machine.crm.refuse_next("0x80040220", "You still lack it.");
    app.retry_entry(RetryEntry { entry: entry.entry }).await.unwrap();
    let again = |entries: &Vec<OutboxEntry>| matches!(entries.first(), Some(OutboxEntry { state: OutboxState::Held { message, .. }, .. }) if message.contains("still"));
    let entry = until(|| outbox(&app), again).await.remove(0);
    app.discard_entry(DiscardEntry { entry: entry.entry }).await.unwrap();
    assert!(outbox(&app).await.is_empty());
    assert_eq!(field(&page(&app, "opportunity", deal().1).await, "description").cell, Cell::Empty);
    assert_eq!(in_crm(&machine, "description"), Value::Null);
}

#[tokio::test]
async fn a_deleted_record_is_gone_at_once_and_in_crm_when_it_can_be() {
    let (_folder, machine, app) = at_work().await;
    offline(&app, true).await;
    app.delete_record(DeleteRecord { table: "opportunity".into(), id: deal().1.to_string() }).await.unwrap();
    let gone = app.read_record(ReadRecord { table: "opportunity".into(), id: deal().1.to_string() }).await.unwrap_err();
    assert_eq!(gone.code, ErrorCode::NotFound);
    assert!(machine.crm.row(&deal().0, deal().1).is_some());
    offline(&app, false).await;
    emptied(&app).await;
    assert!(machine.crm.row(&deal().0, deal().1).is_none());
}

#[tokio::test]
async fn records_are_found_while_typing_also_those_that_crm_does_not_have_yet() {
    let (_folder, _machine, app) = at_work().await;
    offline(&app, true).await;
    let values = [("firstname", text("海川")), ("lastname", text("李")), ("jobtitle", text("采购经理"))];
    save(&app, "contact", None, &values).await;
    let found = |text: &str| {
        let tables = vec!["opportunity".to_owned(), "contact".to_owned(), "nothing".to_owned()];
        let request = FindRecords { text: text.to_owned(), tables, limit: 5 };
        let app = Arc::clone(&app);
        async move { app.find_records(request).await.unwrap().records }
    };
    let records = found("海川").await;
    assert_eq!((records.len(), records[0].name.as_str(), records[0].detail.as_str()), (1, "海川 李", "采购经理"));
    assert_eq!(found("WINCH").await[0].name, "Winch line 4");
    assert!(found("100%").await.is_empty());
}
