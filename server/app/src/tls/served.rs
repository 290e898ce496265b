//! The certificate that is shown, read again when its files change: whoever renews it need not stop the server.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::TlsError;
use crate::config::TlsConfig;

/// How often the files are looked at; a hangup signal (SIGHUP) looks at once.
const LOOK: Duration = Duration::from_secs(2);

pub struct ServedCertificate {
    certificate: PathBuf,
    key: PathBuf,
    shown: RwLock<Arc<CertifiedKey>>,
    /// Of the files as they were last looked at, good or bad: a broken file is complained about once.
    seen: RwLock<[u8; 32]>,
}

struct Files {
    certificate: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl ServedCertificate {
    pub fn open(config: &TlsConfig) -> Result<Arc<Self>, TlsError> {
        let files = Files::read(&config.certificate, &config.key)?;
        Ok(Arc::new(Self {
            certificate: config.certificate.clone(),
            key: config.key.clone(),
            shown: RwLock::new(Arc::new(files.certified()?)),
            seen: RwLock::new(files.hash()),
        }))
    }

    /// SHA-256 of the server's own certificate, as enrolment codes name it.
    pub fn fingerprint(&self) -> [u8; 32] {
        let shown = self.shown.read().unwrap_or_else(PoisonError::into_inner);
        Sha256::digest(shown.cert.first().map_or(&[][..], |certificate| certificate)).into()
    }

    /// Reads the files again where they changed. Files that cannot be used leave what is shown as it is.
    pub fn look(&self) -> Result<(), TlsError> {
        let files = Files::read(&self.certificate, &self.key)?;
        let hash = files.hash();
        let seen = std::mem::replace(&mut *self.seen.write().unwrap_or_else(PoisonError::into_inner), hash);
        if seen == hash {
            return Ok(());
        }
        let certified = Arc::new(files.certified()?);
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = certified;
        tracing::info!("the TLS certificate was read again");
        Ok(())
    }

    /// Looks for ever.
    pub async fn watch(self: Arc<Self>) {
        let mut hangup = hangups();
        loop {
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                () = hung_up(&mut hangup) => {}
            }
            let served = self.clone();
            let looked = tokio::task::spawn_blocking(move || served.look()).await;
            if let Ok(Err(error)) = looked {
                let cause = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
                tracing::error!("the TLS certificate stays the old one: {error}: {cause}");
            }
        }
    }
}

impl Files {
    fn read(certificate: &PathBuf, key: &PathBuf) -> Result<Self, TlsError> {
        let certificate = std::fs::read(certificate).map_err(TlsError::CertificateFile)?;
        let key = Zeroizing::new(std::fs::read(key).map_err(TlsError::KeyFile)?);
        Ok(Self { certificate, key })
    }

    fn certified(&self) -> Result<CertifiedKey, TlsError> {
        let chain: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&self.certificate).collect();
        let chain = chain.map_err(|_| TlsError::NoCertificate)?;
        if chain.is_empty() {
            return Err(TlsError::NoCertificate);
        }
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|_| TlsError::NoKey)?;
        CertifiedKey::from_der(chain, key, &super::provider()).map_err(TlsError::Pair)
    }

    fn hash(&self) -> [u8; 32] {
        let mut hash = Sha256::new();
        hash.update((self.certificate.len() as u64).to_be_bytes());
        hash.update(&self.certificate);
        hash.update(self.key.as_slice());
        hash.finalize().into()
    }
}

impl ResolvesServerCert for ServedCertificate {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.shown.read().unwrap_or_else(PoisonError::into_inner).clone())
    }
}

impl std::fmt::Debug for ServedCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServedCertificate").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

#[cfg(unix)]
type Hangups = Option<tokio::signal::unix::Signal>;

#[cfg(unix)]
fn hangups() -> Hangups {
    tokio::signal::unix::signal(tokio::signal::unix::SignalKind::hangup()).ok()
}

#[cfg(unix)]
async fn hung_up(signal: &mut Hangups) {
    match signal {
        Some(signal) => {
            signal.recv().await;
        }
        None => std::future::pending().await,
    }
}

#[cfg(not(unix))]
type Hangups = ();

#[cfg(not(unix))]
fn hangups() -> Hangups {}

#[cfg(not(unix))]
async fn hung_up((): &mut Hangups) {
    std::future::pending().await
}
