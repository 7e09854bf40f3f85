//! "Why is this here?": each way an edit ends leaves its sentence with the record.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by failing")]

mod desk;

use std::sync::Arc;

use desk::{Machine, assert_ready, until};
use satchel_app::{App, requests::*};
use satchel_domain::{Column, RecordId, TableName, Value};
use satchel_testkit::organisation;
use tempfile::{TempDir, tempdir};

fn deal() -> (TableName, RecordId) {
    (TableName::new("opportunity"), organisation::id_of("the winch deal"))
}

struct Scene {
    _folder: TempDir,
    machine: Machine,
    app: Arc<App>,
}

impl Scene {
    async fn at_work() -> Self {
        let (folder, machine) = (tempdir().unwrap(), Machine::new());
        let (table, id) = deal();
        machine.crm.create_as_another(&table, id, &[(Column::new("name"), Value::Text("Winch line 4".into()))]);
        let app = machine.start(folder.path()).await;
        assert_ready(&app.try_demo(TryDemo {}).await.unwrap());
        let scene = Self { _folder: folder, machine, app };
        scene.seen(|status| status.synced_at.is_some() && !status.is_busy).await;
        scene
    }

    async fn seen(&self, is_wanted: impl Fn(&SyncStatus) -> bool) {
        until(|| async { self.app.sync_status(AskSyncStatus {}).await.unwrap() }, is_wanted).await;
    }

    async fn offline(&self, on: bool) {
        self.app.work_offline(WorkOffline { on }).await.unwrap();
    }

    async fn save(&self, column: &str, text: &str) {
        let values = vec![Typed { column: column.to_owned(), cell: Cell::Text { text: text.to_owned() } }];
        let id = Some(deal().1.to_string());
        let saved = self.app.save_record(SaveRecord { table: "opportunity".into(), id, values }).await.unwrap();
        assert!(saved.entry.is_some(), "{saved:?}");
    }

    fn colleague_writes(&self, column: &str, text: &str) {
        let (table, id) = deal();
        self.machine.crm.another_writer(&table, id, &[(Column::new(column), Value::Text(text.into()))]);
    }

    async fn entry(&self) -> String {
        self.app.list_outbox(ListOutbox {}).await.unwrap().entries.remove(0).entry
    }

    async fn is_empty(&self) {
        self.seen(|status| status.waiting == 0 && status.held == 0).await;
    }

    async fn sentences(&self) -> Vec<String> {
        let request = ReadReasons { table: "opportunity".into(), id: deal().1.to_string() };
        let reasons = self.app.read_reasons(request).await.unwrap().reasons;
        reasons.into_iter().map(|reason| reason.sentence).collect()
    }
}

#[tokio::test]
async fn a_refusal_that_was_sent_again_is_told_from_its_end_to_its_beginning() {
    let scene = Scene::at_work().await;
    assert!(scene.sentences().await.is_empty());
    scene.machine.crm.refuse_next("0x80040220", "You lack prvWriteOpportunity.");
    scene.save("name", "Winch line 5").await;
    scene.seen(|status| status.held == 1).await;
    scene.app.retry_entry(RetryEntry { entry: scene.entry().await }).await.unwrap();
    scene.is_empty().await;
    assert_eq!(
        scene.sentences().await,
        [
            "CRM has your change of Topic.",
            "You had your change of Topic sent once more.",
            "Your change of Topic was held: CRM refused it.",
        ]
    );
}

#[tokio::test]
async fn a_merge_and_a_choice_say_who_kept_what() {
    let scene = Scene::at_work().await;
    scene.offline(true).await;
    scene.save("description", "Six winches").await;
    scene.colleague_writes("name", "Winch line 6");
    scene.offline(false).await;
    scene.is_empty().await;
    let merged = "Somebody else changed other columns in CRM: your change of Description was put on top of theirs.";
    assert_eq!(scene.sentences().await, ["CRM has your change of Description.", merged]);

    scene.offline(true).await;
    scene.save("description", "Seven winches").await;
    scene.colleague_writes("description", "Five winches");
    scene.offline(false).await;
    scene.seen(|status| status.held == 1).await;
    scene.app.keep_mine(KeepMine { entry: scene.entry().await }).await.unwrap();
    scene.is_empty().await;
    assert_eq!(
        scene.sentences().await[..3],
        [
            "CRM has your change of Description.",
            "You decided a conflict: Description stays as you have it.",
            "Your change of Description was held: somebody else changed the same in CRM.",
        ]
    );
}

#[tokio::test]
async fn what_was_discarded_and_what_a_colleague_deleted_say_so() {
    let scene = Scene::at_work().await;
    scene.offline(true).await;
    scene.save("description", "Six winches").await;
    scene.app.discard_entry(DiscardEntry { entry: scene.entry().await }).await.unwrap();
    let discarded = "Your change of Description was taken back before CRM had it.";
    assert_eq!(scene.sentences().await, [discarded]);
    let (table, id) = deal();
    scene.machine.crm.delete_as_another(&table, id);
    scene.offline(false).await;
    let deleted = "It was deleted in CRM, so it was removed here.";
    until(|| scene.sentences(), |sentences: &Vec<String>| sentences[..] == [deleted, discarded]).await;
}

#[tokio::test]
async fn what_a_sweep_no_longer_finds_says_so() {
    let scene = Scene::at_work().await;
    let (table, id) = deal();
    scene.offline(true).await;
    scene.machine.crm.delete_as_another(&table, id);
    scene.machine.crm.expire_cursors();
    scene.offline(false).await;
    let swept =
        |sentences: &Vec<String>| sentences.first().is_some_and(|first| first.starts_with("CRM no longer lists it"));
    until(|| scene.sentences(), swept).await;
}
