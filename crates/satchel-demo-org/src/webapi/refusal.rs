//! The ways in which the organisation says no, with the codes that Dataverse documents.

use serde_json::json;
use uuid::Uuid;

use crate::http::Reply;
use crate::store::StoreError;

#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

impl Refusal {
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into() }
    }

    /// A value or an option that makes no sense here.
    pub(crate) fn argument(message: impl Into<String>) -> Self {
        Self::new(400, "0x80040203", message)
    }

    /// A query that the OData layer does not take.
    pub(crate) fn query(message: impl Into<String>) -> Self {
        Self::new(400, "0x80060888", message)
    }

    /// A body that does not fit the table.
    pub(crate) fn payload(message: impl Into<String>) -> Self {
        Self::new(400, "0x80048d19", message)
    }

    pub(crate) fn missing(table: &str, id: Uuid) -> Self {
        Self::new(404, "0x80040217", format!("{table} With Id = {id} Does Not Exist"))
    }

    /// The row is there, and somebody else's.
    pub(crate) fn no_access(table: &str, id: Uuid) -> Self {
        let words = "Not enough privilege to access the object or perform the requested operation";
        Self::new(403, "0x80048306", format!("{words}: {table} With Id = {id}."))
    }

    /// The caller may read some of the table, and this needs all of it.
    pub(crate) fn no_privilege(caller: Uuid, table: &str) -> Self {
        Self::new(
            403,
            "0x80040220",
            format!("Principal user (Id={caller}) is missing prvRead{table} privilege for the whole organisation."),
        )
    }

    pub(crate) fn no_resource(name: &str) -> Self {
        Self::new(404, "0x80060888", format!("Resource not found for the segment '{name}'."))
    }

    pub(crate) fn no_property(name: &str, table: &str) -> Self {
        Self::query(format!("Could not find a property named '{name}' on type 'Microsoft.Dynamics.CRM.{table}'."))
    }

    pub(crate) fn method(what: &str) -> Self {
        Self::new(405, "0x80060888", format!("The method is not allowed for {what}."))
    }

    pub(crate) fn stale() -> Self {
        Self::new(
            412,
            "0x80060882",
            "The version of the existing record doesn't match the RowVersion property provided.",
        )
    }

    pub(crate) fn duplicate() -> Self {
        Self::new(412, "0x80040237", "A record with matching key values already exists.")
    }

    /// Another row is alike by a published rule, and the caller did not want to make such a one.
    pub(crate) fn possible_duplicate() -> Self {
        Self::new(
            412,
            "0x80040333",
            "A record was not created or updated because a duplicate of the current record already exists.",
        )
    }

    /// A plug-in said no, in words of its own.
    pub(crate) fn plug_in(words: &str) -> Self {
        Self::new(400, "0x80040265", words)
    }

    pub(crate) fn reply(&self) -> Reply {
        Reply::json(self.status, &json!({ "error": { "code": self.code, "message": self.message } }))
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        Self::new(500, "0x80040216", format!("An unexpected error occurred: {error}"))
    }
}
