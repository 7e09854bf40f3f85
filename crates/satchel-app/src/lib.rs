//! Everything a user can do, one function each; the contract both faces expand.

mod app;
mod cells;
mod contract;
mod opening;
mod places;
mod profile;
mod records;
pub mod requests;
mod services;
mod signing_in;
mod syncing;
pub mod typescript;

pub use app::{App, Options, Tell};
pub use services::{Connection, Grant, KeepToken, Membership, Services};
