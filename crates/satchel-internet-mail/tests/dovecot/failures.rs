//! Whatever goes wrong is a sentence that says what to do, and the next call goes on.

use std::time::Duration;

use satchel_domain::{
    Private, ServiceError,
    mail::{Action, Purpose},
    ports::{From, Mailbox as _, Next},
    tracking::item_key,
};
use satchel_internet_mail::{Imap, Patience, Security, Settings, check};
use satchel_testkit::{
    dovecot::{Dovecot, SERVER},
    letter::Letter,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};

use crate::world;

/// For servers that never answer.
const SHORT: Patience = Patience {
    connect: Duration::from_millis(300),
    silence: Duration::from_millis(300),
    total: Duration::from_secs(20),
};

#[track_caller]
fn assert_says(answer: &Result<impl std::fmt::Debug, ServiceError>, words: &[&str]) {
    let said = answer.as_ref().unwrap_err().to_string();
    for word in words {
        assert!(said.contains(word), "no {word:?} in: {said}");
    }
}

/// A server on this machine that takes one connection, says this, and then nothing more.
async fn server_that_says(words: &'static [u8]) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(words).await.unwrap();
        // Stays until the other end goes.
        while stream.read(&mut [0; 1024]).await.is_ok_and(|length| length > 0) {}
    });
    port
}

fn nobody(port: u16, security: Security) -> Settings {
    let settings = Settings::new("127.0.0.1", port, "ada", Private::new("open sesame".to_owned()));
    Settings { security, patience: SHORT, ..settings }
}

#[tokio::test]
async fn good_settings_are_said_to_be_good_over_tls_and_starttls() {
    let dovecot = Dovecot::start();
    let settings = world::settings(&dovecot, "ada");
    let checked = check(&settings).await.unwrap();
    let purposes: Vec<_> = checked.folders.iter().filter_map(|folder| folder.purpose).collect();
    for purpose in [Purpose::Inbox, Purpose::Drafts, Purpose::Sent, Purpose::Archive, Purpose::Deleted, Purpose::Junk] {
        assert!(purposes.contains(&purpose), "no {purpose:?} among {purposes:?}");
    }
    let starttls = Settings { port: dovecot.imap, security: Security::StartTls, ..settings };
    assert_eq!(check(&starttls).await.unwrap(), checked);
}

