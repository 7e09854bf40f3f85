//! What was answered for is on disk, whatever happens next.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;
use tempfile::TempDir;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::house::House;
use crate::program::serve;

const WRITERS: usize = 6;
const KILLS: usize = 3;
/// The kill comes when so many writes were answered, in the middle of others.
const ANSWERED: usize = 40;

/// Writes until the connection breaks; remembers what was answered.
async fn write(house: House, writer: usize, answered: Arc<Mutex<Vec<Uuid>>>, count: Arc<AtomicUsize>) {
    let token = satchel_demo_org::token(
        &house.data,
        satchel_demo_org::User::Salesperson,
        satchel_demo_org::Audience::Crm,
        None,
    )
    .unwrap();
    for number in 0.. {
        let id = Uuid::new_v5(
            &Uuid::NAMESPACE_OID,
            format!("{} {writer} {number}", house.addresses.organisation).as_bytes(),
        );
        let body = json!({ "accountid": id, "name": format!("Writer {writer}, number {number}") });
        let sent = house.client.post(house.url("accounts")).bearer_auth(&token).json(&body).send().await;
        match sent {
            Ok(answer) if answer.status() == 204 => answered.lock().await.push(id),
            Ok(answer) => panic!("{}", answer.status()),
            // The organisation was killed.
            Err(_) => return,
        }
        count.fetch_add(1, Ordering::Relaxed);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_organisation_killed_during_parallel_writes_holds_every_row_it_answered_for() {
    let folder = TempDir::new().unwrap();
    let answered = Arc::new(Mutex::new(Vec::new()));
    for _ in 0..KILLS {
        let (house, mut child) = serve(folder.path()).await;
        let count = Arc::new(AtomicUsize::new(0));
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| tokio::spawn(write(house.clone(), writer, Arc::clone(&answered), Arc::clone(&count))))
            .collect();
        while count.load(Ordering::Relaxed) < ANSWERED {
            tokio::task::yield_now().await;
        }
        // SIGKILL: nothing can be tidied up.
        child.kill().await.unwrap();
        for writer in writers {
            writer.await.unwrap();
        }
    }
    let (house, _child) = serve(folder.path()).await;
    let answered = answered.lock().await;
    assert!(answered.len() >= KILLS * ANSWERED, "{}", answered.len());
    for id in answered.iter() {
        let row = house.get(&format!("accounts({id})?$select=name")).await;
        assert_eq!(row.status, 200, "{id} was answered for and is gone");
    }
    // And change tracking knows each of them exactly once.
    let list = house.prefer("accounts?$select=name", "odata.track-changes").await.ok();
    let rows = list["value"].as_array().unwrap();
    let mut ids: Vec<&str> = rows.iter().map(|row| row["accountid"].as_str().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), rows.len());
    assert!(ids.len() >= 250 + answered.len());
}
