//! The calls of the port, each as the requests that the Web API wants for it; tracking stands in `promotion`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use satchel_domain::{
    Cursor, Record, RecordId, ServiceError, TableName,
    error::Answer,
    ports::{CrmService, From, Later, Next, Page, Push, RowPage, TokenSource, Way},
    schema::{Kind, Organisation, Table},
    tracking::{EmailDraft, Step},
};
use satchel_http::{Client, Request, Response, Root, Url};
use tokio::sync::OnceCell;

use crate::{
    decode::{self, Rows},
    describe, duplicates, encode, links,
    poll::{self, Listing, Place, VERSION},
    refusal,
};

/// The target table of a lookup, and what the target is called.
pub(crate) const ANNOTATIONS: &str =
    "odata.include-annotations=\"Microsoft.Dynamics.CRM.lookuplogicalname,OData.Community.Display.V1.FormattedValue\"";

/// One organisation, as the user of `tokens`.
#[derive(Debug)]
pub struct Dataverse {
    http: Client,
    pub(crate) root: Root,
    tokens: Arc<dyn TokenSource>,
    /// The set of each table, for whoever binds a lookup to it.
    sets: OnceCell<BTreeMap<TableName, String>>,
}

impl Dataverse {
    /// `organisation` is the address that people know, such as `https://contoso.crm4.dynamics.com/`.
    pub fn new(http: Client, organisation: &Url, tokens: Arc<dyn TokenSource>) -> Answer<Self> {
        Ok(Self { http, root: links::root(organisation)?, tokens, sets: OnceCell::new() })
    }

    async fn describe(&self, tables: &[TableName]) -> Answer<Organisation> {
        let found = describe::definitions(self).await?;
        self.remember(&found);
        describe::organisation(self, &found, tables).await
    }

    /// What changed, where the service tells; else the rows by version. A cursor keeps to its way.
    async fn pull(&self, table: &Table, from: From<'_>, page_size: u32) -> Answer<Page> {
        if let From::Cursor(cursor) = from
            && let Some(place) = Place::of(table, cursor)?
        {
            return self.poll(table, place, page_size).await;
        }
        match (self.changes(table, from, page_size).await, from) {
            (Err(ServiceError::Refused { code, reason }), From::Start) if poll::is_untold(&code) => {
                self.poll(table, Place::beginning(table, reason), page_size).await
            }
            // The right was lost since: what a delta would have told is found by starting over.
            (Err(ServiceError::Refused { code, .. }), From::Cursor(_)) if poll::is_untold(&code) => {
                Err(ServiceError::CursorExpired)
            }
            (answer, _) => answer,
        }
    }

    async fn changes(&self, table: &Table, from: From<'_>, page_size: u32) -> Answer<Page> {
        let url = match from {
            From::Start => self.root.at(&table.set_name, &[("$select", &select(table))])?,
            From::Cursor(cursor) => self.root.follow(cursor.as_str())?,
        };
        let rows = self.rows(&url, page_size, true).await?;
        // An older service leaves the delta link out when annotations were asked for (powerapps-docs#439).
        let rows = if rows.is_lost() { self.rows(&url, page_size, false).await? } else { rows };
        let next = match (&rows.next, &rows.delta) {
            // An answer that was given before leads to where it was asked for: followed, it would lead there for ever.
            (Some(link), _) if self.root.follow(link)? == url => return Err(poll::came_again()),
            (Some(link), _) => Next::More(self.cursor(link)?),
            (None, Some(link)) => Next::CaughtUp(self.cursor(link)?),
            (None, None) => {
                return Err(ServiceError::Broken { detail: "a last page says not where to go on".to_owned() });
            }
        };
        let (records, gone) = rows.read(table)?;
        Ok(Page { records, gone, next, way: Way::Changes })
    }

    /// The ids and versions of what the user may read, in the order of the versions. What is not named is removed here, so a
    /// page that lost its link must not look like the last one: only an empty page is.
    async fn row_page(&self, table: &Table, from: From<'_>, page_size: u32) -> Answer<RowPage> {
        let listing = match from {
            From::Start => Listing::beginning(table),
            From::Cursor(cursor) => Listing::of(table, cursor)?,
        };
        let columns = format!("{},{VERSION}", table.primary_id);
        let rows: Rows = self.answer(self.above(table, &columns, listing.since, page_size, "")?).await?;
        let next = listing.after(&rows.numbers(table, VERSION)?)?;
        Ok(RowPage { rows: rows.versions(table)?, next })
    }

    async fn rows(&self, url: &Url, page_size: u32, is_annotated: bool) -> Answer<Rows> {
        let mut prefer = format!("odata.track-changes,odata.maxpagesize={page_size}");
        if is_annotated {
            prefer = format!("{prefer},{ANNOTATIONS}");
        }
        let response = self.send(Request::get(url.clone()).header("Prefer", prefer)).await?;
        if response.is_success() { response.json() } else { Err(refusal::of_reading(&response)) }
    }

    /// A link is checked when it is stored and again when it is followed.
    fn cursor(&self, link: &str) -> Answer<Cursor> {
        self.root.follow(link).map(|_| Cursor::new(link))
    }

