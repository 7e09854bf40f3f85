//! Read marks: shown at once, told to the mailbox once, and never in the way.

use satchel_domain::{
    ItemId,
    mail::{Action, Purpose},
};
use satchel_sync::mail::{Effect, Event};
use satchel_testkit::model_crm::BEGINNING;

use crate::{device::Device, post::Post};

fn set_read(item: &ItemId) -> Action {
    Action::SetRead { item: item.clone(), is_read: true }
}

#[tokio::test]
async fn a_mark_made_offline_is_told_once_when_the_user_is_back() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    let items = post.fill(Purpose::Inbox, 3);
    let path = folder.path().join("db");
    let mut device = Device::open(&path, &post, BEGINNING);
    device.rest().await;
    let key = device.key(&post, Purpose::Inbox, "Inbox 001");
    device.tell(Event::GoOffline);
    device.mark(&key, true);
    device.later(3600).await;
    assert_eq!(post.acts(), []);
    assert!(device.shown(&post.model.folder(Purpose::Inbox))[1].1.is_read, "the user sees it at once");
    // It outlives a restart.
    let now = device.now;
    drop(device);
    let mut device = Device::open(&path, &post, now);
    device.rest().await;
    assert_eq!(post.acts(), [set_read(&items[1])]);
    assert_eq!(post.model.is_read(&items[1]), Some(true));
    device.later(120).await;
    assert_eq!(post.acts().len(), 1);
    assert_eq!(device.unsent(), 0);
    device.assert_same(&post);
}

#[tokio::test]
async fn a_mark_made_while_the_agent_looks_for_marks_is_told_too() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    let items = post.fill(Purpose::Inbox, 3);
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    let key = device.key(&post, Purpose::Inbox, "Inbox 001");
    device.tell(Event::Marked);
    device.act_while(|device| device.mark(&key, true)).await;
    device.rest().await;
    assert_eq!((post.acts(), device.unsent()), (vec![set_read(&items[1])], 0));
}

#[tokio::test]
async fn a_mark_goes_before_everything_else() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    post.fill(Purpose::Inbox, 3);
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    let (marked, opened) =
        (device.key(&post, Purpose::Inbox, "Inbox 000"), device.key(&post, Purpose::Inbox, "Inbox 001"));
    device.now += jiff::SignedDuration::from_secs(60);
    device.done.clear();
    device.want(&opened);
    device.mark(&marked, true);
    device.rest().await;
    let call = device.done.iter().find(|effect| !matches!(effect, Effect::Look { .. }));
    assert!(matches!(call, Some(Effect::Tell(_))), "{call:?}");
}

#[tokio::test]
async fn a_kill_at_any_moment_of_telling_neither_loses_nor_repeats_the_mark() {
    for effects in 0..6 {
        let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
        let items = post.fill(Purpose::Inbox, 3);
        let path = folder.path().join("db");
        let mut device = Device::open(&path, &post, BEGINNING);
        device.rest().await;
        let key = device.key(&post, Purpose::Inbox, "Inbox 002");
        device.mark(&key, true);
        for _ in 0..effects {
            device.act().await;
        }
        drop(device);
        let mut device = Device::open(&path, &post, BEGINNING);
        device.rest().await;
        assert_eq!(post.model.is_read(&items[2]), Some(true), "killed after {effects} effects");
        assert_eq!(post.model.writes(), 1);
        assert_eq!(device.unsent(), 0);
        device.assert_same(&post);
    }
}

#[tokio::test]
async fn an_answer_that_was_lost_leads_to_the_same_mark_again() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    post.fill(Purpose::Inbox, 3);
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    let key = device.key(&post, Purpose::Inbox, "Inbox 002");
    post.model.answer_lost_next();
    device.mark(&key, true);
    device.rest().await;
    assert_eq!(device.unsent(), 1);
    device.later(120).await;
    assert_eq!((device.unsent(), post.model.writes(), post.acts().len()), (0, 1, 2));
    device.assert_same(&post);
}

#[tokio::test]
async fn what_the_mailbox_refuses_is_shown_as_the_mailbox_has_it() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    post.fill(Purpose::Inbox, 3);
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    post.model.refuse_next("403", "This mailbox is read only.");
    let key = device.key(&post, Purpose::Inbox, "Inbox 002");
    device.mark(&key, true);
    device.rest().await;
    assert_eq!((device.unsent(), post.acts().len()), (0, 1));
    device.assert_same(&post);
}

#[tokio::test]
async fn a_mark_of_a_message_that_is_gone_is_given_up() {
    let (folder, post) = (tempfile::tempdir().unwrap(), Post::new());
    let items = post.fill(Purpose::Inbox, 3);
    let mut device = Device::open(&folder.path().join("db"), &post, BEGINNING);
    device.rest().await;
    let key = device.key(&post, Purpose::Inbox, "Inbox 001");
    post.model.delete(&items[1]);
    device.mark(&key, true);
    device.rest().await;
    assert_eq!((device.unsent(), post.acts().len()), (0, 1));
    device.later(60).await;
    device.assert_same(&post);
}
