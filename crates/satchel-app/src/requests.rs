//! Requests and replies, as they cross to the page.

mod conflicts;
mod editing;
mod mail;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use conflicts::*;
pub use editing::*;
pub use mail::*;

macro_rules! wire {
    ($($(#[$doc:meta])* $vis:vis struct $name:ident { $($(#[$field_doc:meta])* $field:ident: $kind:ty),* $(,)? })*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
            #[serde(rename_all = "camelCase")]
            $vis struct $name { $($(#[$field_doc])* pub $field: $kind),* }
        )*
    };
}

use wire;

wire! {
    pub struct AskStart {}
    pub struct TryDemo {}
    /// A real organisation: its address, and the app registration that signs in to it.
    pub struct Connect { organisation: String, client_id: String, tenant: String }
    pub struct SignInAgain {}
    pub struct CancelSignIn {}
    /// Where there is no keyring: the passphrase that opens the database, or makes it.
    pub struct UsePassphrase { passphrase: String }
    pub struct SetFileAside {}
    /// The user has read `notice` of [`Start`].
    pub struct DismissNotice { notice: String }
    pub struct AskSyncStatus {}
    pub struct SyncNow {}
    pub struct ListMailLanes {}
    /// Nothing is sent or read until the user says so, also after a restart.
    pub struct PauseSync { on: bool }
    /// Everything at once that waits for its time, and that CRM refused or answered with nonsense. What may be in CRM already
    /// stays with the user.
    pub struct RetryAll {}
    pub struct WorkOffline { on: bool }
    pub struct ListTables {}
    /// `count` rows from `first`; `filter` is what every row must contain in one of its shown columns.
    pub struct ListRecords { table: String, first: u32, count: u32, sort: Option<Sort>, filter: String }
    pub struct ReadRecord { table: String, id: String }

    /// It was done; what it changed follows as topics.
    pub struct Done {}
    pub struct Sort { column: String, descending: bool }
    pub struct Tables { tables: Vec<TableHead> }
    /// A table that is kept here, and the columns of its list.
    pub struct TableHead { table: String, label: String, plural_label: String, columns: Vec<ColumnHead> }
    pub struct ColumnHead { column: String, label: String, kind: CellKind }
    /// `total` counts all rows that pass the filter.
    pub struct RecordBlock { total: u32, first: u32, rows: Vec<RecordRow> }
    /// `cells` stand in the order of the table's columns.
    pub struct RecordRow { id: String, name: String, cells: Vec<Cell>, standing: Standing }
    pub struct RecordPage { table: String, table_label: String, id: String, name: String, standing: Standing, fields: Vec<Field> }
    /// `may_edit` says that a save may carry it. `was` is what CRM has while an edit waits.
    pub struct Field {
        column: String,
        label: String,
        kind: CellKind,
        is_required: bool,
        may_edit: bool,
        cell: Cell,
        was: Option<Cell>,
        rule: FieldRule,
    }

    /// `synced_at` is the age of the oldest table, in milliseconds since 1970; none until all were read once.
    pub struct SyncStatus {
        connectivity: Connectivity,
        is_busy: bool,
        is_paused: bool,
        synced_at: Option<f64>,
        /// When CRM is asked next; none while it may not be.
        next_at: Option<f64>,
        /// What the user should know or do, when there is something.
        message: Option<String>,
        lanes: Vec<Lane>,
        outbox: OutboxLane,
        waiting: u32,
        held: u32,
    }
    /// One table being pulled. `next_at` is when it is asked next; none while it may not be.
    pub struct Lane {
        table: String,
        label: String,
        rows: u32,
        state: LaneState,
        synced_at: Option<f64>,
        next_at: Option<f64>,
        message: Option<String>,
        /// None where CRM tells what changed.
        polled: Option<PolledLane>,
    }
    /// A table of which CRM tells no changes, and why not. `swept_at` is when its ids were last looked through for what is
    /// gone.
    pub struct PolledLane { why: String, swept_at: Option<f64> }
    /// What is sent to CRM. `since` is how long the oldest entry is there.
    pub struct OutboxLane { state: LaneState, since: Option<f64>, next_at: Option<f64>, message: Option<String> }
    pub struct MailLanes { mailboxes: Vec<MailLane> }
    /// One mailbox being read, all its folders together.
    pub struct MailLane {
        mailbox: String,
        label: String,
        rows: u32,
        state: LaneState,
        synced_at: Option<f64>,
        next_at: Option<f64>,
        message: Option<String>,
    }
}

/// What the window should show.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "page", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Start {
    /// Nobody has signed in on this profile. While `is_signing_in` the browser has the word; `message` says how the last
    /// try failed.
    First { has_demo: bool, is_signing_in: bool, message: Option<String> },
    /// The database is there and its key is not: the keyring may be locked. `message` says what to do.
    KeyMissing { message: String },
    /// There is no keyring: a passphrase opens the database, or (`is_new`) makes it.
    Passphrase { is_new: bool, message: Option<String> },
    /// The profile cannot be opened; `message` says why and what to do.
    Closed { message: String },
    /// `notice` says what happened to the profile, until its user has dismissed it.
    Ready { organisation: String, user: String, notice: Option<String> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Connectivity {
    Online,
    Unreachable,
    WorkingOffline,
    SignedOut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum LaneState {
    /// Not read yet.
    Cold,
    /// Being read for the first time.
    Backfilling,
    UpToDate,
    /// Its time has passed, and others are read meanwhile.
    Late,
    /// Entries are on their way.
    Waiting,
    /// Entries need the user.
    Held,
    /// Nothing got through for less than a minute; `message` says why.
    Retrying,
    Paused,
    /// The user works offline.
    Offline,
    SignedOut,
    /// The last try failed, while the rest of the service answers; `message` says why.
    Failed,
    /// Nothing got through for more than a minute, or nobody asked.
    Stalled,
}

/// Where a record stands between us and CRM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Standing {
    InCrm,
    Waiting,
    Held,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum CellKind {
    Text,
    LongText,
    Number,
    Money,
    Choice,
    YesNo,
    Lookup,
    DateTime,
    Date,
}

/// A value as the page shows it; the page formats numbers and dates by locale. Decimals are exact text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Cell {
    Empty,
    Text {
        text: String,
    },
    Number {
        exact: String,
    },
    /// `currency` is the ISO 4217 code, when it is known.
    Money {
        exact: String,
        currency: Option<String>,
    },
    Choice {
        value: f64,
        label: String,
    },
    YesNo {
        is_yes: bool,
        label: String,
    },
    Lookup {
        table: String,
        id: String,
        name: Option<String>,
    },
    /// Milliseconds since 1970.
    DateTime {
        at: f64,
    },
    /// `YYYY-MM-DD`, the same day everywhere.
    Date {
        day: String,
    },
}

/// Every command's failure: `code` says which screen acts on it, `message` is a sentence for the user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{message}")]
pub struct CommandError {
    pub code: ErrorCode,
    pub message: String,
}

/// A code exists only if a face acts on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum ErrorCode {
    Offline,
    SignInNeeded,
    Refused,
    Cancelled,
    NotFound,
    Invalid,
    Storage,
    /// Another process owns the profile.
    AlreadyOpen,
}

/// A kind of data the page depends on; `changed` names the touched ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Topic {
    Start,
    Records,
    Sync,
    Mail,
    Outbox,
}
