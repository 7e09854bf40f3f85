//! A certificate authority of one test, and what it signed.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};

/// All as PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificates {
    pub authority: String,
    pub server: String,
    pub key: String,
}

impl Certificates {
    /// For a server of this name and of no other.
    pub fn new(server: &str) -> Self {
        Self::make(server).unwrap_or_else(|error| panic!("certificates: {error}"))
    }

    fn make(server: &str) -> Result<Self, rcgen::Error> {
        let authority_key = KeyPair::generate()?;
        let mut authority = CertificateParams::new(Vec::new())?;
        authority.distinguished_name.push(DnType::CommonName, "Satchel test authority");
        authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority_pem = authority.self_signed(&authority_key)?.pem();
        let key = KeyPair::generate()?;
        let server = CertificateParams::new(vec![server.to_owned()])?
            .signed_by(&key, &Issuer::from_params(&authority, &authority_key))?;
        Ok(Self { authority: authority_pem, server: server.pem(), key: key.serialize_pem() })
    }
}
