//! Does what the core decided: one call of a port, or one write transaction.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use satchel_domain::{
    Record, RecordId, ServiceError, TableName,
    edit::{Deed, Duplicates, Edit},
    error::Answer,
    ports::{CrmService, From, Later, Next, Page, Push, RowPage},
    schema::{Organisation, Table},
    scope::{self, IdSweep, Scope},
};
use satchel_store::{Database, Durability, Result, cursors, decisions, outbox::Entry, polled, records, schema};

use crate::{
    draft::{self, Raws},
    event::{Effect, Event, Kept, Outcome, Stored, SweptRow},
    fit,
    runner::Settings,
    settling,
};

/// What the agent acts on, and how: in production under tokio's timers, in tests one effect after the other.
#[derive(Debug)]
pub struct Hands {
    pub database: Database,
    crm: Arc<dyn CrmService>,
    mail: Arc<dyn Raws>,
    tables: Vec<TableName>,
    settings: Settings,
    /// The description as the database has it; only we write one there while we are.
    described: Mutex<Option<Arc<Organisation>>>,
    is_alone: bool,
}

impl Hands {
    /// `mail` has the messages that are to be tracked and are not in the database; of `tables` those are kept that the
    /// organisation has.
    pub fn new(
        database: Database,
        crm: Arc<dyn CrmService>,
        mail: Arc<dyn Raws>,
        tables: Vec<TableName>,
        settings: Settings,
    ) -> Self {
        Self { database, crm, mail, tables, settings, described: Mutex::default(), is_alone: false }
    }

    /// Works on the database without another thread: for who has nothing else to do meanwhile.
    pub fn alone(mut self) -> Self {
        self.is_alone = true;
        self
    }

    /// Does one thing and says how it went. Every effect ends with its event.
    pub async fn act(&self, effect: Effect, now: Timestamp) -> Event {
        match effect {
            Effect::Describe => {
                let call = self.crm.describe(&self.tables);
                Event::Described(within(self.settings.call_limit, call).await)
            }
            Effect::StoreOrganisation(organisation) => {
                let stored = self.on_disk(move |database| store_organisation(database, &organisation)).await;
                *self.described.lock().unwrap_or_else(PoisonError::into_inner) = None;
                Event::OrganisationStored(stored)
            }
            Effect::Pull { table, from } => {
                let answer = match self.table(&table).await {
                    Ok(info) => {
                        let from = from.as_ref().map_or(From::Start, From::Cursor);
                        let call = self.crm.pull(&info, from, self.settings.page_size);
                        within(self.settings.call_limit, call).await
                    }
                    Err(error) => Err(error),
                };
                Event::Pulled { table, answer }
            }
            Effect::StorePage { table, before, page } => {
                let result = match self.table(&table).await {
                    Ok(info) => self.on_disk(move |database| store_page(database, &info, &before, &page, now)).await,
                    Err(error) => Err(error.to_string()),
                };
                Event::PageStored { table, result }
            }
            Effect::Look => Event::Looked(self.on_disk(move |database| settling::look(database, now)).await),
            Effect::MarkInFlight { entry } => {
                let id = entry.edit.entry;
                Event::Marked(self.on_disk(move |database| settling::mark(database, id)).await)
            }
            Effect::Push { entry } => {
                let answer = match self.table(&entry.edit.table).await {
                    Ok(table) => self.push(&table, &entry.edit, entry.duplicates).await,
                    Err(error) => Err(error),
                };
                Event::Pushed { entry, answer }
            }
            Effect::Read { entry, was_accepted } => {
                let answer = match self.table(&entry.edit.table).await {
                    Ok(table) => within(self.settings.call_limit, self.crm.fetch(&table, entry.edit.record)).await,
                    Err(error) => Err(error),
                };
                Event::Read { entry, was_accepted, answer }
            }
            Effect::Settle { entry, outcome } => Event::Settled(self.settle(entry, outcome, now).await),
            Effect::FindEmail { entry, is_known } => {
                let answer = match self.table(&entry.edit.table).await {
                    Ok(table) => self.find_email(&table, &entry.edit).await,
                    Err(error) => Err(error),
                };
                Event::EmailFound { entry, is_known, answer }
            }
            Effect::Draft { entry, is_begun } => {
                let limit = self.settings.call_limit;
                let result = draft::write(&self.database, self.mail.as_ref(), limit, &entry.edit).await;
                Event::Drafted { entry, is_begun, result }
            }
            Effect::Promote { entry, draft, step } => {
                let answer = match self.table(&entry.edit.table).await {
                    Ok(table) => within(self.settings.call_limit, self.crm.promote(&table, &draft, step)).await,
                    Err(error) => Err(error),
                };
                Event::Promoted { entry, draft, step, answer }
            }
            Effect::BeginSweep { table } => {
                let name = table.clone();
                let begin =
                    move |database: &Database| database.write(Durability::Normal, |tx| polled::begin(tx, &name));
                let result = self.on_disk(begin).await;
                Event::Swept { table, result }
            }
            Effect::ListIds { table, generation, from } => {
                let answer = match self.table(&table).await {
                    Ok(info) => {
                        let from = from.as_ref().map_or(From::Start, From::Cursor);
                        let call = self.crm.rows(&info, from, self.settings.page_size);
                        within(self.settings.call_limit, call).await
                    }
                    Err(error) => Err(error),
                };
                Event::IdsListed { table, generation, answer }
            }
            Effect::StoreIds { table, generation, page } => {
                let result = match self.table(&table).await {
                    Ok(info) => self.on_disk(move |database| store_ids(database, &info, generation, &page, now)).await,
                    Err(error) => Err(error.to_string()),
                };
                Event::Swept { table, result }
            }
            Effect::ReadRow { table, id } => {
                let answer = match self.table(&table).await {
                    Ok(info) => within(self.settings.call_limit, self.crm.fetch(&info, id)).await,
                    Err(error) => Err(error),
                };
                Event::RowRead { table, id, answer }
            }
            Effect::StoreRow { table, id, found } => {
                let result = match self.table(&table).await {
                    Ok(info) => self.on_disk(move |database| store_row(database, &info, id, &found, now)).await,
                    Err(error) => Err(error.to_string()),
                };
                Event::Swept { table, result }
            }
            Effect::ResetScope { table } => {
                let name = table.clone();
                let result = self.on_disk(move |database| reset_scope(database, &name)).await;
                Event::ScopeReset { table, result }
            }
        }
    }

