//! What is typed: six digits that open the chip, twelve that name a person, or the dates printed on a card whose chip
//! has no PACE.

use api::CounterReason;
use emrtd::{AccessKey, CardAccessNumber, MrzKey};
use identity::qr::Scan;
use identity::{CitizenId, DocumentDate, DocumentNumber};
use zeroize::Zeroizing;

use super::route::{self, FaceConsent};
use super::{Context, OtherWays, State, Visit, WayNotice};
use crate::check_in::{self, CheckIn};
use crate::event::{Device, DeviceStatus, Event};
use crate::screen::Action;

pub(crate) struct EnterNumber {
    pub visit: Visit,
    pub kind: NumberKind,
    pub digits: Zeroizing<String>,
    pub notice: NumberNotice,
    pub consent: FaceConsent,
    /// Attempts at this chip that went wrong.
    pub trouble: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberKind {
    /// The last six: the card access number.
    Access,
    /// All twelve.
    Whole,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NumberNotice {
    Nothing,
    /// The chip refused them.
    NotThisCard,
    /// There is no such day.
    NoSuchDay,
}

/// Number, birth date and expiry as printed: the key of the machine-readable zone.
pub(crate) struct EnterMrz {
    pub visit: Visit,
    pub stage: MrzStage,
    pub digits: Zeroizing<String>,
    pub notice: NumberNotice,
    pub consent: FaceConsent,
    pub trouble: u8,
}

/// What was answered so far is in the later stages.
#[derive(Clone)]
pub(crate) enum MrzStage {
    Number,
    Birth { number: CitizenId },
    Expiry { number: CitizenId, birth: DocumentDate },
}

impl NumberKind {
    pub fn length(self) -> usize {
        match self {
            Self::Access => 6,
            Self::Whole => 12,
        }
    }
}

impl EnterNumber {
    pub fn access(visit: Visit) -> Self {
        Self::new(visit, NumberKind::Access)
    }

    pub fn whole(visit: Visit) -> Self {
        Self::new(visit, NumberKind::Whole)
    }

    /// The chip refused the digits.
    pub fn again(visit: Visit, consent: FaceConsent, trouble: u8) -> Self {
        Self { notice: NumberNotice::NotThisCard, consent, trouble, ..Self::access(visit) }
    }

    fn new(visit: Visit, kind: NumberKind) -> Self {
        let digits = Zeroizing::new(String::with_capacity(12));
        Self { visit, kind, digits, notice: NumberNotice::Nothing, consent: FaceConsent::Open, trouble: 0 }
    }

    pub fn is_complete(&self) -> bool {
        self.digits.len() == self.kind.length()
    }

    pub fn on(mut self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::Touched(Action::Digit(digit)) => {
                push_digit(&mut self.digits, digit, self.kind.length());
                self.notice = NumberNotice::Nothing;
                State::EnterNumber(self)
            }
            Event::Touched(Action::Erase) => {
                self.digits.pop();
                State::EnterNumber(self)
            }
            Event::Touched(Action::Continue) => self.complete(cx),
            Event::Touched(Action::Back | Action::NoCard) => {
                State::OtherWays(OtherWays { visit: self.visit, notice: WayNotice::Nothing })
            }
            Event::Touched(Action::GoToCounter) => {
                route::to_counter_as_is(self.visit, CounterReason::AskedForPerson, cx)
            }
            Event::Scanned(payload) => match Scan::parse(&payload) {
                Ok(scan) => route::scanned(self.visit, scan, cx),
                Err(_) => State::EnterNumber(self),
            },
            Event::CardInserted if self.kind == NumberKind::Whole && self.digits.is_empty() => {
                State::EnterNumber(Self::access(self.visit))
            }
            Event::DeviceStatus(Device::Reader, DeviceStatus::Down) if self.kind == NumberKind::Access => {
                State::OtherWays(OtherWays { visit: self.visit, notice: WayNotice::ReaderDown })
            }
            _ => State::EnterNumber(self),
        }
    }

    fn complete(mut self, cx: &mut Context<'_>) -> State {
        match self.kind {
            NumberKind::Access => match CardAccessNumber::parse(&self.digits) {
                Ok(can) => route::with_key(self.visit, AccessKey::Can(can), self.consent, self.trouble, cx),
                Err(_) => State::EnterNumber(self),
            },
            NumberKind::Whole => match CitizenId::parse(&self.digits) {
                Ok(number) if cx.card_in() => {
                    let key = AccessKey::Can(CardAccessNumber::of(&number));
                    self.visit.typed = Some(number);
                    route::with_key(self.visit, key, self.consent, self.trouble, cx)
                }
                Ok(number) => {
                    let claim = check_in::typed_claim(&number);
                    self.visit.typed = Some(number);
                    route::proceed(self.visit, CheckIn::number_only(claim), cx)
                }
                Err(_) => State::EnterNumber(self),
            },
        }
    }
}

impl EnterMrz {
    /// Asks only for what no code has shown yet. No code carries the expiry, and it is never guessed.
    pub fn start(visit: Visit, consent: FaceConsent, trouble: u8) -> Self {
        let stage = match (&visit.scanned, &visit.typed) {
            (Some(card), _) if card.birth.complete().is_some() => {
                MrzStage::Expiry { number: card.number.clone(), birth: card.birth }
            }
            (Some(card), _) => MrzStage::Birth { number: card.number.clone() },
            (None, Some(number)) => MrzStage::Birth { number: number.clone() },
            (None, None) => MrzStage::Number,
        };
        let digits = Zeroizing::new(String::with_capacity(12));
        Self { visit, stage, digits, notice: NumberNotice::Nothing, consent, trouble }
    }

