//! `CrmService` over the Dataverse Web API.

mod addresses;
mod describe;
mod metadata;
mod pull;
mod push;
mod remedy;
mod values;

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use satchel_domain::{
    Record, RecordId, ServiceError, TableName,
    error::Answer,
    ports::{CrmService, From, Later, Page, Push, TokenSource},
    schema::{Organisation, Table},
};
use satchel_http::{Client, Expect, Request, Response, Url};
use serde::de::DeserializeOwned;

use addresses::Addresses;

/// One organisation, as one user. Knows how each table is called in addresses, because binds need it.
pub struct Dataverse {
    http: Client,
    tokens: Arc<dyn TokenSource>,
    addresses: Addresses,
    set_names: Mutex<BTreeMap<TableName, String>>,
}

impl fmt::Debug for Dataverse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dataverse").field("addresses", &self.addresses).finish_non_exhaustive()
    }
}

impl Dataverse {
    /// `organisation` is its address, such as `https://contoso.crm4.dynamics.com`.
    pub fn new(http: Client, organisation: &Url, tokens: Arc<dyn TokenSource>) -> Self {
        Self { http, tokens, addresses: Addresses::of(organisation), set_names: Mutex::default() }
    }

    async fn get<T: DeserializeOwned>(&self, url: Url) -> Answer<T> {
        let request = odata(Request::get(url));
        remedy::checked(self.http.send_as(&*self.tokens, request).await?)?.json()
    }

    /// Sends a write; its success has no body.
    async fn send(&self, request: Request) -> Answer<Response> {
        remedy::checked(self.http.send_as(&*self.tokens, odata(request).expect(Expect::Anything)).await?)
    }

    fn known_sets(&self) -> MutexGuard<'_, BTreeMap<TableName, String>> {
        self.set_names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How a table is called in addresses; asked once when no description told it.
    async fn set_name(&self, table: &TableName) -> Answer<String> {
        if let Some(known) = self.known_sets().get(table).cloned() {
            return Ok(known);
        }
        let definition: metadata::SetName = self.get(self.addresses.set_name_of(table)?).await?;
        self.known_sets().insert(table.clone(), definition.entity_set_name.clone());
        Ok(definition.entity_set_name)
    }
}

/// The headers that every request of the Web API carries.
fn odata(request: Request) -> Request {
    request.header("Accept", "application/json").header("OData-MaxVersion", "4.0").header("OData-Version", "4.0")
}

fn broken(detail: impl Into<String>) -> ServiceError {
    ServiceError::Broken { detail: detail.into() }
}

impl CrmService for Dataverse {
    fn describe<'a>(&'a self, tables: &'a [TableName]) -> Later<'a, Answer<Organisation>> {
        Box::pin(self.described(tables))
    }

    fn pull<'a>(&'a self, table: &'a Table, from: From<'a>, page_size: u32) -> Later<'a, Answer<Page>> {
        Box::pin(self.pulled(table, from, page_size))
    }

    fn fetch<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, Answer<Record>> {
        Box::pin(self.fetched(table, id))
    }

    fn push<'a>(&'a self, table: &'a Table, id: RecordId, push: Push<'a>) -> Later<'a, Answer<()>> {
        Box::pin(self.pushed(table, id, push))
    }
}
