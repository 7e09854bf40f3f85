//! The model mailbox, with a note of what was asked of it and messages that it will not give.

use std::sync::{Arc, Mutex, MutexGuard};

use satchel_domain::{
    FolderId, ItemId, ServiceError,
    error::Answer,
    mail::{Action, Folder, Purpose},
    ports::{From, Later, MailPage, Mailbox},
};
use satchel_testkit::{ModelMailbox, letter::Letter};

/// Clones share the mailbox.
#[derive(Clone, Debug)]
pub(crate) struct Post {
    pub(crate) model: ModelMailbox,
    notes: Arc<Mutex<Notes>>,
}

#[derive(Debug, Default)]
struct Notes {
    raws: Vec<ItemId>,
    acts: Vec<Action>,
    refused: Vec<(ItemId, ServiceError)>,
    broken_folder: Option<FolderId>,
}

impl Post {
    pub(crate) fn new() -> Self {
        Self { model: ModelMailbox::sample(), notes: Arc::default() }
    }

    /// This many messages in the folder, numbered from 0, the oldest first.
    pub(crate) fn fill(&self, purpose: Purpose, count: usize) -> Vec<ItemId> {
        let folder = self.model.folder(purpose);
        let written = |number: usize| written(&format!("{purpose:?} {number:03}"));
        (0..count).map(|number| self.model.deliver(&folder, written(number))).collect()
    }

    pub(crate) fn deliver(&self, purpose: Purpose, subject: &str) -> ItemId {
        self.model.deliver(&self.model.folder(purpose), written(subject))
    }

    /// The messages that were asked for as a whole, in order.
    pub(crate) fn raws(&self) -> Vec<ItemId> {
        self.notes().raws.clone()
    }

    /// What was to be done to messages, in order, whatever came of it.
    pub(crate) fn acts(&self) -> Vec<Action> {
        self.notes().acts.clone()
    }

    /// From now on this message is not given, for this reason.
    pub(crate) fn refuse(&self, item: &ItemId, why: ServiceError) {
        self.notes().refused.push((item.clone(), why));
    }

    /// From now on nobody makes sense of what is said of this folder.
    pub(crate) fn break_folder(&self, folder: Option<FolderId>) {
        self.notes().broken_folder = folder;
    }

    fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap()
    }
}

fn written(subject: &str) -> Vec<u8> {
    let id = format!("<{}@harbour.example>", subject.replace(' ', "-"));
    Letter::new(subject, Some(&id), &format!("This is {subject}.")).raw()
}

impl Mailbox for Post {
    fn folders(&self) -> Later<'_, Answer<Vec<Folder>>> {
        self.model.folders()
    }

    fn pull<'a>(&'a self, folder: &'a FolderId, from: From<'a>, page_size: u32) -> Later<'a, Answer<MailPage>> {
        if self.notes().broken_folder.as_ref() == Some(folder) {
            return Box::pin(async { Err(ServiceError::Broken { detail: "this folder is".to_owned() }) });
        }
        self.model.pull(folder, from, page_size)
    }

    fn raw<'a>(&'a self, folder: &'a FolderId, item: &'a ItemId) -> Later<'a, Answer<Vec<u8>>> {
        self.notes().raws.push(item.clone());
        let refused = self.notes().refused.iter().find(|(refused, _)| refused == item).map(|(_, why)| why.clone());
        match refused {
            Some(why) => Box::pin(async { Err(why) }),
            None => self.model.raw(folder, item),
        }
    }

    fn act<'a>(&'a self, folder: &'a FolderId, action: &'a Action) -> Later<'a, Answer<()>> {
        self.notes().acts.push(action.clone());
        self.model.act(folder, action)
    }
}
