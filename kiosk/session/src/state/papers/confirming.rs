//! The confirmation: the server's nonce, the chip's answer to a challenge made of text, nonce and time, and the record of
//! it. Without the chip it stands too, and says why.

use api::papers::{
    Call, ChipAnswer, Confirmation, ConfirmationNonce, NoChipAnswer, NonceRequest, Reading, Sharing, Subject,
    SubmitAnswers, confirmation_challenge,
};
use api::{Base64, Hex8, Hex32};

use super::{At, ChipRoute, Context, Desk, State, Trouble, Wait};
use crate::effect::Effect;
use crate::event::{ChipFailure, Device, DeviceStatus, Event, ReadingId};
use crate::screen::Action;

/// After so many tries the chip is left alone.
const MAX_CHIP_TRIES: u8 = 2;
/// A fresh nonce is asked for so often.
const MAX_ROUNDS: u8 = 3;

/// What is confirmed, exactly as it was shown.
pub(crate) enum Confirming {
    Paper { reading: Box<Reading>, sharing: Sharing, rounds: u8 },
    Questionnaire { submit: Submit, rounds: u8 },
}

/// The answers in their order, and their hash.
#[derive(Clone)]
pub(crate) struct Submit {
    pub version: String,
    pub answers: Vec<api::papers::Answer>,
    pub hash: Hex32,
}

/// The chip signs.
pub(crate) struct ChipStep {
    pub confirming: Box<Confirming>,
    nonce: ConfirmationNonce,
    id: ReadingId,
    tries: u8,
}

/// The card was pulled: it is asked for again, and not for ever.
pub(crate) struct PutBack {
    pub confirming: Box<Confirming>,
    nonce: ConfirmationNonce,
}

impl Confirming {
    pub fn paper(reading: Box<Reading>, sharing: Sharing) -> Self {
        Self::Paper { reading, sharing, rounds: 0 }
    }

    fn text_hash(&self) -> Hex32 {
        match self {
            Self::Paper { reading, .. } => reading.text_hash(),
            Self::Questionnaire { submit, .. } => submit.hash,
        }
    }

    fn subject(&self) -> Subject {
        match self {
            Self::Paper { reading, .. } => Subject::Paper { paper: reading.summary.paper },
            Self::Questionnaire { .. } => Subject::Questionnaire,
        }
    }

    pub fn start(self, desk: Desk, cx: &mut Context<'_>) -> State {
        let call = Call::Nonce(NonceRequest { subject: self.subject(), text_hash: self.text_hash() });
        desk.wait(Wait::Nonce(Box::new(self)), call, cx)
    }

    pub fn once_more(mut self, desk: Desk, cx: &mut Context<'_>) -> State {
        let (Self::Paper { rounds, .. } | Self::Questionnaire { rounds, .. }) = &mut self;
        *rounds = rounds.saturating_add(1);
        if *rounds >= MAX_ROUNDS { Trouble::fault(desk) } else { self.start(desk, cx) }
    }

    pub fn with_nonce(self, desk: Desk, nonce: ConfirmationNonce, cx: &mut Context<'_>) -> State {
        Box::new(self).ask_chip(desk, nonce, 0, cx)
    }

    fn challenge(&self, nonce: &ConfirmationNonce) -> Hex8 {
        confirmation_challenge(self.text_hash(), nonce.nonce, nonce.confirmed_at)
    }

    fn ask_chip(self: Box<Self>, desk: Desk, nonce: ConfirmationNonce, tries: u8, cx: &mut Context<'_>) -> State {
        match desk.chip() {
            ChipRoute::Absent(reason) => self.record(desk, &nonce, ChipAnswer::Absent { reason }, cx),
            ChipRoute::Ask(_) if !cx.is_up(Device::Reader) => {
                self.record(desk, &nonce, ChipAnswer::Absent { reason: NoChipAnswer::ChipSilent }, cx)
            }
            ChipRoute::Ask(_) if !cx.card_in() => desk.at(At::PutBack(PutBack { confirming: self, nonce })),
            ChipRoute::Ask(key) => {
                let id = cx.new_reading();
                cx.emit(Effect::AskChip { reading: id, key, challenge: self.challenge(&nonce) });
                desk.at(At::Chip(ChipStep { confirming: self, nonce, id, tries: tries + 1 }))
            }
        }
    }

