//! What opens a chip: the card access number, or the key made of the machine-readable zone
//! (ICAO Doc 9303-11 4.2, 4.3.2 and 4.4.3).

use std::fmt;

use identity::{CitizenId, DocumentDate, DocumentNumber};
use sha1::{Digest, Sha1};
use time::macros::date;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use crate::mrz::check_digit;
use crate::session_keys::SymmetricCipher;

/// Wiped when dropped; Debug names the kind only.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub enum AccessKey {
    Can(CardAccessNumber),
    Mrz(MrzKey),
}

/// Six digits printed on the card. On the citizen card they are the last six of the personal number.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct CardAccessNumber([u8; 6]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a card access number is six digits")]
pub struct CardAccessNumberError;

/// Document number, birth date and expiry date: the part of the machine-readable zone that keys are made of.
#[derive(Clone, PartialEq, Eq, Zeroize, ZeroizeOnDrop)]
pub struct MrzKey {
    document_number: DocumentNumber,
    birth: DocumentDate,
    expiry: DocumentDate,
}

/// Which key opened the chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AccessKeyKind {
    Can,
    Mrz,
}

/// How the chip was opened; part of the record, because BAC is the weaker way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Access {
    Pace { key: AccessKeyKind, cipher: SymmetricCipher },
    Bac,
}

impl AccessKey {
    pub fn can(digits: &str) -> Result<Self, CardAccessNumberError> {
        CardAccessNumber::parse(digits).map(Self::Can)
    }

    pub fn mrz(document_number: DocumentNumber, birth: DocumentDate, expiry: DocumentDate) -> Self {
        Self::Mrz(MrzKey::new(document_number, birth, expiry))
    }

    pub fn kind(&self) -> AccessKeyKind {
        match self {
            Self::Can(_) => AccessKeyKind::Can,
            Self::Mrz(_) => AccessKeyKind::Mrz,
        }
    }

    /// The password K of PACE: the digits of a CAN, SHA-1 of the MRZ information (9303-11 9.7.3).
    pub(crate) fn pace_password(&self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Can(can) => Zeroizing::new(can.0.to_vec()),
            Self::Mrz(key) => Zeroizing::new(Sha1::digest(key.mrz_information()).to_vec()),
        }
    }
}

impl CardAccessNumber {
    pub fn parse(digits: &str) -> Result<Self, CardAccessNumberError> {
        match <[u8; 6]>::try_from(digits.as_bytes()) {
            Ok(bytes) if bytes.iter().all(u8::is_ascii_digit) => Ok(Self(bytes)),
            Ok(_) | Err(_) => Err(CardAccessNumberError),
        }
    }

    pub fn of(citizen: &CitizenId) -> Self {
        let mut digits = [0; 6];
        digits.copy_from_slice(citizen.card_access_number().as_bytes());
        Self(digits)
    }
}

impl MrzKey {
    pub fn new(document_number: DocumentNumber, birth: DocumentDate, expiry: DocumentDate) -> Self {
        Self { document_number, birth, expiry }
    }

    /// What a citizen card without expiry ("không thời hạn") has in its machine-readable zone (recalled, unconfirmed).
    pub fn without_expiry() -> DocumentDate {
        DocumentDate::from_date(date!(2099 - 12 - 31))
    }

    /// Number, birth and expiry, each with its check digit (9303-11 D.2). A number of fewer than nine characters is
    /// filled up; a longer one stands whole.
    pub(crate) fn mrz_information(&self) -> Zeroizing<Vec<u8>> {
        let mut information = Zeroizing::new(Vec::with_capacity(40));
        let number = Zeroizing::new(format!("{:<<9}", self.document_number.as_str()));
        for field in [number, Zeroizing::new(self.birth.to_mrz()), Zeroizing::new(self.expiry.to_mrz())] {
            information.extend_from_slice(field.as_bytes());
            information.push(check_digit(field.as_bytes()));
        }
        information
    }

    /// K_seed of BAC: the first 16 bytes of SHA-1 of the MRZ information (9303-11 9.7.2).
    pub(crate) fn bac_seed(&self) -> Zeroizing<[u8; 16]> {
        let mut digest = Sha1::digest(self.mrz_information());
        let mut seed = Zeroizing::new([0; 16]);
        seed.copy_from_slice(&digest[..16]);
        digest.as_mut_slice().zeroize();
        seed
    }
}

impl fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Can(_) => f.write_str("AccessKey::Can(6 digits)"),
            Self::Mrz(_) => f.write_str("AccessKey::Mrz(..)"),
        }
    }
}

impl fmt::Debug for CardAccessNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardAccessNumber(6 digits)")
    }
}

impl fmt::Debug for MrzKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MrzKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: &str, birth: &str, expiry: &str) -> MrzKey {
        let number = DocumentNumber::parse(number).expect("valid number");
        let date = |text| DocumentDate::parse(text).expect("valid date");
        MrzKey::new(number, date(birth), date(expiry))
    }

    #[test]
    fn the_mrz_information_is_that_of_the_worked_examples() {
        // 9303-11 D.2, a long number and a short one; then the invented citizen.
        assert_eq!(*key("D23145890734", "12/07/1934", "12/07/1995").mrz_information(), b"D23145890734934071279507122");
        assert_eq!(*key("L898902C", "06/08/1969", "23/06/1994").mrz_information(), b"L898902C<369080619406236");
        assert_eq!(*key("085000017", "15/01/1985", "15/01/2045").mrz_information(), b"085000017985011564501158");
    }

    #[test]
    fn the_seed_is_that_of_the_worked_example() {
        let seed = key("L898902C", "06/08/1969", "23/06/1994").bac_seed();
        assert_eq!(hex::encode_upper(*seed), "239AB9CB282DAF66231DC5A4DF6BFBAE");
    }

    #[test]
    fn a_card_access_number_is_six_digits() {
        assert!(AccessKey::can("000017").is_ok());
        for wrong in ["", "00017", "0000017", "00001x", "０００"] {
            assert_eq!(AccessKey::can(wrong), Err(CardAccessNumberError));
        }
        let citizen = CitizenId::parse("085000000017").expect("twelve digits");
        assert_eq!(AccessKey::Can(CardAccessNumber::of(&citizen)), AccessKey::can("000017").expect("six digits"));
    }

    #[test]
    fn a_key_never_shows_in_debug_output() {
        assert_eq!(format!("{:?}", AccessKey::can("000017").expect("six digits")), "AccessKey::Can(6 digits)");
    }
}
