//! The World: a clock, the model CRM, devices and people; one thread, one event after the other.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap},
    fmt::Write as _,
    path::Path,
};

use jiff::Timestamp;
use satchel_domain::{RecordId, ServiceError, TableName, connectivity::Connectivity, ids::Uuid};
use satchel_sync::{Effect, Event, step};
use satchel_testkit::{ModelCrm, model_crm::BEGINNING, organisation};

use crate::{
    book::{Book, Key},
    coverage::{self, Coverage, RESTING},
    device::Device,
    dice::{Dice, Trace},
    ledger::Ledger,
    plan::{CallFault, Config, Plan, What},
    plants::{Plant, Soil},
    violation::{Outcome, violated},
    wire::Met,
};

/// The tables that a run may keep.
pub(crate) const TABLES: [&str; 3] = ["account", "contact", "opportunity"];
/// A minute, as production's longest sleep.
const LONGEST_SLEEP: u64 = 60_000;

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
    forbidden: Option<(TableName, bool)>,
    poisoned: Option<RecordId>,
    /// Answers of the kind "broken" that each entry met.
    pub(crate) broken: BTreeMap<Uuid, u32>,
    queue: BinaryHeap<Reverse<(u64, u64, u64)>>,
    happenings: BTreeMap<u64, Happening>,
    scheduled: u64,
}

