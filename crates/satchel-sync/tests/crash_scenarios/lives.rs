//! Plays a scenario once, and then a life after each way in which the first may have ended.

use std::{collections::BTreeSet, ops::AddAssign};

use jiff::Timestamp;
use satchel_crashfs::{Cut, Disk, Image, Recording};
use satchel_testkit::model_crm::BEGINNING;

use crate::{
    device::{self, Device},
    script::{Scenario, Services, Step},
    verdict::{self, Holdings},
};

/// Ways in which what was not synced may have arrived in part, tried at each cut.
const POWER_CUTS: u64 = 12;

/// Where a first life stood when something was done.
#[derive(Debug)]
struct Moment {
    /// The step of the script that is under way.
    step: usize,
    services: Services,
    now: Timestamp,
}

#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) moments: usize,
    pub(crate) kills: usize,
    pub(crate) violations: Vec<String>,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.moments += other.moments;
        self.kills += other.kills;
        self.violations.extend(other.violations);
    }
}

/// A first life, recorded.
struct First {
    recording: Recording,
    moments: Vec<Moment>,
    end: Holdings,
}

/// Goes through the script from that step on; `each` hears which step is under way after everything that was done.
async fn go_on(
    device: &mut Device,
    services: &Services,
    (scenario, script): (&Scenario, &[Step]),
    from: usize,
    mut each: impl FnMut(&Device, usize),
) -> Result<(), String> {
    for (at, step) in script.iter().enumerate().skip(from) {
        match step {
            Step::User(deed) => device.save(*deed, scenario.saves).map_err(|error| format!("a save fails: {error}"))?,
            Step::Others(deed) => deed(services),
            Step::Calm => device.calm(|device| each(device, at)).await?,
        }
        each(device, at + 1);
    }
    Ok(())
}

async fn first(disk: &Disk, scenario: &Scenario) -> First {
    let services = Services::new();
    disk.load(device::new_profile(scenario.has_mail));
    let mut device = Device::start(disk, &services, scenario.has_mail, BEGINNING).unwrap();
    go_on(&mut device, &services, (scenario, &scenario.before), 0, |_, _| {}).await.unwrap();
    let now = device.now;
    drop(device);

    disk.record();
    let mut moments = vec![Moment { step: 0, services: services.fork(), now }];
    disk.mark(0);
    let mut device = Device::start(disk, &services, scenario.has_mail, now).unwrap();
    let note = |device: &Device, step: usize| {
        disk.mark(moments.len() as u64);
        moments.push(Moment { step, services: services.fork(), now: device.now });
    };
    go_on(&mut device, &services, (scenario, &scenario.script), 0, note).await.unwrap();
    let end = verdict::holdings(&services);
    verdict::check(&device, &services, &end).unwrap();
    drop(device);
    First { recording: disk.recorded(), moments, end }
}

/// Before each commit and after it, and on both sides of each sync.
fn cuts(recording: &Recording) -> BTreeSet<usize> {
    let after_words = recording.promises().into_iter().skip(1).step_by(2);
    recording.syncs().into_iter().chain(after_words).collect()
}

/// What the disk may hold then, each but once.
fn images(recording: &Recording, cut: usize) -> Vec<(Cut, Image)> {
    let mut images: Vec<(Cut, Image)> = Vec::new();
    let power = (0..POWER_CUTS).map(|number| Cut::Power(cut as u64 * POWER_CUTS + number));
    for how in [Cut::Kill, Cut::Forgetful].into_iter().chain(power) {
        let image = recording.image(cut, how);
        if images.iter().all(|(_, known)| *known != image) {
            images.push((how, image));
        }
    }
    images
}

/// Another life, from what is left.
async fn live(disk: &Disk, scenario: &Scenario, from: &Moment, image: Image, end: &Holdings) -> Result<(), String> {
    disk.load(image);
    let services = from.services.fork();
    let started = Device::start(disk, &services, scenario.has_mail, from.now);
    let mut device = started.map_err(|error| format!("it does not open: {error}"))?;
    go_on(&mut device, &services, (scenario, &scenario.script), from.step, |_, _| {}).await?;
    device.calm(|_| {}).await?;
    verdict::check(&device, &services, end)?;
    // I6: nothing is left to be said.
    let (writes, posts) = (services.crm.writes(), services.mailbox.writes());
    device.calm(|_| {}).await?;
    match (services.crm.writes(), services.mailbox.writes()) == (writes, posts) {
        true => Ok(()),
        false => Err("I6: it goes on writing".to_owned()),
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(future)
}

pub(crate) fn play(scenario: &Scenario) -> Tally {
    let disk = Disk::new();
    let first = block_on(first(&disk, scenario));
    let mut tally = Tally { moments: first.moments.len(), ..Tally::default() };
    for cut in cuts(&first.recording) {
        let Some(last) = first.recording.marks(cut).last().copied() else { continue };
        let from = &first.moments[usize::try_from(last).unwrap()];
        for (how, image) in images(&first.recording, cut) {
            tally.kills += 1;
            if let Err(why) = block_on(live(&disk, scenario, from, image, &first.end)) {
                tally.violations.push(format!(
                    "\"{}\", killed at {cut} ({how:?}), moment {last}, step {}: {why}",
                    scenario.name, from.step
                ));
            }
        }
    }
    tally
}
