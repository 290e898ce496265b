//! Waiting for the server about papers. Every call is safe to repeat, so a silent server is asked once more by itself and
//! again as often as the person likes.

use api::ProblemCode;
use api::papers::{Call, Reading, Reply};

use super::{At, Confirming, Context, Desk, Form, ListNotice, Outcome, PaperReading, ReadingNotice, State};
use crate::event::{Event, PapersAskId, ServerFailure};
use crate::screen::Action;

const MAX_ASKS: u8 = 2;

pub(crate) struct Waiting {
    pub wait: Wait,
    call: Call,
    id: PapersAskId,
    asks: u8,
}

/// What is waited for, with what must not get lost meanwhile.
pub(crate) enum Wait {
    List,
    Reading,
    Proposing(Box<Reading>),
    Questionnaire,
    Nonce(Box<Confirming>),
    Confirm(Box<Confirming>),
}

/// It went wrong; nothing is lost.
pub(crate) struct Trouble {
    pub kind: TroubleKind,
    /// What may be tried again.
    again: Option<(Wait, Call)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TroubleKind {
    Silent,
    /// Sent, and nobody knows whether it is recorded. Sending it again records nothing twice.
    Unsure,
    /// The text or the questions are no longer those that were read.
    Changed,
    /// Confirmed by somebody else, passed by the office, or replaced.
    NotWaiting,
    /// The identification is too old by now.
    TooLate,
    /// The chip's answer does not stand.
    Evidence,
    /// The kiosk or the server is at fault.
    Fault,
}

impl Desk {
    pub fn wait(self, wait: Wait, call: Call, cx: &mut Context<'_>) -> State {
        let id = self.ask(call.clone(), cx);
        self.at(At::Waiting(Waiting { wait, call, id, asks: 1 }))
    }

    fn trouble(self, kind: TroubleKind, again: Option<(Wait, Call)>) -> State {
        self.at(At::Trouble(Trouble { kind, again }))
    }
}

impl Waiting {
    pub fn on(mut self, desk: Desk, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::PapersAnswer(id, answer) if id == self.id => match answer {
                Ok(reply) => self.answered(desk, *reply, cx),
                Err(ServerFailure::NoAnswer) if self.asks < MAX_ASKS => {
                    self.asks += 1;
                    self.id = desk.ask(self.call.clone(), cx);
                    desk.at(At::Waiting(self))
                }
                Err(ServerFailure::Away) => desk.trouble(TroubleKind::Silent, Some((self.wait, self.call))),
                Err(ServerFailure::NoAnswer) => self.silent(desk),
                Err(ServerFailure::Refused(code)) => self.refused(desk, code, cx),
            },
            Event::Touched(Action::Back) if self.may_go_back() => desk.show_list(ListNotice::Nothing, cx),
            _ => desk.at(At::Waiting(self)),
        }
    }

    pub fn expired(self, desk: Desk, _cx: &mut Context<'_>) -> State {
        self.silent(desk)
    }

    /// Not while a confirmation is on its way: its outcome is told first.
    pub fn may_go_back(&self) -> bool {
        match self.wait {
            Wait::Reading | Wait::Questionnaire => true,
            Wait::List | Wait::Proposing(_) | Wait::Nonce(_) | Wait::Confirm(_) => false,
        }
    }

    fn silent(self, desk: Desk) -> State {
        let kind = match self.wait {
            Wait::Confirm(_) | Wait::Proposing(_) => TroubleKind::Unsure,
            Wait::List | Wait::Reading | Wait::Questionnaire | Wait::Nonce(_) => TroubleKind::Silent,
        };
        desk.trouble(kind, Some((self.wait, self.call)))
    }

