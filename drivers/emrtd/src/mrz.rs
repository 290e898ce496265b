//! The machine-readable zone in its three sizes (ICAO Doc 9303-3 4, 9303-4, 9303-5, 9303-6), as DG1 holds it: lines
//! joined without breaks.
//!
//! Every check digit is verified. Names stay in the zone's own letters; the citizen card's Vietnamese spelling is in DG13.

use std::fmt;

use identity::{CitizenId, DocumentDate, DocumentDateError, DocumentNumber, DocumentNumberError, Sex};
use time::Date;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::access_key::MrzKey;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MrzForm {
    /// Cards of ID-1 size: three lines of 30.
    Td1,
    /// Two lines of 36.
    Td2,
    /// Passports: two lines of 44.
    Td3,
}

/// Wiped when dropped; Debug shows the form only.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct Mrz {
    #[zeroize(skip)]
    pub form: MrzForm,
    /// `I`, `ID`, `P`, ...
    pub document_code: String,
    /// Three letters, `D` for Germany.
    pub issuer: String,
    pub document_number: DocumentNumber,
    pub birth: DocumentDate,
    #[zeroize(skip)]
    pub sex: Sex,
    pub expiry: MrzExpiry,
    pub nationality: String,
    /// Surname, words parted by spaces.
    pub primary_name: String,
    /// Given names, words parted by spaces; empty if the zone has none or no room for them.
    pub secondary_name: String,
    /// Optional data, fillers at the end removed: on TD1 the rest of the first line, on TD3 the personal number.
    pub optional: String,
    /// TD1 only: the optional data of the second line.
    pub optional_second: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Zeroize)]
pub enum MrzExpiry {
    On(DocumentDate),
    /// "Không thời hạn" on a Vietnamese card, `991231` (recalled, unconfirmed).
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MrzError {
    #[error("a machine-readable zone has 90, 72 or 88 characters, this one has {0}")]
    Length(usize),
    #[error("a machine-readable zone has A-Z, 0-9 and < only")]
    Character,
    #[error("the check digit of the {0} is wrong")]
    CheckDigit(MrzField),
    #[error("the document number is not one")]
    DocumentNumber(#[from] DocumentNumberError),
    #[error("the {field} date is not one")]
    Date { field: MrzField, source: DocumentDateError },
    #[error("the sex is neither M, F nor <")]
    Sex,
    #[error("the zone has no name")]
    NoName,
    #[error("the {0} does not fit into the zone")]
    DoesNotFit(MrzField),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MrzField {
    DocumentCode,
    Issuer,
    DocumentNumber,
    Birth,
    Expiry,
    Nationality,
    OptionalData,
    WholeZone,
}

impl fmt::Display for MrzField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::DocumentCode => "document code",
            Self::Issuer => "issuing state",
            Self::DocumentNumber => "document number",
            Self::Birth => "birth",
            Self::Expiry => "expiry",
            Self::Nationality => "nationality",
            Self::OptionalData => "optional data",
            Self::WholeZone => "whole zone",
        })
    }
}

/// Where things stand, from 0, in the joined lines.
struct Layout {
    form: MrzForm,
    document_number: usize,
    birth: usize,
    sex: usize,
    expiry: usize,
    nationality: usize,
    name: std::ops::Range<usize>,
    optional: std::ops::Range<usize>,
    optional_second: std::ops::Range<usize>,
    /// Where the composite check digit stands and what it covers.
    composite: usize,
    covered: &'static [std::ops::Range<usize>],
}

/// 9303-5 4.2.2
const TD1: Layout = Layout {
    form: MrzForm::Td1,
    document_number: 5,
    optional: 15..30,
    birth: 30,
    sex: 37,
    expiry: 38,
    nationality: 45,
    optional_second: 48..59,
    composite: 59,
    name: 60..90,
    covered: &[5..30, 30..37, 38..45, 48..59],
};

