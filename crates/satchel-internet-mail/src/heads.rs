//! Rows of the message list, from what a server says of messages and from their headers.

use std::collections::BTreeMap;

use async_imap::imap_proto::{AttributeValue, MessageSection, Response, SectionPath};
use jiff::{Timestamp, fmt::strtime};
use satchel_domain::mail::Head;
use satchel_formats::message;

use crate::{fault::Fault, item, session::Session, uids::Uids};

/// Of one message's header; a longer one is read as far as that.
const LONGEST_HEADER: u32 = 128 << 10;
/// Of one message's body: enough for a line of the list, and for small files to be seen.
const BEGINNING: u32 = 4 << 10;
/// Messages asked for at once: their headers stay below a few MB.
const AT_ONCE: u32 = 100;

/// What a server says of one message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) is_seen: bool,
    received_at: Option<Timestamp>,
    size: Option<u32>,
    /// The header, or the whole message, as it was asked for.
    pub(crate) bytes: Option<Vec<u8>>,
    /// How the body begins.
    text: Option<Vec<u8>>,
}

/// These messages, newest first; without those that went meanwhile.
pub(crate) async fn fetch(session: &mut Session, uid_validity: u32, uids: &Uids) -> Result<Vec<(u32, Head)>, Fault> {
    let mut heads = Vec::new();
    let mut left = uids.clone();
    while !left.is_empty() {
        let some = left.newest(AT_ONCE);
        left = left.without(&some);
        let mut told = ask(session, &some, Detail::Header).await?;
        for uid in some.iter().rev() {
            let one = match told.remove(&uid) {
                Some(one) => Some(one),
                None => alone(session, uid).await?,
            };
            heads.extend(one.map(|told| (uid, head(uid_validity, uid, &told))));
        }
    }
    Ok(heads)
}

/// A message that the server left out of its answer: one that it cannot read, or that is gone. One damaged message must not hide
/// the others, nor itself.
async fn alone(session: &mut Session, uid: u32) -> Result<Option<Told>, Fault> {
    let only = [uid].into_iter().collect();
    for detail in [Detail::Header, Detail::Outside] {
        if let Some(told) = ask(session, &only, detail).await?.remove(&uid) {
            return Ok(Some(told));
        }
    }
    Ok(None)
}

#[derive(Clone, Copy, Debug)]
enum Detail {
    Header,
    /// Nothing that the server would have to open the message for.
    Outside,
}

/// A refusal is no fault here: what was said before it counts.
async fn ask(session: &mut Session, uids: &Uids, detail: Detail) -> Result<BTreeMap<u32, Told>, Fault> {
    let mut all = BTreeMap::new();
    let wanted = match detail {
        Detail::Header => format!(
            "UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER]<0.{LONGEST_HEADER}> BODY.PEEK[TEXT]<0.{BEGINNING}>"
        ),
        Detail::Outside => "UID FLAGS".to_owned(),
    };
    let asked = session.ask(&format!("UID FETCH {uids} ({wanted})"), |said| take(&mut all, said)).await;
    match asked {
        Err(fault) if fault.ends_the_connection() => Err(fault),
        _ => Ok(all),
    }
}

/// Adds what is said of one message. Servers say things of others too, on their own.
fn take(all: &mut BTreeMap<u32, Told>, said: &Response<'_>) {
    let Response::Fetch(_, attributes) = said else { return };
    let uid = attributes.iter().find_map(|attribute| match attribute {
        AttributeValue::Uid(uid) => Some(*uid),
        _ => None,
    });
    let Some(uid) = uid else { return };
    let told: &mut Told = all.entry(uid).or_default();
    for attribute in attributes {
        told.take(attribute);
    }
}

/// What a server says in answer to a command, by UID.
pub(crate) async fn told(session: &mut Session, command: &str) -> Result<BTreeMap<u32, Told>, Fault> {
    let mut all = BTreeMap::new();
    session.ask(command, |said| take(&mut all, said)).await?;
    Ok(all)
}

