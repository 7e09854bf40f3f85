//! Reading a table whose changes the service does not tell: rows in the order of their versions, from the last one seen.
//!
//! What is gone is never told, and neither is a row that a late transaction slipped in below: the sweep of the ids tells.

use satchel_domain::{
    Cursor, ServiceError, TableName,
    error::Answer,
    ports::{Next, Page, Way},
    schema::Table,
};
use satchel_http::Request;

use crate::{
    decode::Rows,
    service::{ANNOTATIONS, Dataverse, select},
};

/// Rises over the whole organisation with every write.
pub(crate) const VERSION: &str = "versionnumber";
/// The first word of a poll's cursor; all others are links.
const MARK: &str = "rows";
/// The first word of a sweep's cursor.
const LISTED: &str = "ids";
/// The user may read some rows of the table and not all.
const NO_PRIVILEGE: &str = "0x80040220";
const NOT_TRACKED: &str = "0x80072491";

/// Whether a refusal means that this table has no changes to tell this user.
pub(crate) fn is_untold(code: &str) -> bool {
    [NO_PRIVILEGE, NOT_TRACKED].iter().any(|known| known.eq_ignore_ascii_case(code))
}

/// Where a poll stands, and why it is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    table: TableName,
    /// The newest version that was read.
    since: u64,
    why: String,
}

impl Place {
    pub(crate) fn beginning(table: &Table, why: String) -> Self {
        Self { table: table.name.clone(), since: 0, why }
    }

    /// None when the cursor is a link, and changes are read.
    pub(crate) fn of(table: &Table, cursor: &Cursor) -> Answer<Option<Self>> {
        let Some(rest) = cursor.as_str().strip_prefix(MARK) else { return Ok(None) };
        let mut words = rest.trim_start().splitn(3, ' ');
        let (name, since) = (words.next(), words.next().and_then(|since| since.parse().ok()));
        match (name, since, words.next()) {
            (Some(name), Some(since), Some(why)) if name == table.name.as_str() => {
                Ok(Some(Self { table: table.name.clone(), since, why: why.to_owned() }))
            }
            _ => Err(ServiceError::Broken { detail: "a cursor of another table".to_owned() }),
        }
    }

    fn cursor(&self) -> Cursor {
        Cursor::new(format!("{MARK} {} {} {}", self.table, self.since, self.why))
    }

    /// Where a page with these versions leads. A full page may have lost its link, so only a short one is the last.
    fn after(&self, versions: &[u64], is_linked: bool, page_size: u32) -> Answer<Next> {
        let newest = versions.iter().copied().max().unwrap_or(self.since);
        if newest <= self.since && !versions.is_empty() {
            return Err(came_again());
        }
        let cursor = Self { since: newest, ..self.clone() }.cursor();
        let is_full = versions.len() >= page_size as usize;
        Ok(if !versions.is_empty() && (is_linked || is_full) { Next::More(cursor) } else { Next::CaughtUp(cursor) })
    }
}

/// How far the sweep of a table's ids has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listing {
    table: TableName,
    /// The newest version that was listed.
    pub(crate) since: u64,
}

impl Listing {
    pub(crate) fn beginning(table: &Table) -> Self {
        Self { table: table.name.clone(), since: 0 }
    }

    /// A cursor that nobody can read is as good as an expired one: the sweep is begun anew.
    pub(crate) fn of(table: &Table, cursor: &Cursor) -> Answer<Self> {
        let words = cursor.as_str().strip_prefix(LISTED).and_then(|rest| rest.trim_start().split_once(' '));
        match words.map(|(name, since)| (name, since.parse())) {
            Some((name, Ok(since))) if name == table.name.as_str() => Ok(Self { table: table.name.clone(), since }),
            _ => Err(ServiceError::CursorExpired),
        }
    }

    /// Where a page with these versions leads; none when it was the last.
    pub(crate) fn after(&self, versions: &[u64]) -> Answer<Option<Cursor>> {
        let Some(&newest) = versions.iter().max() else { return Ok(None) };
        if newest <= self.since {
            return Err(came_again());
        }
        Ok(Some(Cursor::new(format!("{LISTED} {} {newest}", self.table))))
    }
}

