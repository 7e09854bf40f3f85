//! What a case needs: the described tables, records with ids of its own, and assertions on what is held.

use std::collections::BTreeMap;

use satchel_domain::{
    Column, Cursor, Record, RecordId, Value, Version,
    edit::Duplicates,
    ports::{CrmService, From, Next, Page, Push},
    schema::{ColumnShape, Kind, Organisation, Table},
};

use super::World;
use crate::organisation::id_of;

/// A case's view of the service under test.
#[derive(Debug)]
pub struct Stage<'a> {
    pub case: &'a str,
    pub crm: &'a dyn CrmService,
    pub world: &'a dyn World,
    pub organisation: Organisation,
}

pub(super) fn set(column: &str, value: Value) -> (Column, Value) {
    (Column::new(column), value)
}

pub(super) fn text(column: &str, value: &str) -> (Column, Value) {
    set(column, Value::Text(value.to_owned()))
}

impl<'a> Stage<'a> {
    pub async fn set(case: &'a str, crm: &'a dyn CrmService, world: &'a dyn World) -> Self {
        let organisation =
            crm.describe(&super::tables()).await.unwrap_or_else(|error| panic!("{case}: describe: {error}"));
        Self { case, crm, world, organisation }
    }

    pub(super) fn table(&self, name: &str) -> &Table {
        let found = self.organisation.tables.iter().find(|table| table.name.as_str() == name);
        found.unwrap_or_else(|| panic!("{}: the service has no table {name}", self.case))
    }

    /// An id of this case's own.
    pub(super) fn id(&self, words: &str) -> RecordId {
        id_of(&format!("{} {words}", self.case))
    }

    /// A column of this kind that a client may write, in whichever table has one.
    pub(super) fn writable(&self, wanted: fn(&Kind) -> bool) -> (&Table, &ColumnShape) {
        let columns =
            self.organisation.tables.iter().flat_map(|table| table.columns.iter().map(move |column| (table, column)));
        let mut fit = columns.filter(|(_, column)| {
            wanted(&column.kind) && column.may_create && column.may_update && !column.is_required
        });
        fit.next().unwrap_or_else(|| panic!("{}: no column of this kind in any table", self.case))
    }

    /// The columns that a new record must have, its texts begun with `words` so that no two are alike, and `more`.
    pub(super) fn values(&self, table: &Table, words: &str, more: &[(Column, Value)]) -> Vec<(Column, Value)> {
        let required = table
            .columns
            .iter()
            .filter(|column| column.is_required && column.may_create && column.name != table.primary_id);
        let required = required.filter(|column| more.iter().all(|(given, _)| given != &column.name));
        let required = required.filter_map(|column| Some((column.name.clone(), self.some_value(&column.kind, words)?)));
        required.chain(more.iter().cloned()).collect()
    }

    fn some_value(&self, kind: &Kind, words: &str) -> Option<Value> {
        match kind {
            Kind::Text { max_length, .. } => {
                let text = format!("{words} of {}", self.case);
                Some(Value::Text(text.chars().take(*max_length as usize).collect()))
            }
            Kind::Whole { min, .. } => Some(Value::Whole(*min)),
            Kind::Choice { choices } => choices.first().map(|choice| Value::Choice(choice.value)),
            Kind::YesNo { .. } => Some(Value::YesNo(false)),
            Kind::Decimal { .. } => Some(Value::Decimal(1.into())),
            Kind::Money { .. } => Some(Value::Money(1.into())),
            Kind::DateTime => Some(Value::DateTime(crate::model_crm::BEGINNING)),
            Kind::Date => Some(Value::Date(jiff::civil::date(2026, 1, 1))),
            Kind::Lookup { .. } | Kind::Id => None,
        }
    }

    /// Creates a record through the service under test.
    pub(super) async fn create(&self, table: &Table, words: &str, more: &[(Column, Value)]) -> RecordId {
        let (id, values) = (self.id(words), self.values(table, words, more));
        let answer = self.crm.push(table, id, Push::Create { values: &values, duplicates: Duplicates::Refuse }).await;
        answer.unwrap_or_else(|error| panic!("{}: create {words}: {error:?}", self.case));
        id
    }

