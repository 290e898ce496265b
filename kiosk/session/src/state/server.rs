//! Waiting for the server: who is it, and which number. A server that is away costs nobody a number.

use api::{CheckInRequest, CounterReason, DocumentClaim, FaceClaim, ProblemCode};

use super::{Choosing, Context, DepartmentNotice, Given, Known, Line, State, Visit, route};
use crate::check_in::CheckIn;
use crate::effect::Effect;
use crate::event::{Event, OfflineFailure, ServerFailure};

/// A silent server is asked once more (the same visit is the same answer), then the kiosk's own numbers are used.
const MAX_ASKS: u8 = 2;

pub(crate) struct Identifying {
    pub visit: Visit,
    check_in: CheckIn,
    asks: u8,
}

pub(crate) struct CheckingIn {
    pub visit: Visit,
    known: Known,
    request: CheckInRequest,
    asked: Asked,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Server { asks: u8 },
    Block,
}

/// What a refusal of the server means for the patient.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refusal {
    /// The evidence does not stand there: a person looks.
    Evidence(CounterReason),
    /// Another department.
    Department,
    /// The kiosk or the server is at fault: as if it were away.
    Fault,
}

impl Identifying {
    pub fn start(visit: Visit, check_in: CheckIn, cx: &mut Context<'_>) -> State {
        let step = Self { visit, check_in, asks: 1 };
        step.ask(cx);
        State::Identifying(step)
    }

    fn ask(&self, cx: &mut Context<'_>) {
        let request = Box::new(self.check_in.identification().clone());
        cx.emit(Effect::Identify { visit: self.visit.id, request });
    }

    pub fn on(mut self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::Identified(Ok(reply)) => route::identified(self.visit, self.check_in, reply, cx),
            Event::Identified(Err(ServerFailure::NoAnswer)) if self.asks < MAX_ASKS => {
                self.asks += 1;
                self.ask(cx);
                State::Identifying(self)
            }
            Event::Identified(Err(ServerFailure::Away | ServerFailure::NoAnswer)) => {
                route::unheard(self.visit, self.check_in, cx)
            }
            Event::Identified(Err(ServerFailure::Refused(code))) => match refusal(code) {
                Refusal::Evidence(reason) => self.refused(reason, cx),
                Refusal::Department | Refusal::Fault => route::unheard(self.visit, self.check_in, cx),
            },
            _ => State::Identifying(self),
        }
    }

    pub fn expired(self, cx: &mut Context<'_>) -> State {
        route::unheard(self.visit, self.check_in, cx)
    }

    /// What the server refused is not sent again; what was scanned or typed beside it still helps a person.
    fn refused(self, reason: CounterReason, cx: &mut Context<'_>) -> State {
        let reason = self.check_in.counter().unwrap_or(reason);
        let claim = match self.check_in.identification().document {
            DocumentClaim::Chip(_) | DocumentClaim::Eid => route::number_claim(&self.visit),
            DocumentClaim::CardQr(_)
            | DocumentClaim::InsuranceQr(_)
            | DocumentClaim::Typed(_)
            | DocumentClaim::Nothing => DocumentClaim::Nothing,
        };
        route::to_counter(self.visit, reason, claim, FaceClaim::NotAsked, cx)
    }
}

impl CheckingIn {
    pub fn start(visit: Visit, known: Known, request: CheckInRequest, cx: &mut Context<'_>) -> State {
        let asked = match visit.line {
            Line::Online => Asked::Server { asks: 1 },
            Line::Offline => Asked::Block,
        };
        let step = Self { visit, known, request, asked };
        step.ask(cx);
        State::CheckingIn(step)
    }

    fn ask(&self, cx: &mut Context<'_>) {
        let (visit, request) = (self.visit.id, self.request.clone());
        cx.emit(match self.asked {
            Asked::Server { .. } => Effect::CheckIn { visit, request },
            Asked::Block => {
                Effect::TakeOfflineNumber { visit, check_in: request, identification: self.known.unheard.clone() }
            }
        });
    }

