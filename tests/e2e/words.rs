//! The page's words and places, as these tests look for them: one place to change when the page does.

use anyhow::Result;
use satchel_tests::{Key, Organisation, Place, Sought, User, Window, until};

/// The list of records.
pub(crate) fn grid() -> Sought {
    Sought::css("[role=grid]")
}

/// The rows of the list that are drawn now, without the line of headings.
pub(crate) fn rows() -> Sought {
    Sought::css("[role=grid] [role=row][aria-selected]")
}

pub(crate) fn status_bar() -> Sought {
    Sought::css("footer [role=status]")
}

/// A fresh profile beside a running organisation, and the window on it.
pub(crate) async fn signed_in_to_the_demo(place: &Place) -> Result<(Organisation, Window<'_>)> {
    let organisation = Organisation::start(place).await?;
    place.write_settings(&organisation)?;
    let window = sign_in_to_the_demo(place).await?;
    Ok((organisation, window))
}

/// The window on a profile whose settings are written.
pub(crate) async fn sign_in_to_the_demo(place: &Place) -> Result<Window<'_>> {
    let window = Window::open(place).await?;
    window.click(&Sought::button("Try the demo")).await?;
    window.see(&grid()).await?;
    Ok(window)
}

/// One column of the first records that the organisation itself shows, where it is not empty.
pub(crate) async fn column(organisation: &Organisation, table: &str, column: &str) -> Result<Vec<String>> {
    let answer =
        organisation.ask(User::Salesperson, &format!("{table}?$select={column}&$orderby={column}&$top=40")).await?;
    let records = answer["value"].as_array().cloned().unwrap_or_default();
    Ok(records
        .iter()
        .filter_map(|record| record[column].as_str())
        .filter(|text| text.len() > 3)
        .map(str::to_owned)
        .collect())
}

/// The list of accounts is here as a whole.
pub(crate) async fn sees_every_account(organisation: &Organisation, window: &Window<'_>) -> Result<()> {
    let accounts = count(organisation, "accounts").await?;
    window.see_words(&status_bar(), &format!("{accounts} records")).await?;
    Ok(())
}

/// How many records the organisation shows to the salesperson; its pages are larger than any table of the sample company.
pub(crate) async fn count(organisation: &Organisation, table: &str) -> Result<usize> {
    let answer = organisation.ask(User::Salesperson, &format!("{table}?$select=createdon")).await?;
    Ok(answer["value"].as_array().map(Vec::len).unwrap_or_default())
}

/// Opens the mail place and the message of this subject, which has just arrived.
pub(crate) async fn open_the_message(window: &Window<'_>, subject: &str) -> Result<()> {
    window.press(&[Key::Control, Key::Letter('1')]).await?;
    // While everything is being read the button is grey.
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await?;
    window.click(&Sought::button("Sync now")).await?;
    let place = until("the message", || async {
        let script = format!(
            "const rows = [...document.querySelectorAll('[data-pane=list] [role=option]')];
             return rows.find(row => row.textContent.includes('{subject}'))?.getAttribute('aria-posinset') ?? null"
        );
        Ok(window.run(&script).await?.as_str().map(str::to_owned))
    })
    .await;
    if place.is_err() {
        window.picture("message-missing").await?;
    }
    window.click(&Sought::css(&format!("[data-pane=list] [role=option][aria-posinset='{}']", place?))).await?;
    window.see(&Sought::css("[data-pane=item] iframe")).await?;
    Ok(())
}

/// The subject over the message whose row says `row`; until it has been read, the pane may show the one before.
pub(crate) async fn heading_of(window: &Window<'_>, row: &str) -> Result<String> {
    until("the message of the chosen row", || async {
        let heading = window.see(&Sought::css("[data-pane=item] h2, [data-pane=item] h1")).await?;
        let subject = window.text(&heading).await?;
        Ok((!subject.is_empty() && row.contains(&subject)).then_some(subject))
    })
    .await
}
