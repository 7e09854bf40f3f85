//! Who holds which lock of a file, as the rules of SQLite's own file systems have it.

use std::collections::BTreeMap;

/// An open file of one connection.
pub(crate) type Holder = u64;

/// `SQLITE_LOCK_NONE` to `SQLITE_LOCK_EXCLUSIVE`.
const SHARED: i32 = 1;
const RESERVED: i32 = 2;
const PENDING: i32 = 3;
const EXCLUSIVE: i32 = 4;

/// The locks of a database file.
#[derive(Debug, Default)]
pub(crate) struct FileLocks(BTreeMap<Holder, i32>);

impl FileLocks {
    /// Whether the holder has the lock now. One that waits for readers to leave keeps new ones out.
    pub(crate) fn take(&mut self, holder: Holder, wanted: i32) -> bool {
        let own = self.0.get(&holder).copied().unwrap_or(0);
        if own >= wanted {
            return true;
        }
        let others = self.0.iter().filter(|(other, _)| **other != holder).map(|(_, level)| *level).max().unwrap_or(0);
        let is_free = match wanted {
            SHARED => others < PENDING,
            RESERVED => others < RESERVED,
            _ => others < SHARED,
        };
        if is_free {
            self.0.insert(holder, wanted);
        } else if wanted == EXCLUSIVE && others < RESERVED {
            self.0.insert(holder, PENDING);
        }
        is_free
    }

    pub(crate) fn fall_to(&mut self, holder: Holder, level: i32) {
        if level == 0 {
            self.0.remove(&holder);
        } else if let Some(own) = self.0.get_mut(&holder) {
            *own = (*own).min(level);
        }
    }

    pub(crate) fn is_reserved(&self) -> bool {
        self.0.values().any(|level| *level >= RESERVED)
    }
}

/// The eight locks of the memory that connections share.
#[derive(Debug, Default)]
pub(crate) struct SharedLocks {
    shared: [Vec<Holder>; 8],
    exclusive: [Option<Holder>; 8],
}

impl SharedLocks {
    pub(crate) fn take(&mut self, holder: Holder, slots: std::ops::Range<usize>, is_exclusive: bool) -> bool {
        let is_free = |slot: usize| {
            let nobody_writes = self.exclusive[slot].is_none_or(|other| other == holder);
            nobody_writes && (!is_exclusive || self.shared[slot].iter().all(|other| *other == holder))
        };
        if !slots.clone().all(is_free) {
            return false;
        }
        for slot in slots {
            if is_exclusive {
                self.exclusive[slot] = Some(holder);
            } else if !self.shared[slot].contains(&holder) {
                self.shared[slot].push(holder);
            }
        }
        true
    }

    pub(crate) fn leave(&mut self, holder: Holder, slots: std::ops::Range<usize>) {
        for slot in slots {
            self.shared[slot].retain(|other| *other != holder);
            if self.exclusive[slot] == Some(holder) {
                self.exclusive[slot] = None;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_writes_when_nobody_reads() {
        let mut locks = FileLocks::default();
        assert!(locks.take(1, SHARED) && locks.take(2, SHARED));
        assert!(locks.take(1, RESERVED) && !locks.take(2, RESERVED) && locks.is_reserved());
        assert!(!locks.take(1, EXCLUSIVE), "2 still reads");
        assert!(!locks.take(3, SHARED), "1 waits for readers to leave");
        locks.fall_to(2, 0);
        assert!(locks.take(1, EXCLUSIVE));
        locks.fall_to(1, 0);
        assert!(locks.take(3, SHARED));
    }

    #[test]
    fn a_shared_slot_has_many_readers_or_one_writer() {
        let mut locks = SharedLocks::default();
        assert!(locks.take(1, 3..4, false) && locks.take(2, 3..4, false));
        assert!(!locks.take(3, 3..8, true) && locks.take(3, 4..8, true));
        locks.leave(1, 3..4);
        locks.leave(2, 3..4);
        assert!(locks.take(3, 3..4, true) && !locks.take(1, 3..4, false));
    }
}
