//! What one takes out of a message in the real window: its files, and the pages that it links to.

use std::fs;

use anyhow::{Result, ensure};
use satchel_tests::{Key, Place, Portal, Sought, Window, until};

use crate::words::{heading_of, signed_in_to_the_demo};

/// The row of the first message whose text passes `test`, a JavaScript expression about `text`.
async fn open_a_message(window: &Window<'_>, test: &str) -> Result<()> {
    window.press(&[Key::Control, Key::Letter('1')]).await?;
    let script = format!(
        "const rows = [...document.querySelectorAll('[data-pane=list] [role=option]')];
         const row = rows.find(row => (text => {test})(row.textContent));
         return row === undefined ? null : [row.getAttribute('aria-posinset'), row.textContent]"
    );
    let (place, said) = until("the message", || async {
        let found = window.run(&script).await?;
        Ok(found[0].as_str().zip(found[1].as_str()).map(|(place, said)| (place.to_owned(), said.to_owned())))
    })
    .await?;
    window.click(&Sought::css(&format!("[data-pane=list] [role=option][aria-posinset='{place}']"))).await?;
    heading_of(window, &said).await?;
    window.see(&Sought::css("[data-pane=item] iframe")).await?;
    Ok(())
}

#[tokio::test]
async fn a_file_is_saved_into_the_downloads_and_again_beside_itself_while_offline() -> Result<()> {
    let place = Place::prepare()?;
    let (mut organisation, window) = signed_in_to_the_demo(&place).await?;
    open_a_message(&window, "text.includes('Has attachments')").await?;
    window.see(&Sought::css("[data-pane=item] [aria-label='Attachments'] button")).await?;
    organisation.stop().await?;
    let downloads = place.home().join("Downloads");
    for count in 1..=2 {
        window.click(&Sought::css("[data-pane=item] [aria-label='Attachments'] button")).await?;
        until("the file", || async {
            let names =
                fs::read_dir(&downloads).map(|all| all.flatten().map(|file| file.file_name()).collect::<Vec<_>>());
            let whole =
                names.unwrap_or_default().iter().filter(|name| !name.to_string_lossy().ends_with(".part")).count();
            Ok((whole == count).then_some(()))
        })
        .await?;
        // What was said of the first one still stands there when the second is saved.
        let said = if count == 1 { "Saved as" } else { "(2)" };
        window.see_words(&Sought::css("[data-pane=item] [role=status]"), said).await?;
    }
    window.picture("attachment-saved").await?;
    for file in fs::read_dir(&downloads)? {
        ensure!(file?.metadata()?.len() > 0, "a saved file is empty");
    }
    window.close().await
}

#[tokio::test]
async fn a_link_opens_in_the_browser_only_after_a_word_and_a_masked_one_is_named() -> Result<()> {
    let place = Place::prepare()?;
    let (organisation, window) = signed_in_to_the_demo(&place).await?;
    let portal = Portal::start().await?;
    let body = format!("<p>Our offer: <a href='{}/offer'>bank.example</a></p>", portal.address());
    organisation.send_mail("An offer to look at", &body).await?;
    // While everything is being read the button is grey.
    window.press(&[Key::Control, Key::Letter('1')]).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await?;
    window.click(&Sought::button("Sync now")).await?;
    open_a_message(&window, "text.includes('An offer to look at')").await?;
    window.click(&Sought::css("[data-pane=item] [aria-expanded=false]")).await?;
    window.picture("links").await?;
    window.see(&Sought::css("[data-pane=item] [aria-label='Links in this message'] button")).await?;
    window.press(&[Key::Tab]).await?;
    window.press(&[Key::Enter]).await?;
    window.see_words(&Sought::css("[role=dialog]"), "This link is not what it says.").await?;
    window.picture("link-masked").await?;
    ensure!(portal.callers() == 0, "something was asked for before the user said so");
    window.click(&Sought::button("Open in the browser")).await?;
    until("the browser's call", || async { Ok((portal.callers() == 1).then_some(())) }).await?;
    window.close().await
}
