//! TLS 1.2 and 1.3 by rustls on the server's own listeners: certificate files that may change while it runs, and kiosks that
//! show a certificate of the hospital's kiosk authority (RFC 8446 4.4.2, client authentication).
//!
//! Whoever shows no certificate may be a browser, and is let in as far as a browser goes; whoever shows a wrong one is sent
//! away in the handshake. Whether a certificate still counts is asked of the store at each request (`http/extract.rs`).

mod listener;
mod served;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use rustls::RootCertStore;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::{VerifierBuilderError, WebPkiClientVerifier};
use rustls::time_provider::TimeProvider;

use crate::clock::SharedClock;

pub use listener::{TlsListener, Wire};
pub use served::ServedCertificate;

#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    #[error("tls.certificate cannot be read")]
    CertificateFile(#[source] std::io::Error),
    #[error("tls.key cannot be read")]
    KeyFile(#[source] std::io::Error),
    #[error("tls.certificate holds no PEM certificate")]
    NoCertificate,
    #[error("tls.key holds no PEM private key")]
    NoKey,
    #[error("certificate and key cannot be used together")]
    Pair(#[source] rustls::Error),
    #[error("the kiosk authority cannot be used")]
    Authority(#[source] VerifierBuilderError),
    #[error("TLS cannot be set up")]
    SetUp(#[from] rustls::Error),
}

/// What the handshake showed about the other end.
#[derive(Debug, Clone)]
pub(crate) struct OverTls {
    /// The certificate of a kiosk (DER), signed by our authority and within its time when the connection began.
    pub kiosk: Option<Arc<[u8]>>,
}

/// Whom a listener asks for a certificate.
#[derive(Debug, Clone, Copy)]
pub enum Clients<'a> {
    /// The public pages.
    Anyone,
    /// Kiosks of this authority (DER), and browsers without one.
    Kiosks(&'a [u8]),
}

/// The settings of one listener.
pub fn settings(
    served: Arc<ServedCertificate>,
    clients: Clients<'_>,
    clock: SharedClock,
) -> Result<Arc<rustls::ServerConfig>, TlsError> {
    let provider = provider();
    let builder = rustls::ServerConfig::builder_with_details(provider.clone(), Arc::new(ClockTime(clock)))
        .with_safe_default_protocol_versions()?;
    let builder = match clients {
        Clients::Anyone => builder.with_no_client_auth(),
        Clients::Kiosks(authority) => {
            let mut roots = RootCertStore::empty();
            roots.add(CertificateDer::from(authority))?;
            let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider)
                .allow_unauthenticated()
                .build()
                .map_err(TlsError::Authority)?;
            builder.with_client_cert_verifier(verifier)
        }
    };
    let mut settings = builder.with_cert_resolver(served);
    settings.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(settings))
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(aws_lc_rs::default_provider())
}

/// Handlers see the address as without TLS, and what the handshake showed beside it.
pub fn service(router: Router) -> Router {
    router.layer(middleware::from_fn(async |ConnectInfo(wire): ConnectInfo<Wire>, mut request: Request, next: Next| {
        request.extensions_mut().insert(ConnectInfo::<SocketAddr>(wire.address));
        request.extensions_mut().insert(OverTls { kiosk: wire.kiosk });
        let mut response = next.run(request).await;
        let year = HeaderValue::from_static("max-age=31536000");
        response.headers_mut().insert(header::STRICT_TRANSPORT_SECURITY, year);
        response
    }))
}

/// Certificates are judged by the clock that everything here goes by.
struct ClockTime(SharedClock);

impl std::fmt::Debug for ClockTime {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClockTime")
    }
}

impl TimeProvider for ClockTime {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.0.now().unix_timestamp()).ok()?;
        Some(UnixTime::since_unix_epoch(Duration::from_secs(seconds)))
    }
}
