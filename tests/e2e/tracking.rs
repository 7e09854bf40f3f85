//! A message becomes one email in CRM: by mouse, by keyboard alone, with the organisation away, and for every profile.

use anyhow::{Context as _, Result, ensure};
use satchel_tests::{Key, Organisation, Place, Sought, User, Window, until};
use serde_json::Value;

use crate::words::{grid, heading_of, signed_in_to_the_demo};

const TRACKED: &str = "Tracked";

/// A message with attachments that nobody has tracked.
const UNTRACKED: &str = "Has attachments";

fn messages() -> Sought {
    Sought::css("[data-pane=list] [role=option]")
}

/// The bar over the message that says how it stands with CRM.
fn message_pane() -> Sought {
    Sought::css("[data-pane=item]")
}

#[derive(Debug)]
struct Emails(Vec<Value>);

impl Emails {
    async fn of(organisation: &Organisation) -> Result<Self> {
        let path = "emails?$select=activityid,subject,messageid,statuscode,_regardingobjectid_value,versionnumber\
                    &$expand=email_activity_parties($select=participationtypemask,addressused)";
        let answer = organisation.ask(User::Admin, path).await?;
        Ok(Self(answer["value"].as_array().cloned().context("the emails are no list")?))
    }

    /// The one that came since.
    fn new_since<'a>(&'a self, before: &Self) -> Result<&'a Value> {
        let is_new = |email: &&Value| !before.0.iter().any(|known| known["activityid"] == email["activityid"]);
        let new: Vec<_> = self.0.iter().filter(is_new).collect();
        ensure!(new.len() == 1, "{} emails came, and it should be one", new.len());
        Ok(new[0])
    }
}

/// Goes to the mail and opens a message that is not tracked, has attachments, and is from a customer with an open deal.
async fn open_a_message(window: &Window<'_>) -> Result<String> {
    window.press(&[Key::Control, Key::Letter('1')]).await?;
    window.see(&messages()).await?;
    let (place, said) = until("an untracked message with attachments", || async {
        let script = format!(
            "const rows = [...document.querySelectorAll('[data-pane=list] [role=option]')];
             const isWanted = text => text.includes('{UNTRACKED}') && !/Tracked|Tracking…|Not tracked/.test(text);
             const row = rows.find(row => isWanted(row.textContent));
             return row === undefined ? null : [row.getAttribute('aria-posinset'), row.textContent]"
        );
        let found = window.run(&script).await?;
        Ok(found[0].as_str().zip(found[1].as_str()).map(|(place, said)| (place.to_owned(), said.to_owned())))
    })
    .await?;
    window.click(&Sought::css(&format!("[data-pane=list] [role=option][aria-posinset='{place}']"))).await?;
    heading_of(window, &said).await
}

fn has_mark(row: &str) -> bool {
    [TRACKED, "Tracking…", "Not tracked"].iter().any(|mark| row.contains(mark))
}

/// What the organisation must hold of a message that was tracked with its attachments.
async fn assert_whole(organisation: &Organisation, before: &Emails, subject: &str) -> Result<()> {
    let after = Emails::of(organisation).await?;
    let email = after.new_since(before)?;
    ensure!(email["subject"] == subject, "{} was tracked, not {subject}", email["subject"]);
    ensure!(email["statuscode"] == 4 || email["statuscode"] == 3, "it is not completed: {email}");
    ensure!(email["_regardingobjectid_value"].is_string(), "it is regarding nothing: {email}");
    let parties = email["email_activity_parties"].as_array().context("it has no parties")?;
    let roles: Vec<_> = parties.iter().filter_map(|party| party["participationtypemask"].as_i64()).collect();
    ensure!(roles.contains(&1) && roles.contains(&2), "its parties have the roles {roles:?}");
    let id = email["activityid"].as_str().unwrap_or_default();
    let path = format!("activitymimeattachments?$select=filename&$filter=_objectid_value eq {id}");
    let files = organisation.ask(User::Admin, &path).await?;
    let files = files["value"].as_array().context("its attachments are no list")?;
    ensure!(!files.is_empty(), "its attachments are missing");
    let mut names: Vec<_> = files.iter().map(|file| file["filename"].to_string()).collect();
    names.sort();
    names.dedup();
    ensure!(names.len() == files.len(), "an attachment is there twice: {names:?}");
    Ok(())
}

