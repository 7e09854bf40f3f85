//! How the agent does, and the user's word to it.

use std::sync::Arc;

use jiff::Timestamp;
use satchel_domain::{
    FolderId, TableName, connectivity,
    schema::Table,
    scope::{IdSweep, Polled},
};
use satchel_store::{
    Durability, Result as Stored, cursors,
    folders::{self, Listed},
    mailboxes::{self, Mailbox},
    outbox, polled, schema, settings,
};
use satchel_sync::{Event, Status, mail, retry_all};

use crate::{
    app::{App, Phase},
    lanes::{Read, Seen, pull_state, push_state},
    requests::*,
    signing_in::{PAUSED, WORKING_OFFLINE},
};

impl App {
    pub async fn sync_status(self: &Arc<Self>, _request: AskSyncStatus) -> Result<SyncStatus, CommandError> {
        let (desk, now) = (self.desk()?, self.clock.now());
        let status = desk.agent.status();
        let (kept, counts, times) = self
            .on_disk(desk.database, |database| {
                database.read(|reader| Ok((kept_tables(reader)?, outbox::counts(reader)?, Times::of(reader)?)))
            })
            .await?;
        let lanes: Vec<Lane> = kept.into_iter().map(|kept| lane(&status, kept, now)).collect();
        let is_complete = lanes.iter().all(|lane| lane.synced_at.is_some());
        let oldest = lanes.iter().filter_map(|lane| lane.synced_at).reduce(f64::min);
        Ok(SyncStatus {
            connectivity: status.connectivity.into(),
            is_busy: status.is_busy,
            is_paused: status.pace.is_paused,
            synced_at: oldest.filter(|_| is_complete),
            next_at: lanes.iter().filter_map(|lane| lane.next_at).reduce(f64::min),
            outbox: outbox_lane(&status, counts, times, now),
            message: status.message,
            lanes,
            waiting: counted(counts.waiting),
            held: counted(counts.held),
        })
    }

    pub async fn sync_now(self: &Arc<Self>, _request: SyncNow) -> Result<Done, CommandError> {
        let desk = self.desk()?;
        desk.agent.send(Event::SyncNow);
        desk.boxes.send_all(&mail::Event::SyncNow);
        Ok(Done {})
    }

    /// How each mailbox does, all its folders together.
    pub async fn list_mail_lanes(self: &Arc<Self>, _request: ListMailLanes) -> Result<MailLanes, CommandError> {
        let (desk, now) = (self.desk()?, self.clock.now());
        let kept = self
            .on_disk(desk.database, |database| {
                database.read(|reader| {
                    let kept = mailboxes::all(reader)?.into_iter();
                    kept.map(|mailbox| Ok((folders::list(reader, mailbox.id)?, mailbox))).collect::<Stored<Vec<_>>>()
                })
            })
            .await?;
        let lanes = kept
            .iter()
            .map(|(folders, mailbox)| mail_lane(desk.boxes.status(mailbox.id).as_ref(), mailbox, folders, now));
        Ok(MailLanes { mailboxes: lanes.collect() })
    }

    /// The choice is kept over restarts; it is stored before the agents hear of it.
    pub async fn pause_sync(self: &Arc<Self>, request: PauseSync) -> Result<Done, CommandError> {
        let desk = self.desk()?;
        self.on_disk(desk.database, move |database| {
            database.write(Durability::Full, |tx| match request.on {
                true => settings::set(tx, PAUSED, "yes"),
                false => settings::forget(tx, PAUSED),
            })
        })
        .await?;
        desk.agent.send(if request.on { Event::Pause } else { Event::Resume });
        desk.boxes.send_all(if request.on { &mail::Event::Pause } else { &mail::Event::Resume });
        Ok(Done {})
    }

