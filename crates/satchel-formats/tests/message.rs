//! How messages are read: whole ones, old charsets, damaged ones and hostile ones.

use satchel_formats::message::{Body, Message, Remark, preview, read, text_of};

fn text(message: &Message) -> String {
    text_of(&message.body)
}

#[test]
fn a_whole_message_is_read() {
    let message = read(
        b"Message-ID:\r\n <CAF+1@mail.example>\r\nIn-Reply-To: <a@b>\r\nReferences: <x@y>\r\n\t<a@b>\r\n\
          From: \"Anna, Sales\" <Anna@Example.com>\r\nTo: b@example.com, Team: c@example.com, d@example.com;\r\n\
          Cc: =?UTF-8?Q?J=C3=B6rg?= <j@example.com>\r\nReply-To: office@example.com\r\nSubject: An offer\r\n with =?utf-8?b?8J+Yig==?=\r\n\
          Date: Tue, 3 Mar 2026 10:20:30 +0800\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"outer\"\r\n\r\n\
          preamble\r\n--outer\r\nContent-Type: multipart/alternative; boundary=inner\r\n\r\n\
          --inner\r\nContent-Type: text/plain\r\n\r\nplain\r\n--inner\r\nContent-Type: multipart/related; boundary=rel\r\n\r\n\
          --rel\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n\
          <p>Gr=C3=BC=\r\n=C3=9Fe <img src=3D\"cid:logo@x\"></p>\r\n--rel\r\nContent-Type: image/png; name=logo.png\r\nContent-ID: <logo@x>\r\n\
          Content-Transfer-Encoding: base64\r\n\r\niVBORw0K\r\nGgo=\r\n--rel--\r\n--inner--\r\n\
          --outer\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment;\r\n filename*=utf-8''Angebot%20M%C3%A4rz.pdf\r\n\
          Content-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n--outer--\r\nepilogue",
    );
    assert_eq!(message.message_id.as_deref(), Some("<CAF+1@mail.example>"));
    assert_eq!(message.in_reply_to, ["<a@b>"]);
    assert_eq!(message.references, ["<x@y>", "<a@b>"]);
    let from = message.from.as_ref().unwrap();
    assert_eq!((from.name.as_deref(), from.address.as_str()), (Some("Anna, Sales"), "Anna@Example.com"));
    let to: Vec<&str> = message.to.iter().map(|to| to.address.as_str()).collect();
    assert_eq!(to, ["b@example.com", "c@example.com", "d@example.com"]);
    assert_eq!(message.cc[0].name.as_deref(), Some("Jörg"));
    assert_eq!(message.reply_to[0].address, "office@example.com");
    assert_eq!(message.subject, "An offer with 😊");
    assert_eq!(message.sent_at.unwrap().to_string(), "2026-03-03T02:20:30Z");
    assert_eq!(message.body, Body::Html("<p>Grüße <img src=\"cid:logo@x\"></p>".to_owned()));
    let files: Vec<_> =
        message.attachments.iter().map(|file| (file.name.as_str(), file.media_type.as_str(), file.is_inline)).collect();
    assert_eq!(files, [("logo.png", "image/png", true), ("Angebot März.pdf", "application/pdf", false)]);
    assert_eq!(message.attachments[0].content_id.as_deref(), Some("logo@x"));
    assert_eq!(message.attachments[0].bytes, b"\x89PNG\r\n\x1a\n");
    assert_eq!(message.attachments[1].bytes, b"%PDF-");
    assert_eq!(message.remarks, []);
    assert_eq!(preview(&message), "Grüße");
}

#[test]
fn old_charsets_are_read_in_bodies_and_headers() {
    let cases: &[(&str, &[u8], &str, &str)] = &[
        ("gbk", b"\xb1\xa8\xbc\xdb", "sai82w==", "报价"),
        ("GB2312", b"\xb1\xa8\xbc\xdb", "sai82w==", "报价"),
        ("gb18030", b"\xb1\xa8\xbc\xdb\x95\x32\x82\x36", "sai825UyhDY=", "报价𠀀"),
        ("big5", b"\xb3\xf8\xbb\xf9", "s/i7+Q==", "報價"),
        ("iso-2022-jp", b"\x1b$B8+@Q\x1b(B", "GyRCOCtAURsoQg==", "見積"),
        ("shift_jis", b"\x8c\xa9\x90\xcf", "jKmQzw==", "見積"),
        ("euc-kr", b"\xb0\xdf\xc0\xfb", "sN/A+w==", "견적"),
        ("windows-1250", b"\x8ekoda", "jmtvZGE=", "Žkoda"),
        ("windows-1251", b"\xd1\xf7\xb8\xf2", "0fe48g==", "Счёт"),
        ("windows-1252", b"\x80 5", "gCA1", "€ 5"),
        ("koi8-r", b"\xf3\xde\xa3\xd4", "896j1A==", "Счёт"),
        ("utf-8", "报价".as_bytes(), "5oql5Lu3", "报价"),
    ];
    for (charset, bytes, encoded, expected) in cases {
        let mut raw = format!("Subject: =?{charset}?B?{encoded}?=\r\nFrom: =?{charset}?B?{encoded}?= <a@b.example>\r\nContent-Type: text/plain; charset={charset}\r\n\r\n").into_bytes();
        raw.extend_from_slice(bytes);
        let message = read(&raw);
        assert_eq!(text(&message), *expected, "{charset}");
        if *charset != "gb18030" {
            assert_eq!(message.subject, *expected, "{charset}");
            assert_eq!(message.from.unwrap().name.as_deref(), Some(*expected), "{charset}");
        }
    }
}

