//! What the contract leaves open and a facility must be able to set, and what a check needs to know.

use identity::FacilityCode;
use time::{Date, PrimitiveDateTime};

use crate::driver::{Alcohol, AlcoholAmount, AlcoholMedium, Verdict};
use crate::{EthnicityCode, NationalityCode};

/// Codes that no public source confirms, and limits a facility decides. The defaults are the best known values.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Vietnam's nationality code (`000` is recalled, unconfirmed).
    pub vietnam: NationalityCode,
    /// Codes and names of other nationalities that the forms offer.
    pub nationalities: Vec<(NationalityCode, String)>,
    /// MA_DANTOC of a foreigner (`55` is recalled, unconfirmed).
    pub foreign_ethnicity: EthnicityCode,
    pub conclusions: ConclusionCodes,
    pub alcohol_limits: AlcoholLimits,
}

/// KETLUAN on the wire. That A0-1 means fit, A0-2 unfit and A0-3 fit with re-examination is our reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConclusionCodes {
    fit: String,
    unfit: String,
    reexamine: String,
}

/// A fit conclusion is blocked when more than this was measured. The law on road traffic allows none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlcoholLimits {
    pub blood: AlcoholAmount,
    pub breath: AlcoholAmount,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the three conclusion codes are different and 1 to 20 letters, digits or hyphens each")]
pub struct ConclusionCodesError;

/// What a check needs besides the draft.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Local time of the hospital.
    pub now: PrimitiveDateTime,
    /// The facility the paper is issued by and sent for.
    pub facility: &'a FacilityCode,
    pub settings: &'a Settings,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            vietnam: NationalityCode::VIETNAM_RECALLED,
            nationalities: Vec::new(),
            foreign_ethnicity: EthnicityCode::FOREIGN_RECALLED,
            conclusions: ConclusionCodes::default(),
            alcohol_limits: AlcoholLimits { blood: AlcoholAmount::ZERO, breath: AlcoholAmount::ZERO },
        }
    }
}

impl Default for ConclusionCodes {
    fn default() -> Self {
        Self { fit: "A0-1".to_owned(), unfit: "A0-2".to_owned(), reexamine: "A0-3".to_owned() }
    }
}

impl ConclusionCodes {
    pub fn new(fit: &str, unfit: &str, reexamine: &str) -> Result<Self, ConclusionCodesError> {
        let form =
            |code: &str| (1..=20).contains(&code.len()) && code.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let different = fit != unfit && unfit != reexamine && fit != reexamine;
        if different && [fit, unfit, reexamine].into_iter().all(form) {
            Ok(Self { fit: fit.to_owned(), unfit: unfit.to_owned(), reexamine: reexamine.to_owned() })
        } else {
            Err(ConclusionCodesError)
        }
    }

    pub fn code(&self, verdict: Verdict) -> &str {
        match verdict {
            Verdict::Fit => &self.fit,
            Verdict::Unfit => &self.unfit,
            Verdict::Reexamine => &self.reexamine,
        }
    }

    pub fn verdict(&self, code: &str) -> Option<Verdict> {
        Verdict::ALL.into_iter().find(|verdict| self.code(*verdict) == code)
    }
}

impl AlcoholLimits {
    pub fn exceeded_by(&self, alcohol: Alcohol) -> bool {
        let limit = match alcohol.medium {
            AlcoholMedium::Blood => self.blood,
            AlcoholMedium::Breath => self.breath,
        };
        alcohol.amount > limit
    }
}

impl Context<'_> {
    pub fn today(&self) -> Date {
        self.now.date()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conclusion_codes_are_a_setting_and_must_differ() {
        let codes = ConclusionCodes::new("1", "2", "3").expect("codes");
        assert_eq!(codes.verdict("3"), Some(Verdict::Reexamine));
        assert_eq!(codes.verdict("A0-3"), None);
        assert_eq!(ConclusionCodes::new("1", "1", "3"), Err(ConclusionCodesError));
        assert_eq!(ConclusionCodes::new("", "2", "3"), Err(ConclusionCodesError));
        assert_eq!(ConclusionCodes::new("<", "2", "3"), Err(ConclusionCodesError));
    }
}
