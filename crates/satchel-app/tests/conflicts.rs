//! Conflicts: what both sides changed, a side for each column, the rule for a table, and what lost comes back.

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

fn money(exact: &str) -> Cell {
    Cell::Money { exact: exact.to_owned(), currency: None }
}

fn words(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn amount(exact: &str) -> Value {
    Value::Money(exact.parse().unwrap())
}

fn deal() -> (TableName, RecordId) {
    (TableName::new("opportunity"), organisation::id_of("the winch deal"))
}

/// What a test needs at hand: the folder goes with it.
struct Scene {
    _folder: TempDir,
    machine: Machine,
    app: Arc<App>,
}

impl Scene {
    /// An app that has read everything, and an opportunity in it.
    async fn set() -> Self {
        let (folder, machine) = (tempdir().unwrap(), Machine::new());
        let values = [
            ("name", words("Winch line 4")),
            ("estimatedvalue", amount("196000")),
            ("description", words("as agreed")),
        ];
        let values = values.map(|(column, value)| (Column::new(column), value));
        machine.crm.create_as_another(&deal().0, deal().1, &values);
        let app = machine.start(folder.path()).await;
        assert_ready(&app.try_demo(TryDemo {}).await.unwrap());
        let scene = Self { _folder: folder, machine, app };
        scene.rest().await;
        scene
    }

    /// The same, with a clash in name and value: mine against a colleague's, who also wrote a description.
    async fn clashed() -> (Self, Conflict) {
        let scene = Self::set().await;
        scene.offline(true).await;
        scene
            .save(&[
                ("estimatedvalue", money("184000")),
                ("name", text("Winch line 5")),
                ("closeprobability", number("40")),
            ])
            .await;
        scene.colleague_writes(&[
            ("estimatedvalue", amount("190000")),
            ("name", words("Winch line four")),
            ("description", words("Two lots")),
        ]);
        scene.offline(false).await;
        let conflict = scene.conflict().await;
        (scene, conflict)
    }

    async fn rest(&self) {
        let ask = || async { self.app.sync_status(AskSyncStatus {}).await.unwrap() };
        until(ask, |status| status.synced_at.is_some() && !status.is_busy).await;
    }

    async fn offline(&self, on: bool) {
        self.app.work_offline(WorkOffline { on }).await.unwrap();
    }

    async fn save(&self, values: &[(&str, Cell)]) {
        let values = values.iter().map(|(column, cell)| Typed { column: (*column).to_owned(), cell: cell.clone() });
        let (table, id) = ("opportunity".to_owned(), Some(deal().1.to_string()));
        let saved = self.app.save_record(SaveRecord { table, id, values: values.collect() }).await.unwrap();
        assert_eq!(saved.problems, []);
    }

    fn colleague_writes(&self, values: &[(&str, Value)]) {
        let values: Vec<_> = values.iter().map(|(column, value)| (Column::new(*column), value.clone())).collect();
        self.machine.crm.another_writer(&deal().0, deal().1, &values);
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

    async fn conflict(&self) -> Conflict {
        let entry = self.held().await;
        assert!(entry.may_compare);
        self.app.read_conflict(ReadConflict { entry: entry.entry }).await.unwrap()
    }

    async fn resolve(&self, conflict: &Conflict, mine: &[&str], theirs: &[&str]) -> Result<Done, CommandError> {
        let owned = |columns: &[&str]| columns.iter().map(|column| (*column).to_owned()).collect();
        let (entry, version) = (conflict.entry.clone(), conflict.version.clone());
        self.app.resolve_conflict(ResolveConflict { entry, version, mine: owned(mine), theirs: owned(theirs) }).await
    }

    async fn history(&self) -> Vec<LostValue> {
        let (table, id) = ("opportunity".to_owned(), deal().1.to_string());
        self.app.read_history(ReadHistory { table, id }).await.unwrap().values
    }

    async fn bring_back(&self, number: u32) -> Saved {
        let (table, id) = ("opportunity".to_owned(), deal().1.to_string());
        self.app.bring_back(BringBack { table, id, number }).await.unwrap()
    }

    fn in_crm(&self, column: &str) -> Value {
        self.machine.crm.row(&deal().0, deal().1).expect("the deal is gone").value(&Column::new(column)).clone()
    }

    async fn set_policy(&self, policy: Policy) {
        self.app.set_policy(SetPolicy { table: "opportunity".into(), policy }).await.unwrap();
    }
}

fn number(exact: &str) -> Cell {
    Cell::Number { exact: exact.to_owned() }
}

fn column<'a>(conflict: &'a Conflict, name: &str) -> &'a ConflictColumn {
    conflict.columns.iter().find(|column| column.column == name).unwrap()
}

/// Column, value, whose.
fn told(history: &[LostValue]) -> Vec<(&str, &Cell, bool)> {
    history.iter().map(|lost| (lost.column.as_str(), &lost.cell, lost.is_mine)).collect()
}

