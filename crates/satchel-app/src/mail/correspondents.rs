//! The correspondents of a message, and making a record of one who has none.

use std::sync::Arc;

use satchel_domain::{
    Column, EntryId, RecordId, TableName, Value,
    edit::{Change, Deed, Edit},
    mail::{Address, same_address},
};
use satchel_store::{Durability, StoreError, messages, outbox, schema};
use satchel_sync::Event;

use super::{item_key, mailbox_id, no_such_message, people::records_of};
use crate::{app::App, requests::*};

impl App {
    /// Everybody of the message but the user, the sender first.
    pub async fn correspondents(self: &Arc<Self>, request: AskCorrespondents) -> Result<Correspondents, CommandError> {
        let (mailbox, key) = (mailbox_id(&request.mailbox)?, item_key(&request.key));
        let people = self
            .on_disk(self.database()?, move |database| {
                database.read(|reader| {
                    let Some(row) = messages::find(reader, mailbox, &key)? else { return Ok(None) };
                    let own =
                        satchel_store::mailboxes::one(reader, mailbox)?.map(|known| known.own).unwrap_or_default();
                    let organisation = schema::load(reader)?;
                    let mut people = Vec::new();
                    for (role, address) in others(&row.head, &own) {
                        let records = match &organisation {
                            Some(organisation) => records_of(reader, organisation, &address.address)?,
                            None => Vec::new(),
                        };
                        people.push(Person { role, name: address.name, address: address.address, records });
                    }
                    Ok(Some(people))
                })
            })
            .await?;
        Ok(Correspondents { people: people.ok_or_else(no_such_message)? })
    }

    /// Makes the record here; CRM gets it from the outbox. The message is tracked regarding it (T-5).
    pub async fn add_person(self: &Arc<Self>, request: AddPerson) -> Result<Added, CommandError> {
        let (name, address) = (request.name.trim().to_owned(), request.address.trim().to_owned());
        if name.is_empty() {
            return Err(CommandError::invalid("Type a name."));
        }
        let table = TableName::new(match request.table {
            PersonTable::Contact => "contact",
            PersonTable::Lead => "lead",
            PersonTable::Account => "account",
        });
        let desk = self.desk()?;
        let (record, entry, now) = (RecordId(crate::ids::mint()), EntryId(crate::ids::mint()), self.clock.now());
        let values = first_values(request.table, &name, &address);
        let made = table.clone();
        self.on_disk(desk.database, move |database| {
            database.write(Durability::Full, |tx| {
                let known = schema::load(tx)?.and_then(|organisation| organisation.table(&made).cloned());
                let table = known.ok_or_else(|| StoreError::Unfit(format!("the table {made} is not kept here")))?;
                let is_there =
                    |(column, _): &(Column, Value)| table.column(column).is_some_and(|shape| shape.may_create);
                let changes = values.into_iter().filter(is_there);
                let changes = changes.map(|(column, after)| Change { column, before: Value::Null, after }).collect();
                let edit = Edit { entry, table: made, record, deed: Deed::Create, changes, base: None };
                outbox::append(tx, &table, &edit, &name, now).map(|_| ())
            })
        })
        .await?;
        desk.agent.send(Event::Edited);
        let record = RecordRef { table: table.as_str().to_owned(), id: record.to_string() };
        self.track(Track { mailbox: request.mailbox, key: request.key, regarding: Some(record.clone()) }).await?;
        Ok(Added { record })
    }
}

fn others(head: &satchel_domain::mail::Head, own: &[String]) -> Vec<(PersonRole, Address)> {
    let from = head.from.iter().map(|address| (PersonRole::From, address));
    let to = head.to.iter().map(|address| (PersonRole::To, address));
    let cc = head.cc.iter().map(|address| (PersonRole::Cc, address));
    let mut others: Vec<(PersonRole, Address)> = Vec::new();
    for (role, address) in from.chain(to).chain(cc) {
        let is_own = own.iter().any(|own| same_address(own, &address.address));
        let is_known = others.iter().any(|(_, known)| same_address(&known.address, &address.address));
        if !is_own && !is_known {
            others.push((role, address.clone()));
        }
    }
    others
}

/// A person's name in parts: the last word is the family name, unless the name is written without spaces, as in Chinese.
fn first_values(table: PersonTable, name: &str, address: &str) -> Vec<(Column, Value)> {
    let text = |column: &str, text: &str| (Column::new(column), Value::Text(text.to_owned()));
    let mail = text("emailaddress1", address);
    if table == PersonTable::Account {
        return vec![text("name", name), mail];
    }
    let mut values = match name.rsplit_once(' ') {
        Some((first, last)) => vec![text("firstname", first.trim()), text("lastname", last)],
        None => vec![text("lastname", name)],
    };
    values.push(text("fullname", name));
    values.push(mail);
    if table == PersonTable::Lead {
        values.push(text("subject", name));
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(table: PersonTable, name: &str, expected: &str) {
        let told = first_values(table, name, "a@b.example").into_iter();
        let told: Vec<_> = told.map(|(column, value)| format!("{column}={}", value.as_text().unwrap_or("-"))).collect();
        assert_eq!(told.join(", "), expected);
    }

    #[test]
    fn a_name_is_taken_apart_as_the_table_wants_it() {
        check(
            PersonTable::Contact,
            "Mia van Dijk",
            "firstname=Mia van, lastname=Dijk, fullname=Mia van Dijk, emailaddress1=a@b.example",
        );
        check(PersonTable::Contact, "李海川", "lastname=李海川, fullname=李海川, emailaddress1=a@b.example");
        check(PersonTable::Account, "Halvorsen Marine", "name=Halvorsen Marine, emailaddress1=a@b.example");
    }
}
