//! What the user does to the outbox: put an edit into it, take one out.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::params;
use satchel_domain::{
    EntryId, Value, Version,
    edit::{Change, Deed, Edit, Fold, Hold, State, fold},
    schema::Table,
};

use super::{Entry, blob, entry, known, playback};
use crate::{
    cells, codec,
    database::Tx,
    decisions,
    error::Result,
    history::{self, Lost, Whose},
    links, records, shown,
};

/// Stores an edit with what it shows. `record_name` is what the user calls the record now.
/// An edit of a record whose last entry was never sent, or was refused, goes into that entry. Answers the entry that has
/// it; none when the edit took back what waited, so that nothing is left to send.
pub fn append(tx: &Tx<'_>, table: &Table, edit: &Edit, record_name: &str, now: Timestamp) -> Result<Option<EntryId>> {
    let needs = needs(tx, edit)?;
    let kept = match folded(tx, table, edit, &needs)? {
        Some((last, Fold::One(one))) => {
            let earlier = last.edit.entry;
            let (changes, base) = (codec::changes_to_json(&one.changes)?, stands_on(tx, table, &one)?);
            let base = base.as_ref().map(Version::as_str);
            tx.sql()
                .prepare_cached(
                    "UPDATE outbox SET deed = ?2, changes = ?3, record_name = ?4, base_version = ?5 WHERE entry_id = ?1",
                )?
                .execute(params![blob(earlier), word(one.deed), changes, record_name, base])?;
            if is_refused(&last) {
                playback::settle_later(tx, earlier, now, 0)?;
                decisions::note_entry(tx, &one, "edited again", "", now)?;
            }
            Some(earlier)
        }
        Some((last, Fold::Nothing)) => {
            remove(tx, last.edit.entry)?;
            unlink(tx, edit)?;
            None
        }
        Some((_, Fold::Both)) | None => {
            let base = stands_on(tx, table, edit)?;
            insert(tx, &Edit { base, ..edit.clone() }, record_name, now)?;
            for needed in needs {
                tx.sql()
                    .prepare_cached("INSERT INTO outbox_need VALUES (?1, ?2)")?
                    .execute([blob(edit.entry), blob(needed)])?;
            }
            Some(edit.entry)
        }
    };
    shown::refresh(tx, table, edit.record)?;
    playback::touched(tx);
    Ok(kept)
}

/// Takes an entry out for good; its values go into the record's history. A record that was never created takes its
/// later entries with it, and what refers to it is held. A message that was to be tracked is untracked again. What
/// waited of a record before it was to be deleted waits again.
pub fn discard(tx: &Tx<'_>, table: &Table, entry: EntryId, now: Timestamp) -> Result<()> {
    let first = known(tx, entry)?;
    if first.edit.deed == Deed::Delete && !first.edit.changes.is_empty() {
        // The delete may have moved on to a version that its user never saw.
        let sql = "UPDATE outbox
                      SET deed = ?2, state = 'ready', ready_from = ?3, attempts = 0, hold = NULL, base_version = NULL
                    WHERE entry_id = ?1";
        tx.sql().prepare_cached(sql)?.execute(params![blob(entry), word(Deed::Update), now.as_millisecond()])?;
        shown::refresh(tx, table, first.edit.record)?;
        playback::touched(tx);
        return Ok(());
    }
    let mut dropped = vec![first.clone()];
    if is_unmade(tx, table, &first.edit)? {
        // What came before it has its own word to say: it may be on its way.
        let all = super::of_record(tx, &first.edit.table, first.edit.record)?;
        dropped = all.into_iter().skip_while(|other| other.edit.entry != entry).collect();
        for dependent in dependents(tx, entry)? {
            playback::settle_held(tx, dependent, &Hold::NeedsDiscarded)?;
            decisions::note_entry(tx, &known(tx, dependent)?.edit, "held", "refers to what was discarded", now)?;
        }
    }
    for gone in dropped {
        decisions::note_entry(tx, &gone.edit, "discarded", "", now)?;
        for change in gone.edit.changes {
            let why = "You discarded the edit.".to_owned();
            let lost = Lost { column: change.column, value: change.after, whose: Whose::Mine, why, at: now };
            history::keep(tx, &gone.edit.table, gone.edit.record, &lost)?;
        }
        remove(tx, gone.edit.entry)?;
    }
    unlink(tx, &first.edit)?;
    shown::refresh(tx, table, first.edit.record)?;
    playback::touched(tx);
    Ok(())
}

