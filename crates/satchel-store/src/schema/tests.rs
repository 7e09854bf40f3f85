//! The tables follow the metadata, and what is in them survives that.

use satchel_domain::{
    Column, Cursor, EntryId, OrganisationId, Record, UserId, Value,
    edit::{Change, Deed, Edit},
    ids::Uuid,
    ports::{Next, Page},
    schema::{ColumnShape, Kind, Lines},
};

use super::*;
use crate::{Database, Durability, outbox, records, samples};

fn apply_to(database: &Database, organisation: &Organisation) -> Result<()> {
    database.write(Durability::Normal, |tx| apply(tx, organisation))
}

fn pulled(database: &Database, records: Vec<Record>) {
    let page = Page {
        records,
        gone: Vec::new(),
        next: Next::CaughtUp(Cursor::new("d")),
        way: satchel_domain::ports::Way::Changes,
    };
    let table = samples::account();
    database
        .write(Durability::Normal, |tx| {
            records::store_page(tx, &table, &page, 0)?;
            cursors::set(tx, &table.name, &Scope::Live { cursor: Cursor::new("d") }, Some(samples::at(9)))
        })
        .unwrap();
}

/// The sample organisation with a column more, or with another kind of a column.
fn with_column(name: &str, kind: Kind) -> Organisation {
    let mut organisation = samples::organisation();
    let columns = &mut organisation.tables[0].columns;
    let info = ColumnShape { name: Column::new(name), kind, ..columns[0].clone() };
    match columns.iter_mut().find(|column| column.name == info.name) {
        Some(column) => *column = info,
        None => columns.push(info),
    }
    organisation
}

#[test]
fn the_description_reads_back_and_applying_it_again_changes_nothing() {
    let (_folder, database) = samples::database();
    assert_eq!(database.read(load).unwrap(), None);
    let changes = || {
        database
            .read(|reader| Ok(reader.sql().pragma_query_value(None, "schema_version", |row| row.get::<_, i64>(0))?))
            .unwrap()
    };
    apply_to(&database, &samples::organisation()).unwrap();
    let before = changes();
    apply_to(&database, &samples::organisation()).unwrap();
    assert_eq!(changes(), before);
    assert_eq!(database.read(load).unwrap(), Some(samples::organisation()));
}

