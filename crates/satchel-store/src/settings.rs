//! What the user or the program chose for this profile and is no secret.

use rusqlite::OptionalExtension;

use crate::{
    database::{Reader, Topic, Tx},
    error::Result,
};

pub fn get(reader: &Reader<'_>, key: &str) -> Result<Option<String>> {
    let mut asked = reader.sql().prepare_cached("SELECT value FROM setting WHERE key = ?1")?;
    Ok(asked.query_row([key], |row| row.get(0)).optional()?)
}

pub fn set(tx: &Tx<'_>, key: &str, value: &str) -> Result<()> {
    tx.sql()
        .prepare_cached("INSERT INTO setting VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value")?
        .execute([key, value])?;
    touched(tx);
    Ok(())
}

pub fn forget(tx: &Tx<'_>, key: &str) -> Result<()> {
    tx.sql().prepare_cached("DELETE FROM setting WHERE key = ?1")?.execute([key])?;
    touched(tx);
    Ok(())
}

/// Where the user starts, and whether to work offline, are settings.
fn touched(tx: &Tx<'_>) {
    tx.touch(Topic::Start);
    tx.touch(Topic::Sync);
}

#[cfg(test)]
mod tests {
    use crate::{Durability, samples::database, settings};

    #[test]
    fn a_setting_is_kept_replaced_and_forgotten() {
        let (_folder, database) = database();
        let ask = || database.read(|reader| settings::get(reader, "client")).unwrap();
        assert_eq!(ask(), None);
        for value in ["a", "b"] {
            database.write(Durability::Full, |tx| settings::set(tx, "client", value)).unwrap();
            assert_eq!(ask().as_deref(), Some(value));
        }
        database.write(Durability::Full, |tx| settings::forget(tx, "client")).unwrap();
        assert_eq!(ask(), None);
    }
}
