//! Which database, and how much it may lose.

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::{ConfigError, SecretOr};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DatabaseConfig {
    pub url: SecretOr,
    #[serde(default)]
    pub durability: Durability,
    #[serde(default = "default_connections")]
    pub connections: u32,
}

/// SQLite's `synchronous`. PostgreSQL keeps its own setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Durability {
    /// Nothing that was answered is lost when the power fails.
    #[default]
    Full,
    /// The last moments may be lost when the power fails, never when the program does.
    Normal,
}

fn default_connections() -> u32 {
    8
}

impl DatabaseConfig {
    pub fn url(&self) -> Result<Zeroizing<String>, ConfigError> {
        match &self.url {
            SecretOr::Plain(url) => Ok(Zeroizing::new(url.clone())),
            SecretOr::Secret(source) => source.read("database.url"),
        }
    }
}
