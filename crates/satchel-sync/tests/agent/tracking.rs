//! Tracking: a message becomes one email record with everything that belongs to it, whatever happens on the way.

use std::sync::atomic::Ordering;

use satchel_domain::{
    Column, TableName, Value,
    edit::{Change, Deed, Edit, Hold, State},
    mail::Address,
    tracking::email_id,
};
use satchel_store::messages::Mark;
use satchel_sync::Event;
use satchel_testkit::{ModelCrm, model_crm::BEGINNING, organisation};

use crate::desk::*;

/// What tracking the message with its two files writes: the email, the files, its completion.
const WRITES: usize = 4;

async fn tracked(crm: &ModelCrm) -> Desk {
    let mut desk = Desk::set(crm).await;
    desk.track(1, None);
    desk.device.rest().await;
    desk
}

#[tokio::test]
async fn t1_tracking_makes_exactly_one_email_with_its_direction_parties_and_attachments_and_marks_the_message() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    assert_eq!(desk.mark(), Mark::Untracked);
    desk.track(1, None);
    assert!(matches!(desk.mark(), Mark::Requested { .. }), "{:?}", desk.mark());
    desk.device.rest().await;
    let email = the_email(&crm);
    let value = |column: &str| email.value(&Column::new(column)).clone();
    assert_eq!(email.id, email_id(organisation::sample().id, &desk.key));
    assert_eq!(value("messageid"), text("<Offer.7@Fjord.example>"));
    assert_eq!(value("subject"), text("Offer for the winch line"));
    assert_eq!((value("directioncode"), value("statuscode")), (Value::YesNo(false), Value::Choice(4)));
    assert_eq!(value("actualend"), Value::DateTime(BEGINNING));
    let body = value("description");
    let body = body.as_text().unwrap();
    assert!(body.contains("<b>here</b>") && body.contains("cid:logo@x") && !body.contains("steal"), "{body}");
    let mia = (1, MIA.to_owned(), Some(id("mia")));
    let (clara, per) = ((2, OWN.to_owned(), None), (3, "per@fjord.example".to_owned(), None));
    assert_eq!(parties(&crm), [mia, clara, per]);
    assert_eq!(files(&crm), [("logo.png".to_owned(), Some("logo@x".to_owned())), ("offer.pdf".to_owned(), None)]);
    assert!(matches!(desk.mark(), Mark::Tracked { email: marked, .. } if marked == email.id), "{:?}", desk.mark());
    assert_eq!((desk.entries().len(), crm.writes()), (0, WRITES));
    desk.device.later(300).await;
    assert_eq!(crm.writes(), WRITES);
}

#[tokio::test]
async fn t1_a_message_of_the_user_is_outgoing_and_sent() {
    let crm = crm();
    let mut sent = head();
    sent.from = Some(Address { name: None, address: OWN.to_uppercase() });
    let mut desk = Desk::set_with(&crm, &sent, raw(OWN)).await;
    desk.track(1, None);
    desk.device.rest().await;
    let email = &emails(&crm)[0];
    assert_eq!(email.value(&Column::new("directioncode")), &Value::YesNo(true));
    assert_eq!(email.value(&Column::new("statuscode")), &Value::Choice(3));
}

#[tokio::test]
async fn t2_tracked_twice_and_on_two_devices_it_is_one_email() {
    let crm = crm();
    let (mut one, mut two) = (Desk::set(&crm).await, Desk::set(&crm).await);
    for (number, desk) in [&mut one, &mut two].into_iter().enumerate() {
        desk.track(number as u128 * 2 + 1, None);
        desk.track(number as u128 * 2 + 2, None);
    }
    // Turn by turn, so that each meets what the other has half made.
    for _ in 0..60 {
        one.device.act().await;
        two.device.act().await;
    }
    let email = the_email(&crm);
    for desk in [&mut one, &mut two] {
        desk.device.later(61).await;
        assert!(matches!(desk.mark(), Mark::Tracked { email: marked, .. } if marked == email.id), "{:?}", desk.mark());
        assert_eq!(desk.entries().len(), 0);
    }
    assert_eq!(crm.writes(), WRITES);
}

