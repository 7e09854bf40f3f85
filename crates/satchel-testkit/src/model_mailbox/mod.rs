//! The model mailbox: what a mail server promises, in memory, without a network, the same in every run.
//!
//! It passes the same contract suite as the real adapters (`mailbox_contract`), so that a lie of it fails a test.

mod cursor;
mod hooks;
mod letters;
mod wait;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::SignedDuration;
use satchel_domain::{
    FolderId, ItemId, ServiceError,
    error::Answer,
    mail::{Action, Folder, Purpose},
    ports::{From, Later, MailPage, Mailbox},
};

use self::{letters::Letters, wait::Gate};

/// Clones share the mailbox, as two devices do.
#[derive(Clone, Debug)]
pub struct ModelMailbox {
    state: Arc<Mutex<State>>,
    gate: Arc<Gate>,
    /// Stands before the answers with a whole message.
    bodies: Arc<Gate>,
}

#[derive(Clone, Debug)]
struct State {
    folders: Vec<Folder>,
    letters: Letters,
    /// Cursors of an older age are expired.
    age: u32,
    is_down: bool,
    is_signed_out: bool,
    throttle: Option<SignedDuration>,
    refusal: Option<(String, String)>,
    loses_answer: bool,
    calls: usize,
    writes: usize,
}

impl ModelMailbox {
    /// An empty mailbox with these folders, parents before children.
    pub fn new(folders: Vec<Folder>) -> Self {
        let state = State {
            folders,
            letters: Letters::default(),
            age: 0,
            is_down: false,
            is_signed_out: false,
            throttle: None,
            refusal: None,
            loses_answer: false,
            calls: 0,
            writes: 0,
        };
        Self { state: Arc::new(Mutex::new(state)), gate: Arc::default(), bodies: Arc::default() }
    }

    /// An empty mailbox with the usual folders, and `Projects` with `2026` in it.
    pub fn sample() -> Self {
        let usual = [
            ("inbox", "Inbox", Purpose::Inbox),
            ("drafts", "Drafts", Purpose::Drafts),
            ("sent", "Sent Items", Purpose::Sent),
            ("archive", "Archive", Purpose::Archive),
            ("deleted", "Deleted Items", Purpose::Deleted),
            ("junk", "Junk Email", Purpose::Junk),
        ];
        let usual = usual.map(|(id, name, purpose)| Folder {
            id: FolderId::new(id),
            parent: None,
            name: name.to_owned(),
            purpose: Some(purpose),
        });
        let own = [("projects", None, "Projects"), ("projects-2026", Some("projects"), "2026")];
        let own = own.map(|(id, parent, name)| Folder {
            id: FolderId::new(id),
            parent: parent.map(FolderId::new),
            name: name.to_owned(),
            purpose: None,
        });
        Self::new(usual.into_iter().chain(own).collect())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Done at once; the answer waits for the gate.
    async fn call<T>(&self, ask: impl FnOnce(&mut State) -> Answer<T>) -> Answer<T> {
        let answer = {
            let mut state = self.lock();
            state.answer_call().and_then(|()| ask(&mut state))
        };
        self.gate.pass().await;
        answer
    }
}

impl State {
    /// What every call meets before the server looks at it.
    fn answer_call(&mut self) -> Answer<()> {
        self.calls += 1;
        if self.is_down {
            return Err(ServiceError::Unreachable { why: "the model mailbox is down".to_owned() });
        }
        if self.is_signed_out {
            return Err(ServiceError::SignInNeeded { why: "the model mailbox does not know us".to_owned() });
        }
        match self.throttle.take() {
            Some(wait) => Err(ServiceError::Throttled { wait }),
            None => Ok(()),
        }
    }

    fn known(&self, folder: &FolderId) -> Answer<()> {
        if self.folders.iter().any(|known| &known.id == folder) { Ok(()) } else { Err(ServiceError::Missing) }
    }

    fn pull(&mut self, folder: &FolderId, from: From<'_>, page_size: u32) -> Answer<MailPage> {
        self.known(folder)?;
        cursor::page(&self.letters, folder, from, page_size as usize, self.age)
    }

    fn raw(&mut self, folder: &FolderId, item: &ItemId) -> Answer<Vec<u8>> {
        let letter = self.letters.find(item).filter(|letter| &letter.folder == folder);
        letter.map(|letter| letter.raw.clone()).ok_or(ServiceError::Missing)
    }

    fn act(&mut self, folder: &FolderId, action: &Action) -> Answer<()> {
        if let Some((code, reason)) = self.refusal.take() {
            return Err(ServiceError::Refused { code, reason });
        }
        match action {
            Action::SetRead { item, is_read } => {
                self.raw(folder, item)?;
                if self.letters.set_read(item, *is_read) {
                    self.writes += 1;
                }
            }
        }
        // It did arrive; only the answer did not.
        if std::mem::take(&mut self.loses_answer) { Err(ServiceError::Unanswered) } else { Ok(()) }
    }
}

impl Mailbox for ModelMailbox {
    fn folders(&self) -> Later<'_, Answer<Vec<Folder>>> {
        Box::pin(self.call(|state| Ok(state.folders.clone())))
    }

    fn pull<'a>(&'a self, folder: &'a FolderId, from: From<'a>, page_size: u32) -> Later<'a, Answer<MailPage>> {
        Box::pin(self.call(move |state| state.pull(folder, from, page_size)))
    }

    fn raw<'a>(&'a self, folder: &'a FolderId, item: &'a ItemId) -> Later<'a, Answer<Vec<u8>>> {
        Box::pin(async move {
            let answer = self.call(move |state| state.raw(folder, item)).await;
            self.bodies.pass().await;
            answer
        })
    }

    fn act<'a>(&'a self, folder: &'a FolderId, action: &'a Action) -> Later<'a, Answer<()>> {
        Box::pin(self.call(move |state| state.act(folder, action)))
    }
}
