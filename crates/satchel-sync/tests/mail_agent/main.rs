//! A mailbox's agent on a real database and the model mailbox, driven by hand.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by failing")]

mod device;
mod marks;
mod post;
mod pulling;
mod raws;
mod running;
mod waiting;
