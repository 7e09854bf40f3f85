//! A message as the mailbox keeps it.

use serde::{Deserialize, Serialize};

use crate::store::{Reading, StoreError, Writing};

const ITEM: &str = "mailbox item";
const DEPARTURE: &str = "mailbox departure";
/// The counter that says in which order the mailbox changed.
pub(super) const CHANGES: &str = "mailbox";

/// A message that left a folder: it was moved, or deleted for good.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Departure {
    pub(super) folder: Folder,
    pub(super) id: String,
    pub(super) change: u64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Mailbox {
    pub(crate) name: String,
    pub(crate) address: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) mime: String,
    /// In base64.
    pub(crate) content: String,
    /// Set for pictures that the body shows.
    pub(crate) content_id: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) folder: Folder,
    pub(crate) conversation: String,
    pub(crate) subject: String,
    pub(crate) from: Mailbox,
    pub(crate) to: Vec<Mailbox>,
    pub(crate) cc: Vec<Mailbox>,
    /// In UTC, to the second.
    pub(crate) sent: String,
    pub(crate) is_read: bool,
    pub(crate) categories: Vec<String>,
    pub(crate) html: String,
    pub(crate) text: String,
    pub(crate) files: Vec<File>,
    pub(crate) message_id: String,
    pub(crate) in_reply_to: Option<String>,
    pub(crate) references: Vec<String>,
    /// Raised with every change of the item.
    pub(crate) change: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Folder {
    Inbox,
    Sent,
    Drafts,
    Archive,
    Deleted,
    Junk,
}

impl Folder {
    pub(crate) const ALL: [Self; 6] = [Self::Inbox, Self::Drafts, Self::Sent, Self::Deleted, Self::Junk, Self::Archive];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Inbox => "Inbox",
            Self::Sent => "Sent Items",
            Self::Drafts => "Drafts",
            Self::Archive => "Archive",
            Self::Deleted => "Deleted Items",
            Self::Junk => "Junk Email",
        }
    }

    /// The name under which every mailbox knows it.
    pub(crate) const fn well_known(self) -> &'static str {
        match self {
            Self::Inbox => "inbox",
            Self::Sent => "sentitems",
            Self::Drafts => "drafts",
            Self::Archive => "archive",
            Self::Deleted => "deleteditems",
            Self::Junk => "junkemail",
        }
    }

    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Inbox => "AAMkADk0YjA3ZTMzAC4AAAAAAQwAAA=",
            Self::Sent => "AAMkADk0YjA3ZTMzAC4AAAAAAQkAAA=",
            Self::Drafts => "AAMkADk0YjA3ZTMzAC4AAAAAAQ8AAA=",
            Self::Archive => "AAMkADk0YjA3ZTMzAC4AAAAAARcAAA=",
            Self::Deleted => "AAMkADk0YjA3ZTMzAC4AAAAAAQoAAA=",
            Self::Junk => "AAMkADk0YjA3ZTMzAC4AAAAAASIAAA=",
        }
    }

    pub(crate) fn find(id: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|folder| folder.id() == id || folder.well_known().eq_ignore_ascii_case(id))
    }
}

impl Item {
    pub(crate) fn store(mut self, writing: &mut Writing<'_>) -> Result<Self, StoreError> {
        self.change = writing.count(CHANGES)?;
        writing.remember(ITEM, &self.id, &self)?;
        Ok(self)
    }

    pub(crate) fn find(reading: &Reading, id: &str) -> Result<Option<Self>, StoreError> {
        reading.fact(ITEM, id)
    }

    pub(crate) fn find_for_change(writing: &Writing<'_>, id: &str) -> Result<Option<Self>, StoreError> {
        writing.fact(ITEM, id)
    }

    pub(crate) fn all(reading: &Reading) -> Result<Vec<Self>, StoreError> {
        Ok(reading.facts(ITEM)?.into_iter().map(|(_, item)| item).collect())
    }

    /// Gone from its folder, for whoever follows that folder's changes.
    pub(super) fn depart(&self, writing: &mut Writing<'_>) -> Result<(), StoreError> {
        let change = writing.count(CHANGES)?;
        let departure = Departure { folder: self.folder, id: self.id.clone(), change };
        writing.remember(DEPARTURE, &format!("{} {}", self.folder.id(), self.id), &departure)
    }

    pub(super) fn forget(self, writing: &mut Writing<'_>) -> Result<(), StoreError> {
        self.depart(writing)?;
        writing.forget(ITEM, &self.id)
    }

    pub(super) fn departures(reading: &Reading) -> Result<Vec<Departure>, StoreError> {
        Ok(reading.facts(DEPARTURE)?.into_iter().map(|(_, departure)| departure).collect())
    }

    pub(crate) fn etag(&self) -> String {
        format!("W/\"CQAAABYAAAD{:08}\"", self.change)
    }
}
