//! `sync`: waits until the agent has sent and read everything, and says how it goes.

use std::{collections::BTreeMap, time::Duration};

use satchel_app::requests::{AskSyncStatus, Connectivity, Lane, LaneState, OutboxEntry, OutboxState, SyncStatus};
use serde_json::json;
use tokio::time::{Instant, timeout_at};

use crate::{
    ending::{Ending, Stop},
    opening::Opened,
    outbox,
    printing::Printer,
};

/// Waits until every table is level with CRM and nothing of the outbox can go on by itself.
pub(crate) async fn sync(profile: &Opened, limit: Duration, printer: Printer) -> Result<(), Stop> {
    let deadline = Instant::now() + limit;
    let mut shown = BTreeMap::new();
    loop {
        let status = profile.app.sync_status(AskSyncStatus {}).await?;
        show(&status, profile.since, &mut shown, printer);
        let entries = if status.waiting == 0 { Vec::new() } else { outbox::entries(profile).await? };
        if let Some(ended) = judge(&status, &entries, profile.since) {
            let said = ended?;
            return printer.say(&said, &json!({ "tables": status.lanes, "held": status.held }));
        }
        if timeout_at(deadline, profile.changed.notified()).await.is_err() {
            let waits = outbox::sentence(&outbox::entries(profile).await?);
            let message = format!("It took longer than {} seconds, so it was left. {waits}", limit.as_secs());
            return Err(Stop::new(Ending::Offline, message));
        }
    }
}

/// How it ended; none while it goes on. What was read after `since` (milliseconds since 1970) is fresh.
fn judge(status: &SyncStatus, entries: &[OutboxEntry], since: f64) -> Option<Result<String, Stop>> {
    let why = || status.message.clone().unwrap_or_default();
    match status.connectivity {
        Connectivity::SignedOut => {
            return Some(Err(Stop::new(Ending::SignInNeeded, format!("{} Sign in again with `connect`.", why()))));
        }
        Connectivity::WorkingOffline => {
            let message = "This profile works offline, as chosen in its window. Choose to work online there first.";
            return Some(Err(Stop::new(Ending::Offline, message)));
        }
        Connectivity::Unreachable if !status.is_busy => {
            return Some(Err(Stop::new(Ending::Offline, format!("{} What waits here stays safe.", why()))));
        }
        Connectivity::Unreachable | Connectivity::Online => {}
    }
    if status.is_paused {
        let message = "Sync is paused, as chosen in this profile's window. Resume it there first.";
        return Some(Err(Stop::new(Ending::Offline, message)));
    }
    let is_settled = |lane: &Lane| lane.state == LaneState::Failed || is_fresh(lane, since);
    if status.is_busy || status.lanes.is_empty() || !status.lanes.iter().all(is_settled) {
        return None;
    }
    // Later ones wait for the user with what they stand behind.
    if entries.iter().any(|entry| matches!(entry.state, OutboxState::Waiting | OutboxState::Sending)) {
        return None;
    }
    if let Some(lane) = status.lanes.iter().find(|lane| lane.state == LaneState::Failed) {
        let why = lane.message.clone().unwrap_or_default();
        return Some(Err(Stop::new(Ending::Refused, format!("{} could not be read: {why}", lane.label))));
    }
    let rows: u32 = status.lanes.iter().map(|lane| lane.rows).sum();
    match status.held {
        0 => Some(Ok(format!("Level with CRM: {rows} records in {} tables.", status.lanes.len()))),
        held => Some(Err(Stop::new(
            Ending::Refused,
            format!("{held} waiting for you: see `outbox`. The rest is level with CRM."),
        ))),
    }
}

/// Of a table that is polled, what is gone was looked for, too.
fn is_fresh(lane: &Lane, since: f64) -> bool {
    let is_swept = lane.polled.as_ref().is_none_or(|polled| polled.swept_at.is_some_and(|at| at >= since));
    lane.state == LaneState::UpToDate && lane.synced_at.is_some_and(|at| at >= since) && is_swept
}

