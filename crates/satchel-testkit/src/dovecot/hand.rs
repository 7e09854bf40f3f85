//! Another hand on an IMAP mailbox: plain commands on a socket, by another road than the adapter under test.

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

/// Signed in, over plain text, which a test on this machine may.
#[derive(Debug)]
pub struct Hand {
    stream: BufReader<TcpStream>,
    count: u32,
}

impl Hand {
    pub(super) fn sign_in(port: u16, user: &str, password: &str) -> Self {
        let stream = TcpStream::connect(("127.0.0.1", port)).unwrap_or_else(|error| panic!("Dovecot: {error}"));
        let limit = stream.set_read_timeout(Some(Duration::from_secs(60)));
        limit.unwrap_or_else(|error| panic!("a socket without patience: {error}"));
        let mut hand = Self { stream: BufReader::new(stream), count: 0 };
        hand.line();
        hand.tell(&format!("LOGIN {user} {password}"));
        hand
    }

    /// Everything the server answers to a command that it must obey, a line each; what it sends as it is stands within.
    pub fn tell(&mut self, command: &str) -> Vec<String> {
        let (lines, end) = self.ask(command.as_bytes());
        assert!(end.starts_with("OK"), "Dovecot refused {command}: {end}");
        lines
    }

    /// Puts a message into a folder, whatever its bytes are, and says its UID there.
    pub fn append(&mut self, folder: &str, raw: &[u8]) -> u32 {
        let mut command = format!("APPEND {folder} {{{}+}}\r\n", raw.len()).into_bytes();
        command.extend_from_slice(raw);
        let (_, end) = self.ask(&command);
        let uid = end.split_once("[APPENDUID ").and_then(|(_, rest)| number_after(rest, " "));
        uid.unwrap_or_else(|| panic!("Dovecot does not take the message: {end}"))
    }

    /// What a `UID SEARCH` finds in a folder.
    pub fn search(&mut self, folder: &str, what: &str) -> Vec<u32> {
        self.tell(&format!("SELECT {folder}"));
        let lines = self.tell(&format!("UID SEARCH {what}"));
        let found = lines.iter().filter_map(|line| line.strip_prefix("* SEARCH"));
        found.flat_map(str::split_whitespace).filter_map(|uid| uid.parse().ok()).collect()
    }

    /// Gives the folder a new validity and its messages new UIDs, as a server does that was restored from a backup.
    pub fn renumber(&mut self, folder: &str) {
        let old = format!("{folder}-before");
        self.tell(&format!("RENAME {folder} {old}"));
        self.tell(&format!("CREATE {folder}"));
        self.tell(&format!("SELECT {old}"));
        // The folder may be empty.
        if !self.tell("UID SEARCH ALL").iter().any(|line| line.trim() == "* SEARCH") {
            self.tell(&format!("UID COPY 1:* {folder}"));
        }
        self.tell("UNSELECT");
        self.tell(&format!("DELETE {old}"));
    }

    fn ask(&mut self, command: &[u8]) -> (Vec<String>, String) {
        self.count += 1;
        let tag = format!("h{} ", self.count);
        let whole = [tag.as_bytes(), command, b"\r\n"].concat();
        self.stream.get_mut().write_all(&whole).unwrap_or_else(|error| panic!("Dovecot: {error}"));
        let mut lines = Vec::new();
        loop {
            let line = self.line();
            match line.strip_prefix(&tag) {
                Some(end) => return (lines, end.to_owned()),
                None => lines.push(line),
            }
        }
    }

    /// One line, with the literals in it.
    fn line(&mut self) -> String {
        let mut bytes = Vec::new();
        loop {
            let length = self.stream.read_until(b'\n', &mut bytes).unwrap_or_else(|error| panic!("Dovecot: {error}"));
            assert!(length > 0, "Dovecot ended the connection");
            let text = String::from_utf8_lossy(&bytes).trim_end().to_owned();
            let Some(more) = text.strip_suffix('}').and_then(|text| text.rsplit_once('{')) else { return text };
            let Ok(more) = more.1.parse() else { return text };
            let mut literal = vec![0; more];
            self.stream.read_exact(&mut literal).unwrap_or_else(|error| panic!("Dovecot: {error}"));
            bytes.extend(literal);
        }
    }
}

/// The number that follows the first `mark`.
fn number_after(text: &str, mark: &str) -> Option<u32> {
    let (_, rest) = text.split_once(mark)?;
    rest.split(|letter: char| !letter.is_ascii_digit()).next()?.parse().ok()
}
