//! The naive second opinion: what each user asked for, and which ends of it are legal.
//!
//! It knows no entries, bases or merges, only words of users and what the service had when. A wish is for one column of
//! one record (or for a record to be made, or to be gone). It must wait in the outbox with its last value, or the service
//! must have had that value since, or the value must stand in the record's history, or the user must have taken it back.

use std::collections::{BTreeMap, BTreeSet};

use satchel_domain::{
    Column, Record, TableName, Value, Version,
    edit::{Deed, Edit, Hold, State},
    schema::Table,
};
use satchel_store::outbox::Entry;

use crate::{
    book::{Book, Changed, Key, Writer},
    violation::{Outcome, Violation, violated},
};

#[derive(Clone, Debug)]
struct Wish {
    /// What the user saw before the first word.
    origin: Value,
    /// Everything that the user saw there, wrote there, or agreed to lose.
    known: Vec<Value>,
    wanted: Value,
    /// What the user asked for, with the step, the first first.
    asked: Vec<(Value, u64)>,
    /// The record shall go: what waits of it may still be sent before, and nobody asks for it any more.
    is_over: bool,
}

#[derive(Clone, Debug)]
struct Deletion {
    since: u64,
    /// The versions of the record that the user had before the eyes.
    seen: Vec<Version>,
}

/// Of all users.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    wishes: BTreeMap<(usize, Key), BTreeMap<Column, Wish>>,
    deletions: BTreeMap<(usize, Key), Deletion>,
    /// Records made on a device that have not reached the service yet.
    unborn: BTreeMap<(usize, Key), ()>,
    /// Every record that was ever made on a device.
    made: BTreeMap<Key, usize>,
    /// Tables in which a user wanted, once for all, that the own values win.
    wins: BTreeSet<(usize, TableName)>,
}

pub(crate) fn key(edit: &Edit) -> Key {
    (edit.table.clone(), edit.record)
}

impl Ledger {
    /// The user was told *saved*. `is_waiting` says that entries of the record wait now.
    pub(crate) fn saved(&mut self, device: usize, edit: &Edit, seen: Option<Version>, step: u64, is_waiting: bool) {
        let at = (device, key(edit));
        match edit.deed {
            Deed::Delete => {
                self.wishes.entry(at.clone()).or_default().values_mut().for_each(|wish| wish.is_over = true);
                if !self.unborn.contains_key(&at) || is_waiting {
                    self.deletions.insert(at, Deletion { since: step, seen: seen.into_iter().collect() });
                } else {
                    // It was made and taken back before anybody else could know of it.
                    self.unborn.remove(&at);
                    self.wishes.remove(&at);
                }
                return;
            }
            Deed::Create => {
                self.unborn.insert(at.clone(), ());
                self.made.insert(at.1.clone(), device);
            }
            Deed::Update | Deed::Track => {}
        }
        let wishes = self.wishes.entry(at).or_default();
        for change in &edit.changes {
            let (before, after) = (change.before.clone(), change.after.clone());
            let wish = wishes.entry(change.column.clone()).or_insert_with(|| Wish {
                origin: before.clone(),
                known: Vec::new(),
                wanted: after.clone(),
                asked: Vec::new(),
                is_over: false,
            });
            wish.known.extend([before, after.clone()]);
            wish.asked.push((after.clone(), step));
            wish.wanted = after;
        }
    }

    /// The user keeps mine, having seen `theirs`.
    pub(crate) fn kept_mine(&mut self, device: usize, entry: &Entry, theirs: &Record) {
        let at = (device, key(&entry.edit));
        if let Some(deletion) = self.deletions.get_mut(&at) {
            deletion.seen.extend(theirs.version.clone());
        }
        for (column, wish) in self.wishes.entry(at).or_default() {
            wish.known.push(theirs.value(column).clone());
        }
    }

    /// What others have in this table gives way to the user's own from now on, seen or not.
    pub(crate) fn agreed_to_lose(&mut self, device: usize, table: &TableName) {
        self.wins.insert((device, table.clone()));
    }

