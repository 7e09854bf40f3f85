//! What a seed comes to: a swarm configuration, and a list of events that users, colleagues and bad luck bring.
//!
//! Everything that is left to chance while it runs (how long an answer takes, which of two events at one moment comes
//! first) is a function of the seed and of the event alone, so that an event taken out of the list moves no other one.

use crate::dice::Dice;

/// Seconds that the troubled part of a run lasts.
pub(crate) const HORIZON: u64 = 6 * 60;

/// From this seed on worlds are small: less happens in each, so that more of them are lived.
pub(crate) const SMALL_FROM: u64 = 1 << 20;

/// Which faults there are in this run, how often, and how big the world is.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub(crate) devices: usize,
    /// How many of [`crate::world::TABLES`] are kept.
    pub(crate) tables: usize,
    pub(crate) rows_at_start: u64,
    pub(crate) page_size: u32,
    /// Milliseconds that a call takes, at the most.
    pub(crate) slowness: u64,
    /// Milliseconds that a work on the database takes, at the most.
    pub(crate) disk: u64,
    /// Whether the organisation was described to the devices in an earlier life.
    pub(crate) is_described: bool,
    /// Of a hundred deeds so many go to the same few records.
    pub(crate) crowding: u64,
    /// Whether the users of the devices may not read every row of every table.
    pub(crate) has_rights: bool,
    /// The user's mailbox; none in the worlds that know only records.
    pub(crate) post: Option<PostConfig>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct PostConfig {
    pub(crate) letters_at_start: u64,
    /// Whether messages are fetched before anybody opens or tracks them.
    pub(crate) prefetches: bool,
}

/// One event of the list.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    /// Milliseconds after the beginning.
    pub(crate) at: u64,
    pub(crate) what: What,
}

