//! Brings a database to the newest version: appended files, each in one transaction, never edited once published.

use rusqlite::Connection;

use crate::error::{Result, StoreError};

/// The length of this list is the version.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_start.sql"),
    include_str!("migrations/0002_mail.sql"),
    include_str!("migrations/0003_conflicts.sql"),
    include_str!("migrations/0004_undo.sql"),
    include_str!("migrations/0005_duplicates.sql"),
    include_str!("migrations/0006_marks.sql"),
    include_str!("migrations/0007_polled.sql"),
    include_str!("migrations/0008_marks_told.sql"),
];

pub(crate) fn run(connection: &mut Connection) -> Result<()> {
    run_list(connection, MIGRATIONS)
}

fn run_list(connection: &mut Connection, migrations: &[&str]) -> Result<()> {
    let found: u32 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = u32::try_from(migrations.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for (done, migration) in (0..known).zip(migrations).skip(found as usize) {
        let transaction = connection.transaction()?;
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", done + 1)?;
        transaction.commit()?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;

    /// A published file never changes: append a new one, and its hash here.
    const PUBLISHED: &[&str] = &[
        "03c2821b5de69480d6bfb21bc2ab70a6d6794b44b9519c0112e5c9fab0960f18",
        "4cd9c2e9e0752fd7dc6694414cc93d09f7a676d03695d11f0d610048de3b7e74",
        "92eb7d32f412c4ff3848ceb49c47efb9040d84f8aaba174332d065f1b0a434f1",
        "876602b0a6e9f226c74d5d98e9bbc642fdb522e130596d1a5966da2f2c87d213",
        "e625f347ad6fe463030429078eb61c60ee3edefa7f4433d617d611384c546d6e",
        "2a8a9a87affc5d2f18391760e0d154761d75bd317deb751799531116e2852d14",
        "37defb4415b64fac10d4f329b7ccdc41c676887a770cc596c72669a89e1aa22c",
        "85b862eada2135d627405f200a35824503516fc7735cf2408d4df06c2a3a4751",
    ];

    fn version(connection: &Connection) -> u32 {
        connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
    }

    #[test]
    fn published_migrations_never_change() {
        let hashes: Vec<String> = MIGRATIONS
            .iter()
            .map(|file| Sha256::digest(file.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect())
            .collect();
        assert_eq!(hashes, PUBLISHED);
    }

    #[test]
    fn an_old_database_gets_only_what_it_lacks() {
        let mut connection = Connection::open_in_memory().unwrap();
        run_list(&mut connection, &["CREATE TABLE a (x)"]).unwrap();
        connection.execute_batch("INSERT INTO a VALUES (1)").unwrap();
        run_list(&mut connection, &["CREATE TABLE a (x)", "CREATE TABLE b AS SELECT x FROM a"]).unwrap();
        assert_eq!(version(&connection), 2);
        assert_eq!(connection.query_row("SELECT x FROM b", [], |row| row.get::<_, i64>(0)).unwrap(), 1);
    }

    #[test]
    fn a_migration_that_fails_leaves_the_version_before_it() {
        let mut connection = Connection::open_in_memory().unwrap();
        let broken = ["CREATE TABLE a (x)", "CREATE TABLE b (x); INSERT INTO nowhere VALUES (1)"];
        assert!(run_list(&mut connection, &broken).is_err());
        assert_eq!(version(&connection), 1);
        assert!(!connection.table_exists(None, "b").unwrap());
        run_list(&mut connection, &["CREATE TABLE a (x)", "CREATE TABLE b (x)"]).unwrap();
        assert_eq!(version(&connection), 2);
    }

    #[test]
    fn a_newer_database_is_not_touched() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        let known = u32::try_from(MIGRATIONS.len()).unwrap();
        assert_eq!(run(&mut connection), Err(StoreError::TooNew { found: 99, known }));
        assert!(!connection.table_exists(None, "outbox").unwrap());
    }
}
