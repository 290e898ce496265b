//! The table of fields: what a form shows and in which order, generated pages need nothing else.
//!
//! A field's code is its element on the wire. Elements that are always empty (MAHUYEN_*) or made while sending (UUID,
//! STATE, ...) are no fields.

use crate::{EthnicityCode, Kind, Lang, LicenceClass, Settings, Text};

/// One field of one paper.
#[derive(Debug, PartialEq, Eq)]
pub struct Field {
    /// The wire element, stable for ever.
    pub code: &'static str,
    pub section: Section,
    pub label: Text,
    pub form: Form,
    pub need: Need,
}

/// The parts of a form, in their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    Register,
    Mother,
    Child,
    Father,
    SurrogateMother,
    SurrogateFather,
    Deceased,
    Residence,
    Death,
    Applicant,
    Examination,
    Conclusion,
    Issue,
}

/// How a field is typed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    Text {
        max: usize,
    },
    Name,
    /// A full day: `dd/MM/yyyy`, `yyyy-MM-dd` or `yyyyMMdd`.
    Date,
    /// A day that may lack its day or its day and month: also `MM/yyyy`, `yyyy`.
    BirthDate,
    /// Local time: `dd/MM/yyyy HH:mm`, `yyyy-MM-ddTHH:mm` or 12 digits.
    Minute,
    /// The same with seconds, or 14 digits.
    Second,
    Choice(&'static [Choice]),
    Count {
        min: u8,
        max: u8,
    },
    /// Grams, or "Không cân".
    Weight,
    Ethnicity,
    Nationality,
    Province,
    /// A commune of the province in the named field.
    Commune {
        province: &'static str,
    },
    BhxhCode,
    InsuranceCard,
    ChildCard,
    /// The number of an identity paper whose kind stands in the named field, or is told by its form.
    PaperNumber {
        kind: Option<&'static str>,
    },
    Icd10,
    Facility,
    /// Drawn by the server, never typed.
    CertificateNumber,
    /// One or more.
    LicenceClasses,
    /// An amount with up to two decimals.
    Decimal,
    Phone,
    Email,
}

/// One value of a list and what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Choice {
    pub value: &'static str,
    pub label: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    Required,
    Optional,
    /// Required or not by other fields; the findings say when.
    ByRule,
    /// The server fills it.
    Drawn,
}

/// A value a page offers for a field with a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    pub value: String,
    pub label: String,
}

/// The fields of one paper in the order of its form.
pub fn fields(kind: Kind) -> &'static [Field] {
    match kind {
        Kind::Birth => crate::birth::FIELDS,
        Kind::Death => crate::death::FIELDS,
        Kind::Driver => crate::driver::FIELDS,
    }
}

/// The field with this code.
pub fn field(kind: Kind, code: &str) -> Option<&'static Field> {
    fields(kind).iter().find(|field| field.code == code)
}

impl Field {
    /// The list this field is chosen from, if it has one. Communes depend on the province chosen and are searched:
    /// see [`crate::catalogue::search`].
    pub fn offers(&self, settings: &Settings, day: time::Date, lang: Lang) -> Vec<Offer> {
        let offer = |value: String, label: &str| Offer { value, label: label.to_owned() };
        match self.form {
            Form::Choice(choices) => {
                choices.iter().map(|choice| offer(choice.value.to_owned(), choice.label.say(lang))).collect()
            }
            Form::Province => crate::catalogue::ProvinceCode::all(day)
                .map(|province| offer(province.as_str().to_owned(), province.name()))
                .collect(),
            Form::Ethnicity => {
                let foreign = Text::new("Người nước ngoài", "Foreigner").say(lang);
                EthnicityCode::all()
                    .filter_map(|code| code.name().map(|name| offer(code.to_string(), name)))
                    .chain([offer(settings.foreign_ethnicity.to_string(), foreign)])
                    .collect()
            }
            Form::Nationality => {
                let vietnam = Text::new("Việt Nam", "Vietnam").say(lang);
                let others = settings.nationalities.iter().map(|(code, name)| offer(code.to_string(), name));
                [offer(settings.vietnam.to_string(), vietnam)].into_iter().chain(others).collect()
            }
            Form::LicenceClasses => {
                LicenceClass::ALL.into_iter().map(|class| offer(class.as_str().to_owned(), class.as_str())).collect()
            }
            Form::Text { .. }
            | Form::Name
            | Form::Date
            | Form::BirthDate
            | Form::Minute
            | Form::Second
            | Form::Count { .. }
            | Form::Weight
            | Form::Commune { .. }
            | Form::BhxhCode
            | Form::InsuranceCard
            | Form::ChildCard
            | Form::PaperNumber { .. }
            | Form::Icd10
            | Form::Facility
            | Form::CertificateNumber
            | Form::Decimal
            | Form::Phone
            | Form::Email => Vec::new(),
        }
    }
}

