//! The cage before the parser: only listed tags get through, and only so many, so deep and so long.
//!
//! html5ever and every browser need time that grows with the square of the depth, and open formatting again after each wrong
//! end: a few hundred kilobytes can hang them for minutes. This pass is linear and keeps its own stack to see that coming.

use super::list;
use super::picture::{self, Data};
use super::tag::{self, Piece, Tag};

/// Bytes of text and tags, without the pictures that are written into it. The longest newsletters have a tenth of this.
const MOST_BYTES: usize = 2 * 1024 * 1024;
/// Tags of one message. Foster parenting is quadratic in them.
const MOST_TAGS: usize = 40_000;
/// Elements inside each other; more are shown without their tags.
const DEEPEST: usize = 200;
/// Bytes of one attribute that is no picture.
const LONGEST_VALUE: usize = 16 * 1024;
/// Bytes of formatting that a parser may have to open again over the whole message.
const MOST_REOPENED: usize = 32 * 1024 * 1024;
/// Bytes that html5ever may copy: at each character reference it copies the text since the last tag.
const MOST_COPIED: usize = 64 * 1024 * 1024;

pub(super) struct Caged {
    pub(super) html: String,
    pub(super) was_cut: bool,
}

pub(super) fn let_through(html: &str) -> Caged {
    let mut cage = Cage::default();
    let mut at = 0;
    while let Some((piece, next)) = tag::next(html, at) {
        at = next;
        let goes_on = match piece {
            Piece::Text(text) => cage.text(text),
            Piece::Start(tag) if list::DROPPED_WITH_CONTENT.contains(&tag.name.as_str()) => {
                at = tag::end_of(html, at, &tag.name);
                true
            }
            Piece::Start(tag) if tag.name == "body" => cage.body(&tag),
            Piece::Start(tag) => cage.start(&tag),
            Piece::End(name) => cage.end(&name),
            Piece::Nothing => true,
        };
        if !goes_on {
            cage.was_cut = true;
            break;
        }
    }
    Caged { html: cage.html, was_cut: cage.was_cut }
}

struct Open {
    name: &'static str,
    /// What it costs to open it again; 0 unless it is formatting.
    cost: usize,
    /// What was active before a table's cell, which forgets what was opened in it.
    active_before: usize,
}

#[derive(Default)]
struct Cage {
    html: String,
    was_cut: bool,
    /// Bytes let through, pictures not counted.
    bytes: usize,
    tags: usize,
    data: Data,
    open: Vec<Open>,
    /// Cost of the formatting that may be active: never less than a parser's own list.
    active: usize,
    reopened: usize,
    /// Bytes of text since the last tag, and what its character references cost.
    run: usize,
    copied: usize,
    has_body: bool,
    /// Tags left out for their depth whose ends must go too.
    too_deep: Vec<&'static str>,
    is_after_pre: bool,
}

