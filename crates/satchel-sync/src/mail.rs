//! The agent that keeps one mailbox here and there the same: it decides what to do next, then does it.

mod act;
mod errands;
mod event;
mod runner;
mod state;
mod step;

pub use act::Hands;
pub use event::{Ahead, Effect, Errand, Event, Place, ReadMark, Stored, Wish};
pub use runner::{MailAgent, Settings, run};
pub use state::{Lane, State, Status};
pub use step::step;
