//! What the machine must have installed: found out, said, and installed after consent.

use std::{
    fs,
    io::{self, BufRead as _, IsTerminal as _, Write as _},
    path::Path,
    process::Command,
};

use anyhow::{Result, bail};

use crate::{program, session};

/// What the window is built from and runs on.
const WINDOW: [&str; 7] = [
    "libwebkit2gtk-4.1-dev",
    "libgtk-3-dev",
    "librsvg2-dev",
    "libayatana-appindicator3-dev",
    "libxdo-dev",
    "libssl-dev",
    "pkg-config",
];
/// A session of its own for a window that is started without one.
const OWN_SESSION: [&str; 2] = ["dbus-x11", "gnome-keyring"];
/// What the tests need besides: a display nobody sees, a driver of the window, letters of every script.
const TESTS: [&str; 6] = ["xvfb", "xauth", "webkit2gtk-driver", "fonts-noto-core", "fonts-noto-cjk", "python3-venv"];

/// The same asked of a system that is not Debian: libraries by pkg-config, programs by name.
const LIBRARIES: [&str; 4] = ["webkit2gtk-4.1", "gtk+-3.0", "librsvg-2.0", "openssl"];
const TEST_PROGRAMS: [&str; 5] = ["Xvfb", "WebKitWebDriver", "dbus-run-session", "gnome-keyring-daemon", "python3"];

/// What `cargo xtask run` needs.
pub(crate) fn for_run() -> Result<()> {
    let mut packages = WINDOW.to_vec();
    if !session::has_bus() {
        packages.extend(OWN_SESSION);
    }
    // A third of the sample company writes Chinese.
    if !session::shows_chinese() {
        packages.push("fonts-noto-cjk");
    }
    bring(&packages, &[])
}

/// What `cargo xtask test` needs.
pub(crate) fn for_test() -> Result<()> {
    bring(&[&WINDOW[..], &OWN_SESSION, &TESTS].concat(), &TEST_PROGRAMS)
}

fn bring(packages: &[&str], programs: &[&str]) -> Result<()> {
    if !program::exists("dpkg-query") || !program::exists("apt-get") {
        return check_by_name(packages, programs);
    }
    let missing = missing(packages);
    let machine = Machine {
        is_root: program::ask(Command::new("id").arg("-u"))?.trim() == "0",
        has_sudo: program::exists("sudo"),
        has_terminal: io::stdin().is_terminal(),
    };
    match way(&missing, &machine) {
        Way::Ready => Ok(()),
        Way::Install => {
            println!("These system packages are missing and are installed now: {}", missing.join(" "));
            install(&missing, &[])
        }
        Way::Ask => {
            println!("These system packages are missing: {}", missing.join(" "));
            print!("Install them now with sudo? [y/N] ");
            io::stdout().flush()?;
            let mut answer = String::new();
            io::stdin().lock().read_line(&mut answer)?;
            if !matches!(answer.trim(), "y" | "Y" | "yes") {
                bail!("nothing was installed. The line to run is:\n\n    {}\n", line(&missing));
            }
            install(&missing, &["sudo"])
        }
        Way::Stop => {
            bail!("system packages are missing. Please run this line, then start again:\n\n    {}\n", line(&missing))
        }
    }
}

#[derive(Debug)]
struct Machine {
    is_root: bool,
    has_sudo: bool,
    has_terminal: bool,
}

#[derive(Debug, PartialEq)]
enum Way {
    Ready,
    Install,
    Ask,
    Stop,
}

fn way(missing: &[&str], machine: &Machine) -> Way {
    if missing.is_empty() {
        Way::Ready
    } else if machine.is_root {
        Way::Install
    } else if machine.has_terminal && machine.has_sudo {
        Way::Ask
    } else {
        Way::Stop
    }
}

fn missing<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    // dpkg-query fails as soon as one name is unknown to it; what it prints counts.
    let known =
        Command::new("dpkg-query").args(["-W", "-f", "${Package} ${db:Status-Status}\\n"]).args(packages).output();
    let known = known.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let is_installed = |package: &str| known.lines().any(|line| line == format!("{package} installed"));
    packages.iter().copied().filter(|package| !is_installed(package)).collect()
}

fn install(missing: &[&str], before: &[&str]) -> Result<()> {
    let apt = |words: &[&str]| {
        let all = [before, &["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"], words].concat();
        let mut command = Command::new(all[0]);
        command.args(&all[1..]);
        command
    };
    let install = [&["install", "--no-install-recommends"], missing].concat();
    if has_lists() && program::run(&mut apt(&install)).is_ok() {
        return Ok(());
    }
    // Without lists, or with old ones that name files the mirror no longer has.
    program::run(&mut apt(&["update"]))?;
    program::run(&mut apt(&install))
}

fn has_lists() -> bool {
    let lists = fs::read_dir(Path::new("/var/lib/apt/lists")).into_iter().flatten().flatten();
    lists.into_iter().any(|file| file.file_name().to_string_lossy().contains("_Packages"))
}

fn line(missing: &[&str]) -> String {
    format!("sudo apt-get update && sudo apt-get install -y --no-install-recommends {}", missing.join(" "))
}

fn check_by_name(packages: &[&str], programs: &[&str]) -> Result<()> {
    let has_libraries =
        Command::new("pkg-config").arg("--exists").args(LIBRARIES).status().is_ok_and(|status| status.success());
    if has_libraries && programs.iter().all(|name| program::exists(name)) {
        return Ok(());
    }
    bail!("this is not Debian: please install by your system's own means what Debian calls {}", packages.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const MISSING: [&str; 2] = ["libxdo-dev", "xvfb"];

    fn machine(is_root: bool, has_sudo: bool, has_terminal: bool) -> Machine {
        Machine { is_root, has_sudo, has_terminal }
    }

    #[test]
    fn nothing_is_asked_when_nothing_is_missing() {
        assert_eq!(way(&[], &machine(false, false, false)), Way::Ready);
    }

    #[test]
    fn root_installs_directly() {
        assert_eq!(way(&MISSING, &machine(true, false, false)), Way::Install);
    }

    #[test]
    fn a_person_at_a_terminal_is_asked_first() {
        assert_eq!(way(&MISSING, &machine(false, true, true)), Way::Ask);
    }

    #[test]
    fn with_neither_root_nor_a_terminal_it_stops() {
        assert_eq!(way(&MISSING, &machine(false, true, false)), Way::Stop);
        assert_eq!(way(&MISSING, &machine(false, false, true)), Way::Stop);
    }

    #[test]
    fn the_line_to_run_names_every_missing_package() {
        assert_eq!(
            line(&MISSING),
            "sudo apt-get update && sudo apt-get install -y --no-install-recommends libxdo-dev xvfb"
        );
    }

    #[test]
    fn a_package_that_no_system_has_is_missing() {
        assert_eq!(missing(&["satchel-has-no-such-package"]), ["satchel-has-no-such-package"]);
    }
}
