//! Damaged, truncated, zeroed, newer and restored files, as scenes left them: no dead end, and no edit is invented.

use std::{collections::BTreeMap, env, fs, path::Path};

use satchel_crashfs::{Cut, Dice, Disk};
use satchel_domain::{edit::State, scope::Scope};
use satchel_store::{
    Database, Durability, StoreError, check, cursors,
    outbox::{self, Entry},
    salvage::{self, Opened, Rescued},
    schema,
};
use satchel_testkit::turn;

use crate::{
    checks::{self, Digest},
    scenes,
    stage::{self, PROFILE, Played, Repertoire},
};

/// What a plain test run takes; each turn takes others.
const SHARE: u64 = 200;
const CAMPAIGN: u64 = 5_000;
/// Broke a promise once: tried in every turn.
const FOUND: [u64; 3] = [100, 158, 166];
const PAGE: usize = 4096;
/// Nobody starts a program more often than this to get at their data.
const STARTS: i64 = 4;

/// What happened to the file while nobody looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Damage {
    Truncated,
    /// As a disk that filled up leaves it.
    TornTail,
    ZeroedPage,
    Scribbled,
    FlippedBit,
    /// The same five of the log instead.
    Log,
    /// A newer Satchel worked on it.
    Newer,
    /// The file alone comes back from a backup, without its log.
    Restored,
}

const KINDS: [Damage; 10] = [
    Damage::Truncated,
    Damage::TornTail,
    Damage::ZeroedPage,
    Damage::ZeroedPage,
    Damage::Scribbled,
    Damage::Scribbled,
    Damage::FlippedBit,
    Damage::Log,
    Damage::Newer,
    Damage::Restored,
];

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// The first page cannot be told from a wrong key.
    Locked,
    TooNew,
    Whole,
    Rebuilt,
}

/// A file as a scene left it, and what is known of that moment.
struct Case<'a> {
    damage: Damage,
    played: &'a Played,
    /// The state that the files hold.
    state: usize,
    first_page: Vec<u8>,
}

impl Case<'_> {
    /// What waited at that moment. When a log lost its end it may be what waited before.
    fn knows(&self, entry: &Entry, is_held: bool) -> bool {
        let moments = match self.damage {
            Damage::Log | Damage::Restored => &self.played.outboxes[..=self.state],
            Damage::Truncated
            | Damage::TornTail
            | Damage::ZeroedPage
            | Damage::Scribbled
            | Damage::FlippedBit
            | Damage::Newer => &self.played.outboxes[self.state..=self.state],
        };
        let mut known = moments.iter().flatten();
        match is_held {
            true => matches!(entry.state, State::Held(_)) && known.any(|known| known.edit == entry.edit),
            false => known.any(|known| known == entry),
        }
    }
}

fn scar(bytes: &mut Vec<u8>, damage: Damage, dice: &mut Dice) {
    let mut roll = |below: usize| usize::try_from(dice.roll() % below.max(1) as u64).unwrap();
    let length = bytes.len();
    match damage {
        Damage::Truncated => bytes.truncate(roll(length)),
        Damage::TornTail => bytes[roll(length)..].fill(0),
        Damage::ZeroedPage => {
            let from = roll(length / PAGE) * PAGE;
            bytes[from..(from + PAGE).min(length)].fill(0);
        }
        Damage::Scribbled => {
            let from = roll(length);
            let to = (from + roll(3 * PAGE)).min(length);
            bytes[from..to].iter_mut().for_each(|byte| *byte = roll(256) as u8);
        }
        Damage::FlippedBit => {
            let at = roll(length);
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << roll(8);
            }
        }
        Damage::Log => {
            let kinds = &KINDS[..7];
            let kind = kinds[roll(kinds.len())];
            scar(bytes, kind, dice);
        }
        Damage::Newer | Damage::Restored => {}
    }
}

