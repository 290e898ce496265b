//! A signing key in a file or on a token, opened when it is first needed: a token that is unplugged at start fails a
//! signature, not the server.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use xmldsig::{KeyError, SigningKey, SoftwareKey, TokenKey, TokenSettings};
use zeroize::Zeroizing;

use crate::config::{ConfigError, KeyConfig};

pub struct HeldKey {
    source: Source,
    open: Mutex<Option<Arc<dyn SigningKey>>>,
}

enum Source {
    Pkcs12 { file: PathBuf, password: Zeroizing<String> },
    Token(TokenSettings),
    Given(Arc<dyn SigningKey>),
}

impl HeldKey {
    /// `password` names the key of the configuration, for whoever reads that its file is missing.
    pub fn from_config(config: &KeyConfig, password: &'static str) -> Result<Self, ConfigError> {
        Ok(Self::of(match config {
            KeyConfig::Pkcs12 { pkcs12, password: secret } => {
                Source::Pkcs12 { file: pkcs12.clone(), password: secret.read(password)? }
            }
            KeyConfig::Pkcs11(token) => Source::Token(token.settings()),
        }))
    }

    pub fn given(key: Arc<dyn SigningKey>) -> Self {
        Self::of(Source::Given(key))
    }

    fn of(source: Source) -> Self {
        Self { source, open: Mutex::default() }
    }

    /// May block on a device.
    pub fn key(&self) -> Result<Arc<dyn SigningKey>, KeyError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = open.as_ref() {
            return Ok(key.clone());
        }
        let key: Arc<dyn SigningKey> = match &self.source {
            Source::Pkcs12 { file, password } => Arc::new(SoftwareKey::open_pkcs12(file, password)?),
            Source::Token(settings) => Arc::new(TokenKey::open(settings.clone())?),
            Source::Given(key) => key.clone(),
        };
        *open = Some(key.clone());
        Ok(key)
    }
}
