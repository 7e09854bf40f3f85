//! What must hold of a profile at every moment, whatever ended.

use std::hash::{DefaultHasher, Hash, Hasher};

use rusqlite::{Connection, types::ValueRef};
use satchel_domain::{
    edit::{Edit, overlay},
    schema::Organisation,
};
use satchel_store::{
    Database, Reader, StoreError, cursors, folders, messages, outbox,
    records::{self, List, Standing},
    schema,
};

use crate::scenes;

/// Everything that a profile holds, as a number.
pub(crate) type Digest = u64;

/// I19: the file is whole.
pub(crate) fn whole(connection: &Connection) -> Result<(), String> {
    let said: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).map_err(|error| error.to_string())?;
    if said == "ok" { Ok(()) } else { Err(format!("integrity_check says {said}")) }
}

/// I19: it is whole, and every reference in it leads somewhere.
pub(crate) fn sound(connection: &Connection) -> Result<(), String> {
    whole(connection)?;
    let mut asked = connection.prepare("PRAGMA foreign_key_check").map_err(|error| error.to_string())?;
    if asked.exists([]).map_err(|error| error.to_string())? {
        return Err("a reference leads nowhere".to_owned());
    }
    Ok(())
}

pub(crate) fn digest(connection: &Connection) -> Digest {
    let mut hasher = DefaultHasher::new();
    let mut asked = connection.prepare_cached("SELECT name, sql FROM sqlite_schema ORDER BY name").unwrap();
    let listed = asked.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, Option<String>>(1)?)));
    for (name, sql) in listed.unwrap().map(Result::unwrap) {
        (&name, &sql).hash(&mut hasher);
        if !sql.is_some_and(|sql| sql.starts_with("CREATE TABLE")) {
            continue;
        }
        let mut asked = connection.prepare_cached(&format!("SELECT * FROM \"{name}\"")).unwrap();
        let width = asked.column_count();
        let mut rows = asked.query([]).unwrap();
        while let Some(row) = rows.next().unwrap() {
            for column in 0..width {
                match row.get_ref(column).unwrap() {
                    ValueRef::Null => 0_u8.hash(&mut hasher),
                    ValueRef::Integer(number) => number.hash(&mut hasher),
                    ValueRef::Real(number) => number.to_bits().hash(&mut hasher),
                    ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.hash(&mut hasher),
                }
            }
        }
    }
    hasher.finish()
}

/// I9: no cursor is ahead of its rows. I10: what is shown is the server copy with the edits of the outbox on it, and
/// nothing says that it waits without an entry.
pub(crate) fn laws(database: &Database) -> Result<(), String> {
    let checked = database.read(|reader| {
        let Some(organisation) = schema::load(reader)? else {
            return Ok(Err("the organisation is gone".to_owned()));
        };
        Ok(shown(reader, &organisation)?.and(pulled(reader, &organisation)?))
    });
    checked.map_err(|error| error.to_string())?
}

type Checked = Result<Result<(), String>, StoreError>;

fn shown(reader: &Reader<'_>, organisation: &Organisation) -> Checked {
    for table in &organisation.tables {
        for row in records::block(reader, table, &List::default(), 0, u64::MAX >> 1)?.rows {
            let waits = outbox::of_record(reader, &table.name, row.record.id)?;
            if (row.standing == Standing::InCrm) != waits.is_empty() {
                return Ok(Err(format!("{:?} with {} entries", row.standing, waits.len())));
            }
        }
    }
    for entry in outbox::list(reader)? {
        let Some(table) = organisation.table(&entry.edit.table) else {
            return Ok(Err("an entry of an unknown table".to_owned()));
        };
        let waits = outbox::of_record(reader, &table.name, entry.edit.record)?;
        let edits: Vec<Edit> = waits.into_iter().map(|entry| entry.edit).collect();
        let expected = overlay(records::server_copy(reader, table, entry.edit.record)?.as_ref(), &edits);
        let found = records::one(reader, table, entry.edit.record)?.map(|shown| shown.record);
        let agrees = match (&expected, &found) {
            (None, None) => true,
            (Some(expected), Some(found)) => {
                expected.values.iter().all(|(column, value)| value.same_as(found.value(column)))
            }
            (None, Some(_)) | (Some(_), None) => false,
        };
        if !agrees {
            return Ok(Err("what is shown is not the server copy with its edits".to_owned()));
        }
    }
    Ok(Ok(()))
}

/// The cursors of the scenes say how many pages they cover.
fn pulled(reader: &Reader<'_>, organisation: &Organisation) -> Checked {
    for table in &organisation.tables {
        let scope = cursors::get(reader, &table.name)?.scope;
        for page in 0..scenes::pages_of(scope.cursor()) {
            for record in scenes::page(&table.name, page) {
                if records::server_copy(reader, table, record.id)?.is_none() {
                    return Ok(Err(format!("the cursor of {} is ahead of page {page}", table.name)));
                }
            }
        }
    }
    let scope = folders::scope(reader, scenes::MAILBOX, &scenes::inbox())?;
    for page in 0..scenes::pages_of(scope.cursor()) {
        for head in scenes::mail_page(page) {
            if messages::find(reader, scenes::MAILBOX, &satchel_domain::tracking::item_key(&head))?.is_none() {
                return Ok(Err(format!("the folder's cursor is ahead of page {page}")));
            }
        }
    }
    Ok(Ok(()))
}
