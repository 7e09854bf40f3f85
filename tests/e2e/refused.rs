//! CRM refuses a change: its words are shown, the change is put right or discarded, and nothing of it is left behind.

use anyhow::{Result, ensure};
use satchel_tests::{Key, Organisation, Place, Sought, User, Window};
use serde_json::Value;

use crate::{
    edits::{deal, go_to_outbox, open_deal, outbox, retype},
    words::{signed_in_to_the_demo, status_bar},
};

/// A slip of the finger, and older than the days that CRM keeps; nothing in what it tells of its columns says so.
const WRONG: &str = "1027-04-08";
const SHOWN: &str = "1027";
const RIGHT: &str = "2031-05-06";
const WORDS: &str = "DateTime is less than minimum value supported";

fn item() -> Sought {
    Sought::css("[data-pane=item]")
}

/// Types a day that CRM refuses, and waits until it has.
async fn have_it_refused(window: &Window<'_>) -> Result<()> {
    retype(window, "estimatedclosedate", WRONG).await?;
    window.press(&[Key::Control, Key::Letter('s')]).await?;
    let said = window.see_words(&item(), "CRM refused it: ").await?;
    ensure!(said.contains(WORDS), "the record does not say it in CRM's words: {said}");
    window.see_words(&status_bar(), "1 needs you").await.map(drop)
}

async fn day(organisation: &Organisation, id: &str) -> Result<Value> {
    let mut deal = organisation.ask(User::Admin, &format!("opportunities({id})?$select=estimatedclosedate")).await?;
    Ok(deal["estimatedclosedate"].take())
}

#[tokio::test]
async fn a_refused_change_is_told_in_crms_words_then_put_right_and_another_discarded() -> Result<()> {
    let place = Place::prepare()?;
    let (organisation, window) = signed_in_to_the_demo(&place).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await?;
    let (id, name) = deal(&organisation).await?;
    open_deal(&window, &name).await?;
    have_it_refused(&window).await?;
    window.picture("record-refused").await?;

    go_to_outbox(&window).await?;
    let said = window.see_words(&outbox(), "Needs you").await?;
    ensure!(said.contains(SHOWN), "the outbox does not show what was refused: {said}");
    ensure!(said.contains(WORDS), "the outbox does not say it in CRM's words: {said}");
    window.click(&Sought::button("Why is this here?")).await?;
    window.see_words(&outbox(), "was held: CRM refused it.").await?;
    window.picture("outbox-refused").await?;

    // Put right: one change goes, not the refused one and another behind it.
    window.click(&Sought::button("Open")).await?;
    window.see(&Sought::Named { role: "heading", name: name.clone() }).await?;
    retype(&window, "estimatedclosedate", RIGHT).await?;
    window.press(&[Key::Control, Key::Letter('s')]).await?;
    window.see_words(&item(), "Saved, and in CRM.").await?;
    ensure!(day(&organisation, &id).await? == RIGHT, "what was put right did not arrive");
    window.see_words(&item(), "right after CRM had refused it").await?;
    go_to_outbox(&window).await?;
    window.see_words(&outbox(), "Nothing waits.").await?;

    // Discarded: CRM keeps what it has, and the value that gave way is kept beside it.
    window.press(&[Key::Control, Key::Letter('5')]).await?;
    window.see(&Sought::Named { role: "heading", name: name.clone() }).await?;
    have_it_refused(&window).await?;
    go_to_outbox(&window).await?;
    window.see_words(&outbox(), "Needs you").await?;
    window.click(&Sought::button("Discard")).await?;
    window.picture("outbox-discard").await?;
    window.click(&Sought::button("Discard it")).await?;
    window.see_words(&outbox(), "Nothing waits.").await?;
    window.press(&[Key::Control, Key::Letter('5')]).await?;
    window.see_words(&Sought::css("[data-history]"), SHOWN).await?;
    window.see_words(&item(), "was taken back before CRM had it").await?;
    window.picture("record-discarded").await?;
    let left = day(&organisation, &id).await?;
    ensure!(left == RIGHT, "CRM holds {left}");
    window.close().await
}