    pub fn on(mut self, event: Event, cx: &mut Context<'_>) -> State {
        match (event, self.asked) {
            (Event::CheckedIn(Ok(reply)), Asked::Server { .. }) => {
                let given = Given::online(self.visit, self.known, reply, cx);
                given.print(cx)
            }
            (Event::CheckedIn(Err(ServerFailure::NoAnswer)), Asked::Server { asks }) if asks < MAX_ASKS => {
                self.asked = Asked::Server { asks: asks + 1 };
                self.ask(cx);
                State::CheckingIn(self)
            }
            (Event::CheckedIn(Err(ServerFailure::Away | ServerFailure::NoAnswer)), Asked::Server { .. }) => {
                self.offline(cx)
            }
            (Event::CheckedIn(Err(ServerFailure::Refused(code))), Asked::Server { .. }) => match refusal(code) {
                Refusal::Department if !self.is_reception(cx) => self.other_department(cx),
                // A block number would be a second body for a visit that the server holds already.
                Refusal::Evidence(_) => route::without_number(self.visit, cx),
                Refusal::Department | Refusal::Fault => self.offline(cx),
            },
            (Event::OfflineNumber(Ok(number)), Asked::Block) => {
                let given = Given::offline(self.visit.id, self.known, &self.request, number, cx);
                given.print(cx)
            }
            (Event::OfflineNumber(Err(OfflineFailure::NoNumbers)), Asked::Block) if !self.is_reception(cx) => {
                let reason = self.known.counter.unwrap_or(CounterReason::AskedForPerson);
                route::go_to_reception(self.visit, self.known, self.request.payer, reason, cx)
            }
            (Event::OfflineNumber(Err(OfflineFailure::NoNumbers | OfflineFailure::NotStored)), Asked::Block) => {
                route::without_number(self.visit, cx)
            }
            _ => State::CheckingIn(self),
        }
    }

    pub fn expired(self, cx: &mut Context<'_>) -> State {
        match self.asked {
            Asked::Server { .. } => self.offline(cx),
            Asked::Block => route::without_number(self.visit, cx),
        }
    }

    fn is_reception(&self, cx: &Context<'_>) -> bool {
        cx.station.reception().is_some_and(|reception| reception.code == self.request.department)
    }

    fn offline(mut self, cx: &mut Context<'_>) -> State {
        self.visit.line = Line::Offline;
        self.asked = Asked::Block;
        self.ask(cx);
        State::CheckingIn(self)
    }

    fn other_department(self, cx: &mut Context<'_>) -> State {
        cx.emit(Effect::RefreshDepartments);
        State::Department(Choosing {
            visit: self.visit,
            known: self.known,
            payer: self.request.payer,
            chosen: None,
            notice: DepartmentNotice::Closed,
        })
    }
}

fn refusal(code: ProblemCode) -> Refusal {
    match code {
        ProblemCode::EvidenceRefused => Refusal::Evidence(CounterReason::ChipNotGenuine),
        ProblemCode::ChallengeUnknown | ProblemCode::ChallengeExpired | ProblemCode::ChallengeUsed => {
            Refusal::Evidence(CounterReason::ChipUnreadable)
        }
        ProblemCode::EidNotConfigured
        | ProblemCode::EidVerifierDown
        | ProblemCode::EidReplayed
        | ProblemCode::EidExpired
        | ProblemCode::EidOtherKiosk
        | ProblemCode::EidRefused => Refusal::Evidence(CounterReason::EidNotConfirmed),
        ProblemCode::VisitConflict => Refusal::Evidence(CounterReason::AskedForPerson),
        ProblemCode::DepartmentUnknown
        | ProblemCode::DepartmentClosed
        | ProblemCode::DepartmentFull
        | ProblemCode::NumbersExhausted => Refusal::Department,
        ProblemCode::MalformedBody
        | ProblemCode::BodyTooLarge
        | ProblemCode::KioskNotAdmitted
        | ProblemCode::EnrolmentRefused
        | ProblemCode::CertificateRequestRefused
        | ProblemCode::NotPermitted
        | ProblemCode::NotFound
        | ProblemCode::MethodNotAllowed
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
        | ProblemCode::Internal => Refusal::Fault,
    }
}
