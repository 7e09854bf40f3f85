//! A small organisation and a fresh profile for the tests of this crate.

use jiff::Timestamp;
use satchel_domain::{
    Column, OrganisationId, Private, Record, RecordId, TableName, UserId, Value, Version,
    ids::{FolderId, ItemId, MailboxId, Uuid},
    mail::{Address, Folder, Head},
    schema::{Choice, ColumnShape, Kind, Lines, Organisation, Table, Target},
    value::Lookup,
};
use tempfile::TempDir;

use crate::{
    Database, Durability, folders,
    mailboxes::{self, Account, Mailbox},
    schema,
};

pub(crate) const KEY: &str = "2dd29ca851e7b56e4697b0e1f08507293d761a05ce4d1b628663f411a8086d99";

pub(crate) fn key() -> Private<String> {
    Private::new(KEY.to_owned())
}

/// An empty profile; it goes with the folder.
pub(crate) fn database() -> (TempDir, Database) {
    let folder = tempfile::tempdir().unwrap();
    let database = Database::create(&folder.path().join("profile.db"), &key()).unwrap();
    (folder, database)
}

/// A profile with the tables of [`organisation`].
pub(crate) fn profile() -> (TempDir, Database) {
    let (folder, database) = database();
    database.write(Durability::Normal, |tx| schema::apply(tx, &organisation())).unwrap();
    (folder, database)
}

