//! The `style` attribute: colours, type and boxes stay; what loads, moves over the window or is not understood goes.

/// Declarations after these bytes of one attribute are not read.
const LONGEST: usize = 4096;

const PROPERTIES: &[&str] = &[
    "background",
    "background-color",
    "border",
    "border-bottom",
    "border-bottom-color",
    "border-bottom-left-radius",
    "border-bottom-right-radius",
    "border-bottom-style",
    "border-bottom-width",
    "border-collapse",
    "border-color",
    "border-left",
    "border-left-color",
    "border-left-style",
    "border-left-width",
    "border-radius",
    "border-right",
    "border-right-color",
    "border-right-style",
    "border-right-width",
    "border-spacing",
    "border-style",
    "border-top",
    "border-top-color",
    "border-top-left-radius",
    "border-top-right-radius",
    "border-top-style",
    "border-top-width",
    "border-width",
    "box-sizing",
    "clear",
    "color",
    "direction",
    "display",
    "float",
    "font",
    "font-family",
    "font-size",
    "font-style",
    "font-variant",
    "font-weight",
    "height",
    "letter-spacing",
    "line-height",
    "list-style",
    "list-style-position",
    "list-style-type",
    "margin",
    "margin-bottom",
    "margin-left",
    "margin-right",
    "margin-top",
    "max-height",
    "max-width",
    "min-height",
    "min-width",
    "overflow-wrap",
    "padding",
    "padding-bottom",
    "padding-left",
    "padding-right",
    "padding-top",
    "table-layout",
    "text-align",
    "text-decoration",
    "text-decoration-color",
    "text-decoration-line",
    "text-decoration-style",
    "text-indent",
    "text-transform",
    "vertical-align",
    "white-space",
    "width",
    "word-break",
    "word-spacing",
    "word-wrap",
];

const DISPLAYS: &[&str] = &[
    "block",
    "inline",
    "inline-block",
    "inline-table",
    "list-item",
    "none",
    "table",
    "table-caption",
    "table-cell",
    "table-column",
    "table-column-group",
    "table-footer-group",
    "table-header-group",
    "table-row",
    "table-row-group",
];

/// Functions that only name a colour.
const FUNCTIONS: &[&str] = &["rgb", "rgba", "hsl", "hsla"];

/// What may stay of a style attribute; none when nothing may. Its own output passes unchanged.
pub(super) fn filter(style: &str) -> Option<String> {
    let mut kept = String::new();
    let readable =
        style.char_indices().take_while(|(at, _)| *at < LONGEST).map(|(at, letter)| at + letter.len_utf8()).last();
    let style = &style[..readable.unwrap_or(0)];
    // No escapes and no comments: each is a second way to write what the list forbids. A semicolon always separates: inside
    // quotes it leaves two halves whose quotes do not match, and both are dropped.
    for declaration in style.split(';') {
        let Some((property, value)) = declaration.split_once(':') else { continue };
        let property = property.trim().to_ascii_lowercase();
        let value = value.split_ascii_whitespace().collect::<Vec<_>>().join(" ");
        if PROPERTIES.binary_search(&property.as_str()).is_ok() && is_harmless(&property, &value) {
            if kept.len() + property.len() + value.len() + 2 > LONGEST {
                break;
            }
            if !kept.is_empty() {
                kept.push(';');
            }
            kept.push_str(&property);
            kept.push(':');
            kept.push_str(&value);
        }
    }
    (!kept.is_empty()).then_some(kept)
}

fn is_harmless(property: &str, value: &str) -> bool {
    let lower = value.to_ascii_lowercase();
    let plain = lower.trim_end_matches("!important").trim_end();
    let is_written_plainly = !value.is_empty()
        && value.chars().all(|letter| {
            letter.is_alphanumeric()
                || matches!(
                    letter,
                    ' ' | '#' | '%' | '.' | ',' | '-' | '+' | '!' | '_' | '(' | ')' | '"' | '\'' | '/' | '&'
                )
        })
        && !lower.contains("/*")
        && !lower.contains("//")
        && quotes_match(value)
        && functions_name_colours(&lower);
    let is_in_place = match property {
        "display" => DISPLAYS.contains(&plain),
        // A negative margin lays one part of a message over another.
        "margin" | "margin-top" | "margin-right" | "margin-bottom" | "margin-left" => !plain.contains('-'),
        _ => true,
    };
    is_written_plainly && is_in_place
}

