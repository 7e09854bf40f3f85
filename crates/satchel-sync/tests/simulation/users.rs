//! What people do: the users of the devices, through the store as the app does it, and a colleague on the service.

use jiff::civil::Date;
use satchel_domain::{
    Column, EntryId, Record, RecordId, TableName, Value,
    edit::{Change, Deed as Done, Edit, Hold, State},
    ids::Uuid,
    schema::{ColumnShape, Kind, Table},
    value::Lookup,
};
use satchel_store::{Durability, outbox, soundness};
use satchel_sync::{Decision, Event, allowed, decide, mail};

use crate::{
    book::Key,
    dice::Dice,
    plan::{Deed, OtherDeed, RightDeed},
    violation::Outcome,
    world::World,
};

impl World {
    /// A user of a device does something; one whose device is off does nothing.
    pub(crate) fn user(&mut self, device: usize, deed: Deed, pick: u64, value: u64) -> Outcome<()> {
        if self.devices[device].hands.is_none() {
            return Ok(());
        }
        let mut dice = Dice::new(value);
        match deed {
            Deed::Create | Deed::CreateChild => self.create(device, deed == Deed::CreateChild, pick, &mut dice),
            Deed::Update => self.update(device, pick, &mut dice),
            Deed::TakeBack => self.take_back(device),
            Deed::Delete => self.delete(device, pick),
            Deed::Decide => self.decide_one(device, &mut dice),
            Deed::Choose => self.choose(device, &mut dice),
            Deed::Rule => self.rule(device, pick, &mut dice),
            Deed::SyncNow => {
                self.tell_post(device, mail::Event::SyncNow)?;
                self.tell(device, Event::SyncNow)
            }
            Deed::GoOffline => {
                self.devices[device].is_working_offline = true;
                self.tell_post(device, mail::Event::GoOffline)?;
                self.tell(device, Event::GoOffline)
            }
            Deed::GoOnline => {
                self.devices[device].is_working_offline = false;
                self.tell_post(device, mail::Event::GoOnline)?;
                self.tell(device, Event::GoOnline)
            }
        }
    }

    fn create(&mut self, device: usize, is_child: bool, pick: u64, dice: &mut Dice) -> Outcome<()> {
        let tables = self.edited();
        let table = tables[(pick % tables.len() as u64) as usize].clone();
        // A device that was never described to has no form to fill in.
        let described = self.devices[device].database().map(|database| database.read(satchel_store::schema::load));
        if !matches!(described, Some(Ok(Some(organisation))) if organisation.table(&table.name).is_some()) {
            return Ok(());
        }
        let id = RecordId(self.mint());
        let mut changes = Vec::new();
        for column in table.columns.iter().filter(|column| column.may_create && column.may_update) {
            let is_link = matches!(column.kind, Kind::Lookup { .. });
            if !column.is_required && !dice.percent(if is_link && is_child { 90 } else { 25 }) {
                continue;
            }
            // A child refers to what was made last, often on this device a moment ago.
            let after = if is_link && is_child { self.newest_target(column) } else { self.value(column, dice) };
            changes.push(Change { column: column.name.clone(), before: Value::Null, after });
        }
        changes.retain(|change| !change.after.is_null());
        self.known.entry(table.name.clone()).or_default().push(id);
        self.save(device, &table, id, Done::Create, changes)
    }

    fn update(&mut self, device: usize, pick: u64, dice: &mut Dice) -> Outcome<()> {
        let Some((table, id)) = self.some_record(pick) else { return Ok(()) };
        let Some(shown) = self.devices[device].shown(&table, id) else { return Ok(()) };
        let open: Vec<_> = table.columns.iter().filter(|column| column.may_create && column.may_update).collect();
        let mut changes: Vec<Change> = Vec::new();
        for _ in 0..dice.between(1, 2) {
            // The first columns are the busiest.
            let place = dice.below(open.len() as u64).min(dice.below(open.len() as u64));
            let column = open[place as usize];
            let (before, after) = (shown.value(&column.name).clone(), self.value(column, dice));
            if !before.same_as(&after) && !changes.iter().any(|change| change.column == column.name) {
                self.devices[device].undo.push(((table.name.clone(), id), column.name.clone(), before.clone()));
                changes.push(Change { column: column.name.clone(), before, after });
            }
        }
        if changes.is_empty() { Ok(()) } else { self.save(device, &table, id, Done::Update, changes) }
    }

