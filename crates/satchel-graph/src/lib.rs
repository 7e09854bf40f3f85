//! `Mailbox` over Microsoft Graph.

mod folders;
mod messages;
mod refusal;
mod service;

pub use service::Graph;
