//! Servers and test data that no one here wrote: Debian packages, unpacked below `target/` and never installed.

use std::{env, fs, path::Path, process::Command};

use anyhow::{Result, bail};

use crate::{house, program};

/// A real IMAP server, with the libraries that a small system may lack, and mail that broke other people's programs.
const PACKAGES: [&str; 10] = [
    "dovecot-core",
    "dovecot-imapd",
    "libexttextcat-2.0-0",
    "liblua5.4-0",
    "libpython3.11-testsuite",
    "libsodium23",
    "libstemmer0d",
    "libtirpc3",
    "libunwind8",
    "libwrap0",
];

/// What is tried before the tests: the files laid over `/usr` for one program alone.
const TRIAL: &str = "mount -t overlay overlay -o \"lowerdir=$1/usr:/usr\" /usr && exec /usr/sbin/dovecot --version\n";

pub(crate) fn unpack() -> Result<()> {
    let folder = house::target().join("servers");
    let unpacked = folder.join("unpacked.txt");
    let wanted = PACKAGES.join("\n");
    if !house::read(&unpacked).is_ok_and(|there| there == wanted) {
        println!("Servers for tests are downloaded and unpacked below {}, not installed.", folder.display());
        fetch(&folder)?;
        // Written last: a half-filled folder is filled again.
        house::write(&unpacked, &wanted)?;
    }
    check_namespaces(&folder)
}

fn fetch(folder: &Path) -> Result<()> {
    if !program::exists("apt-get") || !program::exists("dpkg-deb") {
        bail!("this is not Debian: the tests on a real mail server need its packages {}", PACKAGES.join(", "));
    }
    let packages = folder.join("packages");
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    house::make_folder(&packages)?;
    let mut download = Command::new("apt-get");
    // The downloader's own user may not write below everybody's `target/`.
    download.args(["-q", "-o", "APT::Sandbox::User=root", "download"]).args(PACKAGES).current_dir(&packages);
    if program::run(&mut download).is_err() {
        // Without lists, or with old ones that name files the mirror no longer has.
        if !is_root()? {
            bail!(
                "packages cannot be downloaded. Please run this line, then start again:\n\n    sudo apt-get update\n"
            );
        }
        program::run(Command::new("apt-get").args(["-q", "update"]))?;
        program::run(&mut download)?;
    }
    for package in house::files_below(&packages)? {
        program::run(Command::new("dpkg-deb").arg("-x").arg(package).arg(folder))?;
    }
    Ok(())
}

fn check_namespaces(folder: &Path) -> Result<()> {
    let mut unshare = Command::new("unshare");
    match is_root()? {
        true => unshare.arg("--mount"),
        false => unshare.args(["--map-current-user", "--mount", "--keep-caps"]),
    };
    unshare.args(["--pid", "--fork", "--kill-child", "sh", "-c", TRIAL, "sh"]).arg(folder);
    // A user's programs may be found without those of the system.
    let path = env::var("PATH").unwrap_or_default();
    let output = unshare.env("PATH", format!("{path}:/usr/sbin:/sbin")).output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => bail!(
            "this system does not let a test lay files over /usr for itself: {}\nPlease run the line that fits it, then start \
             again:\n\n    sudo sysctl -w kernel.unprivileged_userns_clone=1                  # Debian\n    \
             sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0      # Ubuntu\n",
            String::from_utf8_lossy(&output.stderr).trim()
        ),
        Err(error) => bail!("unshare of util-linux is not here ({error}): please install it"),
    }
}

fn is_root() -> Result<bool> {
    Ok(program::ask(Command::new("id").arg("-u"))?.trim() == "0")
}
