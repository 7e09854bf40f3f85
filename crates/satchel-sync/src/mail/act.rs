//! Does what a mailbox's core decided: one call of the port, or one piece of work on the database.

use std::{collections::BTreeSet, sync::Arc};

use jiff::Timestamp;
use satchel_domain::{
    FolderId,
    ids::MailboxId,
    mail::{Action, Folder},
    ports::{From, MailPage, Mailbox, Next},
    scope::Scope,
    tracking::ItemKey,
};
use satchel_formats::message;
use satchel_store::{
    Database, Durability, Result,
    folders::{self, Listed},
    messages, raws,
};

use super::{
    event::{Ahead, Effect, Errand, Event, Place, ReadMark, Stored, Wish},
    runner::Settings,
};
use crate::act::{on_disk, within};

/// Messages that are looked for at once when fetching ahead.
const BATCH: usize = 50;
/// A whole message may take this many times as long as any other call.
const HEAVY: u32 = 3;

/// What the agent acts on, and how: in production under tokio's timers, in tests one effect after the other.
#[derive(Debug)]
pub struct Hands {
    pub database: Database,
    pub mailbox: Arc<dyn Mailbox>,
    pub id: MailboxId,
    pub settings: Settings,
}

impl Hands {
    /// Does one thing and says how it went. Every effect ends with its event.
    pub async fn act(&self, effect: Effect, now: Timestamp) -> Event {
        let (id, limit) = (self.id, self.settings.call_limit);
        match effect {
            Effect::ReadFolders => {
                let read = move |database: &Database| database.read(|reader| folders::list(reader, id));
                Event::FoldersRead(on_disk(&self.database, read).await)
            }
            Effect::ListFolders => Event::FoldersListed(within(limit, self.mailbox.folders()).await),
            Effect::StoreFolders(folders) => Event::FoldersStored(
                on_disk(&self.database, move |database| store_folders(database, id, &folders)).await,
            ),
            Effect::Pull { folder, from } => {
                let from = from.as_ref().map_or(From::Start, From::Cursor);
                let answer = within(limit, self.mailbox.pull(&folder, from, self.settings.page_size)).await;
                Event::Pulled { folder, answer }
            }
            Effect::StorePage { folder, before, page } => {
                let at = folder.clone();
                let store = move |database: &Database| store_page(database, id, &at, &before, &page, now);
                Event::PageStored { folder, result: on_disk(&self.database, store).await }
            }
            Effect::ResetScope { folder } => {
                let at = folder.clone();
                let reset = move |database: &Database| {
                    database.write(Durability::Normal, |tx| messages::reset_scope(tx, id, &at))
                };
                Event::ScopeReset { folder, result: on_disk(&self.database, reset).await }
            }
            Effect::Look { resting, failed } => {
                let look = move |database: &Database| look(database, id, &resting, &failed);
                Event::Looked(on_disk(&self.database, look).await)
            }
            Effect::Tell(mark) => {
                let answer = within(limit, self.mailbox.act(&mark.folder, &mark.action)).await;
                Event::Told { mark, answer }
            }
            Effect::SettleMark(mark) => {
                let told = mark.clone();
                let result = on_disk(&self.database, move |database| settle(database, id, &told)).await;
                Event::MarkSettled { mark, result }
            }
            Effect::LeaveMark(mark) => {
                let Place { folder, item } = mark.place();
                let leave = move |database: &Database| {
                    database.write(Durability::Full, |tx| messages::leave_read(tx, id, &folder, &item))
                };
                Event::MarkSettled { result: on_disk(&self.database, leave).await, mark }
            }
            Effect::DropMark(mark) => {
                let Place { folder, item } = mark.place();
                let give_up = move |database: &Database| {
                    database.write(Durability::Full, |tx| messages::drop_read(tx, id, &folder, &item))
                };
                Event::MarkSettled { result: on_disk(&self.database, give_up).await, mark }
            }
            Effect::LookAhead { passing } => {
                let largest = self.settings.largest_prefetch;
                let look = move |database: &Database| look_ahead(database, id, &passing, largest);
                Event::LookedAhead(on_disk(&self.database, look).await)
            }
            Effect::FetchRaw(wish) => {
                let Place { folder, item } = &wish.place;
                let answer = within(limit.saturating_mul(HEAVY), self.mailbox.raw(folder, item)).await;
                Event::RawFetched { wish, answer }
            }
            Effect::StoreRaw { wish, raw } => {
                let key = wish.key.clone();
                let result = on_disk(&self.database, move |database| store_raw(database, id, &key, &raw)).await;
                Event::RawStored { wish, result }
            }
        }
    }
}

