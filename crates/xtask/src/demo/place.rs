//! `target/demo`: what lies there, and who runs there.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::house;

#[derive(Debug)]
pub(crate) struct Place {
    folder: PathBuf,
}

/// Chosen once, so that a profile finds its organisation again after both were closed.
#[derive(Debug, PartialEq)]
pub(crate) struct Ports {
    pub(crate) http: String,
    pub(crate) https: String,
}

impl Place {
    pub(crate) fn ready() -> Result<Self> {
        let folder = house::target().join("demo");
        house::make_folder(&folder)?;
        Ok(Self { folder })
    }

    /// The organisation's rows and keys.
    pub(crate) fn data(&self) -> PathBuf {
        self.folder.join("organisation")
    }

    pub(crate) fn profile(&self) -> PathBuf {
        self.folder.join("profile")
    }

    /// The keyring of a machine that has none.
    pub(crate) fn keyring(&self) -> PathBuf {
        self.folder.join("keyring")
    }

    pub(crate) fn log(&self) -> PathBuf {
        self.folder.join("organisation.log")
    }

    /// What the organisation prints once it is ready.
    pub(crate) fn answer(&self) -> PathBuf {
        self.folder.join("organisation.json")
    }

    pub(crate) fn ports(&self) -> Result<Ports> {
        let file = self.folder.join("ports.json");
        if let Some(ports) = fs::read_to_string(&file).ok().and_then(|text| parse_ports(&text)) {
            return Ok(ports);
        }
        // Both are held until both are known, or they could be the same.
        let (http, https) = (TcpListener::bind("127.0.0.1:0")?, TcpListener::bind("127.0.0.1:0")?);
        let ports = Ports { http: http.local_addr()?.to_string(), https: https.local_addr()?.to_string() };
        house::write(&file, &json!({ "http": ports.http, "https": ports.https }).to_string())?;
        Ok(ports)
    }

    pub(crate) fn remember(&self, process: u32) -> Result<()> {
        house::write(&self.process_file("organisation"), &process.to_string())
    }

    pub(crate) fn remember_window(&self, process: u32) -> Result<()> {
        house::write(&self.process_file("window"), &process.to_string())
    }

    /// The organisation's process, if it lives.
    pub(crate) fn running(&self) -> Option<u32> {
        alive(&self.process_file("organisation"), "satchel-demo-org")
    }

    pub(crate) fn window_is_open(&self) -> bool {
        // The window's program, or `dbus-run-session` that waits for it.
        alive(&self.process_file("window"), "satchel").is_some()
    }

    pub(crate) fn forget_profile(&self) -> Result<()> {
        for folder in [self.profile(), self.keyring()] {
            if folder.exists() {
                fs::remove_dir_all(&folder).with_context(|| format!("{} cannot be removed", folder.display()))?;
            }
        }
        Ok(())
    }

    fn process_file(&self, of: &str) -> PathBuf {
        self.folder.join(format!("{of}.pid"))
    }
}

fn parse_ports(text: &str) -> Option<Ports> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let port = |name: &str| Some(value.get(name)?.as_str()?.to_owned());
    Some(Ports { http: port("http")?, https: port("https")? })
}

/// The process that the file remembers, if it lives and is still the program we mean: numbers are used again.
fn alive(file: &Path, program: &str) -> Option<u32> {
    let process: u32 = fs::read_to_string(file).ok()?.trim().parse().ok()?;
    // A process that ended and was not yet waited for has no command line.
    let words = fs::read_to_string(format!("/proc/{process}/cmdline")).ok()?;
    words.contains(program).then_some(process)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_remembered_as_they_were_chosen() {
        let ports = parse_ports(r#"{"http":"127.0.0.1:1","https":"127.0.0.1:2"}"#);
        assert_eq!(ports, Some(Ports { http: "127.0.0.1:1".into(), https: "127.0.0.1:2".into() }));
    }

    #[test]
    fn a_file_of_ports_that_was_cut_short_is_not_believed() {
        assert_eq!(parse_ports(r#"{"http":"127.0.0.1:1","#), None);
    }

    #[test]
    fn a_process_of_another_name_is_not_ours() {
        let file = std::env::temp_dir().join(format!("xtask-test-{}.pid", std::process::id()));
        fs::write(&file, std::process::id().to_string()).unwrap();
        let found = (alive(&file, "no-such-program"), alive(&file, "xtask"));
        fs::remove_file(&file).unwrap();
        assert_eq!(found, (None, Some(std::process::id())));
    }
}
