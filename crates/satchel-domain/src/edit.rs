//! What the user did to a record and CRM has not accepted yet, and how that shows over the server copy.

use jiff::Timestamp;

use crate::{
    ids::{Column, EntryId, RecordId, TableName, Version},
    record::Record,
    value::Value,
};

/// One deed of the user on one record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub entry: EntryId,
    pub table: TableName,
    pub record: RecordId,
    pub deed: Deed,
    /// For a delete what waited of the record before, which is wanted again if the record may stay after all; for a track
    /// what the email record shows until it is there.
    pub changes: Vec<Change>,
    /// What the server had when the user began; none for a create and a track.
    pub base: Option<Version>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Create,
    Update,
    Delete,
    /// A message becomes an email record, by the steps of [`crate::tracking::steps`].
    Track,
}

/// One column of an edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub column: Column,
    pub before: Value,
    pub after: Value,
}

/// Whether the service's duplicate rules may refuse an edit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Duplicates {
    #[default]
    Refuse,
    /// The user was asked, and wants it saved all the same.
    Allow,
}

/// Where an entry of the outbox stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// May be sent from then on.
    Ready {
        from: Timestamp,
    },
    /// Was sent, and its answer is not here: after a restart it is read back before it is sent again.
    InFlight,
    Held(Hold),
}

/// Why an entry waits for the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hold {
    /// Somebody else changed the same columns; `theirs` is what the server has now.
    Conflict {
        theirs: Record,
        clashes: Vec<Column>,
    },
    DeletedOnServer,
    /// The service's duplicate rules found others alike. `candidates` are of the entry's own table; none when the service
    /// only said that there are some. `message` is its own words.
    Duplicate {
        candidates: Vec<RecordId>,
        message: String,
    },
    /// The service's own words.
    Refused {
        code: String,
        reason: String,
    },
    /// Nobody can make sense of what the service says.
    Unanswerable {
        detail: String,
    },
    /// It may have arrived, and nobody can tell.
    OutcomeUnknown,
    /// It refers to a record whose creation the user discarded.
    NeedsDiscarded,
}

/// What the user sees: the server copy with the edits on it, in their order. None when it is deleted, or not there.
pub fn overlay(server: Option<&Record>, edits: &[Edit]) -> Option<Record> {
    edits.iter().fold(server.cloned(), |shown, edit| match (edit.deed, shown) {
        (Deed::Delete, _) | (Deed::Update, None) => None,
        // Our create may have arrived and been pulled before its answer was settled.
        (Deed::Create | Deed::Update | Deed::Track, Some(record)) => Some(changed(record, &edit.changes)),
        (Deed::Create | Deed::Track, None) => {
            let table = edit.table.clone();
            let record = Record { table, id: edit.record, version: None, values: Default::default() };
            Some(changed(record, &edit.changes))
        }
    })
}

fn changed(mut record: Record, changes: &[Change]) -> Record {
    for change in changes {
        record.values.insert(change.column.clone(), change.after.clone());
    }
    record
}

/// What two edits of one record, neither of them ever sent, come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fold {
    /// One edit says it all; it keeps the id and the base of the earlier one.
    One(Edit),
    /// The second took back the first.
    Nothing,
    /// Both have to be sent.
    Both,
}

