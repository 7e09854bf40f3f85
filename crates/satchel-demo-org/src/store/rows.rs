//! Rows: looked up, listed by id or by version, stored and deleted.

use redb::{MultimapTable, ReadOnlyMultimapTable, ReadOnlyTable, ReadableTable, Table};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::StoreError;

/// A row's columns that are not empty. Money and decimals are texts, lookups are `table/id`.
pub(crate) type Cells = Map<String, Value>;

const VERSION: &str = "version";

#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) id: Uuid,
    pub(crate) version: u64,
    pub(crate) cells: Cells,
}

impl Record {
    pub(crate) fn text(&self, column: &str) -> Option<&str> {
        self.cells.get(column).and_then(Value::as_str)
    }

    pub(crate) fn number(&self, column: &str) -> Option<i64> {
        self.cells.get(column).and_then(Value::as_i64)
    }

    /// The table and row that a lookup points at.
    pub(crate) fn lookup(&self, column: &str) -> Option<(&str, Uuid)> {
        parse_link(self.text(column)?)
    }
}

/// How a lookup is stored.
pub(crate) fn link(table: &str, id: Uuid) -> Value {
    Value::String(format!("{table}/{id}"))
}

pub(crate) fn parse_link(text: &str) -> Option<(&str, Uuid)> {
    let (table, id) = text.split_once('/')?;
    Some((table, Uuid::parse_str(id).ok()?))
}

/// A row that got a new version, or lost its life.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Change {
    pub(crate) version: u64,
    pub(crate) id: Uuid,
    pub(crate) is_deletion: bool,
}

pub(crate) struct Reading {
    pub(super) rows: ReadOnlyTable<(&'static str, u128), &'static [u8]>,
    pub(super) changes: ReadOnlyTable<(&'static str, u64), (u128, bool)>,
    pub(super) children: ReadOnlyMultimapTable<(&'static str, u128), u128>,
    pub(super) counters: ReadOnlyTable<&'static str, u64>,
    pub(super) facts: ReadOnlyTable<(&'static str, &'static str), &'static [u8]>,
}

pub(crate) struct Writing<'t> {
    pub(super) rows: Table<'t, (&'static str, u128), &'static [u8]>,
    pub(super) changes: Table<'t, (&'static str, u64), (u128, bool)>,
    pub(super) children: MultimapTable<'t, (&'static str, u128), u128>,
    pub(super) counters: Table<'t, &'static str, u64>,
    pub(super) facts: Table<'t, (&'static str, &'static str), &'static [u8]>,
}

/// What can be seen, both while reading and in the middle of a write.
pub(crate) trait Look {
    fn get(&self, table: &str, id: Uuid) -> Result<Option<Record>, StoreError>;

    /// Also a row that the reader may not see: what it is called is shown wherever a lookup names it.
    fn get_any(&self, table: &str, id: Uuid) -> Result<Option<Record>, StoreError> {
        self.get(table, id)
    }

    /// Rows in the order of their ids, after `after`, until `visit` says stop.
    fn each(&self, table: &str, after: Option<Uuid>, visit: &mut dyn FnMut(Record) -> bool) -> Result<(), StoreError>;

    fn children(&self, table: &str, parent: Uuid) -> Result<Vec<Record>, StoreError>;

    fn changes(&self, table: &str, after: u64, until: u64) -> Result<Vec<Change>, StoreError>;

    fn version(&self) -> Result<u64, StoreError>;
}

