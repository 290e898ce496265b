//! DG13 of the Vietnamese citizen card: everything the card prints, in Vietnamese spelling, as pairs of a number and
//! a value. No public standard describes it; the fields are those found on cards of 2021 and 2024.
//!
//! Number, name and birth date must be there and be right. Every other field may be absent, and one whose text is
//! not what its name promises reads as absent: details that no decision rests on do not turn a genuine card away.

use std::fmt;

use identity::{CitizenId, DocumentDate, PersonName, Sex};
use zeroize::Zeroizing;

use crate::ElementaryFile;
use crate::tlv::{Tlv, TlvError};

use super::{LdsError, template};

/// Characters of one text: an address with room to spare.
const MAX_TEXT_BYTES: usize = 1024;

/// Wiped when dropped; Debug shows nothing of it.
#[derive(Clone)]
pub struct Dg13 {
    pub number: CitizenId,
    pub name: PersonName,
    /// With a year of four digits, unlike the machine-readable zone.
    pub birth: DocumentDate,
    pub sex: Option<Sex>,
    pub nationality: Option<Zeroizing<String>>,
    pub ethnicity: Option<Zeroizing<String>>,
    pub religion: Option<Zeroizing<String>>,
    /// Quê quán; on cards since 07/2024 the place where the birth was registered.
    pub origin: Option<Zeroizing<String>>,
    /// Nơi thường trú; on cards since 07/2024 the place of residence.
    pub residence: Option<Zeroizing<String>>,
    pub identifying_marks: Option<Zeroizing<String>>,
    pub issued: Option<DocumentDate>,
    pub expiry: Option<Dg13Expiry>,
    pub father: Option<PersonName>,
    pub mother: Option<PersonName>,
    pub spouse: Option<PersonName>,
    /// Nine digits of the identity card before 2016.
    pub old_number: Option<Zeroizing<String>>,
    /// Sixteen characters whose meaning nobody published.
    pub personal_code: Option<Zeroizing<String>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Dg13Expiry {
    On(DocumentDate),
    /// "Không thời hạn"
    Never,
}

/// The numbers of the pairs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dg13Field {
    Number = 1,
    Name,
    Birth,
    Sex,
    Nationality,
    Ethnicity,
    Religion,
    Origin,
    Residence,
    IdentifyingMarks,
    Issued,
    Expiry,
    Parents,
    Spouse,
    OldNumber,
    PersonalCode,
}

impl Dg13 {
    pub fn parse(bytes: &[u8]) -> Result<Self, LdsError> {
        let malformed = |source| LdsError::Malformed { file: ElementaryFile::DG13, source };
        let file = template(ElementaryFile::DG13, bytes)?;
        let pairs = Pairs::collect(file).map_err(malformed)?;
        let needed = |field: Dg13Field| {
            let value = pairs.value(field).ok_or(LdsError::DetailMissing(field))?;
            text(value).ok_or(LdsError::DetailNotText(field))
        };
        let optional = |field| pairs.value(field).and_then(text).filter(|text| !text.is_empty());
        let name_of = |value| text(value).and_then(|text| PersonName::parse(&text).ok());
        let mut parents = pairs.nested(Dg13Field::Parents).into_iter().map(name_of);
        let expiry = optional(Dg13Field::Expiry);
        Ok(Self {
            number: CitizenId::parse(&needed(Dg13Field::Number)?)?,
            name: PersonName::parse(&needed(Dg13Field::Name)?)?,
            birth: DocumentDate::parse(&needed(Dg13Field::Birth)?)?,
            sex: optional(Dg13Field::Sex).and_then(|text| Sex::from_vietnamese(&text)),
            nationality: optional(Dg13Field::Nationality),
            ethnicity: optional(Dg13Field::Ethnicity),
            religion: optional(Dg13Field::Religion),
            origin: optional(Dg13Field::Origin),
            residence: optional(Dg13Field::Residence),
            identifying_marks: optional(Dg13Field::IdentifyingMarks),
            issued: optional(Dg13Field::Issued).and_then(|text| DocumentDate::parse(&text).ok()),
            expiry: expiry.and_then(|text| match DocumentDate::parse(&text) {
                Ok(date) => Some(Dg13Expiry::On(date)),
                Err(_) => text.to_lowercase().starts_with("không").then_some(Dg13Expiry::Never),
            }),
            father: parents.next().flatten(),
            mother: parents.next().flatten(),
            spouse: pairs.nested(Dg13Field::Spouse).into_iter().find_map(name_of),
            old_number: optional(Dg13Field::OldNumber),
            personal_code: optional(Dg13Field::PersonalCode),
        })
    }
}

impl fmt::Debug for Dg13 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dg13(..)")
    }
}

impl fmt::Debug for Dg13Expiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Dg13Expiry(..)")
    }
}

