//! Mail that no one here wrote, in a real mailbox: every message is listed and read, damaged ones as far as they can be.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use satchel_domain::{
    ids::FolderId,
    mail::Head,
    ports::{From, MailPage, Mailbox, Next},
};
use satchel_formats::{html, message};
use satchel_testkit::{corpus, dovecot::Dovecot};

use crate::world;

/// No message may take longer to be read, not even on a busy machine.
const LONGEST: Duration = Duration::from_secs(10);

#[tokio::test]
async fn every_message_of_the_world_is_listed_and_read() {
    let dovecot = Dovecot::start();
    let mut hand = dovecot.hand("ada");
    let all = corpus::messages();
    let mut delivered = BTreeMap::new();
    for (name, raw) in &all {
        delivered.insert(hand.append("INBOX", raw), (name, raw));
    }

    let mailbox = world::mailbox(&dovecot, "ada");
    let inbox = mailbox.folders().await.unwrap().remove(0).id;
    let heads = list(&mailbox, &inbox).await;
    assert_eq!(heads.len(), all.len());
    for head in heads {
        let uid: u32 = head.item.as_str().split_once('.').unwrap().1.parse().unwrap();
        let (name, sent) = delivered.remove(&uid).unwrap();
        let raw = mailbox.raw(&inbox, &head.item).await.unwrap();
        let begun = Instant::now();
        let read = message::read(&raw);
        message::preview(&read);
        if let message::Body::Html(page) = &read.body {
            html::clean(page, &|_| None, html::Pictures::Blocked);
        }
        assert!(begun.elapsed() < LONGEST, "{name} takes {:?}", begun.elapsed());
        // The server may end lines in its own way; what the message says must be the same, in the list and on opening.
        assert_eq!(read.subject, message::read(sent).subject, "{name}");
        let listed = (&head.subject, &head.message_id, &head.from, &head.to, &head.cc, head.sent_at);
        let opened = (&read.subject, &read.message_id, &read.from, &read.to, &read.cc, read.sent_at);
        assert_eq!(listed, opened, "{name}");
        assert!(
            head.has_attachments || read.attachments.iter().all(|file| file.is_inline) || head.size > Some(4096),
            "{name}"
        );
    }
    assert!(delivered.is_empty(), "not listed: {delivered:?}");
}

async fn list(mailbox: &dyn Mailbox, folder: &FolderId) -> Vec<Head> {
    let mut heads = Vec::new();
    let mut page: MailPage = mailbox.pull(folder, From::Start, 50).await.unwrap();
    loop {
        heads.append(&mut page.heads);
        match page.next {
            Next::CaughtUp(_) => return heads,
            Next::More(cursor) => page = mailbox.pull(folder, From::Cursor(&cursor), 50).await.unwrap(),
        }
    }
}
