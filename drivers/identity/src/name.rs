//! Names of people, and when two spellings are the same name.

use std::fmt;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A person's full name as written, in normal form C, single spaces, 1 to 255 characters.
#[derive(Clone, PartialEq, Eq, Hash, Zeroize, ZeroizeOnDrop)]
pub struct PersonName(String);

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PersonNameError {
    #[error("the name is empty")]
    Empty,
    #[error("a name has at most 255 characters, this one has {0}")]
    TooLong(usize),
    #[error("a name has no control characters")]
    ControlCharacter,
}

/// The outcome of comparing two spellings, from strongest to weakest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameComparison {
    /// The same letters and marks, apart from case.
    Same,
    /// The same once tone marks stand on the same vowel (Hoà, Hòa).
    SpellingVariant,
    /// The same letters, but one side lacks marks, as a machine-readable zone does.
    SameWithoutMarks,
    Different,
}

impl PersonName {
    pub fn parse(text: &str) -> Result<Self, PersonNameError> {
        if text.chars().any(|c| c.is_control() && !c.is_whitespace()) {
            return Err(PersonNameError::ControlCharacter);
        }
        let name = text.nfc().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ");
        match name.chars().count() {
            0 => Err(PersonNameError::Empty),
            1..=255 => Ok(Self(name)),
            length => Err(PersonNameError::TooLong(length)),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For screens and paper that others may see: first and last syllable, stars between ("Nguyễn *** Mẫu").
    pub fn masked(&self) -> String {
        let words: Vec<&str> = self.0.split(' ').collect();
        match words.as_slice() {
            [only] => only.chars().take(1).chain("***".chars()).collect(),
            [first, .., last] => format!("{first} *** {last}"),
            [] => String::new(),
        }
    }

    pub fn compare(&self, other: &Self) -> NameComparison {
        let (a, b) = (self.0.to_lowercase(), other.0.to_lowercase());
        if a == b {
            NameComparison::Same
        } else if tone_marks_at_end(&a) == tone_marks_at_end(&b) {
            NameComparison::SpellingVariant
        } else if without_marks(&a) == without_marks(&b) {
            NameComparison::SameWithoutMarks
        } else {
            NameComparison::Different
        }
    }
}

/// A name is personal: its content stays out of logs.
impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PersonName({} characters)", self.0.chars().count())
    }
}

/// Grave, acute, tilde, hook above and dot below: the five written tones. Circumflex, breve and horn make
/// another letter and stay where they are.
fn is_tone(c: char) -> bool {
    matches!(c, '\u{300}' | '\u{301}' | '\u{303}' | '\u{309}' | '\u{323}')
}

fn tone_marks_at_end(text: &str) -> String {
    let syllable = |word: &str| -> String {
        let (tones, letters): (Vec<char>, Vec<char>) = word.nfd().partition(|c| is_tone(*c));
        letters.into_iter().chain(tones).collect::<String>().nfc().collect()
    };
    text.split(' ').map(syllable).collect::<Vec<_>>().join(" ")
}

fn without_marks(text: &str) -> String {
    text.nfd().filter(|c| !is_combining_mark(*c)).map(|c| if c == 'đ' { 'd' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> PersonName {
        PersonName::parse(text).expect("valid name")
    }

    #[test]
    fn the_place_of_a_tone_mark_and_the_normal_form_make_no_other_person() {
        assert_eq!(name("Trần Thị Hoà").compare(&name("TRẦN THỊ HÒA")), NameComparison::SpellingVariant);
        assert_eq!(name("Nguyễn Thuý").compare(&name("Nguyễn Thúy")), NameComparison::SpellingVariant);
        let decomposed: String = "Nguyễn Văn Mẫu".nfd().collect();
        assert_eq!(name("Nguyễn Văn Mẫu").compare(&name(&decomposed)), NameComparison::Same);
    }

    #[test]
    fn another_tone_or_letter_is_another_name() {
        assert_eq!(name("Trần Thị Hoa").compare(&name("Trần Thị Hòa")), NameComparison::SameWithoutMarks);
        assert_eq!(name("Trần Văn An").compare(&name("Trần Văn Bình")), NameComparison::Different);
        assert_eq!(name("Đỗ Ân").compare(&name("DO AN")), NameComparison::SameWithoutMarks);
    }

    #[test]
    fn a_masked_name_keeps_only_its_ends() {
        assert_eq!(name("Nguyễn Văn Mẫu").masked(), "Nguyễn *** Mẫu");
        assert_eq!(name("Mẫu").masked(), "M***");
    }

    #[test]
    fn rubbish_is_refused_by_name() {
        assert_eq!(PersonName::parse("  "), Err(PersonNameError::Empty));
        assert_eq!(PersonName::parse("A\u{1b}[2J"), Err(PersonNameError::ControlCharacter));
        assert_eq!(PersonName::parse(&"a".repeat(256)), Err(PersonNameError::TooLong(256)));
    }
}
