//! The organisation's tables and columns, as its metadata describes them.

use crate::ids::{Column, OrganisationId, TableName, UserId};

/// What `describe` learns of an organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    pub id: OrganisationId,
    pub user: UserId,
    pub user_name: String,
    pub tables: Vec<Table>,
}

/// Columns that hold whole files. They are left out of the description, so no pull and no fetch brings them: a page of rows
/// would be a page of files.
const CONTENTS: [(&str, &str); 2] = [("activitymimeattachment", "body"), ("annotation", "documentbody")];

/// Whether the column holds the bytes of a file.
pub fn is_content(table: &TableName, column: &Column) -> bool {
    CONTENTS.contains(&(table.as_str(), column.as_str()))
}

impl Organisation {
    pub fn table(&self, name: &TableName) -> Option<&Table> {
        self.tables.iter().find(|table| &table.name == name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub name: TableName,
    /// The last part of its URL, such as `opportunities`; never guessed.
    pub set_name: String,
    pub label: String,
    pub plural_label: String,
    pub primary_id: Column,
    /// The column that names a record to a person.
    pub primary_name: Option<Column>,
    pub columns: Vec<ColumnShape>,
}

impl Table {
    pub fn column(&self, name: &Column) -> Option<&ColumnShape> {
        self.columns.iter().find(|column| &column.name == name)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnShape {
    pub name: Column,
    pub label: String,
    pub kind: Kind,
    pub is_required: bool,
    pub may_create: bool,
    pub may_update: bool,
}

/// The kinds of columns that are kept; a column of any other kind is left out by the adapter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `max_length` in UTF-16 units, as the service counts.
    Text {
        max_length: u32,
        lines: Lines,
    },
    Whole {
        min: i64,
        max: i64,
    },
    /// `digits` after the point.
    Decimal {
        digits: u32,
    },
    /// Never more than four digits after the point.
    Money {
        digits: u32,
    },
    Choice {
        choices: Vec<Choice>,
    },
    YesNo {
        yes: String,
        no: String,
    },
    Lookup {
        targets: Vec<Target>,
    },
    Id,
    DateTime,
    Date,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    One,
    Many,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    pub value: i64,
    pub label: String,
}

/// One table a lookup may point to, and the navigation property that binds it (case counts).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub table: TableName,
    pub navigation: String,
}
