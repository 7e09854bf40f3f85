//! The headers of a message or part: where they end, and what they say.

use std::borrow::Cow;

use jiff::Timestamp;
use mail_parser::{Header, HeaderName, HeaderValue, MessageParser};
use satchel_domain::mail::Address;

use super::{Message, Remark, decode};

/// Bytes of headers that are read.
const LONGEST: usize = 256 * 1024;

/// Headers and body of a whole message, which may begin with an mbox line, with empty lines, or without any header.
pub(super) fn split_message<'a>(raw: &'a [u8], remarks: &mut Vec<Remark>) -> (&'a [u8], &'a [u8]) {
    let start = raw.iter().position(|byte| !matches!(byte, b'\r' | b'\n')).unwrap_or(raw.len());
    let raw = &raw[start..];
    let raw = if raw.starts_with(b"From ") || raw.starts_with(b">From ") { &raw[line_end(raw, 0)..] } else { raw };
    let (head, body) = split(raw);
    if head.is_empty() {
        Remark::NoHeaders.note(remarks);
    }
    (head, body)
}

/// Headers and body: they end at an empty line, or at a line that can be no header.
pub(super) fn split(raw: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while at < raw.len() {
        let next = line_end(raw, at);
        let line = raw[at..next].trim_ascii_end();
        let continues = at > 0 && matches!(raw[at], b' ' | b'\t');
        if line.is_empty() && !continues {
            return (&raw[..at], &raw[next..]);
        }
        if !continues && !is_header(line) {
            return (&raw[..at], &raw[at..]);
        }
        at = next;
    }
    (raw, &[])
}

pub(super) fn line_end(raw: &[u8], at: usize) -> usize {
    raw[at..].iter().position(|byte| *byte == b'\n').map_or(raw.len(), |found| at + found + 1)
}

fn is_header(line: &[u8]) -> bool {
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default().trim_ascii_end();
    name.len() < line.len() && !name.is_empty() && name.iter().all(|byte| byte.is_ascii_graphic() || *byte == 0)
}

/// What a part says about itself.
#[derive(Debug, Default)]
pub(super) struct About {
    /// `type/subtype` in small letters; empty when it does not say.
    pub(super) media_type: String,
    pub(super) charset: Option<String>,
    pub(super) boundary: Option<String>,
    pub(super) name: Option<String>,
    pub(super) encoding: String,
    pub(super) content_id: Option<String>,
    pub(super) is_attachment: bool,
}

pub(super) fn about(head: &[u8]) -> About {
    let text = as_text(head, &mut Vec::new());
    let mut about = About::default();
    with_headers(&text, |headers| {
        // The first of each counts, as for every other reader: a second one is how a filter is made to see another message.
        for header in headers.iter().rev() {
            match (&header.name, &header.value) {
                (HeaderName::ContentType, HeaderValue::ContentType(kind)) => {
                    about.media_type = match kind.subtype() {
                        Some(subtype) => format!("{}/{subtype}", kind.ctype()).to_ascii_lowercase(),
                        None => kind.ctype().to_ascii_lowercase(),
                    };
                    about.charset = kind.attribute("charset").map(str::to_owned);
                    about.boundary = kind.attribute("boundary").map(|boundary| boundary.trim_end().to_owned());
                    about.name = about.name.take().or_else(|| kind.attribute("name").map(str::to_owned));
                }
                (HeaderName::ContentDisposition, HeaderValue::ContentType(disposition)) => {
                    about.is_attachment = disposition.ctype().eq_ignore_ascii_case("attachment");
                    about.name = disposition.attribute("filename").map(str::to_owned).or_else(|| about.name.take());
                }
                (HeaderName::ContentTransferEncoding, HeaderValue::Text(encoding)) => {
                    about.encoding = encoding.trim().to_owned()
                }
                (HeaderName::ContentId, _) => {
                    let raw = raw_of(&text, header);
                    let id = raw.trim().trim_start_matches('<').trim_end_matches('>').trim();
                    about.content_id = (!id.is_empty()).then(|| id.to_owned());
                }
                _ => {}
            }
        }
    });
    about
}