/// A line for each table that was read, or that could not be, since the last look.
fn show(status: &SyncStatus, since: f64, shown: &mut BTreeMap<String, (LaneState, u32)>, printer: Printer) {
    for lane in &status.lanes {
        let word = match lane.state {
            LaneState::UpToDate if is_fresh(lane, since) => "up to date",
            LaneState::Backfilling => "being read",
            LaneState::Failed => "failed",
            LaneState::Cold
            | LaneState::UpToDate
            | LaneState::Late
            | LaneState::Waiting
            | LaneState::Held
            | LaneState::Retrying
            | LaneState::Paused
            | LaneState::Offline
            | LaneState::SignedOut
            | LaneState::Stalled => continue,
        };
        let now = (lane.state, lane.rows);
        if shown.insert(lane.table.clone(), now) != Some(now) {
            printer.tell(&format!("{}: {} rows, {word}", lane.label, lane.rows));
        }
    }
}

#[cfg(test)]
mod tests {
    use satchel_app::requests::{OutboxLane, PolledLane};

    use super::*;

    fn lane(state: LaneState, synced_at: f64) -> Lane {
        let text = |text: &str| text.to_owned();
        Lane {
            table: text("account"),
            label: text("Accounts"),
            rows: 2,
            state,
            synced_at: Some(synced_at),
            next_at: None,
            message: Some(text("no.")),
            polled: None,
        }
    }

    fn status(connectivity: Connectivity, lanes: Vec<Lane>) -> SyncStatus {
        SyncStatus {
            connectivity,
            is_busy: false,
            is_paused: false,
            synced_at: None,
            next_at: None,
            outbox: OutboxLane { state: LaneState::UpToDate, since: None, next_at: None, message: None },
            message: Some("It is away.".to_owned()),
            lanes,
            waiting: 0,
            held: 0,
        }
    }

    #[track_caller]
    fn ends(status: &SyncStatus, expected: Option<Ending>) {
        let ending = judge(status, &[], 10.0).map(|ended| ended.map_or_else(|stop| stop.ending, |_| Ending::Done));
        assert_eq!(ending, expected);
    }

    #[test]
    fn it_ends_when_every_table_was_read_since_the_start() {
        use Connectivity::Online;
        ends(&status(Online, vec![lane(LaneState::UpToDate, 10.0)]), Some(Ending::Done));
        ends(&status(Online, vec![lane(LaneState::UpToDate, 9.0)]), None);
        ends(&status(Online, vec![lane(LaneState::Backfilling, 11.0)]), None);
        ends(&status(Online, Vec::new()), None);
        let polled = |swept_at| {
            let polled = Some(PolledLane { why: "no.".to_owned(), swept_at });
            status(Online, vec![Lane { polled, ..lane(LaneState::UpToDate, 10.0) }])
        };
        ends(&polled(Some(10.0)), Some(Ending::Done));
        ends(&polled(Some(9.0)), None);
        ends(&polled(None), None);
        ends(&SyncStatus { is_busy: true, ..status(Online, vec![lane(LaneState::UpToDate, 10.0)]) }, None);
    }

    #[test]
    fn what_only_the_user_can_mend_has_a_code_of_its_own() {
        ends(&status(Connectivity::Unreachable, Vec::new()), Some(Ending::Offline));
        ends(&status(Connectivity::WorkingOffline, Vec::new()), Some(Ending::Offline));
        let paused = SyncStatus { is_paused: true, ..status(Connectivity::Online, Vec::new()) };
        ends(&paused, Some(Ending::Offline));
        ends(&status(Connectivity::SignedOut, Vec::new()), Some(Ending::SignInNeeded));
        let held = SyncStatus { held: 1, ..status(Connectivity::Online, vec![lane(LaneState::UpToDate, 10.0)]) };
        ends(&held, Some(Ending::Refused));
        ends(&status(Connectivity::Online, vec![lane(LaneState::Failed, 1.0)]), Some(Ending::Refused));
    }
}
