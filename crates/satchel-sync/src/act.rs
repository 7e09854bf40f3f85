//! Does what the core decided: one call of a port, or one write transaction.

use std::{sync::Arc, time::Duration};

use jiff::Timestamp;
use satchel_domain::{
    ServiceError, TableName,
    error::Answer,
    ports::{CrmService, From, Later, Next, Page},
    schema::{Organisation, Table},
    scope::{self, Scope},
};
use satchel_store::{Database, Durability, Result, StoreError, cursors, records, schema};

use crate::{
    event::{Effect, Event},
    runner::Settings,
};

/// What the agent acts on, and how: in production under tokio's timers, in tests one effect after the other.
#[derive(Debug)]
pub struct Hands {
    pub database: Database,
    pub crm: Arc<dyn CrmService>,
    /// The tables to keep, as far as the organisation has them.
    pub tables: Vec<TableName>,
    pub settings: Settings,
}

impl Hands {
    /// Does one thing and says how it went. Every effect ends with its event.
    pub async fn act(&self, effect: Effect, now: Timestamp) -> Event {
        match effect {
            Effect::Describe => {
                let call = self.crm.describe(&self.tables);
                Event::Described(within(self.settings.call_limit, call).await)
            }
            Effect::StoreOrganisation(organisation) => Event::OrganisationStored(
                self.on_disk(move |database| store_organisation(database, &organisation)).await,
            ),
            Effect::Pull { table, from } => {
                let known = table.clone();
                let answer = match self.on_disk(move |database| known_table(database, &known)).await {
                    Ok(info) => {
                        let from = from.as_ref().map_or(From::Start, From::Cursor);
                        let call = self.crm.pull(&info, from, self.settings.page_size);
                        within(self.settings.call_limit, call).await
                    }
                    Err(detail) => Err(ServiceError::Broken { detail }),
                };
                Event::Pulled { table, answer }
            }
            Effect::StorePage { table, before, page } => {
                let name = table.clone();
                let result = self.on_disk(move |database| store_page(database, &name, &before, &page, now)).await;
                Event::PageStored { table, result }
            }
            Effect::ResetScope { table } => {
                let name = table.clone();
                let result = self.on_disk(move |database| reset_scope(database, &name)).await;
                Event::ScopeReset { table, result }
            }
        }
    }

    async fn on_disk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Database) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, String> {
        let database = self.database.clone();
        match tokio::task::spawn_blocking(move || work(&database)).await {
            Ok(result) => result.map_err(|error| error.to_string()),
            Err(_) => Err("Work on the local database was cut short; it is tried again.".to_owned()),
        }
    }
}

/// A call that takes too long is given up: a read, so nothing was changed by it.
async fn within<T>(limit: Duration, call: Later<'_, Answer<T>>) -> Answer<T> {
    match tokio::time::timeout(limit, call).await {
        Ok(answer) => answer,
        Err(_) => Err(ServiceError::Unanswered),
    }
}

fn store_organisation(database: &Database, organisation: &Organisation) -> Result<Vec<(TableName, Scope)>> {
    database.write(Durability::Normal, |tx| {
        schema::apply(tx, organisation)?;
        organisation.tables.iter().map(|table| Ok((table.name.clone(), cursors::get(tx, &table.name)?.scope))).collect()
    })
}

fn known_table(database: &Database, name: &TableName) -> Result<Table> {
    let organisation = database.read(|reader| schema::load(reader))?;
    organisation
        .and_then(|organisation| organisation.tables.into_iter().find(|table| &table.name == name))
        .ok_or_else(|| StoreError::Unfit(format!("the table {name} is not kept")))
}

/// Rows and cursor together: a crash repeats a page and never skips one.
fn store_page(
    database: &Database,
    name: &TableName,
    before: &Scope,
    page: &Page,
    now: Timestamp,
) -> Result<(Scope, Next)> {
    let table = known_table(database, name)?;
    let after = scope::after_page(before, &page.next);
    database.write(Durability::Normal, |tx| {
        let generation = cursors::get(tx, name)?.generation;
        records::store_page(tx, &table, page, generation)?;
        let is_caught_up = matches!(page.next, Next::CaughtUp(_));
        if let (Scope::Sweeping { generation, .. }, true) = (before, is_caught_up) {
            records::end_sweep(tx, &table, *generation)?;
        }
        cursors::set(tx, name, &after, is_caught_up.then_some(now))
    })?;
    Ok((after, page.next.clone()))
}

fn reset_scope(database: &Database, name: &TableName) -> Result<Scope> {
    database.write(Durability::Normal, |tx| {
        let scope = scope::after_expiry(cursors::get(tx, name)?.generation);
        cursors::set(tx, name, &scope, None)?;
        Ok(scope)
    })
}
