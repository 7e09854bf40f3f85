//! Promises on folders, pages and changes.

use std::collections::BTreeSet;

use satchel_domain::{
    ServiceError,
    ports::{From, Next},
};

use super::{
    HERE, THERE,
    stage::{Stage, gone_of, heads_of, read_of, subjects_of},
};

pub(super) async fn folders_come_parents_first_and_each_purpose_once(stage: &Stage<'_>) {
    let (mut ids, mut purposes) = (BTreeSet::new(), BTreeSet::new());
    for folder in &stage.folders {
        assert!(!folder.name.is_empty(), "a folder without a name");
        assert!(folder.parent.as_ref().is_none_or(|parent| ids.contains(parent)), "{folder:?} before its parent");
        assert!(ids.insert(&folder.id), "{folder:?} comes twice");
        assert!(folder.purpose.is_none_or(|purpose| purposes.insert(purpose)), "two folders for {folder:?}");
    }
    assert!(purposes.is_superset(&[HERE, THERE].into()), "{purposes:?}");
}

pub(super) async fn a_first_read_in_pages_sees_every_message_exactly_once(stage: &Stage<'_>) {
    for n in 0..7 {
        stage.world.deliver(HERE, &stage.letter(n).raw()).await;
    }
    let held = stage.world.count(HERE).await;
    let page_size = u32::try_from(held / 3).unwrap_or(u32::MAX).clamp(1, 500);
    let (pages, _) = stage.read_on(stage.here(), None, page_size).await;
    assert!(pages.len() > 2, "only {} pages", pages.len());
    let seen: BTreeSet<_> = heads_of(&pages).into_iter().map(|head| &head.item).collect();
    assert_eq!((heads_of(&pages).len(), seen.len()), (held, held));
    let own = subjects_of(&pages);
    let own: Vec<_> = own.into_iter().filter(|subject| subject.starts_with(stage.case)).collect();
    assert_eq!(own, (0..7).map(|n| stage.subject(n)).collect::<Vec<_>>());
}

pub(super) async fn a_first_read_resumes_from_a_stored_cursor(stage: &Stage<'_>) {
    for n in 0..5 {
        stage.world.deliver(HERE, &stage.letter(n).raw()).await;
    }
    let page = stage.page(stage.here(), From::Start, 2).await;
    let Next::More(cursor) = &page.next else { panic!("two messages were all") };
    let (once, _) = stage.read_on(stage.here(), Some(cursor), 500).await;
    let (again, _) = stage.read_on(stage.here(), Some(cursor), 500).await;
    assert_eq!(heads_of(&once), heads_of(&again));
    let first: Vec<_> = page.heads.iter().chain(heads_of(&once)).map(|head| &head.item).collect();
    assert_eq!(first.len(), stage.world.count(HERE).await);
}

pub(super) async fn what_arrives_during_a_first_read_is_not_lost(stage: &Stage<'_>) {
    for n in 0..4 {
        stage.world.deliver(HERE, &stage.letter(n).raw()).await;
    }
    let first = stage.page(stage.here(), From::Start, 2).await;
    let Next::More(cursor) = &first.next else { panic!("two messages were all") };
    stage.world.deliver(HERE, &stage.letter("meanwhile").raw()).await;
    let (mut pages, end) = stage.read_on(stage.here(), Some(cursor), 500).await;
    pages.push(first);
    pages.extend(stage.delta(stage.here(), &end).await);
    assert!(subjects_of(&pages).contains(&stage.subject("meanwhile").as_str()));
    let items: BTreeSet<_> = heads_of(&pages).into_iter().map(|head| &head.item).collect();
    assert_eq!(items.len(), stage.world.count(HERE).await);
}

pub(super) async fn a_delta_without_changes_is_empty(stage: &Stage<'_>) {
    stage.world.deliver(HERE, &stage.letter("before").raw()).await;
    let start = stage.now(stage.here()).await;
    let page = stage.page(stage.here(), From::Cursor(&start), 50).await;
    assert_eq!((page.heads, page.read, page.gone), (Vec::new(), Vec::new(), Vec::new()));
    assert!(matches!(page.next, Next::CaughtUp(_)));
}

