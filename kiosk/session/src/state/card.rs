//! Before and after the chip: other ways, codes, waiting for the card, and a card left behind.

use api::{AlertKind, CounterReason, VisitId};
use emrtd::AccessKey;
use identity::qr::Scan;

use super::route::{self, FaceConsent};
use super::{Context, EnterNumber, Patience, Reading, ScanNotice, State, Visit};
use crate::check_in::{self, CheckIn};
use crate::effect::Effect;
use crate::event::{Device, DeviceStatus, Event};
use crate::screen::{Action, Mood};
use crate::timeouts::Timeouts;

/// What else can be done: no card, or one way turned out closed.
pub(crate) struct OtherWays {
    pub visit: Visit,
    pub notice: WayNotice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum WayNotice {
    Nothing,
    ScannerDown,
    ReaderDown,
    EidNotConfigured,
    /// The verifier, or the way to it, does not answer.
    EidAway,
    EidExpired,
    EidRefused,
}

/// Show a code: the phone's, or the insurance card's.
pub(crate) struct ScanPrompt {
    pub visit: Visit,
    pub wanted: Wanted,
    pub notice: ScanNotice,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wanted {
    Eid,
    InsuranceCard,
}

/// The key is known; the card is not in the reader.
pub(crate) struct AwaitCard {
    pub visit: Visit,
    pub key: AccessKey,
    pub consent: FaceConsent,
    pub trouble: u8,
}

/// The card was pulled while it was read: nothing is lost.
pub(crate) struct Interrupted {
    pub visit: Visit,
    pub key: AccessKey,
    pub consent: FaceConsent,
    pub trouble: u8,
}

/// The visit is over and forgotten, the card is still in the reader.
pub(crate) struct CardLeft {
    pub visit: VisitId,
    pub farewell: Farewell,
    pub calling: Calling,
    /// Quiet after a death notice: no bell.
    pub mood: Mood,
}

/// What follows once the card is out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Farewell {
    Thanks,
    Welcome,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Calling {
    Quiet,
    Bell,
    Staff,
}

impl OtherWays {
    pub fn on(self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::CardInserted => State::EnterNumber(EnterNumber::access(self.visit)),
            Event::Scanned(payload) => match Scan::parse(&payload) {
                Ok(scan) => route::scanned(self.visit, scan, cx),
                Err(_) => State::OtherWays(self),
            },
            Event::Touched(Action::UseEid) => route::scan_prompt(self.visit, Wanted::Eid, cx),
            Event::Touched(Action::UseInsuranceCard) => route::scan_prompt(self.visit, Wanted::InsuranceCard, cx),
            Event::Touched(Action::TypeNumber) => State::EnterNumber(EnterNumber::whole(self.visit)),
            Event::Touched(Action::GoToCounter) => {
                let reason = match self.notice {
                    WayNotice::EidExpired | WayNotice::EidRefused | WayNotice::EidAway => {
                        CounterReason::EidNotConfirmed
                    }
                    WayNotice::Nothing | WayNotice::EidNotConfigured => CounterReason::NoCard,
                    WayNotice::ScannerDown | WayNotice::ReaderDown => CounterReason::ChipUnreadable,
                };
                route::to_counter_as_is(self.visit, reason, cx)
            }
            _ => State::OtherWays(self),
        }
    }
}

impl ScanPrompt {
    pub fn on(mut self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::CardInserted => State::EnterNumber(EnterNumber::access(self.visit)),
            Event::Scanned(payload) => match Scan::parse(&payload) {
                Ok(scan) => route::scanned(self.visit, scan, cx),
                Err(_) => {
                    self.notice = ScanNotice::Unreadable;
                    State::ScanPrompt(self)
                }
            },
            Event::DeviceStatus(Device::Scanner, DeviceStatus::Down) => {
                State::OtherWays(OtherWays { visit: self.visit, notice: WayNotice::ScannerDown })
            }
            Event::Touched(Action::Back) => {
                State::OtherWays(OtherWays { visit: self.visit, notice: WayNotice::Nothing })
            }
            Event::Touched(Action::GoToCounter) => {
                route::to_counter_as_is(self.visit, CounterReason::AskedForPerson, cx)
            }
            _ => State::ScanPrompt(self),
        }
    }
}

impl AwaitCard {
    pub fn on(self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::CardInserted => State::Reading(Reading::start(self.visit, self.key, self.consent, self.trouble, cx)),
            Event::Scanned(payload) => match Scan::parse(&payload) {
                Ok(scan) => route::scanned(self.visit, scan, cx),
                Err(_) => State::AwaitCard(self),
            },
            Event::DeviceStatus(Device::Reader, DeviceStatus::Down) => {
                State::OtherWays(OtherWays { visit: self.visit, notice: WayNotice::ReaderDown })
            }
            // The number was shown; without the chip it is a number only.
            Event::Touched(Action::NoCard) => match &self.visit.scanned {
                Some(card) => {
                    let claim = check_in::card_claim(card);
                    route::proceed(self.visit, CheckIn::number_only(claim), cx)
                }
                None => State::OtherWays(OtherWays { visit: self.visit, notice: WayNotice::Nothing }),
            },
            Event::Touched(Action::GoToCounter) => {
                route::to_counter_as_is(self.visit, CounterReason::AskedForPerson, cx)
            }
            _ => State::AwaitCard(self),
        }
    }
}

impl Interrupted {
    pub fn on(self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::CardInserted => State::Reading(Reading::start(self.visit, self.key, self.consent, self.trouble, cx)),
            Event::DeviceStatus(Device::Reader, DeviceStatus::Down) => {
                State::OtherWays(OtherWays { visit: self.visit, notice: WayNotice::ReaderDown })
            }
            Event::Touched(Action::GoToCounter) => {
                route::to_counter_as_is(self.visit, CounterReason::ChipUnreadable, cx)
            }
            _ => State::Interrupted(self),
        }
    }
}

impl CardLeft {
    pub fn on(self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            // A reader that is gone holds no card that anybody could be told about.
            Event::CardRemoved | Event::DeviceStatus(Device::Reader, DeviceStatus::Down) => {
                if self.calling != Calling::Quiet && self.mood == Mood::Everyday {
                    cx.emit(Effect::StopRing);
                }
                match self.farewell {
                    Farewell::Thanks => State::Thanks(self.mood),
                    Farewell::Welcome => State::Welcome(ScanNotice::Nothing),
                }
            }
            _ => State::CardLeft(self),
        }
    }

    pub fn expired(mut self, cx: &mut Context<'_>) -> State {
        self.calling = match (self.calling, self.mood) {
            (Calling::Quiet, Mood::Everyday) => {
                cx.emit(Effect::Ring);
                Calling::Bell
            }
            (Calling::Quiet, Mood::Private) | (Calling::Bell | Calling::Staff, _) => {
                cx.emit(Effect::Alert { kind: AlertKind::CardLeft, visit: Some(self.visit) });
                Calling::Staff
            }
        };
        State::CardLeft(self)
    }

    pub fn patience(&self, times: &Timeouts) -> Patience {
        match self.calling {
            Calling::Quiet if self.mood == Mood::Private => Patience::Step(times.card_alert_ms),
            Calling::Quiet => Patience::Step(times.card_bell_ms),
            Calling::Bell => Patience::Step(times.card_alert_ms.saturating_sub(times.card_bell_ms)),
            Calling::Staff => Patience::Forever,
        }
    }
}
