//! Certificates between kiosk and server: what a citizen may read, answer, correct, confirm, share and take along.
//!
//! Everything here stands under a visit that this kiosk identified at level A not longer ago than the server allows, and
//! concerns one person only: the twelve digits of that identification are the number that the ward entered as confirmer,
//! or the number that the paper names. The server enforces both; the kiosk shows what it got. A paper of somebody else
//! is answered exactly like one that does not exist.
//!
//! A confirmation is evidence, never a gate: the hospital signs and sends in time without it.
//!
//! Failures answer with [`crate::Problem`]. On every path below: `papers_not_permitted` (403: the visit is not
//! identified at level A by this kiosk, or too long ago), `paper_unknown` (404: no such paper for this person),
//! `kiosk_not_admitted`, `too_many_requests`, `internal`. The others stand beside each path.

mod call;
mod confirmation;
mod listing;
mod questionnaire;
mod reading;
mod text;
mod ticket;

pub use call::{Call, Reply};
pub use confirmation::{
    ChipAnswer, Confirmation, ConfirmationNonce, ConfirmationReply, NoChipAnswer, NonceRequest, Sharing, Subject,
    confirmation_challenge,
};
pub use listing::{
    Confinement, PaperId, PaperKind, PaperList, PaperState, PaperStatus, PaperSummary, PaperTask, QuestionnaireOffer,
    Receipt,
};
pub use questionnaire::{
    Answer, AnswerKind, AnswerValue, Choice, Question, QuestionCode, QuestionCodeError, Questionnaire, SavedAnswers,
    SubmissionReply, SubmitAnswers, answers_hash,
};
pub use reading::{Correctable, CorrectableField, Correction, CorrectionRequest, Line, Reading, Section};
pub use text::{Bilingual, Private, PrivateBilingual};
pub use ticket::PaperTicket;

/// Paths, with `{visit}` for the visit id and `{paper}` for the paper id.
pub mod path {
    /// GET: [`super::PaperList`]. What concerns this person: waiting first, then newest first, at most 50. Nothing
    /// found is an empty list.
    pub const PAPERS: &str = "/api/v1/visits/{visit}/papers";

    /// GET: [`super::Reading`]. The text to be read and its hash. Recorded as read. Also for a paper that is long
    /// accepted.
    pub const READING: &str = "/api/v1/visits/{visit}/papers/{paper}/reading";

    /// PUT [`super::CorrectionRequest`]: [`super::Reading`] of the text with the proposals in it, and its new hash. Kept
    /// beside the draft with who and when; what the ward wrote is kept too. The same proposals again change nothing.
    /// `paper_changed` (409: `text_hash` is not of the text that stands: read again), `paper_not_waiting` (409: no
    /// longer waits for the citizen), `correction_refused` (422: a field that this person may not propose, or a value
    /// that breaks a rule of it).
    pub const CORRECTIONS: &str = "/api/v1/visits/{visit}/papers/{paper}/corrections";

    /// POST [`super::NonceRequest`]: [`super::ConfirmationNonce`]. At the touch of "confirm": a single-use nonce bound
    /// to kiosk, visit, subject and text hash, and the server's time, which is the time of the confirmation.
    /// `paper_changed`, `paper_not_waiting`; for the questionnaire `questionnaire_changed` (409).
    pub const NONCES: &str = "/api/v1/visits/{visit}/nonces";

    /// PUT [`super::Confirmation`]: [`super::ConfirmationReply`]. Records the evidence and lets the paper go on to
    /// signature or, where the doctors signed it already, to sending. Idempotent by visit, paper and text hash: the same
    /// again answers with the state as it is now, the first evidence stands and no nonce is looked at, so an answer that
    /// was lost is asked for by sending it again. `visit_conflict` (409: the same with another `sharing`),
    /// `paper_changed`, `paper_not_waiting` (another person confirmed it, the records office passed it, it was
    /// replaced), `challenge_unknown`, `challenge_used`, `challenge_expired` (the nonce), `evidence_refused` (422: the
    /// challenge is not derived from hash, time and nonce, or the chip's answer does not verify under the key of this
    /// visit's identification).
    pub const CONFIRMATION: &str = "/api/v1/visits/{visit}/papers/{paper}/confirmation";

    /// GET: [`super::PaperStatus`]. Asked every few seconds while a paper is being sent.
    pub const STATUS: &str = "/api/v1/visits/{visit}/papers/{paper}/status";

    /// POST, no body: [`super::PaperTicket`], the slip with number, state, receipt and code. Each is in the audit.
    pub const PRINTS: &str = "/api/v1/visits/{visit}/papers/{paper}/prints";

    /// GET: [`super::Questionnaire`]. The driver's declaration with what this person saved before.
    /// `not_found` (404): this hospital does not examine drivers.
    pub const QUESTIONNAIRE: &str = "/api/v1/visits/{visit}/questionnaire";

    /// PUT [`super::SavedAnswers`], 204: replaces what was saved. Kept for this person until submitted, or for the days
    /// the hospital sets. `questionnaire_changed` (409: another version), `malformed_body` (422: an answer to a
    /// question there is not, or of another kind).
    pub const ANSWERS: &str = "/api/v1/visits/{visit}/questionnaire/answers";

    /// PUT [`super::SubmitAnswers`]: [`super::SubmissionReply`]. The declaration as the person confirmed it; opens the
    /// draft of the certificate. Idempotent by visit and hash of the answers, as [`CONFIRMATION`] is.
    /// `answers_incomplete` (422), `questionnaire_changed`, and the nonce's and the chip's as there.
    pub const SUBMISSION: &str = "/api/v1/visits/{visit}/questionnaire/submission";
}
