//! Numbers of social insurance: the BHXH code, the BHYT card, the temporary card of a newborn.

use std::fmt;

use identity::InsuranceNumber;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// The ten digits of a person in the social-insurance register (mã số BHXH).
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct BhxhCode(String);

/// What MA_BHXH_NND holds: a code, or ten zeros for a mother who has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BhxhEntry {
    Code(BhxhCode),
    None,
}

/// The 15 characters of a BHYT card (QĐ 1351/QĐ-BHXH).
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct InsuranceCard(String);

/// The temporary card of a newborn: `TE1`, the province, ten digits.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct ChildCard(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InsuranceError {
    #[error("a BHXH code has 10 digits")]
    BhxhCode,
    #[error("a BHYT card number is two capitals, a benefit digit 1 to 5 and 12 digits")]
    Card,
    #[error("a temporary child card is TE1 and 12 digits")]
    ChildCard,
}

impl BhxhCode {
    /// Ten zeros stand for "none" and are no code: see [`BhxhEntry`].
    pub fn parse(text: &str) -> Result<Self, InsuranceError> {
        let form = text.len() == 10 && text.bytes().all(|b| b.is_ascii_digit()) && text != BhxhEntry::NO_NUMBER;
        if form { Ok(Self(text.to_owned())) } else { Err(InsuranceError::BhxhCode) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl BhxhEntry {
    /// "0000000000" (TT 22/2025/TT-BYT).
    pub const NO_NUMBER: &'static str = "0000000000";

    pub fn parse(text: &str) -> Result<Self, InsuranceError> {
        if text == Self::NO_NUMBER { Ok(Self::None) } else { BhxhCode::parse(text).map(Self::Code) }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::Code(code) => code.as_str(),
            Self::None => Self::NO_NUMBER,
        }
    }
}

impl InsuranceCard {
    pub fn parse(text: &str) -> Result<Self, InsuranceError> {
        match InsuranceNumber::parse(text) {
            Ok(_) if text.len() == 15 => Ok(Self(text.to_owned())),
            _ => Err(InsuranceError::Card),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The BHXH code of the holder: the last ten digits.
    pub fn bhxh_code(&self) -> &str {
        &self.0[5..]
    }
}

impl ChildCard {
    pub fn parse(text: &str) -> Result<Self, InsuranceError> {
        let digits = text.strip_prefix("TE1").ok_or(InsuranceError::ChildCard)?;
        let form = digits.len() == 12 && digits.bytes().all(|b| b.is_ascii_digit());
        if form { Ok(Self(text.to_owned())) } else { Err(InsuranceError::ChildCard) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Characters 4 and 5.
    pub fn province(&self) -> &str {
        &self.0[3..5]
    }
}

impl fmt::Debug for BhxhCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BhxhCode(10 digits)")
    }
}

impl fmt::Debug for InsuranceCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InsuranceCard(15 characters)")
    }
}

impl fmt::Debug for ChildCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChildCard(15 characters)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_zeros_mean_that_the_mother_has_no_number() {
        assert_eq!(BhxhEntry::parse("0000000000"), Ok(BhxhEntry::None));
        assert!(BhxhCode::parse("0000000000").is_err());
        assert!(matches!(BhxhEntry::parse("0000000017"), Ok(BhxhEntry::Code(_))));
        assert_eq!(BhxhEntry::parse("000000017"), Err(InsuranceError::BhxhCode));
    }

    #[test]
    fn a_card_ends_in_the_holders_bhxh_code() {
        assert_eq!(InsuranceCard::parse("GD4310000000017").expect("card").bhxh_code(), "0000000017");
        assert_eq!(InsuranceCard::parse("0000000017"), Err(InsuranceError::Card));
    }

    #[test]
    fn a_newborns_card_names_its_province() {
        assert_eq!(ChildCard::parse("TE1310000000025").expect("card").province(), "31");
        for text in ["TE2310000000025", "TE131000000002", "TE13100000000é5"] {
            assert_eq!(ChildCard::parse(text), Err(InsuranceError::ChildCard), "{text}");
        }
    }
}
