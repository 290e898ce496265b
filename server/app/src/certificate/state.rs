//! The life of a certificate as one table: which move leads from where to where, and what a person does next.
//!
//! Nothing else in this crate decides that. Sources: GATEWAY.md 1.5.1b (states kept apart on the list; sign and send are
//! two jobs; ambiguous outcomes wait for a person), NĐ 63/2024 Đ25 (the citizen's confirmation never delays sending).

use crate::store::stored_codes;

stored_codes! {
    /// What one certificate is at the moment.
    CertificateState {
        Draft = "draft",
        /// Findings of level *block* stand against it.
        Blocked = "blocked",
        WaitingForCitizen = "waiting_for_citizen",
        /// Frozen: its bytes and its number do not change any more.
        WaitingForSignature = "waiting_for_signature",
        SigningFailed = "signing_failed",
        WaitingToSend = "waiting_to_send",
        /// *Request started* is committed.
        Sending = "sending",
        /// Something may have reached the gateway; nobody knows.
        OutcomeUnknown = "outcome_unknown",
        /// The gateway said no, with a code; or we did, before anything was sent.
        Refused = "refused",
        /// The gateway said yes, with a receipt.
        Accepted = "accepted",
        /// A later issue of it was accepted.
        Replaced = "replaced",
        /// Given up before it had a number.
        Discarded = "discarded",
        /// Given up with its number, which stays used.
        Void = "void",
    }
}

stored_codes! {
    /// What happens to a certificate.
    Move {
        /// A person or the hospital's system wrote it.
        Save = "save",
        /// The check found something that blocks.
        Block = "block",
        AskCitizen = "ask_citizen",
        /// The citizen read it and agreed, or the records office passed it on with a reason: number drawn, bytes frozen.
        Freeze = "freeze",
        /// Back to the desk before it was signed; a number that was drawn stays its own.
        TakeBack = "take_back",
        SignFailed = "sign_failed",
        Signed = "signed",
        Start = "start",
        /// The connection was refused: nothing left this house.
        NotSent = "not_sent",
        LoseSight = "lose_sight",
        Refuse = "refuse",
        Accept = "accept",
        /// A person found the receipt, or found that nothing arrived.
        FoundAccepted = "found_accepted",
        FoundNotReceived = "found_not_received",
        /// A person sends the same bytes again after a refusal whose cause is gone.
        SendAgain = "send_again",
        /// A later issue was accepted.
        Replace = "replace",
        Discard = "discard",
        Void = "void",
    }
}

stored_codes! {
    /// What a person does now, as the code of a sentence.
    NextStep {
        CompleteAndCheck = "complete_and_check",
        CorrectFindings = "correct_findings",
        CitizenConfirmsOrPassOn = "citizen_confirms_or_pass_on",
        /// A machine does the next step; practitioners sign meanwhile.
        WaitForSignature = "wait_for_signature",
        CheckTokenOrHsm = "check_token_or_hsm",
        WaitForSending = "wait_for_sending",
        WaitForAnswer = "wait_for_answer",
        ReconcileWithGateway = "reconcile_with_gateway",
        CorrectAndReissueOrSendAgain = "correct_and_reissue_or_send_again",
        HandOverPaper = "hand_over_paper",
        UseLaterIssue = "use_later_issue",
        Nothing = "nothing",
    }
}

stored_codes! {
    /// Why a person did a move. Workers write codes of their own (the gateway's, or a failure's).
    Why {
        AsPlanned = "as_planned",
        CitizenConfirmed = "citizen_confirmed",
        // Passed on without a confirmation, which never delays sending:
        DeceasedUnidentified = "deceased_unidentified",
        Foundling = "foundling",
        RelativeAbsent = "relative_absent",
        CitizenLeft = "citizen_left",
        CitizenDisagrees = "citizen_disagrees",
        DeadlineNear = "deadline_near",
        NobodyToAsk = "nobody_to_ask",
        // Changes and ends:
        Correction = "correction",
        WrittenByMistake = "written_by_mistake",
        WrittenTwice = "written_twice",
        ClassDropped = "class_dropped",
        LaterIssueAccepted = "later_issue_accepted",
        // After the gateway:
        CauseRemoved = "cause_removed",
        FoundOnPortal = "found_on_portal",
        ReceiptImported = "receipt_imported",
        NotOnPortal = "not_on_portal",
        /// The words say it.
        Other = "other",
    }
}

/// A move that the state does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a certificate that is {} cannot do: {}", state.code(), way.code())]
pub struct NotAllowed {
    pub state: CertificateState,
    pub way: Move,
}

