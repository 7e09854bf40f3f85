//! The whole of Satchel from outside: its real window, a real organisation, and a hand that drives both.

mod driver;
mod files;
mod keys;
mod organisation;
mod place;
mod portal;
mod process;
mod proxy;
mod wait;
mod window;

pub use driver::{Element, Sought};
pub use files::{all_below, files_with};
pub use keys::Key;
pub use organisation::{Organisation, User};
pub use place::Place;
pub use portal::Portal;
pub use proxy::{Asked, Hold, Proxy};
pub use wait::{PATIENCE, until};
pub use window::Window;
