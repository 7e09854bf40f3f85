//! The demo organisation from outside: every sentence here is spoken over real HTTP.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod change_tracking;
mod duplicates;
mod durability;
mod emails;
mod house;
mod mailbox;
mod metadata;
mod program;
mod python_sdk;
mod queries;
mod rights;
mod rows;
mod sample_company;
mod signing_in;
