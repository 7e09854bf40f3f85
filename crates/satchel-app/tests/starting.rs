//! Starting and signing in: what a person sees, and what is kept.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by failing")]

mod desk;

use std::{fs, sync::atomic::Ordering};

use desk::{Machine, assert_ready, until};
use satchel_app::requests::*;
use satchel_domain::{ServiceError, ports::SecretError};
use tempfile::tempdir;

fn first(start: &Start) -> bool {
    matches!(start, Start::First { .. })
}

#[tokio::test]
async fn a_fresh_profile_shows_the_first_page_and_makes_no_database() {
    let (folder, machine) = (tempdir().unwrap(), Machine::new());
    let app = machine.start(folder.path()).await;
    assert!(first(&app.start(AskStart {}).await.unwrap()));
    assert!(!folder.path().join("satchel.db").exists());
    assert_eq!(machine.keyring.held(), None);
}

#[tokio::test]
async fn after_a_sign_in_the_records_arrive_and_a_restart_needs_no_sign_in() {
    let (folder, machine) = (tempdir().unwrap(), Machine::new());
    let app = machine.start(folder.path()).await;
    assert_ready(&app.try_demo(TryDemo {}).await.unwrap());
    let ask = || async { app.list_records(accounts()).await };
    let block = until(ask, |block| block.as_ref().is_ok_and(|block| block.total == 120)).await.unwrap();
    assert_eq!(block.rows[0].name, "Account 000");
    // The age is that of the oldest table, so every table must have been read once.
    until(|| async { app.sync_status(AskSyncStatus {}).await.unwrap() }, |status| status.synced_at.is_some()).await;
    drop(app);

    machine.crm.go_down();
    let app = machine.start(folder.path()).await;
    assert_ready(&app.start(AskStart {}).await.unwrap());
    assert_eq!(app.list_records(accounts()).await.unwrap().total, 120);
    let ask = || async { app.sync_status(AskSyncStatus {}).await.unwrap() };
    let status = until(ask, |status| status.connectivity == Connectivity::Unreachable).await;
    assert!(status.message.is_some() && status.synced_at.is_some());
}

fn accounts() -> ListRecords {
    ListRecords { table: "account".into(), first: 0, count: 100, sort: None, filter: String::new() }
}

