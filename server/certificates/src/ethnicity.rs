//! Ethnic groups as the gateway codes them: two digits of QĐ 121-TCTK/PPCĐ of 02/03/1979.
//!
//! The 54 codes below are those of the 1979 list, in its order (by population then). The later list of QĐ
//! 1019/QĐ-TCTK (2008) numbers the same groups differently (there 04 is Mường), so the two are never mixed. The 1979
//! list has no code for foreigners: `55` is what implementers use, unconfirmed, and therefore a setting
//! ([`crate::Settings::foreign_ethnicity`]).

use std::fmt;

const NAMES: [&str; 54] = [
    "Kinh",
    "Tày",
    "Thái",
    "Hoa",
    "Khơ-me",
    "Mường",
    "Nùng",
    "Hmông",
    "Dao",
    "Gia-rai",
    "Ngái",
    "Ê-đê",
    "Ba-na",
    "Xơ-đăng",
    "Sán Chay",
    "Cơ-ho",
    "Chăm",
    "Sán Dìu",
    "Hrê",
    "Mnông",
    "Ra-glai",
    "Xtiêng",
    "Bru-Vân Kiều",
    "Thổ",
    "Giáy",
    "Cơ-tu",
    "Gié-Triêng",
    "Mạ",
    "Khơ-mú",
    "Co",
    "Ta-ôi",
    "Chơ-ro",
    "Kháng",
    "Xinh-mun",
    "Hà Nhì",
    "Chu-ru",
    "Lào",
    "La Chí",
    "La Ha",
    "Phù Lá",
    "La Hủ",
    "Lự",
    "Lô Lô",
    "Chứt",
    "Mảng",
    "Pà Thẻn",
    "Cơ Lao",
    "Cống",
    "Bố Y",
    "Si La",
    "Pu Péo",
    "Brâu",
    "Ơ-đu",
    "Rơ-măm",
];

/// A two-digit code, 01 to 99.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EthnicityCode(u8);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an ethnicity code has two digits, 01 to 99")]
pub struct EthnicityCodeError;

impl EthnicityCode {
    pub const KINH: Self = Self(1);
    /// What implementers use for foreigners, unconfirmed: the default of the setting.
    pub const FOREIGN_RECALLED: Self = Self(55);

    /// Syntax only: whether the code is in use is decided with the settings (the code for foreigners is one).
    pub fn parse(text: &str) -> Result<Self, EthnicityCodeError> {
        if text.len() != 2 || !text.bytes().all(|b| b.is_ascii_digit()) {
            return Err(EthnicityCodeError);
        }
        text.parse().ok().filter(|code| *code > 0).map(Self).ok_or(EthnicityCodeError)
    }

    /// The 54 groups of the 1979 list.
    pub fn all() -> impl Iterator<Item = Self> {
        (1u8..).take(NAMES.len()).map(Self)
    }

    /// The group's name in the 1979 list; no other code has one.
    pub fn name(self) -> Option<&'static str> {
        NAMES.get(usize::from(self.0) - 1).copied()
    }

    /// The code of a group as the chip writes it (DG13 field 6), whatever its hyphens and marks.
    pub fn from_name(name: &str) -> Option<Self> {
        let wanted = crate::catalogue::search_key(name);
        Self::all().find(|code| code.name().is_some_and(|name| crate::catalogue::search_key(name) == wanted))
    }
}

impl fmt::Display for EthnicityCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_those_of_1979_not_of_2008() {
        let name = |text: &str| EthnicityCode::parse(text).expect("code").name();
        assert_eq!(name("01"), Some("Kinh"));
        assert_eq!(name("04"), Some("Hoa"));
        assert_eq!(name("06"), Some("Mường"));
        assert_eq!(name("54"), Some("Rơ-măm"));
        assert_eq!(name("55"), None);
        assert_eq!(EthnicityCode::parse("00"), Err(EthnicityCodeError));
        assert_eq!(EthnicityCode::parse("1"), Err(EthnicityCodeError));
    }

    #[test]
    fn the_chips_spelling_finds_the_code() {
        let code = |name: &str| EthnicityCode::from_name(name).map(|code| code.to_string());
        assert_eq!(code("Kinh").as_deref(), Some("01"));
        assert_eq!(code("KHƠ ME").as_deref(), Some("05"));
        assert_eq!(code("H'Mông").as_deref(), Some("08"));
        assert_eq!(code("Bru - Vân Kiều").as_deref(), Some("23"));
        assert_eq!(code("Nguồn"), None);
    }
}
