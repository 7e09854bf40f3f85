//! What wakes a mailbox's agent, and what it answers with.

use std::collections::BTreeSet;

use satchel_domain::{
    Cursor, FolderId, ItemId,
    error::Answer,
    mail::{Action, Folder},
    ports::MailPage,
    scope::Scope,
    tracking::ItemKey,
};
use satchel_store::folders::Listed;

/// Everything that can wake the agent. The mailbox's answers come in as values.
#[derive(Clone, Debug)]
pub enum Event {
    /// The time that [`crate::mail::State::next_wake`] named has come.
    Tick,
    /// The user asked, or came back to the window.
    SyncNow,
    /// Nothing is sent or read until the user says so; the light stays as it is.
    Pause,
    Resume,
    GoOffline,
    GoOnline,
    SignedIn,
    /// The user marked messages as read or unread; the database has it.
    Marked,
    /// The user opened a message whose text is not here; the database has it.
    Wanted,
    /// The folders as they stand in the database.
    FoldersRead(Result<Vec<Listed>, String>),
    /// The folders as the mailbox has them.
    FoldersListed(Answer<Vec<Folder>>),
    FoldersStored(Result<Vec<Listed>, String>),
    Pulled {
        folder: FolderId,
        answer: Answer<MailPage>,
    },
    /// Rows and cursor were committed together, or neither was.
    PageStored {
        folder: FolderId,
        result: Result<Stored, String>,
    },
    /// The folder will be read again from its beginning.
    ScopeReset {
        folder: FolderId,
        result: Result<Scope, String>,
    },
    /// What the user waits for, one thing at a time.
    Looked(Result<Option<Errand>, String>),
    Told {
        mark: ReadMark,
        answer: Answer<()>,
    },
    /// The mark is done, left for another folder, or given up.
    MarkSettled {
        mark: ReadMark,
        result: Result<(), String>,
    },
    /// The messages to be fetched before anybody opens them.
    LookedAhead(Result<Ahead, String>),
    RawFetched {
        wish: Wish,
        answer: Answer<Vec<u8>>,
    },
    RawStored {
        wish: Wish,
        result: Result<(), String>,
    },
}

/// One call of the port, one read of the database, or one write transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    ReadFolders,
    ListFolders,
    StoreFolders(Vec<Folder>),
    Pull {
        folder: FolderId,
        from: Option<Cursor>,
    },
    /// Stores the rows and where to go on, in one transaction.
    StorePage {
        folder: FolderId,
        before: Scope,
        page: MailPage,
    },
    /// The mailbox forgot the cursor: the next pull is a sweep under a new generation.
    ResetScope {
        folder: FolderId,
    },
    /// Looks for a mark that was not told, then for a message that was opened and is not here.
    Look {
        /// Marks that wait after a failure.
        resting: BTreeSet<Place>,
        /// Messages that the mailbox did not give.
        failed: BTreeSet<Place>,
    },
    Tell(ReadMark),
    /// The mailbox has the mark now.
    SettleMark(ReadMark),
    /// The message is not where it was: the mark waits for where it lies now.
    LeaveMark(ReadMark),
    /// The mailbox will never have it: what it says is shown again.
    DropMark(ReadMark),
    /// Looks for messages that are not here, the newest first.
    LookAhead {
        passing: BTreeSet<Place>,
    },
    FetchRaw(Wish),
    StoreRaw {
        wish: Wish,
        raw: Vec<u8>,
    },
}

/// Where a message lies in its mailbox.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub folder: FolderId,
    pub item: ItemId,
}

/// A mark that the mailbox was not told yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadMark {
    pub folder: FolderId,
    pub action: Action,
}

impl ReadMark {
    pub fn place(&self) -> Place {
        let Action::SetRead { item, .. } = &self.action;
        Place { folder: self.folder.clone(), item: item.clone() }
    }
}

/// A message to be fetched as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub place: Place,
    pub key: ItemKey,
    /// The user opened it and waits.
    pub is_wanted: bool,
}

/// What the user waits for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Errand {
    Mark(ReadMark),
    Raw(Wish),
}

/// What may be fetched ahead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ahead {
    /// The newest first; not all there are.
    pub wishes: Vec<Wish>,
    /// These are fetched only when the user opens them.
    pub too_large: Vec<Place>,
}

/// How a folder stands once a page of it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    pub scope: Scope,
    pub is_caught_up: bool,
    /// Whether it brought messages, not just word of some.
    pub has_heads: bool,
}
