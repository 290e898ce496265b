//! Giấy chứng sinh: GIAYCHUNGSINH of HSDLGCS (CV 3220 PL02), 69 elements; sizes and duties from XML9 (QĐ 3176) and
//! TT 22/2025/TT-BYT. One certificate for each child of a birth.
//!
//! The `_CHA_NND` fields are read as the child's father (XML9 says so; other labels read "father of the woman giving
//! birth"). The surrogacy blocks `_MTH` and `_CHA_MTH` are kept as the contract names them; whom exactly they mean
//! is open.

mod fields;
mod parse;
mod siblings;
mod wire;

use std::fmt;

use identity::{DocumentDate, PersonName, Sex};
use time::{Date, PrimitiveDateTime};

use crate::catalogue::CommuneCode;
use crate::identity_paper::IdentityPaper;
use crate::{BhxhCode, BhxhEntry, ChildCard, EthnicityCode, FreeText, InsuranceCard, NationalityCode};

pub(crate) use fields::FIELDS;
pub(crate) use parse::parse;
pub(crate) use wire::{ELEMENTS, elements};

pub use parse::expected_note;

/// A certificate of birth that passed every check. Its number stands beside it: [`crate::Numbered`].
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BirthCertificate {
    pub patient_code: Option<FreeText<255>>,
    pub voucher_code: Option<FreeText<255>>,
    pub serial: Option<FreeText<255>>,
    pub mother: Woman,
    pub father: Option<Father>,
    pub child_card: Option<ChildCard>,
    pub child: Child,
    pub surrogate: Option<Surrogacy>,
    pub attendant: PersonName,
    pub writer: PersonName,
    /// MA_TTDV: the BHXH code of the head of the facility.
    pub head_code: BhxhCode,
    pub head: Option<PersonName>,
    pub issued: Date,
    pub register_number: FreeText<200>,
    pub register_book: FreeText<200>,
    pub round: IssueRound,
}

/// The woman giving birth, or the surrogate: the `_NND` and `_MTH` blocks have the same shape.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Woman {
    pub bhxh: BhxhEntry,
    pub card: Option<InsuranceCard>,
    pub name: PersonName,
    pub born: DocumentDate,
    pub ethnicity: EthnicityCode,
    pub nationality: NationalityCode,
    pub paper: Option<IdentityPaper>,
    /// Vietnamese: the full address; a foreigner who lives abroad: state and country, and no commune.
    pub residence: FreeText<1024>,
    pub commune: Option<CommuneCode>,
}

#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Father {
    pub name: PersonName,
    pub born: Option<DocumentDate>,
    pub ethnicity: Option<EthnicityCode>,
    pub paper: Option<IdentityPaper>,
}

#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Surrogacy {
    pub woman: Woman,
    pub father: Option<SurrogateFather>,
}

#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SurrogateFather {
    pub person: Father,
    pub residence: Option<FreeText<1024>>,
    pub commune: Option<CommuneCode>,
}

#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Child {
    /// The intended name.
    pub name: Option<PersonName>,
    pub sex: Sex,
    /// SO_CON: children in this birth.
    pub count: u8,
    /// LAN_SINH: this birth included.
    pub confinement: u8,
    /// SO_CON_SONG: this child included.
    pub living: u8,
    pub weight: BirthWeight,
    pub born: PrimitiveDateTime,
    pub place: FreeText<1024>,
    pub condition: FreeText<1024>,
    pub delivery: Delivery,
    pub gestation: Gestation,
    pub note: Option<FreeText<1024>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BirthWeight {
    Grams(u16),
    /// "Không cân" (TT 22/2025/TT-BYT).
    NotWeighed,
}

/// SINHCON_PHAUTHUAT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    WithoutSurgery,
    Surgery,
}

/// SINHCON_DUOI32TUAN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gestation {
    From32Weeks,
    Under32Weeks,
}

/// CAP_LAN_DAU. A re-issue keeps the first number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueRound {
    First,
    Again,
}

impl BirthWeight {
    pub const NOT_WEIGHED: &'static str = "Không cân";

    pub fn parse(text: &str) -> Option<Self> {
        if crate::catalogue::search_key(text) == "khongcan" {
            return Some(Self::NotWeighed);
        }
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let grams = text.parse().ok().filter(|grams| digits && (100..=9999).contains(grams));
        grams.map(Self::Grams)
    }
}

impl fmt::Display for BirthWeight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Grams(grams) => write!(f, "{grams}"),
            Self::NotWeighed => f.write_str(Self::NOT_WEIGHED),
        }
    }
}

macro_rules! hidden {
    ($($name:ident)*) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(..)"))
            }
        })*
    };
}

// People's data stays out of logs.
hidden!(BirthCertificate Woman Father Surrogacy SurrogateFather Child);
