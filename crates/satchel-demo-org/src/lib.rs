//! A Dataverse organisation, its sign-in authority and its mailboxes, played on loopback.

mod authority;
mod client;
mod doors;
mod graph;
mod home;
mod http;
mod sample;
mod schema;
mod server;
mod staff;
mod store;
mod tls;
mod webapi;

pub use authority::Audience;
pub use client::{Change, change, follow, token};
pub use home::reset;
pub use server::{Addresses, Options, Running, serve};
pub use staff::User;
