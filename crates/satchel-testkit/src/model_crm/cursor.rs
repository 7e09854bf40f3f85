//! Pages and cursors of the model: a read from the beginning by id, then changes by version.

use satchel_domain::{
    Cursor, RecordId, ServiceError,
    error::Answer,
    ids::Uuid,
    ports::{From, Next, Page, RowPage, Way},
    schema::Table,
};

use super::{
    rights::View,
    rows::{Change, Rows},
};

/// What the text of a cursor says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Reading everything; what changed since `snapshot` comes with the first delta.
    Reading { snapshot: u64, after: Option<RecordId> },
    /// The id sweep: no snapshot, each page is what is there when it is asked for.
    Sweep { after: RecordId },
    /// Rows by their version, from this one on: for who may not read the whole table.
    Poll { since: u64 },
    /// Everything up to `since` is known. A delta under way goes no further than `upto`.
    Changes { since: u64, upto: Option<u64> },
}

/// One page of `table` from where the caller stands.
pub(super) fn page(
    rows: &Rows,
    table: &Table,
    from: From<'_>,
    page_size: usize,
    age: u32,
    view: &View<'_>,
) -> Answer<Page> {
    let untold = view.why_untold();
    let place = match from {
        From::Start if untold.is_some() => Place::Poll { since: 0 },
        From::Start => Place::Reading { snapshot: rows.counter(), after: None },
        From::Cursor(cursor) => read(cursor, table, age)?,
    };
    let page_size = page_size.max(1);
    Ok(match place {
        // Changes are told to those who may read everything.
        Place::Reading { .. } | Place::Changes { .. } if untold.is_some() => return Err(ServiceError::CursorExpired),
        Place::Reading { snapshot, after } => reading(rows, table, snapshot, after, page_size, age),
        Place::Sweep { .. } => return Err(foreign()),
        Place::Poll { since } => polled(rows, table, since, page_size, age, view),
        Place::Changes { since, upto } => changes(rows, table, since, upto.unwrap_or(rows.counter()), page_size, age),
    })
}

/// One page of the id sweep.
pub(super) fn row_page(
    rows: &Rows,
    table: &Table,
    from: From<'_>,
    page_size: usize,
    age: u32,
    view: &View<'_>,
) -> Answer<RowPage> {
    let after = match from {
        From::Start => None,
        From::Cursor(cursor) => match read(cursor, table, age)? {
            Place::Sweep { after } => Some(after),
            Place::Reading { .. } | Place::Poll { .. } | Place::Changes { .. } => return Err(foreign()),
        },
    };
    let mut ids = rows.ids_after(&table.name, after).filter(|id| view.shows(*id));
    let block: Vec<_> = ids.by_ref().take(page_size.max(1)).collect();
    let next = match (ids.next(), block.last()) {
        (Some(_), Some(&after)) => Some(write(Place::Sweep { after }, table, age)),
        _ => None,
    };
    let version = |id| rows.version(&table.name, id).map(|version| (id, version));
    Ok(RowPage { rows: block.into_iter().filter_map(version).collect(), next })
}

fn foreign() -> ServiceError {
    ServiceError::Broken { detail: "a cursor of another table or service".to_owned() }
}

fn reading(rows: &Rows, table: &Table, snapshot: u64, after: Option<RecordId>, page_size: usize, age: u32) -> Page {
    let mut ids = rows.ids_after(&table.name, after);
    let block: Vec<_> = ids.by_ref().take(page_size).collect();
    let next = match (ids.next(), block.last()) {
        (Some(_), Some(&last)) => Next::More(write(Place::Reading { snapshot, after: Some(last) }, table, age)),
        _ => Next::CaughtUp(write(Place::Changes { since: snapshot, upto: None }, table, age)),
    };
    let records = block.into_iter().filter_map(|id| rows.record(table, id)).collect();
    Page { records, gone: Vec::new(), next, way: Way::Changes }
}

fn polled(rows: &Rows, table: &Table, since: u64, page_size: usize, age: u32, view: &View<'_>) -> Page {
    let changes = rows.changes(&table.name, since, u64::MAX).into_iter();
    let mut written: Vec<_> = changes.filter(|&(_, id, change)| change == Change::Written && view.shows(id)).collect();
    let rest = written.split_off(written.len().min(page_size));
    let since = written.last().map_or(since, |&(version, ..)| version);
    let cursor = write(Place::Poll { since }, table, age);
    let next = if rest.is_empty() { Next::CaughtUp(cursor) } else { Next::More(cursor) };
    let records = written.into_iter().filter_map(|(_, id, _)| rows.record(table, id)).collect();
    // Who may read everything again goes on with the poll.
    let why = view.why_untold().unwrap_or_else(|| format!("You could not read every row of {}.", table.name));
    Page { records, gone: Vec::new(), next, way: Way::Rows { why } }
}

fn changes(rows: &Rows, table: &Table, since: u64, upto: u64, page_size: usize, age: u32) -> Page {
    let mut changes = rows.changes(&table.name, since, upto);
    let rest = changes.split_off(changes.len().min(page_size));
    let next = match (rest.is_empty(), changes.last()) {
        (false, Some(&(version, ..))) => {
            Next::More(write(Place::Changes { since: version, upto: Some(upto) }, table, age))
        }
        _ => Next::CaughtUp(write(Place::Changes { since: upto, upto: None }, table, age)),
    };
    let of = |kind: Change| changes.iter().filter(move |&&(.., change)| change == kind).map(|&(_, id, _)| id);
    let records = of(Change::Written).filter_map(|id| rows.record(table, id)).collect();
    Page { records, gone: of(Change::Gone).collect(), next, way: Way::Changes }
}

fn write(place: Place, table: &Table, age: u32) -> Cursor {
    let name = &table.name;
    Cursor::new(match place {
        Place::Reading { snapshot, after } => {
            let after = after.map_or(String::new(), |id| id.to_string());
            format!("model {age} {name} reading {snapshot} {after}")
        }
        Place::Sweep { after } => format!("model {age} {name} sweep {after}"),
        Place::Poll { since } => format!("model {age} {name} poll {since}"),
        Place::Changes { since, upto: None } => format!("model {age} {name} changes {since}"),
        Place::Changes { since, upto: Some(upto) } => format!("model {age} {name} changes {since} {upto}"),
    })
}

fn read(cursor: &Cursor, table: &Table, age: u32) -> Answer<Place> {
    let words: Vec<_> = cursor.as_str().split_whitespace().collect();
    let (of_age, of_table, place) = match words.as_slice() {
        ["model", of_age, of_table, place @ ..] => (of_age, of_table, place),
        _ => return Err(foreign()),
    };
    if *of_table != table.name.as_str() {
        return Err(foreign());
    }
    if of_age.parse() != Ok(age) {
        return Err(ServiceError::CursorExpired);
    }
    let number = |text: &str| text.parse().map_err(|_| foreign());
    let id = |text: &str| Uuid::parse_str(text).map(RecordId).map_err(|_| foreign());
    Ok(match place {
        ["reading", snapshot] => Place::Reading { snapshot: number(snapshot)?, after: None },
        ["reading", snapshot, after] => Place::Reading { snapshot: number(snapshot)?, after: Some(id(after)?) },
        ["sweep", after] => Place::Sweep { after: id(after)? },
        ["poll", since] => Place::Poll { since: number(since)? },
        ["changes", since] => Place::Changes { since: number(since)?, upto: None },
        ["changes", since, upto] => Place::Changes { since: number(since)?, upto: Some(number(upto)?) },
        _ => return Err(foreign()),
    })
}