impl World {
    pub(crate) async fn new(plan: &Plan, folder: &Path, template: &Path, plant: Option<Plant>) -> Self {
        let crm = ModelCrm::sample();
        let names: Vec<_> = TABLES[..plan.config.tables].iter().map(|name| TableName::new(*name)).collect();
        let tables = organisation::sample().tables.into_iter().filter(|table| names.contains(&table.name)).collect();
        let new = |number| Device::new(number, folder, template, &crm, (names.clone(), plan.config.page_size), plant);
        let mut world = Self {
            seed: plan.seed,
            config: plan.config.clone(),
            now: 0,
            step: 0,
            book: Book::new(crm.clone(), tables),
            ledger: Ledger::default(),
            devices: (0..plan.config.devices).map(new).collect(),
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
            broken: BTreeMap::new(),
            queue: BinaryHeap::new(),
            happenings: BTreeMap::new(),
            scheduled: 0,
        };
        let mut dice = Dice::of(plan.seed, 1);
        for table in world.book.tables.clone() {
            for _ in 0..plan.config.rows_at_start {
                world.create_as_other(&table, &mut dice);
            }
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
            Happening::Act { .. } | Happening::Heard { .. } | Happening::Tick { .. } | Happening::Rows { .. } => Ok(()),
            Happening::Start { device } => self.start(device).await,
            Happening::SignIn { device } => {
                self.devices[device].is_signed_out = false;
                if self.devices[device].hands.is_some() { self.tell(device, Event::SignedIn) } else { Ok(()) }
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

    /// One event of the plan.
    async fn bring(&mut self, what: What) -> Outcome<()> {
        self.note(format_args!("{what:?}"));
        self.coverage.brought += u64::from(!matches!(what, What::User { .. } | What::Other { .. }));
        match what {
            What::User { device, deed, pick, value } => {
                self.met(device, "user");
                self.user(device, deed, pick, value)
            }
            What::Other { deed, pick, value } => {
                (0..self.devices.len()).for_each(|device| self.met(device, "colleague"));
                self.other(deed, pick, value).await
            }
            What::Call { device, fault, seconds } => {
                self.devices[device].armed.push_back((fault, seconds));
                Ok(())
            }
            What::Kill { device, away } => {
                if self.devices[device].hands.is_some() {
                    self.met(device, "kill");
                    self.devices[device].kill();
                    self.schedule(self.now + away * 1000, Happening::Start { device });
                }
                Ok(())
            }
            What::Cut { device, seconds } => {
                self.devices[device].cut_until = self.now + seconds * 1000;
                Ok(())
            }
            What::Jump { device, seconds } => {
                self.met(device, "clock");
                let device = &mut self.devices[device];
                // Not past the ends of time.
                device.off = (device.off + seconds * 1000).clamp(-400_000_000_000, 400_000_000_000);
                // The agent knows no other clock: how long a pause has left cannot be told after this.
                device.paused_until = None;
                Ok(())
            }
            What::Expire => {
                self.crm.expire_cursors();
                // The book's own cursor too: it reads all again before anything else can happen.
                self.book.read(self.step, None).await;
                Ok(())
            }
            What::Forbid { pick, seconds } => {
                let table = self.book.tables[(pick % self.book.tables.len() as u64) as usize].name.clone();
                self.forbidden = Some((table.clone(), (pick >> 20).is_multiple_of(2)));
                self.schedule(self.now + seconds * 1000, Happening::Allow { table });
                Ok(())
            }
            What::SignOut { device, seconds } => {
                self.devices[device].is_signed_out = true;
                self.schedule(self.now + seconds * 1000, Happening::SignIn { device });
                Ok(())
            }
            What::Poison { pick, seconds } => {
                let ids: Vec<_> = self.known.values().flatten().copied().collect();
                if let Some(&record) = ids.get((pick % ids.len().max(1) as u64) as usize) {
                    self.poisoned = Some(record);
                    self.schedule(self.now + seconds * 1000, Happening::Cure { record });
                }
                Ok(())
            }
        }
    }

    fn met(&mut self, device: usize, fault: &'static str) {
        let device = &self.devices[device];
        let state = device.waiting.as_ref().map(|effect| coverage::word(effect, &device.state)).or(device.awaits);
        self.coverage.met(state.unwrap_or(RESTING), fault);
    }

    async fn start(&mut self, device: usize) -> Outcome<()> {
        self.devices[device].start();
        self.note(format_args!("device {device} starts"));
        self.check_after_start(device).await?;
        self.tell(device, Event::Tick)
    }

    /// The core decides, and what it wants is on its way.
    pub(crate) fn tell(&mut self, device: usize, event: Event) -> Outcome<()> {
        let now = self.clock(device);
        let delay = self.delay(device, 0, 4);
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
            (fault, seconds) = self.meet(number, word);
        }
        let written = match &effect {
            Effect::Push { entry } => Some((entry.edit.table.clone(), entry.edit.record)),
            _ => None,
        };
        if let Effect::Settle { outcome, .. } = &effect {
            self.coverage.came_to(coverage::outcome(outcome));
        }
        let sweep = self.rows_before_sweep(number, &effect);
        let event = self.act_planted(number, effect, now).await?;
        self.devices[number].acts += 1;
        if let Some(before) = sweep {
            self.check_sweep(number, before)?;
        }
        self.check_now_and_then(number).await?;
        if let Some(key) = &written {
            self.check_writes(number, key).await?;
        }
        let slow = if fault == Some(CallFault::Slow) { seconds * 1000 } else { 0 };
        let slowness = if coverage::is_call(word) { self.config.slowness } else { 4 };
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
    fn delay(&self, number: usize, purpose: u64, most: u64) -> u64 {
        let device = &self.devices[number];
        let place = (device.acts << 8) | (number as u64) << 4 | purpose;
        Dice::of(self.seed, place).below(most.max(1))
    }

    pub(crate) fn clock(&self, device: usize) -> Timestamp {
        self.devices[device].clock(self.now)
    }

    pub(crate) fn crm_time(&self, seconds: u64) -> Timestamp {
        BEGINNING + jiff::SignedDuration::from_secs(seconds as i64)
    }

    /// Everything that bad luck brought is over; what it left behind is the agent's to mend.
    pub(crate) fn heal(&mut self) -> Outcome<()> {
        self.note(format_args!("healed"));
        (self.forbidden, self.poisoned) = (None, None);
        for number in 0..self.devices.len() {
            let device = &mut self.devices[number];
            device.armed.clear();
            (device.cut_until, device.is_signed_out, device.is_working_offline) = (0, false, false);
            // What a user would do who sees the banner; nobody presses *sync now*.
            match device.state.status().connectivity {
                _ if device.hands.is_none() => {}
                Connectivity::SignedOut => self.tell(number, Event::SignedIn)?,
                Connectivity::WorkingOffline => self.tell(number, Event::GoOnline)?,
                Connectivity::Online | Connectivity::Unreachable => {}
            }
        }
        Ok(())
    }

    /// Goes into the fingerprint, and to whoever looks.
    pub(crate) fn note(&mut self, what: std::fmt::Arguments<'_>) {
        let now = self.now;
        writeln!(self.trace, "{now} {what}").expect("a fingerprint takes everything");
        if self.is_told {
            println!("{:>9.3}s {what}", now as f64 / 1000.0);
        }
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
        Event::Pushed { answer, .. } | Event::Promoted { answer, .. } => answer.as_ref().err(),
        Event::Read { answer, .. } => answer.as_ref().err(),
        Event::EmailFound { answer, .. } => answer.as_ref().err(),
        _ => None,
    }
}