    /// Sends and reads everything at once that waits for its time or may be sent once more.
    pub async fn retry_all(self: &Arc<Self>, _request: RetryAll) -> Result<Done, CommandError> {
        let (desk, now) = (self.desk()?, self.clock.now());
        self.on_disk(desk.database, move |database| database.write(Durability::Full, |tx| retry_all(tx, now))).await?;
        desk.agent.send(Event::Edited);
        desk.agent.send(Event::SyncNow);
        desk.boxes.send_all(&mail::Event::SyncNow);
        Ok(Done {})
    }

    /// The choice is kept over restarts; it is stored before the agent hears of it.
    pub async fn work_offline(self: &Arc<Self>, request: WorkOffline) -> Result<Done, CommandError> {
        let desk = self.desk()?;
        self.on_disk(desk.database, move |database| {
            database.write(Durability::Full, |tx| match request.on {
                true => settings::set(tx, WORKING_OFFLINE, "yes"),
                false => settings::forget(tx, WORKING_OFFLINE),
            })
        })
        .await?;
        desk.agent.send(if request.on { Event::GoOffline } else { Event::GoOnline });
        desk.boxes.send_all(if request.on { &mail::Event::GoOffline } else { &mail::Event::GoOnline });
        Ok(Done {})
    }

    /// What the window should show now.
    pub(crate) async fn shown(self: &Arc<Self>) -> Result<Start, CommandError> {
        let desk = match self.phase() {
            Phase::Barred(start) => return Ok(start),
            Phase::Shut | Phase::Open(_) => return Ok(self.first_page(self.notice().await?)),
            Phase::Working(desk) => desk,
        };
        let organisation = self.on_disk(desk.database, |database| database.read(schema::load)).await?;
        Ok(Start::Ready {
            organisation: host(&desk.membership.connection.organisation).to_owned(),
            user: organisation.map(|organisation| organisation.user_name).unwrap_or_default(),
            notice: self.notice().await?,
        })
    }
}

/// A table as the database has it.
#[derive(Debug)]
struct KeptTable {
    name: TableName,
    label: String,
    kept: cursors::Kept,
    polled: Option<Polled>,
}

fn kept_tables(reader: &satchel_store::Reader<'_>) -> Stored<Vec<KeptTable>> {
    let organisation = schema::load(reader)?;
    let tables = organisation.into_iter().flat_map(|organisation| organisation.tables);
    let kept = |table: Table| {
        let (kept, polled) = (cursors::get(reader, &table.name)?, polled::of(reader, &table.name)?);
        Ok(KeptTable { name: table.name, label: table.plural_label, kept, polled })
    };
    tables.map(kept).collect()
}

/// The times of the outbox.
#[derive(Clone, Copy, Debug)]
struct Times {
    /// When the oldest entry was made.
    oldest: Option<Timestamp>,
    due: Option<Timestamp>,
}

impl Times {
    fn of(reader: &satchel_store::Reader<'_>) -> Stored<Self> {
        let oldest = outbox::oldest(reader)?;
        // What was just made was not due before.
        let due = outbox::next_due(reader)?.map(|due| oldest.map_or(due, |made| made.max(due)));
        Ok(Self { oldest, due })
    }
}

fn outbox_lane(status: &Status, counts: outbox::Counts, times: Times, now: Timestamp) -> OutboxLane {
    let seen = Seen { connectivity: status.connectivity, pace: status.pace, due: times.due };
    let is_failing = status.pace.failing_since.is_some() && counts.waiting > 0;
    OutboxLane {
        state: push_state(&seen, counts.waiting, counts.held, status.playback_failing_since, now),
        since: times.oldest.map(milliseconds),
        next_at: seen.next_at().filter(|_| counts.waiting > 0).map(milliseconds),
        message: status.message.clone().filter(|_| is_failing),
    }
}

