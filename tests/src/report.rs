//! `report.json`: what every scenario gave, in figures and names; nothing personal.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::certificates::CertificateReport;

#[derive(Debug, Clone, Serialize)]
pub struct Report {
    pub scenarios: Vec<ScenarioReport>,
}

#[derive(Debug, Clone, Default, Serialize)]
pub struct ScenarioReport {
    pub name: String,
    /// "served", "counter", "staff called", or the sentence that says what differed.
    pub outcome: String,
    /// "A" to "D", as the server recorded it.
    pub assurance: Option<String>,
    pub ticket: Option<String>,
    /// "pace" or "bac".
    pub access: Option<String>,
    /// "trusted", "pinned", "unknown", or why there is none.
    pub passive_authentication: Option<String>,
    /// "genuine", "not genuine", or absent.
    pub chip_authenticity: Option<String>,
    pub face: Option<FaceReport>,
    pub entitlement: Option<String>,
    /// Certificates of the story, as the server and the gateway hold them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<CertificateReport>,
    pub screens: Vec<ScreenReport>,
    pub bytes: Bytes,
    pub machine_time_ms: BTreeMap<String, f64>,
    /// What differed from what was expected; empty when the scenario passed.
    pub differences: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
pub struct FaceReport {
    pub score: f32,
    pub decision: String,
}

#[derive(Debug, Clone, Serialize)]
pub struct ScreenReport {
    pub name: String,
    /// File name beside the report; absent where nothing was rendered.
    pub png: Option<String>,
}

/// Bytes that crossed a device's real protocol.
#[derive(Debug, Clone, Copy, Default, Serialize)]
pub struct Bytes {
    pub ccid_to_reader: u64,
    pub ccid_from_reader: u64,
    pub escpos: u64,
    pub camera_frames: u64,
    pub scanner: u64,
}

impl Report {
    pub fn passed(&self) -> bool {
        self.scenarios.iter().all(|scenario| scenario.differences.is_empty())
    }
}
