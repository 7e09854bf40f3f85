//! A message read from its bytes, as far as it can be read: what is damaged becomes a remark, never an error.
//!
//! The parts are found here, within limits and in one pass a level; mail-parser reads their headers and knows the charsets.
//! Given a whole message, it looks for each boundary to the very end and nests as deep as the message says.

mod decode;
mod head;
mod name;
mod parts;
mod remark;

use jiff::Timestamp;
use satchel_domain::mail::Address;

use crate::html;
pub use remark::Remark;

/// A message as its sender made it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Message {
    /// As in the header, with its angle brackets if it has them; folding and the white space around it left out.
    pub message_id: Option<String>,
    /// Ids as in the header, oldest first, each with its angle brackets.
    pub in_reply_to: Vec<String>,
    pub references: Vec<String>,
    pub subject: String,
    /// Without an address only when the header has none.
    pub from: Option<Address>,
    pub to: Vec<Address>,
    pub cc: Vec<Address>,
    pub bcc: Vec<Address>,
    pub reply_to: Vec<Address>,
    pub sent_at: Option<Timestamp>,
    pub body: Body,
    pub attachments: Vec<Attachment>,
    /// What was damaged, each once, in the order it was met.
    pub remarks: Vec<Remark>,
}

/// What a message says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Body {
    /// As the sender wrote it: show nothing of it before [`html::clean`].
    Html(String),
    Text(String),
    #[default]
    Nothing,
}

/// A file that came with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attachment {
    /// For showing, and as a suggestion when the user saves it: no path, no control characters, never empty.
    pub name: String,
    /// `type/subtype` in small letters, as the sender says; it proves nothing.
    pub media_type: String,
    /// Without its angle brackets.
    pub content_id: Option<String>,
    /// Whether the body shows it in its place.
    pub is_inline: bool,
    pub bytes: Vec<u8>,
}

/// Reads any bytes as a message.
pub fn read(raw: &[u8]) -> Message {
    let mut remarks = Vec::new();
    let (head, body) = head::split_message(raw, &mut remarks);
    let mut message = head::read(head, &mut remarks);
    let (body, attachments) = parts::read(head, body, &mut remarks);
    message.body = body;
    message.attachments = attachments;
    message.remarks = remarks;
    message
}

/// Letters of a preview.
const PREVIEW: usize = 255;

/// One line for the list: the beginning of what the message says.
pub fn preview(message: &Message) -> String {
    let text = text_of(&message.body);
    let mut line = String::new();
    let mut count = 0;
    for letter in text.chars() {
        let is_invisible = letter.is_control()
            || matches!(letter, '\u{34f}' | '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{2007}');
        let letter = if letter.is_whitespace() { ' ' } else { letter };
        if is_invisible && letter != ' ' || letter == ' ' && (line.is_empty() || line.ends_with(' ')) {
            continue;
        }
        if count == PREVIEW {
            break;
        }
        line.push(letter);
        count += 1;
    }
    line.truncate(line.trim_end().len());
    line
}

/// What the message says as readable plain text.
pub fn text_of(body: &Body) -> String {
    match body {
        Body::Html(html) => html::to_text(html),
        Body::Text(text) => text.clone(),
        Body::Nothing => String::new(),
    }
}
