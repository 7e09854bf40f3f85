//! From status codes and error codes to remedies. Nothing above this crate sees a status.

use satchel_domain::{ServiceError, error::Answer};
use satchel_http::Response;
use serde::Deserialize;

/// Names as Microsoft's error list gives them.
const OBJECT_DOES_NOT_EXIST: &str = "0x80040217";
const CONCURRENCY_VERSION_MISMATCH: &str = "0x80060882";
const DUPLICATE_RECORD: &str = "0x80040237";
const DUPLICATE_RECORDS_FOUND: &str = "0x80040333";
const EXPIRED_VERSION_STAMP: &str = "0x80044352";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    error: Error,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Error {
    code: String,
    message: String,
}

/// The response, if the service did what it was asked.
pub(crate) fn checked(response: Response) -> Answer<Response> {
    if response.is_success() {
        return Ok(response);
    }
    // An answer without the documented body still has its status.
    let Body { error } = response.json().unwrap_or_default();
    Err(remedy(response.status, error))
}

fn remedy(status: u16, error: Error) -> ServiceError {
    match (status, error.code.to_ascii_lowercase().as_str()) {
        (_, EXPIRED_VERSION_STAMP) | (410, _) => ServiceError::CursorExpired,
        (_, CONCURRENCY_VERSION_MISMATCH | DUPLICATE_RECORD) => ServiceError::Stale,
        (_, DUPLICATE_RECORDS_FOUND) => ServiceError::PossibleDuplicate { records: Vec::new() },
        (404, _) | (_, OBJECT_DOES_NOT_EXIST) => ServiceError::Missing,
        (412, _) => ServiceError::Stale,
        (400..=499 | 501, _) => ServiceError::Refused {
            reason: if error.message.is_empty() {
                format!("The service refused with status {status} and no reason.")
            } else {
                error.message
            },
            code: error.code,
        },
        _ => ServiceError::Broken { detail: format!("status {status}, code \"{}\"", error.code) },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(status: u16, code: &str) -> ServiceError {
        remedy(status, Error { code: code.to_owned(), message: "why".to_owned() })
    }

    #[test]
    fn codes_lead_and_statuses_follow() {
        assert_eq!(of(412, "0x80060882"), ServiceError::Stale);
        assert_eq!(of(412, "0x80040237"), ServiceError::Stale);
        assert_eq!(of(412, "0x80040333"), ServiceError::PossibleDuplicate { records: Vec::new() });
        assert_eq!(of(400, "0x80044352"), ServiceError::CursorExpired);
        assert_eq!(of(404, "0x80040217"), ServiceError::Missing);
        assert_eq!(of(400, "0X80040217"), ServiceError::Missing);
        let refused = ServiceError::Refused { code: "0x80040265".into(), reason: "why".into() };
        assert_eq!(of(400, "0x80040265"), refused);
        assert!(matches!(of(403, "0x80040220"), ServiceError::Refused { .. }));
        assert!(matches!(of(500, ""), ServiceError::Broken { .. }));
    }
}
