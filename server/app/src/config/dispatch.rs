//! Signing and sending.

use std::num::NonZeroU8;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::{KeyConfig, SecretSource};

/// Signing and sending certificates and check-in messages.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DispatchConfig {
    #[serde(default)]
    pub sending: Sending,
    /// No default: the real gateway is reached only where somebody wrote it down.
    pub base_url: String,
    /// Account for papers and check-ins, `<facility>_BV`.
    pub username: String,
    pub password: SecretSource,
    /// Account for driver records; without it they wait.
    pub driver: Option<AccountConfig>,
    /// Requests under way at a time, to each service.
    #[serde(default = "default_concurrency")]
    pub concurrency: NonZeroU8,
    /// How long an answer is waited for.
    #[serde(default = "default_answer_ms")]
    pub answer_ms: u64,
    /// More rows than this waiting for one step are an alarm.
    #[serde(default = "default_backlog_alarm")]
    pub backlog_alarm: u32,
    /// While this file exists, nothing is sent.
    pub kill_switch: Option<PathBuf>,
    /// The facility's key.
    pub signing: Option<KeyConfig>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sending {
    On,
    #[default]
    Off,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountConfig {
    pub username: String,
    pub password: SecretSource,
}

fn default_concurrency() -> NonZeroU8 {
    NonZeroU8::new(8).expect("8 is not 0")
}

fn default_answer_ms() -> u64 {
    30_000
}

fn default_backlog_alarm() -> u32 {
    200
}

impl Sending {
    pub fn is_on(self) -> bool {
        match self {
            Self::On => true,
            Self::Off => false,
        }
    }
}
