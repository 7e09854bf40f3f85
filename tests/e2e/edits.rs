//! An edit on a plane lands once: beside a colleague's, against a colleague's, and with a child.

use anyhow::{Context as _, Result, ensure};
use satchel_tests::{Key, Organisation, Place, Sought, User, Window, until};
use serde_json::{Value, json};

use crate::words::{rows, signed_in_to_the_demo, status_bar};

const OURS: i64 = 184_321;
const THEIRS: i64 = 150_123;

fn field(column: &str) -> Sought {
    Sought::css(&format!("[data-column='{column}'] input"))
}

fn item() -> Sought {
    Sought::css("[data-pane=item]")
}

pub(crate) fn outbox() -> Sought {
    Sought::css("[data-pane=list]")
}

/// Clears a field and types into it, key by key.
pub(crate) async fn retype(window: &Window<'_>, column: &str, text: &str) -> Result<()> {
    window.click(&field(column)).await?;
    window.press(&[Key::Control, Key::Letter('a')]).await?;
    for letter in text.chars() {
        window.press(&[Key::Letter(letter)]).await?;
    }
    Ok(())
}

pub(crate) async fn save(window: &Window<'_>) -> Result<()> {
    window.press(&[Key::Control, Key::Letter('s')]).await?;
    window.see_words(&item(), "Saved on this laptop at").await.map(drop)
}

pub(crate) async fn go_to_outbox(window: &Window<'_>) -> Result<()> {
    window.press(&[Key::Control, Key::Shift, Key::Letter('o')]).await?;
    window.see(&Sought::Named { role: "heading", name: "Outbox".to_owned() }).await.map(drop)
}

/// An opportunity whose name stands once in the organisation, and can be typed on any keyboard.
pub(crate) async fn deal(organisation: &Organisation) -> Result<(String, String)> {
    let path = "opportunities?$select=name,estimatedvalue&$filter=statecode eq 0&$orderby=name";
    let answer = organisation.ask(User::Salesperson, path).await?;
    let deals = answer["value"].as_array().context("the opportunities are no list")?;
    let said = |deal: &Value| deal["name"].as_str().unwrap_or_default().to_owned();
    let is_alone = |name: &str| deals.iter().filter(|deal| said(deal).contains(name)).count() == 1;
    let found = deals.iter().find(|deal| {
        let name = said(deal);
        name.is_ascii() && deal["estimatedvalue"].is_number() && is_alone(&name)
    });
    let found = found.context("no opportunity has a name of its own")?;
    Ok((found["opportunityid"].as_str().unwrap_or_default().to_owned(), said(found)))
}

pub(crate) async fn open_deal(window: &Window<'_>, name: &str) -> Result<()> {
    window.click(&Sought::button("Opportunities")).await?;
    window.type_into(&Sought::Named { role: "textbox", name: "Filter Opportunities".to_owned() }, name).await?;
    window.see_words(&status_bar(), "1 record").await?;
    window.see_words(&rows(), name).await?;
    window.press(&[Key::Enter]).await?;
    window.press(&[Key::Home]).await?;
    window.press(&[Key::Enter]).await?;
    window.see(&Sought::Named { role: "heading", name: name.to_owned() }).await.map(drop)
}

/// Waits until the organisation holds the deal so.
pub(crate) async fn holds(organisation: &Organisation, id: &str, value: i64) -> Result<Value> {
    let path = format!("opportunities({id})?$select=estimatedvalue,description");
    until(&format!("an estimated value of {value} in CRM"), || async {
        let deal = organisation.ask(User::Admin, &path).await?;
        Ok((deal["estimatedvalue"].as_f64() == Some(value as f64)).then_some(deal))
    })
    .await
}

