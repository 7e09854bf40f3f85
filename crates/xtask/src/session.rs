//! What a window needs around it: a display, a session bus and an unlocked keyring.

use std::{
    env,
    ffi::OsString,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

use crate::{house, program};

/// Opens the keyring of sample data and tests, which keeps nobody's secret.
const PASSWORD: &str = "sample";

/// Unlocks a keyring and waits until the bus knows it: a program that asks earlier makes the bus start a second, locked one.
const KEYRING: &str = r#"
printf %s "$KEYRING_PASSWORD" \
  | XDG_DATA_HOME="$KEYRING_FOLDER" XDG_RUNTIME_DIR="$KEYRING_FOLDER" gnome-keyring-daemon --unlock --components=secrets >/dev/null \
  || { echo "the keyring could not be unlocked" >&2; exit 1; }
tries=0
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / org.freedesktop.DBus.GetNameOwner string:org.freedesktop.secrets >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ "$tries" -lt 100 ] || { echo "the keyring did not come up within ten seconds" >&2; exit 1; }
  sleep 0.1
done
unset KEYRING_PASSWORD KEYRING_FOLDER
exec "$@"
"#;

/// Stops where no window can be shown.
pub(crate) fn require_display() -> Result<()> {
    if !is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY") {
        bail!(
            "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set): please start this inside a desktop session"
        );
    }
    Ok(())
}

/// Whether a session bus is there, and with it the user's own keyring.
pub(crate) fn has_bus() -> bool {
    let at_its_usual_place = |folder: OsString| Path::new(&folder).join("bus").exists();
    is_set("DBUS_SESSION_BUS_ADDRESS") || env::var_os("XDG_RUNTIME_DIR").is_some_and(at_its_usual_place)
}

/// Whether some font has Chinese letters.
pub(crate) fn shows_chinese() -> bool {
    Command::new("fc-list").arg(":lang=zh-cn").output().is_ok_and(|fonts| !fonts.stdout.is_empty())
}

/// `command` on a session bus of its own, with an unlocked keyring that is kept in `folder`.
pub(crate) fn with_own_keyring(command: &Command, folder: &Path) -> Result<Command> {
    house::make_folder(&folder.join("keyrings"))?;
    // The daemon refuses a folder that others may read.
    program::ask(Command::new("chmod").arg("700").arg(folder))?;
    let mut wrapped = Command::new("dbus-run-session");
    wrapped.args(["--", "sh", "-c", KEYRING, "sh"]).arg(command.get_program()).args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => wrapped.env(name, value),
            None => wrapped.env_remove(name),
        };
    }
    if let Some(place) = command.get_current_dir() {
        wrapped.current_dir(place);
    }
    wrapped.env("KEYRING_PASSWORD", PASSWORD).env("KEYRING_FOLDER", folder);
    Ok(wrapped)
}

/// A display that nobody sees; it ends with this value.
#[derive(Debug)]
pub(crate) struct HiddenDisplay {
    server: Child,
    name: String,
}

impl HiddenDisplay {
    pub(crate) fn start() -> Result<Self> {
        // Xvfb chooses a free number and prints it once it is ready.
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("Xvfb could not be started")?;
        let mut number = String::new();
        if let Some(output) = server.stdout.take() {
            BufReader::new(output).read_line(&mut number)?;
        }
        let display = Self { server, name: format!(":{}", number.trim()) };
        if number.trim().is_empty() {
            bail!("Xvfb ended before it showed a display");
        }
        Ok(display)
    }

    /// Lets `command` show its windows here and nowhere else.
    pub(crate) fn lend_to(&self, command: &mut Command) {
        command.env("DISPLAY", &self.name).env("GDK_BACKEND", "x11").env_remove("WAYLAND_DISPLAY");
        // Nobody reads this screen aloud, and the bridge would start two more daemons.
        command.env("NO_AT_BRIDGE", "1");
    }
}

impl Drop for HiddenDisplay {
    fn drop(&mut self) {
        // Nothing is lost with it, so nobody waits for a clean end.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn is_set(name: &str) -> bool {
    env::var_os(name).is_some_and(|value| !value.is_empty())
}
