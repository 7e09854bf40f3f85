//! Reading a message: the keyboard stays the window's after a click into the text.

use anyhow::{Result, ensure};
use satchel_tests::{Key, Place, Sought, Window, until};

use crate::words::{grid, open_the_message, signed_in_to_the_demo};

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
