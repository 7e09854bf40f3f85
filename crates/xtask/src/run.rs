//! `cargo xtask run`: from a fresh clone to the window, signed in to the demo organisation.

use std::process::Command;

use anyhow::{Context as _, Result, bail};
use serde_json::json;

use crate::{
    demo::{self, Place, Running},
    house, page, program, session, setup, toolchain,
};

/// Any registration will do: the demo organisation knows no other.
const CLIENT: &str = "5a7c4e1d-2b90-4c36-8f0a-d1e3b6a79c42";
const TENANT: &str = "demo.example";

pub(crate) fn run() -> Result<()> {
    session::require_display()?;
    toolchain::check()?;
    setup::for_run()?;
    page::install()?;
    page::build()?;
    demo::build()?;

    let place = Place::ready()?;
    if place.window_is_open() {
        bail!("the demo's window is open already");
    }
    let organisation = demo::start_for_now()?;
    write_settings(&place, &organisation)?;
    println!("\nThe demo organisation runs at {}. Close the window to end it.", organisation.addresses.organisation);
    println!(
        "In another terminal: `cargo xtask demo stop` pulls the network, `demo start` plugs it in, `demo colleague` changes an opportunity.\n"
    );
    open_window(&place)
}

fn open_window(place: &Place) -> Result<()> {
    let mut window = Command::new(house::built("satchel"));
    window.arg("--profile").arg(place.profile());
    if !session::has_bus() {
        println!("There is no session bus here, so the window gets one of its own, with a keyring under target/demo.");
        window = session::with_own_keyring(&window, &place.keyring())?;
    }
    let mut open = window.spawn().context("the window could not be opened")?;
    place.remember_window(open.id())?;
    let status = open.wait()?;
    if !status.success() {
        bail!("Satchel ended with {status}");
    }
    Ok(())
}

fn write_settings(place: &Place, organisation: &Running) -> Result<()> {
    let addresses = &organisation.addresses;
    let follower = [
        house::built("satchel-demo-org").to_string_lossy().into_owned(),
        "follow".to_owned(),
        "--data".to_owned(),
        place.data().to_string_lossy().into_owned(),
    ];
    let browser = match browser_for(&addresses.authority, has_browser()) {
        Browser::System => vec!["xdg-open".to_owned()],
        Browser::Follower => follower.to_vec(),
    };
    let settings = json!({
        "browser": browser,
        "certificateAuthority": addresses.certificate_authority,
        "demo": { "organisation": addresses.organisation, "clientId": CLIENT, "tenant": TENANT },
        "startWithDemo": true,
    });
    house::make_folder(&place.profile())?;
    house::write(&place.profile().join("settings.json"), &format!("{settings:#}\n"))
}

#[derive(Debug, PartialEq)]
enum Browser {
    System,
    /// Goes where the sign-in page sends it, as a browser would.
    Follower,
}

/// A browser trusts only the certificate authorities it knows, and the demo makes its own.
fn browser_for(authority: &str, has_browser: bool) -> Browser {
    if has_browser && authority.starts_with("http://") { Browser::System } else { Browser::Follower }
}

fn has_browser() -> bool {
    let names = ["x-www-browser", "firefox", "firefox-esr", "chromium", "google-chrome"];
    let chosen = std::env::var_os("BROWSER").is_some_and(|name| !name.is_empty());
    program::exists("xdg-open") && (chosen || names.into_iter().any(program::exists))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_no_browser_is_the_follower_signs_in() {
        assert_eq!(browser_for("http://127.0.0.1:1/", false), Browser::Follower);
    }

    #[test]
    fn a_browser_that_would_refuse_the_demos_certificate_is_not_bothered() {
        assert_eq!(browser_for("https://127.0.0.1:2/", true), Browser::Follower);
    }

    #[test]
    fn a_browser_that_can_reach_the_authority_is_used() {
        assert_eq!(browser_for("http://127.0.0.1:1/", true), Browser::System);
    }
}
