//! Pages, sweeps and lists; the plans prove that a list walks its index.

use satchel_domain::{
    Cursor, TableName, Value,
    edit::{Change, Deed, Edit},
    ids::{EntryId, Uuid},
    ports::Next,
    scope::Scope,
};

use super::*;
use crate::{
    Database, Durability, cursors, outbox,
    samples::{self, named},
};

fn columns(names: &[&str]) -> Vec<Column> {
    names.iter().map(|name| Column::new(*name)).collect()
}

fn page(records: Vec<Record>, gone: &[u128]) -> Page {
    let gone = gone.iter().map(|number| samples::id(*number)).collect();
    Page { records, gone, next: Next::More(Cursor::new("p2")), way: satchel_domain::ports::Way::Changes }
}

fn store(database: &Database, page: &Page, generation: u64) {
    database.write(Durability::Normal, |tx| store_page(tx, &samples::account(), page, generation)).unwrap();
}

fn append(database: &Database, record: u128, deed: Deed, name: &str) {
    let changes = match deed {
        Deed::Delete => Vec::new(),
        Deed::Create | Deed::Update | Deed::Track => {
            vec![Change { column: Column::new("name"), before: Value::Null, after: Value::Text(name.into()) }]
        }
    };
    let edit = Edit {
        entry: EntryId(Uuid::from_u128(1000 + record)),
        table: TableName::new("account"),
        record: samples::id(record),
        deed,
        changes,
        base: None,
    };
    database
        .write(Durability::Full, |tx| outbox::append(tx, &samples::account(), &edit, name, samples::at(1)))
        .unwrap();
}

fn ask(database: &Database, list: &List<'_>, first: u64, count: u64) -> Block {
    database.read(|reader| block(reader, &samples::account(), list, first, count)).unwrap()
}

/// The names of the rows of a list, and how many it has.
#[track_caller]
fn check(database: &Database, list: &List<'_>, names: &[&str]) {
    let block = ask(database, list, 0, 100);
    let found: Vec<&str> =
        block.rows.iter().map(|row| row.record.value(&Column::new("name")).as_text().unwrap_or("-")).collect();
    assert_eq!(found, names);
    assert_eq!(block.total, names.len() as u64);
}

fn by_name(columns: &[Column]) -> List<'_> {
    List { columns, ..List::default() }
}

#[test]
fn a_page_adds_replaces_and_removes() {
    let (_folder, database) = samples::profile();
    let name = columns(&["name"]);
    store(&database, &page(vec![named(1, "Ada"), named(2, "Bo"), named(3, "Cy")], &[]), 0);
    store(&database, &page(vec![named(2, "Bob")], &[3, 99]), 0);
    check(&database, &by_name(&name), &["Ada", "Bob"]);
}

#[test]
fn a_column_that_a_page_does_not_know_stays_as_it_is() {
    let (_folder, database) = samples::profile();
    store(&database, &page(vec![samples::full_record(1)], &[]), 0);
    store(&database, &page(vec![named(1, "Ada")], &[]), 0);
    let mut expected = samples::full_record(1);
    expected.values.insert(Column::new("name"), Value::Text("Ada".into()));
    let kept = database.read(|reader| server_copy(reader, &samples::account(), samples::id(1))).unwrap();
    assert_eq!(kept.unwrap().values, expected.values);
}

#[test]
fn a_page_of_another_table_is_refused() {
    let (_folder, database) = samples::profile();
    let page = page(vec![named(1, "Ada")], &[]);
    let refused = database.write(Durability::Normal, |tx| store_page(tx, &samples::contact(), &page, 0));
    assert!(matches!(refused, Err(StoreError::Unfit(_))));
}

