//! Whom this hospital trusts, what it believes, and how much of one sender it takes.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TrustConfig {
    /// CSCA certificates, DER or PEM.
    pub csca_files: Vec<PathBuf>,
    pub pinning: PinningConfig,
}

/// When a document signer may be pinned: cards whose holders staff compared in person.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PinningConfig {
    pub cards: u32,
    pub days: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PolicyConfig {
    pub unknown_signer: UnknownSigner,
    /// Below this the kiosk's match is not believed.
    pub face_threshold: f32,
    pub face_frames: u8,
    pub challenge_seconds: u32,
    pub staff_session_minutes: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnknownSigner {
    #[default]
    AcceptWithFact,
    Counter,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitConfig {
    pub kiosk_requests_per_minute: u32,
    pub logins_per_minute: u32,
    /// Of one address that verifies papers.
    pub verifications_per_minute: u32,
    /// Of one address that watches boards or tickets: a hospital's wireless network is one address.
    pub watch_requests_per_minute: u32,
}

impl Default for PinningConfig {
    fn default() -> Self {
        Self { cards: 20, days: 5 }
    }
}

impl Default for PolicyConfig {
    fn default() -> Self {
        Self {
            unknown_signer: UnknownSigner::AcceptWithFact,
            face_threshold: 0.45,
            face_frames: 3,
            challenge_seconds: 300,
            staff_session_minutes: 480,
        }
    }
}

impl Default for LimitConfig {
    fn default() -> Self {
        Self {
            kiosk_requests_per_minute: 600,
            logins_per_minute: 10,
            verifications_per_minute: 30,
            watch_requests_per_minute: 3000,
        }
    }
}
