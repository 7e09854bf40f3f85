//! The World: a clock, the model CRM, devices and people; one thread, one event after the other.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    fmt::Write as _,
    path::Path,
};

use jiff::Timestamp;
use satchel_domain::{Record, RecordId, ServiceError, TableName, ids::Uuid, schema::Table, tracking::EMAILS};
use satchel_sync::{Effect, Event, mail, step};
use satchel_testkit::{ModelCrm, model_crm::BEGINNING, organisation};

use crate::{
    book::{Book, Key},
    coverage::{self, Coverage, RESTING},
    device::Device,
    dice::{Dice, Trace},
    ledger::Ledger,
    plan::{CallFault, Config, Plan, What},
    plants::{Plant, Soil},
    post::{self, Post},
    violation::{Outcome, violated},
    wire::Met,
};

/// The tables that a run may keep.
pub(crate) const TABLES: [&str; 3] = ["account", "contact", "opportunity"];
/// A minute, as production's longest sleep.
pub(crate) const LONGEST_SLEEP: u64 = 60_000;

/// Something that is going to happen. What belongs to an earlier life of a device does not.
#[derive(Debug)]
pub(crate) enum Happening {
    Planned(What),
    Act {
        device: usize,
        life: u32,
    },
    Heard {
        device: usize,
        life: u32,
        event: Box<Event>,
    },
    Tick {
        device: usize,
        tick: u64,
    },
    /// The same three for the mailbox's agent.
    PostAct {
        device: usize,
        life: u32,
    },
    PostHeard {
        device: usize,
        life: u32,
        event: Box<mail::Event>,
    },
    PostTick {
        device: usize,
        tick: u64,
    },
    Start {
        device: usize,
    },
    SignIn {
        device: usize,
    },
    Allow {
        table: TableName,
    },
    Cure {
        record: RecordId,
    },
    /// The second half of a page, where a plant stores its cursor first.
    Rows {
        device: usize,
        life: u32,
        effect: Box<Effect>,
    },
}

#[derive(Debug)]
pub(crate) struct World {
    pub(crate) seed: u64,
    pub(crate) config: Config,
    /// Milliseconds since the beginning.
    pub(crate) now: u64,
    pub(crate) step: u64,
    pub(crate) crm: ModelCrm,
    pub(crate) book: Book,
    pub(crate) ledger: Ledger,
    pub(crate) devices: Vec<Device>,
    pub(crate) post: Option<Post>,
    /// Every record that ever was, by table.
    pub(crate) known: BTreeMap<TableName, Vec<RecordId>>,
    pub(crate) minted: u64,
    pub(crate) texts: u64,
    pub(crate) trace: Trace,
    pub(crate) coverage: Coverage,
    pub(crate) plant: Option<Plant>,
    pub(crate) soil: Soil,
    /// Told aloud, when one seed is looked at.
    pub(crate) is_told: bool,
    pub(crate) forbidden: Option<(TableName, bool)>,
    pub(crate) poisoned: Option<RecordId>,
    /// A wait that was written down may be longer than it was meant.
    pub(crate) has_jumped: bool,
    /// Answers of the kind "broken" that each entry met.
    pub(crate) broken: BTreeMap<Uuid, u32>,
    queue: BinaryHeap<Reverse<(u64, u64, u64)>>,
    happenings: BTreeMap<u64, Happening>,
    scheduled: u64,
}