impl Section {
    pub fn title(self) -> Text {
        match self {
            Self::Register => Text::new("Số và sổ", "Number and register"),
            Self::Mother => Text::new("Mẹ (người sinh con)", "Mother (the woman giving birth)"),
            Self::Child => Text::new("Trẻ và cuộc sinh", "Child and birth"),
            Self::Father => Text::new("Cha của trẻ", "Child's father"),
            Self::SurrogateMother => Text::new("Mang thai hộ: người mẹ", "Surrogacy: the mother"),
            Self::SurrogateFather => Text::new("Mang thai hộ: người cha", "Surrogacy: the father"),
            Self::Deceased => Text::new("Người đã mất", "The person who died"),
            Self::Residence => Text::new("Nơi cư trú", "Residence"),
            Self::Death => Text::new("Thời gian và nguyên nhân", "Time and cause"),
            Self::Applicant => Text::new("Người khám", "Applicant"),
            Self::Examination => Text::new("Kết quả khám", "Examination"),
            Self::Conclusion => Text::new("Kết luận", "Conclusion"),
            Self::Issue => Text::new("Cấp giấy", "Issue"),
        }
    }
}

impl Choice {
    pub(crate) const fn new(value: &'static str, vi: &'static str, en: &'static str) -> Self {
        Self { value, label: Text::new(vi, en) }
    }
}

pub(crate) const fn entry(
    code: &'static str,
    section: Section,
    form: Form,
    need: Need,
    vi: &'static str,
    en: &'static str,
) -> Field {
    Field { code, section, label: Text::new(vi, en), form, need }
}

/// GIOI_TINH and GIOI_TINH_CON of the portal; the driver service codes sex differently.
pub(crate) const SEXES: Form = Form::Choice(&[
    Choice::new("1", "Nam", "Male"),
    Choice::new("2", "Nữ", "Female"),
    Choice::new("3", "Chưa xác định", "Not determined"),
]);

pub(crate) const YES_NO: Form = Form::Choice(&[Choice::new("0", "Không", "No"), Choice::new("1", "Có", "Yes")]);

pub(crate) const PAPER_KINDS: Form = Form::Choice(&[
    Choice::new("0", "Không có giấy tờ", "No paper"),
    Choice::new("1", "Căn cước / CCCD", "Citizen card"),
    Choice::new("2", "CMND (9 số)", "Old identity card (9 digits)"),
    Choice::new("3", "Hộ chiếu", "Passport"),
    Choice::new("4", "Số định danh cá nhân", "Personal number"),
]);

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;
    use time::macros::date;

    #[test]
    fn codes_are_unique_and_sections_do_not_scatter() {
        for kind in Kind::ALL {
            let codes: HashSet<&str> = fields(kind).iter().map(|field| field.code).collect();
            assert_eq!(codes.len(), fields(kind).len(), "{kind:?}");
            assert!(field(kind, kind.number_field()).is_some_and(|field| field.need == Need::Drawn));
            let mut sections: Vec<Section> = fields(kind).iter().map(|field| field.section).collect();
            sections.dedup();
            assert_eq!(sections.iter().collect::<HashSet<_>>().len(), sections.len(), "{kind:?}");
        }
    }

    #[test]
    fn every_reference_to_another_field_is_a_field() {
        for kind in Kind::ALL {
            for entry in fields(kind) {
                match entry.form {
                    Form::Commune { province } => assert!(field(kind, province).is_some(), "{province}"),
                    Form::PaperNumber { kind: Some(paper) } => assert!(field(kind, paper).is_some(), "{paper}"),
                    _ => {}
                }
            }
        }
    }

    #[test]
    fn lists_are_offered_in_both_languages() {
        let settings = Settings::default();
        let offers =
            |kind, code, lang| field(kind, code).expect("field").offers(&settings, date!(2026 - 11 - 23), lang);
        assert_eq!(offers(Kind::Birth, "MATINH_CU_TRU", Lang::Vi).len(), 34);
        assert_eq!(offers(Kind::Birth, "MA_DANTOC_NND", Lang::Vi).len(), 55);
        assert_eq!(offers(Kind::Driver, "HANGBANGLAI", Lang::En).len(), 15);
        assert_eq!(offers(Kind::Driver, "GIOITINHVAL", Lang::En)[0], Offer { value: "0".into(), label: "Male".into() });
        assert_eq!(offers(Kind::Death, "GIOI_TINH", Lang::Vi)[0], Offer { value: "1".into(), label: "Nam".into() });
    }
}
