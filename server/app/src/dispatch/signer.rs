//! The facility's signature over what is sent (GATEWAY.md 1.5, 1.7, 1.9): the one signature on the wire.

use std::sync::Arc;

use api::Base64;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use xmldsig::{KeyError, SignError, SigningKey, sign_enveloped, sign_paper};

use crate::config::{ConfigError, KeyConfig};
use crate::held_key::HeldKey;
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

/// Signs with the facility's key.
pub struct FacilitySigner(HeldKey);

impl FacilitySigner {
    pub fn from_config(config: &KeyConfig) -> Result<Self, ConfigError> {
        HeldKey::from_config(config, "dispatch.signing.password").map(Self)
    }

    pub fn with_key(key: Arc<dyn SigningKey>) -> Self {
        Self(HeldKey::given(key))
    }
}

impl Signer for FacilitySigner {
    fn sign(&self, kind: DispatchKind, payload: &[u8], at: OffsetDateTime) -> Result<Vec<u8>, SigningFailure> {
        let key = self.0.key().map_err(SigningFailure::Key)?;
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
