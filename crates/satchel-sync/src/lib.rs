//! The agent that keeps both sides the same: it decides what to do next, then does it.

mod act;
mod deciding;
mod draft;
mod drive;
mod event;
mod fit;
mod line;
pub mod mail;
mod mailboxes;
mod playback;
mod promoting;
mod runner;
mod settling;
mod state;
mod step;
mod sweeping;
mod tracking;

pub use act::Hands;
pub use deciding::{Decision, allowed, decide, retry_all};
pub use draft::Raws;
pub use drive::Handle;
pub use event::{Effect, Event, Found, Kept, Outcome, Stored, SweptRow};
pub use mailboxes::Mailboxes;
pub use runner::{Agent, Settings, run};
pub use state::{Lane, Pace, State, Status, SweepPace};
pub use step::step;
pub use tracking::{Regarding, track, untrack};
