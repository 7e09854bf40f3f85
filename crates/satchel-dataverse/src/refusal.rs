//! The service's error codes as remedies. The code decides, the status only where it is silent.

use satchel_domain::{RecordId, ServiceError};
use satchel_http::Response;
use serde::Deserialize;

const VERSION_MISMATCH: &str = "0x80060882";
const SAME_ID: &str = "0x80040237";
/// Another record has the same alternate key: no matter of versions, though its status is 412 too.
const SAME_KEY: &str = "0x80060892";
const POSSIBLE_DUPLICATE: &str = "0x80040333";
const EXPIRED_CURSOR: &str = "0x80044352";
const DOES_NOT_EXIST: &str = "0x80040217";

#[derive(Default, Deserialize)]
struct Body {
    #[serde(default)]
    error: Fault,
}

#[derive(Default, Deserialize)]
struct Fault {
    #[serde(default)]
    code: String,
    #[serde(default)]
    message: String,
}

/// What an unwelcome answer to a question means.
pub(crate) fn of_reading(response: &Response) -> ServiceError {
    let Fault { code, message } = fault(response);
    match (code.to_ascii_lowercase().as_str(), response.status) {
        (EXPIRED_CURSOR, _) | (_, 410) => ServiceError::CursorExpired,
        (_, status @ 500..) => broken(status, &message),
        (_, status) => refused(code, message, status),
    }
}

/// What an unwelcome answer to an edit of record `id` means.
pub(crate) fn of_writing(response: &Response, id: RecordId) -> ServiceError {
    let Fault { code, message } = fault(response);
    match (code.to_ascii_lowercase().as_str(), response.status) {
        (VERSION_MISMATCH | SAME_ID, _) => ServiceError::Stale,
        // Which ones is a second question (`duplicates`).
        (POSSIBLE_DUPLICATE, _) => ServiceError::Duplicate { candidates: Vec::new(), message },
        (SAME_KEY, status) => refused(code, message, status),
        (_, 412) => ServiceError::Stale,
        (DOES_NOT_EXIST, _) | (_, 404) if is_about(&message, id) => ServiceError::Missing,
        // The answer is a gateway's, and the service may have gone on.
        (_, 500..) if code.is_empty() => ServiceError::Unanswered,
        (_, status @ 500..) => broken(status, &message),
        (_, status) => refused(code, message, status),
    }
}

/// The service's own words, whatever they mean.
pub(crate) fn as_refused(response: &Response) -> ServiceError {
    let Fault { code, message } = fault(response);
    refused(code, message, response.status)
}

/// A binding to a record that is not there has the same code; then the words name the other record.
fn is_about(message: &str, id: RecordId) -> bool {
    let words = message.to_ascii_lowercase();
    words.contains(&id.to_string()) || !words.contains("with id = ")
}

fn fault(response: &Response) -> Fault {
    response.json::<Body>().unwrap_or_default().error
}

fn broken(status: u16, message: &str) -> ServiceError {
    ServiceError::Broken { detail: format!("it failed inside ({status}): {message}") }
}

fn refused(code: String, message: String, status: u16) -> ServiceError {
    let reason = match message.trim() {
        "" => format!("The service refused without a reason ({status})."),
        words => words.to_owned(),
    };
    ServiceError::Refused { code, reason }
}
