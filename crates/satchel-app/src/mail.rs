//! Mailboxes, messages, who they are from, and what of them is in CRM.

mod boxes;
mod correspondents;
mod files;
mod links;
mod mailboxes;
mod parties;
mod people;
mod pictures;
mod reading;
mod tracking;

use satchel_domain::{MailboxId, RecordId, TableName, ids::Uuid, tracking::ItemKey};
use satchel_store::messages;

pub(crate) use boxes::Boxes;

use crate::requests::*;

fn mailbox_id(text: &str) -> Result<MailboxId, CommandError> {
    Uuid::parse_str(text).map(MailboxId).map_err(|_| CommandError::invalid("That is no mailbox."))
}

fn item_key(text: &str) -> ItemKey {
    ItemKey::stored(text)
}

fn record_ref(record: &RecordRef) -> Result<(TableName, RecordId), CommandError> {
    let id = Uuid::parse_str(&record.id).map_err(|_| CommandError::invalid("That is no record's id."))?;
    Ok((TableName::new(record.table.as_str()), RecordId(id)))
}

fn no_such_message() -> CommandError {
    CommandError {
        code: ErrorCode::NotFound,
        message: "This message is not here any more. It was moved or deleted in the mailbox.".to_owned(),
    }
}

/// How a message stands, for the page.
fn tracking(mark: &messages::Mark) -> Tracking {
    use messages::Mark as M;
    match mark {
        M::Untracked => Tracking::Untracked,
        M::Requested { regarding, .. } => Tracking::Requested { regarding: head_of(regarding.as_ref()) },
        M::Tracked { email, regarding } => Tracking::Tracked {
            record: RecordRef { table: "email".to_owned(), id: email.to_string() },
            regarding: head_of(regarding.as_ref()),
        },
        M::Failed { hold, regarding, .. } => {
            Tracking::Failed { message: crate::outbox::sentence(hold), regarding: head_of(regarding.as_ref()) }
        }
    }
}

fn head_of(regarding: Option<&messages::Regarding>) -> Option<RegardingHead> {
    regarding.map(|regarding| RegardingHead {
        table: regarding.table.as_str().to_owned(),
        id: regarding.record.to_string(),
        name: regarding.name.clone(),
    })
}

fn correspondent(address: &satchel_domain::mail::Address) -> Correspondent {
    Correspondent { name: address.name.clone(), address: address.address.clone() }
}
