//! The world's book of the service: who wrote what and when, learnt from the model's own change feed.

use std::collections::{BTreeMap, BTreeSet};

use satchel_domain::{
    Column, Cursor, Record, RecordId, TableName, Value, Version,
    ports::{CrmService, From, Next},
    schema::Table,
};
use satchel_testkit::ModelCrm;

/// A record anywhere in the organisation.
pub(crate) type Key = (TableName, RecordId);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Writer {
    Device(usize),
    /// A colleague, or the service itself.
    Other,
}

/// One write of one row.
#[derive(Clone, Debug)]
struct Write {
    writer: Writer,
    /// The row since then.
    record: Record,
}

/// A row before and after one moment; none is not there.
#[derive(Clone, Debug)]
pub(crate) struct Changed {
    pub(crate) key: Key,
    pub(crate) before: Option<Record>,
    pub(crate) after: Option<Record>,
}

/// A value that the service had from this step on.
#[derive(Debug)]
struct Had {
    step: u64,
    value: Value,
    writer: Writer,
}

#[derive(Debug)]
pub(crate) struct Book {
    crm: ModelCrm,
    pub(crate) tables: Vec<Table>,
    read_to: Vec<Option<Cursor>>,
    pub(crate) rows: BTreeMap<Key, Record>,
    values: BTreeMap<(Key, Column), Vec<Had>>,
    writes: BTreeMap<Key, Vec<Write>>,
    births: BTreeMap<Key, Vec<(u64, Writer)>>,
    deaths: BTreeMap<Key, Vec<u64>>,
}

impl Book {
    pub(crate) fn new(crm: ModelCrm, tables: Vec<Table>) -> Self {
        Self {
            crm,
            read_to: vec![None; tables.len()],
            tables,
            rows: BTreeMap::new(),
            values: BTreeMap::new(),
            writes: BTreeMap::new(),
            births: BTreeMap::new(),
            deaths: BTreeMap::new(),
        }
    }

    /// Reads what has changed since it was read last, at this `step`. What a device made, and the record that it wrote, is
    /// put down to it; what else changed by that (a reference to a record that is gone) to the service.
    pub(crate) async fn read(&mut self, step: u64, by: Option<(usize, &Key)>) -> Vec<Changed> {
        let mut changed = Vec::new();
        for (place, table) in self.tables.clone().into_iter().enumerate() {
            loop {
                let from = self.read_to[place].as_ref().map_or(From::Start, From::Cursor);
                let page = match self.crm.pull(&table, from, 5000).await {
                    Ok(page) => page,
                    // The cursors of this age are forgotten: read all of it again.
                    Err(_) => {
                        self.read_to[place] = None;
                        self.crm.pull(&table, From::Start, 5000).await.expect("the model answers the world")
                    }
                };
                let (is_more, cursor) = match page.next {
                    Next::More(cursor) => (true, cursor),
                    Next::CaughtUp(cursor) => (false, cursor),
                };
                self.read_to[place] = Some(cursor);
                changed.extend(page.records.into_iter().filter_map(|record| self.written(record, step, by)));
                changed.extend(page.gone.into_iter().filter_map(|id| self.gone((table.name.clone(), id), step)));
                if !is_more {
                    break;
                }
            }
        }
        changed
    }

    fn written(&mut self, record: Record, step: u64, by: Option<(usize, &Key)>) -> Option<Changed> {
        let key = (record.table.clone(), record.id);
        let before = self.rows.insert(key.clone(), record.clone());
        let writer = match by {
            Some((device, written)) if written == &key || before.is_none() => Writer::Device(device),
            _ => Writer::Other,
        };
        if before.as_ref().is_some_and(|before| before.version == record.version) {
            return None;
        }
        if before.is_none() {
            self.births.entry(key.clone()).or_default().push((step, writer));
        }
        for (column, value) in &record.values {
            let known = self.values.entry((key.clone(), column.clone())).or_default();
            if before.is_none() || known.last().is_none_or(|had| !had.value.same_as(value)) {
                known.push(Had { step, value: value.clone(), writer });
            }
        }
        self.writes.entry(key.clone()).or_default().push(Write { writer, record: record.clone() });
        Some(Changed { key, before, after: Some(record) })
    }

