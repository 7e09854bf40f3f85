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

pub(crate) fn run() -> Result<()> {
    session::require_display()?;
    toolchain::check()?;
    setup::for_run()?;
    page::install()?;
    page::build()?;
    // In one build, so that both get the same features.
    program::run(program::cargo().args(["build", "--package", "satchel", "--package", "satchel-demo-org"]))?;

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
    // Goes where the sign-in page sends it, as a browser would; a browser itself would refuse the certificate
    // authority that this organisation made for itself.
    let follower = house::built("satchel-demo-org");
    let settings = json!({
        "browser": [follower, "follow", "--data", place.data()],
        "certificateAuthority": addresses.certificate_authority,
        "demo": { "organisation": addresses.organisation, "clientId": CLIENT, "mail": addresses.graph },
        "startWithDemo": true,
    });
    house::make_folder(&place.profile())?;
    house::write(&place.profile().join("settings.json"), &format!("{settings:#}\n"))
}
