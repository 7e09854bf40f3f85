//! Refresh tokens and passwords. They stand in the encrypted database and nowhere else.

use rusqlite::OptionalExtension;
use satchel_domain::Private;

use crate::{
    database::{Reader, Tx},
    error::Result,
};

pub fn get(reader: &Reader<'_>, key: &str) -> Result<Option<Private<String>>> {
    let mut asked = reader.sql().prepare_cached("SELECT value FROM secret WHERE key = ?1")?;
    Ok(asked.query_row([key], |row| row.get(0)).optional()?.map(Private::new))
}

pub fn set(tx: &Tx<'_>, key: &str, value: &Private<String>) -> Result<()> {
    tx.sql()
        .prepare_cached("INSERT INTO secret VALUES (?1, ?2) ON CONFLICT DO UPDATE SET value = excluded.value")?
        .execute([key, value.reveal()])?;
    Ok(())
}

pub fn forget(tx: &Tx<'_>, key: &str) -> Result<()> {
    tx.sql().prepare_cached("DELETE FROM secret WHERE key = ?1")?.execute([key])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use satchel_domain::Private;

    use crate::{Durability, samples::database, secrets};

    #[test]
    fn a_secret_is_kept_replaced_and_forgotten() {
        let (_folder, database) = database();
        let ask = || database.read(|reader| secrets::get(reader, "refresh token")).unwrap();
        assert_eq!(ask(), None);
        for value in ["first", "rotated"] {
            let value = Private::new(value.to_owned());
            database.write(Durability::Full, |tx| secrets::set(tx, "refresh token", &value)).unwrap();
            assert_eq!(ask(), Some(value));
        }
        database.write(Durability::Full, |tx| secrets::forget(tx, "refresh token")).unwrap();
        assert_eq!(ask(), None);
    }
}