    /// The user gives up these columns of an entry; none gives up all of it. `later` are the record's other entries.
    pub(crate) fn gave_up(&mut self, device: usize, entry: &Entry, columns: Option<&[Column]>, later: &[Entry]) {
        let at = (device, key(&entry.edit));
        match entry.edit.deed {
            // Where the record arrived meanwhile, what waits for it stays.
            Deed::Create | Deed::Track if columns.is_none() && later.is_empty() => {
                self.wishes.remove(&at);
                self.unborn.remove(&at);
                self.deletions.remove(&at);
            }
            Deed::Delete => {
                self.deletions.remove(&at);
                // What the user had typed before is wanted again, where it still waits.
                let wishes = self.wishes.entry(at).or_default();
                wishes.retain(|column, _| {
                    later.iter().any(|other| other.edit.changes.iter().any(|change| &change.column == column))
                });
                wishes.values_mut().for_each(|wish| wish.is_over = false);
            }
            Deed::Update | Deed::Create | Deed::Track => {
                let Some(wishes) = self.wishes.get_mut(&at) else { return };
                for change in &entry.edit.changes {
                    let is_given_up = columns.is_none_or(|columns| columns.contains(&change.column));
                    let mut others = later.iter().flat_map(|other| &other.edit.changes);
                    let waits_on = others.rfind(|more| more.column == change.column);
                    match (is_given_up, waits_on, wishes.get_mut(&change.column)) {
                        (true, Some(waits_on), Some(wish)) => wish.wanted = waits_on.after.clone(),
                        (true, None, _) => drop(wishes.remove(&change.column)),
                        (true, Some(_), None) | (false, ..) => {}
                    }
                }
            }
        }
    }

    /// A wish of a device that came to no end.
    pub(crate) fn open(&self, device: usize) -> Option<String> {
        let mine = self.wishes.iter().find(|(at, wishes)| at.0 == device && !wishes.is_empty());
        mine.map(|((_, (table, id)), wishes)| format!("{table} {id} {:?}", wishes.keys().next()))
    }

    pub(crate) fn is_unborn(&self, at: &(usize, Key)) -> bool {
        self.unborn.contains_key(at)
    }

    /// I2, I3: a device's write replaced only what its user had seen, made only what its user had made, and made it once.
    pub(crate) fn check_write(&self, device: usize, changed: &Changed, table: &Table, book: &Book) -> Outcome<()> {
        let at = (device, changed.key.clone());
        let name = || format!("{} {}", changed.key.0, changed.key.1);
        let none = BTreeMap::new();
        let wishes = self.wishes.get(&at).unwrap_or(&none);
        let Some(after) = &changed.after else {
            let Some(deletion) = self.deletions.get(&at) else {
                return violated("I2", format!("{} was deleted, and no user of device {device} wants that", name()));
            };
            // What was made and deleted here before it was ever read is its maker's.
            let is_own = deletion.seen.is_empty() && self.made.get(&changed.key) == Some(&device);
            let is_known = |column: &Column, value: &Value| {
                wishes.get(column).is_some_and(|wish| wish.known.iter().any(|known| known.same_as(value)))
            };
            let unseen = book.unseen(&changed.key, &deletion.seen, device, &is_known).filter(|_| !is_own);
            return unseen.map_or(Ok(()), |column| {
                violated("I2", format!("{} was deleted with a change of {column} that its user never saw", name()))
            });
        };
        if changed.before.is_none() {
            if self.made.get(&changed.key) != Some(&device) {
                return violated("I3", format!("{} was made, and nobody made it on device {device}", name()));
            }
            if book.births_by(&changed.key, Writer::Device(device)) > 1 + book.deaths(&changed.key) {
                return violated("I3", format!("{} was made twice", name()));
            }
        }
        for column in table.columns.iter().filter(|column| column.may_update).map(|column| &column.name) {
            let old = changed.before.as_ref().map_or(&Value::Null, |before| before.value(column));
            let new = after.value(column);
            if old.same_as(new) || (changed.before.is_none() && new == &Value::YesNo(false)) {
                continue;
            }
            let Some(wish) = wishes.get(column) else {
                if changed.before.is_none() && matches!(new, Value::Choice(_)) {
                    // What the service gives a new record by itself.
                    continue;
                }
                return violated("I2", format!("{} {column}: {new:?} was written, and nobody wants it", name()));
            };
            let is_agreed = self.wins.contains(&(device, changed.key.0.clone()));
            if changed.before.is_some() && !is_agreed && !wish.known.iter().any(|known| known.same_as(old)) {
                return violated("I2", format!("{} {column}: {old:?} of another was replaced unseen", name()));
            }
            if !wish.known.iter().any(|known| known.same_as(new)) {
                return violated("I2", format!("{} {column}: {new:?} was written, which nobody typed", name()));
            }
        }
        Ok(())
    }

