//! One conversation with a server: greeting, encryption, sign-in, then commands and their whole answers.

use std::{collections::BTreeSet, fmt};

use async_imap::{
    Authenticator, Client,
    error::Error,
    imap_proto::{Capability, MailboxDatum, Outcome, Response, ResponseCode, Status},
};
use satchel_domain::{ServiceError, error::Answer};
use tokio::net::TcpStream;
use tokio_rustls::client::TlsStream;

use crate::{
    fault::{self, Fault},
    name,
    patient::Patient,
    settings::{Security, Settings},
    tls::Way,
};

type Encrypted = Patient<TlsStream<TcpStream>>;

/// Signed in.
pub(crate) struct Session {
    imap: async_imap::Session<Encrypted>,
    abilities: BTreeSet<String>,
    selected: Option<Selected>,
}

/// What a server says of a folder when it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Selected {
    pub(crate) folder: String,
    pub(crate) count: u32,
    pub(crate) uid_validity: u32,
    pub(crate) uid_next: Option<u32>,
    pub(crate) mod_seq: Option<u64>,
}

impl Session {
    pub(crate) async fn open(way: &Way, settings: &Settings) -> Answer<Self> {
        let (connect, silence) = (settings.patience.connect, settings.patience.silence);
        let (mut client, takes_plain) = match settings.security {
            Security::Tls => {
                let stream = way.encrypt(way.open().await?).await?;
                let mut client = Client::new(Patient::new(stream, connect));
                let takes_plain = greeting(&mut client, way).await?;
                (client, takes_plain)
            }
            Security::StartTls => {
                let mut bare = Client::new(Patient::new(way.open().await?, connect));
                let takes_plain = greeting(&mut bare, way).await?;
                start_tls(&mut bare, way).await?;
                // Whatever a stranger slipped in before the encryption is thrown away with the old client's buffer.
                let stream = way.encrypt(bare.into_inner().into_inner()).await?;
                (Client::new(Patient::new(stream, connect)), takes_plain)
            }
        };
        client.get_mut().be_patient_for(silence);
        let imap = sign_in(client, settings, takes_plain).await.map_err(|error| of_signing_in(error, &way.server))?;
        let mut session = Self { imap, abilities: BTreeSet::new(), selected: None };
        session.learn_abilities().await.map_err(|fault| fault.remedy(&way.server))?;
        Ok(session)
    }

