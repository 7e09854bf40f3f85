//! The first connections of a process, made by many threads at once: a file of its own, because a process has one first.

use std::{sync::Barrier, thread};

use satchel_domain::Private;
use satchel_store::Database;

#[test]
fn threads_that_open_the_first_databases_at_once_all_get_theirs() {
    let folder = tempfile::tempdir().unwrap();
    let together = Barrier::new(8);
    thread::scope(|scope| {
        for number in 0..8 {
            let (path, together) = (folder.path().join(format!("{number}.db")), &together);
            scope.spawn(move || {
                let key = Private::new("5".repeat(64));
                together.wait();
                Database::create(&path, &key).unwrap();
            });
        }
    });
}
