//! The files of a disk as they are now, and who has them open.

use std::collections::BTreeMap;

use crate::{
    faults::{Call, Refusal, Weather},
    image::{self, Image},
    locks::{FileLocks, Holder, SharedLocks},
    log::{Number, Op, Recording},
};

/// What a call of SQLite came to.
pub(crate) type Outcome<T> = Result<T, Refusal>;

#[derive(Debug, Default)]
pub(crate) struct Memory {
    names: BTreeMap<String, Number>,
    files: BTreeMap<Number, Vec<u8>>,
    next_file: Number,
    next_holder: Holder,
    pub(crate) open: u64,
    pub(crate) locks: BTreeMap<String, FileLocks>,
    pub(crate) shared: BTreeMap<String, Shared>,
    pub(crate) recording: Option<Recording>,
    pub(crate) weather: Weather,
}

/// Memory that the connections of one database share; it is gone with the last of them.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    pub(crate) regions: Vec<Box<[u64]>>,
    pub(crate) locks: SharedLocks,
    pub(crate) holders: Vec<Holder>,
}

impl Memory {
    pub(crate) fn load(&mut self, image: Image) {
        *self = Self { next_holder: self.next_holder, ..Self::default() };
        for (name, bytes) in image {
            self.names.insert(name, self.next_file);
            self.files.insert(self.next_file, bytes);
            self.next_file += 1;
        }
    }

    pub(crate) fn image(&self) -> Image {
        self.names.iter().map(|(name, file)| (name.clone(), self.files[file].clone())).collect()
    }

    pub(crate) fn note(&mut self, op: impl FnOnce() -> Op) {
        if let Some(recording) = &mut self.recording {
            recording.ops.push(op());
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.names.contains_key(name)
    }

    /// The file, and whether it was made just now. None: it is not there and was not to be made.
    pub(crate) fn open(&mut self, name: &str, may_make: bool) -> Outcome<Option<(Number, Holder, bool)>> {
        if let Some(refusal) = self.weather.meets(Call::Open) {
            return Err(refusal);
        }
        let known = self.names.get(name).copied();
        let Some(file) = known.or(may_make.then_some(self.next_file)) else { return Ok(None) };
        if known.is_none() {
            self.next_file += 1;
            self.names.insert(name.to_owned(), file);
            self.files.insert(file, Vec::new());
            self.note(|| Op::Create { name: name.to_owned(), file });
        }
        self.open += 1;
        self.next_holder += 1;
        Ok(Some((file, self.next_holder, known.is_none())))
    }

    /// False: there is no such file.
    pub(crate) fn delete(&mut self, name: &str) -> Outcome<bool> {
        if let Some(refusal) = self.weather.meets(Call::Delete) {
            return Err(refusal);
        }
        // Its bytes stay for who has it open.
        let was_there = self.names.remove(name).is_some();
        if was_there {
            self.note(|| Op::Delete { name: name.to_owned() });
        }
        Ok(was_there)
    }

    pub(crate) fn length(&self, file: Number) -> usize {
        self.files.get(&file).map_or(0, Vec::len)
    }

    /// How many bytes there were to read; the rest of `into` is zeros.
    pub(crate) fn read(&mut self, file: Number, at: usize, into: &mut [u8]) -> Outcome<usize> {
        if let Some(refusal) = self.weather.meets(Call::Read) {
            return Err(refusal);
        }
        let found = self.files.get(&file).and_then(|bytes| bytes.get(at..)).unwrap_or_default();
        let length = found.len().min(into.len());
        into[..length].copy_from_slice(&found[..length]);
        into[length..].fill(0);
        Ok(length)
    }

    pub(crate) fn write(&mut self, file: Number, at: usize, bytes: &[u8]) -> Outcome<()> {
        let refusal = self.weather.meets(Call::Write).or_else(|| self.is_crowded(file, at + bytes.len()));
        let arrives = match refusal {
            None => bytes,
            Some(Refusal::Short) => &bytes[..bytes.len() / 2],
            Some(Refusal::Full | Refusal::Broken) => &[],
        };
        if !arrives.is_empty() {
            image::write(self.files.entry(file).or_default(), at, arrives);
            self.note(|| Op::Write { file, at, bytes: arrives.to_vec() });
        }
        refusal.map_or(Ok(()), Err)
    }

    pub(crate) fn truncate(&mut self, file: Number, length: usize) -> Outcome<()> {
        if let Some(refusal) = self.weather.meets(Call::Truncate) {
            return Err(refusal);
        }
        self.files.entry(file).or_default().resize(length, 0);
        self.note(|| Op::Truncate { file, length });
        Ok(())
    }

    pub(crate) fn sync(&mut self, file: Number, with_folder: bool) -> Outcome<()> {
        if let Some(refusal) = self.weather.meets(Call::Sync) {
            return Err(refusal);
        }
        self.note(|| Op::Sync { file });
        if with_folder {
            self.note(|| Op::SyncFolder);
        }
        Ok(())
    }

    pub(crate) fn close(&mut self, name: &str, holder: Holder) {
        self.open = self.open.saturating_sub(1);
        if let Some(locks) = self.locks.get_mut(name) {
            locks.fall_to(holder, 0);
        }
    }

    /// Whether the files together would grow beyond the room there is.
    fn is_crowded(&mut self, file: Number, end: usize) -> Option<Refusal> {
        let room = self.weather.room?;
        let growth = end.saturating_sub(self.length(file));
        let is_crowded =
            growth > 0 && self.names.values().map(|file| self.length(*file)).sum::<usize>() + growth > room;
        if is_crowded {
            self.weather.refused += 1;
        }
        is_crowded.then_some(Refusal::Full)
    }
}
