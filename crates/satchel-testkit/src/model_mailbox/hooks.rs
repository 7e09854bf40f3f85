//! What only a test can do to the model: other hands, faults, and a look at what it holds.

use std::sync::{Arc, Mutex};

use jiff::SignedDuration;
use satchel_domain::{
    FolderId, ItemId,
    mail::{Folder, Head, Purpose},
};

use super::ModelMailbox;

impl ModelMailbox {
    /// The mailbox as it is now, which goes its own way from here: one for each life after a crash.
    pub fn fork(&self) -> Self {
        let state = self.lock().clone();
        Self { state: Arc::new(Mutex::new(state)), gate: Arc::default(), bodies: Arc::default() }
    }

    /// The folder with this purpose.
    pub fn folder(&self, purpose: Purpose) -> FolderId {
        let state = self.lock();
        let found = state.folders.iter().find(|folder| folder.purpose == Some(purpose));
        found.map_or_else(|| panic!("no folder for {purpose:?}"), |folder| folder.id.clone())
    }

    /// Somebody makes a folder; its parent must be there.
    pub fn add_folder(&self, folder: Folder) {
        self.lock().folders.push(folder);
    }

    /// Somebody deletes a folder with all that is in it.
    pub fn drop_folder(&self, folder: &FolderId) {
        let items: Vec<_> = self.heads(folder).into_iter().map(|head| head.item).collect();
        let mut state = self.lock();
        for item in items {
            state.letters.remove(&item);
        }
        state.folders.retain(|known| &known.id != folder);
    }

    /// A message arrives, unread.
    pub fn deliver(&self, folder: &FolderId, raw: impl Into<Vec<u8>>) -> ItemId {
        let mut state = self.lock();
        assert!(state.known(folder).is_ok(), "no folder {folder}");
        state.letters.deliver(folder, raw.into())
    }

    /// Somebody moves a message; it has a new handle there.
    pub fn move_to(&self, item: &ItemId, folder: &FolderId) -> ItemId {
        let mut state = self.lock();
        assert!(state.known(folder).is_ok(), "no folder {folder}");
        state.letters.move_to(item, folder).unwrap_or_else(|| panic!("no message {item} to move"))
    }

    /// Somebody deletes a message for good.
    pub fn delete(&self, item: &ItemId) {
        assert!(self.lock().letters.remove(item).is_some(), "no message {item} to delete");
    }

    /// Somebody reads a message elsewhere, or marks it as unread.
    pub fn mark_read(&self, item: &ItemId, is_read: bool) {
        self.lock().letters.set_read(item, is_read);
    }

    /// As the server holds it; none when the message is not there.
    pub fn is_read(&self, item: &ItemId) -> Option<bool> {
        self.lock().letters.find(item).map(|held| held.is_read)
    }

    /// What the folder holds, newest first.
    pub fn heads(&self, folder: &FolderId) -> Vec<Head> {
        let state = self.lock();
        let numbers = state.letters.reading(folder, u64::MAX, u64::MAX);
        numbers.into_iter().filter_map(|number| state.letters.head(number)).collect()
    }

    /// How many calls reached it or would have.
    pub fn calls(&self) -> usize {
        self.lock().calls
    }

    /// How many actions changed something, the ones with a lost answer included.
    pub fn writes(&self) -> usize {
        self.lock().writes
    }

    /// Every call is `Unreachable` until [`come_back`](Self::come_back).
    pub fn go_down(&self) {
        self.lock().is_down = true;
    }

    pub fn come_back(&self) {
        self.lock().is_down = false;
    }

    /// Every call asks to sign in until [`sign_in`](Self::sign_in).
    pub fn sign_out(&self) {
        self.lock().is_signed_out = true;
    }

    pub fn sign_in(&self) {
        self.lock().is_signed_out = false;
    }

    /// The next call of any kind is throttled.
    pub fn throttle_next(&self, wait: SignedDuration) {
        self.lock().throttle = Some(wait);
    }

    /// The next action is refused with these words.
    pub fn refuse_next(&self, code: &str, reason: &str) {
        self.lock().refusal = Some((code.to_owned(), reason.to_owned()));
    }

    /// The next action that is good is done, and its answer lost.
    pub fn answer_lost_next(&self) {
        self.lock().loses_answer = true;
    }

    /// Every cursor handed out so far is expired.
    pub fn expire_cursors(&self) {
        self.lock().age += 1;
    }

    /// Calls are done, and their answers stay away until [`let_go`](Self::let_go).
    pub fn hold_answers(&self) {
        self.gate.shut();
    }

    pub fn let_go(&self) {
        self.gate.open();
    }

    /// The same for whole messages alone: lists go on.
    pub fn hold_bodies(&self) {
        self.bodies.shut();
    }

    pub fn let_bodies_go(&self) {
        self.bodies.open();
    }
}
