//! A hundred thousand messages in the window: every one in its place, and few of them drawn.

use anyhow::{Context as _, Result, ensure};
use jiff::{Timestamp, ToSpan as _};
use satchel_auth::SystemKeyring;
use satchel_domain::{
    ids::ItemId,
    mail::{Address, Head, Purpose},
    ports::{MailPage, Next, SecretStore as _},
    scope::Scope,
};
use satchel_store::{Database, Durability, folders, mailboxes, messages};
use satchel_tests::{Key, Place, Sought, Window, until};

use crate::words::{grid, signed_in_to_the_demo, status_bar};

const MANY: usize = 100_000;
const A_PAGE: usize = 5_000;

fn subject(number: usize) -> String {
    format!("Message number {number:06}")
}

/// All are older than the sample company's, each a minute older than the one before.
fn head(number: usize) -> Result<Head> {
    let newest: Timestamp = "2020-01-01T00:00:00Z".parse()?;
    let received_at = newest.checked_sub(i64::try_from(number)?.minutes())?;
    Ok(Head {
        item: ItemId::new(format!("many-{number}")),
        message_id: Some(format!("<many.{number}@elsewhere.example>")),
        subject: subject(number),
        from: Some(Address { name: Some("A newsletter".into()), address: "news@elsewhere.example".into() }),
        to: Vec::new(),
        cc: Vec::new(),
        sent_at: Some(received_at),
        received_at,
        is_read: true,
        has_attachments: number.is_multiple_of(7),
        size: Some(2_000),
        preview: "One of very many.".into(),
    })
}

/// Puts them behind what is in the inbox, and tells how many it holds then.
async fn fill_the_inbox(place: &Place) -> Result<usize> {
    let keyring = SystemKeyring::of_profile(place.profile().to_string_lossy());
    let key = keyring.get().await.ok().flatten().context("the keyring has no key of this profile")?;
    let database = Database::open(&place.profile().join("satchel.db"), &key)?;
    let (mailbox, inbox) = database.read(|reader| {
        let mailbox = mailboxes::all(reader)?.remove(0).id;
        let all = folders::list(reader, mailbox)?;
        Ok((mailbox, all.into_iter().find(|listed| listed.folder.purpose == Some(Purpose::Inbox))))
    })?;
    let inbox = inbox.context("there is no inbox")?;
    let Scope::Live { cursor, .. } = &inbox.scope else { anyhow::bail!("the inbox was not read to its end") };
    for first in (0..MANY).step_by(A_PAGE) {
        let heads = (first..first + A_PAGE).map(head).collect::<Result<_>>()?;
        let page = MailPage { heads, read: Vec::new(), gone: Vec::new(), next: Next::CaughtUp(cursor.clone()) };
        let now = "2026-11-22T12:00:00Z".parse()?;
        database.write(Durability::Normal, |tx| {
            messages::store_page(tx, mailbox, &inbox.folder.id, &inbox.scope, &page, now)
        })?;
    }
    Ok(usize::try_from(inbox.total)? + MANY)
}

/// The rows that are drawn now, as (place in the list from 1, what it says).
async fn drawn(window: &Window<'_>) -> Result<Vec<(usize, String)>> {
    let script = "return [...document.querySelectorAll('[data-pane=list] [role=option]')]
        .map(row => [row.getAttribute('aria-posinset'), row.textContent])";
    let rows = window.run(script).await?;
    let rows = rows.as_array().context("the rows are no list")?;
    rows.iter()
        .map(|row| {
            let place = row[0].as_str().context("a row has no place")?.parse()?;
            Ok((place, row[1].as_str().unwrap_or_default().to_owned()))
        })
        .collect()
}

/// Waits until the message `number` is drawn, and holds every drawn row to its place.
async fn see_message(window: &Window<'_>, number: usize, all: usize) -> Result<()> {
    let shown = until(&format!("{} in the list", subject(number)), || async {
        let rows = drawn(window).await?;
        let places = (rows.first().map(|row| row.0), rows.last().map(|row| row.0));
        let is_there = rows.iter().any(|(_, says)| says.contains(&subject(number)));
        ensure!(is_there, "{} are drawn, from {places:?}", rows.len());
        Ok(Some(rows))
    })
    .await?;
    ensure!(shown.len() < 100, "{} rows are drawn at once", shown.len());
    let before = all - MANY;
    for (place, says) in &shown {
        // A row whose block is not read yet says nothing, and none says another's words.
        let is_ours = *place > before && !says.is_empty();
        ensure!(!is_ours || says.contains(&subject(place - before - 1)), "in place {place} stands {says}");
    }
    Ok(())
}

/// Scrolls there, and tells which place of the list, from 1, is in the middle of what one sees.
async fn scroll_to(window: &Window<'_>, share: f64, all: usize) -> Result<usize> {
    let script = format!(
        "const list = document.querySelector('[data-pane=list] [role=listbox]');
         const isScroller = box => box.scrollHeight > box.clientHeight && getComputedStyle(box).overflowY !== 'visible';
         let scroller = list;
         while (!isScroller(scroller)) scroller = scroller.parentElement;
         scroller.scrollTop = (scroller.scrollHeight - scroller.clientHeight) * {share};
         return Math.ceil((scroller.scrollTop + scroller.clientHeight / 2) * {all} / scroller.scrollHeight)"
    );
    let place = window.run(&script).await?.as_u64().context("the list does not scroll")?;
    Ok(usize::try_from(place)?)
}

#[tokio::test]
async fn a_hundred_thousand_messages_scroll_by_and_each_is_in_its_place() -> Result<()> {
    let place = Place::prepare()?;
    let (mut organisation, window) = signed_in_to_the_demo(&place).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await?;
    window.close().await?;
    organisation.stop().await?;
    let all = fill_the_inbox(&place).await?;

    let window = Window::open(&place).await?;
    window.see(&grid()).await?;
    window.press(&[Key::Control, Key::Letter('1')]).await?;
    let count = format!("{},{:03} messages", all / 1_000, all % 1_000);
    window.see_words(&status_bar(), &count).await?;
    // The first message is opened for whoever comes; from then on the list stays where one scrolls it.
    window.see(&Sought::css("[data-pane=item] iframe")).await?;

    for share in [0.1, 0.9, 0.5, 0.501, 0.99, 0.03] {
        let middle = scroll_to(&window, share, all).await?;
        see_message(&window, middle - (all - MANY) - 1, all).await?;
    }
    scroll_to(&window, 1.0, all).await?;
    see_message(&window, MANY - 1, all).await?;
    window.picture("many-messages").await?;
    // However far one scrolls, the chosen message stays open beside the list.
    ensure!(window.all(&Sought::css("[data-pane=item] iframe")).await?.len() == 1, "the chosen message was closed");

    let last = format!("[data-pane=list] [role=option][aria-posinset='{all}']");
    window.click(&Sought::css(&last)).await?;
    window.see_words(&Sought::css("[data-pane=item]"), &subject(MANY - 1)).await?;
    window.press(&[Key::Up]).await?;
    window.see_words(&Sought::css("[data-pane=item]"), &subject(MANY - 2)).await?;
    window.press(&[Key::Home]).await?;
    window.see(&Sought::css("[data-pane=list] [role=option][aria-posinset='1'][aria-selected=true]")).await?;
    window.press(&[Key::End]).await?;
    window.see_words(&Sought::css("[data-pane=item]"), &subject(MANY - 1)).await?;
    window.close().await
}
