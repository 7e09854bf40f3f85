//! Promises on what a message says in a list, and on its bytes.

use satchel_domain::{ServiceError, mail::Address};

use super::{HERE, THERE, stage::Stage};
use crate::letter::{Letter, gist};

fn person(name: Option<&str>, address: &str) -> Address {
    Address { name: name.map(str::to_owned), address: address.to_owned() }
}

pub(super) async fn a_head_says_what_the_headers_say(stage: &Stage<'_>) {
    let letter = stage
        .letter("heads")
        .header("From", "\"Okafor, Ada\" <Ada.Okafor@harbour.example>")
        .header("To", "\"Clara Whitmore\" <clara.whitmore@brightwater.example>,\n \"Jo\" <jo@harbour.example>")
        .header("Cc", "\"Lin Wei\" <lin.wei@jiangnan.example>")
        .header("Date", "Tue, 3 Nov 2026 23:30:05 -0800");
    let head = stage.deliver(&letter).await.head;
    assert_eq!(head.subject, stage.subject("heads"));
    assert_eq!(head.message_id, gist(&letter.raw()).message_id);
    assert_eq!(head.from, Some(person(Some("Okafor, Ada"), "Ada.Okafor@harbour.example")));
    let to = [
        person(Some("Clara Whitmore"), "clara.whitmore@brightwater.example"),
        person(Some("Jo"), "jo@harbour.example"),
    ];
    assert_eq!(head.to, to);
    assert_eq!(head.cc, [person(Some("Lin Wei"), "lin.wei@jiangnan.example")]);
    assert_eq!(head.sent_at, "2026-11-04T07:30:05Z".parse().ok());
    assert!(!head.is_read && !head.has_attachments);
    assert!(head.size.is_none_or(|size| size > 100), "{:?}", head.size);
    assert!(!head.preview.contains(['\r', '\n']), "the preview is one line");
}

pub(super) async fn every_script_comes_decoded(stage: &Stage<'_>) {
    // The same words, in two encodings that Chinese mail programs write.
    let (utf8, gbk) = ("=?utf-8?B?5YWz5LqO5oql5Lu3?=", "=?gb2312?B?udjT2rGovNs=?=");
    for (n, words) in [utf8, gbk].into_iter().enumerate() {
        let letter = stage
            .letter(n)
            .header("Subject", &format!("{n} {words}"))
            .header("From", "=?gb18030?B?uN+7zcmt?= <gao@jiangnan.example>")
            .header("To", "=?iso-8859-1?Q?J=FCrgen_Gro=DF?= <juergen@harbour.example>");
        let head = stage.deliver(&letter).await.head;
        assert_eq!(head.subject, format!("{n} 关于报价"));
        assert_eq!(head.from, Some(person(Some("高煌森"), "gao@jiangnan.example")));
        assert_eq!(head.to, [person(Some("Jürgen Groß"), "juergen@harbour.example")]);
    }
}

pub(super) async fn a_message_without_an_id_is_listed_all_the_same(stage: &Stage<'_>) {
    let letter = Letter::new(&stage.subject("nameless"), None, "Hello");
    let message = stage.deliver(&letter).await;
    assert_eq!(message.head.subject, stage.subject("nameless"));
    assert_eq!(message.head.message_id.is_some(), stage.world.names_messages(), "{:?}", message.head.message_id);
    let raw = stage.mailbox.raw(stage.here(), message.item()).await;
    let raw = raw.unwrap_or_else(|error| panic!("{}: {error:?}", stage.case));
    assert_eq!(gist(&raw).message_id, message.head.message_id, "list and message name it alike");
}

pub(super) async fn an_attached_file_is_announced(stage: &Stage<'_>) {
    let message = stage.deliver(&stage.letter("file").file("offer.txt", "Twelve pumps.")).await;
    assert!(message.head.has_attachments);
}

pub(super) async fn a_message_comes_as_it_was_delivered(stage: &Stage<'_>) {
    let letter = Letter::new(
        "=?utf-8?B?5YWz5LqO5oql5Lu3?=",
        Some("<Mixed.Case.1@contract.example>"),
        "您好,\n.\nFrom here on:  two blanks.\n",
    );
    let letter = letter.file("offer.txt", "Twelve pumps.");
    let message = stage.deliver(&letter).await;
    let raw = stage.mailbox.raw(stage.here(), message.item()).await;
    let raw = raw.unwrap_or_else(|error| panic!("{}: {error:?}", stage.case));
    assert_eq!(gist(&raw), gist(&letter.raw()));
    if stage.world.keeps_bytes() {
        assert_eq!(String::from_utf8_lossy(&raw), String::from_utf8_lossy(&letter.raw()));
    }
    assert_eq!(stage.world.is_read(&message.place).await, Some(false), "reading the bytes is not reading the message");
}

pub(super) async fn what_is_gone_cannot_be_read(stage: &Stage<'_>) {
    let (deleted, moved) = (stage.arrived("deleted").await, stage.arrived("moved").await);
    stage.world.delete(&deleted.place).await;
    assert_eq!(stage.mailbox.raw(stage.here(), deleted.item()).await, Err(ServiceError::Missing));
    let place = stage.world.move_to(&moved.place, THERE).await;
    assert_eq!(stage.mailbox.raw(stage.here(), moved.item()).await, Err(ServiceError::Missing));
    stage.world.move_to(&place, HERE).await;
}
