//! Addresses find their records along an index, unsent ones included.

use satchel_domain::{
    Cursor, EntryId,
    edit::{Change, Deed, Edit},
    ids::Uuid,
    ports::{Next, Page},
    schema::{Choice, Lines},
    value::Lookup,
};

use super::*;
use crate::{
    Database, Durability, outbox,
    samples::{self, at, id},
    schema,
};

/// The sample organisation with contacts and users as CRM describes them.
fn organisation() -> Organisation {
    let text = || Kind::Text { max_length: 100, lines: Lines::One };
    let active = || Kind::Choice { choices: vec![Choice { value: 0, label: "Active".into() }] };
    let disabled = || Kind::YesNo { yes: "Disabled".into(), no: "Enabled".into() };
    let mut contact = samples::contact();
    let shape =
        |name: &str, kind| ColumnShape { name: Column::new(name), kind, ..samples::contact().columns[0].clone() };
    contact.columns.extend([
        shape("emailaddress2", text()),
        shape("emailaddress3", text()),
        shape("statecode", active()),
        shape("ownerid", Kind::Lookup { targets: Vec::new() }),
        shape("createdon", Kind::DateTime),
    ]);
    let mut user = samples::contact();
    user.name = TableName::new(USERS);
    user.columns.extend([shape("internalemailaddress", text()), shape("isdisabled", disabled())]);
    Organisation { tables: vec![samples::account(), contact, user], ..samples::organisation() }
}

fn table(name: &str) -> Table {
    organisation().table(&TableName::new(name)).unwrap().clone()
}

fn profile() -> (tempfile::TempDir, Database) {
    let (folder, database) = samples::database();
    database.write(Durability::Normal, |tx| schema::apply(tx, &organisation())).unwrap();
    (folder, database)
}

