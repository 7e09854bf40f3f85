//! Which CRM record a message becomes: its key, its id, its direction, its parties and the steps that make it.

use crate::{
    ids::{OrganisationId, RecordId, TableName, UserId, Uuid},
    mail::{Address, Head, same_address},
};

mod parties;
mod plan;

pub use parties::{Candidate, MOST_MATCHES, resolve_recipient, resolve_sender};
pub use plan::{ATTACHMENTS, AttachedFile, EMAILS, EmailDraft, PARTIES, Step, attachment_id, completed, steps};

/// Ids of tracked messages are made under this name space (UUID version 5). It never changes: two devices agree by it.
const NAME_SPACE: Uuid = Uuid::from_u128(0x5d9b_6f0e_3c41_4a57_9e2c_81c7_f04a_d6b3);

/// What identifies a message wherever it lies: never a server's handle, so a move or a new profile keeps every mark.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemKey(String);

impl ItemKey {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A key that was stored by us.
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Whether it comes from date, sender, subject and size, because the message has no `Message-ID`.
    pub fn is_fallback(&self) -> bool {
        self.0.starts_with("no-message-id:")
    }
}

/// Unfolded, trimmed, outer angle brackets removed, ASCII lower case. None when nothing is left.
pub fn canonical_message_id(header: &str) -> Option<ItemKey> {
    let unfolded: String = header.chars().filter(|c| !c.is_control()).collect();
    let bare = unfolded.trim();
    let bare = bare.strip_prefix('<').unwrap_or(bare);
    let bare = bare.strip_suffix('>').unwrap_or(bare).trim();
    (!bare.is_empty()).then(|| ItemKey(bare.to_ascii_lowercase()))
}

/// The canonical `Message-ID`, or, without one, a name made of date, sender, subject and size.
pub fn item_key(head: &Head) -> ItemKey {
    head.message_id.as_deref().and_then(canonical_message_id).unwrap_or_else(|| {
        let sent = head.sent_at.unwrap_or(head.received_at).as_second();
        let from = head.from.as_ref().map(|from| from.address.to_lowercase()).unwrap_or_default();
        let size = head.size.unwrap_or_default();
        let told = format!("{sent}\n{from}\n{}\n{size}", head.subject);
        ItemKey(format!("no-message-id:{}", Uuid::new_v5(&NAME_SPACE, told.as_bytes())))
    })
}

/// The id that the email record of this message has on every device of this organisation.
pub fn email_id(organisation: OrganisationId, key: &ItemKey) -> RecordId {
    let mut name = organisation.0.as_bytes().to_vec();
    name.extend_from_slice(key.as_str().as_bytes());
    RecordId(Uuid::new_v5(&NAME_SPACE, &name))
}

/// Who sent it to whom: outgoing when the sender is one of the mailbox's own addresses (section 3.8).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Incoming,
    Outgoing,
}

pub fn direction(from: Option<&Address>, own: &[String]) -> Direction {
    match from {
        Some(from) if own.iter().any(|address| same_address(address, &from.address)) => Direction::Outgoing,
        _ => Direction::Incoming,
    }
}

/// A participant of an email (`participationtypemask`, DM-7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    Sender,
    To,
    Cc,
    Bcc,
}

impl Role {
    pub fn mask(self) -> i64 {
        match self {
            Self::Sender => 1,
            Self::To => 2,
            Self::Cc => 3,
            Self::Bcc => 4,
        }
    }
}

/// One activity party. Unresolved: no record, and the raw address (SS-63).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Party {
    pub role: Role,
    pub address: Address,
    pub record: Option<(TableName, RecordId)>,
}

/// The parties of a message by role: the sender is one record at most, a recipient may be several (SS-57, SS-59).
/// `known` gives the records that carry an address.
pub fn parties(
    from: Option<&Address>,
    recipients: &[(Role, Vec<Address>)],
    user: UserId,
    known: &mut dyn FnMut(&str) -> Vec<Candidate>,
) -> Vec<Party> {
    let sender = from.map(|from| Party {
        role: Role::Sender,
        address: from.clone(),
        record: resolve_sender(known(&from.address), user),
    });
    let mut parties: Vec<Party> = sender.into_iter().collect();
    for (role, addresses) in recipients {
        for address in addresses {
            let twice = |party: &Party| party.role == *role && same_address(&party.address.address, &address.address);
            if parties.iter().any(twice) {
                continue;
            }
            let matches = resolve_recipient(known(&address.address));
            let party = |record| Party { role: *role, address: address.clone(), record };
            match matches.is_empty() {
                true => parties.push(party(None)),
                false => parties.extend(matches.into_iter().map(|found| party(Some(found)))),
            }
        }
    }
    parties
}

#[cfg(test)]
mod tests;
