//! What pulls of mail do: pages of folders, marks of the user, bodies.

use satchel_domain::{
    ids::ItemId,
    mail::Head,
    ports::{MailPage, Next},
    tracking::item_key,
};
use satchel_store::{folders, messages, raws};

use super::{MAILBOX, Scene, Step, at, cursor, full, head, inbox, mail_page, normal};

/// A page that covers `pages` pages and has a next one.
pub(super) fn page_of(heads: Vec<Head>, pages: u64) -> MailPage {
    MailPage { heads, read: Vec::new(), gone: Vec::new(), next: Next::More(cursor(pages)) }
}

fn pull(page: MailPage) -> Step {
    normal(move |tx| {
        let before = folders::scope(tx, MAILBOX, &inbox())?;
        messages::store_page(tx, MAILBOX, &inbox(), &before, &page, at(60)).map(|_| ())
    })
}

/// A folder that was never read to its end, a delta with what was read and removed elsewhere, and a sweep.
pub(super) fn pages() -> Scene {
    let mut steps: Vec<Step> = (0..6).map(|number| pull(page_of(mail_page(number), number + 1))).collect();
    let delta = MailPage {
        heads: vec![head(300)],
        read: vec![(ItemId::new("item 100"), true), (ItemId::new("item 900"), true)],
        gone: vec![ItemId::new("item 901")],
        next: Next::CaughtUp(cursor(6)),
    };
    steps.push(pull(delta));
    steps.push(normal(|tx| messages::reset_scope(tx, MAILBOX, &inbox()).map(|_| ())));
    steps.push(pull(page_of(mail_page(0), 1)));
    steps.push(pull(MailPage { next: Next::CaughtUp(cursor(2)), ..page_of(mail_page(1), 2) }));
    Scene { name: "mail pages", steps }
}

/// Messages that the user reads and opens, whose bodies come.
pub(super) fn bodies() -> Scene {
    let read = |number: u64| full(move |tx| messages::want_read(tx, MAILBOX, &item_key(&head(number)), true));
    let settled = normal(|tx| messages::settle_read(tx, MAILBOX, &inbox(), &head(900).item, true));
    let wanted = full(|tx| raws::want(tx, MAILBOX, &item_key(&head(901))));
    let body = |number: u64, length: usize| {
        normal(move |tx| raws::put(tx, MAILBOX, &item_key(&head(number)), &vec![b'x'; length], "Dear", false))
    };
    let gone = pull(MailPage { gone: vec![head(900).item], ..page_of(mail_page(0), 1) });
    let steps = vec![read(900), body(900, 9_000), wanted, settled, body(901, 60_000), gone, read(901), body(900, 500)];
    Scene { name: "mail bodies", steps }
}