/// 9303-6 4.2.2
const TD2: Layout = Layout {
    form: MrzForm::Td2,
    name: 5..36,
    document_number: 36,
    nationality: 46,
    birth: 49,
    sex: 56,
    expiry: 57,
    optional: 64..71,
    optional_second: 0..0,
    composite: 71,
    covered: &[36..46, 49..56, 57..71],
};

/// 9303-4 4.2.2
const TD3: Layout = Layout {
    form: MrzForm::Td3,
    name: 5..44,
    document_number: 44,
    nationality: 54,
    birth: 57,
    sex: 64,
    expiry: 65,
    optional: 72..86,
    optional_second: 0..0,
    composite: 87,
    covered: &[44..54, 57..64, 65..87],
};

/// The personal number of a TD3 zone has a check digit of its own.
const TD3_OPTIONAL_CHECK: usize = 86;

impl Mrz {
    /// `text` without line breaks; `today` decides the centuries.
    pub fn parse(text: &str, today: Date) -> Result<Self, MrzError> {
        let layout = match text.len() {
            90 => &TD1,
            72 => &TD2,
            88 => &TD3,
            _ => return Err(MrzError::Length(text.chars().count())),
        };
        let zone = text.as_bytes();
        if !zone.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'<') {
            return Err(MrzError::Character);
        }
        let check = |field, covered: &[u8], at: usize| match zone[at] {
            digit if digit == check_digit(covered) => Ok(()),
            _ => Err(MrzError::CheckDigit(field)),
        };
        let six = |at: usize| &text[at..at + 6];

        let (document_number, optional) = document_number(text, layout)?;
        check(MrzField::Birth, six(layout.birth).as_bytes(), layout.birth + 6)?;
        check(MrzField::Expiry, six(layout.expiry).as_bytes(), layout.expiry + 6)?;
        if layout.form == MrzForm::Td3 {
            let covered = &zone[layout.optional.clone()];
            // 9303-4 4.2.2.2: an empty personal number may have < for its check digit.
            let empty = covered.iter().all(|b| *b == b'<') && zone[TD3_OPTIONAL_CHECK] == b'<';
            if !empty {
                check(MrzField::OptionalData, covered, TD3_OPTIONAL_CHECK)?;
            }
        }
        let covered =
            Zeroizing::new(layout.covered.iter().flat_map(|r| zone[r.clone()].iter().copied()).collect::<Vec<u8>>());
        check(MrzField::WholeZone, &covered, layout.composite)?;

