//! The model mailbox keeps the contract, and its faults do what their names say.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use jiff::SignedDuration;
use satchel_domain::{
    FolderId, ItemId, ServiceError,
    mail::{Action, Purpose},
    ports::{From, Later, Mailbox, Next},
};
use satchel_testkit::{
    ModelMailbox,
    letter::Letter,
    mailbox_contract::{self, Place, World},
};

/// The model's own folders, read without its `Mailbox`.
#[derive(Debug)]
struct OtherHand(ModelMailbox);

impl World for OtherHand {
    fn deliver<'a>(&'a self, into: Purpose, raw: &'a [u8]) -> Later<'a, Place> {
        Box::pin(async move { place(&self.0.deliver(&self.0.folder(into), raw)) })
    }

    fn move_to<'a>(&'a self, message: &'a Place, to: Purpose) -> Later<'a, Place> {
        Box::pin(async move { place(&self.0.move_to(&item(message), &self.0.folder(to))) })
    }

    fn delete<'a>(&'a self, message: &'a Place) -> Later<'a, ()> {
        Box::pin(async move { self.0.delete(&item(message)) })
    }

    fn mark_read<'a>(&'a self, message: &'a Place, is_read: bool) -> Later<'a, ()> {
        Box::pin(async move { self.0.mark_read(&item(message), is_read) })
    }

    fn is_read<'a>(&'a self, message: &'a Place) -> Later<'a, Option<bool>> {
        Box::pin(async move { self.0.is_read(&item(message)) })
    }

    fn count(&self, of: Purpose) -> Later<'_, usize> {
        Box::pin(async move { self.0.heads(&self.0.folder(of)).len() })
    }

    fn forget_cursors(&self, _: Purpose) -> Later<'_, ()> {
        Box::pin(async move { self.0.expire_cursors() })
    }
}

fn place(item: &ItemId) -> Place {
    Place(item.to_string())
}

fn item(place: &Place) -> ItemId {
    ItemId::new(&place.0)
}

#[tokio::test]
async fn the_model_keeps_the_contract() {
    let mailbox = ModelMailbox::sample();
    mailbox_contract::run_all(&mailbox, &OtherHand(mailbox.clone())).await;
}

fn read(item: &ItemId) -> Action {
    Action::SetRead { item: item.clone(), is_read: true }
}

/// A mailbox with one letter in its inbox.
fn one_letter() -> (ModelMailbox, FolderId, ItemId) {
    let mailbox = ModelMailbox::sample();
    let inbox = mailbox.folder(Purpose::Inbox);
    let item = mailbox.deliver(&inbox, Letter::new("Hello", Some("<1@a.example>"), "Hello").raw());
    (mailbox, inbox, item)
}

#[tokio::test]
async fn a_lost_answer_was_done_all_the_same() {
    let (mailbox, inbox, item) = one_letter();
    mailbox.answer_lost_next();
    assert_eq!(mailbox.act(&inbox, &read(&item)).await, Err(ServiceError::Unanswered));
    assert_eq!((mailbox.is_read(&item), mailbox.writes()), (Some(true), 1));
    assert_eq!(mailbox.act(&inbox, &read(&item)).await, Ok(()));
    assert_eq!(mailbox.writes(), 1);
}

#[tokio::test]
async fn nothing_arrives_while_it_is_down() {
    let (mailbox, inbox, item) = one_letter();
    mailbox.go_down();
    assert!(matches!(mailbox.act(&inbox, &read(&item)).await, Err(ServiceError::Unreachable { .. })));
    mailbox.come_back();
    assert_eq!((mailbox.is_read(&item), mailbox.calls()), (Some(false), 1));
    mailbox.sign_out();
    assert!(matches!(mailbox.folders().await, Err(ServiceError::SignInNeeded { .. })));
    mailbox.sign_in();
    assert!(mailbox.folders().await.is_ok());
}

#[tokio::test]
async fn each_planted_answer_comes_once() {
    let (mailbox, inbox, item) = one_letter();
    let wait = SignedDuration::from_secs(7);
    mailbox.refuse_next("ErrorAccessDenied", "Only on Tuesdays.");
    mailbox.throttle_next(wait);
    assert_eq!(mailbox.act(&inbox, &read(&item)).await, Err(ServiceError::Throttled { wait }));
    assert!(matches!(mailbox.act(&inbox, &read(&item)).await, Err(ServiceError::Refused { .. })));
    assert_eq!(mailbox.act(&inbox, &read(&item)).await, Ok(()));
}

#[tokio::test]
async fn a_handle_is_good_in_its_own_folder_only() {
    let (mailbox, inbox, item) = one_letter();
    let archive = mailbox.folder(Purpose::Archive);
    assert_eq!(mailbox.raw(&archive, &item).await, Err(ServiceError::Missing));
    assert_eq!(mailbox.act(&archive, &read(&item)).await, Err(ServiceError::Missing));
    let moved = mailbox.move_to(&item, &archive);
    assert_eq!(mailbox.act(&inbox, &read(&moved)).await, Err(ServiceError::Missing));
    assert_eq!((mailbox.is_read(&item), mailbox.is_read(&moved)), (None, Some(false)));
}

#[tokio::test]
async fn a_dropped_folder_is_missing() {
    let (mailbox, inbox, item) = one_letter();
    let page = mailbox.pull(&inbox, From::Start, 10).await.unwrap();
    let Next::CaughtUp(cursor) = page.next else { panic!("one letter is one page") };
    mailbox.drop_folder(&inbox);
    assert_eq!(mailbox.pull(&inbox, From::Cursor(&cursor), 10).await, Err(ServiceError::Missing));
    assert_eq!(mailbox.raw(&inbox, &item).await, Err(ServiceError::Missing));
}

#[tokio::test]
async fn a_held_answer_comes_when_it_is_let_go_and_its_deed_was_done_before() {
    let (mailbox, inbox, item) = one_letter();
    mailbox.hold_answers();
    let call = tokio::spawn({
        let (mailbox, inbox, action) = (mailbox.clone(), inbox.clone(), read(&item));
        async move { mailbox.act(&inbox, &action).await }
    });
    while mailbox.calls() == 0 {
        tokio::task::yield_now().await;
    }
    assert!(!call.is_finished());
    assert_eq!(mailbox.is_read(&item), Some(true));
    mailbox.let_go();
    assert_eq!(call.await.unwrap(), Ok(()));
}