    async fn fetch(&self, table: &Table, id: RecordId) -> Answer<Record> {
        let url = self.root.at(&format!("{}({id})", table.set_name), &[("$select", &select(table))])?;
        let response = self.send(Request::get(url).header("Prefer", ANNOTATIONS)).await?;
        match response.status {
            200..=299 => decode::record(table, &response.json()?),
            404 => Err(ServiceError::Missing),
            // What may not be read may well be there.
            _ => Err(refusal::of_reading(&response)),
        }
    }

    async fn push(&self, table: &Table, id: RecordId, push: Push<'_>) -> Answer<()> {
        let url = self.root.at(&format!("{}({id})", table.set_name), &[])?;
        let request = match push {
            Push::Create { values, duplicates } => {
                let body = encode::create(table, values, self.sets_for(values).await?)?;
                let (name, value) = duplicates::header(duplicates);
                Request::patch_json(url, body).header("If-None-Match", "*").header(name, value)
            }
            Push::Update { values, base, duplicates } => {
                let body = encode::update(table, values, self.sets_for(values).await?)?;
                let (name, value) = duplicates::header(duplicates);
                Request::patch_json(url, body).header("If-Match", base.as_str()).header(name, value)
            }
            Push::Delete { base } => Request::delete(url).header("If-Match", base.as_str()),
        };
        let response = self.send(request).await?;
        if response.is_success() {
            return Ok(());
        }
        let refused = refusal::of_writing(&response, id);
        let ServiceError::Duplicate { message, .. } = refused else { return Err(refused) };
        Err(ServiceError::Duplicate { candidates: self.candidates(table, id, push).await, message })
    }

    /// The sets are asked for when the first lookup is bound: a start without network describes nothing.
    async fn sets_for(
        &self,
        values: &[(satchel_domain::Column, satchel_domain::Value)],
    ) -> Answer<&BTreeMap<TableName, String>> {
        static NONE: BTreeMap<TableName, String> = BTreeMap::new();
        if !values.iter().any(|(_, value)| matches!(value, satchel_domain::Value::Lookup(_))) {
            return Ok(&NONE);
        }
        self.sets().await
    }

    pub(crate) async fn sets(&self) -> Answer<&BTreeMap<TableName, String>> {
        let ask = async || describe::definitions(self).await.map(|found| describe::sets(&found));
        self.sets.get_or_try_init(ask).await
    }

    fn remember(&self, found: &[crate::metadata::Definition]) {
        // Set already: the sets of an organisation do not change.
        let _ = self.sets.set(describe::sets(found));
    }

    pub(crate) async fn get<T: serde::de::DeserializeOwned>(&self, path: &str, options: &[(&str, &str)]) -> Answer<T> {
        self.answer(Request::get(self.root.at(path, options)?)).await
    }

    /// The answer to a question.
    pub(crate) async fn answer<T: serde::de::DeserializeOwned>(&self, request: Request) -> Answer<T> {
        let response = self.send(request).await?;
        if response.is_success() { response.json() } else { Err(refusal::of_reading(&response)) }
    }

    pub(crate) async fn send(&self, request: Request) -> Answer<Response> {
        let request = request
            .header("Accept", "application/json")
            .header("OData-MaxVersion", "4.0")
            .header("OData-Version", "4.0");
        self.http.send_as(self.tokens.as_ref(), request).await
    }
}

/// The columns of a table as properties of its rows.
pub(crate) fn select(table: &Table) -> String {
    let properties = table.columns.iter().map(|column| match column.kind {
        Kind::Lookup { .. } => format!("_{}_value", column.name),
        _ => column.name.to_string(),
    });
    properties.collect::<BTreeSet<_>>().into_iter().collect::<Vec<_>>().join(",")
}

impl CrmService for Dataverse {
    fn describe<'a>(&'a self, tables: &'a [TableName]) -> Later<'a, Answer<Organisation>> {
        Box::pin(self.describe(tables))
    }

    fn pull<'a>(&'a self, table: &'a Table, from: From<'a>, page_size: u32) -> Later<'a, Answer<Page>> {
        Box::pin(self.pull(table, from, page_size))
    }

    fn rows<'a>(&'a self, table: &'a Table, from: From<'a>, page_size: u32) -> Later<'a, Answer<RowPage>> {
        Box::pin(self.row_page(table, from, page_size))
    }

    fn fetch<'a>(&'a self, table: &'a Table, id: RecordId) -> Later<'a, Answer<Record>> {
        Box::pin(self.fetch(table, id))
    }

    fn push<'a>(&'a self, table: &'a Table, id: RecordId, push: Push<'a>) -> Later<'a, Answer<()>> {
        Box::pin(self.push(table, id, push))
    }

    fn find_email<'a>(&'a self, table: &'a Table, message_id: &'a str) -> Later<'a, Answer<Option<Record>>> {
        Box::pin(self.find_email(table, message_id))
    }

    fn promote<'a>(&'a self, table: &'a Table, draft: &'a EmailDraft, step: Step) -> Later<'a, Answer<()>> {
        Box::pin(self.promote(table, draft, step))
    }
}
