//! T-17: untracking takes back what was not sent, and asks whether the record in CRM stays.

use satchel_domain::edit::{Deed, State};
use satchel_store::{Durability, Tx, messages::Mark, outbox::Entry};
use satchel_sync::{Decision, Event, decide};

use crate::desk::*;

#[tokio::test]
async fn t17_untracked_before_it_was_sent_nothing_is_ever_sent() {
    for delete_record in [false, true] {
        let crm = crm();
        let mut desk = Desk::set(&crm).await;
        desk.device.tell(Event::GoOffline);
        desk.track(1, Some(("opportunity", id("winch"))));
        desk.untrack(2, delete_record);
        assert_eq!((desk.mark(), desk.entries().len()), (Mark::Untracked, 0));
        desk.device.tell(Event::GoOnline);
        desk.device.later(61).await;
        assert_eq!((emails(&crm).len(), crm.writes()), (0, 0));
        desk.track(3, None);
        desk.device.rest().await;
        the_email(&crm);
    }
}

#[tokio::test]
async fn t17_an_untracked_message_leaves_its_record_and_is_not_found_again() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    desk.track(1, None);
    desk.device.rest().await;
    let writes = crm.writes();
    desk.untrack(2, false);
    assert_eq!(desk.mark(), Mark::Untracked);
    let email = the_email(&crm).id;
    crm.another_writer(&satchel_domain::TableName::new("email"), email, &[]);
    desk.device.later(300).await;
    assert_eq!((desk.mark(), crm.writes()), (Mark::Untracked, writes));
    // Tracked again it is the same record.
    desk.track(3, Some(("opportunity", id("winch"))));
    desk.device.rest().await;
    assert_eq!(the_email(&crm).id, email);
    assert_eq!((desk.tracked_regarding(), crm.writes()), (Some(id("winch")), writes + 1));
}

#[tokio::test]
async fn t17_untracked_before_it_was_sent_it_is_not_found_when_a_colleague_tracks_it() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    desk.device.tell(Event::GoOffline);
    desk.track(1, None);
    desk.untrack(2, false);
    track_as_colleague(&crm, None);
    desk.device.tell(Event::GoOnline);
    desk.device.later(61).await;
    assert_eq!((desk.mark(), emails(&crm).len()), (Mark::Untracked, 1));
}

#[tokio::test]
async fn t17_tracked_again_it_is_asked_for_again_and_made_where_it_is_gone() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    desk.track(1, None);
    desk.device.rest().await;
    desk.untrack(2, false);
    // Nobody tells us of it before the user tracks the message again.
    crm.delete_as_another(&satchel_domain::TableName::new("email"), the_email(&crm).id);
    desk.track(3, None);
    desk.device.later(300).await;
    the_email(&crm);
    assert!(matches!(desk.mark(), Mark::Tracked { .. }), "{:?}", desk.mark());
}

#[tokio::test]
async fn t17_tracked_again_and_not_wanted_after_all_the_record_goes() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    desk.track(1, None);
    desk.device.rest().await;
    desk.untrack(2, false);
    desk.track(3, None);
    desk.untrack(4, true);
    desk.device.later(300).await;
    assert_eq!((emails(&crm).len(), desk.mark(), desk.entries().len()), (0, Mark::Untracked, 0));
}

#[tokio::test]
async fn t17_the_record_goes_too_when_the_user_says_so() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    desk.track(1, None);
    desk.device.rest().await;
    desk.untrack(2, true);
    assert_eq!(desk.mark(), Mark::Untracked);
    desk.device.rest().await;
    assert_eq!((emails(&crm).len(), files(&crm).len(), parties(&crm).len(), desk.entries().len()), (0, 0, 0, 0));
    assert_eq!(desk.mark(), Mark::Untracked);
    desk.track(3, None);
    desk.device.rest().await;
    the_email(&crm);
    assert!(matches!(desk.mark(), Mark::Tracked { .. }), "{:?}", desk.mark());
}

#[tokio::test]
async fn t17_untracked_at_any_moment_on_its_way_it_is_gone_or_stays_as_the_user_said() {
    for delete_record in [false, true] {
        for steps in 0..16 {
            let crm = crm();
            let mut desk = Desk::set(&crm).await;
            desk.track(1, None);
            for _ in 0..steps {
                desk.device.act().await;
            }
            desk.untrack(2, delete_record);
            desk.device.rest().await;
            desk.device.later(300).await;
            assert_eq!((desk.mark(), desk.entries().len()), (Mark::Untracked, 0), "after {steps} steps");
            match emails(&crm).len() {
                0 => assert!(delete_record || crm.writes() == 0, "after {steps} steps"),
                _ => {
                    assert!(!delete_record, "after {steps} steps");
                    the_email(&crm);
                }
            }
        }
    }
}

#[tokio::test]
async fn t17_tracked_again_and_discarded_while_the_first_try_is_on_its_way_is_answered_all_the_same() {
    let mut was_on_its_way = false;
    for steps in 0..16 {
        let crm = crm();
        let mut desk = Desk::set(&crm).await;
        desk.track(1, None);
        for _ in 0..steps {
            desk.device.act().await;
        }
        desk.untrack(2, true);
        desk.track(3, None);
        let sent = |desk: &Desk| {
            let on_its_way = |entry: &Entry| (entry.state == State::InFlight).then_some(entry.edit.entry);
            desk.entries().iter().filter_map(on_its_way).collect::<Vec<_>>()
        };
        let before = sent(&desk);
        let again = desk.entries().into_iter().rfind(|entry| entry.edit.deed == Deed::Track);
        if let Some(again) = again {
            let now = desk.device.now;
            let discard = |tx: &Tx<'_>| decide(tx, again.edit.entry, Decision::Discard, now);
            desk.device.hands.database.write(Durability::Full, discard).unwrap();
            desk.device.tell(Event::Edited);
        }
        assert_eq!(sent(&desk), before, "after {steps} steps");
        was_on_its_way |= !before.is_empty();
        desk.device.rest().await;
        desk.device.later(300).await;
        assert_eq!(desk.entries().len(), 0, "after {steps} steps");
        match emails(&crm).len() {
            0 => assert_eq!(desk.mark(), Mark::Untracked, "after {steps} steps"),
            _ => drop(the_email(&crm)),
        }
    }
    assert!(was_on_its_way);
}

#[tokio::test]
async fn t17_a_colleagues_record_is_not_deleted_because_ours_was_not_wanted() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    desk.track(1, None);
    // Looked and marked: it counts as sent.
    for _ in 0..2 {
        desk.device.act().await;
    }
    desk.untrack(2, true);
    track_as_colleague(&crm, None);
    desk.device.rest().await;
    desk.device.later(300).await;
    assert_eq!((emails(&crm).len(), desk.entries().len(), crm.writes()), (1, 0, 0));
    assert_eq!(desk.mark(), Mark::Untracked);
}
