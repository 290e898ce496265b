//! Answer To Reset (ISO/IEC 7816-3 section 8.2), at most 33 bytes.

use crate::message::Convention;

/// What a card says first.
#[derive(Clone, PartialEq, Eq)]
pub struct Atr {
    bytes: Vec<u8>,
    convention: Convention,
    interface: InterfaceBytes,
    protocols: Vec<Protocol>,
    historical_at: usize,
    historical_length: usize,
}

/// A transmission protocol the card offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    T0,
    T1,
    /// T=2 to T=14; no reader here speaks them.
    Other(u8),
}

/// The interface bytes a host at TPDU level needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct InterfaceBytes {
    pub ta1: Option<u8>,
    pub tc1: Option<u8>,
    pub ta2: Option<u8>,
    pub tc2: Option<u8>,
}

/// Why bytes are no ATR.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AtrError {
    #[error("the card sent no ATR")]
    Empty,
    #[error("TS {0:#04x} is neither 3B nor 3F")]
    BadTs(u8),
    #[error("ATR of {found} bytes, 33 is the most")]
    TooLong { found: usize },
    #[error("ATR ends in the middle of {within}")]
    Truncated { within: &'static str },
    #[error("TCK does not fit the bytes before it")]
    BadTck,
    #[error("{count} bytes follow the end of the ATR")]
    TrailingBytes { count: usize },
}

impl Atr {
    /// ISO/IEC 7816-3 section 8.2.1: TS and at most 32 characters.
    pub const LONGEST: usize = 33;

    pub fn parse(bytes: &[u8]) -> Result<Self, AtrError> {
        if bytes.len() > Self::LONGEST {
            return Err(AtrError::TooLong { found: bytes.len() });
        }
        let mut rest = bytes.iter().copied();
        let convention = match rest.next() {
            Some(0x3B) => Convention::Direct,
            Some(0x3F) => Convention::Inverse,
            Some(other) => return Err(AtrError::BadTs(other)),
            None => return Err(AtrError::Empty),
        };
        let t0 = rest.next().ok_or(AtrError::Truncated { within: "T0" })?;
        let historical_length = usize::from(t0 & 0x0F);

        let mut interface = InterfaceBytes::default();
        let mut protocols = Vec::new();
        let mut needs_tck = false;
        let mut announced = t0 >> 4;
        // 8.2.3: each TD announces the next group. The 33-byte limit ends a chain that never does.
        for group in 1.. {
            let mut read = |bit: u8| -> Result<Option<u8>, AtrError> {
                if announced & bit == 0 {
                    return Ok(None);
                }
                rest.next().map(Some).ok_or(AtrError::Truncated { within: "interface bytes" })
            };
            let (ta, _tb, tc, td) = (read(1)?, read(2)?, read(4)?, read(8)?);
            match group {
                1 => (interface.ta1, interface.tc1) = (ta, tc),
                2 => (interface.ta2, interface.tc2) = (ta, tc),
                _ => {}
            }
            let Some(td) = td else { break };
            let number = td & 0x0F;
            needs_tck |= number != 0;
            // T=15 only qualifies global interface bytes.
            if number != 15 {
                let protocol = Protocol::from_number(number);
                if !protocols.contains(&protocol) {
                    protocols.push(protocol);
                }
            }
            announced = td >> 4;
        }
        if protocols.is_empty() {
            protocols.push(Protocol::T0); // 8.2.3: no TD1 means T=0 only
        }
        let historical_at = bytes.len() - rest.len();
        if rest.len() < historical_length {
            return Err(AtrError::Truncated { within: "historical bytes" });
        }
        let mut end = historical_at + historical_length;
        if needs_tck {
            if end >= bytes.len() {
                return Err(AtrError::Truncated { within: "TCK" });
            }
            end += 1;
            // 8.2.5: all bytes from T0 to TCK give zero.
            if bytes[1..end].iter().fold(0, |sum, byte| sum ^ byte) != 0 {
                return Err(AtrError::BadTck);
            }
        }
        if end != bytes.len() {
            return Err(AtrError::TrailingBytes { count: bytes.len() - end });
        }
        Ok(Self { bytes: bytes.to_vec(), convention, interface, protocols, historical_at, historical_length })
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// In the order of the ATR; the first is the card's default.
    pub fn protocols(&self) -> &[Protocol] {
        &self.protocols
    }

    pub fn historical_bytes(&self) -> &[u8] {
        &self.bytes[self.historical_at..self.historical_at + self.historical_length]
    }

    pub(crate) fn convention(&self) -> Convention {
        self.convention
    }

    pub(crate) fn interface(&self) -> InterfaceBytes {
        self.interface
    }
}

impl std::fmt::Debug for Atr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // Historical bytes may carry what a card issuer likes; the rest is a property of the card type.
        write!(f, "Atr({:02X?}, {} historical bytes)", &self.bytes[..self.historical_at], self.historical_length)
    }
}

