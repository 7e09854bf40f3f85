//! Whether the file is whole, as SQLite and SQLCipher see it.

use crate::{database::Reader, error::Result};

/// What is wrong with the structure of the file and with what refers to what; empty when nothing is. Reads every page that is
/// in use once.
pub fn quick(reader: &Reader<'_>) -> Result<Vec<String>> {
    let mut problems = complaints(reader, "PRAGMA quick_check")?;
    problems.extend(dangling(reader)?);
    Ok(problems)
}

/// The same, and whether each index agrees with its table and each page with its seal.
pub fn full(reader: &Reader<'_>) -> Result<Vec<String>> {
    let mut problems = complaints(reader, "PRAGMA cipher_integrity_check")?;
    problems.extend(complaints(reader, "PRAGMA integrity_check")?);
    problems.extend(dangling(reader)?);
    Ok(problems)
}

/// SQLite says "ok" when it finds nothing, SQLCipher says nothing.
fn complaints(reader: &Reader<'_>, question: &str) -> Result<Vec<String>> {
    let mut asked = reader.sql().prepare(question)?;
    let lines = asked.query_map([], |row| row.get::<_, String>(0))?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(lines.into_iter().filter(|line| line != "ok").collect())
}

fn dangling(reader: &Reader<'_>) -> Result<Vec<String>> {
    let mut asked = reader.sql().prepare("PRAGMA foreign_key_check")?;
    let rows = asked.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(2)?)))?;
    rows.map(|row| {
        row.map(|(table, parent)| format!("a row of {table} refers to none of {parent}")).map_err(Into::into)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use satchel_domain::Private;

    use super::*;
    use crate::{Database, StoreError};

    fn key() -> Private<String> {
        Private::new("5a".repeat(32))
    }

    #[test]
    fn a_new_file_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::create(&folder.path().join("a.db"), &key()).unwrap();
        assert_eq!(database.read(quick).unwrap(), Vec::<String>::new());
        assert_eq!(database.read(full).unwrap(), Vec::<String>::new());
    }

    #[test]
    fn a_reference_to_nothing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let database = Database::create(&folder.path().join("a.db"), &key()).unwrap();
        let dangled = database.read(|reader| {
            // A connection of a reader never writes, except for the one table that it keeps to itself.
            reader.sql().execute_batch(
                "PRAGMA query_only = off; CREATE TABLE parent (id INTEGER PRIMARY KEY) STRICT;
                 CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED) STRICT;
                 INSERT INTO child VALUES (1);",
            )?;
            quick(reader)
        });
        assert_eq!(dangled.unwrap(), ["a row of child refers to none of parent"]);
    }

    #[test]
    fn a_page_whose_seal_is_broken_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.db");
        drop(Database::create(&path, &key()).unwrap());
        let mut bytes = fs::read(&path).unwrap();
        let middle = bytes.len() - 2000;
        bytes[middle] ^= 1;
        fs::write(&path, bytes).unwrap();
        let found = match Database::open(&path, &key()) {
            Ok(database) => database.read(full),
            Err(error) => Err(error),
        };
        assert!(matches!(&found, Ok(problems) if !problems.is_empty()) || matches!(found, Err(StoreError::Damaged)));
    }
}
