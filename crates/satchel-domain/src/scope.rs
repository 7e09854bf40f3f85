//! How far the pull of one table has come.

use jiff::Timestamp;

use crate::{
    ids::{Cursor, RecordId},
    ports::Next,
};

/// Where a scope stands. `Sweeping` re-reads everything, stamping rows with `generation`; its last page removes older rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Never read.
    Cold,
    Backfilling {
        cursor: Cursor,
    },
    Live {
        cursor: Cursor,
    },
    Sweeping {
        generation: u64,
        cursor: Option<Cursor>,
    },
}

/// What a table needs where the service tells no changes of it, see [`crate::ports::Way::Rows`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Polled {
    /// The service's reason for not giving changes.
    pub why: String,
    pub sweep: IdSweep,
}

/// How far the id sweep of a table has come: it finds what is gone, and what came into reach without being written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdSweep {
    /// Nothing is under way. The last one had listed everything by then, if there was one.
    Resting { ended_at: Option<Timestamp> },
    /// Rows that were listed are stamped with `generation`; the last page removes older ones.
    Listing { generation: u64, cursor: Option<Cursor> },
    /// Rows that are not here as they were listed, or are in doubt since, are read one by one; this is the next.
    Reading { next: RecordId },
}

impl Scope {
    /// Where the next pull goes on; none is the beginning.
    pub fn cursor(&self) -> Option<&Cursor> {
        match self {
            Self::Cold => None,
            Self::Backfilling { cursor } | Self::Live { cursor } => Some(cursor),
            Self::Sweeping { cursor, .. } => cursor.as_ref(),
        }
    }

    /// Whether every row was read once and the rest are changes.
    pub fn is_live(&self) -> bool {
        match self {
            Self::Live { .. } => true,
            Self::Cold | Self::Backfilling { .. } | Self::Sweeping { .. } => false,
        }
    }
}

/// Where a scope stands once this page is stored.
pub fn after_page(scope: &Scope, next: &Next) -> Scope {
    match (scope, next) {
        (_, Next::CaughtUp(cursor)) => Scope::Live { cursor: cursor.clone() },
        (Scope::Cold | Scope::Backfilling { .. }, Next::More(cursor)) => Scope::Backfilling { cursor: cursor.clone() },
        // A delta of several pages: its next link is as good a place to go on as a delta link.
        (Scope::Live { .. }, Next::More(cursor)) => Scope::Live { cursor: cursor.clone() },
        (Scope::Sweeping { generation, .. }, Next::More(cursor)) => {
            Scope::Sweeping { generation: *generation, cursor: Some(cursor.clone()) }
        }
    }
}

/// Where a scope stands once the service said that it no longer knows the cursor: everything is read again, under a
/// generation of its own. `last` is the newest generation that any row of the scope may carry.
pub fn after_expiry(last: u64) -> Scope {
    Scope::Sweeping { generation: last + 1, cursor: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(text: &str) -> Cursor {
        Cursor::new(text)
    }

    #[test]
    fn a_backfill_goes_on_from_its_page_and_ends_live() {
        let scope = after_page(&Scope::Cold, &Next::More(cursor("p2")));
        assert_eq!(scope, Scope::Backfilling { cursor: cursor("p2") });
        assert_eq!((scope.cursor(), scope.is_live()), (Some(&cursor("p2")), false));
        assert_eq!(after_page(&scope, &Next::CaughtUp(cursor("d"))), Scope::Live { cursor: cursor("d") });
    }

    #[test]
    fn a_sweep_keeps_its_generation_until_its_last_page() {
        let scope = after_expiry(3);
        assert_eq!((scope.cursor(), scope.is_live()), (None, false));
        let scope = after_page(&scope, &Next::More(cursor("p2")));
        assert_eq!(scope, Scope::Sweeping { generation: 4, cursor: Some(cursor("p2")) });
        assert!(after_page(&scope, &Next::CaughtUp(cursor("d"))).is_live());
    }

    #[test]
    fn a_long_delta_is_resumed_in_its_middle() {
        let scope = after_page(&Scope::Live { cursor: cursor("d1") }, &Next::More(cursor("d1p2")));
        assert_eq!(scope, Scope::Live { cursor: cursor("d1p2") });
    }
}