impl World {
    pub(crate) async fn new(plan: &Plan, folder: &Path, template: &Path, plant: Option<Plant>) -> Self {
        let crm = ModelCrm::sample();
        let post = plan.config.post.map(|_| Post::new());
        let emails = post.as_ref().map(|_| EMAILS);
        let names = TABLES[..plan.config.tables].iter().copied().chain(emails).map(TableName::new);
        let names: Vec<_> = names.collect();
        let mailbox = post.as_ref().map(|post| post.model.clone());
        let tables = organisation::sample().tables.into_iter().filter(|table| names.contains(&table.name)).collect();
        let config = (&plan.config, mailbox.as_ref());
        let seen = if plan.config.has_rights { crm.as_salesperson() } else { crm.clone() };
        let new = |number| Device::new(number, folder, template, &seen, names.clone(), config, plant);
        let mut world = Self {
            seed: plan.seed,
            config: plan.config.clone(),
            now: 0,
            step: 0,
            book: Book::new(crm.clone(), tables),
            ledger: Ledger::default(),
            devices: (0..plan.config.devices).map(new).collect(),
            post,
            crm,
            known: BTreeMap::new(),
            minted: 0,
            texts: 0,
            trace: Trace::new(),
            coverage: Coverage::default(),
            plant,
            soil: Soil::default(),
            is_told: false,
            forbidden: None,
            poisoned: None,
            has_jumped: false,
            broken: BTreeMap::new(),
            queue: BinaryHeap::new(),
            happenings: BTreeMap::new(),
            scheduled: 0,
        };
        let mut dice = Dice::of(plan.seed, 1);
        for table in world.edited() {
            for _ in 0..plan.config.rows_at_start {
                world.create_as_other(&table, &mut dice);
            }
        }
        for _ in 0..plan.config.post.map_or(0, |post| post.letters_at_start) {
            world.deliver(dice.next());
        }
        world.book.read(0, None).await;
        for device in 0..world.devices.len() {
            world.schedule(0, Happening::Start { device });
        }
        for item in &plan.items {
            world.schedule(item.at, Happening::Planned(item.what));
        }
        world
    }

    /// At one moment the seed says what comes first.
    pub(crate) fn schedule(&mut self, at: u64, happening: Happening) {
        self.scheduled += 1;
        let tie = Dice::of(self.seed, self.scheduled ^ at).next();
        self.queue.push(Reverse((at.max(self.now), tie, self.scheduled)));
        self.happenings.insert(self.scheduled, happening);
    }

    /// Lets the time pass up to `end`.
    pub(crate) async fn run_to(&mut self, end: u64) -> Outcome<()> {
        while let Some(&Reverse((at, _, number))) = self.queue.peek()
            && at <= end
        {
            self.queue.pop();
            let Some(happening) = self.happenings.remove(&number) else { continue };
            self.now = at;
            self.step += 1;
            self.happen(happening).await?;
        }
        self.now = end;
        Ok(())
    }

    async fn happen(&mut self, happening: Happening) -> Outcome<()> {
        match happening {
            Happening::Planned(what) => self.bring(what).await,
            Happening::Act { device, life } if self.devices[device].life == life => self.act(device).await,
            Happening::Heard { device, life, event } if self.devices[device].life == life => self.hear(device, *event),
            Happening::Tick { device, tick } if self.devices[device].ticks == tick => self.tell(device, Event::Tick),
            Happening::Rows { device, life, effect } if self.devices[device].life == life => {
                self.act_on_rows(device, *effect).await
            }
            Happening::PostAct { device, life } if self.devices[device].life == life => self.act_post(device).await,
            Happening::PostHeard { device, life, event } if self.devices[device].life == life => {
                self.hear_post(device, *event)
            }
            Happening::PostTick { device, tick } if self.side(device).is_some_and(|side| side.ticks == tick) => {
                self.tell_post(device, mail::Event::Tick)
            }
            Happening::PostAct { .. } | Happening::PostHeard { .. } | Happening::PostTick { .. } => Ok(()),
            Happening::Act { .. } | Happening::Heard { .. } | Happening::Tick { .. } | Happening::Rows { .. } => Ok(()),
            Happening::Start { device } => self.start(device).await,
            Happening::SignIn { device } => {
                self.devices[device].is_signed_out = false;
                if self.devices[device].hands.is_none() {
                    return Ok(());
                }
                self.tell_post(device, mail::Event::SignedIn)?;
                self.tell(device, Event::SignedIn)
            }
            Happening::Allow { table } => {
                self.forbidden = self.forbidden.take().filter(|(forbidden, _)| forbidden != &table);
                Ok(())
            }
            Happening::Cure { record } => {
                self.poisoned = self.poisoned.filter(|poisoned| poisoned != &record);
                Ok(())
            }
        }
    }

    pub(crate) fn met(&mut self, device: usize, fault: &'static str) {
        let device = &self.devices[device];
        let state = device.waiting.as_ref().map(|effect| coverage::word(effect, &device.state)).or(device.awaits);
        let in_mail = device.side.as_ref().and_then(|side| side.waiting.as_ref().map(post::word).or(side.awaits));
        self.coverage.met(state.unwrap_or(RESTING), fault);
        if let Some(state) = in_mail {
            self.coverage.met(state, fault);
        }
    }

