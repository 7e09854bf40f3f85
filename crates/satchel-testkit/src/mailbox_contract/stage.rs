//! What a case needs: the two folders, letters of its own, and pulls that must go well.

use std::fmt::Display;

use satchel_domain::{
    Cursor, FolderId, ItemId,
    error::Answer,
    mail::{Action, Folder, Head, Purpose},
    ports::{From, MailPage, Mailbox, Next},
};

use super::{HERE, Place, THERE, World};
use crate::letter::Letter;

/// More than any page of a test holds.
const ALL: u32 = 500;

/// A case's view of the mailbox under test.
#[derive(Debug)]
pub struct Stage<'a> {
    pub case: &'a str,
    pub mailbox: &'a dyn Mailbox,
    pub world: &'a dyn World,
    pub folders: Vec<Folder>,
}

/// A message that the case delivered.
#[derive(Clone, Debug)]
pub(super) struct Delivered {
    pub(super) place: Place,
    pub(super) head: Head,
}

impl Delivered {
    pub(super) fn item(&self) -> &ItemId {
        &self.head.item
    }
}

impl<'a> Stage<'a> {
    pub async fn set(case: &'a str, mailbox: &'a dyn Mailbox, world: &'a dyn World) -> Self {
        let folders = mailbox.folders().await.unwrap_or_else(|error| panic!("{case}: folders: {error:?}"));
        Self { case, mailbox, world, folders }
    }

    pub(super) fn folder(&self, purpose: Purpose) -> &FolderId {
        let found = self.folders.iter().find(|folder| folder.purpose == Some(purpose));
        &found.unwrap_or_else(|| panic!("{}: the mailbox has no folder for {purpose:?}", self.case)).id
    }

    pub(super) fn here(&self) -> &FolderId {
        self.folder(HERE)
    }

    pub(super) fn there(&self) -> &FolderId {
        self.folder(THERE)
    }

    /// A subject of this case's own.
    pub(super) fn subject(&self, words: impl Display) -> String {
        format!("{} {words}", self.case)
    }

    /// A letter of this case's own: its subject, its `Message-ID`, some text.
    pub(super) fn letter(&self, words: impl Display) -> Letter {
        let subject = self.subject(&words);
        let id = format!("<{}@contract.example>", subject.replace(' ', "."));
        Letter::new(&subject, Some(&id), "Hello,\nthis is a letter.\n")
    }

    /// Lets it arrive, and finds it in the next delta.
    pub(super) async fn deliver(&self, letter: &Letter) -> Delivered {
        let (_, start) = self.read_on(self.here(), None, ALL).await;
        let place = self.world.deliver(HERE, &letter.raw()).await;
        let (pages, _) = self.read_on(self.here(), Some(&start), ALL).await;
        let heads = heads_of(&pages);
        let &[head] = heads.as_slice() else { panic!("{}: not one new message but {heads:?}", self.case) };
        Delivered { place, head: head.clone() }
    }

    /// A letter that arrived.
    pub(super) async fn arrived(&self, words: impl Display) -> Delivered {
        self.deliver(&self.letter(words)).await
    }

    /// Where the folder stands now.
    pub(super) async fn now(&self, folder: &FolderId) -> Cursor {
        self.read_on(folder, None, ALL).await.1
    }

    pub(super) async fn page(&self, folder: &FolderId, from: From<'_>, page_size: u32) -> MailPage {
        let page = self.mailbox.pull(folder, from, page_size).await;
        let page = page.unwrap_or_else(|error| panic!("{}: pull: {error:?}", self.case));
        assert!(page.heads.len() <= page_size as usize, "{}: a page of {} messages", self.case, page.heads.len());
        page
    }

    /// Every page from here on, and where the server says we are caught up.
    pub(super) async fn read_on(
        &self,
        folder: &FolderId,
        start: Option<&Cursor>,
        page_size: u32,
    ) -> (Vec<MailPage>, Cursor) {
        let mut cursor = start.cloned();
        let mut pages = Vec::new();
        loop {
            let from = cursor.as_ref().map_or(From::Start, From::Cursor);
            let page = self.page(folder, from, page_size).await;
            let next = page.next.clone();
            pages.push(page);
            match next {
                Next::CaughtUp(end) => return (pages, end),
                Next::More(on) => cursor = Some(on),
            }
            assert!(pages.len() < 10_000, "{}: the pages never end", self.case);
        }
    }

    pub(super) async fn delta(&self, folder: &FolderId, start: &Cursor) -> Vec<MailPage> {
        self.read_on(folder, Some(start), ALL).await.0
    }

    pub(super) async fn everything(&self, folder: &FolderId) -> Vec<Head> {
        let (pages, _) = self.read_on(folder, None, ALL).await;
        heads_of(&pages).into_iter().cloned().collect()
    }

    pub(super) async fn set_read(&self, item: &ItemId, is_read: bool) -> Answer<()> {
        self.mailbox.act(self.here(), &Action::SetRead { item: item.clone(), is_read }).await
    }

    /// Both the other road and the adapter say so.
    pub(super) async fn assert_read(&self, message: &Delivered, is_read: bool) {
        let held = self.world.is_read(&message.place).await;
        assert_eq!(held, Some(is_read), "{}: held", self.case);
        let listed = self.everything(self.here()).await;
        let listed = listed.iter().find(|head| head.item == *message.item()).map(|head| head.is_read);
        assert_eq!(listed, Some(is_read), "{}: listed", self.case);
    }
}

pub(super) fn heads_of(pages: &[MailPage]) -> Vec<&Head> {
    pages.iter().flat_map(|page| &page.heads).collect()
}

pub(super) fn subjects_of(pages: &[MailPage]) -> Vec<&str> {
    let mut subjects: Vec<_> = heads_of(pages).iter().map(|head| head.subject.as_str()).collect();
    subjects.sort_unstable();
    subjects
}

pub(super) fn gone_of(pages: &[MailPage]) -> Vec<&ItemId> {
    pages.iter().flat_map(|page| &page.gone).collect()
}

/// What the pages say about the message's being read, whichever way they say it.
pub(super) fn read_of(pages: &[MailPage], item: &ItemId) -> Option<bool> {
    let heads = pages.iter().flat_map(|page| page.heads.iter().map(|head| (&head.item, head.is_read)));
    let marks = pages.iter().flat_map(|page| page.read.iter().map(|(item, is_read)| (item, *is_read)));
    heads.chain(marks).rfind(|(known, _)| *known == item).map(|(_, is_read)| is_read)
}
