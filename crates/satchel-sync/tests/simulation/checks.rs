//! The invariants, as they are checked while a world runs, after each start, and at its end.
//!
//! | No | Checked |
//! | --- | --- |
//! | I1 | `ledger.rs`: after each save, decision, settlement and start, and at the end |
//! | I2 | `ledger.rs`: at each write of a device, against what its user had seen, typed or agreed to |
//! | I3 | `ledger.rs`: at each row that a device makes; of emails see I8 |
//! | I4 | here, before each push: references to what the service has not seen yet, and the order in one record |
//! | I5 | here, at the end: every table, record and column, shown and server copy |
//! | I6 | here, at the end: three more rounds without a write |
//! | I7 | the fault *twice* (a request that arrives two times), and every answer that is lost; no replay of prefixes yet |
//! | I8 | `post_checks.rs`: after each write of an email by anybody; at the end what CRM has is what is shown |
//! | I9 | here, after each start and every few pages: what re-reading from the cursor does not bring has to be here |
//! | I10 | here: shown = naive overlay of copy and entries (every few pages, each start); a sweep's pages remove nothing |
//! | I11 | I5, with pages that come again, sweeps, and rows that go out of reach and come back; I10 for what the user deleted |
//! | I12 | not yet: there is no full-text search |
//! | I13 | here, at the end of every eighth run: the files, for what users typed |
//! | I14 | here and in `side.rs`, before each call; within one life, and until the device's clock jumps: it has no other |
//! | I15 | here: after healing everything ends; an entry meets at most eight answers that make no sense |
//! | I16 | the WAL at the end; folding of edits has its tests in the store |
//! | I17 | `post_checks.rs`, at the end: each folder letter by letter, and every mark; nothing is sent by SMTP yet |
//! | I18 | not here: disks that fill are the crash campaign's |
//! | I19 | here, after every other start and at the end |
//! | I20 | `campaign.rs`: a panic is a violation; here, work on the database that was cut short or refused |

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use satchel_domain::{
    Record, RecordId, ServiceError, Value,
    edit::{Deed, State},
    ports::{CrmService, From, Next},
    schema::Table,
    scope::Scope,
};
use satchel_store::{cursors, outbox::Entry, polled, soundness};
use satchel_sync::{Effect, Event};

use crate::{
    violation::{Outcome, Violation, violated},
    world::World,
};

/// An answer that makes no sense may come this often before an entry waits for its user.
const TRIES: u32 = 8;
/// Every so many pages the whole device is looked at.
const SAMPLE: u64 = 128;

impl World {
    /// I14.
    pub(crate) fn check_may_call(&self, number: usize, now: Timestamp) -> Outcome<()> {
        match self.devices[number].paused_until.filter(|until| *until > now) {
            Some(until) => violated("I14", format!("device {number} calls at {now}, asked to be quiet until {until}")),
            None => Ok(()),
        }
    }

    /// I4.
    pub(crate) fn check_order(&self, number: usize, effect: &Effect) -> Outcome<()> {
        let Effect::Push { entry } = effect else { return Ok(()) };
        for change in &entry.edit.changes {
            let Value::Lookup(lookup) = &change.after else { continue };
            let target = (lookup.table.clone(), lookup.id);
            let is_itself = lookup.id == entry.edit.record;
            if !is_itself && self.ledger.is_unborn(&(number, target.clone())) && !self.book.was_born(&target) {
                return violated("I4", format!("{} is sent before {} that it refers to", entry.edit.record, lookup.id));
            }
        }
        let entries = self.devices[number].entries();
        let first = entries.iter().find(|other| other.edit.record == entry.edit.record);
        match first {
            Some(first) if first.edit.entry != entry.edit.entry => {
                violated("I4", format!("{} is not the oldest of its record", entry.edit.entry))
            }
            _ => Ok(()),
        }
    }

    /// I1, whenever something may have gone.
    pub(crate) fn check_wishes(&mut self, number: usize) -> Outcome<()> {
        let entries = self.devices[number].entries();
        let mut ledger = std::mem::take(&mut self.ledger);
        let checked = ledger.check_wishes(number, &entries, &self.book, |key, column, value| {
            self.is_in_history(number, key, column, value)
        });
        self.ledger = ledger;
        checked
    }