fn record(name: &str, number: u128, values: &[(&str, Value)]) -> Record {
    let values = values.iter().map(|(column, value)| (Column::new(*column), value.clone()));
    let version = Some(satchel_domain::Version::new("W/\"1\""));
    Record { table: TableName::new(name), id: id(number), version, values: values.collect() }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn pull(database: &Database, records: Vec<Record>) {
    for record in records {
        let table = table(record.table.as_str());
        let page = Page {
            records: vec![record],
            gone: Vec::new(),
            next: Next::More(Cursor::new("p")),
            way: satchel_domain::ports::Way::Changes,
        };
        database.write(Durability::Normal, |tx| records::store_page(tx, &table, &page, 0)).unwrap();
    }
}

fn edit(record: u128, deed: Deed, address: &str) -> Edit {
    let change = Change { column: Column::new("emailaddress1"), before: Value::Null, after: text(address) };
    let entry = EntryId(Uuid::from_u128(record));
    Edit { entry, table: TableName::new("contact"), record: id(record), deed, changes: vec![change], base: None }
}

fn append(database: &Database, edit: &Edit) {
    let table = table("contact");
    database.write(Durability::Full, |tx| outbox::append(tx, &table, edit, "it", at(1))).unwrap();
}

fn ask(database: &Database, address: &str) -> Vec<Candidate> {
    database.read(|reader| candidates(reader, &organisation(), address)).unwrap()
}

/// `contact 1`, in brackets when it is not active.
#[track_caller]
fn check(database: &Database, address: &str, expected: &[&str]) {
    let mut told: Vec<String> = ask(database, address)
        .iter()
        .map(|found| {
            let told = format!("{} {}", found.table, found.record.0.as_u128());
            if found.is_active { told } else { format!("({told})") }
        })
        .collect();
    told.sort();
    assert_eq!(told, expected);
}

#[test]
fn every_column_that_carries_addresses_is_asked_in_any_case() {
    let (_folder, database) = profile();
    pull(
        &database,
        vec![
            record("contact", 1, &[("emailaddress1", text("Mia@Fjord.example"))]),
            record("contact", 2, &[("emailaddress2", text("mia@fjord.example"))]),
            record("contact", 3, &[("emailaddress3", text("MIA@FJORD.EXAMPLE"))]),
            record("contact", 4, &[("emailaddress1", text("bo@fjord.example"))]),
            record(USERS, 5, &[("internalemailaddress", text("mia@fjord.example"))]),
        ],
    );
    let all = ["contact 1", "contact 2", "contact 3", "systemuser 5"];
    for address in ["mia@fjord.example", " MIA@Fjord.Example "] {
        check(&database, address, &all);
    }
    check(&database, "ia@fjord.example", &[]);
    check(&database, "mia@fjord.exampl_", &[]);
    check(&database, "", &[]);
}

#[test]
fn a_record_that_carries_an_address_twice_is_found_once() {
    let (_folder, database) = profile();
    let both = [("emailaddress1", text("mia@fjord.example")), ("emailaddress2", text("Mia@fjord.example"))];
    pull(&database, vec![record("contact", 1, &both)]);
    check(&database, "mia@fjord.example", &["contact 1"]);
}

#[test]
fn what_is_not_active_says_so() {
    let (_folder, database) = profile();
    let address = "mia@fjord.example";
    let contact = |number, state| {
        record("contact", number, &[("emailaddress1", text(address)), ("statecode", Value::Choice(state))])
    };
    let user = |number, is_disabled| {
        record(USERS, number, &[("internalemailaddress", text(address)), ("isdisabled", Value::YesNo(is_disabled))])
    };
    pull(&database, vec![contact(1, 0), contact(2, 1), user(3, false), user(4, true)]);
    check(&database, address, &["(contact 2)", "(systemuser 4)", "contact 1", "systemuser 3"]);
}

#[test]
fn a_candidate_tells_its_owner_and_its_age() {
    let (_folder, database) = profile();
    let owner = |table: &str| Value::Lookup(Lookup { table: TableName::new(table), id: id(70), name: None });
    let address = ("emailaddress1", text("mia@fjord.example"));
    let made = ("createdon", Value::DateTime(at(7)));
    pull(
        &database,
        vec![
            record("contact", 1, &[address.clone(), ("ownerid", owner(USERS)), made]),
            record("contact", 2, &[address, ("ownerid", owner("team"))]),
        ],
    );
    let mut found = ask(&database, "mia@fjord.example");
    found.sort_by_key(|candidate| candidate.record);
    let told: Vec<_> = found.iter().map(|candidate| (candidate.owner, candidate.created_at)).collect();
    assert_eq!(told, [(Some(UserId(id(70).0)), Some(at(7))), (None, None)]);
}

#[test]
fn what_the_user_did_and_crm_has_not_heard_counts() {
    let (_folder, database) = profile();
    pull(
        &database,
        vec![
            record("contact", 1, &[("emailaddress1", text("mia@fjord.example"))]),
            record("contact", 2, &[("emailaddress1", text("mia@fjord.example"))]),
        ],
    );
    append(&database, &edit(1, Deed::Update, "new@fjord.example"));
    append(&database, &Edit { changes: Vec::new(), ..edit(2, Deed::Delete, "") });
    append(&database, &edit(3, Deed::Create, "Mia@fjord.example"));
    check(&database, "mia@fjord.example", &["contact 3"]);
    check(&database, "new@fjord.example", &["contact 1"]);
    let owner = ask(&database, "mia@fjord.example")[0].owner;
    assert_eq!(owner, Some(organisation().user));
}

#[test]
fn tables_and_columns_that_the_organisation_lacks_are_left_out() {
    let (_folder, database) = samples::database();
    let found =
        database.read(|reader| candidates(reader, &Organisation { tables: Vec::new(), ..organisation() }, "a@b"));
    assert_eq!(found.unwrap(), []);
}

#[test]
fn an_address_is_found_along_an_index() {
    let (_folder, database) = profile();
    for (name, columns) in CARRIERS {
        let Some(table) = organisation().table(&TableName::new(name)).cloned() else { continue };
        for column in columns.iter().filter_map(|column| table.column(&Column::new(*column))) {
            let sql = sql::carriers(&table.name, std::iter::empty(), column).unwrap();
            let plan = samples::plan(&database, &sql);
            let index = format!("INDEX by.crm_{name}.c_{} (c_{0}=?)", column.name);
            assert!(plan.iter().any(|step| step.starts_with("SEARCH server") && step.ends_with(&index)), "{plan:#?}");
            assert!(plan.iter().all(|step| !step.starts_with("SCAN server")), "{plan:#?}");
        }
    }
}