#[tokio::test]
async fn lists_are_sorted_filtered_and_read_in_blocks() {
    let (folder, machine) = (tempdir().unwrap(), Machine::new());
    let app = machine.start(folder.path()).await;
    app.try_demo(TryDemo {}).await.unwrap();
    until(|| app.list_records(accounts()), |block| block.as_ref().is_ok_and(|block| block.total == 120)).await.unwrap();
    let sort = Some(Sort { column: "name".into(), descending: true });
    let block = app.list_records(ListRecords { sort, first: 1, count: 2, ..accounts() }).await.unwrap();
    assert_eq!(block.rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["Account 118", "Account 117"]);
    let block = app.list_records(ListRecords { filter: "account 11".into(), ..accounts() }).await.unwrap();
    assert_eq!(block.total, 10);
    let id = block.rows[0].id.clone();
    let page = app.read_record(ReadRecord { table: "account".into(), id }).await.unwrap();
    assert_eq!(page.name, "Account 110");
    assert_eq!(page.fields[0].cell, Cell::Text { text: "Account 110".into() });
    let unknown = ReadRecord { table: "account".into(), id: uuid::Uuid::nil().to_string() };
    assert_eq!(app.read_record(unknown).await.unwrap_err().code, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_second_window_on_the_profile_is_told_that_one_is_open() {
    let (folder, machine) = (tempdir().unwrap(), Machine::new());
    let app = machine.start(folder.path()).await;
    let error = machine.try_start(folder.path()).await.unwrap_err();
    assert!(error.message.contains("already open"), "{error}");
    drop(app);
    machine.start(folder.path()).await;
}

#[tokio::test]
async fn a_keyring_that_answers_no_entry_never_gets_a_new_key_for_an_old_file() {
    let (folder, machine) = (tempdir().unwrap(), Machine::new());
    machine.start(folder.path()).await.try_demo(TryDemo {}).await.unwrap();
    let before = fs::read(folder.path().join("satchel.db")).unwrap();

    let mut locked = machine.clone();
    locked.keyring = Default::default();
    let app = locked.start(folder.path()).await;
    assert!(matches!(app.start(AskStart {}).await.unwrap(), Start::KeyMissing { .. }));
    app.try_demo(TryDemo {}).await.ok();
    assert_eq!(locked.keyring.held(), None);
    assert_eq!(fs::read(folder.path().join("satchel.db")).unwrap(), before);

    // The user sets the file aside: nothing is deleted, and the first page is back.
    let start = app.set_file_aside(SetFileAside {}).await.unwrap();
    assert!(first(&start), "{start:?}");
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    let is_database =
        |name: &str| name.starts_with("satchel.db.aside-") && name.ends_with(|end: char| end.is_ascii_digit());
    let aside = names.iter().find(|name| is_database(&name.to_string_lossy())).unwrap();
    assert_eq!(fs::read(folder.path().join(aside)).unwrap(), before);
}

/// A damaged page was met while an edit waited; the next start mends it.
#[tokio::test]
async fn a_damaged_file_is_set_aside_the_edits_are_saved_and_the_rest_is_read_again() {
    let (folder, machine) = (tempdir().unwrap(), Machine::new());
    let app = machine.start(folder.path()).await;
    app.try_demo(TryDemo {}).await.unwrap();
    let block =
        until(|| app.list_records(accounts()), |block| block.as_ref().is_ok_and(|block| block.total == 120)).await;
    until(|| async { app.sync_status(AskSyncStatus {}).await.unwrap() }, |status| status.synced_at.is_some()).await;
    app.work_offline(WorkOffline { on: true }).await.unwrap();
    let id = block.unwrap().rows[0].id.clone();
    let values = vec![Typed { column: "name".into(), cell: Cell::Text { text: "Typed by hand".into() } }];
    app.save_record(SaveRecord { table: "account".into(), id: Some(id), values }).await.unwrap();
    drop(app);

    // The last connection takes the log along.
    until(|| async { folder.path().join("satchel.db-wal").exists() }, |is_open| !is_open).await;
    // As a read that met a damaged page leaves it; which pages cost what is tested in the store.
    fs::write(folder.path().join("satchel.db.damaged"), "").unwrap();
    let app = machine.start(folder.path()).await;
    let start = app.start(AskStart {}).await.unwrap();
    let Start::Ready { notice: Some(notice), .. } = start else { panic!("the user is told: {start:?}") };
    assert_eq!(app.list_outbox(ListOutbox {}).await.unwrap().entries.len(), 1);
    app.work_offline(WorkOffline { on: false }).await.unwrap();
    until(|| app.list_records(accounts()), |block| block.as_ref().is_ok_and(|block| block.total == 120)).await.unwrap();
    assert!(notice.contains("1 edit that CRM does not have yet: saved"), "{notice}");
    let names: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(names.iter().any(|name| name.to_string_lossy().contains("satchel.db.aside-")), "{names:?}");

    // Told at each start until somebody has read it.
    drop(app);
    until(|| async { folder.path().join("satchel.db-wal").exists() }, |is_open| !is_open).await;
    let app = machine.start(folder.path()).await;
    assert_eq!(app.notice().await.unwrap().as_ref(), Some(&notice));
    app.dismiss_notice(DismissNotice { notice }).await.unwrap();
    let start = app.start(AskStart {}).await.unwrap();
    assert!(matches!(start, Start::Ready { notice: None, .. }), "{start:?}");
}

#[tokio::test]
async fn a_keyring_that_is_unlocked_later_opens_the_profile_without_a_restart() {
    let (folder, machine) = (tempdir().unwrap(), Machine::new());
    machine.start(folder.path()).await.try_demo(TryDemo {}).await.unwrap();
    machine.keyring.fail(SecretError::Locked);
    let app = machine.start(folder.path()).await;
    assert!(matches!(app.start(AskStart {}).await.unwrap(), Start::KeyMissing { .. }));
    machine.keyring.mend();
    assert_ready(&app.start(AskStart {}).await.unwrap());
}

#[tokio::test]
async fn without_a_keyring_a_passphrase_makes_and_opens_the_database() {
    let (folder, machine) = (tempdir().unwrap(), Machine::new());
    machine.keyring.fail(SecretError::Absent);
    let app = machine.start(folder.path()).await;
    assert!(matches!(app.start(AskStart {}).await.unwrap(), Start::Passphrase { is_new: true, .. }));
    let short = app.use_passphrase(UsePassphrase { passphrase: "short".into() }).await.unwrap_err();
    assert_eq!(short.code, ErrorCode::Invalid);
    let start = app.use_passphrase(UsePassphrase { passphrase: "correct horse".into() }).await.unwrap();
    assert!(first(&start), "{start:?}");
    assert_ready(&app.try_demo(TryDemo {}).await.unwrap());
    drop(app);

    let app = machine.start(folder.path()).await;
    assert!(matches!(app.start(AskStart {}).await.unwrap(), Start::Passphrase { is_new: false, .. }));
    let wrong = app.use_passphrase(UsePassphrase { passphrase: "battery staple".into() }).await.unwrap();
    assert!(matches!(wrong, Start::Passphrase { is_new: false, message: Some(_) }), "{wrong:?}");
    assert_ready(&app.use_passphrase(UsePassphrase { passphrase: "correct horse".into() }).await.unwrap());
}

#[tokio::test]
async fn a_sign_in_can_be_cancelled_and_a_failed_one_says_why() {
    let (folder, machine) = (tempdir().unwrap(), Machine::new());
    let app = machine.start(folder.path()).await;
    machine.browser_hangs.store(true, Ordering::Relaxed);
    let waiting = tokio::spawn({
        let app = app.clone();
        async move { app.try_demo(TryDemo {}).await }
    });
    let is_waiting = |start: &Result<Start, _>| matches!(start, Ok(Start::First { is_signing_in: true, .. }));
    until(|| app.start(AskStart {}), is_waiting).await.unwrap();
    let ended = until(
        || async {
            app.cancel_sign_in(CancelSignIn {}).await.unwrap();
            waiting.is_finished()
        },
        |is_finished| *is_finished,
    )
    .await;
    assert!(ended);
    assert_eq!(waiting.await.unwrap().unwrap_err().code, ErrorCode::Cancelled);

    machine.browser_hangs.store(false, Ordering::Relaxed);
    let why = "the authority said no".to_owned();
    *machine.sign_in_fails.lock().unwrap() = Some(ServiceError::SignInNeeded { why });
    let error = app.try_demo(TryDemo {}).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::SignInNeeded);
    let start = app.start(AskStart {}).await.unwrap();
    assert!(
        matches!(&start, Start::First { message: Some(message), .. } if message.contains("the authority said no")),
        "{start:?}"
    );
    assert_ready(&app.try_demo(TryDemo {}).await.unwrap());
}

#[tokio::test]
async fn working_offline_outlives_a_restart_and_asks_no_service() {
    let (folder, machine) = (tempdir().unwrap(), Machine::new());
    let app = machine.start(folder.path()).await;
    app.try_demo(TryDemo {}).await.unwrap();
    let ask = || async { app.sync_status(AskSyncStatus {}).await.unwrap() };
    until(ask, |status| status.synced_at.is_some()).await;
    app.work_offline(WorkOffline { on: true }).await.unwrap();
    until(ask, |status| status.connectivity == Connectivity::WorkingOffline).await;
    drop(app);

    let calls = machine.crm.calls();
    let app = machine.start(folder.path()).await;
    app.sync_now(SyncNow {}).await.unwrap();
    let status = app.sync_status(AskSyncStatus {}).await.unwrap();
    assert_eq!(status.connectivity, Connectivity::WorkingOffline);
    assert_eq!(machine.crm.calls(), calls);
    app.work_offline(WorkOffline { on: false }).await.unwrap();
    let ask = || async { app.sync_status(AskSyncStatus {}).await.unwrap() };
    until(ask, |status| status.connectivity == Connectivity::Online).await;
}

#[tokio::test]
async fn an_organisation_address_that_is_none_is_refused_with_an_example() {
    let (folder, machine) = (tempdir().unwrap(), Machine::new());
    let app = machine.start(folder.path()).await;
    let request = Connect { organisation: "contoso".into(), client_id: "id".into(), tenant: String::new() };
    let error = app.connect(request).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Invalid);
    assert!(error.message.contains("https://"), "{error}");
}
