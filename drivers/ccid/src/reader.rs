//! A reader and the card in one of its slots.

use std::time::{Duration, Instant};

use crate::apdu::{CommandApdu, Form};
use crate::atr::{Atr, Protocol};
use crate::descriptor::{ClassDescriptor, ExchangeLevel};
use crate::error::CcidError;
use crate::link::{Link, LinkError};
use crate::message::{
    Chain, Command, CommandName, DataBlock, ErrorCode, GetParameters, GetSlotStatus, HEADER_LENGTH, IccPowerOff,
    IccPowerOn, IccStatus, LONGEST_MESSAGE, MessageError, Notification, SetParametersT0, Voltage, XfrBlock,
};
use crate::quirks::{Quirk, quirks_of};
use crate::t0::{Step, T0Exchange};
use crate::transport::{Traffic, Transport, TransportError};

/// The reader alone answers these within milliseconds; a card may need a second for its ATR.
const SLOT_WAIT: Duration = Duration::from_secs(3);
/// From one sign of life of the card to the next: a chip's key agreement takes up to two seconds, and readers ask for more
/// time on its behalf.
const CARD_WAIT: Duration = Duration::from_secs(5);
/// The same for a reader that never asks for time.
const PATIENT_CARD_WAIT: Duration = Duration::from_secs(15);
/// How often a reader without interrupt pipe is asked, and how often one with is asked all the same: notifications get lost.
const POLL_PAUSE: Duration = Duration::from_millis(200);
const NOTIFICATION_WAIT: Duration = Duration::from_secs(1);
/// How often, and how fast, a busy slot is asked again.
const BUSY_TRIES: u32 = 20;
const BUSY_PAUSE: Duration = Duration::from_millis(50);
/// An extended response APDU: 65,536 bytes, SW1 and SW2.
const LONGEST_ANSWER: usize = 65_538;
/// Header, Lc, 255 bytes and Le.
const LONGEST_SHORT_COMMAND: usize = 261;
const LONGEST_SHORT_ANSWER: usize = 258;
const LONGEST_EXTENDED_COMMAND: usize = 65_544;

/// One slot of a reader that is open.
pub struct Reader {
    link: Link,
    descriptor: ClassDescriptor,
    level: ApduLevel,
    longest_extended_answer: usize,
    card_wait: Duration,
    slot: Slot,
}

/// Which APDUs a program may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApduLevel {
    /// Short APDUs, which this host turns into T=0 TPDUs.
    TpduT0,
    Short,
    /// Short and extended APDUs.
    Extended,
}

/// What fits through the reader in one APDU.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a command APDU.
    pub command_bytes: usize,
    /// Bytes of a response APDU with SW1 SW2.
    pub answer_bytes: usize,
}

/// What happened in the slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotChange {
    Inserted,
    Removed,
    /// The powered card was out and in again, or changed for another, between two looks.
    Replaced,
}

/// What we believe of the slot. A reader's own "active" before the first power-on is worth nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Slot {
    Empty,
    Unpowered,
    Powered,
}

impl Reader {
    /// Opens slot 0 over a transport that is claimed.
    pub fn open(transport: impl Transport + 'static) -> Result<Self, CcidError> {
        Self::open_slot(transport, 0)
    }

    pub fn open_slot(transport: impl Transport + 'static, slot: u8) -> Result<Self, CcidError> {
        let descriptor = ClassDescriptor::parse(transport.class_descriptor())?;
        if slot > descriptor.max_slot_index {
            return Err(CcidError::NoSuchSlot { slot, last: descriptor.max_slot_index });
        }
        let mut level = match descriptor.features.exchange_level()? {
            ExchangeLevel::Character => return Err(CcidError::CharacterLevelNotSupported),
            ExchangeLevel::Tpdu => ApduLevel::TpduT0,
            ExchangeLevel::ShortApdu => ApduLevel::Short,
            ExchangeLevel::ExtendedApdu => ApduLevel::Extended,
        };
        let mut longest_extended_answer = LONGEST_ANSWER;
        let mut card_wait = CARD_WAIT;
        for quirk in quirks_of(transport.id()) {
            match *quirk {
                Quirk::ShortApduOnly if level == ApduLevel::Extended => level = ApduLevel::Short,
                Quirk::ShortApduOnly => {}
                Quirk::ExtendedAnswerAtMost(bytes) => longest_extended_answer = bytes,
                Quirk::NoTimeExtension => card_wait = PATIENT_CARD_WAIT,
            }
        }
        let link = Link::new(Box::new(transport), slot);
        let mut reader = Self { link, descriptor, level, longest_extended_answer, card_wait, slot: Slot::Empty };
        // A program that died may have left the reader in the middle of something.
        match reader.card_present() {
            Err(CcidError::TimedOut { .. }) => reader.card_present()?,
            other => other?,
        };
        Ok(reader)
    }

