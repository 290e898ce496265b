//! Who stands before the kiosk: the evidence it sends, and what the server makes of it.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use utoipa::ToSchema;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::{AppointmentView, Base64, Hex8, Hex32};

/// How much is known about the person (ARCHITECTURE.md, "Assurance").
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
pub enum Assurance {
    /// Chip genuine, signer trusted or pinned, face matched; or a licensed verifier's signed answer, face matched.
    A,
    /// Chip consistent and genuine, face matched, signer unknown.
    B,
    /// A number only.
    C,
    /// A person at the counter decides.
    D,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChallengeReply {
    /// For active authentication: single use, bound to kiosk and visit.
    pub challenge: Hex8,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: OffsetDateTime,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentificationRequest {
    pub document: DocumentClaim,
    pub face: FaceClaim,
    /// Absent where nothing was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<ConsentRecord>,
}

/// What the patient answered to a question about their own data, before it was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentRecord {
    pub purpose: ConsentPurpose,
    pub answer: ConsentAnswer,
    pub language: ConsentLanguage,
    /// SHA-256 of the text that was shown, in UTF-8.
    pub text: Hex32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentPurpose {
    /// The live face with the portrait of the card or of the verifier.
    FaceComparison,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentAnswer {
    Given,
    Refused,
}

/// ISO 639-1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConsentLanguage {
    Vi,
    En,
}

impl ConsentRecord {
    pub fn new(purpose: ConsentPurpose, answer: ConsentAnswer, language: ConsentLanguage, text: &str) -> Self {
        Self { purpose, answer, language, text: Hex32(Sha256::digest(text).into()) }
    }
}

impl ConsentPurpose {
    pub fn code(self) -> &'static str {
        match self {
            Self::FaceComparison => "face_comparison",
        }
    }
}

impl ConsentAnswer {
    pub fn code(self) -> &'static str {
        match self {
            Self::Given => "given",
            Self::Refused => "refused",
        }
    }
}

impl ConsentLanguage {
    pub fn code(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }
}

/// What the person showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum DocumentClaim {
    Chip(ChipEvidence),
    /// The e-identity answer the server already holds for this visit.
    Eid,
    /// The citizen card's printed code.
    CardQr(NumberClaim),
    /// The insurance card's printed code.
    InsuranceQr(NumberClaim),
    /// Digits typed by the patient.
    Typed(NumberClaim),
    Nothing,
}

/// The files the server verifies again. DG2 and every picture stay in the kiosk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChipEvidence {
    pub sod: Base64,
    pub dg1: Base64,
    pub dg13: Option<Base64>,
    pub dg14: Option<Base64>,
    pub dg15: Option<Base64>,
    pub challenge: Hex8,
    /// The chip's answer to `challenge` (INTERNAL AUTHENTICATE), if it has DG15.
    pub active_authentication: Option<Base64>,
    /// The kiosk's word that chip authentication ran: a record cannot prove it.
    pub chip_authentication: bool,
    pub access: AccessClaim,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccessClaim {
    Pace,
    Bac,
}

/// A number nobody proved. Name and birth date help the counter, and never show anything back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct NumberClaim {
    pub number: String,
    pub name: Option<String>,
    /// `dd/MM/yyyy`, `MM/yyyy` or `yyyy`.
    pub birth: Option<String>,
}

impl std::fmt::Debug for NumberClaim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("NumberClaim(..)")
    }
}

/// What the kiosk's camera said. Always the kiosk's word, and stored as such.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum FaceClaim {
    Matched {
        score: f32,
        threshold: f32,
        frames: u8,
        /// SHA-256 of the portrait matched against: the verified DG2 file, or the verifier's portrait.
        portrait: Hex32,
    },
    NotMatched {
        score: f32,
    },
    /// The patient said no: an equal way exists.
    Declined,
    /// A child's card has none.
    NoPortrait,
    /// Camera or model is missing.
    Unavailable,
    NotAsked,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentificationReply {
    pub assurance: Assurance,
    /// Absent below level B.
    pub person: Option<PersonView>,
    pub entitlement: EntitlementView,
    pub priority: Option<PriorityGround>,
    /// What was weaker than the best, by stable code ("bac", "signer_unknown", "chip_kiosk_word", ..).
    pub facts: Vec<String>,
    /// Papers that wait for this person to read and confirm ([`crate::papers`]); 0 below level A.
    #[serde(default)]
    pub papers_waiting: u16,
    /// The next one of today that waits for this person; absent below level B. Its department is to be proposed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appointment: Option<AppointmentView>,
}

#[derive(Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema, Zeroize, ZeroizeOnDrop)]
#[serde(deny_unknown_fields)]
pub struct PersonView {
    pub name: String,
    /// Completed years.
    pub age: u16,
}

impl std::fmt::Debug for PersonView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PersonView(..)")
    }
}

/// Grounds the law gives (Luật KCB 15/2023/QH15 Đ3 k2) that age alone proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PriorityGround {
    UnderSix,
    SeventyFiveAndOver,
}

/// The insurance entitlement, as far as this person may see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum EntitlementView {
    /// Valid: in full at level A, masked at level B.
    Valid {
        card: String,
        /// `dd/MM/yyyy`.
        valid_until: String,
        /// Of costs inside the list, from character 3 of the card; absent where only the 10-digit code is known.
        benefit_percent: Option<u8>,
        /// Registered here, or at a facility this hospital accepts.
        right_route: bool,
        registered_at: Option<String>,
    },
    /// The gateway answered and the answer is no: its `maKetQua`.
    NotValid { code: String },
    /// The gateway was silent; the visit stands and is asked again.
    ToBeConfirmed,
    /// This level shows nothing that is known about the number.
    NotShown,
}