    /// What a device hears: its own disk is good, so nothing on it fails.
    pub(crate) fn check_heard(&mut self, number: usize, word: &'static str, event: &Event) -> Outcome<()> {
        let failed = match event {
            Event::OrganisationStored(result) => result.as_ref().err(),
            Event::PageStored { result, .. } => result.as_ref().err(),
            Event::ScopeReset { result, .. } => result.as_ref().err(),
            Event::Swept { result, .. } => result.as_ref().err(),
            Event::Looked(result) => result.as_ref().err(),
            Event::Marked(result) => result.as_ref().err(),
            Event::Settled(result) => result.as_ref().err(),
            Event::Drafted { result, .. } => result.as_ref().err(),
            _ => None,
        };
        if let Some(message) = failed {
            return violated("I20", format!("{word} failed on a good disk: {message}"));
        }
        match event {
            Event::Pushed { entry, answer: Err(ServiceError::Broken { .. }) } => {
                let met = self.broken.entry(entry.edit.entry.0).or_default();
                *met += 1;
                if *met > TRIES {
                    return violated("I15", format!("entry {} met {met} answers that make no sense", entry.edit.entry));
                }
                Ok(())
            }
            Event::Settled(_) => self.check_wishes(number),
            _ => Ok(()),
        }
    }

    /// C: after a crash.
    pub(crate) async fn check_after_start(&mut self, number: usize) -> Outcome<()> {
        // Every page of the file is read for this: not at every start.
        if (self.devices[number].life / 2).is_multiple_of(2) {
            self.check_sound(number)?;
        }
        self.check_wishes(number)?;
        self.check_whole(number).await
    }

    /// Every few pages: the device as a whole.
    pub(crate) async fn check_now_and_then(&mut self, number: usize) -> Outcome<()> {
        if !self.devices[number].acts.is_multiple_of(SAMPLE) {
            return Ok(());
        }
        self.check_whole(number).await
    }

    /// I9 and I10 of every table.
    async fn check_whole(&self, number: usize) -> Outcome<()> {
        let entries = self.devices[number].entries();
        for table in &self.book.tables {
            let copies = self.copies(number, table);
            self.check_cursor(number, table, &copies).await?;
            self.check_shown(number, table, copies, &entries)?;
        }
        Ok(())
    }

    /// I19.
    pub(crate) fn check_sound(&self, number: usize) -> Outcome<()> {
        let Some(database) = self.devices[number].database() else { return Ok(()) };
        match database.read(soundness::faults) {
            Ok(faults) if faults.is_empty() => Ok(()),
            found => violated("I19", format!("device {number}: {found:?}")),
        }
    }

    /// I10: what is shown is the copy with the entries laid over it, by a second and naive way of laying.
    fn check_shown(&self, number: usize, table: &Table, copies: Vec<Record>, entries: &[Entry]) -> Outcome<()> {
        let mut expected: BTreeMap<RecordId, Record> = copies.into_iter().map(|copy| (copy.id, copy)).collect();
        for entry in entries.iter().filter(|entry| entry.edit.table == table.name) {
            lay(&mut expected, entry);
        }
        let shown = self.devices[number].all_shown(table);
        let ids: BTreeSet<_> = shown.iter().map(|record| record.id).collect();
        if let Some(id) = expected.keys().find(|id| !ids.contains(id)) {
            return violated("I10", format!("device {number} does not show {} {id}", table.name));
        }
        for record in &shown {
            let Some(expected) = expected.get(&record.id) else {
                return violated("I10", format!("device {number} shows {} {}", table.name, record.id));
            };
            same_values(table, record, expected)
                .map_err(|what| Violation::new("I10", format!("device {number} shows {what}")))?;
        }
        Ok(())
    }

    /// I9: reading on from the cursor has to bring everything that is not here, and to take away what is too much.
    async fn check_cursor(&self, number: usize, table: &Table, copies: &[Record]) -> Outcome<()> {
        let Some(database) = self.devices[number].database() else { return Ok(()) };
        let Ok(kept) = database.read(|reader| cursors::get(reader, &table.name)) else { return Ok(()) };
        let (Some(cursor), Scope::Live { .. } | Scope::Backfilling { .. }) = (kept.scope.cursor(), &kept.scope) else {
            return Ok(());
        };
        // Nobody promises what a poll brings: the sweep of the ids does, and I5 asks for it.
        if database.read(|reader| polled::of(reader, &table.name)).is_ok_and(|polled| polled.is_some()) {
            return Ok(());
        }
        let mut coming = BTreeSet::new();
        let mut cursor = cursor.clone();
        let mut caught_up = 0;
        while caught_up < 2 {
            // An expired cursor leads to a sweep, which brings everything.
            let Ok(page) = self.devices[number].eyes.pull(table, From::Cursor(&cursor), 5000).await else {
                return Ok(());
            };
            coming.extend(page.records.iter().map(|record| record.id).chain(page.gone));
            cursor = match page.next {
                Next::More(next) => next,
                Next::CaughtUp(next) => {
                    caught_up += 1;
                    next
                }
            };
        }
        let copies: BTreeMap<_, _> = copies.iter().map(|copy| (copy.id, &copy.version)).collect();
        for row in self.open_rows(table) {
            let id = &row.id;
            let is_here = copies.get(id).is_some_and(|version| *version == &row.version);
            if !is_here && !coming.contains(id) {
                return violated("I9", format!("{} {id} is not on device {number}, and never will be", table.name));
            }
        }
        let is_gone = |id: &&RecordId| !self.book.rows.contains_key(&(table.name.clone(), **id));
        match copies.keys().filter(is_gone).find(|id| !coming.contains(id)) {
            Some(id) => violated("I9", format!("{} {id} stays on device {number} for ever", table.name)),
            None => Ok(()),
        }
    }

