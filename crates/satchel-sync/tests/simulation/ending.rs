//! The end of a run: bad luck stops, what is left is decided, and everything has to come to rest alike.

use std::fs;

use satchel_store::{Database, outbox};
use satchel_sync::{Decision, allowed};

use crate::{
    checks::is_held,
    dice::Dice,
    violation::{Outcome, violated},
    world::World,
};

/// The longest pause, back-off and absence that bad luck leaves behind, in milliseconds.
const PATIENCE: u64 = 300_000;
/// What a message waits for its mailbox at the longest, where the clock was set back meanwhile.
const LONGEST_WAIT: u64 = 3_900_000;
/// The ids of a table are swept this often.
const SWEEP: u64 = 900_000;
/// A device asks for changes this often: whether everything has come to rest is looked at as often.
const LOOK: u64 = 61_000;
/// A decision may lead to the next one: what refers to a record that was discarded is held in its turn.
const ROUNDS: u32 = 8;
/// The WAL is cut back to this (I16).
const WAL_LIMIT: u64 = 64 << 20;

impl World {
    /// Heals, lets every device catch up, decides what is held, and checks what has to be true at the end.
    pub(crate) async fn end(&mut self) -> Outcome<()> {
        self.heal()?;
        let round = self.round();
        let patience = PATIENCE
            + if self.has_jumped && self.post.is_some() { LONGEST_WAIT } else { 0 }
            + if self.config.has_rights { 2 * SWEEP } else { 0 };
        self.run_until_calm(patience + 3 * round).await?;
        let mut dice = Dice::of(self.seed, 3);
        for turn in 0..ROUNDS {
            if self.devices.iter().all(|device| device.entries().is_empty()) {
                break;
            }
            for device in 0..self.devices.len() {
                self.decide_all(device, turn, &mut dice)?;
            }
            self.run_until_calm(patience + 2 * round).await?;
        }
        for device in 0..self.devices.len() {
            self.check_rest(device)?;
        }
        let writes = self.crm.writes();
        self.run_to(self.now + 3 * round).await?;
        if self.crm.writes() != writes {
            return violated("I6", format!("{} writes after everything was done", self.crm.writes() - writes));
        }
        for device in 0..self.devices.len() {
            self.check_same(device)?;
            self.check_post(device)?;
        }
        let rows: Vec<_> = self.book.rows.values().cloned().collect();
        self.note(format_args!("the end: {rows:?}"));
        Ok(())
    }

    /// Lets the time pass until nothing is left to happen but polling, though never longer than this.
    async fn run_until_calm(&mut self, longest: u64) -> Outcome<()> {
        let end = self.now + longest;
        while self.now < end {
            self.run_to((self.now + LOOK).min(end)).await?;
            if (0..self.devices.len()).all(|device| self.is_calm(device)) {
                break;
            }
        }
        Ok(())
    }

    /// Whether a device has sent what it may send, and has what the service has.
    fn is_calm(&self, device: usize) -> bool {
        let has_sent = |database: &Database| {
            let asked = database.read(|reader| Ok((outbox::next_due(reader)?, outbox::in_flight(reader)?)));
            let (next, in_flight) = asked.expect("the outbox");
            next.is_none() && in_flight.is_empty()
        };
        self.devices[device].database().is_some_and(has_sent)
            && self.is_post_calm(device)
            && self.book.tables.iter().all(|table| {
                let here = self.copies(device, table);
                let mut rows = self.open_rows(table);
                here.iter()
                    .all(|copy| rows.next().is_some_and(|row| (row.id, &row.version) == (copy.id, &copy.version)))
                    && rows.next().is_none()
            })
    }

    /// A device asks for changes once a minute: one round of that, with calls as slow as they are here.
    fn round(&self) -> u64 {
        let calls = 4 + 2 * self.book.tables.len() as u64;
        let calls = if self.post.is_some() { 4 * calls } else { calls };
        61_000 + calls * (self.config.slowness + 3 * self.config.disk + 8)
    }

    /// A word on everything that is held: at first any, later one that ends it.
    fn decide_all(&mut self, device: usize, turn: u32, dice: &mut Dice) -> Outcome<()> {
        for entry in self.devices[device].entries().into_iter().filter(is_held) {
            let choices: Vec<_> = match turn {
                0 => allowed(&entry).to_vec(),
                _ => allowed(&entry).iter().copied().filter(|choice| *choice != Decision::Retry).collect(),
            };
            let last = [Decision::TakeTheirs, Decision::Discard].into_iter().find(|choice| choices.contains(choice));
            let choice = match (turn, last) {
                (2.., Some(last)) => last,
                _ => dice.pick(&choices),
            };
            self.decide(device, &entry, choice)?;
        }
        Ok(())
    }

    /// I15, I1, I19, I16, I13 of a device that has nothing left to do.
    fn check_rest(&mut self, device: usize) -> Outcome<()> {
        if self.devices[device].hands.is_none() {
            return violated("I15", format!("device {device} does not start"));
        }
        if let Some(entry) = self.devices[device].entries().first() {
            let (deed, state) = (entry.edit.deed, &entry.state);
            return violated("I15", format!("{deed:?} of {} waits for ever: {state:?}", entry.edit.record));
        }
        self.check_wishes(device)?;
        if let Some(open) = self.ledger.open(device) {
            return violated("I1", format!("{open} is neither in CRM nor waiting"));
        }
        self.check_sound(device)?;
        self.check_files(device)
    }

    fn check_files(&self, device: usize) -> Outcome<()> {
        for file in self.devices[device].files() {
            let size = fs::metadata(&file).map_or(0, |found| found.len());
            if size > WAL_LIMIT {
                return violated("I16", format!("{} has {size} bytes", file.display()));
            }
            if self.seed.is_multiple_of(8) {
                let bytes = fs::read(&file).unwrap_or_default();
                if bytes.windows(6).any(|window| window == b"CANARY") {
                    return violated("I13", format!("{} holds what a user typed, readable", file.display()));
                }
            }
        }
        Ok(())
    }
}
