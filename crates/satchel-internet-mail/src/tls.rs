//! Opens the way to a server: its name, its address, its certificate. Whatever fails becomes a sentence that says what to do.

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use rustls_platform_verifier::Verifier;
use satchel_domain::{ServiceError, error::Answer};
use tokio::{
    net::{TcpStream, lookup_host},
    time::timeout,
};
use tokio_rustls::{
    TlsConnector,
    client::TlsStream,
    rustls::{
        self, CertificateError, ClientConfig,
        crypto::aws_lc_rs,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

use crate::settings::{Settings, SettingsError};

/// The way to one server, ready to be gone any number of times.
#[derive(Clone)]
pub(crate) struct Way {
    pub(crate) server: String,
    port: u16,
    connect: Duration,
    name: ServerName<'static>,
    tls: TlsConnector,
}

impl Way {
    pub(crate) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let name = ServerName::try_from(settings.server.clone()).map_err(|_| SettingsError::Server)?;
        let system = |error: rustls::Error| SettingsError::System(error.to_string());
        let provider = Arc::new(aws_lc_rs::default_provider());
        let verifier = match &settings.certificate_authority {
            None => Verifier::new(provider.clone()),
            Some(pem) => Verifier::new_with_extra_roots(authorities(pem)?, provider.clone()),
        };
        let verifier = Arc::new(verifier.map_err(system)?);
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(system)?
            // "Dangerous" because any verifier could stand here; this one is the system's.
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(Self {
            server: settings.server.clone(),
            port: settings.port,
            connect: settings.patience.connect,
            name,
            tls: TlsConnector::from(Arc::new(config)),
        })
    }

    /// In plain text so far.
    pub(crate) async fn open(&self) -> Answer<TcpStream> {
        let server = &self.server;
        let mut why = self.unreachable(format!(
            "There is no server named {server}, or the network is away. Check the address and the network."
        ));
        for address in self.addresses().await? {
            match timeout(self.connect, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => why = self.unreachable(self.of_connecting(&error)),
                Err(_) => why = self.silent(),
            }
        }
        Err(why)
    }

    async fn addresses(&self) -> Answer<Vec<SocketAddr>> {
        match timeout(self.connect, lookup_host((self.server.as_str(), self.port))).await {
            Ok(found) => Ok(found.map(Iterator::collect).unwrap_or_default()),
            Err(_) => Err(self.silent()),
        }
    }

    pub(crate) async fn encrypt(&self, stream: TcpStream) -> Answer<TlsStream<TcpStream>> {
        match timeout(self.connect, self.tls.connect(self.name.clone(), stream)).await {
            Ok(Ok(stream)) => Ok(stream),
            Ok(Err(error)) => Err(self.unreachable(self.of_encrypting(&error))),
            Err(_) => Err(self.silent()),
        }
    }

    fn of_connecting(&self, error: &io::Error) -> String {
        let (server, port) = (&self.server, self.port);
        match error.kind() {
            io::ErrorKind::ConnectionRefused => {
                format!("{server} is there but nothing answers at port {port}. Check the port, or try again later.")
            }
            io::ErrorKind::HostUnreachable | io::ErrorKind::NetworkUnreachable | io::ErrorKind::NetworkDown => {
                format!("There is no way to {server} from this network. Check the network.")
            }
            _ => format!("The connection to {server} failed. Check the network, or try again later."),
        }
    }

    fn of_encrypting(&self, error: &io::Error) -> String {
        let (server, port) = (&self.server, self.port);
        match error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(rustls::Error::InvalidCertificate(fault)) => {
                format!("The certificate of {server} is not trusted: {}.", of_certificate(fault))
            }
            Some(rustls::Error::InvalidMessage(_)) => format!(
                "{server} does not answer in TLS at port {port}. Check the port: 993 is for TLS, 143 for STARTTLS."
            ),
            Some(_) => format!("{server} and Satchel cannot agree on an encryption. Tell the server's administrator."),
            None => format!(
                "{server} ended the connection at port {port} before it was encrypted. Check the port, or try again later."
            ),
        }
    }

    pub(crate) fn silent(&self) -> ServiceError {
        let server = &self.server;
        self.unreachable(format!(
            "{server} did not answer in time. Check the address, the port and the network, or try again later."
        ))
    }

    fn unreachable(&self, why: String) -> ServiceError {
        ServiceError::Unreachable { why }
    }
}

fn authorities(pem: &[u8]) -> Result<Vec<CertificateDer<'static>>, SettingsError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(pem).collect();
    found.ok().filter(|found| !found.is_empty()).ok_or(SettingsError::CertificateAuthority)
}

fn of_certificate(fault: &CertificateError) -> &'static str {
    match fault {
        CertificateError::UnknownIssuer => {
            "nobody this computer trusts has signed it. Check the server's name, or ask its administrator for the certificate authority"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "it has expired. Check this computer's date, or tell the server's administrator"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "it is not valid yet. Check this computer's date, or tell the server's administrator"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "it belongs to a server of another name. Check the server's name"
        }
        CertificateError::Revoked => "it was revoked. Tell the server's administrator",
        _ => "it is not a good one. Check the server's name, or tell its administrator",
    }
}
