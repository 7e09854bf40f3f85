//! Addresses that lead elsewhere: each a sentence that says what to do, in a window that goes on.

use anyhow::Result;
use satchel_tests::{Key, Organisation, Place, Portal, Sought, Window};

use crate::words::{grid, rows, sees_every_account};

fn said() -> Sought {
    Sought::css("[role=alert]")
}

fn connectivity() -> Sought {
    Sought::css("[data-testid=connectivity]")
}

async fn connect_to(window: &Window<'_>, address: &str) -> Result<()> {
    let field = Sought::Named { role: "textbox", name: "CRM address".to_owned() };
    window.click(&field).await?;
    window.press(&[Key::Control, Key::Letter('a')]).await?;
    window.type_into(&field, address).await?;
    let id = Sought::Named { role: "textbox", name: "Application id".to_owned() };
    window.click(&id).await?;
    window.press(&[Key::Control, Key::Letter('a')]).await?;
    window.type_into(&id, "0e8b6d1c-94f2-4a7d-b3c5-6f2a1d8e7b90").await?;
    window.click(&Sought::button("Connect")).await
}

#[tokio::test]
async fn every_wrong_address_is_a_sentence_and_the_right_one_still_works() -> Result<()> {
    let place = Place::prepare()?;
    let organisation = Organisation::start(&place).await?;
    let portal = Portal::start().await?;
    // Without the organisation's certificate authority: its certificate is a stranger's.
    place.write_settings_without_trust(&organisation)?;
    let window = Window::open(&place).await?;

    connect_to(&window, "https://no-such-host.invalid").await?;
    window.see_words(&said(), "There is no server named no-such-host.invalid").await?;
    connect_to(&window, organisation.https()).await?;
    window.see_words(&said(), "nobody this computer trusts has signed it").await?;
    window.picture("wrong-certificate").await?;
    connect_to(&window, &portal.address()).await?;
    window.see_words(&said(), "If this network wants you to sign in to it first").await?;
    connect_to(&window, "https://127.0.0.1:1").await?;
    window.see_words(&said(), "does not answer at this address").await?;
    window.close().await?;

    place.write_settings(&organisation)?;
    let window = Window::open(&place).await?;
    window.click(&Sought::button("Try the demo")).await?;
    window.see(&grid()).await?;
    window.close().await
}

/// A hotel's network answers every address with its own page. (It cannot answer in TLS, so the organisation is reached by
/// plain http on loopback here.)
#[tokio::test]
async fn a_captive_portal_is_named_and_the_list_goes_on() -> Result<()> {
    let place = Place::prepare()?;
    let mut organisation = Organisation::start(&place).await?;
    place.write_settings_over_http(&organisation)?;
    let window = Window::open(&place).await?;
    window.click(&Sought::button("Try the demo")).await?;
    sees_every_account(&organisation, &window).await?;

    organisation.stop().await?;
    let portal = Portal::at(organisation.http()).await?;
    window.click(&Sought::button("Sync now")).await?;
    window.see_words(&connectivity(), "Unreachable").await?;
    window.press(&[Key::Control, Key::Letter('7')]).await?;
    window.see_words(&Sought::css("main"), "Sign in to the network in a browser").await?;
    window.picture("captive-portal").await?;
    window.press(&[Key::Control, Key::Letter('5')]).await?;
    window.see(&rows()).await?;

    portal.stop().await;
    organisation.start_again().await?;
    window.click(&Sought::button("Sync now")).await?;
    window.see_words(&connectivity(), "Online").await?;
    window.close().await
}
