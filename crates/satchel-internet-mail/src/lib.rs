//! Any real mailbox: IMAP over TLS with a password, behind the port `Mailbox`.

mod check;
mod cursor;
mod fault;
mod folders;
mod heads;
mod item;
mod mailbox;
mod name;
mod patient;
mod pull;
mod session;
mod settings;
mod tls;
mod uids;

pub use check::{Checked, check};
pub use mailbox::Imap;
pub use settings::{Patience, Security, Settings, SettingsError};
