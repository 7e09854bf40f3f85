//! All SQL that depends on the organisation's tables. It is built here only, from checked names only.
//!
//! `crm_x` holds the server copies, `shown_x` what is shown of records with edits waiting, `view_x` unites the two.
//! A column `y` is `c_y`; a lookup has the target's table in `t_y` and the remembered name in `n_y` beside it.

use satchel_domain::{
    Column, TableName,
    schema::{ColumnShape, Kind, Table},
};

use crate::error::{Result, StoreError};

/// One SQL column.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Cell {
    pub(crate) name: String,
    pub(crate) storage: &'static str,
    /// Names and texts sort without regard to the case of A-Z. Not of all letters: an index must not change its order
    /// when Unicode grows.
    is_folded: bool,
}

impl Cell {
    fn new(prefix: &str, name: &str, storage: &'static str) -> Self {
        Self { name: format!("{prefix}_{name}"), storage, is_folded: false }
    }

    fn folded(prefix: &str, name: &str) -> Self {
        Self { is_folded: true, ..Self::new(prefix, name, "TEXT") }
    }

    fn declared(&self) -> String {
        let collation = if self.is_folded { " COLLATE NOCASE" } else { "" };
        format!("{} {}{collation}", self.name, self.storage)
    }
}

/// A name that may stand in SQL. Every name of the organisation passes here.
fn checked(name: &str) -> Result<&str> {
    let is_name = !name.is_empty() && name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
    if is_name {
        Ok(name)
    } else {
        Err(StoreError::Unfit("a table or column has a name that is no logical name".into()))
    }
}

/// The SQL columns of one column, in the order in which cells.rs reads and writes them.
pub(crate) fn cells(info: &ColumnShape) -> Result<Vec<Cell>> {
    let name = checked(info.name.as_str())?;
    Ok(match info.kind {
        Kind::Text { .. } => vec![Cell::folded("c", name)],
        Kind::Whole { .. } | Kind::Choice { .. } | Kind::YesNo { .. } | Kind::Money { .. } | Kind::DateTime => {
            vec![Cell::new("c", name, "INTEGER")]
        }
        Kind::Decimal { .. } | Kind::Date => vec![Cell::new("c", name, "TEXT")],
        Kind::Id => vec![Cell::new("c", name, "BLOB")],
        Kind::Lookup { .. } => {
            vec![Cell::new("c", name, "BLOB"), Cell::new("t", name, "TEXT"), Cell::folded("n", name)]
        }
    })
}

/// What a list sorts and finds a column by: a lookup by its name.
pub(crate) fn face(info: &ColumnShape) -> Result<String> {
    let prefix = if matches!(info.kind, Kind::Lookup { .. }) { "n" } else { "c" };
    Ok(format!("{prefix}_{}", checked(info.name.as_str())?))
}

fn all_cells<'a>(columns: impl IntoIterator<Item = &'a ColumnShape>) -> Result<Vec<Cell>> {
    columns.into_iter().map(cells).collect::<Result<Vec<_>>>().map(|cells| cells.into_iter().flatten().collect())
}

fn list<'a>(columns: impl IntoIterator<Item = &'a ColumnShape>) -> Result<String> {
    Ok(all_cells(columns)?.iter().map(|cell| format!(", {}", cell.name)).collect())
}

pub(crate) fn server_table(table: &TableName) -> Result<String> {
    Ok(format!("crm_{}", checked(table.as_str())?))
}

pub(crate) fn shown_table(table: &TableName) -> Result<String> {
    Ok(format!("shown_{}", checked(table.as_str())?))
}

pub(crate) fn view(table: &TableName) -> Result<String> {
    Ok(format!("view_{}", checked(table.as_str())?))
}

pub(crate) fn create_server_table(table: &Table) -> Result<String> {
    create(&server_table(&table.name)?, "generation INTEGER NOT NULL", table)
}

pub(crate) fn create_shown_table(table: &Table) -> Result<String> {
    create(&shown_table(&table.name)?, "is_deleted INTEGER NOT NULL", table)
}

