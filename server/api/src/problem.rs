//! The failure body (RFC 9457, `application/problem+json`), with a closed list of codes.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    pub status: u16,
    pub code: ProblemCode,
    /// One English sentence for an engineer: what was wrong and what to do. Never personal.
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProblemCode {
    /// The body is not the JSON of this version.
    MalformedBody,
    BodyTooLarge,
    /// A staff account that may not do this, or a form that is not ours.
    NotPermitted,
    /// No such kiosk, wrong key, or plain HTTP from elsewhere than this machine.
    KioskNotAdmitted,
    /// The one-time code is wrong, used or too old.
    EnrolmentRefused,
    /// What was sent is no request for a certificate, or not for a P-256 key.
    CertificateRequestRefused,
    NotFound,
    MethodNotAllowed,
    /// The same visit id with another body.
    VisitConflict,
    ChallengeUnknown,
    ChallengeExpired,
    ChallengeUsed,
    /// The evidence does not verify here: `detail` names the check.
    EvidenceRefused,
    DepartmentUnknown,
    DepartmentClosed,
    /// As many numbers as the department gives in a day were given; who has priority or an appointment is still taken.
    DepartmentFull,
    /// The day has no numbers left.
    NumbersExhausted,
    /// The number on paper was not reserved for this kiosk, or another visit holds it.
    NumberNotReserved,
    SealBroken,
    EidNotConfigured,
    EidVerifierDown,
    EidReplayed,
    EidExpired,
    /// The code was made for another kiosk.
    EidOtherKiosk,
    EidRefused,
    /// Not identified at level A in this visit by this kiosk, or too long ago.
    PapersNotPermitted,
    /// No such paper for this person.
    PaperUnknown,
    /// The text is no longer the one that was read.
    PaperChanged,
    /// The paper does not, or no longer, wait for the citizen.
    PaperNotWaiting,
    /// A proposal that breaks a rule of its field, or a field that this person may not propose.
    CorrectionRefused,
    /// The answers belong to another version of the questions.
    QuestionnaireChanged,
    AnswersIncomplete,
    TooManyRequests,
    Internal,
}