/// Item 1, by mouse.
#[tokio::test]
async fn a_message_is_tracked_regarding_a_deal_by_mouse() -> Result<()> {
    let place = Place::prepare()?;
    let (organisation, window) = signed_in_to_the_demo(&place).await?;
    let before = Emails::of(&organisation).await?;
    let subject = open_a_message(&window).await?;
    window.picture("mail").await?;
    window.click(&Sought::button("Set regarding")).await?;
    window.type_into(&Sought::css("[role=combobox]"), "a").await?;
    window.picture("regarding").await?;
    window.click(&Sought::css("[role=dialog] [role=option]")).await?;
    window.see_words(&message_pane(), "regarding").await?;
    window.see_words(&message_pane(), TRACKED).await?;
    window.picture("tracked").await?;
    assert_whole(&organisation, &before, &subject).await?;
    window.close().await
}

/// Item 1, by keyboard alone; item 2, with the organisation away.
#[tokio::test]
async fn by_keyboard_a_message_is_tracked_while_the_organisation_is_away_and_lands_once() -> Result<()> {
    let place = Place::prepare()?;
    let (mut organisation, window) = signed_in_to_the_demo(&place).await?;
    let before = Emails::of(&organisation).await?;
    window.press(&[Key::Control, Key::Letter('1')]).await?;
    window.see(&messages()).await?;
    // Everything that was read is on this device before the network goes.
    window.see_words(&Sought::css("[data-testid=connectivity]"), "Online").await?;
    let subject = walk_to_a_message(&window).await?;
    window.see(&Sought::css("[data-pane=item] iframe")).await?;
    organisation.stop().await?;

    window.press(&[Key::Control, Key::Letter(';')]).await?;
    window.press(&[Key::Letter('g')]).await?;
    window.see(&Sought::css("[role=combobox]")).await?;
    window.press(&[Key::Letter('a')]).await?;
    window.see(&Sought::css("[role=dialog] [role=option]")).await?;
    window.press(&[Key::Enter]).await?;
    window.see_words(&message_pane(), "Tracking…").await?;
    window.picture("tracking-offline").await?;
    window.press(&[Key::Control, Key::Shift, Key::Letter('o')]).await?;
    window.see_words(&Sought::css("main"), "Track message").await?;
    window.picture("outbox-tracking").await?;

    organisation.start_again().await?;
    window.press(&[Key::Control, Key::Letter('1')]).await?;
    window.click(&Sought::button("Sync now")).await?;
    window.see_words(&message_pane(), TRACKED).await?;
    assert_whole(&organisation, &before, &subject).await?;
    window.close().await
}

/// T-17, and never doubled: an email that stays in CRM is found again, and one that goes is asked for a second time.
#[tokio::test]
async fn an_untracked_message_leaves_its_email_or_takes_it_along() -> Result<()> {
    let place = Place::prepare()?;
    let (organisation, window) = signed_in_to_the_demo(&place).await?;
    let before = Emails::of(&organisation).await?;
    let subject = open_a_message(&window).await?;
    window.click(&Sought::button("Set regarding")).await?;
    window.type_into(&Sought::css("[role=combobox]"), "a").await?;
    window.click(&Sought::css("[role=dialog] [role=option]")).await?;
    window.see_words(&message_pane(), TRACKED).await?;

    let (dialog, yes) = (Sought::css("[role=dialog]"), Sought::css("[role=dialog] button[type=submit]"));
    window.click(&Sought::button("Untrack")).await?;
    window.see_words(&dialog, "Untrack this message?").await?;
    window.picture("untrack").await?;
    window.click(&yes).await?;
    gone_from(&window, TRACKED).await?;
    assert_whole(&organisation, &before, &subject).await?;

    window.click(&Sought::button("Track")).await?;
    window.see_words(&message_pane(), TRACKED).await?;
    assert_whole(&organisation, &before, &subject).await?;

    window.click(&Sought::button("Untrack")).await?;
    window.click(&Sought::css("[role=dialog] input[value=delete]")).await?;
    window.click(&yes).await?;
    window.see_words(&dialog, "deleted from CRM for everybody").await?;
    window.picture("untrack-delete").await?;
    window.click(&yes).await?;
    gone_from(&window, TRACKED).await?;
    until("the email to be gone from CRM", || async {
        Ok((Emails::of(&organisation).await?.0 == before.0).then_some(()))
    })
    .await?;
    window.close().await
}