    fn take_back(&mut self, device: usize) -> Outcome<()> {
        let Some(((name, id), column, after)) = self.devices[device].undo.pop() else { return Ok(()) };
        let Some(table) = self.book.tables.iter().find(|table| table.name == name).cloned() else { return Ok(()) };
        let Some(shown) = self.devices[device].shown(&table, id) else { return Ok(()) };
        let before = shown.value(&column).clone();
        if before.same_as(&after) {
            return Ok(());
        }
        self.save(device, &table, id, Done::Update, vec![Change { column, before, after }])
    }

    fn delete(&mut self, device: usize, pick: u64) -> Outcome<()> {
        let Some((table, id)) = self.some_record(pick) else { return Ok(()) };
        if self.devices[device].shown(&table, id).is_none() {
            return Ok(());
        }
        self.save(device, &table, id, Done::Delete, Vec::new())
    }

    /// What a save of the app does: one transaction, *saved*, and word to the agent.
    fn save(&mut self, device: usize, table: &Table, id: RecordId, deed: Done, changes: Vec<Change>) -> Outcome<()> {
        let seen = self.devices[device].server_copy(table, id).and_then(|copy| copy.version);
        let base = seen.clone().filter(|_| deed != Done::Create);
        let entry = EntryId(self.mint());
        let edit = Edit { entry, table: table.name.clone(), record: id, deed, changes, base };
        let now = self.clock(device);
        let database = self.devices[device].database().expect("a device that is on").clone();
        // A word on what was refused begins its tries anew.
        for waiting in self.devices[device].entries().iter().filter(|entry| entry.edit.record == id) {
            self.broken.remove(&waiting.edit.entry.0);
        }
        let saved = database.write(Durability::Full, |tx| outbox::append(tx, table, &edit, "a record", now));
        saved.expect("a save on a good disk");
        let is_waiting = self.devices[device].entries().iter().any(|entry| entry.edit.record == id);
        self.ledger.saved(device, &edit, seen, self.step, is_waiting);
        self.note(format_args!("{device} saved {:?} {} {:?}", edit.deed, edit.record, edit.changes));
        self.tell(device, Event::Edited)?;
        self.check_wishes(device)
    }

    /// Prefers what is held; now and then something that only waits is discarded.
    fn decide_one(&mut self, device: usize, dice: &mut Dice) -> Outcome<()> {
        let entries = self.devices[device].entries();
        let held: Vec<_> = entries.iter().filter(|entry| matches!(entry.state, State::Held(_))).collect();
        let all: Vec<_> = entries.iter().collect();
        let from = if held.is_empty() && dice.percent(30) { &all } else { &held };
        if from.is_empty() {
            return Ok(());
        }
        let entry = from[dice.below(from.len() as u64) as usize].clone();
        let choices = allowed(&entry);
        if choices.is_empty() {
            return Ok(());
        }
        self.decide(device, &entry, dice.pick(choices))
    }

