//! A network that answers in everybody's place with a page of its own, as hotels and airports do.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use anyhow::Result;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

const PAGE: &str = "<!doctype html><title>Welcome</title><p>Accept our terms to use the network.";

/// It listens until this value is dropped.
#[derive(Debug)]
pub struct Portal {
    address: SocketAddr,
    listening: JoinHandle<()>,
    callers: Arc<AtomicUsize>,
}

impl Portal {
    pub async fn start() -> Result<Self> {
        Self::at("127.0.0.1:0").await
    }

    /// In the place of a server that was there.
    pub async fn at(address: &str) -> Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let callers = Arc::new(AtomicUsize::new(0));
        Ok(Self { address, listening: tokio::spawn(listen(listener, Arc::clone(&callers))), callers })
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

    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Portal {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, callers: Arc<AtomicUsize>) {
    while let Ok((caller, _)) = listener.accept().await {
        callers.fetch_add(1, Ordering::SeqCst);
        tokio::spawn(async move {
            // A caller who hangs up has seen enough.
            let _ = answer(caller).await;
        });
    }
}

async fn answer(mut caller: TcpStream) -> std::io::Result<()> {
    let mut asked = Vec::new();
    while !asked.windows(4).any(|end| end == b"\r\n\r\n") {
        if caller.read_buf(&mut asked).await? == 0 {
            return Ok(());
        }
    }
    let length = PAGE.len();
    let head =
        format!("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n");
    caller.write_all(head.as_bytes()).await?;
    caller.write_all(PAGE.as_bytes()).await?;
    caller.shutdown().await
}