/// `pick` and `value` are resolved against what there is when the time comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum What {
    User {
        device: usize,
        deed: Deed,
        pick: u64,
        value: u64,
    },
    /// A colleague, by another program.
    Other {
        deed: OtherDeed,
        pick: u64,
        value: u64,
    },
    UserOfMail {
        device: usize,
        deed: PostDeed,
        pick: u64,
        value: u64,
    },
    /// A letter, by other hands than a device's.
    Letter {
        deed: LetterDeed,
        pick: u64,
    },
    /// Somebody changes what the users of the devices may read.
    Right {
        deed: RightDeed,
        pick: u64,
    },
    /// The next call of the device's mailbox meets this.
    MailCall {
        device: usize,
        fault: CallFault,
        seconds: u64,
    },
    /// The mailbox forgets every cursor that it gave out.
    ExpireMail,
    /// The next call of the device meets this.
    Call {
        device: usize,
        fault: CallFault,
        seconds: u64,
    },
    Kill {
        device: usize,
        away: u64,
    },
    /// The network of the device is gone for so long.
    Cut {
        device: usize,
        seconds: u64,
    },
    /// The clock on the device's wall jumps.
    Jump {
        device: usize,
        seconds: i64,
    },
    /// The service forgets every cursor that it gave out.
    Expire,
    /// The devices may not write to this table for so long.
    Forbid {
        pick: u64,
        seconds: u64,
    },
    /// The device's sign-in ends; after so long the user signs in again.
    SignOut {
        device: usize,
        seconds: u64,
    },
    /// For so long nobody can make sense of what the service says to writes of one record.
    Poison {
        pick: u64,
        seconds: u64,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Create,
    /// A record that refers to another one that was made here.
    CreateChild,
    Update,
    /// One column back to what it was before the last edit.
    TakeBack,
    Delete,
    /// A word on one of the entries that are held or wait.
    Decide,
    /// A side for each column of a conflict.
    Choose,
    /// A word on all conflicts of a table that are still to come.
    Rule,
    SyncNow,
    GoOffline,
    GoOnline,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PostDeed {
    Track,
    TrackRegarding,
    Untrack,
    UntrackAndDelete,
    /// Read, or unread again.
    Mark,
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LetterDeed {
    Deliver,
    Move,
    Delete,
    MarkElsewhere,
    /// Server-side synchronization was faster.
    TrackByService,
    /// A colleague deletes an email record.
    DeleteEmail,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RightDeed {
    /// Of this table only some rows may be read.
    Part,
    /// All rows may be read again.
    Unpart,
    /// A row is out of reach; `is_assigned`: somebody else owns it now, which is a write.
    Keep {
        is_assigned: bool,
    },
    Give {
        is_assigned: bool,
    },
    /// A team is put together anew: some rows come into reach and others go out of it, and none is written.
    Sway,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OtherDeed {
    Create,
    Update,
    Delete,
}

/// What one call meets on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CallFault {
    /// Nothing was sent.
    Unreachable,
    /// It was sent and did not arrive.
    RequestLost,
    /// It arrived, and nobody hears the answer.
    AnswerLost,
    /// It arrives twice; the second answer is the one that is heard.
    Twice,
    /// The answer takes long.
    Slow,
    /// 429 with a pause.
    Throttled,
    /// A status 500, or what nobody can read.
    Broken,
    /// A plug-in says no, once.
    Refused,
    /// 401 in the middle.
    SignIn,
    /// The page comes a second time before the one that follows it.
    PageAgain,
}

pub(crate) const CALL_FAULTS: [CallFault; 10] = [
    CallFault::Unreachable,
    CallFault::RequestLost,
    CallFault::AnswerLost,
    CallFault::Twice,
    CallFault::Slow,
    CallFault::Throttled,
    CallFault::Broken,
    CallFault::Refused,
    CallFault::SignIn,
    CallFault::PageAgain,
];

/// A whole run.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    pub(crate) config: Config,
    pub(crate) items: Vec<Item>,
}

pub(crate) fn plan(seed: u64) -> Plan {
    let mut dice = Dice::new(seed);
    let config = Config {
        devices: dice.weighted(&[(4, 2), (1, 3)]),
        tables: dice.weighted(&[(2, 2), (1, 3)]),
        rows_at_start: dice.between(0, 8),
        page_size: dice.pick(&[1, 2, 3, 5, 50]),
        slowness: dice.pick(&[20, 200, 3000, 20_000]),
        is_described: dice.percent(80),
        crowding: dice.pick(&[30, 60, 90]),
        post: if seed < SMALL_FROM { None } else { post(&mut dice) },
        has_rights: seed >= SMALL_FROM && dice.percent(25),
        disk: if seed < SMALL_FROM { 4 } else { dice.pick(&[4, 40, 400, 2000]) },
    };
    let (users, others, faults) = match seed < SMALL_FROM {
        true => (dice.between(40, 80), dice.between(10, 60), dice.between(40, 80)),
        false => (dice.between(25, 50), dice.between(5, 30), dice.between(24, 48)),
    };
    let mut items = Vec::new();
    let deeds = deed_weights(&mut dice);
    for _ in 0..users {
        let device = dice.below(config.devices as u64) as usize;
        let deed = dice.weighted(&deeds);
        let what = What::User { device, deed, pick: dice.next(), value: dice.next() };
        items.push(Item { at: moment(&mut dice), what });
    }
    for _ in 0..others {
        let deed = dice.weighted(&[(2, OtherDeed::Create), (12, OtherDeed::Update), (2, OtherDeed::Delete)]);
        let what = What::Other { deed, pick: dice.next(), value: dice.next() };
        items.push(Item { at: moment(&mut dice), what });
    }
    let kinds = fault_weights(&mut dice);
    for _ in 0..faults {
        let device = dice.below(config.devices as u64) as usize;
        let what = fault(&mut dice, &kinds, device);
        items.push(Item { at: moment(&mut dice), what });
    }
    if config.has_rights {
        rights(&mut dice, config.devices as u64, &mut items);
    }
    if config.post.is_some() {
        mail(&mut dice, config.devices as u64, &mut items);
    }
    if seed >= SMALL_FROM {
        choices(seed, config.devices as u64, &mut items);
    }
    items.sort_by_key(|item| item.at);
    Plan { seed, config, items }
}

fn post(dice: &mut Dice) -> Option<PostConfig> {
    let post = PostConfig { letters_at_start: dice.between(0, 4), prefetches: dice.percent(50) };
    dice.percent(40).then_some(post)
}

/// What is added where not everybody reads everything.
fn rights(dice: &mut Dice, devices: u64, items: &mut Vec<Item>) {
    let parted = What::Right { deed: RightDeed::Part, pick: dice.next() };
    items.push(Item { at: dice.pick(&[0, 0, 60_000]), what: parted });
    // Users who do not see what they expect: each time the ids are swept.
    for _ in 0..dice.between(4, 12) {
        let device = dice.below(devices) as usize;
        let what = What::User { device, deed: Deed::SyncNow, pick: 0, value: 0 };
        items.push(Item { at: moment(dice), what });
    }
    for _ in 0..dice.between(10, 30) {
        let is_assigned = dice.percent(50);
        let deed = dice.weighted(&[
            (1, RightDeed::Part),
            (1, RightDeed::Unpart),
            (8, RightDeed::Sway),
            (12, RightDeed::Keep { is_assigned }),
            (12, RightDeed::Give { is_assigned }),
        ]);
        items.push(Item { at: moment(dice), what: What::Right { deed, pick: dice.next() } });
    }
}

/// Users who look closely at conflicts, and users who want to be asked about none. Drawn apart from everything else.
fn choices(seed: u64, devices: u64, items: &mut Vec<Item>) {
    let mut dice = Dice::of(seed, 0xc401ce);
    let (close_looks, rules) = (dice.pick(&[0, 6, 16]), dice.pick(&[0, 0, 2, 5]));
    for deed in std::iter::repeat_n(Deed::Choose, close_looks).chain(std::iter::repeat_n(Deed::Rule, rules)) {
        let device = dice.below(devices) as usize;
        let what = What::User { device, deed, pick: dice.next(), value: dice.next() };
        items.push(Item { at: moment(&mut dice), what });
    }
}

/// What is added where there is a mailbox.
fn mail(dice: &mut Dice, devices: u64, items: &mut Vec<Item>) {
    for _ in 0..dice.between(12, 30) {
        let device = dice.below(devices) as usize;
        let deed = dice.weighted(&[
            (8, PostDeed::Track),
            (6, PostDeed::TrackRegarding),
            (4, PostDeed::Untrack),
            (3, PostDeed::UntrackAndDelete),
            (8, PostDeed::Mark),
            (2, PostDeed::Open),
        ]);
        let what = What::UserOfMail { device, deed, pick: dice.next(), value: dice.next() };
        items.push(Item { at: moment(dice), what });
    }
    for _ in 0..dice.between(6, 16) {
        let deed = dice.weighted(&[
            (6, LetterDeed::Deliver),
            (4, LetterDeed::Move),
            (1, LetterDeed::Delete),
            (3, LetterDeed::MarkElsewhere),
            (2, LetterDeed::TrackByService),
            (1, LetterDeed::DeleteEmail),
        ]);
        items.push(Item { at: moment(dice), what: What::Letter { deed, pick: dice.next() } });
    }
    for _ in 0..dice.between(6, 16) {
        let device = dice.below(devices) as usize;
        let fault = dice.pick(&CALL_FAULTS);
        let what = match dice.percent(5) {
            true => What::ExpireMail,
            false => What::MailCall { device, fault, seconds: dice.pick(&[0, 1, 5, 30, 120, 300]) },
        };
        items.push(Item { at: moment(dice), what });
    }
}

fn moment(dice: &mut Dice) -> u64 {
    dice.below(HORIZON * 1000)
}

/// Swarm: each kind is there or not, so that some runs have much of one and none of the others.
fn deed_weights(dice: &mut Dice) -> Vec<(u64, Deed)> {
    let usual = [
        (12, Deed::Create),
        (10, Deed::CreateChild),
        (8, Deed::TakeBack),
        (10, Deed::Delete),
        (14, Deed::Decide),
        (6, Deed::SyncNow),
        (3, Deed::GoOffline),
        (4, Deed::GoOnline),
    ];
    let mut chosen = vec![(40, Deed::Update)];
    chosen.extend(usual.into_iter().filter(|_| dice.percent(70)));
    chosen
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Call(CallFault),
    Kill,
    Cut,
    Jump,
    Expire,
    Forbid,
    SignOut,
    Poison,
}

fn fault_weights(dice: &mut Dice) -> Vec<(u64, Kind)> {
    let mut kinds: Vec<(u64, Kind)> = CALL_FAULTS.map(|fault| (4, Kind::Call(fault))).to_vec();
    kinds.extend([(12, Kind::Kill), (3, Kind::Cut), (3, Kind::Jump), (2, Kind::Expire)]);
    kinds.extend([(2, Kind::Forbid), (2, Kind::SignOut), (2, Kind::Poison)]);
    let mut chosen: Vec<_> = kinds.iter().copied().filter(|_| dice.percent(60)).collect();
    if chosen.is_empty() {
        chosen = kinds;
    }
    chosen
}

fn fault(dice: &mut Dice, kinds: &[(u64, Kind)], device: usize) -> What {
    match dice.weighted(kinds) {
        Kind::Call(fault) => What::Call { device, fault, seconds: dice.pick(&[0, 1, 5, 30, 120, 300]) },
        Kind::Kill => What::Kill { device, away: dice.pick(&[0, 0, 1, 30, 200]) },
        Kind::Cut => What::Cut { device, seconds: dice.between(1, 200) },
        Kind::Jump => {
            let size = dice.pick(&[1, 60, 3600, 86_400, 315_360_000]) as i64;
            What::Jump { device, seconds: if dice.percent(50) { size } else { -size } }
        }
        Kind::Expire => What::Expire,
        Kind::Forbid => What::Forbid { pick: dice.next(), seconds: dice.between(1, 200) },
        Kind::SignOut => What::SignOut { device, seconds: dice.between(1, 200) },
        Kind::Poison => What::Poison { pick: dice.next(), seconds: dice.between(60, 900) },
    }
}