/// Waits until the message says this no more.
async fn gone_from(window: &Window<'_>, words: &str) -> Result<()> {
    until("the message without its mark", || async {
        let pane = window.see(&message_pane()).await?;
        Ok((!window.text(&pane).await?.contains(words)).then_some(()))
    })
    .await
}

/// How many messages of the inbox the list shows as tracked, and what the first rows say.
async fn tracked_messages(window: &Window<'_>) -> Result<(String, String)> {
    window.click(&Sought::button("Tracked")).await?;
    let list = "return [...document.querySelectorAll('[data-pane=list] [role=option]')]
        .map(row => [row.getAttribute('aria-setsize'), row.textContent])";
    until("the tracked messages", || async {
        let pressed = "return document.querySelector('[data-pane=list] button[aria-pressed=true]').textContent";
        let rows = window.run(list).await?;
        let first = rows[0][0].as_str().zip(rows[0][1].as_str());
        let is_whole = first.is_some_and(|(_, says)| !says.is_empty()) && window.run(pressed).await? == TRACKED;
        Ok(first.filter(|_| is_whole).map(|(count, _)| (count.to_owned(), rows.to_string())))
    })
    .await
}

/// Stage 3: what one profile tracked, and what colleagues did, is tracked on every other, which writes nothing.
#[tokio::test]
async fn a_second_profile_shows_the_same_messages_as_tracked_and_writes_nothing() -> Result<()> {
    let (first, second) = (Place::prepare()?, Place::prepare()?);
    let (organisation, window) = signed_in_to_the_demo(&first).await?;
    let subject = open_a_message(&window).await?;
    window.click(&Sought::button("Set regarding")).await?;
    window.type_into(&Sought::css("[role=combobox]"), "a").await?;
    window.click(&Sought::css("[role=dialog] [role=option]")).await?;
    window.see_words(&message_pane(), TRACKED).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await?;
    let shown = tracked_messages(&window).await?;
    window.close().await?;
    ensure!(shown.1.contains(&subject), "{subject} is not among the tracked: {}", shown.1);

    let before = Emails::of(&organisation).await?;
    second.write_settings(&organisation)?;
    let window = Window::open(&second).await?;
    window.click(&Sought::button("Try the demo")).await?;
    window.see(&grid()).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await?;
    window.press(&[Key::Control, Key::Letter('1')]).await?;
    window.see(&messages()).await?;
    let seen = until("the same messages as tracked", || async {
        let seen = tracked_messages(&window).await?;
        ensure!(seen == shown, "it shows {seen:?}, the first profile {shown:?}");
        Ok(Some(seen))
    })
    .await?;
    window.click(&messages()).await?;
    window.see_words(&message_pane(), TRACKED).await?;
    window.see(&Sought::css("[data-pane=item] iframe")).await?;
    window.see_words(&Sought::css("[data-pane=context]"), "Open opportunities").await?;
    window.picture("second-profile").await?;
    window.press(&[Key::Control, Key::Shift, Key::Letter('o')]).await?;
    window.see_words(&Sought::css("main"), "Nothing waits.").await?;
    window.close().await?;
    ensure!(seen.0.parse::<usize>()? > 5, "only {} are tracked, so colleagues' are missing", seen.0);
    ensure!(Emails::of(&organisation).await?.0 == before.0, "the second profile wrote emails");
    Ok(())
}

/// Arrow by arrow down the list to a message that is not tracked and has attachments.
async fn walk_to_a_message(window: &Window<'_>) -> Result<String> {
    until("the focus in the list", || async {
        let script = "return document.activeElement.closest('[data-pane=list] [role=listbox]') !== null";
        if window.run(script).await? == true {
            return Ok(Some(()));
        }
        window.press(&[Key::F6]).await?;
        Ok(None)
    })
    .await?;
    window.press(&[Key::Home]).await?;
    let chosen = Sought::css("[data-pane=list] [role=option][aria-selected=true]");
    loop {
        let row = window.see(&chosen).await?;
        let said = window.text(&row).await?;
        if said.contains(UNTRACKED) && !has_mark(&said) {
            return heading_of(window, &said).await;
        }
        let place = window.attribute(&row, "aria-posinset").await?;
        window.press(&[Key::Down]).await?;
        until("the next message, before the end of the list", || async {
            let row = window.see(&chosen).await?;
            Ok((window.attribute(&row, "aria-posinset").await? != place).then_some(()))
        })
        .await?;
    }
}
