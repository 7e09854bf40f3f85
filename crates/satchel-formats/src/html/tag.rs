//! HTML cut into text and tags as a browser's tokenizer cuts it (WHATWG HTML 13.2.5), in one pass and without a tree.

use super::list;

/// One piece of the text and where the next begins.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece<'a> {
    /// Text as written, character references included; a `<` in it begins no tag.
    Text(&'a str),
    Start(Tag<'a>),
    /// The end of an element, in small letters; empty when the name is none of ours.
    End(String),
    /// A comment, a declaration, or the tag at which the text breaks off.
    Nothing,
}

#[derive(Debug, PartialEq, Eq)]
pub(super) struct Tag<'a> {
    /// In small letters; empty when it is longer than any name of ours.
    pub(super) name: String,
    /// The attributes we keep, the first of each name, values as written.
    pub(super) attributes: Vec<(String, &'a str)>,
}

impl Tag<'_> {
    pub(super) fn value(&self, attribute: &str) -> Option<&str> {
        self.attributes.iter().find(|(name, _)| name == attribute).map(|(_, value)| *value)
    }
}

const LONGEST_NAME: usize = 16;

/// The piece that begins at byte `at`, and where the next one begins; none at the end.
pub(super) fn next(html: &str, at: usize) -> Option<(Piece<'_>, usize)> {
    let bytes = html.as_bytes();
    if at >= bytes.len() {
        return None;
    }
    if !begins_markup(bytes, at) {
        let mut end = at + 1;
        while end < bytes.len() && !begins_markup(bytes, end) {
            end += 1;
        }
        return Some((Piece::Text(&html[at..end]), end));
    }
    Some(match bytes[at + 1] {
        b'!' if html[at..].starts_with("<!--") => (Piece::Nothing, comment_end(bytes, at + 4)),
        b'!' | b'?' => (Piece::Nothing, after(bytes, at + 2, b'>')),
        b'/' if !bytes.get(at + 2).is_some_and(u8::is_ascii_alphabetic) => (Piece::Nothing, after(bytes, at + 2, b'>')),
        b'/' => match read(html, at + 2) {
            Some((tag, end)) => (Piece::End(tag.name), end),
            None => (Piece::Nothing, bytes.len()),
        },
        _ => match read(html, at + 1) {
            Some((tag, end)) => (Piece::Start(tag), end),
            None => (Piece::Nothing, bytes.len()),
        },
    })
}

/// Where the end tag `</name` begins at or after `at`, as for elements whose inside is no markup; the end without one.
pub(super) fn end_of(html: &str, at: usize, name: &str) -> usize {
    let bytes = html.as_bytes();
    let mut from = at;
    while let Some(found) = bytes.get(from..).and_then(|rest| rest.iter().position(|byte| *byte == b'<')) {
        let start = from + found;
        let end = start + 2 + name.len();
        if bytes.get(start + 1) == Some(&b'/')
            && bytes.get(start + 2..end).is_some_and(|found| found.eq_ignore_ascii_case(name.as_bytes()))
            && bytes.get(end).is_none_or(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))
        {
            return start;
        }
        from = start + 1;
    }
    bytes.len()
}

fn begins_markup(bytes: &[u8], at: usize) -> bool {
    bytes[at] == b'<'
        && match bytes.get(at + 1) {
            Some(b'!' | b'?' | b'/') => true,
            Some(byte) => byte.is_ascii_alphabetic(),
            None => false,
        }
}

fn after(bytes: &[u8], at: usize, wanted: u8) -> usize {
    bytes
        .get(at..)
        .and_then(|rest| rest.iter().position(|byte| *byte == wanted))
        .map_or(bytes.len(), |found| at + found + 1)
}

fn comment_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    if rest.starts_with(b">") {
        return at + 1;
    }
    if rest.starts_with(b"->") {
        return at + 2;
    }
    let mut from = at;
    while let Some(found) = bytes[from..].windows(2).position(|two| two == b"--") {
        let dashes = from + found + 2;
        match (bytes.get(dashes), bytes.get(dashes + 1)) {
            (Some(b'>'), _) => return dashes + 1,
            (Some(b'!'), Some(b'>')) => return dashes + 2,
            _ => from = dashes - 1,
        }
    }
    bytes.len()
}

