//! Dovecot's processes in namespaces of their own: its files are laid over `/usr` for them alone, and they end together.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    path::Path,
    process::{Child, Command, Stdio},
    sync::mpsc,
    time::Duration,
};

const READY_WITHIN: Duration = Duration::from_secs(60);
/// Logged once every port is bound.
const READY: &str = "starting up";

/// Lays the files over `/usr` and starts the server. When the test ends, however it does, its end of the pipe closes, this
/// shell ends, and with the first process of its namespace all others do.
const SCRIPT: &str = r#"
mount -t overlay overlay -o "lowerdir=$1/usr:/usr" /usr || exit 71
/usr/sbin/dovecot -F -c "$2/dovecot.conf" </dev/null &
read -r _
"#;

/// Killed when dropped.
#[derive(Debug)]
pub(super) struct Process(Child);

impl Process {
    pub(super) fn start(files: &Path, place: &Path) -> Self {
        let mut command = Command::new("unshare");
        match is_root() {
            true => command.arg("--mount"),
            // An ordinary user becomes root of a world of one.
            false => command.args(["--map-current-user", "--mount", "--keep-caps"]),
        };
        command.args(["--pid", "--fork", "--kill-child", "sh", "-c", SCRIPT, "sh"]).arg(files).arg(place);
        let child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
        let mut process = Self(child.unwrap_or_else(|error| panic!("unshare does not start: {error}")));
        let Some(log) = process.0.stderr.take() else { panic!("Dovecot has no log") };
        let (say, said) = mpsc::channel();
        // Reads to the end, so that the server never waits for its reader.
        std::thread::spawn(move || {
            let mut log = BufReader::new(log);
            let mut line = String::new();
            while log.read_line(&mut line).is_ok_and(|length| length > 0) {
                let _ = say.send(std::mem::take(&mut line));
            }
            let _ = log.read_to_end(&mut Vec::new());
        });
        let mut lines = String::new();
        loop {
            match said.recv_timeout(READY_WITHIN) {
                Ok(line) if line.contains(READY) => return process,
                Ok(line) => lines += &line,
                Err(_) => panic!("Dovecot was not ready. It said:\n{lines}"),
            }
        }
    }
}

impl Drop for Process {
    /// Our end of the pipe closes, so the first process of the namespace ends; it is gone only when all others are, each
    /// killed. To kill the one that waits for it would leave them a moment to answer in.
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}

/// As whom its processes run: never as root.
pub(super) fn user() -> (String, String) {
    match is_root() {
        true => ("nobody".to_owned(), "nogroup".to_owned()),
        false => (id(&["-un"]), id(&["-gn"])),
    }
}

fn is_root() -> bool {
    id(&["-u"]) == "0"
}

fn id(words: &[&str]) -> String {
    let output = Command::new("id").args(words).output().unwrap_or_else(|error| panic!("id: {error}"));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}
