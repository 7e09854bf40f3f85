//! Reads a damaged file row by row, past the pages that cannot be read.

use rusqlite::{Connection, params_from_iter, types::Value};

use crate::{database::Tx, error::Result};

/// Rows that could not be read one by one before we give up on the rest: each costs a new connection.
const MISSES: u32 = 20_000;

/// What was saved of a damaged profile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rescued {
    /// Entries of the outbox.
    pub entries: u64,
    /// Entries that are in the damaged file and could not be read; none when nobody can tell.
    pub lost: Option<u64>,
    /// Whether the sign-in and the passwords of mailboxes came along.
    pub has_secrets: bool,
}

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
    /// Nothing was in the way.
    pub(super) is_all: bool,
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

    pub(super) fn text(&mut self, sql: &str) -> Option<String> {
        self.ask(|connection| connection.query_row(sql, [], |row| row.get(0)))
    }

    pub(super) fn count(&mut self, sql: &str) -> Option<u64> {
        self.ask(|connection| connection.query_row(sql, [], |row| row.get(0)))
    }

    /// Copies every row that can be read and that the new table takes. Only what fails on the new file is an error.
    pub(super) fn copy(&mut self, tx: &Tx<'_>, table: &str, place: Place) -> Result<Copied> {
        let columns: Vec<String> = tx
            .sql()
            .prepare("SELECT name FROM pragma_table_info(?1)")?
            .query_map([table], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        let named = columns.join(", ");
        let marks = vec!["?"; columns.len()].join(", ");
        let mut insert = tx.sql().prepare(&format!("INSERT OR IGNORE INTO {table} ({named}) VALUES ({marks})"))?;
        let mut copied = Copied { rows: 0, is_all: true };
        let mut keep = |row: Vec<Value>| {
            // A row that refers to one that was lost is lost with it.
            match insert.execute(params_from_iter(row)) {
                Ok(rows) => {
                    copied.rows += rows as u64;
                    Ok(())
                }
                Err(error) if error.sqlite_error_code() == Some(rusqlite::ErrorCode::ConstraintViolation) => Ok(()),
                Err(error) => Err(error),
            }
        };
        let order = if place == Place::Numbered { " ORDER BY position" } else { "" };
        let (mut last, mut is_all) = (0, true);
        let at = columns.iter().position(|column| column == "position");
        let read = self.rows(&format!("SELECT {named} FROM {table}{order}"), columns.len());
        is_all &= read.is_all;
        for row in read.rows {
            if let Some(Value::Integer(position)) = at.and_then(|at| row.get(at)) {
                last = *position;
            }
            keep(row)?;
        }
        if !is_all && place == Place::Numbered {
            let sql = format!("SELECT seq FROM sqlite_sequence WHERE name = '{table}'");
            let end = self.count(&sql).and_then(|end| i64::try_from(end).ok()).unwrap_or(0);
            let mut misses = 0;
            for position in last + 1..=end {
                let sql = format!("SELECT {named} FROM {table} WHERE position = {position}");
                let read = self.rows(&sql, columns.len());
                misses += u32::from(!read.is_all);
                if misses > MISSES {
                    break;
                }
                read.rows.into_iter().try_for_each(&mut keep)?;
            }
        }
        copied.is_all = is_all;
        Ok(copied)
    }

    /// The rows up to the first that cannot be read.
    fn rows(&mut self, sql: &str, width: usize) -> Read {
        let mut read = Read { rows: Vec::new(), is_all: false };
        let found = &mut read.rows;
        let asked = self.ask(|connection| {
            let mut asked = connection.prepare(sql)?;
            let mut rows = asked.query([])?;
            while let Some(row) = rows.next()? {
                found.push((0..width).map(|column| row.get(column)).collect::<rusqlite::Result<_>>()?);
            }
            Ok(())
        });
        read.is_all = asked.is_some();
        read
    }

    fn ask<T>(&mut self, question: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Option<T> {
        if self.connection.is_none() {
            self.connection = (self.connect)().ok();
        }
        let answer = question(self.connection.as_ref()?);
        if answer.is_err() {
            self.connection = None;
        }
        answer.ok()
    }
}

struct Read {
    rows: Vec<Vec<Value>>,
    is_all: bool,
}
