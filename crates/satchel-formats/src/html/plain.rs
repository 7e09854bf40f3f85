//! Plain text made into HTML, and HTML into plain text.

use super::tag::{self, Piece};
use super::{Pictures, clean, list};

/// Letters of plain text that are shown; six bytes of HTML may stand for one.
const LONGEST_TEXT: usize = 256 * 1024;

/// A plain text message as safe HTML: lines stay lines, `>` quotes become quotes, addresses become links.
pub fn from_text(text: &str) -> String {
    let text = shortened(text);
    let mut html = String::with_capacity(text.len() * 2);
    let mut depth = 0;
    html.push_str("<div style=\"white-space:pre-wrap\">");
    for line in text.lines() {
        let (quotes, rest) = quotes_of(line);
        let quotes = quotes.min(20);
        while depth < quotes {
            html.push_str("<blockquote>");
            depth += 1;
        }
        while depth > quotes {
            html.push_str("</blockquote>");
            depth -= 1;
        }
        with_links(rest, &mut html);
        html.push('\n');
    }
    for _ in 0..depth {
        html.push_str("</blockquote>");
    }
    html.push_str("</div>");
    // Nothing goes past the same door as everyone's.
    clean(&html, &|_| None, Pictures::Blocked).html
}

/// The text of `html` as HTML without any structure: what is left when nothing else can be shown.
pub(super) fn only_text(html: &str) -> String {
    let mut only = String::from("<div style=\"white-space:pre-wrap\">");
    escape(shortened(&to_text(html)), &mut only);
    only.push_str("</div>");
    only
}

/// Readable text: blocks on lines of their own, cells apart, what is not text left out. One pass, no tree.
pub(crate) fn to_text(html: &str) -> String {
    let mut text = String::new();
    let mut at = 0;
    let mut preformatted = 0_usize;
    while let Some((piece, next)) = tag::next(html, at) {
        at = next;
        match piece {
            Piece::Text(piece) => add(&mut text, piece, preformatted > 0),
            Piece::Start(tag) if list::DROPPED_WITH_CONTENT.contains(&tag.name.as_str()) => {
                at = tag::end_of(html, at, &tag.name);
            }
            Piece::Start(tag) => {
                preformatted += usize::from(tag.name == "pre");
                break_before(&mut text, &tag.name);
                if tag.name == "img"
                    && let Some(words) = tag.value("alt")
                {
                    add(&mut text, words, false);
                }
            }
            Piece::End(name) => {
                preformatted = preformatted.saturating_sub(usize::from(name == "pre"));
                break_before(&mut text, &name);
            }
            Piece::Nothing => {}
        }
    }
    text.truncate(text.trim_end().len());
    text
}

fn break_before(text: &mut String, name: &str) {
    let is_cell = matches!(name, "td" | "th");
    let is_break = name == "br"
        || name == "body"
        || list::is_kept(name) && list::is_block(name) && !matches!(name, "img" | "wbr" | "col");
    if is_cell && !text.is_empty() && !text.ends_with([' ', '\n']) {
        text.push(' ');
    } else if !is_cell && is_break && !text.is_empty() {
        text.truncate(text.trim_end_matches([' ', '\t']).len());
        // One empty line at most, and only where the message asks for it.
        if !text.ends_with('\n') || name == "br" && !text.ends_with("\n\n") {
            text.push('\n');
        }
    }
}

fn add(text: &mut String, piece: &str, is_preformatted: bool) {
    for letter in without_references(piece).chars() {
        if is_preformatted && letter == '\n' {
            text.push('\n');
        } else if !letter.is_whitespace() && !letter.is_control() {
            text.push(letter);
        } else if !text.is_empty() && !text.ends_with([' ', '\n']) {
            text.push(' ');
        }
    }
}

/// Character references, as far as text for reading and finding needs them.
fn without_references(piece: &str) -> String {
    let mut text = String::with_capacity(piece.len());
    let mut rest = piece;
    while let Some(at) = rest.find('&') {
        text.push_str(&rest[..at]);
        rest = &rest[at..];
        let end = rest.bytes().take(12).position(|byte| byte == b';');
        match end.and_then(|end| meaning(&rest[1..end]).map(|letter| (letter, end))) {
            Some((letter, end)) => {
                text.push(letter);
                rest = &rest[end + 1..];
            }
            None => {
                text.push('&');
                rest = &rest[1..];
            }
        }
    }
    text.push_str(rest);
    text
}

