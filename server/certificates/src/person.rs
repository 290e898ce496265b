//! Fields of a person who is known, filled in and never typed again (Luật Căn cước 26/2023 Đ20 k3), and the people a
//! paper names.

use identity::{CitizenId, DocumentDate, PersonName, Sex};
use time::Date;

use crate::moment::{Style, Target, write_day, write_document_date};
use crate::{Certificate, Content, Draft, EthnicityCode, Kind, PaperKind, Settings};

/// What the chip of a citizen's card says, as far as a certificate asks for it. What is not known stays empty.
#[derive(Clone)]
pub struct CardHolder<'a> {
    pub number: &'a CitizenId,
    pub name: &'a PersonName,
    pub born: DocumentDate,
    pub sex: Sex,
    /// DG13 field 11.
    pub issued: Option<Date>,
    /// "Bộ Công an" on cards since 01/07/2024, "Cục Cảnh sát QLHC về TTXH" before; the chip does not say it.
    pub issuer: Option<&'a str>,
    /// DG13 field 6.
    pub ethnicity: Option<&'a str>,
    /// DG13 field 9. The codes of province and commune are proposed from it ([`crate::catalogue::propose`]) and
    /// confirmed by a person.
    pub residence: Option<&'a str>,
}

/// Who the card's holder is on the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    Mother,
    Father,
    SurrogateMother,
    SurrogateFather,
    Deceased,
    Relative,
    Applicant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a paper of kind {kind:?} has no {role:?}")]
pub struct RoleError {
    pub kind: Kind,
    pub role: Role,
}

/// The fields of one role; an empty code means that the paper does not ask.
struct Codes {
    name: &'static str,
    born: &'static str,
    sex: &'static str,
    paper_kind: &'static str,
    number: &'static str,
    issued: &'static str,
    issuer: &'static str,
    ethnicity: &'static str,
    nationality: &'static str,
    residence: &'static str,
}

impl Role {
    pub fn kind(self) -> Kind {
        match self {
            Self::Mother | Self::Father | Self::SurrogateMother | Self::SurrogateFather => Kind::Birth,
            Self::Deceased | Self::Relative => Kind::Death,
            Self::Applicant => Kind::Driver,
        }
    }

    fn codes(self) -> Codes {
        let none = Codes {
            name: "",
            born: "",
            sex: "",
            paper_kind: "",
            number: "",
            issued: "",
            issuer: "",
            ethnicity: "",
            nationality: "",
            residence: "",
        };
        match self {
            Self::Mother => Codes {
                name: "HOTEN_NND",
                born: "NGAYSINH_NND",
                paper_kind: "LOAI_GIAYTO_NND",
                number: "SO_CCCD_NND",
                issued: "NGAYCAP_CCCD_NND",
                issuer: "NOICAP_CCCD_NND",
                ethnicity: "MA_DANTOC_NND",
                nationality: "MA_QUOCTICH_NND",
                residence: "NOI_CU_TRU_NND",
                ..none
            },
            Self::Father => Codes {
                name: "HO_TEN_CHA",
                born: "NGAYSINH_CHA_NND",
                paper_kind: "LOAI_GIAYTO_CHA_NND",
                number: "SO_CCCD_CHA_NND",
                issued: "NGAYCAP_CCCD_CHA_NND",
                issuer: "NOICAP_CCCD_CHA_NND",
                ethnicity: "MA_DANTOC_CHA_NND",
                ..none
            },
            Self::SurrogateMother => Codes {
                name: "HOTEN_MTH",
                born: "NGAYSINH_MTH",
                paper_kind: "LOAI_GIAYTO_MTH",
                number: "SO_CCCD_MTH",
                issued: "NGAYCAP_CCCD_MTH",
                issuer: "NOICAP_CCCD_MTH",
                ethnicity: "MA_DANTOC_MTH",
                nationality: "MA_QUOCTICH_MTH",
                residence: "NOI_CU_TRU_MTH",
                ..none
            },
            Self::SurrogateFather => Codes {
                name: "HO_TEN_CHA_MTH",
                born: "NGAYSINH_CHA_MTH",
                paper_kind: "LOAI_GIAYTO_CHA_MTH",
                number: "SO_CCCD_CHA_MTH",
                issued: "NGAYCAP_CCCD_CHA_MTH",
                issuer: "NOICAP_CCCD_CHA_MTH",
                ethnicity: "MA_DANTOC_CHA_MTH",
                residence: "NOI_CU_TRU_CHA_MTH",
                ..none
            },
            Self::Deceased => Codes {
                name: "HO_TEN",
                born: "NGAY_SINH",
                sex: "GIOI_TINH",
                paper_kind: "LOAI_GIAYTO",
                number: "SO_GIAYTO",
                issued: "NGAY_CAP",
                issuer: "NOI_CAP",
                ethnicity: "MA_DANTOC",
                nationality: "MA_QUOCTICH",
                residence: "DCHI_THUONGTRU",
            },
            Self::Relative => Codes { name: "NGUOI_THANTHICH", ..none },
            Self::Applicant => Codes {
                name: "HOTEN",
                born: "NGAYSINH",
                sex: "GIOITINHVAL",
                number: "SOCMND_PASSPORT",
                issued: "NGAYTHANGNAMCAPCMND",
                issuer: "NOICAP",
                residence: "DIACHITHUONGTRU",
                ..none
            },
        }
    }
}

