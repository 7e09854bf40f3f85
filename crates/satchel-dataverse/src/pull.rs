//! Reading: a page of a table's rows or changes, and one record.

use satchel_domain::{
    Cursor, Record, RecordId,
    error::Answer,
    ports::{From, Next, Page},
    schema::Table,
};
use satchel_http::Request;
use serde::Deserialize;
use uuid::Uuid;

use crate::{
    Dataverse, broken, odata, remedy,
    values::{self, Row},
};

/// Names of what lookups point to, and which table that is.
const ANNOTATIONS: &str = "odata.include-annotations=\"Microsoft.Dynamics.CRM.lookuplogicalname,\
    OData.Community.Display.V1.FormattedValue\"";

#[derive(Deserialize)]
struct Body {
    value: Vec<Row>,
    #[serde(rename = "@odata.nextLink")]
    next_link: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    delta_link: Option<String>,
}

impl Dataverse {
    pub(crate) async fn pulled(&self, table: &Table, from: From<'_>, page_size: u32) -> Answer<Page> {
        let url = match from {
            From::Start => self.addresses.rows(table)?,
            From::Cursor(cursor) => self.addresses.link(cursor)?,
        };
        let prefer = format!("odata.track-changes,odata.maxpagesize={page_size},{ANNOTATIONS}");
        let request = odata(Request::get(url)).header("Prefer", prefer);
        let body: Body = remedy::checked(self.http.send_as(&*self.tokens, request).await?)?.json()?;
        page(table, body)
    }

    pub(crate) async fn fetched(&self, table: &Table, id: RecordId) -> Answer<Record> {
        let request = odata(Request::get(self.addresses.row(table, id)?)).header("Prefer", ANNOTATIONS);
        let row: Row = remedy::checked(self.http.send_as(&*self.tokens, request).await?)?.json()?;
        values::record(table, &row)
    }
}

fn page(table: &Table, body: Body) -> Answer<Page> {
    let next = match (body.next_link, body.delta_link) {
        (Some(link), _) => Next::More(Cursor::new(link)),
        // Only the last page has it.
        (None, Some(link)) => Next::CaughtUp(Cursor::new(link)),
        (None, None) => return Err(broken("a page has neither a next link nor a delta link")),
    };
    let (mut records, mut gone) = (Vec::new(), Vec::new());
    for row in &body.value {
        match deleted(row)? {
            Some(id) => gone.push(id),
            None => records.push(values::record(table, row)?),
        }
    }
    Ok(Page { records, gone, next })
}

/// The id of a row that says it was deleted: it has a context of its own, a bare id, and no version.
fn deleted(row: &Row) -> Answer<Option<RecordId>> {
    if !row.contains_key("reason") || row.contains_key("@odata.etag") {
        return Ok(None);
    }
    let id = row.get("id").and_then(|raw| serde_json::from_str::<Uuid>(raw.get()).ok());
    id.map(|id| Some(RecordId(id))).ok_or_else(|| broken("a deleted row has no id"))
}
