//! Nationality as the gateway codes it: three digits of Annex 2 of TT 07/2016/TT-BCA.
//!
//! The annex itself was not at hand, so no list of countries stands in this crate. Vietnam's own code, `000`, is
//! recalled and unconfirmed: it is a setting ([`crate::Settings::vietnam`]), and so are the names of other codes.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NationalityCode(u16);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a nationality code has three digits")]
pub struct NationalityCodeError;

impl NationalityCode {
    /// Recalled, unconfirmed: the default of the setting, to be confirmed by the facility.
    pub const VIETNAM_RECALLED: Self = Self(0);

    pub fn parse(text: &str) -> Result<Self, NationalityCodeError> {
        if text.len() != 3 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(NationalityCodeError);
        }
        text.parse().map(Self).map_err(|_| NationalityCodeError)
    }
}

impl fmt::Display for NationalityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:03}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn three_digits_and_nothing_else() {
        assert_eq!(NationalityCode::parse("000").expect("code"), NationalityCode::VIETNAM_RECALLED);
        assert_eq!(NationalityCode::parse("107").expect("code").to_string(), "107");
        for text in ["", "VN", "00", "0000", "+01"] {
            assert_eq!(NationalityCode::parse(text), Err(NationalityCodeError), "{text}");
        }
    }
}