/// What an answer is that leads back to where it was asked for.
pub(crate) fn came_again() -> ServiceError {
    ServiceError::Broken { detail: "a page came again".to_owned() }
}

impl Dataverse {
    /// Asks for the rows above a version, in the order of their versions.
    pub(crate) fn above(
        &self,
        table: &Table,
        columns: &str,
        since: u64,
        page_size: u32,
        prefers: &str,
    ) -> Answer<Request> {
        let filter = format!("{VERSION} gt {since}");
        let options = [("$select", columns), ("$filter", &filter), ("$orderby", VERSION)];
        let prefer = format!("odata.maxpagesize={page_size}{prefers}");
        Ok(Request::get(self.root.at(&table.set_name, &options)?).header("Prefer", prefer))
    }

    pub(crate) async fn poll(&self, table: &Table, place: Place, page_size: u32) -> Answer<Page> {
        let mut columns = select(table);
        if !columns.split(',').any(|column| column == VERSION) {
            columns = format!("{columns},{VERSION}");
        }
        let request = self.above(table, &columns, place.since, page_size, &format!(",{ANNOTATIONS}"))?;
        let rows: Rows = self.answer(request).await?;
        // The next page is asked for by version and not by its link, so that a stored cursor never grows old.
        let next = place.after(&rows.numbers(table, VERSION)?, rows.next.is_some(), page_size)?;
        let (records, gone) = rows.read(table)?;
        Ok(Page { records, gone, next, way: Way::Rows { why: place.why } })
    }
}

#[cfg(test)]
mod tests {
    use satchel_testkit::organisation::{account, opportunity};

    use super::*;

    fn place(since: u64) -> Place {
        Place { since, ..Place::beginning(&account(), "Not all of it.".to_owned()) }
    }

    #[test]
    fn a_cursor_says_which_way_and_which_table_it_belongs_to() {
        let cursor = place(41).cursor();
        assert_eq!(Place::of(&account(), &cursor), Ok(Some(place(41))));
        assert!(matches!(Place::of(&opportunity(), &cursor), Err(ServiceError::Broken { .. })));
        let link = Cursor::new("https://contoso.crm4.dynamics.com/api/data/v9.2/accounts?$deltatoken=9");
        assert_eq!(Place::of(&account(), &link), Ok(None));
    }

    #[test]
    fn only_a_short_page_without_a_link_is_the_last() {
        let to = |since| place(since).cursor();
        assert_eq!(place(5).after(&[6, 9], true, 3), Ok(Next::More(to(9))));
        assert_eq!(place(5).after(&[6, 8, 9], false, 3), Ok(Next::More(to(9))));
        assert_eq!(place(5).after(&[6, 9], false, 3), Ok(Next::CaughtUp(to(9))));
        assert_eq!(place(5).after(&[], false, 3), Ok(Next::CaughtUp(to(5))));
    }

    #[test]
    fn a_page_that_brings_nothing_newer_ends_the_poll() {
        assert!(matches!(place(5).after(&[4, 5], true, 2), Err(ServiceError::Broken { .. })));
        assert_eq!(place(5).after(&[], true, 2), Ok(Next::CaughtUp(place(5).cursor())));
    }

    #[test]
    fn a_sweep_ends_with_an_empty_page_and_with_no_other() {
        let from = |since| Listing { since, ..Listing::beginning(&account()) };
        let Ok(Some(cursor)) = from(5).after(&[6, 9]) else { panic!("there may be more") };
        assert_eq!(Listing::of(&account(), &cursor), Ok(from(9)));
        assert_eq!(from(9).after(&[]), Ok(None));
        assert_eq!(from(9).after(&[8, 9]), Err(came_again()));
    }

    #[test]
    fn a_sweep_whose_cursor_cannot_be_read_is_begun_anew() {
        let cursor = |text: &str| Listing::of(&account(), &Cursor::new(text));
        for text in
            ["ids opportunity 9", "ids account", "ids account x", "rows account 9 why", "https://contoso.example/"]
        {
            assert_eq!(cursor(text), Err(ServiceError::CursorExpired), "{text}");
        }
    }
}
