//! What wakes the agent, and what it answers with.

use satchel_domain::{
    Cursor, TableName,
    error::Answer,
    ports::{Next, Page},
    schema::Organisation,
    scope::Scope,
};

/// Everything that can wake the agent. The services' answers come in as values.
#[derive(Clone, Debug)]
pub enum Event {
    /// The time that [`crate::State::next_wake`] named has come.
    Tick,
    /// The user asked, or came back to the window.
    SyncNow,
    GoOffline,
    GoOnline,
    SignedIn,
    Described(Answer<Organisation>),
    /// The organisation's tables stand in the database; these are the scopes to keep, and how far each has come.
    OrganisationStored(Result<Vec<(TableName, Scope)>, String>),
    Pulled {
        table: TableName,
        answer: Answer<Page>,
    },
    /// Rows and cursor were committed together, or neither was.
    PageStored {
        table: TableName,
        result: Result<(Scope, Next), String>,
    },
    /// The scope will start over.
    ScopeReset {
        table: TableName,
        result: Result<Scope, String>,
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
}
