//! What lies between one device and the model CRM: requests that are lost, answers that are lost, and refusals.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use jiff::SignedDuration;
use satchel_domain::{
    Cursor, Record, RecordId, ServiceError, TableName,
    error::Answer,
    ids::Uuid,
    ports::{CrmService, From, Later, Next, Page, Push, RowPage},
    schema::{Organisation, Table},
    tracking::{EmailDraft, Step},
};
use satchel_testkit::ModelCrm;

use crate::{plan::CallFault, plants::Plant};

/// What the next call meets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Met {
    pub(crate) fault: Option<CallFault>,
    /// How long a pause the service asks for; odd: what is broken arrived all the same.
    pub(crate) seconds: u64,
    pub(crate) is_cut: bool,
    pub(crate) is_signed_out: bool,
    /// No writes to this table, and no reads either when told so.
    pub(crate) forbidden: Option<(TableName, bool)>,
    pub(crate) poisoned: Option<RecordId>,
}

/// A port like any other to the agent. Every call is one atomic moment of the service.
#[derive(Clone, Debug)]
pub(crate) struct Wire {
    crm: ModelCrm,
    met: Arc<Mutex<Met>>,
    /// Records whose push was not answered once: what a client without a rule forgets.
    unanswered: Arc<Mutex<BTreeSet<RecordId>>>,
    plant: Option<Plant>,
}

impl Wire {
    pub(crate) fn new(crm: ModelCrm, plant: Option<Plant>) -> Self {
        Self { crm, met: Arc::default(), unanswered: Arc::default(), plant }
    }

    pub(crate) fn meets(&self, met: Met) {
        *self.lock() = met;
    }

    fn lock(&self) -> MutexGuard<'_, Met> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tried(&self, id: RecordId, error: &ServiceError) {
        if *error == ServiceError::Unanswered {
            self.unanswered.lock().unwrap_or_else(PoisonError::into_inner).insert(id);
        }
    }

    /// The request, as a client with the planted bug would put it.
    async fn send(&self, table: &Table, id: RecordId, push: Push<'_>) -> Answer<()> {
        let was_tried = self.unanswered.lock().unwrap_or_else(PoisonError::into_inner).contains(&id);
        let now = self.crm.row(&table.name, id).and_then(|row| row.version);
        match (self.plant, push, now) {
            (Some(Plant::NewIdOnRetry), Push::Create { .. }, _) if was_tried => {
                let other = RecordId(Uuid::new_v5(&id.0, b"again"));
                self.crm.push(table, other, push).await
            }
            (Some(Plant::NoCondition), Push::Update { values, duplicates, .. }, Some(now)) => {
                self.crm.push(table, id, Push::Update { values, base: &now, duplicates }).await
            }
            (Some(Plant::RetryBlindly), Push::Update { values, duplicates, .. }, Some(now)) if was_tried => {
                self.crm.push(table, id, Push::Update { values, base: &now, duplicates }).await
            }
            _ => self.crm.push(table, id, push).await,
        }
    }

    /// The plant: an id made of the message's id as it is written, which is not how the next one writes it.
    fn named(&self, draft: &EmailDraft) -> EmailDraft {
        match self.plant {
            Some(Plant::IdByCase) => {
                EmailDraft { id: RecordId(Uuid::new_v5(&draft.id.0, b"case")), message_id: None, ..draft.clone() }
            }
            _ => draft.clone(),
        }
    }

    /// What keeps a call from arriving; the write that it is, if it is one.
    fn arrive(&self, table: &TableName, record: Option<RecordId>, is_write: bool) -> Answer<Met> {
        let met = self.lock().clone();
        if met.is_cut || met.fault == Some(CallFault::Unreachable) {
            return Err(unreachable());
        }
        match met.fault {
            Some(CallFault::RequestLost) => return Err(ServiceError::Unanswered),
            Some(CallFault::Throttled) => {
                let wait = SignedDuration::from_secs(met.seconds as i64);
                return Err(ServiceError::Throttled { wait });
            }
            Some(CallFault::Broken) if met.seconds.is_multiple_of(2) => return Err(broken()),
            Some(CallFault::SignIn) => return Err(signed_out()),
            Some(CallFault::Refused) => return Err(refused("0x80040265", "A plug-in does not want this.")),
            _ => {}
        }
        if met.is_signed_out {
            return Err(signed_out());
        }
        if let Some((forbidden, is_hidden)) = &met.forbidden
            && forbidden == table
            && (is_write || *is_hidden)
        {
            return Err(refused("0x80040220", "You lack a privilege for this table."));
        }
        if is_write && record.is_some() && met.poisoned == record {
            return Err(broken());
        }
        Ok(met)
    }
}

