//! Pulling: every message arrives once, whatever interrupts it, and none stays when it is gone.

use jiff::SignedDuration;
use satchel_domain::{
    FolderId,
    connectivity::Connectivity,
    mail::{Folder, Purpose},
};
use satchel_testkit::model_crm::BEGINNING;

use crate::{
    device::{Device, PAGE},
    post::Post,
};

const INBOX: usize = 230;
const SENT: usize = 60;
/// Pages that bring all of it, the empty folders included.
const PAGES: usize = INBOX.div_ceil(PAGE as usize) + SENT.div_ceil(PAGE as usize) + 6;

fn post() -> Post {
    let post = Post::new();
    post.fill(Purpose::Inbox, INBOX);
    post.fill(Purpose::Sent, SENT);
    post
}

#[tokio::test]
async fn a_first_sync_brings_every_message_page_by_page() {
    let (folder, post) = (tempfile::tempdir().unwrap(), post());
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    device.assert_same(&post);
    assert!((PAGES..=PAGES + 1).contains(&device.pages), "{} pages", device.pages);
    let status = device.state.status();
    assert_eq!((status.connectivity, status.message, status.is_busy), (Connectivity::Online, None, false));
    assert_eq!(status.synced_at, Some(BEGINNING));
}

#[tokio::test]
async fn a_kill_after_every_page_costs_no_page() {
    let (folder, post) = (tempfile::tempdir().unwrap(), post());
    let path = folder.path().join("db");
    let (mut lives, mut pages) = (0, 0);
    loop {
        let mut device = Device::open(&path, &post, BEGINNING);
        lives += 1;
        while device.pages == 0 && device.act().await {}
        pages += device.pages;
        if device.state.status().synced_at.is_some() {
            device.assert_same(&post);
            break;
        }
        assert!(lives < 100, "a restart that always starts over never ends");
    }
    // A life that begins with a folder that is up to date asks once what changed there.
    assert!(lives >= PAGES, "{pages} pages in {lives} lives");
}

#[tokio::test]
async fn a_kill_after_any_number_of_effects_neither_loses_nor_doubles_a_message() {
    let (folder, post) = (tempfile::tempdir().unwrap(), post());
    let path = folder.path().join("db");
    for effects in 1..25 {
        let mut device = Device::open(&path, &post, BEGINNING);
        for _ in 0..effects {
            device.act().await;
        }
    }
    let mut device = Device::open(&path, &post, BEGINNING);
    device.rest().await;
    device.assert_same(&post);
    assert_eq!(device.missing(), 0);
}

#[tokio::test]
async fn what_arrives_is_read_moved_and_deleted_elsewhere_shows_after_a_period() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    let items = post.fill(Purpose::Inbox, 5);
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    post.model.mark_read(&items[0], true);
    post.model.delete(&items[1]);
    let moved = device.key(&post, Purpose::Inbox, "Inbox 002");
    post.model.move_to(&items[2], &post.model.folder(Purpose::Archive));
    post.deliver(Purpose::Inbox, "New");
    let asked = post.raws().len();
    device.later(60).await;
    device.assert_same(&post);
    assert_eq!(device.shown(&post.model.folder(Purpose::Archive)).len(), 1);
    assert_eq!(device.key(&post, Purpose::Archive, "Inbox 002"), moved);
    assert_eq!(post.raws().len(), asked + 1, "a message that moved is not fetched again");
}

#[tokio::test]
async fn folders_come_and_go_with_their_messages() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    post.fill(Purpose::Archive, 3);
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    let id = FolderId::new("clients");
    post.model.add_folder(Folder { id: id.clone(), parent: None, name: "Clients".to_owned(), purpose: None });
    post.model.deliver(&id, satchel_testkit::letter::Letter::new("Offer", Some("<offer@x>"), "Here.").raw());
    let archive = post.model.folder(Purpose::Archive);
    post.model.drop_folder(&archive);
    device.later(60).await;
    device.assert_same(&post);
    assert_eq!(device.shown(&id).len(), 1);
    assert!(device.shown(&archive).is_empty());
    assert!(device.state.status().lanes.iter().all(|lane| lane.folder != archive && lane.problem.is_none()));
}

#[tokio::test]
async fn a_folder_that_vanishes_between_the_list_and_its_pull_is_only_noted() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    post.fill(Purpose::Inbox, 3);
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    // The folders are known, and none was pulled.
    while device.state.status().lanes.is_empty() {
        device.act().await;
    }
    post.model.drop_folder(&post.model.folder(Purpose::Archive));
    device.rest().await;
    device.later(2).await;
    device.assert_same(&post);
    assert_eq!(device.state.status().lanes.len(), 7);
    assert_eq!(device.connectivity(), Connectivity::Online);
}

#[tokio::test]
async fn a_forgotten_cursor_leads_to_a_sweep_that_removes_what_is_gone_and_hides_nothing_meanwhile() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    let items = post.fill(Purpose::Inbox, INBOX);
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    let asked = post.raws().len();
    post.model.delete(&items[3]);
    post.model.mark_read(&items[4], true);
    post.model.expire_cursors();
    device.now += SignedDuration::from_secs(60);
    let inbox = post.model.folder(Purpose::Inbox);
    while device.act().await {
        assert!(device.shown(&inbox).len() >= INBOX - 1);
    }
    device.assert_same(&post);
    assert_eq!(post.raws().len(), asked, "what is here as a whole is not fetched again");
}

#[tokio::test]
async fn a_sweep_that_is_cut_short_removes_nothing_and_goes_on_after_a_restart() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    let items = post.fill(Purpose::Inbox, INBOX);
    let path = folder.path().join("db");
    let mut device = Device::open(&path, &post, BEGINNING);
    device.rest().await;
    post.model.delete(&items[3]);
    post.model.expire_cursors();
    device.now += SignedDuration::from_secs(60);
    let stored = device.pages;
    while device.pages < stored + 2 && device.act().await {}
    assert_eq!(device.shown(&post.model.folder(Purpose::Inbox)).len(), INBOX);
    let now = device.now;
    drop(device);
    let mut device = Device::open(&path, &post, now);
    device.rest().await;
    device.assert_same(&post);
}

#[tokio::test]
async fn one_folder_that_makes_no_sense_keeps_no_other_one_waiting() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    post.fill(Purpose::Inbox, 3);
    post.fill(Purpose::Sent, 3);
    post.break_folder(Some(post.model.folder(Purpose::Inbox)));
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    assert_eq!(device.shown(&post.model.folder(Purpose::Sent)).len(), 3);
    let status = device.state.status();
    assert_eq!((status.connectivity, status.message, status.synced_at), (Connectivity::Online, None, None));
    let failed: Vec<_> = status.lanes.iter().filter(|lane| lane.problem.is_some()).collect();
    assert_eq!(failed.len(), 1);
    post.break_folder(None);
    device.later(2).await;
    device.assert_same(&post);
}
