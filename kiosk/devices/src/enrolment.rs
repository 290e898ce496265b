//! A kiosk's own key and certificate: how it gets the first, with a one-time code, and what it keeps on its disk.
//!
//! The key (P-256) is made here and never leaves this machine: requests carry PKCS#10 (RFC 2986), the file is readable by
//! its owner only. While enrolling, the server is known by the fingerprint in the code and by nothing else; from then on
//! [`ServerClient`](crate::server_client::ServerClient) verifies it as any client does.

use std::fmt;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use api::{Base64, EnrolmentCode, EnrolmentRequest, IssuedCertificate, path};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CertificateParams, KeyPair, PKCS_ECDSA_P256_SHA256};
use reqwest::blocking::Client;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, DigitallySignedStruct, SignatureScheme};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use zeroize::Zeroizing;

use crate::server_client::{ClientError, Patience, ServerError, accepted, parsed, server_address};

const MAX_FILE_BYTES: u64 = 64 << 10;
/// Text before the PEM blocks is allowed (RFC 7468 2) and ours alone.
const RENEW_AT: &str = "renew-at: ";

/// Private key and certificate as PEM, and when the next is due.
#[derive(Clone)]
pub struct KioskIdentity {
    pem: Zeroizing<String>,
    renew_at: OffsetDateTime,
}

#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    #[error("the identity cannot be read or written")]
    Disk(#[source] io::Error),
    #[error("the file is no identity of a kiosk")]
    Form,
}

#[derive(Debug, thiserror::Error)]
pub enum EnrolError {
    #[error("kiosks enrol over https")]
    PlainHttp,
    #[error("the server cannot be asked")]
    Client(#[from] ClientError),
    #[error("TLS cannot be set up")]
    Tls(#[from] rustls::Error),
    #[error("the key or its request cannot be made")]
    Key(#[from] rcgen::Error),
    #[error("no certificate was given")]
    Server(#[from] ServerError),
}

/// A key that waits for its certificate.
pub(crate) struct NewKey {
    key: KeyPair,
    pub request: Base64,
}

impl KioskIdentity {
    pub fn parse(text: &str) -> Result<Self, IdentityError> {
        let (first, pem) = text.split_once('\n').ok_or(IdentityError::Form)?;
        let renew_at = first.strip_prefix(RENEW_AT).ok_or(IdentityError::Form)?;
        let renew_at = OffsetDateTime::parse(renew_at.trim_end(), &Rfc3339).map_err(|_| IdentityError::Form)?;
        if !pem.contains("-----BEGIN PRIVATE KEY-----") || !pem.contains("-----BEGIN CERTIFICATE-----") {
            return Err(IdentityError::Form);
        }
        Ok(Self { pem: Zeroizing::new(pem.to_owned()), renew_at })
    }

    pub fn read(path: &Path) -> Result<Self, IdentityError> {
        let mut text = Zeroizing::new(String::new());
        let file = File::open(path).map_err(IdentityError::Disk)?;
        file.take(MAX_FILE_BYTES).read_to_string(&mut text).map_err(IdentityError::Disk)?;
        Self::parse(&text)
    }

    /// Replaces the file as a whole; only its owner can read it.
    pub fn write(&self, path: &Path) -> Result<(), IdentityError> {
        let text = Zeroizing::new(format!("{RENEW_AT}{}\n{}", self.renew_at_text(), self.pem.as_str()));
        self.replace(path, text.as_bytes()).map_err(IdentityError::Disk)
    }

    fn replace(&self, path: &Path, text: &[u8]) -> io::Result<()> {
        let unfinished = path.with_extension("new");
        match fs::remove_file(&unfinished) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            Ok(()) | Err(_) => {}
        }
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
        file.write_all(text)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        match path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            Some(folder) => File::open(folder)?.sync_all(),
            None => Ok(()),
        }
    }

    fn renew_at_text(&self) -> String {
        self.renew_at.format(&Rfc3339).unwrap_or_default()
    }

    /// From then on the next certificate is asked for.
    pub fn renew_at(&self) -> OffsetDateTime {
        self.renew_at
    }

    pub(crate) fn pem(&self) -> &[u8] {
        self.pem.as_bytes()
    }
}

impl NewKey {
    pub fn make() -> Result<Self, rcgen::Error> {
        let key = KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256)?;
        // The server takes nothing over but the public key.
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        let request = Base64(params.serialize_request(&key)?.der().to_vec());
        Ok(Self { key, request })
    }

    pub fn with(&self, issued: &IssuedCertificate) -> KioskIdentity {
        let key = Zeroizing::new(self.key.serialize_pem());
        let certificate = STANDARD.encode(&issued.certificate.0);
        let mut pem = Zeroizing::new(String::with_capacity(key.len() + certificate.len() * 2 + 128));
        pem.push_str(&key);
        pem.push_str("-----BEGIN CERTIFICATE-----\n");
        for line in certificate.as_bytes().chunks(64) {
            pem.push_str(&String::from_utf8_lossy(line));
            pem.push('\n');
        }
        pem.push_str("-----END CERTIFICATE-----\n");
        KioskIdentity { pem, renew_at: issued.renew_at }
    }
}

/// Makes a key and gets its first certificate. The code is used up even where the answer is lost: then make another.
pub fn enrol(address: &str, code: &EnrolmentCode, patience: Patience) -> Result<KioskIdentity, EnrolError> {
    let mut url = server_address(address)?;
    if url.scheme() != "https" {
        return Err(EnrolError::PlainHttp);
    }
    let key = NewKey::make()?;
    let request =
        EnrolmentRequest { kiosk: code.kiosk.clone(), secret: code.secret.clone(), request: key.request.clone() };
    url.set_path(path::ENROLMENT);
    let http = Client::builder()
        .tls_backend_preconfigured(pinned(code.server)?)
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .no_proxy()
        .connect_timeout(patience.connect)
        .timeout(patience.answer)
        .build()
        .map_err(ClientError::Client)?;
    let issued: IssuedCertificate = parsed(accepted(http.post(url).json(&request))?)?;
    Ok(key.with(&issued))
}

fn pinned(server: [u8; 32]) -> Result<rustls::ClientConfig, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let verifier = Arc::new(Pinned { server, provider: provider.clone() });
    Ok(rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth())
}