fn meaning(name: &str) -> Option<char> {
    if let Some(number) = name.strip_prefix('#') {
        let code = match number.strip_prefix(['x', 'X']) {
            Some(hex) => u32::from_str_radix(hex, 16),
            None => number.parse(),
        };
        return code.ok().and_then(char::from_u32);
    }
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, letter)| *letter)
}

const NAMES: &[(&str, char)] = &[
    ("amp", '&'),
    ("lt", '<'),
    ("gt", '>'),
    ("quot", '"'),
    ("apos", '\''),
    ("nbsp", ' '),
    ("copy", '©'),
    ("reg", '®'),
    ("trade", '™'),
    ("euro", '€'),
    ("pound", '£'),
    ("yen", '¥'),
    ("cent", '¢'),
    ("sect", '§'),
    ("deg", '°'),
    ("middot", '·'),
    ("bull", '•'),
    ("hellip", '…'),
    ("ndash", '–'),
    ("mdash", '—'),
    ("lsquo", '‘'),
    ("rsquo", '’'),
    ("ldquo", '“'),
    ("rdquo", '”'),
    ("sbquo", '‚'),
    ("bdquo", '„'),
    ("laquo", '«'),
    ("raquo", '»'),
    ("times", '×'),
    ("frac12", '½'),
    ("auml", 'ä'),
    ("ouml", 'ö'),
    ("uuml", 'ü'),
    ("Auml", 'Ä'),
    ("Ouml", 'Ö'),
    ("Uuml", 'Ü'),
    ("szlig", 'ß'),
    ("eacute", 'é'),
    ("egrave", 'è'),
    ("ecirc", 'ê'),
    ("agrave", 'à'),
    ("aacute", 'á'),
    ("acirc", 'â'),
    ("ccedil", 'ç'),
    ("ntilde", 'ñ'),
    ("iacute", 'í'),
    ("oacute", 'ó'),
    ("uacute", 'ú'),
    ("ocirc", 'ô'),
    ("aring", 'å'),
    ("Aring", 'Å'),
    ("oslash", 'ø'),
    ("Oslash", 'Ø'),
    ("aelig", 'æ'),
    ("AElig", 'Æ'),
    ("zwnj", '\u{200c}'),
    ("zwj", '\u{200d}'),
    ("shy", '\u{ad}'),
    ("ensp", ' '),
    ("emsp", ' '),
    ("thinsp", ' '),
    ("larr", '←'),
    ("rarr", '→'),
    ("check", '✓'),
];

fn shortened(text: &str) -> &str {
    let end = text.char_indices().nth(LONGEST_TEXT).map_or(text.len(), |(at, _)| at);
    &text[..end]
}

/// How deeply a line is quoted, and what stands behind the marks.
fn quotes_of(line: &str) -> (usize, &str) {
    let mut depth = 0;
    let mut rest = line;
    loop {
        // A space may stand between the marks, not before the first.
        let after = if depth > 0 { rest.strip_prefix(' ').unwrap_or(rest) } else { rest };
        match after.strip_prefix('>') {
            Some(behind) => (depth, rest) = (depth + 1, behind),
            None => return (depth, if depth > 0 { after } else { rest }),
        }
    }
}

fn with_links(line: &str, html: &mut String) {
    let mut words = line.split(' ').peekable();
    while let Some(word) = words.next() {
        let start = ["http://", "https://", "mailto:"].iter().filter_map(|scheme| word.find(scheme)).min();
        match start {
            Some(start) => {
                let rest = &word[start..];
                let end = rest.find(['<', '>', '"', '\t']).unwrap_or(rest.len());
                let address = rest[..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '\'']);
                escape(&word[..start], html);
                html.push_str("<a href=\"");
                escape(address, html);
                html.push_str("\">");
                escape(address, html);
                html.push_str("</a>");
                escape(&rest[address.len()..], html);
            }
            None => escape(word, html),
        }
        if words.peek().is_some() {
            html.push(' ');
        }
    }
}

fn escape(text: &str, html: &mut String) {
    for letter in text.chars() {
        match letter {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\u{a0}' => html.push_str("&nbsp;"),
            '\r' | '\0' => {}
            _ => html.push(letter),
        }
    }
}
