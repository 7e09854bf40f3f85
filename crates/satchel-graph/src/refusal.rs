//! Graph's error codes as remedies. The code decides, the status only where it is silent.

use satchel_domain::ServiceError;
use satchel_http::Response;
use serde::Deserialize;

/// What Graph says in the place of a cursor that it forgot.
const FORGOTTEN: [&str; 5] =
    ["syncstatenotfound", "syncstateinvalid", "errorinvalidsyncstatedata", "resyncrequired", "fullsyncrequired"];
/// The account has no mailbox that Graph could show; with status 404, as if a message were missing.
const NO_MAILBOX: [&str; 2] = ["mailboxnotenabledforrestapi", "mailboxnothostedinexchangeonline"];
/// An id that no message or folder can have, or has any more.
const BAD_ID: [&str; 2] = ["errorinvalididmalformed", "errorinvalidmailboxitemid"];

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
    let word = code.to_ascii_lowercase();
    match response.status {
        _ if FORGOTTEN.contains(&word.as_str()) => ServiceError::CursorExpired,
        410 => ServiceError::CursorExpired,
        status if NO_MAILBOX.contains(&word.as_str()) => refused(code, message, status),
        404 => ServiceError::Missing,
        _ if BAD_ID.contains(&word.as_str()) => ServiceError::Missing,
        status @ 500.. => ServiceError::Broken { detail: format!("it failed inside ({status}): {message}") },
        status => refused(code, message, status),
    }
}

/// What an unwelcome answer to a change means.
pub(crate) fn of_writing(response: &Response) -> ServiceError {
    match response.status {
        412 => ServiceError::Stale,
        // The answer is a gateway's, and the service may have gone on.
        500.. if fault(response).code.is_empty() => ServiceError::Unanswered,
        _ => of_reading(response),
    }
}

fn fault(response: &Response) -> Fault {
    response.json::<Body>().unwrap_or_default().error
}

fn refused(code: String, message: String, status: u16) -> ServiceError {
    let reason = match message.trim() {
        "" => format!("The mailbox refused without a reason ({status})."),
        words => words.to_owned(),
    };
    ServiceError::Refused { code, reason }
}
