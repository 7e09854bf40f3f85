//! A colleague changed the same: the conflict is ended by keyboard alone, and what gave way comes back.

use anyhow::{Context as _, Result, ensure};
use satchel_tests::{Key, Organisation, Place, Sought, User, Window, until};
use serde_json::{Value, json};

use crate::{
    edits::{deal, open_deal, retype, save},
    words::{signed_in_to_the_demo, status_bar},
};

const OURS: i64 = 184_321;
const THEIRS: i64 = 190_123;
const OUR_TEXT: &str = "six winches";
const THEIR_TEXT: &str = "Two lots, four winches in February";

fn item() -> Sought {
    Sought::css("[data-pane=item]")
}

/// Which row holds the focus.
async fn focused_column(window: &Window<'_>) -> Result<String> {
    let column = window.run("return document.activeElement?.closest('[data-column]')?.dataset.column ?? ''").await?;
    Ok(column.as_str().unwrap_or_default().to_owned())
}

async fn stands_in(window: &Window<'_>, column: &str) -> Result<()> {
    until(&format!("the focus in the row of {column}"), || async {
        Ok((focused_column(window).await? == column).then_some(()))
    })
    .await
}

async fn is_chosen(window: &Window<'_>, column: &str, side: &str) -> Result<()> {
    let chosen = format!("[data-column='{column}'] [data-side='{side}'][aria-checked=true]");
    window.see(&Sought::css(&chosen)).await.map(drop)
}

/// Waits until the organisation holds the deal so.
async fn holds(organisation: &Organisation, id: &str, value: i64, description: &str) -> Result<()> {
    let path = format!("opportunities({id})?$select=estimatedvalue,description,name");
    until(&format!("{value} and {description:?} in CRM"), || async {
        let deal: Value = organisation.ask(User::Admin, &path).await?;
        let is_so = deal["estimatedvalue"].as_f64() == Some(value as f64) && deal["description"] == description;
        Ok(is_so.then_some(()))
    })
    .await
}

#[tokio::test]
async fn a_colleagues_conflict_ends_by_keyboard_and_what_gave_way_comes_back() -> Result<()> {
    let place = Place::prepare()?;
    let (organisation, window) = signed_in_to_the_demo(&place).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await?;
    let (id, name) = deal(&organisation).await?;
    open_deal(&window, &name).await?;
    window.click(&Sought::button("Work offline")).await?;
    retype(&window, "estimatedvalue", &OURS.to_string()).await?;
    window.click(&Sought::css("[data-column='description'] textarea")).await?;
    window.press(&[Key::Control, Key::Letter('a')]).await?;
    for letter in OUR_TEXT.chars() {
        window.press(&[Key::Letter(letter)]).await?;
    }
    save(&window).await?;
    let theirs = json!({ "estimatedvalue": THEIRS, "description": THEIR_TEXT, "closeprobability": 35 });
    organisation.change(User::Manager, &format!("opportunities({id})"), &theirs).await?;
    window.click(&Sought::button("Go online")).await?;
    window.see_words(&item(), "CRM did not take your change.").await?;

    window.see_words(&item(), "Compare").await?;

    // From here on no mouse.
    window.press(&[Key::Control, Key::Shift, Key::Letter('k')]).await?;
    let said = window.see_words(&item(), "nothing is lost until you choose").await?;
    ensure!(said.contains("Ingrid Solheim"), "the screen does not say who changed it: {said}");
    ensure!(said.contains("184,321") && said.contains("190,123"), "the screen does not show both values: {said}");
    window.see_words(&Sought::css("[data-column='closeprobability']"), "35").await?;
    window.see_words(&status_bar(), "2 of 3 columns clash").await?;
    window.picture("conflict-open").await?;
    let first = until("the focus in a row", || async {
        let column = focused_column(&window).await?;
        Ok((!column.is_empty()).then_some(column))
    })
    .await?;
    let second = if first == "description" { "estimatedvalue" } else { "description" };
    for column in [first.as_str(), second] {
        stands_in(&window, column).await?;
        let (key, side) = if column == "estimatedvalue" { (Key::Left, "mine") } else { (Key::Right, "theirs") };
        window.press(&[key]).await?;
        is_chosen(&window, column, side).await?;
        window.press(&[Key::Down]).await?;
    }
    window.picture("conflict-chosen").await?;
    window.press(&[Key::Control, Key::Enter]).await?;
    holds(&organisation, &id, OURS, THEIR_TEXT).await?;
    let merged = organisation.ask(User::Admin, &format!("opportunities({id})?$select=closeprobability")).await?;
    ensure!(merged["closeprobability"] == 35, "what only they changed is {}", merged["closeprobability"]);

    let history = Sought::css("[data-history]");
    let said = window.see_words(&history, OUR_TEXT).await?;
    ensure!(said.contains("190,123"), "the history lacks the value that gave way to ours: {said}");
    window.picture("record-history").await?;
    let script = "
        const row = [...document.querySelectorAll('[data-lost]')].find(row => row.textContent.includes(TEXT));
        row?.querySelector('button')?.focus();
        return document.activeElement?.textContent ?? '';
    ";
    let focused = window.run(&script.replace("TEXT", &json!(OUR_TEXT).to_string())).await?;
    ensure!(focused == "Bring back", "the focus is on {focused}");
    window.press(&[Key::Enter]).await?;
    holds(&organisation, &id, OURS, OUR_TEXT).await.context("what gave way did not come back")?;
    window.close().await
}

/// The rule of a table is said on the sync page, and the next clash ends by it.
#[tokio::test]
async fn a_rule_for_a_table_ends_the_next_conflict_without_a_question() -> Result<()> {
    let place = Place::prepare()?;
    let (organisation, window) = signed_in_to_the_demo(&place).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await?;
    let (id, name) = deal(&organisation).await?;
    window.press(&[Key::Control, Key::Letter('7')]).await?;
    let rule = Sought::css("[data-policy-of='opportunity']");
    window.see(&rule).await?;
    // The webview's menu of choices is a window of its own, which no driver reaches.
    let script = "
        const select = document.querySelector(\"[data-policy-of='opportunity']\");
        Object.getOwnPropertyDescriptor(HTMLSelectElement.prototype, 'value').set.call(select, 'theirs');
        select.dispatchEvent(new Event('change', { bubbles: true }));
    ";
    window.run(script).await?;
    until("the rule to be stored", || async {
        let value = window.run("return document.querySelector(\"[data-policy-of='opportunity']\").value").await?;
        Ok((value == "theirs").then_some(()))
    })
    .await?;
    window.picture("sync-rules").await?;
    window.press(&[Key::Control, Key::Letter('5')]).await?;
    open_deal(&window, &name).await?;
    window.click(&Sought::button("Work offline")).await?;
    retype(&window, "estimatedvalue", &OURS.to_string()).await?;
    save(&window).await?;
    organisation.change(User::Manager, &format!("opportunities({id})"), &json!({ "estimatedvalue": THEIRS })).await?;
    window.click(&Sought::button("Go online")).await?;
    let said = window.see_words(&Sought::css("[data-history]"), "184,321").await?;
    ensure!(said.contains("always taken"), "the history does not say why: {said}");
    let deal = organisation.ask(User::Admin, &format!("opportunities({id})?$select=estimatedvalue")).await?;
    ensure!(deal["estimatedvalue"].as_f64() == Some(THEIRS as f64), "CRM holds {}", deal["estimatedvalue"]);
    window.close().await
}
