//! Why a kiosk's request is not done.

use api::{Problem, ProblemCode};

use crate::enrolment::AuthorityError;
use crate::keys::SealError;
use crate::queue::QueueError;
use crate::store::{ChallengeUse, StoreError, Trouble};

/// In engineers' words; none of them repeats what was sent.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("this visit was answered before, to another kiosk or another body")]
    VisitConflict,
    #[error("no such challenge was given to this kiosk for this visit")]
    ChallengeUnknown,
    #[error("the challenge has expired: ask for another")]
    ChallengeExpired,
    #[error("the challenge was used before: ask for another")]
    ChallengeUsed,
    /// Holds the failed check, never a value.
    #[error("the chip's evidence does not verify here: {0}")]
    EvidenceRefused(String),
    #[error("no such department")]
    DepartmentUnknown,
    #[error("the department is closed now")]
    DepartmentClosed,
    #[error("the department gave as many numbers today as it may")]
    DepartmentFull,
    #[error("the department has no numbers left today")]
    NumbersExhausted,
    #[error("the number on paper was not reserved for this kiosk, or another visit holds it")]
    NumberNotReserved,
    #[error("the offline check-in does not open with this server's key, or is not one")]
    SealBroken,
    #[error("a block has 1 to 50 numbers")]
    BlockSize,
    #[error("no e-identity verifier is configured")]
    EidNotConfigured,
    #[error("the e-identity verifier does not answer")]
    EidVerifierDown,
    #[error("this e-identity code was used before")]
    EidReplayed,
    #[error("this e-identity code has expired")]
    EidExpired,
    #[error("this e-identity code was shown to another kiosk")]
    EidOtherKiosk,
    #[error("the verifier's answer is not valid: {0}")]
    EidRefused(&'static str),
    #[error("the server holds no e-identity answer for this visit")]
    EidMissing,
    #[error("this visit was not identified at level A by this kiosk, or too long ago")]
    PapersNotPermitted,
    #[error("no such paper for this person")]
    PaperUnknown,
    #[error("the text is no longer the one that was read: read again")]
    PaperChanged,
    #[error("the paper does not wait for the citizen, or no longer")]
    PaperNotWaiting,
    #[error("a proposal breaks a rule of its field, or the field is not the citizen's to change")]
    CorrectionRefused,
    #[error("the answers belong to another version of the questions")]
    QuestionnaireChanged,
    #[error("a question has no answer, or one of another kind")]
    AnswersIncomplete,
    #[error("an answer to a question there is not, or of another kind")]
    AnswerForm,
    #[error("this hospital does not examine drivers")]
    NoDriverExamination,
    #[error("the enrolment code is wrong, used or too old: make another with `tiepdon-server kiosk code`")]
    EnrolmentRefused,
    #[error("not a request (PKCS#10) for a certificate of a P-256 key, signed by that key")]
    CertificateRequestRefused,
    #[error("the kiosk authority failed")]
    Authority(#[source] AuthorityError),
    #[error("the queue did not take the patient")]
    Queue(#[source] QueueError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("a sealed value does not open: was the master key changed?")]
    Seal(#[from] SealError),
}

impl Refusal {
    fn status_and_code(&self) -> (u16, ProblemCode) {
        match self {
            Self::VisitConflict => (409, ProblemCode::VisitConflict),
            Self::ChallengeUnknown => (422, ProblemCode::ChallengeUnknown),
            Self::ChallengeExpired => (422, ProblemCode::ChallengeExpired),
            Self::ChallengeUsed => (422, ProblemCode::ChallengeUsed),
            Self::EvidenceRefused(_) => (422, ProblemCode::EvidenceRefused),
            Self::DepartmentUnknown => (404, ProblemCode::DepartmentUnknown),
            Self::DepartmentClosed => (409, ProblemCode::DepartmentClosed),
            Self::DepartmentFull => (409, ProblemCode::DepartmentFull),
            Self::NumbersExhausted => (409, ProblemCode::NumbersExhausted),
            Self::NumberNotReserved => (409, ProblemCode::NumberNotReserved),
            Self::SealBroken => (422, ProblemCode::SealBroken),
            Self::BlockSize => (422, ProblemCode::MalformedBody),
            Self::EidNotConfigured => (404, ProblemCode::EidNotConfigured),
            Self::EidVerifierDown => (503, ProblemCode::EidVerifierDown),
            Self::EidReplayed => (409, ProblemCode::EidReplayed),
            Self::EidExpired => (410, ProblemCode::EidExpired),
            Self::EidOtherKiosk => (403, ProblemCode::EidOtherKiosk),
            Self::EidRefused(_) | Self::EidMissing => (422, ProblemCode::EidRefused),
            Self::PapersNotPermitted => (403, ProblemCode::PapersNotPermitted),
            Self::PaperUnknown => (404, ProblemCode::PaperUnknown),
            Self::PaperChanged => (409, ProblemCode::PaperChanged),
            Self::PaperNotWaiting => (409, ProblemCode::PaperNotWaiting),
            Self::CorrectionRefused => (422, ProblemCode::CorrectionRefused),
            Self::QuestionnaireChanged => (409, ProblemCode::QuestionnaireChanged),
            Self::AnswersIncomplete => (422, ProblemCode::AnswersIncomplete),
            Self::AnswerForm => (422, ProblemCode::MalformedBody),
            Self::NoDriverExamination => (404, ProblemCode::NotFound),
            Self::EnrolmentRefused => (403, ProblemCode::EnrolmentRefused),
            Self::CertificateRequestRefused => (422, ProblemCode::CertificateRequestRefused),
            // It passes: whoever asks again later is served.
            Self::Store(error) | Self::Queue(QueueError::Store(error)) if Trouble::of(error).is_some() => {
                (503, ProblemCode::Internal)
            }
            Self::Queue(_) | Self::Authority(_) | Self::Store(_) | Self::Seal(_) => (500, ProblemCode::Internal),
        }
    }

    pub fn problem(&self) -> Problem {
        let (status, code) = self.status_and_code();
        Problem { status, code, detail: self.to_string() }
    }
}

impl From<QueueError> for Refusal {
    fn from(error: QueueError) -> Self {
        match error {
            QueueError::Store(error) => Self::Store(error),
            QueueError::DepartmentUnknown => Self::DepartmentUnknown,
            QueueError::DepartmentRetired => Self::DepartmentClosed,
            QueueError::Refused(_) | QueueError::Contended | QueueError::Broken { .. } => {
                tracing::error!("a queue: {error}");
                Self::Queue(error)
            }
        }
    }
}

impl ChallengeUse {
    pub(crate) fn accepted(self) -> Result<(), Refusal> {
        match self {
            Self::Accepted => Ok(()),
            Self::Unknown => Err(Refusal::ChallengeUnknown),
            Self::Expired => Err(Refusal::ChallengeExpired),
            Self::Used => Err(Refusal::ChallengeUsed),
        }
    }
}
