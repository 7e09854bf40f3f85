//! A Dovecot, connectors to it, and another hand on its mailboxes.

use std::{
    fmt,
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use satchel_domain::{Private, mail::Purpose, ports::Later};
use satchel_internet_mail::{Imap, Patience, Settings};
use satchel_testkit::{
    dovecot::{Dovecot, Hand, PASSWORD, SERVER},
    mailbox_contract::{Place, World},
};

/// Of a server that answers; a test must not wait minutes for one that does not.
pub(crate) const PATIENCE: Patience =
    Patience { connect: Duration::from_secs(20), silence: Duration::from_secs(20), total: Duration::from_secs(120) };

pub(crate) fn settings(dovecot: &Dovecot, user: &str) -> Settings {
    Settings {
        certificate_authority: Some(dovecot.certificates.authority.clone().into_bytes()),
        patience: PATIENCE,
        ..Settings::new(SERVER, dovecot.imaps, user, Private::new(PASSWORD.to_owned()))
    }
}

pub(crate) fn mailbox(dovecot: &Dovecot, user: &str) -> Imap {
    Imap::new(settings(dovecot, user)).unwrap()
}

/// The same mailbox by another road.
pub(crate) struct OtherHand(Mutex<Hand>);

impl OtherHand {
    pub(crate) fn of(dovecot: &Dovecot, user: &str) -> Self {
        Self(Mutex::new(dovecot.hand(user)))
    }

    pub(crate) fn hand(&self) -> MutexGuard<'_, Hand> {
        self.0.lock().unwrap()
    }
}

impl fmt::Debug for OtherHand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OtherHand")
    }
}

fn folder(purpose: Purpose) -> &'static str {
    match purpose {
        Purpose::Inbox => "INBOX",
        Purpose::Drafts => "Drafts",
        Purpose::Sent => "Sent",
        Purpose::Archive => "Archive",
        Purpose::Deleted => "Trash",
        Purpose::Junk => "Junk",
        Purpose::Outbox => panic!("IMAP has no outbox"),
    }
}

/// A place is a folder and a UID.
fn apart(place: &Place) -> (&str, &str) {
    place.0.split_once(' ').unwrap()
}

fn ready<'a, T: Send + 'a>(value: T) -> Later<'a, T> {
    Box::pin(std::future::ready(value))
}

impl World for OtherHand {
    fn deliver<'a>(&'a self, into: Purpose, raw: &'a [u8]) -> Later<'a, Place> {
        let folder = folder(into);
        ready(Place(format!("{folder} {}", self.hand().append(folder, raw))))
    }

    fn move_to<'a>(&'a self, message: &'a Place, to: Purpose) -> Later<'a, Place> {
        let (from, uid) = apart(message);
        let mut hand = self.hand();
        hand.tell(&format!("SELECT {from}"));
        hand.tell(&format!("UID MOVE {uid} {}", folder(to)));
        // Nothing else arrives meanwhile.
        let newest = hand.search(folder(to), "ALL").into_iter().max().unwrap();
        ready(Place(format!("{} {newest}", folder(to))))
    }

    fn delete<'a>(&'a self, message: &'a Place) -> Later<'a, ()> {
        let (from, uid) = apart(message);
        let mut hand = self.hand();
        hand.tell(&format!("SELECT {from}"));
        hand.tell(&format!("UID STORE {uid} +FLAGS.SILENT (\\Deleted)"));
        hand.tell(&format!("UID EXPUNGE {uid}"));
        ready(())
    }

    fn mark_read<'a>(&'a self, message: &'a Place, is_read: bool) -> Later<'a, ()> {
        let (from, uid) = apart(message);
        let sign = if is_read { '+' } else { '-' };
        let mut hand = self.hand();
        hand.tell(&format!("SELECT {from}"));
        hand.tell(&format!("UID STORE {uid} {sign}FLAGS.SILENT (\\Seen)"));
        ready(())
    }

    fn is_read<'a>(&'a self, message: &'a Place) -> Later<'a, Option<bool>> {
        let (from, uid) = apart(message);
        let mut hand = self.hand();
        let is_there = !hand.search(from, &format!("UID {uid}")).is_empty();
        let is_seen = !hand.search(from, &format!("UID {uid} SEEN")).is_empty();
        ready(is_there.then_some(is_seen))
    }

    fn count(&self, of: Purpose) -> Later<'_, usize> {
        ready(self.hand().search(folder(of), "ALL").len())
    }

    fn forget_cursors(&self, of: Purpose) -> Later<'_, ()> {
        self.hand().renumber(folder(of));
        ready(())
    }
}
