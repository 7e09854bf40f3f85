//! The agent on a real database and the model CRM, driven by hand.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on says so by failing")]

mod clocks;
mod deciding;
mod desk;
mod device;
mod parties;
mod playback;
mod polling;
mod pulling;
mod restored;
mod tracking;
mod undescribed;
mod untracking;