fn create(name: &str, own_column: &str, table: &Table) -> Result<String> {
    let cells: String = all_cells(&table.columns)?.iter().map(|cell| format!(", {}", cell.declared())).collect();
    Ok(format!(
        "CREATE TABLE IF NOT EXISTS {name}
         (id BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16), version TEXT, {own_column}{cells}) STRICT"
    ))
}

/// `name` is that of a server or shown table.
pub(crate) fn add_cell(name: &str, cell: &Cell) -> Result<String> {
    Ok(format!("ALTER TABLE {} ADD COLUMN {}", checked(name)?, cell.declared()))
}

pub(crate) fn drop_cell(name: &str, cell: &Cell) -> Result<String> {
    let (name, cell) = (checked(name)?, checked(&cell.name)?);
    Ok(format!("DROP INDEX IF EXISTS \"by.{name}.{cell}\"; ALTER TABLE {name} DROP COLUMN {cell}"))
}

/// What the index of a list sorted by this column is called.
pub(crate) fn index(table: &TableName, info: &ColumnShape) -> Result<String> {
    Ok(format!("by.{}.{}", server_table(table)?, face(info)?))
}

/// What the index is called that finds the rows whose lookup points to a record.
pub(crate) fn lookup_index(table: &TableName, lookup: &ColumnShape) -> Result<String> {
    Ok(format!("of.{}.{}", server_table(table)?, checked(lookup.name.as_str())?))
}

/// The index that a list sorted by this column walks. It carries the id, so that a block's rows are found in it alone.
pub(crate) fn create_index(table: &TableName, info: &ColumnShape) -> Result<String> {
    let (index, name, face) = (index(table, info)?, server_table(table)?, face(info)?);
    Ok(format!("CREATE INDEX IF NOT EXISTS \"{index}\" ON {name} ({face}, id)"))
}

pub(crate) fn drop_view(table: &TableName) -> Result<String> {
    Ok(format!("DROP VIEW IF EXISTS {}", view(table)?))
}

/// Everything that there is of a table.
pub(crate) fn drop_tables(table: &TableName) -> Result<String> {
    let (view, server, shown) = (view(table)?, server_table(table)?, shown_table(table)?);
    Ok(format!("DROP VIEW IF EXISTS {view}; DROP TABLE IF EXISTS {server}; DROP TABLE IF EXISTS {shown}"))
}

/// What the user sees: the server copies, and what edits make of those that have some.
pub(crate) fn create_view(table: &Table) -> Result<String> {
    let name = checked(table.name.as_str())?;
    let cells = list(&table.columns)?;
    Ok(format!(
        "CREATE VIEW view_{name} AS
         SELECT id, version{cells}, 'in_crm' AS standing
           FROM crm_{name} AS server
          WHERE NOT EXISTS (SELECT 1 FROM shown_{name} AS edited WHERE edited.id = server.id)
          UNION ALL
         SELECT id, version{cells},
                CASE WHEN EXISTS (SELECT 1 FROM outbox
                                   WHERE table_name = '{name}' AND record_id = edited.id AND state = 'held')
                     THEN 'held' ELSE 'waiting' END
           FROM shown_{name} AS edited
          WHERE is_deleted = 0"
    ))
}

/// ?1 id, ?2 version, ?3 generation, then the cells of the columns that are known; the others stay as they are.
pub(crate) fn store_server<'a>(table: &TableName, known: impl Iterator<Item = &'a ColumnShape>) -> Result<String> {
    let name = server_table(table)?;
    let cells = all_cells(known)?;
    let names: String = cells.iter().map(|cell| format!(", {}", cell.name)).collect();
    let places: String = (4..4 + cells.len()).map(|place| format!(", ?{place}")).collect();
    let updates: String = cells.iter().map(|cell| format!(", {0} = excluded.{0}", cell.name)).collect();
    Ok(format!(
        "INSERT INTO {name} (id, version, generation{names}) VALUES (?1, ?2, ?3{places})
             ON CONFLICT (id) DO UPDATE SET version = excluded.version, generation = excluded.generation{updates}"
    ))
}

