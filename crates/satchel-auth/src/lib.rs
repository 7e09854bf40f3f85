//! Proves who the user is: sign-in in the system browser, tokens, the system keyring, the passphrase.

mod browser;
mod callback;
mod challenge;
mod page;
mod passphrase;
mod random;
mod session;
mod sign_in;
mod system_keyring;
mod token;

pub use browser::{OpenBrowser, OpenError, Program, SystemBrowser};
pub use challenge::{Challenge, Registration, discover};
pub use passphrase::{PassphraseError, new_key, new_salt, passphrase_key};
pub use session::{KeepRefreshToken, Session};
pub use sign_in::{PATIENCE, SignedIn, sign_in};
pub use system_keyring::SystemKeyring;
pub use token::Authority;