#[test]
fn a_page_and_its_cursor_cannot_be_separated() {
    let (folder, database) = samples::profile();
    let table = samples::account();
    let first = Scope::Backfilling { cursor: Cursor::new("p1") };
    let write = |records, scope: &Scope, fate: Result<()>| {
        database.write(Durability::Normal, |tx| {
            store_page(tx, &table, &page(records, &[]), 0)?;
            cursors::set(tx, &table.name, scope, None)?;
            fate
        })
    };
    write(vec![named(1, "Ada")], &first, Ok(())).unwrap();
    // The process dies before the commit: neither the rows nor the cursor are there afterwards.
    let second = Scope::Backfilling { cursor: Cursor::new("p2") };
    write(vec![named(2, "Bo")], &second, Err(StoreError::Busy)).unwrap_err();
    let state = |database: &Database| database.read(|reader| cursors::get(reader, &table.name)).unwrap();
    assert_eq!((state(&database).scope, state(&database).rows), (first, 1));
    write(vec![named(2, "Bo")], &second, Ok(())).unwrap();
    drop(database);
    let reopened = Database::open(&folder.path().join("profile.db"), &samples::key()).unwrap();
    assert_eq!((state(&reopened).scope, state(&reopened).rows), (second, 2));
}

#[test]
fn the_copy_of_the_files_at_any_commit_opens_with_page_and_cursor() {
    let (folder, database) = samples::profile();
    let table = samples::account();
    for number in 1..=5_u32 {
        let scope = Scope::Backfilling { cursor: Cursor::new(number.to_string()) };
        let records = vec![named(u128::from(number), "Ada")];
        database
            .write(Durability::Normal, |tx| {
                store_page(tx, &table, &page(records, &[]), 0)?;
                cursors::set(tx, &table.name, &scope, None)
            })
            .unwrap();
        // What a killed process leaves: the files as they are now, nothing closed, nothing checkpointed.
        let left = tempfile::tempdir().unwrap();
        for name in ["profile.db", "profile.db-wal"] {
            std::fs::copy(folder.path().join(name), left.path().join(name)).unwrap();
        }
        let found = Database::open(&left.path().join("profile.db"), &samples::key()).unwrap();
        let kept = found.read(|reader| cursors::get(reader, &table.name)).unwrap();
        assert_eq!((kept.scope, kept.rows), (scope, u64::from(number)));
    }
}

#[test]
fn a_sweep_removes_what_it_did_not_see_and_only_at_its_end() {
    let (_folder, database) = samples::profile();
    let name = columns(&["name"]);
    store(&database, &page(vec![named(1, "Ada"), named(2, "Bo")], &[]), 0);
    append(&database, 2, Deed::Update, "Bea");
    store(&database, &page(vec![named(1, "Ada"), named(3, "Cy")], &[]), 1);
    check(&database, &by_name(&name), &["Ada", "Bea", "Cy"]);
    database.write(Durability::Normal, |tx| end_sweep(tx, &samples::account(), 1)).unwrap();
    check(&database, &by_name(&name), &["Ada", "Cy"]);
    assert_eq!(database.read(outbox::list).unwrap().len(), 1, "the edit still waits");
}

#[test]
fn edits_show_over_the_server_copy_and_stay_over_a_new_one() {
    let (_folder, database) = samples::profile();
    let name = columns(&["name"]);
    store(&database, &page(vec![named(1, "Ada"), named(2, "Bo"), named(3, "Cy")], &[]), 0);
    append(&database, 1, Deed::Update, "Zoe");
    append(&database, 2, Deed::Delete, "");
    append(&database, 4, Deed::Create, "Dan");
    check(&database, &by_name(&name), &["Cy", "Dan", "Zoe"]);
    store(&database, &page(vec![named(1, "Ada II"), named(2, "Bo II"), named(3, "Cy II")], &[]), 0);
    check(&database, &by_name(&name), &["Cy II", "Dan", "Zoe"]);
    let server = database.read(|reader| server_copy(reader, &samples::account(), samples::id(1))).unwrap().unwrap();
    assert_eq!(server.value(&Column::new("name")).as_text(), Some("Ada II"));
    let standings: Vec<_> = ask(&database, &by_name(&name), 0, 9).rows.iter().map(|row| row.standing).collect();
    assert_eq!(standings, [Standing::InCrm, Standing::Waiting, Standing::Waiting]);
}

