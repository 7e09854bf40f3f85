//! The first disks of a process, made by many threads at once: a file of its own, because a process has one first.

use std::{sync::Barrier, thread};

use rusqlite::{Connection, OpenFlags};
use satchel_crashfs::Disk;

#[test]
fn a_disk_is_handed_out_once_the_cipher_is_ready() {
    let together = Barrier::new(8);
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                together.wait();
                let disk = Disk::new();
                let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
                let connection = Connection::open_with_flags_and_vfs("a.db", flags, disk.vfs()).unwrap();
                connection.pragma_update(None, "key", "secret").unwrap();
            });
        }
    });
}
