//! Lists rows: filtered, ordered, in pages, each with the link to the next.

use uuid::Uuid;

use super::cookie::PageCookie;
use super::eval::{self, Row};
use super::filter::{self, Test};
use super::prefer::LARGEST_PAGE;
use super::query::{self, Order, SortKey};
use super::refusal::Refusal;
use super::session::Session;
use super::wire::{self, Writer};
use crate::http::Reply;
use crate::schema::{Column, Table};
use crate::store::{Look, Record};

/// Lists only the rows whose lookup points at this row.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parent<'s> {
    pub(crate) column: &'s Column,
    pub(crate) table: &'s Table,
    pub(crate) id: Uuid,
}

const KNOWN: [&str; 9] =
    ["$select", "$expand", "$filter", "$orderby", "$top", "$count", "$skiptoken", "$deltatoken", "tag"];

/// Options that the service does not have are refused, not overlooked.
pub(crate) fn check_options(session: &Session<'_>) -> Result<(), Refusal> {
    for (name, _) in &session.options {
        if name.starts_with('$') && !KNOWN.contains(&name.as_str()) {
            return Err(Refusal::query(format!("The query parameter {name} is not supported.")));
        }
    }
    Ok(())
}

pub(crate) fn answer(
    session: &Session<'_>,
    look: &dyn Look,
    table: &Table,
    parent: Option<Parent<'_>>,
) -> Result<Reply, Refusal> {
    let shape = query::shape(session.schema(), table, session.option("$select"), session.option("$expand"))?;
    let writer = Writer::new(session.schema(), look, &session.prefer);
    let page = page(session, &writer, table, parent)?;
    let mut out = String::with_capacity(page.rows.len() * 512 + 512);
    let context = session.context(table, session.option("$select"));
    open(&mut out, &context);
    if let Some(count) = page.count {
        out.push_str(&format!("\"@odata.count\":{count},"));
        if session.prefer.wants("Microsoft.Dynamics.CRM.totalrecordcount") {
            out.push_str(&format!("\"@Microsoft.Dynamics.CRM.totalrecordcount\":{count},"));
        }
    }
    out.push_str("\"value\":[");
    for (at, record) in page.rows.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        writer.record(&mut out, table, record, &shape, None)?;
    }
    out.push(']');
    if let Some(next) = page.next {
        out.push_str(",\"@odata.nextLink\":");
        wire::text(&mut out, &session.call.continued(&["$skiptoken"], "$skiptoken", &next.write()));
    }
    out.push('}');
    Ok(session.body(200, out))
}

pub(crate) fn open(out: &mut String, context: &str) {
    out.push_str("{\"@odata.context\":");
    wire::text(out, context);
    out.push(',');
}

/// `accounts/$count`, in plain text behind a byte-order mark.
pub(crate) fn count(
    session: &Session<'_>,
    look: &dyn Look,
    table: &Table,
    parent: Option<Parent<'_>>,
) -> Result<Reply, Refusal> {
    let filter = session.option("$filter").map(filter::parse).transpose()?;
    let writer = Writer::new(session.schema(), look, &session.prefer);
    let rows = matching(&writer, table, parent, &filter)?;
    Ok(plain_count(rows.len()))
}

pub(crate) fn plain_count(rows: usize) -> Reply {
    Reply::new(200, "text/plain", format!("\u{feff}{}", rows.min(LARGEST_PAGE)))
}

struct Page {
    rows: Vec<Record>,
    count: Option<usize>,
    next: Option<PageCookie>,
}

fn page(
    session: &Session<'_>,
    writer: &Writer<'_>,
    table: &Table,
    parent: Option<Parent<'_>>,
) -> Result<Page, Refusal> {
    let filter = session.option("$filter").map(filter::parse).transpose()?;
    let order = query::order(table, session.option("$orderby"))?;
    let cookie = session.option("$skiptoken").map(PageCookie::read).transpose()?;
    let top = match session.option("$top") {
        // A page size makes the service forget $top.
        Some(top) if session.prefer.page.is_none() => Some(
            top.parse::<usize>()
                .map_err(|_| Refusal::query(format!("Invalid value '{top}' for $top query option found.")))?,
        ),
        _ => None,
    };
    let size = top.unwrap_or(LARGEST_PAGE).min(session.prefer.page.unwrap_or(LARGEST_PAGE));
    let wants_count = session.option("$count") == Some("true");
    let simple = order.is_empty() && parent.is_none() && !wants_count;
    let (mut rows, count) = if simple {
        let after = cookie.as_ref().map(|cookie| cookie.last);
        (walk(writer, table, after, &filter, size + 1)?, None)
    } else {
        let mut rows = matching(writer, table, parent, &filter)?;
        let count = wants_count.then_some(rows.len().min(LARGEST_PAGE));
        rows.sort_by_cached_key(|record| SortKey::of(record, &order));
        if let Some(cookie) = &cookie {
            let last = last_key(cookie, &order)?;
            rows.retain(|record| SortKey::of(record, &order) > last);
        }
        (rows, count)
    };
    let more = rows.len() > size && top.is_none();
    rows.truncate(size);
    let next = rows.last().filter(|_| more).map(|last| PageCookie {
        page: cookie.map_or(1, |cookie| cookie.page + 1),
        last: last.id,
        order: order.iter().map(|by| eval::remembered(by.column, last)).collect(),
        tracking: None,
    });
    Ok(Page { rows, count, next })
}

fn last_key(cookie: &PageCookie, order: &[Order<'_>]) -> Result<SortKey, Refusal> {
    if cookie.order.len() != order.len() {
        return Err(Refusal::query("The skip token belongs to another order."));
    }
    let parts = order
        .iter()
        .zip(&cookie.order)
        .map(|(by, cell)| (eval::stored(by.column, Some(cell)), by.descending))
        .collect();
    Ok(SortKey { parts, id: cookie.last })
}

/// Rows in the order of their ids, as many as are wanted.
fn walk(
    writer: &Writer<'_>,
    table: &Table,
    after: Option<Uuid>,
    filter: &Option<Test>,
    most: usize,
) -> Result<Vec<Record>, Refusal> {
    let mut rows = Vec::new();
    let mut failure = None;
    writer.look.each(&table.name, after, &mut |record| {
        let row = Row { schema: writer.schema, look: writer.look, table, record: &record };
        match filter.as_ref().map_or(Ok(true), |test| eval::passes(&row, test)) {
            Ok(true) => rows.push(record),
            Ok(false) => {}
            Err(refusal) => failure = Some(refusal),
        }
        rows.len() < most && failure.is_none()
    })?;
    match failure {
        Some(refusal) => Err(refusal),
        None => Ok(rows),
    }
}

fn matching(
    writer: &Writer<'_>,
    table: &Table,
    parent: Option<Parent<'_>>,
    filter: &Option<Test>,
) -> Result<Vec<Record>, Refusal> {
    match parent {
        None => walk(writer, table, None, filter, usize::MAX),
        Some(parent) => {
            let rows = query::related(writer.look, table, parent.column, &parent.table.name, parent.id)?;
            query::choose(writer, table, rows, filter, &[])
        }
    }
}
