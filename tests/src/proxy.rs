//! A network that can be stopped at one request: it passes everything on, and holds the one that it was told to hold.

use std::{
    fmt,
    io::Error,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
    task::JoinHandle,
};

use crate::until;

/// The head of a request, as it came: nothing in it is decoded.
#[derive(Debug)]
pub struct Asked<'a> {
    pub method: &'a str,
    /// Path and query.
    pub target: &'a str,
    head: &'a str,
}

impl Asked<'_> {
    /// None when the head has no such line. Names are compared without their case.
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut lines = self.head.lines().filter_map(|line| line.split_once(':'));
        lines.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.trim())
    }
}

/// Which requests are counted, and what they are called; all others just pass.
pub(crate) type Name = fn(&Asked<'_>) -> Option<&'static str>;

/// What of a request is held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hold {
    /// The request itself: the service never hears of it.
    Request,
    /// The service's whole answer: the service did it, and the caller never hears of it.
    Answer,
}

/// It listens until this value is dropped. What it holds is never passed on.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    listening: JoinHandle<()>,
    desk: Arc<Desk>,
}

struct Desk {
    /// `host:port`
    to: String,
    name: Name,
    notes: Mutex<Notes>,
    letting_go: Notify,
}

#[derive(Debug, Default)]
struct Notes {
    /// The names of the counted requests, oldest first.
    seen: Vec<&'static str>,
    wanted: Option<(usize, Hold)>,
    is_held: bool,
}

impl Proxy {
    /// In front of the service at `to`, which is `host:port` and speaks plain http.
    pub async fn start(to: &str, name: Name) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let desk = Desk { to: to.to_owned(), name, notes: Mutex::default(), letting_go: Notify::new() };
        let desk = Arc::new(desk);
        Ok(Self { address, listening: tokio::spawn(listen(listener, Arc::clone(&desk))), desk })
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Counts anew, and holds nothing.
    pub fn watch(&self) {
        *self.desk.notes() = Notes::default();
    }

    /// Counts anew, and holds the request that comes after `passing` others.
    pub fn hold(&self, passing: usize, what: Hold) {
        *self.desk.notes() = Notes { wanted: Some((passing, what)), ..Notes::default() };
    }

    /// The counted requests, oldest first.
    pub fn seen(&self) -> Vec<&'static str> {
        self.desk.notes().seen.clone()
    }

    /// Waits until it holds what it was told to hold; the last of these names is that request's.
    pub async fn held(&self) -> Result<Vec<&'static str>> {
        let held = until("the request to hold", || async {
            let notes = self.desk.notes();
            Ok(notes.is_held.then(|| notes.seen.clone()))
        });
        held.await.map_err(|error| error.context(format!("it saw {:?}", self.seen())))
    }

    /// Hangs up on whoever waits for what is held, and holds nothing any more.
    pub fn let_go(&self) {
        self.watch();
        self.desk.letting_go.notify_waiters();
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

impl Desk {
    fn notes(&self) -> MutexGuard<'_, Notes> {
        // A test that failed meanwhile left them whole: each change of them is one assignment.
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts it and says what of it shall be held.
    fn count(&self, asked: &Asked<'_>) -> Option<Hold> {
        let name = (self.name)(asked)?;
        let mut notes = self.notes();
        notes.seen.push(name);
        notes.wanted.filter(|(passing, _)| notes.seen.len() == passing + 1).map(|(_, what)| what)
    }

    /// Ends when everything is let go.
    async fn keep(&self) {
        let mut let_go = std::pin::pin!(self.letting_go.notified());
        // Before anybody can know that it is held.
        let_go.as_mut().enable();
        self.notes().is_held = true;
        let_go.await;
    }
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk").field("to", &self.to).field("notes", &self.notes).finish_non_exhaustive()
    }
}

async fn listen(listener: TcpListener, desk: Arc<Desk>) {
    while let Ok((caller, _)) = listener.accept().await {
        let desk = Arc::clone(&desk);
        tokio::spawn(async move {
            // Whoever hangs up, on this side or on that, is hung up on.
            let _ = pass(caller, &desk).await;
        });
    }
}

/// One request on a connection of its own, in both directions, so that the end of an answer is the end of its connection.
async fn pass(mut caller: TcpStream, desk: &Desk) -> std::io::Result<()> {
    let Some((head, body)) = read_request(&mut caller).await? else { return Ok(()) };
    let hold = desk.count(&asked(&head)?);
    if hold == Some(Hold::Request) {
        desk.keep().await;
        return Ok(());
    }
    let (first, rest) = head.split_once("\r\n").ok_or_else(malformed)?;
    let mut service = TcpStream::connect(&desk.to).await?;
    service.write_all(format!("{first}\r\nConnection: close\r\n{rest}").as_bytes()).await?;
    service.write_all(&body).await?;
    let mut answer = Vec::new();
    service.read_to_end(&mut answer).await?;
    if hold == Some(Hold::Answer) {
        desk.keep().await;
        return Ok(());
    }
    caller.write_all(&answer).await?;
    caller.shutdown().await
}

/// Head and body; none when the caller hung up without asking.
async fn read_request(caller: &mut TcpStream) -> std::io::Result<Option<(String, Vec<u8>)>> {
    let mut read = Vec::new();
    let end = loop {
        if let Some(end) = read.windows(4).position(|end| end == b"\r\n\r\n") {
            break end + 4;
        }
        if caller.read_buf(&mut read).await? == 0 {
            return Ok(None);
        }
    };
    let mut body = read.split_off(end);
    let head = String::from_utf8(read).map_err(|_| malformed())?;
    let length = match asked(&head)?.header("Content-Length") {
        Some(length) => length.parse().map_err(|_| malformed())?,
        None => 0,
    };
    while body.len() < length {
        if caller.read_buf(&mut body).await? == 0 {
            return Ok(None);
        }
    }
    Ok(Some((head, body)))
}

fn asked(head: &str) -> std::io::Result<Asked<'_>> {
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else { return Err(malformed()) };
    Ok(Asked { method, target, head })
}

fn malformed() -> Error {
    Error::other("this is no request")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Portal;

    fn watched(asked: &Asked<'_>) -> Option<&'static str> {
        (asked.method == "POST").then_some("post")
    }

    #[tokio::test]
    async fn a_held_request_reaches_nobody_and_a_held_answer_was_given() {
        let portal = Portal::start().await.unwrap();
        let to = portal.address().replace("http://", "");
        let proxy = Proxy::start(&to, watched).await.unwrap();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let ask = || tokio::spawn(client.post(proxy.address()).body("x").send());

        for (what, arrived) in [(Hold::Request, 2), (Hold::Answer, 5)] {
            proxy.hold(1, what);
            assert!(client.get(proxy.address()).send().await.unwrap().status().is_success());
            assert!(ask().await.unwrap().unwrap().status().is_success());
            let second = ask();
            assert_eq!(proxy.held().await.unwrap(), ["post", "post"]);
            proxy.let_go();
            assert!(second.await.unwrap().is_err(), "{what:?} was passed on");
            assert_eq!(portal.callers(), arrived, "{what:?}");
        }
    }
}
