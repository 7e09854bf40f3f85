//! Power cuts, kills, full and broken disks, damaged files: what was promised is there, and the file opens.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so by failing")]

mod checks;
mod damage;
mod disk;
mod full;
mod kills;
mod power;
mod scenes;
mod stage;
mod upgrade;