/// ?1 id, ?2 version, ?3 whether it is deleted, then all cells.
pub(crate) fn store_shown(table: &Table) -> Result<String> {
    let name = shown_table(&table.name)?;
    let cells = list(&table.columns)?;
    let places: String = (4..4 + all_cells(&table.columns)?.len()).map(|place| format!(", ?{place}")).collect();
    Ok(format!("INSERT OR REPLACE INTO {name} (id, version, is_deleted{cells}) VALUES (?1, ?2, ?3{places})"))
}

pub(crate) fn remove_server(table: &TableName) -> Result<String> {
    Ok(format!("DELETE FROM {} WHERE id = ?1", server_table(table)?))
}

pub(crate) fn remove_shown(table: &TableName) -> Result<String> {
    Ok(format!("DELETE FROM {} WHERE id = ?1", shown_table(table)?))
}

/// The ids of the rows that go.
pub(crate) fn remove_older(table: &TableName) -> Result<String> {
    Ok(format!("DELETE FROM {} WHERE generation < ?1 RETURNING id", server_table(table)?))
}

/// Stamps the row ?1 with the generation ?3, and says whether its version is ?2; no row when it is not here.
pub(crate) fn stamp_server(table: &TableName) -> Result<String> {
    Ok(format!("UPDATE {} SET generation = ?3 WHERE id = ?1 RETURNING version IS ?2", server_table(table)?))
}

/// id, version, the cells, standing of the record ?1 as it is shown.
pub(crate) fn one_shown<'a>(table: &TableName, columns: impl Iterator<Item = &'a ColumnShape>) -> Result<String> {
    Ok(format!("SELECT id, version{}, standing FROM {} WHERE id = ?1", list(columns)?, view(table)?))
}

/// What the record ?1 is called in this column, as it is shown.
pub(crate) fn name_shown(table: &TableName, info: &ColumnShape) -> Result<String> {
    Ok(format!("SELECT {} FROM {} WHERE id = ?1", face(info)?, view(table)?))
}

/// id, version, the cells of the record ?1 as the server has it.
pub(crate) fn one_server(table: &Table) -> Result<String> {
    Ok(format!("SELECT id, version{} FROM {} WHERE id = ?1", list(&table.columns)?, server_table(&table.name)?))
}

/// id, version, the cells of every record as the server has it, by id.
pub(crate) fn all_server(table: &Table) -> Result<String> {
    Ok(format!("SELECT id, version{} FROM {} ORDER BY id", list(&table.columns)?, server_table(&table.name)?))
}

/// The ids of the rows whose lookup points to ?1, as the server has them.
pub(crate) fn children(table: &TableName, lookup: &ColumnShape) -> Result<String> {
    Ok(format!("SELECT id FROM {} WHERE c_{} = ?1", server_table(table)?, checked(lookup.name.as_str())?))
}

pub(crate) fn count_server(table: &TableName) -> Result<String> {
    Ok(format!("SELECT count(*) FROM {}", server_table(table)?))
}

/// The ids of at most ?2 active rows whose lookup points to ?1, the last changed first where the table says when.
pub(crate) fn active_of(table: &Table, lookup: &ColumnShape) -> Result<String> {
    let cell = format!("c_{}", checked(lookup.name.as_str())?);
    let has = |name: &str| table.column(&Column::new(name)).is_some();
    let active = if has("statecode") { " AND c_statecode = 0" } else { "" };
    let order = if has("modifiedon") { "c_modifiedon DESC, " } else { "" };
    Ok(format!("SELECT id FROM {} WHERE {cell} = ?1{active} ORDER BY {order}id LIMIT ?2", view(&table.name)?))
}

/// The index that finds the rows whose lookup points to a record.
pub(crate) fn create_lookup_index(table: &TableName, lookup: &ColumnShape) -> Result<String> {
    let (index, name) = (lookup_index(table, lookup)?, server_table(table)?);
    Ok(format!("CREATE INDEX IF NOT EXISTS \"{index}\" ON {name} (c_{})", checked(lookup.name.as_str())?))
}

/// How many records are shown, counted without visiting each.
pub(crate) fn count_shown(table: &TableName) -> Result<String> {
    let (server, shown) = (server_table(table)?, shown_table(table)?);
    Ok(format!(
        "SELECT (SELECT count(*) FROM {server})
              - (SELECT count(*) FROM {shown} AS edited WHERE EXISTS (SELECT 1 FROM {server} WHERE id = edited.id))
              + (SELECT count(*) FROM {shown} WHERE is_deleted = 0)"
    ))
}

