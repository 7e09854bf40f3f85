//! A profile on a disk in memory, and what was promised while a scene was played on it.

use std::{collections::BTreeMap, fs, path::Path, sync::OnceLock};

use satchel_crashfs::{Dice, Disk, Image, Recording};
use satchel_domain::Private;
use satchel_store::{
    Database, Durability,
    outbox::{self, Entry},
};

use crate::{
    checks::{self, Digest},
    scenes::{self, Scene},
};

const KEY: &str = "2dd29ca851e7b56e4697b0e1f08507293d761a05ce4d1b628663f411a8086d99";
pub(crate) const PROFILE: &str = "profile.db";

pub(crate) fn key() -> Private<String> {
    Private::new(KEY.to_owned())
}

pub(crate) fn open(disk: &Disk) -> satchel_store::Result<Database> {
    Database::open_on(Path::new(PROFILE), &key(), Some(disk.vfs()))
}

/// A connection that asks what the product never asks.
pub(crate) fn look(disk: &Disk) -> rusqlite::Connection {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
    unlocked(rusqlite::Connection::open_with_flags_and_vfs(PROFILE, flags, disk.vfs()).unwrap())
}

/// The same on a disk of the system.
pub(crate) fn look_at(path: &Path) -> rusqlite::Connection {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_WRITE;
    unlocked(rusqlite::Connection::open_with_flags(path, flags).unwrap())
}

/// With the key in it.
pub(crate) fn unlocked(connection: rusqlite::Connection) -> rusqlite::Connection {
    connection.pragma_update(None, "cipher_log_level", "none").unwrap();
    connection.pragma_update(None, "key", format!("x'{KEY}'")).unwrap();
    connection
}

/// The profile that every scene begins with, as the program makes it.
pub(crate) fn beginning() -> &'static Image {
    static IMAGE: OnceLock<Image> = OnceLock::new();
    IMAGE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(PROFILE);
        let database = Database::create(&path, &key()).unwrap();
        database.write(Durability::Full, scenes::begin).unwrap();
        drop(database);
        [(PROFILE.to_owned(), fs::read(path).unwrap())].into()
    })
}

/// A scene as it was played: everything that the disk was asked, and the state after each step.
#[derive(Debug)]
pub(crate) struct Played {
    pub(crate) name: &'static str,
    pub(crate) recording: Recording,
    /// The first is that of the beginning; then one for each step.
    pub(crate) states: Vec<Digest>,
    /// For each state whether its step was to outlive a power cut.
    is_full: Vec<bool>,
    /// What waited at each state.
    pub(crate) outboxes: Vec<Vec<Entry>>,
}

/// Plays a scene, with checkpoints where the seed has them.
pub(crate) fn play(disk: &Disk, scene: Scene, seed: u64) -> Played {
    let mut dice = Dice::new(seed);
    disk.load(beginning().clone());
    disk.record();
    let database = open(disk).unwrap();
    let watcher = look(disk);
    let mut states = vec![checks::digest(&watcher)];
    let mut is_full = vec![true];
    let mut outboxes = vec![database.read(outbox::list).unwrap()];
    for (number, step) in (1..).zip(scene.steps) {
        database.write(step.durability, |tx| (step.deed)(tx)).unwrap();
        disk.mark(number);
        states.push(checks::digest(&watcher));
        is_full.push(step.durability == Durability::Full);
        outboxes.push(database.read(outbox::list).unwrap());
        checks::laws(&database).unwrap();
        let how = match dice.roll() % 8 {
            0 => "PASSIVE",
            1 => "RESTART",
            2 => "TRUNCATE",
            _ => continue,
        };
        watcher.query_row(&format!("PRAGMA wal_checkpoint({how})"), [], |_| Ok(())).unwrap();
    }
    checks::sound(&watcher).unwrap();
    drop((database, watcher));
    Played { name: scene.name, recording: disk.recorded(), states, is_full, outboxes }
}

impl Played {
    /// Opens what a cut left, and says what is wrong with it. The laws and the references of a state were checked when it
    /// was played: what holds the same in a whole file obeys them too.
    pub(crate) fn check(&self, disk: &Disk, cut: usize, how: satchel_crashfs::Cut) -> Result<(), String> {
        disk.load(self.recording.image(cut, how));
        // The readers of the program open what its writer has put in order: they would only cost time.
        let opened = Database::open_small_on(Path::new(PROFILE), &key(), Some(disk.vfs()));
        let database = opened.map_err(|error| format!("it does not open: {error}"))?;
        let watcher = look(disk);
        checks::whole(&watcher)?;
        drop(database);
        let found = checks::digest(&watcher);
        let returned = self.recording.marks(cut).len();
        let promised = match how {
            satchel_crashfs::Cut::Kill => returned,
            _ => (0..=returned).rev().find(|step| self.is_full[*step]).unwrap_or(0),
        };
        // What was not promised may be there, and what was under way.
        let allowed = &self.states[promised..=(returned + 1).min(self.states.len() - 1)];
        if allowed.contains(&found) {
            return Ok(());
        }
        Err(match self.states.iter().position(|state| *state == found) {
            Some(step) => format!("it is back at step {step}, and {promised} was promised"),
            None => "it holds what no moment held".to_owned(),
        })
    }
}

/// Scenes are played once for many images.
#[derive(Debug, Default)]
pub(crate) struct Repertoire(BTreeMap<(usize, u64), Played>);

impl Repertoire {
    pub(crate) fn played(&mut self, disk: &Disk, number: usize, seed: u64) -> &Played {
        if self.0.len() > 64 {
            self.0.clear();
        }
        self.0.entry((number, seed)).or_insert_with(|| play(disk, scenes::all().swap_remove(number), seed))
    }
}