/// Puts the creation of a record into the outbox again that the user had taken out; what referred to it goes on.
pub fn create_again(tx: &Tx<'_>, table: &Table, edit: &Edit, record_name: &str, now: Timestamp) -> Result<()> {
    append(tx, table, edit, record_name, now)?;
    let refers = |change: &Change| match &change.after {
        Value::Lookup(lookup) => (&lookup.table, lookup.id) == (&edit.table, edit.record),
        _ => false,
    };
    for waiting in super::list(tx)? {
        if waiting.state != State::Held(Hold::NeedsDiscarded) || !waiting.edit.changes.iter().any(refers) {
            continue;
        }
        tx.sql()
            .prepare_cached("INSERT OR IGNORE INTO outbox_need VALUES (?1, ?2)")?
            .execute([blob(waiting.edit.entry), blob(edit.entry)])?;
        playback::settle_later(tx, waiting.edit.entry, now, 0)?;
    }
    Ok(())
}

pub(super) fn remove(tx: &Tx<'_>, entry: EntryId) -> Result<()> {
    tx.sql().prepare_cached("DELETE FROM outbox WHERE entry_id = ?1")?.execute([blob(entry)])?;
    Ok(())
}

/// Whether the record is not there but for this entry, or for one before it.
fn is_unmade(tx: &Tx<'_>, table: &Table, edit: &Edit) -> Result<bool> {
    Ok(match edit.deed {
        // A colleague may have tracked the message first, or what was never answered arrived.
        Deed::Create | Deed::Track => records::server_copy(tx, table, edit.record)?.is_none(),
        Deed::Update | Deed::Delete => false,
    })
}

/// After an entry went: a message that nobody tracks any more, and that is not in CRM, has no link.
fn unlink(tx: &Tx<'_>, edit: &Edit) -> Result<()> {
    if links::is_linked(&edit.table) { links::drop_lost(tx, edit.record) } else { Ok(()) }
}

/// The entries that create what this edit refers to.
fn needs(tx: &Tx<'_>, edit: &Edit) -> Result<BTreeSet<EntryId>> {
    let mut needs = BTreeSet::new();
    let sql = "SELECT entry_id FROM outbox WHERE table_name = ?1 AND record_id = ?2 AND deed IN ('create', 'track')";
    for change in &edit.changes {
        let Value::Lookup(lookup) = &change.after else { continue };
        if (&lookup.table, lookup.id) == (&edit.table, edit.record) {
            continue;
        }
        let mut asked = tx.sql().prepare_cached(sql)?;
        let found = asked.query_and_then(params![lookup.table.as_str(), cells::blob(lookup.id)], entry_id)?;
        needs.extend(found.collect::<Result<Vec<_>>>()?);
    }
    Ok(needs)
}