    pub fn descriptor(&self) -> &ClassDescriptor {
        &self.descriptor
    }

    pub fn apdu_level(&self) -> ApduLevel {
        self.level
    }

    pub fn limits(&self) -> Limits {
        match self.level {
            ApduLevel::TpduT0 | ApduLevel::Short => {
                Limits { command_bytes: LONGEST_SHORT_COMMAND, answer_bytes: LONGEST_SHORT_ANSWER }
            }
            ApduLevel::Extended => {
                Limits { command_bytes: LONGEST_EXTENDED_COMMAND, answer_bytes: self.longest_extended_answer }
            }
        }
    }

    /// Bytes both ways since the reader was opened.
    pub fn traffic(&self) -> Traffic {
        self.link.traffic()
    }

    /// Asks the reader now.
    pub fn card_present(&mut self) -> Result<bool, CcidError> {
        self.look()?;
        Ok(self.slot != Slot::Empty)
    }

    /// Waits until a card comes or goes; `None` if nothing changed in time.
    pub fn wait_for_change(&mut self, timeout: Duration) -> Result<Option<SlotChange>, CcidError> {
        let end = Instant::now() + timeout;
        loop {
            if let Some(change) = self.look()? {
                return Ok(Some(change));
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(None);
            }
            if !self.link.has_interrupt() {
                self.link.pause(POLL_PAUSE.min(left));
                continue;
            }
            match self.link.notification(NOTIFICATION_WAIT.min(left)) {
                // Whatever it says, the next look decides: a notification may be old.
                Ok(None | Some(Notification::SlotChange(_) | Notification::HardwareError { .. })) => {}
                Err(error) => return Err(self.failed(CommandName::GetSlotStatus, error)),
            }
        }
    }

    /// Gives the card power, from cold, and reads its ATR.
    pub fn power_on(&mut self) -> Result<Atr, CcidError> {
        if self.slot == Slot::Powered {
            self.power_off()?;
        }
        let block = self.power_with_some_voltage()?;
        let atr = Atr::parse(&block.data)?;
        if self.level == ApduLevel::TpduT0 {
            self.agree_on_t0(&atr)?;
        }
        self.slot = Slot::Powered;
        Ok(atr)
    }

    pub fn power_off(&mut self) -> Result<(), CcidError> {
        let icc = self.send(&IccPowerOff, SLOT_WAIT)?;
        self.slot = if icc == IccStatus::Absent { Slot::Empty } else { Slot::Unpowered };
        Ok(())
    }

    /// Sends a command APDU and returns the response APDU with SW1 SW2.
    pub fn transmit(&mut self, apdu: &[u8]) -> Result<Vec<u8>, CcidError> {
        match self.slot {
            Slot::Powered => {}
            Slot::Unpowered => return Err(CcidError::CardNotPowered),
            Slot::Empty => return Err(CcidError::NoCard),
        }
        let command = CommandApdu::parse(apdu).ok_or(CcidError::MalformedApdu { length: apdu.len() })?;
        let form = command.form;
        let answer = match self.level {
            ApduLevel::TpduT0 => self.transmit_t0(apdu)?,
            ApduLevel::Short if form == Form::Extended => return Err(CcidError::ExtendedApduNotPossible),
            ApduLevel::Short => self.exchange(apdu, Form::Short)?.data,
            ApduLevel::Extended => self.transmit_chained(apdu, form)?,
        };
        if answer.len() < 2 {
            return Err(CcidError::MalformedAnswer { length: answer.len() });
        }
        Ok(answer)
    }

    fn transmit_t0(&mut self, apdu: &[u8]) -> Result<Vec<u8>, CcidError> {
        let (mut exchange, mut tpdu) = T0Exchange::start(apdu)?;
        loop {
            let answer = self.exchange(&tpdu, Form::Short)?.data;
            match exchange.answered(&answer)? {
                Step::Send(next) => tpdu = next,
                Step::Done(response) => return Ok(response),
            }
        }
    }