#[tokio::test]
async fn t2_a_fresh_profile_shows_the_message_as_tracked_and_writes_nothing() {
    let crm = crm();
    let first = tracked(&crm).await;
    let second = Desk::set(&crm).await;
    assert_eq!(second.mark(), first.mark());
    assert!(matches!(second.mark(), Mark::Tracked { .. }), "{:?}", second.mark());
    assert_eq!(crm.writes(), WRITES);
}

#[tokio::test]
async fn t3_setting_what_an_untracked_message_is_regarding_tracks_it_in_one_step() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    desk.track(1, Some(("opportunity", id("winch"))));
    assert_eq!(desk.entries().len(), 1);
    desk.device.rest().await;
    assert_eq!(regarding(&the_email(&crm)), Some(id("winch")));
    assert_eq!((desk.tracked_regarding(), crm.writes()), (Some(id("winch")), WRITES));
}

#[tokio::test]
async fn t4_what_a_tracked_message_is_regarding_changes_though_its_email_is_completed() {
    let crm = crm();
    let mut desk = tracked(&crm).await;
    desk.track(2, Some(("opportunity", id("winch"))));
    assert_eq!(desk.tracked_regarding(), Some(id("winch")));
    desk.device.rest().await;
    assert_eq!(regarding(&the_email(&crm)), Some(id("winch")));
    desk.track(3, Some(("opportunity", id("crane"))));
    desk.device.rest().await;
    assert_eq!(regarding(&the_email(&crm)), Some(id("crane")));
    desk.track(4, Some(("opportunity", id("crane"))));
    desk.device.rest().await;
    assert_eq!((desk.entries().len(), crm.writes()), (0, WRITES + 2));
}

#[tokio::test]
async fn t4_a_regarding_chosen_while_the_message_is_on_its_way_is_what_crm_has_in_the_end() {
    for steps in 0..16 {
        let crm = crm();
        let mut desk = Desk::set(&crm).await;
        desk.track(1, Some(("opportunity", id("winch"))));
        for _ in 0..steps {
            desk.device.act().await;
        }
        desk.track(2, Some(("opportunity", id("crane"))));
        desk.device.rest().await;
        desk.device.later(61).await;
        assert_eq!(regarding(&the_email(&crm)), Some(id("crane")), "after {steps} steps");
        assert_eq!((desk.tracked_regarding(), desk.entries().len()), (Some(id("crane")), 0), "after {steps} steps");
    }
}

#[tokio::test]
async fn a_kill_at_any_moment_of_tracking_makes_one_email_with_each_file_once() {
    let mut was_done = false;
    for steps in 0..40 {
        let crm = crm();
        let mut desk = Desk::set(&crm).await;
        desk.track(1, Some(("opportunity", id("winch"))));
        for _ in 0..steps {
            was_done |= !desk.device.act().await;
        }
        let mut desk = desk.restart(&crm);
        desk.device.rest().await;
        desk.device.later(300).await;
        assert_eq!(regarding(&the_email(&crm)), Some(id("winch")), "after {steps} steps");
        assert_eq!((desk.entries().len(), crm.writes()), (0, WRITES), "after {steps} steps");
        assert!(matches!(desk.mark(), Mark::Tracked { .. }), "after {steps} steps");
    }
    assert!(was_done, "it was killed at every moment");
}

#[tokio::test]
async fn an_answer_lost_at_any_step_of_tracking_makes_nothing_twice() {
    for lost in 0..WRITES {
        for is_killed in [false, true] {
            let crm = crm();
            let mut desk = Desk::set(&crm).await;
            desk.track(1, None);
            crm.answer_lost_after(lost);
            while crm.writes() <= lost {
                assert!(desk.device.act().await, "it rests before write {lost}");
            }
            let mut desk = if is_killed { desk.restart(&crm) } else { desk };
            desk.device.rest().await;
            desk.device.later(300).await;
            the_email(&crm);
            assert_eq!((desk.entries().len(), crm.writes()), (0, WRITES), "answer {lost}");
        }
    }
}

