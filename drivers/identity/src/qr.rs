//! The payload of a scanned code: citizen card, health-insurance card, or a text only a verifier understands.
//!
//! Every printed code is static and can be copied: it helps to find a person and proves nothing.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::{
    CitizenId, CitizenIdError, DocumentDate, DocumentDateError, InsuranceNumber, InsuranceNumberError, PersonName,
    PersonNameError, Sex,
};

/// The longest payload taken: a version 40 code holds 2,953 bytes.
pub const MAX_PAYLOAD_BYTES: usize = 2_953;
const MAX_FIELDS: usize = 24;

/// What was scanned.
#[derive(Debug, Clone)]
pub enum Scan {
    CitizenCard(CardQr),
    InsuranceCard(InsuranceQr),
    /// VNeID and whatever else: opaque, resolved by the configured e-identity verifier.
    Opaque(OpaqueQr),
}

/// `number|old number|name|birth|sex|address|issued`, and what newer cards append.
#[derive(Clone)]
pub struct CardQr {
    pub number: CitizenId,
    pub old_number: Option<String>,
    pub name: PersonName,
    pub birth: DocumentDate,
    pub sex: Sex,
    pub address: Zeroizing<String>,
    pub issued: Option<DocumentDate>,
}

/// The thirteen fields of an insurance card's code; name and address come hex-encoded.
#[derive(Clone)]
pub struct InsuranceQr {
    pub number: InsuranceNumber,
    pub name: PersonName,
    pub birth: DocumentDate,
    pub sex: Sex,
    /// Facility of first registration, dash removed.
    pub registered_at: String,
}

