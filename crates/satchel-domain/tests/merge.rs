//! Every state of two columns of every kind, and of a row, against a merge written from the rule alone.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by failing")]

use satchel_domain::{
    Column, EntryId, Record, RecordId, TableName, Value, Version,
    edit::{Change, Deed, Edit, Hold},
    merge::{Merged, Verdict, after_reading, merge},
    value::Lookup,
};
use uuid::Uuid;

/// What a cell says: nothing known, empty, or one of three values of its kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    Unknown,
    Empty,
    One(usize),
}

const BASES: [Says; 3] = [Says::Empty, Says::One(0), Says::One(1)];
const MINE: [Says; 4] = [Says::Empty, Says::One(0), Says::One(1), Says::One(2)];
const THEIRS: [Says; 5] = [Says::Unknown, Says::Empty, Says::One(0), Says::One(1), Says::One(2)];

/// The kinds of value, each with how the service may spell the same thing differently (`again`).
type Kind = fn(usize, bool) -> Value;
const KINDS: [(&str, Kind); 9] = [
    ("text", |number, _| Value::Text(["Oslo", "oslo", " Oslo"][number].to_owned())),
    ("whole", |number, _| Value::Whole([0, 1, -1][number])),
    ("decimal", |number, again| decimal(["0", "1", "1.5"][number], again).map(Value::Decimal).unwrap()),
    ("money", |number, again| decimal(["0", "250000", "0.01"][number], again).map(Value::Money).unwrap()),
    ("choice", |number, _| Value::Choice([0, 1, 100_000_000][number])),
    ("lookup", |number, again| Value::Lookup(lookup(number, again))),
    ("id", |number, _| Value::Id(id(number as u128))),
    ("time", |number, _| Value::DateTime(jiff::Timestamp::from_second([0, 1, 86_400][number]).unwrap())),
    ("date", |number, _| Value::Date(jiff::civil::date(2026, 1, [1, 2, 3][number]))),
];

fn decimal(text: &str, again: bool) -> Option<rust_decimal::Decimal> {
    let text = if again { format!("{text}{}", if text.contains('.') { "00" } else { ".00" }) } else { text.to_owned() };
    text.parse().ok()
}

/// Two tables share an id, as a customer's may; a name is only what the service said when it was read.
fn lookup(number: usize, again: bool) -> Lookup {
    let (table, target) = [("account", 1), ("contact", 1), ("account", 2)][number];
    Lookup { table: TableName::new(table), id: id(target), name: again.then(|| "renamed".to_owned()) }
}

fn id(number: u128) -> RecordId {
    RecordId(Uuid::from_u128(number))
}

fn value(kind: Kind, says: Says, again: bool) -> Option<Value> {
    match says {
        Says::Unknown => None,
        Says::Empty => Some(Value::Null),
        Says::One(number) => Some(kind(number, again)),
    }
}

fn change(column: &str, kind: Kind, base: Says, mine: Says) -> Change {
    let [before, after] = [base, mine].map(|says| value(kind, says, false).unwrap());
    Change { column: Column::new(column), before, after }
}

fn record<'a>(version: &str, cells: impl IntoIterator<Item = (&'a str, Kind, Says)>) -> Record {
    let cells = cells.into_iter();
    let values = cells.filter_map(|(name, kind, says)| Some((Column::new(name), value(kind, says, true)?)));
    let values = values.collect();
    Record { table: TableName::new("account"), id: id(1), version: Some(Version::new(version)), values }
}

/// Each (base, mine, theirs) of a column.
fn states() -> impl Iterator<Item = (Says, Says, Says)> + Clone {
    let pairs = BASES.into_iter().flat_map(|base| MINE.into_iter().map(move |mine| (base, mine)));
    pairs.flat_map(|(base, mine)| THEIRS.into_iter().map(move |theirs| (base, mine, theirs)))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Agreed,
    Sent,
    Clash,
}

/// The rule: what nobody told is not agreed with; both alike is nothing to send; theirs untouched is mine; else a clash.
fn fate((base, mine, theirs): (Says, Says, Says)) -> Fate {
    match theirs {
        theirs if theirs == mine => Fate::Agreed,
        theirs if theirs == base => Fate::Sent,
        _ => Fate::Clash,
    }
}

