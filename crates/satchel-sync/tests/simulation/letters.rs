//! What happens to letters: the users of the devices track and mark them; elsewhere they come, move, are read and deleted.

use std::collections::BTreeSet;

use satchel_domain::{
    Column, EntryId, FolderId, RecordId, TableName, Value,
    edit::Deed as Done,
    mail::Purpose,
    tracking::{EMAILS, canonical_message_id, email_id},
};
use satchel_store::{Durability, Tx, messages, outbox::Entry, raws, schema};
use satchel_sync::{Event, mail, track, untrack};
use satchel_testkit::letter::Letter as Written;

use crate::{
    dice::Dice,
    plan::{LetterDeed, PostDeed},
    post::{Letter, MAILBOX, Tracked},
    violation::Outcome,
    world::World,
};

impl World {
    /// The user of a device does something with a letter that is shown there.
    pub(crate) fn user_of_mail(&mut self, device: usize, deed: PostDeed, pick: u64, value: u64) -> Outcome<()> {
        let Some(post) = &self.post else { return Ok(()) };
        if self.devices[device].hands.is_none() || post.letters.is_empty() {
            return Ok(());
        }
        // The newest are the busiest.
        let count = post.letters.len();
        let reach = if (pick >> 40) % 100 < self.config.crowding { count.min(3) } else { count };
        let letter = count - 1 - (pick % reach as u64) as usize;
        let key = post.letters[letter].key.clone();
        let database = self.devices[device].database().expect("a device that is on").clone();
        let row = database.read(|reader| messages::find(reader, MAILBOX, &key)).expect("a good disk");
        let Some(row) = row else { return Ok(()) };
        let step = self.step;
        self.note(format_args!("{device} {deed:?} letter {letter}"));
        match deed {
            PostDeed::Track | PostDeed::TrackRegarding => {
                let described = database.read(schema::load).expect("a good disk");
                let has_emails = |found: &satchel_domain::schema::Organisation| found.table(&emails()).is_some();
                let Some(organisation) = described.filter(has_emails) else { return Ok(()) };
                let mut dice = Dice::new(value);
                let regarding =
                    (deed == PostDeed::TrackRegarding).then(|| self.some_target(device, &mut dice)).flatten();
                let entry = EntryId(self.mint());
                let now = self.clock(device);
                let post = self.post.as_mut().expect("a mailbox");
                post.letters[letter].emails.insert(email_id(organisation.id, &key));
                let wishes = post.wishes(device, letter);
                wishes.was_tracked = true;
                // What is shown as tracked is left as it is.
                if matches!(row.mark, messages::Mark::Untracked | messages::Mark::Failed { .. }) {
                    wishes.tracked = Some((Tracked::InCrm, step));
                }
                save(&database, |tx| track(tx, &organisation, &key, &row, regarding, entry, now));
                self.tell(device, Event::Edited)?;
                self.check_wishes(device)
            }
            PostDeed::Untrack | PostDeed::UntrackAndDelete => {
                if row.mark == messages::Mark::Untracked {
                    return Ok(());
                }
                let is_delete = deed == PostDeed::UntrackAndDelete;
                // What was refused half-way may stand in CRM, open and of the same id as another device's: it is left there.
                let is_half_made = matches!(row.mark, messages::Mark::Failed { .. });
                let wanted = if is_delete && !is_half_made { Tracked::Nowhere } else { Tracked::NotHere };
                self.post.as_mut().expect("a mailbox").wishes(device, letter).tracked = Some((wanted, step));
                let entry = EntryId(self.mint());
                let now = self.clock(device);
                save(&database, |tx| untrack(tx, &key, is_delete, entry, now));
                self.tell(device, Event::Edited)?;
                self.check_wishes(device)
            }
            PostDeed::Mark => {
                let is_read = !row.head.is_read;
                let wishes = self.post.as_mut().expect("a mailbox").wishes(device, letter);
                (wishes.read, wishes.was_marked) = (Some((is_read, step)), true);
                save(&database, |tx| messages::want_read(tx, MAILBOX, &key, is_read));
                self.tell_post(device, mail::Event::Marked)
            }
            PostDeed::Open => {
                save(&database, |tx| raws::want(tx, MAILBOX, &key));
                self.tell_post(device, mail::Event::Wanted)
            }
        }
    }

    /// What reaches the mailbox and CRM by other hands.
    pub(crate) async fn letter(&mut self, deed: LetterDeed, pick: u64) -> Outcome<()> {
        if self.post.is_none() {
            return Ok(());
        }
        match deed {
            LetterDeed::Deliver => self.deliver(pick),
            LetterDeed::Move => self.with_letter(pick, |post, letter, item| {
                let folder = FolderId::new(["inbox", "archive", "deleted"][(pick >> 20) as usize % 3]);
                post.letters[letter].item = Some(post.model.move_to(&item, &folder));
            }),
            LetterDeed::Delete => self.with_letter(pick, |post, letter, item| {
                post.model.delete(&item);
                post.letters[letter].item = None;
            }),
            LetterDeed::MarkElsewhere => {
                let step = self.step;
                self.with_letter(pick, |post, letter, item| {
                    post.model.mark_read(&item, (pick >> 20).is_multiple_of(2));
                    post.letters[letter].marked.push(step);
                });
            }
            LetterDeed::TrackByService => self.track_by_service(pick),
            LetterDeed::DeleteEmail => {
                let rows = self.crm.rows(&emails());
                if let Some(row) = rows.get((pick % rows.len().max(1) as u64) as usize) {
                    self.crm.delete_as_another(&emails(), row.id);
                }
            }
        }
        let step = self.step;
        self.book.read(step, None).await;
        self.check_tracked_once()
    }

