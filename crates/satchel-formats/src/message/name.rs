//! Names of attachments: for showing, so nothing in them may lead to a path or hide what they are.

/// Letters of a name. Whoever saves it bounds its bytes.
const LONGEST: usize = 120;

/// `said` without what could mislead; a name made of the kind and number when nothing is left.
pub(super) fn of_attachment(said: Option<&str>, media_type: &str, number: usize) -> String {
    let said = said.unwrap_or_default();
    let last = said.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last
        .chars()
        .filter(|letter| !letter.is_control() && !turns_or_hides(*letter))
        .map(|letter| if matches!(letter, ':' | '*' | '?' | '"' | '<' | '>' | '|') { '_' } else { letter })
        .collect();
    // A long gap pushes the end that tells out of sight.
    let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let clean = clean.trim_matches(['.', ' ']);
    let name = if clean.is_empty() { made_up(media_type, number) } else { shortened(clean) };
    let name = if is_device(&name) { format!("_{name}") } else { name };
    if is_message(media_type) && !name.to_ascii_lowercase().ends_with(".eml") { format!("{name}.eml") } else { name }
}

pub(super) fn is_message(media_type: &str) -> bool {
    matches!(media_type, "message/rfc822" | "message/global")
}

/// `invoice\u{202e}fdp.exe` is shown as `invoiceexe.pdf`.
fn turns_or_hides(letter: char) -> bool {
    matches!(letter, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fffd}')
}

/// The end stays: it says what a file is.
fn shortened(name: &str) -> String {
    let count = name.chars().count();
    if count <= LONGEST {
        return name.to_owned();
    }
    let end = name.rsplit_once('.').map(|(_, end)| end).filter(|end| end.chars().count() <= 10);
    let start: String = name.chars().take(LONGEST - 11).collect();
    match end {
        Some(end) => format!("{start}.{end}"),
        None => start,
    }
}

/// Windows takes these for devices, with any ending.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim().to_ascii_uppercase();
    // It takes the small digits for digits.
    let is_digit = |last: char| last.is_ascii_digit() || matches!(last, '¹' | '²' | '³');
    matches!(stem.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || stem.chars().count() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT")) && stem.ends_with(is_digit)
}

fn made_up(media_type: &str, number: usize) -> String {
    let (kind, subtype) = media_type.split_once('/').unwrap_or((media_type, ""));
    let (word, end) = match (kind, subtype) {
        ("message", "rfc822" | "global") => return "message.eml".to_owned(),
        ("text", "calendar") => return "invitation.ics".to_owned(),
        ("application", "ms-tnef" | "vnd.ms-tnef") => return "winmail.dat".to_owned(),
        ("text", "vcard" | "x-vcard" | "directory") => ("contact", "vcf"),
        ("text", "html") => ("attachment", "html"),
        ("text" | "message", _) => ("attachment", "txt"),
        ("application", "pdf") => ("attachment", "pdf"),
        ("application", "zip") => ("attachment", "zip"),
        ("image", "jpeg" | "pjpeg") => ("picture", "jpg"),
        ("image", "png" | "gif" | "webp" | "bmp" | "tiff") => ("picture", subtype),
        _ => ("attachment", "bin"),
    };
    format!("{word}-{number}.{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(said: &str, expected: &str) {
        let name = of_attachment(Some(said), "application/pdf", 3);
        assert_eq!(name, expected);
        assert_eq!(of_attachment(Some(&name), "application/pdf", 3), name);
    }

    #[test]
    fn a_name_leads_nowhere_and_hides_nothing() {
        check("Angebot März.pdf", "Angebot März.pdf");
        check("报价单.pdf", "报价单.pdf");
        check("../../etc/passwd", "passwd");
        check("C:\\Windows\\system32\\calc.exe", "calc.exe");
        check("..", "attachment-3.pdf");
        check("  \u{0}\u{7}\n", "attachment-3.pdf");
        check("invoice\u{202e}fdp.exe", "invoicefdp.exe");
        check("a:b*c?.txt", "a_b_c_.txt");
        check(".bashrc", "bashrc");
        check("nul.txt", "_nul.txt");
        check("COM².log", "_COM².log");
        check("offer.pdf             .exe", "offer.pdf .exe");
        check("offer\u{61c}fdp\u{2028}.exe", "offerfdp.exe");
        check("x. . ", "x");
    }

    #[test]
    fn a_long_name_keeps_its_end() {
        let name = of_attachment(Some(&format!("{}.pdf", "长".repeat(9000))), "application/pdf", 1);
        assert!(name.ends_with("长.pdf") && name.chars().count() <= LONGEST);
    }

    #[test]
    fn what_has_no_name_gets_one() {
        assert_eq!(of_attachment(None, "image/jpeg", 2), "picture-2.jpg");
        assert_eq!(of_attachment(None, "application/ms-tnef", 2), "winmail.dat");
        assert_eq!(of_attachment(None, "message/rfc822", 2), "message.eml");
        assert_eq!(of_attachment(Some("Re: offer"), "message/rfc822", 2), "Re_ offer.eml");
        assert_eq!(of_attachment(None, "", 2), "attachment-2.bin");
    }
}
