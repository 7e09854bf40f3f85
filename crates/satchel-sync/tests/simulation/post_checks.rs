//! What has to be true of letters: tracked once and shown so, every one here once, every mark told.

use std::collections::BTreeMap;

use satchel_domain::{FolderId, RecordId};
use satchel_store::{
    links,
    messages::{self, Mark, Show},
};
use satchel_sync::{Effect as CrmEffect, mail::Effect};

use crate::{
    letters::{emails, subject},
    plants::Plant,
    post::{self, Gist, MAILBOX, Tracked},
    violation::{Outcome, violated},
    world::World,
};

impl World {
    /// I8, at any moment: no letter is in CRM twice, whoever brought it there.
    pub(crate) fn check_tracked_once(&mut self) -> Outcome<()> {
        let Some(post) = &mut self.post else { return Ok(()) };
        let mut seen: BTreeMap<String, RecordId> = BTreeMap::new();
        for email in self.crm.rows(&emails()) {
            let Some(subject) = subject(&email) else { continue };
            if let Some(letter) = post.letters.iter_mut().find(|letter| letter.subject == subject) {
                letter.emails.insert(email.id);
            }
            if let Some(other) = seen.insert(subject.to_owned(), email.id) {
                return violated("I8", format!("{subject} is {other} in CRM, and {} too", email.id));
            }
        }
        Ok(())
    }

    /// I2, I4 and I8 of what a device wrote of emails.
    pub(crate) async fn check_email_write(&mut self, number: usize, effect: &CrmEffect) -> Outcome<()> {
        let id = match effect {
            CrmEffect::Promote { draft, .. } => draft.id,
            CrmEffect::Push { entry } if entry.edit.table == emails() => entry.edit.record,
            _ => return Ok(()),
        };
        let key = (emails(), id);
        let changed = self.book.read(self.step, Some((number, &key))).await;
        let Some(post) = &self.post else { return Ok(()) };
        for changed in changed.iter().filter(|changed| changed.key == key && changed.after.is_none()) {
            let wishes = post.letter_of(changed.key.1).and_then(|letter| post.wishes.get(&(number, letter)));
            if !wishes.is_some_and(|wishes| wishes.was_tracked || wishes.tracked.is_some()) {
                return violated("I2", format!("email {id} was deleted, and no user of device {number} wants that"));
            }
        }
        self.check_tracked_once()
    }

    /// I4: what an email refers to is there.
    pub(crate) fn check_email_order(&self, number: usize, effect: &CrmEffect) -> Outcome<()> {
        let CrmEffect::Promote { draft, .. } = effect else { return Ok(()) };
        let parties = draft.parties.iter().filter_map(|party| party.record.clone());
        for target in parties.chain(draft.regarding.clone()) {
            if self.ledger.is_unborn(&(number, target.clone())) && !self.book.was_born(&target) {
                return violated("I4", format!("{} is sent before {} that it refers to", draft.id, target.1));
            }
        }
        Ok(())
    }

    /// Whether the mailbox's agent has told everything and shows what the mailbox has.
    pub(crate) fn is_post_calm(&self, device: usize) -> bool {
        let (Some(post), Some(database)) = (&self.post, self.devices[device].database()) else { return true };
        let unsent = database.read(|reader| messages::unsent_reads(reader, MAILBOX, 1)).expect("a good disk");
        unsent.is_empty() && self.folders(device).iter().all(|(folder, rows)| *rows == heads(&post.model, folder))
    }

    /// What a device shows of each folder of the mailbox.
    fn folders(&self, device: usize) -> Vec<(FolderId, Vec<Gist>)> {
        let (Some(_), Some(database)) = (&self.post, self.devices[device].database()) else { return Vec::new() };
        let folders = ["inbox", "archive", "deleted"].map(FolderId::new);
        let rows = |folder: &FolderId| {
            let block = database.read(|reader| messages::block(reader, MAILBOX, folder, Show::All, 0, 100_000));
            let mut rows: Vec<_> = block.expect("a good disk").rows.iter().map(|row| post::gist(&row.head)).collect();
            rows.sort();
            rows
        };
        folders.into_iter().map(|folder| (folder.clone(), rows(&folder))).collect()
    }

