//! Who may read what: the manager everything, the salesperson only some rows of the tables that are parted.

use std::collections::BTreeSet;

use satchel_domain::{RecordId, ServiceError, TableName, error::Answer, tracking::PARTIES};

use super::ModelCrm;

/// Through whose eyes the organisation is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Eyes {
    Manager,
    Salesperson,
}

/// What the salesperson may not read.
#[derive(Clone, Debug, Default)]
pub(super) struct Sight {
    parted: BTreeSet<TableName>,
    kept: BTreeSet<(TableName, RecordId)>,
}

/// One table as somebody sees it.
#[derive(Debug)]
pub(super) struct View<'a> {
    sight: &'a Sight,
    eyes: Eyes,
    table: &'a TableName,
}

impl Sight {
    pub(super) fn of<'a>(&'a self, eyes: Eyes, table: &'a TableName) -> View<'a> {
        View { sight: self, eyes, table }
    }

    /// # Errors
    /// The service's refusal, where these eyes may not see the row.
    pub(super) fn check(&self, eyes: Eyes, table: &TableName, id: RecordId) -> Answer<()> {
        if self.of(eyes, table).shows(id) {
            return Ok(());
        }
        Err(ServiceError::Refused {
            code: "0x80040220".to_owned(),
            reason: format!("Principal user is missing the privilege to read this row of {table}."),
        })
    }
}

impl View<'_> {
    /// Whether there is anything in the table that these eyes may not see, or might not.
    fn is_part(&self) -> bool {
        self.eyes == Eyes::Salesperson && self.sight.parted.contains(self.table)
    }

    /// Why the changes of the table are not told to these eyes; none where they are.
    pub(super) fn why_untold(&self) -> Option<String> {
        if self.table.as_str() == PARTIES {
            return Some(format!("Change tracking is not enabled for {}.", self.table));
        }
        self.is_part().then(|| format!("You may not read every row of {}.", self.table))
    }

    pub(super) fn shows(&self, id: RecordId) -> bool {
        !self.is_part() || !self.sight.kept.contains(&(self.table.clone(), id))
    }
}

impl ModelCrm {
    /// The same organisation as the salesperson sees it.
    pub fn as_salesperson(&self) -> Self {
        Self { state: self.state.clone(), eyes: Eyes::Salesperson }
    }

    /// From now on the salesperson may read only some rows of the table, or all of them again.
    pub fn part(&self, table: &TableName, is_parted: bool) {
        let parted = &mut self.lock().sight.parted;
        if is_parted {
            parted.insert(table.clone());
        } else {
            parted.remove(table);
        }
    }

    /// Of a parted table the salesperson may not read this row, or may again. Somebody else owns it now where
    /// `is_assigned` says so, which is a write; otherwise it was shared, which is none.
    pub fn keep_from_salesperson(&self, table: &TableName, id: RecordId, is_kept: bool, is_assigned: bool) {
        let mut state = self.lock();
        let key = (table.clone(), id);
        if is_kept {
            state.sight.kept.insert(key);
        } else {
            state.sight.kept.remove(&key);
        }
        if is_assigned && let Some(table) = state.organisation.table(table).cloned() {
            state.rows.update(&table, id, &[]);
        }
    }

    pub fn is_open_to_salesperson(&self, table: &TableName, id: RecordId) -> bool {
        self.lock().sight.of(Eyes::Salesperson, table).shows(id)
    }

    pub fn is_parted(&self, table: &TableName) -> bool {
        self.lock().sight.parted.contains(table)
    }
}
