//! What tables the organisation has and what their columns may hold.

mod parse;

use std::{collections::HashMap, sync::OnceLock};

use serde_json::Value;

pub(crate) use parse::stock;

/// Every table, in the order in which the service document lists them.
#[derive(Debug)]
pub(crate) struct Schema {
    pub(crate) tables: Vec<Table>,
    by_name: HashMap<String, usize>,
    by_set: HashMap<String, usize>,
    /// As its clients read them.
    pub(crate) definitions: OnceLock<Vec<Value>>,
}

#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    pub(crate) set: String,
    pub(crate) code: i64,
    pub(crate) key: String,
    pub(crate) primary_name: String,
    pub(crate) ownership: Ownership,
    pub(crate) is_activity: bool,
    /// Only these tables answer `odata.track-changes`.
    pub(crate) is_tracked: bool,
    pub(crate) label: String,
    pub(crate) labels: String,
    pub(crate) columns: Vec<Column>,
    by_column: HashMap<String, usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ownership {
    User,
    Business,
    Organization,
    /// Rows that live and die with their parent.
    None,
}

#[derive(Clone, Debug)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) kind: Kind,
    pub(crate) need: Need,
    pub(crate) access: Access,
    pub(crate) label: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    Optional,
    Recommended,
    Required,
    /// Never empty: the organisation fills it when nobody does.
    System,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    Free,
    CreateOnly,
    ReadOnly,
}

#[derive(Clone, Debug)]
pub(crate) enum Kind {
    Key,
    Text {
        max: usize,
        format: &'static str,
    },
    Memo {
        max: usize,
    },
    Whole {
        min: i64,
        max: i64,
    },
    Big,
    Decimal {
        places: u32,
        min: String,
        max: String,
    },
    Money {
        places: u32,
    },
    Double {
        places: u32,
        min: f64,
        max: f64,
    },
    YesNo {
        no: String,
        yes: String,
        usual: Option<bool>,
    },
    Choice {
        options: Vec<Choice>,
        usual: Option<i64>,
    },
    /// Each option's `partner` is the status reason that it starts with.
    State {
        options: Vec<Choice>,
    },
    /// Each option's `partner` is the state it belongs to.
    Status {
        options: Vec<Choice>,
    },
    Date,
    DateTime,
    Lookup {
        flavour: Flavour,
        targets: Vec<Target>,
    },
    Guid,
    TableName,
    /// Written through the activity's collection of parties, never read as a column.
    PartyList,
}

#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) value: i64,
    pub(crate) label: String,
    pub(crate) partner: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavour {
    Plain,
    Customer,
    Owner,
}

/// One table a lookup may point at.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    pub(crate) table: String,
    /// The navigation property on the row that points.
    pub(crate) navigation: String,
    /// The collection on the row pointed at; also the relationship's name.
    pub(crate) collection: String,
}

impl Schema {
    pub(crate) fn table(&self, name: &str) -> Option<&Table> {
        self.by_name.get(name).map(|&at| &self.tables[at])
    }

    pub(crate) fn set(&self, set: &str) -> Option<&Table> {
        self.by_set.get(set).map(|&at| &self.tables[at])
    }

    /// The lookups of other tables that point at `table`.
    pub(crate) fn pointing_at<'s>(
        &'s self,
        table: &'s str,
    ) -> impl Iterator<Item = (&'s Table, &'s Column, &'s Target)> + 's {
        self.tables.iter().flat_map(move |from| {
            from.lookups()
                .filter(move |(_, target)| target.table == table)
                .map(move |(column, target)| (from, column, target))
        })
    }
}

impl Table {
    pub(crate) fn column(&self, name: &str) -> Option<&Column> {
        self.by_column.get(name).map(|&at| &self.columns[at])
    }

    /// Each lookup with each of its targets.
    pub(crate) fn lookups(&self) -> impl Iterator<Item = (&Column, &Target)> {
        self.columns.iter().flat_map(|column| column.targets().iter().map(move |target| (column, target)))
    }

    /// The lookup behind a navigation property.
    pub(crate) fn navigation(&self, name: &str) -> Option<(&Column, &Target)> {
        self.lookups().find(|(_, target)| target.navigation == name)
    }

    /// Accepts a column both by its name and, for a lookup, as `_name_value`.
    pub(crate) fn property(&self, name: &str) -> Option<&Column> {
        match name.strip_prefix('_').and_then(|rest| rest.strip_suffix("_value")) {
            Some(lookup) => self.column(lookup).filter(|column| column.is_lookup()),
            None => self.column(name).filter(|column| !column.is_lookup() && column.is_readable()),
        }
    }
}

impl Column {
    pub(crate) fn is_lookup(&self) -> bool {
        matches!(self.kind, Kind::Lookup { .. })
    }

    pub(crate) fn is_readable(&self) -> bool {
        !matches!(self.kind, Kind::PartyList)
    }

    pub(crate) fn targets(&self) -> &[Target] {
        match &self.kind {
            Kind::Lookup { targets, .. } => targets,
            _ => &[],
        }
    }

    /// The name on the wire.
    pub(crate) fn property(&self) -> String {
        if self.is_lookup() { format!("_{}_value", self.name) } else { self.name.clone() }
    }

    pub(crate) fn options(&self) -> &[Choice] {
        match &self.kind {
            Kind::Choice { options, .. } | Kind::State { options } | Kind::Status { options } => options,
            _ => &[],
        }
    }
}
