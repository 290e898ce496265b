//! How the queues are kept: the numbers of the rules in the crate `queue`.

use std::num::NonZeroU16;

use queue::Policy;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QueueConfig {
    /// So many patients with priority in a row while others wait.
    pub favoured_in_a_row: NonZeroU16,
    /// From this wait on priority does not pass a patient any more.
    pub ageing_minutes: u32,
    /// Who returns within this time stands behind the one being served.
    pub return_minutes: u32,
    /// Who does not answer stands behind so many further calls.
    pub skip_behind: u16,
}

impl Default for QueueConfig {
    fn default() -> Self {
        let Policy { favoured_in_a_row, ageing_minutes, return_minutes, skip_behind } = Policy::default();
        let favoured_in_a_row = NonZeroU16::new(favoured_in_a_row).unwrap_or(NonZeroU16::MIN);
        Self { favoured_in_a_row, ageing_minutes, return_minutes, skip_behind }
    }
}

impl QueueConfig {
    pub fn policy(&self) -> Policy {
        let Self { favoured_in_a_row, ageing_minutes, return_minutes, skip_behind } = *self;
        Policy { favoured_in_a_row: favoured_in_a_row.get(), ageing_minutes, return_minutes, skip_behind }
    }
}