    /// Sends one command, and hands over everything that is said until it is done.
    pub(crate) async fn ask(&mut self, command: &str, mut take: impl FnMut(&Response<'_>) + Send) -> Result<(), Fault> {
        let id = self.imap.run_command(command).await.map_err(of_sending)?;
        loop {
            let Some(said) = self.imap.read_response().await.map_err(|error| Fault::of(&error))? else {
                return Err(Fault::Lost);
            };
            match said.parsed() {
                Response::Done { tag, status, outcome } if *tag == id => {
                    return match status {
                        Status::Ok => Ok(()),
                        Status::No => Err(Fault::No(words(outcome))),
                        _ => Err(Fault::Bad(words(outcome))),
                    };
                }
                other => take(other),
            }
        }
    }

    pub(crate) fn can(&self, ability: &str) -> bool {
        self.abilities.contains(ability)
    }

    /// Opens a folder as it is now.
    pub(crate) async fn select(&mut self, folder: &str) -> Result<Selected, Fault> {
        self.selected = None;
        let Some(quoted) = name::quoted(folder) else { return Err(Fault::No("[NONEXISTENT]".to_owned())) };
        let counts_changes = self.can("CONDSTORE");
        let how = if counts_changes { " (CONDSTORE)" } else { "" };
        let mut told = Opened::default();
        match self.ask(&format!("SELECT {quoted}{how}"), |said| told.take(said)).await {
            Ok(()) => {}
            Err(Fault::No(words)) if !self.has_folder(&quoted).await? => {
                return Err(Fault::No(format!("[NONEXISTENT] {words}")));
            }
            Err(fault) => return Err(fault),
        }
        // Without a validity its numbers mean nothing.
        let uid_validity = told.uid_validity.ok_or(Fault::Unreadable)?;
        let mod_seq = told.mod_seq.filter(|_| counts_changes);
        let (folder, count, uid_next) = (folder.to_owned(), told.count, told.uid_next);
        let selected = Selected { folder, count, uid_validity, uid_next, mod_seq };
        self.selected = Some(selected.clone());
        Ok(selected)
    }

    /// A folder that is open already is not opened again; its UIDs mean the same as long as it is open.
    pub(crate) async fn stay_in(&mut self, folder: &str) -> Result<Selected, Fault> {
        match &self.selected {
            Some(selected) if selected.folder == folder => Ok(selected.clone()),
            _ => self.select(folder).await,
        }
    }

    async fn has_folder(&mut self, quoted: &str) -> Result<bool, Fault> {
        let mut is_there = false;
        let look = |said: &Response<'_>| is_there |= matches!(said, Response::MailboxData(MailboxDatum::List(_)));
        self.ask(&format!("LIST \"\" {quoted}"), look).await?;
        Ok(is_there)
    }

    /// Asks again what the server can do: after a sign-in it says more.
    async fn learn_abilities(&mut self) -> Result<(), Fault> {
        let mut abilities = BTreeSet::new();
        let learn = |said: &Response<'_>| {
            if let Response::Capabilities(list) = said {
                abilities.extend(names(list));
            }
        };
        self.ask("CAPABILITY", learn).await?;
        self.abilities = abilities;
        Ok(())
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("abilities", &self.abilities.len()).finish_non_exhaustive()
    }
}

type Line<S> = Client<Patient<S>>;

/// Whoever answers must be an IMAP server that is willing. Says whether it offers to sign in by PLAIN.
async fn greeting<S>(client: &mut Line<S>, way: &Way) -> Answer<bool>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + fmt::Debug + Send,
{
    let server = &way.server;
    let not_imap = || ServiceError::Broken {
        detail: format!("{server} is no IMAP server at this port, or a network's sign-in page answers in its place"),
    };
    match client.read_response().await {
        Ok(Some(said)) => match said.parsed() {
            Response::Data { status: Status::Ok, outcome } => Ok(offers_plain(outcome)),
            Response::Data { status: Status::Bye, outcome } => {
                Err(ServiceError::Unreachable { why: format!("{server} turns us away. It says: {}", words(outcome)) })
            }
            _ => Err(not_imap()),
        },
        Ok(None) => Err(ServiceError::Unreachable {
            why: format!("{server} ended the connection without a word. Check the port, or try again later."),
        }),
        Err(error) => Err(match Fault::of(&error) {
            Fault::Silent => ServiceError::Unreachable {
                why: format!("{server} took the connection and said nothing. Check the port: it may not be for IMAP."),
            },
            Fault::Unreadable | Fault::TooLong => not_imap(),
            // A page that ends before a line of IMAP does.
            _ if error.kind() == std::io::ErrorKind::UnexpectedEof => not_imap(),
            other => other.remedy(server),
        }),
    }
}

fn offers_plain(outcome: &Outcome<'_>) -> bool {
    match &outcome.code {
        Some(ResponseCode::Capabilities(list)) => names(list).any(|name| name == "AUTH=PLAIN"),
        _ => false,
    }
}

async fn start_tls(client: &mut Line<TcpStream>, way: &Way) -> Answer<()> {
    let server = &way.server;
    client.run_command_and_check_ok("STARTTLS", None).await.map_err(|error| match error {
        Error::Bad(_) | Error::No(_) => ServiceError::Refused {
            code: "STARTTLS".to_owned(),
            reason: format!("{server} offers no encryption at this port, so nothing is sent to it. Try port 993."),
        },
        other => of_sending(other).remedy(server),
    })
}

