//! Whom we trust: the system's authorities and the ones in the settings, and what we say about the rest.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on says so by panicking")]

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use satchel_domain::ServiceError;
use satchel_http::{Client, Request, Settings, SettingsError, Url};
use tokio::{io::AsyncReadExt, io::AsyncWriteExt, net::TcpListener};
use tokio_rustls::{
    TlsAcceptor,
    rustls::{
        ServerConfig,
        pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer},
    },
};

struct Server {
    url: Url,
    authority: Vec<u8>,
}

/// An https server on loopback with a certificate for `name`, signed by an authority of its own.
async fn serve(name: &str, last_year: i32) -> Server {
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
    params.not_before = date_time_ymd(2020, 1, 1);
    params.not_after = date_time_ymd(last_year, 1, 1);
    let certificate = params.signed_by(&key, &authority).unwrap();
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config =
        ServerConfig::builder().with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key).unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let Ok(mut stream) = acceptor.accept(stream).await else { continue };
            let _ = stream.read(&mut [0; 4096]).await;
            let _ = stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")
                .await;
        }
    });
    Server { url: url.parse().unwrap(), authority: authority.pem().into_bytes() }
}

async fn ask(url: &Url, authorities: Vec<Vec<u8>>) -> Result<u16, String> {
    let client = Client::new(&Settings { extra_certificate_authorities: authorities, ..Settings::default() }).unwrap();
    match client.send(Request::get(url.clone())).await {
        Ok(response) => Ok(response.status),
        Err(ServiceError::Unreachable { why }) => Err(why),
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn an_authority_of_the_settings_is_trusted() {
    let server = serve("127.0.0.1", 2090).await;
    assert_eq!(ask(&server.url, vec![server.authority]).await, Ok(200));
}

#[tokio::test]
async fn an_unknown_authority_is_not_trusted() {
    let server = serve("127.0.0.1", 2090).await;
    let why = ask(&server.url, Vec::new()).await.unwrap_err();
    assert!(why.contains("is not trusted: nobody this computer trusts has signed it"), "{why}");
}

#[tokio::test]
async fn a_certificate_of_another_name_is_not_trusted() {
    let server = serve("crm.example.com", 2090).await;
    let why = ask(&server.url, vec![server.authority]).await.unwrap_err();
    assert!(why.contains("is not trusted: it belongs to a server of another name"), "{why}");
}

#[tokio::test]
async fn an_expired_certificate_is_not_trusted() {
    let server = serve("127.0.0.1", 2021).await;
    let why = ask(&server.url, vec![server.authority]).await.unwrap_err();
    assert!(why.contains("is not trusted: it has expired"), "{why}");
}

#[test]
fn what_is_no_certificate_authority_is_said_before_anything_is_sent() {
    let settings = Settings { extra_certificate_authorities: vec![b"hello".to_vec()], ..Settings::default() };
    assert!(matches!(Client::new(&settings), Err(SettingsError::CertificateAuthority(_))));
}
