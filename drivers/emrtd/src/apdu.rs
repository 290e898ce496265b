//! Command and response APDUs, short and extended (ISO/IEC 7816-4 5.1).
//!
//! `61xx` and `6Cxx` are not handled here: they belong to the transmission, so the reader deals with them.

use std::fmt;

use zeroize::Zeroize;

/// What reader and card can carry together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ApduCapability {
    /// At most 255 bytes of data in a command, 256 in a response.
    Short,
    /// Whole APDUs, header and status word included, up to these sizes.
    Extended { max_command_bytes: usize, max_response_bytes: usize },
}

impl ApduCapability {
    /// The most data one response can carry.
    pub fn max_response_data_bytes(self) -> usize {
        match self {
            Self::Short => 256,
            Self::Extended { max_response_bytes, .. } => max_response_bytes.saturating_sub(2).clamp(256, 65_536),
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ApduError {
    #[error("a command APDU of {bytes} bytes is longer than reader and card can carry")]
    CommandTooLong { bytes: usize },
    #[error("a response APDU has at least the two bytes of its status word")]
    ResponseTooShort,
    #[error("a response APDU has at most 65538 bytes, this one has {0}")]
    ResponseTooLong(usize),
    #[error("the lengths in a command APDU disagree with its size")]
    CommandForm,
}

/// A command. Debug shows the header and lengths, never the data.
#[derive(Clone, PartialEq, Eq)]
pub struct CommandApdu {
    pub cla: u8,
    pub ins: u8,
    pub p1: u8,
    pub p2: u8,
    pub data: Vec<u8>,
    /// Le: how many bytes of response data are wanted at most (1 to 65536). `None`: no data is wanted.
    pub expected_bytes: Option<usize>,
}

impl CommandApdu {
    pub fn new(cla: u8, ins: u8, p1: u8, p2: u8) -> Self {
        Self { cla, ins, p1, p2, data: Vec::new(), expected_bytes: None }
    }

    pub fn with_data(mut self, data: Vec<u8>) -> Self {
        self.data = data;
        self
    }

    pub fn expecting(mut self, bytes: usize) -> Self {
        self.expected_bytes = Some(bytes);
        self
    }

    pub fn header(&self) -> [u8; 4] {
        [self.cla, self.ins, self.p1, self.p2]
    }

    /// Short form where it fits, extended form where it does not.
    pub fn encode(&self, capability: ApduCapability) -> Result<Vec<u8>, ApduError> {
        let short = self.data.len() <= 255 && self.expected_bytes.unwrap_or(0) <= 256;
        let mut out = self.header().to_vec();
        if short {
            if !self.data.is_empty() {
                out.push(self.data.len() as u8);
                out.extend_from_slice(&self.data);
            }
            if let Some(bytes) = self.expected_bytes {
                out.push((bytes % 256) as u8);
            }
            return Ok(out);
        }
        out.push(0);
        if !self.data.is_empty() {
            let length =
                u16::try_from(self.data.len()).map_err(|_| ApduError::CommandTooLong { bytes: self.data.len() })?;
            out.extend_from_slice(&length.to_be_bytes());
            out.extend_from_slice(&self.data);
        }
        if let Some(bytes) = self.expected_bytes {
            out.extend_from_slice(&((bytes % 65_536) as u16).to_be_bytes());
        }
        match capability {
            ApduCapability::Extended { max_command_bytes, .. } if out.len() <= max_command_bytes => Ok(out),
            ApduCapability::Extended { .. } | ApduCapability::Short => {
                Err(ApduError::CommandTooLong { bytes: out.len() })
            }
        }
    }

    /// The card's view: all seven cases of ISO/IEC 7816-4 table 5.
    pub fn parse(bytes: &[u8]) -> Result<Self, ApduError> {
        let [cla, ins, p1, p2, body @ ..] = bytes else { return Err(ApduError::CommandForm) };
        let mut command = Self::new(*cla, *ins, *p1, *p2);
        let short_le = |le: u8| if le == 0 { 256 } else { usize::from(le) };
        let extended_le = |high: u8, low: u8| match u16::from_be_bytes([high, low]) {
            0 => 65_536,
            length => usize::from(length),
        };
        match *body {
            [] => {}
            [le] => command.expected_bytes = Some(short_le(le)),
            [0, high, low] => command.expected_bytes = Some(extended_le(high, low)),
            [0, high, low, ref rest @ ..] => {
                let length = usize::from(u16::from_be_bytes([high, low]));
                if length == 0 || rest.len() < length {
                    return Err(ApduError::CommandForm);
                }
                let (data, le) = rest.split_at(length);
                command.data = data.to_vec();
                command.expected_bytes = match *le {
                    [] => None,
                    [high, low] => Some(extended_le(high, low)),
                    _ => return Err(ApduError::CommandForm),
                };
            }
            [length, ref rest @ ..] => {
                let length = usize::from(length);
                if length == 0 || rest.len() < length {
                    return Err(ApduError::CommandForm);
                }
                let (data, le) = rest.split_at(length);
                command.data = data.to_vec();
                command.expected_bytes = match *le {
                    [] => None,
                    [le] => Some(short_le(le)),
                    _ => return Err(ApduError::CommandForm),
                };
            }
        }
        Ok(command)
    }
}

impl fmt::Debug for CommandApdu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [cla, ins, p1, p2] = self.header();
        write!(f, "CommandApdu({cla:02X}{ins:02X}{p1:02X}{p2:02X}, {} bytes", self.data.len())?;
        match self.expected_bytes {
            Some(bytes) => write!(f, ", expecting {bytes})"),
            None => f.write_str(")"),
        }
    }
}

/// SW1 SW2.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct StatusWord(pub u16);

impl StatusWord {
    pub const OK: Self = Self(0x9000);
    /// End of file reached before Le bytes: the data that came is valid.
    pub const END_OF_FILE: Self = Self(0x6282);
    /// Verification failed, no counter stated.
    pub const AUTHENTICATION_FAILED: Self = Self(0x6300);
    pub const WRONG_LENGTH: Self = Self(0x6700);
    pub const SECURITY_STATUS: Self = Self(0x6982);
    pub const BLOCKED: Self = Self(0x6983);
    pub const CONDITIONS_OF_USE: Self = Self(0x6985);
    pub const NO_CURRENT_FILE: Self = Self(0x6986);
    pub const SM_OBJECT_MISSING: Self = Self(0x6987);
    pub const SM_OBJECT_WRONG: Self = Self(0x6988);
    pub const SM_NOT_SUPPORTED: Self = Self(0x6882);
    pub const WRONG_DATA: Self = Self(0x6A80);
    pub const FUNCTION_NOT_SUPPORTED: Self = Self(0x6A81);
    pub const FILE_NOT_FOUND: Self = Self(0x6A82);
    pub const WRONG_P1_P2: Self = Self(0x6A86);
    pub const REFERENCE_NOT_FOUND: Self = Self(0x6A88);
    pub const WRONG_OFFSET: Self = Self(0x6B00);
    pub const UNKNOWN_INSTRUCTION: Self = Self(0x6D00);
    pub const UNKNOWN_CLASS: Self = Self(0x6E00);