/// id, version, the cells of the records that hold the text ?1 in this column, as they are shown.
pub(crate) fn carriers<'a>(
    table: &TableName,
    columns: impl Iterator<Item = &'a ColumnShape>,
    held: &ColumnShape,
) -> Result<String> {
    Ok(format!("SELECT id, version{} FROM {} WHERE {} = ?1", list(columns)?, view(table)?, face(held)?))
}

/// How a list is sorted; ties by id, so that blocks never overlap.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Order<'a> {
    pub(crate) by: Option<&'a ColumnShape>,
    pub(crate) is_descending: bool,
}

/// What a row must hold: the folded text ?1 in one of the texts, or one of these numbers.
#[derive(Debug, Default)]
pub(crate) struct Filter<'a> {
    pub(crate) texts: Vec<&'a ColumnShape>,
    pub(crate) numbers: Vec<(&'a ColumnShape, Vec<i64>)>,
}

/// The ids of ?1 rows from the ?2-th, along an index. Bare parameters at the limit would have SQLite plan it anew each time.
pub(crate) fn block(table: &TableName, order: Order<'_>) -> Result<String> {
    let direction = if order.is_descending { " DESC" } else { "" };
    let view = view(table)?;
    Ok(match order.by {
        Some(column) => {
            let face = face(column)?;
            format!(
                "SELECT id, {face} FROM {view} ORDER BY {face}{direction}, id{direction} LIMIT 0 + ?1 OFFSET 0 + ?2"
            )
        }
        None => format!("SELECT id FROM {view} ORDER BY id{direction} LIMIT 0 + ?1 OFFSET 0 + ?2"),
    })
}

/// The ids of all rows that hold the folded text ?1. The plus keeps it from walking an index: every row is looked at
/// anyway, and one after the other each page of the file is read once.
pub(crate) fn found(table: &TableName, order: Order<'_>, filter: &Filter<'_>) -> Result<String> {
    let direction = if order.is_descending { " DESC" } else { "" };
    let (view, wanted) = (view(table)?, condition(filter)?);
    let by = match order.by {
        Some(column) => format!("+{}{direction}, ", face(column)?),
        None => String::new(),
    };
    Ok(format!("SELECT id FROM {view} WHERE {wanted} ORDER BY {by}+id{direction}"))
}

fn condition(filter: &Filter<'_>) -> Result<String> {
    let mut any = Vec::new();
    for column in &filter.texts {
        any.push(format!("has_text({}, ?1)", face(column)?));
    }
    for (column, numbers) in &filter.numbers {
        let numbers: Vec<String> = numbers.iter().map(i64::to_string).collect();
        any.push(format!("{} IN ({})", face(column)?, numbers.join(", ")));
    }
    // Never so; ?1 is named in any case, so that every filter has the same parameters.
    any.push("?1 IS NULL".to_owned());
    Ok(format!("({})", any.join(" OR ")))
}

/// A text as filters compare it.
pub(crate) fn folded(text: &str) -> String {
    // Most texts are, and there may be a hundred thousand.
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.chars().flat_map(char::to_lowercase).collect()
}

/// The column of that name.
pub(crate) fn column<'a>(table: &'a Table, name: &Column) -> Result<&'a ColumnShape> {
    table.column(name).ok_or_else(|| StoreError::Unfit(format!("the table {} has no column {name}", table.name)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_name_that_is_no_logical_name_never_reaches_sql() {
        for name in ["", "a b", "a\"b", "a;--", "Account", "naïve", "a.b"] {
            assert!(server_table(&TableName::new(name)).is_err(), "{name}");
            let mut info = samples::account().columns[0].clone();
            info.name = Column::new(name);
            assert!(cells(&info).is_err(), "{name}");
            assert!(face(&info).is_err(), "{name}");
        }
    }

    #[test]
    fn folding_knows_every_alphabet() {
        assert_eq!(folded("ÄRGER Σ Ж 测试"), "ärger σ ж 测试");
    }
}