#[tokio::test]
async fn an_offline_value_and_a_colleagues_description_both_survive() -> Result<()> {
    let place = Place::prepare()?;
    let (organisation, window) = signed_in_to_the_demo(&place).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await?;
    let (id, name) = deal(&organisation).await?;
    open_deal(&window, &name).await?;
    window.click(&Sought::button("Work offline")).await?;
    retype(&window, "estimatedvalue", &OURS.to_string()).await?;
    save(&window).await?;
    window.see_words(&Sought::css("[data-column='estimatedvalue']"), "was ").await?;
    window.picture("record-edited-offline").await?;

    let budget = "The board approved the budget.";
    organisation.change(User::Manager, &format!("opportunities({id})"), &json!({ "description": budget })).await?;
    window.click(&Sought::button("Go online")).await?;
    let deal = holds(&organisation, &id, OURS).await?;
    ensure!(deal["description"] == budget, "the colleague's description is {}", deal["description"]);
    window.see_words(&item(), "Saved, and in CRM.").await?;
    window.close().await
}

async fn clash_ends(choice: &str, value: i64) -> Result<()> {
    let place = Place::prepare()?;
    let (organisation, window) = signed_in_to_the_demo(&place).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await?;
    let (id, name) = deal(&organisation).await?;
    open_deal(&window, &name).await?;
    window.click(&Sought::button("Work offline")).await?;
    retype(&window, "estimatedvalue", &OURS.to_string()).await?;
    save(&window).await?;
    organisation.change(User::Manager, &format!("opportunities({id})"), &json!({ "estimatedvalue": THEIRS })).await?;
    window.click(&Sought::button("Go online")).await?;

    window.see_words(&item(), "CRM did not take your change.").await?;
    window.see_words(&status_bar(), "1 needs you").await?;
    go_to_outbox(&window).await?;
    let said = window.see_words(&outbox(), "Needs you").await?;
    ensure!(said.contains("184,321") && said.contains("150,123"), "the clash does not show both values: {said}");
    window.picture("outbox-clash").await?;
    window.click(&Sought::button(choice)).await?;
    window.see_words(&outbox(), "Nothing waits.").await?;
    holds(&organisation, &id, value).await?;
    window.close().await
}

#[tokio::test]
async fn a_clash_is_held_until_the_user_keeps_mine() -> Result<()> {
    clash_ends("Keep mine", OURS).await
}

#[tokio::test]
async fn a_clash_is_held_until_the_user_takes_theirs() -> Result<()> {
    clash_ends("Take theirs", THEIRS).await
}

#[tokio::test]
async fn an_account_made_without_the_network_lands_with_its_contact_once() -> Result<()> {
    let place = Place::prepare()?;
    let (mut organisation, window) = signed_in_to_the_demo(&place).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await?;
    organisation.stop().await?;

    window.press(&[Key::Control, Key::Letter('n')]).await?;
    window.see(&Sought::Named { role: "heading", name: "New account".to_owned() }).await?;
    retype(&window, "name", "Port of Lorne").await?;
    save(&window).await?;
    window.see(&Sought::Named { role: "heading", name: "Port of Lorne".to_owned() }).await?;
    window.click(&Sought::button("New contact")).await?;
    window.see(&Sought::Named { role: "heading", name: "New contact".to_owned() }).await?;
    retype(&window, "lastname", "Ferreira-Lorne").await?;
    save(&window).await?;
    go_to_outbox(&window).await?;
    window.see_words(&outbox(), "Waits for Port of Lorne").await?;
    window.picture("outbox-waiting").await?;

    organisation.start_again().await?;
    window.click(&Sought::button("Sync now")).await?;
    window.see_words(&outbox(), "Nothing waits.").await?;
    let accounts = organisation.ask(User::Admin, "accounts?$select=name&$filter=name eq 'Port of Lorne'").await?;
    let accounts = accounts["value"].as_array().context("the accounts are no list")?;
    let path = "contacts?$select=lastname,_parentcustomerid_value&$filter=lastname eq 'Ferreira-Lorne'";
    let contacts = organisation.ask(User::Admin, path).await?;
    let contacts = contacts["value"].as_array().context("the contacts are no list")?;
    ensure!((accounts.len(), contacts.len()) == (1, 1), "{} accounts, {} contacts", accounts.len(), contacts.len());
    ensure!(
        contacts[0]["_parentcustomerid_value"] == accounts[0]["accountid"],
        "the contact belongs to {}",
        contacts[0]["_parentcustomerid_value"]
    );
    window.close().await
}
