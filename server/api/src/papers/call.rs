//! The calls by name, for whoever passes them on: each is safe to repeat with the same content.

use super::{
    Confirmation, ConfirmationNonce, ConfirmationReply, CorrectionRequest, NonceRequest, PaperId, PaperList,
    PaperStatus, PaperTicket, Questionnaire, Reading, SavedAnswers, SubmissionReply, SubmitAnswers,
};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Call {
    List,
    Reading(PaperId),
    Correct(PaperId, CorrectionRequest),
    Nonce(NonceRequest),
    Confirm(PaperId, Confirmation),
    Status(PaperId),
    Print(PaperId),
    Questionnaire,
    Save(SavedAnswers),
    Submit(SubmitAnswers),
}

/// What each call is answered with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    List(PaperList),
    /// Of a reading, and of a correction.
    Reading(Reading),
    Nonce(ConfirmationNonce),
    Confirmed(ConfirmationReply),
    Status(PaperStatus),
    Ticket(PaperTicket),
    Questionnaire(Questionnaire),
    Saved,
    Submitted(SubmissionReply),
}
