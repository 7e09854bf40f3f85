//! Taking back what the user did: what waits vanishes, what CRM has is edited again, and nobody's value is replaced unseen.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by failing")]

mod desk;

use std::sync::Arc;

use desk::{Machine, assert_ready, until};
use satchel_app::{App, requests::*};
use satchel_domain::{Column, RecordId, TableName, Value};
use satchel_testkit::organisation;
use tempfile::{TempDir, tempdir};

fn text(text: &str) -> Cell {
    Cell::Text { text: text.to_owned() }
}

fn words(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn account() -> TableName {
    TableName::new("account")
}

fn port() -> RecordId {
    organisation::id_of("the port")
}

struct Scene {
    folder: TempDir,
    machine: Machine,
    app: Arc<App>,
}

impl Scene {
    /// An app that has read everything, and an account in it.
    async fn set() -> Self {
        let (folder, machine) = (tempdir().unwrap(), Machine::new());
        let values = [("name", words("Port")), ("telephone1", words("1")), ("description", words("old"))];
        let values = values.map(|(column, value)| (Column::new(column), value));
        machine.crm.create_as_another(&account(), port(), &values);
        let app = machine.start(folder.path()).await;
        assert_ready(&app.try_demo(TryDemo {}).await.unwrap());
        let scene = Self { folder, machine, app };
        let ask = || async { scene.app.sync_status(AskSyncStatus {}).await.unwrap() };
        until(ask, |status| status.synced_at.is_some() && !status.is_busy).await;
        scene
    }

    async fn offline(&self, on: bool) {
        self.app.work_offline(WorkOffline { on }).await.unwrap();
    }

    async fn save(&self, id: Option<RecordId>, values: &[(&str, &str)]) -> RecordId {
        let typed = |(column, word): &(&str, &str)| Typed { column: (*column).to_owned(), cell: text(word) };
        let values = values.iter().map(typed).collect();
        let request = SaveRecord { table: "account".to_owned(), id: id.map(|id| id.to_string()), values };
        let saved = self.app.save_record(request).await.unwrap();
        assert_eq!(saved.problems, []);
        RecordId(saved.id.unwrap().parse().unwrap())
    }

    async fn delete(&self, id: RecordId) {
        let request = DeleteRecord { table: "account".to_owned(), id: id.to_string() };
        self.app.delete_record(request).await.unwrap();
    }

    async fn next(&self) -> Option<UndoStep> {
        self.app.next_undo(AskUndo {}).await.unwrap().step
    }

    /// Takes back what comes next, and answers what it was.
    async fn take_back(&self) -> UndoDeed {
        let step = self.next().await.expect("nothing to take back");
        self.app.take_back(TakeBack { number: step.number }).await.unwrap();
        step.did
    }

    async fn outbox(&self) -> Vec<OutboxEntry> {
        self.app.list_outbox(ListOutbox {}).await.unwrap().entries
    }

    async fn emptied(&self) {
        until(|| self.outbox(), |entries: &Vec<OutboxEntry>| entries.is_empty()).await;
    }

    async fn held(&self) -> OutboxEntry {
        let is_held = |entries: &Vec<OutboxEntry>| {
            matches!(entries.first(), Some(OutboxEntry { state: OutboxState::Held { .. }, .. }))
        };
        until(|| self.outbox(), is_held).await.remove(0)
    }

    fn in_crm(&self, column: &str) -> Value {
        self.machine.crm.row(&account(), port()).expect("the port is gone").value(&Column::new(column)).clone()
    }

    fn colleague_writes(&self, column: &str, word: &str) {
        self.machine.crm.another_writer(&account(), port(), &[(Column::new(column), words(word))]);
    }

    /// What the user sees of a record; none when it is not there.
    async fn shown(&self, id: RecordId, column: &str) -> Option<Cell> {
        let request = ReadRecord { table: "account".to_owned(), id: id.to_string() };
        let page = self.app.read_record(request).await.ok()?;
        page.fields.into_iter().find(|field| field.column == column).map(|field| field.cell)
    }
}

#[tokio::test]
async fn edits_that_wait_are_taken_back_one_by_one_and_nothing_is_sent() {
    let scene = Scene::set().await;
    scene.offline(true).await;
    let before = scene.machine.crm.writes();
    scene.save(Some(port()), &[("telephone1", "2")]).await;
    scene.save(Some(port()), &[("telephone1", "3"), ("description", "new")]).await;
    let step = scene.next().await.unwrap();
    assert_eq!((step.did, step.name.as_str(), step.columns.len()), (UndoDeed::Edit, "Port", 2));
    assert_eq!(scene.take_back().await, UndoDeed::Edit);
    assert_eq!(scene.shown(port(), "telephone1").await, Some(text("2")));
    assert_eq!(scene.shown(port(), "description").await, Some(text("old")));
    assert_eq!(scene.take_back().await, UndoDeed::Edit);
    assert_eq!(scene.shown(port(), "telephone1").await, Some(text("1")));
    assert_eq!((scene.next().await, scene.outbox().await), (None, Vec::new()));
    assert_eq!(scene.machine.crm.writes(), before);
}

#[tokio::test]
async fn an_edit_that_crm_has_is_edited_back_even_after_a_restart() {
    let scene = Scene::set().await;
    scene.save(Some(port()), &[("telephone1", "2")]).await;
    scene.emptied().await;
    assert_eq!(scene.in_crm("telephone1"), words("2"));
    let Scene { folder, machine, app } = scene;
    drop(app);
    let app = until(|| async { machine.try_start(folder.path()).await.ok() }, Option::is_some).await.unwrap();
    let scene = Scene { folder, machine, app };
    assert_eq!(scene.take_back().await, UndoDeed::Edit);
    scene.emptied().await;
    assert_eq!(scene.in_crm("telephone1"), words("1"));
}

#[tokio::test]
async fn what_a_colleague_changed_since_is_not_taken_back_unasked() {
    let scene = Scene::set().await;
    scene.save(Some(port()), &[("telephone1", "2")]).await;
    scene.emptied().await;
    scene.colleague_writes("telephone1", "9");
    assert_eq!(scene.take_back().await, UndoDeed::Edit);
    assert!(scene.held().await.may_compare);
    assert_eq!(scene.in_crm("telephone1"), words("9"));

    // The same when the colleague's value is here already.
    let scene = Scene::set().await;
    scene.save(Some(port()), &[("telephone1", "2")]).await;
    scene.emptied().await;
    scene.colleague_writes("telephone1", "9");
    scene.app.sync_now(SyncNow {}).await.unwrap();
    until(|| scene.shown(port(), "telephone1"), |cell| *cell == Some(text("9"))).await;
    scene.take_back().await;
    assert!(scene.held().await.may_compare);
    assert_eq!(scene.in_crm("telephone1"), words("9"));
}

#[tokio::test]
async fn a_record_that_was_made_goes_and_one_that_was_deleted_comes_back() {
    let scene = Scene::set().await;
    // Before CRM had it.
    scene.offline(true).await;
    let made = scene.save(None, &[("name", "Dock")]).await;
    assert_eq!(scene.take_back().await, UndoDeed::Create);
    assert_eq!((scene.shown(made, "name").await, scene.outbox().await), (None, Vec::new()));
    scene.delete(port()).await;
    assert_eq!(scene.shown(port(), "name").await, None);
    assert_eq!(scene.take_back().await, UndoDeed::Delete);
    assert_eq!((scene.shown(port(), "name").await, scene.outbox().await), (Some(text("Port")), Vec::new()));
    // What was made and deleted without CRM is made again.
    let made = scene.save(None, &[("name", "Dock")]).await;
    scene.delete(made).await;
    assert_eq!(scene.take_back().await, UndoDeed::Delete);
    assert_eq!(scene.shown(made, "name").await, Some(text("Dock")));
    // After CRM had it.
    scene.offline(false).await;
    scene.emptied().await;
    assert!(scene.machine.crm.row(&account(), made).is_some());
    assert_eq!(scene.take_back().await, UndoDeed::Create);
    scene.emptied().await;
    assert!(scene.machine.crm.row(&account(), made).is_none());
    scene.delete(port()).await;
    scene.emptied().await;
    assert!(scene.machine.crm.row(&account(), port()).is_none());
    assert_eq!(scene.take_back().await, UndoDeed::Delete);
    scene.emptied().await;
    assert_eq!(scene.in_crm("description"), words("old"));
}

#[tokio::test]
async fn what_was_discarded_waits_again() {
    let scene = Scene::set().await;
    scene.offline(true).await;
    let discard = async |entry: &OutboxEntry| {
        scene.app.discard_entry(DiscardEntry { entry: entry.entry.clone() }).await.unwrap();
    };
    scene.save(Some(port()), &[("telephone1", "2")]).await;
    discard(&scene.outbox().await[0]).await;
    assert_eq!(scene.shown(port(), "telephone1").await, Some(text("1")));
    assert_eq!(scene.take_back().await, UndoDeed::Discard);
    assert_eq!(scene.shown(port(), "telephone1").await, Some(text("2")));
    // A record whose creation was discarded, and what refers to it.
    let made = scene.save(None, &[("name", "Dock")]).await;
    let parent = Cell::Lookup { table: "account".to_owned(), id: made.to_string(), name: None };
    let values = vec![
        Typed { column: "lastname".to_owned(), cell: text("Ferreira") },
        Typed { column: "parentcustomerid".to_owned(), cell: parent },
    ];
    let contact = SaveRecord { table: "contact".to_owned(), id: None, values };
    assert_eq!(scene.app.save_record(contact).await.unwrap().problems, []);
    let entries = scene.outbox().await;
    discard(entries.iter().find(|entry| entry.record == made.to_string()).unwrap()).await;
    assert!(matches!(scene.outbox().await.last().unwrap().state, OutboxState::Held { .. }));
    assert_eq!(scene.take_back().await, UndoDeed::Discard);
    scene.offline(false).await;
    scene.emptied().await;
    assert!(scene.machine.crm.row(&account(), made).is_some());
    assert_eq!(scene.in_crm("telephone1"), words("2"));
}

#[tokio::test]
async fn a_choice_in_a_conflict_is_taken_back_by_what_gave_way() {
    for (keeps_mine, then) in [(true, "9"), (false, "2")] {
        let scene = Scene::set().await;
        scene.offline(true).await;
        scene.save(Some(port()), &[("telephone1", "2")]).await;
        scene.colleague_writes("telephone1", "9");
        scene.offline(false).await;
        let entry = scene.held().await.entry;
        match keeps_mine {
            true => scene.app.keep_mine(KeepMine { entry }).await.unwrap(),
            false => scene.app.take_theirs(TakeTheirs { entry }).await.unwrap(),
        };
        scene.emptied().await;
        assert_eq!(scene.in_crm("telephone1"), words(if keeps_mine { "2" } else { "9" }));
        assert_eq!(scene.take_back().await, UndoDeed::Choice);
        scene.emptied().await;
        assert_eq!(scene.in_crm("telephone1"), words(then));
    }
}

#[tokio::test]
async fn only_the_step_that_was_seen_is_taken_back_and_only_twenty_are_known() {
    let scene = Scene::set().await;
    scene.offline(true).await;
    for round in 2..=23 {
        scene.save(Some(port()), &[("telephone1", &round.to_string())]).await;
    }
    let seen = scene.next().await.unwrap();
    scene.take_back().await;
    assert!(scene.app.take_back(TakeBack { number: seen.number }).await.is_err());
    assert_eq!(scene.shown(port(), "telephone1").await, Some(text("22")));
    for _ in 0..19 {
        scene.take_back().await;
    }
    assert_eq!((scene.next().await, scene.shown(port(), "telephone1").await), (None, Some(text("3"))));
}

#[tokio::test]
async fn what_waits_for_the_user_is_taken_out_whole() {
    let scene = Scene::set().await;
    scene.offline(true).await;
    scene.save(Some(port()), &[("telephone1", "2")]).await;
    scene.save(Some(port()), &[("telephone1", "3")]).await;
    scene.colleague_writes("telephone1", "9");
    scene.offline(false).await;
    scene.held().await;
    assert_eq!(scene.take_back().await, UndoDeed::Edit);
    assert_eq!((scene.outbox().await, scene.next().await), (Vec::new(), None));
    assert_eq!(scene.shown(port(), "telephone1").await, Some(text("9")));
}
