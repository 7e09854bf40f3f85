//! Pictures: parts of the message are put in, those of other computers are left out unless the user asks.

use super::tag::{self, Piece};
use super::{Pictures, list};

/// Marks a picture that was left out, so that the page can draw a frame with its alternative text.
pub(super) const MARK: &str = "data-picture";
pub(super) const MARKED: &str = "blocked";

/// Stands for a picture that was left out until its tag is written anew; nothing from a message may use it.
const BLOCKED: &str = "satchel-blocked:";

/// Bytes of pictures written into one message; those after are not shown.
const MOST_DATA: usize = 32 * 1024 * 1024;

/// No SVG: it can carry script and load from elsewhere.
const KINDS: &[&str] = &["png", "jpeg", "jpg", "gif", "webp", "bmp"];

/// What a picture's source becomes; none when it is no picture.
pub(super) fn filter(source: &str, pictures: Pictures) -> Option<String> {
    let source = source.trim();
    let (scheme, rest) = source.split_once(':')?;
    match (scheme.to_ascii_lowercase().as_str(), pictures) {
        ("data", _) => is_picture(source).then(|| source.to_owned()),
        ("cid", _) => (!rest.is_empty() && rest.len() <= 998).then(|| format!("cid:{rest}")),
        ("http" | "https", Pictures::Blocked) => Some(BLOCKED.to_owned()),
        ("http" | "https", Pictures::Shown) => Some(source.to_owned()),
        _ => None,
    }
}

/// Whether a `data:` URI is a picture of a kind that only draws, and nothing else.
fn is_picture(uri: &str) -> bool {
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    let Some((kind, data)) = rest.split_once(";base64,") else { return false };
    let kind = kind.to_ascii_lowercase();
    scheme.eq_ignore_ascii_case("data")
        && kind.strip_prefix("image/").is_some_and(|kind| KINDS.contains(&kind))
        && data
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'\n' | b' ' | b'\t'))
}

/// Counts the bytes of pictures in their order, so that every reading of a message drops the same ones.
#[derive(Default)]
pub(super) struct Data(usize);

impl Data {
    pub(super) fn has_room_for(&mut self, uri: &str) -> bool {
        let fits = self.0 + uri.len() <= MOST_DATA;
        if fits {
            self.0 += uri.len();
        }
        fits
    }
}

/// `html` as we wrote it, with a mark instead of the source of each picture that was left out, and how many they are.
pub(super) fn mark_blocked(html: &str) -> (String, u32) {
    let mut blocked = 0_u32;
    let is_touched =
        |tag: &tag::Tag| tag.value("src") == Some(BLOCKED) || tag.value("src").is_some() && tag.value(MARK).is_some();
    let html = rewrite(html, is_touched, |name, value, _| match name {
        "src" if value == BLOCKED => {
            blocked = blocked.saturating_add(1);
            Some((MARK.to_owned(), MARKED.to_owned()))
        }
        // A picture that has its source is not left out, whatever the message says.
        MARK => None,
        _ => Some((name.to_owned(), value.to_owned())),
    });
    (html, blocked)
}

/// `html` as we wrote it, with the message's own pictures in the place of their content-ids.
pub(super) fn put_in(html: &str, inline: &dyn Fn(&str) -> Option<String>) -> String {
    let is_touched = |tag: &tag::Tag| {
        tag.value("src").is_some_and(|source| source.starts_with("cid:") || source.starts_with("data:"))
    };
    rewrite(html, is_touched, |name, value, data| match (name, value.strip_prefix("cid:")) {
        ("src", Some(id)) => {
            let id = id.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
            let uri = inline(&id).or_else(|| inline(&without_percents(&id)))?;
            (is_picture(&uri) && data.has_room_for(&uri)).then(|| (name.to_owned(), uri))
        }
        ("src", None) if !data.has_room_for(value) => None,
        _ => Some((name.to_owned(), value.to_owned())),
    })
}

/// Writes the pictures that are touched anew, attribute by attribute.
fn rewrite(
    html: &str,
    is_touched: impl Fn(&tag::Tag) -> bool,
    mut attribute: impl FnMut(&str, &str, &mut Data) -> Option<(String, String)>,
) -> String {
    let mut data = Data::default();
    let mut written = String::with_capacity(html.len());
    let mut at = 0;
    while let Some((piece, next)) = tag::next(html, at) {
        match piece {
            Piece::Start(tag) if tag.name == "img" && is_touched(&tag) => {
                written.push_str("<img");
                for (name, value) in &tag.attributes {
                    debug_assert!(list::is_kept_attribute("img", name));
                    if let Some((name, value)) = attribute(name, value, &mut data) {
                        written.push_str(&format!(" {name}=\"{value}\""));
                    }
                }
                written.push('>');
            }
            Piece::Start(_) | Piece::Text(_) | Piece::End(_) | Piece::Nothing => written.push_str(&html[at..next]),
        }
        at = next;
    }
    written
}

/// A content-id in an address may be written with percents (RFC 2392).
fn without_percents(id: &str) -> String {
    let mut bytes = Vec::with_capacity(id.len());
    let mut rest = id.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let code = after
            .get(..2)
            .and_then(|two| std::str::from_utf8(two).ok())
            .and_then(|two| u8::from_str_radix(two, 16).ok());
        match (byte, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &after[2..];
            }
            _ => {
                bytes.push(byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
