//! Messages as Graph writes them, and what a page of changes says about them.

use jiff::Timestamp;
use satchel_domain::{
    ItemId, ServiceError,
    error::Answer,
    mail::{Address, Head, same_address},
};
use serde::Deserialize;

/// What a row of a list needs. The size is not among Graph's properties.
pub(crate) const SELECT: (&str, &str) = (
    "$select",
    "subject,from,sender,toRecipients,ccRecipients,sentDateTime,receivedDateTime,createdDateTime,isRead,hasAttachments,\
     internetMessageId,bodyPreview",
);

/// One page of a round of changes.
#[derive(Deserialize)]
pub(crate) struct Rows {
    pub(crate) value: Vec<Row>,
    #[serde(rename = "@odata.nextLink")]
    pub(crate) next: Option<String>,
    #[serde(rename = "@odata.deltaLink")]
    pub(crate) delta: Option<String>,
}

/// A message, or what of it has changed: everything but the id may be absent.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    id: String,
    #[serde(rename = "@removed")]
    removed: Option<Removed>,
    subject: Option<String>,
    from: Option<Person>,
    sender: Option<Person>,
    to_recipients: Option<Vec<Person>>,
    cc_recipients: Option<Vec<Person>>,
    sent_date_time: Option<String>,
    received_date_time: Option<String>,
    created_date_time: Option<String>,
    is_read: Option<bool>,
    has_attachments: Option<bool>,
    internet_message_id: Option<String>,
    body_preview: Option<String>,
}

/// Whether it was deleted or moved is the same for the folder.
#[derive(Deserialize)]
struct Removed {}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Person {
    email_address: Option<EmailAddress>,
}

#[derive(Deserialize)]
struct EmailAddress {
    name: Option<String>,
    address: Option<String>,
}

/// What a row of a delta tells.
pub(crate) enum Told {
    Gone(ItemId),
    Read(ItemId, bool),
    Whole(Box<Head>),
    /// Something changed that the row does not say, or says in part: ask for the whole message.
    Part(ItemId),
}

impl Row {
    /// Graph tells a change of being read in a row with nothing else in it, and promises of other changes no more than
    /// that the changed properties are there.
    pub(crate) fn told(self) -> Answer<Told> {
        let is_whole = self.to_recipients.is_some() && self.is_read.is_some() && self.received().is_some();
        let is_bare = self.subject.is_none()
            && self.from.is_none()
            && self.to_recipients.is_none()
            && self.cc_recipients.is_none()
            && self.has_attachments.is_none()
            && self.internet_message_id.is_none()
            && self.body_preview.is_none();
        if self.removed.is_some() {
            return Ok(Told::Gone(ItemId::new(self.id)));
        }
        match self.is_read {
            _ if is_whole => self.head().map(|head| Told::Whole(Box::new(head))),
            Some(is_read) if is_bare => Ok(Told::Read(ItemId::new(self.id), is_read)),
            _ => Ok(Told::Part(ItemId::new(self.id))),
        }
    }

    pub(crate) fn head(self) -> Answer<Head> {
        let received_at = self.received();
        let received_at =
            received_at.ok_or_else(|| ServiceError::Broken { detail: "a message has no time".to_owned() })?;
        let is_read = self.is_read;
        let is_read = is_read
            .ok_or_else(|| ServiceError::Broken { detail: "a message is neither read nor unread".to_owned() })?;
        Ok(Head {
            item: ItemId::new(self.id),
            message_id: self.internet_message_id.filter(|id| !id.trim().is_empty()),
            subject: self.subject.unwrap_or_default(),
            from: self.from.and_then(address).or_else(|| self.sender.and_then(address)),
            to: addresses(self.to_recipients),
            cc: addresses(self.cc_recipients),
            sent_at: time(self.sent_date_time.as_ref()),
            received_at,
            is_read,
            has_attachments: self.has_attachments.unwrap_or_default(),
            size: None,
            preview: self.body_preview.unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" "),
        })
    }

    /// A draft that nobody sent was received by nobody.
    fn received(&self) -> Option<Timestamp> {
        [&self.received_date_time, &self.created_date_time, &self.sent_date_time]
            .into_iter()
            .find_map(|at| time(at.as_ref()))
    }
}

fn time(text: Option<&String>) -> Option<Timestamp> {
    text?.parse().ok()
}

fn addresses(people: Option<Vec<Person>>) -> Vec<Address> {
    people.into_iter().flatten().filter_map(address).collect()
}

/// None for a group without an address. Graph repeats the address where there is no name.
fn address(person: Person) -> Option<Address> {
    let EmailAddress { name, address } = person.email_address?;
    let address = address.filter(|address| !address.trim().is_empty())?;
    let name = name.filter(|name| !name.trim().is_empty() && !same_address(name, &address));
    Some(Address { name, address })
}
