//! Mailboxes are kept, changed, and leave nothing behind but what was tracked.

use satchel_domain::{
    Cursor, Private,
    ids::FolderId,
    ports::{MailPage, Next},
    scope::Scope,
    tracking::item_key,
};

use super::*;
use crate::{
    Durability, folders, links, messages, raws,
    samples::{self, MAILBOX, at, head, id},
};

fn other() -> Mailbox {
    Mailbox {
        id: MailboxId(Uuid::from_u128(0x41)),
        account: Account::Imap { server: "imap.fjord.example".into(), port: 993, user: "mia".into() },
        address: "mia@fjord.example".into(),
        own: vec!["mia@fjord.example".into()],
        message: Some("The password was refused. Type it again.".into()),
    }
}

#[test]
fn mailboxes_read_back_as_they_were_added_and_adding_one_again_replaces_it() {
    let (_folder, database) = samples::database();
    let both = [samples::mailbox(), other()];
    database.write(Durability::Full, |tx| both.iter().try_for_each(|mailbox| add(tx, mailbox))).unwrap();
    assert_eq!(database.read(all).unwrap(), both);
    let changed = Mailbox { message: Some("Sign in again.".into()), ..samples::mailbox() };
    database.write(Durability::Full, |tx| add(tx, &changed)).unwrap();
    assert_eq!(database.read(all).unwrap(), [changed.clone(), other()]);
    assert_eq!(database.read(|reader| one(reader, MAILBOX)).unwrap(), Some(changed));
    let unknown = MailboxId(Uuid::from_u128(9));
    assert_eq!(database.read(|reader| one(reader, unknown)).unwrap(), None);
}

#[test]
fn a_mailbox_that_is_removed_takes_everything_but_the_links_with_it() {
    let (_folder, database) = samples::database();
    samples::add_mailbox(&database, &["inbox"]);
    let (message, inbox) = (head(1, "Offer"), FolderId::new("inbox"));
    let key = item_key(&message);
    let page =
        MailPage { heads: vec![message], read: Vec::new(), gone: Vec::new(), next: Next::CaughtUp(Cursor::new("d")) };
    database
        .write(Durability::Full, |tx| {
            add(tx, &other())?;
            messages::store_page(tx, MAILBOX, &inbox, &Scope::Cold, &page, at(5))?;
            raws::put(tx, MAILBOX, &key, b"raw", "", false)?;
            links::link_to(tx, &key, id(7), true)?;
            for mailbox in [MAILBOX, other().id] {
                secrets::set(tx, &secret(mailbox), &Private::new("password".to_owned()))?;
            }
            remove(tx, MAILBOX)
        })
        .unwrap();
    database
        .read(|reader| {
            assert_eq!(all(reader)?, [other()]);
            assert_eq!(folders::list(reader, MAILBOX)?, []);
            assert_eq!(messages::anywhere(reader, &key)?, None);
            assert_eq!(raws::get(reader, &key)?, None);
            assert_eq!(secrets::get(reader, &secret(MAILBOX))?, None);
            assert!(secrets::get(reader, &secret(other().id))?.is_some());
            assert_eq!(links::key_of(reader, id(7))?, Some(key.clone()));
            let left: i64 = reader.sql().query_row(
                "SELECT (SELECT count(*) FROM folder) + (SELECT count(*) FROM message) + (SELECT count(*) FROM raw)",
                [],
                |row| row.get(0),
            )?;
            assert_eq!(left, 0);
            Ok(())
        })
        .unwrap();
}
