//! CCID messages (CCID 1.1 chapter 6): each command is a type with its encoding, its response and the parser together.

use std::fmt;

/// Bytes before abData in every bulk message.
pub const HEADER_LENGTH: usize = 10;

/// Longest message a host believes in: header and an extended response APDU (65,536 bytes and SW1 SW2), rounded up.
pub const LONGEST_MESSAGE: usize = HEADER_LENGTH + 65_544;

/// A message from host to reader (CCID 1.1 section 6.1) and what comes back for it (6.2).
pub trait Command {
    const NAME: CommandName;
    #[doc(alias = "bMessageType")]
    const MESSAGE_TYPE: u8;
    /// bMessageType of the answer.
    const RESPONSE_TYPE: u8;
    type Response;

    /// Bytes 7 to 9.
    fn specific(&self) -> [u8; 3] {
        [0; 3]
    }

    #[doc(alias = "abData")]
    fn data(&self) -> &[u8] {
        &[]
    }

    /// Reads the answer of a command that did not fail.
    fn parse(reply: Reply) -> Result<Self::Response, MessageError>;

    fn encode(&self, slot: u8, seq: u8) -> Vec<u8> {
        let data = self.data();
        let length = u32::try_from(data.len()).expect("a command is shorter than 4 GiB");
        let mut bytes = Vec::with_capacity(HEADER_LENGTH + data.len());
        bytes.push(Self::MESSAGE_TYPE);
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(&[slot, seq]);
        bytes.extend_from_slice(&self.specific());
        bytes.extend_from_slice(data);
        bytes
    }
}

/// Commands by the standard's name, for error messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandName {
    IccPowerOn,
    IccPowerOff,
    GetSlotStatus,
    XfrBlock,
    GetParameters,
    SetParameters,
    Abort,
}

/// The part of an answer that is the command's own.
#[derive(Clone, PartialEq, Eq)]
pub struct Reply {
    pub icc: IccStatus,
    /// Byte 9: bClockStatus, bChainParameter or bProtocolNum.
    pub specific: u8,
    pub data: Vec<u8>,
}

/// PC_to_RDR_IccPowerOn (6.1.1).
#[derive(Debug, Clone, Copy)]
pub struct IccPowerOn {
    #[doc(alias = "bPowerSelect")]
    pub voltage: Voltage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Voltage {
    Automatic,
    V5,
    V3,
    V1_8,
}

/// PC_to_RDR_IccPowerOff (6.1.2).
#[derive(Debug, Clone, Copy)]
pub struct IccPowerOff;

/// PC_to_RDR_GetSlotStatus (6.1.3).
#[derive(Debug, Clone, Copy)]
pub struct GetSlotStatus;

/// PC_to_RDR_XfrBlock (6.1.4).
#[derive(Clone, Copy)]
pub struct XfrBlock<'a> {
    /// wLevelParameter; its meaning at extended APDU level.
    pub chain: Chain,
    pub data: &'a [u8],
}

/// PC_to_RDR_GetParameters (6.1.5).
#[derive(Debug, Clone, Copy)]
pub struct GetParameters;

/// PC_to_RDR_SetParameters with the structure for T=0 (6.1.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SetParametersT0([u8; 5]);

/// PC_to_RDR_Abort (6.1.13), the second half after the ABORT request on the control pipe.
#[derive(Debug, Clone, Copy)]
pub struct Abort;

/// RDR_to_PC_DataBlock (6.2.1).
#[derive(Clone, PartialEq, Eq)]
pub struct DataBlock {
    pub icc: IccStatus,
    #[doc(alias = "bChainParameter")]
    pub chain: Chain,
    pub data: Vec<u8>,
}

/// RDR_to_PC_Parameters (6.2.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameters {
    #[doc(alias = "bProtocolNum")]
    pub protocol: u8,
    /// abProtocolDataStructure: 5 bytes for T=0, 7 for T=1. QEMU's reader says dwLength 0 and leaves it out.
    pub structure: Vec<u8>,
}

/// wLevelParameter and bChainParameter at extended APDU level share one numbering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chain {
    /// The APDU begins and ends here.
    Whole,
    /// The APDU begins here and goes on.
    Begins,
    /// It ends here.
    Ends,
    /// A middle part.
    Continues,
    /// No data: send me the next part.
    NextPlease,
}

/// bmICCStatus: bits 0 and 1 of bStatus (6.2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IccStatus {
    /// A card is there and powered. Some readers say so before the first power-on.
    Active,
    /// A card is there, without power.
    Inactive,
    /// No card.
    Absent,
}

