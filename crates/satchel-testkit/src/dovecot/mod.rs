//! A real IMAP server: Dovecot, never installed, unpacked below `target/` by `cargo xtask test set-up`.

mod certificates;
mod hand;
mod process;

use std::{
    fs,
    net::TcpListener,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use tempfile::TempDir;

use self::process::Process;
pub use self::{certificates::Certificates, hand::Hand};

/// Anybody may sign in with it, and has a mailbox of their own then.
pub const PASSWORD: &str = "secret";
/// The name in its certificate.
pub const SERVER: &str = "localhost";

/// A running server, or one that was stopped; it ends with this value, and with the test that holds it.
#[derive(Debug)]
pub struct Dovecot {
    place: TempDir,
    process: Option<Process>,
    pub certificates: Certificates,
    /// Encrypted from the first byte.
    pub imaps: u16,
    /// Plain text until STARTTLS.
    pub imap: u16,
}

impl Dovecot {
    pub fn start() -> Self {
        Self::with("")
    }

    /// One that offers no more than IMAP did in 2003: it counts no changes and knows no folder's purpose.
    pub fn poor() -> Self {
        Self::with("imap_capability = IMAP4rev1 SASL-IR LITERAL+\n")
    }

    /// With further lines of configuration.
    pub fn with(more: &str) -> Self {
        let place = TempDir::with_prefix("satchel-dovecot-").unwrap_or_else(|error| panic!("a folder: {error}"));
        let certificates = Certificates::new(SERVER);
        let (imap, imaps) = (free_port(), free_port());
        prepare(place.path(), &certificates, imap, imaps, more);
        let process = Some(Process::start(&unpacked(), place.path()));
        Self { place, process, certificates, imaps, imap }
    }

    /// Every process of it at once, in the middle of whatever it does.
    pub fn kill(&mut self) {
        self.process = None;
    }

    /// On the same mail and the same ports.
    pub fn start_again(&mut self) {
        assert!(self.process.is_none(), "Dovecot still runs");
        self.process = Some(Process::start(&unpacked(), self.place.path()));
    }

    /// Another hand on a user's mailbox.
    pub fn hand(&self, user: &str) -> Hand {
        Hand::sign_in(self.imap, user, PASSWORD)
    }
}

/// Where `cargo xtask test set-up` unpacked it.
fn unpacked() -> PathBuf {
    let folder = servers();
    let ready = folder.join("usr/sbin/dovecot");
    assert!(ready.exists(), "{} is not there: run `cargo xtask test set-up` first", ready.display());
    folder
}

/// The folder of unpacked packages, which lies beside the profile's folder in `target/`.
pub fn servers() -> PathBuf {
    let test = std::env::current_exe().unwrap_or_else(|error| panic!("a test that does not know itself: {error}"));
    let profile = test.ancestors().find(|folder| folder.ends_with("deps")).and_then(Path::parent);
    let Some(target) = profile.and_then(Path::parent) else { panic!("{} lies in no folder", test.display()) };
    target.join("servers")
}

/// Free now; nobody else on this machine is likely to take it in the next second.
fn free_port() -> u16 {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    port.unwrap_or_else(|error| panic!("a free port: {error}")).port()
}

fn prepare(place: &Path, certificates: &Certificates, imap: u16, imaps: u16, more: &str) {
    let write = |name: &str, text: &str| {
        let file = place.join(name);
        fs::write(&file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    };
    let open_to = |path: &Path, mode| {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    };
    write("server.pem", &certificates.server);
    write("server.key", &certificates.key);
    let (user, group) = process::user();
    let folder = place.display();
    write("dovecot.conf", &configuration(&folder.to_string(), &user, &group, (imap, imaps), more));
    for name in ["mail", "run"] {
        fs::create_dir(place.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
    // Its processes give up their rights and must find their way all the same.
    open_to(place, 0o755);
    open_to(&place.join("mail"), 0o777);
}

fn configuration(place: &str, user: &str, group: &str, (imap, imaps): (u16, u16), more: &str) -> String {
    let mut purposes = String::new();
    for (name, purpose) in
        [("Drafts", "Drafts"), ("Sent", "Sent"), ("Archive", "Archive"), ("Trash", "Trash"), ("Junk", "Junk")]
    {
        purposes += &format!("  mailbox {name} {{\n    auto = create\n    special_use = \\{purpose}\n  }}\n");
    }
    format!(
        "base_dir = {place}/run
state_dir = {place}/run
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
default_internal_user = {user}
default_login_user = {user}
default_internal_group = {group}
first_valid_uid = 0
mail_location = maildir:{place}/mail/%u
mail_fsync = never
mail_max_userip_connections = 100
disable_plaintext_auth = no
auth_failure_delay = 0
ssl = yes
ssl_cert = <{place}/server.pem
ssl_key = <{place}/server.key
passdb {{
  driver = static
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={place}/mail/%u allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
{purposes}}}
service anvil {{
  chroot =
  # A wrong password would make the next one wait.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
{more}"
    )
}