    /// CCID 1.1 sections 6.1.4 and 6.2.1: what is longer than dwMaxCCIDMessageLength goes in parts, both ways.
    fn transmit_chained(&mut self, apdu: &[u8], form: Form) -> Result<Vec<u8>, CcidError> {
        if apdu.len() > LONGEST_EXTENDED_COMMAND {
            return Err(CcidError::CommandTooLong { length: apdu.len(), longest: LONGEST_EXTENDED_COMMAND });
        }
        let message = usize::try_from(self.descriptor.max_message_length).unwrap_or(LONGEST_MESSAGE);
        let part = message.min(LONGEST_MESSAGE) - HEADER_LENGTH;
        let count = apdu.len().div_ceil(part);
        let mut block = None;
        for (index, data) in apdu.chunks(part).enumerate() {
            let chain = match (index, count) {
                (_, 1) => Chain::Whole,
                (0, _) => Chain::Begins,
                (index, count) if index + 1 == count => Chain::Ends,
                _ => Chain::Continues,
            };
            let answer = self.exchange_part(chain, data, form)?;
            let expects_more = index + 1 < count;
            if expects_more != (answer.chain == Chain::NextPlease) {
                return Err(self.unusable(MessageError::ReservedChain(answer.chain.to_byte())));
            }
            block = Some(answer);
        }
        let Some(mut block) = block else { return Err(CcidError::MalformedApdu { length: 0 }) };
        let mut whole = std::mem::take(&mut block.data);
        while matches!(block.chain, Chain::Begins | Chain::Continues) {
            block = self.exchange_part(Chain::NextPlease, &[], form)?;
            // An empty part would let a reader go on for ever.
            if block.data.is_empty() && block.chain == Chain::Continues
                || !matches!(block.chain, Chain::Continues | Chain::Ends)
                || whole.len() + block.data.len() > LONGEST_ANSWER
            {
                return Err(self.unusable(MessageError::ChainTooLong));
            }
            whole.extend_from_slice(&block.data);
        }
        Ok(whole)
    }

    fn exchange(&mut self, data: &[u8], form: Form) -> Result<DataBlock, CcidError> {
        self.exchange_part(Chain::Whole, data, form)
    }

    fn exchange_part(&mut self, chain: Chain, data: &[u8], form: Form) -> Result<DataBlock, CcidError> {
        let answer = self.try_often(&XfrBlock { chain, data }, self.card_wait);
        match answer {
            // An empty success without a card: some readers do not call that a failure.
            Ok(block) if block.icc == IccStatus::Absent => Err(self.card_lost()),
            Ok(block) => Ok(block),
            Err(error) if form == Form::Extended && speaks_of_length(&error) => Err(self.step_down(error)),
            Err(error) => Err(self.failed(CommandName::XfrBlock, error)),
        }
    }

    /// Asks the reader for the slot's state and tells what changed.
    fn look(&mut self) -> Result<Option<SlotChange>, CcidError> {
        let icc = match self.try_often(&GetSlotStatus, SLOT_WAIT) {
            Ok(icc) | Err(LinkError::Failed { icc: icc @ IccStatus::Absent, .. }) => icc,
            Err(error) => return Err(self.failed(CommandName::GetSlotStatus, error)),
        };
        let (slot, change) = match (self.slot, icc) {
            (Slot::Empty, IccStatus::Absent) => (Slot::Empty, None),
            (Slot::Unpowered | Slot::Powered, IccStatus::Absent) => (Slot::Empty, Some(SlotChange::Removed)),
            (Slot::Empty, IccStatus::Active | IccStatus::Inactive) => (Slot::Unpowered, Some(SlotChange::Inserted)),
            (Slot::Powered, IccStatus::Inactive) => (Slot::Unpowered, Some(SlotChange::Replaced)),
            (Slot::Unpowered, IccStatus::Active | IccStatus::Inactive) | (Slot::Powered, IccStatus::Active) => {
                (self.slot, None)
            }
        };
        self.slot = slot;
        Ok(change)
    }

