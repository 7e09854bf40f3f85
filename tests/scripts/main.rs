//! Two hundred scripts, each lived twice: by the agent before the model CRM, and by the same agent through the adapter,
//! over https, before the demo organisation. Both lives must end alike.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test that cannot go on says so by failing")]

mod device;
mod model;
mod script;
mod wire;
mod worlds;

use std::{collections::BTreeMap, sync::Arc};

use satchel_testkit::ModelCrm;

use crate::{
    device::Device,
    model::{Armed, Wired},
    script::{Deed, RECORDS, Script},
    worlds::{Modelled, Served, World},
};

const SCRIPTS: u64 = 200;

/// What a life comes to.
#[derive(Debug, PartialEq)]
struct End {
    /// What was held or waiting before the user had the last word.
    outbox: Vec<String>,
    /// What is left after it.
    left: Vec<String>,
    /// Each record as the service has it, and as the user sees it.
    rows: Vec<[Option<BTreeMap<String, String>>; 2]>,
}

async fn live(script: &Script, world: &dyn World, mut device: Device) -> End {
    for place in 0..2 {
        world.make(script.record(place), script.name(place)).await;
    }
    device.rest().await;
    for deed in &script.deeds {
        match deed {
            Deed::Saves(..) | Deed::Makes(..) | Deed::Deletes(_) => device.user(script, deed),
            Deed::OtherSaves(place, column, value) => world.change(script.record(*place), column, value).await,
            Deed::OtherDeletes(place) => world.delete(script.record(*place)).await,
            Deed::Meets(call, fault) => world.armed().add(*call, *fault),
            Deed::Cut => world.cut(true),
            Deed::Heal => world.cut(false),
            Deed::Sync => {
                device.tell(satchel_sync::Event::SyncNow);
                device.rest().await;
            }
            Deed::Wait(seconds) => device.wait(*seconds).await,
        }
    }
    world.armed().clear();
    world.cut(false);
    settle(&mut device).await;
    let outbox = device.outbox(script);
    device.decide(script.ending);
    settle(&mut device).await;
    let mut rows = Vec::new();
    for place in 0..RECORDS {
        let id = script.record(place);
        rows.push([world.row(id).await, device.shown(id).map(|record| worlds::words(&record))]);
    }
    End { outbox, left: device.outbox(script), rows }
}

/// Longer than an entry waits that failed three times, and the user's word before and after.
async fn settle(device: &mut Device) {
    for seconds in [70, 5] {
        device.tell(satchel_sync::Event::SyncNow);
        device.wait(seconds).await;
    }
}

#[tokio::test]
async fn two_hundred_scripts_end_over_https_as_in_the_model() {
    // Two profiles for each: where there is memory for them, no disk is written.
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
    let served = Served::start(folder.path()).await;
    let (mut held, mut differ) = (0, Vec::new());
    for number in 0..SCRIPTS {
        let script = Script::draw(number);
        let modelled = Modelled(Wired { crm: ModelCrm::sample(), armed: Armed::default(), is_cut: Arc::default() });
        let path = folder.path().join(format!("model{number}.db"));
        let here = live(&script, &modelled, Device::open(&path, modelled.crm())).await;
        let path = folder.path().join(format!("wire{number}.db"));
        std::fs::copy(served.profile(), &path).unwrap();
        let there = live(&script, &served, Device::open(&path, served.crm())).await;
        held += usize::from(!here.outbox.is_empty());
        if here != there {
            differ.push(format!("{script}in the model: {here:#?}\nover https: {there:#?}"));
        }
    }
    let met = served.met();
    println!("{SCRIPTS} scripts, {held} with something held at their end; met over https: {met:?}");
    assert!(differ.is_empty(), "{} of {SCRIPTS} end otherwise; the first:\n{}", differ.len(), differ[0]);
    // A fault that is never met proves nothing.
    assert!(met.len() >= 20 && met.values().sum::<u32>() >= 200 && held >= 30, "{held} {met:?}");
}
