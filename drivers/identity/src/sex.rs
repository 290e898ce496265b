//! Sex as documents write it.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    Male,
    Female,
    /// `<` in a machine-readable zone, code 3 (chưa xác định) in the insurance gateway.
    Unspecified,
}

impl Sex {
    /// `Nam` or `Nữ`, as the card QR, DG13 and the gateway's replies write it, in either normal form.
    pub fn from_vietnamese(text: &str) -> Option<Self> {
        use unicode_normalization::UnicodeNormalization;
        match text.trim().nfc().collect::<String>().to_lowercase().as_str() {
            "nam" => Some(Self::Male),
            "nữ" | "nu" => Some(Self::Female),
            _ => None,
        }
    }

    /// `M`, `F` or `<` of a machine-readable zone (ICAO Doc 9303-4 4.2.2).
    pub fn from_mrz(character: u8) -> Option<Self> {
        match character {
            b'M' => Some(Self::Male),
            b'F' => Some(Self::Female),
            b'<' => Some(Self::Unspecified),
            _ => None,
        }
    }

    /// `1` or `2` of the insurance card QR; the gateway's XML adds `3`.
    pub fn from_insurance_code(code: &str) -> Option<Self> {
        match code.trim() {
            "1" => Some(Self::Male),
            "2" => Some(Self::Female),
            "3" => Some(Self::Unspecified),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decomposed_nu_is_still_nu() {
        assert_eq!(Sex::from_vietnamese("Nu\u{31b}\u{303}"), Some(Sex::Female));
        assert_eq!(Sex::from_vietnamese("Nam "), Some(Sex::Male));
        assert_eq!(Sex::from_vietnamese("?"), None);
    }
}
