//! E-identity: the server asks the licensed verifier.

use api::{CounterReason, ProblemCode};

use super::route::{self, FaceConsent};
use super::{Context, OtherWays, State, Subject, Visit, WayNotice};
use crate::check_in::EidConfirmed;
use crate::event::{Event, ServerFailure};
use crate::screen::Action;

pub(crate) struct EidWaiting {
    pub visit: Visit,
}

impl EidWaiting {
    pub fn on(self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::EidAnswer(Ok(person)) => match EidConfirmed::parse(&person) {
                Ok(person) => route::ask_for_face(self.visit, Subject::Eid(Box::new(person)), FaceConsent::Open, cx),
                Err(_) => self.closed(WayNotice::EidRefused),
            },
            Event::EidAnswer(Err(failure)) => self.closed(notice(failure)),
            Event::Touched(Action::GoToCounter) => {
                route::to_counter_as_is(self.visit, CounterReason::EidNotConfirmed, cx)
            }
            _ => State::EidWaiting(self),
        }
    }

    pub fn expired(self) -> State {
        self.closed(WayNotice::EidAway)
    }

    fn closed(self, notice: WayNotice) -> State {
        State::OtherWays(OtherWays { visit: self.visit, notice })
    }
}

fn notice(failure: ServerFailure) -> WayNotice {
    match failure {
        ServerFailure::Away | ServerFailure::NoAnswer => WayNotice::EidAway,
        ServerFailure::Refused(code) => match code {
            ProblemCode::EidNotConfigured => WayNotice::EidNotConfigured,
            // A fresh code helps.
            ProblemCode::EidReplayed | ProblemCode::EidExpired => WayNotice::EidExpired,
            ProblemCode::EidOtherKiosk | ProblemCode::EidRefused => WayNotice::EidRefused,
            ProblemCode::EidVerifierDown
            | ProblemCode::MalformedBody
            | ProblemCode::BodyTooLarge
            | ProblemCode::KioskNotAdmitted
            | ProblemCode::EnrolmentRefused
            | ProblemCode::CertificateRequestRefused
            | ProblemCode::NotPermitted
            | ProblemCode::NotFound
            | ProblemCode::MethodNotAllowed
            | ProblemCode::VisitConflict
            | ProblemCode::ChallengeUnknown
            | ProblemCode::ChallengeExpired
            | ProblemCode::ChallengeUsed
            | ProblemCode::EvidenceRefused
            | ProblemCode::DepartmentUnknown
            | ProblemCode::DepartmentClosed
            | ProblemCode::DepartmentFull
            | ProblemCode::NumbersExhausted
            | ProblemCode::NumberNotReserved
            | ProblemCode::SealBroken
            | ProblemCode::PapersNotPermitted
            | ProblemCode::PaperUnknown
            | ProblemCode::PaperChanged
            | ProblemCode::PaperNotWaiting
            | ProblemCode::CorrectionRefused
            | ProblemCode::QuestionnaireChanged
            | ProblemCode::AnswersIncomplete
            | ProblemCode::TooManyRequests
            | ProblemCode::Internal => WayNotice::EidAway,
        },
    }
}
