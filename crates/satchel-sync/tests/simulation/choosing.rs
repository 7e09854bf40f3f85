//! What users say to conflicts beyond one word for all of it: a side for each column, or a rule for a whole table.

use std::cell::RefCell;

use satchel_domain::{
    Column,
    edit::{Deed as Done, Hold, State},
    resolve::Side,
};
use satchel_store::{
    Durability, outbox,
    outbox::Decider,
    policies::{self, Policy},
};
use satchel_sync::Event;

use crate::{dice::Dice, violation::Outcome, world::World};

impl World {
    /// The conflict screen: what CRM has by now is in view, and each column that clashes with it gets a side.
    pub(crate) fn choose(&mut self, device: usize, dice: &mut Dice) -> Outcome<()> {
        let entries = self.devices[device].entries();
        let is_clash = |entry: &&outbox::Entry| matches!(entry.state, State::Held(Hold::Conflict { .. }));
        let clashes: Vec<_> = entries.iter().filter(is_clash).collect();
        let Some(&entry) = clashes.get(dice.below(clashes.len() as u64) as usize) else { return Ok(()) };
        let (table, now) = (self.table(&entry.edit.table), self.clock(device));
        let database = self.devices[device].database().expect("a device that is on").clone();
        let seen = database.read(|reader| outbox::server_now(reader, &table, entry)).expect("a good disk");
        let Some(seen) = seen else { return Ok(()) };
        let (mine, theirs, dice) = (RefCell::new(Vec::new()), RefCell::new(Vec::new()), RefCell::new(dice));
        let choice = |column: &Column| {
            let mut sides = (mine.borrow_mut(), theirs.borrow_mut());
            // Asked twice, the user says the same.
            if sides.0.contains(column) {
                return Some(Side::Mine);
            }
            if sides.1.contains(column) || dice.borrow_mut().percent(50) {
                sides.1.push(column.clone());
                return Some(Side::Theirs);
            }
            sides.0.push(column.clone());
            Some(Side::Mine)
        };
        let resolved = database
            .write(Durability::Full, |tx| outbox::resolve(tx, &table, entry, &seen, &choice, Decider::User, now));
        assert_eq!(resolved.expect("a choice on a good disk"), [], "every column has a side");
        let (mine, theirs) = (mine.into_inner(), theirs.into_inner());
        if !mine.is_empty() || entry.edit.deed != Done::Delete {
            self.ledger.kept_mine(device, entry, &seen);
        }
        if !theirs.is_empty() {
            let later = self.later(device, entry);
            self.ledger.gave_up(device, entry, Some(&theirs), &later);
            self.mail_entry_discarded(device, entry);
        }
        self.note(format_args!("{device} chose mine {mine:?} theirs {theirs:?} of {}", entry.edit.record));
        self.tell(device, Event::Edited)?;
        self.check_wishes(device)
    }

    /// From now on no conflict of the table is asked about, or each is again.
    pub(crate) fn rule(&mut self, device: usize, pick: u64, dice: &mut Dice) -> Outcome<()> {
        let tables = self.edited();
        let table = &tables[(pick % tables.len() as u64) as usize];
        let policy = dice.weighted(&[(2, Policy::Mine), (2, Policy::Theirs), (1, Policy::Ask)]);
        let database = self.devices[device].database().expect("a device that is on").clone();
        let set = database.write(Durability::Full, |tx| policies::set(tx, &table.name, policy));
        set.expect("a rule on a good disk");
        if policy == Policy::Mine {
            self.ledger.agreed_to_lose(device, &table.name);
        }
        self.note(format_args!("{device} wants {policy:?} in {}", table.name));
        Ok(())
    }
}
