//! Three-way merge, column by column: what the user began with, what the user wrote, what the server has now.

use crate::{
    edit::{Change, Deed, Edit, Hold},
    ids::Column,
    record::Record,
};

/// What an update comes to on a record that somebody else changed meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Merged {
    /// Both say the same already; there is nothing left to send.
    Agreed,
    /// The columns are disjoint: these changes, against what the server has now.
    Clean(Vec<Change>),
    /// Both changed these columns, to different values.
    Clash(Vec<Column>),
}

/// Each column for itself: theirs untouched → mine; both the same → agreed; both different, or theirs not told → clash.
/// One clash holds all.
pub fn merge(changes: &[Change], theirs: &Record) -> Merged {
    let (mut clean, mut clashes) = (Vec::new(), Vec::new());
    for change in changes {
        match theirs.values.get(&change.column) {
            Some(now) if now.same_as(&change.after) => {}
            Some(now) if now.same_as(&change.before) => clean.push(change.clone()),
            // A column that the service does not tell is not empty: somebody may have filled it.
            _ => clashes.push(change.column.clone()),
        }
    }
    match (clean.is_empty(), clashes.is_empty()) {
        (_, false) => Merged::Clash(clashes),
        (true, true) => Merged::Agreed,
        (false, true) => Merged::Clean(clean),
    }
}

/// What becomes of an entry once its record was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The service has what the user wanted.
    Accepted,
    /// It did not arrive.
    SendAgain,
    /// Send these changes, on the version that was read.
    Rebase(Vec<Change>),
    Hold(Hold),
}