    pub(crate) fn decide(&mut self, device: usize, entry: &outbox::Entry, decision: Decision) -> Outcome<()> {
        let now = self.clock(device);
        let database = self.devices[device].database().expect("a device that is on").clone();
        let decided = database.write(Durability::Full, |tx| decide(tx, entry.edit.entry, decision, now));
        if !decided.expect("a decision on a good disk") {
            return Ok(());
        }
        let later = self.later(device, entry);
        match (decision, &entry.state) {
            (Decision::KeepMine, State::Held(Hold::Conflict { theirs, .. })) => {
                self.ledger.kept_mine(device, entry, theirs);
            }
            (Decision::TakeTheirs, State::Held(Hold::Conflict { clashes, .. })) => {
                self.ledger.gave_up(device, entry, Some(clashes), &later);
                self.mail_entry_discarded(device, entry);
            }
            (Decision::Discard, _) => {
                self.ledger.gave_up(device, entry, None, &later);
                self.mail_entry_discarded(device, entry);
            }
            (Decision::Retry, _) => {
                self.broken.remove(&entry.edit.entry.0);
            }
            (Decision::KeepMine | Decision::TakeTheirs, _) => {}
        }
        self.note(format_args!("decided {decision:?} {:?} {} {:?}", entry.edit.deed, entry.edit.record, entry.state));
        self.tell(device, Event::Edited)?;
        self.check_wishes(device)
    }

    /// What waits of the entry's record beside it, once something was said about it.
    pub(crate) fn later(&self, device: usize, entry: &outbox::Entry) -> Vec<outbox::Entry> {
        let entries = self.devices[device].entries();
        // A delete that is discarded gives back what waited before it.
        let is_another = |other: &outbox::Entry| {
            other.edit.entry != entry.edit.entry || (entry.edit.deed, other.edit.deed) == (Done::Delete, Done::Update)
        };
        let is_later = |other: &outbox::Entry| other.edit.record == entry.edit.record && is_another(other);
        entries.into_iter().filter(is_later).collect()
    }

    /// A colleague writes by another program; no port of ours is in it.
    pub(crate) async fn other(&mut self, deed: OtherDeed, pick: u64, value: u64) -> Outcome<()> {
        let mut dice = Dice::new(value);
        match deed {
            OtherDeed::Create => {
                let tables = self.edited();
                let table = tables[(pick % tables.len() as u64) as usize].clone();
                self.create_as_other(&table, &mut dice);
            }
            OtherDeed::Update => {
                let Some((table, id)) = self.some_record(pick) else { return Ok(()) };
                if self.crm.row(&table.name, id).is_none() {
                    return Ok(());
                }
                let open: Vec<_> =
                    table.columns.iter().filter(|column| column.may_update && column.may_create).collect();
                let place = dice.below(open.len() as u64).min(dice.below(open.len() as u64));
                let value = self.value(open[place as usize], &mut dice);
                self.crm.another_writer(&table.name, id, &[(open[place as usize].name.clone(), value)]);
            }
            OtherDeed::Delete => {
                let Some((table, id)) = self.some_record(pick) else { return Ok(()) };
                if self.crm.row(&table.name, id).is_none() {
                    return Ok(());
                }
                self.crm.delete_as_another(&table.name, id);
            }
        }
        let step = self.step;
        self.book.read(step, None).await;
        Ok(())
    }

    /// An administrator, or a colleague who assigns and shares records.
    pub(crate) fn change_rights(&mut self, deed: RightDeed, pick: u64) {
        let Some((table, id)) = self.some_record(pick) else { return };
        match deed {
            RightDeed::Part | RightDeed::Unpart => self.crm.part(&table.name, deed == RightDeed::Part),
            RightDeed::Sway => {
                for id in self.known.get(&table.name).cloned().unwrap_or_default() {
                    let is_kept = Dice::of(pick, id.0.as_u128() as u64).percent(50);
                    self.crm.keep_from_salesperson(&table.name, id, is_kept, false);
                }
            }
            RightDeed::Keep { is_assigned } | RightDeed::Give { is_assigned } => {
                let is_kept = matches!(deed, RightDeed::Keep { .. });
                if self.crm.row(&table.name, id).is_some() {
                    self.crm.keep_from_salesperson(&table.name, id, is_kept, is_assigned);
                }
            }
        }
    }

    pub(crate) fn create_as_other(&mut self, table: &Table, dice: &mut Dice) {
        let id = RecordId(self.mint());
        let required = table.columns.iter().filter(|column| column.is_required && column.may_create);
        let values: Vec<(Column, Value)> = required.map(|column| (column.name.clone(), self.text(dice))).collect();
        self.crm.create_as_another(&table.name, id, &values);
        self.known.entry(table.name.clone()).or_default().push(id);
    }

