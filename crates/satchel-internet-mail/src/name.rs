//! Folder names as IMAP writes them: quoted, and in a UTF-7 of its own (RFC 3501, section 5.1.3).

/// A name as a quoted string; none when no quoted string can hold it.
pub(crate) fn quoted(text: &str) -> Option<String> {
    let is_sayable = !text.contains(['\r', '\n', '\0']);
    is_sayable.then(|| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// What a person reads. A name that is not in that encoding is shown as it stands.
pub(crate) fn shown(wire: &str) -> String {
    decoded(wire).unwrap_or_else(|| wire.to_owned())
}

fn decoded(wire: &str) -> Option<String> {
    let mut text = String::new();
    let mut rest = wire;
    while let Some((plain, after)) = rest.split_once('&') {
        text.push_str(plain);
        let (shifted, after) = after.split_once('-')?;
        match shifted {
            "" => text.push('&'),
            _ => text.push_str(&String::from_utf16(&units(shifted)?).ok()?),
        }
        rest = after;
    }
    text.push_str(rest);
    Some(text)
}

/// Base64 with a comma for the slash and without padding, as UTF-16.
fn units(shifted: &str) -> Option<Vec<u16>> {
    let mut units = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for letter in shifted.bytes() {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b',' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(six)) & 0x003f_ffff;
        count += 6;
        if count >= 16 {
            count -= 16;
            units.push(u16::try_from(bits >> count & 0xffff).ok()?);
        }
    }
    (count < 6).then_some(units)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_every_script_are_read() {
        assert_eq!(shown("INBOX"), "INBOX");
        assert_eq!(shown("Entw&APw-rfe"), "Entwürfe");
        assert_eq!(shown("&U,BTFw-"), "台北");
        assert_eq!(shown("~peter/mail/&U,BTFw-/&ZeVnLIqe-"), "~peter/mail/台北/日本語");
        assert_eq!(shown("Research &- Development"), "Research & Development");
        assert_eq!(shown("&2D3eAA-"), "😀");
    }

    #[test]
    fn a_name_that_is_not_in_the_encoding_is_shown_as_it_stands() {
        for name in ["R&D", "&", "&APw", "&!!-", "&2D0-"] {
            assert_eq!(shown(name), name);
        }
    }

    #[test]
    fn a_name_is_quoted_or_refused() {
        assert_eq!(quoted("a\"b\\c").unwrap(), "\"a\\\"b\\\\c\"");
        assert_eq!(quoted("a\r\nLOGOUT"), None);
    }
}