fn lane(status: &Status, table: KeptTable, now: Timestamp) -> Lane {
    let KeptTable { name, label, kept, polled } = table;
    let asked = status.lanes.iter().find(|lane| lane.table == name);
    let problem = asked.and_then(|lane| lane.problem.clone());
    let due = asked.map(|lane| lane.due);
    let seen = Seen { connectivity: status.connectivity, pace: status.pace, due };
    let state = pull_state(&seen, Read::of([&kept.scope]), problem.is_some(), now);
    Lane {
        table: name.as_str().to_owned(),
        label,
        rows: counted(kept.rows),
        state,
        synced_at: kept.synced_at.map(milliseconds),
        next_at: seen.next_at().map(milliseconds),
        message: told(state, problem, &status.message),
        polled: polled.map(|Polled { why, sweep }| {
            let swept_at = match sweep {
                IdSweep::Resting { ended_at } => ended_at.map(milliseconds),
                IdSweep::Listing { .. } | IdSweep::Reading { .. } => None,
            };
            PolledLane { why, swept_at }
        }),
    }
}

fn mail_lane(status: Option<&mail::Status>, mailbox: &Mailbox, folders: &[Listed], now: Timestamp) -> MailLane {
    let synced_at = folders.iter().map(|listed| listed.synced_at).min().flatten();
    let rows = counted(folders.iter().map(|listed| listed.total).sum());
    let (id, label) = (mailbox.id.to_string(), mailbox.address.clone());
    let Some(status) = status else {
        // Its password is not here, or nobody signed in to its service since.
        let message = Some("This mailbox is not connected. Sign in again, or add it once more.".to_owned());
        let (state, synced_at) = (LaneState::Failed, synced_at.map(milliseconds));
        return MailLane { mailbox: id, label, rows, state, synced_at, next_at: None, message };
    };
    let seen = Seen { connectivity: status.connectivity, pace: status.pace, due: status.due };
    let folder =
        |id: &FolderId| folders.iter().find(|listed| &listed.folder.id == id).map_or("", |listed| &*listed.folder.name);
    let of_folder =
        |lane: &mail::Lane| lane.problem.as_ref().map(|problem| format!("{}: {problem}", folder(&lane.folder)));
    // While the line gets through, a message is that of the list of folders.
    let problem = match status.pace.failing_since {
        Some(_) => None,
        None => status.message.clone().or_else(|| status.lanes.iter().find_map(of_folder)),
    };
    let state = pull_state(&seen, Read::of(folders.iter().map(|listed| &listed.scope)), problem.is_some(), now);
    MailLane {
        mailbox: id,
        label,
        rows,
        state,
        synced_at: synced_at.map(milliseconds),
        next_at: seen.next_at().map(milliseconds),
        message: told(state, problem, &status.message),
    }
}

/// Why a lane stands as it does: its own words, or those of its service.
fn told(state: LaneState, own: Option<String>, service: &Option<String>) -> Option<String> {
    match state {
        LaneState::Failed => own,
        LaneState::Retrying | LaneState::Stalled | LaneState::SignedOut => own.or_else(|| service.clone()),
        LaneState::Cold
        | LaneState::Backfilling
        | LaneState::UpToDate
        | LaneState::Late
        | LaneState::Waiting
        | LaneState::Held
        | LaneState::Paused
        | LaneState::Offline => None,
    }
}

/// The page counts in 32 bits.
fn counted(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn milliseconds(at: Timestamp) -> f64 {
    at.as_millisecond() as f64
}

/// The part of an address that a person knows the organisation by.
fn host(address: &str) -> &str {
    address.split("://").nth(1).unwrap_or(address).split('/').next().unwrap_or(address)
}

impl From<connectivity::Connectivity> for Connectivity {
    fn from(connectivity: connectivity::Connectivity) -> Self {
        use connectivity::Connectivity as C;
        match connectivity {
            C::Online => Self::Online,
            C::Unreachable => Self::Unreachable,
            C::WorkingOffline => Self::WorkingOffline,
            C::SignedOut => Self::SignedOut,
        }
    }
}

impl From<satchel_store::Topic> for Topic {
    fn from(topic: satchel_store::Topic) -> Self {
        use satchel_store::Topic as T;
        match topic {
            T::Start => Self::Start,
            T::Records => Self::Records,
            T::Sync => Self::Sync,
            T::Outbox => Self::Outbox,
            T::Mail => Self::Mail,
        }
    }
}
