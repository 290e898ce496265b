//! Text a person wrote.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// 1 to `MAX` characters in normal form C, single spaces, no control characters.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct FreeText<const MAX: usize>(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FreeTextError {
    #[error("the text is empty")]
    Empty,
    #[error("the text has {length} characters, {max} are allowed")]
    TooLong { length: usize, max: usize },
    #[error("the text has a character that cannot be written")]
    Character,
}

impl<const MAX: usize> FreeText<MAX> {
    pub fn parse(text: &str) -> Result<Self, FreeTextError> {
        if text.chars().any(|c| (c.is_control() && !c.is_whitespace()) || is_not_xml(c)) {
            return Err(FreeTextError::Character);
        }
        let text = text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
        match text.chars().count() {
            0 => Err(FreeTextError::Empty),
            length if length > MAX => Err(FreeTextError::TooLong { length, max: MAX }),
            _ => Ok(Self(text)),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Characters no XML 1.0 document can hold (XML 1.0 2.2), besides the control characters.
pub(crate) fn is_not_xml(c: char) -> bool {
    matches!(c, '\u{fffe}' | '\u{ffff}')
}

/// What people write is personal: it stays out of logs.
impl<const MAX: usize> fmt::Debug for FreeText<MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FreeText({} characters)", self.0.chars().count())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_normalised_and_bounded() {
        assert_eq!(FreeText::<20>::parse("  Xã \n  Hòa An ").expect("text").as_str(), "Xã Hòa An");
        assert_eq!(FreeText::<3>::parse("bốn chữ"), Err(FreeTextError::TooLong { length: 7, max: 3 }));
        assert_eq!(FreeText::<3>::parse(" \t"), Err(FreeTextError::Empty));
        assert_eq!(FreeText::<9>::parse("a\u{1b}b"), Err(FreeTextError::Character));
        assert_eq!(FreeText::<9>::parse("a\u{ffff}b"), Err(FreeTextError::Character));
    }
}
