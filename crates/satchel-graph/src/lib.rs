//! `Mailbox` over Microsoft Graph.

mod folders;
mod me;
mod messages;
mod refusal;
mod service;

pub use service::Graph;
