//! No room: at every size that a scene asks for, and on a small disk of the system itself.

use std::{
    env,
    fs::{self, File},
    io::{self, Write as _},
    path::Path,
    process::Command,
};

use satchel_crashfs::{Call, Disk};
use satchel_store::{Database, StoreError};

use crate::{
    checks::{self, Digest},
    disk::healthy,
    scenes,
    stage::{self, PROFILE},
};

/// Where the small disk is, for the test that runs in the namespace which has one.
const SMALL_DISK: &str = "SATCHEL_SMALL_DISK";
/// Mounts it in a namespace of its own, which ends with the program that is run there.
const MOUNT: &str = r#"mount -t tmpfs -o size=4m tmpfs "$0" && exec "$@""#;
const PAGE: u64 = 4096;

/// Plays a scene; each step that is refused for want of room is tried again after `grow`. How often one was.
fn crowded(database: &Database, watcher: &rusqlite::Connection, scene: usize, mut grow: impl FnMut()) -> u64 {
    let mut refused = 0;
    let mut before = checks::digest(watcher);
    for step in scenes::all().swap_remove(scene).steps {
        while let Err(error) = database.write(step.durability, |tx| (step.deed)(tx)) {
            assert_eq!(error, StoreError::Full);
            assert!(error.to_string().contains("Make room and try again; nothing that was saved is lost."), "{error}");
            assert_eq!(checks::digest(watcher), before, "nothing of a refused step shows");
            checks::laws(database).unwrap();
            refused += 1;
            grow();
        }
        before = checks::digest(watcher);
    }
    checks::laws(database).unwrap();
    checks::sound(watcher).unwrap();
    refused
}

/// `SQLITE_FULL` at every limit, page by page, in every scene.
fn at_every_number_of_pages() -> u64 {
    let disk = Disk::new();
    let mut refused = 0;
    for scene in 0..scenes::all().len() {
        let (_, states) = healthy(&disk, scene, Call::Write);
        disk.load(stage::beginning().clone());
        let database = stage::open(&disk).unwrap();
        let watcher = stage::look(&disk);
        // No page is free inside the file, so that the first new one has to be asked for.
        watcher.execute_batch("VACUUM").unwrap();
        let mut most: u32 = watcher.query_row("PRAGMA page_count", [], |row| row.get(0)).unwrap();
        database.limit_pages(most).unwrap();
        refused += crowded(&database, &watcher, scene, || {
            most += 1;
            database.limit_pages(most).unwrap();
        });
        drop((database, watcher));
        drop(stage::open(&disk).unwrap());
        assert_eq!(Some(&checks::digest(&stage::look(&disk))), states.last(), "scene {scene}, after a restart");
    }
    refused
}

#[test]
fn a_profile_that_may_not_grow_loses_nothing_and_goes_on_when_it_may() {
    let refused = at_every_number_of_pages();
    println!("steps refused for want of pages {refused}");
    assert!(refused >= 20, "{refused}");
}

/// A file that takes all the room there is, and gives it back page by page.
struct Filler(File);

impl Filler {
    fn beside(profile: &Path) -> Self {
        let mut filler = Self(File::create(profile.with_file_name("filler")).unwrap());
        filler.fill();
        filler
    }

    fn fill(&mut self) {
        let full = loop {
            if let Err(error) = self.0.write_all(&[1; PAGE as usize]) {
                break error;
            }
        };
        assert_eq!(full.kind(), io::ErrorKind::StorageFull);
    }

    fn give_way(&self, pages: u64) {
        let length = self.0.metadata().unwrap().len();
        self.0.set_len(length.saturating_sub(pages * PAGE)).unwrap();
    }
}

/// One scene on a disk of the system that is full from its beginning, with a restart while it is.
fn on_small_disk(folder: &Path, scene: usize, last: Digest) -> u64 {
    let path = folder.join(PROFILE);
    fs::write(&path, &stage::beginning()[PROFILE]).unwrap();
    let database = Database::open(&path, &stage::key()).unwrap();
    let watcher = stage::look_at(&path);
    let filler = Filler::beside(&path);
    let refused = crowded(&database, &watcher, scene, || filler.give_way(1));
    drop((database, watcher));
    let mut filler = Filler::beside(&path);
    filler.fill();
    let mut starts = 0;
    let database = loop {
        match Database::open(&path, &stage::key()) {
            Ok(database) => break database,
            Err(error) => assert_eq!(error, StoreError::Full, "a start on a full disk"),
        }
        starts += 1;
        filler.give_way(1);
    };
    assert_eq!(checks::digest(&stage::look_at(&path)), last, "scene {scene}, after a restart");
    checks::laws(&database).unwrap();
    drop(database);
    fs::read_dir(folder).unwrap().for_each(|entry| fs::remove_file(entry.unwrap().path()).unwrap());
    refused + starts
}

#[test]
fn a_small_disk_of_the_system_loses_nothing_and_goes_on_when_there_is_room() {
    if let Some(folder) = env::var_os(SMALL_DISK) {
        let disk = Disk::new();
        let mut refused = 0;
        for scene in 0..scenes::all().len() {
            let last = *healthy(&disk, scene, Call::Write).1.last().unwrap();
            refused += on_small_disk(Path::new(&folder), scene, last);
        }
        println!("steps and starts refused on a full disk of the system {refused}");
        assert!(refused >= 50, "{refused}");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let in_namespace = || {
        let mut command = Command::new("unshare");
        command.args(["--user", "--map-root-user", "--mount", "sh", "-c", MOUNT]).arg(folder.path());
        command
    };
    if !in_namespace().arg("true").status().is_ok_and(|status| status.success()) {
        let refused = at_every_number_of_pages();
        // Past the capture of the test runner: nobody shall take this for a disk that was tried.
        let _ = writeln!(
            io::stderr(),
            "NO SMALL DISK: this system mounts none in a namespace (unshare). {refused} steps were refused by a limit of pages instead."
        );
        assert!(refused >= 20, "{refused}");
        return;
    }
    let mut command = in_namespace();
    command.arg(env::current_exe().unwrap()).env(SMALL_DISK, folder.path());
    let name = "full::a_small_disk_of_the_system_loses_nothing_and_goes_on_when_there_is_room";
    let status = command.args(["--exact", name, "--nocapture"]).status().unwrap();
    assert!(status.success(), "what failed on the small disk stands above");
}
