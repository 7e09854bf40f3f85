//! Sweeps of ids: what they remove, what they want, and what ends them.

use satchel_domain::{Version, scope::Scope};

use super::*;
use crate::{
    Database, Durability,
    samples::{self, at, id, named},
};

const NOW: i64 = 1000;

fn why() -> Way {
    Way::Rows { why: "You may not read every row.".to_owned() }
}

/// A table with these rows, read as a whole; every version is "1".
fn profile(rows: &[u128]) -> (tempfile::TempDir, Database) {
    let (place, database) = samples::profile();
    write(&database, |tx| {
        store(tx, rows, "1")?;
        cursors::set(tx, &samples::account().name, &Scope::Live { cursor: Cursor::new("c") }, None)?;
        note(tx, &samples::account().name, &why())
    });
    (place, database)
}

fn write<T>(database: &Database, deed: impl FnOnce(&Tx<'_>) -> Result<T>) -> T {
    database.write(Durability::Normal, deed).unwrap()
}

fn record(number: u128, version: &str) -> Record {
    Record { version: Some(Version::new(version)), ..named(number, "A") }
}

fn store(tx: &Tx<'_>, rows: &[u128], version: &str) -> Result<()> {
    let records = rows.iter().map(|number| record(*number, version)).collect();
    let page = Page { records, gone: Vec::new(), next: Next::CaughtUp(Cursor::new("c")), way: why() };
    let generation = cursors::get(tx, &samples::account().name)?.generation;
    records::store_page(tx, &samples::account(), &page, generation)
}

fn page(rows: &[(u128, &str)], next: Option<&str>) -> RowPage {
    let rows = rows.iter().map(|(number, version)| (id(*number), Version::new(*version))).collect();
    RowPage { rows, next: next.map(Cursor::new) }
}

fn here(database: &Database) -> Vec<u128> {
    let copies = database.read(|reader| records::server_copies(reader, &samples::account())).unwrap();
    let mut here: Vec<_> = copies.into_iter().map(|copy| copy.id.0.as_u128()).collect();
    here.sort_unstable();
    here
}

fn sweep(database: &Database) -> IdSweep {
    database.read(|reader| of(reader, &samples::account().name)).unwrap().unwrap().sweep
}

fn list(database: &Database, generation: u64, rows: &RowPage) -> (IdSweep, Vec<RecordId>) {
    write(database, |tx| store_ids(tx, &samples::account(), generation, rows, at(NOW)))
}

fn begun(database: &Database) -> u64 {
    match write(database, |tx| begin(tx, &samples::account().name)) {
        IdSweep::Listing { generation, cursor: None } => generation,
        other => panic!("{other:?}"),
    }
}

fn ended() -> IdSweep {
    IdSweep::Resting { ended_at: Some(at(NOW)) }
}

#[test]
fn only_the_last_page_removes_what_no_page_listed() {
    let (_place, database) = profile(&[1, 2, 3]);
    let generation = begun(&database);
    let (more, gone) = list(&database, generation, &page(&[(1, "1")], Some("p2")));
    assert_eq!((&more, gone), (&IdSweep::Listing { generation, cursor: Some(Cursor::new("p2")) }, Vec::new()));
    // A restart goes on from there.
    assert_eq!((sweep(&database), here(&database)), (more, vec![1, 2, 3]));
    // Made or read meanwhile, behind the page that would have listed it.
    write(&database, |tx| store(tx, &[4], "9"));
    assert_eq!(list(&database, generation, &page(&[(3, "1")], None)), (ended(), vec![id(2)]));
    assert_eq!((sweep(&database), here(&database)), (ended(), vec![1, 3, 4]));
}

#[test]
fn what_is_not_here_as_it_was_listed_is_wanted_one_by_one() {
    let (_place, database) = profile(&[1, 2]);
    let generation = begun(&database);
    let rows = page(&[(1, "1"), (2, "8"), (5, "2"), (6, "3"), (7, "4")], None);
    assert_eq!(list(&database, generation, &rows), (IdSweep::Reading { next: id(2) }, Vec::new()));
    let found =
        |number: u128, found: Found<'_>| write(&database, |tx| store_row(tx, &samples::account(), id(number), found));
    assert_eq!(found(2, Found::Row(&record(2, "8"))), IdSweep::Reading { next: id(5) });
    assert_eq!(found(5, Found::Row(&record(5, "2"))), IdSweep::Reading { next: id(6) });
    assert_eq!(sweep(&database), IdSweep::Reading { next: id(6) });
    assert_eq!(found(6, Found::Gone), IdSweep::Reading { next: id(7) });
    assert_eq!(found(7, Found::Unknown), ended());
    assert_eq!(here(&database), [1, 2, 5]);
    // What came by reading is not taken for old by the next sweep, nor wanted again.
    let generation = begun(&database);
    assert_eq!(list(&database, generation, &page(&[(1, "1"), (2, "8"), (5, "2")], None)), (ended(), Vec::new()));
}

#[test]
fn a_row_that_cannot_be_understood_stays_as_it_is_here() {
    let (_place, database) = profile(&[1]);
    let generation = begun(&database);
    list(&database, generation, &page(&[(1, "2")], None));
    write(&database, |tx| store_row(tx, &samples::account(), id(1), Found::Unknown));
    assert_eq!(here(&database), [1]);
}

#[test]
fn a_table_that_is_read_anew_ends_its_sweep_and_nothing_goes() {
    let (_place, database) = profile(&[1, 2]);
    let generation = begun(&database);
    let name = samples::account().name;
    write(&database, |tx| {
        cursors::set(tx, &name, &satchel_domain::scope::after_expiry(generation), None)?;
        cursors::set(tx, &name, &Scope::Live { cursor: Cursor::new("c2") }, None)
    });
    let (resting, gone) = list(&database, generation, &page(&[(1, "1")], None));
    assert_eq!((resting, gone), (IdSweep::Resting { ended_at: None }, Vec::new()));
    assert_eq!(here(&database), [1, 2]);
}

#[test]
fn a_table_whose_changes_are_told_again_is_polled_no_more() {
    let (_place, database) = profile(&[1]);
    let generation = begun(&database);
    list(&database, generation, &page(&[(5, "2")], None));
    write(&database, |tx| note(tx, &samples::account().name, &Way::Changes));
    assert_eq!(database.read(|reader| of(reader, &samples::account().name)).unwrap(), None);
    let wanted = |reader: &Reader<'_>| {
        Ok(reader.sql().query_row("SELECT count(*) FROM row_wanted", [], |row| row.get::<_, u64>(0))?)
    };
    assert_eq!(database.read(wanted).unwrap(), 0);
}

#[test]
fn the_reason_is_the_services_newest() {
    let (_place, database) = profile(&[]);
    let other = Way::Rows { why: "Change tracking is off.".to_owned() };
    write(&database, |tx| note(tx, &samples::account().name, &other));
    let polled = database.read(|reader| of(reader, &samples::account().name)).unwrap().unwrap();
    assert_eq!((polled.why.as_str(), polled.sweep), ("Change tracking is off.", IdSweep::Resting { ended_at: None }));
}