#[test]
fn raw_letters_in_headers_are_read_in_the_charset_of_the_message() {
    let message =
        read(b"Subject: \xb1\xa8\xbc\xdb\r\nContent-Type: text/html; charset=gbk\r\n\r\n<b>\xb1\xa8\xbc\xdb</b>");
    assert_eq!((message.subject.as_str(), text(&message).as_str()), ("报价", "报价"));
    let page = read(b"Content-Type: text/html\n\n<meta http-equiv=Content-Type content='text/html; charset=gb2312'>\xb1\xa8\xbc\xdb");
    assert_eq!(text(&page), "报价");
}

#[track_caller]
fn damaged(raw: &[u8], remark: Remark) -> Message {
    let message = read(raw);
    assert!(message.remarks.contains(&remark), "{:?}", message.remarks);
    assert!(remark.to_string().ends_with('.'));
    message
}

#[test]
fn a_damaged_message_is_shown_as_far_as_it_can_be_read() {
    let message = damaged(b"Content-Type: multipart/mixed\n\n--x\n\nhello\n--x--\n", Remark::BoundaryMissing);
    assert!(text(&message).contains("hello"));
    let message =
        damaged(b"Content-Type: multipart/mixed; boundary=y\n\n--x\n\nhello\n--x--\n", Remark::BoundaryMissing);
    assert!(text(&message).contains("hello"));
    let message = damaged(b"Content-Type: multipart/mixed; boundary=x\n\n--x\n\nhello\n--x\nContent-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\n\niVBORw0", Remark::EndMissing);
    assert_eq!((text(&message).as_str(), message.attachments[0].bytes.as_slice()), ("hello", b"\x89PNG\r".as_slice()));
    let message = damaged(b"Content-Transfer-Encoding: base64\n\naGVs*bG8g!d29ybGQ", Remark::EncodingDamaged);
    assert_eq!(text(&message), "hello world");
    let message = damaged(b"just a line\nand another", Remark::NoHeaders);
    assert_eq!(text(&message), "just a line\nand another");
    let message = read(b"Subject: x\nthis is no header\nbut text");
    assert_eq!((message.subject.as_str(), text(&message).as_str()), ("x", "this is no header\nbut text"));
    let message = damaged(b"Date: soon\nSubject: a\nSubject: b\nFrom: a@x\nFrom: b@x\n\nx", Remark::DateUnreadable);
    assert_eq!((message.subject.as_str(), message.from.unwrap().address.as_str()), ("a", "a@x"));
    assert!(message.remarks.contains(&Remark::HeaderRepeated));
    damaged(b"Content-Type: text/plain; charset=klingon\n\n\xff\xfe", Remark::CharsetUnknown);
    let message = damaged(b"Content-Type: text/plain; charset=utf-8\n\na\xffb", Remark::LettersLost);
    assert_eq!(text(&message), "a\u{fffd}b");
    assert_eq!(text(&read(b"Subject\0: x\0\n\n\0a\0b\0")), "ab");
    assert_eq!(read(b"").body, Body::Nothing);
}