/// Decides from what the service holds now, after an answer that was lost or said that the record had changed.
/// `found` is none when the record is not there.
pub fn after_reading(edit: &Edit, found: Option<&Record>) -> Verdict {
    match (edit.deed, found) {
        // The id is ours: whatever is there under it is what we made.
        (Deed::Create | Deed::Track, Some(_)) | (Deed::Delete, None) => Verdict::Accepted,
        (Deed::Create | Deed::Track, None) => Verdict::SendAgain,
        (Deed::Update, None) => Verdict::Hold(Hold::DeletedOnServer),
        (Deed::Update | Deed::Delete, Some(theirs)) if theirs.version == edit.base => Verdict::SendAgain,
        (Deed::Update, Some(theirs)) => match merge(&edit.changes, theirs) {
            Merged::Agreed => Verdict::Accepted,
            Merged::Clean(changes) => Verdict::Rebase(changes),
            Merged::Clash(clashes) => Verdict::Hold(Hold::Conflict { theirs: theirs.clone(), clashes }),
        },
        // Somebody still works on what the user wants gone: the user decides again.
        (Deed::Delete, Some(theirs)) => Verdict::Hold(Hold::Conflict { theirs: theirs.clone(), clashes: Vec::new() }),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use uuid::Uuid;

    use super::*;
    use crate::{EntryId, RecordId, TableName, Value, Version};

    fn text(word: &str) -> Value {
        if word == "-" { Value::Null } else { Value::Text(word.to_owned()) }
    }

    /// Each line is `column: base > mine | theirs`; `-` is empty.
    fn parse(lines: &str) -> (Vec<Change>, Record) {
        let record = RecordId(Uuid::from_u128(1));
        let mut theirs = Record {
            table: TableName::new("account"),
            id: record,
            version: Some(Version::new("9")),
            values: Default::default(),
        };
        let mut changes = Vec::new();
        for line in lines.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (column, rest) = line.split_once(": ").unwrap();
            let (mine, their) = rest.split_once(" | ").unwrap();
            let (before, after) = mine.split_once(" > ").unwrap();
            theirs.values.insert(Column::new(column), text(their));
            changes.push(Change { column: Column::new(column), before: text(before), after: text(after) });
        }
        (changes, theirs)
    }

    #[track_caller]
    fn check(lines: &str, expected: Expect) {
        let (changes, theirs) = parse(lines);
        let said = match merge(&changes, &theirs) {
            Merged::Agreed => "agreed".to_owned(),
            Merged::Clean(changes) => {
                let names: Vec<_> = changes.iter().map(|change| change.column.as_str()).collect();
                format!("clean {names:?}")
            }
            Merged::Clash(columns) => format!("clash {:?}", columns.iter().map(Column::as_str).collect::<Vec<_>>()),
        };
        expected.assert_eq(&said);
    }

    #[test]
    fn disjoint_columns_merge() {
        check("value: 1 > 2 | 1", expect![[r#"clean ["value"]"#]]);
    }

    #[test]
    fn one_clash_holds_the_whole_edit() {
        check("phone: 1 > 2 | 3\ncity: Oslo > Bergen | Oslo", expect![[r#"clash ["phone"]"#]]);
    }

    #[test]
    fn the_same_change_on_both_sides_is_agreed_and_not_sent() {
        check("phone: 1 > 2 | 2", expect!["agreed"]);
        check("phone: 1 > 2 | 2\ncity: a > b | a", expect![[r#"clean ["city"]"#]]);
    }

    #[test]
    fn empty_is_a_value_like_any_other() {
        check("phone: - > 2 | -", expect![[r#"clean ["phone"]"#]]);
        check("phone: 1 > - | 1", expect![[r#"clean ["phone"]"#]]);
        check("phone: 1 > - | 2", expect![[r#"clash ["phone"]"#]]);
        check("phone: 1 > 2 | -", expect![[r#"clash ["phone"]"#]]);
    }

    /// Every state of two columns over three values: merging never loses what only one side changed.
    #[test]
    fn no_state_of_two_columns_overwrites_the_other_side() {
        let words = ["-", "a", "b"];
        let mut cases = 0;
        for number in 0..3_usize.pow(6) {
            let word = |place: u32| words[number / 3_usize.pow(place) % 3];
            let (changes, theirs) = parse(&format!(
                "x: {} > {} | {}\ny: {} > {} | {}",
                word(0),
                word(1),
                word(2),
                word(3),
                word(4),
                word(5)
            ));
            cases += 1;
            if let Merged::Clean(sent) = merge(&changes, &theirs) {
                for change in &sent {
                    assert_eq!(theirs.value(&change.column), &change.before, "{number}: theirs would be overwritten");
                }
            }
        }
        assert_eq!(cases, 729);
    }

    fn edit(deed: Deed, base: Option<&str>, changes: Vec<Change>) -> Edit {
        Edit {
            entry: EntryId(Uuid::from_u128(1)),
            table: TableName::new("account"),
            record: RecordId(Uuid::from_u128(1)),
            deed,
            changes,
            base: base.map(Version::new),
        }
    }

    #[test]
    fn what_was_read_decides_whether_it_arrived() {
        let (changes, theirs) = parse("phone: 1 > 2 | 1");
        let verdict = |deed, base, found| after_reading(&edit(deed, base, changes.clone()), found);
        assert_eq!(verdict(Deed::Create, None, Some(&theirs)), Verdict::Accepted);
        assert_eq!(verdict(Deed::Create, None, None), Verdict::SendAgain);
        assert_eq!(verdict(Deed::Update, Some("9"), Some(&theirs)), Verdict::SendAgain);
        assert_eq!(verdict(Deed::Update, Some("8"), Some(&theirs)), Verdict::Rebase(changes.clone()));
        assert_eq!(verdict(Deed::Update, Some("8"), None), Verdict::Hold(Hold::DeletedOnServer));
        assert_eq!(verdict(Deed::Delete, Some("9"), Some(&theirs)), Verdict::SendAgain);
        assert_eq!(verdict(Deed::Delete, Some("8"), None), Verdict::Accepted);
        assert!(matches!(verdict(Deed::Delete, Some("8"), Some(&theirs)), Verdict::Hold(Hold::Conflict { .. })));
    }
}