#[test]
fn what_others_changed_shows_beside_an_edit_that_waits() {
    let (_folder, database) = samples::profile();
    let described = |text: &str| {
        let mut record = named(1, "Ada");
        record.values.insert(Column::new("description"), Value::Text(text.into()));
        record
    };
    let shown = || {
        let shown = database.read(|reader| one(reader, &samples::account(), samples::id(1))).unwrap();
        shown.map(|shown| ["name", "description"].map(|name| shown.record.value(&Column::new(name)).clone()))
    };
    let texts = |name: &str, description: &str| Some([Value::Text(name.into()), Value::Text(description.into())]);
    store(&database, &page(vec![described("old")], &[]), 0);
    append(&database, 1, Deed::Update, "Zoe");
    assert_eq!(shown(), texts("Zoe", "old"));
    store(&database, &page(vec![described("new")], &[]), 0);
    assert_eq!(shown(), texts("Zoe", "new"));
    store(&database, &page(Vec::new(), &[1]), 0);
    assert_eq!(shown(), None, "deleted on the server");
    store(&database, &page(vec![described("restored")], &[]), 0);
    assert_eq!(shown(), texts("Zoe", "restored"));
}

#[test]
fn a_filter_finds_any_alphabet_in_any_case_and_takes_every_character_as_it_is() {
    let (_folder, database) = samples::profile();
    let records = vec![named(1, "100% Ärger_"), named(2, "ÄRGER"), named(3, "北京 Handel"), named(4, "a'b\"c\\")];
    store(&database, &page(records, &[]), 0);
    append(&database, 5, Deed::Create, "ärgerlich");
    let name = columns(&["name"]);
    let check = |filter, names: &[&str]| check(&database, &List { filter, ..by_name(&name) }, names);
    check("ärger", &["100% Ärger_", "ÄRGER", "ärgerlich"]);
    check("%", &["100% Ärger_"]);
    check("_", &["100% Ärger_"]);
    check("京", &["北京 Handel"]);
    check("a'B\"C\\", &["a'b\"c\\"]);
    check("nothing like it", &[]);
}

#[test]
fn a_filter_looks_into_the_columns_of_the_list_lookups_by_name_and_choices_by_label() {
    let (_folder, database) = samples::profile();
    store(&database, &page(vec![samples::full_record(1)], &[]), 0);
    let found = |names: &[&str], filter| ask(&database, &List { filter, ..by_name(&columns(names)) }, 0, 9).total;
    assert_eq!(found(&["name", "primarycontactid"], "ADA"), 1);
    assert_eq!(found(&["name"], "ada"), 0);
    assert_eq!(found(&["customertypecode"], "客"), 1);
    assert_eq!(found(&["customertypecode"], "competitor"), 0);
    assert_eq!(found(&["donotemail"], "do not"), 1);
    assert_eq!(found(&["revenue"], "9"), 0);
}

#[test]
fn a_list_sorts_both_ways_and_its_blocks_never_overlap() {
    let (_folder, database) = samples::profile();
    let records: Vec<Record> = (1..=25).map(|number| named(number, ["b", "A", "c"][number as usize % 3])).collect();
    store(&database, &page(records, &[]), 0);
    for filter in ["", "a"] {
        for is_descending in [false, true] {
            let names = columns(&["name"]);
            let sort = Some(Sort { column: Column::new("name"), is_descending });
            let list = List { sort, filter, columns: &names };
            let whole = ask(&database, &list, 0, 100);
            let blocks = (0..4).flat_map(|number| ask(&database, &list, number * 7, 7).rows);
            assert_eq!(blocks.collect::<Vec<_>>(), whole.rows);
            let mut ids: Vec<RecordId> = whole.rows.iter().map(|row| row.record.id).collect();
            ids.sort();
            ids.dedup();
            assert_eq!(ids.len() as u64, whole.total);
        }
    }
    let first = ask(&database, &by_name(&columns(&["name"])), 0, 1);
    assert_eq!(first.rows[0].record.value(&Column::new("name")).as_text(), Some("A"), "A-Z in any case");
}

