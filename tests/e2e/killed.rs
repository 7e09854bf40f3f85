//! Satchel killed with `-9` at every step of tracking a message with two files: it is in CRM once all the same (item 2).

use anyhow::{Context as _, Result, bail, ensure};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use satchel_tests::{Asked, Hold, Organisation, Place, Proxy, Sought, Window, until};

use crate::{
    customer::{Customer, rows},
    words::grid,
};

/// Every request that tracking makes, in its order. One that is not here is a step at which nobody was killed.
const STEPS: [&str; 9] = [
    READ,
    "look for the message",
    "look for another's email",
    "create the email",
    "attach a file",
    "attach a file",
    "ask whether it is complete",
    "complete the email",
    READ,
];

/// By its id: whether it is there at the beginning, and what became of it at the end.
const READ: &str = "read the email";

const FILES: [(&str, &str); 2] = [("crates.csv", "crate;weight\r\n1;20"), ("terms.txt", "Thirty days.")];

/// Which step of tracking a request is. The pulls of the agent, which ask for changes or in the order of versions and come
/// when they are due, are none.
fn step(asked: &Asked<'_>) -> Option<&'static str> {
    let (path, query) = asked.target.split_once('?').unwrap_or((asked.target, ""));
    let resource = path.strip_prefix("/api/data/v9.2/")?;
    let is_pull = ["deltatoken", "orderby=versionnumber"].iter().any(|word| query.contains(word))
        || asked.header("Prefer").is_some_and(|it| it.contains("track-changes"));
    match (asked.method, resource) {
        ("GET", _) if is_pull => None,
        ("GET", "emails") if query.contains("orderby") => Some("look for the message"),
        ("GET", "emails") => Some("look for another's email"),
        ("POST", "emails") => Some("create the email"),
        ("POST", "activitymimeattachments") => Some("attach a file"),
        ("GET", one) if one.starts_with("activitymimeattachments") => Some("ask for a file"),
        ("GET", one) if one.starts_with("emails(") && query.ends_with("select=statecode") => {
            Some("ask whether it is complete")
        }
        ("GET", one) if one.starts_with("emails(") => Some(READ),
        ("PATCH", one) if one.starts_with("emails(") => Some("complete the email"),
        (_, one) if one.starts_with("emails") || one.starts_with("activitymime") => Some("something else"),
        _ => None,
    }
}

#[derive(Debug)]
struct Scene<'a> {
    place: &'a Place,
    organisation: &'a Organisation,
    proxy: &'a Proxy,
    customer: Customer,
    /// How many emails and attachments CRM held before.
    before: (usize, usize),
}

fn subject(number: usize) -> String {
    format!("Crates, part {number:02}")
}

fn message_id(number: usize) -> String {
    format!("<crates.{number}@elsewhere.example>")
}

impl<'a> Scene<'a> {
    /// Puts message `number` into the mailbox, older than the one before it: to the salesperson and a stranger, with two files.
    async fn deliver(&self, number: usize) -> Result<()> {
        let Customer { name, address, .. } = &self.customer;
        let files = FILES.map(|(file, text)| {
            format!(
                "--b\r\nContent-Type: text/plain; name={file}\r\n\
                 Content-Disposition: attachment; filename={file}\r\n\r\n{text}\r\n"
            )
        });
        let raw = format!(
            "From: {name} <{address}>\r\nTo: clara.whitmore@brightwater.example\r\nCc: stranger@elsewhere.example\r\n\
             Subject: {}\r\nMessage-ID: {}\r\n\
             Date: Sat, 21 Nov 2026 08:{:02}:00 +0000\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
             --b\r\nContent-Type: text/html\r\n\r\n<p>Six of them.</p>\r\n{}--b--\r\n",
            subject(number),
            message_id(number),
            59 - number,
            files.concat()
        );
        self.organisation.deliver(&raw).await
    }

