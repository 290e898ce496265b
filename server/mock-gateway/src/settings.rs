//! What makes one mock gateway differ from another.

use std::path::PathBuf;

use serde::Deserialize;

use crate::certificates::Certificates;
use crate::script::FaultScript;
use crate::signature::Algorithms;

/// The contract names code 1001 but no size (our reading).
pub const DEFAULT_MAX_FILE_BYTES: usize = 1024 * 1024;

/// Everything but people, clock and key. The default keeps nothing, knows no certificate, and has no faults.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where received records are kept over restarts.
    pub store: Option<PathBuf>,
    pub certificates: Certificates,
    pub algorithms: Algorithms,
    /// Decoded files above this are refused with 1001.
    pub max_file_bytes: usize,
    pub tokens: TokenRule,
    pub script: FaultScript,
}

/// How many tokens of one account are good at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TokenRule {
    #[default]
    Every,
    /// A new token ends the one before: two processes on one account put each other out.
    NewestOnly,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            store: None,
            certificates: Certificates::default(),
            algorithms: Algorithms::default(),
            max_file_bytes: DEFAULT_MAX_FILE_BYTES,
            tokens: TokenRule::default(),
            script: FaultScript::default(),
        }
    }
}