/// bmCommandStatus: bits 6 and 7 of bStatus (6.2.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CommandStatus {
    Processed,
    Failed(ErrorCode),
    /// The card asked for time; bError multiplies the waiting time.
    MoreTime {
        multiplier: u8,
    },
}

/// bError of a failed command (6.2.6, table 6.2-2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ErrorCode {
    #[error("command aborted by the host")]
    CmdAborted,
    #[error("the card does not answer")]
    IccMute,
    #[error("parity error while talking to the card")]
    XfrParityError,
    #[error("overrun while talking to the card")]
    XfrOverrun,
    #[error("hardware error")]
    HwError,
    #[error("bad ATR: TS")]
    BadAtrTs,
    #[error("bad ATR: TCK")]
    BadAtrTck,
    #[error("the card's protocol is not supported")]
    IccProtocolNotSupported,
    #[error("the card's class is not supported")]
    IccClassNotSupported,
    #[error("procedure byte conflict")]
    ProcedureByteConflict,
    #[error("deactivated protocol")]
    DeactivatedProtocol,
    #[error("busy with an automatic sequence")]
    BusyWithAutoSequence,
    #[error("the PIN pad timed out")]
    PinTimeout,
    #[error("the PIN pad was cancelled")]
    PinCancelled,
    #[error("slot busy")]
    CmdSlotBusy,
    #[error("command not supported")]
    CmdNotSupported,
    /// The byte of the message at this offset has a value that the reader refuses.
    #[error("byte {0} of the message is refused")]
    BadByte(u8),
    /// Vendor's own, 0xC0 down to 0x81, and values the standard reserves.
    #[error("vendor error {0:#04x}")]
    Vendor(u8),
}

/// A parsed message from reader to host.
#[derive(Clone, PartialEq, Eq)]
pub struct Message {
    pub message_type: u8,
    pub slot: u8,
    pub seq: u8,
    pub status: CommandStatus,
    pub reply: Reply,
}

/// A message on the interrupt pipe (6.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notification {
    /// RDR_to_PC_NotifySlotChange: one entry for each slot that fits into the message.
    SlotChange(Vec<SlotNotice>),
    /// RDR_to_PC_HardwareError.
    HardwareError { slot: u8, code: u8 },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SlotNotice {
    pub card_present: bool,
    pub changed: bool,
}

/// Why bytes are no CCID message.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MessageError {
    #[error("message of {found} bytes ends before its header")]
    ShortHeader { found: usize },
    #[error("message says {declared} bytes of data, {found} came")]
    DataMissing { declared: u64, found: usize },
    #[error("message of {declared} bytes is longer than any answer")]
    TooLong { declared: u64 },
    #[error("bStatus {0:#04x} is reserved")]
    ReservedStatus(u8),
    #[error("answer {found:#04x} does not belong to {command:?}")]
    WrongType { command: CommandName, found: u8 },
    #[error("bChainParameter {0:#04x} is reserved")]
    ReservedChain(u8),
    #[error("parameters for T={protocol} have {found} bytes")]
    BadParameters { protocol: u8, found: usize },
    #[error("bMessageType {0:#04x} is not a notification")]
    NotANotification(u8),
    #[error("chained answer grows beyond any APDU")]
    ChainTooLong,
}

impl Command for IccPowerOn {
    const NAME: CommandName = CommandName::IccPowerOn;
    const MESSAGE_TYPE: u8 = 0x62;
    const RESPONSE_TYPE: u8 = 0x80;
    type Response = DataBlock;

    fn specific(&self) -> [u8; 3] {
        let select = match self.voltage {
            Voltage::Automatic => 0,
            Voltage::V5 => 1,
            Voltage::V3 => 2,
            Voltage::V1_8 => 3,
        };
        [select, 0, 0]
    }

    fn parse(reply: Reply) -> Result<DataBlock, MessageError> {
        // bChainParameter of an ATR means nothing.
        Ok(DataBlock { icc: reply.icc, chain: Chain::Whole, data: reply.data })
    }
}

impl Command for IccPowerOff {
    const NAME: CommandName = CommandName::IccPowerOff;
    const MESSAGE_TYPE: u8 = 0x63;
    const RESPONSE_TYPE: u8 = 0x81;
    type Response = IccStatus;

    fn parse(reply: Reply) -> Result<IccStatus, MessageError> {
        Ok(reply.icc)
    }
}

impl Command for GetSlotStatus {
    const NAME: CommandName = CommandName::GetSlotStatus;
    const MESSAGE_TYPE: u8 = 0x65;
    const RESPONSE_TYPE: u8 = 0x81;
    type Response = IccStatus;

