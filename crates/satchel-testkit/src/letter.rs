//! Letters as they come over the wire (RFC 5322), written for a test and read back by it.

use jiff::Timestamp;
use mail_parser::{MessageParser, MimeHeaders, PartType};
use satchel_domain::{
    ItemId,
    mail::{Address, Head},
};

/// A letter in the making. Headers stand as they will travel: whoever wants other letters than ASCII encodes them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    headers: Vec<(String, String)>,
    text: String,
    file: Option<(String, String)>,
}

impl Letter {
    /// From `Ada Okafor` to the owner, on 3 November 2026, with this subject, id and body.
    pub fn new(subject: &str, message_id: Option<&str>, text: &str) -> Self {
        let mut letter = Self { headers: Vec::new(), text: text.to_owned(), file: None }
            .header("From", "\"Ada Okafor\" <ada.okafor@harbour.example>")
            .header("To", "\"Clara Whitmore\" <clara.whitmore@brightwater.example>")
            .header("Date", "Tue, 3 Nov 2026 09:15:30 +0100")
            .header("Subject", subject);
        if let Some(id) = message_id {
            letter = letter.header("Message-ID", id);
        }
        letter
    }

    /// Sets the header, in the place of one that stands there already.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        match self.headers.iter_mut().find(|(known, _)| known.eq_ignore_ascii_case(name)) {
            Some((_, known)) => value.clone_into(known),
            None => self.headers.push((name.to_owned(), value.to_owned())),
        }
        self
    }

    /// Attaches a text file; ASCII only.
    #[must_use]
    pub fn file(mut self, name: &str, content: &str) -> Self {
        self.file = Some((name.to_owned(), content.to_owned()));
        self
    }

    /// The bytes, every line ended by CR LF.
    pub fn raw(&self) -> Vec<u8> {
        const TEXT: &str = "Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n";
        let mut out: String = self.headers.iter().map(|(name, value)| format!("{name}: {value}\n")).collect();
        out += "MIME-Version: 1.0\n";
        match &self.file {
            None => out += &format!("{TEXT}{}\n", self.text),
            Some((name, content)) => {
                out += &format!(
                    "Content-Type: multipart/mixed; boundary=\"-next-\"\n\n---next-\n{TEXT}{}\n---next-\n\
                     Content-Type: text/plain; name=\"{name}\"\nContent-Disposition: attachment; filename=\"{name}\"\n\n\
                     {content}\n---next---\n",
                    self.text
                );
            }
        }
        out.replace("\r\n", "\n").replace('\n', "\r\n").into_bytes()
    }
}

/// What a letter says, however its bytes put it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gist {
    /// As the header says it, angle brackets included.
    pub message_id: Option<String>,
    pub subject: String,
    pub from: Vec<Address>,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    pub sent_at: Option<Timestamp>,
    /// The plain text, without blanks at its ends.
    pub text: String,
    /// Name and text of each attached file.
    pub files: Vec<(String, String)>,
}

/// Reads what any bytes say; nothing is said by what is no letter.
pub fn gist(raw: &[u8]) -> Gist {
    let Some(message) = MessageParser::default().parse(raw) else { return Gist::default() };
    let people = |list: Option<&mail_parser::Address<'_>>| {
        let people = list.into_iter().flat_map(|list| list.iter());
        let people = people.filter_map(|person| {
            let name = person.name.as_ref().map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
            Some(Address { name, address: person.address.as_ref()?.trim().to_owned() })
        });
        people.collect()
    };
    let files = message.attachments().filter(|part| part.content_id().is_none()).map(|part| {
        let content = match &part.body {
            PartType::Text(text) | PartType::Html(text) => text.to_string(),
            _ => String::from_utf8_lossy(part.contents()).into_owned(),
        };
        (part.attachment_name().unwrap_or_default().to_owned(), content.trim().to_owned())
    });
    let id = message.header_raw("Message-ID").map(|id| id.trim().to_owned());
    Gist {
        message_id: id.filter(|id| !id.is_empty()),
        subject: message.subject().unwrap_or_default().to_owned(),
        from: people(message.from()),
        to: people(message.to()),
        cc: people(message.cc()),
        sent_at: message.date().and_then(|date| Timestamp::from_second(date.to_timestamp()).ok()),
        text: message.body_text(0).unwrap_or_default().trim().to_owned(),
        files: files.collect(),
    }
}

/// The letter as a server lists it.
pub fn head(item: ItemId, raw: &[u8], received_at: Timestamp, is_read: bool) -> Head {
    let gist = gist(raw);
    Head {
        item,
        message_id: gist.message_id,
        subject: gist.subject,
        from: gist.from.into_iter().next(),
        to: gist.to,
        cc: gist.cc,
        sent_at: gist.sent_at,
        received_at,
        is_read,
        has_attachments: !gist.files.is_empty(),
        size: u64::try_from(raw.len()).ok(),
        preview: gist.text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(200).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_is_read_back_as_it_was_written() {
        let letter = Letter::new("=?utf-8?B?5oql5Lu3?=", Some("<a@b.example>"), "Hello\nthere").file("a.txt", "one");
        let gist = gist(&letter.raw());
        assert_eq!((gist.subject.as_str(), gist.message_id.as_deref()), ("报价", Some("<a@b.example>")));
        assert_eq!(gist.text, "Hello\r\nthere");
        assert_eq!(gist.files, [("a.txt".to_owned(), "one".to_owned())]);
        assert_eq!(gist.from[0].name.as_deref(), Some("Ada Okafor"));
        assert_eq!(gist.sent_at, Some("2026-11-03T08:15:30Z".parse().unwrap()));
    }
}
