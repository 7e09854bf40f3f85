//! What happens to four records in one script: drawn from its number, the same in both worlds.

use std::fmt;

use rust_decimal::Decimal;
use satchel_crashfs::Dice;
use satchel_domain::{Column, EntryId, RecordId, Value, ids::Uuid};

/// A kind of call, as the agent makes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Call {
    Push,
    Fetch,
    Pull,
}

/// What the next call of a kind meets on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// The connection ends before the service heard of it.
    RequestLost,
    /// The service did it; the connection ends before its answer.
    AnswerLost,
    /// The service did it; the answer breaks off in its middle.
    Torn,
    /// 429 with a wait of half a minute.
    Throttled,
    /// 500, and nothing was done.
    Broken,
    /// 401: the token went bad between two requests; another is had.
    Unauthorized,
    /// 200 with a page of HTML instead of the service.
    Portal,
    /// 407.
    ProxySignIn,
    /// 504 of a gateway, after the service did it.
    Gateway,
}

const FAULTS: [Fault; 9] = [
    Fault::RequestLost,
    Fault::AnswerLost,
    Fault::Torn,
    Fault::Throttled,
    Fault::Broken,
    Fault::Unauthorized,
    Fault::Portal,
    Fault::ProxySignIn,
    Fault::Gateway,
];

/// One thing that happens. Records are numbered: a colleague made 0 and 1 before, 2 and 3 are the user's to make.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Deed {
    Saves(usize, Column, Value),
    Makes(usize, Option<usize>),
    Deletes(usize),
    OtherSaves(usize, Column, Value),
    OtherDeletes(usize),
    Meets(Call, Fault),
    Cut,
    Heal,
    Sync,
    Wait(i64),
}

pub(crate) const RECORDS: usize = 4;
pub(crate) const COLUMNS: [&str; 6] =
    ["telephone1", "address1_city", "description", "revenue", "numberofemployees", "parentaccountid"];

/// What the user chooses at the end, for all that is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Mine,
    Theirs,
    Discard,
}

#[derive(Clone, Debug)]
pub(crate) struct Script {
    pub(crate) number: u64,
    pub(crate) deeds: Vec<Deed>,
    pub(crate) ending: Ending,
}

impl Script {
    pub(crate) fn draw(number: u64) -> Self {
        let mut dice = Dice::new(number);
        let mut words = 0;
        let mut deeds = Vec::new();
        for _ in 0..10 + dice.roll() % 8 {
            let record = (dice.roll() % RECORDS as u64) as usize;
            let deed = match dice.roll() % 20 {
                0..5 => {
                    let (column, value) = cell(&mut dice, &mut words, "mine");
                    Deed::Saves(record, column, value)
                }
                5..7 => Deed::Makes(2 + record % 2, (record < 2).then_some(record)),
                7 => Deed::Deletes(record),
                8..11 => {
                    let (column, value) = cell(&mut dice, &mut words, "theirs");
                    Deed::OtherSaves(record, column, value)
                }
                11 => Deed::OtherDeletes(record),
                12..15 => {
                    let call = [Call::Push, Call::Push, Call::Push, Call::Fetch, Call::Pull][dice.roll() as usize % 5];
                    deeds.push(Deed::Meets(call, FAULTS[dice.roll() as usize % FAULTS.len()]));
                    Deed::Sync
                }
                15 => Deed::Cut,
                16 => Deed::Heal,
                17 => Deed::Wait([5, 20, 61][dice.roll() as usize % 3]),
                _ => Deed::Sync,
            };
            deeds.push(deed);
        }
        let ending = [Ending::Mine, Ending::Theirs, Ending::Discard][dice.roll() as usize % 3];
        Self { number, deeds, ending }
    }

    pub(crate) fn record(&self, place: usize) -> RecordId {
        RecordId(self.id("record", place))
    }

    pub(crate) fn entry(&self, place: usize) -> EntryId {
        EntryId(self.id("entry", place))
    }

    fn id(&self, what: &str, place: usize) -> Uuid {
        Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{} {what} {place}", self.number).as_bytes())
    }

    /// A name that no other record has: no rule takes it for a double.
    pub(crate) fn name(&self, place: usize) -> Value {
        Value::Text(format!("Script {} record {place}", self.number))
    }
}

/// A column and what goes into it. No text is written twice, so that it says who wrote it.
fn cell(dice: &mut Dice, words: &mut u32, whose: &str) -> (Column, Value) {
    *words += 1;
    // The first columns are the busiest.
    let name = COLUMNS[(dice.roll() % 5).min(dice.roll() % 5) as usize];
    let value = match name {
        _ if dice.roll().is_multiple_of(8) => Value::Null,
        "revenue" => Value::Money(Decimal::new((dice.roll() % 1_000_000) as i64, 2)),
        "numberofemployees" => Value::Whole((dice.roll() % 1000) as i64),
        _ => Value::Text(format!("{whose} {words}")),
    };
    (Column::new(name), value)
}

impl fmt::Display for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "script {}:", self.number)?;
        self.deeds.iter().try_for_each(|deed| writeln!(f, "  {deed:?}"))?;
        writeln!(f, "  at the end {:?}", self.ending)
    }
}
