//! The facility's signature over what is sent (GATEWAY.md 1.5, 1.7, 1.9): the one signature on the wire.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use api::Base64;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use xmldsig::{
    KeyError, SignError, SigningKey, SoftwareKey, TokenKey, TokenName, TokenSettings, sign_enveloped, sign_paper,
};
use zeroize::Zeroizing;

use crate::config::{ConfigError, SigningConfig};
use crate::store::DispatchKind;

/// What a driver's health certificate is before it is signed: the record of the request, and the `<root>` that is signed
/// alone and becomes its SIGNDATA.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DriverPayload {
    pub record: Map<String, Value>,
    pub root: String,
}

/// Signs, or says why not. Signing has no effect outside: it is repeated as often as needed.
pub trait Signer: Send + Sync {
    /// The bytes to send for a frozen payload. May block on a device.
    fn sign(&self, kind: DispatchKind, payload: &[u8], at: OffsetDateTime) -> Result<Vec<u8>, SigningFailure>;
}

#[derive(Debug, thiserror::Error)]
pub enum SigningFailure {
    #[error("the signing key cannot be used")]
    Key(#[source] KeyError),
    #[error("nothing was signed")]
    Signature(#[source] SignError),
    #[error("the frozen payload is not what is signed for this kind")]
    Payload,
    #[error("no signing key is configured")]
    NoKey,
}

impl SigningFailure {
    /// For the record and the staff page.
    pub fn code(&self) -> &'static str {
        let key = match self {
            Self::Key(key) | Self::Signature(SignError::Key(key)) => key,
            Self::Signature(SignError::Certificate(_)) => return "certificate_not_valid_now",
            Self::Signature(_) | Self::Payload => return "not_signable",
            Self::NoKey => return "no_key",
        };
        match key {
            KeyError::File { .. } | KeyError::Module { .. } => "key_unreadable",
            KeyError::TokenAbsent { .. } => "token_unplugged",
            KeyError::WrongPassword | KeyError::WrongPin => "wrong_pin",
            KeyError::PinLocked | KeyError::LastPinTry | KeyError::PinExpired => "pin_needs_a_person",
            KeyError::Certificate(_) | KeyError::NotThisCertificate => "certificate_does_not_fit",
            _ => "key_failed",
        }
    }
}

/// The facility's key, opened when it is first needed: a token that is unplugged at start fails a signature, not the
/// server.
pub struct FacilitySigner {
    source: KeySource,
    key: Mutex<Option<Arc<dyn SigningKey>>>,
}

enum KeySource {
    Pkcs12 { file: PathBuf, password: Zeroizing<String> },
    Token(TokenSettings),
    Given(Arc<dyn SigningKey>),
}

impl FacilitySigner {
    pub fn from_config(config: &SigningConfig) -> Result<Self, ConfigError> {
        let source = match config {
            SigningConfig::Pkcs12 { pkcs12, password } => {
                KeySource::Pkcs12 { file: pkcs12.clone(), password: password.read("dispatch.signing.password")? }
            }
            SigningConfig::Pkcs11 { module, token_label, key_label, pin_file } => KeySource::Token(TokenSettings {
                module: module.clone(),
                token: TokenName::Label(token_label.clone()),
                key_label: key_label.clone(),
                pin_file: pin_file.clone(),
            }),
        };
        Ok(Self { source, key: Mutex::default() })
    }

    pub fn with_key(key: Arc<dyn SigningKey>) -> Self {
        Self { source: KeySource::Given(key), key: Mutex::default() }
    }

    fn key(&self) -> Result<Arc<dyn SigningKey>, SigningFailure> {
        let mut held = self.key.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = held.as_ref() {
            return Ok(key.clone());
        }
        let key: Arc<dyn SigningKey> = match &self.source {
            KeySource::Pkcs12 { file, password } => {
                Arc::new(SoftwareKey::open_pkcs12(file, password).map_err(SigningFailure::Key)?)
            }
            KeySource::Token(settings) => Arc::new(TokenKey::open(settings.clone()).map_err(SigningFailure::Key)?),
            KeySource::Given(key) => key.clone(),
        };
        *held = Some(key.clone());
        Ok(key)
    }
}

impl Signer for FacilitySigner {
    fn sign(&self, kind: DispatchKind, payload: &[u8], at: OffsetDateTime) -> Result<Vec<u8>, SigningFailure> {
        let key = self.key()?;
        let key = key.as_ref();
        match kind {
            DispatchKind::Birth | DispatchKind::Death | DispatchKind::CheckIn => {
                let xml = std::str::from_utf8(payload).map_err(|_| SigningFailure::Payload)?;
                Ok(sign_paper(xml, key, at).map_err(SigningFailure::Signature)?.into_bytes())
            }
            DispatchKind::Driver => {
                let mut driver: DriverPayload = serde_json::from_slice(payload).map_err(|_| SigningFailure::Payload)?;
                let root = sign_enveloped(&driver.root, key, at).map_err(SigningFailure::Signature)?;
                let sign_data = serde_json::to_value(Base64(root.into_bytes()));
                driver.record.insert("SIGNDATA".into(), sign_data.map_err(|_| SigningFailure::Payload)?);
                serde_json::to_vec(&driver.record).map_err(|_| SigningFailure::Payload)
            }
        }
    }
}