/// Folds `later` into `earlier`, so that ten edits of a column are one request.
pub fn fold(earlier: &Edit, later: &Edit) -> Fold {
    use Deed::{Create, Delete, Track, Update};
    match (earlier.deed, later.deed) {
        (Create | Track, Delete) => Fold::Nothing,
        (Update, Delete) => Fold::One(Edit { deed: Delete, ..earlier.clone() }),
        (Create | Update | Track, Update) | (Track, Track) => {
            let mut changes = earlier.changes.clone();
            for change in &later.changes {
                match changes.iter_mut().find(|known| known.column == change.column) {
                    Some(known) => known.after = change.after.clone(),
                    None => changes.push(change.clone()),
                }
            }
            if earlier.deed == Update {
                changes.retain(|change| !change.before.same_as(&change.after));
                if changes.is_empty() {
                    return Fold::Nothing;
                }
            }
            Fold::One(Edit { changes, ..earlier.clone() })
        }
        (_, Create) | (Delete, Update | Delete) | (Create | Update | Delete, Track) => Fold::Both,
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use uuid::Uuid;

    use super::*;

    fn texts(text: &str) -> Vec<(Column, Value)> {
        text.split_whitespace()
            .filter_map(|pair| pair.split_once('='))
            .map(|(column, value)| (Column::new(column), Value::Text(value.to_owned())))
            .collect()
    }

    fn server(text: &str) -> Record {
        Record {
            table: TableName::new("account"),
            id: RecordId(Uuid::from_u128(1)),
            version: Some(Version::new("7")),
            values: texts(text).into_iter().collect(),
        }
    }

    /// `create name=Ada`, `update city=Oslo`, `track subject=Offer`, `delete`.
    fn edit(line: &str) -> Edit {
        let (deed, rest) = line.split_once(' ').unwrap_or((line, ""));
        Edit {
            entry: EntryId(Uuid::from_u128(9)),
            table: TableName::new("account"),
            record: RecordId(Uuid::from_u128(1)),
            deed: match deed {
                "create" => Deed::Create,
                "update" => Deed::Update,
                "track" => Deed::Track,
                _ => Deed::Delete,
            },
            changes: texts(rest)
                .into_iter()
                .map(|(column, after)| Change { column, before: Value::Text("was".to_owned()), after })
                .collect(),
            base: None,
        }
    }

    fn said<'a>(values: impl IntoIterator<Item = (&'a Column, &'a Value)>) -> String {
        let cells = values.into_iter().map(|(column, value)| format!("{column}={}", value.as_text().unwrap_or("-")));
        cells.collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn check(base: Option<&str>, edits: &[&str], expected: Expect) {
        let edits: Vec<_> = edits.iter().map(|line| edit(line)).collect();
        let base = base.map(server);
        let shown = overlay(base.as_ref(), &edits);
        expected.assert_eq(&shown.map_or("nothing".to_owned(), |record| said(&record.values)));
    }

    #[test]
    fn without_edits_the_server_copy_shows() {
        check(Some("city=Oslo name=Ada"), &[], expect!["city=Oslo name=Ada"]);
        check(None, &[], expect!["nothing"]);
    }

    #[test]
    fn the_last_edit_of_a_column_shows_and_the_other_columns_stay() {
        check(Some("city=Oslo name=Ada"), &["update city=Bergen", "update city=Rome"], expect!["city=Rome name=Ada"]);
    }

    #[test]
    fn a_record_made_here_shows_before_the_server_has_it() {
        check(None, &["create name=Ada", "update city=Oslo"], expect!["city=Oslo name=Ada"]);
        check(Some("city=Rome name=A"), &["create name=Ada"], expect!["city=Rome name=Ada"]);
    }

    #[test]
    fn a_tracked_message_shows_its_record_before_the_server_has_it() {
        check(None, &["track subject=Offer", "update regarding=Fjord"], expect!["regarding=Fjord subject=Offer"]);
        check(Some("subject=O body=Hello"), &["track subject=Offer"], expect!["body=Hello subject=Offer"]);
        check(Some("subject=Offer"), &["delete", "track subject=Offer"], expect!["subject=Offer"]);
    }

    #[test]
    fn a_deleted_record_does_not_show_and_an_update_does_not_bring_it_back() {
        check(Some("name=Ada"), &["update city=Oslo", "delete"], expect!["nothing"]);
        check(None, &["update city=Oslo"], expect!["nothing"]);
        check(Some("name=Ada"), &["delete", "update name=Bo"], expect!["nothing"]);
    }

    #[track_caller]
    fn check_fold(earlier: &str, later: &str, expected: Expect) {
        let folded = match fold(&edit(earlier), &edit(later)) {
            Fold::One(one) => {
                let cells = said(one.changes.iter().map(|change| (&change.column, &change.after)));
                format!("{:?} {cells}", one.deed)
            }
            other => format!("{other:?}"),
        };
        expected.assert_eq(&folded);
    }

    #[test]
    fn two_unsent_edits_become_one() {
        check_fold("update city=Oslo", "update city=Rome name=Ada", expect!["Update city=Rome name=Ada"]);
        check_fold("create name=A", "update name=Ada", expect!["Create name=Ada"]);
        check_fold("update city=Oslo", "delete", expect!["Delete city=Oslo"]);
    }

    #[test]
    fn an_edit_taken_back_is_no_edit() {
        check_fold("update city=Oslo", "update city=was", expect!["Nothing"]);
        check_fold("create name=A", "delete", expect!["Nothing"]);
    }

    #[test]
    fn a_message_that_is_not_tracked_yet_is_tracked_as_it_was_changed() {
        check_fold("track subject=A", "update regarding=Fjord", expect!["Track subject=A regarding=Fjord"]);
        check_fold("track regarding=Fjord", "track regarding=Bay", expect!["Track regarding=Bay"]);
        check_fold("track regarding=was", "update regarding=was", expect!["Track regarding=was"]);
        check_fold("track subject=A", "delete", expect!["Nothing"]);
    }

    #[test]
    fn what_follows_a_delete_is_sent_on_its_own() {
        check_fold("delete", "create name=Ada", expect!["Both"]);
        check_fold("delete", "track subject=A", expect!["Both"]);
        check_fold("update subject=A", "track subject=A", expect!["Both"]);
    }
}
