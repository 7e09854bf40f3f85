//! Change tracking: everything once, then only what changed or was deleted.

use uuid::Uuid;

use super::cookie::{self, PageCookie, Round};
use super::list;
use super::prefer::LARGEST_PAGE;
use super::query;
use super::refusal::Refusal;
use super::session::Session;
use super::sight;
use super::wire::{self, Writer};
use crate::http::Reply;
use crate::schema::Table;
use crate::store::{Change, Look, Record};

/// Whether this request asks for changes, be it the first time or again.
pub(crate) fn is_wanted(session: &Session<'_>) -> bool {
    session.prefer.track_changes || session.option("$deltatoken").is_some()
}

/// One page of a round.
struct Page {
    rows: Vec<Record>,
    deleted: Vec<Uuid>,
    round: Round,
    /// The id that the next page goes on from; nothing on the last page.
    next: Option<Uuid>,
}

pub(crate) fn answer(session: &Session<'_>, look: &dyn Look, table: &Table) -> Result<Reply, Refusal> {
    check(session, table)?;
    let select = session.option("$select");
    let shape = query::shape(session.schema(), table, select, None)?;
    let cookie = session.option("$skiptoken").map(PageCookie::read).transpose()?;
    let round = round(session, look, cookie.as_ref())?;
    let size = session.prefer.page.unwrap_or(LARGEST_PAGE);
    let page = match round.after {
        None => first(look, table, cookie.as_ref().map(|cookie| cookie.last), round, size)?,
        Some(after) => again(look, table, after, round, size)?,
    };

    let writer = Writer::new(session.schema(), look, &session.prefer);
    let mut out = String::with_capacity(page.rows.len() * 512 + 512);
    let mut context = session.context(table, select);
    if round.after.is_some() {
        context.push_str("/$delta");
    }
    list::open(&mut out, &context);
    out.push_str("\"value\":[");
    for record in &page.rows {
        writer.record(&mut out, table, record, &shape, None)?;
        out.push(',');
    }
    for id in &page.deleted {
        out.push_str("{\"@odata.context\":");
        let context = format!("{}/$metadata#{}/$deletedEntity", session.root, table.set);
        wire::text(&mut out, &context);
        out.push_str(&format!(",\"id\":\"{id}\",\"reason\":\"deleted\"}},"));
    }
    if out.ends_with(',') {
        out.pop();
    }
    out.push(']');
    // Dataverse puts the delta link on the last page only (powerapps-docs#439).
    let (name, link) = match page.next {
        Some(last) => {
            let cookie = PageCookie {
                page: cookie.map_or(1, |cookie| cookie.page + 1),
                last,
                order: Vec::new(),
                tracking: Some(page.round),
            };
            let link = session.call.continued(&["$skiptoken"], "$skiptoken", &cookie.write());
            ("@odata.nextLink", link)
        }
        None => {
            let token = cookie::write_token(page.round.until, session.now);
            let without = ["$skiptoken", "$deltatoken"];
            ("@odata.deltaLink", session.call.continued(&without, "$deltatoken", &token))
        }
    };
    out.push_str(&format!(",\"{name}\":"));
    wire::text(&mut out, &link);
    out.push('}');
    Ok(session.body(200, out))
}

/// `accounts/$count?$deltatoken=…`.
pub(crate) fn count(session: &Session<'_>, look: &dyn Look, table: &Table) -> Result<Reply, Refusal> {
    check(session, table)?;
    let round = round(session, look, None)?;
    let changes = look.changes(&table.name, round.after.unwrap_or(0), round.until)?;
    Ok(list::plain_count(changes.len()))
}

fn check(session: &Session<'_>, table: &Table) -> Result<(), Refusal> {
    for option in ["filter", "orderby", "expand", "top"] {
        if session.option(&format!("${option}")).is_some() {
            return Err(Refusal::query(format!(
                "The \"${{{option}}}\" query parameter isn't supported when Change Tracking is enabled."
            )));
        }
    }
    sight::check_whole(session.reach(), table)?;
    if !table.is_tracked {
        return Err(Refusal::new(
            400,
            "0x80072491",
            format!("Change tracking is not enabled for entity {}", table.name),
        ));
    }
    Ok(())
}

/// A round's bounds are fixed on its first page, so that what happens meanwhile is told the next time.
fn round(session: &Session<'_>, look: &dyn Look, cookie: Option<&PageCookie>) -> Result<Round, Refusal> {
    if let Some(cookie) = cookie {
        return cookie.tracking.ok_or_else(|| Refusal::query("The skip token belongs to another query."));
    }
    let until = look.version()?;
    let seconds = session.world.delta_seconds;
    let token = session.option("$deltatoken");
    let after = token.map(|token| cookie::read_token(token, until, session.now, seconds)).transpose()?;
    Ok(Round { after, until, told: 0, deleting: false })
}

/// A page of the first round: every row, by id.
fn first(look: &dyn Look, table: &Table, after: Option<Uuid>, round: Round, size: usize) -> Result<Page, Refusal> {
    let mut rows = Vec::new();
    look.each(&table.name, after, &mut |record| {
        rows.push(record);
        rows.len() <= size
    })?;
    let more = rows.len() > size;
    rows.truncate(size);
    let next = rows.last().filter(|_| more).map(|record| record.id);
    Ok(Page { rows, deleted: Vec::new(), round, next })
}

/// A page of a later round: what is new or changed, by version, then what is gone.
/// A row that changes between two pages moves past `until`, into the next round.
fn again(look: &dyn Look, table: &Table, after: u64, round: Round, size: usize) -> Result<Page, Refusal> {
    let mut pending: Vec<Change> =
        look.changes(&table.name, after, round.until)?.into_iter().filter(|change| !is_told(change, round)).collect();
    pending.sort_by_key(|change| (change.is_deletion, change.version));
    let more = pending.len() > size;
    pending.truncate(size);
    let mut page = Page { rows: Vec::new(), deleted: Vec::new(), round, next: None };
    for change in &pending {
        if change.is_deletion {
            page.deleted.push(change.id);
        } else {
            page.rows.extend(look.get(&table.name, change.id)?);
        }
    }
    if let Some(last) = pending.last().filter(|_| more) {
        page.next = Some(last.id);
        page.round.told = last.version;
        page.round.deleting = last.is_deletion;
    }
    Ok(page)
}

fn is_told(change: &Change, round: Round) -> bool {
    match (round.deleting, change.is_deletion) {
        (true, false) => true,
        (false, true) => false,
        _ => change.version <= round.told,
    }
}
