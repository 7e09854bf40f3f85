//! Keys of the database: a random one for the keyring, or one made of a passphrase where there is no keyring.

use std::fmt::Write as _;

use argon2::{Algorithm, Argon2, Params, Version};
use satchel_domain::Private;

use crate::random;

const KEY_BYTES: usize = 32;
pub(crate) const SALT_BYTES: usize = 16;
/// RFC 9106's choice where memory is scarce: 64 MiB, three passes, four lanes.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;
const LANES: u32 = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassphraseError {
    #[error("The passphrase is empty. Choose one.")]
    Empty,
    #[error("The salt beside the database is damaged.")]
    Salt,
    #[error("There is not enough memory to check the passphrase. Close other programs and try again.")]
    Memory,
    #[error("This system gives no random numbers. Restart it.")]
    NoChance,
}

/// A new database key: 32 random bytes as 64 hexadecimal digits.
pub fn new_key() -> Result<Private<String>, PassphraseError> {
    let bytes = random::bytes::<KEY_BYTES>().map_err(|_| PassphraseError::NoChance)?;
    Ok(Private::new(hex(&bytes)))
}

/// A new salt; it is no secret and lies beside the database.
pub fn new_salt() -> Result<[u8; SALT_BYTES], PassphraseError> {
    random::bytes().map_err(|_| PassphraseError::NoChance)
}

/// The key that a passphrase opens, as 64 hexadecimal digits. Takes a part of a second on purpose: call it off the async threads.
pub fn passphrase_key(passphrase: &Private<String>, salt: &[u8]) -> Result<Private<String>, PassphraseError> {
    if passphrase.reveal().is_empty() {
        return Err(PassphraseError::Empty);
    }
    if salt.len() < SALT_BYTES {
        return Err(PassphraseError::Salt);
    }
    let params = Params::new(MEMORY_KIB, PASSES, LANES, Some(KEY_BYTES)).map_err(|_| PassphraseError::Memory)?;
    let mut key = [0; KEY_BYTES];
    let argon = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    argon.hash_password_into(passphrase.reveal().as_bytes(), salt, &mut key).map_err(|_| PassphraseError::Memory)?;
    Ok(Private::new(hex(&key)))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(passphrase: &str, salt: &[u8]) -> Result<Private<String>, PassphraseError> {
        passphrase_key(&Private::new(passphrase.to_owned()), salt)
    }

    #[test]
    fn the_same_passphrase_and_salt_open_the_same_database() {
        let (salt, other) = ([1; SALT_BYTES], [2; SALT_BYTES]);
        let first = key("correct horse", &salt).unwrap();
        assert_eq!(first.reveal().len(), 64);
        assert_eq!(first, key("correct horse", &salt).unwrap());
        assert_ne!(first, key("correct horse", &other).unwrap());
        assert_ne!(first, key("Correct horse", &salt).unwrap());
    }

    #[test]
    fn no_key_is_made_of_nothing() {
        assert_eq!(key("", &[1; SALT_BYTES]), Err(PassphraseError::Empty));
        assert_eq!(key("correct horse", &[1; 4]), Err(PassphraseError::Salt));
    }

    #[test]
    fn no_two_new_keys_are_the_same() {
        let (one, two) = (new_key().unwrap(), new_key().unwrap());
        assert_ne!(one, two);
        assert!(one.reveal().len() == 64 && one.reveal().bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
