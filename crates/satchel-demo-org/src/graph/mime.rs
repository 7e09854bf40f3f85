//! Writes a message as it travels between mail servers.

use base64::Engine as _;
use jiff::Timestamp;

use super::STANDARD;
use super::item::{File, Item, Mailbox};

const LINE: usize = 76;

pub(super) fn write(item: &Item) -> Vec<u8> {
    let mut out = String::new();
    let mut header = |name: &str, value: &str| {
        out.push_str(name);
        out.push_str(": ");
        out.push_str(value);
        out.push_str("\r\n");
    };
    header("From", &person(&item.from));
    header("To", &people(&item.to));
    if !item.cc.is_empty() {
        header("Cc", &people(&item.cc));
    }
    header("Subject", &words(&item.subject));
    header("Date", &date(&item.sent));
    header("Message-ID", &item.message_id);
    if let Some(before) = &item.in_reply_to {
        header("In-Reply-To", before);
        header("References", &item.references.join("\r\n "));
    }
    header("MIME-Version", "1.0");

    let boundary = |level: &str| format!("=_{level}_{}", item.change);
    let alternatives = parts(
        "multipart/alternative",
        &boundary("alternative"),
        &[text("text/plain", &item.text), text("text/html", &item.html)],
    );
    let (inline, attached): (Vec<&File>, Vec<&File>) = item.files.iter().partition(|file| file.content_id.is_some());
    let body = with_files("multipart/related", &boundary("related"), alternatives, &inline);
    out += &with_files("multipart/mixed", &boundary("mixed"), body, &attached);
    out.into_bytes()
}

/// The body alone when there are no files to go with it.
fn with_files(kind: &str, boundary: &str, body: String, files: &[&File]) -> String {
    if files.is_empty() {
        return body;
    }
    let mut all = vec![body];
    all.extend(files.iter().map(|file| self::file(file)));
    parts(kind, boundary, &all)
}

fn parts(kind: &str, boundary: &str, parts: &[String]) -> String {
    let mut out = format!("Content-Type: {kind}; boundary=\"{boundary}\"\r\n\r\n");
    for part in parts {
        out += &format!("--{boundary}\r\n{part}\r\n");
    }
    out + &format!("--{boundary}--\r\n")
}

fn text(kind: &str, text: &str) -> String {
    format!(
        "Content-Type: {kind}; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n{}",
        lines(&STANDARD.encode(text))
    )
}

fn file(file: &File) -> String {
    let (place, id) = match &file.content_id {
        Some(id) => ("inline", format!("Content-ID: <{id}>\r\n")),
        None => ("attachment", String::new()),
    };
    let name = words(&file.name);
    format!(
        "Content-Type: {}; name=\"{name}\"\r\nContent-Disposition: {place}; filename=\"{name}\"\r\n{id}\
         Content-Transfer-Encoding: base64\r\n\r\n{}",
        file.mime,
        lines(&file.content)
    )
}

fn lines(base64: &str) -> String {
    let lines: Vec<&str> = base64.as_bytes().chunks(LINE).filter_map(|line| std::str::from_utf8(line).ok()).collect();
    lines.join("\r\n")
}

fn people(people: &[Mailbox]) -> String {
    people.iter().map(person).collect::<Vec<_>>().join(",\r\n ")
}

fn person(mailbox: &Mailbox) -> String {
    format!("{} <{}>", phrase(&mailbox.name), mailbox.address)
}

fn phrase(name: &str) -> String {
    if name.is_ascii() { format!("\"{}\"", name.replace(['"', '\\'], "")) } else { words(name) }
}

/// Encoded words of RFC 2047, each short enough and none cutting a letter in two.
fn words(text: &str) -> String {
    if text.is_ascii() && text.len() < LINE {
        return text.to_owned();
    }
    let mut words = vec![String::new()];
    for letter in text.chars() {
        if words.last().is_some_and(|word| word.len() + letter.len_utf8() > 42) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.push(letter);
        }
    }
    let encoded: Vec<String> = words.iter().map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word))).collect();
    encoded.join("\r\n ")
}

fn date(sent: &str) -> String {
    sent.parse::<Timestamp>()
        .map_or_else(|_| sent.to_owned(), |time| time.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_chinese_subject_is_cut_between_letters() {
        let subject = "关于新厂区电磁流量计采购项目的付款方式与交货期";
        let encoded = words(subject);
        let decoded: String = encoded
            .split_whitespace()
            .map(|word| {
                assert!(word.len() <= 75, "{word}");
                let base64 = word.trim_start_matches("=?utf-8?B?").trim_end_matches("?=");
                String::from_utf8(STANDARD.decode(base64).unwrap()).unwrap()
            })
            .collect();
        assert_eq!(decoded, subject);
    }
}