#[tokio::test]
async fn a_message_that_a_colleague_tracked_first_is_linked_and_nothing_is_written() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    desk.track(1, None);
    // It is there before the first call, and no pull told of it.
    let theirs = track_as_colleague(&crm, None);
    desk.device.rest().await;
    assert!(matches!(desk.mark(), Mark::Tracked { email, .. } if email == theirs), "{:?}", desk.mark());
    assert_eq!((emails(&crm).len(), desk.entries().len(), crm.writes()), (1, 0, 0));
    desk.device.later(300).await;
    assert!(matches!(desk.mark(), Mark::Tracked { email, .. } if email == theirs), "{:?}", desk.mark());
    assert_eq!(crm.writes(), 0);
}

#[tokio::test]
async fn a_colleague_who_is_faster_by_one_call_is_found_too() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    desk.track(1, None);
    // Look, mark, find, draft: next is the email itself.
    for _ in 0..4 {
        desk.device.act().await;
    }
    let theirs = track_as_colleague(&crm, None);
    desk.device.rest().await;
    assert!(matches!(desk.mark(), Mark::Tracked { email, .. } if email == theirs), "{:?}", desk.mark());
    assert_eq!((emails(&crm).len(), desk.entries().len(), crm.writes()), (1, 0, 0));
}

#[tokio::test]
async fn a_colleagues_record_gets_the_regarding_that_the_user_chose() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    desk.track(1, Some(("opportunity", id("winch"))));
    let theirs = track_as_colleague(&crm, Some(id("crane")));
    desk.device.rest().await;
    assert_eq!(emails(&crm).len(), 1);
    assert_eq!(regarding(&emails(&crm)[0]), Some(id("winch")));
    assert!(matches!(desk.mark(), Mark::Tracked { email, .. } if email == theirs), "{:?}", desk.mark());
    assert_eq!((desk.entries().len(), crm.writes()), (0, 1));
}

#[tokio::test]
async fn tracked_offline_a_message_waits_and_goes_up_once() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    crm.go_down();
    desk.track(1, Some(("opportunity", id("winch"))));
    desk.device.later(600).await;
    assert!(matches!(desk.mark(), Mark::Requested { .. }), "{:?}", desk.mark());
    assert_eq!(desk.entries()[0].attempts, 0);
    let mut desk = desk.restart(&crm);
    crm.come_back();
    desk.device.later(300).await;
    the_email(&crm);
    assert_eq!((desk.entries().len(), crm.writes()), (0, WRITES));
}

#[tokio::test]
async fn going_offline_between_two_steps_sends_nothing_more_until_the_user_is_back() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    desk.track(1, None);
    while crm.writes() < 2 {
        desk.device.act().await;
    }
    desk.device.tell(Event::GoOffline);
    desk.device.rest().await;
    assert_eq!(crm.writes(), 3, "the step that was under way, and no other");
    desk.device.tell(Event::GoOnline);
    desk.device.rest().await;
    the_email(&crm);
    assert_eq!((desk.entries().len(), crm.writes()), (0, WRITES));
}

