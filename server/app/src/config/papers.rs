//! Certificates as people see them, and the keys of those who sign them.

use std::net::SocketAddr;
use std::path::PathBuf;

use api::DepartmentCode;
use serde::{Deserialize, Serialize};

use super::KeyConfig;

/// Certificates as people see them: on paper, at kiosks, on the public page.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PapersConfig {
    /// The folder with the files of Be Vietnam Pro. Without it nothing is printed.
    pub fonts: Option<PathBuf>,
    /// Where anyone who holds a paper verifies it: a listener of its own, without staff pages and kiosks.
    pub public_listen: Option<SocketAddr>,
    /// How the world reaches that listener: what the printed codes lead to.
    pub public_url: Option<String>,
    /// The body above the hospital, as papers name it.
    pub authority: Option<String>,
    pub address: Option<String>,
    /// Before the date of issue.
    pub place: String,
    /// Where drivers are examined. Without it the kiosks offer no questionnaire.
    pub driver_department: Option<DepartmentCode>,
    /// How long after the identification a citizen may read and confirm.
    pub confirm_minutes: u32,
    /// How long answers are kept that were not submitted.
    pub answers_days: u16,
    pub practitioners: Vec<PractitionerConfig>,
}

/// The key of one doctor or midwife, held for the account of that login.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PractitionerConfig {
    pub login: String,
    pub key: KeyConfig,
}

impl Default for PapersConfig {
    fn default() -> Self {
        Self {
            fonts: None,
            public_listen: None,
            public_url: None,
            authority: None,
            address: None,
            place: String::new(),
            driver_department: None,
            confirm_minutes: 15,
            answers_days: 7,
            practitioners: Vec::new(),
        }
    }
}
