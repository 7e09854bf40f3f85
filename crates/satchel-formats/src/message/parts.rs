//! The parts of a message: which of them is what it says, and which came with it.

use super::head::{self, About};
use super::{Attachment, Body, Remark, decode, name};
use crate::html;

/// Parts of one message; those after are left out.
const MOST_PARTS: usize = 1000;
/// Multiparts inside each other. Each level is one pass over its bytes.
const DEEPEST: usize = 30;

/// What one part has to say.
enum Piece {
    Html(String),
    Text(String),
}

/// The body and the attachments of a message with these headers.
pub(super) fn read(head: &[u8], body: &[u8], remarks: &mut Vec<Remark>) -> (Body, Vec<Attachment>) {
    let mut reader = Reader { remarks, attachments: Vec::new(), parts: 0, has_body: false };
    let pieces = reader.part(head, body, 0, "text/plain");
    let mut attachments = reader.attachments;
    let body = joined(pieces);
    if let Body::Html(html) = &body {
        for attachment in &mut attachments {
            attachment.is_inline &= attachment.content_id.as_ref().is_some_and(|id| shows(html, id));
        }
    } else {
        attachments.iter_mut().for_each(|attachment| attachment.is_inline = false);
    }
    (body, attachments)
}

struct Reader<'a> {
    remarks: &'a mut Vec<Remark>,
    attachments: Vec<Attachment>,
    parts: usize,
    has_body: bool,
}

impl Reader<'_> {
    fn part(&mut self, head: &[u8], body: &[u8], depth: usize, otherwise: &str) -> Vec<Piece> {
        let mut about = head::about(head);
        if !about.media_type.contains('/') {
            about.media_type = otherwise.to_owned();
        }
        let Some(kind) = about.media_type.strip_prefix("multipart/").map(str::to_owned) else {
            return self.leaf(&about, body);
        };
        if depth >= DEEPEST {
            Remark::TooDeep.note(self.remarks);
            about.media_type = "application/octet-stream".to_owned();
            return self.leaf(&about, body);
        }
        let boundary = about.boundary.clone().filter(|boundary| !boundary.is_empty());
        let (parts, is_ended) =
            boundary.map(|boundary| split(body, boundary.as_bytes(), MOST_PARTS)).unwrap_or_default();
        if parts.is_empty() {
            Remark::BoundaryMissing.note(self.remarks);
            about.media_type = "text/plain".to_owned();
            about.is_attachment = false;
            return self.leaf(&about, body);
        }
        if !is_ended {
            Remark::EndMissing.note(self.remarks);
        }
        let otherwise = if kind == "digest" { "message/rfc822" } else { "text/plain" };
        let mut chosen: Vec<Piece> = Vec::new();
        for part in parts {
            self.parts += 1;
            if self.parts > MOST_PARTS {
                Remark::TooManyParts.note(self.remarks);
                break;
            }
            let (head, body) = head::split(part);
            let had_body = self.has_body;
            if kind == "alternative" {
                // Each of them is the body said another way.
                self.has_body = false;
            }
            let pieces = self.part(head, body, depth + 1, otherwise);
            self.has_body |= had_body;
            if kind != "alternative" {
                chosen.extend(pieces);
            } else if is_better(&pieces, &chosen) {
                chosen = pieces;
            }
        }
        chosen
    }

    fn leaf(&mut self, about: &About, encoded: &[u8]) -> Vec<Piece> {
        let is_html = about.media_type == "text/html";
        let is_text = is_html || about.media_type == "text/plain";
        // A named text after the body is a file, whatever its disposition.
        let is_body = is_text && !about.is_attachment && !(about.name.is_some() && self.has_body);
        let bytes = decode::bytes(encoded, &about.encoding, self.remarks);
        if !is_body {
            // A part of nothing, as in a message that is only an attachment's headers, is still a file that was sent.
            self.attach(about, bytes);
            return Vec::new();
        }
        let of_page = if is_html && about.charset.is_none() { decode::charset_of_page(&bytes) } else { None };
        let text = decode::text(&bytes, about.charset.as_deref().or(of_page.as_deref()), self.remarks);
        let text: String =
            if text.contains(['\0', '\r']) { text.replace("\r\n", "\n").replace('\0', "") } else { text };
        if text.trim().is_empty() {
            return Vec::new();
        }
        self.has_body = true;
        vec![if is_html { Piece::Html(text) } else { Piece::Text(text) }]
    }

    fn attach(&mut self, about: &About, bytes: Vec<u8>) {
        let subject = || {
            let (head, _) = head::split_message(&bytes, &mut Vec::new());
            Some(head::read(head, &mut Vec::new()).subject).filter(|subject| !subject.is_empty())
        };
        let said = about.name.clone().or_else(|| if name::is_message(&about.media_type) { subject() } else { None });
        self.attachments.push(Attachment {
            name: name::of_attachment(said.as_deref(), &about.media_type, self.attachments.len() + 1),
            media_type: about.media_type.clone(),
            content_id: about.content_id.clone(),
            is_inline: about.content_id.is_some(),
            bytes,
        });
    }
}

/// The last that can be shown with its looks, else the last that says anything.
fn is_better(pieces: &[Piece], than: &[Piece]) -> bool {
    let rank = |pieces: &[Piece]| match pieces {
        [] => 0,
        pieces if pieces.iter().any(|piece| matches!(piece, Piece::Html(_))) => 2,
        _ => 1,
    };
    rank(pieces) > 0 && rank(pieces) >= rank(than)
}

/// Several pieces become one body; with HTML among them, all do.
fn joined(pieces: Vec<Piece>) -> Body {
    if pieces.is_empty() {
        return Body::Nothing;
    }
    if pieces.iter().all(|piece| matches!(piece, Piece::Text(_))) {
        let texts: Vec<String> = pieces
            .into_iter()
            .map(|piece| match piece {
                Piece::Html(text) | Piece::Text(text) => text,
            })
            .collect();
        return Body::Text(texts.join("\n"));
    }
    let all: Vec<String> = pieces
        .into_iter()
        .map(|piece| match piece {
            Piece::Html(html) => html,
            Piece::Text(text) => html::from_text(&text),
        })
        .collect();
    Body::Html(all.join("<hr>"))
}

fn shows(html: &str, content_id: &str) -> bool {
    html.contains(&format!("cid:{content_id}")) || html.contains(&format!("cid:{}", content_id.replace('@', "%40")))
}

/// The parts between the lines of `boundary`, and whether the last line ends them.
fn split<'a>(body: &'a [u8], boundary: &[u8], most: usize) -> (Vec<&'a [u8]>, bool) {
    let mut parts = Vec::new();
    let mut start = None;
    let mut at = 0;
    while at < body.len() {
        let next = head::line_end(body, at);
        let after =
            body[at..next].strip_prefix(b"--").and_then(|line| line.strip_prefix(boundary)).map(<[u8]>::trim_ascii_end);
        if let Some(after) = after
            && matches!(after, b"" | b"--")
        {
            if let Some(start) = start {
                parts.push(without_line_end(&body[start..at]));
            }
            // One more than may be shown, so that the reader says that there are more.
            if after == b"--" || parts.len() > most {
                return (parts, true);
            }
            start = Some(next);
        }
        at = next;
    }
    if let Some(start) = start {
        parts.push(&body[start..]);
    }
    (parts, false)
}

/// The line end before a boundary belongs to the boundary.
fn without_line_end(part: &[u8]) -> &[u8] {
    let part = part.strip_suffix(b"\n").unwrap_or(part);
    part.strip_suffix(b"\r").unwrap_or(part)
}
