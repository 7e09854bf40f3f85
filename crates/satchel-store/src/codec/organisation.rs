//! The JSON that the database keeps of an organisation's tables and columns.

use satchel_domain::{
    Column, OrganisationId, TableName, UserId,
    schema::{Choice, ColumnShape, Kind, Lines, Organisation, Table, Target},
};
use serde::{Deserialize, Serialize};

use super::uuid;
use crate::error::Result;

pub(crate) fn organisation_to_json(organisation: &Organisation) -> Result<String> {
    Ok(serde_json::to_string(&StoredOrganisation {
        id: organisation.id.to_string(),
        user: organisation.user.to_string(),
        user_name: organisation.user_name.clone(),
        tables: organisation.tables.iter().map(stored_table).collect(),
    })?)
}

pub(crate) fn organisation_from_json(json: &str) -> Result<Organisation> {
    let stored: StoredOrganisation = serde_json::from_str(json)?;
    Ok(Organisation {
        id: OrganisationId(uuid(&stored.id)?),
        user: UserId(uuid(&stored.user)?),
        user_name: stored.user_name,
        tables: stored.tables.into_iter().map(table).collect(),
    })
}

#[derive(Serialize, Deserialize)]
struct StoredOrganisation {
    id: String,
    user: String,
    user_name: String,
    tables: Vec<StoredTable>,
}

#[derive(Serialize, Deserialize)]
struct StoredTable {
    name: String,
    set_name: String,
    label: String,
    plural_label: String,
    primary_id: String,
    primary_name: Option<String>,
    columns: Vec<StoredColumn>,
}

#[derive(Serialize, Deserialize)]
struct StoredColumn {
    name: String,
    label: String,
    kind: StoredKind,
    is_required: bool,
    may_create: bool,
    may_update: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum StoredKind {
    Text {
        max_length: u32,
        many_lines: bool,
    },
    Whole {
        min: i64,
        max: i64,
    },
    Decimal {
        digits: u32,
    },
    Money {
        digits: u32,
    },
    Choice(Vec<(i64, String)>),
    YesNo {
        yes: String,
        no: String,
    },
    /// Table and navigation property.
    Lookup(Vec<(String, String)>),
    Id,
    DateTime,
    Date,
}

fn stored_table(table: &Table) -> StoredTable {
    StoredTable {
        name: table.name.as_str().to_owned(),
        set_name: table.set_name.clone(),
        label: table.label.clone(),
        plural_label: table.plural_label.clone(),
        primary_id: table.primary_id.as_str().to_owned(),
        primary_name: table.primary_name.as_ref().map(|name| name.as_str().to_owned()),
        columns: table
            .columns
            .iter()
            .map(|column| StoredColumn {
                name: column.name.as_str().to_owned(),
                label: column.label.clone(),
                kind: stored_kind(&column.kind),
                is_required: column.is_required,
                may_create: column.may_create,
                may_update: column.may_update,
            })
            .collect(),
    }
}

fn stored_kind(kind: &Kind) -> StoredKind {
    match kind {
        Kind::Text { max_length, lines } => {
            StoredKind::Text { max_length: *max_length, many_lines: *lines == Lines::Many }
        }
        Kind::Whole { min, max } => StoredKind::Whole { min: *min, max: *max },
        Kind::Decimal { digits } => StoredKind::Decimal { digits: *digits },
        Kind::Money { digits } => StoredKind::Money { digits: *digits },
        Kind::Choice { choices } => {
            StoredKind::Choice(choices.iter().map(|choice| (choice.value, choice.label.clone())).collect())
        }
        Kind::YesNo { yes, no } => StoredKind::YesNo { yes: yes.clone(), no: no.clone() },
        Kind::Lookup { targets } => StoredKind::Lookup(
            targets.iter().map(|target| (target.table.as_str().to_owned(), target.navigation.clone())).collect(),
        ),
        Kind::Id => StoredKind::Id,
        Kind::DateTime => StoredKind::DateTime,
        Kind::Date => StoredKind::Date,
    }
}

fn table(stored: StoredTable) -> Table {
    Table {
        name: TableName::new(stored.name),
        set_name: stored.set_name,
        label: stored.label,
        plural_label: stored.plural_label,
        primary_id: Column::new(stored.primary_id),
        primary_name: stored.primary_name.map(Column::new),
        columns: stored
            .columns
            .into_iter()
            .map(|column| ColumnShape {
                name: Column::new(column.name),
                label: column.label,
                kind: kind(column.kind),
                is_required: column.is_required,
                may_create: column.may_create,
                may_update: column.may_update,
            })
            .collect(),
    }
}

fn kind(stored: StoredKind) -> Kind {
    match stored {
        StoredKind::Text { max_length, many_lines } => {
            Kind::Text { max_length, lines: if many_lines { Lines::Many } else { Lines::One } }
        }
        StoredKind::Whole { min, max } => Kind::Whole { min, max },
        StoredKind::Decimal { digits } => Kind::Decimal { digits },
        StoredKind::Money { digits } => Kind::Money { digits },
        StoredKind::Choice(choices) => {
            Kind::Choice { choices: choices.into_iter().map(|(value, label)| Choice { value, label }).collect() }
        }
        StoredKind::YesNo { yes, no } => Kind::YesNo { yes, no },
        StoredKind::Lookup(targets) => Kind::Lookup {
            targets: targets
                .into_iter()
                .map(|(table, navigation)| Target { table: TableName::new(table), navigation })
                .collect(),
        },
        StoredKind::Id => Kind::Id,
        StoredKind::DateTime => Kind::DateTime,
        StoredKind::Date => Kind::Date,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn an_organisation_reads_back_as_it_was() {
        let organisation = samples::organisation();
        let json = organisation_to_json(&organisation).unwrap();
        assert_eq!(organisation_from_json(&json).unwrap(), organisation);
    }
}
