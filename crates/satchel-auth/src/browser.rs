//! Opens an address outside of us: the system's browser, or a program that the settings name.

use std::{
    fmt,
    path::PathBuf,
    process::{Command, Stdio},
};

use satchel_http::Url;

pub trait OpenBrowser: Send + Sync + fmt::Debug {
    /// Starts it and does not wait for its end.
    fn open(&self, url: &Url) -> Result<(), OpenError>;
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("The browser does not start ({why}). Set one in the settings.")]
pub struct OpenError {
    pub why: String,
}

/// Whatever the system opens addresses with.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemBrowser;

impl OpenBrowser for SystemBrowser {
    fn open(&self, url: &Url) -> Result<(), OpenError> {
        let (program, args): (&str, &[&str]) = match std::env::consts::OS {
            "macos" => ("open", &[]),
            // Not `start`: a shell would read the address as a command.
            "windows" => ("rundll32", &["url.dll,FileProtocolHandler"]),
            _ => ("xdg-open", &[]),
        };
        start(Command::new(program).args(args), url)
    }
}

/// A program of the settings, called with its arguments and the address last.
#[derive(Clone, Debug)]
pub struct Program {
    pub path: PathBuf,
    pub args: Vec<String>,
}

impl OpenBrowser for Program {
    fn open(&self, url: &Url) -> Result<(), OpenError> {
        start(Command::new(&self.path).args(&self.args), url)
    }
}

fn start(command: &mut Command, url: &Url) -> Result<(), OpenError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let started = command.arg(url.as_str()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut child = started.map_err(|error| OpenError { why: format!("{program}: {error}") })?;
    // Somebody has to wait for it, or it stays behind as a zombie.
    std::thread::spawn(move || child.wait());
    Ok(())
}
