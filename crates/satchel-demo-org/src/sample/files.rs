//! Attachments: small, but real documents.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::graph::File;

const CURVE: &[u8] = include_bytes!("../../data/sample/files/curve.png");
const FILTER: &[u8] = include_bytes!("../../data/sample/files/filter.png");
const LOGO: &[u8] = include_bytes!("../../data/sample/files/logo.png");
const READINGS: &str = include_str!("../../data/sample/files/readings.csv");
const TANKS: &str = include_str!("../../data/sample/files/tanks.csv");

/// The file of that name, as it goes with a letter.
pub(super) fn named(name: &str, lines: &[String]) -> File {
    let (mime, bytes) = match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "pdf" => ("application/pdf", pdf(lines)),
        "csv" if name.starts_with("Tank") => ("text/csv", TANKS.as_bytes().to_vec()),
        "csv" => ("text/csv", READINGS.as_bytes().to_vec()),
        _ if name.contains("filter") => ("image/png", FILTER.to_vec()),
        _ => ("image/png", CURVE.to_vec()),
    };
    File { name: name.to_owned(), mime: mime.to_owned(), content: STANDARD.encode(bytes), content_id: None }
}

/// A picture that a newsletter shows.
pub(super) fn logo(domain: &str) -> File {
    File {
        name: "logo.png".to_owned(),
        mime: "image/png".to_owned(),
        content: STANDARD.encode(LOGO),
        content_id: Some(format!("logo@{domain}")),
    }
}

/// One page of plain lines. The built-in fonts of PDF have Latin letters only.
fn pdf(lines: &[String]) -> Vec<u8> {
    let mut page = String::from("BT /F1 14 Tf 60 780 Td 20 TL\n");
    for line in lines {
        let line: String = line.chars().map(|letter| if letter.is_ascii() { letter } else { '?' }).collect();
        let line = line.replace('\\', "\\\\").replace('(', "\\(").replace(')', "\\)");
        page += &format!("({line}) Tj T*\n");
    }
    page += "ET";
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 5 0 R \
         /Resources << /Font << /F1 4 0 R >> >> >>"
            .to_owned(),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
        format!("<< /Length {} >>\nstream\n{page}\nendstream", page.len()),
    ];
    let mut out = String::from("%PDF-1.4\n");
    let mut places = Vec::new();
    for (at, object) in objects.iter().enumerate() {
        places.push(out.len());
        out += &format!("{} 0 obj\n{object}\nendobj\n", at + 1);
    }
    let start = out.len();
    out += &format!("xref\n0 {}\n0000000000 65535 f \n", objects.len() + 1);
    for place in places {
        out += &format!("{place:010} 00000 n \n");
    }
    out += &format!("trailer\n<< /Size {} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n", objects.len() + 1);
    out.into_bytes()
}
