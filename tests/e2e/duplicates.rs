//! A new account that CRM has already becomes a change of that one, by keyboard alone, and its contact goes along.

use anyhow::{Context as _, Result, ensure};
use satchel_tests::{Key, Organisation, Place, Sought, User, Window, until};
use serde_json::Value;

use crate::{
    edits::{go_to_outbox, outbox, retype, save},
    words::signed_in_to_the_demo,
};

const PHONE: &str = "+47 555 01 01";

/// An account of the salesperson with a phone, whose name can be typed on any keyboard: its id, name and phone.
async fn an_account(organisation: &Organisation) -> Result<(String, String, String)> {
    let rows = rows(organisation, "accounts?$select=name,telephone1&$filter=statecode eq 0&$orderby=name").await?;
    let text = |row: &Value, column: &str| row[column].as_str().unwrap_or_default().to_owned();
    let is_plain = |text: &str| text.len() > 3 && text.chars().all(|c| c.is_ascii_alphanumeric() || c == ' ');
    let found = rows.iter().find(|row| is_plain(&text(row, "name")) && !text(row, "telephone1").is_empty());
    let row = found.context("no account has a plain name and a phone")?;
    Ok((text(row, "accountid"), text(row, "name"), text(row, "telephone1")))
}

async fn rows(organisation: &Organisation, path: &str) -> Result<Vec<Value>> {
    let answer = organisation.ask(User::Salesperson, path).await?;
    answer["value"].as_array().cloned().with_context(|| format!("{path} is no list"))
}

/// Presses Tab until the focus stands on the button whose name begins so.
async fn tab_to(window: &Window<'_>, name: &str) -> Result<()> {
    until(&format!("the focus on {name:?}"), || async {
        let said = window.run("return document.activeElement.textContent.trim()").await?;
        if said.as_str().is_some_and(|said| said.starts_with(name)) {
            return Ok(Some(()));
        }
        window.press(&[Key::Tab]).await?;
        Ok(None)
    })
    .await
}

#[tokio::test]
async fn a_new_account_is_merged_into_the_one_that_crm_has_by_keyboard_alone() -> Result<()> {
    let place = Place::prepare()?;
    let (mut organisation, window) = signed_in_to_the_demo(&place).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await?;
    let (id, name, phone) = an_account(&organisation).await?;
    organisation.stop().await?;

    window.press(&[Key::Control, Key::Letter('n')]).await?;
    window.see(&Sought::Named { role: "heading", name: "New account".to_owned() }).await?;
    retype(&window, "name", &name).await?;
    retype(&window, "telephone1", PHONE).await?;
    save(&window).await?;
    window.see(&Sought::Named { role: "heading", name: name.clone() }).await?;
    window.click(&Sought::button("New contact")).await?;
    window.see(&Sought::Named { role: "heading", name: "New contact".to_owned() }).await?;
    retype(&window, "lastname", "Ferreira-Lorne").await?;
    save(&window).await?;

    organisation.start_again().await?;
    go_to_outbox(&window).await?;
    window.press(&[Key::F9]).await?;
    window.see_words(&outbox(), "CRM already has a record like this one").await?;
    window.picture("outbox-alike").await?;
    tab_to(&window, "Merge into").await?;
    window.press(&[Key::Enter]).await?;
    window.see(&Sought::css("[data-pane=item] [data-column=telephone1][data-clash=true]")).await?;
    let both = window.see_words(&Sought::css("[data-pane=item]"), PHONE).await?;
    ensure!(both.contains(&phone), "CRM's phone is not shown: {both}");
    window.picture("duplicate-choice").await?;
    window.press(&[Key::Left]).await?;
    window.press(&[Key::Control, Key::Enter]).await?;
    go_to_outbox(&window).await?;
    window.see_words(&outbox(), "Nothing waits.").await?;

    let accounts = rows(&organisation, &format!("accounts?$select=name,telephone1&$filter=name eq '{name}'")).await?;
    ensure!(accounts.len() == 1, "{} accounts of one name", accounts.len());
    ensure!(accounts[0]["telephone1"] == PHONE && accounts[0]["accountid"] == id.as_str(), "{}", accounts[0]);
    let path = "contacts?$select=_parentcustomerid_value&$filter=lastname eq 'Ferreira-Lorne'";
    let contacts = rows(&organisation, path).await?;
    ensure!(contacts.len() == 1 && contacts[0]["_parentcustomerid_value"] == id.as_str(), "{contacts:?}");
    window.close().await
}