    fn parse(reply: Reply) -> Result<IccStatus, MessageError> {
        Ok(reply.icc)
    }
}

impl Command for XfrBlock<'_> {
    const NAME: CommandName = CommandName::XfrBlock;
    const MESSAGE_TYPE: u8 = 0x6F;
    const RESPONSE_TYPE: u8 = 0x80;
    type Response = DataBlock;

    fn specific(&self) -> [u8; 3] {
        // bBWI 0: no block waiting time beyond the card's own.
        [0, self.chain.to_byte(), 0]
    }

    fn data(&self) -> &[u8] {
        self.data
    }

    fn parse(reply: Reply) -> Result<DataBlock, MessageError> {
        Ok(DataBlock { icc: reply.icc, chain: Chain::from_byte(reply.specific)?, data: reply.data })
    }
}

impl Command for GetParameters {
    const NAME: CommandName = CommandName::GetParameters;
    const MESSAGE_TYPE: u8 = 0x6C;
    const RESPONSE_TYPE: u8 = 0x82;
    type Response = Parameters;

    fn parse(reply: Reply) -> Result<Parameters, MessageError> {
        Parameters::parse(reply)
    }
}

impl Command for SetParametersT0 {
    const NAME: CommandName = CommandName::SetParameters;
    const MESSAGE_TYPE: u8 = 0x61;
    const RESPONSE_TYPE: u8 = 0x82;
    type Response = Parameters;

    fn data(&self) -> &[u8] {
        &self.0
    }

    fn parse(reply: Reply) -> Result<Parameters, MessageError> {
        Parameters::parse(reply)
    }
}

impl SetParametersT0 {
    /// The card's own parameters without negotiation: `find_index_dindex` is 0x11 (372 clocks a bit) unless the card is in
    /// specific mode, `guard_time` is TC1, `waiting_integer` is TC2, and `inverse` tells a card whose TS is 3F.
    pub fn new(find_index_dindex: u8, convention: Convention, guard_time: u8, waiting_integer: u8) -> Self {
        let tcckst0 = match convention {
            Convention::Direct => 0x00,
            Convention::Inverse => 0x02,
        };
        // bClockStop 0: the clock is not stopped.
        Self([find_index_dindex, tcckst0, guard_time, waiting_integer, 0])
    }
}

/// How the card codes a bit (ISO/IEC 7816-3 section 8.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Convention {
    Direct,
    Inverse,
}

impl Command for Abort {
    const NAME: CommandName = CommandName::Abort;
    const MESSAGE_TYPE: u8 = 0x72;
    const RESPONSE_TYPE: u8 = 0x81;
    type Response = IccStatus;

    fn parse(reply: Reply) -> Result<IccStatus, MessageError> {
        Ok(reply.icc)
    }
}

impl Parameters {
    fn parse(reply: Reply) -> Result<Self, MessageError> {
        let (protocol, found) = (reply.specific, reply.data.len());
        let expected = match protocol {
            0 => 5,
            1 => 7,
            _ => return Err(MessageError::BadParameters { protocol, found }),
        };
        if found != expected && found != 0 {
            return Err(MessageError::BadParameters { protocol, found });
        }
        Ok(Self { protocol, structure: reply.data })
    }
}

impl Chain {
    pub fn to_byte(self) -> u8 {
        match self {
            Chain::Whole => 0x00,
            Chain::Begins => 0x01,
            Chain::Ends => 0x02,
            Chain::Continues => 0x03,
            Chain::NextPlease => 0x10,
        }
    }

    pub fn from_byte(byte: u8) -> Result<Self, MessageError> {
        match byte {
            0x00 => Ok(Chain::Whole),
            0x01 => Ok(Chain::Begins),
            0x02 => Ok(Chain::Ends),
            0x03 => Ok(Chain::Continues),
            0x10 => Ok(Chain::NextPlease),
            other => Err(MessageError::ReservedChain(other)),
        }
    }
}

impl Message {
    /// Length of the whole message, from its first bytes; `None` while fewer than 5 are there.
    pub fn declared_length(start: &[u8]) -> Option<Result<usize, MessageError>> {
        let [_, a, b, c, d, ..] = *start else { return None };
        let declared = u64::from(u32::from_le_bytes([a, b, c, d])) + HEADER_LENGTH as u64;
        Some(match usize::try_from(declared) {
            Ok(length) if length <= LONGEST_MESSAGE => Ok(length),
            Ok(_) | Err(_) => Err(MessageError::TooLong { declared }),
        })
    }