/// A case is known by its number.
fn check(disk: &Disk, repertoire: &mut Repertoire, number: u64) -> Result<(Damage, End), String> {
    let mut dice = Dice::new(number);
    let scene = usize::try_from(number).unwrap_or(0) % scenes::all().len();
    let played = repertoire.played(disk, scene, number / SHARE);
    let damage = KINDS[usize::try_from(dice.roll()).unwrap_or(0) % KINDS.len()];
    let promises = played.recording.promises();
    let cut = promises[usize::try_from(dice.roll()).unwrap_or(0) % promises.len()];
    // The word itself follows the commit.
    let state = played.recording.marks(cut + 1).len().min(played.states.len() - 1);
    let image = played.recording.image(cut, Cut::Kill);
    let case = Case { damage, played, state, first_page: image[PROFILE][..PAGE].to_vec() };

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(PROFILE);
    for (name, mut bytes) in image {
        let is_log = name.ends_with("-wal");
        if is_log == (damage == Damage::Log) {
            scar(&mut bytes, damage, &mut dice);
        }
        if !is_log || damage != Damage::Restored {
            fs::write(folder.path().join(name), bytes).unwrap();
        }
    }
    let end = match damage {
        Damage::Newer => newer(&path, played.states[state]),
        Damage::Restored => restored(&path, &case),
        Damage::Truncated
        | Damage::TornTail
        | Damage::ZeroedPage
        | Damage::Scribbled
        | Damage::FlippedBit
        | Damage::Log => mended(&path, &case),
    };
    let name = played.name;
    end.map(|end| (damage, end))
        .map_err(|why| format!("case {number} (scene \"{name}\", {damage:?}, state {state}): {why}"))
}

fn wrong(what: &str) -> Result<End, String> {
    Err(what.to_owned())
}

fn told(aside: &Path, rescued: &Rescued) -> String {
    format!("{}: {} saved", aside.file_name().unwrap().to_string_lossy(), rescued.entries)
}

/// An older Satchel does not touch it, and the newer one finds what it left.
fn newer(path: &Path, before: Digest) -> Result<End, String> {
    let version: i64 = stage::look_at(path).pragma_query_value(None, "user_version", |row| row.get(0)).unwrap();
    stage::look_at(path).pragma_update(None, "user_version", 99).unwrap();
    match salvage::open(path, &stage::key(), scenes::at(1), &told) {
        Err(StoreError::TooNew { found: 99, .. }) => {}
        other => return Err(format!("{other:?}")),
    }
    stage::look_at(path).pragma_update(None, "user_version", version).unwrap();
    if checks::digest(&stage::look_at(path)) != before {
        return wrong("it was changed");
    }
    let names = fs::read_dir(path.parent().unwrap()).unwrap().map(|entry| entry.unwrap().file_name());
    let others: Vec<_> = names.filter(|name| !name.to_string_lossy().starts_with(PROFILE)).collect();
    if others.is_empty() && !path.with_extension("db.damaged").exists() {
        return Ok(End::TooNew);
    }
    Err(format!("it left {others:?}"))
}

/// What it knew then, it knows again: the edits of that moment with the versions that they were made on.
fn restored(path: &Path, case: &Case<'_>) -> Result<End, String> {
    let opened = salvage::open(path, &stage::key(), scenes::at(1), &told).map_err(|error| error.to_string())?;
    let Opened::Whole(database) = opened else { return wrong("a whole backup was rebuilt") };
    checks::laws(&database)?;
    let found = checks::digest(&stage::look_at(path));
    match case.played.states[..=case.state].contains(&found) {
        true => Ok(End::Whole),
        false => wrong("it holds what no moment held"),
    }
}

/// Opens it as often as a person would, and looks at everything in between.
fn mended(path: &Path, case: &Case<'_>) -> Result<End, String> {
    let mut end = End::Whole;
    for round in 0..STARTS {
        match salvage::open(path, &stage::key(), scenes::at(round), &told) {
            Err(StoreError::Locked) if end == End::Rebuilt => return wrong("the new file does not open"),
            Err(StoreError::Locked) => return unlocked(path, case),
            Err(error) => return Err(format!("a dead end: {error}")),
            Ok(Opened::Whole(database)) => {
                let waits = database.read(outbox::list).map_err(|error| error.to_string())?;
                if end == End::Whole && case.damage != Damage::Log && waits != case.played.outboxes[case.state] {
                    return wrong("a file that opens lacks some of its outbox");
                }
                if let Some(entry) = waits.iter().find(|entry| end == End::Whole && !case.knows(entry, false)) {
                    return Err(format!("it invents {entry:?}"));
                }
                match database.read(check::full) {
                    Ok(problems) if problems.is_empty() => return Ok(end),
                    Ok(problems) if end == End::Rebuilt => {
                        return Err(format!("the new file is damaged: {problems:?}"));
                    }
                    // What lies deeper is found by reading, and the next start mends it.
                    Ok(_) => database.note_damage(),
                    Err(StoreError::Damaged) => {}
                    Err(error) => return Err(error.to_string()),
                }
            }
            Ok(Opened::Rebuilt { .. }) if end == End::Rebuilt => return wrong("a loop"),
            Ok(Opened::Rebuilt { database, aside, rescued }) => {
                end = End::Rebuilt;
                rebuilt(&database, &aside, &rescued, case)?;
            }
        }
    }
    wrong("it is damaged, and no start mends it")
}