#[test]
fn what_is_not_the_text_is_kept_as_a_file() {
    let message = read(
        b"Content-Type: multipart/mixed; boundary=x\n\n--x\nContent-Type: text/plain\n\nbody\n--x\nContent-Type: application/ms-tnef\n\
          Content-Disposition: attachment; filename=winmail.dat\nContent-Transfer-Encoding: base64\n\neJ8+Ig==\n\
          --x\nContent-Type: message/rfc822\n\nSubject: An old offer\nContent-Type: multipart/mixed; boundary=in\n\n--in\n\ninside\n--in--\n\
          --x\nContent-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n--x\n\
          Content-Type: text/plain; name=\"=?gb2312?B?sai827Wl?=.txt\"\n\nnotes\n--x\nContent-Type: image/png\nContent-ID: <nobody@shows>\n\nx\n--x\n\
          Content-Type: text/html\nContent-Disposition: attachment; filename=\"../../page.html\"\n\n<script>\n--x--\n",
    );
    assert_eq!(message.body, Body::Text("body".to_owned()));
    let files: Vec<_> = message.attachments.iter().map(|file| (file.name.as_str(), file.media_type.as_str())).collect();
    assert_eq!(
        files,
        [
            ("winmail.dat", "application/ms-tnef"),
            ("An old offer.eml", "message/rfc822"),
            ("invitation.ics", "text/calendar"),
            ("报价单.txt", "text/plain"),
            ("picture-5.png", "image/png"),
            ("page.html", "text/html"),
        ]
    );
    assert_eq!(message.attachments[0].bytes, b"\x78\x9f\x3e\x22");
    assert!(message.attachments[1].bytes.ends_with(b"--in--"));
    assert!(message.attachments.iter().all(|file| !file.is_inline));
}

#[test]
fn a_thousand_multiparts_inside_each_other_end() {
    for depth in [1000, 100_000] {
        let mut raw = String::new();
        for level in 0..depth {
            raw.push_str(&format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n"));
        }
        let message = damaged(raw.as_bytes(), Remark::TooDeep);
        assert_eq!(message.attachments.len(), 1);
    }
    let nested = "Content-Type: message/rfc822\n\n".repeat(300_000);
    assert_eq!(read(nested.as_bytes()).attachments.len(), 1);
}

#[test]
fn a_million_parts_end() {
    let raw = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\nx\n".repeat(1_000_000));
    let message = damaged(raw.as_bytes(), Remark::TooManyParts);
    assert!(text(&message).len() <= 2000);
    let lost = format!(
        "Content-Type: multipart/mixed; boundary=b\n\n{}",
        "--b\nContent-Type: multipart/mixed; boundary=zz\n\n".repeat(200_000)
    );
    assert!(damaged(lost.as_bytes(), Remark::TooManyParts).attachments.is_empty());
    let attached =
        format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\nContent-Type: a/b\n\nx\n".repeat(200_000));
    assert_eq!(damaged(attached.as_bytes(), Remark::TooManyParts).attachments.len(), 1000);
}

#[test]
fn headers_without_end_are_read_to_their_limit() {
    let fillings = [
        "x",
        "a@b, ",
        "<",
        "<a@b> ",
        "(",
        "\"",
        ";",
        ":",
        "=?utf-8?q?x?= ",
        "=?",
        "=?utf-8?b?",
        "; a=b",
        "; a*0=b; a*1=c",
        "\r\n ",
        "g:a@b;",
        "\\",
        ",",
        "[",
        "; filename*0*=utf-8''x",
        "\u{1}",
        "报",
    ];
    for header in [
        "Subject",
        "From",
        "References",
        "Message-ID",
        "Date",
        "Content-Type",
        "Content-Disposition",
        "Received",
        "X-Any",
    ] {
        for filling in fillings {
            let raw =
                format!("Subject: first\n{header}: {}\nBcc: last@x\n\nbody", filling.repeat(1_100_000 / filling.len()));
            let message = read(raw.as_bytes());
            assert_eq!(message.subject, "first", "{header}");
            assert!(message.remarks.contains(&Remark::HeadersCut), "{header} {filling:?}");
        }
    }
}

#[test]
fn bytes_that_are_no_message_are_still_read() {
    // A small generator of our own: the same bytes in every run.
    let mut state = 7_u64;
    let words: [&[u8]; 20] = [
        b"Content-Type:",
        b" multipart/mixed;",
        b" boundary=b",
        b"\n",
        b"\r\n",
        b"\n\n",
        b"--b",
        b"--",
        b"\0",
        b"\xff",
        b"=?gbk?B?",
        b"?=",
        b"text/html",
        b"<a@b>",
        b"From:",
        b"; charset=",
        b"base64",
        b"Content-Transfer-Encoding: ",
        b"Date: 1 Jan 99 25:61 +9999",
        b"=3D",
    ];
    for _ in 0..20_000 {
        let mut raw = Vec::new();
        for _ in 0..40 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            raw.extend_from_slice(words[(state >> 33) as usize % words.len()]);
        }
        let message = read(&raw);
        assert!(preview(&message).chars().count() <= 255);
        assert!(message.attachments.iter().all(|file| !file.name.is_empty() && !file.name.contains(['/', '\\', '\0'])));
    }
}
