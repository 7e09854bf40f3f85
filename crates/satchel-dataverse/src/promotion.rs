//! The calls that find the email record of a message, and make it step by step.

use satchel_domain::{
    Record, RecordId, ServiceError, TableName, Version,
    error::Answer,
    ids::Uuid,
    schema::Table,
    tracking::{ATTACHMENTS, EmailDraft, Step, completed},
};
use satchel_http::{Request, Response};
use serde::Deserialize;

use crate::{
    decode::Rows,
    email, refusal,
    service::{ANNOTATIONS, Dataverse, select},
};

/// Where an email stands.
#[derive(Deserialize)]
struct Standing {
    #[serde(rename = "@odata.etag")]
    version: Option<String>,
    statecode: i64,
}

const OPEN: i64 = 0;
const COMPLETED: i64 = 1;

#[derive(Deserialize)]
struct Found {
    value: Vec<Id>,
}

#[derive(Deserialize)]
struct Id {
    activityid: Uuid,
}

/// Whose an attachment is.
#[derive(Deserialize)]
struct Parent {
    #[serde(rename = "_objectid_value")]
    email: Option<Uuid>,
}

impl Dataverse {
    pub(crate) async fn find_email(&self, table: &Table, message_id: &str) -> Answer<Option<Record>> {
        let Some(message_id) = email::message_id(table, message_id) else { return Ok(None) };
        let options = [
            ("$select", select(table).as_str()),
            ("$filter", &same_message(&message_id)),
            ("$orderby", "createdon asc"),
            ("$top", "1"),
        ]
        .map(|(name, value)| (name, value.to_owned()));
        let options: Vec<_> = options.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let request = Request::get(self.root.at(&table.set_name, &options)?).header("Prefer", ANNOTATIONS);
        let rows: Rows = self.answer(request).await?;
        Ok(rows.read(table)?.0.into_iter().next())
    }

    pub(crate) async fn promote(&self, table: &Table, draft: &EmailDraft, step: Step) -> Answer<()> {
        match step {
            Step::Create => self.create_email(table, draft).await,
            Step::Attach(place) => self.attach(table, draft, place).await,
            Step::Complete => self.complete(table, draft).await,
        }
    }

    async fn create_email(&self, table: &Table, draft: &EmailDraft) -> Answer<()> {
        // The service keeps two emails of one message apart only where its own duplicate check is on.
        if let Some(message_id) = draft.message_id.as_deref().and_then(|id| email::message_id(table, id)) {
            let options = [("$select", "activityid"), ("$filter", &same_message(&message_id))];
            let known: Found = self.get(&table.set_name, &options).await?;
            if known.value.iter().any(|email| email.activityid != draft.id.0) {
                return Err(ServiceError::Stale);
            }
        }
        let body = email::create(table, draft, self.sets().await?)?;
        let response = self.send(Request::post_json(self.root.at(&table.set_name, &[])?, body)).await?;
        match outcome(&response, draft.id) {
            // The id is taken; an open email under it is ours, or another device's, half made.
            Err(ServiceError::Stale) => match self.standing(table, draft.id).await {
                Ok(email) if email.statecode == OPEN => Ok(()),
                Ok(_) | Err(ServiceError::Missing) => Err(ServiceError::Stale),
                Err(error) => Err(error),
            },
            other => other,
        }
    }

    async fn attach(&self, table: &Table, draft: &EmailDraft, place: usize) -> Answer<()> {
        let Some(file) = draft.attachments.get(place) else { return Ok(()) };
        let sets = self.sets().await?;
        let set = sets.get(&TableName::new(ATTACHMENTS)).ok_or_else(|| ServiceError::Refused {
            code: String::new(),
            reason: "The organisation takes no attachments.".to_owned(),
        })?;
        let body = email::attachment(table, draft, place, file, sets)?;
        let response = self.send(Request::post_json(self.root.at(set, &[])?, body)).await?;
        match outcome(&response, draft.id) {
            // It may be there already, and the email be completed since.
            Err(ServiceError::Stale) => match self.is_attached(set, file.id, draft.id).await? {
                true => Ok(()),
                false => Err(refusal::as_refused(&response)),
            },
            Err(refused @ ServiceError::Refused { .. }) => match self.is_attached(set, file.id, draft.id).await {
                Ok(true) => Ok(()),
                Ok(false) | Err(_) => Err(refused),
            },
            other => other,
        }
    }

    async fn complete(&self, table: &Table, draft: &EmailDraft) -> Answer<()> {
        let email = self.standing(table, draft.id).await?;
        if email.statecode == COMPLETED {
            return Ok(());
        }
        let base = email
            .version
            .map(Version::new)
            .ok_or_else(|| ServiceError::Broken { detail: "an email has no version".to_owned() })?;
        let (state, reason) = completed(draft.direction);
        let body = serde_json::json!({ "statecode": state, "statuscode": reason }).to_string();
        let url = self.root.at(&format!("{}({})", table.set_name, draft.id), &[])?;
        let response = self.send(Request::patch_json(url, body).header("If-Match", base.as_str())).await?;
        outcome(&response, draft.id)
    }

    async fn standing(&self, table: &Table, id: RecordId) -> Answer<Standing> {
        let url = self.root.at(&format!("{}({id})", table.set_name), &[("$select", "statecode")])?;
        let response = self.send(Request::get(url)).await?;
        match response.status {
            200..=299 => response.json(),
            // What may not be read is not there for us.
            403 | 404 => Err(ServiceError::Missing),
            _ => Err(refusal::of_reading(&response)),
        }
    }

    async fn is_attached(&self, set: &str, file: RecordId, email: RecordId) -> Answer<bool> {
        let url = self.root.at(&format!("{set}({file})"), &[("$select", "_objectid_value")])?;
        let response = self.send(Request::get(url)).await?;
        match response.status {
            200..=299 => Ok(response.json::<Parent>()?.email == Some(email.0)),
            403 | 404 => Ok(false),
            _ => Err(refusal::of_reading(&response)),
        }
    }
}

fn outcome(response: &Response, id: RecordId) -> Answer<()> {
    if response.is_success() { Ok(()) } else { Err(refusal::of_writing(response, id)) }
}

/// The service keeps the header as it was found: with its brackets by most, without them by some.
fn same_message(id: &str) -> String {
    let bare = id.strip_prefix('<').unwrap_or(id);
    let bare = bare.strip_suffix('>').unwrap_or(bare).trim();
    let quoted = bare.replace('\'', "''");
    format!("messageid eq '<{quoted}>' or messageid eq '{quoted}'")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_asked_for_with_and_without_brackets_and_closes_no_quote() {
        let expected = "messageid eq '<o''hara@x>' or messageid eq 'o''hara@x'";
        assert_eq!(same_message("<o'hara@x>"), expected);
        assert_eq!(same_message("o'hara@x"), expected);
    }
}
