//! What lies in the model's folders, and in which order it changed.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{FolderId, ItemId, mail::Head};

use crate::{letter, model_crm::BEGINNING};

#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) folder: FolderId,
    pub(super) raw: Vec<u8>,
    pub(super) received_at: Timestamp,
    pub(super) is_read: bool,
    /// When it came into its folder.
    arrived: u64,
    /// When it was last marked read or unread.
    marked: u64,
}

/// What happened to a message of a folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Arrived,
    Marked(bool),
    Gone,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Letters {
    /// Raised with every change.
    counter: u64,
    held: BTreeMap<u64, Held>,
    gone: Vec<(FolderId, u64, u64)>,
}

impl Letters {
    pub(super) fn counter(&self) -> u64 {
        self.counter
    }

    pub(super) fn find(&self, item: &ItemId) -> Option<&Held> {
        self.held.get(&number(item)?)
    }

    /// The handle is new, and good until the message is moved or deleted.
    pub(super) fn deliver(&mut self, folder: &FolderId, raw: Vec<u8>) -> ItemId {
        let seconds = i64::try_from(self.counter).unwrap_or(i64::MAX);
        let received_at = BEGINNING + SignedDuration::from_secs(seconds);
        self.put(Held { folder: folder.clone(), raw, received_at, is_read: false, arrived: 0, marked: 0 })
    }

    /// Gone here, new there under another handle.
    pub(super) fn move_to(&mut self, item: &ItemId, folder: &FolderId) -> Option<ItemId> {
        let held = self.remove(item)?;
        Some(self.put(Held { folder: folder.clone(), ..held }))
    }

    pub(super) fn remove(&mut self, item: &ItemId) -> Option<Held> {
        let number = number(item)?;
        let held = self.held.remove(&number)?;
        self.counter += 1;
        self.gone.push((held.folder.clone(), self.counter, number));
        Some(held)
    }

    /// Whether that changed anything.
    pub(super) fn set_read(&mut self, item: &ItemId, is_read: bool) -> bool {
        let Some(held) = number(item).and_then(|number| self.held.get_mut(&number)) else { return false };
        if held.is_read == is_read {
            return false;
        }
        self.counter += 1;
        held.is_read = is_read;
        held.marked = self.counter;
        true
    }

    /// Messages of the folder, newest first, that came before `before` and not after `snapshot`.
    pub(super) fn reading(&self, folder: &FolderId, snapshot: u64, before: u64) -> Vec<u64> {
        let mut found: Vec<_> = self.of(folder).filter(|(_, held)| held.arrived <= snapshot).collect();
        found.retain(|(_, held)| held.arrived < before);
        found.sort_by_key(|(_, held)| std::cmp::Reverse(held.arrived));
        found.into_iter().map(|(number, _)| number).collect()
    }

    /// When a message that [`reading`](Self::reading) named came.
    pub(super) fn arrived(&self, number: u64) -> u64 {
        self.held.get(&number).map_or(0, |held| held.arrived)
    }

    /// What happened in the folder after `since` and not after `upto`, in order; each message once.
    pub(super) fn changes(&self, folder: &FolderId, since: u64, upto: u64) -> Vec<(u64, u64, Change)> {
        let within = |at: u64| at > since && at <= upto;
        let held = self.of(folder).filter_map(|(number, held)| {
            // What came after the round is of the next one, marks included.
            if held.arrived > since {
                within(held.arrived).then_some((held.arrived, number, Change::Arrived))
            } else {
                within(held.marked).then_some((held.marked, number, Change::Marked(held.is_read)))
            }
        });
        let gone = self.gone.iter().filter(|(from, at, _)| from == folder && within(*at));
        let gone = gone.map(|(_, at, number)| (*at, *number, Change::Gone));
        let mut found: Vec<_> = held.chain(gone).collect();
        found.sort_unstable_by_key(|(at, ..)| *at);
        found
    }

    pub(super) fn head(&self, number: u64) -> Option<Head> {
        let held = self.held.get(&number)?;
        Some(letter::head(item(number), &held.raw, held.received_at, held.is_read))
    }

    fn of(&self, folder: &FolderId) -> impl Iterator<Item = (u64, &Held)> {
        self.held.iter().filter(move |(_, held)| &held.folder == folder).map(|(number, held)| (*number, held))
    }

    fn put(&mut self, held: Held) -> ItemId {
        self.counter += 1;
        self.held.insert(self.counter, Held { arrived: self.counter, marked: 0, ..held });
        item(self.counter)
    }
}

pub(super) fn item(number: u64) -> ItemId {
    ItemId::new(format!("model-{number}"))
}

fn number(item: &ItemId) -> Option<u64> {
    item.as_str().strip_prefix("model-")?.parse().ok()
}
