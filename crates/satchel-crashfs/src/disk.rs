//! A disk that tests hold in their hand: load it, watch it, break it, take its power.

use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::{
    faults::{Call, Fault},
    image::Image,
    log::{Op, Recording},
    memory::Memory,
    vfs,
};

/// A disk under a name that SQLite knows. It is never given back (SQLite keeps pointers into it), so a test that needs
/// many images loads them one after the other into one disk.
#[derive(Clone, Copy, Debug)]
pub struct Disk {
    memory: &'static Mutex<Memory>,
    name: &'static str,
}

impl Default for Disk {
    fn default() -> Self {
        Self::new()
    }
}

impl Disk {
    /// An empty disk. No connection takes it by itself: it has to be named.
    pub fn new() -> Self {
        let memory: &'static Mutex<Memory> = Box::leak(Box::default());
        Self { memory, name: vfs::register(memory) }
    }

    /// What a connection names to work on this disk.
    pub fn vfs(&self) -> &'static str {
        self.name
    }

    /// Replaces everything on the disk; the weather is fine again.
    ///
    /// # Panics
    /// When a connection still has a file of it open.
    pub fn load(&self, image: Image) {
        let mut memory = self.memory();
        assert_eq!(memory.open, 0, "a connection still works on this disk");
        memory.load(image);
    }

    /// What is on the disk now, as a process that reads it would see it.
    pub fn image(&self) -> Image {
        self.memory().image()
    }

    /// From now on everything is written down.
    pub fn record(&self) {
        let mut memory = self.memory();
        let start = memory.image();
        // Numbers of files begin with those of the image, in the order of their names.
        assert_eq!(memory.open, 0, "a recording begins before the first connection");
        memory.load(start.clone());
        memory.recording = Some(Recording { start, ops: Vec::new() });
    }

    /// Ends the recording.
    pub fn recorded(&self) -> Recording {
        self.memory().recording.take().unwrap_or_default()
    }

    /// Writes down that something was promised just now.
    pub fn mark(&self, mark: u64) {
        self.memory().note(|| Op::Mark(mark));
    }

    /// From now on this goes wrong; calls are counted from here.
    pub fn fail(&self, fault: Fault) {
        self.memory().weather.set(Some(fault));
    }

    /// Nothing goes wrong any more, and there is room again; calls are counted from here.
    pub fn heal(&self) {
        let mut memory = self.memory();
        memory.weather.room = None;
        memory.weather.set(None);
    }

    /// All files together may not grow beyond this many bytes.
    pub fn limit(&self, room: usize) {
        self.memory().weather.room = Some(room);
    }

    /// The bytes of all files together.
    pub fn size(&self) -> usize {
        self.memory().image().values().map(Vec::len).sum()
    }

    /// Calls of a kind since the weather changed.
    pub fn count(&self, call: Call) -> u64 {
        self.memory().weather.count(call)
    }

    /// How often a call was refused since the weather changed: 0 means that a fault was never met.
    pub fn refused(&self) -> u64 {
        self.memory().weather.refused
    }

    fn memory(&self) -> MutexGuard<'static, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
