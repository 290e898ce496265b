//! Giấy khám sức khỏe lái xe: the record of the driver service (`/api/hssk/gksk`) under TT 36/2024/TT-BYT.
//!
//! One record for each licence class; several classes of one examination share the number. The health-check route of
//! QĐ 1551/QĐ-BYT (GATEWAY 1.8) is left out on purpose.

mod fields;
mod parse;
mod wire;

use std::fmt;

use identity::{DocumentDate, FacilityCode, PersonName, Sex};
use time::Date;

use crate::catalogue::CommuneCode;
use crate::identity_paper::IdentityPaper;
use crate::{FreeText, LicenceClasses};

pub(crate) use fields::FIELDS;
pub(crate) use parse::parse;
pub(crate) use wire::{BODY, ROOT, elements, root_name};

/// A driver's health certificate that passed every check.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DriverHealth {
    pub name: PersonName,
    /// The driver service knows two values only: 0 Nam, 1 Nữ.
    pub sex: DriverSex,
    pub born: DocumentDate,
    pub paper: IdentityPaper,
    pub address: FreeText<255>,
    pub commune: CommuneCode,
    pub citizen_code: Option<FreeText<50>>,
    pub mobile: Option<Phone>,
    pub email: Option<Email>,
    pub examined: Option<Date>,
    /// None: not tested (TT 36/2024 no longer asks for it), or nothing found. Both are written 0.
    pub alcohol: Option<Alcohol>,
    pub drugs: DrugTest,
    pub concluded: Date,
    pub doctor: PersonName,
    pub outcome: Outcome,
    /// One record for each goes to the service.
    pub classes: LicenceClasses,
    pub reason: Option<FreeText<1024>>,
    pub condition: Option<FreeText<1024>>,
    pub facility: FacilityCode,
    pub facility_name: FreeText<255>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriverSex {
    Male,
    Female,
}

/// One of the three conclusions of the form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Fit,
    Unfit,
    /// Meets the standard, but is seen again on that day.
    Reexamine {
        on: Date,
    },
}

/// The outcome without its date: what KETLUAN codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    Fit,
    Unfit,
    Reexamine,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrugTest {
    Negative,
    Positive,
}

/// An amount that was measured, more than none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Alcohol {
    pub amount: AlcoholAmount,
    pub medium: AlcoholMedium,
}

/// DVINONGDOCON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AlcoholMedium {
    /// mg in 100 ml of blood.
    Blood,
    /// mg in 1 l of breath.
    Breath,
}

/// Hundredths of the unit, up to 999.99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct AlcoholAmount(u32);

/// 8 to 15 digits, with a plus before them when international.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

/// A mail address of at most 254 characters; only its shape is checked.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

impl DriverHealth {
    /// 12 months after the conclusion (TT 36/2024/TT-BYT).
    pub fn valid_until(&self) -> Date {
        twelve_months_after(self.concluded)
    }
}

/// The same day next year; 29 February becomes the 28th.
pub fn twelve_months_after(day: Date) -> Date {
    day.replace_year(day.year() + 1)
        .or_else(|_| day.replace_day(28).and_then(|day| day.replace_year(day.year() + 1)))
        .unwrap_or(day)
}

impl DriverSex {
    pub fn code(self) -> &'static str {
        match self {
            Self::Male => "0",
            Self::Female => "1",
        }
    }

    pub fn sex(self) -> Sex {
        match self {
            Self::Male => Sex::Male,
            Self::Female => Sex::Female,
        }
    }
}

impl Outcome {
    pub fn verdict(self) -> Verdict {
        match self {
            Self::Fit => Verdict::Fit,
            Self::Unfit => Verdict::Unfit,
            Self::Reexamine { .. } => Verdict::Reexamine,
        }
    }
}

impl Verdict {
    pub const ALL: [Self; 3] = [Self::Fit, Self::Unfit, Self::Reexamine];

    /// What the draft holds. The wire code is a setting: [`crate::ConclusionCodes`].
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Fit => "FIT",
            Self::Unfit => "UNFIT",
            Self::Reexamine => "REEXAMINE",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.as_str() == text)
    }
}

impl AlcoholAmount {
    pub const ZERO: Self = Self(0);

    /// `12`, `12.5`, `0,25`: up to 999.99.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, part) = text.split_once(['.', ',']).unwrap_or((text, "0"));
        let digits = |text: &str, longest: usize| {
            (1..=longest).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit())
        };
        if !digits(whole, 3) || !digits(part, 2) {
            return None;
        }
        let hundredths: u32 = format!("{part:0<2}").parse().ok()?;
        Some(Self(whole.parse::<u32>().ok()? * 100 + hundredths))
    }
}

impl fmt::Display for AlcoholAmount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, part) = (self.0 / 100, self.0 % 100);
        match part {
            0 => write!(f, "{whole}"),
            part if part.is_multiple_of(10) => write!(f, "{whole}.{}", part / 10),
            part => write!(f, "{whole}.{part:02}"),
        }
    }
}

impl Phone {
    pub fn parse(text: &str) -> Option<Self> {
        let plain: String = text.chars().filter(|c| !matches!(c, ' ' | '.' | '-')).collect();
        let digits = plain.strip_prefix('+').unwrap_or(&plain);
        let form = (8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
        form.then_some(Self(plain))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Email {
    pub fn parse(text: &str) -> Option<Self> {
        let (local, host) = text.split_once('@')?;
        let plain =
            |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_graphic() && !b"<>\"'&@,;".contains(&b));
        let form = plain(local) && plain(host) && host.contains('.') && text.len() <= 254;
        form.then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DriverHealth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DriverHealth(..)")
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(..)")
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Email(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::date;

    #[test]
    fn a_conclusion_holds_for_twelve_months() {
        assert_eq!(twelve_months_after(date!(2026 - 11 - 23)), date!(2027 - 11 - 23));
        assert_eq!(twelve_months_after(date!(2028 - 02 - 29)), date!(2029 - 02 - 28));
    }

    #[test]
    fn an_amount_is_read_with_point_or_comma() {
        let read = |text: &str| AlcoholAmount::parse(text).map(|amount| amount.to_string());
        assert_eq!(read("12").as_deref(), Some("12"));
        assert_eq!(read("0,25").as_deref(), Some("0.25"));
        assert_eq!(read("0.50").as_deref(), Some("0.5"));
        assert_eq!(read("0.05").as_deref(), Some("0.05"));
        for text in ["", ".", "1.", ".5", "1000", "1.234", "-1", "1e2", "٣"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn contacts_have_a_shape() {
        assert!(Phone::parse("0912 345 678").is_some());
        assert!(Phone::parse("+84912345678").is_some());
        assert!(Phone::parse("12345").is_none());
        assert!(Email::parse("mau@example.vn").is_some());
        for text in ["mau", "mau@vn", "@example.vn", "a b@example.vn", "<x>@example.vn", "mẫu@example.vn"] {
            assert!(Email::parse(text).is_none(), "{text}");
        }
    }
}
