//! Whether the file is whole, as SQLite itself sees it.

use satchel_domain::{Record, schema::Table};

use crate::{database::Reader, error::Result, records};

/// What is wrong with the file, one sentence each; empty when it is sound. Reads every page: not for a hot path.
pub fn faults(reader: &Reader<'_>) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut asked = reader.sql().prepare("PRAGMA integrity_check")?;
    let said = asked.query_map([], |row| row.get::<_, String>(0))?;
    for line in said {
        let line = line?;
        if line != "ok" {
            faults.push(line);
        }
    }
    let mut asked = reader.sql().prepare("PRAGMA foreign_key_check")?;
    let said = asked.query_map([], |row| Ok(format!("a row of {} refers to nothing", row.get::<_, String>(0)?)))?;
    for line in said {
        faults.push(line?);
    }
    Ok(faults)
}

/// Every server copy of a table, by id. All at once: for checks, not for lists.
pub fn server_copies(reader: &Reader<'_>, table: &Table) -> Result<Vec<Record>> {
    records::server_copies(reader, table)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Durability, samples};

    #[test]
    fn a_row_that_refers_to_nothing_is_named_and_a_sound_file_has_no_faults() {
        let (_folder, database) = samples::database();
        assert_eq!(database.read(faults).unwrap(), Vec::<String>::new());
        database
            .write(Durability::Normal, |tx| {
                tx.sql().execute_batch(
                    "CREATE TABLE child (parent INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED);
                     CREATE TABLE parent (id INTEGER PRIMARY KEY); INSERT INTO parent VALUES (1); INSERT INTO child VALUES (1);",
                )?;
                Ok(())
            })
            .unwrap();
        assert_eq!(database.read(faults).unwrap(), Vec::<String>::new());
        let broken = database.write(Durability::Normal, |tx| {
            tx.sql().execute_batch("DELETE FROM parent")?;
            faults(tx)
        });
        assert!(broken.is_err(), "a commit does not leave it behind");
        let seen = std::cell::RefCell::new(Vec::new());
        let _rolled_back = database.write(Durability::Normal, |tx| {
            tx.sql().execute_batch("DELETE FROM parent")?;
            *seen.borrow_mut() = faults(tx)?;
            Ok(())
        });
        assert_eq!(*seen.borrow(), ["a row of child refers to nothing"]);
    }
}