    fn record(self: Box<Self>, desk: Desk, nonce: &ConfirmationNonce, chip: ChipAnswer, cx: &mut Context<'_>) -> State {
        let challenge = self.challenge(nonce);
        let ConfirmationNonce { nonce, confirmed_at, expires_at: _ } = *nonce;
        let call = match &*self {
            Self::Paper { reading, sharing, .. } => {
                let confirmation = Confirmation {
                    text_hash: self.text_hash(),
                    nonce,
                    confirmed_at,
                    challenge,
                    chip,
                    sharing: *sharing,
                };
                Call::Confirm(reading.summary.paper, confirmation)
            }
            Self::Questionnaire { submit, .. } => {
                let Submit { version, answers, hash } = submit.clone();
                Call::Submit(SubmitAnswers {
                    version,
                    answers,
                    answers_hash: hash,
                    nonce,
                    confirmed_at,
                    challenge,
                    chip,
                })
            }
        };
        desk.wait(Wait::Confirm(self), call, cx)
    }
}

impl ChipStep {
    pub fn on(self, desk: Desk, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::ChipAnswered(id, signature) if id == self.id => self.signed(desk, signature, cx),
            Event::ChipFailed(id, failure) if id == self.id => self.failed(desk, failure, cx),
            Event::CardRemoved => {
                cx.emit(Effect::StopReading);
                self.failed(desk, ChipFailure::CardRemoved, cx)
            }
            Event::DeviceStatus(Device::Reader, DeviceStatus::Down) => {
                cx.emit(Effect::StopReading);
                self.failed(desk, ChipFailure::ReaderGone, cx)
            }
            _ => desk.at(At::Chip(self)),
        }
    }

    pub fn expired(self, desk: Desk, cx: &mut Context<'_>) -> State {
        cx.emit(Effect::StopReading);
        self.failed(desk, ChipFailure::Unreadable, cx)
    }

    fn signed(self, desk: Desk, signature: Base64, cx: &mut Context<'_>) -> State {
        self.confirming.record(desk, &self.nonce, ChipAnswer::Signed { signature }, cx)
    }

    fn failed(self, desk: Desk, failure: ChipFailure, cx: &mut Context<'_>) -> State {
        let Self { confirming, nonce, tries, .. } = self;
        match failure {
            // Pulled, perhaps for another card: the right one is asked for.
            ChipFailure::CardRemoved | ChipFailure::WrongAccessNumber if !cx.card_in() => {
                desk.at(At::PutBack(PutBack { confirming, nonce }))
            }
            ChipFailure::CardRemoved
            | ChipFailure::WrongAccessNumber
            | ChipFailure::NeedsMrzKey
            | ChipFailure::NotGenuine
            | ChipFailure::Altered
            | ChipFailure::SignerExpired
            | ChipFailure::SignerUntrusted
            | ChipFailure::Downgraded
            | ChipFailure::Unreadable
                if tries < MAX_CHIP_TRIES =>
            {
                confirming.ask_chip(desk, nonce, tries, cx)
            }
            ChipFailure::CardRemoved
            | ChipFailure::WrongAccessNumber
            | ChipFailure::NeedsMrzKey
            | ChipFailure::NotGenuine
            | ChipFailure::Altered
            | ChipFailure::SignerExpired
            | ChipFailure::SignerUntrusted
            | ChipFailure::Downgraded
            | ChipFailure::Unreadable
            | ChipFailure::ReaderGone => {
                let chip = ChipAnswer::Absent { reason: NoChipAnswer::ChipSilent };
                confirming.record(desk, &nonce, chip, cx)
            }
        }
    }
}

impl PutBack {
    pub fn on(self, desk: Desk, event: Event, cx: &mut Context<'_>) -> State {
        match event {
            Event::CardInserted => self.confirming.ask_chip(desk, self.nonce, 0, cx),
            Event::DeviceStatus(Device::Reader, DeviceStatus::Down) => {
                self.without_chip(desk, NoChipAnswer::ChipSilent, cx)
            }
            Event::Touched(Action::WithoutChip) => self.without_chip(desk, NoChipAnswer::CardRemoved, cx),
            _ => desk.at(At::PutBack(self)),
        }
    }

    pub fn without_chip(self, desk: Desk, reason: NoChipAnswer, cx: &mut Context<'_>) -> State {
        self.confirming.record(desk, &self.nonce, ChipAnswer::Absent { reason }, cx)
    }
}