#[tokio::test]
async fn a_wrong_password_is_said_in_the_servers_words() {
    let dovecot = Dovecot::start();
    for password in ["wrong", "falsch\u{e4}", "qu\"o\\te"] {
        let settings = Settings { password: Private::new(password.to_owned()), ..world::settings(&dovecot, "ada") };
        let answer = check(&settings).await;
        assert!(matches!(answer, Err(ServiceError::SignInNeeded { .. })), "{answer:?}");
        assert_says(&answer, &[SERVER, "user name and password", "Authentication failed"]);
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_signed_and_one_of_another_name_are_named() {
    let dovecot = Dovecot::start();
    let stranger = Settings { certificate_authority: None, ..world::settings(&dovecot, "ada") };
    assert_says(&check(&stranger).await, &["certificate of localhost", "nobody this computer trusts"]);
    let other_name = Settings { server: "127.0.0.1".to_owned(), ..world::settings(&dovecot, "ada") };
    assert_says(&check(&other_name).await, &["certificate of 127.0.0.1", "another name"]);
    let starttls = Settings {
        port: dovecot.imap,
        security: Security::StartTls,
        certificate_authority: None,
        ..world::settings(&dovecot, "ada")
    };
    assert_says(&check(&starttls).await, &["certificate of localhost", "nobody this computer trusts"]);
}

#[tokio::test]
async fn a_wrong_address_or_port_is_a_sentence() {
    let dovecot = Dovecot::start();
    let nowhere = Settings { server: "no-such-server.invalid".to_owned(), ..world::settings(&dovecot, "ada") };
    assert_says(&check(&nowhere).await, &["no server named no-such-server.invalid"]);
    let nonsense = Settings { server: "two words".to_owned(), ..world::settings(&dovecot, "ada") };
    assert_says(&check(&nonsense).await, &["name"]);
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
    assert_says(&check(&nobody(free, Security::Tls)).await, &["nothing answers at port"]);
    let swapped = Settings { port: dovecot.imap, security: Security::Tls, ..world::settings(&dovecot, "ada") };
    assert_says(&check(&swapped).await, &["does not answer in TLS"]);
    let bad_authority = Settings { certificate_authority: Some(b"none".to_vec()), ..world::settings(&dovecot, "ada") };
    assert_says(&check(&bad_authority).await, &["certificate authority is not a PEM file"]);
}

#[tokio::test]
async fn a_server_that_says_nothing_is_not_waited_for() {
    let port = server_that_says(b"").await;
    assert_says(&check(&nobody(port, Security::StartTls)).await, &["said nothing"]);
    let port = server_that_says(b"").await;
    assert_says(&check(&nobody(port, Security::Tls)).await, &["did not answer in time"]);
    let port = server_that_says(b"* OK ready\r\n").await;
    assert_says(&check(&nobody(port, Security::StartTls)).await, &["did not answer in time"]);
}

#[tokio::test]
async fn what_is_not_an_imap_server_is_said_to_be_none() {
    for words in [
        &b"HTTP/1.1 302 Found\r\nLocation: http://portal.example/\r\n\r\n"[..],
        b"<html><body>Sign in to the network</body></html>\r\n",
        b"220 mail.test ESMTP\r\n",
        b"+OK POP3 ready\r\n",
        b"\xff\xfe\x00\x01\r\n",
    ] {
        let port = server_that_says(words).await;
        let answer = check(&nobody(port, Security::StartTls)).await;
        assert!(matches!(answer, Err(ServiceError::Broken { .. })), "{words:?}: {answer:?}");
        assert_says(&answer, &["no IMAP server"]);
    }
    let port = server_that_says(b"* BYE too many connections\r\n").await;
    assert_says(&check(&nobody(port, Security::StartTls)).await, &["too many connections"]);
}

#[tokio::test]
async fn without_encryption_nothing_is_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heard = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.write_all(b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] ready\r\n").await.unwrap();
        let mut heard = Vec::new();
        let mut buffer = [0; 1024];
        while let Ok(length @ 1..) = stream.read(&mut buffer).await {
            heard.extend_from_slice(&buffer[..length]);
            let tag = String::from_utf8_lossy(&buffer[..length]).split(' ').next().unwrap_or_default().to_owned();
            stream.write_all(format!("{tag} BAD unknown command\r\n").as_bytes()).await.unwrap();
        }
        String::from_utf8_lossy(&heard).into_owned()
    });
    assert_says(&check(&nobody(port, Security::StartTls)).await, &["offers no encryption"]);
    let heard = heard.await.unwrap();
    assert!(heard.trim().ends_with("STARTTLS") && heard.lines().count() == 1, "{heard}");
}

#[tokio::test]
async fn a_server_killed_in_the_middle_is_unreachable_and_goes_on_later() {
    let mut dovecot = Dovecot::start();
    let mailbox = world::mailbox(&dovecot, "ada");
    for n in 0..4 {
        dovecot.hand("ada").append("INBOX", &Letter::new(&format!("letter {n}"), None, "Hello").raw());
    }
    let inbox = mailbox.folders().await.unwrap().remove(0).id;
    let first = mailbox.pull(&inbox, From::Start, 2).await.unwrap();
    let Next::More(cursor) = first.next else { panic!("two were all") };
    dovecot.kill();
    for _ in 0..2 {
        let answer = mailbox.pull(&inbox, From::Cursor(&cursor), 2).await;
        assert!(matches!(answer, Err(ServiceError::Unreachable { .. })), "{answer:?}");
    }
    dovecot.start_again();
    let second = mailbox.pull(&inbox, From::Cursor(&cursor), 2).await.unwrap();
    assert_eq!(second.heads.len(), 2);
    assert!(matches!(second.next, Next::CaughtUp(_)));
}

