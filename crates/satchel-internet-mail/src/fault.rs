//! What went wrong in a conversation with a server, and its remedy.

use std::io;

use jiff::SignedDuration;
use satchel_domain::ServiceError;

/// A server that is busy is left alone for this long; IMAP has no words for a time.
const WHEN_BUSY: SignedDuration = SignedDuration::from_secs(60);

/// Why a command has no good answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The connection ended.
    Lost,
    /// Nothing came for too long.
    Silent,
    /// The answer does not end.
    TooLong,
    /// What came is not IMAP. The text is not kept: it may be a message.
    Unreadable,
    /// The server will not do it, in its own words.
    No(String),
    /// The server did not understand us.
    Bad(String),
}

impl Fault {
    pub(crate) fn of(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::TimedOut => Self::Silent,
            io::ErrorKind::FileTooLarge => Self::TooLong,
            // The parser's complaints have no kind of their own.
            io::ErrorKind::Other => Self::Unreadable,
            _ => Self::Lost,
        }
    }

    /// Whether what comes next on the connection can no longer be told apart.
    pub(crate) fn ends_the_connection(&self) -> bool {
        match self {
            Self::Lost | Self::Silent | Self::TooLong | Self::Unreadable => true,
            Self::No(_) | Self::Bad(_) => false,
        }
    }

    /// For what changes nothing at the server, or may be done twice.
    pub(crate) fn remedy(self, server: &str) -> ServiceError {
        match self {
            Self::Lost => {
                ServiceError::Unreachable { why: format!("The connection to {server} was lost. Try again later.") }
            }
            Self::Silent => {
                ServiceError::Unreachable { why: format!("{server} did not answer in time. Try again later.") }
            }
            Self::TooLong => ServiceError::Refused {
                code: "TOOLONG".to_owned(),
                reason: "This is too large to be fetched.".to_owned(),
            },
            Self::Unreadable => ServiceError::Broken { detail: format!("{server} says what is not IMAP") },
            Self::No(words) => of_refusal(words),
            Self::Bad(words) => ServiceError::Broken { detail: format!("{server} did not understand us: {words}") },
        }
    }
}

/// RFC 5530 gives refusals a code; a server that is only busy must not make the user type a password again.
fn of_refusal(words: String) -> ServiceError {
    match code(&words).as_deref() {
        Some("NONEXISTENT" | "TRYCREATE") => ServiceError::Missing,
        Some("UNAVAILABLE" | "INUSE" | "LIMIT" | "THROTTLED") => ServiceError::Throttled { wait: WHEN_BUSY },
        Some("AUTHENTICATIONFAILED" | "EXPIRED") => ServiceError::SignInNeeded { why: bare(&words).to_owned() },
        other => ServiceError::Refused { code: other.unwrap_or("NO").to_owned(), reason: bare(&words).to_owned() },
    }
}

/// Why a sign-in was refused. Old servers give no code: then it is the password.
pub(crate) fn of_sign_in(words: String, server: &str) -> ServiceError {
    match of_refusal(words) {
        busy @ ServiceError::Throttled { .. } => busy,
        ServiceError::Refused { reason: said, .. } | ServiceError::SignInNeeded { why: said } => {
            ServiceError::SignInNeeded {
                why: format!("{server} does not accept this user name and password. It says: {said}"),
            }
        }
        _ => ServiceError::SignInNeeded { why: format!("{server} does not accept this user name and password.") },
    }
}

/// The code in brackets that the words begin with, in capitals.
fn code(words: &str) -> Option<String> {
    let (inside, _) = words.strip_prefix('[')?.split_once(']')?;
    inside.split(' ').next().map(str::to_ascii_uppercase)
}

/// The words without their code.
fn bare(words: &str) -> &str {
    match words.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((_, said)) if !said.trim().is_empty() => said.trim(),
        _ => words,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn no(words: &str) -> ServiceError {
        Fault::No(words.to_owned()).remedy("mail.test")
    }

    #[test]
    fn a_refusal_is_named_by_its_remedy() {
        assert_eq!(no("[NONEXISTENT] Mailbox doesn't exist: x"), ServiceError::Missing);
        assert!(matches!(no("[UNAVAILABLE] Temporary failure"), ServiceError::Throttled { .. }));
        let refused = ServiceError::Refused { code: "NOPERM".to_owned(), reason: "Access denied".to_owned() };
        assert_eq!(no("[noperm] Access denied"), refused);
        let plain = ServiceError::Refused { code: "NO".to_owned(), reason: "Sorry".to_owned() };
        assert_eq!(no("Sorry"), plain);
    }

    #[test]
    fn a_wrong_password_is_said_in_the_servers_words_and_a_busy_server_asks_for_none() {
        let why = |words: &str| of_sign_in(words.to_owned(), "mail.test").to_string();
        let sentence =
            "Sign in again: mail.test does not accept this user name and password. It says: Authentication failed.";
        assert_eq!(why("[AUTHENTICATIONFAILED] Authentication failed."), sentence);
        assert_eq!(why("Authentication failed."), sentence);
        assert!(matches!(of_sign_in("[UNAVAILABLE] later".to_owned(), "x"), ServiceError::Throttled { .. }));
    }
}