    pub(super) async fn update(&self, table: &Table, id: RecordId, values: &[(Column, Value)]) {
        let base = self.version(table, id).await;
        let answer =
            self.crm.push(table, id, Push::Update { values, base: &base, duplicates: Duplicates::Refuse }).await;
        answer.unwrap_or_else(|error| panic!("{}: update: {error:?}", self.case));
    }

    pub(super) async fn fetch(&self, table: &Table, id: RecordId) -> Record {
        let answer = self.crm.fetch(table, id).await;
        answer.unwrap_or_else(|error| panic!("{}: fetch: {error:?}", self.case))
    }

    pub(super) async fn version(&self, table: &Table, id: RecordId) -> Version {
        let version = self.fetch(table, id).await.version;
        version.unwrap_or_else(|| panic!("{}: a fetched record has no version", self.case))
    }

    /// What the service holds of this record, by the other road.
    pub(super) async fn held(&self, table: &Table, id: RecordId) -> BTreeMap<Column, Value> {
        let held = self.world.held(table, id).await;
        held.unwrap_or_else(|| panic!("{}: the service holds no {} {id}", self.case, table.name))
    }

    /// Both the other road and the service under test say `expected`.
    pub(super) async fn assert_value(&self, table: &Table, id: RecordId, column: &Column, expected: &Value) {
        let held = self.held(table, id).await.remove(column).unwrap_or(Value::Null);
        assert!(held.same_as(expected), "{}: held {column} is {held:?}, not {expected:?}", self.case);
        let record = self.fetch(table, id).await;
        let fetched = record.value(column);
        assert!(fetched.same_as(expected), "{}: fetched {column} is {fetched:?}, not {expected:?}", self.case);
    }

    pub(super) async fn assert_not_held(&self, table: &Table, id: RecordId) {
        let held = self.world.held(table, id).await;
        assert!(held.is_none(), "{}: the service still holds {held:?}", self.case);
    }

    pub(super) async fn page(&self, table: &Table, from: From<'_>, page_size: u32) -> Page {
        let page = self.crm.pull(table, from, page_size).await;
        let page = page.unwrap_or_else(|error| panic!("{}: pull: {error:?}", self.case));
        assert!(page.records.len() <= page_size as usize, "{}: a page of {} rows", self.case, page.records.len());
        page
    }

    /// Every page of the id sweep.
    pub(super) async fn sweep(&self, table: &Table, page_size: u32) -> Vec<(RecordId, Version)> {
        let (mut rows, mut cursor) = (Vec::new(), None::<Cursor>);
        for _ in 0..10_000 {
            let from = cursor.as_ref().map_or(From::Start, From::Cursor);
            let page = self.crm.rows(table, from, page_size).await;
            let page = page.unwrap_or_else(|error| panic!("{}: rows: {error:?}", self.case));
            assert!(page.rows.len() <= page_size as usize, "{}: a page of {} rows", self.case, page.rows.len());
            rows.extend(page.rows);
            cursor = page.next;
            if cursor.is_none() {
                return rows;
            }
        }
        panic!("{}: the sweep never ends", self.case);
    }

    /// Every page from here on, and where the service says we are caught up.
    pub(super) async fn read_on(&self, table: &Table, start: Option<&Cursor>, page_size: u32) -> (Vec<Page>, Cursor) {
        let mut cursor = start.cloned();
        let mut pages = Vec::new();
        loop {
            let from = cursor.as_ref().map_or(From::Start, From::Cursor);
            let page = self.page(table, from, page_size).await;
            let next = page.next.clone();
            pages.push(page);
            match next {
                Next::CaughtUp(end) => return (pages, end),
                Next::More(on) => cursor = Some(on),
            }
            assert!(pages.len() < 10_000, "{}: the pages never end", self.case);
        }
    }
}

pub(super) fn records_of(pages: &[Page]) -> Vec<&Record> {
    pages.iter().flat_map(|page| &page.records).collect()
}

pub(super) fn gone_of(pages: &[Page]) -> Vec<RecordId> {
    pages.iter().flat_map(|page| page.gone.iter().copied()).collect()
}
