//! The chip is read; the question about the camera is already there to answer.

use api::{ConsentAnswer, CounterReason, Hex8};
use emrtd::{AccessKey, AccessKeyKind, Progress};

use super::route::{self, FaceConsent};
use super::{Context, EnterMrz, EnterNumber, Interrupted, Line, OtherWays, Patience, State, Visit, WayNotice};
use crate::effect::Effect;
use crate::event::{ChallengeOrigin, ChipFailure, Device, DeviceStatus, Event, ReadingId};
use crate::screen::Action;
use crate::timeouts::Timeouts;

/// After this many readings that broke off or were refused, a person helps.
const MAX_TROUBLE: u8 = 4;

pub(crate) struct Reading {
    pub visit: Visit,
    key: AccessKey,
    id: ReadingId,
    pub stage: ChipStage,
    pub consent: FaceConsent,
    trouble: u8,
}

#[derive(Clone)]
pub(crate) enum ChipStage {
    /// A challenge for active authentication is fetched.
    Challenge,
    Chip {
        challenge: Hex8,
        progress: Progress,
    },
}

impl Reading {
    pub fn start(visit: Visit, key: AccessKey, consent: FaceConsent, trouble: u8, cx: &mut Context<'_>) -> Self {
        let id = cx.new_reading();
        cx.emit(Effect::FetchChallenge { visit: visit.id, reading: id });
        Self { visit, key, id, stage: ChipStage::Challenge, consent, trouble }
    }

    pub fn on(mut self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::ChallengeReady { reading, challenge, origin } if reading == self.id => {
                if origin != ChallengeOrigin::Server {
                    self.visit.line = Line::Offline;
                }
                if let ChipStage::Challenge = self.stage {
                    cx.emit(Effect::ReadChip { reading, key: self.key.clone(), challenge });
                    self.stage = ChipStage::Chip { challenge, progress: Progress::Access };
                }
                State::Reading(self)
            }
            Event::ChipProgress(reading, now) if reading == self.id => {
                if let ChipStage::Chip { progress, .. } = &mut self.stage {
                    *progress = now;
                }
                State::Reading(self)
            }
            Event::ChipRead(reading, document) if reading == self.id => match self.stage {
                ChipStage::Chip { challenge, .. } => {
                    self.visit.key = Some(self.key);
                    route::document_read(self.visit, *document, challenge, self.consent, cx)
                }
                ChipStage::Challenge => State::Reading(self),
            },
            Event::ChipFailed(reading, failure) if reading == self.id => self.failed(failure, cx),
            Event::CardRemoved => {
                cx.emit(Effect::StopReading);
                self.failed(ChipFailure::CardRemoved, cx)
            }
            Event::DeviceStatus(Device::Reader, DeviceStatus::Down) => {
                cx.emit(Effect::StopReading);
                self.failed(ChipFailure::ReaderGone, cx)
            }
            Event::Touched(Action::AgreeToFace) => {
                self.consent = FaceConsent::Agreed;
                self.visit.answer_about_face(ConsentAnswer::Given, cx);
                State::Reading(self)
            }
            Event::Touched(Action::DeclineFace) => {
                self.consent = FaceConsent::Declined;
                self.visit.answer_about_face(ConsentAnswer::Refused, cx);
                State::Reading(self)
            }
            Event::Touched(Action::GoToCounter) => {
                self.consent = FaceConsent::Declined;
                State::Reading(self)
            }
            _ => State::Reading(self),
        }
    }

    pub fn expired(self, cx: &mut Context<'_>) -> State {
        cx.emit(Effect::StopReading);
        self.failed(ChipFailure::Unreadable, cx)
    }

    pub fn patience(&self, times: &Timeouts) -> Patience {
        match self.stage {
            ChipStage::Challenge => Patience::Step(times.server_ms),
            ChipStage::Chip { .. } => Patience::Silence(times.chip_ms),
        }
    }

    fn failed(self, failure: ChipFailure, cx: &mut Context<'_>) -> State {
        let Self { visit, key, consent, .. } = self;
        let trouble = self.trouble.saturating_add(1);
        if trouble > MAX_TROUBLE {
            return route::to_counter_as_is(visit, CounterReason::ChipUnreadable, cx);
        }
        match failure {
            // The card may be back before the reading noticed that it had gone.
            ChipFailure::CardRemoved if cx.card_in() => State::Reading(Self::start(visit, key, consent, trouble, cx)),
            ChipFailure::CardRemoved => State::Interrupted(Interrupted { visit, key, consent, trouble }),
            ChipFailure::WrongAccessNumber => match key.kind() {
                AccessKeyKind::Can => State::EnterNumber(EnterNumber::again(visit, consent, trouble)),
                AccessKeyKind::Mrz => State::EnterMrz(EnterMrz::again(visit, consent, trouble)),
            },
            ChipFailure::NeedsMrzKey => State::EnterMrz(EnterMrz::start(visit, consent, trouble)),
            ChipFailure::NotGenuine => route::to_counter_as_is(visit, CounterReason::ChipNotGenuine, cx),
            ChipFailure::Altered => route::to_counter_as_is(visit, CounterReason::DocumentAltered, cx),
            ChipFailure::SignerExpired => route::to_counter_as_is(visit, CounterReason::SignerExpired, cx),
            ChipFailure::SignerUntrusted => route::to_counter_as_is(visit, CounterReason::SignerUnknown, cx),
            ChipFailure::Downgraded => route::to_counter_as_is(visit, CounterReason::AccessDowngraded, cx),
            // Once more by itself: a card that lies badly often reads the second time.
            ChipFailure::Unreadable if trouble == 1 && cx.card_in() => {
                State::Reading(Self::start(visit, key, consent, trouble, cx))
            }
            ChipFailure::Unreadable => route::to_counter_as_is(visit, CounterReason::ChipUnreadable, cx),
            ChipFailure::ReaderGone => State::OtherWays(OtherWays { visit, notice: WayNotice::ReaderDown }),
        }
    }
}
