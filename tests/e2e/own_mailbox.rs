//! A mailbox on a mail server of one's own: added, read, and one of its messages tracked (items 1 and 5).

use anyhow::{Context as _, Result, ensure};
use satchel_testkit::dovecot::{Dovecot, PASSWORD, SERVER};
use satchel_tests::{Organisation, Place, Sought, User, Window, all_below, files_with, until};

use crate::words::{grid, sees_every_account};

const ADDRESS: &str = "clara@post.example";

fn field(label: &str) -> Sought {
    Sought::Named { role: "textbox", name: label.to_owned() }
}

fn in_the_tree() -> Sought {
    Sought::css(&format!("[role=tree][aria-label='{ADDRESS}'] [role=treeitem]"))
}

async fn fill_in(window: &Window<'_>, dovecot: &Dovecot, password: &str) -> Result<()> {
    window.click(&Sought::button("Add mailbox")).await?;
    window.type_into(&field("Address"), ADDRESS).await?;
    window.type_into(&field("Server"), SERVER).await?;
    window.type_into(&field("Password"), password).await?;
    // 993 stands there already.
    let port =
        "const input = document.activeElement.closest('[role=dialog]').querySelector('input[inputmode=numeric]');
        input.focus(); input.select(); return true";
    window.run(port).await?;
    window.type_into(&Sought::css("[role=dialog] input[inputmode=numeric]"), &dovecot.imaps.to_string()).await?;
    window.click(&Sought::button("Connect")).await
}

#[tokio::test]
async fn a_message_of_a_mail_server_is_tracked_like_any_other() -> Result<()> {
    let place = Place::prepare()?;
    let organisation = Organisation::start(&place).await?;
    let dovecot = Dovecot::start();
    let (name, address) = contact(&organisation).await?;
    let raw = format!(
        "From: {name} <{address}>\r\nTo: {ADDRESS}\r\nSubject: The crates are on their way\r\n\
         Message-ID: <crates.1@elsewhere.example>\r\nDate: Sat, 21 Nov 2026 08:00:00 +0000\r\n\
         MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSix of them.\r\n\
         --b\r\nContent-Type: text/plain; name=list.txt\r\nContent-Disposition: attachment; filename=list.txt\r\n\r\n1 2 3\r\n--b--\r\n"
    );
    dovecot.hand(ADDRESS).append("INBOX", raw.as_bytes());
    place.write_settings_trusting(&organisation, &dovecot.certificates.authority)?;
    let window = Window::open(&place).await?;
    window.click(&Sought::button("Try the demo")).await?;
    window.see(&grid()).await?;
    sees_every_account(&organisation, &window).await?;
    window.click(&Sought::button("Mail")).await?;

    fill_in(&window, &dovecot, "a wrong password").await?;
    let said = window.see_words(&Sought::css("[role=dialog] [role=alert]"), "assword").await?;
    ensure!(!said.contains("a wrong password"), "the password is shown: {said}");
    window.picture("mailbox-wrong-password").await?;
    window.click(&Sought::button("Cancel")).await?;
    fill_in(&window, &dovecot, PASSWORD).await?;
    window.click(&in_the_tree()).await?;
    window.click(&Sought::css("[data-pane=list] [role=option]")).await?;
    window.see_words(&Sought::css("[data-pane=context]"), &name).await?;
    window.click(&Sought::button("Track")).await?;
    window.see_words(&Sought::css("[data-pane=item]"), "Tracked").await?;
    window.picture("own-mailbox-tracked").await?;

    let path = "emails?$select=subject,messageid&$filter=messageid eq '<crates.1@elsewhere.example>'\
                &$expand=email_activity_parties($select=participationtypemask,_partyid_value)";
    let held = organisation.ask(User::Admin, path).await?;
    let emails = held["value"].as_array().context("the emails are no list")?;
    ensure!(emails.len() == 1, "{} emails stand for the message", emails.len());
    let parties = emails[0]["email_activity_parties"].as_array().context("it has no parties")?;
    let sender = parties.iter().find(|party| party["participationtypemask"] == 1).context("it has no sender")?;
    ensure!(sender["_partyid_value"].is_string(), "the sender is nobody in CRM: {sender}");
    let id = emails[0]["activityid"].as_str().unwrap_or_default();
    let files = format!("activitymimeattachments?$select=filename&$filter=_objectid_value eq {id}");
    let files = organisation.ask(User::Admin, &files).await?;
    ensure!(files["value"].as_array().is_some_and(|files| files.len() == 1), "its file is missing: {files}");
    window.close().await?;

    let mut files = all_below(&place.profile())?;
    files.extend(all_below(&place.home())?);
    files.push(place.log());
    let found = files_with(&["The crates are on their way", "crates.1@elsewhere.example", "Six of them."], &files)?;
    ensure!(found.is_empty(), "the message lies open:\n{}", found.join("\n"));
    Ok(())
}

/// A contact of the sample company whose name and address can be typed anywhere.
async fn contact(organisation: &Organisation) -> Result<(String, String)> {
    let path = "contacts?$select=fullname,emailaddress1&$filter=statecode eq 0&$orderby=fullname&$top=200";
    until("a contact with an address", || async {
        let answer = organisation.ask(User::Salesperson, path).await?;
        let rows = answer["value"].as_array().cloned().unwrap_or_default();
        let text = |row: &serde_json::Value, column: &str| row[column].as_str().unwrap_or_default().to_owned();
        let mut known = rows.iter().map(|row| (text(row, "fullname"), text(row, "emailaddress1")));
        Ok(known.find(|(name, address)| name.is_ascii() && address.contains('@')))
    })
    .await
}