impl fmt::Display for Dg13Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Number => "personal number",
            Self::Name => "name",
            Self::Birth => "birth date",
            Self::Sex => "sex",
            Self::Nationality => "nationality",
            Self::Ethnicity => "ethnicity",
            Self::Religion => "religion",
            Self::Origin => "place of origin",
            Self::Residence => "residence",
            Self::IdentifyingMarks => "identifying marks",
            Self::Issued => "issue date",
            Self::Expiry => "expiry",
            Self::Parents => "parents",
            Self::Spouse => "spouse",
            Self::OldNumber => "old number",
            Self::PersonalCode => "personal code",
        })
    }
}

const INTEGER: u32 = 0x02;
const SEQUENCE: u32 = 0x30;

/// `SEQUENCE { INTEGER, values }` one after the other; of two with one number the first counts.
struct Pairs<'a>(Vec<(u8, Vec<Tlv<'a>>)>);

impl<'a> Pairs<'a> {
    fn collect(file: Tlv<'a>) -> Result<Self, TlvError> {
        let mut list = file;
        // The pairs stand in one sequence or directly in the template.
        let first = file.child(SEQUENCE)?;
        if first.children()?.next().transpose()?.is_none_or(|element| element.tag != INTEGER) {
            list = first;
        }
        let mut pairs = vec![];
        for pair in list.children()? {
            let mut elements = pair?.expect_tag(SEQUENCE)?.children()?;
            let number = elements.next().ok_or(TlvError::Missing(INTEGER))??.expect_tag(INTEGER)?;
            let [number] = *number.value else { continue };
            pairs.push((number, elements.collect::<Result<_, _>>()?));
        }
        Ok(Self(pairs))
    }

    fn values(&self, field: Dg13Field) -> &[Tlv<'a>] {
        self.0.iter().find(|(number, _)| *number == field as u8).map_or(&[], |(_, values)| values)
    }

    fn value(&self, field: Dg13Field) -> Option<Tlv<'a>> {
        self.values(field).first().copied()
    }

    /// Texts directly in the pair or one or two sequences down.
    fn nested(&self, field: Dg13Field) -> Vec<Tlv<'a>> {
        fn texts<'a>(value: Tlv<'a>, depth: u8, found: &mut Vec<Tlv<'a>>) {
            if value.tag != SEQUENCE {
                found.push(value);
            } else if let (Ok(children), Some(depth)) = (value.children(), depth.checked_sub(1)) {
                children.flatten().for_each(|child| texts(child, depth, found));
            }
        }
        let mut found = vec![];
        self.values(field).iter().for_each(|value| texts(*value, 2, &mut found));
        found
    }
}

/// UTF8String, NumericString, PrintableString or IA5String without control characters.
fn text(value: Tlv<'_>) -> Option<Zeroizing<String>> {
    if !matches!(value.tag, 0x0C | 0x12 | 0x13 | 0x16) || value.value.len() > MAX_TEXT_BYTES {
        return None;
    }
    let text = std::str::from_utf8(value.value).ok()?.trim();
    (!text.chars().any(char::is_control)).then(|| Zeroizing::new(text.to_owned()))
}