    /// Parses a bulk-in message. Bytes after dwLength are padding of the transfer and ignored.
    pub fn parse(bytes: &[u8]) -> Result<Self, MessageError> {
        let (header, rest) =
            bytes.split_at_checked(HEADER_LENGTH).ok_or(MessageError::ShortHeader { found: bytes.len() })?;
        let length = Self::declared_length(header).ok_or(MessageError::ShortHeader { found: bytes.len() })??;
        let data = rest
            .get(..length - HEADER_LENGTH)
            .ok_or(MessageError::DataMissing { declared: (length - HEADER_LENGTH) as u64, found: rest.len() })?;
        let (status, error) = (header[7], header[8]);
        let icc = match status & 0x03 {
            0 => IccStatus::Active,
            1 => IccStatus::Inactive,
            2 => IccStatus::Absent,
            _ => return Err(MessageError::ReservedStatus(status)),
        };
        let status = match status >> 6 {
            0 => CommandStatus::Processed,
            1 => CommandStatus::Failed(ErrorCode::from_byte(error)),
            2 => CommandStatus::MoreTime { multiplier: error },
            _ => return Err(MessageError::ReservedStatus(status)),
        };
        Ok(Self {
            message_type: header[0],
            slot: header[5],
            seq: header[6],
            status,
            reply: Reply { icc, specific: header[9], data: data.to_vec() },
        })
    }
}

impl ErrorCode {
    pub fn from_byte(byte: u8) -> Self {
        match byte {
            0xFF => ErrorCode::CmdAborted,
            0xFE => ErrorCode::IccMute,
            0xFD => ErrorCode::XfrParityError,
            0xFC => ErrorCode::XfrOverrun,
            0xFB => ErrorCode::HwError,
            0xF8 => ErrorCode::BadAtrTs,
            0xF7 => ErrorCode::BadAtrTck,
            0xF6 => ErrorCode::IccProtocolNotSupported,
            0xF5 => ErrorCode::IccClassNotSupported,
            0xF4 => ErrorCode::ProcedureByteConflict,
            0xF3 => ErrorCode::DeactivatedProtocol,
            0xF2 => ErrorCode::BusyWithAutoSequence,
            0xF0 => ErrorCode::PinTimeout,
            0xEF => ErrorCode::PinCancelled,
            0xE0 => ErrorCode::CmdSlotBusy,
            0x00 => ErrorCode::CmdNotSupported,
            offset @ 0x01..=0x7F => ErrorCode::BadByte(offset),
            other => ErrorCode::Vendor(other),
        }
    }
}

impl Notification {
    /// Parses an interrupt-in message: two bits for each slot (6.3.1), at most 256 slots.
    pub fn parse(bytes: &[u8]) -> Result<Self, MessageError> {
        match *bytes {
            [0x50, ref states @ ..] => Ok(Notification::SlotChange(
                states
                    .iter()
                    .take(64)
                    .flat_map(|byte| (0..4).map(move |slot| byte >> (slot * 2)))
                    .map(|bits| SlotNotice { card_present: bits & 1 != 0, changed: bits & 2 != 0 })
                    .collect(),
            )),
            [0x51, slot, _, code, ..] => Ok(Notification::HardwareError { slot, code }),
            [other, ..] => Err(MessageError::NotANotification(other)),
            [] => Err(MessageError::ShortHeader { found: 0 }),
        }
    }
}

// Debug shows lengths only: abData is the card's.
impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Reply({:?}, {:#04x}, {} bytes)", self.icc, self.specific, self.data.len())
    }
}

impl fmt::Debug for XfrBlock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "XfrBlock({:?}, {} bytes)", self.chain, self.data.len())
    }
}

impl fmt::Debug for DataBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DataBlock({:?}, {:?}, {} bytes)", self.icc, self.chain, self.data.len())
    }
}