/// What becomes of an answer on its way back.
pub(crate) fn heard<T>(met: &Met, answer: Answer<T>) -> Answer<T> {
    match met.fault {
        Some(CallFault::AnswerLost) => Err(ServiceError::Unanswered),
        Some(CallFault::Broken) => Err(broken()),
        _ => answer,
    }
}

pub(crate) fn unreachable() -> ServiceError {
    ServiceError::Unreachable { why: "the network is away".to_owned() }
}

pub(crate) fn broken() -> ServiceError {
    ServiceError::Broken { detail: "status 500".to_owned() }
}

pub(crate) fn signed_out() -> ServiceError {
    ServiceError::SignInNeeded { why: "the token is not good any more".to_owned() }
}

pub(crate) fn refused(code: &str, reason: &str) -> ServiceError {
    ServiceError::Refused { code: code.to_owned(), reason: reason.to_owned() }
}

impl CrmService for Wire {
    fn describe<'a>(&'a self, tables: &'a [TableName]) -> Later<'a, Answer<Organisation>> {
        Box::pin(async move {
            let met = self.arrive(&TableName::new(""), None, false)?;
            heard(&met, self.crm.describe(tables).await)
        })
    }

    fn pull<'a>(&'a self, table: &'a Table, from: From<'a>, page_size: u32) -> Later<'a, Answer<Page>> {
        Box::pin(async move {
            let met = self.arrive(&table.name, None, false)?;
            let mut answer = self.crm.pull(table, from, page_size).await;
            if let (Ok(page), Some(CallFault::PageAgain), From::Cursor(cursor)) = (&mut answer, met.fault, from) {
                page.next = Next::More(Cursor::new(cursor.as_str()));
            }
            if self.plant == Some(Plant::CursorOfFirstPage)
                && let Ok(page) = &mut answer
            {
                page.next = last_cursor(&self.crm, table, page_size, page.next.clone()).await?;
            }
            heard(&met, answer)
        })
    }

    fn rows<'a>(&'a self, table: &'a Table, from: From<'a>, page_size: u32) -> Later<'a, Answer<RowPage>> {
        Box::pin(async move {
            let met = self.arrive(&table.name, None, false)?;
            heard(&met, CrmService::rows(&self.crm, table, from, page_size).await)
        })
    }

    fn fetch<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, Answer<Record>> {
        Box::pin(async move {
            let met = self.arrive(&table.name, Some(id), false)?;
            heard(&met, self.crm.fetch(table, id).await)
        })
    }

    fn push<'a>(&'a self, table: &'a Table, id: RecordId, push: Push<'a>) -> Later<'a, Answer<()>> {
        Box::pin(async move {
            let met = match self.arrive(&table.name, Some(id), true) {
                Ok(met) => met,
                Err(error) => {
                    self.tried(id, &error);
                    return Err(error);
                }
            };
            if met.fault == Some(CallFault::Twice) {
                let _first_is_not_heard = self.send(table, id, push).await;
            }
            let answer = heard(&met, self.send(table, id, push).await);
            if let Err(error) = &answer {
                self.tried(id, error);
            }
            answer
        })
    }

    fn find_email<'a>(&'a self, table: &'a Table, message_id: &'a str) -> Later<'a, Answer<Option<Record>>> {
        Box::pin(async move {
            let met = self.arrive(&table.name, None, false)?;
            if self.plant == Some(Plant::IdByCase) {
                // Whoever compares letter by letter finds nothing that another hand wrote.
                return heard(&met, Ok(None));
            }
            heard(&met, self.crm.find_email(table, message_id).await)
        })
    }

    fn promote<'a>(&'a self, table: &'a Table, draft: &'a EmailDraft, step: Step) -> Later<'a, Answer<()>> {
        Box::pin(async move {
            let met = self.arrive(&table.name, Some(draft.id), true)?;
            let draft = &self.named(draft);
            if met.fault == Some(CallFault::Twice) {
                let _first_is_not_heard = self.crm.promote(table, draft, step).await;
            }
            heard(&met, self.crm.promote(table, draft, step).await)
        })
    }
}

/// The plant: the pages in between are passed over.
async fn last_cursor(crm: &ModelCrm, table: &Table, page_size: u32, next: Next) -> Answer<Next> {
    let mut next = next;
    while let Next::More(cursor) = &next {
        next = crm.pull(table, From::Cursor(cursor), page_size).await?.next;
    }
    Ok(next)
}