    pub fn is_ok(self) -> bool {
        self == Self::OK
    }

    /// `63Cx`: verification failed and x tries are left.
    pub fn tries_left(self) -> Option<u8> {
        (self.0 & 0xFFF0 == 0x63C0).then_some((self.0 & 0x0F) as u8)
    }
}

impl fmt::Debug for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

impl fmt::Display for StatusWord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04X}", self.0)
    }
}

/// A response. Debug shows length and status word, never the data; the data is wiped when dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct ResponseApdu {
    pub data: Vec<u8>,
    pub status: StatusWord,
}

impl ResponseApdu {
    pub fn parse(mut bytes: Vec<u8>) -> Result<Self, ApduError> {
        if bytes.len() > 65_538 {
            return Err(ApduError::ResponseTooLong(bytes.len()));
        }
        let (Some(sw2), Some(sw1)) = (bytes.pop(), bytes.pop()) else { return Err(ApduError::ResponseTooShort) };
        Ok(Self { data: bytes, status: StatusWord(u16::from_be_bytes([sw1, sw2])) })
    }
}

impl Drop for ResponseApdu {
    fn drop(&mut self) {
        self.data.zeroize();
    }
}

impl fmt::Debug for ResponseApdu {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ResponseApdu({} bytes, {})", self.data.len(), self.status)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const EXTENDED: ApduCapability = ApduCapability::Extended { max_command_bytes: 65_544, max_response_bytes: 65_538 };

    #[test]
    fn a_short_command_is_written_as_the_standard_shows_it() {
        let select = CommandApdu::new(0x00, 0xA4, 0x02, 0x0C).with_data(vec![0x01, 0x1E]);
        assert_eq!(select.encode(ApduCapability::Short), Ok(vec![0x00, 0xA4, 0x02, 0x0C, 0x02, 0x01, 0x1E]));
        let challenge = CommandApdu::new(0x00, 0x84, 0, 0).expecting(8);
        assert_eq!(challenge.encode(ApduCapability::Short), Ok(vec![0x00, 0x84, 0, 0, 8]));
    }

    #[test]
    fn a_long_command_needs_extended_length() {
        let command = CommandApdu::new(0x0C, 0xB0, 0, 0).with_data(vec![0; 300]).expecting(65_536);
        assert_eq!(command.encode(ApduCapability::Short), Err(ApduError::CommandTooLong { bytes: 309 }));
        let bytes = command.encode(EXTENDED).expect("extended length");
        assert_eq!((&bytes[..7], &bytes[307..]), (&[0x0C, 0xB0, 0, 0, 0, 1, 44][..], &[0, 0][..]));
        assert_eq!(CommandApdu::parse(&bytes), Ok(command));
    }

    #[test]
    fn a_response_without_status_word_is_refused() {
        assert_eq!(ResponseApdu::parse(vec![0x90]), Err(ApduError::ResponseTooShort));
        assert_eq!(ResponseApdu::parse(vec![0; 65_539]), Err(ApduError::ResponseTooLong(65_539)));
        assert_eq!(ResponseApdu::parse(vec![1, 0x90, 0x00]).expect("valid").status, StatusWord::OK);
    }

    #[test]
    fn debug_output_hides_the_data() {
        let command = CommandApdu::new(0, 0x88, 0, 0).with_data(vec![0xAB; 8]).expecting(256);
        assert_eq!(format!("{command:?}"), "CommandApdu(00880000, 8 bytes, expecting 256)");
        let response = ResponseApdu { data: vec![0xAB; 4], status: StatusWord::OK };
        assert_eq!(format!("{response:?}"), "ResponseApdu(4 bytes, 9000)");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            let _ = ResponseApdu::parse(bytes.clone());
            let _ = CommandApdu::parse(&bytes);
        }

        #[test]
        fn what_is_written_is_read_back(
            header in any::<[u8; 4]>(),
            data in prop::collection::vec(any::<u8>(), 0..600),
            expected in prop::option::of(1usize..=65_536),
        ) {
            let [cla, ins, p1, p2] = header;
            let command = CommandApdu { cla, ins, p1, p2, data, expected_bytes: expected };
            let bytes = command.encode(EXTENDED).expect("extended length carries it");
            prop_assert_eq!(CommandApdu::parse(&bytes), Ok(command));
        }
    }
}
