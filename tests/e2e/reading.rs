//! Reading a message: the keyboard stays the window's after a click into the text, and pictures from the internet are fetched
//! by the core, when they are asked for.

use anyhow::{Result, ensure};
use satchel_tests::{Key, Organisation, Place, Portal, Sought, Window, until};

use crate::words::{grid, open_the_message, sign_in_to_the_demo, signed_in_to_the_demo};

fn body() -> Sought {
    Sought::css("[data-pane=item] iframe")
}

/// Clicks into the middle of the message. The focus must stand elsewhere before, so that its arrival shows.
async fn click_into_the_message(window: &Window<'_>) -> Result<()> {
    let is_in_message = "document.activeElement?.closest('[data-pane=item]') != null";
    ensure!(window.run(&format!("return {is_in_message}")).await? == false, "the focus was there before the click");
    window.click(&body()).await?;
    until("the focus beside the frame, in the message's pane", || async {
        let script = format!("return {is_in_message} && document.activeElement.tagName !== 'IFRAME'");
        Ok((window.run(&script).await? == true).then_some(()))
    })
    .await
}

async fn see_focus_in(window: &Window<'_>, pane: &str) -> Result<()> {
    until(&format!("the focus in {pane}"), || async {
        let script = format!("return document.activeElement?.closest('[data-pane]')?.dataset.pane === '{pane}'");
        Ok((window.run(&script).await? == true).then_some(()))
    })
    .await
}

#[tokio::test]
async fn after_a_click_into_the_message_the_keys_are_still_the_windows() -> Result<()> {
    let place = Place::prepare()?;
    let (organisation, window) = signed_in_to_the_demo(&place).await?;
    let long = format!("<p>Dear Clara,</p>{}<p>The last line.</p>", "<p>One more line of many.</p>".repeat(80));
    organisation.send_mail("A long report", &long).await?;
    open_the_message(&window, "A long report").await?;

    click_into_the_message(&window).await?;
    window.press(&[Key::F6]).await?;
    see_focus_in(&window, "context").await?;

    click_into_the_message(&window).await?;
    window.press(&[Key::Control, Key::Letter('5')]).await?;
    window.see(&grid()).await?;

    window.press(&[Key::Control, Key::Letter('1')]).await?;
    window.see(&body()).await?;
    click_into_the_message(&window).await?;
    window.press(&[Key::Control, Key::Letter(';')]).await?;
    window.press(&[Key::Letter('x')]).await?;
    window.see_words(&Sought::css("[data-pane=item]"), "racked").await?;
    window.picture("keys-after-click").await?;
    window.close().await
}

/// Two pixels: a blue one and a white one.
const PICTURE: &[u8] = b"GIF89a\x02\x00\x01\x00\x80\x00\x00\x00\x00\xff\xff\xff\xff\x2c\x00\x00\x00\x00\x02\x00\x01\x00\x00\x02\x02\x44\x0a\x00\x3b";

#[tokio::test]
async fn a_picture_from_the_internet_is_fetched_once_by_the_core_when_it_is_asked_for() -> Result<()> {
    let place = Place::prepare()?;
    let friend = Portal::of_pictures("image/gif", PICTURE).await?;
    let stranger = Portal::of_pictures("image/gif", PICTURE).await?;
    let organisation = Organisation::start(&place).await?;
    place.write_settings(&organisation)?;
    place.allow_pictures_of(&friend.host())?;
    let window = sign_in_to_the_demo(&place).await?;
    let (shown, private) = (friend.address(), stranger.address());
    let letter = format!(
        "<p>Before the pictures.</p><img src=\"{shown}/a.gif\" width=\"400\" height=\"60\" alt=\"the first\">
         <img src=\"{shown}/a.gif\" width=\"40\" height=\"60\" alt=\"the same again\">
         <img src=\"{private}/b.gif\" alt=\"of this computer\"><img src=\"//localhost/c.gif\" alt=\"without a scheme\">
         <p style=\"background: url({shown}/d.gif)\">After the pictures.</p>"
    );
    organisation.send_mail("The harbour in pictures", &letter).await?;
    open_the_message(&window, "The harbour in pictures").await?;
    window.see_words(&Sought::css("[data-pane=item]"), "Pictures from the internet are not shown.").await?;
    let source = "return document.querySelector('[data-pane=item] iframe').srcdoc";
    let before = window.run(source).await?;
    ensure!(before.as_str().is_some_and(|text| text.contains("Before the pictures.") && !text.contains("127.0.0.1")));
    window.picture("pictures-before").await?;
    ensure!((friend.callers(), stranger.callers()) == (0, 0), "somebody was asked before the user said so");

    window.click(&Sought::button("Show once")).await?;
    window.see_words(&Sought::css("[data-pane=item]"), "2 pictures could not be had.").await?;
    let after = window.run(source).await?;
    let after = after.as_str().unwrap_or_default();
    ensure!(after.matches("data:image/gif;base64,R0lGODlh").count() == 2, "the picture is not in: {after}");
    ensure!(!after.contains("127.0.0.1"), "an address is in: {after}");
    window.picture("pictures-after").await?;

    // What the frame would have loaded itself would have arrived before the window's next answers.
    window.press(&[Key::Control, Key::Letter('7')]).await?;
    window.see_words(&Sought::css("main"), "Sync").await?;
    ensure!(stranger.callers() == 0, "a private address was asked");
    let heads = friend.heads();
    ensure!(heads.len() == 1 && friend.callers() == 1, "asked {} times: {heads:?}", friend.callers());
    let head = heads[0].to_ascii_lowercase();
    ensure!(
        head.starts_with("get /a.gif ") && head.contains("user-agent: satchel\r\n"),
        "not asked by the core: {head}"
    );
    ensure!(!head.contains("referer") && !head.contains("cookie"), "too much was told: {head}");
    window.close().await
}
