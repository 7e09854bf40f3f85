//! A device with a mailbox, a customer's message in it, and a CRM that knows the customer.

use std::{path::PathBuf, sync::Arc};

use satchel_domain::{
    Column, EntryId, FolderId, ItemId, MailboxId, Record, RecordId, TableName, Value,
    ids::Uuid,
    mail::{Address, Folder, Head},
    ports::{MailPage, Next},
    scope::Scope,
    tracking::{ATTACHMENTS, EMAILS, ItemKey, item_key},
    value::Lookup,
};
use satchel_store::{
    Durability, folders, mailboxes,
    messages::{self, Mark, Row},
    outbox, schema,
};
use satchel_sync::Event;
use satchel_testkit::{ModelCrm, model_crm::BEGINNING, organisation};

use crate::device::{Device, Post};

const MAILBOX: MailboxId = MailboxId(Uuid::from_u128(7));
pub(crate) const OWN: &str = "clara@brightwater.example";
pub(crate) const MIA: &str = "mia@fjord.example";

pub(crate) fn id(words: &str) -> RecordId {
    organisation::id_of(words)
}

pub(crate) fn text(value: &str) -> Value {
    Value::Text(value.to_owned())
}

pub(crate) fn lookup(table: &str, id: RecordId) -> Value {
    Value::Lookup(Lookup { table: TableName::new(table), id, name: None })
}

pub(crate) fn entry(number: u128) -> EntryId {
    EntryId(Uuid::from_u128(number))
}

/// Mia Holm is a contact with this address, and there are two deals.
pub(crate) fn crm() -> ModelCrm {
    let crm = ModelCrm::sample();
    let mia = [(Column::new("lastname"), text("Holm")), (Column::new("emailaddress1"), text("Mia@Fjord.example"))];
    crm.create_as_another(&TableName::new("contact"), id("mia"), &mia);
    for deal in ["winch", "crane"] {
        crm.create_as_another(&TableName::new("opportunity"), id(deal), &[(Column::new("name"), text(deal))]);
    }
    crm
}

/// A message with a picture in its text, and an offer attached.
pub(crate) fn head() -> Head {
    let address = |name: &str, address: &str| Address { name: Some(name.to_owned()), address: address.to_owned() };
    Head {
        item: ItemId::new("item 1"),
        message_id: Some("<Offer.7@Fjord.example>".to_owned()),
        subject: "Offer for the winch line".to_owned(),
        from: Some(address("Mia Holm", MIA)),
        to: vec![address("Clara Whitmore", OWN)],
        cc: vec![address("Per Nilsen", "per@fjord.example")],
        sent_at: Some(BEGINNING),
        received_at: BEGINNING,
        is_read: false,
        has_attachments: true,
        size: Some(900),
        preview: String::new(),
    }
}

pub(crate) fn raw(from: &str) -> Vec<u8> {
    format!(
        "From: Mia Holm <{from}>\r\nTo: Clara Whitmore <{OWN}>\r\nCc: Per Nilsen <per@fjord.example>\r\n\
         Subject: Offer for the winch line\r\nMessage-ID: <Offer.7@Fjord.example>\r\n\
         Date: Thu, 01 Jan 2026 00:00:00 +0000\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=outer\r\n\r\n\
         --outer\r\nContent-Type: text/html; charset=utf-8\r\n\r\n\
         <p>Dear Clara, <b>here</b> it is. <img src=\"cid:logo@x\"></p><script>steal()</script>\r\n\
         --outer\r\nContent-Type: image/png; name=logo.png\r\nContent-ID: <logo@x>\r\n\
         Content-Disposition: inline; filename=logo.png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw==\r\n\
         --outer\r\nContent-Type: application/pdf; name=offer.pdf\r\n\
         Content-Disposition: attachment; filename=offer.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n\
         --outer--\r\n"
    )
    .into_bytes()
}

/// The device, what it is made of, and the message that it can track.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) device: Device,
    pub(crate) post: Arc<Post>,
    pub(crate) key: ItemKey,
    path: PathBuf,
    /// Goes with the desk.
    folder: tempfile::TempDir,
}

impl Desk {
    /// In sync, with the message in its inbox; only the mailbox has the message's text.
    pub(crate) async fn set(crm: &ModelCrm) -> Self {
        Self::set_with(crm, &head(), raw(MIA)).await
    }

    pub(crate) async fn set_with(crm: &ModelCrm, head: &Head, raw: Vec<u8>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let post = Arc::new(Post::default());
        let key = item_key(head);
        post.messages.lock().unwrap().insert(key.clone(), raw);
        let path = folder.path().join("db");
        let device = Device::open_with(&path, crm, Arc::clone(&post), BEGINNING);
        let mut desk = Self { device, post, key, path, folder };
        desk.receive(head);
        desk.device.rest().await;
        desk
    }

    fn receive(&self, head: &Head) {
        let inbox = Folder { id: FolderId::new("inbox"), parent: None, name: "Inbox".to_owned(), purpose: None };
        let mailbox = mailboxes::Mailbox {
            id: MAILBOX,
            account: mailboxes::Account::Graph,
            address: OWN.to_owned(),
            own: vec![OWN.to_owned()],
            message: None,
        };
        let next = Next::CaughtUp(satchel_domain::Cursor::new("end"));
        let page = MailPage { heads: vec![head.clone()], read: Vec::new(), gone: Vec::new(), next };
        let database = &self.device.hands.database;
        database
            .write(Durability::Full, |tx| {
                mailboxes::add(tx, &mailbox)?;
                folders::store(tx, MAILBOX, std::slice::from_ref(&inbox))?;
                messages::store_page(tx, MAILBOX, &inbox.id, &Scope::Cold, &page, BEGINNING)
            })
            .unwrap();
    }