    async fn start(&mut self, device: usize) -> Outcome<()> {
        self.devices[device].start();
        self.note(format_args!("device {device} starts"));
        self.check_after_start(device).await?;
        self.tell_post(device, mail::Event::Tick)?;
        self.tell(device, Event::Tick)
    }

    /// The core decides, and what it wants is on its way.
    pub(crate) fn tell(&mut self, device: usize, event: Event) -> Outcome<()> {
        let now = self.clock(device);
        let delay = self.delay(device, 0, self.config.disk);
        let device = &mut self.devices[device];
        let state = std::mem::replace(&mut device.state, satchel_sync::State::new(false));
        let (state, effects) = step(state, event, now);
        device.state = state;
        device.ticks += 1;
        let (number, life) = (device.number, device.life);
        match effects.into_iter().next() {
            Some(effect) => {
                if device.waiting.is_some() || device.awaits.is_some() {
                    return violated("I4", format!("{effect:?} is begun while another work is under way"));
                }
                device.waiting = Some(effect);
                self.schedule(self.now + 1 + delay, Happening::Act { device: number, life });
            }
            None if device.waiting.is_none() && device.awaits.is_none() => {
                let tick = device.ticks;
                let Some(wake) = device.state.next_wake() else { return Ok(()) };
                let wait = u64::try_from(wake.duration_since(now).as_millis()).unwrap_or(0);
                self.schedule(self.now + wait.clamp(1, LONGEST_SLEEP), Happening::Tick { device: number, tick });
            }
            None => {}
        }
        Ok(())
    }

    /// One call or one transaction; its answer comes later, or never.
    async fn act(&mut self, number: usize) -> Outcome<()> {
        let now = self.clock(number);
        let Some(effect) = self.devices[number].waiting.take() else { return Ok(()) };
        let word = coverage::word(&effect, &self.devices[number].state);
        self.note(format_args!("{number} {word} {now}"));
        let (mut seconds, mut fault) = (0, None);
        if coverage::is_call(word) {
            self.check_may_call(number, now)?;
            self.check_order(number, &effect)?;
            self.check_email_order(number, &effect)?;
            (fault, seconds) = self.meet(number, word);
        }
        self.meet_draft(number, &effect);
        let written = match &effect {
            Effect::Push { entry } if entry.edit.table.as_str() != EMAILS => {
                Some((entry.edit.table.clone(), entry.edit.record))
            }
            _ => None,
        };
        if let Effect::Settle { outcome, .. } = &effect {
            self.coverage.came_to(coverage::outcome(outcome));
        }
        let sweep = self.rows_before_sweep(number, &effect);
        let done = effect.clone();
        let event = self.act_planted(number, effect, now).await?;
        self.devices[number].acts += 1;
        if let Some(before) = sweep {
            self.check_sweep(number, before)?;
        }
        self.check_now_and_then(number).await?;
        if let Some(key) = &written {
            self.check_writes(number, key).await?;
        }
        self.check_email_write(number, &done).await?;
        let slow = if fault == Some(CallFault::Slow) { seconds * 1000 } else { 0 };
        let slowness = if coverage::is_call(word) { self.config.slowness } else { self.config.disk };
        let at = self.now + 1 + slow + self.delay(number, 1, slowness);
        self.devices[number].awaits = Some(word);
        let life = self.devices[number].life;
        self.schedule(at, Happening::Heard { device: number, life, event: Box::new(event) });
        Ok(())
    }

    /// What the next call of a device meets.
    fn meet(&mut self, number: usize, word: &'static str) -> (Option<CallFault>, u64) {
        let device = &mut self.devices[number];
        let place = device.armed.iter().position(|(fault, _)| coverage::fits(*fault, word));
        let armed = place.and_then(|place| device.armed.remove(place));
        let (fault, seconds) = armed.map_or((None, 0), |(fault, seconds)| (Some(fault), seconds));
        let is_cut = device.cut_until > self.now;
        device.wire.meets(Met {
            fault,
            seconds,
            is_cut,
            is_signed_out: device.is_signed_out,
            forbidden: self.forbidden.clone(),
            poisoned: self.poisoned,
        });
        if let Some(fault) = fault {
            self.note(format_args!("{number} meets {fault:?} {seconds}"));
            self.coverage.call_met(word, fault);
        }
        if is_cut {
            self.coverage.call_met(word, CallFault::Unreachable);
        }
        (fault, seconds)
    }