impl Told {
    fn take(&mut self, attribute: &AttributeValue<'_>) {
        match attribute {
            AttributeValue::Flags(flags) => self.is_seen = flags.iter().any(|flag| flag.eq_ignore_ascii_case("\\Seen")),
            AttributeValue::InternalDate(date) => self.received_at = instant(date),
            AttributeValue::Rfc822Size(size) => self.size = Some(*size),
            AttributeValue::BodySection { section, data, .. } => {
                let data = Some(data.as_deref().unwrap_or_default().to_vec());
                match section {
                    None | Some(SectionPath::Full(MessageSection::Header)) => self.bytes = data,
                    Some(SectionPath::Full(MessageSection::Text)) => self.text = data,
                    Some(_) => {}
                }
            }
            _ => {}
        }
    }
}

/// As IMAP writes an instant: ` 3-Nov-2026 09:15:30 +0100`.
fn instant(text: &str) -> Option<Timestamp> {
    strtime::parse("%d-%b-%Y %H:%M:%S %z", text.trim()).ok()?.to_timestamp().ok()
}

fn head(uid_validity: u32, uid: u32, told: &Told) -> Head {
    let bytes = told.bytes.as_deref().unwrap_or_default();
    let message = message::read(&[bytes, told.text.as_deref().unwrap_or_default()].concat());
    let has_file = message.attachments.iter().any(|file| !file.is_inline);
    Head {
        item: item::write(uid_validity, uid),
        preview: message::preview(&message),
        has_attachments: has_file || is_mixed(bytes),
        message_id: message.message_id,
        subject: message.subject,
        from: message.from,
        to: message.to,
        cc: message.cc,
        sent_at: message.sent_at,
        received_at: told.received_at.or(message.sent_at).unwrap_or_default(),
        is_read: told.is_seen,
        size: told.size.map(u64::from),
    }
}

/// Whether the header announces parts of different kinds: nearly always files, which may lie beyond what was fetched.
fn is_mixed(header: &[u8]) -> bool {
    let name = b"content-type:";
    let mut lines = header.split(|byte| *byte == b'\n');
    let value = lines.find_map(|line| {
        let (start, value) = line.split_at_checked(name.len())?;
        start.eq_ignore_ascii_case(name).then_some(value)
    });
    // The kind may stand in the next line, folded.
    let folded = lines.next().unwrap_or_default();
    let is_mixed = |text: &[u8]| {
        let text = text.trim_ascii_start();
        text.get(.."multipart/mixed".len()).is_some_and(|kind| kind.eq_ignore_ascii_case(b"multipart/mixed"))
    };
    value.is_some_and(|value| is_mixed(value) || value.trim_ascii().is_empty() && is_mixed(folded))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_is_read_as_imap_writes_it() {
        let read = |text: &str| instant(text).map(|instant| instant.to_string());
        assert_eq!(read(" 3-Nov-2026 09:15:30 +0100").as_deref(), Some("2026-11-03T08:15:30Z"));
        assert_eq!(read("31-Dec-1999 23:59:59 -0800").as_deref(), Some("2000-01-01T07:59:59Z"));
        assert_eq!(read("yesterday"), None);
    }

    #[test]
    fn a_header_that_announces_files_is_believed() {
        assert!(is_mixed(b"Subject: x\r\nContent-Type: multipart/mixed; boundary=a\r\n\r\n"));
        assert!(is_mixed(b"content-TYPE:\r\n\tMultipart/Mixed;\r\n boundary=a\r\n\r\n"));
        assert!(!is_mixed(b"Content-Type: multipart/alternative; x=multipart/mixed\r\n\r\n"));
        assert!(!is_mixed(b"Subject: Content-Type: multipart/mixed\r\n\r\n"));
        assert!(!is_mixed(b""));
    }

    #[test]
    fn a_message_of_which_nothing_can_be_read_has_a_row_all_the_same() {
        let head = head(7, 12, &Told::default());
        assert_eq!((head.item, head.subject.as_str(), head.message_id), (item::write(7, 12), "", None));
    }
}
