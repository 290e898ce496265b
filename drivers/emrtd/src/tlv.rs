//! BER-TLV as the logical data structure and secure messaging use it (ISO/IEC 7816-4 5.2.2, ICAO Doc 9303-10 4).
//!
//! Limits stand at the door, because chips repeat nesting without end and announce absurd sizes: tags of at most
//! three bytes, definite lengths of at most three bytes after the first, [`MAX_DEPTH`] levels, [`MAX_ELEMENTS`]
//! elements in one template. Indefinite lengths are left out on purpose: the standard forbids them here.

use std::fmt;

/// Templates within templates.
pub const MAX_DEPTH: u8 = 8;
/// Elements side by side in one template.
pub const MAX_ELEMENTS: usize = 64;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TlvError {
    #[error("the data ends inside a tag, a length or a value")]
    Truncated,
    #[error("a tag has more than three bytes")]
    TagTooLong,
    #[error("a length is indefinite or has more than three bytes")]
    LengthForm,
    #[error("templates are nested more than {MAX_DEPTH} deep")]
    TooDeep,
    #[error("a template holds more than {MAX_ELEMENTS} elements")]
    TooManyElements,
    #[error("expected tag {expected:X}, found {found:X}")]
    UnexpectedTag { expected: u32, found: u32 },
    #[error("element {0:X} is missing")]
    Missing(u32),
    #[error("bytes follow the last element")]
    TrailingBytes,
}

/// One element. Debug shows tag and length, never the value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Tlv<'a> {
    /// The tag bytes as one number, `0x7F61` for instance.
    pub tag: u32,
    pub value: &'a [u8],
    depth: u8,
}

impl<'a> Tlv<'a> {
    /// The element at the start of `bytes` and what follows it.
    pub fn parse(bytes: &'a [u8]) -> Result<(Self, &'a [u8]), TlvError> {
        Self::parse_at(bytes, 0)
    }

    /// The only element in `bytes`, which must carry `tag`.
    pub fn parse_only(bytes: &'a [u8], tag: u32) -> Result<Self, TlvError> {
        let (element, rest) = Self::parse(bytes)?;
        if !rest.is_empty() {
            return Err(TlvError::TrailingBytes);
        }
        element.expect_tag(tag)
    }

    /// The elements inside this one.
    pub fn children(&self) -> Result<Elements<'a>, TlvError> {
        if self.depth + 1 >= MAX_DEPTH {
            return Err(TlvError::TooDeep);
        }
        Ok(Elements { rest: self.value, depth: self.depth + 1, seen: 0 })
    }

    /// The first child with `tag`.
    pub fn child(&self, tag: u32) -> Result<Self, TlvError> {
        for element in self.children()? {
            let element = element?;
            if element.tag == tag {
                return Ok(element);
            }
        }
        Err(TlvError::Missing(tag))
    }

    pub fn expect_tag(self, expected: u32) -> Result<Self, TlvError> {
        if self.tag == expected { Ok(self) } else { Err(TlvError::UnexpectedTag { expected, found: self.tag }) }
    }

    fn parse_at(bytes: &'a [u8], depth: u8) -> Result<(Self, &'a [u8]), TlvError> {
        let header = Header::parse(bytes)?.ok_or(TlvError::Truncated)?;
        let body = &bytes[header.header_bytes..];
        if body.len() < header.value_bytes {
            return Err(TlvError::Truncated);
        }
        let (value, rest) = body.split_at(header.value_bytes);
        Ok((Self { tag: header.tag, value, depth }, rest))
    }
}

impl fmt::Debug for Tlv<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tlv({:X}, {} bytes)", self.tag, self.value.len())
    }
}

/// Elements side by side. Ends after the first error.
#[derive(Clone)]
pub struct Elements<'a> {
    rest: &'a [u8],
    depth: u8,
    seen: usize,
}

impl<'a> Elements<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes, depth: 0, seen: 0 }
    }

    /// What has not been walked over yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Result<Tlv<'a>, TlvError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        self.seen += 1;
        let parsed = if self.seen > MAX_ELEMENTS {
            Err(TlvError::TooManyElements)
        } else {
            Tlv::parse_at(self.rest, self.depth)
        };
        match parsed {
            Ok((element, rest)) => {
                self.rest = rest;
                Some(Ok(element))
            }
            Err(error) => {
                self.rest = &[];
                Some(Err(error))
            }
        }
    }
}

/// Tag and length, before the value has been read: how the reader learns a file's size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub tag: u32,
    pub header_bytes: usize,
    pub value_bytes: usize,
}

