//! Many seeds: on every core, counted, and the first that breaks a promise shrunk and written down.

use std::{
    collections::BTreeMap,
    fs::{self, OpenOptions},
    io::Write as _,
    ops::Range,
    panic::{self, AssertUnwindSafe},
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Instant,
};

use tempfile::TempDir;
use tokio::runtime::{Builder, Runtime};

use crate::{
    coverage::Coverage,
    device,
    dice::Trace,
    plan::{HORIZON, Plan, plan},
    plants::Plant,
    shrink::shrink,
    violation::{Outcome, Violation},
    world::World,
};

/// Seeds that once broke a promise, replayed for ever.
const REGRESSIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/simulation/regressions.txt");

/// How one run went.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) outcome: Outcome<()>,
    pub(crate) trace: Trace,
    pub(crate) events: u64,
    pub(crate) coverage: Coverage,
}

/// A place to run worlds in, one after the other: a folder in memory where there is one, and a runtime of one thread.
#[derive(Debug)]
pub(crate) struct Bench {
    folder: TempDir,
    templates: [PathBuf; 4],
    runtime: Runtime,
}

impl Bench {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
        let runtime = Builder::new_current_thread().enable_time().max_blocking_threads(1).build().expect("a runtime");
        Self { templates: device::templates(folder.path()), folder, runtime }
    }

    pub(crate) fn run(&self, plan: &Plan, plant: Option<Plant>, is_told: bool) -> Run {
        let folder = self.folder.path().join("world");
        fs::create_dir_all(&folder).expect("a folder for the devices");
        let run = self.run_in(plan, &folder, plant, is_told);
        fs::remove_dir_all(&folder).expect("an empty bench");
        run
    }

    fn run_in(&self, plan: &Plan, folder: &Path, plant: Option<Plant>, is_told: bool) -> Run {
        let mut world =
            self.runtime.block_on(World::new(plan, folder, &self.templates[device::template_of(&plan.config)], plant));
        world.is_told = is_told;
        let lived = panic::catch_unwind(AssertUnwindSafe(|| {
            self.runtime.block_on(async {
                world.run_to(HORIZON * 1000).await?;
                world.end().await
            })
        }));
        let outcome = lived.unwrap_or_else(|panic| {
            let said = panic.downcast_ref::<String>().cloned();
            let said = said.or_else(|| panic.downcast_ref::<&str>().map(|said| (*said).to_owned()));
            Err(Violation::new("I20", format!("a panic: {}", said.unwrap_or_default())))
        });
        Run { outcome, trace: world.trace, events: world.step, coverage: std::mem::take(&mut world.coverage) }
    }
}

/// What a range of seeds came to.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) seeds: u64,
    pub(crate) events: u64,
    pub(crate) faults: u64,
    pub(crate) fewest_events: u64,
    pub(crate) fewest_faults: u64,
    pub(crate) coverage: Coverage,
    pub(crate) violations: Vec<(u64, Violation)>,
    pub(crate) minutes: f64,
}

/// Runs the seeds on every core until they are done or one of them fails; `most` violations are enough.
pub(crate) fn campaign(seeds: Range<u64>, plant: Option<Plant>, most: usize) -> Tally {
    let begun = Instant::now();
    let tally = Mutex::new(Tally { fewest_events: u64::MAX, fewest_faults: u64::MAX, ..Tally::default() });
    on_every_core(seeds, plant, |seed, run| {
        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.count(seed, run);
        tally.violations.len() < most
    });
    let mut tally = tally.into_inner().unwrap_or_else(PoisonError::into_inner);
    tally.violations.sort_by_key(|(seed, _)| *seed);
    tally.minutes = begun.elapsed().as_secs_f64() / 60.0;
    tally
}

/// The fingerprint of each seed.
pub(crate) fn traces(seeds: Range<u64>) -> BTreeMap<u64, Trace> {
    let traces = Mutex::new(BTreeMap::new());
    on_every_core(seeds, None, |seed, run| {
        traces.lock().unwrap_or_else(PoisonError::into_inner).insert(seed, run.trace);
        true
    });
    traces.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// Runs each seed once, for as long as `goes_on` says so.
fn on_every_core(seeds: Range<u64>, plant: Option<Plant>, goes_on: impl Fn(u64, Run) -> bool + Sync) {
    let (next, is_over) = (AtomicU64::new(seeds.start), AtomicBool::new(false));
    let workers = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let bench = Bench::new();
                while !is_over.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds.end {
                        return;
                    }
                    let run = bench.run(&plan(seed), plant, false);
                    is_over.fetch_or(!goes_on(seed, run), Ordering::Relaxed);
                }
            });
        }
    });
}

impl Tally {
    fn count(&mut self, seed: u64, run: Run) {
        let faults = run.coverage.brought;
        self.seeds += 1;
        self.events += run.events;
        self.faults += faults;
        match run.outcome {
            Err(violation) => self.violations.push((seed, violation)),
            Ok(()) => {
                self.fewest_events = self.fewest_events.min(run.events);
                self.fewest_faults = self.fewest_faults.min(faults);
            }
        }
        self.coverage.add(&run.coverage);
    }

    /// The last line of a campaign.
    pub(crate) fn line(&self) -> String {
        let Self { seeds, events, faults, minutes, .. } = self;
        let violations = self.violations.len();
        let pace = *seeds as f64 / minutes.max(0.001);
        format!(
            "seeds {seeds} · events {events} · faults {faults} · violations {violations} · minutes {minutes:.2} · \
             {pace:.0} seeds a minute"
        )
    }
}

/// Says everything about a seed that broke a promise: how to see it again, and the shortest list of events that does it.
pub(crate) fn explain(seed: u64, violation: &Violation, plant: Option<Plant>) -> String {
    let bench = Bench::new();
    let short = shrink(&bench, plan(seed), violation, plant);
    let lines: Vec<_> =
        short.items.iter().map(|item| format!("  {:>9.3}s {:?}", item.at as f64 / 1000.0, item.what)).collect();
    format!(
        "{violation}\n  again: cargo xtask campaign simulate --seed {seed:#x}\n  {:?}\n  {} events are enough:\n{}",
        short.config,
        short.items.len(),
        lines.join("\n")
    )
}

/// Appends a seed, with what it broke.
pub(crate) fn remember(seed: u64, violation: &Violation) {
    if regressions().contains(&seed) {
        return;
    }
    let line = format!("{seed:#x} {}\n", violation.invariant);
    let file = OpenOptions::new().append(true).create(true).open(REGRESSIONS);
    file.and_then(|mut file| file.write_all(line.as_bytes())).expect("regressions.txt takes a line");
}

pub(crate) fn regressions() -> Vec<u64> {
    let text = fs::read_to_string(REGRESSIONS).unwrap_or_default();
    let lines = text.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| seed_of(line.split_whitespace().next()?)).collect()
}

/// `0x1f` or `31`.
pub(crate) fn seed_of(word: &str) -> Option<u64> {
    match word.strip_prefix("0x") {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => word.parse().ok(),
    }
}