    pub(crate) fn deliver(&mut self, pick: u64) {
        let number = self.post.as_ref().map_or(0, |post| post.letters.len());
        let subject = format!("CANARY letter {number}");
        // Not every server writes it as another one does.
        let id = format!("<Letter-{number}.{}@Harbour.example>", self.seed);
        let mut written = Written::new(&subject, Some(&id), &format!("This is {subject}."));
        if pick.is_multiple_of(3) {
            written = written.file("offer.txt", "An offer.");
        }
        let Some(post) = &mut self.post else { return };
        let item = post.model.deliver(&post.model.folder(Purpose::Inbox), written.raw());
        let key = canonical_message_id(&id).expect("an id");
        let letter =
            Letter { key, subject, item: Some(item), marked: Vec::new(), emails: BTreeSet::new(), is_served: false };
        post.letters.push(letter);
    }

    fn with_letter(&mut self, pick: u64, deed: impl FnOnce(&mut crate::post::Post, usize, satchel_domain::ItemId)) {
        let Some(post) = &mut self.post else { return };
        let there: Vec<_> = (0..post.letters.len()).filter(|&letter| post.letters[letter].item.is_some()).collect();
        let Some(&letter) = there.get((pick % there.len().max(1) as u64) as usize) else { return };
        let item = post.letters[letter].item.clone().expect("a letter that is there");
        deed(post, letter, item);
    }

    /// Server-side synchronization, or a colleague's client, under an id of its own; it never makes a second one.
    fn track_by_service(&mut self, pick: u64) {
        let id = RecordId(self.mint());
        let crm = self.crm.clone();
        self.with_letter(pick, |post, letter, _| {
            let letter = &mut post.letters[letter];
            if crm.rows(&emails()).iter().any(|email| subject(email) == Some(&letter.subject)) {
                return;
            }
            let values = [
                ("subject", Value::Text(letter.subject.clone())),
                ("messageid", Value::Text(format!("<{}>", letter.key.as_str().to_ascii_uppercase()))),
                ("directioncode", Value::YesNo(false)),
                ("statecode", Value::Choice(1)),
                ("statuscode", Value::Choice(4)),
            ];
            crm.create_as_another(&emails(), id, &values.map(|(column, value)| (Column::new(column), value)));
            letter.emails.insert(id);
            letter.is_served = true;
        });
    }

    /// A record of another table that this device shows.
    fn some_target(&self, device: usize, dice: &mut Dice) -> Option<(TableName, RecordId, String)> {
        let tables = self.edited();
        let table = &tables[dice.below(tables.len() as u64) as usize];
        let shown = self.devices[device].all_shown(table);
        let record = shown.get(dice.below(shown.len() as u64) as usize)?;
        Some((table.name.clone(), record.id, "a record".to_owned()))
    }

    /// The user takes back an entry that tracks, or that says what the email is regarding, or leaves what it was to delete.
    pub(crate) fn mail_entry_discarded(&mut self, device: usize, entry: &Entry) {
        let Some(post) = &mut self.post else { return };
        let Some(letter) = post.letter_of(entry.edit.record) else { return };
        if matches!(entry.edit.deed, Done::Track | Done::Update | Done::Delete) {
            post.wishes(device, letter).tracked = None;
        }
    }

    /// The mailbox would not take the mark, and the user sees that.
    pub(crate) fn mark_is_given_up(&mut self, device: usize, mark: &mail::ReadMark) {
        let place = mark.place();
        let Some(post) = &mut self.post else { return };
        let found = self.devices[device].database().map(|database| {
            let block = |reader: &satchel_store::Reader<'_>| {
                messages::block(reader, MAILBOX, &place.folder, messages::Show::All, 0, 100_000)
            };
            database.read(block).expect("a good disk").rows
        });
        let key = found.and_then(|rows| rows.into_iter().find(|row| row.head.item == place.item)).map(|row| row.key);
        if let Some(letter) = key.and_then(|key| post.letter_with(&key)) {
            post.wishes(device, letter).read = None;
        }
    }
}

pub(crate) fn emails() -> TableName {
    TableName::new(EMAILS)
}

pub(crate) fn subject(email: &satchel_domain::Record) -> Option<&str> {
    email.value(&Column::new("subject")).as_text()
}

fn save<T>(database: &satchel_store::Database, deed: impl FnOnce(&Tx<'_>) -> satchel_store::Result<T>) -> T {
    database.write(Durability::Full, deed).expect("a save on a good disk")
}
