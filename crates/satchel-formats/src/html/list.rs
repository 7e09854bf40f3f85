//! Which elements and attributes of a message are kept; everything that is not named here goes.

/// What a message may be made of. No `style`, `svg`, `math`, `form`, `iframe`, `object`, `meta`, `base` or `link`: none
/// that runs, loads, asks or is read differently inside than outside.
pub(super) const ELEMENTS: &[&str] = &[
    "a",
    "abbr",
    "address",
    "article",
    "aside",
    "b",
    "bdi",
    "bdo",
    "big",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "dir",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "font",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "main",
    "mark",
    "nav",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "section",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "tt",
    "u",
    "ul",
    "var",
    "wbr",
];

/// Elements whose inside is no part of the text: it goes with them.
pub(super) const DROPPED_WITH_CONTENT: &[&str] =
    &["script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes"];

/// Attributes that any element may have.
pub(super) const EVERYWHERE: &[&str] = &["align", "dir", "lang", "style", "title"];

/// Attributes that one element may have besides.
pub(super) const ATTRIBUTES: &[(&str, &[&str])] = &[
    ("a", &["href"]),
    ("img", &["alt", "border", "height", "hspace", "src", "vspace", "width", super::picture::MARK]),
    ("font", &["color", "face", "size"]),
    ("hr", &["color", "noshade", "size", "width"]),
    ("table", &["bgcolor", "border", "bordercolor", "cellpadding", "cellspacing", "height", "valign", "width"]),
    ("tbody", &["bgcolor", "valign"]),
    ("thead", &["bgcolor", "valign"]),
    ("tfoot", &["bgcolor", "valign"]),
    ("tr", &["bgcolor", "bordercolor", "height", "valign"]),
    ("td", &["bgcolor", "bordercolor", "colspan", "height", "nowrap", "rowspan", "valign", "width"]),
    ("th", &["bgcolor", "bordercolor", "colspan", "height", "nowrap", "rowspan", "scope", "valign", "width"]),
    ("col", &["span", "valign", "width"]),
    ("colgroup", &["span", "valign", "width"]),
    ("div", &["bgcolor"]),
    ("ol", &["start", "type"]),
    ("ul", &["type"]),
    ("li", &["type", "value"]),
    ("br", &["clear"]),
    ("time", &["datetime"]),
    ("details", &["open"]),
];

pub(super) fn is_kept(element: &str) -> bool {
    ELEMENTS.binary_search(&element).is_ok()
}

pub(super) fn is_kept_attribute(element: &str, attribute: &str) -> bool {
    EVERYWHERE.contains(&attribute)
        || ATTRIBUTES.iter().any(|(name, attributes)| *name == element && attributes.contains(&attribute))
}

/// Whether the value is of the kind that a plain attribute has: words for a person, or a number, colour or keyword.
pub(super) fn is_plain_value(attribute: &str, value: &str) -> bool {
    match attribute {
        "alt" | "title" => true,
        // A table of a million columns costs the browser what it cost a tenth of a line to write.
        "colspan" | "rowspan" | "span" => value.trim().parse::<u16>().is_ok_and(|number| number <= 1000),
        "face" => value.len() <= 256 && !value.contains(['<', '>', '{', '}', '\\', ';', '(', ')']),
        _ => {
            value.len() <= 64
                && value.chars().all(|letter| {
                    letter.is_alphanumeric()
                        || matches!(letter, ' ' | '#' | '%' | '.' | ',' | '-' | '+' | '*' | '_' | ':')
                })
        }
    }
}

/// Formatting elements are opened again after a wrong end (adoption, WHATWG HTML 13.2.4.3).
pub(super) fn is_formatting(element: &str) -> bool {
    const NAMES: &[&str] = &["a", "b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u"];
    NAMES.contains(&element)
}

/// Elements that neither nest nor end.
pub(super) fn is_void(element: &str) -> bool {
    matches!(element, "br" | "col" | "hr" | "img" | "wbr")
}

/// Elements through which the end of an ordinary inline element does not reach.
pub(super) fn is_block(element: &str) -> bool {
    const INLINE: &[&str] = &[
        "abbr", "bdi", "bdo", "cite", "del", "dfn", "ins", "kbd", "mark", "q", "rp", "rt", "ruby", "samp", "span",
        "sub", "sup", "time", "var",
    ];
    !is_formatting(element) && !INLINE.contains(&element)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_sorted_because_it_is_searched_by_halves() {
        assert!(ELEMENTS.is_sorted());
    }

    #[test]
    fn nothing_that_runs_loads_or_asks_is_on_the_list() {
        for element in [
            "script",
            "style",
            "svg",
            "math",
            "iframe",
            "object",
            "embed",
            "form",
            "input",
            "button",
            "meta",
            "base",
            "link",
            "video",
            "audio",
            "template",
            "noscript",
            "select",
            "textarea",
            "frame",
            "frameset",
            "applet",
            "plaintext",
            "selectedcontent",
            "title",
        ] {
            assert!(!is_kept(element), "{element}");
        }
        for attribute in
            ["id", "name", "class", "srcset", "background", "poster", "onclick", "ping", "action", "formaction"]
        {
            assert!(ELEMENTS.iter().all(|element| !is_kept_attribute(element, attribute)), "{attribute}");
        }
    }
}
