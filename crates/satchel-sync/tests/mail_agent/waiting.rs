//! When nothing gets through: the network, the pause a mailbox asks for, the sign-in, and the user's own choice.

use jiff::SignedDuration;
use satchel_domain::{connectivity::Connectivity, mail::Purpose};
use satchel_sync::mail::Event;
use satchel_testkit::model_crm::BEGINNING;

use crate::{device::Device, post::Post};

fn post() -> Post {
    let post = Post::new();
    post.fill(Purpose::Inbox, 60);
    post
}

#[tokio::test]
async fn the_network_goes_and_comes_back_and_waits_grow_between() {
    let (folder, post) = (tempfile::tempdir().unwrap(), post());
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    post.model.go_down();
    device.later(60).await;
    assert_eq!(device.connectivity(), Connectivity::Unreachable);
    assert!(device.state.status().message.is_some());
    let before = post.model.calls();
    for _ in 0..60 {
        device.later(1).await;
    }
    let tries = post.model.calls() - before;
    assert!((2..=6).contains(&tries), "{tries} tries in a minute");
    post.deliver(Purpose::Inbox, "Meanwhile");
    post.model.come_back();
    device.later(120).await;
    assert_eq!((device.connectivity(), device.state.status().message), (Connectivity::Online, None));
    device.assert_same(&post);
    assert_eq!(device.missing(), 0);
}

#[tokio::test]
async fn a_network_that_goes_between_two_messages_costs_neither() {
    let (folder, post) = (tempfile::tempdir().unwrap(), post());
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    while post.raws().len() < 7 {
        device.act().await;
    }
    post.model.go_down();
    device.rest().await;
    device.later(30).await;
    assert!(device.missing() > 50);
    post.model.come_back();
    device.tell(Event::SyncNow);
    device.rest().await;
    assert_eq!(device.missing(), 0);
}

#[tokio::test]
async fn a_mailbox_that_is_up_to_date_is_asked_seldom() {
    let (folder, post) = (tempfile::tempdir().unwrap(), post());
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    let before = post.model.calls();
    for _ in 0..59 {
        device.later(1).await;
    }
    assert_eq!(post.model.calls(), before);
    device.later(1).await;
    // The list, and each of its eight folders.
    assert_eq!(post.model.calls(), before + 9);
    assert_eq!(post.model.writes(), 0);
}

#[tokio::test]
async fn sync_now_does_not_wait_for_a_back_off() {
    let (folder, post) = (tempfile::tempdir().unwrap(), post());
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    post.model.go_down();
    device.rest().await;
    for _ in 0..4 {
        device.later(30).await;
    }
    post.model.come_back();
    device.tell(Event::SyncNow);
    device.rest().await;
    device.assert_same(&post);
}

#[tokio::test]
async fn working_offline_asks_nothing_until_the_user_ends_it() {
    let (folder, post) = (tempfile::tempdir().unwrap(), post());
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.tell(Event::GoOffline);
    device.tell(Event::SyncNow);
    device.later(3600).await;
    assert_eq!(post.model.calls(), 0);
    device.tell(Event::GoOnline);
    device.rest().await;
    device.assert_same(&post);
}

#[tokio::test]
async fn a_restart_without_a_network_still_knows_when_each_folder_was_read() {
    let (folder, post) = (tempfile::tempdir().unwrap(), post());
    let path = folder.path().join("db");
    let mut device = Device::open(&path, &post, BEGINNING);
    device.rest().await;
    drop(device);
    post.model.go_down();
    let mut device = Device::open(&path, &post, BEGINNING + SignedDuration::from_hours(5));
    device.rest().await;
    assert_eq!(device.state.status().synced_at, Some(BEGINNING));
}

#[tokio::test]
async fn a_pause_that_the_mailbox_asked_for_holds_for_everything() {
    let (folder, post) = (tempfile::tempdir().unwrap(), post());
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    post.model.throttle_next(SignedDuration::from_secs(300));
    device.later(60).await;
    let before = post.model.calls();
    let key = device.key(&post, Purpose::Inbox, "Inbox 001");
    device.tell(Event::SyncNow);
    device.mark(&key, true);
    device.later(200).await;
    assert_eq!(post.model.calls(), before);
    device.later(100).await;
    assert!(post.model.calls() > before);
    assert_eq!(device.unsent(), 0);
    device.assert_same(&post);
}

#[tokio::test]
async fn a_sign_in_that_ran_out_stops_everything_and_a_new_one_goes_on() {
    let (folder, post) = (tempfile::tempdir().unwrap(), post());
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    post.model.sign_out();
    device.rest().await;
    assert_eq!(device.connectivity(), Connectivity::SignedOut);
    assert!(device.state.status().message.is_some_and(|message| message.starts_with("Sign in again")));
    let before = post.model.calls();
    device.later(3600).await;
    assert_eq!(post.model.calls(), before);
    post.model.sign_in();
    device.tell(Event::SignedIn);
    device.rest().await;
    device.assert_same(&post);
}

#[tokio::test]
async fn mail_still_arrives_each_minute_after_the_clock_was_set_back_by_a_day() {
    let (folder, post) = (tempfile::tempdir().unwrap(), post());
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    device.now -= SignedDuration::from_hours(24);
    // The runner wakes the core at least once a minute.
    device.tell(Event::Tick);
    device.rest().await;
    post.deliver(Purpose::Inbox, "Meanwhile");
    device.later(61).await;
    device.assert_same(&post);
}

#[tokio::test]
async fn a_back_off_from_a_mailbox_stays_as_long_as_it_was_when_the_clock_is_set_back() {
    let (folder, post) = (tempfile::tempdir().unwrap(), post());
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    post.model.go_down();
    device.later(60).await;
    device.now -= SignedDuration::from_hours(24);
    device.tell(Event::Tick);
    device.rest().await;
    post.model.come_back();
    device.later(121).await;
    assert_eq!(device.connectivity(), Connectivity::Online);
}