#[test]
fn every_kind_of_column_is_kept_exactly_and_nothing_is_real() {
    let (_folder, database) = samples::profile();
    let record = samples::full_record(1);
    pulled(&database, vec![record.clone()]);
    let shown = database.read(|reader| records::one(reader, &samples::account(), record.id)).unwrap().unwrap();
    assert_eq!(shown.record, record);
    let real: Vec<String> = database
        .read(|reader| {
            let sql = "SELECT t.name || '.' || c.name FROM sqlite_schema t, pragma_table_info(t.name) c
                        WHERE t.type = 'table' AND c.type NOT IN ('TEXT', 'INTEGER', 'BLOB')";
            Ok(reader.sql().prepare(sql)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
        })
        .unwrap();
    assert!(real.iter().all(|column| column.starts_with("sqlite_")), "{real:?}");
}

#[test]
fn every_table_is_strict() {
    let (_folder, database) = samples::profile();
    let loose: Vec<String> = database
        .read(|reader| {
            let sql = "SELECT name FROM pragma_table_list
                        WHERE type = 'table' AND strict = 0 AND name NOT LIKE 'sqlite_%'";
            Ok(reader.sql().prepare(sql)?.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<_>>()?)
        })
        .unwrap();
    assert_eq!(loose, [""; 0]);
}

#[test]
fn a_new_column_is_added_and_the_table_is_swept_for_its_values() {
    let (_folder, database) = samples::profile();
    pulled(&database, vec![samples::full_record(1)]);
    let wider = with_column("new_size", Kind::Text { max_length: 10, lines: Lines::One });
    apply_to(&database, &wider).unwrap();
    let shown = database.read(|reader| records::one(reader, &wider.tables[0], samples::id(1))).unwrap().unwrap();
    assert_eq!(shown.record.value(&Column::new("new_size")), &Value::Null);
    assert_eq!(shown.record.value(&Column::new("name")), samples::full_record(1).value(&Column::new("name")));
    let kept = database.read(|reader| cursors::get(reader, &wider.tables[0].name)).unwrap();
    assert_eq!(kept.scope, Scope::Sweeping { generation: 1, cursor: None });
    assert_eq!((kept.generation, kept.rows, kept.synced_at), (1, 1, Some(samples::at(9))));
}

#[test]
fn a_table_that_was_never_pulled_is_not_swept_for_a_new_column() {
    let (_folder, database) = samples::profile();
    apply_to(&database, &with_column("new_size", Kind::Date)).unwrap();
    let kept = database.read(|reader| cursors::get(reader, &samples::account().name)).unwrap();
    assert_eq!(kept.scope, Scope::Cold);
}

#[test]
fn a_vanished_column_is_left_alone_and_read_again_when_it_comes_back() {
    let (_folder, database) = samples::profile();
    pulled(&database, vec![samples::full_record(1)]);
    let mut narrower = samples::organisation();
    narrower.tables[0].columns.retain(|column| column.name.as_str() != "revenue");
    apply_to(&database, &narrower).unwrap();
    let shown = database.read(|reader| records::one(reader, &narrower.tables[0], samples::id(1))).unwrap().unwrap();
    assert!(!shown.record.values.contains_key(&Column::new("revenue")));
    let scope = || database.read(|reader| cursors::get(reader, &samples::account().name)).unwrap().scope;
    assert!(scope().is_live());
    apply_to(&database, &samples::organisation()).unwrap();
    let shown = database.read(|reader| records::one(reader, &samples::account(), samples::id(1))).unwrap().unwrap();
    assert_eq!(shown.record.value(&Column::new("revenue")), &Value::Null, "it is not what it was meanwhile");
    assert_eq!(scope(), Scope::Sweeping { generation: 1, cursor: None });
}

#[test]
fn a_column_that_became_another_kind_is_read_again() {
    // The name is indexed and shown by the view; a whole number and money stand in the same type.
    let whole = Kind::Whole { min: 0, max: 9 };
    for (name, kind) in [("name", whole), ("numberofemployees", Kind::Money { digits: 2 }), ("name", Kind::Date)] {
        let (_folder, database) = samples::profile();
        pulled(&database, vec![samples::full_record(1)]);
        let changed = with_column(name, kind);
        apply_to(&database, &changed).unwrap();
        let shown = database.read(|reader| records::one(reader, &changed.tables[0], samples::id(1))).unwrap().unwrap();
        assert_eq!(shown.record.value(&Column::new(name)), &Value::Null);
        assert_eq!(shown.record.value(&Column::new("customertypecode")), &Value::Choice(2));
        let kept = database.read(|reader| cursors::get(reader, &samples::account().name)).unwrap();
        assert_eq!(kept.scope, Scope::Sweeping { generation: 1, cursor: None });
    }
}

#[test]
fn a_profile_stays_with_its_organisation_and_its_user() {
    let (_folder, database) = samples::profile();
    let mut other = samples::organisation();
    other.id = OrganisationId(Uuid::from_u128(0xc));
    assert_eq!(apply_to(&database, &other), Err(StoreError::OtherOwner));
    let mut other = samples::organisation();
    other.user = UserId(Uuid::from_u128(0xc));
    assert_eq!(apply_to(&database, &other), Err(StoreError::OtherOwner));
    assert_eq!(database.read(load).unwrap(), Some(samples::organisation()));
}

#[test]
fn a_name_that_is_no_logical_name_makes_no_table() {
    let (_folder, database) = samples::database();
    let mut odd = samples::organisation();
    odd.tables[1].name = TableName::new("contact; DROP TABLE outbox");
    assert!(matches!(apply_to(&database, &odd), Err(StoreError::Unfit(_))));
    assert_eq!(database.read(load).unwrap(), None, "all of it or none");
}

#[test]
fn a_table_that_went_and_came_back_is_read_anew_and_keeps_what_waits() {
    let (_folder, database) = samples::profile();
    pulled(&database, vec![samples::full_record(1), samples::full_record(2)]);
    let renamed = |number: u128, deed: Deed| Edit {
        entry: EntryId(Uuid::from_u128(number)),
        table: samples::account().name,
        record: samples::id(number),
        deed,
        changes: vec![Change {
            column: Column::new("name"),
            before: Value::Null,
            after: Value::Text(format!("Mine {number}")),
        }],
        base: None,
    };
    let edits = [renamed(1, Deed::Update), renamed(3, Deed::Create)];
    database
        .write(Durability::Full, |tx| {
            edits.iter().try_for_each(|edit| {
                outbox::append(tx, &samples::account(), edit, "a record", samples::at(9)).map(drop)
            })
        })
        .unwrap();
    let waiting = || database.read(outbox::list).unwrap();
    let before = waiting();
    let mut without = samples::organisation();
    without.tables.remove(0);
    apply_to(&database, &without).unwrap();
    apply_to(&database, &samples::organisation()).unwrap();
    assert_eq!((waiting(), before.len()), (before, 2));
    let kept = database.read(|reader| cursors::get(reader, &samples::account().name)).unwrap();
    assert_eq!((kept.scope, kept.rows), (Scope::Cold, 0), "nobody told what became of its rows meanwhile");
    let name = |number: u128| {
        let shown = database.read(|reader| records::one(reader, &samples::account(), samples::id(number))).unwrap();
        shown.map(|shown| shown.record.value(&Column::new("name")).clone())
    };
    assert_eq!(name(3), Some(Value::Text("Mine 3".into())));
    pulled(&database, vec![samples::full_record(1)]);
    assert_eq!(name(1), Some(Value::Text("Mine 1".into())));
    assert_eq!(name(2), None, "it is gone from CRM");
}