/// A file that does not open keeps what it holds: with its first page as it was, everything is there. The log may have
/// brought that page back by itself.
fn unlocked(path: &Path, case: &Case<'_>) -> Result<End, String> {
    if !matches!(case.damage, Damage::ZeroedPage | Damage::FlippedBit) {
        return Ok(End::Locked);
    }
    if Database::open(path, &stage::key()).is_err() {
        let mut bytes = fs::read(path).unwrap();
        bytes[..PAGE].copy_from_slice(&case.first_page);
        fs::write(path, bytes).unwrap();
    }
    match checks::digest(&stage::look_at(path)) == case.played.states[case.state] {
        true => Ok(End::Locked),
        false => wrong("a file that does not open was changed"),
    }
}

/// What waited is saved or counted as lost, it is said so, everything is read again, and the work goes on.
fn rebuilt(database: &Database, aside: &Path, rescued: &Rescued, case: &Case<'_>) -> Result<(), String> {
    let failed = |error: StoreError| error.to_string();
    let saved = database.read(outbox::list).map_err(failed)?;
    if let Some(entry) = saved.iter().find(|entry| !case.knows(entry, rescued.is_held)) {
        return Err(format!("it invents {entry:?}"));
    }
    let waited = case.played.outboxes[case.state].len() as u64;
    let is_counted = rescued.lost.is_none_or(|lost| case.damage == Damage::Log || lost + rescued.entries == waited);
    if saved.len() as u64 != rescued.entries || !is_counted {
        return Err(format!("{waited} waited, {} are here, and it says {rescued:?}", saved.len()));
    }
    if !aside.exists()
        || database.read(salvage::notice).map_err(failed)?.is_none_or(|said| said != told(aside, rescued))
    {
        return Err("nobody is told where the damaged file is".to_owned());
    }
    let Some(organisation) = database.read(schema::load).map_err(failed)? else { return Ok(()) };
    for table in &organisation.tables {
        let scope = database.read(|reader| cursors::get(reader, &table.name)).map_err(failed)?.scope;
        if scope != Scope::Cold {
            return Err(format!("{} is not read again: {scope:?}", table.name));
        }
    }
    let typed = scenes::creation(7_000, 7_000);
    let append = |tx: &satchel_store::Tx<'_>| outbox::append(tx, &scenes::accounts(), &typed, "Named", scenes::at(70));
    database.write(Durability::Full, append).map_err(failed)?;
    database
        .write(Durability::Full, |tx| outbox::discard(tx, &scenes::accounts(), typed.entry, scenes::at(71)))
        .map_err(failed)?;
    checks::laws(database)
}

#[test]
fn no_damage_is_a_dead_end_and_none_invents_an_edit() {
    let is_campaign = env::var("SATCHEL_DISK_FAULTS").is_ok_and(|how_many| how_many == "all");
    let (first, count) = if is_campaign { (0, CAMPAIGN) } else { (turn() * SHARE, SHARE) };
    let disk = Disk::new();
    let mut repertoire = Repertoire::default();
    let mut ends: BTreeMap<(Damage, End), u64> = BTreeMap::new();
    let mut violations = Vec::new();
    for number in FOUND.into_iter().chain(first..first + count) {
        match check(&disk, &mut repertoire, number) {
            Ok(found) => *ends.entry(found).or_default() += 1,
            Err(why) => violations.push(why),
        }
    }
    violations.iter().for_each(|why| println!("{why}"));
    println!("damaged files {count} from {first} violations {} {ends:?}", violations.len());
    assert!(violations.is_empty(), "{} violations, the first: {}", violations.len(), violations[0]);
    let rebuilt: u64 = ends.iter().filter(|((_, end), _)| *end == End::Rebuilt).map(|(_, count)| count).sum();
    assert!(rebuilt * 4 > count, "{ends:?}");
}