#[test]
fn a_list_asked_beyond_its_end_is_empty_and_knows_its_length() {
    let (_folder, database) = samples::profile();
    store(&database, &page(vec![named(1, "Ada")], &[]), 0);
    let beyond = ask(&database, &by_name(&[]), u64::MAX, 100);
    assert_eq!((beyond.total, beyond.rows.len()), (1, 0));
}

#[test]
fn a_list_in_its_usual_orders_walks_an_index_that_has_all_it_needs() {
    let (_folder, database) = samples::profile();
    let table = samples::account();
    for (column, index) in [
        ("name", "by.crm_account.c_name"),
        ("primarycontactid", "by.crm_account.n_primarycontactid"),
        ("modifiedon", "by.crm_account.c_modifiedon"),
    ] {
        for is_descending in [false, true] {
            let sort = Sort { column: Column::new(column), is_descending };
            let order = order(&table, Some(&sort)).unwrap();
            let plan = samples::plan(&database, &sql::block(&table.name, order).unwrap());
            assert!(plan.contains(&format!("SCAN server USING COVERING INDEX {index}")), "{column}: {plan:#?}");
            // Only the few records with edits may be sorted; the server copies come in their order.
            let left: Vec<_> = plan.iter().take_while(|step| *step != "RIGHT").collect();
            assert!(left.iter().all(|step| !step.contains("TEMP B-TREE")), "{column}: {plan:#?}");
            assert!(plan[0].contains("MERGE"), "{column}: {plan:#?}");
        }
    }
}

#[test]
fn rows_are_fetched_and_counted_without_a_walk() {
    let (_folder, database) = samples::profile();
    let table = samples::account();
    let one = samples::plan(&database, &sql::one_shown(&table.name, table.columns.iter()).unwrap());
    assert!(one.iter().all(|step| !step.starts_with("SCAN server") && !step.starts_with("SCAN edited")), "{one:#?}");
    let counted = samples::plan(&database, &sql::count_shown(&table.name).unwrap());
    let counts: Vec<_> = counted.iter().filter(|step| step.starts_with("SCAN crm_account")).collect();
    assert!(counts.iter().all(|step| step.contains("USING COVERING INDEX")), "{counted:#?}");
}

#[test]
fn the_last_block_of_a_hundred_thousand_rows_has_the_last_names() {
    let (_folder, database) = samples::profile();
    let records = (1..=100_000).map(|number| named(number, &format!("Account {number:06}"))).collect();
    store(&database, &page(records, &[]), 0);
    append(&database, 50_000, Deed::Update, "Zulu");
    let names = columns(&["name"]);
    let block = ask(&database, &by_name(&names), 99_990, 100);
    assert_eq!((block.total, block.rows.len()), (100_000, 10));
    assert_eq!(block.rows[9].record.id, samples::id(50_000));
    assert_eq!(block.rows[8].record.id, samples::id(100_000));
    let found = ask(&database, &List { filter: "count 0999", ..by_name(&names) }, 90, 100);
    assert_eq!((found.total, found.rows.len()), (100, 10));
}

#[test]
fn a_filter_reads_each_page_of_the_file_once_and_sorts_what_it_found() {
    let (_folder, database) = samples::profile();
    let table = samples::account();
    let columns: Vec<&ColumnShape> = table.columns.iter().collect();
    let sql = sql::found(&table.name, order(&table, None).unwrap(), &filter(&columns, "a")).unwrap();
    let plan = samples::plan(&database, &sql);
    assert!(plan.contains(&"SCAN server".to_owned()), "{plan:#?}");
}