/// DG13 for chips that are simulated.
#[cfg(any(feature = "sim", test))]
pub fn encode_dg13(details: &Dg13) -> Vec<u8> {
    use crate::tlv::encode;
    let utf8 = |text: &str| encode(0x0C, text.as_bytes());
    let printable = |text: &str| encode(0x13, text.as_bytes());
    let names = |names: &[&Option<PersonName>]| {
        encode(
            0x30,
            &names.iter().flat_map(|name| name.as_ref().map(|name| utf8(name.as_str()))).flatten().collect::<Vec<_>>(),
        )
    };
    let optional = |text: &Option<Zeroizing<String>>| text.as_ref().map(|text| utf8(text));
    let values = [
        Some(printable(details.number.as_str())),
        Some(utf8(details.name.as_str())),
        Some(printable(&details.birth.to_dmy())),
        details.sex.map(|sex| {
            utf8(match sex {
                Sex::Male => "Nam",
                Sex::Female => "Nữ",
                Sex::Unspecified => "",
            })
        }),
        optional(&details.nationality),
        optional(&details.ethnicity),
        optional(&details.religion),
        optional(&details.origin),
        optional(&details.residence),
        optional(&details.identifying_marks),
        details.issued.map(|date| printable(&date.to_dmy())),
        details.expiry.map(|expiry| match expiry {
            Dg13Expiry::On(date) => utf8(&date.to_dmy()),
            Dg13Expiry::Never => utf8("Không thời hạn"),
        }),
        Some(names(&[&details.father, &details.mother])),
        Some(names(&[&details.spouse])),
        details.old_number.as_ref().map(|text| printable(text)),
        details.personal_code.as_ref().map(|text| printable(text)),
    ];
    let pair = |(number, value): (u8, Option<Vec<u8>>)| {
        value.map(|value| encode(SEQUENCE, &[encode(INTEGER, &[number]), value].concat()))
    };
    let pairs: Vec<u8> = (1..).zip(values).filter_map(pair).flatten().collect();
    encode(0x6D, &encode(SEQUENCE, &pairs))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tlv::encode;
    use proptest::prelude::*;

    fn some(text: &str) -> Option<Zeroizing<String>> {
        Some(Zeroizing::new(text.to_owned()))
    }

    fn details() -> Dg13 {
        let date = |text| DocumentDate::parse(text).expect("valid date");
        let name = |text| PersonName::parse(text).expect("valid name");
        Dg13 {
            number: CitizenId::parse("031085000017").expect("twelve digits"),
            name: name("Nguyễn Văn Mẫu"),
            birth: date("15/01/1985"),
            sex: Some(Sex::Male),
            nationality: some("Việt Nam"),
            ethnicity: some("Kinh"),
            religion: some("Không"),
            origin: some("Phường Thử, Hải Phòng"),
            residence: some(&"Số 1 Phố Thử, ".repeat(20)),
            identifying_marks: None,
            issued: Some(date("01/07/2024")),
            expiry: Some(Dg13Expiry::Never),
            father: Some(name("Nguyễn Văn Cha")),
            mother: Some(name("Trần Thị Mẹ")),
            spouse: None,
            old_number: some("031234567"),
            personal_code: None,
        }
    }

    fn pairs(pairs: &[(u8, u32, &str)]) -> Vec<u8> {
        let pairs: Vec<u8> = pairs
            .iter()
            .flat_map(|(number, tag, text)| {
                encode(0x30, &[encode(2, &[*number]), encode(*tag, text.as_bytes())].concat())
            })
            .collect();
        encode(0x6D, &encode(0x30, &pairs))
    }

    #[test]
    fn every_field_of_the_card_comes_out() {
        let read = Dg13::parse(&encode_dg13(&details())).expect("well formed");
        assert_eq!(read.name.as_str(), "Nguyễn Văn Mẫu");
        assert_eq!(read.birth.to_dmy(), "15/01/1985");
        assert!(read.residence.as_ref().is_some_and(|text| text.len() > 255), "a length of several bytes");
        assert!(read.expiry == Some(Dg13Expiry::Never));
        assert_eq!(read.mother.as_ref().map(PersonName::as_str), Some("Trần Thị Mẹ"));
        assert_eq!(read.old_number.as_deref().map(String::as_str), Some("031234567"));
        assert!(read.spouse.is_none() && read.identifying_marks.is_none() && read.personal_code.is_none());
    }

    #[test]
    fn number_name_and_birth_are_enough() {
        let file = pairs(&[(1, 0x13, "031085000017"), (2, 0x0C, "Nguyễn Văn Mẫu"), (3, 0x13, "1985")]);
        let read = Dg13::parse(&file).expect("well formed");
        assert_eq!(read.birth.to_dmy(), "1985");
        assert!(read.sex.is_none());
    }

    #[test]
    fn a_detail_nobody_decides_on_may_be_rubbish() {
        let good = [(1, 0x13, "031085000017"), (2, 0x0C, "Nguyễn Văn Mẫu"), (3, 0x13, "15/01/1985")];
        let mut more = good.to_vec();
        more.extend([(4, 0x0C, "?"), (11, 0x13, "99/99/9999"), (5, 0x04, "x"), (200, 0x0C, "new")]);
        let read = Dg13::parse(&pairs(&more)).expect("well formed");
        assert!(read.sex.is_none() && read.issued.is_none() && read.nationality.is_none());
    }

    #[test]
    fn each_bad_file_has_its_name() {
        let error = |fields: &[(u8, u32, &str)]| Dg13::parse(&pairs(fields)).err();
        let number = (1, 0x13, "031085000017");
        let name = (2, 0x0C, "Nguyễn Văn Mẫu");
        assert_eq!(error(&[number, name]), Some(LdsError::DetailMissing(Dg13Field::Birth)));
        assert_eq!(error(&[number, (2, 0x04, "x"), name]), Some(LdsError::DetailNotText(Dg13Field::Name)));
        assert!(matches!(error(&[(1, 0x13, "03108500001"), name, (3, 0x13, "1985")]), Some(LdsError::Number(_))));
        assert!(matches!(error(&[number, name, (3, 0x13, "31/02/1985")]), Some(LdsError::Birth(_))));
        assert!(matches!(error(&[number, (2, 0x0C, " "), (3, 0x13, "1985")]), Some(LdsError::Name(_))));
        let good = encode_dg13(&details());
        let truncated = LdsError::Malformed { file: ElementaryFile::DG13, source: TlvError::Truncated };
        assert_eq!(Dg13::parse(&good[..good.len() - 1]).err(), Some(truncated));
    }

    #[test]
    fn nothing_personal_shows_in_debug_output() {
        assert_eq!(format!("{:?}", details()), "Dg13(..)");
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), wrapped: bool) {
            let bytes = if wrapped { encode(0x6D, &encode(0x30, &bytes)) } else { bytes };
            let _ = Dg13::parse(&bytes);
        }

        #[test]
        fn no_altered_file_panics(at in 0_usize..900, byte: u8) {
            let mut file = encode_dg13(&details());
            let at = at % file.len();
            file[at] = byte;
            let _ = Dg13::parse(&file);
        }
    }
}
