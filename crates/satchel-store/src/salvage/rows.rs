//! Reads a damaged file row by row, past the pages that cannot be read.

use rusqlite::{Connection, ErrorCode, Statement, params_from_iter, types::Value};

use crate::{
    database::Tx,
    error::{Result, StoreError},
};

/// Rows that could not be read one by one before we give up on the rest: each costs a new connection.
const MISSES: u32 = 20_000;

/// How rows of a table can be asked for when reading it from its beginning fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Anywhere,
    /// By `position`, which SQLite counts up.
    Numbered,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Copied {
    pub(super) rows: u64,
    /// Rows that are in the damaged file and did not come along; none when nobody can tell how many.
    pub(super) lost: Option<u64>,
}

/// A damaged file. A connection that met a bad page reads nothing more, so the next question gets another.
pub(super) struct Damaged<'a> {
    connect: Box<dyn Fn() -> Result<Connection> + 'a>,
    connection: Option<Connection>,
}

impl<'a> Damaged<'a> {
    pub(super) fn new(connect: impl Fn() -> Result<Connection> + 'a) -> Self {
        Self { connect: Box::new(connect), connection: None }
    }

    pub(super) fn text(&mut self, sql: &str) -> Result<Option<String>> {
        self.ask(|connection| connection.query_row(sql, [], |row| row.get(0)))
    }

    pub(super) fn count(&mut self, sql: &str) -> Result<Option<u64>> {
        self.ask(|connection| connection.query_row(sql, [], |row| row.get(0)))
    }

    /// Copies every row that can be read and that the new table takes. Only what fails on the new file, and a disk that
    /// does not answer now, is an error.
    pub(super) fn copy(&mut self, tx: &Tx<'_>, table: &str, place: Place) -> Result<Copied> {
        let columns: Vec<String> = tx
            .sql()
            .prepare("SELECT name FROM pragma_table_info(?1)")?
            .query_map([table], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let named = columns.join(", ");
        let order = if place == Place::Numbered { " ORDER BY position" } else { "" };
        let mut keep = Keep::of(tx, table, &columns)?;
        let mut last = 0;
        let at = columns.iter().position(|column| column == "position");
        let read = self.rows(&format!("SELECT {named} FROM {table}{order}"), columns.len())?;
        let is_all = read.is_all;
        for row in read.rows {
            if let Some(Value::Integer(position)) = at.and_then(|at| row.get(at)) {
                last = *position;
            }
            keep.row(row)?;
        }
        if !is_all && place == Place::Numbered {
            let sql = format!("SELECT seq FROM sqlite_sequence WHERE name = '{table}'");
            let end = self.count(&sql)?.and_then(|end| i64::try_from(end).ok()).unwrap_or(0);
            let mut misses = 0;
            for position in last + 1..=end {
                let sql = format!("SELECT {named} FROM {table} WHERE position = {position}");
                let read = self.rows(&sql, columns.len())?;
                misses += u32::from(!read.is_all);
                if misses > MISSES {
                    break;
                }
                read.rows.into_iter().try_for_each(|row| keep.row(row))?;
            }
        }
        let lost = match (is_all, place) {
            (true, _) => Some(keep.refused),
            // An index leads past the pages of the table itself.
            (false, Place::Numbered) => self.missing(&format!("{table} INDEXED BY {table}_by_record"), keep.rows)?,
            (false, Place::Anywhere) => self.missing(table, keep.rows)?,
        };
        Ok(Copied { rows: keep.rows, lost })
    }

    /// Copies what `sql` names into these columns of the new table. Answers whether all of it could be read.
    pub(super) fn copy_some(&mut self, tx: &Tx<'_>, table: &str, columns: &[&str], sql: &str) -> Result<Copied> {
        let columns: Vec<String> = columns.iter().map(|&column| column.to_owned()).collect();
        let mut keep = Keep::of(tx, table, &columns)?;
        let read = self.rows(sql, columns.len())?;
        read.rows.into_iter().try_for_each(|row| keep.row(row))?;
        Ok(Copied { rows: keep.rows, lost: read.is_all.then_some(keep.refused) })
    }

    /// Whether the damaged file has that table: an older one need not have it, and then nothing of it is lost.
    pub(super) fn has(&mut self, table: &str) -> Result<bool> {
        let sql = format!("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = '{table}'");
        Ok(self.count(&sql)? != Some(0))
    }

    fn missing(&mut self, table: &str, kept: u64) -> Result<Option<u64>> {
        Ok(self.count(&format!("SELECT count(*) FROM {table}"))?.map(|there| there.saturating_sub(kept)))
    }

    /// The rows up to the first that cannot be read.
    fn rows(&mut self, sql: &str, width: usize) -> Result<Read> {
        let mut read = Read { rows: Vec::new(), is_all: false };
        let found = &mut read.rows;
        let asked = self.ask(|connection| {
            let mut asked = connection.prepare(sql)?;
            let mut rows = asked.query([])?;
            while let Some(row) = rows.next()? {
                found.push((0..width).map(|column| row.get(column)).collect::<rusqlite::Result<_>>()?);
            }
            Ok(())
        })?;
        read.is_all = asked.is_some();
        Ok(read)
    }

    /// None: it cannot be read, now or later. What may be read another time is an error: to give up on it would lose it.
    fn ask<T>(&mut self, question: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<Option<T>> {
        if self.connection.is_none() {
            self.connection = match (self.connect)() {
                Ok(connection) => Some(connection),
                Err(
                    error @ (StoreError::Busy
                    | StoreError::Full
                    | StoreError::Disk(_)
                    | StoreError::Absent
                    | StoreError::TooNew { .. }),
                ) => return Err(error),
                Err(_) => None,
            };
        }
        let Some(connection) = &self.connection else { return Ok(None) };
        match question(connection) {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if may_pass(&error) => Err(error.into()),
            Err(_) => {
                self.connection = None;
                Ok(None)
            }
        }
    }
}

/// Whether the same question may be answered another time. A page that the disk cannot read any more is not, and "out of
/// memory" is what SQLCipher says of what follows a bad page.
fn may_pass(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::CannotOpen
                | ErrorCode::PermissionDenied
                | ErrorCode::OperationInterrupted
        )
    )
}

/// Puts rows into a table of the new file.
struct Keep<'a> {
    insert: Statement<'a>,
    rows: u64,
    refused: u64,
}

impl<'a> Keep<'a> {
    fn of(tx: &'a Tx<'_>, table: &str, columns: &[String]) -> Result<Self> {
        let (named, marks) = (columns.join(", "), vec!["?"; columns.len()].join(", "));
        let insert = tx.sql().prepare(&format!("INSERT OR IGNORE INTO {table} ({named}) VALUES ({marks})"))?;
        Ok(Self { insert, rows: 0, refused: 0 })
    }

    fn row(&mut self, row: Vec<Value>) -> Result<()> {
        match self.insert.execute(params_from_iter(row)) {
            Ok(rows) => {
                self.rows += rows as u64;
                self.refused += u64::from(rows == 0);
                Ok(())
            }
            // A row that refers to one that was lost is lost with it.
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => {
                self.refused += 1;
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }
}

struct Read {
    rows: Vec<Vec<Value>>,
    is_all: bool,
}