/// The last entry of the record and what it makes with this edit, if the service has nothing of that entry: it was never
/// sent, or was refused and is put right now.
fn folded(tx: &Tx<'_>, table: &Table, edit: &Edit, needs: &BTreeSet<EntryId>) -> Result<Option<(Entry, Fold)>> {
    // An entry that began to need another could close a circle.
    if !needs.is_empty() {
        return Ok(None);
    }
    let sql = "SELECT entry_id, table_name, record_id, deed, changes, base_version, record_name, made_at, state,
                      ready_from, attempts, hold,
                      EXISTS (SELECT 1 FROM outbox_duplicate WHERE outbox_duplicate.entry_id = outbox.entry_id)
                 FROM outbox
                WHERE position = (SELECT max(position) FROM outbox WHERE table_name = ?1 AND record_id = ?2)
                  AND (state = 'held' OR (state = 'ready' AND was_sent = 0))";
    let mut asked = tx.sql().prepare_cached(sql)?;
    let mut rows = asked.query_and_then(params![edit.table.as_str(), cells::blob(edit.record)], entry)?;
    let Some(last) = rows.next().transpose()? else { return Ok(None) };
    // A refused create may have arrived in an earlier try: found in CRM it would end there, and the edit with it. An update
    // is merged with what is there.
    let is_put_right = is_refused(&last) && last.edit.deed == Deed::Update;
    if matches!(last.state, State::Held(_)) && !is_put_right {
        return Ok(None);
    }
    let folded = fold(&last.edit, edit);
    // It may have arrived in an earlier try: what is taken back of it has to be told.
    let takes_back = match &folded {
        Fold::One(one) => {
            last.edit.changes.iter().any(|change| one.changes.iter().all(|kept| kept.column != change.column))
        }
        Fold::Nothing => true,
        Fold::Both => false,
    };
    if is_put_right && takes_back {
        return Ok(None);
    }
    // What refers to a record has to be told when the record is not created after all: its entry stays. So does that of a
    // message which was tracked before: CRM may have it still.
    let makes_it = matches!(last.edit.deed, Deed::Create | Deed::Track);
    let is_there = || -> Result<bool> { Ok(records::server_copy(tx, table, edit.record)?.is_some()) };
    if folded == Fold::Nothing && makes_it && (!dependents(tx, last.edit.entry)?.is_empty() || is_there()?) {
        return Ok(None);
    }
    Ok(Some((last, folded)))
}

/// Whether the service said no in words of its own.
fn is_refused(entry: &Entry) -> bool {
    matches!(entry.state, State::Held(Hold::Refused { .. }))
}

/// The entries that wait for this one.
fn dependents(tx: &Tx<'_>, entry: EntryId) -> Result<Vec<EntryId>> {
    let mut asked = tx.sql().prepare_cached("SELECT entry_id FROM outbox_need WHERE needs = ?1")?;
    asked.query_and_then([blob(entry)], entry_id)?.collect()
}

/// The version that an edit was made on; none where waiting entries hid from the user what is there in its columns. Then
/// the record is read before anything is sent, and what others wrote is merged and not replaced unseen.
fn stands_on(tx: &Tx<'_>, table: &Table, edit: &Edit) -> Result<Option<Version>> {
    let Some(copy) = records::server_copy(tx, table, edit.record)? else { return Ok(edit.base.clone()) };
    let is_there = |change: &Change| change.before.same_as(copy.value(&change.column));
    let saw_all = match edit.deed {
        Deed::Create | Deed::Track => true,
        Deed::Update => edit.changes.iter().all(is_there),
        // The whole record goes: nothing in it may be hidden. The first change of a column began with what was there.
        Deed::Delete => {
            let waiting = super::of_record(tx, &edit.table, edit.record)?;
            let earlier = waiting.iter().take_while(|entry| entry.edit.entry != edit.entry);
            let mut known = BTreeSet::new();
            let changes = earlier.flat_map(|entry| &entry.edit.changes).chain(&edit.changes);
            changes.filter(|change| known.insert(&change.column)).all(is_there)
        }
    };
    Ok(edit.base.clone().filter(|_| saw_all))
}

fn insert(tx: &Tx<'_>, edit: &Edit, record_name: &str, now: Timestamp) -> Result<()> {
    tx.sql()
        .prepare_cached(
            "INSERT INTO outbox (entry_id, table_name, record_id, record_name, deed, changes, base_version, made_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?
        .execute(params![
            blob(edit.entry),
            edit.table.as_str(),
            cells::blob(edit.record),
            record_name,
            word(edit.deed),
            codec::changes_to_json(&edit.changes)?,
            edit.base.as_ref().map(|version| version.as_str()),
            now.as_millisecond(),
        ])?;
    Ok(())
}

fn entry_id(row: &rusqlite::Row<'_>) -> Result<EntryId> {
    Ok(EntryId(cells::id(row, 0)?.0))
}

fn word(deed: Deed) -> &'static str {
    match deed {
        Deed::Create => "create",
        Deed::Update => "update",
        Deed::Delete => "delete",
        Deed::Track => "track",
    }
}
