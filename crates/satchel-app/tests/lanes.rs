//! The sync page's requests: how each lane does, the pause, and everything once more.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by failing")]

mod desk;

use std::sync::Arc;

use desk::{Machine, assert_ready, until};
use jiff::SignedDuration;
use satchel_app::{App, requests::*};
use satchel_domain::{Column, RecordId, TableName, Value, mail::Purpose};
use satchel_testkit::{ModelMailbox, organisation};
use tempfile::{TempDir, tempdir};

fn deal() -> (TableName, RecordId) {
    (TableName::new("opportunity"), organisation::id_of("the winch deal"))
}

/// An app that has read everything.
async fn at_work() -> (TempDir, Machine, Arc<App>) {
    let (folder, mut machine) = (tempdir().unwrap(), Machine::new());
    let mailbox = ModelMailbox::sample();
    mailbox.deliver(
        &mailbox.folder(Purpose::Inbox),
        "From: Mia <mia@fjord.example>\r\nSubject: Winches\r\n\r\nHello.\r\n",
    );
    machine.mailbox = Some(mailbox);
    let (table, id) = deal();
    machine.crm.create_as_another(&table, id, &[(Column::new("name"), Value::Text("Winch line 4".into()))]);
    let app = machine.start(folder.path()).await;
    assert_ready(&app.try_demo(TryDemo {}).await.unwrap());
    seen(&app, |status| status.synced_at.is_some() && !status.is_busy).await;
    (folder, machine, app)
}

async fn seen(app: &Arc<App>, is_wanted: impl Fn(&SyncStatus) -> bool) -> SyncStatus {
    until(|| async { app.sync_status(AskSyncStatus {}).await.unwrap() }, is_wanted).await
}

async fn save(app: &Arc<App>, column: &str, text: &str) {
    let values = vec![Typed { column: column.to_owned(), cell: Cell::Text { text: text.to_owned() } }];
    let id = Some(deal().1.to_string());
    app.save_record(SaveRecord { table: "opportunity".into(), id, values }).await.unwrap();
}

fn states(status: &SyncStatus) -> Vec<LaneState> {
    let mut states: Vec<_> = status.lanes.iter().map(|lane| lane.state).collect();
    states.dedup();
    states
}

#[tokio::test]
async fn every_lane_says_how_it_does_and_when_it_is_asked_next() {
    let (_folder, machine, app) = at_work().await;
    let status = seen(&app, |status| states(status) == [LaneState::UpToDate]).await;
    let now = machine.clock.now().as_millisecond() as f64;
    assert!(status.lanes.iter().all(|lane| lane.next_at.is_some_and(|at| at > now && at <= now + 60_000.0)));
    assert_eq!(status.next_at, status.lanes.iter().filter_map(|lane| lane.next_at).reduce(f64::min));
    assert_eq!((status.outbox.state, status.outbox.since), (LaneState::UpToDate, None));
    let ask = || async { app.list_mail_lanes(ListMailLanes {}).await.unwrap().mailboxes };
    let is_read = |lanes: &Vec<MailLane>| lanes.first().is_some_and(|lane| lane.state == LaneState::UpToDate);
    let mail = until(ask, is_read).await;
    assert_eq!((mail.len(), mail[0].label.as_str()), (1, desk::OWN));
    assert!(mail[0].rows == 1 && mail[0].synced_at.is_some() && mail[0].next_at.is_some(), "{mail:?}");
}

#[tokio::test]
async fn a_network_that_is_away_for_a_minute_stalls_every_lane_until_it_is_back() {
    let (_folder, machine, app) = at_work().await;
    machine.crm.go_down();
    save(&app, "name", "Winch line 5").await;
    app.sync_now(SyncNow {}).await.unwrap();
    let status = seen(&app, |status| states(status) == [LaneState::Retrying]).await;
    assert_eq!(status.outbox.state, LaneState::Retrying);
    assert!(status.lanes[0].message.is_some() && status.outbox.message.is_some());
    machine.clock.advance(SignedDuration::from_secs(61));
    let status = seen(&app, |status| states(status) == [LaneState::Stalled]).await;
    assert_eq!((status.outbox.state, status.waiting), (LaneState::Stalled, 1));

    machine.crm.come_back();
    app.retry_all(RetryAll {}).await.unwrap();
    let is_well = |status: &SyncStatus| states(status) == [LaneState::UpToDate] && status.waiting == 0;
    let status = seen(&app, is_well).await;
    assert_eq!((status.outbox.state, status.outbox.message), (LaneState::UpToDate, None));
}

#[tokio::test]
async fn a_pause_outlives_a_restart_and_ends_by_the_users_word() {
    let (folder, machine, app) = at_work().await;
    app.pause_sync(PauseSync { on: true }).await.unwrap();
    seen(&app, |status| status.is_paused).await;
    let writes = machine.crm.writes();
    save(&app, "name", "Winch line 5").await;
    let status = seen(&app, |status| status.waiting == 1).await;
    assert_eq!((states(&status), status.outbox.state), (vec![LaneState::Paused], LaneState::Paused));
    assert_eq!((status.connectivity, status.next_at), (Connectivity::Online, None));
    drop(app);

    let app = machine.start(folder.path()).await;
    app.sync_now(SyncNow {}).await.unwrap();
    let status = seen(&app, |status| !status.lanes.is_empty()).await;
    assert_eq!((status.is_paused, status.waiting, machine.crm.writes()), (true, 1, writes));
    app.pause_sync(PauseSync { on: false }).await.unwrap();
    seen(&app, |status| !status.is_paused && status.waiting == 0).await;
    assert!(machine.crm.writes() > writes);
}

#[tokio::test]
async fn retry_all_sends_what_was_refused_once_more() {
    let (_folder, machine, app) = at_work().await;
    machine.crm.refuse_next("0x80040220", "You lack prvWriteOpportunity.");
    save(&app, "name", "Winch line 5").await;
    let status = seen(&app, |status| status.held == 1).await;
    assert_eq!(status.outbox.state, LaneState::Held);
    app.retry_all(RetryAll {}).await.unwrap();
    seen(&app, |status| status.held == 0 && status.waiting == 0).await;
    let (table, id) = deal();
    let name = machine.crm.row(&table, id).unwrap().value(&Column::new("name")).clone();
    assert_eq!(name, Value::Text("Winch line 5".into()));
}
