//! The agent that keeps both sides the same: it decides what to do next, then does it.

mod act;
mod drive;
mod event;
mod line;
pub mod mail;
mod playback;
mod runner;
mod settling;
mod state;
mod step;

pub use act::Hands;
pub use drive::Handle;
pub use event::{Effect, Event, Found, Outcome};
pub use runner::{Agent, Settings, run};
pub use state::{Lane, State, Status};
pub use step::step;
