//! The mailbox in a world: its letters, what lies between it and one device, and the agent that keeps it there.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use satchel_domain::{
    Cursor, FolderId, ItemId, MailboxId, RecordId, ServiceError,
    error::Answer,
    ids::Uuid,
    mail::{Action, Folder, Head, Purpose},
    ports::{From, Later, MailPage, Mailbox, Next},
    tracking::ItemKey,
};
use satchel_store::{Database, mailboxes};
use satchel_sync::mail::{Effect, Event, Hands, Settings, State};
use satchel_testkit::ModelMailbox;

use crate::{
    plan::CallFault,
    wire::{Met, broken, heard, refused, signed_out, unreachable},
};

pub(crate) const MAILBOX: MailboxId = MailboxId(Uuid::from_u128(7));
const OWNER: &str = "clara.whitmore@brightwater.example";
/// How often a device asks for folders and their changes.
pub(crate) const REFRESH: u64 = 90;
/// Bytes; no letter here is larger.
const LARGEST: u64 = 1 << 20;

/// The user's mailbox, and what happened to each letter of it.
#[derive(Debug)]
pub(crate) struct Post {
    pub(crate) model: ModelMailbox,
    pub(crate) letters: Vec<Letter>,
    pub(crate) wishes: BTreeMap<(usize, usize), Wishes>,
}

/// A letter, known by its place in the list for the whole run.
#[derive(Debug)]
pub(crate) struct Letter {
    pub(crate) key: ItemKey,
    /// No two are alike: a copy in CRM is known by it.
    pub(crate) subject: String,
    /// None once it is deleted.
    pub(crate) item: Option<ItemId>,
    /// When somebody read it elsewhere, or took that back.
    pub(crate) marked: Vec<u64>,
    /// Every email record that ever was it.
    pub(crate) emails: BTreeSet<RecordId>,
    /// A service tracked it.
    pub(crate) is_served: bool,
}

/// What the user of one device wants of one letter, in the last word on it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) tracked: Option<(Tracked, u64)>,
    pub(crate) read: Option<(bool, u64)>,
    /// It was ever to be tracked from here.
    pub(crate) was_tracked: bool,
    pub(crate) was_marked: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tracked {
    InCrm,
    /// Not shown as tracked here, whatever CRM has.
    NotHere,
    /// And the record shall go.
    Nowhere,
}

impl Post {
    pub(crate) fn new() -> Self {
        let folder = |(id, purpose): (&str, Purpose)| Folder {
            id: FolderId::new(id),
            parent: None,
            name: id.to_owned(),
            purpose: Some(purpose),
        };
        let folders = [("inbox", Purpose::Inbox), ("archive", Purpose::Archive), ("deleted", Purpose::Deleted)];
        let model = ModelMailbox::new(folders.map(folder).to_vec());
        Self { model, letters: Vec::new(), wishes: BTreeMap::new() }
    }

    pub(crate) fn wishes(&mut self, device: usize, letter: usize) -> &mut Wishes {
        self.wishes.entry((device, letter)).or_default()
    }

    /// The letter that is to become, or became, this record.
    pub(crate) fn letter_of(&self, email: RecordId) -> Option<usize> {
        self.letters.iter().position(|letter| letter.emails.contains(&email))
    }

    pub(crate) fn letter_with(&self, key: &ItemKey) -> Option<usize> {
        self.letters.iter().position(|letter| &letter.key == key)
    }
}

/// Writes the mailbox into a profile that devices begin with.
pub(crate) fn add_mailbox(database: &Database) {
    let mailbox = mailboxes::Mailbox {
        id: MAILBOX,
        account: mailboxes::Account::Graph,
        address: OWNER.to_owned(),
        own: vec![OWNER.to_owned()],
        message: None,
    };
    let added = database.write(satchel_store::Durability::Normal, |tx| mailboxes::add(tx, &mailbox));
    added.expect("a profile takes a mailbox");
}

/// The mailbox's agent on one device.
#[derive(Debug)]
pub(crate) struct Side {
    pub(crate) hands: Option<Hands>,
    pub(crate) state: State,
    pub(crate) wire: PostWire,
    pub(crate) waiting: Option<Effect>,
    pub(crate) awaits: Option<&'static str>,
    pub(crate) ticks: u64,
    pub(crate) acts: u64,
    pub(crate) armed: VecDeque<(CallFault, u64)>,
    /// The mailbox asked for no calls before then, by the device's clock.
    pub(crate) paused_until: Option<Timestamp>,
    prefetches: bool,
    page_size: u32,
}

impl Side {
    pub(crate) fn new(model: &ModelMailbox, prefetches: bool, page_size: u32) -> Self {
        Self {
            hands: None,
            state: State::new(false, Duration::from_secs(REFRESH)),
            wire: PostWire::new(model.clone()),
            waiting: None,
            awaits: None,
            ticks: 0,
            acts: 0,
            armed: VecDeque::new(),
            paused_until: None,
            prefetches,
            page_size,
        }
    }

    pub(crate) fn start(&mut self, database: &Database, is_working_offline: bool) {
        let settings = Settings {
            page_size: self.page_size,
            // Of real time: nothing here waits for it.
            call_limit: Duration::from_secs(600),
            refresh: Duration::from_secs(REFRESH),
            largest_prefetch: if self.prefetches { LARGEST } else { 0 },
            is_working_offline,
            is_paused: false,
        };
        self.state = State::new(is_working_offline, settings.refresh);
        let mailbox = Arc::new(self.wire.clone());
        self.hands = Some(Hands { database: database.clone(), mailbox, id: MAILBOX, settings });
    }