    /// Opens the window again.
    async fn open(&self) -> Result<Window<'a>> {
        let window = Window::open(self.place).await?;
        window.click(&Sought::button("Mail")).await?;
        Ok(window)
    }

    /// Shows the message in the reading pane; only what is near the visible part of the list stands in the page.
    async fn show(&self, window: &Window<'_>, number: usize) -> Result<()> {
        let subject = subject(number);
        let click = format!(
            "const rows = [...document.querySelectorAll('[data-pane=list] [role=option]')];
             const row = rows.find(row => row.textContent.includes('{subject}'));
             if (row) row.click(); else rows.at(-1)?.scrollIntoView();
             return document.querySelector('[data-pane=item] h1, [data-pane=item] h2')?.innerText ?? ''"
        );
        until(&format!("the message {subject:?}"), || async {
            Ok((window.run(&click).await? == subject.as_str()).then_some(()))
        })
        .await
    }

    /// Tracks the message regarding the customer's deal, in one click.
    async fn track(&self, window: &Window<'_>, number: usize) -> Result<()> {
        self.show(window, number).await?;
        let card = format!("[data-pane=context] button[title='Track regarding {}']", self.customer.deal_name);
        window.click(&Sought::css(&card)).await
    }

    /// Waits until the window says that the message is tracked and that nothing waits, and holds it to that: `number`
    /// messages, this one among them, are in CRM, each once.
    async fn is_tracked(&self, window: &Window<'_>, number: usize) -> Result<()> {
        self.show(window, number).await?;
        let bar = window.see_words(&Sought::css("[data-pane=item]"), "Tracked").await?;
        ensure!(bar.contains(&self.customer.deal_name), "the window does not say what it is regarding: {bar}");
        window.click(&Sought::button("Outbox")).await?;
        window.see_words(&Sought::css("[data-pane=list]"), "Nothing waits.").await?;
        window.click(&Sought::button("Mail")).await?;
        self.is_whole(number).await?;
        let (emails, files) = counts(self.organisation).await?;
        let should = (self.before.0 + number, self.before.1 + number * FILES.len());
        ensure!((emails, files) == should, "CRM holds {emails} emails with {files} files, and it should be {should:?}");
        Ok(())
    }

    async fn is_whole(&self, number: usize) -> Result<()> {
        let path = format!(
            "emails?$select=subject,statecode,statuscode,directioncode,_regardingobjectid_value\
             &$filter=messageid eq '{}'\
             &$expand=email_activity_parties($select=participationtypemask,addressused,_partyid_value)",
            message_id(number)
        );
        let emails = rows(self.organisation, &path).await?;
        ensure!(emails.len() == 1, "{} emails stand for the message", emails.len());
        let email = &emails[0];
        ensure!(email["subject"] == subject(number), "it is another message: {email}");
        ensure!(email["statecode"] == 1 && email["statuscode"] == 4, "it is not completed as received: {email}");
        ensure!(email["_regardingobjectid_value"] == self.customer.deal, "it is not regarding the deal: {email}");
        let parties = email["email_activity_parties"].as_array().context("it has no parties")?;
        let mut parties: Vec<_> = parties
            .iter()
            .map(|party| {
                let text = |column: &str| party[column].as_str().unwrap_or_default();
                (
                    party["participationtypemask"].as_i64().unwrap_or_default(),
                    text("addressused"),
                    text("_partyid_value"),
                )
            })
            .collect();
        parties.sort_unstable();
        let [from, to, cc] = parties.as_slice() else {
            bail!("its parties are {parties:?}");
        };
        ensure!(*from == (1, self.customer.address.as_str(), self.customer.contact.as_str()), "it is from {from:?}");
        ensure!((to.0, to.1) == (2, "clara.whitmore@brightwater.example") && !to.2.is_empty(), "it is to {to:?}");
        ensure!(*cc == (3, "stranger@elsewhere.example", ""), "its copy is to {cc:?}");

        let id = email["activityid"].as_str().unwrap_or_default();
        let path = format!("activitymimeattachments?$select=filename,body&$filter=_objectid_value eq {id}");
        let files = rows(self.organisation, &path).await?;
        let mut files: Vec<_> = files.iter().map(|file| (file["filename"].as_str(), file["body"].as_str())).collect();
        files.sort_unstable();
        let should = FILES.map(|(name, text)| (name, STANDARD.encode(text)));
        let should: Vec<_> = should.iter().map(|(name, body)| (Some(*name), Some(body.as_str()))).collect();
        ensure!(files == should, "its files are {files:?}");
        Ok(())
    }
}

