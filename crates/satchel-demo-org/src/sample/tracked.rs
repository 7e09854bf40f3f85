//! Messages that a colleague or a service has put into CRM already, under ids of its own.

use serde_json::{Value, json};
use uuid::Uuid;

use super::letters::{Letter, bind};
use super::loader::Loader;
use crate::graph::{File, Folder, Mailbox};
use crate::staff::User;
use crate::webapi::Refusal;

const TRACKED: usize = 14;
const RECEIVED: i64 = 4;
const SENT: i64 = 3;

/// Every letter of the first conversations, oldest first.
pub(super) fn track(loader: &mut Loader<'_, '_>, letters: &[Letter]) -> Result<(), Refusal> {
    let about_deals = letters.iter().filter(|letter| letter.deal.is_some());
    for (at, letter) in about_deals.take(TRACKED).enumerate() {
        // In turns: the manager by hand, the service under the administrator's name.
        let by = if at % 2 == 0 { User::Manager } else { User::Admin };
        record(loader, letter, by.person().id)?;
    }
    Ok(())
}

fn record(loader: &mut Loader<'_, '_>, letter: &Letter, by: Uuid) -> Result<(), Refusal> {
    let item = &letter.item;
    let me = User::Salesperson.person();
    let is_sent = item.folder == Folder::Sent;
    let roles = [(1, vec![&item.from]), (2, item.to.iter().collect()), (3, item.cc.iter().collect())];
    let mut parties: Vec<Value> = Vec::new();
    for (role, people) in roles {
        let people: Vec<&Mailbox> = people;
        for person in people {
            let mut party = json!({
                "activitypartyid": loader.dice.id(),
                "participationtypemask": role,
                "addressused": person.address,
            });
            if person.address == me.address() {
                bind(&mut party, "partyid_systemuser", "systemusers", me.id);
            } else if role == 3 {
                if let Some(colleague) = letter.colleague {
                    bind(&mut party, "partyid_systemuser", "systemusers", colleague);
                }
            } else if let Some(contact) = letter.contact {
                bind(&mut party, "partyid_contact", "contacts", contact);
            }
            parties.push(party);
        }
    }
    let mut row = json!({
        "subject": item.subject,
        "description": item.html,
        "messageid": item.message_id,
        "inreplyto": item.in_reply_to,
        "directioncode": is_sent,
        "actualend": item.sent,
        "sortdate": item.sent,
        "email_activity_parties": parties,
    });
    bind(&mut row, "ownerid", "systemusers", me.id);
    if let Some(deal) = letter.deal {
        bind(&mut row, "regardingobjectid_opportunity_email", "opportunities", deal);
    }
    let id = loader.dice.id();
    loader.add("email", id, by, letter.when, &row)?;
    for (at, file) in item.files.iter().enumerate() {
        attach(loader, letter, by, id, at, file)?;
    }
    let done = json!({ "statecode": 1, "statuscode": if is_sent { SENT } else { RECEIVED } });
    loader.change("email", id, by, letter.when, &done)
}

fn attach(
    loader: &mut Loader<'_, '_>,
    letter: &Letter,
    by: Uuid,
    email: Uuid,
    at: usize,
    file: &File,
) -> Result<(), Refusal> {
    let mut row = json!({
        "filename": file.name,
        "mimetype": file.mime,
        "subject": file.name,
        "body": file.content,
        "attachmentnumber": at + 1,
        "objecttypecode": "email",
    });
    bind(&mut row, "objectid_email", "emails", email);
    let id = loader.dice.id();
    loader.add("activitymimeattachment", id, by, letter.when, &row)
}