#[tokio::test]
async fn a_conflict_tells_what_each_side_changed_from_what_and_when() {
    let (_scene, conflict) = Scene::clashed().await;
    let names: Vec<_> = conflict.columns.iter().map(|column| (column.column.as_str(), column.is_clash)).collect();
    assert_eq!(names, [("name", true), ("estimatedvalue", true), ("description", false), ("closeprobability", false)]);
    let value = column(&conflict, "estimatedvalue");
    assert_eq!(value.base, money("196000.0000"));
    assert_eq!((&value.mine, &value.theirs), (&Some(money("184000")), &Some(money("190000.0000"))));
    // What one side left alone is absent; what it emptied would be there and empty.
    let description = column(&conflict, "description");
    assert_eq!((&description.base, &description.mine), (&text("as agreed"), &None));
    assert_eq!(description.theirs, Some(text("Two lots")));
    let probability = column(&conflict, "closeprobability");
    assert_eq!((&probability.base, &probability.mine), (&Cell::Empty, &Some(number("40"))));
    assert_eq!(probability.theirs, None);
    assert_eq!((conflict.name.as_str(), conflict.table_label.as_str()), ("Winch line 5", "Opportunity"));
    // The model organisation keeps no *modified by*.
    assert!(conflict.theirs_at.is_some() && conflict.theirs_by.is_none());
}

#[tokio::test]
async fn a_value_that_the_other_side_emptied_is_there_and_empty() {
    let scene = Scene::set().await;
    scene.offline(true).await;
    scene.save(&[("description", text("Six winches"))]).await;
    scene.colleague_writes(&[("description", Value::Null)]);
    scene.offline(false).await;
    let conflict = scene.conflict().await;
    assert_eq!(column(&conflict, "description").theirs, Some(Cell::Empty));
    scene.resolve(&conflict, &[], &["description"]).await.unwrap();
    scene.emptied().await;
    assert_eq!(scene.in_crm("description"), Value::Null);
}

#[tokio::test]
async fn each_column_ends_as_the_user_says_and_what_lost_comes_back_in_one_step() {
    let (scene, conflict) = Scene::clashed().await;
    scene.resolve(&conflict, &["estimatedvalue"], &["name"]).await.unwrap();
    scene.emptied().await;
    assert_eq!(scene.in_crm("estimatedvalue"), amount("184000"));
    assert_eq!(scene.in_crm("name"), words("Winch line four"));
    assert_eq!(scene.in_crm("description"), words("Two lots"));
    assert_eq!(scene.in_crm("closeprobability"), Value::Whole(40));
    let history = scene.history().await;
    assert_eq!(
        told(&history),
        [("name", &text("Winch line 5"), true), ("estimatedvalue", &money("190000.0000"), false)]
    );
    assert!(history.iter().all(|lost| lost.may_bring_back));
    assert_eq!((history[0].why.as_str(), history[1].why.as_str()), ("You took the one from CRM.", "You kept yours."));

    let saved = scene.bring_back(history[0].number).await;
    assert_eq!((saved.id, saved.problems), (Some(deal().1.to_string()), Vec::new()));
    scene.emptied().await;
    assert_eq!(scene.in_crm("name"), words("Winch line 5"));
    // It is kept all the same, and says that it is what stands there now.
    let history = scene.history().await;
    assert_eq!((history.len(), history[0].may_bring_back), (2, false));
}

#[tokio::test]
async fn nothing_is_decided_for_the_user() {
    let (scene, conflict) = Scene::clashed().await;
    let before = scene.machine.crm.writes();
    let refused = scene.resolve(&conflict, &["estimatedvalue"], &[]).await.unwrap_err();
    assert_eq!(refused.message, "Choose for each column that both changed.");
    let still = scene.conflict().await;
    assert_eq!((still.columns, scene.history().await), (conflict.columns, Vec::new()));
    assert_eq!(scene.machine.crm.writes(), before);
}

#[tokio::test]
async fn a_choice_made_on_what_crm_no_longer_has_decides_nothing() {
    let (scene, seen) = Scene::clashed().await;
    scene.colleague_writes(&[("estimatedvalue", amount("170000"))]);
    scene.app.sync_now(SyncNow {}).await.unwrap();
    let changed = || async { scene.app.read_conflict(ReadConflict { entry: seen.entry.clone() }).await.unwrap() };
    let now = until(changed, |now: &Conflict| now.version != seen.version).await;
    assert_eq!(column(&now, "estimatedvalue").theirs, Some(money("170000.0000")));
    let refused = scene.resolve(&seen, &["estimatedvalue", "name"], &[]).await.unwrap_err();
    assert!(refused.message.starts_with("CRM has changed again"), "{refused:?}");
    assert_eq!(scene.history().await, []);
    scene.resolve(&now, &["estimatedvalue", "name"], &[]).await.unwrap();
    scene.emptied().await;
    assert_eq!(scene.in_crm("estimatedvalue"), amount("184000"));
    // What gave way is what CRM had at the end, not what was seen first.
    let history = scene.history().await;
    assert!(told(&history).contains(&("estimatedvalue", &money("170000.0000"), false)), "{history:?}");
}