async fn counts(organisation: &Organisation) -> Result<(usize, usize)> {
    let emails = rows(organisation, "emails?$select=activityid").await?;
    let files = rows(organisation, "activitymimeattachments?$select=filename").await?;
    Ok((emails.len(), files.len()))
}

/// Twenty messages, one for each way to be killed: each costs a start of the window, which is most of the time.
#[tokio::test]
async fn killed_at_any_request_or_answer_a_message_with_two_files_is_in_crm_once() -> Result<()> {
    let place = Place::prepare()?;
    let organisation = Organisation::start(&place).await?;
    let proxy = Proxy::start(organisation.http(), step).await?;
    place.write_settings_through(&proxy, &organisation)?;
    let customer = Customer::find(&organisation).await?;
    let before = counts(&organisation).await?;
    let scene = Scene { place: &place, organisation: &organisation, proxy: &proxy, customer, before };

    // One more than is tracked: what nobody asked for stays where it is.
    for number in 1..=STEPS.len() * 2 + 3 {
        scene.deliver(number).await?;
    }
    let window = Window::open(&place).await?;
    window.click(&Sought::button("Try the demo")).await?;
    window.see(&grid()).await?;
    window.see_words(&Sought::css("[data-testid=connectivity]"), "synced").await?;
    window.click(&Sought::button("Mail")).await?;
    proxy.watch();
    scene.track(&window, 1).await?;
    scene.is_tracked(&window, 1).await?;
    ensure!(proxy.seen() == STEPS, "tracking asks otherwise now: {:?}", proxy.seen());

    let mut window = killed_before_anything_is_sent(&scene, window, 2).await?;
    let mut number = 3;
    for (step, name) in STEPS.iter().enumerate() {
        for what in [Hold::Request, Hold::Answer] {
            let killed = killed_at(&scene, window, number, step, what).await;
            window = killed.with_context(|| format!("killed at the {what:?} of step {step}, {name:?}"))?;
            number += 1;
        }
    }
    window.picture("killed").await?;
    window.close().await
}

/// The user tracks it offline, so that nothing goes out before the end.
async fn killed_before_anything_is_sent<'a>(
    scene: &Scene<'a>,
    window: Window<'a>,
    number: usize,
) -> Result<Window<'a>> {
    scene.show(&window, number).await?;
    window.click(&Sought::button("Work offline")).await?;
    window.see(&Sought::button("Go online")).await?;
    scene.proxy.watch();
    scene.track(&window, number).await?;
    window.see_words(&Sought::css("[data-pane=item]"), "Tracking…").await?;
    window.kill().await?;
    ensure!(scene.proxy.seen().is_empty(), "it was sent offline: {:?}", scene.proxy.seen());
    let window = scene.open().await?;
    window.click(&Sought::button("Go online")).await?;
    scene.is_tracked(&window, number).await?;
    Ok(window)
}

/// Tracks the message, kills Satchel at that step, and waits in a new window for what becomes of it.
async fn killed_at<'a>(
    scene: &Scene<'a>,
    window: Window<'a>,
    number: usize,
    step: usize,
    what: Hold,
) -> Result<Window<'a>> {
    scene.show(&window, number).await?;
    scene.proxy.hold(step, what);
    scene.track(&window, number).await?;
    let seen = scene.proxy.held().await?;
    ensure!(seen == STEPS[..=step], "the steps before it were {seen:?}");
    window.kill().await?;
    scene.proxy.let_go();
    let window = scene.open().await?;
    scene.is_tracked(&window, number).await?;
    Ok(window)
}
