//! Which door of a profile opens: decided from what is there, never by trying a new key on an old file.

use satchel_domain::{Private, ports::SecretError};

/// What stands in the profile's folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub database: bool,
    /// The salt of a passphrase: this profile was made where there was no keyring.
    pub salt: bool,
}

/// How to go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Opening {
    OpenWith(Private<String>),
    /// No database yet: this key, left by a first start that was cut short, or a new one when `None`.
    MakeWith(Option<Private<String>>),
    KeyMissing(&'static str),
    Passphrase {
        is_new: bool,
    },
    Closed(String),
}

const LOCKED: &str = "Your data is safe, but its key is in the system keyring and the keyring does not give it. \
    Unlock the keyring (signing in to your desktop again does), then try again. \
    If the key is gone for good, set the file aside and start over; edits that had not reached CRM stay in it.";

/// Decides from what was found and what the keyring said. A key is made only when no database file exists:
/// a locked keyring answers "no entry" like an empty one.
pub(crate) fn opening(found: Found, key: Result<Option<Private<String>>, SecretError>) -> Opening {
    match (found.database, found.salt, key) {
        (is_there, true, _) => Opening::Passphrase { is_new: !is_there },
        (true, false, Ok(Some(key))) => Opening::OpenWith(key),
        (true, false, Ok(None) | Err(SecretError::Locked | SecretError::Absent)) => Opening::KeyMissing(LOCKED),
        (false, false, Ok(key)) => Opening::MakeWith(key),
        (false, false, Err(SecretError::Absent)) => Opening::Passphrase { is_new: true },
        (false, false, Err(SecretError::Locked)) => Opening::Closed(
            "The system keyring is locked, and the key of your data has to be kept in it. Unlock it, then try again."
                .to_owned(),
        ),
        (_, false, Err(SecretError::Denied(why))) => {
            Opening::Closed(format!("The system keyring does not work: {why}. Start it or unlock it, then try again."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Found = Found { database: false, salt: false };
    const DATABASE: Found = Found { database: true, salt: false };

    fn key() -> Private<String> {
        Private::new("00".repeat(32))
    }

    #[test]
    fn a_file_without_its_key_never_gets_a_new_one() {
        for answer in [Ok(None), Err(SecretError::Locked), Err(SecretError::Absent)] {
            assert!(matches!(opening(DATABASE, answer), Opening::KeyMissing(_)));
        }
    }

    #[test]
    fn a_key_is_made_only_when_no_file_exists() {
        assert_eq!(opening(NOTHING, Ok(None)), Opening::MakeWith(None));
        assert_eq!(opening(DATABASE, Ok(Some(key()))), Opening::OpenWith(key()));
    }

    #[test]
    fn a_first_start_cut_short_goes_on_with_the_key_it_left() {
        assert_eq!(opening(NOTHING, Ok(Some(key()))), Opening::MakeWith(Some(key())));
    }

    #[test]
    fn without_a_keyring_a_passphrase_is_asked_for() {
        assert_eq!(opening(NOTHING, Err(SecretError::Absent)), Opening::Passphrase { is_new: true });
        let made = Found { database: true, salt: true };
        assert_eq!(opening(made, Err(SecretError::Absent)), Opening::Passphrase { is_new: false });
        // A keyring that came later does not change how this profile is locked.
        assert_eq!(opening(made, Ok(None)), Opening::Passphrase { is_new: false });
    }

    #[test]
    fn a_keyring_that_refuses_is_named() {
        assert!(matches!(opening(NOTHING, Err(SecretError::Denied("no bus".into()))), Opening::Closed(_)));
    }
}
