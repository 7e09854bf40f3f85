//! Sign-in and renewal against a small authority on loopback.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

mod authority;
mod signing_in;
mod staying_signed_in;
