//! The Smart Card Device Class Descriptor (CCID 1.1 section 5.1).

/// What the reader says about itself, as far as a host needs it; 54 bytes on the wire. dwProtocols is left out: QEMU's
/// reader has its halves exchanged, and the card's ATR decides anyway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassDescriptor {
    /// Binary-coded decimal release of the specification, 0x0110 for 1.1.
    #[doc(alias = "bcdCCID")]
    pub release: u16,
    /// Index of the highest slot; 0 is a reader with one slot.
    #[doc(alias = "bMaxSlotIndex")]
    pub max_slot_index: u8,
    /// Bit 0: 5.0 V, bit 1: 3.0 V, bit 2: 1.8 V.
    #[doc(alias = "bVoltageSupport")]
    pub voltages: u8,
    #[doc(alias = "dwFeatures")]
    pub features: Features,
    /// Longest message with its header of 10 bytes. Some readers lie.
    #[doc(alias = "dwMaxCCIDMessageLength")]
    pub max_message_length: u32,
}

/// dwFeatures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Features(pub u32);

/// What an XfrBlock carries, from dwFeatures bits 16 to 18.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExchangeLevel {
    /// The host sends single characters.
    Character,
    /// The host speaks the card's transmission protocol.
    Tpdu,
    /// The reader takes whole APDUs of the short form.
    ShortApdu,
    /// The reader takes whole APDUs of the short and extended form.
    ExtendedApdu,
}

/// Why bytes are no class descriptor.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DescriptorError {
    #[error("class descriptor has {found} bytes instead of 54")]
    WrongLength { found: usize },
    #[error("descriptor type {found:#04x} is not that of a smart-card reader")]
    WrongType { found: u8 },
    #[error("dwFeatures {features:#010x} names more than one exchange level")]
    AmbiguousLevel { features: u32 },
    #[error("dwMaxCCIDMessageLength {found} cannot hold a command")]
    MessageLengthTooSmall { found: u32 },
}

impl ClassDescriptor {
    /// bLength of the descriptor.
    pub const LENGTH: usize = 54;
    /// bDescriptorType: "functional" descriptor of the interface. Readers older than the standard use it too.
    pub const TYPE: u8 = 0x21;

    /// Parses the 54 bytes that stand after the interface descriptor.
    pub fn parse(bytes: &[u8]) -> Result<Self, DescriptorError> {
        let bytes: &[u8; Self::LENGTH] =
            bytes.try_into().map_err(|_| DescriptorError::WrongLength { found: bytes.len() })?;
        if usize::from(bytes[0]) != Self::LENGTH {
            return Err(DescriptorError::WrongLength { found: bytes[0].into() });
        }
        if bytes[1] != Self::TYPE {
            return Err(DescriptorError::WrongType { found: bytes[1] });
        }
        let word = |at: usize| u16::from_le_bytes([bytes[at], bytes[at + 1]]);
        let double = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);

        let features = Features(double(40));
        features.exchange_level()?;
        let max_message_length = double(44);
        // Header, an APDU header and P3: less carries no command at all.
        if max_message_length < 15 {
            return Err(DescriptorError::MessageLengthTooSmall { found: max_message_length });
        }
        Ok(Self { release: word(2), max_slot_index: bytes[4], voltages: bytes[5], features, max_message_length })
    }

    /// Finds the class descriptor in what follows an interface or endpoint descriptor.
    pub fn find(extra: &[u8]) -> Option<&[u8]> {
        let mut rest = extra;
        while let [length, kind, ..] = *rest {
            let length = usize::from(length);
            if length < 2 || length > rest.len() {
                return None;
            }
            if length == Self::LENGTH && kind == Self::TYPE {
                return Some(&rest[..length]);
            }
            rest = &rest[length..];
        }
        None
    }
}

impl Features {
    /// Bits 16 to 18; none of them is character level.
    pub fn exchange_level(self) -> Result<ExchangeLevel, DescriptorError> {
        match (self.0 >> 16) & 0x7 {
            0 => Ok(ExchangeLevel::Character),
            1 => Ok(ExchangeLevel::Tpdu),
            2 => Ok(ExchangeLevel::ShortApdu),
            4 => Ok(ExchangeLevel::ExtendedApdu),
            _ => Err(DescriptorError::AmbiguousLevel { features: self.0 }),
        }
    }

    /// The reader chooses the card's voltage.
    pub fn automatic_voltage(self) -> bool {
        self.0 & 0x08 != 0
    }

    /// The reader takes the card's parameters from the ATR (bit 1) or negotiates them by itself (bit 6).
    pub fn automatic_parameters(self) -> bool {
        self.0 & 0x42 != 0
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;
    use proptest::prelude::*;

    /// QEMU's usb-ccid (08e6:4433), from its dev-smartcard-reader: TPDU level, 000104FE.
    #[rustfmt::skip]
    const QEMU: [u8; 54] = [
        0x36, 0x21, 0x10, 0x01, 0x00, 0x07, 0x00, 0x00, 0x01, 0x00, 0xA0, 0x0F, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00,
        0x00, 0x80, 0x25, 0x00, 0x00, 0x00, 0xC2, 0x01, 0x00, 0x00, 0xFE, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
        0x00, 0x00, 0x00, 0x00, 0xFE, 0x04, 0x01, 0x00, 0x12, 0x00, 0x01, 0x00, 0xFF, 0xFF, 0x00, 0x00, 0x01, 0x01,
    ];

    #[test]
    fn a_tpdu_reader_describes_itself() {
        let descriptor = ClassDescriptor::parse(&QEMU).unwrap();
        assert_eq!(descriptor.release, 0x0110);
        assert_eq!(descriptor.features, Features(0x0001_04FE));
        assert_eq!(descriptor.features.exchange_level(), Ok(ExchangeLevel::Tpdu));
        assert!(descriptor.features.automatic_voltage() && descriptor.features.automatic_parameters());
        assert_eq!(descriptor.max_message_length, 0x0001_0012);
    }

    #[test]
    fn each_wrong_descriptor_has_its_name() {
        assert_eq!(ClassDescriptor::parse(&QEMU[..53]), Err(DescriptorError::WrongLength { found: 53 }));
        let with = |at: usize, value: u8| {
            let mut bytes = QEMU;
            bytes[at] = value;
            ClassDescriptor::parse(&bytes)
        };
        assert_eq!(with(0, 9), Err(DescriptorError::WrongLength { found: 9 }));
        assert_eq!(with(1, 0x22), Err(DescriptorError::WrongType { found: 0x22 }));
        assert_eq!(with(42, 0x06), Err(DescriptorError::AmbiguousLevel { features: 0x0006_04FE }));
        let mut tiny = QEMU;
        tiny[44..48].copy_from_slice(&[14, 0, 0, 0]);
        assert_eq!(ClassDescriptor::parse(&tiny), Err(DescriptorError::MessageLengthTooSmall { found: 14 }));
    }

    #[test]
    fn the_descriptor_is_found_behind_another_one() {
        let mut extra = vec![0x03, 0x41, 0x00];
        extra.extend_from_slice(&QEMU);
        assert_eq!(ClassDescriptor::find(&extra), Some(&QEMU[..]));
        assert_eq!(ClassDescriptor::find(&[0x00, 0x21]), None);
        assert_eq!(ClassDescriptor::find(&QEMU[..20]), None);
    }

    proptest! {
        #[test]
        fn no_descriptor_panics(bytes in proptest::collection::vec(any::<u8>(), 0..80)) {
            let _ = ClassDescriptor::parse(&bytes);
            let _ = ClassDescriptor::find(&bytes);
        }
    }
}
