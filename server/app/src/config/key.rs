//! Where keys are: the one that signs, the facility's or one doctor's or midwife's, and the one that everything at rest is
//! sealed under.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use xmldsig::{TokenName, TokenSettings, token_hmac_sha256};
use zeroize::Zeroizing;

use super::{ConfigError, SecretSource};

/// What a token makes the master key from, so that a secret key which serves something else too gives another.
const MASTER_KEY: &[u8] = b"tiep-don master key 1";

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub enum KeyConfig {
    /// In a file.
    Pkcs12 { pkcs12: PathBuf, password: SecretSource },
    /// On a token or HSM.
    Pkcs11(TokenConfig),
}

/// A key on a token or HSM.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenConfig {
    /// The driver's shared library.
    pub module: PathBuf,
    pub token_label: String,
    pub key_label: String,
    /// Read at each login.
    pub pin_file: PathBuf,
}

impl TokenConfig {
    pub fn settings(&self) -> TokenSettings {
        TokenSettings {
            module: self.module.clone(),
            token: TokenName::Label(self.token_label.clone()),
            key_label: self.key_label.clone(),
            pin_file: self.pin_file.clone(),
        }
    }
}

/// Where the master key is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum MasterKeyConfig {
    Secret(SecretSource),
    /// A secret key that never leaves its token; the master key is its HMAC-SHA256 of a fixed text.
    Pkcs11(TokenConfig),
}

impl MasterKeyConfig {
    /// May block on a device.
    pub fn read(&self) -> Result<Zeroizing<[u8; 32]>, ConfigError> {
        match self {
            Self::Secret(source) => source.read_key("master_key"),
            Self::Pkcs11(token) => token_hmac_sha256(&token.settings(), MASTER_KEY).map_err(ConfigError::MasterKey),
        }
    }
}
