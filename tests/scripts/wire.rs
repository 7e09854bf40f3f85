//! A network over https that ends the encryption, does one thing wrong when told so, and passes everything else on.

use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use rcgen::{CertificateParams, KeyPair};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        crypto::aws_lc_rs,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

use crate::{
    model::Armed,
    script::{Call, Fault},
};

/// It listens until this value is dropped.
pub(crate) struct Wire {
    /// `https://localhost:port`
    pub(crate) address: String,
    /// PEM of who vouches for it.
    pub(crate) authority: Vec<u8>,
    desk: Arc<Desk>,
    listening: JoinHandle<()>,
}

struct Desk {
    /// `host:port` of the service, which speaks plain http there.
    to: String,
    /// What the service calls itself in its links; a client sees our address instead.
    names: Vec<String>,
    address: String,
    armed: Armed,
    is_cut: AtomicBool,
    met: Mutex<BTreeMap<(Call, Fault), u32>>,
}

impl Wire {
    pub(crate) async fn start(to: &str, names: Vec<String>, armed: Armed) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(["localhost".to_owned()]).unwrap().self_signed(&key).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(
                vec![certificate.der().clone()],
                PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der())),
            )
            .unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("https://localhost:{}", listener.local_addr().unwrap().port());
        let desk = Arc::new(Desk {
            to: to.to_owned(),
            names,
            address: address.clone(),
            armed,
            is_cut: AtomicBool::new(false),
            met: Mutex::default(),
        });
        let listening = tokio::spawn(listen(listener, TlsAcceptor::from(Arc::new(config)), Arc::clone(&desk)));
        Self { address, authority: certificate.pem().into_bytes(), desk, listening }
    }

    /// Nobody gets through, or everybody again.
    pub(crate) fn cut(&self, is_cut: bool) {
        self.desk.is_cut.store(is_cut, Ordering::SeqCst);
    }

    /// What was met, and how often.
    pub(crate) fn met(&self) -> BTreeMap<(Call, Fault), u32> {
        self.desk.met.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.listening.abort();
    }
}

async fn listen(listener: TcpListener, acceptor: TlsAcceptor, desk: Arc<Desk>) {
    while let Ok((stream, _)) = listener.accept().await {
        let (acceptor, desk) = (acceptor.clone(), Arc::clone(&desk));
        tokio::spawn(async move {
            // Hung up before a word: to its caller it was certainly not sent.
            if desk.is_cut.load(Ordering::SeqCst) {
                return;
            }
            if stream.set_nodelay(true).is_ok()
                && let Ok(stream) = acceptor.accept(stream).await
            {
                // A caller that went away is told nothing.
                let _ = desk.serve(stream).await;
            }
        });
    }
}

impl Desk {
    /// One request a connection, so that no client repeats by itself what an old connection lost.
    async fn serve(&self, mut caller: impl AsyncRead + AsyncWrite + Unpin) -> io::Result<()> {
        let (head, body) = request(&mut caller).await?;
        let fault = call(&head).and_then(|call| {
            let fault = self.armed.take(call)?;
            *self.met.lock().unwrap_or_else(PoisonError::into_inner).entry((call, fault)).or_default() += 1;
            Some(fault)
        });
        let page = "<html><body>Welcome to the hotel</body></html>";
        let answer = match fault {
            Some(Fault::RequestLost) => return Ok(()),
            Some(Fault::Throttled) => answer("429 Too Many Requests", "Retry-After: 30\r\n", ""),
            Some(Fault::Broken) => answer("500 Internal Server Error", "", ""),
            Some(Fault::Unauthorized) => {
                answer("401 Unauthorized", "WWW-Authenticate: Bearer error=\"invalid_token\"\r\n", "")
            }
            Some(Fault::Portal) => answer("200 OK", "Content-Type: text/html\r\n", page),
            Some(Fault::ProxySignIn) => {
                answer("407 Proxy Authentication Required", "Proxy-Authenticate: Basic\r\n", "")
            }
            None => self.ask(&head, &body).await?,
            Some(Fault::AnswerLost) => {
                self.ask(&head, &body).await?;
                return Ok(());
            }
            Some(Fault::Gateway) => {
                self.ask(&head, &body).await?;
                answer("504 Gateway Timeout", "", "")
            }
            Some(Fault::Torn) => {
                let whole = self.ask(&head, &body).await?;
                whole[..whole.len() / 2].to_vec()
            }
        };
        caller.write_all(&answer).await?;
        caller.shutdown().await
    }

    /// The service's whole answer, its own address replaced by ours.
    async fn ask(&self, head: &str, body: &[u8]) -> io::Result<Vec<u8>> {
        let mut service = TcpStream::connect(&self.to).await?;
        service.set_nodelay(true)?;
        let (first, lines) = head.split_once("\r\n").unwrap_or((head, ""));
        let mut asked = format!("{first}\r\nHost: {}\r\nConnection: close\r\n", self.to);
        for line in lines.lines() {
            let name = line.split(':').next().unwrap_or_default();
            if !["host", "connection", "accept-encoding"].iter().any(|known| name.eq_ignore_ascii_case(known)) {
                asked.push_str(line);
                asked.push_str("\r\n");
            }
        }
        asked.push_str("\r\n");
        service.write_all(asked.as_bytes()).await?;
        service.write_all(body).await?;
        let mut answer = Vec::new();
        service.read_to_end(&mut answer).await?;
        let answer = String::from_utf8(answer).map_err(io::Error::other)?;
        let answer = self.names.iter().fold(answer, |answer, name| answer.replace(name, &self.address));
        let (head, body) = answer.split_once("\r\n\r\n").ok_or_else(|| io::Error::other("no end of the head"))?;
        assert!(!head.to_ascii_lowercase().contains("transfer-encoding"), "this network passes on whole answers");
        let kept = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("content-length:"));
        let kept = kept.collect::<Vec<_>>().join("\r\n");
        let length = if body.is_empty() { String::new() } else { format!("\r\nContent-Length: {}", body.len()) };
        Ok(format!("{kept}{length}\r\n\r\n{body}").into_bytes())
    }
}

/// The head without its empty line, and the body.
async fn request(caller: &mut (impl AsyncRead + Unpin)) -> io::Result<(String, Vec<u8>)> {
    let (mut read, mut block) = (Vec::new(), [0; 4096]);
    let end = loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match caller.read(&mut block).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => read.extend_from_slice(&block[..count]),
        }
    };
    let head = String::from_utf8_lossy(&read[..end]).into_owned();
    let length = head.lines().filter_map(|line| line.split_once(':'));
    let length = length.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    let length: usize = length.and_then(|(_, value)| value.trim().parse().ok()).unwrap_or(0);
    let mut body = read.split_off(end + 4);
    while body.len() < length {
        match caller.read(&mut block).await? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => body.extend_from_slice(&block[..count]),
        }
    }
    Ok((head, body))
}

/// Which call of the agent a request is.
fn call(head: &str) -> Option<Call> {
    let mut words = head.split_whitespace();
    let (method, target) = (words.next()?, words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    match method {
        "GET" if path.ends_with(')') && path.contains("/accounts(") => Some(Call::Fetch),
        "GET" if path.ends_with("/accounts") || query.contains("deltatoken") => Some(Call::Pull),
        "GET" => None,
        _ => Some(Call::Push),
    }
}

fn answer(status: &str, lines: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\n{lines}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
        .into_bytes()
}