    fn gone(&mut self, key: Key, step: u64) -> Option<Changed> {
        let before = self.rows.remove(&key)?;
        self.deaths.entry(key.clone()).or_default().push(step);
        Some(Changed { key, before: Some(before), after: None })
    }

    /// Whether the service had this value in this column at some moment from `since` on.
    pub(crate) fn had(&self, key: &Key, column: &Column, value: &Value, since: u64) -> bool {
        let Some(all) = self.values.get(&(key.clone(), column.clone())) else { return false };
        let ends = all.iter().skip(1).map(|had| had.step).chain([u64::MAX]);
        let last = self.deaths.get(key).and_then(|steps| steps.last());
        let died = !self.rows.contains_key(key) && last.is_some_and(|&step| step < since);
        !died && all.iter().zip(ends).any(|(had, end)| end >= since && had.value.same_as(value))
    }

    /// Whether this device wrote the value itself, from `since` on.
    pub(crate) fn wrote(&self, device: usize, key: &Key, column: &Column, value: &Value, since: u64) -> bool {
        let all = self.values.get(&(key.clone(), column.clone()));
        let is_it = |had: &Had| had.writer == Writer::Device(device) && had.step >= since && had.value.same_as(value);
        all.is_some_and(|all| all.iter().any(is_it))
    }

    pub(crate) fn was_born(&self, key: &Key) -> bool {
        self.births.contains_key(key)
    }

    pub(crate) fn births_by(&self, key: &Key, writer: Writer) -> usize {
        self.births.get(key).map_or(0, |all| all.iter().filter(|(_, by)| *by == writer).count())
    }

    pub(crate) fn deaths(&self, key: &Key) -> usize {
        self.deaths.get(key).map_or(0, Vec::len)
    }

    pub(crate) fn died_since(&self, key: &Key, since: u64) -> bool {
        self.deaths.get(key).is_some_and(|all| all.iter().any(|&step| step >= since))
    }

    pub(crate) fn knows(&self, key: &Key, version: &Version) -> bool {
        self.writes.get(key).is_some_and(|all| all.iter().any(|write| write.record.version.as_ref() == Some(version)))
    }

    /// A column in which the row, as it was written last, says what the user of a device never saw: somebody else changed it
    /// after the last of these versions, and it is neither what it was then nor what `is_known`.
    pub(crate) fn unseen(
        &self,
        key: &Key,
        seen: &[Version],
        device: usize,
        is_known: &dyn Fn(&Column, &Value) -> bool,
    ) -> Option<Column> {
        let all = self.writes.get(key)?;
        let last_seen = all.iter().rposition(|write| write.record.version.as_ref().is_some_and(|it| seen.contains(it)));
        let before = last_seen.map(|place| &all[place].record);
        let (mut previous, mut changed) = (before, BTreeSet::new());
        for write in &all[last_seen.map_or(0, |place| place + 1)..] {
            let is_new = |column: &Column, value: &Value| previous.is_none_or(|row| !row.value(column).same_as(value));
            let columns = write.record.values.iter().filter(|(column, value)| is_new(column, value));
            if write.writer != Writer::Device(device) {
                changed.extend(columns.map(|(column, _)| column).filter(|column| column.as_str() != "modifiedon"));
            }
            previous = Some(&write.record);
        }
        let now = &all.last()?.record;
        let is_unseen = |column: &&Column| {
            let value = now.value(column);
            before.is_none_or(|row| !row.value(column).same_as(value)) && !is_known(column, value)
        };
        changed.into_iter().find(is_unseen).cloned()
    }
}