/// A tag whose name begins at `at`; none when the text ends inside it.
fn read(html: &str, at: usize) -> Option<(Tag<'_>, usize)> {
    let bytes = html.as_bytes();
    let is_name_end = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    let name_end = find(bytes, at, is_name_end)?;
    let mut tag = Tag { name: small(&html[at..name_end]), attributes: Vec::new() };
    let mut at = name_end;
    loop {
        at = find(bytes, at, |byte| !(byte.is_ascii_whitespace() || byte == b'/'))?;
        if bytes[at] == b'>' {
            return Some((tag, at + 1));
        }
        // A `=` where a name should begin belongs to the name.
        let name_end = find(bytes, at + 1, |byte| is_name_end(byte) || byte == b'=')?;
        let name = small(&html[at..name_end]);
        at = find(bytes, name_end, |byte| !byte.is_ascii_whitespace())?;
        let mut value = "";
        if bytes[at] == b'=' {
            at = find(bytes, at + 1, |byte| !byte.is_ascii_whitespace())?;
            (value, at) = match bytes[at] {
                quote @ (b'"' | b'\'') => {
                    let end = find(bytes, at + 1, |byte| byte == quote)?;
                    (&html[at + 1..end], end + 1)
                }
                b'>' => ("", at),
                _ => {
                    let end = find(bytes, at, |byte| byte.is_ascii_whitespace() || byte == b'>')?;
                    (&html[at..end], end)
                }
            };
        }
        if tag.value(&name).is_none() && is_wanted(&tag.name, &name) {
            tag.attributes.push((name, value));
        }
    }
}

fn is_wanted(element: &str, attribute: &str) -> bool {
    list::is_kept_attribute(element, attribute)
        || element == "body" && matches!(attribute, "style" | "bgcolor" | "text")
}

fn small(name: &str) -> String {
    if name.len() > LONGEST_NAME { String::new() } else { name.to_ascii_lowercase() }
}

fn find(bytes: &[u8], at: usize, is_wanted: impl Fn(u8) -> bool) -> Option<usize> {
    bytes.get(at..)?.iter().position(|byte| is_wanted(*byte)).map(|found| at + found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(html: &str, expected: &str) {
        let mut pieces = Vec::new();
        let mut at = 0;
        while let Some((piece, next)) = next(html, at) {
            assert!(next > at, "always onwards");
            at = next;
            pieces.push(match piece {
                Piece::Text(text) => format!("'{text}'"),
                Piece::Start(tag) => {
                    let attributes: String =
                        tag.attributes.iter().map(|(name, value)| format!(" {name}={value}")).collect();
                    format!("<{}{attributes}>", tag.name)
                }
                Piece::End(name) => format!("</{name}>"),
                Piece::Nothing => "-".to_owned(),
            });
        }
        assert_eq!(pieces.join(" "), expected);
    }

    #[test]
    fn tags_text_and_comments_are_told_apart_as_a_browser_does() {
        check("a<B>b</b >c", "'a' <b> 'b' </b> 'c'");
        check("1 < 2 <3 <", "'1 < 2 <3 <'");
        check("<!-- x --><!--><p><!---><!doctype html><?xml ?></ x>", "- - <p> - - - -");
        check("<!-- a --!><i><!-- b", "- <i> -");
        check("<!--x--y--->z", "- 'z'");
        check("<td/WIDTH=1/align='a>b'title=\"c'\"x>", "<td width=1/align='a> 'b'title=\"c'\"x>'");
        check("<td width=1 align='a>b'title=\"c'\"x>", "<td width=1 align=a>b title=c'>");
        check("<td width = 5 width=6 ==x align>", "<td width=5 align=>");
        check("<td width=>x", "<td width=> 'x'");
        check("<a href=\"x", "-");
        check("<a", "-");
        check("</a", "-");
        check("</>x", "- 'x'");
    }

    #[test]
    fn the_end_of_a_script_is_its_own_tag_only() {
        let html = "<script>if (a</b) '</scripty>' </SCRIPT\n>x";
        assert_eq!(&html[end_of(html, 8, "script")..], "</SCRIPT\n>x");
        assert_eq!(end_of("<style>never", 7, "style"), 12);
    }
}
