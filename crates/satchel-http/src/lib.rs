//! One HTTP client: polite to services, honest about failures, silent about what it carries.

mod client;
mod failure;
mod pace;
mod public;
mod request;
mod response;
mod root;
mod settings;
mod strangers;

pub use client::Client;
pub use request::{Expect, Method, Request, check_address};
pub use response::Response;
pub use root::Root;
pub use settings::{Settings, SettingsError};
pub use strangers::{Found, Strangers};
pub use url::{Url, form_urlencoded};
