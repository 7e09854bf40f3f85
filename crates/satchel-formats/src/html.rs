//! A message's HTML made safe: what newsletters need stays, what runs, loads, hides or asks goes.
//!
//! Three steps, repeated until a second reading changes nothing: the cage reads the text tag by tag in one pass and lets
//! listed tags through within limits; ammonia builds the tree and checks it against the same list; the pictures are put in.
//! What a browser reads is then what we read, so that no tree can turn into another one on the way (mutation).

mod cage;
mod link;
mod list;
mod picture;
mod plain;
mod style;
mod tag;

use std::collections::{HashMap, HashSet};

pub use picture::kind as picture_kind;
pub use plain::from_text;
pub(crate) use plain::to_text;

/// HTML that may be shown in the frame of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Safe {
    pub html: String,
    /// Pictures of other computers that were left out.
    pub blocked_pictures: u32,
    /// The message was longer or more tangled than anything a person writes; what is shown ends early.
    pub was_cut: bool,
}

/// The `data:` URI that stands for a content-id or an address, where there is one.
type Sources<'a> = dyn Fn(&str) -> Option<String> + 'a;

/// What becomes of pictures that lie on other computers, who learn that a message was opened when they are asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pictures {
    /// Left out, marked and counted.
    Blocked,
    /// They stay addresses, for a reader who decides for himself.
    Linked,
}

/// After this many readings that still change something, the text alone is shown. Real mail needs two.
const READINGS: u32 = 6;

/// Makes `html` safe. `inline` gives the `data:` URI of the part with a content-id; what is not a picture is not shown.
/// The same input gives the same output, and cleaning the output changes nothing.
pub fn clean(html: &str, inline: &Sources<'_>, pictures: Pictures) -> Safe {
    match pictures {
        Pictures::Blocked => finish(settle(html), inline, Some(&|_| None)),
        Pictures::Linked => finish(settle(html), inline, None),
    }
}

/// The address when it may be opened: a page of the web, or a new message with harmless fields.
pub fn safe_link(address: &str) -> Option<String> {
    link::filter(address)
}

/// The same with pictures that were fetched from other computers: `fetched` gives the `data:` URI for an address of
/// [`remote_pictures`]. Those it does not have are left out, marked and counted.
pub fn clean_with_fetched(html: &str, inline: &Sources<'_>, fetched: &Sources<'_>) -> Safe {
    finish(settle(html), inline, Some(fetched))
}

/// The addresses of the pictures on other computers that would be shown, each once, in their order.
pub fn remote_pictures(html: &str) -> Vec<String> {
    picture::remote(&settle(html).html)
}

/// Reads until a further reading changes nothing. The addresses of pictures are still in.
fn settle(html: &str) -> Safe {
    let mut safe = read_once(html);
    for _ in 1..READINGS {
        let again = read_once(&safe.html);
        let is_settled = again.html == safe.html;
        safe = Safe { was_cut: safe.was_cut || again.was_cut, ..again };
        if is_settled {
            return safe;
        }
    }
    Safe { html: plain::only_text(&safe.html), was_cut: true, ..safe }
}

fn finish(safe: Safe, inline: &Sources<'_>, fetched: Option<&Sources<'_>>) -> Safe {
    let (html, blocked_pictures) = picture::put_in(&safe.html, inline, fetched);
    Safe { html, blocked_pictures, ..safe }
}

fn read_once(html: &str) -> Safe {
    let caged = cage::let_through(html);
    let mut builder = ammonia::Builder::empty();
    builder
        .tags(list::ELEMENTS.iter().copied().collect())
        .tag_attributes(attributes())
        .generic_attributes(list::EVERYWHERE.iter().copied().collect())
        .url_schemes(["http", "https", "mailto", "data", "cid"].into())
        .url_relative(ammonia::UrlRelative::Deny)
        .link_rel(Some("noopener noreferrer"))
        .set_tag_attribute_value("a", "target", "_blank")
        .strip_comments(true)
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            (_, "style") => style::filter(value).map(Into::into),
            ("a", "href") => link::filter(value).map(Into::into),
            ("img", "src") => picture::filter(value).map(Into::into),
            ("img", picture::MARK) => (value == picture::MARKED).then(|| value.into()),
            ("a", "rel" | "target") => Some(value.into()),
            _ => list::is_plain_value(attribute, value).then(|| value.into()),
        });
    Safe { html: builder.clean(&caged.html).to_string(), blocked_pictures: 0, was_cut: caged.was_cut }
}

fn attributes() -> HashMap<&'static str, HashSet<&'static str>> {
    list::ATTRIBUTES.iter().map(|(element, names)| (*element, names.iter().copied().collect())).collect()
}
