//! The same faults before the model CRM, in process: what the agent hears when a wire does that to it.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use jiff::SignedDuration;
use satchel_domain::{
    Record, RecordId, ServiceError, TableName,
    error::Answer,
    ports::{CrmService, From, Later, Page, Push, RowPage},
    schema::{Organisation, Table},
    tracking::{EmailDraft, Step},
};
use satchel_testkit::ModelCrm;

use crate::script::{Call, Fault};

/// Faults that wait for their call.
#[derive(Clone, Debug, Default)]
pub(crate) struct Armed(Arc<Mutex<VecDeque<(Call, Fault)>>>);

impl Armed {
    pub(crate) fn add(&self, call: Call, fault: Fault) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push_back((call, fault));
    }

    pub(crate) fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// What this call meets.
    pub(crate) fn take(&self, call: Call) -> Option<Fault> {
        let mut armed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = armed.iter().position(|(wanted, _)| *wanted == call)?;
        armed.remove(place).map(|(_, fault)| fault)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Wired {
    pub(crate) crm: ModelCrm,
    pub(crate) armed: Armed,
    pub(crate) is_cut: Arc<AtomicBool>,
}

impl Wired {
    async fn meet<T>(&self, call: Call, done: Later<'_, Answer<T>>) -> Answer<T> {
        if self.is_cut.load(Ordering::SeqCst) {
            // It comes as far as the cut: the fault waits for one that comes further.
            return done.await;
        }
        let first = self.armed.take(call);
        // Another token is had, and the call repeated once.
        let fault = if first == Some(Fault::Unauthorized) { self.armed.take(call) } else { first };
        let lost = match call {
            Call::Push => ServiceError::Unanswered,
            // What only reads may be asked again by anybody.
            Call::Fetch | Call::Pull => unreachable(),
        };
        match fault {
            None => done.await,
            Some(Fault::Unauthorized) => Err(ServiceError::SignInNeeded { why: "two tokens went bad".to_owned() }),
            Some(Fault::RequestLost) => Err(lost),
            Some(Fault::AnswerLost | Fault::Torn | Fault::Gateway) => {
                let _nobody_hears_it = done.await;
                Err(lost)
            }
            Some(Fault::Throttled) => Err(ServiceError::Throttled { wait: SignedDuration::from_secs(30) }),
            Some(Fault::Broken) => Err(ServiceError::Broken { detail: "status 500".to_owned() }),
            Some(Fault::Portal | Fault::ProxySignIn) => Err(unreachable()),
        }
    }
}

fn unreachable() -> ServiceError {
    ServiceError::Unreachable { why: "the network is not what it was".to_owned() }
}

impl CrmService for Wired {
    fn describe<'a>(&'a self, tables: &'a [TableName]) -> Later<'a, Answer<Organisation>> {
        self.crm.describe(tables)
    }

    fn pull<'a>(&'a self, table: &'a Table, from: From<'a>, page_size: u32) -> Later<'a, Answer<Page>> {
        Box::pin(self.meet(Call::Pull, self.crm.pull(table, from, page_size)))
    }

    fn rows<'a>(&'a self, table: &'a Table, from: From<'a>, page_size: u32) -> Later<'a, Answer<RowPage>> {
        Box::pin(self.meet(Call::Pull, CrmService::rows(&self.crm, table, from, page_size)))
    }

    fn fetch<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, Answer<Record>> {
        Box::pin(self.meet(Call::Fetch, self.crm.fetch(table, id)))
    }

    fn push<'a>(&'a self, table: &'a Table, id: RecordId, push: Push<'a>) -> Later<'a, Answer<()>> {
        Box::pin(self.meet(Call::Push, self.crm.push(table, id, push)))
    }

    fn find_email<'a>(&'a self, table: &'a Table, message_id: &'a str) -> Later<'a, Answer<Option<Record>>> {
        self.crm.find_email(table, message_id)
    }

    fn promote<'a>(&'a self, table: &'a Table, draft: &'a EmailDraft, step: Step) -> Later<'a, Answer<()>> {
        self.crm.promote(table, draft, step)
    }
}
