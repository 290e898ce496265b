//! The number on a health-insurance card (thẻ BHYT).

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

/// Either the old 15-character card number (group, benefit, province, BHXH code) or the 10-digit BHXH code
/// that cards print since 01/04/2021 (QĐ 1351/QĐ-BHXH).
#[derive(Clone, PartialEq, Eq, Hash, Zeroize, ZeroizeOnDrop)]
pub struct InsuranceNumber(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InsuranceNumberError {
    #[error("an insurance number has 10 digits or 15 characters, this one has {0}")]
    Length(usize),
    #[error("a 10-character insurance number has digits only")]
    NotDigits,
    #[error("a 15-character insurance number is two capitals, a benefit digit 1 to 5 and 12 digits")]
    Form,
}

impl InsuranceNumber {
    pub fn parse(text: &str) -> Result<Self, InsuranceNumberError> {
        let bytes = text.as_bytes();
        match bytes.len() {
            10 if bytes.iter().all(u8::is_ascii_digit) => Ok(Self(text.to_owned())),
            10 => Err(InsuranceNumberError::NotDigits),
            15 => {
                let form = bytes[..2].iter().all(u8::is_ascii_uppercase)
                    && (b'1'..=b'5').contains(&bytes[2])
                    && bytes[3..].iter().all(u8::is_ascii_digit);
                if form { Ok(Self(text.to_owned())) } else { Err(InsuranceNumberError::Form) }
            }
            _ => Err(InsuranceNumberError::Length(text.chars().count())),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The digit the benefit level is derived from (character 3); the 10-digit code has none.
    pub fn benefit_code(&self) -> Option<u8> {
        (self.0.len() == 15).then(|| self.0.as_bytes()[2] - b'0')
    }

    pub fn masked(&self) -> String {
        format!("•••• •{}", &self.0[self.0.len() - 3..])
    }
}

impl fmt::Debug for InsuranceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InsuranceNumber({} characters)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_and_new_numbers_are_told_apart() {
        assert_eq!(InsuranceNumber::parse("GD4310000000017").expect("old").benefit_code(), Some(4));
        assert_eq!(InsuranceNumber::parse("0000000017").expect("new").benefit_code(), None);
        assert_eq!(InsuranceNumber::parse("GD9310000000017"), Err(InsuranceNumberError::Form));
        assert_eq!(InsuranceNumber::parse("000000001"), Err(InsuranceNumberError::Length(9)));
        assert_eq!(InsuranceNumber::parse("00000000é"), Err(InsuranceNumberError::NotDigits));
    }
}
