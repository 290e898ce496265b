//! The server's own certificate, where no proxy ends TLS for it.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// PEM, the server's certificate first, then those above it.
    pub certificate: PathBuf,
    /// PEM, PKCS#8, PKCS#1 or SEC1.
    pub key: PathBuf,
    #[serde(default)]
    pub kiosk_keys: KioskKeys,
}

/// What becomes of a kiosk that shows its 256-bit key instead of a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KioskKeys {
    #[default]
    Refused,
    /// While a hospital goes over from keys to certificates.
    Accepted,
}
