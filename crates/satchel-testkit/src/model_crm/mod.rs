//! The model CRM: what the service promises, in memory, without a network, the same in every run.
//!
//! It passes the same contract suite as the real adapter (`crm_contract`), so that a lie of it fails a test.

mod cursor;
mod hooks;
mod rights;
mod rows;
mod rules;
mod tracking;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{
    Column, Record, RecordId, ServiceError, TableName, Value,
    edit::Duplicates,
    error::Answer,
    ports::{CrmService, From, Later, Page, Push, RowPage},
    schema::{Organisation, Table, is_content},
    tracking::{EMAILS, EmailDraft, Step},
};

use self::{
    rights::{Eyes, Sight},
    rows::Rows,
};

/// When the model's time begins; every write takes a second.
pub const BEGINNING: Timestamp = Timestamp::constant(1_767_225_600, 0);

/// Clones share the organisation, as two devices do.
#[derive(Clone, Debug)]
pub struct ModelCrm {
    state: Arc<Mutex<State>>,
    eyes: Eyes,
}

#[derive(Clone, Debug)]
struct State {
    organisation: Organisation,
    rows: Rows,
    sight: Sight,
    /// Cursors of an older age are expired.
    age: u32,
    is_down: bool,
    is_signed_out: bool,
    throttle: Option<SignedDuration>,
    refusal: Option<(String, String)>,
    /// Whether the rules for records alike are published.
    detects_duplicates: bool,
    /// What every create and update is taken for that the user did not wave through.
    alike: Option<RecordId>,
    /// So many writes are answered for before one is not.
    loses_answer: Option<usize>,
    writes: usize,
    calls: usize,
}

impl ModelCrm {
    pub fn new(organisation: Organisation) -> Self {
        let state = State {
            organisation,
            rows: Rows::default(),
            sight: Sight::default(),
            age: 0,
            is_down: false,
            is_signed_out: false,
            throttle: None,
            refusal: None,
            detects_duplicates: false,
            alike: None,
            loses_answer: None,
            writes: 0,
            calls: 0,
        };
        Self { state: Arc::new(Mutex::new(state)), eyes: Eyes::Manager }
    }

