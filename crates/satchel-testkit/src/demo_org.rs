//! The demo organisation as a process of its own, started, stopped, killed and started again by a test.

use std::{
    io::{BufRead, BufReader, Read},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Once, mpsc},
    time::Duration,
};

use serde_json::Value;
use tempfile::TempDir;

/// The first start fills in the sample company, on a machine that may be busy.
const READY_WITHIN: Duration = Duration::from_secs(120);
const PROGRAM: &str = "satchel-demo-org";

/// A running organisation, or one that was stopped; it ends with this value.
#[derive(Debug)]
pub struct DemoOrg {
    data: TempDir,
    options: &'static [&'static str],
    process: Option<Process>,
    pub addresses: Addresses,
}

/// What it prints once it is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    pub organisation: String,
    pub organisation_https: String,
    pub authority: String,
    pub graph: String,
    /// The PEM file of its certificate authority.
    pub ca: PathBuf,
}

/// Killed when dropped, so that no failed test leaves one behind.
#[derive(Debug)]
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl DemoOrg {
    /// A new one, in a temporary folder and on free ports.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// With more options for `serve`, now and whenever it starts again.
    pub fn start_with(options: &'static [&'static str]) -> Self {
        let data = TempDir::with_prefix("satchel-demo-")
            .unwrap_or_else(|error| panic!("a folder for the demo organisation: {error}"));
        let (process, addresses) = serve(data.path(), "127.0.0.1:0", "127.0.0.1:0", options);
        Self { data, options, process: Some(process), addresses }
    }

    /// Ends it the polite way, and waits for the end.
    pub fn stop(&mut self) {
        let Some(mut process) = self.process.take() else { return };
        // The program is not on every system, the shell's own word is.
        let asked = Command::new("sh").args(["-c", &format!("kill -TERM {}", process.0.id())]).status();
        assert!(asked.is_ok_and(|status| status.success()), "the demo organisation could not be asked to end");
        let ended = process.0.wait();
        assert!(
            ended.as_ref().is_ok_and(std::process::ExitStatus::success),
            "the demo organisation ended badly: {ended:?}"
        );
    }

    /// As the power going: `kill -9`.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// On the same data and the same ports, with other options for `serve`.
    pub fn start_again_with(&mut self, options: &'static [&'static str]) {
        self.options = options;
        self.start_again();
    }

    /// On the same data and the same ports.
    pub fn start_again(&mut self) {
        assert!(self.process.is_none(), "the demo organisation still runs");
        let (http, https) = (host_of(&self.addresses.organisation), host_of(&self.addresses.organisation_https));
        let (process, addresses) = serve(self.data.path(), &http, &https, self.options);
        assert_eq!(addresses, self.addresses, "the demo organisation moved");
        self.process = Some(process);
    }

    /// An access token for `admin`, `manager` or `salesperson`, made without a sign-in.
    pub fn token(&self, user: &str) -> String {
        let output = Command::new(program()).args(["token", "--user", user, "--data"]).arg(self.data.path()).output();
        let output = output.unwrap_or_else(|error| panic!("the demo organisation's program: {error}"));
        assert!(output.status.success(), "no token for {user}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Its program, for whoever scripts it further.
    pub fn program(&self) -> PathBuf {
        program()
    }

    pub fn data(&self) -> &Path {
        self.data.path()
    }
}

fn serve(data: &Path, http: &str, https: &str, options: &[&str]) -> (Process, Addresses) {
    let mut command = Command::new(program());
    command.args(["serve", "--http", http, "--https", https, "--data"]).arg(data).args(options);
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let mut process = Process(child.unwrap_or_else(|error| panic!("the demo organisation does not start: {error}")));
    let Some(stdout) = process.0.stdout.take() else { panic!("the demo organisation has no output") };
    let (say, said) = mpsc::channel();
    // Reads to the end, so that the program never waits for its reader.
    std::thread::spawn(move || {
        let mut lines = BufReader::new(stdout);
        let mut first = String::new();
        let _ = lines.read_line(&mut first);
        let _ = say.send(first);
        let _ = lines.read_to_end(&mut Vec::new());
    });
    let line = said.recv_timeout(READY_WITHIN).unwrap_or_default();
    let addresses = read_line(&line).unwrap_or_else(|| panic!("the demo organisation was not ready: {line:?}"));
    (process, addresses)
}

fn read_line(line: &str) -> Option<Addresses> {
    let line: Value = serde_json::from_str(line).ok()?;
    let text = |key: &str| Some(line.get(key)?.as_str()?.trim_end_matches('/').to_owned());
    Some(Addresses {
        organisation: text("organisation")?,
        organisation_https: text("organisation_https")?,
        authority: text("authority")?,
        graph: text("graph")?,
        ca: text("ca")?.into(),
    })
}

/// `127.0.0.1:8080` of `http://127.0.0.1:8080/x`; the program wants an address, so `localhost` is written as one.
fn host_of(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest).replace("localhost", "127.0.0.1")
}

/// The program that cargo built beside this test, built now when it is not there.
fn program() -> PathBuf {
    static BUILT: Once = Once::new();
    let test = std::env::current_exe().unwrap_or_else(|error| panic!("a test that does not know itself: {error}"));
    let profile = test.ancestors().find(|folder| !folder.ends_with("deps") && folder.is_dir());
    let Some(profile) = profile else { panic!("{} lies in no folder", test.display()) };
    let program = profile.join(PROGRAM).with_extension(std::env::consts::EXE_EXTENSION);
    BUILT.call_once(|| {
        if !program.exists() {
            build(profile);
        }
    });
    program
}

fn build(profile: &Path) {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--quiet", "--package", "satchel-demo-org"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    if let Some(target) = profile.parent() {
        cargo.arg("--target-dir").arg(target);
    }
    let status = cargo.status();
    assert!(status.is_ok_and(|status| status.success()), "the demo organisation does not build");
}