impl Header {
    /// `None` if `bytes` ends before the header does.
    pub fn parse(bytes: &[u8]) -> Result<Option<Self>, TlvError> {
        let mut at = 0;
        let mut next = || {
            let byte = bytes.get(at).copied();
            at += 1;
            byte
        };
        let Some(first) = next() else { return Ok(None) };
        let mut tag = u32::from(first);
        if first & 0x1F == 0x1F {
            loop {
                if tag > 0xFFFF {
                    return Err(TlvError::TagTooLong);
                }
                let Some(byte) = next() else { return Ok(None) };
                tag = tag << 8 | u32::from(byte);
                if byte & 0x80 == 0 {
                    break;
                }
            }
        }
        let Some(first) = next() else { return Ok(None) };
        let value_bytes = match first {
            0..=0x7F => usize::from(first),
            0x81..=0x83 => {
                let mut length = 0;
                for _ in 0x80..first {
                    let Some(byte) = next() else { return Ok(None) };
                    length = length << 8 | usize::from(byte);
                }
                length
            }
            _ => return Err(TlvError::LengthForm),
        };
        Ok(Some(Self { tag, header_bytes: at, value_bytes }))
    }

    pub fn total_bytes(&self) -> usize {
        self.header_bytes + self.value_bytes
    }
}

/// One element as bytes.
///
/// # Panics
/// If `value` has 16 MiB or more, which no caller in this crate can reach.
pub fn encode(tag: u32, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len() + 7);
    let tag_bytes = tag.to_be_bytes();
    let skip = tag_bytes.iter().take(3).take_while(|byte| **byte == 0).count();
    out.extend_from_slice(&tag_bytes[skip..]);
    let length = u32::try_from(value.len()).expect("an element has fewer than 16 MiB").to_be_bytes();
    match value.len() {
        0..=0x7F => out.push(length[3]),
        0x80..=0xFF => out.extend_from_slice(&[0x81, length[3]]),
        0x100..=0xFFFF => out.extend_from_slice(&[0x82, length[2], length[3]]),
        0x1_0000..=0xFF_FFFF => out.extend_from_slice(&[0x83, length[1], length[2], length[3]]),
        _ => panic!("an element has fewer than 16 MiB"),
    }
    out.extend_from_slice(value);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn long_tags_and_lengths_are_read_back_as_written() {
        for (tag, size) in [(0x04, 0), (0x5F1F, 90), (0x7F61, 200), (0x75, 300), (0x75, 70_000)] {
            let bytes = encode(tag, &vec![7; size]);
            let element = Tlv::parse_only(&bytes, tag).expect("what was written");
            assert_eq!(element.value.len(), size);
        }
    }

    #[test]
    fn a_header_may_arrive_in_pieces() {
        let bytes = encode(0x7F61, &[0; 300]);
        assert_eq!(Header::parse(&bytes[..4]), Ok(None));
        let header = Header::parse(&bytes[..5]).expect("well formed").expect("complete");
        assert_eq!((header.header_bytes, header.value_bytes, header.total_bytes()), (5, 300, 305));
    }

    #[test]
    fn nesting_without_end_is_refused() {
        let mut bytes = vec![];
        for _ in 0..20 {
            bytes = encode(0x30, &bytes);
        }
        let (mut element, _) = Tlv::parse(&bytes).expect("outermost");
        let mut depth = 1;
        let error = loop {
            match element.child(0x30) {
                Ok(inner) => (element, depth) = (inner, depth + 1),
                Err(error) => break error,
            }
        };
        assert_eq!((depth, error), (MAX_DEPTH, TlvError::TooDeep));
    }

    #[test]
    fn more_elements_than_the_limit_are_refused() {
        let bytes = [0x04, 0x00].repeat(MAX_ELEMENTS + 1);
        assert_eq!(Elements::new(&bytes).last(), Some(Err(TlvError::TooManyElements)));
    }

    #[test]
    fn each_malformed_element_has_its_name() {
        assert_eq!(Tlv::parse(&[0x30, 0x05, 1]), Err(TlvError::Truncated));
        assert_eq!(Tlv::parse(&[0x30, 0x80, 0, 0]), Err(TlvError::LengthForm));
        assert_eq!(Tlv::parse(&[0x30, 0x84, 0, 0, 0, 1, 9]), Err(TlvError::LengthForm));
        assert_eq!(Tlv::parse(&[0x7F, 0x81, 0x81, 0x81, 0x01, 0]), Err(TlvError::TagTooLong));
        assert_eq!(Tlv::parse_only(&[0x04, 0, 0], 0x04), Err(TlvError::TrailingBytes));
        assert_eq!(Tlv::parse_only(&[0x04, 0], 0x05), Err(TlvError::UnexpectedTag { expected: 5, found: 4 }));
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..600)) {
            fn walk(elements: Elements<'_>) {
                for element in elements.flatten() {
                    if let Ok(children) = element.children() {
                        walk(children);
                    }
                }
            }
            walk(Elements::new(&bytes));
        }
    }
}