impl Protocol {
    fn from_number(number: u8) -> Self {
        match number {
            0 => Protocol::T0,
            1 => Protocol::T1,
            other => Protocol::Other(other),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_contactless_card_offers_both_protocols() {
        // PC/SC part 3 section 3.1.3.2.3.1: the ATR a reader makes up for an ISO/IEC 14443-4 card without historical bytes.
        let atr = Atr::parse(&[0x3B, 0x80, 0x80, 0x01, 0x01]).unwrap();
        assert_eq!(atr.protocols(), [Protocol::T0, Protocol::T1]);
        assert!(atr.historical_bytes().is_empty());
    }

    #[test]
    fn a_card_without_td1_speaks_t0() {
        let atr = Atr::parse(&[0x3B, 0x02, 0x14, 0x50]).unwrap();
        assert_eq!(atr.protocols(), [Protocol::T0]);
        assert_eq!(atr.historical_bytes(), [0x14, 0x50]);
    }

    #[test]
    fn interface_bytes_of_both_groups_are_kept() {
        // T0 = D0: TA1, TC1, TD1; TD1 = 50: TA2, TC2.
        let atr = Atr::parse(&[0x3F, 0xD0, 0x95, 0x02, 0x50, 0x10, 0x0B]).unwrap();
        assert_eq!(atr.interface(), InterfaceBytes { ta1: Some(0x95), tc1: Some(2), ta2: Some(0x10), tc2: Some(0x0B) });
        assert_eq!(atr.convention(), Convention::Inverse);
    }

    #[test]
    fn each_wrong_atr_has_its_name() {
        assert_eq!(Atr::parse(&[]), Err(AtrError::Empty));
        assert_eq!(Atr::parse(&[0x3C, 0]), Err(AtrError::BadTs(0x3C)));
        assert_eq!(Atr::parse(&[0x3B]), Err(AtrError::Truncated { within: "T0" }));
        assert_eq!(Atr::parse(&[0x3B, 0x10]), Err(AtrError::Truncated { within: "interface bytes" }));
        assert_eq!(Atr::parse(&[0x3B, 0x01]), Err(AtrError::Truncated { within: "historical bytes" }));
        assert_eq!(Atr::parse(&[0x3B, 0x80, 0x01]), Err(AtrError::Truncated { within: "TCK" }));
        assert_eq!(Atr::parse(&[0x3B, 0x80, 0x80, 0x01, 0x02]), Err(AtrError::BadTck));
        assert_eq!(Atr::parse(&[0x3B, 0x00, 0x00]), Err(AtrError::TrailingBytes { count: 1 }));
        assert_eq!(Atr::parse(&[0x3B; 34]), Err(AtrError::TooLong { found: 34 }));
        // A chain of TD that never ends stops at the length limit.
        let mut endless = vec![0x3B];
        endless.resize(33, 0x80);
        assert_eq!(Atr::parse(&endless), Err(AtrError::Truncated { within: "interface bytes" }));
    }

    proptest! {
        #[test]
        fn no_atr_panics(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            if let Ok(atr) = Atr::parse(&bytes) {
                let _ = (atr.historical_bytes(), format!("{atr:?}"));
            }
        }

        #[test]
        fn no_atr_with_a_good_first_byte_panics(bytes in proptest::collection::vec(any::<u8>(), 0..33)) {
            let mut atr = vec![0x3B];
            atr.extend_from_slice(&bytes);
            let _ = Atr::parse(&atr);
        }
    }
}