impl Draft {
    /// Puts the holder of a citizen card into this role. The card is a Vietnamese citizen's, so the nationality is
    /// Vietnam's; an ethnicity the 1979 list does not know is left to a person.
    pub fn fill_person(&mut self, role: Role, person: &CardHolder<'_>, settings: &Settings) -> Result<(), RoleError> {
        if role.kind() != self.kind() {
            return Err(RoleError { kind: self.kind(), role });
        }
        let codes = role.codes();
        let sex = match (role, person.sex) {
            (Role::Applicant, Sex::Male) => "0",
            (Role::Applicant, Sex::Female) | (_, Sex::Male) => "1",
            (Role::Applicant, Sex::Unspecified) => "",
            (_, Sex::Female) => "2",
            (_, Sex::Unspecified) => "3",
        };
        let ethnicity = person.ethnicity.and_then(EthnicityCode::from_name).map(|code| code.to_string());
        let issued = person.issued.map(|day| write_day(day, Style::Slashes));
        for (code, text) in [
            (codes.name, person.name.as_str()),
            (codes.born, &write_document_date(person.born, Target::Form)),
            (codes.sex, sex),
            (codes.paper_kind, PaperKind::CitizenCard.code()),
            (codes.number, person.number.as_str()),
            (codes.issued, issued.as_deref().unwrap_or_default()),
            (codes.issuer, person.issuer.unwrap_or_default()),
            (codes.ethnicity, ethnicity.as_deref().unwrap_or_default()),
            (codes.nationality, &settings.vietnam.to_string()),
            (codes.residence, person.residence.unwrap_or_default()),
        ] {
            if !code.is_empty() && !text.is_empty() {
                // A chip may hold a text longer than a draft does: then the field is left to a person.
                self.set(code, text).ok();
            }
        }
        Ok(())
    }
}

impl Certificate {
    /// The 12-digit numbers of the people who may read and confirm this paper because it names them: the parents,
    /// the driver. A death names no confirmer: the ward enters one.
    pub fn named_citizens(&self) -> Vec<&CitizenId> {
        let papers = match self.content() {
            Content::Birth(birth) => vec![
                birth.mother.paper.as_ref(),
                birth.father.as_ref().and_then(|father| father.paper.as_ref()),
                birth.surrogate.as_ref().and_then(|surrogate| surrogate.woman.paper.as_ref()),
                birth
                    .surrogate
                    .as_ref()
                    .and_then(|surrogate| surrogate.father.as_ref())
                    .and_then(|father| father.person.paper.as_ref()),
            ],
            Content::Death(_) => Vec::new(),
            Content::Driver(driver) => vec![Some(&driver.paper)],
        };
        papers.into_iter().flatten().filter_map(|paper| paper.number.citizen_id()).collect()
    }
}

/// Fields a citizen may correct while reading: everything else is the ward's or the card's.
pub fn correctable(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Birth => &["TEN_CON", "NOI_CU_TRU_NND", "MATINH_CU_TRU", "MAXA_CU_TRU"],
        Kind::Death => &[],
        Kind::Driver => &["DIACHITHUONGTRU", "MATINH_THUONGTRU", "MAXA_THUONGTRU", "MOBILE", "EMAIL"],
    }
}

/// Personal: Debug shows nothing.
impl std::fmt::Debug for CardHolder<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CardHolder(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::field;
    use time::macros::date;

    const ROLES: [Role; 7] = [
        Role::Mother,
        Role::Father,
        Role::SurrogateMother,
        Role::SurrogateFather,
        Role::Deceased,
        Role::Relative,
        Role::Applicant,
    ];

    #[test]
    fn every_code_of_every_role_is_a_field_of_its_paper() {
        for role in ROLES {
            let codes = role.codes();
            for code in [
                codes.name,
                codes.born,
                codes.sex,
                codes.paper_kind,
                codes.number,
                codes.issued,
                codes.issuer,
                codes.ethnicity,
                codes.nationality,
                codes.residence,
            ] {
                assert!(code.is_empty() || field(role.kind(), code).is_some(), "{role:?} {code}");
            }
        }
        for kind in Kind::ALL {
            assert!(correctable(kind).iter().all(|code| field(kind, code).is_some()));
        }
    }

    #[test]
    fn a_card_fills_the_fields_of_its_holder() {
        let (number, name) = (CitizenId::parse("192192000025"), PersonName::parse("Trần Thị Thử Nghiệm"));
        let (number, name) = (number.expect("number"), name.expect("name"));
        let person = CardHolder {
            number: &number,
            name: &name,
            born: DocumentDate::parse("09/03/1992").expect("date"),
            sex: Sex::Female,
            issued: Some(date!(2022 - 02 - 01)),
            issuer: None,
            ethnicity: Some("Kinh"),
            residence: Some("Tổ 1, Hồng Bàng, Hải Phòng"),
        };
        let mut draft = Draft::new(Kind::Birth);
        assert_eq!(draft.fill_person(Role::Mother, &person, &Settings::default()), Ok(()));
        assert_eq!(draft.get("NGAYSINH_NND"), "09/03/1992");
        assert_eq!((draft.get("MA_DANTOC_NND"), draft.get("MA_QUOCTICH_NND")), ("01", "000"));
        assert_eq!((draft.get("NGAYCAP_CCCD_NND"), draft.get("NOICAP_CCCD_NND")), ("01/02/2022", ""));

        let mut driver = Draft::new(Kind::Driver);
        assert_eq!(driver.fill_person(Role::Applicant, &person, &Settings::default()), Ok(()));
        assert_eq!(driver.get("GIOITINHVAL"), "1", "female in the driver service");
        let refused = driver.fill_person(Role::Mother, &person, &Settings::default());
        assert_eq!(refused, Err(RoleError { kind: Kind::Driver, role: Role::Mother }));
    }
}