impl Cage {
    /// Each of these says whether the message goes on.
    fn text(&mut self, text: &str) -> bool {
        // The line end after `<pre>` is not shown, and would be lost one at a time by each reading.
        let text = if self.is_after_pre { text.trim_start_matches(['\r', '\n', '\0']) } else { text };
        if text.is_empty() {
            return true;
        }
        self.is_after_pre = false;
        self.reopened += self.active;
        let room = MOST_BYTES.saturating_sub(self.bytes);
        let fits = text.len() <= room;
        let text = if fits { text } else { cut(text, room) };
        self.bytes += text.len();
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            self.run += 1;
            if matches!(letter, '&' | '<') {
                self.copied += self.run;
                if self.copied > MOST_COPIED {
                    return false;
                }
            }
            match letter {
                '<' => self.html.push_str("&lt;"),
                '\0' => {}
                '\r' if letters.peek() == Some(&'\n') => {}
                '\r' => self.html.push('\n'),
                _ => self.html.push(letter),
            }
        }
        fits && self.reopened <= MOST_REOPENED
    }

    /// The body's own colours belong to the message: they go on in a box around it.
    fn body(&mut self, body: &Tag) -> bool {
        let mut style = body.value("style").unwrap_or_default().trim_end_matches(';').to_owned();
        for (attribute, property) in [("bgcolor", "background-color"), ("text", "color")] {
            if let Some(colour) = body.value(attribute) {
                style = format!("{property}:{colour};{style}");
            }
        }
        if self.has_body || style.is_empty() {
            return true;
        }
        self.has_body = true;
        self.start(&Tag { name: "div".to_owned(), attributes: vec![("style".to_owned(), &style)] })
    }

    fn start(&mut self, tag: &Tag) -> bool {
        let Ok(found) = list::ELEMENTS.binary_search(&tag.name.as_str()) else { return true };
        let name = list::ELEMENTS[found];
        // Those that are left out below count too: each costs a look at all that is open.
        self.tags += 1;
        if self.tags > MOST_TAGS {
            return false;
        }
        if !self.make_way_for(name) {
            return true;
        }
        if self.open.len() >= DEEPEST && !list::is_void(name) {
            self.was_cut = true;
            self.too_deep.push(name);
            return true;
        }
        let mut written = format!("<{name}");
        let mut pictures = 0;
        for (attribute, value) in &tag.attributes {
            let completed = if attribute == "src" { picture::with_scheme(value) } else { None };
            let value = completed.as_deref().unwrap_or(value);
            let is_data = attribute == "src"
                && value.trim_start().get(..5).is_some_and(|five| five.eq_ignore_ascii_case("data:"));
            if if is_data { !self.data.has_room_for(value) } else { value.len() > LONGEST_VALUE } {
                continue;
            }
            pictures += if is_data { value.len() } else { 0 };
            written.push_str(&format!(" {attribute}=\"{}\"", value.replace('"', "&quot;").replace('\0', "")));
        }
        written.push('>');
        let length = written.len().saturating_sub(pictures);
        self.bytes += length;
        self.reopened += self.active;
        if self.bytes > MOST_BYTES || self.reopened > MOST_REOPENED {
            return false;
        }
        self.html.push_str(&written);
        self.run = 0;
        self.is_after_pre = name == "pre";
        if !list::is_void(name) {
            let cost = if list::is_formatting(name) { length + 64 } else { 0 };
            self.open.push(Open { name, cost, active_before: self.active });
            self.active += cost;
        }
        true
    }

    fn end(&mut self, name: &str) -> bool {
        let Ok(found) = list::ELEMENTS.binary_search(&name) else { return true };
        let name = list::ELEMENTS[found];
        self.tags += 1;
        if self.tags > MOST_TAGS {
            return false;
        }
        if let Some(at) = self.too_deep.iter().rposition(|left_out| *left_out == name) {
            self.too_deep.swap_remove(at);
            return true;
        }
        // An end of what never began would make an empty paragraph or line.
        if list::is_void(name) {
            return true;
        }
        self.is_after_pre = false;
        self.bytes += name.len() + 3;
        if self.bytes > MOST_BYTES {
            return false;
        }
        self.html.push_str(&format!("</{name}>"));
        let reach = self.open.iter().rposition(|open| open.name == "table" || !is_of_table(name) && is_cell(open.name));
        let Some(at) = self.open.iter().rposition(|open| open.name == name) else { return true };
        if reach.is_some_and(|reach| at < reach) {
            return true;
        }
        let has_block_inside = self.open[at + 1..].iter().any(|open| list::is_block(open.name));
        if at + 1 == self.open.len() {
            self.active = self.active.saturating_sub(self.open[at].cost);
            self.close_to(at);
        } else if list::is_block(name) || !has_block_inside {
            self.close_to(at);
        } else if list::is_formatting(name) {
            // The blocks inside stay open (adoption).
            self.open.remove(at);
        }
        true
    }

    /// Closes what the start of `name` closes by itself; false when a browser would not take it here at all.
    fn make_way_for(&mut self, name: &'static str) -> bool {
        let table = self.open.iter().rposition(|open| open.name == "table");
        if is_of_table(name) && name != "table" {
            let Some(table) = table else { return false };
            let row_groups: &[&str] = match name {
                "tr" => &["tbody", "thead", "tfoot"],
                "td" | "th" => &["tbody", "thead", "tfoot", "tr"],
                "col" => &["colgroup"],
                _ => &[],
            };
            let mut keep = table + 1;
            while self.open.get(keep).is_some_and(|open| row_groups.contains(&open.name)) {
                keep += 1;
            }
            self.close_to(keep);
            return true;
        }
        let floor =
            self.open.iter().rposition(|open| open.name == "table" || is_cell(open.name)).map_or(0, |at| at + 1);
        if matches!(name, "li" | "dd" | "dt") {
            let closes = |open: &Open| if name == "li" { open.name == "li" } else { matches!(open.name, "dd" | "dt") };
            let is_wall = |open: &Open| list::is_block(open.name) && !matches!(open.name, "address" | "div" | "p");
            if let Some(at) = self.open[floor..].iter().rposition(|open| closes(open) || is_wall(open))
                && closes(&self.open[floor + at])
            {
                self.close_to(floor + at);
            }
        }
        if list::is_block(name)
            && !list::is_void(name)
            && let Some(at) = self.open.get(floor..).and_then(|open| open.iter().rposition(|open| open.name == "p"))
        {
            self.close_to(floor + at);
        }
        true
    }

    fn close_to(&mut self, length: usize) {
        if let Some(cell) = self.open.get(length..).and_then(|closed| closed.iter().find(|open| is_cell(open.name))) {
            self.active = cell.active_before;
        }
        self.open.truncate(length);
    }
}

fn is_cell(name: &str) -> bool {
    matches!(name, "td" | "th" | "caption")
}

fn is_of_table(name: &str) -> bool {
    is_cell(name) || matches!(name, "table" | "tbody" | "thead" | "tfoot" | "tr" | "col" | "colgroup")
}

/// The first `room` bytes at most, not ending inside a letter or a character reference.
fn cut(text: &str, room: usize) -> &str {
    let mut end = room.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let tail = end.saturating_sub(32);
    match text.as_bytes()[tail..end].iter().rposition(|byte| *byte == b'&') {
        Some(and) if !text.as_bytes()[tail + and..end].contains(&b';') => &text[..tail + and],
        _ => &text[..end],
    }
}
