//! The shape of a command APDU (ISO/IEC 7816-3 section 12.1): enough to choose its way to the card, not what it asks.

use std::fmt;

/// A command APDU taken apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CommandApdu<'a> {
    /// CLA INS P1 P2.
    pub header: [u8; 4],
    pub data: &'a [u8],
    /// Bytes expected, 1 to 65,536; `None` where the command has no Le.
    pub expected: Option<u32>,
    pub form: Form,
}

/// How Lc and Le are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Short,
    Extended,
}

impl<'a> CommandApdu<'a> {
    /// `None` if the lengths do not fit: the caller built it wrong.
    pub fn parse(bytes: &'a [u8]) -> Option<Self> {
        let (&header, body) = bytes.split_first_chunk::<4>()?;
        let short = |le: u8| if le == 0 { 256 } else { u32::from(le) };
        let long = |le: [u8; 2]| if le == [0, 0] { 65_536 } else { u32::from(u16::from_be_bytes(le)) };
        let made = |data, expected, form| Some(Self { header, data, expected, form });
        match *body {
            [] => made(&[], None, Form::Short),
            [le] => made(&[], Some(short(le)), Form::Short),
            [0, high, low] => made(&[], Some(long([high, low])), Form::Extended),
            [0, high, low, ref rest @ ..] => {
                let lc = usize::from(u16::from_be_bytes([high, low]));
                if lc == 0 {
                    return None;
                }
                let (data, le) = rest.split_at_checked(lc)?;
                match *le {
                    [] => made(data, None, Form::Extended),
                    [high, low] => made(data, Some(long([high, low])), Form::Extended),
                    _ => None,
                }
            }
            [0, _] => None,
            [lc, ref rest @ ..] => {
                let (data, le) = rest.split_at_checked(lc.into())?;
                match *le {
                    [] => made(data, None, Form::Short),
                    [le] => made(data, Some(short(le)), Form::Short),
                    _ => None,
                }
            }
        }
    }
}

impl fmt::Debug for CommandApdu<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "CommandApdu({:02X?}, {} bytes, Le {:?}, {:?})",
            self.header,
            self.data.len(),
            self.expected,
            self.form
        )
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_seven_cases_are_told_apart() {
        let shape = |bytes: &[u8]| {
            let apdu = CommandApdu::parse(bytes).unwrap();
            (apdu.data.len(), apdu.expected, apdu.form)
        };
        assert_eq!(shape(&[0, 1, 2, 3]), (0, None, Form::Short));
        assert_eq!(shape(&[0, 1, 2, 3, 0]), (0, Some(256), Form::Short));
        assert_eq!(shape(&[0, 1, 2, 3, 2, 9, 9]), (2, None, Form::Short));
        assert_eq!(shape(&[0, 1, 2, 3, 2, 9, 9, 8]), (2, Some(8), Form::Short));
        assert_eq!(shape(&[0, 1, 2, 3, 0, 0, 0]), (0, Some(65_536), Form::Extended));
        assert_eq!(shape(&[0, 1, 2, 3, 0, 0, 1, 9]), (1, None, Form::Extended));
        assert_eq!(shape(&[0, 1, 2, 3, 0, 0, 1, 9, 1, 0]), (1, Some(256), Form::Extended));
    }

    #[test]
    fn lengths_that_do_not_fit_are_refused() {
        for bytes in [
            &[0, 1, 2][..],
            &[0, 1, 2, 3, 0, 1],
            &[0, 1, 2, 3, 2, 9],
            &[0, 1, 2, 3, 1, 9, 9, 9],
            &[0, 1, 2, 3, 0, 0, 0, 9],
            &[0, 1, 2, 3, 0, 0, 1, 9, 9],
        ] {
            assert_eq!(CommandApdu::parse(bytes), None, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn no_command_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = CommandApdu::parse(&bytes);
        }
    }
}
