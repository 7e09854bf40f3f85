//! A network that answers in everybody's place with a page of its own, as hotels and airports do.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

const PAGE: &[u8] = b"<!doctype html><title>Welcome</title><p>Accept our terms to use the network.";

/// It listens until this value is dropped.
#[derive(Debug)]
pub struct Portal {
    address: SocketAddr,
    listening: JoinHandle<()>,
    callers: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
}

/// What it answers with: a media type and a body.
type Page = (&'static str, &'static [u8]);

impl Portal {
    pub async fn start() -> Result<Self> {
        Self::at("127.0.0.1:0").await
    }

    /// One that answers with this picture, whatever it is asked for.
    pub async fn of_pictures(media_type: &'static str, picture: &'static [u8]) -> Result<Self> {
        Self::answering("127.0.0.1:0", (media_type, picture)).await
    }

    /// In the place of a server that was there.
    pub async fn at(address: &str) -> Result<Self> {
        Self::answering(address, ("text/html", PAGE)).await
    }

    async fn answering(address: &str, page: Page) -> Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let callers = Arc::new(AtomicUsize::new(0));
        let heads = Arc::<Mutex<Vec<String>>>::default();
        let listening = tokio::spawn(listen(listener, page, Arc::clone(&callers), Arc::clone(&heads)));
        Ok(Self { address, listening, callers, heads })
    }

    /// Gives the address back before it returns.
    pub async fn stop(mut self) {
        self.listening.abort();
        // It was told to end, so it ends as aborted.
        let _ = (&mut self.listening).await;
    }

    /// How many connections were made to it.
    pub fn callers(&self) -> usize {
        self.callers.load(Ordering::SeqCst)
    }

    /// The requests that were made of it, as they were written.
    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn host(&self) -> String {
        self.address.to_string()
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, page: Page, callers: Arc<AtomicUsize>, heads: Arc<Mutex<Vec<String>>>) {
    while let Ok((caller, _)) = listener.accept().await {
        callers.fetch_add(1, Ordering::SeqCst);
        let heads = Arc::clone(&heads);
        tokio::spawn(async move {
            // A caller who hangs up has seen enough.
            let _ = answer(caller, page, &heads).await;
        });
    }
}

async fn answer(mut caller: TcpStream, page: Page, heads: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let mut asked = Vec::new();
    while !asked.windows(4).any(|end| end == b"\r\n\r\n") {
        if caller.read_buf(&mut asked).await? == 0 {
            return Ok(());
        }
    }
    heads.lock().unwrap_or_else(PoisonError::into_inner).push(String::from_utf8_lossy(&asked).into_owned());
    let (media_type, body) = page;
    let length = body.len();
    let head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    caller.write_all(head.as_bytes()).await?;
    caller.write_all(body).await?;
    caller.shutdown().await
}
