//! Letters as mail programs write them: paragraphs, and the letter before beneath a line.

use crate::graph::Item;

pub(super) fn letter(text: &str, before: Option<&Item>) -> String {
    let mut body = String::from(
        "<html><head><meta charset=\"utf-8\"></head><body style=\"font-family:Calibri,sans-serif;font-size:11pt\">",
    );
    body += &paragraphs(text);
    if let Some(before) = before {
        body += "<hr style=\"display:inline-block;width:98%\"><div><b>From:</b> ";
        body += &escape(&before.from.name);
        body += " &lt;";
        body += &escape(&before.from.address);
        body += "&gt;<br><b>Sent:</b> ";
        body += &before.sent;
        body += "<br><b>Subject:</b> ";
        body += &escape(&before.subject);
        body += "</div><blockquote style=\"border-left:2px solid #8aa\">";
        body += &paragraphs(&before.text);
        body += "</blockquote>";
    }
    body + "</body></html>"
}

fn paragraphs(text: &str) -> String {
    text.split("\n\n").map(|paragraph| format!("<p>{}</p>", escape(paragraph).replace('\n', "<br>"))).collect()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