fn store_folders(database: &Database, id: MailboxId, folders: &[Folder]) -> Result<Vec<Listed>> {
    database.write(Durability::Normal, |tx| {
        folders::store(tx, id, folders)?;
        folders::list(tx, id)
    })
}

/// Rows and cursor together: a crash repeats a page and never skips one.
fn store_page(
    database: &Database,
    id: MailboxId,
    folder: &FolderId,
    before: &Scope,
    page: &MailPage,
    now: Timestamp,
) -> Result<Stored> {
    let scope = database.write(Durability::Normal, |tx| messages::store_page(tx, id, folder, before, page, now))?;
    let is_caught_up = matches!(page.next, Next::CaughtUp(_));
    Ok(Stored { scope, is_caught_up, has_heads: !page.heads.is_empty() })
}

/// A mark before a message: it is one short call.
fn look(
    database: &Database,
    id: MailboxId,
    resting: &BTreeSet<Place>,
    failed: &BTreeSet<Place>,
) -> Result<Option<Errand>> {
    database.read(|reader| {
        let marks = messages::unsent_reads(reader, id, more_than(resting))?;
        let mut marks = marks.into_iter().map(|(folder, _, action)| ReadMark { folder, action });
        if let Some(mark) = marks.find(|mark| !resting.contains(&mark.place())) {
            return Ok(Some(Errand::Mark(mark)));
        }
        let opened = raws::opened(reader, id, more_than(failed))?;
        let mut wishes = opened.into_iter().map(|(folder, item, key)| {
            let place = Place { folder, item };
            Wish { place, key, is_wanted: true }
        });
        Ok(wishes.find(|wish| !failed.contains(&wish.place)).map(Errand::Raw))
    })
}

/// The newest messages that are neither here nor passed by, parted by whether they are light enough.
fn look_ahead(database: &Database, id: MailboxId, passing: &BTreeSet<Place>, largest: u64) -> Result<Ahead> {
    database.read(|reader| {
        let limit = u32::try_from(passing.len() + BATCH).unwrap_or(u32::MAX);
        let mut ahead = Ahead::default();
        for (folder, item, key) in raws::missing(reader, id, limit)? {
            let place = Place { folder, item };
            if passing.contains(&place) {
                continue;
            }
            let size = messages::find(reader, id, &key)?.and_then(|row| row.head.size);
            if size.is_some_and(|size| size > largest) {
                ahead.too_large.push(place);
            } else {
                ahead.wishes.push(Wish { place, key, is_wanted: false });
            }
        }
        Ok(ahead)
    })
}

/// The user's own deed: it outlives a power cut, as the wish did.
fn settle(database: &Database, id: MailboxId, mark: &ReadMark) -> Result<()> {
    let Action::SetRead { item, is_read } = &mark.action;
    database.write(Durability::Full, |tx| messages::settle_read(tx, id, &mark.folder, item, *is_read))
}

fn store_raw(database: &Database, id: MailboxId, key: &ItemKey, raw: &[u8]) -> Result<()> {
    // Read outside the transaction: nobody else's write waits for it.
    let message = message::read(raw);
    let has_attachments = message.attachments.iter().any(|attachment| !attachment.is_inline);
    let preview = message::preview(&message);
    database.write(Durability::Normal, |tx| raws::put(tx, id, key, raw, &preview, has_attachments))
}

/// Enough rows that one is left when these are taken out.
fn more_than(places: &BTreeSet<Place>) -> u32 {
    u32::try_from(places.len()).unwrap_or(u32::MAX).saturating_add(1)
}
