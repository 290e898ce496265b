//! Where secrets stand: files or environment variables, never the configuration file itself.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::ConfigError;

/// Where a secret is read from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecretSource {
    File(PathBuf),
    Env(String),
}

/// A plain text, or a secret: a PostgreSQL URL holds a password, a SQLite path does not.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(untagged)]
pub enum SecretOr {
    Plain(String),
    Secret(SecretSource),
}

impl SecretSource {
    pub fn read(&self, what: &'static str) -> Result<Zeroizing<String>, ConfigError> {
        let text = match self {
            Self::File(path) => {
                std::fs::read_to_string(path).map_err(|source| ConfigError::SecretFile { what, source })?
            }
            Self::Env(name) => std::env::var(name).map_err(|_| ConfigError::SecretEnv(what))?,
        };
        let text = Zeroizing::new(text);
        Ok(Zeroizing::new(text.trim().to_owned()))
    }

    pub fn read_key(&self, what: &'static str) -> Result<Zeroizing<[u8; 32]>, ConfigError> {
        crate::keys::parse_key(&self.read(what)?).ok_or(ConfigError::Key(what))
    }
}
