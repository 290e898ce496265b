//! Consent, the camera, and what follows when the faces do not match.

use api::{ConsentAnswer, CounterReason, DocumentClaim, FaceClaim};
use face::{FaceDecision, FaceMatch, QualityHint};

use super::{Context, State, Visit, route};
use crate::check_in::{CheckIn, ChipProof, EidConfirmed, OtherPortrait};
use crate::effect::{Effect, Portrait};
use crate::event::{Device, DeviceStatus, Event, FaceId};
use crate::screen::Action;

/// Whose portrait is compared with the person before the camera.
pub(crate) enum Subject {
    Chip { chip: Box<ChipProof>, portrait: Portrait },
    Eid(Box<EidConfirmed>),
}

/// The chip is read, the question is still open.
pub(crate) struct Asking {
    pub visit: Visit,
    pub subject: Subject,
}

/// Who is tried, and how often it was tried.
pub(crate) struct FaceTry {
    pub visit: Visit,
    pub subject: Subject,
    pub tries: u8,
    /// Of the last decision; none where no face was seen well enough to decide.
    pub last_score: Option<f32>,
}

pub(crate) struct Matching {
    pub attempt: FaceTry,
    id: FaceId,
    pub hint: Option<QualityHint>,
    /// Frames counted and frames needed.
    pub counted: (u8, u8),
}

pub(crate) struct NotMatched {
    pub attempt: FaceTry,
}

impl Subject {
    pub fn claim(&self) -> DocumentClaim {
        match self {
            Self::Chip { chip, .. } => chip.claim(),
            Self::Eid(_) => DocumentClaim::Eid,
        }
    }

    fn portrait(&self) -> &Portrait {
        match self {
            Self::Chip { portrait, .. } => portrait,
            Self::Eid(person) => person.portrait(),
        }
    }

    fn matched(self, face: FaceMatch) -> Result<CheckIn, OtherPortrait> {
        match self {
            Self::Chip { chip, .. } => CheckIn::new(*chip, face),
            Self::Eid(person) => CheckIn::confirmed(*person, face),
        }
    }
}

impl Asking {
    pub fn on(self, event: Event, cx: &mut Context<'_>) -> State {
        let Self { mut visit, subject } = self;
        match event {
            Event::Touched(Action::AgreeToFace) => {
                visit.answer_about_face(ConsentAnswer::Given, cx);
                route::ask_for_face(visit, subject, route::FaceConsent::Agreed, cx)
            }
            Event::Touched(Action::DeclineFace) => {
                visit.answer_about_face(ConsentAnswer::Refused, cx);
                route::ask_for_face(visit, subject, route::FaceConsent::Declined, cx)
            }
            Event::Touched(Action::GoToCounter) => {
                route::ask_for_face(visit, subject, route::FaceConsent::Declined, cx)
            }
            Event::DeviceStatus(Device::Camera, DeviceStatus::Down) => {
                route::ask_for_face(visit, subject, route::FaceConsent::Open, cx)
            }
            _ => State::Consent(Self { visit, subject }),
        }
    }
}

impl FaceTry {
    pub fn start(self, cx: &mut Context<'_>) -> State {
        let id = cx.new_face();
        cx.emit(Effect::StartFace { face: id, portrait: self.subject.portrait().clone() });
        State::Face(Matching { attempt: self, id, hint: None, counted: (0, 0) })
    }

    fn into_counter(self, reason: CounterReason, face: FaceClaim, cx: &mut Context<'_>) -> State {
        let claim = self.subject.claim();
        route::to_counter(self.visit, reason, claim, face, cx)
    }

    fn give_up(self, cx: &mut Context<'_>) -> State {
        let face = self.last_score.map_or(FaceClaim::Unavailable, |score| FaceClaim::NotMatched { score });
        self.into_counter(CounterReason::FaceNotMatched, face, cx)
    }
}

impl Matching {
    pub fn on(mut self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::FaceHint(face, hint) if face == self.id => {
                self.hint = Some(hint);
                State::Face(self)
            }
            Event::FaceCounted { face, frames, needed } if face == self.id => {
                self.hint = None;
                self.counted = (frames, needed);
                State::Face(self)
            }
            Event::FaceDecided(face, decision) if face == self.id => {
                cx.emit(Effect::StopFace);
                match decision {
                    FaceDecision::Match(face) => self.matched(face, cx),
                    FaceDecision::NoMatch { score } => {
                        self.attempt.last_score = Some(score);
                        self.not_matched(cx)
                    }
                }
            }
            Event::FaceUnavailable(face) if face == self.id => {
                cx.emit(Effect::StopFace);
                self.attempt.into_counter(CounterReason::FaceUnavailable, FaceClaim::Unavailable, cx)
            }
            Event::DeviceStatus(Device::Camera, DeviceStatus::Down) => {
                cx.emit(Effect::StopFace);
                self.attempt.into_counter(CounterReason::FaceUnavailable, FaceClaim::Unavailable, cx)
            }
            Event::Touched(touched @ (Action::DeclineFace | Action::GoToCounter)) => {
                cx.emit(Effect::StopFace);
                if touched == Action::DeclineFace {
                    self.attempt.visit.answer_about_face(ConsentAnswer::Refused, cx);
                }
                self.attempt.into_counter(CounterReason::FaceDeclined, FaceClaim::Declined, cx)
            }
            _ => State::Face(self),
        }
    }

    /// No decision in time counts as an attempt.
    pub fn expired(self, cx: &mut Context<'_>) -> State {
        cx.emit(Effect::StopFace);
        self.not_matched(cx)
    }

    fn matched(self, face: FaceMatch, cx: &mut Context<'_>) -> State {
        let FaceTry { visit, subject, .. } = self.attempt;
        let claim = subject.claim();
        match subject.matched(face) {
            Ok(check_in) => route::proceed(visit, check_in, cx),
            Err(OtherPortrait) => {
                route::to_counter(visit, CounterReason::FaceNotMatched, claim, FaceClaim::Unavailable, cx)
            }
        }
    }

    fn not_matched(mut self, cx: &mut Context<'_>) -> State {
        self.attempt.tries = self.attempt.tries.saturating_add(1);
        if self.attempt.tries >= cx.station.policy.face_tries {
            self.attempt.give_up(cx)
        } else {
            State::FaceNotMatched(NotMatched { attempt: self.attempt })
        }
    }
}

impl NotMatched {
    pub fn on(self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::Touched(Action::RetryFace) if cx.is_up(Device::Camera) => self.attempt.start(cx),
            Event::Touched(Action::RetryFace | Action::GoToCounter) => self.attempt.give_up(cx),
            _ => State::FaceNotMatched(self),
        }
    }
}
