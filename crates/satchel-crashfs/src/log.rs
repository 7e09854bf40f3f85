//! Everything that was asked of a disk, in its order, and what the disk may hold after a cut anywhere in it.

use crate::image::{self, Cut, Image};

/// A file keeps its number while it has a name, and after.
pub(crate) type Number = u64;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Op {
    Create {
        name: String,
        file: Number,
    },
    Write {
        file: Number,
        at: usize,
        bytes: Vec<u8>,
    },
    Truncate {
        file: Number,
        length: usize,
    },
    Sync {
        file: Number,
    },
    Delete {
        name: String,
    },
    SyncFolder,
    /// The test says that something was promised now.
    Mark(u64),
}

/// What happened on a disk since [`crate::Disk::record`].
#[derive(Clone, Debug, Default)]
pub struct Recording {
    pub(crate) start: Image,
    pub(crate) ops: Vec<Op>,
}

impl Recording {
    /// How many places there are to cut: before each step, and after the last.
    pub fn cuts(&self) -> usize {
        self.ops.len() + 1
    }

    /// What was promised before that cut, in order.
    pub fn marks(&self, cut: usize) -> Vec<u64> {
        let before = self.ops.iter().take(cut);
        before.filter_map(|op| if let Op::Mark(mark) = op { Some(*mark) } else { None }).collect()
    }

    /// The cuts next to a sync: just before it, and just after. A commit that is synced lies between the two.
    pub fn syncs(&self) -> Vec<usize> {
        let places = self.ops.iter().enumerate();
        places.filter(|(_, op)| matches!(op, Op::Sync { .. })).flat_map(|(at, _)| [at, at + 1]).collect()
    }

    /// The cuts next to a promise: between what it rests on and the word itself, and after the word.
    pub fn promises(&self) -> Vec<usize> {
        let places = self.ops.iter().enumerate();
        places.filter(|(_, op)| matches!(op, Op::Mark(_))).flat_map(|(at, _)| [at, at + 1]).collect()
    }

    /// What the disk may hold when it ends before step `cut`. The same arguments give the same image.
    pub fn image(&self, cut: usize, how: Cut) -> Image {
        image::after(&self.start, &self.ops[..cut.min(self.ops.len())], how)
    }
}
