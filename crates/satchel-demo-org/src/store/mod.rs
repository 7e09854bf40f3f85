//! Keeps every row, what changed when, and the authority's facts, in one transactional file.

mod facts;
mod rows;

use std::fmt;
use std::path::Path;

use redb::{Database, Durability, MultimapTableDefinition, ReadableDatabase, TableDefinition};

pub(crate) use rows::{Cells, Change, Look, Reading, Record, Writing, link, parse_link};

/// (table, id) → row version, then the cells as JSON.
const ROWS: TableDefinition<(&str, u128), &[u8]> = TableDefinition::new("rows");
/// (table, version) → the row that got this version, and whether that was its deletion.
const CHANGES: TableDefinition<(&str, u64), (u128, bool)> = TableDefinition::new("changes");
/// (table, parent) → children, for the tables whose rows live inside a parent.
const CHILDREN: MultimapTableDefinition<(&str, u128), u128> = MultimapTableDefinition::new("children");
const COUNTERS: TableDefinition<&str, u64> = TableDefinition::new("counters");
/// (kind, key) → JSON: what the authority and the mailbox remember.
const FACTS: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("facts");

/// Enough for the sample company; the rest stays in the file.
const CACHE_BYTES: usize = 16 * 1024 * 1024;

/// The file could not be read or written.
#[derive(Debug)]
pub(crate) struct StoreError(String);

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StoreError {}

impl<E: Into<redb::Error>> From<E> for StoreError {
    fn from(error: E) -> Self {
        Self(error.into().to_string())
    }
}

#[derive(Debug)]
pub(crate) struct Store {
    database: Database,
}

impl Store {
    /// Opens the file or makes it; a second process is told that it is in use.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let database = Database::builder().set_cache_size(CACHE_BYTES).create(path)?;
        let store = Self { database };
        store.write(|_| Ok::<_, StoreError>(()))?;
        Ok(store)
    }

    pub(crate) fn read(&self) -> Result<Reading, StoreError> {
        let transaction = self.database.begin_read()?;
        Ok(Reading {
            rows: transaction.open_table(ROWS)?,
            changes: transaction.open_table(CHANGES)?,
            children: transaction.open_multimap_table(CHILDREN)?,
            counters: transaction.open_table(COUNTERS)?,
            facts: transaction.open_table(FACTS)?,
        })
    }

    /// Everything that `deed` writes is on disk when this returns, or nothing of it is.
    pub(crate) fn write<T, E: From<StoreError>>(
        &self,
        deed: impl FnOnce(&mut Writing<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        let mut transaction = self.database.begin_write().map_err(StoreError::from)?;
        transaction.set_durability(Durability::Immediate).map_err(StoreError::from)?;
        let outcome = {
            let mut writing = Writing {
                rows: transaction.open_table(ROWS).map_err(StoreError::from)?,
                changes: transaction.open_table(CHANGES).map_err(StoreError::from)?,
                children: transaction.open_multimap_table(CHILDREN).map_err(StoreError::from)?,
                counters: transaction.open_table(COUNTERS).map_err(StoreError::from)?,
                facts: transaction.open_table(FACTS).map_err(StoreError::from)?,
            };
            deed(&mut writing)
        };
        match outcome {
            Ok(result) => {
                transaction.commit().map_err(StoreError::from)?;
                Ok(result)
            }
            Err(refusal) => {
                transaction.abort().map_err(StoreError::from)?;
                Err(refusal)
            }
        }
    }
}