    /// I1: every acknowledged wish of a device is in one state. Forgets the ones that came to a good end.
    pub(crate) fn check_wishes(
        &mut self,
        device: usize,
        entries: &[Entry],
        book: &Book,
        history: impl Fn(&Key, &Column, &Value) -> bool,
    ) -> Outcome<()> {
        let of = |at: &Key| {
            let at = at.clone();
            entries.iter().filter(move |entry| (&entry.edit.table, entry.edit.record) == (&at.0, at.1))
        };
        for entry in entries {
            if let State::Held(Hold::Conflict { theirs, .. }) = &entry.state
                && !theirs.version.as_ref().is_some_and(|version| book.knows(&key(&entry.edit), version))
            {
                return violated("I1", format!("a conflict of {} shows what nobody wrote", entry.edit.record));
            }
        }
        let mine = |at: &&(usize, Key)| at.0 == device;
        for at in self.unborn.keys().filter(mine).cloned().collect::<Vec<_>>() {
            let waits = of(&at.1).any(|entry| entry.edit.deed == Deed::Create);
            if !waits && !book.was_born(&at.1) {
                return violated("I1", format!("{} {}, made on device {device}, is lost", at.1.0, at.1.1));
            }
            if !waits {
                self.unborn.remove(&at);
            }
        }
        for (at, deletion) in self.deletions.clone().iter().filter(|(at, _)| mine(at)) {
            let waits = of(&at.1).any(|entry| entry.edit.deed == Deed::Delete);
            if !waits && book.rows.contains_key(&at.1) && !book.died_since(&at.1, deletion.since) {
                return violated("I1", format!("the wish that {} {} be gone is lost", at.1.0, at.1.1));
            }
            if !waits {
                self.deletions.remove(at);
                self.wishes.entry(at.clone()).or_default().retain(|_, wish| !wish.is_over);
            }
        }
        for (at, wishes) in self.wishes.iter_mut().filter(|(at, _)| mine(at)) {
            let mut ended = Vec::new();
            for (column, wish) in wishes.iter().filter(|(_, wish)| !wish.is_over) {
                let mut waiting = of(&at.1).flat_map(|entry| &entry.edit.changes);
                match waiting.rfind(|change| &change.column == column) {
                    Some(change) if change.after.same_as(&wish.wanted) => continue,
                    Some(change) => {
                        let said = format!("{:?} waits where the user wants {:?}", change.after, wish.wanted);
                        return violated("I1", format!("{} {} {column}: {said}", at.1.0, at.1.1));
                    }
                    None => {}
                }
                check_end(at, column, wish, book, &history)?;
                ended.push(column.clone());
            }
            for column in ended {
                wishes.remove(&column);
            }
        }
        self.wishes.retain(|_, wishes| !wishes.is_empty());
        Ok(())
    }
}

/// A wish that waits no more has to have come to a good end.
fn check_end(
    (device, key): &(usize, Key),
    column: &Column,
    wish: &Wish,
    book: &Book,
    history: &impl Fn(&Key, &Column, &Value) -> bool,
) -> Outcome<()> {
    let Wish { origin, wanted, asked, .. } = wish;
    let is_heard = |(value, at): &(Value, u64)| book.wrote(*device, key, column, value, *at);
    // What was asked for, changed and taken back before anybody heard of the change was wanted all the time.
    let is_unheard = |asked: &&(Value, u64)| asked.0.same_as(wanted) || !is_heard(asked);
    let all_the_time = asked.iter().rev().take_while(is_unheard).filter(|(value, _)| value.same_as(wanted));
    let since = all_the_time.map(|(_, step)| *step).min().unwrap_or(0);
    // The service, or the user, emptied what referred to a record that is gone; nothing is left to refer to.
    let is_taken_back =
        wanted.same_as(origin) && !asked.iter().any(|asked| !asked.0.same_as(origin) && is_heard(asked));
    if is_taken_back || book.had(key, column, wanted, since) || history(key, column, wanted) {
        return Ok(());
    }
    Err(Violation::new("I1", format!("{} {} {column}: {wanted:?} is lost", key.0, key.1)))
}
