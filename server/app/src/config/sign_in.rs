//! How staff prove themselves.

use serde::{Deserialize, Serialize};

use crate::staff::Role;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignInConfig {
    /// Roles that do nothing without an authenticator app; the others may have one.
    pub second_factor: Vec<Role>,
    /// A page that nobody touched so long is locked.
    pub idle_minutes: u32,
}

impl Default for SignInConfig {
    fn default() -> Self {
        Self { second_factor: vec![Role::Administrator, Role::Head], idle_minutes: 15 }
    }
}
