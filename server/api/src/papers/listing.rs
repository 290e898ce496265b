//! Which papers concern the person, and how far each of them is.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::DepartmentCode;

use super::{Bilingual, PrivateBilingual};

/// One certificate, whatever its number becomes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct PaperId(pub Uuid);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaperKind {
    /// Giấy chứng sinh.
    Birth,
    /// Giấy báo tử. Shown only by kiosks that are set for it.
    Death,
    /// Giấy khám sức khỏe của người lái xe.
    Driver,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperList {
    pub papers: Vec<PaperSummary>,
    /// Absent where this hospital does not examine drivers.
    pub questionnaire: Option<QuestionnaireOffer>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperSummary {
    pub paper: PaperId,
    pub kind: PaperKind,
    /// What tells it from another of its kind: "Bé trai, 3 200 g, 23/11/2026", "Hạng B, 23/11/2026".
    pub about: PrivateBilingual,
    /// As printed, from the moment it is drawn.
    pub number: Option<String>,
    pub status: PaperStatus,
    pub task: PaperTask,
    /// Of a birth with more than one child: one paper each, confirmed one after the other.
    pub confinement: Option<Confinement>,
}

/// What this person can do now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PaperTask {
    /// Waits for this person to read and confirm.
    Confirm,
    /// The ward looks at what this person proposed; nothing to do here.
    WardLooks,
    /// A person must help: the mother has no papers, two confirmers disagree, the confirmer is a minor.
    AskStaff,
    /// May be read and printed.
    Read,
}

/// Papers of one birth share `id`; `position` is 1 to `of`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Confinement {
    pub id: Uuid,
    pub position: u8,
    pub of: u8,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PaperStatus {
    pub state: PaperState,
    /// Present exactly where the gateway accepted it.
    pub receipt: Option<Receipt>,
}

/// As far as the citizen is told; findings and failed signatures are the hospital's own and count as `preparing` and
/// `waiting_for_signature`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum PaperState {
    Preparing,
    WaitingForCitizen,
    WaitingForSignature,
    WaitingToSend,
    Sending,
    /// Sent, and nobody knows whether it arrived: a person of the hospital finds out. It is not sent again on a guess.
    OutcomeUnknown,
    /// The gateway said no, with its code: the records office corrects it.
    Refused {
        code: String,
    },
    Accepted,
    /// A corrected one stands instead.
    Replaced {
        number: String,
    },
}

/// The gateway's answer: MaGD of a birth or death, UUID of a driver certificate.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    pub code: String,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub received_at: OffsetDateTime,
}

/// The declaration before a driver's examination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct QuestionnaireOffer {
    pub title: Bilingual,
    /// Answered so far, of how many.
    pub answered: u16,
    pub questions: u16,
    /// Where the examination is: a number for it follows the submission.
    pub department: DepartmentCode,
}

impl fmt::Display for PaperId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