/// A text that is passed on unread.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct OpaqueQr(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum QrError {
    #[error("the code is empty")]
    Empty,
    #[error("the code holds {0} bytes, more than any printed code can")]
    TooLong(usize),
    #[error("the code is not UTF-8 text")]
    NotText,
    #[error("the code holds control characters")]
    ControlCharacter,
    #[error("a {card} has at least {expected} fields, this one has {found}")]
    Fields { card: &'static str, expected: usize, found: usize },
    #[error("the number: {0}")]
    CitizenId(#[from] CitizenIdError),
    #[error("the insurance number: {0}")]
    InsuranceNumber(#[from] InsuranceNumberError),
    #[error("the name: {0}")]
    Name(#[from] PersonNameError),
    #[error("a date: {0}")]
    Date(#[from] DocumentDateError),
    #[error("the sex is neither of those a card writes")]
    Sex,
    #[error("a hex-encoded field does not decode to text")]
    Hex,
}

impl Scan {
    /// Routes by the first field of a `|` text: 12 digits a citizen card, 10 or 15 characters an insurance card;
    /// a text without `|` is opaque.
    pub fn parse(payload: &[u8]) -> Result<Self, QrError> {
        if payload.len() > MAX_PAYLOAD_BYTES {
            return Err(QrError::TooLong(payload.len()));
        }
        let text = std::str::from_utf8(payload).map_err(|_| QrError::NotText)?.trim();
        if text.is_empty() {
            return Err(QrError::Empty);
        }
        if text.chars().any(char::is_control) {
            return Err(QrError::ControlCharacter);
        }
        let fields: Vec<&str> = text.splitn(MAX_FIELDS, '|').map(str::trim).collect();
        match (fields.len(), fields[0].len()) {
            (1, _) => Ok(Self::Opaque(OpaqueQr(text.to_owned()))),
            (_, 12) => CardQr::from_fields(&fields).map(Self::CitizenCard),
            (_, 10 | 15) => InsuranceQr::from_fields(&fields).map(Self::InsuranceCard),
            _ => Ok(Self::Opaque(OpaqueQr(text.to_owned()))),
        }
    }
}

impl CardQr {
    fn from_fields(fields: &[&str]) -> Result<Self, QrError> {
        let &[number, old_number, name, birth, sex, address, issued, ..] = fields else {
            return Err(QrError::Fields { card: "citizen card", expected: 7, found: fields.len() });
        };
        Ok(Self {
            number: CitizenId::parse(number)?,
            old_number: (!old_number.is_empty()).then(|| old_number.to_owned()),
            name: PersonName::parse(name)?,
            birth: DocumentDate::parse(birth)?,
            sex: Sex::from_vietnamese(sex).ok_or(QrError::Sex)?,
            address: Zeroizing::new(address.to_owned()),
            issued: if issued.is_empty() { None } else { Some(DocumentDate::parse(issued)?) },
        })
    }
}

impl InsuranceQr {
    fn from_fields(fields: &[&str]) -> Result<Self, QrError> {
        let &[number, name, birth, sex, _address, registered_at, ..] = fields else {
            return Err(QrError::Fields { card: "insurance card", expected: 6, found: fields.len() });
        };
        let decoded = Zeroizing::new(hex::decode(name).map_err(|_| QrError::Hex)?);
        Ok(Self {
            number: InsuranceNumber::parse(number)?,
            name: PersonName::parse(std::str::from_utf8(&decoded).map_err(|_| QrError::Hex)?)?,
            birth: DocumentDate::parse(birth)?,
            sex: Sex::from_insurance_code(sex).ok_or(QrError::Sex)?,
            registered_at: registered_at.chars().filter(char::is_ascii_alphanumeric).collect(),
        })
    }
}

impl OpaqueQr {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for CardQr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardQr(..)")
    }
}

impl fmt::Debug for InsuranceQr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InsuranceQr(..)")
    }
}

impl fmt::Debug for OpaqueQr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "OpaqueQr({} bytes)", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const CARD: &str = "085000000017|271234567|Nguyễn Văn Mẫu|15011985|Nam|Số 1 Phố Thử, Hải Phòng|01072021";

    fn parse(text: &str) -> Result<Scan, QrError> {
        Scan::parse(text.as_bytes())
    }

    #[test]
    fn a_citizen_card_gives_its_access_number() {
        let Ok(Scan::CitizenCard(card)) = parse(CARD) else { panic!("a citizen card") };
        assert_eq!(card.number.card_access_number(), "000017");
        assert_eq!(card.birth.to_dmy(), "15/01/1985");
        assert_eq!(card.old_number.as_deref(), Some("271234567"));
    }

    #[test]
    fn the_2024_card_appends_fields_and_may_leave_out_the_day() {
        let text = "085000000017||Nguyễn Văn Mẫu|1985|Nam|Hải Phòng||000000000000|Cha|Mẹ";
        let Ok(Scan::CitizenCard(card)) = parse(text) else { panic!("a citizen card") };
        assert_eq!(card.birth.to_dmy(), "1985");
        assert!(card.issued.is_none());
    }

    #[test]
    fn an_insurance_card_hides_its_name_in_hex() {
        let name = hex::encode("Trần Thị Thử Nghiệm");
        let text =
            format!("GD4310000000017|{name}|09/03/1992|2|{name}|31 - 999|01/01/2026|31/12/2026|01/01/2026|x|-|4|");
        let Ok(Scan::InsuranceCard(card)) = parse(&text) else { panic!("an insurance card") };
        assert_eq!(card.name.as_str(), "Trần Thị Thử Nghiệm");
        assert_eq!(card.registered_at, "31999");
    }

    #[test]
    fn a_vneid_code_stays_closed() {
        assert!(matches!(parse("eyJhbGciOi.J9.abc"), Ok(Scan::Opaque(_))));
    }

    #[test]
    fn rubbish_has_a_name() {
        assert_eq!(parse("").err(), Some(QrError::Empty));
        assert_eq!(Scan::parse(&[0xff, 0xfe, b'|']).err(), Some(QrError::NotText));
        assert_eq!(Scan::parse(&vec![b'a'; 3_000]).err(), Some(QrError::TooLong(3_000)));
        assert_eq!(parse("085000000017|x\u{7}").err(), Some(QrError::ControlCharacter));
        let few = QrError::Fields { card: "citizen card", expected: 7, found: 2 };
        assert_eq!(parse("085000000017|x").err(), Some(few));
        assert_eq!(parse(&CARD.replace("Nam", "X")).err(), Some(QrError::Sex));
        assert!(matches!(parse(&CARD.replace("15011985", "45011985")).err(), Some(QrError::Date(_))));
        assert!(matches!(parse("GD4310000000017|zz|1992|2|x|31999").err(), Some(QrError::Hex)));
    }

    proptest! {
        #[test]
        fn no_payload_panics(payload in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Scan::parse(&payload);
        }

        #[test]
        fn no_field_text_panics(fields in proptest::collection::vec("[0-9A-Za-zăơ/ ]{0,16}", 1..30)) {
            let _ = Scan::parse(fields.join("|").as_bytes());
        }
    }
}
