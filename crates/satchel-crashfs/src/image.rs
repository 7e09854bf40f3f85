//! What a disk holds after the power went: all that was synced, and by chance some of the rest.

use std::collections::BTreeMap;

use crate::{
    dice::Dice,
    log::{Number, Op},
};

/// The least that a disk writes whole.
const SECTOR: usize = 512;

/// A folder: names and bytes.
pub type Image = BTreeMap<String, Vec<u8>>;

/// What ended, and so what survives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The process was killed: the system still has everything that it was given.
    Kill,
    /// The power went and nothing that was not synced arrived.
    Forgetful,
    /// The power went; what was not synced arrived whole, in part or not at all, in any order. By this seed.
    Power(u64),
}

/// What happens to a step that nothing synced.
enum Fate {
    Kept,
    Torn,
    Dropped,
}

pub(crate) fn after(start: &Image, ops: &[Op], how: Cut) -> Image {
    let mut luck = Luck::of(how);
    let mut names: BTreeMap<String, Number> = BTreeMap::new();
    let mut files: BTreeMap<Number, Vec<u8>> = BTreeMap::new();
    // A disk gives its first numbers to the files that it starts with, in the order of their names.
    for (number, (name, bytes)) in (0..).zip(start) {
        names.insert(name.clone(), number);
        files.insert(number, bytes.clone());
    }
    let mut synced: BTreeMap<Number, usize> = BTreeMap::new();
    let mut folder_synced = 0;
    for (at, op) in ops.iter().enumerate() {
        match op {
            Op::Sync { file } => {
                synced.insert(*file, at);
            }
            Op::SyncFolder => folder_synced = at,
            Op::Create { .. } | Op::Write { .. } | Op::Truncate { .. } | Op::Delete { .. } | Op::Mark(_) => {}
        }
    }
    let is_synced = |file: &Number, at: usize| synced.get(file).is_some_and(|sync| at < *sync);
    for (at, op) in ops.iter().enumerate() {
        match op {
            Op::Create { name, file } => {
                if at < folder_synced || luck.keeps() {
                    names.insert(name.clone(), *file);
                }
                files.entry(*file).or_default();
            }
            Op::Delete { name } => {
                if at < folder_synced || luck.keeps() {
                    names.remove(name);
                }
            }
            Op::Truncate { file, length } => {
                if is_synced(file, at) || luck.keeps() {
                    files.entry(*file).or_default().resize(*length, 0);
                }
            }
            Op::Write { file, at: offset, bytes } => {
                let fate = if is_synced(file, at) { Fate::Kept } else { luck.fate() };
                let file = files.entry(*file).or_default();
                match fate {
                    Fate::Kept => write(file, *offset, bytes),
                    Fate::Torn => sectors(*offset, bytes)
                        .filter(|_| luck.dice.is_within(50))
                        .for_each(|(offset, bytes)| write(file, offset, bytes)),
                    Fate::Dropped => {}
                }
            }
            Op::Sync { .. } | Op::SyncFolder | Op::Mark(_) => {}
        }
    }
    names.into_iter().map(|(name, number)| (name, files.remove(&number).unwrap_or_default())).collect()
}

/// What lies behind the old end and was not written is zeros, as in a file with a hole.
pub(crate) fn write(file: &mut Vec<u8>, at: usize, bytes: &[u8]) {
    let end = at + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[at..end].copy_from_slice(bytes);
}

/// The pieces of a write that a disk writes one by one: they end where a sector of the file ends.
fn sectors(at: usize, bytes: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut rest = bytes;
    let mut at = at;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let length = (SECTOR - at % SECTOR).min(rest.len());
        let (piece, others) = rest.split_at(length);
        let place = at;
        (rest, at) = (others, at + length);
        Some((place, piece))
    })
}

struct Luck {
    dice: Dice,
    /// Of a hundred steps that nothing synced.
    kept: u64,
    torn: u64,
}

impl Luck {
    fn of(how: Cut) -> Self {
        let (seed, kept, torn) = match how {
            Cut::Kill => (0, 100, 0),
            Cut::Forgetful => (0, 0, 0),
            // Each image has its own weather: a bug may need nearly all of the steps, or nearly none.
            Cut::Power(seed) => match seed % 4 {
                0 => (seed, 10, 10),
                1 => (seed, 45, 10),
                2 => (seed, 80, 10),
                _ => (seed, 5, 90),
            },
        };
        Self { dice: Dice::new(seed), kept, torn }
    }

    /// Steps that cannot be half done.
    fn keeps(&mut self) -> bool {
        let kept = self.kept + self.torn / 2;
        self.dice.is_within(kept)
    }

    fn fate(&mut self) -> Fate {
        let rolled = self.dice.roll() % 100;
        if rolled < self.kept {
            Fate::Kept
        } else if rolled < self.kept + self.torn {
            Fate::Torn
        } else {
            Fate::Dropped
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> Image {
        [("db".to_owned(), vec![0; 2048])].into()
    }

    fn wrote(at: usize, byte: u8) -> Op {
        Op::Write { file: 0, at, bytes: vec![byte; 1024] }
    }

    #[test]
    fn what_was_synced_is_there_whatever_the_seed() {
        let ops = [wrote(0, 1), Op::Sync { file: 0 }, wrote(1024, 2)];
        for seed in 0..100 {
            assert_eq!(after(&start(), &ops, Cut::Power(seed))["db"][..1024], [1; 1024]);
        }
        assert_eq!(after(&start(), &ops, Cut::Forgetful)["db"][1024..], [0; 1024]);
        assert_eq!(after(&start(), &ops, Cut::Kill)["db"][1024..], [2; 1024]);
    }

    #[test]
    fn what_was_not_synced_is_kept_torn_or_dropped_sector_by_sector() {
        let ops = [wrote(0, 1), wrote(1024, 2)];
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..400 {
            let image = after(&start(), &ops, Cut::Power(seed));
            let sectors: Vec<u8> = image["db"].chunks(SECTOR).map(|sector| sector[0]).collect();
            assert!(image["db"].chunks(SECTOR).all(|sector| sector.iter().all(|byte| *byte == sector[0])));
            seen.insert(sectors);
        }
        // Both kept, none, the later one alone, and half of one.
        for expected in [[1, 1, 2, 2], [0, 0, 0, 0], [0, 0, 2, 2], [1, 0, 0, 0]] {
            assert!(seen.contains(&expected[..]), "{expected:?} of {seen:?}");
        }
    }

    #[test]
    fn a_name_lasts_when_its_folder_was_synced_and_a_deleted_file_may_come_back() {
        let create = Op::Create { name: "wal".into(), file: 1 };
        let synced = [create.clone(), Op::Sync { file: 1 }, Op::SyncFolder];
        assert!(after(&start(), &synced, Cut::Forgetful).contains_key("wal"));
        assert!(!after(&start(), &synced[..2], Cut::Forgetful).contains_key("wal"), "its bytes are safe, its name not");
        let deleted = [synced.to_vec(), vec![Op::Delete { name: "wal".into() }]].concat();
        assert!(after(&start(), &deleted, Cut::Forgetful).contains_key("wal"));
        assert!(!after(&start(), &deleted, Cut::Kill).contains_key("wal"));
    }

    #[test]
    fn the_same_seed_gives_the_same_image() {
        let ops = [wrote(0, 1), wrote(512, 2), wrote(1024, 3)];
        for seed in 0..50 {
            assert_eq!(after(&start(), &ops, Cut::Power(seed)), after(&start(), &ops, Cut::Power(seed)));
        }
    }
}
