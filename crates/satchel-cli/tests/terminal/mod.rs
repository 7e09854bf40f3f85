//! A terminal for tests: a keyring session, a demo organisation, profiles, and the program itself.

#![allow(dead_code, reason = "each test file uses its part")]

use std::{
    fs,
    io::{BufRead as _, BufReader, Write as _},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use satchel_testkit::demo_org::DemoOrg;
use serde_json::{Value, json};
use tempfile::TempDir;

/// Unlocks a keyring, waits until the bus knows it, and stays until nobody holds its standard input.
const SESSION: &str = r#"
printf %s sample | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 || exit 1
tries=0
until dbus-send --session --print-reply --dest=org.freedesktop.DBus / \
    org.freedesktop.DBus.GetNameOwner string:org.freedesktop.secrets >/dev/null 2>&1; do
  tries=$((tries + 1)); [ $tries -lt 300 ] || exit 1; sleep 0.1
done
echo "$DBUS_SESSION_BUS_ADDRESS"
exec cat >/dev/null
"#;

/// Any registration will do for the demo organisation.
const CLIENT: &str = "7d1f0a52-6c3e-4b8d-9a47-2e5b8c90d1f6";

/// A session bus with an unlocked keyring; both end with this value, or with this test however it ends.
#[derive(Debug)]
pub(crate) struct Session {
    process: Child,
    bus: String,
    _home: TempDir,
}

impl Session {
    /// Fails where `dbus-run-session` and `gnome-keyring-daemon` are not installed; `cargo xtask test` installs them.
    pub(crate) fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("keyrings")).unwrap();
        let mut command = Command::new("dbus-run-session");
        command.args(["--", "sh", "-c", SESSION]).stdin(Stdio::piped()).stdout(Stdio::piped());
        for name in ["HOME", "XDG_RUNTIME_DIR", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"] {
            command.env(name, home.path());
        }
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY").env_remove("DBUS_SESSION_BUS_ADDRESS");
        let mut process = command.spawn().expect("dbus-run-session is needed: `cargo xtask test set-up` installs it");
        let mut bus = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut bus).unwrap();
        assert!(!bus.trim().is_empty(), "gnome-keyring-daemon is needed: `cargo xtask test set-up` installs it");
        Self { process, bus: bus.trim().to_owned(), _home: home }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ended {
    #[track_caller]
    pub(crate) fn ok(self) -> String {
        assert_eq!(self.code, 0, "{self:?}");
        self.out
    }

    /// The one JSON value it printed.
    #[track_caller]
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.ok()).unwrap()
    }

    #[track_caller]
    pub(crate) fn fails(self, code: i32, with: &str) {
        assert_eq!(self.code, code, "{self:?}");
        assert!(self.err.contains(with), "{self:?}");
    }
}

/// One profile, and where its programs run.
#[derive(Debug)]
pub(crate) struct Terminal {
    folder: TempDir,
    /// The keyring's bus; none where there is no keyring.
    bus: Option<String>,
}

impl Terminal {
    /// A profile whose settings name this demo organisation.
    pub(crate) fn on(org: &DemoOrg, session: Option<&Session>) -> Self {
        let terminal = Self::empty(session);
        fs::create_dir(terminal.profile()).unwrap();
        let settings = json!({
            "browser": [org.program(), "follow", "--data", org.data()],
            "certificateAuthority": org.addresses.ca,
            "demo": { "organisation": org.addresses.organisation_https, "clientId": CLIENT },
        });
        fs::write(terminal.profile().join("settings.json"), settings.to_string()).unwrap();
        terminal
    }

    /// No profile yet.
    pub(crate) fn empty(session: Option<&Session>) -> Self {
        Self { folder: tempfile::tempdir().unwrap(), bus: session.map(|session| session.bus.clone()) }
    }

    pub(crate) fn profile(&self) -> PathBuf {
        self.folder.path().join("profile")
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The program with these words, not started yet.
    pub(crate) fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_satchel-cli"));
        command.arg("--profile").arg(self.profile()).args(words);
        // Nobody's own bus or keyring: where there is none, there is none to find either.
        command.env("XDG_RUNTIME_DIR", self.folder.path()).env("HOME", self.folder.path());
        match &self.bus {
            Some(bus) => command.env("DBUS_SESSION_BUS_ADDRESS", bus),
            None => command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere"),
        };
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, words: &[&str]) -> Ended {
        self.run_with(words, "")
    }

    /// With this on standard input.
    pub(crate) fn run_with(&self, words: &[&str], input: &str) -> Ended {
        let mut child = self.command(words).stdin(Stdio::piped()).spawn().unwrap();
        // A program that does not read ends without us.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let output = child.wait_with_output().unwrap();
        Ended {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

/// A colleague who looks into the organisation with a client of their own.
#[derive(Debug)]
pub(crate) struct Colleague {
    http: reqwest::Client,
    base: String,
    token: String,
}

impl Colleague {
    pub(crate) fn of(org: &DemoOrg) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let base = format!("{}/api/data/v9.2", org.addresses.organisation);
        Self { http, base, token: org.token("admin") }
    }

    /// The rows of `GET path`, all pages.
    pub(crate) async fn rows(&self, path: &str) -> Vec<Value> {
        let mut rows = Vec::new();
        let mut next = Some(format!("{}/{path}", self.base));
        while let Some(url) = next {
            let answer = self.http.get(&url).bearer_auth(&self.token).send().await.unwrap();
            let text = answer.text().await.unwrap();
            let mut answer: Value = serde_json::from_str(&text).unwrap();
            assert!(answer["value"].is_array(), "{url}: {text}");
            rows.append(answer["value"].as_array_mut().unwrap());
            next = answer["@odata.nextLink"].as_str().map(str::to_owned);
        }
        rows
    }
}
