//! One page of a folder: compares what is there with what is known.

use async_imap::imap_proto::{MailboxDatum, Response};
use satchel_domain::{
    ids::ItemId,
    ports::{MailPage, Next},
};

use crate::{
    cursor::Place,
    fault::Fault,
    heads, item,
    session::{Selected, Session},
    uids::Uids,
};

/// The next page after `place`, which is of the folder as it was just opened.
pub(crate) async fn page(
    session: &mut Session,
    now: &Selected,
    mut place: Place,
    page_size: u32,
) -> Result<MailPage, Fault> {
    let was_caught_up = place.waiting.is_empty();
    let mut gone = Uids::default();
    if !place.is_as_it_was(now.uid_next, now.count) {
        let there = if now.count == 0 { Uids::default() } else { search(session).await? };
        gone = place.known.without(&there);
        place.waiting = there.without(&place.known);
        place.known = place.known.both(&there);
    }
    // Flags are compared once a round. The mark is the one from before the search: what changes meanwhile is told twice, never missed.
    let read = if was_caught_up { changed_flags(session, now, &mut place).await? } else { Vec::new() };
    place.uid_next = now.uid_next;

    let next_ones = place.waiting.newest(page_size.max(1));
    let heads = heads::fetch(session, place.uid_validity, &next_ones).await?;
    // One that went before it could be read is neither known nor waiting: the counts differ then, and the next page searches again.
    let fetched: Uids = heads.iter().map(|(uid, _)| *uid).collect();
    place.waiting = place.waiting.without(&next_ones);
    place.known = place.known.union(&fetched);
    if let Some(seen) = &mut place.seen {
        let seen_now: Uids = heads.iter().filter(|(_, head)| head.is_read).map(|(uid, _)| *uid).collect();
        *seen = seen.union(&seen_now);
    }
    let items = |uids: &Uids| uids.iter().map(|uid| item::write(place.uid_validity, uid)).collect();
    Ok(MailPage {
        gone: items(&gone),
        heads: heads.into_iter().map(|(_, head)| head).collect(),
        read,
        next: if place.waiting.is_empty() { Next::CaughtUp(place.write()) } else { Next::More(place.write()) },
    })
}

/// Every UID in the folder.
async fn search(session: &mut Session) -> Result<Uids, Fault> {
    let mut found = Vec::new();
    let take = |said: &Response<'_>| {
        if let Response::MailboxData(MailboxDatum::Search(uids)) = said {
            found.extend_from_slice(uids);
        }
    };
    session.ask("UID SEARCH ALL", take).await?;
    Ok(found.into_iter().collect())
}

/// Known messages that may be read or unread since the last round.
async fn changed_flags(session: &mut Session, now: &Selected, place: &mut Place) -> Result<Vec<(ItemId, bool)>, Fault> {
    let uid_validity = place.uid_validity;
    let before = std::mem::replace(&mut place.mod_seq, now.mod_seq);
    let told = match (before, now.mod_seq) {
        _ if place.known.is_empty() => Vec::new(),
        (Some(before), Some(now)) if before == now => Vec::new(),
        (Some(before), Some(_)) => {
            flags(session, &format!("UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE {before})")).await?
        }
        // This server does not count changes: all flags are read, and compared with those of the last time.
        _ => flags(session, "UID FETCH 1:* (UID FLAGS)").await?,
    };
    let of_known = told.into_iter().filter(|(uid, _)| place.known.contains(*uid));
    if now.mod_seq.is_some() {
        place.seen = None;
        return Ok(of_known.map(|(uid, is_seen)| (item::write(uid_validity, uid), is_seen)).collect());
    }
    let (seen, unseen): (Vec<_>, Vec<_>) = of_known.partition(|(_, is_seen)| *is_seen);
    let uids = |list: Vec<(u32, bool)>| list.into_iter().map(|(uid, _)| uid).collect::<Uids>();
    let (seen, unseen) = (uids(seen), uids(unseen));
    let (newly_seen, newly_unseen) = match &place.seen {
        Some(before) => (seen.without(before), unseen.both(before)),
        None => (seen.clone(), unseen),
    };
    place.seen = Some(seen);
    let marks = |uids: &Uids, is_read| uids.iter().map(|uid| (item::write(uid_validity, uid), is_read)).collect();
    let (mut changes, others): (Vec<_>, Vec<_>) = (marks(&newly_seen, true), marks(&newly_unseen, false));
    changes.extend(others);
    Ok(changes)
}

async fn flags(session: &mut Session, command: &str) -> Result<Vec<(u32, bool)>, Fault> {
    Ok(heads::told(session, command).await?.into_iter().map(|(uid, told)| (uid, told.is_seen)).collect())
}