#[tokio::test]
async fn a_message_regarding_a_deal_that_was_made_offline_waits_for_the_deal() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    desk.device.tell(Event::GoOffline);
    let name = Change { column: Column::new("name"), before: Value::Null, after: text("Second line") };
    desk.device.save(&Edit {
        entry: entry(1),
        table: TableName::new("opportunity"),
        record: id("new deal"),
        deed: Deed::Create,
        changes: vec![name],
        base: None,
    });
    desk.track(2, Some(("opportunity", id("new deal"))));
    crm.refuse_next("0x80040265", "Not today.");
    desk.device.tell(Event::GoOnline);
    desk.device.rest().await;
    assert!(emails(&crm).is_empty(), "the deal is not there yet");
    let database = &desk.device.hands.database;
    let again = |tx: &satchel_store::Tx<'_>| satchel_store::outbox::settle_later(tx, entry(1), desk.device.now, 0);
    database.write(satchel_store::Durability::Full, again).unwrap();
    desk.device.tell(Event::Edited);
    desk.device.rest().await;
    assert_eq!(regarding(&the_email(&crm)), Some(id("new deal")));
}

#[tokio::test]
async fn ss63_a_party_that_nobody_knows_keeps_its_address() {
    let crm = crm();
    crm.delete_as_another(&TableName::new("contact"), id("mia"));
    tracked(&crm).await;
    assert_eq!(parties(&crm)[0], (1, MIA.to_owned(), None));
}

#[tokio::test]
async fn a_message_that_no_mailbox_has_any_more_is_held_with_a_sentence() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    desk.post.messages.lock().unwrap().clear();
    desk.track(1, None);
    desk.device.rest().await;
    let held = desk.entries();
    let State::Held(Hold::Refused { reason, .. }) = &held[0].state else { panic!("{:?}", held[0].state) };
    assert!(reason.contains("no longer in the mailbox"), "{reason}");
    assert!(matches!(desk.mark(), Mark::Failed { .. }), "{:?}", desk.mark());
    assert_eq!(crm.writes(), 0);
}

#[tokio::test]
async fn a_mailbox_that_is_away_delays_only_its_message_and_costs_no_try() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    desk.post.is_away.store(true, Ordering::Relaxed);
    desk.track(1, None);
    let change = Change { column: Column::new("name"), before: text("winch"), after: text("Winch line") };
    let deal = TableName::new("opportunity");
    let base = crm.row(&deal, id("winch")).unwrap().version;
    let (entry, record) = (entry(2), id("winch"));
    desk.device.save(&Edit { entry, table: deal.clone(), record, deed: Deed::Update, changes: vec![change], base });
    desk.device.later(600).await;
    assert_eq!(crm.row(&deal, id("winch")).unwrap().value(&Column::new("name")), &text("Winch line"));
    assert_eq!((desk.entries()[0].attempts, crm.writes()), (0, 1));
    desk.post.is_away.store(false, Ordering::Relaxed);
    desk.device.later(61).await;
    the_email(&crm);
}

#[tokio::test]
async fn a_refused_step_is_held_with_the_servers_words_and_tracking_again_makes_one_email() {
    for refused in 0..3 {
        let crm = crm();
        let mut desk = Desk::set(&crm).await;
        desk.track(1, None);
        while crm.writes() < refused {
            desk.device.act().await;
        }
        crm.refuse_next("0x80043e09", "The attachment is blocked.");
        desk.device.rest().await;
        desk.device.later(300).await;
        let Mark::Failed { hold: Hold::Refused { reason, .. }, .. } = desk.mark() else { panic!("{:?}", desk.mark()) };
        assert_eq!(reason, "The attachment is blocked.");
        desk.track(2, None);
        desk.device.rest().await;
        the_email(&crm);
        assert_eq!((desk.entries().len(), crm.writes()), (0, WRITES), "refused at write {refused}");
    }
}

#[tokio::test]
async fn an_email_that_a_colleague_deletes_on_its_way_is_made_once_more() {
    let crm = crm();
    let mut desk = Desk::set(&crm).await;
    desk.track(1, None);
    while crm.writes() < 2 {
        desk.device.act().await;
    }
    crm.delete_as_another(&TableName::new("email"), emails(&crm)[0].id);
    desk.device.rest().await;
    the_email(&crm);
    assert!(matches!(desk.mark(), Mark::Tracked { .. }), "{:?}", desk.mark());
}