    fn hear(&mut self, number: usize, event: Event) -> Outcome<()> {
        let word = self.devices[number].awaits.take().unwrap_or(RESTING);
        let now = self.clock(number);
        let error = failure(&event);
        if let Some(error) = error {
            self.note(format_args!("{number} {word}: {error}"));
        }
        match error {
            Some(ServiceError::Throttled { wait }) => {
                let until = now.checked_add(*wait).unwrap_or(Timestamp::MAX);
                let device = &mut self.devices[number];
                device.paused_until = device.paused_until.max(Some(until));
            }
            Some(ServiceError::SignInNeeded { .. }) => {
                // The user sees the banner, and signs in after a while.
                let after = self.delay(number, 2, 60_000);
                self.schedule(self.now + after, Happening::SignIn { device: number });
            }
            _ => {}
        }
        self.check_heard(number, word, &event)?;
        let event = crate::plants::heard(self.plant, event);
        self.tell(number, event)
    }

    /// Up to `most` milliseconds: a function of the seed, the device and how much it did, not of the others.
    pub(crate) fn delay(&self, number: usize, purpose: u64, most: u64) -> u64 {
        let device = &self.devices[number];
        let acts = device.acts + device.side.as_ref().map_or(0, |side| side.acts << 20);
        let place = (acts << 8) | (number as u64) << 4 | purpose;
        Dice::of(self.seed, place).below(most.max(1))
    }

    pub(crate) fn clock(&self, device: usize) -> Timestamp {
        self.devices[device].clock(self.now)
    }

    pub(crate) fn crm_time(&self, seconds: u64) -> Timestamp {
        BEGINNING + jiff::SignedDuration::from_secs(seconds as i64)
    }

    /// Goes into the fingerprint, and to whoever looks.
    pub(crate) fn note(&mut self, what: std::fmt::Arguments<'_>) {
        let now = self.now;
        writeln!(self.trace, "{now} {what}").expect("a fingerprint takes everything");
        if self.is_told {
            println!("{:>9.3}s {what}", now as f64 / 1000.0);
        }
    }

    /// The tables whose records users edit; emails are made of letters.
    pub(crate) fn edited(&self) -> Vec<Table> {
        self.book.tables.iter().filter(|table| table.name.as_str() != EMAILS).cloned().collect()
    }

    /// What the users of the devices may read of a table.
    pub(crate) fn open_rows<'a>(&'a self, table: &'a Table) -> impl Iterator<Item = &'a Record> {
        let rows = self.book.rows.iter().filter(|((name, _), _)| name == &table.name).map(|(_, row)| row);
        rows.filter(|row| !self.config.has_rights || self.crm.is_open_to_salesperson(&table.name, row.id))
    }

    /// What a push changed, checked against what users want.
    async fn check_writes(&mut self, number: usize, key: &Key) -> Outcome<()> {
        let changed = self.book.read(self.step, Some((number, key))).await;
        for changed in changed {
            let version = changed.after.as_ref().and_then(|after| after.version.as_ref()).cloned();
            self.note(format_args!("the service: {} {} {version:?}", changed.key.0, changed.key.1));
            if &changed.key == key || changed.before.is_none() {
                let table = self.table(&changed.key.0);
                self.ledger.check_write(number, &changed, &table, &self.book)?;
            }
        }
        Ok(())
    }
}

/// What a service said instead of an answer.
pub(crate) fn failure(event: &Event) -> Option<&ServiceError> {
    match event {
        Event::Described(answer) => answer.as_ref().err(),
        Event::Pulled { answer, .. } => answer.as_ref().err(),
        Event::IdsListed { answer, .. } => answer.as_ref().err(),
        Event::RowRead { answer, .. } => answer.as_ref().err(),
        Event::Pushed { answer, .. } | Event::Promoted { answer, .. } => answer.as_ref().err(),
        Event::Read { answer, .. } => answer.as_ref().err(),
        Event::EmailFound { answer, .. } => answer.as_ref().err(),
        _ => None,
    }
}