    /// I17 and I8 at the end.
    pub(crate) fn check_post(&self, device: usize) -> Outcome<()> {
        let Some(post) = &self.post else { return Ok(()) };
        for (folder, rows) in self.folders(device) {
            let there = heads(&post.model, &folder);
            if rows != there {
                return violated("I17", format!("device {device} shows {rows:?} in {folder}, which has {there:?}"));
            }
        }
        (0..post.letters.len()).try_for_each(|letter| {
            self.check_mark(device, letter)?;
            self.check_letter(device, letter)
        })
    }

    /// A mark that nobody changed since stands in the mailbox.
    fn check_mark(&self, device: usize, number: usize) -> Outcome<()> {
        let Some(post) = &self.post else { return Ok(()) };
        let letter = &post.letters[number];
        let Some((wanted, since)) = post.wishes.get(&(device, number)).and_then(|wishes| wishes.read) else {
            return Ok(());
        };
        let by_others =
            post.wishes.iter().any(|((other, of), wishes)| *other != device && *of == number && wishes.was_marked);
        let is_changed = by_others || letter.marked.iter().any(|&step| step >= since);
        let is_read = letter.item.as_ref().and_then(|item| post.model.is_read(item));
        match is_read {
            Some(is_read) if !is_changed && is_read != wanted => {
                violated("I17", format!("{} is to be read: {wanted}, and the mailbox says {is_read}", letter.subject))
            }
            _ => Ok(()),
        }
    }

    /// The wish about a letter came true, and the letter is shown as what it is.
    fn check_letter(&self, device: usize, number: usize) -> Outcome<()> {
        let (Some(post), Some(database)) = (&self.post, self.devices[device].database()) else { return Ok(()) };
        let letter = &post.letters[number];
        let there = self.crm.rows(&emails()).into_iter().find(|email| subject(email) == Some(&letter.subject));
        let wishes = post.wishes.get(&(device, number)).cloned().unwrap_or_default();
        let others = |is_it: &dyn Fn(&post::Wishes) -> bool| {
            post.wishes.iter().any(|((other, of), wishes)| *other != device && *of == number && is_it(wishes))
        };
        match wishes.tracked {
            Some((Tracked::InCrm, since)) => {
                let died = letter.emails.iter().any(|id| self.book.died_since(&(emails(), *id), since));
                if there.is_none() && !died {
                    return violated("I1", format!("{} is to be tracked, and CRM has it not", letter.subject));
                }
            }
            Some((Tracked::Nowhere, _)) => {
                // What the user had not seen yet was not meant: a record of another's making stays.
                let is_another = others(&|wishes| wishes.was_tracked) || letter.is_served;
                if there.is_some() && !is_another {
                    return violated("I1", format!("{} shall be gone from CRM, and stays", letter.subject));
                }
            }
            Some((Tracked::NotHere, _)) | None => {}
        }
        let row = database.read(|reader| messages::find(reader, MAILBOX, &letter.key)).expect("a good disk");
        let link = database.read(|reader| links::of(reader, &letter.key)).expect("a good disk");
        let is_broken = link.is_some_and(|link| link.is_broken);
        let expected = there.filter(|_| !is_broken).map(|email| email.id);
        let is_wanted_away = matches!(wishes.tracked, Some((Tracked::NotHere | Tracked::Nowhere, _)));
        match row.map(|row| row.mark) {
            Some(Mark::Tracked { email, .. }) if is_wanted_away => {
                violated("I8", format!("{} was untracked on device {device}, and shows {email}", letter.subject))
            }
            Some(Mark::Tracked { email, .. }) if expected == Some(email) => Ok(()),
            Some(Mark::Untracked) if expected.is_none() => Ok(()),
            None => Ok(()),
            Some(mark) => violated(
                "I8",
                format!("{} is shown on device {device} as {mark:?}, and CRM has {expected:?}", letter.subject),
            ),
        }
    }

    /// What a plant does after the mailbox's agent did something.
    pub(crate) fn reap_post(&mut self, number: usize, effect: &Effect) {
        let (Some(Plant::FlagEcho), Effect::StorePage { folder, page, .. }) = (self.plant, effect) else { return };
        let Some(database) = self.devices[number].database() else { return };
        for (item, _) in &page.read {
            let echo =
                database.write(satchel_store::Durability::Normal, |tx| messages::drop_read(tx, MAILBOX, folder, item));
            echo.expect("a good disk");
        }
    }
}

fn heads(model: &satchel_testkit::ModelMailbox, folder: &FolderId) -> Vec<Gist> {
    let mut heads: Vec<_> = model.heads(folder).iter().map(post::gist).collect();
    heads.sort();
    heads
}