        let issuer = without_fillers(&text[2..5]);
        let expiry = six(layout.expiry);
        let expiry = if issuer == "VNM" && DocumentDate::is_mrz_without_expiry(expiry) {
            MrzExpiry::Never
        } else {
            MrzExpiry::On(
                DocumentDate::parse_mrz_expiry(expiry, today)
                    .map_err(|source| MrzError::Date { field: MrzField::Expiry, source })?,
            )
        };
        let (primary, secondary) =
            text[layout.name.clone()].split_once("<<").unwrap_or((&text[layout.name.clone()], ""));
        let words = |name: &str| name.split('<').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let primary_name = words(primary);
        if primary_name.is_empty() {
            return Err(MrzError::NoName);
        }
        Ok(Self {
            form: layout.form,
            document_code: without_fillers(&text[..2]),
            issuer,
            document_number,
            birth: DocumentDate::parse_mrz_birth(six(layout.birth), today)
                .map_err(|source| MrzError::Date { field: MrzField::Birth, source })?,
            sex: Sex::from_mrz(zone[layout.sex]).ok_or(MrzError::Sex)?,
            expiry,
            nationality: without_fillers(&text[layout.nationality..layout.nationality + 3]),
            primary_name,
            secondary_name: words(secondary),
            optional,
            optional_second: without_fillers(&text[layout.optional_second.clone()]),
        })
    }

    /// The zone as one string without line breaks. A name that is too long is cut at the end of its field.
    pub fn write(&self) -> Result<Zeroizing<String>, MrzError> {
        let layout = match self.form {
            MrzForm::Td1 => &TD1,
            MrzForm::Td2 => &TD2,
            MrzForm::Td3 => &TD3,
        };
        let length = layout.covered.last().map_or(0, |r| r.end).max(layout.composite + 1).max(layout.name.end);
        let mut zone = Zeroizing::new(vec![b'<'; length]);
        let put = |zone: &mut [u8], field: MrzField, at: usize, room: usize, text: &str| {
            if text.len() > room {
                return Err(MrzError::DoesNotFit(field));
            }
            zone[at..at + text.len()].copy_from_slice(text.as_bytes());
            Ok(())
        };
        put(&mut zone, MrzField::DocumentCode, 0, 2, &self.document_code)?;
        put(&mut zone, MrzField::Issuer, 2, 3, &self.issuer)?;
        put(&mut zone, MrzField::Nationality, layout.nationality, 3, &self.nationality)?;

        let number = self.document_number.as_str();
        let mut optional = Zeroizing::new(self.optional.clone());
        let number_field = if number.len() <= 9 {
            put(&mut zone, MrzField::DocumentNumber, layout.document_number, 9, number)?;
            zone[layout.document_number + 9] = check_digit(&zone[layout.document_number..layout.document_number + 9]);
            MrzField::OptionalData
        } else {
            // 9303-5 note j: the rest of a long number, its check digit and a filler come before the optional data.
            put(&mut zone, MrzField::DocumentNumber, layout.document_number, 9, &number[..9])?;
            let digit = char::from(check_digit(number.as_bytes()));
            optional = Zeroizing::new(format!("{}{digit}<{}", &number[9..], self.optional));
            MrzField::DocumentNumber
        };
        put(&mut zone, number_field, layout.optional.start, layout.optional.len(), &optional)?;
        put(
            &mut zone,
            MrzField::OptionalData,
            layout.optional_second.start,
            layout.optional_second.len(),
            &self.optional_second,
        )?;

        let birth = Zeroizing::new(self.birth.to_mrz());
        let expiry = match self.expiry {
            MrzExpiry::On(date) => date.to_mrz(),
            MrzExpiry::Never => MrzKey::without_expiry().to_mrz(),
        };
        for (field, at, date) in [(MrzField::Birth, layout.birth, &*birth), (MrzField::Expiry, layout.expiry, &expiry)]
        {
            put(&mut zone, field, at, 6, date)?;
            zone[at + 6] = check_digit(date.as_bytes());
        }
        zone[layout.sex] = match self.sex {
            Sex::Male => b'M',
            Sex::Female => b'F',
            Sex::Unspecified => b'<',
        };
        let name = Zeroizing::new(format!("{}<<{}", self.primary_name, self.secondary_name).replace(' ', "<"));
        let name = &name[..name.len().min(layout.name.len())];
        put(&mut zone, MrzField::WholeZone, layout.name.start, layout.name.len(), name)?;
        if layout.form == MrzForm::Td3 {
            zone[TD3_OPTIONAL_CHECK] = check_digit(&zone[layout.optional.clone()]);
        }
        let covered =
            Zeroizing::new(layout.covered.iter().flat_map(|r| zone[r.clone()].iter().copied()).collect::<Vec<u8>>());
        zone[layout.composite] = check_digit(&covered);
        let text = String::from_utf8(zone.to_vec()).map_err(|_| MrzError::Character)?;
        Ok(Zeroizing::new(text))
    }

    /// The key that opens this document's chip by MRZ.
    pub fn access_key(&self) -> MrzKey {
        let expiry = match self.expiry {
            MrzExpiry::On(date) => date,
            MrzExpiry::Never => MrzKey::without_expiry(),
        };
        MrzKey::new(self.document_number.clone(), self.birth, expiry)
    }

    /// The personal number of a Vietnamese citizen card: twelve digits, two fillers and a check digit over the twelve in
    /// the optional data of the first line.
    pub fn citizen_id(&self) -> Option<CitizenId> {
        if self.form != MrzForm::Td1 || self.issuer != "VNM" || !self.optional.is_ascii() {
            return None;
        }
        let (number, rest) = self.optional.split_at_checked(12)?;
        let digit = rest.strip_prefix("<<")?;
        if digit.as_bytes() != [check_digit(number.as_bytes())] {
            return None;
        }
        CitizenId::parse(number).ok()
    }
}

