//! The agent on a real database and the model CRM, driven by hand.

mod device;
mod playback;
mod pulling;