    fn power_with_some_voltage(&mut self) -> Result<DataBlock, CcidError> {
        let supported = self.descriptor.voltages;
        let mut voltages: Vec<Voltage> = [(1, Voltage::V5), (2, Voltage::V3), (4, Voltage::V1_8)]
            .into_iter()
            .filter_map(|(bit, voltage)| (supported & bit != 0).then_some(voltage))
            .collect();
        if self.descriptor.features.automatic_voltage() || voltages.is_empty() {
            voltages.insert(0, Voltage::Automatic);
        }
        let mut last = CcidError::CardMute;
        for voltage in voltages {
            match self.send(&IccPowerOn { voltage }, SLOT_WAIT) {
                Ok(block) if block.icc == IccStatus::Absent => return Err(self.card_lost()),
                Ok(block) => return Ok(block),
                // The card may like another voltage; everything else is no matter of volts.
                Err(error @ (CcidError::CardMute | CcidError::ReaderRefused { .. })) => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    /// At TPDU level the reader must know the card's parameters (6.1.7); many take them from the ATR by themselves.
    fn agree_on_t0(&mut self, atr: &Atr) -> Result<(), CcidError> {
        if !atr.protocols().contains(&Protocol::T0) {
            let protocol = match atr.protocols().first() {
                Some(Protocol::Other(number)) => *number,
                Some(Protocol::T0 | Protocol::T1) | None => 1,
            };
            return Err(CcidError::ProtocolNotSupported { protocol });
        }
        if self.descriptor.features.automatic_parameters() {
            return match self.send(&GetParameters, SLOT_WAIT) {
                Ok(parameters) if parameters.protocol == 0 => Ok(()),
                Ok(parameters) => Err(CcidError::ProtocolNotSupported { protocol: parameters.protocol }),
                // A reader that does all by itself may not tell how.
                Err(CcidError::ReaderRefused { .. }) => Ok(()),
                Err(error) => Err(error),
            };
        }
        let interface = atr.interface();
        // ISO/IEC 7816-3 8.3: TA2 fixes TA1's rate; without it the card starts at Fi/Di 11 until a PPS, which we do not make.
        let rate = interface.ta2.and(interface.ta1).unwrap_or(0x11);
        let (guard_time, waiting_integer) = (interface.tc1.unwrap_or(0), interface.tc2.unwrap_or(10));
        self.send(&SetParametersT0::new(rate, atr.convention(), guard_time, waiting_integer), SLOT_WAIT)?;
        Ok(())
    }

    fn send<C: Command>(&mut self, command: &C, wait: Duration) -> Result<C::Response, CcidError> {
        self.try_often(command, wait).map_err(|error| self.failed(C::NAME, error))
    }

    /// "Slot busy" means the command was not begun (6.2.6): asking again is safe.
    fn try_often<C: Command>(&mut self, command: &C, wait: Duration) -> Result<C::Response, LinkError> {
        for _ in 1..BUSY_TRIES {
            match self.link.send(command, wait) {
                Err(LinkError::Failed { error: ErrorCode::CmdSlotBusy, .. }) => self.link.pause(BUSY_PAUSE),
                other => return other,
            }
        }
        self.link.send(command, wait)
    }

    /// Gives a failure its name, and leaves reader and slot in a state that fits it.
    fn failed(&mut self, command: CommandName, error: LinkError) -> CcidError {
        match error {
            LinkError::Transport(error) => {
                self.forget_power();
                error.into()
            }
            LinkError::Failed { icc: IccStatus::Absent, .. } => self.card_lost(),
            LinkError::Failed { error: ErrorCode::IccMute, .. } => {
                self.forget_power();
                CcidError::CardMute
            }
            LinkError::Failed { error, .. } => CcidError::ReaderRefused { command, error },
            LinkError::TimedOut => match self.recover() {
                Some(worse) => worse,
                None => CcidError::TimedOut { command },
            },
            LinkError::Message(source) => match self.recover() {
                Some(worse) => worse,
                None => CcidError::Message { command, source },
            },
        }
    }

    /// dwMaxCCIDMessageLength or the claim of extended APDUs was a lie: never try again with this reader.
    fn step_down(&mut self, error: LinkError) -> CcidError {
        let worse = match error {
            LinkError::TimedOut => self.recover(),
            LinkError::Failed { .. } | LinkError::Message(_) | LinkError::Transport(_) => None,
        };
        self.forget_power();
        worse.unwrap_or_else(|| {
            self.level = ApduLevel::Short;
            CcidError::SteppedDown
        })
    }

    fn unusable(&mut self, source: MessageError) -> CcidError {
        self.failed(CommandName::XfrBlock, LinkError::Message(source))
    }

    /// Brings the reader back to where it listens. `Some` is what is worse than the failure itself.
    fn recover(&mut self) -> Option<CcidError> {
        self.forget_power();
        match self.link.recover() {
            Ok(()) => None,
            Err(LinkError::Transport(TransportError::Gone)) => Some(CcidError::ReaderGone),
            Err(LinkError::TimedOut | LinkError::Failed { .. } | LinkError::Message(_) | LinkError::Transport(_)) => {
                None
            }
        }
    }

    fn card_lost(&mut self) -> CcidError {
        match std::mem::replace(&mut self.slot, Slot::Empty) {
            Slot::Powered => CcidError::CardRemoved,
            Slot::Empty | Slot::Unpowered => CcidError::NoCard,
        }
    }

    fn forget_power(&mut self) {
        if self.slot == Slot::Powered {
            self.slot = Slot::Unpowered;
        }
    }
}

/// Failures of an extended exchange that a shorter one may not have: silence, overrun, a refused dwLength, a vendor's own.
fn speaks_of_length(error: &LinkError) -> bool {
    match error {
        LinkError::TimedOut => true,
        LinkError::Failed { icc, error } => {
            *icc != IccStatus::Absent
                && matches!(
                    error,
                    ErrorCode::XfrOverrun
                        | ErrorCode::BadByte(1..=4)
                        | ErrorCode::Vendor(_)
                        | ErrorCode::CmdNotSupported
                )
        }
        LinkError::Message(_) | LinkError::Transport(_) => false,
    }
}

impl std::fmt::Debug for Reader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Reader").field("level", &self.level).field("traffic", &self.traffic()).finish_non_exhaustive()
    }
}