    /// As CRM described it last.
    ///
    /// # Errors
    /// [`ServiceError::Refused`] where it does not any more: no call can be made about it.
    async fn table(&self, name: &TableName) -> Answer<Table> {
        let organisation = self.organisation().await.map_err(|detail| ServiceError::Broken { detail })?;
        let table = organisation.and_then(|organisation| organisation.table(name).cloned());
        table.ok_or_else(|| fit::undescribed(name))
    }

    async fn organisation(&self) -> std::result::Result<Option<Arc<Organisation>>, String> {
        let known = self.described.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if known.is_some() {
            return Ok(known);
        }
        let read = self.on_disk(|database| database.read(schema::load)).await?.map(Arc::new);
        self.described.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&read);
        Ok(read)
    }

    async fn settle(&self, entry: Entry, outcome: Outcome, now: Timestamp) -> std::result::Result<(), String> {
        let organisation = self.organisation().await?;
        self.on_disk(move |database| {
            let table = organisation.as_ref().and_then(|organisation| organisation.table(&entry.edit.table));
            settling::settle(database, table, &entry, &outcome, now)
        })
        .await
    }

    /// Under the id that we would give it, then by the message's own id.
    async fn find_email(&self, table: &Table, edit: &Edit) -> Answer<Option<Record>> {
        let limit = self.settings.call_limit;
        match within(limit, self.crm.fetch(table, edit.record)).await {
            Err(ServiceError::Missing) => {}
            answer => return answer.map(Some),
        }
        let message_id = edit.changes.iter().find(|change| change.column.as_str() == "messageid");
        match message_id.and_then(|change| change.after.as_text()) {
            Some(message_id) => within(limit, self.crm.find_email(table, message_id)).await,
            None => Ok(None),
        }
    }

    async fn push(&self, table: &Table, edit: &Edit, duplicates: Duplicates) -> Answer<()> {
        fit::check(table, &edit.changes)?;
        let values: Vec<_> = edit.changes.iter().map(|change| (change.column.clone(), change.after.clone())).collect();
        let push = match (edit.deed, &edit.base) {
            (Deed::Create, _) => Push::Create { values: &values, duplicates },
            (Deed::Update, Some(base)) => Push::Update { values: &values, base, duplicates },
            (Deed::Delete, Some(base)) => Push::Delete { base },
            // The record's own create is not answered yet, or its version was never read: reading gives a base.
            // A message is promoted and not pushed.
            (Deed::Update | Deed::Delete, None) | (Deed::Track, _) => return Err(ServiceError::Stale),
        };
        within(self.settings.call_limit, self.crm.push(table, edit.record, push)).await
    }

    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, String> {
        match self.is_alone {
            true => work(&self.database).map_err(|error| error.to_string()),
            false => on_disk(&self.database, work).await,
        }
    }
}