    /// The sample organisation, empty.
    pub fn sample() -> Self {
        Self::new(crate::organisation::sample())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// What every call meets before the service looks at it.
    fn answer_call(&mut self) -> Answer<()> {
        self.calls += 1;
        if self.is_down {
            return Err(ServiceError::Unreachable { why: "the model CRM is down".to_owned() });
        }
        if self.is_signed_out {
            return Err(ServiceError::SignInNeeded { why: "the model CRM does not know us".to_owned() });
        }
        match self.throttle.take() {
            Some(wait) => Err(ServiceError::Throttled { wait }),
            None => Ok(()),
        }
    }

    fn describe(&mut self, tables: &[TableName]) -> Answer<Organisation> {
        self.answer_call()?;
        let mut organisation = self.organisation.clone();
        organisation.tables.retain(|table| tables.contains(&table.name));
        for table in &mut organisation.tables {
            table.columns.retain(|column| !is_content(&table.name, &column.name));
        }
        Ok(organisation)
    }

    fn pull(&mut self, table: &Table, from: From<'_>, page_size: u32, eyes: Eyes) -> Answer<Page> {
        self.answer_call()?;
        self.known(&table.name)?;
        cursor::page(&self.rows, table, from, page_size as usize, self.age, &self.sight.of(eyes, &table.name))
    }

    fn row_page(&mut self, table: &Table, from: From<'_>, page_size: u32, eyes: Eyes) -> Answer<RowPage> {
        self.answer_call()?;
        self.known(&table.name)?;
        cursor::row_page(&self.rows, table, from, page_size as usize, self.age, &self.sight.of(eyes, &table.name))
    }

    fn fetch(&mut self, table: &Table, id: RecordId, eyes: Eyes) -> Answer<Record> {
        self.answer_call()?;
        self.known(&table.name)?;
        let record = self.rows.record(table, id).ok_or(ServiceError::Missing)?;
        self.sight.check(eyes, &table.name, id)?;
        Ok(record)
    }

    fn push(&mut self, table: &Table, id: RecordId, push: Push<'_>, eyes: Eyes) -> Answer<()> {
        self.answer_call()?;
        self.answer_refusal()?;
        let table = self.known(&table.name)?;
        if self.rows.holds(&table.name, id) && !matches!(push, Push::Create { .. }) {
            self.sight.check(eyes, &table.name, id)?;
        }
        match push {
            Push::Create { duplicates: Duplicates::Refuse, .. }
            | Push::Update { duplicates: Duplicates::Refuse, .. } => {
                self.answer_alike()?;
            }
            Push::Create { .. } | Push::Update { .. } | Push::Delete { .. } => {}
        }
        match push {
            Push::Create { values, duplicates } => {
                if self.rows.holds(&table.name, id) {
                    return Err(ServiceError::Stale);
                }
                self.check_alike(&table, id, values, duplicates)?;
                rules::check_create(&self.rows, &table, values)?;
                self.rows.create(&table, id, values);
            }
            Push::Update { values, base, duplicates } => {
                self.rows.check_base(&table.name, id, base)?;
                self.check_alike(&table, id, values, duplicates)?;
                rules::check_update(&self.rows, &table, values)?;
                rules::check_closed(&self.rows, &table, id, values)?;
                self.rows.update(&table, id, values);
            }
            Push::Delete { base } => {
                self.rows.check_base(&table.name, id, base)?;
                if table.name.as_str() == EMAILS {
                    self.delete_children(id);
                }
                self.rows.delete(&table.name, id);
            }
        }
        self.written()
    }

    /// The planted refusal of a write.
    fn answer_refusal(&mut self) -> Answer<()> {
        self.refusal.take().map_or(Ok(()), |(code, reason)| Err(ServiceError::Refused { code, reason }))
    }

    /// The planted duplicate.
    fn answer_alike(&self) -> Answer<()> {
        self.alike.map_or(Ok(()), |id| Err(rules::alike(vec![id])))
    }

    fn check_alike(
        &self,
        table: &Table,
        id: RecordId,
        values: &[(Column, Value)],
        duplicates: Duplicates,
    ) -> Answer<()> {
        match duplicates {
            Duplicates::Refuse if self.detects_duplicates => rules::check_alike(&self.rows, table, id, values),
            Duplicates::Refuse | Duplicates::Allow => Ok(()),
        }
    }

    /// The answer to a write that was made.
    fn written(&mut self) -> Answer<()> {
        self.writes += 1;
        let left = self.loses_answer.take();
        self.loses_answer = left.and_then(|left| left.checked_sub(1));
        // It did arrive; only the answer did not.
        if left == Some(0) { Err(ServiceError::Unanswered) } else { Ok(()) }
    }

    fn known(&self, name: &TableName) -> Answer<Table> {
        self.organisation.table(name).cloned().ok_or_else(|| ServiceError::Refused {
            code: "0x80060888".to_owned(),
            reason: format!("Resource not found for the segment '{name}'."),
        })
    }
}

impl CrmService for ModelCrm {
    fn describe<'a>(&'a self, tables: &'a [TableName]) -> Later<'a, Answer<Organisation>> {
        Box::pin(async move { self.lock().describe(tables) })
    }

    fn pull<'a>(&'a self, table: &'a Table, from: From<'a>, page_size: u32) -> Later<'a, Answer<Page>> {
        Box::pin(async move { self.lock().pull(table, from, page_size, self.eyes) })
    }

    fn rows<'a>(&'a self, table: &'a Table, from: From<'a>, page_size: u32) -> Later<'a, Answer<RowPage>> {
        Box::pin(async move { self.lock().row_page(table, from, page_size, self.eyes) })
    }

    fn fetch<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, Answer<Record>> {
        Box::pin(async move { self.lock().fetch(table, id, self.eyes) })
    }

    fn push<'a>(&'a self, table: &'a Table, id: RecordId, push: Push<'a>) -> Later<'a, Answer<()>> {
        Box::pin(async move { self.lock().push(table, id, push, self.eyes) })
    }

    fn find_email<'a>(&'a self, table: &'a Table, message_id: &'a str) -> Later<'a, Answer<Option<Record>>> {
        Box::pin(async move { self.lock().find_email(table, message_id, self.eyes) })
    }

    fn promote<'a>(&'a self, _: &'a Table, draft: &'a EmailDraft, step: Step) -> Later<'a, Answer<()>> {
        Box::pin(async move { self.lock().promote(draft, step) })
    }
}
