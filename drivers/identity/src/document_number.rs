//! The document number of a machine-readable zone.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// 1 to 22 characters `A-Z0-9` (ICAO Doc 9303-5 4.2.2, long document numbers included), fillers removed.
#[derive(Clone, PartialEq, Eq, Hash, Zeroize, ZeroizeOnDrop)]
pub struct DocumentNumber(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DocumentNumberError {
    #[error("a document number has 1 to 22 characters, this one has {0}")]
    Length(usize),
    #[error("a document number has capitals A-Z and digits only")]
    Character,
}

impl DocumentNumber {
    pub fn parse(text: &str) -> Result<Self, DocumentNumberError> {
        let text = text.trim_end_matches('<');
        if text.is_empty() || text.chars().count() > 22 {
            return Err(DocumentNumberError::Length(text.chars().count()));
        }
        if !text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'<') {
            return Err(DocumentNumberError::Character);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DocumentNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DocumentNumber({} characters)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fillers_go_and_small_letters_are_refused() {
        assert_eq!(DocumentNumber::parse("L898902C<").expect("valid").as_str(), "L898902C");
        assert_eq!(DocumentNumber::parse("l898902c"), Err(DocumentNumberError::Character));
        assert_eq!(DocumentNumber::parse("<<<"), Err(DocumentNumberError::Length(0)));
    }
}
