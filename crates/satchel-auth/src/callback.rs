//! Waits on loopback for the browser to come back from the authority with one code.

use std::{
    io::{self, ErrorKind},
    net::{Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use satchel_domain::Private;
use satchel_http::form_urlencoded;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::mpsc,
    task::JoinSet,
    time::timeout,
};

use crate::page;

/// A redirect with a code is a few kilobytes.
const LONGEST_REQUEST: usize = 64 << 10;
const LONGEST_READ: Duration = Duration::from_secs(10);
/// How many ports are tried until one is free in both families.
const TRIES: usize = 32;

/// What the authority sent the browser back with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Code(Private<String>),
    Declined { error: String, description: String },
}

/// Listens on both loopback addresses: a browser may resolve `localhost` to either, and nobody else may sit on the other.
#[derive(Debug)]
pub(crate) struct Callback {
    v4: TcpListener,
    /// Absent where the system has no IPv6.
    v6: Option<TcpListener>,
    port: u16,
}

impl Callback {
    pub(crate) async fn bind() -> io::Result<Self> {
        for _ in 0..TRIES {
            let v4 = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
            let port = v4.local_addr()?.port();
            match TcpListener::bind((Ipv6Addr::LOCALHOST, port)).await {
                Ok(v6) => return Ok(Self { v4, v6: Some(v6), port }),
                Err(error) if error.kind() == ErrorKind::AddrInUse => {}
                Err(_) => return Ok(Self { v4, v6: None, port }),
            }
        }
        Err(ErrorKind::AddrInUse.into())
    }

    pub(crate) fn redirect_uri(&self) -> String {
        format!("http://localhost:{}/", self.port)
    }

    /// The first answer that carries our `state`; all else is told so and waited past. Dropping it ends every connection.
    pub(crate) async fn wait(self, state: &str) -> io::Result<Outcome> {
        let (say, mut said) = mpsc::channel(1);
        let state: Arc<str> = state.into();
        let mut visits = JoinSet::new();
        loop {
            let stream = tokio::select! {
                outcome = said.recv() => match outcome {
                    Some(outcome) => return Ok(outcome),
                    None => return Err(ErrorKind::BrokenPipe.into()),
                },
                visit = self.v4.accept() => visit?.0,
                visit = accept(self.v6.as_ref()) => visit?,
                Some(_) = visits.join_next() => continue,
            };
            visits.spawn(receive(stream, Arc::clone(&state), say.clone()));
        }
    }
}

async fn accept(listener: Option<&TcpListener>) -> io::Result<TcpStream> {
    match listener {
        Some(listener) => Ok(listener.accept().await?.0),
        None => std::future::pending().await,
    }
}

/// One connection; browsers open some that ask nothing.
async fn receive(mut stream: TcpStream, state: Arc<str>, say: mpsc::Sender<Outcome>) {
    let Ok(Some(target)) = timeout(LONGEST_READ, read_target(&mut stream)).await else { return };
    let verdict = judge(&target, &state);
    // Reserved before the page is written: only one answer is taken, and the page must not claim otherwise.
    let seat = match &verdict {
        Verdict::Ours(_) => say.try_reserve().ok(),
        Verdict::WrongState | Verdict::Elsewhere => None,
    };
    let text = match (&verdict, &seat) {
        (Verdict::Elsewhere, _) => page::answer("404 Not Found", "Nothing here", "Go back to Satchel."),
        (Verdict::WrongState, _) => page::answer(
            "400 Bad Request",
            "This is not the sign-in we started",
            "The answer does not belong to the sign-in that Satchel waits for, so it was ignored. Use the page that Satchel opened last, or start again in Satchel.",
        ),
        (Verdict::Ours(_), None) => {
            page::answer("400 Bad Request", "Already signed in", "Satchel has its answer. You can close this page.")
        }
        (Verdict::Ours(Outcome::Code(_)), Some(_)) => {
            page::answer("200 OK", "Back to Satchel", "Satchel has what it needs. You can close this page.")
        }
        (Verdict::Ours(Outcome::Declined { .. }), Some(_)) => page::answer(
            "200 OK",
            "Not signed in",
            "The sign-in server declined. Satchel says why. You can close this page.",
        ),
    };
    let _ = timeout(LONGEST_READ, async {
        stream.write_all(text.as_bytes()).await?;
        stream.shutdown().await
    })
    .await;
    if let (Some(seat), Verdict::Ours(outcome)) = (seat, verdict) {
        seat.send(outcome);
    }
}

/// The target of the request line, once the whole head is here.
async fn read_target(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut block = [0; 4096];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = stream.read(&mut block).await.ok().filter(|&read| read > 0)?;
        head.extend_from_slice(&block[..read]);
        if head.len() > LONGEST_REQUEST {
            return None;
        }
    }
    let line = std::str::from_utf8(&head).ok()?.lines().next()?;
    let mut words = line.split(' ');
    (words.next() == Some("GET")).then_some(())?;
    words.next().map(str::to_owned)
}

#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Ours(Outcome),
    WrongState,
    Elsewhere,
}

fn judge(target: &str, state: &str) -> Verdict {
    let Some(("/", query)) = target.split_once('?') else { return Verdict::Elsewhere };
    let value = |wanted: &str| {
        let mut found = form_urlencoded::parse(query.as_bytes())
            .filter(|(key, _)| key == wanted)
            .map(|(_, value)| value.into_owned());
        // Said twice is said by nobody we trust.
        found.next().filter(|_| found.next().is_none())
    };
    if value("state").as_deref() != Some(state) {
        return Verdict::WrongState;
    }
    match (value("code"), value("error")) {
        (Some(code), None) if !code.is_empty() => Verdict::Ours(Outcome::Code(Private::new(code))),
        (None, Some(error)) => {
            Verdict::Ours(Outcome::Declined { error, description: value("error_description").unwrap_or_default() })
        }
        _ => Verdict::WrongState,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_state_is_taken() {
        let code = |text: &str| Verdict::Ours(Outcome::Code(Private::new(text.to_owned())));
        assert_eq!(judge("/?code=a%2Fb&state=S1", "S1"), code("a/b"));
        for wrong in [
            "/?code=a&state=S2",
            "/?code=a",
            "/?code=a&state=s1",
            "/?code=a&state=S1&state=S1",
            "/?state=S1",
            "/?code=&state=S1",
        ] {
            assert_eq!(judge(wrong, "S1"), Verdict::WrongState, "{wrong}");
        }
        assert_eq!(judge("/?error=access_denied&state=S2", "S1"), Verdict::WrongState);
        assert_eq!(judge("/favicon.ico", "S1"), Verdict::Elsewhere);
        assert_eq!(judge("/elsewhere?code=a&state=S1", "S1"), Verdict::Elsewhere);
    }

    #[test]
    fn a_declined_sign_in_keeps_its_words() {
        let declined =
            Outcome::Declined { error: "access_denied".to_owned(), description: "The user said no.".to_owned() };
        assert_eq!(
            judge("/?error=access_denied&error_description=The+user+said+no.&state=S1", "S1"),
            Verdict::Ours(declined)
        );
    }
}