    pub(crate) fn table(&self, name: &TableName) -> Table {
        self.book.tables.iter().find(|table| &table.name == name).expect("a table that is kept").clone()
    }

    /// One of all records that ever were; a few of them more often than the others.
    fn some_record(&self, pick: u64) -> Option<(Table, RecordId)> {
        let tables = self.edited();
        let table = &tables[(pick % tables.len() as u64) as usize];
        let ids = self.known.get(&table.name)?;
        let reach = if (pick >> 40) % 100 < self.config.crowding { ids.len().min(3) } else { ids.len() };
        let place = (pick >> 8) % reach.max(1) as u64;
        // The newest are the busiest.
        Some((table.clone(), *ids.get(ids.len() - 1 - place as usize)?))
    }

    fn newest_target(&self, column: &ColumnShape) -> Value {
        let Kind::Lookup { targets } = &column.kind else { return Value::Null };
        let newest = targets.iter().find_map(|target| {
            let id = *self.known.get(&target.table)?.last()?;
            Some(Value::Lookup(Lookup { table: target.table.clone(), id, name: None }))
        });
        newest.unwrap_or(Value::Null)
    }

    /// A value that the column may hold. A text is never written twice, so that it says who wrote it.
    fn value(&mut self, column: &ColumnShape, dice: &mut Dice) -> Value {
        if !column.is_required && !matches!(column.kind, Kind::YesNo { .. }) && dice.percent(10) {
            return Value::Null;
        }
        match &column.kind {
            Kind::Text { .. } => self.text(dice),
            Kind::Whole { .. } => Value::Whole(dice.below(100) as i64),
            Kind::Decimal { .. } => Value::Decimal(dice.below(100_000).into()),
            Kind::Money { .. } => Value::Money(dice.below(1_000_000).into()),
            Kind::Choice { choices } => Value::Choice(choices[dice.below(choices.len() as u64) as usize].value),
            Kind::YesNo { .. } => Value::YesNo(dice.percent(50)),
            Kind::Date => Date::new(2026, 1, dice.between(1, 28) as i8).map_or(Value::Null, Value::Date),
            Kind::DateTime => Value::DateTime(self.crm_time(dice.below(1000))),
            Kind::Lookup { targets } => {
                let target = &targets[dice.below(targets.len() as u64) as usize];
                let ids = self.known.get(&target.table).map(Vec::as_slice).unwrap_or_default();
                match ids.len() {
                    0 => Value::Null,
                    count => {
                        let id = ids[dice.below(count as u64) as usize];
                        Value::Lookup(Lookup { table: target.table.clone(), id, name: None })
                    }
                }
            }
            Kind::Id => Value::Null,
        }
    }

    fn text(&mut self, _: &mut Dice) -> Value {
        self.texts += 1;
        Value::Text(format!("CANARY {}", self.texts))
    }

    /// Ids in the order of the run, the same in every run.
    pub(crate) fn mint(&mut self) -> Uuid {
        self.minted += 1;
        let mut dice = Dice::of(self.seed, self.minted);
        Uuid::from_u128((u128::from(dice.next()) << 64) | u128::from(dice.next()))
    }

    /// What the record's history says of a value that lost.
    pub(crate) fn is_in_history(&self, device: usize, key: &Key, column: &Column, value: &Value) -> bool {
        let Some(database) = self.devices[device].database() else { return false };
        let lost = database.read(|reader| satchel_store::history::of_record(reader, &key.0, key.1)).expect("a history");
        lost.iter().any(|lost| &lost.column == column && lost.value.same_as(value))
    }

    /// What a device has of the service's rows, by id; none while the table was never described to it.
    pub(crate) fn copies(&self, device: usize, table: &Table) -> Vec<Record> {
        let Some(database) = self.devices[device].database() else { return Vec::new() };
        database.read(|reader| soundness::server_copies(reader, table)).unwrap_or_default()
    }
}
