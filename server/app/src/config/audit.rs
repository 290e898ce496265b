//! Where signed checkpoints of the audit record go.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AuditConfig {
    /// A file on another machine (a mounted share), or one that a log collector carries away. Without it a record that was
    /// cut short is not found out.
    pub checkpoints: Option<PathBuf>,
    /// At most one checkpoint in so many minutes.
    pub checkpoint_minutes: u32,
}

impl Default for AuditConfig {
    fn default() -> Self {
        Self { checkpoints: None, checkpoint_minutes: 10 }
    }
}
