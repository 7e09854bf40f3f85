//! The connector against a real mail server: its promises, its failures, and mail that no one here wrote.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by failing")]

mod contract;
mod corpus;
mod failures;
mod world;
