//! A citizen's confirmation as evidence: the text's hash, the time, and the chip's answer to a challenge made of both.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use utoipa::ToSchema;

use crate::{Base64, Hex8, Hex32};

use super::{PaperId, PaperStatus};

/// What is confirmed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Subject {
    Paper { paper: PaperId },
    Questionnaire,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NonceRequest {
    pub subject: Subject,
    /// Of what was read: [`super::Reading::text_hash`], or [`super::answers_hash`].
    pub text_hash: Hex32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationNonce {
    pub nonce: Hex32,
    /// The server's time of this answer, whole seconds.
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub confirmed_at: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub expires_at: OffsetDateTime,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    pub text_hash: Hex32,
    /// As [`ConfirmationNonce`] gave both.
    pub nonce: Hex32,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub confirmed_at: OffsetDateTime,
    /// [`confirmation_challenge`] of the three above.
    pub challenge: Hex8,
    pub chip: ChipAnswer,
    pub sharing: Sharing,
}

/// INTERNAL AUTHENTICATE over the challenge (ICAO 9303-11 section 6.1), or why there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum ChipAnswer {
    /// To be verified under DG15 of this visit's identification.
    Signed { signature: Base64 },
    /// The confirmation stands without the chip's answer, and says why.
    Absent { reason: NoChipAnswer },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoChipAnswer {
    /// The chip has no active authentication.
    NoActiveAuthentication,
    /// Identified by e-identity: there is no chip.
    EIdentity,
    /// Was asked to put the card back, and did not.
    CardRemoved,
    /// The chip did not answer, or the reader is gone.
    ChipSilent,
}

/// May the conclusion be shared with the licensing side?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sharing {
    /// Not a paper that asks.
    NotAsked,
    Agreed,
    /// Recorded; what the law says about sending stands all the same.
    Declined,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationReply {
    pub status: PaperStatus,
    /// The next paper of the same birth that waits for this person.
    pub next: Option<PaperId>,
}

/// The eight bytes the chip signs: the first of SHA-256 over text hash, nonce and time (Unix seconds, big-endian).
/// Made by the kiosk from what it showed, and by the server from what it keeps.
pub fn confirmation_challenge(text_hash: Hex32, nonce: Hex32, confirmed_at: OffsetDateTime) -> Hex8 {
    let mut hash = Sha256::new();
    hash.update(b"tiepdon confirmation 1");
    hash.update(text_hash.0);
    hash.update(nonce.0);
    hash.update(confirmed_at.unix_timestamp().to_be_bytes());
    let digest: [u8; 32] = hash.finalize().into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    Hex8([a, b, c, d, e, f, g, h])
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn a_challenge_hangs_on_text_nonce_and_time() {
        let at = datetime!(2026-11-23 08:30:00 UTC);
        let challenge = confirmation_challenge(Hex32([1; 32]), Hex32([2; 32]), at);
        assert_ne!(challenge, confirmation_challenge(Hex32([3; 32]), Hex32([2; 32]), at));
        assert_ne!(challenge, confirmation_challenge(Hex32([1; 32]), Hex32([3; 32]), at));
        assert_ne!(challenge, confirmation_challenge(Hex32([1; 32]), Hex32([2; 32]), at + time::Duration::SECOND));
        let elsewhere = at.to_offset(time::macros::offset!(+7));
        assert_eq!(
            challenge,
            confirmation_challenge(Hex32([1; 32]), Hex32([2; 32]), elsewhere),
            "one moment, one value"
        );
    }

    #[test]
    fn a_confirmation_without_the_chips_answer_says_why() {
        let chip = ChipAnswer::Absent { reason: NoChipAnswer::CardRemoved };
        let json = serde_json::to_value(&chip).expect("serialises");
        assert_eq!(json, serde_json::json!({ "kind": "absent", "reason": "card_removed" }));
        assert!(serde_json::from_str::<ChipAnswer>(r#"{"kind":"absent"}"#).is_err());
    }
}