/// Document numbers and names stay out of logs.
impl fmt::Debug for Mrz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Mrz({:?})", self.form)
    }
}

impl fmt::Debug for MrzExpiry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::On(_) => "On(..)",
            Self::Never => "Never",
        })
    }
}

/// Weights 7, 3, 1 (9303-3 4.9), as the character that stands in the zone. Characters that a zone cannot have weigh
/// nothing.
pub fn check_digit(field: &[u8]) -> u8 {
    let value = |byte: u8| match byte {
        b'0'..=b'9' => u32::from(byte - b'0'),
        b'A'..=b'Z' => u32::from(byte - b'A') + 10,
        _ => 0,
    };
    let sum: u32 =
        field.iter().zip([7, 3, 1].into_iter().cycle()).map(|(byte, weight)| value(*byte) * weight % 10).sum();
    b'0' + (sum % 10) as u8
}

fn without_fillers(text: &str) -> String {
    text.trim_end_matches('<').to_owned()
}

/// The document number, and the optional data without the part of a long number in it (9303-5 note j).
fn document_number(text: &str, layout: &Layout) -> Result<(DocumentNumber, String), MrzError> {
    let at = layout.document_number;
    let (field, digit) = (&text[at..at + 9], text.as_bytes()[at + 9]);
    let optional = &text[layout.optional.clone()];
    let wrong = MrzError::CheckDigit(MrzField::DocumentNumber);
    if digit != b'<' || layout.form == MrzForm::Td3 {
        if digit != check_digit(field.as_bytes()) {
            return Err(wrong);
        }
        return Ok((DocumentNumber::parse(field)?, without_fillers(optional)));
    }
    let (rest, others) = optional.split_once('<').unwrap_or((optional, ""));
    let (rest, digit) = rest.split_at_checked(rest.len().wrapping_sub(1)).ok_or(wrong)?;
    let number = Zeroizing::new(format!("{field}{rest}"));
    if digit.as_bytes() != [check_digit(number.as_bytes())] {
        return Err(wrong);
    }
    Ok((DocumentNumber::parse(&number)?, without_fillers(others)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use time::macros::date;

    const TODAY: Date = date!(2026 - 11 - 23);
    const CITIZEN: &str =
        concat!("IDVNM0850000179031085000017<<9", "8501156M4501158VNM<<<<<<<<<<<4", "NGUYEN<<VAN<MAU<<<<<<<<<<<<<<<",);
    const OTHER_CITIZEN: &str =
        concat!("IDVNM1920000257031192000025<<7", "9203099F3203097VNM<<<<<<<<<<<0", "TRAN<<THI<THU<NGHIEM<<<<<<<<<<",);
    // The specimens of 9303-4, 9303-5 and 9303-6, and the long number of 9303-11 D.2.
    const TD3_SPECIMEN: &str =
        concat!("P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<", "L898902C36UTO7408122F1204159ZE184226B<<<<<10",);
    const TD2_SPECIMEN: &str = concat!("I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<", "D231458907UTO7408122F1204159<<<<<<<6");
    const TD1_SPECIMEN: &str =
        concat!("I<UTOD231458907<<<<<<<<<<<<<<<", "7408122F1204159UTO<<<<<<<<<<<6", "ERIKSSON<<ANNA<MARIA<<<<<<<<<<",);
    const LONG_NUMBER: &str =
        concat!("I<UTOD23145890<7349<<<<<<<<<<<", "3407127M9507122UTO<<<<<<<<<<<2", "STEVENSON<<PETER<JOHN<<<<<<<<<",);

    #[test]
    fn the_citizen_card_holds_the_personal_number() {
        let mrz = Mrz::parse(CITIZEN, TODAY).expect("valid zone");
        assert_eq!(mrz.citizen_id().expect("twelve digits").as_str(), "031085000017");
        assert_eq!(mrz.document_number.as_str(), "085000017");
        assert_eq!((mrz.primary_name.as_str(), mrz.secondary_name.as_str()), ("NGUYEN", "VAN MAU"));
        assert_eq!((mrz.sex, mrz.birth.to_dmy()), (Sex::Male, "15/01/1985".to_owned()));
        assert_eq!(*mrz.access_key().mrz_information(), b"085000017985011564501158");
    }

    #[test]
    fn what_is_read_is_written_back() {
        for zone in [CITIZEN, OTHER_CITIZEN, TD1_SPECIMEN, TD2_SPECIMEN, TD3_SPECIMEN, LONG_NUMBER] {
            let mrz = Mrz::parse(zone, TODAY).unwrap_or_else(|error| panic!("{zone}: {error}"));
            assert_eq!(mrz.write().expect("fits").as_str(), zone);
        }
    }

    #[test]
    fn a_long_document_number_continues_in_the_optional_data() {
        let mrz = Mrz::parse(LONG_NUMBER, TODAY).expect("valid zone");
        assert_eq!((mrz.document_number.as_str(), mrz.optional.as_str()), ("D23145890734", ""));
    }

    #[test]
    fn a_card_without_expiry_never_expires() {
        let mut mrz = Mrz::parse(CITIZEN, TODAY).expect("valid zone");
        mrz.expiry = MrzExpiry::Never;
        let zone = mrz.write().expect("fits");
        assert_eq!(&zone[38..44], "991231");
        assert!(Mrz::parse(&zone, TODAY).expect("valid zone").expiry == MrzExpiry::Never);
    }

    #[test]
    fn each_wrong_character_is_found() {
        let changed = |at: usize, by: u8| {
            let mut zone = CITIZEN.as_bytes().to_vec();
            zone[at] = by;
            String::from_utf8(zone).expect("ASCII")
        };
        let parse = |zone: &str| Mrz::parse(zone, TODAY).map(|_| ());
        assert_eq!(parse(&changed(6, b'9')), Err(MrzError::CheckDigit(MrzField::DocumentNumber)));
        assert_eq!(parse(&changed(30, b'7')), Err(MrzError::CheckDigit(MrzField::Birth)));
        assert_eq!(parse(&changed(39, b'7')), Err(MrzError::CheckDigit(MrzField::Expiry)));
        assert_eq!(parse(&changed(20, b'7')), Err(MrzError::CheckDigit(MrzField::WholeZone)));
        assert_eq!(parse(&changed(37, b'X')), Err(MrzError::Sex));
        assert_eq!(parse(&changed(60, b'n')), Err(MrzError::Character));
        assert_eq!(parse(&CITIZEN[..89]), Err(MrzError::Length(89)));
        assert_eq!(parse(&format!("{}{}", &CITIZEN[..60], "<".repeat(30))), Err(MrzError::NoName));
    }

    #[test]
    fn the_zone_never_shows_in_debug_output() {
        let mrz = Mrz::parse(CITIZEN, TODAY).expect("valid zone");
        assert_eq!(format!("{mrz:?}"), "Mrz(Td1)");
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[A-Z0-9<]{72}|[A-Z0-9<]{88}|[A-Z0-9<]{90}|\\PC{0,90}") {
            let _ = Mrz::parse(&text, TODAY);
        }

        #[test]
        fn one_changed_character_never_reads_as_the_same_document(at in 0usize..60, by in "[A-Z0-9<]") {
            let mut zone = CITIZEN.to_owned();
            zone.replace_range(at..=at, &by);
            if let Ok(mrz) = Mrz::parse(&zone, TODAY) {
                let written = mrz.write().expect("fits");
                prop_assert_eq!(written.as_str(), zone.as_str());
            }
        }
    }
}
