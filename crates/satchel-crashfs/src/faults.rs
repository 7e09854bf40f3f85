//! Disks that are full, broken, or do half of what they were asked.

/// What SQLite may ask of a disk that can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    Read,
    Write,
    Sync,
    Truncate,
    Delete,
    /// Opening a file, or making one.
    Open,
    /// The memory that connections share, which is a file on real disks.
    Share,
}

/// How a disk refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `ENOSPC`
    Full,
    /// `EIO`
    Broken,
    /// Half of the bytes arrive, then `ENOSPC`.
    Short,
}

/// The `nth` call of a kind is refused, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fault {
    pub call: Call,
    pub nth: u64,
    pub refusal: Refusal,
    /// Every later call of the kind too, until the disk is healed.
    pub lasts: bool,
}

/// What is wrong with a disk now.
#[derive(Debug, Default)]
pub(crate) struct Weather {
    fault: Option<Fault>,
    /// Calls of each kind since the weather was set.
    counted: std::collections::BTreeMap<Call, u64>,
    /// How often something was refused.
    pub(crate) refused: u64,
    /// All files together may not grow beyond, in bytes.
    pub(crate) room: Option<usize>,
}

impl Weather {
    pub(crate) fn set(&mut self, fault: Option<Fault>) {
        *self = Self { fault, room: self.room, ..Self::default() };
    }

    pub(crate) fn count(&self, call: Call) -> u64 {
        self.counted.get(&call).copied().unwrap_or(0)
    }

    /// Counts the call; the answer is how it is refused, if it is.
    pub(crate) fn meets(&mut self, call: Call) -> Option<Refusal> {
        let count = self.counted.entry(call).or_default();
        *count += 1;
        let fault = self.fault.filter(|fault| fault.call == call)?;
        if *count == fault.nth || (fault.lasts && *count > fault.nth) {
            self.refused += 1;
            return Some(fault.refusal);
        }
        None
    }
}
