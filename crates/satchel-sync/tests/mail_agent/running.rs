//! The agent under tokio: it works by itself, says how it does, hears what it is told, and ends when nobody holds it.

use std::{sync::Arc, time::Duration};

use satchel_domain::{
    connectivity::Connectivity,
    mail::Purpose,
    ports::{Clock, Mailbox},
};
use satchel_store::{Durability, messages};
use satchel_sync::mail::{self, Event, Status};
use satchel_testkit::TestClock;
use tokio::sync::watch;

use crate::{
    device::{MAILBOX, database, settings},
    post::Post,
};

/// Nothing here takes longer.
const PATIENCE: Duration = Duration::from_secs(30);

async fn until(status: &mut watch::Receiver<Status>, is_so: impl FnMut(&Status) -> bool) -> Status {
    tokio::time::timeout(PATIENCE, status.wait_for(is_so)).await.expect("in time").expect("it runs").clone()
}

#[tokio::test]
async fn an_agent_reads_the_mailbox_tells_a_mark_and_ends_when_it_is_dropped() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    let items = post.fill(Purpose::Inbox, 60);
    let database = database(&folder.path().join("db"));
    let clock: Arc<dyn Clock> = Arc::new(TestClock::default());
    let mailbox: Arc<dyn Mailbox> = Arc::new(post.clone());
    let (agent, work) = mail::run(database.clone(), mailbox, MAILBOX, clock, settings());
    let work = tokio::spawn(work);
    let mut status = agent.watch();
    let rested = until(&mut status, |status| status.synced_at.is_some() && !status.is_busy).await;
    assert_eq!((rested.connectivity, rested.message), (Connectivity::Online, None));
    assert_eq!(post.raws().len(), 60);

    let inbox = post.model.folder(Purpose::Inbox);
    let block = database.read(|reader| messages::block(reader, MAILBOX, &inbox, messages::Show::All, 0, 1)).unwrap();
    let key = &block.rows[0].key;
    database.write(Durability::Full, |tx| messages::want_read(tx, MAILBOX, key, true)).unwrap();
    agent.send(Event::Marked);
    until(&mut status, |_| post.model.is_read(&items[59]) == Some(true)).await;

    agent.send(Event::GoOffline);
    until(&mut status, |status| status.connectivity == Connectivity::WorkingOffline).await;
    drop(agent);
    tokio::time::timeout(PATIENCE, work).await.expect("it ends").unwrap();
}