#[test]
fn every_state_of_two_columns_of_every_kind_merges_by_the_rule() {
    let mut cases = 0;
    for (place, (name, kind)) in KINDS.into_iter().enumerate() {
        let (_, other) = KINDS[(place + 1) % KINDS.len()];
        for x in states() {
            for y in states() {
                let changes = [change("x", kind, x.0, x.1), change("y", other, y.0, y.1)];
                let theirs = record("9", [("x", kind, x.2), ("y", other, y.2)]);
                let of = |wanted: Fate| {
                    let both = changes.iter().zip([fate(x), fate(y)]);
                    both.filter(move |(_, fate)| *fate == wanted).map(|(change, _)| change.clone()).collect::<Vec<_>>()
                };
                let (sent, clashes) = (of(Fate::Sent), of(Fate::Clash));
                let expected = match (sent.is_empty(), clashes.is_empty()) {
                    (_, false) => Merged::Clash(clashes.into_iter().map(|change| change.column).collect()),
                    (true, true) => Merged::Agreed,
                    (false, true) => Merged::Clean(sent),
                };
                assert_eq!(merge(&changes, &theirs), expected, "{name}: {x:?} {y:?}");
                cases += 1;
            }
        }
    }
    assert_eq!(cases, 32_400);
}

#[test]
fn every_state_of_a_row_is_decided_by_the_rule() {
    let mut cases = 0;
    for (name, kind) in KINDS {
        for state in states() {
            for deed in [Deed::Create, Deed::Track, Deed::Update, Deed::Delete] {
                for (base, found) in [("8", true), ("9", true), ("8", false), ("9", false)] {
                    let edit = Edit {
                        entry: EntryId(Uuid::from_u128(1)),
                        table: TableName::new("account"),
                        record: id(1),
                        deed,
                        changes: vec![change("x", kind, state.0, state.1)],
                        base: Some(Version::new(base)),
                    };
                    let theirs = found.then(|| record("9", [("x", kind, state.2)]));
                    let verdict = after_reading(&edit, theirs.as_ref());
                    let expected = match (deed, found, base, fate(state)) {
                        (Deed::Create | Deed::Track, true, ..) | (Deed::Delete, false, ..) => Verdict::Accepted,
                        (Deed::Create | Deed::Track, false, ..) | (_, true, "9", _) => Verdict::SendAgain,
                        (Deed::Update, false, ..) => Verdict::Hold(Hold::DeletedOnServer),
                        (Deed::Update, true, _, Fate::Agreed) => Verdict::Accepted,
                        (Deed::Update, true, _, Fate::Sent) => Verdict::Rebase(edit.changes.clone()),
                        (Deed::Update | Deed::Delete, true, ..) => {
                            let clashes = edit.changes.iter().filter(|_| deed == Deed::Update);
                            let clashes = clashes.map(|change| change.column.clone()).collect();
                            Verdict::Hold(Hold::Conflict { theirs: theirs.clone().unwrap(), clashes })
                        }
                    };
                    assert_eq!(verdict, expected, "{name}: {deed:?} {state:?} on {base}, {found}");
                    cases += 1;
                }
            }
        }
    }
    assert_eq!(cases, 8_640);
}

/// What clashes for one user clashes for the other, and what was merged once stays merged.
#[test]
fn a_clash_is_one_from_both_sides_and_a_merge_is_merged_once() {
    for (name, kind) in KINDS {
        let told = states().filter(|(base, mine, theirs)| *theirs != Says::Unknown && mine != base && theirs != base);
        for (base, mine, theirs) in told {
            let merged = |mine, theirs| merge(&[change("x", kind, base, mine)], &record("9", [("x", kind, theirs)]));
            let (here, there) = (merged(mine, theirs), merged(theirs, mine));
            assert_eq!(here, there, "{name} {base:?} {mine:?} {theirs:?}");
        }
        for (base, mine, _) in states() {
            let untouched = merge(&[change("x", kind, base, mine)], &record("9", [("x", kind, base)]));
            let arrived = merge(&[change("x", kind, base, mine)], &record("9", [("x", kind, mine)]));
            assert_eq!(matches!(untouched, Merged::Clean(_)), mine != base, "{name} {base:?} {mine:?}");
            assert_eq!(arrived, Merged::Agreed, "{name} {base:?} {mine:?}");
        }
    }
}
