//! Where a link may lead: to the web, or to a new message of which it fills in no more than the four harmless fields.

/// Longer addresses are not links a person follows.
const LONGEST: usize = 8192;

/// A `mailto:` link may set these; others have attached files and added hidden recipients in other programs.
const MAIL_FIELDS: &[&str] = &["to", "cc", "subject", "body"];

/// The address to keep, or none. Its own output passes unchanged.
pub(super) fn filter(href: &str) -> Option<String> {
    // Browsers leave out tabs and line ends wherever they stand, so `java\nscript:` is a script.
    let href: String = href.chars().filter(|letter| !letter.is_control()).collect();
    let href = href.trim();
    let (scheme, rest) = href.split_once(':')?;
    let scheme = scheme.to_ascii_lowercase();
    if href.len() > LONGEST {
        return None;
    }
    match scheme.as_str() {
        // Relative to nothing: a browser would read `http:evil` against the page's own address.
        "http" | "https" => rest.starts_with("//").then(|| format!("{scheme}:{rest}")),
        "mailto" => Some(mail(rest)),
        _ => None,
    }
}

fn mail(rest: &str) -> String {
    let (address, query) = rest.split_once('?').unwrap_or((rest, ""));
    let kept: Vec<&str> = query
        .split('&')
        .filter(|field| {
            let name = field.split_once('=').map_or(*field, |(name, _)| name);
            MAIL_FIELDS.iter().any(|known| name.eq_ignore_ascii_case(known))
        })
        .collect();
    if kept.is_empty() { format!("mailto:{address}") } else { format!("mailto:{address}?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(href: &str, expected: Option<&str>) {
        assert_eq!(filter(href).as_deref(), expected, "{href}");
        if let Some(kept) = expected {
            assert_eq!(filter(kept).as_deref(), Some(kept), "a second reading changes nothing");
        }
    }

    #[test]
    fn links_to_the_web_and_to_people_stay() {
        check(" HTTPS://example.com/a?b=c#d ", Some("https://example.com/a?b=c#d"));
        check("http://例え.example/路", Some("http://例え.example/路"));
        check("mailto:anna@example.com", Some("mailto:anna@example.com"));
    }

    #[test]
    fn a_mail_link_fills_in_four_fields_at_most() {
        check(
            "mailto:a@b.example?Subject=Hi&attach=/etc/passwd&bcc=spy@x.example&body=x&in-reply-to=y&attachment=z",
            Some("mailto:a@b.example?Subject=Hi&body=x"),
        );
        check("mailto:a@b.example?bcc=spy@x.example", Some("mailto:a@b.example"));
        check("mailto:?to=a@b.example&cc=c@d.example", Some("mailto:?to=a@b.example&cc=c@d.example"));
    }

    #[test]
    fn everything_else_leads_nowhere() {
        for href in [
            "javascript:alert(1)",
            "JaVaScRiPt:alert(1)",
            "java\nscript:alert(1)",
            "\u{1}javascript:alert(1)",
            "data:text/html,x",
            "file:///etc/passwd",
            "vbscript:x",
            "blob:https://x",
            "about:blank",
            "tauri://localhost",
            "ipc://x",
            "asset:x",
            "tel:1",
            "//example.com",
            "/path",
            "#top",
            "x",
            "",
            "http:example.com",
            "https:/example.com",
            "ms-word:ofe|u|https://x",
            "smb://x",
            "http\t:x",
            "view-source:https://x",
            "intent://x",
            "cid:x",
        ] {
            check(href, None);
        }
    }
}
