//! Emails in the model: found by their message, made in steps, closed for good by the last.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use satchel_domain::{
    Column, Record, RecordId, ServiceError, TableName, Value,
    error::Answer,
    ids::Uuid,
    schema::Table,
    tracking::{
        ATTACHMENTS, Direction, EMAILS, EmailDraft, PARTIES, Party, Step, canonical_message_id,
        completed as completed_as,
    },
    value::Lookup,
};

use super::{State, rights::Eyes, rules};

const OPEN: Value = Value::Choice(0);

impl State {
    pub(super) fn find_email(&mut self, table: &Table, message_id: &str, eyes: Eyes) -> Answer<Option<Record>> {
        self.answer_call()?;
        self.known(&table.name)?;
        let Some(wanted) = canonical_message_id(message_id) else { return Ok(None) };
        let is_it = |email: &Record| {
            key_of(email).as_ref() == Some(&wanted) && self.sight.check(eyes, &table.name, email.id).is_ok()
        };
        Ok(self.rows.records(table).into_iter().find(is_it))
    }

    pub(super) fn promote(&mut self, draft: &EmailDraft, step: Step) -> Answer<()> {
        self.answer_call()?;
        self.answer_refusal()?;
        let is_new = match step {
            Step::Create => self.create_email(draft)?,
            Step::Attach(place) => self.attach(draft, place)?,
            Step::Complete => self.complete(draft)?,
        };
        if is_new { self.written() } else { Ok(()) }
    }

    fn create_email(&mut self, draft: &EmailDraft) -> Answer<bool> {
        let (emails, parties) = (self.email_table(EMAILS)?, self.email_table(PARTIES)?);
        let wanted = draft.message_id.as_deref().and_then(canonical_message_id);
        let others = self.rows.records(&emails);
        let is_known = others.iter().any(|email| email.id != draft.id && wanted.is_some() && key_of(email) == wanted);
        match self.rows.record(&emails, draft.id) {
            _ if is_known => return Err(ServiceError::Stale),
            Some(ours) if ours.value(&Column::new("statecode")) == &OPEN => return Ok(false),
            Some(_) => return Err(ServiceError::Stale),
            None => {}
        }
        let values = email(&emails, draft);
        rules::check_create(&self.rows, &emails, &values)?;
        let rows: Vec<_> = draft.parties.iter().map(party).collect();
        for row in &rows {
            rules::check_create(&self.rows, &parties, row)?;
        }
        self.rows.create(&emails, draft.id, &values);
        for (place, mut row) in rows.into_iter().enumerate() {
            row.push((Column::new("activityid"), lookup(EMAILS, draft.id)));
            let id = RecordId(Uuid::new_v5(&draft.id.0, &place.to_be_bytes()));
            self.rows.create(&parties, id, &row);
        }
        Ok(true)
    }

    fn attach(&mut self, draft: &EmailDraft, place: usize) -> Answer<bool> {
        let Some(file) = draft.attachments.get(place) else { return Ok(false) };
        let (emails, attachments) = (self.email_table(EMAILS)?, self.email_table(ATTACHMENTS)?);
        let email = self.rows.record(&emails, draft.id).ok_or(ServiceError::Missing)?;
        if self.rows.holds(&attachments.name, file.id) {
            return Ok(false);
        }
        if email.value(&Column::new("statecode")) != &OPEN {
            return Err(rules::closed("Attachments cannot be added to"));
        }
        let text = |text: &str| Value::Text(text.to_owned());
        let mut values = vec![
            (Column::new("objectid"), lookup(EMAILS, draft.id)),
            (Column::new("filename"), text(&file.name)),
            (Column::new("mimetype"), text(&file.media_type)),
            (Column::new("attachmentnumber"), Value::Whole(i64::try_from(place + 1).unwrap_or(i64::MAX))),
            (Column::new("body"), Value::Text(STANDARD.encode(&file.bytes))),
        ];
        values.extend(file.content_id.as_deref().map(|id| (Column::new("attachmentcontentid"), text(id))));
        rules::check_create(&self.rows, &attachments, &values)?;
        self.rows.create(&attachments, file.id, &values);
        Ok(true)
    }

    fn complete(&mut self, draft: &EmailDraft) -> Answer<bool> {
        let emails = self.email_table(EMAILS)?;
        let email = self.rows.record(&emails, draft.id).ok_or(ServiceError::Missing)?;
        if email.value(&Column::new("statecode")) == &Value::Choice(1) {
            return Ok(false);
        }
        let (state, reason) = completed_as(draft.direction);
        let values =
            [(Column::new("statecode"), Value::Choice(state)), (Column::new("statuscode"), Value::Choice(reason))];
        self.rows.update(&emails, draft.id, &values);
        Ok(true)
    }

    /// Parties and attachments go with their email (DM-14).
    pub(super) fn delete_children(&mut self, email: RecordId) {
        for (name, column) in [(PARTIES, "activityid"), (ATTACHMENTS, "objectid")] {
            let Ok(table) = self.email_table(name) else { continue };
            for child in self.rows.records(&table) {
                if child.value(&Column::new(column)).same_as(&lookup(EMAILS, email)) {
                    self.rows.delete(&table.name, child.id);
                }
            }
        }
    }

    fn email_table(&self, name: &str) -> Answer<Table> {
        self.known(&TableName::new(name))
    }
}

fn key_of(email: &Record) -> Option<satchel_domain::tracking::ItemKey> {
    email.value(&Column::new("messageid")).as_text().and_then(canonical_message_id)
}

fn email(table: &Table, draft: &EmailDraft) -> Vec<(Column, Value)> {
    let subject = match table.column(&Column::new("subject")).map(|column| &column.kind) {
        Some(satchel_domain::schema::Kind::Text { max_length, .. }) => {
            draft.subject.chars().take(*max_length as usize).collect()
        }
        _ => draft.subject.clone(),
    };
    let mut values = vec![
        (Column::new("subject"), Value::Text(subject)),
        (Column::new("description"), Value::Text(draft.body.clone())),
        (Column::new("directioncode"), Value::YesNo(draft.direction == Direction::Outgoing)),
        (Column::new("actualend"), Value::DateTime(draft.at)),
    ];
    let message_id = draft.message_id.clone().map(|id| (Column::new("messageid"), Value::Text(id)));
    let regarding = draft.regarding.as_ref();
    let regarding = regarding.map(|(table, id)| (Column::new("regardingobjectid"), lookup(table.as_str(), *id)));
    values.extend(message_id.into_iter().chain(regarding));
    values
}

fn party(party: &Party) -> Vec<(Column, Value)> {
    let mut row = vec![
        (Column::new("participationtypemask"), Value::Choice(party.role.mask())),
        (Column::new("addressused"), Value::Text(party.address.address.clone())),
    ];
    match (&party.record, &party.address.name) {
        (Some((table, id)), _) => row.push((Column::new("partyid"), lookup(table.as_str(), *id))),
        (None, Some(name)) => row.push((Column::new("unresolvedpartyname"), Value::Text(name.clone()))),
        (None, None) => {}
    }
    row
}

fn lookup(table: &str, id: RecordId) -> Value {
    Value::Lookup(Lookup { table: TableName::new(table), id, name: None })
}
