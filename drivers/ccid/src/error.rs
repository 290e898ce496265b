//! What can go wrong between a program and a card, in the program's words.

use crate::atr::AtrError;
use crate::descriptor::DescriptorError;
use crate::message::{CommandName, ErrorCode, MessageError};
use crate::transport::TransportError;

#[derive(Debug, thiserror::Error)]
pub enum CcidError {
    /// No reader with a smart-card interface is plugged in.
    #[error("no smart-card reader is plugged in")]
    NoReader,
    /// The reader was unplugged; open it again when it is back.
    #[error("the smart-card reader is gone")]
    ReaderGone,
    /// Another program or the kernel holds the reader's interface.
    #[error("the smart-card reader is in use by another program or driver")]
    ReaderBusy,
    /// The operating system does not let this user open the reader.
    #[error("no permission to open the smart-card reader")]
    ReaderForbidden,
    #[error("the reader has no slot {slot}, its last is {last}")]
    NoSuchSlot { slot: u8, last: u8 },
    /// There was no card to begin with.
    #[error("no card is in the slot")]
    NoCard,
    /// The card had power and was taken away.
    #[error("the card was removed")]
    CardRemoved,
    /// The card is there and says nothing. A contactless card that lies badly or just leaves the field looks like this.
    #[error("the card does not answer")]
    CardMute,
    /// `power_on` comes first, also after an error that left the card in an unknown state.
    #[error("the card has no power")]
    CardNotPowered,
    /// Neither answer nor request for time. The reader was brought back, the card must be powered on again.
    #[error("{command:?} was not answered in time")]
    TimedOut { command: CommandName },
    /// A long exchange failed although the reader had promised its length: from now on the short form is used.
    /// Power the card on again and start over.
    #[error("the reader cannot carry extended APDUs, stepped down to short ones")]
    SteppedDown,
    #[error("the reader refused {command:?}: {error}")]
    ReaderRefused { command: CommandName, error: ErrorCode },
    /// Extended length at a level that has only short ones.
    #[error("an extended APDU does not fit this reader")]
    ExtendedApduNotPossible,
    #[error("a command of {length} bytes is longer than the {longest} of this reader")]
    CommandTooLong { length: usize, longest: usize },
    /// Lc or Le does not fit the bytes.
    #[error("the command APDU of {length} bytes is malformed")]
    MalformedApdu { length: usize },
    /// The card's answer has no status word or does not end.
    #[error("the card's answer of {length} bytes is malformed")]
    MalformedAnswer { length: usize },
    /// T=1 at TPDU level is out of scope.
    #[error("the card wants T={protocol}, which this host does not speak at TPDU level")]
    ProtocolNotSupported { protocol: u8 },
    #[error("the reader works at character level, which this host does not")]
    CharacterLevelNotSupported,
    #[error("class descriptor")]
    Descriptor(#[from] DescriptorError),
    #[error("the reader's message to {command:?}")]
    Message {
        command: CommandName,
        #[source]
        source: MessageError,
    },
    #[error("answer to reset")]
    Atr(#[from] AtrError),
    #[error("USB")]
    Usb(#[source] rusb::Error),
}

impl From<TransportError> for CcidError {
    fn from(error: TransportError) -> Self {
        match error {
            TransportError::Gone => CcidError::ReaderGone,
            TransportError::TimedOut => CcidError::Usb(rusb::Error::Timeout),
            TransportError::Usb(source) => CcidError::Usb(source),
        }
    }
}
