//! A newcomer tries the demo: by mouse, by keyboard alone, and with the network pulled.

use anyhow::{Context as _, Result, ensure};
use satchel_tests::{Key, Organisation, Place, Sought, Window, until};

use crate::words::{column, count, grid, rows, sees_every_account, signed_in_to_the_demo, status_bar};

#[tokio::test]
async fn a_newcomer_tries_the_demo_and_sees_every_account() -> Result<()> {
    let place = Place::prepare()?;
    let (organisation, window) = signed_in_to_the_demo(&place).await?;

    let accounts = count(&organisation, "accounts").await?;
    ensure!(accounts >= 200, "the salesperson owns {accounts} accounts");
    window.see_words(&status_bar(), &format!("{accounts} records")).await?;
    let known = column(&organisation, "accounts", "name").await?;
    let first = window.see(&rows()).await?;
    let first = window.text(&first).await?;
    ensure!(
        known.iter().any(|name| first.contains(name.as_str())),
        "the first row, {first:?}, is none of the organisation's first accounts"
    );

    let picture = window.picture("accounts").await?;
    ensure!(picture.len() > 20_000, "the window's picture is nearly empty ({} bytes)", picture.len());
    window.close().await
}

#[tokio::test]
async fn the_keyboard_alone_goes_from_the_first_page_to_a_record_and_back() -> Result<()> {
    let place = Place::prepare()?;
    let organisation = Organisation::start(&place).await?;
    place.write_settings(&organisation)?;
    let window = Window::open(&place).await?;
    window.see(&Sought::button("Try the demo")).await?;
    tab_to(&window, "Try the demo").await?;
    window.press(&[Key::Enter]).await?;
    window.see(&rows()).await?;

    window.press(&[Key::Control, Key::Letter('5')]).await?;
    go_round_to(&window, "[role=grid]").await?;
    window.press(&[Key::Home]).await?;
    window.press(&[Key::Down]).await?;
    let chosen = window.see(&Sought::css("[role=grid] [role=row][aria-selected=true]")).await?;
    let chosen = window.text(&chosen).await?;
    let name = chosen.lines().next().context("the chosen row says nothing")?;
    window.press(&[Key::Enter]).await?;
    window.see(&Sought::Named { role: "heading", name: name.to_owned() }).await?;
    window.picture("record").await?;

    window.press(&[Key::Escape]).await?;
    window.see(&grid()).await?;
    window.close().await
}

#[tokio::test]
async fn a_pulled_network_is_said_and_the_list_goes_on() -> Result<()> {
    let place = Place::prepare()?;
    let (mut organisation, window) = signed_in_to_the_demo(&place).await?;
    sees_every_account(&organisation, &window).await?;

    organisation.stop().await?;
    window.click(&Sought::button("Sync now")).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "Unreachable").await?;
    window.picture("unreachable").await?;

    // The list answers from the local database: the other end comes first now.
    let before = window.text(&window.see(&rows()).await?).await?;
    window.click(&Sought::css("[role=grid] [role=columnheader] button")).await?;
    until("another first row", || async {
        let Some(first) = window.all(&rows()).await?.into_iter().next() else { return Ok(None) };
        Ok((window.text(&first).await? != before).then_some(()))
    })
    .await?;

    organisation.start_again().await?;
    window.click(&Sought::button("Sync now")).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "Online").await?;
    window.close().await
}

/// The line of a lane on the sync page, when it has this tone.
pub(crate) fn lane(name: &str, tone: &str) -> Sought {
    Sought::css(&format!("tr[data-lane='{name}'][data-tone='{tone}']"))
}

#[tokio::test]
async fn a_cut_network_turns_the_sync_page_red_until_it_is_back() -> Result<()> {
    let place = Place::prepare()?;
    let (mut organisation, window) = signed_in_to_the_demo(&place).await?;
    sees_every_account(&organisation, &window).await?;
    window.press(&[Key::Control, Key::Letter('7')]).await?;
    for name in ["Accounts", "Opportunities"] {
        window.see_words(&lane(name, "good"), "Up to date").await?;
    }
    window.see_words(&lane("Outbox", "good"), "Nothing waits").await?;
    window.picture("sync-well").await?;

    organisation.stop().await?;
    window.press(&[Key::F9]).await?;
    window.see_words(&lane("Accounts", "waiting"), "Tries again").await?;
    // A minute without an answer, and nobody touches the window.
    for name in ["Accounts", "Opportunities"] {
        window.see_words(&lane(name, "held"), "Stalled").await?;
        window.see_words(&lane(name, "held"), "Check your network, then Retry all").await?;
    }
    window.see_words(&status_bar(), "stopped").await?;
    window.picture("sync-stalled").await?;

    organisation.start_again().await?;
    window.press(&[Key::Control, Key::Shift, Key::F9]).await?;
    for name in ["Accounts", "Opportunities"] {
        window.see_words(&lane(name, "good"), "Up to date").await?;
    }
    window.press(&[Key::Control, Key::F9]).await?;
    window.see_words(&lane("Accounts", "waiting"), "Paused").await?;
    window.picture("sync-paused").await?;
    window.press(&[Key::Control, Key::F9]).await?;
    window.see_words(&lane("Accounts", "good"), "Up to date").await?;
    window.close().await
}

#[tokio::test]
async fn the_second_start_shows_the_list_without_the_network() -> Result<()> {
    let place = Place::prepare()?;
    let (mut organisation, window) = signed_in_to_the_demo(&place).await?;
    sees_every_account(&organisation, &window).await?;
    window.close().await?;

    let accounts = count(&organisation, "accounts").await?;
    organisation.stop().await?;
    let window = Window::open(&place).await?;
    window.see(&rows()).await?;
    window.see_words(&status_bar(), &format!("{accounts} records")).await?;
    window.close().await
}

/// Presses Tab until the focus stands on the button of this name.
async fn tab_to(window: &Window<'_>, name: &str) -> Result<()> {
    until(&format!("the focus on {name:?}"), || async {
        let said = window.run("return document.activeElement.textContent.trim()").await?;
        if said == name {
            return Ok(Some(()));
        }
        window.press(&[Key::Tab]).await?;
        Ok(None)
    })
    .await
}

/// Presses F6 until the focus stands inside the pane.
async fn go_round_to(window: &Window<'_>, pane: &str) -> Result<()> {
    until(&format!("the focus in {pane}"), || async {
        let is_there = window.run(&format!("return document.activeElement.closest('{pane}') !== null")).await?;
        if is_there == true {
            return Ok(Some(()));
        }
        window.press(&[Key::F6]).await?;
        Ok(None)
    })
    .await
}
