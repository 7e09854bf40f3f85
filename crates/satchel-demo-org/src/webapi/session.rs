//! One request of one signed-in user.

use jiff::Timestamp;

use super::prefer::Prefer;
use super::sight::{self, Reach, Sight};
use crate::http::{Call, Reply};
use crate::schema::{Schema, Table};
use crate::server::World;
use crate::staff::User;
use crate::store::Look;

pub(crate) struct Session<'w> {
    pub(crate) world: &'w World,
    pub(crate) call: &'w Call,
    pub(crate) user: User,
    pub(crate) prefer: Prefer,
    pub(crate) options: Vec<(String, String)>,
    /// The service's root as the caller wrote it: `http://…/api/data/v9.2`.
    pub(crate) root: String,
    pub(crate) now: Timestamp,
}

impl Session<'_> {
    pub(crate) fn schema(&self) -> &Schema {
        &self.world.schema
    }

    pub(crate) fn reach(&self) -> Reach {
        sight::reach(self.world.rights, self.user)
    }

    /// The store as the caller sees it.
    pub(crate) fn sight<'a>(&'a self, look: &'a dyn Look) -> Sight<'a> {
        Sight::new(look, self.schema(), self.reach())
    }

    pub(crate) fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find_map(|(key, value)| (key == name).then_some(value.as_str()))
    }

    pub(crate) fn context(&self, table: &Table, select: Option<&str>) -> String {
        let columns = select.map_or_else(String::new, |select| format!("({select})"));
        format!("{}/$metadata#{}{columns}", self.root, table.set)
    }

    /// JSON with the headers that OData answers carry.
    pub(crate) fn body(&self, status: u16, json: impl Into<Vec<u8>>) -> Reply {
        let reply = Reply::new(status, "application/json; odata.metadata=minimal", json);
        match self.prefer.applied() {
            Some(applied) => reply.with("preference-applied", applied),
            None => reply,
        }
    }
}
