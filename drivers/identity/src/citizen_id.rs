//! The 12-digit personal number (số định danh cá nhân).

use std::fmt;

use zeroize::Zeroize;

use crate::Sex;

/// Twelve digits and nothing more: the law guarantees only that (Luật Căn cước 26/2023 Đ12), there is no
/// check digit, and the old structure (province, century and sex, year) is a hint for staff, never a gate.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Zeroize)]
pub struct CitizenId([u8; 12]);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CitizenIdError {
    #[error("a personal number has 12 digits, this one has {0} characters")]
    Length(usize),
    #[error("a personal number has digits only")]
    NotDigits,
}

impl CitizenId {
    pub fn parse(text: &str) -> Result<Self, CitizenIdError> {
        let bytes = text.as_bytes();
        if bytes.len() != 12 {
            return Err(CitizenIdError::Length(text.chars().count()));
        }
        if !bytes.iter().all(u8::is_ascii_digit) {
            return Err(CitizenIdError::NotDigits);
        }
        let mut digits = [0; 12];
        digits.copy_from_slice(bytes);
        Ok(Self(digits))
    }

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or_default()
    }

    /// The card access number of the chip: the last six digits.
    pub fn card_access_number(&self) -> &str {
        &self.as_str()[6..]
    }

    /// The document number in the machine-readable zone: the last nine digits.
    pub fn mrz_document_number(&self) -> &str {
        &self.as_str()[3..]
    }

    /// For screens and paper that others may see: the last three digits only.
    pub fn masked(&self) -> String {
        format!("•••• •••• •{}", &self.as_str()[9..])
    }

    /// Year of birth and sex as the lapsed structure had them (digit 4: century and sex; 5 and 6: year).
    /// A hint: a mismatch is a note for staff, never a refusal.
    pub fn structure_hint(&self) -> (u16, Sex) {
        let century_and_sex = self.0[3] - b'0';
        let year = u16::from(self.0[4] - b'0') * 10 + u16::from(self.0[5] - b'0');
        let sex = if century_and_sex.is_multiple_of(2) { Sex::Male } else { Sex::Female };
        (1900 + 100 * u16::from(century_and_sex / 2) + year, sex)
    }
}

impl Drop for CitizenId {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for CitizenId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CitizenId(12 digits)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chip_opens_with_the_last_six_digits_and_the_mrz_holds_the_last_nine() {
        let id = CitizenId::parse("085000000017").expect("twelve digits");
        assert_eq!(id.card_access_number(), "000017");
        assert_eq!(id.mrz_document_number(), "000000017");
        assert_eq!(id.masked(), "•••• •••• •017");
    }

    #[test]
    fn anything_but_twelve_ascii_digits_is_refused_by_name() {
        assert_eq!(CitizenId::parse("08500000001"), Err(CitizenIdError::Length(11)));
        assert_eq!(CitizenId::parse("0850000000178"), Err(CitizenIdError::Length(13)));
        assert_eq!(CitizenId::parse("08500000001x"), Err(CitizenIdError::NotDigits));
        assert!(CitizenId::parse("٠٨٥٠٠٠").is_err());
    }

    #[test]
    fn the_number_never_shows_in_debug_output() {
        let id = CitizenId::parse("085000000017").expect("twelve digits");
        assert!(!format!("{id:?}").contains("0017"));
    }

    #[test]
    fn the_old_structure_is_read_as_a_hint() {
        let id = CitizenId::parse("001223000017").expect("twelve digits");
        assert_eq!(id.structure_hint(), (2023, Sex::Male));
        let id = CitizenId::parse("001123000017").expect("twelve digits");
        assert_eq!(id.structure_hint(), (1923, Sex::Female));
    }
}
