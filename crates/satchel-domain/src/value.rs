//! One cell of a record, in the kinds that Dataverse knows.

use jiff::{Timestamp, civil};
use rust_decimal::Decimal;

use crate::ids::{RecordId, TableName};

/// What a column holds. Money and decimals are exact; a choice is its number, its label stands in the schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    Null,
    Text(String),
    Whole(i64),
    Decimal(Decimal),
    /// At most four digits after the point, as Dataverse keeps it; the record's currency column names the currency.
    Money(Decimal),
    Choice(i64),
    YesNo(bool),
    Lookup(Lookup),
    Id(RecordId),
    DateTime(Timestamp),
    Date(civil::Date),
}

/// A reference to a record, perhaps of another table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lookup {
    pub table: TableName,
    pub id: RecordId,
    /// What the service called the record when it was read; a renamed target does not change it.
    pub name: Option<String>,
}

impl Value {
    pub fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Whether both say the same; the remembered name of a lookup does not count.
    pub fn same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Lookup(a), Self::Lookup(b)) => a.table == b.table && a.id == b.id,
            _ => self == other,
        }
    }
}
