//! Tests only: a file system under SQLite that lives in memory, forgets what was not synced, and fails on request.
//!
//! It stands below the encryption, so what it keeps, tears and drops is what a real disk would hold. Nothing of it is
//! in the program; it is the one crate of ours with `unsafe` in it.

mod dice;
mod disk;
mod faults;
mod image;
mod locks;
mod log;
mod memory;
mod vfs;

pub use dice::Dice;
pub use disk::Disk;
pub use faults::{Call, Fault, Refusal};
pub use image::{Cut, Image};
pub use log::Recording;