impl fmt::Debug for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Message({:#04x}, slot {}, seq {}, {:?}, {:?})",
            self.message_type, self.slot, self.seq, self.status, self.reply
        )
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn commands_are_laid_out_as_the_standard_says() {
        assert_eq!(IccPowerOn { voltage: Voltage::V3 }.encode(0, 7), [0x62, 0, 0, 0, 0, 0, 7, 2, 0, 0]);
        assert_eq!(GetSlotStatus.encode(1, 255), [0x65, 0, 0, 0, 0, 1, 255, 0, 0, 0]);
        let block = XfrBlock { chain: Chain::NextPlease, data: &[] };
        assert_eq!(block.encode(0, 1), [0x6F, 0, 0, 0, 0, 0, 1, 0, 0x10, 0]);
        let block = XfrBlock { chain: Chain::Whole, data: &[0, 0xB0, 0, 0, 4] };
        assert_eq!(block.encode(0, 2), [0x6F, 5, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0xB0, 0, 0, 4]);
        let set = SetParametersT0::new(0x11, Convention::Inverse, 0, 10);
        assert_eq!(set.encode(0, 3), [0x61, 5, 0, 0, 0, 0, 3, 0, 0, 0, 0x11, 0x02, 0, 10, 0]);
    }

    #[test]
    fn power_on_without_a_card_fails_with_icc_mute() {
        // As QEMU's reader answers.
        let message = Message::parse(&[0x80, 0, 0, 0, 0, 0, 4, 0x42, 0xFE, 0]).unwrap();
        assert_eq!(message.status, CommandStatus::Failed(ErrorCode::IccMute));
        assert_eq!(message.reply.icc, IccStatus::Absent);
    }

    #[test]
    fn a_request_for_time_is_no_answer() {
        let message = Message::parse(&[0x80, 0, 0, 0, 0, 0, 4, 0x80, 3, 0]).unwrap();
        assert_eq!(message.status, CommandStatus::MoreTime { multiplier: 3 });
    }

    #[test]
    fn each_wrong_message_has_its_name() {
        assert_eq!(Message::parse(&[0x80, 0]), Err(MessageError::ShortHeader { found: 2 }));
        assert_eq!(
            Message::parse(&[0x80, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0x90]),
            Err(MessageError::DataMissing { declared: 2, found: 1 })
        );
        assert_eq!(
            Message::parse(&[0x80, 0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0]),
            Err(MessageError::TooLong { declared: 0x1_0000_0009 })
        );
        assert_eq!(Message::parse(&[0x80, 0, 0, 0, 0, 0, 0, 0x03, 0, 0]), Err(MessageError::ReservedStatus(0x03)));
        assert_eq!(Message::parse(&[0x80, 0, 0, 0, 0, 0, 0, 0xC0, 0, 0]), Err(MessageError::ReservedStatus(0xC0)));
        assert_eq!(Chain::from_byte(4), Err(MessageError::ReservedChain(4)));
        let reply = Reply { icc: IccStatus::Active, specific: 0, data: vec![0; 7] };
        assert_eq!(GetParameters::parse(reply), Err(MessageError::BadParameters { protocol: 0, found: 7 }));
        assert_eq!(Notification::parse(&[0x80]), Err(MessageError::NotANotification(0x80)));
    }

    #[test]
    fn a_card_put_in_and_taken_out_is_told_on_the_interrupt_pipe() {
        // 50 03 and 50 02, captured from QEMU's reader.
        let Notification::SlotChange(slots) = Notification::parse(&[0x50, 0x03]).unwrap() else {
            panic!("slot change")
        };
        assert_eq!(slots[0], SlotNotice { card_present: true, changed: true });
        let Notification::SlotChange(slots) = Notification::parse(&[0x50, 0x02]).unwrap() else {
            panic!("slot change")
        };
        assert_eq!(slots[0], SlotNotice { card_present: false, changed: true });
    }

    #[test]
    fn debug_never_shows_what_the_card_said() {
        let message = Message::parse(&[0x80, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0xAB, 0xCD]).unwrap();
        let shown = format!("{message:?}").to_lowercase();
        assert!(!shown.contains("ab, cd") && !shown.contains("171"), "{shown}");
    }

    proptest! {
        #[test]
        fn no_message_panics(bytes in proptest::collection::vec(any::<u8>(), 0..64)) {
            if let Ok(message) = Message::parse(&bytes) {
                let _ = XfrBlock::parse(message.reply.clone());
                let _ = GetParameters::parse(message.reply);
            }
            let _ = Message::declared_length(&bytes);
            let _ = Notification::parse(&bytes);
        }

        #[test]
        fn a_well_formed_message_keeps_its_data(data in proptest::collection::vec(any::<u8>(), 0..600), seq: u8) {
            let mut bytes = vec![0x80];
            bytes.extend_from_slice(&(data.len() as u32).to_le_bytes());
            bytes.extend_from_slice(&[0, seq, 0, 0, 0]);
            bytes.extend_from_slice(&data);
            let message = Message::parse(&bytes).unwrap();
            prop_assert_eq!(message.seq, seq);
            prop_assert_eq!(message.reply.data, data);
        }
    }
}