    pub(crate) fn kill(&mut self) {
        (self.hands, self.waiting, self.awaits, self.paused_until) = (None, None, None, None);
        self.ticks += 1;
    }
}

/// A mailbox like any other to the agent. Every call is one atomic moment of the server.
#[derive(Clone, Debug)]
pub(crate) struct PostWire {
    model: ModelMailbox,
    met: Arc<Mutex<Met>>,
}

impl PostWire {
    pub(crate) fn new(model: ModelMailbox) -> Self {
        Self { model, met: Arc::default() }
    }

    pub(crate) fn meets(&self, met: Met) {
        *self.lock() = met;
    }

    fn lock(&self) -> MutexGuard<'_, Met> {
        self.met.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What keeps a call from arriving.
    fn arrive(&self) -> Answer<Met> {
        let met = self.lock().clone();
        if met.is_cut {
            return Err(unreachable());
        }
        match met.fault {
            Some(CallFault::Unreachable) => return Err(unreachable()),
            Some(CallFault::RequestLost) => return Err(ServiceError::Unanswered),
            Some(CallFault::Throttled) => {
                return Err(ServiceError::Throttled { wait: SignedDuration::from_secs(met.seconds as i64) });
            }
            Some(CallFault::Broken) if met.seconds.is_multiple_of(2) => return Err(broken()),
            Some(CallFault::SignIn) => return Err(signed_out()),
            Some(CallFault::Refused) => return Err(refused("ErrorAccessDenied", "This folder is read only.")),
            _ => {}
        }
        if met.is_signed_out { Err(signed_out()) } else { Ok(met) }
    }
}

impl Mailbox for PostWire {
    fn folders(&self) -> Later<'_, Answer<Vec<Folder>>> {
        Box::pin(async move {
            let met = self.arrive()?;
            heard(&met, self.model.folders().await)
        })
    }

    fn pull<'a>(&'a self, folder: &'a FolderId, from: From<'a>, page_size: u32) -> Later<'a, Answer<MailPage>> {
        Box::pin(async move {
            let met = self.arrive()?;
            let mut answer = self.model.pull(folder, from, page_size).await;
            if let (Ok(page), Some(CallFault::PageAgain), From::Cursor(cursor)) = (&mut answer, met.fault, from) {
                page.next = Next::More(Cursor::new(cursor.as_str()));
            }
            heard(&met, answer)
        })
    }

    fn raw<'a>(&'a self, folder: &'a FolderId, item: &'a ItemId) -> Later<'a, Answer<Vec<u8>>> {
        Box::pin(async move {
            let met = self.arrive()?;
            heard(&met, self.model.raw(folder, item).await)
        })
    }

    fn act<'a>(&'a self, folder: &'a FolderId, action: &'a Action) -> Later<'a, Answer<()>> {
        Box::pin(async move {
            let met = self.arrive()?;
            if met.fault == Some(CallFault::Twice) {
                let _first_is_not_heard = self.model.act(folder, action).await;
            }
            heard(&met, self.model.act(folder, action).await)
        })
    }
}

/// What the agent has under way, in the words of the table.
pub(crate) fn word(effect: &Effect) -> &'static str {
    match effect {
        Effect::ReadFolders | Effect::StoreFolders(_) => "know folders",
        Effect::ListFolders => "list folders",
        Effect::Pull { .. } => "pull mail",
        Effect::StorePage { .. } | Effect::ResetScope { .. } => "store mail",
        Effect::Look { .. } | Effect::LookAhead { .. } => "look at mail",
        Effect::Tell(_) => "tell mark",
        Effect::SettleMark(_) | Effect::LeaveMark(_) | Effect::DropMark(_) => "settle mark",
        Effect::FetchRaw(_) => "fetch message",
        Effect::StoreRaw { .. } => "store message",
    }
}

/// What a mailbox said instead of an answer.
pub(crate) fn failure(event: &Event) -> Option<&ServiceError> {
    match event {
        Event::FoldersListed(answer) => answer.as_ref().err(),
        Event::Pulled { answer, .. } => answer.as_ref().err(),
        Event::Told { answer, .. } => answer.as_ref().err(),
        Event::RawFetched { answer, .. } => answer.as_ref().err(),
        _ => None,
    }
}

/// What the device's own disk would not do.
pub(crate) fn refusal(event: &Event) -> Option<&String> {
    match event {
        Event::FoldersRead(result) | Event::FoldersStored(result) => result.as_ref().err(),
        Event::PageStored { result, .. } => result.as_ref().err(),
        Event::ScopeReset { result, .. } => result.as_ref().err(),
        Event::Looked(result) => result.as_ref().err(),
        Event::MarkSettled { result, .. } | Event::RawStored { result, .. } => result.as_ref().err(),
        Event::LookedAhead(result) => result.as_ref().err(),
        _ => None,
    }
}

/// A head as far as it is compared: its handle, its subject, whether it is read.
pub(crate) type Gist = (String, String, bool);

pub(crate) fn gist(head: &Head) -> Gist {
    (head.item.as_str().to_owned(), head.subject.clone(), head.is_read)
}
