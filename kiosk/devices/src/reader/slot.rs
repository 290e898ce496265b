//! The card in the reader's slot, as `emrtd` wants to talk to it.

use std::sync::atomic::{AtomicU64, Ordering};

use ccid::{ApduLevel, Atr, CcidError, Reader};
use emrtd::{ApduCapability, Transceive, TransceiveError};

/// One powered card for one reading.
pub struct CcidSlot<'a> {
    reader: &'a mut Reader,
    capability: ApduCapability,
    wanted: &'a Wanted,
    reading: u32,
    fault: Option<CcidError>,
}

/// Which reading still matters. Zero: none.
#[derive(Debug, Default)]
pub(crate) struct Wanted(AtomicU64);

impl Wanted {
    pub fn set(&self, reading: u32) {
        self.0.store(u64::from(reading) + 1, Ordering::SeqCst);
    }

    pub fn clear(&self) {
        self.0.store(0, Ordering::SeqCst);
    }

    pub fn is(&self, reading: u32) -> bool {
        self.0.load(Ordering::SeqCst) == u64::from(reading) + 1
    }
}

impl<'a> CcidSlot<'a> {
    /// Powers the card on.
    pub(crate) fn power_on(reader: &'a mut Reader, wanted: &'a Wanted, reading: u32) -> Result<Self, CcidError> {
        let atr = reader.power_on()?;
        let capability = capability(reader, &atr);
        Ok(Self { reader, capability, wanted, reading, fault: None })
    }

    /// What the reader complained about, where a reading failed for it.
    pub(crate) fn into_fault(self) -> Option<CcidError> {
        self.fault
    }
}

impl Transceive for CcidSlot<'_> {
    fn transceive(&mut self, command: &[u8]) -> Result<Vec<u8>, TransceiveError> {
        if !self.wanted.is(self.reading) {
            return Err(TransceiveError::Reader("the reading was given up"));
        }
        self.reader.transmit(command).map_err(|error| {
            let told = transceive_error(&error);
            self.fault = Some(error);
            told
        })
    }

    fn capability(&self) -> ApduCapability {
        self.capability
    }
}

/// Extended length needs all three: a reader that carries it, a card that announces it, and no lie found so far.
fn capability(reader: &Reader, atr: &Atr) -> ApduCapability {
    match reader.apdu_level() {
        ApduLevel::Extended if announces_extended_length(atr.historical_bytes()) => {
            let limits = reader.limits();
            ApduCapability::Extended {
                max_command_bytes: limits.command_bytes,
                max_response_bytes: limits.answer_bytes,
            }
        }
        ApduLevel::Extended | ApduLevel::Short | ApduLevel::TpduT0 => ApduCapability::Short,
    }
}

/// ISO/IEC 7816-4 8.1.1: compact-TLV objects behind the category indicator; 8.1.1.2.7: card capabilities, third table.
fn announces_extended_length(historical: &[u8]) -> bool {
    const EXTENDED_LENGTH: u8 = 0x40;
    let Some((0x80, mut rest)) = historical.split_first().map(|(category, rest)| (*category, rest)) else {
        return false;
    };
    while let Some((header, body)) = rest.split_first() {
        let (tag, length) = (header >> 4, usize::from(header & 0x0F));
        let Some((value, next)) = body.split_at_checked(length) else { return false };
        if tag == 7 {
            return value.get(2).is_some_and(|table| table & EXTENDED_LENGTH != 0);
        }
        rest = next;
    }
    false
}

pub(crate) fn transceive_error(error: &CcidError) -> TransceiveError {
    match error {
        CcidError::NoCard | CcidError::CardRemoved => TransceiveError::CardRemoved,
        CcidError::NoReader
        | CcidError::ReaderGone
        | CcidError::ReaderBusy
        | CcidError::ReaderForbidden
        | CcidError::Usb(_) => TransceiveError::ReaderGone,
        CcidError::TimedOut { .. } | CcidError::CardMute => TransceiveError::TimedOut,
        CcidError::CardNotPowered => TransceiveError::Reader("the card has no power"),
        CcidError::SteppedDown => TransceiveError::Reader("stepped down to short APDUs"),
        CcidError::ReaderRefused { .. } => TransceiveError::Reader("the reader refused the command"),
        CcidError::NoSuchSlot { .. } => TransceiveError::Reader("the reader has no such slot"),
        CcidError::ExtendedApduNotPossible | CcidError::CommandTooLong { .. } => {
            TransceiveError::Reader("the command does not fit the reader")
        }
        CcidError::MalformedApdu { .. } => TransceiveError::Reader("the command is malformed"),
        CcidError::MalformedAnswer { .. } => TransceiveError::Reader("the card's answer is malformed"),
        CcidError::ProtocolNotSupported { .. } | CcidError::CharacterLevelNotSupported => {
            TransceiveError::Reader("reader and card speak no protocol of this host")
        }
        CcidError::Descriptor(_) => TransceiveError::Reader("the reader's descriptor is malformed"),
        CcidError::Message { .. } => TransceiveError::Reader("the reader's message is malformed"),
        CcidError::Atr(_) => TransceiveError::Reader("the answer to reset is malformed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn extended_length_is_believed_only_where_the_card_announces_it() {
        assert!(announces_extended_length(&[0x80, 0x73, 0xC8, 0x21, 0xD0]));
        assert!(announces_extended_length(&[0x80, 0x31, 0xE0, 0x73, 0xC8, 0x21, 0xD0]));
        for not in [&[][..], &[0x80], &[0x80, 0x73, 0xC8, 0x21, 0x90], &[0x80, 0x73, 0xC8], &[0x00, 0x73, 0, 0, 0x40]] {
            assert!(!announces_extended_length(not), "{not:02X?}");
        }
    }

    proptest! {
        #[test]
        fn no_historical_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..20)) {
            let _ = announces_extended_length(&bytes);
        }
    }
}
