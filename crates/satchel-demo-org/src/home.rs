//! The organisation's folder: its rows, its certificates and its signing key.

use std::fs;
use std::io::Write as _;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose, SanType};

/// Where everything of one organisation lies.
#[derive(Clone, Debug)]
pub(crate) struct Home {
    folder: PathBuf,
}

impl Home {
    /// Makes the folder and its keys when they are not there yet.
    pub(crate) fn open(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder).with_context(|| format!("cannot make the folder {}", folder.display()))?;
        let folder = folder.canonicalize()?;
        let home = Self { folder };
        // Two programs may come at once; the second finds what the first has made.
        let gate = fs::File::create(home.folder.join("keys.lock"))?;
        gate.lock()?;
        if !home.signing_key().exists() {
            let key = KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256)?;
            write_whole(&home.signing_key(), &key.serialize_pem())?;
        }
        if !home.certificate_key().exists() {
            home.make_certificates()?;
        }
        Ok(home)
    }

    pub(crate) fn rows(&self) -> PathBuf {
        self.folder.join("organisation.redb")
    }

    pub(crate) fn authority_certificate(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.join("server.pem")
    }

    /// Written last: when it is there, the others are.
    pub(crate) fn certificate_key(&self) -> PathBuf {
        self.folder.join("server-key.pem")
    }

    /// Beside the rows and not among them, so that tokens can be made while the rows are locked.
    pub(crate) fn signing_key(&self) -> PathBuf {
        self.folder.join("signing-key.pem")
    }

    /// A certificate authority of this organisation alone, and a certificate for loopback from it.
    /// The authority's own key is dropped: nothing else can ever be signed with it.
    fn make_certificates(&self) -> Result<()> {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        params.distinguished_name.push(DnType::CommonName, "Satchel demo organisation");
        let key = KeyPair::generate()?;
        let authority = params.self_signed(&key)?;
        let issuer = Issuer::new(params, key);

        let mut params = CertificateParams::new(vec!["localhost".to_owned()])?;
        for address in ["127.0.0.1", "::1"] {
            let address: IpAddr = address.parse()?;
            params.subject_alt_names.push(SanType::IpAddress(address));
        }
        params.distinguished_name.push(DnType::CommonName, "localhost");
        params.extended_key_usages = vec![rcgen::ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        let certificate = params.signed_by(&key, &issuer)?;

        write_whole(&self.authority_certificate(), &authority.pem())?;
        write_whole(&self.certificate(), &certificate.pem())?;
        write_whole(&self.certificate_key(), &key.serialize_pem())
    }
}

/// Removes the rows and with them every sign-in; keys and certificates stay, so that who trusted them still does.
pub fn reset(folder: &Path) -> Result<()> {
    let rows = Home { folder: folder.to_owned() }.rows();
    if rows.exists() {
        // Opening takes the lock: a running organisation must not lose its file under its feet.
        drop(
            crate::store::Store::open(&rows)
                .with_context(|| format!("{} is in use; stop the demo organisation first", rows.display()))?,
        );
        fs::remove_file(&rows).with_context(|| format!("cannot remove {}", rows.display()))?;
    }
    Ok(())
}

/// Others find either no file or all of it. Only the owner may read it.
fn write_whole(path: &Path, text: &str) -> Result<()> {
    let partial = path.with_extension("part");
    let write = || -> std::io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&partial)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        fs::rename(&partial, path)
    };
    write().with_context(|| format!("cannot write {}", path.display()))
}
