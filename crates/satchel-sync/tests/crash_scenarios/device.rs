//! A device: the real agents on a real database, on a disk that forgets what was not synced.

use std::{collections::VecDeque, path::Path, sync::Arc, time::Duration};

use jiff::{SignedDuration, Timestamp};
use satchel_crashfs::{Disk, Image};
use satchel_domain::{
    Private, ServiceError, TableName,
    error::Answer,
    ids::{MailboxId, Uuid},
    ports::{Later, Mailbox as _},
    tracking::{ItemKey, item_key},
};
use satchel_store::{Database, Durability, Result, Tx, mailboxes};
use satchel_sync::{Effect, Event, Hands, Raws, Settings, State, mail, step};
use satchel_testkit::{ModelMailbox, organisation};

use crate::script::Services;

pub(crate) const PROFILE: &str = "profile.db";
pub(crate) const MAILBOX: MailboxId = MailboxId(Uuid::from_u128(7));
/// Small, so that there are several.
const PAGE: u32 = 3;
/// The agents look again within this time.
const CYCLE: SignedDuration = SignedDuration::from_secs(61);
const CALL_LIMIT: Duration = Duration::from_secs(60);

fn key() -> Private<String> {
    Private::new("0f".repeat(32))
}

/// A new profile, with a mailbox in it where one takes part.
pub(crate) fn new_profile(has_mail: bool) -> Image {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(PROFILE);
    let database = Database::create(&path, &key()).unwrap();
    let address = "clara.whitmore@brightwater.example".to_owned();
    let account = mailboxes::Account::Graph;
    let mailbox = mailboxes::Mailbox { id: MAILBOX, account, own: vec![address.clone()], address, message: None };
    if has_mail {
        database.write(Durability::Full, |tx| mailboxes::add(tx, &mailbox)).unwrap();
    }
    drop(database);
    [(PROFILE.to_owned(), std::fs::read(path).unwrap())].into()
}

/// Parties and attachments are not kept.
pub(crate) fn tables() -> Vec<TableName> {
    let names = organisation::sample().tables.into_iter().map(|table| table.name);
    names.filter(|name| !name.as_str().starts_with("activity")).collect()
}

/// The messages that are to be tracked, straight from the mailbox.
#[derive(Debug)]
struct Post(ModelMailbox);

impl Raws for Post {
    fn raw<'a>(&'a self, key: &'a ItemKey) -> Later<'a, Answer<Vec<u8>>> {
        Box::pin(async move {
            let inbox = self.0.folder(satchel_domain::mail::Purpose::Inbox);
            let head = self.0.heads(&inbox).into_iter().find(|head| item_key(head) == *key);
            let head = head.ok_or(ServiceError::Missing)?;
            self.0.raw(&inbox, &head.item).await
        })
    }
}

#[derive(Debug)]
struct MailSide {
    state: mail::State,
    hands: mail::Hands,
    waiting: VecDeque<mail::Effect>,
}

#[derive(Debug)]
pub(crate) struct Device {
    pub(crate) database: Database,
    pub(crate) now: Timestamp,
    state: State,
    hands: Hands,
    waiting: VecDeque<Effect>,
    mail: Option<MailSide>,
}

impl Device {
    pub(crate) fn start(disk: &Disk, services: &Services, has_mail: bool, now: Timestamp) -> Result<Self> {
        let database = Database::open_small_on(Path::new(PROFILE), &key(), Some(disk.vfs()))?;
        let settings =
            Settings { page_size: PAGE, call_limit: CALL_LIMIT, is_working_offline: false, is_paused: false };
        let post = Arc::new(Post(services.mailbox.clone()));
        let hands = Hands::new(database.clone(), Arc::new(services.crm.clone()), post, tables(), settings).alone();
        let settings = mail::Settings {
            page_size: PAGE,
            call_limit: CALL_LIMIT,
            refresh: Duration::from_secs(60),
            largest_prefetch: 10_000,
            is_working_offline: false,
            is_paused: false,
        };
        let mail = has_mail.then(|| MailSide {
            state: mail::State::new(false, settings.refresh),
            hands: mail::Hands {
                database: database.clone(),
                mailbox: Arc::new(services.mailbox.clone()),
                id: MAILBOX,
                settings,
            },
            waiting: VecDeque::new(),
        });
        Ok(Self { database, now, state: State::new(false), hands, waiting: VecDeque::new(), mail })
    }

    /// The user does something, and the agents hear of it once it is saved.
    pub(crate) fn save(&mut self, deed: fn(&Tx<'_>, Timestamp) -> Result<()>, durability: Durability) -> Result<()> {
        let now = self.now;
        self.database.write(durability, |tx| deed(tx, now))?;
        self.tell(Event::Edited);
        self.tell_mail(mail::Event::Marked);
        Ok(())
    }

    fn tell(&mut self, event: Event) {
        let (state, effects) = step(self.state.clone(), event, self.now);
        self.state = state;
        self.waiting.extend(effects);
    }

    fn tell_mail(&mut self, event: mail::Event) {
        let Some(mail) = &mut self.mail else { return };
        let (state, effects) = mail::step(mail.state.clone(), event, self.now);
        mail.state = state;
        mail.waiting.extend(effects);
    }

    /// Does the next thing that is due now; false when nothing is.
    async fn act(&mut self) -> bool {
        let is_due = |wake: Option<Timestamp>, now| wake.is_some_and(|at| at <= now);
        if self.waiting.is_empty() && is_due(self.state.next_wake(), self.now) {
            self.tell(Event::Tick);
        }
        if let Some(effect) = self.waiting.pop_front() {
            let event = self.hands.act(effect, self.now).await;
            self.tell(event);
            return true;
        }
        let Some(mail) = &mut self.mail else { return false };
        if mail.waiting.is_empty() && is_due(mail.state.next_wake(), self.now) {
            self.tell_mail(mail::Event::Tick);
        }
        let Some(mail) = &mut self.mail else { return false };
        let Some(effect) = mail.waiting.pop_front() else { return false };
        let event = mail.hands.act(effect, self.now).await;
        self.tell_mail(event);
        true
    }

    /// Works until nothing is due, now and in the next cycle; `each` hears of everything that was done.
    pub(crate) async fn calm(&mut self, mut each: impl FnMut(&Self)) -> std::result::Result<(), String> {
        for cycle in 0..2 {
            if cycle > 0 {
                self.now += CYCLE;
            }
            let mut acts = 0;
            while self.act().await {
                each(self);
                acts += 1;
                if acts > 5_000 {
                    return Err("the agent never rests".to_owned());
                }
            }
        }
        Ok(())
    }
}