macro_rules! look {
    ($($reader:tt)+) => {
        impl Look for $($reader)+ {
            fn get(&self, table: &str, id: Uuid) -> Result<Option<Record>, StoreError> {
                self.rows
                    .get((table, id.as_u128()))?
                    .map(|bytes| decode(id, bytes.value()))
                    .transpose()
            }

            fn each(
                &self,
                table: &str,
                after: Option<Uuid>,
                visit: &mut dyn FnMut(Record) -> bool,
            ) -> Result<(), StoreError> {
                let start = match after.map(|id| id.as_u128()) {
                    None => 0,
                    Some(u128::MAX) => return Ok(()),
                    Some(last) => last + 1,
                };
                for row in self.rows.range((table, start)..=(table, u128::MAX))? {
                    let (key, bytes) = row?;
                    let id = Uuid::from_u128(key.value().1);
                    if !visit(decode(id, bytes.value())?) {
                        break;
                    }
                }
                Ok(())
            }

            fn children(&self, table: &str, parent: Uuid) -> Result<Vec<Record>, StoreError> {
                let mut found = Vec::new();
                for child in redb::ReadableMultimapTable::get(&self.children, (table, parent.as_u128()))? {
                    let id = Uuid::from_u128(child?.value());
                    found.extend(self.get(table, id)?);
                }
                // Version order is the order in which they were written.
                found.sort_by_key(|record| record.version);
                Ok(found)
            }

            fn changes(&self, table: &str, after: u64, until: u64) -> Result<Vec<Change>, StoreError> {
                let mut found = Vec::new();
                if after < until {
                    for change in self.changes.range((table, after + 1)..=(table, until))? {
                        let (key, value) = change?;
                        let (id, is_deletion) = value.value();
                        found.push(Change {
                            version: key.value().1,
                            id: Uuid::from_u128(id),
                            is_deletion,
                        });
                    }
                }
                Ok(found)
            }

            fn version(&self) -> Result<u64, StoreError> {
                Ok(self.counters.get(VERSION)?.map_or(0, |value| value.value()))
            }
        }
    };
}

look!(Reading);
look!(Writing<'_>);

impl Writing<'_> {
    /// Stores the row under the organisation's next version and returns that.
    pub(crate) fn put(
        &mut self,
        table: &str,
        id: Uuid,
        cells: &Cells,
        parent: Option<Uuid>,
    ) -> Result<u64, StoreError> {
        let version = self.next_version()?;
        let mut bytes = version.to_be_bytes().to_vec();
        serde_json::to_writer(&mut bytes, cells).map_err(|e| StoreError(e.to_string()))?;
        let before = self
            .rows
            .insert((table, id.as_u128()), bytes.as_slice())?
            .map(|old| decode_version(old.value()))
            .transpose()?;
        if let Some(before) = before {
            self.changes.remove((table, before))?;
        }
        self.changes.insert((table, version), (id.as_u128(), false))?;
        if let Some(parent) = parent {
            self.children.insert((table, parent.as_u128()), id.as_u128())?;
        }
        Ok(version)
    }

    pub(crate) fn delete(&mut self, table: &str, record: &Record, parent: Option<Uuid>) -> Result<(), StoreError> {
        let version = self.next_version()?;
        let id = record.id.as_u128();
        self.rows.remove((table, id))?;
        self.changes.remove((table, record.version))?;
        self.changes.insert((table, version), (id, true))?;
        if let Some(parent) = parent {
            self.children.remove((table, parent.as_u128()), id)?;
        }
        Ok(())
    }

    fn next_version(&mut self) -> Result<u64, StoreError> {
        let next = self.count(VERSION)?;
        Ok(next)
    }

    /// Raises a counter and returns its new value.
    pub(crate) fn count(&mut self, counter: &str) -> Result<u64, StoreError> {
        let next = self.counters.get(counter)?.map_or(0, |value| value.value()) + 1;
        self.counters.insert(counter, next)?;
        Ok(next)
    }
}

fn decode_version(bytes: &[u8]) -> Result<u64, StoreError> {
    bytes
        .first_chunk()
        .map(|head| u64::from_be_bytes(*head))
        .ok_or_else(|| StoreError("a row without its version".to_owned()))
}

fn decode(id: Uuid, bytes: &[u8]) -> Result<Record, StoreError> {
    let version = decode_version(bytes)?;
    let cells =
        serde_json::from_slice(&bytes[8..]).map_err(|error| StoreError(format!("row {id} cannot be read: {error}")))?;
    Ok(Record { id, version, cells })
}
