//! Everything a user can do, one function each; the contract both faces expand.

mod app;
mod cells;
mod checking;
mod conflicts;
mod contract;
mod damage;
mod downloads;
mod duplicates;
mod finding;
mod history;
mod ids;
mod lanes;
mod mail;
mod opening;
mod outbox;
mod places;
mod profile;
mod reasons;
mod records;
pub mod requests;
mod saving;
mod services;
mod signing_in;
mod syncing;
mod typed;
pub mod typescript;
mod undoing;

pub use app::{App, Options, Tell};
pub use checking::Depth;
pub use services::{
    Access, Connection, FarPicture, Grant, KeepToken, MailServer, Membership, OfferedMailbox, Services,
};
