//! A network that answers in everybody's place with a page of its own, as hotels and airports do.

use std::net::SocketAddr;

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
}

impl Portal {
    pub async fn start() -> Result<Self> {
        Self::at("127.0.0.1:0").await
    }

    /// In the place of a server that was there.
    pub async fn at(address: &str) -> Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { address, listening: tokio::spawn(listen(listener)) })
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

async fn listen(listener: TcpListener) {
    while let Ok((caller, _)) = listener.accept().await {
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
