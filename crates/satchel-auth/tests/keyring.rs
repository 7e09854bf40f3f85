//! The system keyring, unlocked, locked and absent, each on a session bus of its own.
//!
//! Each case starts this very test program again under `dbus-run-session`, with its own home folder and its own
//! gnome-keyring, and runs one of the `inside_…` tests there.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::{fs, os::unix::fs::PermissionsExt, process::Command, time::Duration};

use satchel_auth::{SystemKeyring, new_key};
use satchel_domain::ports::{SecretError, SecretStore};
use tempfile::TempDir;

/// Set for the inner run only; its value names the keyring's state.
const INSIDE: &str = "SATCHEL_KEYRING_TEST";

const UNLOCKED: &str = "printf %s secret | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";
const STARTED: &str = "gnome-keyring-daemon --start --components=secrets >/dev/null 2>&1";
/// Asked earlier, the bus would start a second keyring, a locked one.
const KNOWN: &str = "tries=0; until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.GetNameOwner string:org.freedesktop.secrets >/dev/null 2>&1; do \
    tries=$((tries + 1)); [ $tries -lt 300 ] || exit 1; sleep 0.1; done";

/// What a bus may start by itself, as on any desktop.
const SERVICES: &str = "<standard_session_servicedirs/>";
const BUS: &str = r#"<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:tmpdir=/tmp</listen>
  {services}
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"#;

/// Runs the test `inner` of this program in `home`, on a new session bus, after `prepare`.
fn run_inside(home: &TempDir, services: &str, prepare: &str, inner: &str) {
    let at = |name: &str| {
        let folder = home.path().join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700)).unwrap();
        folder
    };
    at("share/keyrings");
    let wait = if services.is_empty() { "true" } else { KNOWN };
    let script = format!("{prepare}; {wait}; \"$0\" --exact {inner} --nocapture");
    let config = home.path().join("bus.conf");
    fs::write(&config, BUS.replace("{services}", services)).unwrap();
    let output = Command::new("dbus-run-session")
        .arg("--config-file")
        .arg(config)
        .args(["--", "sh", "-c", &script])
        .arg(std::env::current_exe().unwrap())
        .env(INSIDE, "1")
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", at("run"))
        .env("XDG_DATA_HOME", at("share"))
        .env("XDG_CONFIG_HOME", at("config"))
        .env("XDG_CACHE_HOME", at("cache"))
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY")
        .env_remove("DBUS_SESSION_BUS_ADDRESS")
        .output()
        .unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success() && said.contains("1 passed"), "{said}");
}

fn is_inside() -> bool {
    std::env::var_os(INSIDE).is_some()
}

fn keyring() -> SystemKeyring {
    SystemKeyring::of_profile("test profile").with_patience(Duration::from_secs(20))
}

#[test]
fn an_unlocked_keyring_keeps_the_key_over_a_restart() {
    let home = TempDir::new().unwrap();
    run_inside(&home, SERVICES, UNLOCKED, "inside_a_key_is_set_and_read");
    run_inside(&home, SERVICES, UNLOCKED, "inside_the_key_is_still_there_and_can_be_forgotten");
}

#[test]
fn a_locked_keyring_says_locked_and_never_that_there_is_no_key() {
    let home = TempDir::new().unwrap();
    run_inside(&home, SERVICES, UNLOCKED, "inside_a_key_is_set_and_read");
    run_inside(&home, SERVICES, STARTED, "inside_everything_is_locked");
    run_inside(&home, SERVICES, UNLOCKED, "inside_the_key_is_still_there_and_can_be_forgotten");
}

#[test]
fn a_bus_without_a_keyring_is_a_system_without_one() {
    let home = TempDir::new().unwrap();
    // No services, or the bus would start the keyring by itself.
    run_inside(&home, "", "true", "inside_nothing_is_there");
}

#[tokio::test]
async fn a_system_without_a_bus_is_one_without_a_keyring() {
    if is_inside() {
        return;
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "inside_nothing_is_there", "--nocapture"])
        .env(INSIDE, "1")
        .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus")
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
}

#[tokio::test]
async fn inside_a_key_is_set_and_read() {
    if !is_inside() {
        return;
    }
    let keyring = keyring();
    assert_eq!(keyring.get().await, Ok(None));
    let key = new_key().unwrap();
    assert_eq!(keyring.set(key.clone()).await, Ok(()));
    assert_eq!(keyring.get().await, Ok(Some(key.clone())));
    assert_eq!(SystemKeyring::of_profile("another profile").get().await, Ok(None));
    let newer = new_key().unwrap();
    assert_eq!(keyring.set(newer.clone()).await, Ok(()));
    assert_eq!(keyring.get().await, Ok(Some(newer)));
}

#[tokio::test]
async fn inside_the_key_is_still_there_and_can_be_forgotten() {
    if !is_inside() {
        return;
    }
    let keyring = keyring();
    assert!(matches!(keyring.get().await, Ok(Some(key)) if key.reveal().len() == 64));
    assert_eq!(keyring.forget().await, Ok(()));
    assert_eq!(keyring.get().await, Ok(None));
    assert_eq!(keyring.forget().await, Ok(()), "forgetting nothing is no fault");
}

#[tokio::test]
async fn inside_everything_is_locked() {
    if !is_inside() {
        return;
    }
    let keyring = keyring();
    assert_eq!(keyring.get().await, Err(SecretError::Locked));
    assert_eq!(keyring.set(new_key().unwrap()).await, Err(SecretError::Locked));
}

#[tokio::test]
async fn inside_nothing_is_there() {
    if !is_inside() {
        return;
    }
    let keyring = keyring();
    assert_eq!(keyring.get().await, Err(SecretError::Absent));
    assert_eq!(keyring.set(new_key().unwrap()).await, Err(SecretError::Absent));
}