/// The database blocks: its work is done on a thread that may.
pub(crate) async fn on_disk<T: Send + 'static>(
    database: &Database,
    work: impl FnOnce(&Database) -> Result<T> + Send + 'static,
) -> std::result::Result<T, String> {
    let database = database.clone();
    match tokio::task::spawn_blocking(move || work(&database)).await {
        Ok(result) => result.map_err(|error| error.to_string()),
        Err(_) => Err("Work on the local database was cut short; it is tried again.".to_owned()),
    }
}

/// A call that takes too long is given up; whether it arrived is not known.
pub(crate) async fn within<T>(limit: Duration, call: Later<'_, Answer<T>>) -> Answer<T> {
    match tokio::time::timeout(limit, call).await {
        Ok(answer) => answer,
        Err(_) => Err(ServiceError::Unanswered),
    }
}

fn store_organisation(database: &Database, organisation: &Organisation) -> Result<Vec<Kept>> {
    database.write(Durability::Normal, |tx| {
        schema::apply(tx, organisation)?;
        let kept = |table: &Table| {
            let scope = cursors::get(tx, &table.name)?.scope;
            Ok(Kept { table: table.name.clone(), scope, polled: polled::of(tx, &table.name)? })
        };
        organisation.tables.iter().map(kept).collect()
    })
}

/// Rows and cursor together: a crash repeats a page and never skips one.
fn store_page(database: &Database, table: &Table, before: &Scope, page: &Page, now: Timestamp) -> Result<Stored> {
    let name = &table.name;
    database.write(Durability::Normal, |tx| {
        let kept = cursors::get(tx, name)?;
        let mut before = before.clone();
        if before == Scope::Cold && kept.rows > 0 {
            // What was made here may be gone from the service again, and a first read does not tell: it is a sweep.
            before = scope::after_expiry(kept.generation);
            cursors::set(tx, name, &before, None)?;
        }
        let generation = match &before {
            Scope::Sweeping { generation, .. } => *generation,
            Scope::Cold | Scope::Backfilling { .. } | Scope::Live { .. } => kept.generation,
        };
        let after = scope::after_page(&before, &page.next);
        for id in &page.gone {
            // What was deleted from here says so already, and what was never here needs no reason.
            if records::server_copy(tx, table, *id)?.is_some() {
                decisions::note_record(tx, name, *id, "deleted in CRM", now)?;
            }
        }
        records::store_page(tx, table, page, generation)?;
        polled::note(tx, name, &page.way)?;
        if before.is_live() {
            polled::doubt_siblings(tx, table, page)?;
        }
        let is_caught_up = matches!(page.next, Next::CaughtUp(_));
        if let (Scope::Sweeping { generation, .. }, true) = (&before, is_caught_up) {
            for id in records::end_sweep(tx, table, *generation)? {
                decisions::note_record(tx, name, id, "swept", now)?;
            }
        }
        cursors::set(tx, name, &after, is_caught_up.then_some(now))?;
        Ok(Stored { scope: after, next: page.next.clone(), polled: polled::of(tx, name)? })
    })
}

/// Ids and where the sweep goes on, together; what went with the last of them, with its reason.
fn store_ids(database: &Database, table: &Table, generation: u64, page: &RowPage, now: Timestamp) -> Result<IdSweep> {
    database.write(Durability::Normal, |tx| {
        let (sweep, gone) = polled::store_ids(tx, table, generation, page, now)?;
        for id in gone {
            decisions::note_record(tx, &table.name, id, "swept", now)?;
        }
        Ok(sweep)
    })
}

fn store_row(database: &Database, table: &Table, id: RecordId, found: &SweptRow, now: Timestamp) -> Result<IdSweep> {
    database.write(Durability::Normal, |tx| {
        let found = match found {
            SweptRow::Row(record) => polled::Found::Row(record),
            SweptRow::Gone => polled::Found::Gone,
            SweptRow::Unknown => polled::Found::Unknown,
        };
        if found == polled::Found::Gone && records::server_copy(tx, table, id)?.is_some() {
            decisions::note_record(tx, &table.name, id, "swept", now)?;
        }
        polled::store_row(tx, table, id, found)
    })
}

fn reset_scope(database: &Database, name: &TableName) -> Result<Scope> {
    database.write(Durability::Normal, |tx| {
        let scope = scope::after_expiry(cursors::get(tx, name)?.generation);
        cursors::set(tx, name, &scope, None)?;
        Ok(scope)
    })
}
