//! Remembers, finds, and says what changed: the encrypted local database.
//!
//! There is no file in plain text, no answer from memory that the disk does not have, and no SQL outside this crate.

mod cells;
pub mod check;
mod cipher;
mod codec;
pub mod cursors;
mod database;
mod decimal_key;
pub mod decisions;
mod error;
pub mod folders;
pub mod history;
pub mod links;
pub mod mailboxes;
pub mod messages;
mod migrations;
pub mod outbox;
pub mod people;
pub mod policies;
pub mod polled;
pub mod raws;
pub mod records;
pub mod salvage;
pub mod schema;
pub mod secrets;
pub mod settings;
mod shown;
pub mod soundness;
mod sql;
pub mod undo;

#[cfg(test)]
mod samples;

pub use database::{Database, Durability, Reader, Topic, Tx};
pub use error::{Result, StoreError};
