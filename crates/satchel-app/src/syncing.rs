//! How the agent does, and the user's word to it.

use std::sync::Arc;

use jiff::Timestamp;
use satchel_domain::{TableName, connectivity, scope::Scope};
use satchel_store::{Durability, Result as Stored, cursors, outbox, schema, settings};
use satchel_sync::{Event, Status, mail};

use crate::{
    app::{App, Phase},
    requests::*,
    signing_in::WORKING_OFFLINE,
};

impl App {
    pub async fn sync_status(self: &Arc<Self>, _request: AskSyncStatus) -> Result<SyncStatus, CommandError> {
        let desk = self.desk()?;
        let status = desk.agent.status();
        let (kept, counts) = self
            .on_disk(desk.database, |database| {
                database.read(|reader| Ok((kept_tables(reader)?, outbox::counts(reader)?)))
            })
            .await?;
        let lanes: Vec<Lane> =
            kept.into_iter().map(|(table, label, kept)| lane(&status, &table, label, kept)).collect();
        let is_complete = lanes.iter().all(|lane| lane.synced_at.is_some());
        let oldest = lanes.iter().filter_map(|lane| lane.synced_at).reduce(f64::min);
        Ok(SyncStatus {
            connectivity: status.connectivity.into(),
            is_busy: status.is_busy,
            synced_at: oldest.filter(|_| is_complete),
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
            Phase::Shut | Phase::Open(_) => return Ok(self.first_page()),
            Phase::Working(desk) => desk,
        };
        let organisation = self.on_disk(desk.database, |database| database.read(schema::load)).await?;
        Ok(Start::Ready {
            organisation: host(&desk.membership.connection.organisation).to_owned(),
            user: organisation.map(|organisation| organisation.user_name).unwrap_or_default(),
            notice: self.notice(),
        })
    }
}

fn kept_tables(reader: &satchel_store::Reader<'_>) -> Stored<Vec<(TableName, String, cursors::Kept)>> {
    let organisation = schema::load(reader)?;
    let tables = organisation.into_iter().flat_map(|organisation| organisation.tables);
    tables.map(|table| Ok((table.name.clone(), table.plural_label, cursors::get(reader, &table.name)?))).collect()
}

fn lane(status: &Status, table: &TableName, label: String, kept: cursors::Kept) -> Lane {
    let problem = status.lanes.iter().find(|lane| &lane.table == table).and_then(|lane| lane.problem.clone());
    let state = match (&problem, &kept.scope) {
        (Some(_), _) => LaneState::Failed,
        (None, Scope::Cold) => LaneState::Cold,
        (None, Scope::Backfilling { .. } | Scope::Sweeping { .. }) => LaneState::Backfilling,
        (None, Scope::Live { .. }) => LaneState::UpToDate,
    };
    Lane {
        table: table.as_str().to_owned(),
        label,
        rows: counted(kept.rows),
        state,
        synced_at: kept.synced_at.map(milliseconds),
        message: problem,
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
