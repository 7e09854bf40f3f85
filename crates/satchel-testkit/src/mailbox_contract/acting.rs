//! Promises on what is done to messages.

use satchel_domain::ServiceError;

use super::{
    THERE,
    stage::{Stage, heads_of, read_of},
};

pub(super) async fn what_is_marked_as_read_is_held_as_read(stage: &Stage<'_>) {
    let message = stage.arrived("letter").await;
    for is_read in [true, false] {
        assert_eq!(stage.set_read(message.item(), is_read).await, Ok(()));
        stage.assert_read(&message, is_read).await;
    }
}

pub(super) async fn marking_twice_is_marking_once(stage: &Stage<'_>) {
    let message = stage.arrived("letter").await;
    assert_eq!(stage.set_read(message.item(), true).await, Ok(()));
    let start = stage.now(stage.here()).await;
    assert_eq!(stage.set_read(message.item(), true).await, Ok(()));
    stage.assert_read(&message, true).await;
    let pages = stage.delta(stage.here(), &start).await;
    assert!(read_of(&pages, message.item()).unwrap_or(true), "{pages:?}");
}

pub(super) async fn marking_one_message_leaves_the_others(stage: &Stage<'_>) {
    let (one, other) = (stage.arrived("one").await, stage.arrived("other").await);
    let start = stage.now(stage.here()).await;
    assert_eq!(stage.set_read(one.item(), true).await, Ok(()));
    stage.assert_read(&other, false).await;
    let pages = stage.delta(stage.here(), &start).await;
    assert!(heads_of(&pages).iter().all(|head| head.item == *one.item()), "{pages:?}");
}

pub(super) async fn marking_what_was_marked_elsewhere_is_no_conflict(stage: &Stage<'_>) {
    let message = stage.arrived("letter").await;
    stage.world.mark_read(&message.place, true).await;
    assert_eq!(stage.set_read(message.item(), true).await, Ok(()));
    stage.assert_read(&message, true).await;
    stage.world.mark_read(&message.place, false).await;
    assert_eq!(stage.set_read(message.item(), true).await, Ok(()));
    stage.assert_read(&message, true).await;
}

pub(super) async fn marking_what_was_deleted_is_missing(stage: &Stage<'_>) {
    let message = stage.arrived("letter").await;
    stage.world.delete(&message.place).await;
    assert_eq!(stage.set_read(message.item(), true).await, Err(ServiceError::Missing));
}

pub(super) async fn marking_what_was_moved_away_is_missing(stage: &Stage<'_>) {
    let message = stage.arrived("letter").await;
    let place = stage.world.move_to(&message.place, THERE).await;
    assert_eq!(stage.set_read(message.item(), true).await, Err(ServiceError::Missing));
    assert_eq!(stage.world.is_read(&place).await, Some(false), "it is unread where it lies now");
}
