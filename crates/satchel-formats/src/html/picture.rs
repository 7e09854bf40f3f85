//! Pictures: parts of the message are put in, those of other computers are left out unless the user asks.

use super::tag::{self, Piece};
use super::{Sources, list};

/// Marks a picture that was left out, so that the page can draw a frame with its alternative text.
pub(super) const MARK: &str = "data-picture";
pub(super) const MARKED: &str = "blocked";

/// Bytes of pictures written into one message; those after are not shown.
const MOST_DATA: usize = 32 * 1024 * 1024;

/// No SVG: it can carry script and load from elsewhere.
const KINDS: &[&str] = &["png", "jpeg", "jpg", "gif", "webp", "bmp"];

/// What a picture's source becomes; none when it is no picture.
pub(super) fn filter(source: &str) -> Option<String> {
    let source = source.trim();
    let (scheme, rest) = source.split_once(':')?;
    match scheme.to_ascii_lowercase().as_str() {
        "data" => is_picture(source).then(|| source.to_owned()),
        "cid" => (!rest.is_empty() && rest.len() <= 998).then(|| format!("cid:{rest}")),
        "http" | "https" => Some(source.to_owned()),
        _ => None,
    }
}

/// A source that names a computer and no scheme, as pages do to keep their own: a message has none, so it means https.
pub(super) fn with_scheme(source: &str) -> Option<String> {
    let source = source.trim_matches(|letter: char| letter.is_ascii_whitespace() || letter.is_ascii_control());
    source.starts_with("//").then(|| format!("https:{source}"))
}

/// The raster kind that these bytes are, as a media type, when the far end calls them a picture too.
pub fn kind(media_type: &str, bytes: &[u8]) -> Option<&'static str> {
    let said = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_said = said.strip_prefix("image/").is_some_and(|kind| KINDS.contains(&kind));
    let found = match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => "image/png",
        [0xff, 0xd8, 0xff, ..] => "image/jpeg",
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => "image/gif",
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => "image/webp",
        _ => return None,
    };
    is_said.then_some(found)
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

/// `html` as we wrote it, with the message's own pictures in the place of their content-ids and, unless they stay addresses,
/// `fetched` ones in the place of theirs: a mark stands for each that is left out. And how many those are.
pub(super) fn put_in(html: &str, inline: &Sources<'_>, fetched: Option<&Sources<'_>>) -> (String, u32) {
    let mut blocked = 0_u32;
    let is_touched = |tag: &tag::Tag| tag.value("src").is_some();
    let html = rewrite(html, is_touched, |name, value, data| {
        if name == MARK {
            // A picture that has a source is left out by us or not at all, whatever the message says.
            return None;
        }
        if name != "src" {
            return Some((name.to_owned(), value.to_owned()));
        }
        if let Some(id) = value.strip_prefix("cid:") {
            let id = as_meant(id);
            let uri = inline(&id).or_else(|| inline(&without_percents(&id)))?;
            return (is_picture(&uri) && data.has_room_for(&uri)).then(|| (name.to_owned(), uri));
        }
        if !is_remote(value) {
            return data.has_room_for(value).then(|| (name.to_owned(), value.to_owned()));
        }
        let Some(fetched) = fetched else { return Some((name.to_owned(), value.to_owned())) };
        match fetched(&as_meant(value)).filter(|uri| is_picture(uri) && data.has_room_for(uri)) {
            Some(uri) => Some((name.to_owned(), uri)),
            None => {
                blocked = blocked.saturating_add(1);
                Some((MARK.to_owned(), MARKED.to_owned()))
            }
        }
    });
    (html, blocked)
}

/// The addresses of pictures on other computers, each once.
pub(super) fn remote(html: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut seen = std::collections::HashSet::new();
    let mut at = 0;
    while let Some((piece, next)) = tag::next(html, at) {
        at = next;
        if let Piece::Start(tag) = piece
            && tag.name == "img"
            && let Some(source) = tag.value("src").filter(|source| is_remote(source))
            && seen.insert(as_meant(source))
        {
            found.push(as_meant(source));
        }
    }
    found
}

/// Of a source that [`filter`] let through.
fn is_remote(source: &str) -> bool {
    source.get(..4).is_some_and(|four| four.eq_ignore_ascii_case("http"))
}

/// A value as we wrote it, without its character references.
fn as_meant(value: &str) -> String {
    let value = value.replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}");
    value.replace("&amp;", "&")
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

#[cfg(test)]
mod tests {
    use super::kind;

    #[test]
    fn a_picture_is_what_its_bytes_and_its_server_say_both() {
        let png = b"\x89PNG\r\n\x1a\n____";
        assert_eq!(kind("image/png", png), Some("image/png"));
        assert_eq!(kind("Image/JPEG; q=1", b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        // A wrong name among pictures harms nobody: the bytes have the word.
        assert_eq!(kind("image/jpg", b"GIF89a__"), Some("image/gif"));
        assert_eq!(kind("image/webp", b"RIFF____WEBPVP8 "), Some("image/webp"));
        for (said, bytes) in [
            ("text/html", &png[..]),
            ("image/svg+xml", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("image/png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            ("image/svg+xml", png),
            ("", png),
            ("image/png", b""),
            ("image/png", b"<html>Sign in to the network"),
        ] {
            assert_eq!(kind(said, bytes), None, "{said}");
        }
    }
}