    /// I10: the rows that a page of an unfinished sweep must not remove.
    pub(crate) fn rows_before_sweep(&self, number: usize, effect: &Effect) -> Option<(Table, BTreeSet<RecordId>)> {
        let (table, gone) = match effect {
            Effect::StorePage { table, before: Scope::Sweeping { .. }, page } if matches!(page.next, Next::More(_)) => {
                (table, page.gone.as_slice())
            }
            Effect::StoreIds { table, page, .. } if page.next.is_some() => (table, &[][..]),
            _ => return None,
        };
        let table = self.table(table);
        let copies = self.copies(number, &table).into_iter().map(|copy| copy.id);
        let rows = copies.filter(|id| !gone.contains(id)).collect();
        Some((table, rows))
    }

    pub(crate) fn check_sweep(&self, number: usize, (table, before): (Table, BTreeSet<RecordId>)) -> Outcome<()> {
        let after: BTreeSet<_> = self.copies(number, &table).into_iter().map(|copy| copy.id).collect();
        match before.iter().find(|id| !after.contains(id)) {
            Some(id) => {
                violated("I10", format!("{} {id} went in the middle of a sweep of device {number}", table.name))
            }
            None => Ok(()),
        }
    }

    /// I5: each device has and shows what the service has.
    pub(crate) fn check_same(&self, number: usize) -> Outcome<()> {
        let device = &self.devices[number];
        for table in &self.book.tables {
            let rows: Vec<_> = self.open_rows(table).collect();
            for (what, here) in [("has", self.copies(number, table)), ("shows", device.all_shown(table))] {
                let ids = |records: &mut dyn Iterator<Item = RecordId>| records.collect::<BTreeSet<_>>();
                let here_ids = ids(&mut here.iter().map(|record| record.id));
                let there_ids = ids(&mut rows.iter().map(|record| record.id));
                if let Some(id) = here_ids.symmetric_difference(&there_ids).next() {
                    let only = if here_ids.contains(id) { "only device" } else { "all but device" };
                    return violated("I5", format!("{only} {number} {what} {} {id}", table.name));
                }
                for (here, there) in here.iter().zip(&rows) {
                    same_values(table, here, there)
                        .map_err(|said| Violation::new("I5", format!("device {number} {what} {said}")))?;
                }
            }
        }
        Ok(())
    }
}

/// The user's deed on a map of records, without knowing how the program does it.
fn lay(shown: &mut BTreeMap<RecordId, Record>, entry: &Entry) {
    let edit = &entry.edit;
    match edit.deed {
        Deed::Delete => {
            shown.remove(&edit.record);
            return;
        }
        Deed::Create | Deed::Track => {
            let table = edit.table.clone();
            let empty = Record { table, id: edit.record, version: None, values: BTreeMap::new() };
            shown.entry(edit.record).or_insert(empty);
        }
        Deed::Update => {}
    }
    if let Some(record) = shown.get_mut(&edit.record) {
        for change in &edit.changes {
            record.values.insert(change.column.clone(), change.after.clone());
        }
    }
}

fn same_values(table: &Table, one: &Record, other: &Record) -> Result<(), String> {
    for column in &table.columns {
        let (left, right) = (one.value(&column.name), other.value(&column.name));
        // The id is the row's own; a record that is not in CRM yet has no column for it.
        if column.name != table.primary_id && !left.same_as(right) {
            return Err(format!("{} {} {}: {left:?}, not {right:?}", table.name, one.id, column.name));
        }
    }
    Ok(())
}

pub(crate) fn is_held(entry: &Entry) -> bool {
    matches!(entry.state, State::Held(_))
}
