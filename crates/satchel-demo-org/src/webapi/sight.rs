//! What the caller may see and touch: everything, or only the rows that the caller owns.

use uuid::Uuid;

use super::derive;
use super::refusal::Refusal;
use crate::schema::{Ownership, Schema, Table};
use crate::staff::User;
use crate::store::{Change, Look, Record, StoreError};

/// How far a user's rights go in tables whose rows have owners; all other tables are everybody's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Everything,
    Own(Uuid),
}

/// The role of each user, where the organisation has roles.
pub(crate) fn reach(has_roles: bool, user: User) -> Reach {
    match user {
        User::Salesperson if has_roles => Reach::Own(user.person().id),
        User::Salesperson | User::Manager | User::Admin => Reach::Everything,
    }
}

/// The store as one user sees it: rows out of reach are not there.
pub(crate) struct Sight<'a> {
    look: &'a dyn Look,
    schema: &'a Schema,
    reach: Reach,
}

impl<'a> Sight<'a> {
    pub(crate) fn new(look: &'a dyn Look, schema: &'a Schema, reach: Reach) -> Self {
        Self { look, schema, reach }
    }

    /// A row that the caller may change or delete: whoever may see it may do so.
    pub(crate) fn check(&self, table: &Table, record: &Record) -> Result<(), Refusal> {
        if self.sees(&table.name, record)? { Ok(()) } else { Err(Refusal::no_access(&table.name, record.id)) }
    }

    /// Rows that live in another row are seen with it.
    fn sees(&self, table: &str, record: &Record) -> Result<bool, StoreError> {
        let (Reach::Own(caller), Some(table)) = (self.reach, self.schema.table(table)) else { return Ok(true) };
        if table.ownership == Ownership::User {
            return Ok(record.lookup("ownerid") == Some(("systemuser", caller)));
        }
        let parent = derive::parent_column(table).and_then(|column| record.lookup(&column.name));
        let Some((parent_table, id)) = parent else { return Ok(true) };
        match self.look.get(parent_table, id)? {
            Some(parent) => self.sees(parent_table, &parent),
            None => Ok(true),
        }
    }
}

/// Change tracking tells of every row of a table, so it is for those who may read every row.
pub(crate) fn check_whole(reach: Reach, table: &Table) -> Result<(), Refusal> {
    match reach {
        Reach::Own(caller) if table.ownership == Ownership::User || derive::parent_column(table).is_some() => {
            Err(Refusal::no_privilege(caller, &table.name))
        }
        Reach::Own(_) | Reach::Everything => Ok(()),
    }
}

impl Look for Sight<'_> {
    fn get(&self, table: &str, id: Uuid) -> Result<Option<Record>, StoreError> {
        match self.look.get(table, id)? {
            Some(record) if self.sees(table, &record)? => Ok(Some(record)),
            _ => Ok(None),
        }
    }

    fn get_any(&self, table: &str, id: Uuid) -> Result<Option<Record>, StoreError> {
        self.look.get_any(table, id)
    }

    fn each(&self, table: &str, after: Option<Uuid>, visit: &mut dyn FnMut(Record) -> bool) -> Result<(), StoreError> {
        let mut failure = None;
        self.look.each(table, after, &mut |record| match self.sees(table, &record) {
            Ok(true) => visit(record),
            Ok(false) => true,
            Err(error) => {
                failure = Some(error);
                false
            }
        })?;
        failure.map_or(Ok(()), Err)
    }

    fn children(&self, table: &str, parent: Uuid) -> Result<Vec<Record>, StoreError> {
        let mut seen = Vec::new();
        for record in self.look.children(table, parent)? {
            if self.sees(table, &record)? {
                seen.push(record);
            }
        }
        Ok(seen)
    }

    fn changes(&self, table: &str, after: u64, until: u64) -> Result<Vec<Change>, StoreError> {
        self.look.changes(table, after, until)
    }

    fn version(&self) -> Result<u64, StoreError> {
        self.look.version()
    }
}