    fn answered(self, mut desk: Desk, reply: Reply, cx: &mut Context<'_>) -> State {
        match (self.wait, reply) {
            (Wait::List, Reply::List(list)) => {
                desk.list = list;
                desk.show_list(ListNotice::Nothing, cx)
            }
            // A text that is not the one its hash names is never shown.
            (Wait::Reading | Wait::Proposing(_), Reply::Reading(reading))
                if reading.text_hash() != reading.text_hash =>
            {
                desk.trouble(TroubleKind::Fault, None)
            }
            (Wait::Reading, Reply::Reading(reading)) => {
                let reading = PaperReading::start(Box::new(reading), ReadingNotice::Nothing);
                desk.at(At::Reading(reading))
            }
            (Wait::Proposing(_), Reply::Reading(reading)) => {
                let reading = PaperReading::start(Box::new(reading), ReadingNotice::Corrected);
                desk.at(At::Reading(reading))
            }
            (Wait::Questionnaire, Reply::Questionnaire(questionnaire)) => match Form::open(questionnaire) {
                Some(form) => desk.at(At::Form(form)),
                None => desk.trouble(TroubleKind::Fault, None),
            },
            (Wait::Nonce(confirming), Reply::Nonce(nonce)) => confirming.with_nonce(desk, nonce, cx),
            (Wait::Confirm(confirming), Reply::Confirmed(reply)) => match *confirming {
                Confirming::Paper { reading, .. } => {
                    let outcome = Outcome::confirmed(&reading.summary, reply);
                    desk.at(At::Outcome(outcome))
                }
                Confirming::Questionnaire { .. } => desk.trouble(TroubleKind::Fault, None),
            },
            (Wait::Confirm(_), Reply::Submitted(reply)) => super::form::submitted(desk, reply, cx),
            // Another answer than the one to this call.
            _ => desk.trouble(TroubleKind::Fault, None),
        }
    }

    fn refused(self, desk: Desk, code: ProblemCode, cx: &mut Context<'_>) -> State {
        match (code, self.wait) {
            (ProblemCode::CorrectionRefused, Wait::Proposing(reading)) => {
                let reading = PaperReading::start(reading, ReadingNotice::CorrectionRefused);
                desk.at(At::Reading(reading))
            }
            (ProblemCode::PaperChanged | ProblemCode::QuestionnaireChanged, wait) => {
                desk.trouble(TroubleKind::Changed, wait.read_again())
            }
            // The nonce ran out while the card was looked for: the same text, a fresh one.
            (
                ProblemCode::ChallengeUnknown | ProblemCode::ChallengeExpired | ProblemCode::ChallengeUsed,
                Wait::Confirm(confirming),
            ) => confirming.once_more(desk, cx),
            (ProblemCode::EvidenceRefused, _) => desk.trouble(TroubleKind::Evidence, None),
            (ProblemCode::PapersNotPermitted, _) => desk.trouble(TroubleKind::TooLate, None),
            (ProblemCode::PaperUnknown | ProblemCode::PaperNotWaiting | ProblemCode::VisitConflict, _) => {
                desk.trouble(TroubleKind::NotWaiting, None)
            }
            (ProblemCode::TooManyRequests, wait) => desk.trouble(TroubleKind::Silent, Some((wait, self.call))),
            _ => desk.trouble(TroubleKind::Fault, None),
        }
    }
}

impl Wait {
    /// The call that brings the text or the questions as they are now.
    fn read_again(self) -> Option<(Self, Call)> {
        let reading = |reading: &Reading| (Self::Reading, Call::Reading(reading.summary.paper));
        match self {
            Self::Proposing(was) => Some(reading(&was)),
            Self::Nonce(confirming) | Self::Confirm(confirming) => Some(match *confirming {
                Confirming::Paper { reading: was, .. } => reading(&was),
                Confirming::Questionnaire { .. } => (Self::Questionnaire, Call::Questionnaire),
            }),
            Self::List | Self::Reading | Self::Questionnaire => None,
        }
    }
}

impl Trouble {
    pub fn fault(desk: Desk) -> State {
        desk.trouble(TroubleKind::Fault, None)
    }

    pub fn may_retry(&self) -> bool {
        self.again.is_some()
    }

    /// Nothing of the list stands any more.
    pub fn may_go_back(&self) -> bool {
        self.kind != TroubleKind::TooLate
    }

    pub fn on(self, desk: Desk, event: Event, cx: &mut Context<'_>) -> State {
        match (event, self.again) {
            (Event::Touched(Action::Retry), Some((wait, call))) => desk.wait(wait, call, cx),
            // The list tells what the server knows by now.
            (Event::Touched(Action::Back), _) if self.kind != TroubleKind::TooLate => desk.reload(cx),
            (_, again) => desk.at(At::Trouble(Self { kind: self.kind, again })),
        }
    }
}