/// A column that a colleague changes while the entry waits for another one clashes too.
#[tokio::test]
async fn taking_theirs_takes_also_what_they_changed_while_it_waited() {
    let scene = Scene::set().await;
    scene.offline(true).await;
    scene.save(&[("estimatedvalue", money("184000")), ("description", text("Six winches"))]).await;
    scene.colleague_writes(&[("estimatedvalue", amount("190000"))]);
    scene.offline(false).await;
    let entry = scene.held().await.entry;
    scene.colleague_writes(&[("description", words("Seven winches"))]);
    scene.app.sync_now(SyncNow {}).await.unwrap();
    let clashes = |entries: &Vec<OutboxEntry>| match &entries[0].state {
        OutboxState::Held { clashes, .. } => clashes.len() == 2,
        _ => false,
    };
    until(|| scene.outbox(), clashes).await;
    scene.app.take_theirs(TakeTheirs { entry }).await.unwrap();
    scene.emptied().await;
    assert_eq!(scene.in_crm("description"), words("Seven winches"));
    assert_eq!(scene.in_crm("estimatedvalue"), amount("190000"));
    assert_eq!(scene.history().await.len(), 2);
}

/// Taking theirs against a delete means that the record stays.
#[tokio::test]
async fn a_record_that_somebody_changed_while_i_deleted_it_goes_or_stays_as_i_say() {
    for stays in [true, false] {
        let scene = Scene::set().await;
        scene.offline(true).await;
        let id = deal().1.to_string();
        scene.app.delete_record(DeleteRecord { table: "opportunity".into(), id }).await.unwrap();
        scene.colleague_writes(&[("description", words("Two lots"))]);
        scene.offline(false).await;
        let entry = scene.held().await;
        assert!(!entry.may_compare);
        match stays {
            true => scene.app.take_theirs(TakeTheirs { entry: entry.entry }).await.unwrap(),
            false => scene.app.keep_mine(KeepMine { entry: entry.entry }).await.unwrap(),
        };
        scene.emptied().await;
        scene.rest().await;
        assert_eq!(scene.machine.crm.row(&deal().0, deal().1).is_some(), stays);
        let shown = ReadRecord { table: "opportunity".into(), id: deal().1.to_string() };
        assert_eq!(scene.app.read_record(shown).await.is_ok(), stays);
    }
}

#[tokio::test]
async fn the_rule_of_a_table_decides_its_clashes_and_keeps_what_gave_way() {
    for (policy, expected, lost) in
        [(Policy::Mine, "184000", ("190000.0000", false)), (Policy::Theirs, "190000", ("184000", true))]
    {
        let scene = Scene::set().await;
        scene.set_policy(policy).await;
        scene.offline(true).await;
        scene.save(&[("estimatedvalue", money("184000")), ("closeprobability", number("40"))]).await;
        scene.colleague_writes(&[("estimatedvalue", amount("190000"))]);
        scene.offline(false).await;
        scene.emptied().await;
        assert_eq!(scene.in_crm("estimatedvalue"), amount(expected), "{policy:?}");
        assert_eq!(scene.in_crm("closeprobability"), Value::Whole(40));
        let history = scene.history().await;
        assert_eq!(told(&history), [("estimatedvalue", &money(lost.0), lost.1)]);
        let saved = scene.bring_back(history[0].number).await;
        assert!(saved.problems.is_empty());
        scene.emptied().await;
        assert_eq!(scene.in_crm("estimatedvalue"), amount(lost.0));
    }
}

#[tokio::test]
async fn a_rule_is_its_tables_alone_and_no_rule_deletes_what_somebody_changed() {
    let scene = Scene::set().await;
    scene.set_policy(Policy::Mine).await;
    let rules = scene.app.list_policies(AskPolicies {}).await.unwrap().tables;
    let rules: Vec<_> = rules.iter().map(|rule| (rule.table.as_str(), rule.policy)).collect();
    assert_eq!(rules, [("account", Policy::Ask), ("contact", Policy::Ask), ("opportunity", Policy::Mine)]);
    scene.offline(true).await;
    scene.app.delete_record(DeleteRecord { table: "opportunity".into(), id: deal().1.to_string() }).await.unwrap();
    scene.colleague_writes(&[("description", words("Two lots"))]);
    scene.offline(false).await;
    scene.held().await;
    assert!(scene.machine.crm.row(&deal().0, deal().1).is_some());
    let unknown = SetPolicy { table: "nothing".into(), policy: Policy::Mine };
    assert_eq!(scene.app.set_policy(unknown).await.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test]
async fn an_entry_that_waits_for_no_choice_is_no_conflict() {
    let scene = Scene::set().await;
    scene.offline(true).await;
    scene.save(&[("description", text("Six winches"))]).await;
    let entry = scene.outbox().await.remove(0);
    assert!(!entry.may_compare);
    let refused = scene.app.read_conflict(ReadConflict { entry: entry.entry.clone() }).await.unwrap_err();
    assert_eq!(refused.code, ErrorCode::NotFound);
    let choice = ResolveConflict { entry: entry.entry, version: String::new(), mine: Vec::new(), theirs: Vec::new() };
    assert_eq!(scene.app.resolve_conflict(choice).await.unwrap_err().code, ErrorCode::NotFound);
    assert_eq!(scene.outbox().await.len(), 1);
}
