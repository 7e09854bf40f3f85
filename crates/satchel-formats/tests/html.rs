//! What of a message's HTML is kept, what goes, and how it stands hostile input.

use satchel_formats::html::{Pictures, Safe, clean, clean_with_fetched, remote_pictures};

const PIXEL: &str = "data:image/png;base64,iVBORw0KGgo=";

fn inline(id: &str) -> Option<String> {
    match id {
        "logo@example" => Some(PIXEL.to_owned()),
        "drawing@example" => Some("data:image/svg+xml;base64,PHN2Zz4=".to_owned()),
        "page@example" => Some("data:text/html;base64,PHN2Zz4=".to_owned()),
        _ => None,
    }
}

/// Cleans, and sees that cleaning again changes nothing.
#[track_caller]
fn cleaned(html: &str) -> Safe {
    let safe = clean(html, &inline, Pictures::Blocked);
    assert_eq!(clean(&safe.html, &inline, Pictures::Blocked).html, safe.html, "a second reading changes nothing");
    safe
}

#[track_caller]
fn check(html: &str, expected: &str) {
    assert_eq!(cleaned(html).html, expected);
}

#[test]
fn a_newsletter_keeps_its_tables_and_colours() {
    check(
        "<html><head><title>x</title><style>p{color:red}</style></head><body bgcolor=\"#eeeeee\" style='margin:0'>\
         <table width=600 cellpadding=0 cellspacing=0 border=0 align=center bgcolor=#ffffff class=big id=main>\
         <tr height=20><td colspan=2 valign=top style=\"padding:10px;position:fixed;COLOR:#333\"><font color=red face='Arial, sans' size=2>Hi</font>",
        "<div style=\"background-color:#eeeeee;margin:0\"><table width=\"600\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" align=\"center\" \
         bgcolor=\"#ffffff\"><tbody><tr height=\"20\"><td colspan=\"2\" valign=\"top\" style=\"padding:10px;color:#333\">\
         <font color=\"red\" face=\"Arial, sans\" size=\"2\">Hi</font></td></tr></tbody></table></div>",
    );
}

#[test]
fn pictures_of_the_message_are_put_in_and_others_left_out() {
    let safe = cleaned(
        "<img src=cid:logo@example alt=Logo width=10><img src='https://t.example/1.gif' alt=\"Our &quot;shop&quot;\"><img src=HTTP://t.example/2.gif>",
    );
    assert_eq!(
        safe.html,
        format!(
            "<img src=\"{PIXEL}\" alt=\"Logo\" width=\"10\"><img data-picture=\"blocked\" alt=\"Our &quot;shop&quot;\"><img data-picture=\"blocked\">"
        )
    );
    assert_eq!(safe.blocked_pictures, 2);
    check("<img src='cid:logo%40example'>", &format!("<img src=\"{PIXEL}\">"));
    check(
        "<img src=cid:nobody alt=x><img src=cid:drawing@example><img src=cid:page@example>",
        "<img alt=\"x\"><img><img>",
    );
    check("<img data-picture=blocked src=cid:logo@example>", &format!("<img src=\"{PIXEL}\">"));
}

#[test]
fn pictures_of_others_stay_addresses_for_a_reader_who_decides_himself() {
    let safe = clean(
        "<img src=https://t.example/1.gif?a=1&amp;b=2 srcset='https://t.example/3.gif 2x'>",
        &inline,
        Pictures::Linked,
    );
    assert_eq!(safe.html, "<img src=\"https://t.example/1.gif?a=1&amp;b=2\">");
    assert_eq!(safe.blocked_pictures, 0);
}

#[test]
fn a_picture_without_a_scheme_is_one_from_the_internet() {
    let safe = cleaned("<img src='//t.example/1.gif'><img src=' \t//t.example/2.gif' alt=x><img src='/here.gif'>");
    assert_eq!(safe.html, "<img data-picture=\"blocked\"><img data-picture=\"blocked\" alt=\"x\"><img>");
    assert_eq!(safe.blocked_pictures, 2);
}

#[test]
fn fetched_pictures_take_the_place_of_their_addresses_and_the_others_are_counted() {
    let html = "<img src='//t.example/1.gif?a=1&amp;b=2' alt=x><img src=https://t.example/2.gif><script src=https://t.example/3.gif>\
        </script><img src=https://t.example/2.gif><img src=cid:logo@example><img src=http://t.example/4.gif>";
    let wanted = ["https://t.example/1.gif?a=1&b=2", "https://t.example/2.gif", "http://t.example/4.gif"];
    assert_eq!(remote_pictures(html), wanted);
    let fetched = |address: &str| match address {
        "https://t.example/1.gif?a=1&b=2" => Some(PIXEL.to_owned()),
        "http://t.example/4.gif" => Some("data:text/html;base64,PGI+".to_owned()),
        _ => None,
    };
    let safe = clean_with_fetched(html, &inline, &fetched);
    let blocked = "<img data-picture=\"blocked\">";
    assert_eq!(safe.html, format!("<img src=\"{PIXEL}\" alt=\"x\">{blocked}{blocked}<img src=\"{PIXEL}\">{blocked}"));
    assert_eq!(safe.blocked_pictures, 3);
    assert_eq!(clean(&safe.html, &inline, Pictures::Blocked).html, safe.html, "a second reading changes nothing");
    assert!(remote_pictures(&safe.html).is_empty());
}

#[test]
fn links_open_outside_and_know_nothing_of_us() {
    check(
        "<a href='https://example.com/?a=1&b=2' onclick=x() ping=https://t.example>x</a>",
        "<a href=\"https://example.com/?a=1&amp;b=2\" target=\"_blank\" rel=\"noopener noreferrer\">x</a>",
    );
    for href in [
        "javascript:alert(1)",
        "jav&#x09;ascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "&#106;avascript:x",
    ] {
        check(&format!("<a href=\"{href}\">x</a>"), "<a target=\"_blank\" rel=\"noopener noreferrer\">x</a>");
    }
}
