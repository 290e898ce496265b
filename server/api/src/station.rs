//! What a kiosk learns from its server at start and every few minutes.

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};
use utoipa::ToSchema;

use crate::Hex32;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StationConfiguration {
    pub facility_code: String,
    pub hospital_vi: String,
    pub hospital_en: String,
    #[serde(with = "crate::encoding::day")]
    #[schema(value_type = String, format = Date)]
    pub service_day: Date,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub server_time: OffsetDateTime,
    /// X25519 public key that offline check-ins are sealed to.
    pub sealing_key: Hex32,
    /// SHA-256 of document-signer certificates this hospital pinned.
    pub pinned_signers: Vec<Hex32>,
    /// Is an e-identity verifier configured?
    pub eid: bool,
    /// Before the random word of a ticket given without the server: `<follow_base><32 hex digits>` opens its place in the
    /// queue. Absent where the hospital has no public page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub follow_base: Option<String>,
}
