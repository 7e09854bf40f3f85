//! The user's word on what is held, or waits: keep mine, take theirs, discard, retry. In the caller's one transaction.

use jiff::Timestamp;
use satchel_domain::{
    Column, EntryId, Record, TableName,
    edit::{Deed, Hold, State},
    resolve::Side,
    schema::Table,
};
use satchel_store::{
    Result, Tx, decisions,
    outbox::{self, Decider, Entry},
    schema,
};

/// What the user may say to an entry of the outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// My values win; what CRM had goes into the record's history.
    KeepMine,
    /// CRM's values win in the columns that both changed; mine go into the record's history.
    TakeTheirs,
    /// The edit is taken back; its values go into the record's history.
    Discard,
    /// Send it once more as it is; one held as a duplicate is saved although there are records alike.
    Retry,
}

/// What the user may do with an entry as it stands.
pub fn allowed(entry: &Entry) -> &'static [Decision] {
    use Decision::{Discard, KeepMine, Retry, TakeTheirs};
    match &entry.state {
        State::InFlight => &[],
        State::Ready { .. } | State::Held(Hold::DeletedOnServer | Hold::NeedsDiscarded) => &[Discard],
        State::Held(Hold::Conflict { .. }) => &[KeepMine, TakeTheirs, Discard],
        State::Held(
            Hold::Duplicate { .. } | Hold::Refused { .. } | Hold::Unanswerable { .. } | Hold::OutcomeUnknown,
        ) => &[Retry, Discard],
    }
}

/// Carries out the user's decision in the caller's transaction; false when the entry is gone, or is not waiting for that.
pub fn decide(tx: &Tx<'_>, entry: EntryId, decision: Decision, now: Timestamp) -> Result<bool> {
    let Some(entry) = outbox::find(tx, entry)? else { return Ok(false) };
    // What is being sent right now is answered first.
    if !allowed(&entry).contains(&decision) {
        return Ok(false);
    }
    carry_out(tx, &entry, decision, now)?;
    Ok(true)
}

/// Sends everything at once that waits for its time, or that was refused or could not be understood. What may have
/// arrived, and what may be a duplicate, is sent again only when the user says so of that entry.
pub fn retry_all(tx: &Tx<'_>, now: Timestamp) -> Result<()> {
    for entry in outbox::list(tx)? {
        match &entry.state {
            State::Held(Hold::Refused { .. } | Hold::Unanswerable { .. }) => {
                carry_out(tx, &entry, Decision::Retry, now)?;
            }
            // A message may wait because its mailbox asked for a pause.
            State::Ready { from } if *from > now && entry.edit.deed != Deed::Track => {
                outbox::settle_later(tx, entry.edit.entry, now, entry.attempts)?;
            }
            State::Ready { .. } | State::InFlight | State::Held(_) => {}
        }
    }
    Ok(())
}

fn carry_out(tx: &Tx<'_>, entry: &Entry, decision: Decision, now: Timestamp) -> Result<()> {
    let table = known(tx, &entry.edit.table)?;
    let id = entry.edit.entry;
    match (decision, &entry.state) {
        (Decision::Retry, State::Held(Hold::Duplicate { .. })) => {
            // The user saw what it may be a duplicate of: asking the same again would hold it for ever.
            outbox::allow_duplicates(tx, id)?;
            outbox::settle_later(tx, id, now, 0)?;
            decisions::note_entry(tx, &entry.edit, "saved anyway", "", now)
        }
        (Decision::Retry, _) => {
            outbox::settle_later(tx, id, now, 0)?;
            decisions::note_entry(tx, &entry.edit, "sent again", "", now)
        }
        (Decision::KeepMine, State::Held(Hold::Conflict { theirs, .. })) => {
            // Mine may only replace what showed the clash.
            outbox::resolve(tx, &table, entry, theirs, &|_| Some(Side::Mine), Decider::User, now).map(drop)
        }
        (Decision::TakeTheirs, State::Held(Hold::Conflict { theirs, .. })) => {
            take_theirs(tx, &table, entry, theirs, now)
        }
        (Decision::KeepMine | Decision::TakeTheirs | Decision::Discard, _) => outbox::discard(tx, &table, id, now),
    }
}

/// What clashed when the user was asked gives way even where CRM has since gone back to what mine began with. Theirs is
/// whatever CRM has by now: what clashes only since then gives way as well.
fn take_theirs(tx: &Tx<'_>, table: &Table, entry: &Entry, seen: &Record, now: Timestamp) -> Result<()> {
    let theirs = |_: &Column| Some(Side::Theirs);
    outbox::resolve(tx, table, entry, seen, &theirs, Decider::User, now)?;
    let again = outbox::find(tx, entry.edit.entry)?;
    match again.as_ref().map(|again| (again, &again.state)) {
        Some((again, State::Held(Hold::Conflict { theirs: newer, .. }))) => {
            outbox::resolve(tx, table, again, newer, &theirs, Decider::User, now).map(drop)
        }
        Some(_) | None => Ok(()),
    }
}

/// What CRM does not describe any more can still be decided about.
fn known(tx: &Tx<'_>, name: &TableName) -> Result<Table> {
    match schema::load(tx)?.and_then(|organisation| organisation.table(name).cloned()) {
        Some(table) => Ok(table),
        None => schema::undescribed(tx, name),
    }
}