#[tokio::test]
async fn a_call_that_is_dropped_does_not_confuse_the_next() {
    let dovecot = Dovecot::start();
    let mailbox = world::mailbox(&dovecot, "ada");
    let mut hand = dovecot.hand("ada");
    for n in 0..50 {
        hand.append("INBOX", &Letter::new(&format!("letter {n}"), None, "Hello").raw());
    }
    let inbox = mailbox.folders().await.unwrap().remove(0).id;
    // Let go at every point where it waits, one after the other, until it waits no more.
    for patience in 0.. {
        let mut waits = 0;
        let mut call = mailbox.pull(&inbox, From::Start, 50);
        let whole = std::future::poll_fn(|cx| {
            waits += 1;
            match call.as_mut().poll(cx) {
                std::task::Poll::Ready(answer) => std::task::Poll::Ready(Some(answer)),
                std::task::Poll::Pending if waits > patience => std::task::Poll::Ready(None),
                std::task::Poll::Pending => std::task::Poll::Pending,
            }
        });
        if let Some(answer) = whole.await {
            assert_eq!(answer.unwrap().heads.len(), 50);
            assert!(patience > 3, "it never waited");
            break;
        }
        drop(call);
        assert_eq!(mailbox.folders().await.unwrap()[0].id, inbox);
    }
}

#[tokio::test]
async fn a_new_validity_expires_the_cursor_and_the_same_messages_keep_their_keys() {
    let dovecot = Dovecot::start();
    let (mailbox, mut hand) = (world::mailbox(&dovecot, "ada"), dovecot.hand("ada"));
    for n in 0..3 {
        // One of them has no id of its own.
        let id = format!("<{n}@test.example>");
        hand.append("Archive", &Letter::new(&format!("letter {n}"), (n > 0).then_some(&id), "Hello").raw());
    }
    let folders = mailbox.folders().await.unwrap();
    let archive = &folders.iter().find(|folder| folder.purpose == Some(Purpose::Archive)).unwrap().id;
    let before = mailbox.pull(archive, From::Start, 10).await.unwrap();
    let Next::CaughtUp(cursor) = &before.next else { panic!("three were not all") };
    let old = before.heads[0].item.clone();

    hand.renumber("Archive");
    assert_eq!(mailbox.pull(archive, From::Cursor(cursor), 10).await, Err(ServiceError::CursorExpired));
    assert_eq!(mailbox.raw(archive, &old).await, Err(ServiceError::Missing), "an old handle names nothing");
    let marked = mailbox.act(archive, &Action::SetRead { item: old, is_read: true }).await;
    assert_eq!(marked, Err(ServiceError::Missing));

    let after = mailbox.pull(archive, From::Start, 10).await.unwrap();
    let keys =
        |heads: &[satchel_domain::mail::Head]| heads.iter().map(item_key).collect::<std::collections::BTreeSet<_>>();
    assert_eq!(keys(&after.heads), keys(&before.heads));
    assert!(after.heads.iter().all(|head| before.heads.iter().all(|old| old.item != head.item)));
    assert!(after.heads.iter().all(|head| !head.is_read));
}

#[tokio::test]
async fn a_folder_that_is_gone_is_missing() {
    let dovecot = Dovecot::start();
    let (mailbox, mut hand) = (world::mailbox(&dovecot, "ada"), dovecot.hand("ada"));
    hand.tell("CREATE \"Kunden &- Partner/M&APw-ller\"");
    let folders = mailbox.folders().await.unwrap();
    let mueller = folders.iter().find(|folder| folder.name == "Müller").unwrap();
    assert_eq!(mailbox.pull(&mueller.id, From::Start, 10).await.unwrap().heads, []);
    hand.tell("DELETE \"Kunden &- Partner/M&APw-ller\"");
    assert_eq!(mailbox.pull(&mueller.id, From::Start, 10).await, Err(ServiceError::Missing));
}

#[test]
fn neither_password_nor_user_prints() {
    let settings = nobody(993, Security::Tls);
    assert!(!format!("{settings:?}").contains("sesame"));
    let mailbox = Imap::new(settings).unwrap();
    assert_eq!(format!("{mailbox:?}"), "Imap { server: \"127.0.0.1\", .. }");
}
