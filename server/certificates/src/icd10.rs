//! ICD-10 codes: syntax only, the book of codes is the hospital's.

use std::fmt;

/// A capital, two digits, and after a point one or two digits more (`I21`, `J18.9`, `S06.20`), with the dagger or
/// asterisk of dual classification where the coder wrote one.
#[derive(Clone, PartialEq, Eq)]
pub struct Icd10Code(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an ICD-10 code is a capital and two digits, perhaps a point and one or two digits more")]
pub struct Icd10CodeError;

impl Icd10Code {
    pub fn parse(text: &str) -> Result<Self, Icd10CodeError> {
        let stem = text.strip_suffix(['†', '*', '+']).unwrap_or(text);
        let (category, detail) = stem.split_once('.').unwrap_or((stem, "0"));
        let [letter, digits @ ..] = category.as_bytes() else {
            return Err(Icd10CodeError);
        };
        let form = letter.is_ascii_uppercase()
            && digits.len() == 2
            && digits.iter().all(u8::is_ascii_digit)
            && (1..=2).contains(&detail.len())
            && detail.bytes().all(|b| b.is_ascii_digit());
        if form { Ok(Self(text.to_owned())) } else { Err(Icd10CodeError) }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A diagnosis is health data: it stays out of logs.
impl fmt::Debug for Icd10Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Icd10Code(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_the_book_are_read() {
        for text in ["I21", "J18.9", "S06.20", "A17.0†", "G01*", "U07.1", "Z37.0"] {
            assert_eq!(Icd10Code::parse(text).expect("code").as_str(), text);
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["", "I", "i21", "I2", "I211", "J18.", "J18.999", "J18,9", "†", "É18"] {
            assert_eq!(Icd10Code::parse(text), Err(Icd10CodeError), "{text}");
        }
    }
}
