//! Scenarios with a mailbox beside CRM.

use jiff::Timestamp;
use satchel_domain::{
    Column, TableName,
    mail::Purpose,
    tracking::{ItemKey, item_key},
};
use satchel_store::{
    Durability, Result, Tx,
    messages::{self, Mark, Row},
    schema,
};
use satchel_sync::{track, untrack};
use satchel_testkit::letter::Letter;

use crate::{
    device::MAILBOX,
    script::{Scenario, Services, Step, entry, fill, id, text},
};

const SUBJECT: &str = "Offer for the winch";

pub(crate) fn all() -> Vec<Scenario> {
    vec![
        level("track a message", vec![Step::Others(offer), Step::Calm], vec![Step::User(tracked), Step::Calm]),
        level(
            "untrack",
            vec![Step::Others(offer), Step::Calm, Step::User(tracked), Step::Calm],
            vec![Step::User(untracked), Step::Calm],
        ),
        level("mail pull", Vec::new(), vec![Step::Others(post), Step::Calm]),
        level("mark as read", vec![Step::Others(post), Step::Calm], vec![Step::User(read), Step::Calm]),
    ]
}

fn level(name: &'static str, more: Vec<Step>, script: Vec<Step>) -> Scenario {
    let before = [Step::Others(fill), Step::Calm].into_iter().chain(more).collect();
    Scenario { name, has_mail: true, saves: Durability::Full, before, script }
}

fn deliver(services: &Services, subject: &str) {
    let inbox = services.mailbox.folder(Purpose::Inbox);
    let id = format!("<{}@harbour.example>", subject.replace(' ', "-"));
    services.mailbox.deliver(&inbox, Letter::new(subject, Some(&id), &format!("This is {subject}.")).raw());
}

/// From somebody whom CRM knows.
fn offer(services: &Services) {
    let ada = [("lastname", "Okafor"), ("emailaddress1", "ada.okafor@harbour.example")];
    let ada = ada.map(|(column, value)| (Column::new(column), text(value)));
    services.crm.create_as_another(&TableName::new("contact"), id("ada"), &ada);
    deliver(services, SUBJECT);
}

fn post(services: &Services) {
    (0..7).for_each(|number| deliver(services, &format!("Letter {number}")));
}

/// The message with this subject, as the list shows it.
fn message(tx: &Tx<'_>, subject: &str) -> Result<Option<(ItemKey, Row)>> {
    let id = format!("<{}@harbour.example>", subject.replace(' ', "-"));
    let inbox = satchel_domain::FolderId::new("inbox");
    let block = messages::block(tx, MAILBOX, &inbox, messages::Show::All, 0, 100)?;
    let found = block.rows.into_iter().find(|row| row.head.message_id.as_ref() == Some(&id));
    Ok(found.map(|row| (item_key(&row.head), row)))
}

fn tracked(tx: &Tx<'_>, now: Timestamp) -> Result<()> {
    let (key, row) = message(tx, SUBJECT)?.expect("the message is shown");
    if row.mark != Mark::Untracked {
        return Ok(());
    }
    let organisation = schema::load(tx)?.expect("the organisation is known");
    let deal = (TableName::new("opportunity"), id("deal 0"), "deal 0".to_owned());
    track(tx, &organisation, &key, &row, Some(deal), entry(1), now)
}

fn untracked(tx: &Tx<'_>, now: Timestamp) -> Result<()> {
    let (key, row) = message(tx, SUBJECT)?.expect("the message is shown");
    if row.mark == Mark::Untracked { Ok(()) } else { untrack(tx, &key, true, entry(2), now) }
}

fn read(tx: &Tx<'_>, _now: Timestamp) -> Result<()> {
    for number in [1, 4] {
        let (key, _) = message(tx, &format!("Letter {number}"))?.expect("the message is shown");
        messages::want_read(tx, MAILBOX, &key, true)?;
    }
    Ok(())
}
