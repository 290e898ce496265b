//! The health-insurance code of a facility.

use std::fmt;

/// Five letters or digits (QĐ 384/2019), not the 13-digit GLN: the two are never mixed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FacilityCode(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a facility code has 5 capitals or digits (the insurance code, not the 13-digit GLN)")]
pub struct FacilityCodeError;

impl FacilityCode {
    pub fn parse(text: &str) -> Result<Self, FacilityCodeError> {
        if text.len() == 5 && text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(FacilityCodeError)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// `maTinh` of the gateway: the first two characters.
    pub fn province(&self) -> &str {
        &self.0[..2]
    }
}

impl fmt::Display for FacilityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gln_is_not_a_facility_code() {
        assert!(FacilityCode::parse("31999").is_ok());
        assert!(FacilityCode::parse("8930001234567").is_err());
        assert!(FacilityCode::parse("3199é").is_err());
    }
}
