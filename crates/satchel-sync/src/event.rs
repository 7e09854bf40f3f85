//! What wakes the agent, and what it answers with.

use std::sync::Arc;

use jiff::Timestamp;
use satchel_domain::{
    Cursor, Record, RecordId, TableName,
    edit::{Change, Hold},
    error::Answer,
    ports::{Next, Page, RowPage},
    schema::Organisation,
    scope::{IdSweep, Polled, Scope},
    tracking::{EmailDraft, Step},
};
use satchel_store::outbox::Entry;

/// Everything that can wake the agent. The services' answers come in as values.
#[derive(Clone, Debug)]
pub enum Event {
    /// The time that [`crate::State::next_wake`] named has come.
    Tick,
    /// The user asked, or came back to the window.
    SyncNow,
    /// Nothing is sent or read until the user says so; the light stays as it is.
    Pause,
    Resume,
    GoOffline,
    GoOnline,
    SignedIn,
    /// The outbox has something new.
    Edited,
    Described(Answer<Organisation>),
    /// The organisation's tables stand in the database; these are the scopes to keep, and how far each has come.
    OrganisationStored(Result<Vec<Kept>, String>),
    Pulled {
        table: TableName,
        answer: Answer<Page>,
    },
    /// Rows and cursor were committed together, or neither was.
    PageStored {
        table: TableName,
        result: Result<Stored, String>,
    },
    /// The scope will start over.
    ScopeReset {
        table: TableName,
        result: Result<Scope, String>,
    },
    /// Some ids of a table, of which the service tells no changes.
    IdsListed {
        table: TableName,
        generation: u64,
        answer: Answer<RowPage>,
    },
    /// A row that was listed and is not here like that, as the service has it.
    RowRead {
        table: TableName,
        id: RecordId,
        answer: Answer<Record>,
    },
    /// How far the sweep of a table's ids has come.
    Swept {
        table: TableName,
        result: Result<IdSweep, String>,
    },
    /// The next entry to play back, if one is due; otherwise when the next one becomes due.
    Looked(Result<Found, String>),
    /// The entry is written down as being sent, as it is now; none when the user took it back meanwhile.
    Marked(Result<Option<Box<Entry>>, String>),
    Pushed {
        entry: Entry,
        answer: Answer<()>,
    },
    /// An entry's record as the service holds it now.
    Read {
        entry: Entry,
        was_accepted: bool,
        answer: Answer<Record>,
    },
    Settled(Result<(), String>),
    /// The email record of a message that is to be tracked, if there is one.
    EmailFound {
        entry: Entry,
        is_known: bool,
        answer: Answer<Option<Record>>,
    },
    /// What the email record will say. The answer is the mailbox's, where the message had to be asked for.
    Drafted {
        entry: Entry,
        is_begun: bool,
        result: Result<Answer<Arc<EmailDraft>>, String>,
    },
    Promoted {
        entry: Entry,
        draft: Arc<EmailDraft>,
        step: Step,
        answer: Answer<()>,
    },
}

/// One call of a port, or one write transaction.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    Describe,
    StoreOrganisation(Organisation),
    Pull {
        table: TableName,
        from: Option<Cursor>,
    },
    /// Stores the rows and where to go on, in one transaction.
    StorePage {
        table: TableName,
        before: Scope,
        page: Page,
    },
    /// The service forgot the cursor: the next pull is a sweep under a new generation.
    ResetScope {
        table: TableName,
    },
    /// Begins a sweep of the table's ids under a generation of its own.
    BeginSweep {
        table: TableName,
    },
    ListIds {
        table: TableName,
        generation: u64,
        from: Option<Cursor>,
    },
    /// Stamps the rows that were listed; the last page removes the others.
    StoreIds {
        table: TableName,
        generation: u64,
        page: RowPage,
    },
    ReadRow {
        table: TableName,
        id: RecordId,
    },
    StoreRow {
        table: TableName,
        id: RecordId,
        found: SweptRow,
    },
    /// Looks for what was in flight at a crash, then for what is due.
    Look,
    /// Written before the push: a crash in between reads before it sends again.
    MarkInFlight {
        entry: Entry,
    },
    Push {
        entry: Entry,
    },
    Read {
        entry: Entry,
        was_accepted: bool,
    },
    Settle {
        entry: Entry,
        outcome: Outcome,
    },
    /// Asks for the email record of a message under the id that we would give it, then by the message's own id.
    FindEmail {
        entry: Entry,
        /// The service said just now that there is one.
        is_known: bool,
    },
    /// Reads the message, from the database or from its mailbox, and writes the draft of its record.
    Draft {
        entry: Entry,
        /// The open email is there already; only the rest is missing.
        is_begun: bool,
    },
    Promote {
        entry: Entry,
        draft: Arc<EmailDraft>,
        step: Step,
    },
}

/// A table as it stands in the database: how far its pull has come, and its sweep where it needs one.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub table: TableName,
    pub scope: Scope,
    pub polled: Option<Polled>,
}

/// How a table stands once a page of it is stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    pub scope: Scope,
    pub next: Next,
    pub polled: Option<Polled>,
}

/// What was found of a row that a sweep listed.
#[derive(Clone, Debug, PartialEq)]
pub enum SweptRow {
    Row(Record),
    /// It is gone again, or out of reach.
    Gone,
    /// Nobody can make sense of what the service says of it, however often it is asked.
    Unknown,
}

/// What the outbox has for now.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    Entry(Box<Entry>),
    Nothing { next_due: Option<Timestamp> },
}

/// How an entry is settled.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The service has it; this is the record now. That of a message may have another id, when somebody tracked it first.
    Accepted(Record),
    /// Its answer was lost, and the service has what it wanted: by our hand long ago, or by somebody's.
    Found(Record),
    /// The record is gone from the service, as the user wanted or as somebody else did right after.
    Gone,
    Later {
        from: Timestamp,
        attempts: u32,
    },
    /// The columns were disjoint: these changes are sent on what the service has now.
    Rebased {
        changes: Vec<Change>,
        server: Record,
    },
    Held(Hold),
}
