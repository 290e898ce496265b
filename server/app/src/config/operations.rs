//! Reports: who may read them by machine, and what the public gets.

use reports::Threshold;
use serde::{Deserialize, Serialize};

use super::{ConfigError, SecretSource};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct OperationsConfig {
    /// 64 hexadecimal digits, presented as a bearer key. Without it there is no feed.
    pub feed_key: Option<SecretSource>,
    /// Without it nothing is published.
    pub open_data: Option<OpenDataConfig>,
    /// A kiosk that was not heard for longer is called silent. It tells once a minute.
    pub kiosk_silent_minutes: u32,
}

impl Default for OperationsConfig {
    fn default() -> Self {
        Self { feed_key: None, open_data: None, kiosk_silent_minutes: 5 }
    }
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenDataConfig {
    /// Counts from 1 to one less are not published, nor those from which they could be computed.
    pub smallest_count: u64,
    /// The licence as a URI.
    pub licence: Option<String>,
}

impl OpenDataConfig {
    pub fn threshold(&self) -> Result<Threshold, ConfigError> {
        Threshold::new(self.smallest_count).map_err(|_| ConfigError::SmallestCount)
    }
}