impl CertificateState {
    /// Where a move leads from here.
    pub fn after(self, way: Move) -> Result<Self, NotAllowed> {
        use CertificateState as S;
        let next = match (way, self) {
            (Move::Save, S::Draft | S::Blocked) => S::Draft,
            (Move::Block, S::Draft | S::Blocked) => S::Blocked,
            (Move::AskCitizen, S::Draft) => S::WaitingForCitizen,
            (Move::Freeze, S::Draft | S::WaitingForCitizen) => S::WaitingForSignature,
            (Move::TakeBack, S::WaitingForCitizen | S::WaitingForSignature | S::SigningFailed) => S::Draft,
            (Move::SignFailed, S::WaitingForSignature) => S::SigningFailed,
            (Move::Signed, S::WaitingForSignature | S::SigningFailed) => S::WaitingToSend,
            (Move::Start, S::WaitingToSend) => S::Sending,
            (Move::NotSent, S::Sending) => S::WaitingToSend,
            (Move::LoseSight, S::Sending) => S::OutcomeUnknown,
            // Refused by ourselves before the start (token of another facility), or by the gateway; an answer that came
            // after we lost sight is an answer.
            (Move::Refuse, S::WaitingToSend | S::Sending | S::OutcomeUnknown) => S::Refused,
            (Move::Accept, S::Sending | S::OutcomeUnknown) => S::Accepted,
            (Move::FoundAccepted, S::OutcomeUnknown) => S::Accepted,
            (Move::FoundNotReceived, S::OutcomeUnknown) => S::WaitingToSend,
            (Move::SendAgain, S::Refused) => S::WaitingToSend,
            (Move::Replace, S::Accepted | S::Refused) => S::Replaced,
            (Move::Discard, S::Draft | S::Blocked | S::WaitingForCitizen) => S::Discarded,
            (
                Move::Void,
                S::Draft
                | S::Blocked
                | S::WaitingForCitizen
                | S::WaitingForSignature
                | S::SigningFailed
                | S::WaitingToSend
                | S::Refused
                | S::Accepted,
            ) => S::Void,
            (
                Move::Save
                | Move::Block
                | Move::AskCitizen
                | Move::Freeze
                | Move::TakeBack
                | Move::SignFailed
                | Move::Signed
                | Move::Start
                | Move::NotSent
                | Move::LoseSight
                | Move::Refuse
                | Move::Accept
                | Move::FoundAccepted
                | Move::FoundNotReceived
                | Move::SendAgain
                | Move::Replace
                | Move::Discard
                | Move::Void,
                state,
            ) => return Err(NotAllowed { state, way }),
        };
        Ok(next)
    }

    pub fn next_step(self) -> NextStep {
        match self {
            Self::Draft => NextStep::CompleteAndCheck,
            Self::Blocked => NextStep::CorrectFindings,
            Self::WaitingForCitizen => NextStep::CitizenConfirmsOrPassOn,
            Self::WaitingForSignature => NextStep::WaitForSignature,
            Self::SigningFailed => NextStep::CheckTokenOrHsm,
            Self::WaitingToSend => NextStep::WaitForSending,
            Self::Sending => NextStep::WaitForAnswer,
            Self::OutcomeUnknown => NextStep::ReconcileWithGateway,
            Self::Refused => NextStep::CorrectAndReissueOrSendAgain,
            Self::Accepted => NextStep::HandOverPaper,
            Self::Replaced => NextStep::UseLaterIssue,
            Self::Discarded | Self::Void => NextStep::Nothing,
        }
    }

    /// Nobody has anything left to do: the countdown of NĐ 63/2024 ends.
    pub fn is_settled(self) -> bool {
        match self {
            Self::Accepted | Self::Replaced | Self::Discarded | Self::Void => true,
            Self::Draft
            | Self::Blocked
            | Self::WaitingForCitizen
            | Self::WaitingForSignature
            | Self::SigningFailed
            | Self::WaitingToSend
            | Self::Sending
            | Self::OutcomeUnknown
            | Self::Refused => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_code_reads_back_as_written() {
        for state in CertificateState::ALL.iter().copied() {
            assert_eq!(CertificateState::from_stored(state.code()).ok(), Some(state));
        }
        for way in Move::ALL.iter().copied() {
            assert_eq!(Move::from_stored(way.code()).ok(), Some(way));
        }
        assert!(CertificateState::from_stored("sent").is_err());
    }

    #[test]
    fn every_state_can_be_reached_from_a_draft() {
        let mut reached = BTreeSet::from([CertificateState::Draft.code()]);
        let mut open = vec![CertificateState::Draft];
        while let Some(state) = open.pop() {
            for next in Move::ALL.iter().filter_map(|way| state.after(*way).ok()) {
                if reached.insert(next.code()) {
                    open.push(next);
                }
            }
        }
        assert_eq!(reached.len(), CertificateState::ALL.len());
    }

    #[test]
    fn only_a_person_leads_from_an_unknown_outcome_back_to_sending() {
        let back: Vec<Move> = Move::ALL
            .iter()
            .copied()
            .filter(|way| CertificateState::OutcomeUnknown.after(*way) == Ok(CertificateState::WaitingToSend))
            .collect();
        assert_eq!(back, [Move::FoundNotReceived]);
        let starts = CertificateState::ALL.iter().copied().filter(|state| state.after(Move::Start).is_ok());
        assert_eq!(starts.collect::<Vec<_>>(), [CertificateState::WaitingToSend]);
    }

    #[test]
    fn what_left_the_house_is_neither_discarded_nor_changed() {
        use CertificateState as S;
        for state in [S::Sending, S::OutcomeUnknown] {
            for way in [Move::Save, Move::TakeBack, Move::Discard, Move::Void, Move::Replace] {
                assert_eq!(state.after(way), Err(NotAllowed { state, way }));
            }
        }
        for state in [S::Replaced, S::Discarded, S::Void] {
            assert!(Move::ALL.iter().all(|way| state.after(*way).is_err()), "{state:?} is the end");
            assert!(state.is_settled());
        }
    }
}