    /// The chip refused the key: any of the three may be mistyped, and what a code showed is not doubted.
    pub fn again(visit: Visit, consent: FaceConsent, trouble: u8) -> Self {
        let typed = Visit { typed: None, ..visit };
        Self { notice: NumberNotice::NotThisCard, ..Self::start(typed, consent, trouble) }
    }

    pub fn length(&self) -> usize {
        match self.stage {
            MrzStage::Number => 12,
            MrzStage::Birth { .. } | MrzStage::Expiry { .. } => 8,
        }
    }

    pub fn is_complete(&self) -> bool {
        self.digits.len() == self.length()
    }

    pub fn on(mut self, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::Touched(Action::Digit(digit)) => {
                let length = self.length();
                push_digit(&mut self.digits, digit, length);
                self.notice = NumberNotice::Nothing;
                State::EnterMrz(self)
            }
            Event::Touched(Action::Erase) => {
                self.digits.pop();
                State::EnterMrz(self)
            }
            Event::Touched(Action::Continue) if self.is_complete() => self.complete(cx),
            Event::Touched(Action::NoExpiry) => match self.stage.clone() {
                MrzStage::Expiry { number, birth } => self.with_dates(&number, birth, MrzKey::without_expiry(), cx),
                MrzStage::Number | MrzStage::Birth { .. } => State::EnterMrz(self),
            },
            Event::Touched(Action::Back) => {
                State::OtherWays(OtherWays { visit: self.visit, notice: WayNotice::Nothing })
            }
            Event::Touched(Action::GoToCounter) => {
                route::to_counter_as_is(self.visit, CounterReason::ChipUnreadable, cx)
            }
            Event::DeviceStatus(Device::Reader, DeviceStatus::Down) => {
                State::OtherWays(OtherWays { visit: self.visit, notice: WayNotice::ReaderDown })
            }
            _ => State::EnterMrz(self),
        }
    }

    fn complete(mut self, cx: &mut Context<'_>) -> State {
        match self.stage.clone() {
            MrzStage::Number => match CitizenId::parse(&self.digits) {
                Ok(number) => {
                    self.visit.typed = Some(number.clone());
                    self.next(MrzStage::Birth { number })
                }
                Err(_) => self.refused(),
            },
            MrzStage::Birth { number } => match DocumentDate::parse(&self.digits) {
                Ok(birth) => self.next(MrzStage::Expiry { number, birth }),
                Err(_) => self.refused(),
            },
            MrzStage::Expiry { number, birth } => match DocumentDate::parse(&self.digits) {
                Ok(expiry) => self.with_dates(&number, birth, expiry, cx),
                Err(_) => self.refused(),
            },
        }
    }

    fn next(mut self, stage: MrzStage) -> State {
        self.stage = stage;
        self.digits = Zeroizing::new(String::with_capacity(12));
        State::EnterMrz(self)
    }

    fn refused(mut self) -> State {
        self.notice = NumberNotice::NoSuchDay;
        self.digits = Zeroizing::new(String::with_capacity(12));
        State::EnterMrz(self)
    }

    fn with_dates(self, number: &CitizenId, birth: DocumentDate, expiry: DocumentDate, cx: &mut Context<'_>) -> State {
        // Nine digits of a citizen number are a document number whatever they are.
        match DocumentNumber::parse(number.mrz_document_number()) {
            Ok(document) => {
                let key = AccessKey::mrz(document, birth, expiry);
                route::with_key(self.visit, key, self.consent, self.trouble, cx)
            }
            Err(_) => self.refused(),
        }
    }
}

fn push_digit(digits: &mut String, digit: u8, length: usize) {
    if digit <= 9 && digits.len() < length {
        digits.push(char::from(b'0' + digit));
    }
}
