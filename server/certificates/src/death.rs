//! Giấy báo tử: GIAYBAOTU of HSDLGBT (TT 25/2025/TT-BYT Mẫu 05), 38 elements. Issued by the receiving facility when
//! the person was dead on arrival, by the sending one for a death in transfer.

mod fields;
mod parse;
mod wire;

use std::fmt;

use identity::{DocumentDate, FacilityCode, PersonName, Sex};
use time::{Date, PrimitiveDateTime};

use crate::catalogue::CommuneCode;
use crate::identity_paper::IdentityPaper;
use crate::{BhxhCode, EthnicityCode, FreeText, Icd10Code, InsuranceCard, NationalityCode};

pub(crate) use fields::FIELDS;
pub(crate) use parse::parse;
pub(crate) use wire::{ELEMENTS, elements};

/// A death notice that passed every check.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeathNotice {
    pub patient_code: Option<FreeText<255>>,
    pub record_code: Option<FreeText<100>>,
    pub name: PersonName,
    pub born: DocumentDate,
    pub sex: Sex,
    pub card: Option<InsuranceCard>,
    pub bhxh: Option<BhxhCode>,
    pub ethnicity: EthnicityCode,
    pub nationality: NationalityCode,
    pub paper: Option<IdentityPaper>,
    /// DCHI_THUONGTRU: street and hamlet.
    pub permanent_address: FreeText<250>,
    pub permanent_commune: Option<CommuneCode>,
    pub current_address: Option<FreeText<255>>,
    pub current_commune: Option<CommuneCode>,
    pub arrived: PrimitiveDateTime,
    pub died: PrimitiveDateTime,
    pub place: PlaceOfDeath,
    /// NGUYENNHAN_TV (QĐ 1921/QĐ-BYT); "không rõ" is allowed.
    pub cause: FreeText<255>,
    pub disease: Option<Icd10Code>,
    pub disease_name: Option<FreeText<255>>,
    pub relative: FreeText<255>,
    pub writer: PersonName,
    pub head: PersonName,
    pub register_number: FreeText<255>,
    pub register_book: FreeText<50>,
    pub issued: Date,
    /// Set on a re-issue.
    pub first_issue: Option<FirstIssue>,
    pub facility: FacilityCode,
    pub facility_address: FreeText<255>,
}

/// TINH_TRANG_TV.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PlaceOfDeath {
    InCare,
    /// Died on the way to emergency care.
    OnTheWay,
}

/// SO_BAOTU_BD and QUYEN_SO_BD: the register entry of the first issue.
#[derive(Clone, PartialEq, Eq)]
pub struct FirstIssue {
    pub number: FreeText<250>,
    pub book: FreeText<50>,
}

impl fmt::Debug for DeathNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DeathNotice(..)")
    }
}

impl fmt::Debug for FirstIssue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FirstIssue(..)")
    }
}