fn quotes_match(value: &str) -> bool {
    let mut open = None;
    for letter in value.chars() {
        match (open, letter) {
            (None, '"' | '\'') => open = Some(letter),
            (Some(quote), _) if quote == letter => open = None,
            (Some(_), '(' | ')') => return false,
            (None | Some(_), _) => {}
        }
    }
    open.is_none()
}

fn functions_name_colours(lower: &str) -> bool {
    let mut rest = lower;
    while let Some(at) = rest.find(['(', ')']) {
        if rest[at..].starts_with(')') {
            return false;
        }
        let name =
            rest[..at].rsplit(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-' && letter != '_').next();
        let Some(end) = rest[at..].find(')') else { return false };
        if !name.is_some_and(|name| FUNCTIONS.contains(&name)) || rest[at + 1..at + end].contains('(') {
            return false;
        }
        rest = &rest[at + end + 1..];
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(style: &str, expected: &str) {
        let kept = filter(style).unwrap_or_default();
        assert_eq!(kept, expected);
        assert_eq!(filter(&kept).unwrap_or_default(), kept, "a second reading changes nothing");
    }

    #[test]
    fn the_list_is_sorted_because_it_is_searched_by_halves() {
        assert!(PROPERTIES.is_sorted());
    }

    #[test]
    fn colours_type_and_boxes_stay() {
        check("COLOR: red; Font-Family: 'Segoe UI', Arial", "color:red;font-family:'Segoe UI', Arial");
        check("background:#fff !important", "background:#fff !important");
        check("background-color: rgb(1, 2, 3);width:100%", "background-color:rgb(1, 2, 3);width:100%");
        check("font:italic 12px/1.5 \"Noto Sans\"", "font:italic 12px/1.5 \"Noto Sans\"");
        check("display:inline-block;mso-table-lspace:0pt", "display:inline-block");
        check("font-family:微软雅黑", "font-family:微软雅黑");
    }

    #[test]
    fn what_loads_moves_or_hides_its_meaning_goes() {
        for style in [
            "background:url(https://t.example/p.gif)",
            "background:URL('x')",
            "background:u\\72l(x)",
            "background:u/**/rl(x)",
            "width:expression(alert(1))",
            "color:var(--x)",
            "--x:url(x)",
            "behavior:url(x.htc)",
            "-moz-binding:url(x)",
            "@import 'https://t.example/a.css'",
            "position:fixed",
            "position:absolute;top:0",
            "list-style:url(x)",
            "list-style-image:url(x)",
            "background-image:url(x)",
            "background:image-set('x' 1x)",
            "background:-webkit-image-set(x)",
            "background:element(#x)",
            "background:src('x')",
            "content:url(x)",
            "cursor:url(x),auto",
            "display:flex",
            "display:grid",
            "margin-top:-500px",
            "margin:0 -9px",
            "width:calc(1px + 2px)",
            "color:red(",
            "color:red)",
            "font-family:'a;b'",
            "font-family:\"url(x)\"",
            "border-image:url(x) 30",
            "color:attr(x)",
            "z-index:9",
            "opacity:0",
            "filter:url(#x)",
            "color:rgb(url(x))",
            "color:javascript:alert(1)",
            "color:<x>",
            "color:\u{0}red{}",
            "transform:scale(9)",
            "animation:x 1s",
            "mask:url(x)",
            "clip-path:url(x)",
            "shape-outside:url(x)",
            "color",
            ":",
            ";;;",
            "",
        ] {
            assert!(!filter(style).unwrap_or_default().contains("url"), "{style}");
            check(style, "");
        }
    }

    #[test]
    fn a_style_without_end_is_read_to_its_limit() {
        let kept = filter(&"color:red;".repeat(1_000_000)).unwrap_or_default();
        assert!(kept.len() <= LONGEST && kept.starts_with("color:red;color:red"));
        assert_eq!(filter(&kept), Some(kept));
    }
}