pub(crate) fn id(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

pub(crate) fn organisation() -> Organisation {
    Organisation {
        id: OrganisationId(Uuid::from_u128(0xa)),
        user: UserId(Uuid::from_u128(0xb)),
        user_name: "Sales Person".into(),
        tables: vec![account(), contact()],
    }
}

/// A table with a column of every kind.
pub(crate) fn account() -> Table {
    let choices = vec![Choice { value: 1, label: "Competitor".into() }, Choice { value: 2, label: "客户".into() }];
    let targets = ["account", "contact"]
        .map(|table| Target { table: TableName::new(table), navigation: format!("primary_{table}") });
    table(
        "account",
        "name",
        vec![
            ("name", Kind::Text { max_length: 160, lines: Lines::One }),
            ("description", Kind::Text { max_length: 2000, lines: Lines::Many }),
            ("numberofemployees", Kind::Whole { min: 0, max: 1_000_000 }),
            ("exchangerate", Kind::Decimal { digits: 10 }),
            ("revenue", Kind::Money { digits: 2 }),
            ("customertypecode", Kind::Choice { choices }),
            ("donotemail", Kind::YesNo { yes: "Do not allow".into(), no: "Allow".into() }),
            ("primarycontactid", Kind::Lookup { targets: targets.into() }),
            ("accountid", Kind::Id),
            ("modifiedon", Kind::DateTime),
            ("opendate", Kind::Date),
        ],
    )
}

pub(crate) fn contact() -> Table {
    let targets = vec![Target { table: TableName::new("account"), navigation: "parentcustomerid_account".into() }];
    table(
        "contact",
        "fullname",
        vec![
            ("fullname", Kind::Text { max_length: 160, lines: Lines::One }),
            ("emailaddress1", Kind::Text { max_length: 100, lines: Lines::One }),
            ("parentcustomerid", Kind::Lookup { targets }),
        ],
    )
}

fn table(name: &str, primary_name: &str, columns: Vec<(&str, Kind)>) -> Table {
    Table {
        name: TableName::new(name),
        set_name: format!("{name}s"),
        label: name.to_owned(),
        plural_label: format!("{name}s"),
        primary_id: Column::new(format!("{name}id")),
        primary_name: Some(Column::new(primary_name)),
        columns: columns
            .into_iter()
            .map(|(name, kind)| ColumnShape {
                name: Column::new(name),
                label: name.to_owned(),
                kind,
                is_required: false,
                may_create: true,
                may_update: true,
            })
            .collect(),
    }
}

/// The organisation with the tables that tracking needs.
pub(crate) fn organisation_with_emails() -> Organisation {
    let targets = ["account", "contact"]
        .map(|table| Target { table: TableName::new(table), navigation: format!("regardingobjectid_{table}") });
    let email = table(
        "email",
        "subject",
        vec![
            ("subject", Kind::Text { max_length: 800, lines: Lines::One }),
            ("messageid", Kind::Text { max_length: 320, lines: Lines::One }),
            ("regardingobjectid", Kind::Lookup { targets: targets.into() }),
            ("directioncode", Kind::YesNo { yes: "Outgoing".into(), no: "Incoming".into() }),
        ],
    );
    Organisation { tables: vec![account(), contact(), email], ..organisation() }
}

/// A profile with those tables.
pub(crate) fn profile_with_emails() -> (TempDir, Database) {
    let (folder, database) = database();
    database.write(Durability::Normal, |tx| schema::apply(tx, &organisation_with_emails())).unwrap();
    (folder, database)
}

/// One value of each kind, in the order of the columns of [`account`].
pub(crate) fn every_value() -> Vec<Value> {
    vec![
        Value::Text("Ångström & 测试 100%".into()),
        Value::Text("two\nlines".into()),
        Value::Whole(-7),
        Value::Decimal("-0.0000000001".parse().unwrap()),
        Value::Money("922337203685477.5807".parse().unwrap()),
        Value::Choice(2),
        Value::YesNo(true),
        Value::Lookup(Lookup { table: TableName::new("contact"), id: id(77), name: Some("Ada".into()) }),
        Value::Id(id(1)),
        Value::DateTime("2026-03-29T01:02:03.004Z".parse().unwrap()),
        Value::Date("2024-02-29".parse().unwrap()),
    ]
}

/// An account with every column filled.
pub(crate) fn full_record(number: u128) -> Record {
    let columns = account().columns.into_iter().map(|column| column.name);
    Record {
        table: TableName::new("account"),
        id: id(number),
        version: Some(Version::new("W/\"1\"")),
        values: columns.zip(every_value()).collect(),
    }
}

/// An account with a name and nothing else known.
pub(crate) fn named(number: u128, name: &str) -> Record {
    Record {
        table: TableName::new("account"),
        id: id(number),
        version: Some(Version::new(format!("W/\"{number}\""))),
        values: [(Column::new("name"), Value::Text(name.to_owned()))].into(),
    }
}

/// A mailbox that every message of these tests lies in.
pub(crate) const MAILBOX: MailboxId = MailboxId(Uuid::from_u128(0x40));

pub(crate) fn mailbox() -> Mailbox {
    Mailbox {
        id: MAILBOX,
        account: Account::Graph,
        address: "sales@ours.example".into(),
        own: vec!["sales@ours.example".into(), "info@ours.example".into()],
        message: None,
    }
}

/// Puts the mailbox with these folders into a profile.
pub(crate) fn add_mailbox(database: &Database, folders: &[&str]) {
    let folder = |id: &&str| Folder { id: FolderId::new(*id), parent: None, name: (*id).to_owned(), purpose: None };
    let folders: Vec<Folder> = folders.iter().map(folder).collect();
    database
        .write(Durability::Normal, |tx| {
            mailboxes::add(tx, &mailbox())?;
            folders::store(tx, MAILBOX, &folders)
        })
        .unwrap();
}

/// Message `number`, received at that second, from a customer.
pub(crate) fn head(number: i64, subject: &str) -> Head {
    let address =
        |name: Option<&str>, address: &str| Address { name: name.map(str::to_owned), address: address.into() };
    Head {
        item: ItemId::new(format!("item {number}")),
        message_id: Some(format!("<{number}@Fjord.example>")),
        subject: subject.to_owned(),
        from: Some(address(Some("Mia Ångström"), "mia@fjord.example")),
        to: vec![address(None, "sales@ours.example"), address(Some("客户"), "second@ours.example")],
        cc: vec![address(Some("\"Bo, the third\""), "bo@fjord.example")],
        sent_at: Some(at(number - 1)),
        received_at: at(number),
        is_read: false,
        has_attachments: false,
        size: Some(2000),
        preview: "Dear all".to_owned(),
    }
}

/// The steps in which SQLite would answer.
pub(crate) fn plan(database: &Database, sql: &str) -> Vec<String> {
    let sql = format!("EXPLAIN QUERY PLAN {sql}");
    database
        .read(|reader| {
            let mut asked = reader.sql().prepare(&sql)?;
            for place in 1..=asked.parameter_count() {
                asked.raw_bind_parameter(place, 1)?;
            }
            let mut rows = asked.raw_query();
            let mut plan = Vec::new();
            while let Some(row) = rows.next()? {
                plan.push(row.get::<_, String>(3)?);
            }
            Ok(plan)
        })
        .unwrap()
}
