//! Pages and cursors of the model: a folder from its newest message on, then what changed in it.

use satchel_domain::{
    Cursor, FolderId, ServiceError,
    error::Answer,
    ports::{From, MailPage, Next},
};

use super::letters::{Change, Letters, item};

/// What the text of a cursor says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    /// Reading everything; what changed since `snapshot` comes with the first delta.
    Reading { snapshot: u64, before: u64 },
    /// Everything up to `since` is known. A delta under way goes no further than `upto`.
    Changes { since: u64, upto: Option<u64> },
}

/// One page of `folder` from where the caller stands.
pub(super) fn page(
    letters: &Letters,
    folder: &FolderId,
    from: From<'_>,
    page_size: usize,
    age: u32,
) -> Answer<MailPage> {
    let place = match from {
        From::Start => Place::Reading { snapshot: letters.counter(), before: u64::MAX },
        From::Cursor(cursor) => read(cursor, folder, age)?,
    };
    let cursor = |place| write(place, folder, age);
    let page_size = page_size.max(1);
    let mut page = MailPage {
        heads: Vec::new(),
        read: Vec::new(),
        gone: Vec::new(),
        next: Next::CaughtUp(cursor(Place::Changes { since: 0, upto: None })),
    };
    match place {
        Place::Reading { snapshot, before } => {
            let mut found = letters.reading(folder, snapshot, before);
            let rest = found.split_off(found.len().min(page_size));
            page.next = match (rest.is_empty(), found.last()) {
                (false, Some(&last)) => Next::More(cursor(Place::Reading { snapshot, before: letters.arrived(last) })),
                _ => Next::CaughtUp(cursor(Place::Changes { since: snapshot, upto: None })),
            };
            page.heads = found.into_iter().filter_map(|number| letters.head(number)).collect();
        }
        Place::Changes { since, upto } => {
            let upto = upto.unwrap_or(letters.counter());
            let mut found = letters.changes(folder, since, upto);
            let rest = found.split_off(found.len().min(page_size));
            page.next = match (rest.is_empty(), found.last()) {
                (false, Some(&(last, ..))) => Next::More(cursor(Place::Changes { since: last, upto: Some(upto) })),
                _ => Next::CaughtUp(cursor(Place::Changes { since: upto, upto: None })),
            };
            for (_, number, change) in found {
                match change {
                    Change::Arrived => page.heads.extend(letters.head(number)),
                    Change::Marked(is_read) => page.read.push((item(number), is_read)),
                    Change::Gone => page.gone.push(item(number)),
                }
            }
        }
    }
    Ok(page)
}

fn write(place: Place, folder: &FolderId, age: u32) -> Cursor {
    let (kind, one, two) = match place {
        Place::Reading { snapshot, before } => ("reading", snapshot, before),
        Place::Changes { since, upto: None } => ("changes", since, 0),
        Place::Changes { since, upto: Some(upto) } => ("changes", since, upto),
    };
    Cursor::new(format!("model {age} {kind} {one} {two} {folder}"))
}

fn read(cursor: &Cursor, folder: &FolderId, age: u32) -> Answer<Place> {
    let broken = || ServiceError::Broken { detail: "a cursor of another folder or server".to_owned() };
    let words: Vec<_> = cursor.as_str().splitn(6, ' ').collect();
    let ["model", of_age, kind, one, two, of_folder] = words.as_slice() else { return Err(broken()) };
    if *of_folder != folder.as_str() {
        return Err(broken());
    }
    if of_age.parse() != Ok(age) {
        return Err(ServiceError::CursorExpired);
    }
    let number = |text: &str| text.parse::<u64>().map_err(|_| broken());
    let (one, two) = (number(one)?, number(two)?);
    match *kind {
        "reading" => Ok(Place::Reading { snapshot: one, before: two }),
        "changes" => Ok(Place::Changes { since: one, upto: (two > 0).then_some(two) }),
        _ => Err(broken()),
    }
}
