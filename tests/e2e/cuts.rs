//! The network is cut again and again: the sync page says so each time, and what was saved meanwhile lands.

use anyhow::{Context as _, Result};
use satchel_tests::{Key, Place, Sought, Window, until};

use crate::{
    demo::lane,
    edits::{deal, holds, open_deal, retype, save},
    words::signed_in_to_the_demo,
};

const CUTS: i64 = 30;
/// In every tenth cut something is saved.
const SAVED_IN: i64 = 10;

/// Asks for a sync until the page says that the tables cannot be read; a request that was under way is the first to fail.
async fn notices(window: &Window<'_>) -> Result<()> {
    until("the tables to be tried again", || async {
        window.press(&[Key::F9]).await?;
        Ok(window.all(&lane("Accounts", "waiting")).await?.into_iter().next().map(drop))
    })
    .await?;
    for name in ["Accounts", "Opportunities"] {
        window.see_words(&lane(name, "waiting"), "Tries again").await?;
    }
    window.see_words(&Sought::css("[data-testid=connectivity]"), "Unreachable").await.map(drop)
}

async fn recovers(window: &Window<'_>) -> Result<()> {
    window.press(&[Key::Control, Key::Shift, Key::F9]).await?;
    for name in ["Accounts", "Opportunities"] {
        window.see_words(&lane(name, "good"), "Up to date").await?;
    }
    window.see_words(&lane("Outbox", "good"), "Nothing waits").await?;
    // A request that is under way would make the next cut another one than this test means.
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await.map(drop)
}

#[tokio::test]
async fn thirty_cuts_are_each_said_and_what_was_saved_in_them_lands() -> Result<()> {
    let place = Place::prepare()?;
    let (mut organisation, window) = signed_in_to_the_demo(&place).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await?;
    let (id, name) = deal(&organisation).await?;
    open_deal(&window, &name).await?;
    window.press(&[Key::Control, Key::Letter('7')]).await?;
    recovers(&window).await?;
    for cut in 1..=CUTS {
        organisation.stop().await?;
        notices(&window).await.with_context(|| format!("cut {cut}"))?;
        let value = (cut % SAVED_IN == 0).then_some(100_000 + cut);
        if let Some(value) = value {
            window.press(&[Key::Control, Key::Letter('5')]).await?;
            retype(&window, "estimatedvalue", &value.to_string()).await?;
            save(&window).await?;
            window.press(&[Key::Control, Key::Letter('7')]).await?;
            window.see_words(&lane("Outbox", "waiting"), "1").await?;
            window.picture("sync-cut").await?;
        }
        organisation.start_again().await?;
        recovers(&window).await.with_context(|| format!("after cut {cut}"))?;
        if let Some(value) = value {
            holds(&organisation, &id, value).await.with_context(|| format!("saved in cut {cut}"))?;
        }
    }
    window.picture("sync-after-cuts").await?;
    window.close().await
}
