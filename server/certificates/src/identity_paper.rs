//! The paper a person identifies with, as the certificates name it.

use std::fmt;

use identity::CitizenId;
use time::Date;
use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::FreeText;

/// LOAI_GIAYTO: 1 CCCD, 2 CMND, 3 passport, 4 personal number; 0 stands for "no paper" and is no paper.
/// (TT25TS writes 6 for "none" in deaths; the checker of the portal allows 0 to 4 only, so 0 is written.)
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaperKind {
    CitizenCard,
    OldCard,
    Passport,
    PersonalNumber,
}

/// The number of such a paper.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaperNumber {
    CitizenCard(CitizenId),
    OldCard(OldCardNumber),
    Passport(PassportNumber),
    PersonalNumber(CitizenId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdentityPaper {
    pub number: PaperNumber,
    pub issued: Option<Date>,
    pub issuer: Option<FreeText<1024>>,
}

/// The nine digits of a chứng minh nhân dân.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct OldCardNumber(String);

/// 5 to 15 capitals and digits. (DHG allows one capital and seven digits; foreign passports differ, and some have digits
/// only.)
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct PassportNumber(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PaperError {
    #[error("a citizen card or personal number has 12 digits")]
    CitizenId,
    #[error("an old identity card has 9 digits")]
    OldCard,
    #[error("a passport number has 5 to 15 capitals and digits")]
    Passport,
}

impl PaperKind {
    pub const ALL: [Self; 4] = [Self::CitizenCard, Self::OldCard, Self::Passport, Self::PersonalNumber];
    /// "No paper".
    pub const NONE_CODE: &'static str = "0";

    pub fn code(self) -> &'static str {
        match self {
            Self::CitizenCard => "1",
            Self::OldCard => "2",
            Self::Passport => "3",
            Self::PersonalNumber => "4",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == code)
    }
}

impl PaperNumber {
    pub fn parse(kind: PaperKind, text: &str) -> Result<Self, PaperError> {
        let citizen = || CitizenId::parse(text).map_err(|_| PaperError::CitizenId);
        match kind {
            PaperKind::CitizenCard => citizen().map(Self::CitizenCard),
            PaperKind::OldCard => OldCardNumber::parse(text).map(Self::OldCard),
            PaperKind::Passport => PassportNumber::parse(text).map(Self::Passport),
            PaperKind::PersonalNumber => citizen().map(Self::PersonalNumber),
        }
    }

    /// Where the form does not say which paper: 12 digits, 9 digits, else a passport, which then must have a letter:
    /// a mistyped number does not pass for one.
    pub fn infer(text: &str) -> Result<Self, PaperError> {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        match (digits, text.len()) {
            (true, 12) => Self::parse(PaperKind::CitizenCard, text),
            (true, 9) => Self::parse(PaperKind::OldCard, text),
            (true, _) => Err(PaperError::Passport),
            (false, _) => Self::parse(PaperKind::Passport, text),
        }
    }

    pub fn kind(&self) -> PaperKind {
        match self {
            Self::CitizenCard(_) => PaperKind::CitizenCard,
            Self::OldCard(_) => PaperKind::OldCard,
            Self::Passport(_) => PaperKind::Passport,
            Self::PersonalNumber(_) => PaperKind::PersonalNumber,
        }
    }

    pub fn as_str(&self) -> &str {
        match self {
            Self::CitizenCard(id) | Self::PersonalNumber(id) => id.as_str(),
            Self::OldCard(number) => &number.0,
            Self::Passport(number) => &number.0,
        }
    }

    /// The 12-digit number, for those who have one: it decides who may read and confirm a paper.
    pub fn citizen_id(&self) -> Option<&CitizenId> {
        match self {
            Self::CitizenCard(id) | Self::PersonalNumber(id) => Some(id),
            Self::OldCard(_) | Self::Passport(_) => None,
        }
    }
}

impl OldCardNumber {
    pub fn parse(text: &str) -> Result<Self, PaperError> {
        let form = text.len() == 9 && text.bytes().all(|b| b.is_ascii_digit());
        if form { Ok(Self(text.to_owned())) } else { Err(PaperError::OldCard) }
    }
}

impl PassportNumber {
    pub fn parse(text: &str) -> Result<Self, PaperError> {
        let characters = text.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if characters && (5..=15).contains(&text.len()) { Ok(Self(text.to_owned())) } else { Err(PaperError::Passport) }
    }
}

impl fmt::Debug for OldCardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("OldCardNumber(9 digits)")
    }
}

impl fmt::Debug for PassportNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PassportNumber({} characters)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_of_a_number_tells_the_paper() {
        let kind = |text: &str| PaperNumber::infer(text).map(|number| number.kind());
        assert_eq!(kind("085000000017"), Ok(PaperKind::CitizenCard));
        assert_eq!(kind("031000017"), Ok(PaperKind::OldCard));
        assert_eq!(kind("C1234567"), Ok(PaperKind::Passport));
        assert_eq!(kind("0310000171"), Err(PaperError::Passport));
        assert_eq!(kind(""), Err(PaperError::Passport));
    }

    #[test]
    fn a_number_that_does_not_fit_its_paper_is_refused_by_name() {
        assert_eq!(PaperNumber::parse(PaperKind::CitizenCard, "031000017"), Err(PaperError::CitizenId));
        assert_eq!(PaperNumber::parse(PaperKind::OldCard, "085000000017"), Err(PaperError::OldCard));
        assert_eq!(PaperNumber::parse(PaperKind::Passport, "c1234567"), Err(PaperError::Passport));
        assert!(PaperNumber::parse(PaperKind::Passport, "123456789").is_ok());
    }
}
