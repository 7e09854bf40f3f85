//! What only a test can do to the model: other writers, faults, and a look at what it holds.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use satchel_domain::{Column, Record, RecordId, TableName, Value, schema::Table};

use super::ModelCrm;

impl ModelCrm {
    /// The organisation as it is now, which goes its own way from here: one for each life after a crash.
    pub fn fork(&self) -> Self {
        Self { state: Arc::new(Mutex::new(self.lock().clone())), eyes: self.eyes }
    }

    /// Somebody else creates a record. No rule is checked: they may know columns that we do not.
    pub fn create_as_another(&self, table: &TableName, id: RecordId, values: &[(Column, Value)]) {
        let mut state = self.lock();
        let table = state.organisation.table(table).cloned().unwrap_or_else(|| panic!("no table {table}"));
        state.rows.create(&table, id, values);
    }

    /// Somebody else changes these columns of a record.
    pub fn another_writer(&self, table: &TableName, id: RecordId, changes: &[(Column, Value)]) {
        let mut state = self.lock();
        assert!(state.rows.holds(table, id), "there is no {table} {id} to change");
        let table = state.organisation.table(table).cloned().unwrap_or_else(|| panic!("no table {table}"));
        state.rows.update(&table, id, changes);
    }

    /// Somebody else deletes a record.
    pub fn delete_as_another(&self, table: &TableName, id: RecordId) {
        let mut state = self.lock();
        assert!(state.rows.holds(table, id), "there is no {table} {id} to delete");
        if table.as_str() == satchel_domain::tracking::EMAILS {
            state.delete_children(id);
        }
        state.rows.delete(table, id);
    }

    /// What the service holds, by id.
    pub fn rows(&self, table: &TableName) -> Vec<Record> {
        let state = self.lock();
        state.organisation.table(table).map_or_else(Vec::new, |table| state.rows.records(table))
    }

    /// One row as the service holds it.
    pub fn row(&self, table: &TableName, id: RecordId) -> Option<Record> {
        let state = self.lock();
        state.rows.record(state.organisation.table(table)?, id)
    }

    /// The table as the organisation describes it.
    pub fn table(&self, name: &str) -> Table {
        let name = TableName::new(name);
        let state = self.lock();
        state.organisation.table(&name).cloned().unwrap_or_else(|| panic!("no table {name}"))
    }

    /// How many writes it made, the ones with a lost answer included; a step of tracking that was taken before is none.
    pub fn writes(&self) -> usize {
        self.lock().writes
    }

    /// How many calls reached it or would have.
    pub fn calls(&self) -> usize {
        self.lock().calls
    }

    /// Every call is `Unreachable` until [`come_back`](Self::come_back).
    pub fn go_down(&self) {
        self.lock().is_down = true;
    }

    pub fn come_back(&self) {
        self.lock().is_down = false;
    }

    /// The next write that is good is committed, and its answer lost.
    pub fn answer_lost_next(&self) {
        self.answer_lost_after(0);
    }

    /// So many writes are answered for; the one after them is committed, and its answer lost.
    pub fn answer_lost_after(&self, writes: usize) {
        self.lock().loses_answer = Some(writes);
    }

    /// The next push is refused with these words.
    pub fn refuse_next(&self, code: &str, reason: &str) {
        self.lock().refusal = Some((code.to_owned(), reason.to_owned()));
    }

    /// From now on its rules for records alike are published.
    pub fn detect_duplicates(&self) {
        self.lock().detects_duplicates = true;
    }

    /// From now on every create and update that may be refused for it is taken for a duplicate of this record.
    pub fn take_for_duplicates_of(&self, id: RecordId) {
        self.lock().alike = Some(id);
    }

    /// The next call of any kind is throttled.
    pub fn throttle_next(&self, wait: SignedDuration) {
        self.lock().throttle = Some(wait);
    }

    /// Every cursor handed out so far is expired.
    pub fn expire_cursors(&self) {
        self.lock().age += 1;
    }

    /// Every call asks to sign in until [`sign_in`](Self::sign_in).
    pub fn sign_out(&self) {
        self.lock().is_signed_out = true;
    }

    pub fn sign_in(&self) {
        self.lock().is_signed_out = false;
    }
}
