//! Whole messages: the newest first, what the user opened before all, and none keeps the others waiting.

use satchel_domain::{ServiceError, connectivity::Connectivity, mail::Purpose};
use satchel_sync::mail::Event;
use satchel_testkit::{letter::Letter, model_crm::BEGINNING};

use crate::{
    device::{Device, newest_first},
    post::Post,
};

#[tokio::test]
async fn messages_are_fetched_ahead_newest_first_once_every_folder_was_read() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    let items = post.fill(Purpose::Inbox, 120);
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    while post.raws().is_empty() {
        assert!(device.act().await);
    }
    assert!(device.state.status().synced_at.is_some());
    device.rest().await;
    assert_eq!(post.raws(), newest_first(&items));
    assert_eq!(device.missing(), 0);
    let key = device.key(&post, Purpose::Inbox, "Inbox 007");
    assert!(String::from_utf8(device.raw(&key).unwrap()).unwrap().contains("This is Inbox 007."));
}

#[tokio::test]
async fn what_the_body_says_is_shown_in_the_list() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    let letter = Letter::new("Offer", Some("<offer@x>"), "Please find it attached.").file("offer.txt", "100");
    let inbox = post.model.folder(Purpose::Inbox);
    post.model.deliver(&inbox, letter.raw());
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    let (_, head) = device.shown(&inbox).remove(0);
    assert_eq!((head.preview.as_str(), head.has_attachments), ("Please find it attached.", true));
}

#[tokio::test]
async fn messages_that_are_refused_are_asked_for_once_and_stop_no_other() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    let items = post.fill(Purpose::Inbox, 6);
    let refused = ServiceError::Refused { code: "403".to_owned(), reason: "Not this one.".to_owned() };
    let errors = [refused, ServiceError::Missing, ServiceError::Broken { detail: "half a message".to_owned() }];
    for (item, error) in items[1..].iter().zip(errors) {
        post.refuse(item, error);
    }
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    assert_eq!((device.missing(), post.raws().len()), (3, 6));
    assert_eq!(device.connectivity(), Connectivity::Online);
    for _ in 0..5 {
        post.deliver(Purpose::Inbox, &format!("At {}", device.now));
        device.later(60).await;
    }
    assert_eq!((device.missing(), post.raws().len()), (3, 11));
}

#[tokio::test]
async fn an_opened_message_comes_first_also_before_the_first_sync_is_done() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    let items = post.fill(Purpose::Inbox, 120);
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    while device.pages < 2 {
        device.act().await;
    }
    let key = device.key(&post, Purpose::Inbox, "Inbox 060");
    device.want(&key);
    while post.raws().is_empty() {
        assert!(device.act().await);
    }
    assert_eq!(post.raws(), [items[60].clone()]);
    assert!(device.pages < 4, "it did not wait for the other pages");
    device.rest().await;
    assert_eq!((device.missing(), post.raws().len()), (0, 120));
}

#[tokio::test]
async fn a_message_opened_offline_comes_first_after_a_restart() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    let items = post.fill(Purpose::Inbox, 20);
    let path = folder.path().join("db");
    let mut device = Device::open(&path, &post, BEGINNING);
    while post.raws().is_empty() {
        device.act().await;
    }
    let key = device.key(&post, Purpose::Inbox, "Inbox 003");
    device.tell(Event::GoOffline);
    device.want(&key);
    device.rest().await;
    let asked = post.raws().len();
    drop(device);
    let mut device = Device::open(&path, &post, BEGINNING);
    device.rest().await;
    assert_eq!(post.raws()[asked], items[3]);
}

#[tokio::test]
async fn a_large_message_is_fetched_only_when_it_is_opened() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    post.fill(Purpose::Inbox, 3);
    let inbox = post.model.folder(Purpose::Inbox);
    let heavy = Letter::new("Heavy", Some("<heavy@x>"), &"All of it. ".repeat(2000)).raw();
    let item = post.model.deliver(&inbox, heavy.clone());
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    device.later(120).await;
    assert_eq!((device.missing(), post.raws().contains(&item)), (1, false));
    let key = device.key(&post, Purpose::Inbox, "Heavy");
    device.want(&key);
    device.rest().await;
    assert_eq!(device.raw(&key), Some(heavy));
    assert_eq!(device.missing(), 0);
}

#[tokio::test]
async fn an_opened_message_that_is_refused_says_why_and_is_asked_for_again_when_opened_again() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    let items = post.fill(Purpose::Inbox, 3);
    post.refuse(&items[1], ServiceError::Refused { code: "403".to_owned(), reason: "Not this one.".to_owned() });
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    let key = device.key(&post, Purpose::Inbox, "Inbox 001");
    for times in 1..4 {
        device.want(&key);
        device.later(60).await;
        assert_eq!(device.state.status().failed, [(key.clone(), "Not this one.".to_owned())]);
        assert_eq!(post.raws().len(), 3 + times);
    }
    assert_eq!(device.state.status().message, None);
}
