//! Processes that a test starts, and that end with it.

use std::{
    fs::{self, File},
    path::Path,
    process::{Child, Command, Stdio},
};

use anyhow::{Context as _, Result};

/// A process that does not outlive this value.
#[derive(Debug)]
pub(crate) struct Owned(Child);

impl Owned {
    /// What it says goes to `log`.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let log = File::create(log).with_context(|| format!("{} cannot be written", log.display()))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        let name = command.get_program().to_string_lossy().into_owned();
        Ok(Self(command.spawn().with_context(|| format!("{name} could not be started"))?))
    }

    pub(crate) fn has_ended(&mut self) -> Result<bool> {
        Ok(self.0.try_wait()?.is_some())
    }

    /// Lets it end in order.
    pub(crate) fn ask_to_end(&mut self) -> Result<()> {
        signal("-TERM", self.0.id())
    }

    /// Pulls the plug: it gets no chance to say goodbye.
    pub(crate) fn kill(&mut self) -> Result<()> {
        self.0.kill()?;
        self.0.wait()?;
        Ok(())
    }
}

impl Drop for Owned {
    fn drop(&mut self) {
        // It may be gone already, which is as good.
        let _ = self.kill();
    }
}

pub(crate) fn signal(signal: &str, process: u32) -> Result<()> {
    // The shell's own `kill`: a bare system has no program of that name.
    let process = process.to_string();
    Command::new("sh").args(["-c", "kill \"$1\" \"$2\"", "sh", signal, &process]).stderr(Stdio::null()).status()?;
    Ok(())
}

/// The processes that were started with these words next to each other on their command line.
pub(crate) fn started_with(words: &[&str]) -> Vec<u32> {
    let wanted = words.join("\0");
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|entry| entry.file_name().to_string_lossy().parse::<u32>().ok());
    numbers
        .filter(|process| {
            let line = fs::read(format!("/proc/{process}/cmdline")).unwrap_or_default();
            String::from_utf8_lossy(&line).contains(&wanted)
        })
        .collect()
}
