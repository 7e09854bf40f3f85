//! How a conflict ends: a side for each column that both changed, what goes on, and what lost.

use crate::{
    edit::Change,
    ids::Column,
    merge::{Merged, merge},
    record::Record,
    value::Value,
};

/// Whose value stays in a column that both changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Mine,
    Theirs,
}

/// What a conflict comes to once every clash has its side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// What is still to be sent, made on what the server has now. Empty when nothing is.
    pub changes: Vec<Change>,
    /// The values that gave way, in the order of the changes.
    pub lost: Vec<Loser>,
}

/// A value that gave way in its column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loser {
    pub column: Column,
    pub value: Value,
    /// Whose value it was.
    pub whose: Side,
}

/// The columns that both changed, to different values.
pub fn clashes(changes: &[Change], theirs: &Record) -> Vec<Column> {
    match merge(changes, theirs) {
        Merged::Clash(columns) => columns,
        Merged::Agreed | Merged::Clean(_) => Vec::new(),
    }
}

/// Ends a conflict with `theirs`, the record as the server has it now. Columns that do not clash are merged as always.
///
/// # Errors
/// The clashes that `choice` says nothing about: nothing may be decided for the user.
pub fn resolve(
    changes: &[Change],
    theirs: &Record,
    choice: impl Fn(&Column) -> Option<Side>,
) -> Result<Resolved, Vec<Column>> {
    let clashes = clashes(changes, theirs);
    let undecided: Vec<_> = clashes.iter().filter(|column| choice(column).is_none()).cloned().collect();
    if !undecided.is_empty() {
        return Err(undecided);
    }
    let mut resolved = Resolved { changes: Vec::new(), lost: Vec::new() };
    for change in changes {
        let now = theirs.value(&change.column);
        if now.same_as(&change.after) {
            continue;
        }
        let side = clashes.contains(&change.column).then(|| choice(&change.column)).flatten();
        let lost = |value: &Value, whose| Loser { column: change.column.clone(), value: value.clone(), whose };
        match side {
            Some(Side::Theirs) => {
                resolved.lost.push(lost(&change.after, Side::Mine));
                continue;
            }
            Some(Side::Mine) => resolved.lost.push(lost(now, Side::Theirs)),
            None => {}
        }
        resolved.changes.push(Change { before: now.clone(), ..change.clone() });
    }
    Ok(resolved)
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};
    use uuid::Uuid;

    use super::*;
    use crate::{RecordId, TableName, Version};

    fn text(word: &str) -> Value {
        if word == "-" { Value::Null } else { Value::Text(word.to_owned()) }
    }

    fn said(value: &Value) -> &str {
        value.as_text().unwrap_or("-")
    }

    /// Each line is `column: base > mine | theirs`; `-` is empty.
    fn parse(lines: &str) -> (Vec<Change>, Record) {
        let version = Some(Version::new("9"));
        let (table, id) = (TableName::new("account"), RecordId(Uuid::from_u128(1)));
        let mut theirs = Record { table, id, version, values: Default::default() };
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

    /// `choices` is such as `phone=mine city=theirs`.
    #[track_caller]
    fn check(lines: &str, choices: &str, expected: Expect) {
        let (changes, theirs) = parse(lines);
        let choice = |column: &Column| {
            let chosen = choices.split_whitespace().filter_map(|pair| pair.split_once('='));
            let side = chosen.into_iter().find(|(name, _)| *name == column.as_str())?.1;
            Some(if side == "mine" { Side::Mine } else { Side::Theirs })
        };
        let told = match resolve(&changes, &theirs, choice) {
            Err(undecided) => format!("undecided {:?}", undecided.iter().map(Column::as_str).collect::<Vec<_>>()),
            Ok(resolved) => {
                let sent = resolved.changes.iter();
                let sent = sent.map(|c| format!("{} {}>{}", c.column, said(&c.before), said(&c.after)));
                let lost = resolved.lost.iter().map(|l| format!("{:?} {} {}", l.whose, l.column, said(&l.value)));
                format!("send {:?} lost {:?}", sent.collect::<Vec<_>>(), lost.collect::<Vec<_>>())
            }
        };
        expected.assert_eq(&told);
    }

    #[test]
    fn each_column_goes_its_own_way_and_what_gave_way_is_kept() {
        check(
            "phone: 1 > 2 | 3\ncity: Oslo > Bergen | Rome",
            "phone=mine city=theirs",
            expect![[r#"send ["phone 3>2"] lost ["Theirs phone 3", "Mine city Bergen"]"#]],
        );
    }

    #[test]
    fn what_does_not_clash_needs_no_choice() {
        check(
            "phone: 1 > 2 | 3\ncity: Oslo > Bergen | Oslo\nname: a > b | b",
            "phone=theirs",
            expect![[r#"send ["city Oslo>Bergen"] lost ["Mine phone 2"]"#]],
        );
        check("phone: 1 > 2 | 1", "", expect![[r#"send ["phone 1>2"] lost []"#]]);
    }

    #[test]
    fn a_choice_for_a_column_that_does_not_clash_says_nothing() {
        check("phone: 1 > 2 | 1", "phone=theirs", expect![[r#"send ["phone 1>2"] lost []"#]]);
        check("phone: 1 > 2 | 2", "phone=mine", expect!["send [] lost []"]);
    }

    #[test]
    fn a_clash_that_nobody_decided_decides_nothing() {
        check("phone: 1 > 2 | 3\ncity: a > b | c", "city=mine", expect![[r#"undecided ["phone"]"#]]);
    }

    #[test]
    fn empty_is_a_value_that_can_win_and_lose() {
        check("phone: 1 > - | 3", "phone=mine", expect![[r#"send ["phone 3>-"] lost ["Theirs phone 3"]"#]]);
        check("phone: 1 > 2 | -", "phone=mine", expect![[r#"send ["phone ->2"] lost ["Theirs phone -"]"#]]);
        check("phone: 1 > - | 3", "phone=theirs", expect![[r#"send [] lost ["Mine phone -"]"#]]);
    }

    /// Over every state of two columns and every choice: a value of either side is sent, shown, or kept as lost.
    #[test]
    fn no_choice_loses_a_value() {
        let words = ["-", "a", "b", "c"];
        let mut cases = 0;
        for number in 0..4_usize.pow(6) {
            let word = |place: u32| words[number / 4_usize.pow(place) % 4];
            let (changes, theirs) = parse(&format!(
                "x: {} > {} | {}\ny: {} > {} | {}",
                word(0),
                word(1),
                word(2),
                word(3),
                word(4),
                word(5)
            ));
            for sides in [[Side::Mine, Side::Mine], [Side::Mine, Side::Theirs], [Side::Theirs, Side::Theirs]] {
                let choice = |column: &Column| Some(if column.as_str() == "x" { sides[0] } else { sides[1] });
                let resolved = resolve(&changes, &theirs, choice).unwrap();
                for change in &changes {
                    let now = theirs.value(&change.column);
                    let sent = resolved.changes.iter().find(|sent| sent.column == change.column);
                    let is_lost = |value: &Value, whose| {
                        let lost = resolved.lost.iter();
                        lost.into_iter().any(|l| l.column == change.column && &l.value == value && l.whose == whose)
                    };
                    let mine_lives = sent.is_some_and(|sent| sent.after == change.after)
                        || now == &change.after
                        || is_lost(&change.after, Side::Mine);
                    let theirs_lives = sent.is_none() || now == &change.before || is_lost(now, Side::Theirs);
                    assert!(mine_lives && theirs_lives, "{number}: {changes:?} {theirs:?} {resolved:?}");
                    assert!(sent.is_none_or(|sent| &sent.before == now), "{number}");
                }
                cases += 1;
            }
        }
        assert_eq!(cases, 12_288);
    }
}