/// The fields of a message that stand in its headers.
pub(super) fn read(head: &[u8], remarks: &mut Vec<Remark>) -> Message {
    let text = as_text(head, remarks);
    let mut message = Message::default();
    with_headers(&text, |headers| {
        let mut seen = Vec::new();
        for header in headers {
            let is_single = matches!(
                header.name,
                HeaderName::From | HeaderName::Subject | HeaderName::Date | HeaderName::MessageId
            );
            if is_single && seen.contains(&&header.name) {
                Remark::HeaderRepeated.note(remarks);
                continue;
            }
            if is_single {
                seen.push(&header.name);
            }
            match &header.name {
                HeaderName::MessageId => {
                    message.message_id = Some(one_line(&raw_of(&text, header))).filter(|id| !id.is_empty())
                }
                HeaderName::InReplyTo => message.in_reply_to.extend(ids(&raw_of(&text, header))),
                HeaderName::References => message.references.extend(ids(&raw_of(&text, header))),
                HeaderName::Subject => message.subject = header.value.as_text().map(one_line).unwrap_or_default(),
                HeaderName::From => message.from = sender(&header.value),
                HeaderName::To => message.to.extend(addresses(&header.value)),
                HeaderName::Cc => message.cc.extend(addresses(&header.value)),
                HeaderName::Bcc => message.bcc.extend(addresses(&header.value)),
                HeaderName::ReplyTo => message.reply_to.extend(addresses(&header.value)),
                HeaderName::Date => {
                    message.sent_at = instant(&header.value);
                    if message.sent_at.is_none() {
                        Remark::DateUnreadable.note(remarks);
                    }
                }
                _ => {}
            }
        }
    });
    message
}

/// The headers as text that ends as headers do. Raw letters are in the charset that the message names, or UTF-8.
fn as_text(head: &[u8], remarks: &mut Vec<Remark>) -> String {
    let read = head.get(..LONGEST).unwrap_or(head);
    if read.len() < head.len() {
        Remark::HeadersCut.note(remarks);
    }
    let mut text = match std::str::from_utf8(read) {
        Ok(text) => text.to_owned(),
        Err(error) if error.error_len().is_none() => String::from_utf8_lossy(&read[..error.valid_up_to()]).into_owned(),
        Err(_) => decode::text(read, decode::charset_of_page(read).as_deref().or(Some("windows-1252")), remarks),
    };
    text.retain(|letter| letter != '\0');
    text.push_str("\r\n\r\n");
    text
}

fn with_headers(text: &str, mut read: impl FnMut(&[Header<'_>])) {
    if let Some(parsed) = MessageParser::new().parse_headers(text.as_bytes())
        && let Some(part) = parsed.parts.first()
    {
        read(&part.headers);
    }
}

fn raw_of<'a>(text: &'a str, header: &Header) -> Cow<'a, str> {
    text.get(header.offset_start as usize..header.offset_end as usize).map_or(Cow::Borrowed(""), Cow::Borrowed)
}

fn one_line(text: &str) -> String {
    let line: String = text
        .chars()
        .filter(|letter| !matches!(letter, '\r' | '\n'))
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    line.trim().to_owned()
}

/// Ids with their angle brackets; where there are none, words.
fn ids(raw: &str) -> Vec<String> {
    let line = one_line(raw);
    let bracketed: Vec<String> = line
        .split_inclusive('>')
        .filter_map(|piece| piece.rfind('<').map(|at| &piece[at..]))
        .filter(|id| id.len() > 2 && id.ends_with('>'))
        .map(str::to_owned)
        .collect();
    if bracketed.is_empty() {
        line.split_whitespace().filter(|word| word.contains('@')).map(str::to_owned).collect()
    } else {
        bracketed
    }
}

fn addresses(value: &HeaderValue) -> Vec<Address> {
    let Some(list) = value.as_address() else { return Vec::new() };
    list.iter()
        .filter_map(|found| {
            let name = found.name().map(one_line).filter(|name| !name.is_empty());
            let address = found.address().map(one_line).filter(|address| !address.is_empty());
            match (name, address) {
                (name, Some(address)) => Some(Address { name, address }),
                (Some(name), None) if name.contains('@') && !name.contains(' ') => {
                    Some(Address { name: None, address: name })
                }
                (Some(_) | None, None) => None,
            }
        })
        .collect()
}

/// The sender; one that names itself without an address is shown by that name.
fn sender(value: &HeaderValue) -> Option<Address> {
    let found = addresses(value).into_iter().next();
    found.or_else(|| {
        let name =
            value.as_address()?.iter().find_map(|found| found.name().map(one_line)).filter(|name| !name.is_empty())?;
        Some(Address { name: Some(name), address: String::new() })
    })
}

fn instant(value: &HeaderValue) -> Option<Timestamp> {
    let date = value.as_datetime().filter(|date| date.is_valid())?;
    Timestamp::from_second(date.to_timestamp()).ok()
}