    /// The device is killed and started again.
    pub(crate) fn restart(self, crm: &ModelCrm) -> Self {
        let Self { device, post, key, path, folder } = self;
        let now = device.now;
        drop(device);
        let device = Device::open_with(&path, crm, Arc::clone(&post), now);
        Self { device, post, key, path, folder }
    }

    pub(crate) fn row(&self) -> Row {
        let key = self.key.clone();
        self.device.hands.database.read(|reader| messages::anywhere(reader, &key)).unwrap().unwrap()
    }

    pub(crate) fn mark(&self) -> Mark {
        self.row().mark
    }

    /// What the message is said to be regarding, when it is tracked.
    pub(crate) fn tracked_regarding(&self) -> Option<RecordId> {
        match self.mark() {
            Mark::Tracked { regarding, .. } => regarding.map(|regarding| regarding.record),
            other => panic!("not tracked: {other:?}"),
        }
    }

    /// What a click on *Track*, or on a record to be regarding, does.
    pub(crate) fn track(&mut self, number: u128, regarding: Option<(&str, RecordId)>) {
        let (row, now) = (self.row(), self.device.now);
        let regarding = regarding.map(|(table, id)| (TableName::new(table), id, "what it is about".to_owned()));
        let database = &self.device.hands.database;
        let organisation = database.read(schema::load).unwrap().unwrap();
        database
            .write(Durability::Full, |tx| {
                satchel_sync::track(tx, &organisation, &self.key, &row, regarding, entry(number), now)
            })
            .unwrap();
        self.device.tell(Event::Edited);
    }

    pub(crate) fn untrack(&mut self, number: u128, delete_record: bool) {
        let now = self.device.now;
        let database = &self.device.hands.database;
        database
            .write(Durability::Full, |tx| satchel_sync::untrack(tx, &self.key, delete_record, entry(number), now))
            .unwrap();
        self.device.tell(Event::Edited);
    }

    pub(crate) fn entries(&self) -> Vec<outbox::Entry> {
        self.device.hands.database.read(outbox::list).unwrap()
    }
}

/// A colleague tracks the message, under an id of the service's own.
pub(crate) fn track_as_colleague(crm: &ModelCrm, regarding: Option<RecordId>) -> RecordId {
    let mut values = vec![
        (Column::new("subject"), text("Offer for the winch line")),
        (Column::new("messageid"), text("<Offer.7@Fjord.example>")),
        (Column::new("statecode"), Value::Choice(1)),
        (Column::new("statuscode"), Value::Choice(4)),
    ];
    values.extend(regarding.map(|deal| (Column::new("regardingobjectid"), lookup("opportunity", deal))));
    crm.create_as_another(&TableName::new(EMAILS), id("theirs"), &values);
    id("theirs")
}

pub(crate) fn emails(crm: &ModelCrm) -> Vec<Record> {
    crm.rows(&TableName::new(EMAILS))
}

/// The one email that the CRM holds, whole: completed, each party and each file once.
#[track_caller]
pub(crate) fn the_email(crm: &ModelCrm) -> Record {
    let emails = emails(crm);
    assert_eq!(emails.len(), 1, "{emails:?}");
    assert_eq!(emails[0].value(&Column::new("statecode")), &Value::Choice(1));
    let names = ["logo.png", "offer.pdf"].map(str::to_owned).to_vec();
    assert_eq!(files(crm).into_iter().map(|(name, _)| name).collect::<Vec<_>>(), names);
    assert_eq!(parties(crm).len(), 3);
    emails.into_iter().next().unwrap()
}

/// Name and content-id of each attachment, in their order.
pub(crate) fn files(crm: &ModelCrm) -> Vec<(String, Option<String>)> {
    let told = |row: &Record, column: &str| row.value(&Column::new(column)).as_text().map(str::to_owned);
    let rows = crm.rows(&TableName::new(ATTACHMENTS));
    let mut files: Vec<_> =
        rows.iter().map(|row| (told(row, "filename").unwrap_or_default(), told(row, "attachmentcontentid"))).collect();
    files.sort();
    files
}

/// Role, address and record of each party, by role.
pub(crate) fn parties(crm: &ModelCrm) -> Vec<(i64, String, Option<RecordId>)> {
    let rows = crm.rows(&TableName::new("activityparty"));
    let mut parties: Vec<_> = rows
        .iter()
        .map(|row| {
            let role = match row.value(&Column::new("participationtypemask")) {
                Value::Choice(role) => *role,
                other => panic!("{other:?}"),
            };
            let address = row.value(&Column::new("addressused")).as_text().unwrap_or_default().to_owned();
            let record = match row.value(&Column::new("partyid")) {
                Value::Lookup(lookup) => Some(lookup.id),
                _ => None,
            };
            (role, address, record)
        })
        .collect();
    parties.sort();
    parties
}

#[track_caller]
pub(crate) fn regarding(email: &Record) -> Option<RecordId> {
    match email.value(&Column::new("regardingobjectid")) {
        Value::Lookup(lookup) => Some(lookup.id),
        Value::Null => None,
        other => panic!("{other:?}"),
    }
}
