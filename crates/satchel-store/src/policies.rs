//! What happens to the clashes of a table before anybody is asked: the user's word, once for all.

use satchel_domain::TableName;

use crate::{
    database::{Reader, Tx},
    error::Result,
    settings,
};

/// Who decides when both sides changed the same column of a record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    /// The user, each time.
    #[default]
    Ask,
    /// What the user wrote wins.
    Mine,
    /// What CRM has wins.
    Theirs,
}

/// What the user said for the table; asks where nothing was said.
pub fn of_table(reader: &Reader<'_>, table: &TableName) -> Result<Policy> {
    Ok(match settings::get(reader, &key(table))?.as_deref() {
        Some("mine") => Policy::Mine,
        Some("theirs") => Policy::Theirs,
        _ => Policy::Ask,
    })
}

pub fn set(tx: &Tx<'_>, table: &TableName, policy: Policy) -> Result<()> {
    match policy {
        Policy::Ask => settings::forget(tx, &key(table)),
        Policy::Mine => settings::set(tx, &key(table), "mine"),
        Policy::Theirs => settings::set(tx, &key(table), "theirs"),
    }
}

fn key(table: &TableName) -> String {
    format!("clashes_of:{table}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Durability, samples};

    #[test]
    fn a_policy_is_one_tables_and_asks_until_something_else_was_said() {
        let (_folder, database) = samples::database();
        let (account, contact) = (TableName::new("account"), TableName::new("contact"));
        let ask = |table| database.read(|reader| of_table(reader, table)).unwrap();
        for policy in [Policy::Ask, Policy::Mine, Policy::Theirs, Policy::Ask] {
            database.write(Durability::Full, |tx| set(tx, &account, policy)).unwrap();
            assert_eq!((ask(&account), ask(&contact)), (policy, Policy::Ask));
        }
    }
}
