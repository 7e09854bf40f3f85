//! Bytes of a part made into what they stand for: transfer encodings and charsets, damaged ones as far as possible.

use mail_parser::decoders::base64::base64_decode;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;

use super::Remark;

/// Undoes the transfer encoding.
pub(super) fn bytes(encoded: &[u8], encoding: &str, remarks: &mut Vec<Remark>) -> Vec<u8> {
    match encoding.trim().to_ascii_lowercase().as_str() {
        "base64" => base64(encoded, remarks),
        "quoted-printable" => quoted_printable_decode(encoded).unwrap_or_else(|| {
            Remark::EncodingDamaged.note(remarks);
            encoded.to_vec()
        }),
        _ => encoded.to_vec(),
    }
}

/// Letters that are not of the alphabet are left out, a broken end is completed.
fn base64(encoded: &[u8], remarks: &mut Vec<Remark>) -> Vec<u8> {
    let mut letters: Vec<u8> = Vec::with_capacity(encoded.len());
    let mut is_damaged = false;
    let mut is_over = false;
    for byte in encoded {
        match byte {
            b'=' => is_over = true,
            byte if byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/') => {
                // Some programs encode piece by piece, so that a filled-up end stands in the middle.
                if is_over {
                    while !letters.len().is_multiple_of(4) {
                        letters.push(b'=');
                    }
                    is_over = false;
                }
                letters.push(*byte);
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => is_damaged = true,
        }
    }
    if letters.len() % 4 == 1 {
        letters.pop();
        is_damaged = true;
    }
    while !letters.len().is_multiple_of(4) {
        letters.push(b'=');
    }
    let mut decoded = Vec::with_capacity(letters.len() / 4 * 3);
    for piece in pieces(&letters) {
        match base64_decode(piece) {
            Some(bytes) => decoded.extend(bytes),
            None => is_damaged = true,
        }
    }
    if is_damaged {
        Remark::EncodingDamaged.note(remarks);
    }
    decoded
}

/// Each ends where its filling ends.
fn pieces(letters: &[u8]) -> impl Iterator<Item = &[u8]> {
    letters.split_inclusive(|byte| *byte == b'=').filter(|piece| piece.len() > 1)
}

/// Text in `charset`, or in what it most likely is.
pub(super) fn text(bytes: &[u8], charset: Option<&str>, remarks: &mut Vec<Remark>) -> String {
    let charset =
        charset.map(|name| name.trim().trim_matches(['"', '\'']).to_ascii_lowercase()).filter(|name| !name.is_empty());
    let is_unsaid = matches!(charset.as_deref(), None | Some("us-ascii" | "ascii" | "utf-8" | "utf8"));
    if is_unsaid && let Ok(text) = std::str::from_utf8(bytes) {
        return text.strip_prefix('\u{feff}').unwrap_or(text).to_owned();
    }
    let decoder =
        charset.as_deref().filter(|name| *name != "us-ascii").and_then(|name| charset_decoder(name.as_bytes()));
    if decoder.is_none() && !is_unsaid {
        Remark::CharsetUnknown.note(remarks);
        if let Ok(text) = std::str::from_utf8(bytes) {
            return text.to_owned();
        }
    }
    let is_utf8 = matches!(charset.as_deref(), Some("utf-8" | "utf8"));
    let text = match decoder.or_else(|| charset_decoder(b"windows-1252")) {
        Some(decoder) if !is_utf8 => decoder(bytes),
        Some(_) | None => String::from_utf8_lossy(bytes).into_owned(),
    };
    if text.contains('\u{fffd}') {
        Remark::LettersLost.note(remarks);
    }
    text
}

/// The charset an HTML page names in its own head.
pub(super) fn charset_of_page(html: &[u8]) -> Option<String> {
    let start = String::from_utf8_lossy(html.get(..2048).unwrap_or(html)).to_ascii_lowercase();
    let (_, rest) = start.split_once("charset=")?;
    let name: String = rest
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|letter| letter.is_ascii_alphanumeric() || "-_:.".contains(*letter))
        .collect();
    // What is read here as ASCII cannot be in these.
    (!name.is_empty() && !name.starts_with("utf-16")).then_some(name)
}