pub(super) async fn a_delta_sees_what_arrived(stage: &Stage<'_>) {
    let start = stage.now(stage.here()).await;
    stage.world.deliver(HERE, &stage.letter("one").raw()).await;
    stage.world.deliver(HERE, &stage.letter("two").raw()).await;
    let (pages, end) = stage.read_on(stage.here(), Some(&start), 50).await;
    assert_eq!(subjects_of(&pages), [stage.subject("one"), stage.subject("two")]);
    assert!(heads_of(&stage.delta(stage.here(), &end).await).is_empty(), "it is told once");
    let (again, _) = stage.read_on(stage.here(), Some(&start), 50).await;
    assert_eq!(subjects_of(&again), subjects_of(&pages), "a stored cursor is good again");
}

pub(super) async fn a_delta_comes_in_pages_too(stage: &Stage<'_>) {
    let start = stage.now(stage.here()).await;
    for n in 0..5 {
        stage.world.deliver(HERE, &stage.letter(n).raw()).await;
    }
    let (pages, _) = stage.read_on(stage.here(), Some(&start), 2).await;
    assert!(pages.len() > 2, "only {} pages", pages.len());
    assert_eq!(subjects_of(&pages), (0..5).map(|n| stage.subject(n)).collect::<Vec<_>>());
}

pub(super) async fn a_delta_sees_what_was_read_elsewhere(stage: &Stage<'_>) {
    let message = stage.arrived("read").await;
    assert!(!message.head.is_read);
    let mut start = stage.now(stage.here()).await;
    for is_read in [true, false] {
        stage.world.mark_read(&message.place, is_read).await;
        let (pages, end) = stage.read_on(stage.here(), Some(&start), 50).await;
        assert_eq!(read_of(&pages, message.item()), Some(is_read));
        assert!(gone_of(&pages).is_empty());
        start = end;
    }
}

pub(super) async fn a_delta_sees_what_was_deleted(stage: &Stage<'_>) {
    let (stays, goes) = (stage.arrived("stays").await, stage.arrived("goes").await);
    let start = stage.now(stage.here()).await;
    stage.world.delete(&goes.place).await;
    let (pages, end) = stage.read_on(stage.here(), Some(&start), 50).await;
    assert_eq!(gone_of(&pages), [goes.item()]);
    assert!(gone_of(&stage.delta(stage.here(), &end).await).is_empty(), "it is told once");
    let left = stage.everything(stage.here()).await;
    assert!(left.iter().any(|head| head.item == *stays.item()) && left.iter().all(|head| head.item != *goes.item()));
}

pub(super) async fn a_moved_message_is_gone_here_and_new_there(stage: &Stage<'_>) {
    let message = stage.arrived("moved").await;
    let (here, there) = (stage.now(stage.here()).await, stage.now(stage.there()).await);
    stage.world.move_to(&message.place, THERE).await;
    assert_eq!(gone_of(&stage.delta(stage.here(), &here).await), [message.item()]);
    let new = stage.delta(stage.there(), &there).await;
    assert_eq!(subjects_of(&new), [stage.subject("moved")]);
    assert_eq!(heads_of(&new)[0].message_id, message.head.message_id);
}

pub(super) async fn a_forgotten_cursor_has_expired_and_a_new_start_sees_everything(stage: &Stage<'_>) {
    let before = stage.now(stage.there()).await;
    stage.world.forget_cursors(THERE).await;
    let answer = stage.mailbox.pull(stage.there(), From::Cursor(&before), 50).await;
    assert_eq!(answer, Err(ServiceError::CursorExpired));
    stage.world.deliver(THERE, &stage.letter("afterwards").raw()).await;
    let all = stage.everything(stage.there()).await;
    assert_eq!(all.len(), stage.world.count(THERE).await);
    assert!(all.iter().any(|head| head.subject == stage.subject("afterwards")));
    let start = stage.now(stage.there()).await;
    assert!(heads_of(&stage.delta(stage.there(), &start).await).is_empty());
}