/// With PLAIN where the greeting offers it or LOGIN would choke on the letters: LOGIN is what the oldest servers take.
/// Never one after the other: two wrong passwords may lock an account.
async fn sign_in(
    client: Line<TlsStream<TcpStream>>,
    settings: &Settings,
    takes_plain: bool,
) -> Result<async_imap::Session<Encrypted>, Error> {
    let (user, password) = (&settings.user, settings.password.reveal());
    if takes_plain || !user.is_ascii() || !password.is_ascii() {
        client.authenticate("PLAIN", Plain { user, password }).await.map_err(|(error, _)| error)
    } else {
        client.login(user, password).await.map_err(|(error, _)| error)
    }
}

/// RFC 4616.
struct Plain<'a> {
    user: &'a str,
    password: &'a str,
}

impl Authenticator for Plain<'_> {
    type Response = String;

    fn process(&mut self, _: &[u8]) -> Self::Response {
        format!("\0{}\0{}", self.user, self.password)
    }
}

fn of_signing_in(error: Error, server: &str) -> ServiceError {
    match error {
        Error::No(told) | Error::Bad(told) => fault::of_sign_in(quoted_words(&told), server),
        Error::Validate(_) => ServiceError::SignInNeeded {
            why: "The user name or the password has a line break in it. Type it again.".to_owned(),
        },
        other => of_sending(other).remedy(server),
    }
}

fn of_sending(error: Error) -> Fault {
    match error {
        Error::Io(error) => Fault::of(&error),
        Error::No(told) => Fault::No(quoted_words(&told)),
        Error::Bad(told) => Fault::Bad(quoted_words(&told)),
        Error::Parse(_) => Fault::Unreadable,
        _ => Fault::Lost,
    }
}

/// The server's words out of the library's own: `code: None, info: Some("…")`.
fn quoted_words(told: &str) -> String {
    let said = told.split_once("info: Some(\"").and_then(|(_, rest)| rest.strip_suffix("\")"));
    said.unwrap_or_default().replace("\\'", "'").replace("\\\"", "\"").replace("\\\\", "\\")
}

fn words(outcome: &Outcome<'_>) -> String {
    let said = outcome.information.as_deref().unwrap_or_default();
    match outcome.code {
        // The one code that the library takes out of the words and that says what to do.
        Some(ResponseCode::TryCreate) => format!("[TRYCREATE] {said}"),
        _ => said.to_owned(),
    }
}

/// In capitals, as they are compared.
fn names<'a>(list: &'a [Capability<'_>]) -> impl Iterator<Item = String> + 'a {
    list.iter().map(|ability| match ability {
        Capability::Imap4rev1 => "IMAP4REV1".to_owned(),
        Capability::Auth(how) => format!("AUTH={}", how.to_ascii_uppercase()),
        Capability::Atom(name) => name.to_ascii_uppercase(),
    })
}

/// What is said while a folder is opened.
#[derive(Debug, Default)]
struct Opened {
    count: u32,
    uid_validity: Option<u32>,
    uid_next: Option<u32>,
    mod_seq: Option<u64>,
}

impl Opened {
    fn take(&mut self, said: &Response<'_>) {
        match said {
            Response::MailboxData(MailboxDatum::Exists(number)) => self.count = *number,
            Response::Data { outcome, .. } => match outcome.code {
                Some(ResponseCode::UidValidity(number)) => self.uid_validity = Some(number),
                Some(ResponseCode::UidNext(number)) => self.uid_next = Some(number),
                Some(ResponseCode::HighestModSeq(number)) => self.mod_seq = Some(number),
                _ => {}
            },
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_words_are_taken_out_of_the_librarys() {
        let told = r#"code: None, info: Some("[AUTHENTICATIONFAILED] It isn't \"right\"")"#;
        assert_eq!(quoted_words(told), "[AUTHENTICATIONFAILED] It isn't \"right\"");
        assert_eq!(quoted_words("code: None, info: None"), "");
    }
}