/// One certificate, whoever signed it and whatever it is called; that the server holds its key is proven as ever.
#[derive(Debug)]
struct Pinned {
    server: [u8; 32],
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if <[u8; 32]>::from(Sha256::digest(end_entity)) == self.server {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

impl fmt::Debug for KioskIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KioskIdentity(..)")
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use proptest::prelude::*;
    use time::macros::datetime;

    use super::*;

    #[test]
    fn an_identity_is_kept_for_its_owner_alone_and_shows_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("kiosk.pem");
        let renew_at = datetime!(2027-01-22 08:00 UTC);
        let certificate = Base64(vec![0x30; 100]);
        let issued = IssuedCertificate { certificate, renew_at, expires_at: datetime!(2027-02-21 08:00 UTC) };
        let identity = NewKey::make().expect("a key").with(&issued);
        for _ in 0..2 {
            identity.write(&path).expect("written");
            assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        }
        let again = KioskIdentity::read(&path).expect("readable");
        assert_eq!((again.pem(), again.renew_at()), (identity.pem(), renew_at));
        assert_eq!(format!("{again:?}"), "KioskIdentity(..)");
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1);
    }

    #[test]
    fn a_file_that_is_none_is_refused() {
        for text in ["", "renew-at: soon\n", "renew-at: 2027-01-22T08:00:00Z\n", "-----BEGIN PRIVATE KEY-----\n"] {
            assert!(matches!(KioskIdentity::parse(text), Err(IdentityError::Form)), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_file_panics(text in "(renew-at: )?.{0,60}\n.{0,60}") {
            let _ = KioskIdentity::parse(&text);
        }
    }
}
