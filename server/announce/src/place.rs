//! The name of a room or counter, as it can be said: "102", "204A", "P203", "Siêu âm 2".

use unicode_normalization::UnicodeNormalization;

use crate::{Clip, Language, number};

/// Longer names than this are no names of rooms.
const MAX_CHARS: usize = 40;

/// A name that can be spoken in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PlaceName {
    shown: String,
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Piece {
    /// The digits as written, for English; their value, for Vietnamese.
    Digits {
        written: String,
        value: u16,
    },
    Letter {
        vietnamese: Clip,
        english: Clip,
    },
    Word {
        vietnamese: Clip,
        english: Clip,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    #[error("the name of a place has 1 to {MAX_CHARS} characters")]
    Length,
    #[error("no clip says {word:?} in the name {name:?}: use digits, letters and the words of the voice's vocabulary")]
    NotSpeakable { name: String, word: String },
    #[error("the number in {name:?} is above 65535")]
    Number { name: String },
}

/// More capitals in a row are an abbreviation that nobody would spell in a hall.
const MAX_LETTERS: usize = 3;

/// Words of room names, longest first where one begins another.
const WORDS: [(&str, Clip, Clip); 17] = [
    ("khám bệnh", Clip::Examination, Clip::EnglishExamination),
    ("siêu âm", Clip::Ultrasound, Clip::EnglishUltrasound),
    ("x-quang", Clip::Xray, Clip::EnglishXray),
    ("x quang", Clip::Xray, Clip::EnglishXray),
    ("xét nghiệm", Clip::Laboratory, Clip::EnglishLaboratory),
    ("lấy mẫu", Clip::Sampling, Clip::EnglishSampling),
    ("nội soi", Clip::Endoscopy, Clip::EnglishEndoscopy),
    ("điện tim", Clip::Ecg, Clip::EnglishEcg),
    ("thủ thuật", Clip::Procedures, Clip::EnglishProcedures),
    ("tiêm", Clip::Injections, Clip::EnglishInjections),
    ("cấp cứu", Clip::Emergency, Clip::EnglishEmergency),
    ("tiếp đón", Clip::Reception, Clip::EnglishReception),
    ("thu ngân", Clip::Cashier, Clip::EnglishCashier),
    ("nhà thuốc", Clip::Pharmacy, Clip::EnglishPharmacy),
    ("dược", Clip::Pharmacy, Clip::EnglishPharmacy),
    ("phòng", Clip::IntoRoom, Clip::PleaseRoom),
    ("quầy", Clip::ToCounter, Clip::PleaseCounter),
];

impl PlaceName {
    /// "Phòng 102" and "Quầy 1" are taken for "102" and "1": the sentence says the rest.
    pub fn parse(name: &str) -> Result<Self, PlaceError> {
        let shown: String = name.trim().nfc().collect();
        if shown.is_empty() || shown.chars().count() > MAX_CHARS {
            return Err(PlaceError::Length);
        }
        let lower = shown.to_lowercase();
        let mut rest = lower.trim_start_matches(SILENT);
        let mut pieces = Vec::new();
        while let Some(first) = rest.chars().next() {
            let written = shown.get(lower.len() - rest.len()..).unwrap_or_default();
            let (found, after) = piece(rest, first, written, &shown)?;
            pieces.extend(found);
            rest = after.trim_start_matches(SILENT);
        }
        if pieces.is_empty() { Err(PlaceError::Length) } else { Ok(Self { shown, pieces }) }
    }

    /// As it was written, for eyes.
    pub fn as_str(&self) -> &str {
        &self.shown
    }

    pub(crate) fn words(&self, language: Language) -> Vec<Clip> {
        let mut words = Vec::new();
        for piece in &self.pieces {
            match (piece, language) {
                (Piece::Digits { value, .. }, Language::Vietnamese) => words.extend(number::words(*value)),
                (Piece::Digits { written, .. }, Language::English) => {
                    words.extend(written.chars().filter_map(Clip::english_digit));
                }
                (Piece::Letter { vietnamese, .. } | Piece::Word { vietnamese, .. }, Language::Vietnamese) => {
                    words.push(*vietnamese);
                }
                (Piece::Letter { english, .. } | Piece::Word { english, .. }, Language::English) => {
                    words.push(*english);
                }
            }
        }
        words
    }

    /// "đến quầy số 3", but "đến quầy thu ngân".
    pub(crate) fn begins_with_a_word(&self) -> bool {
        matches!(self.pieces.first(), Some(Piece::Word { .. }))
    }
}

/// Stands between words and is not said.
const SILENT: [char; 6] = [' ', '-', '.', '/', ',', '\u{a0}'];

/// The first pieces, if they are some that are said, and what comes after them. `written` is `rest` before its capitals
/// were lost.
fn piece<'a>(rest: &'a str, first: char, written: &str, name: &str) -> Result<(Vec<Piece>, &'a str), PlaceError> {
    let known = WORDS.iter().find_map(|(word, vietnamese, english)| {
        let after = rest.strip_prefix(word)?;
        let ends = !after.starts_with(char::is_alphabetic);
        ends.then_some((*vietnamese, *english, after))
    });
    if let Some((vietnamese, english, after)) = known {
        let kind_of_place = matches!(vietnamese, Clip::IntoRoom | Clip::ToCounter);
        let said = (!kind_of_place).then_some(Piece::Word { vietnamese, english });
        return Ok((said.into_iter().collect(), after));
    }
    if first.is_ascii_digit() {
        let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let (digits, after) = rest.split_at(end);
        let value = digits.parse().map_err(|_| PlaceError::Number { name: name.to_owned() })?;
        return Ok((vec![Piece::Digits { written: digits.to_owned(), value }], after));
    }
    let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
    let (run, after) = rest.split_at(end);
    let letters: Option<Vec<Piece>> = run.chars().map(letter).collect();
    // "P", "b", "NS": letters. "tim": a word, whose clip is missing.
    let spelled = run.chars().count() == 1 || written.starts_with(run.to_uppercase().as_str());
    match letters.filter(|letters| spelled && (1..=MAX_LETTERS).contains(&letters.len())) {
        Some(letters) => Ok((letters, after)),
        None => {
            let word = rest.split(SILENT).next().unwrap_or(rest).to_owned();
            Err(PlaceError::NotSpeakable { name: name.to_owned(), word })
        }
    }
}

fn letter(letter: char) -> Option<Piece> {
    let vietnamese = Clip::letter(letter, Language::Vietnamese)?;
    Some(Piece::Letter { vietnamese, english: Clip::letter(letter, Language::English)? })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spoken(name: &str, language: Language) -> String {
        let place = PlaceName::parse(name).expect("speakable");
        place.words(language).iter().map(|clip| clip.text()).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn rooms_are_spoken_with_their_letters_and_words() {
        for (name, vietnamese, english) in [
            ("102", "một trăm linh hai", "one zero two"),
            ("Phòng 102", "một trăm linh hai", "one zero two"),
            ("Quầy 3", "ba", "three"),
            ("204A", "hai trăm linh tư a", "two zero four ay"),
            ("P203", "pê hai trăm linh ba", "p two zero three"),
            ("B.12", "bê mười hai", "b one two"),
            ("07", "bảy", "zero seven"),
            ("Siêu âm 2", "siêu âm hai", "ultrasound two"),
            ("X-quang 1", "ích quang một", "x-ray one"),
            ("NS2", "en nờ ét xì hai", "n s two"),
            ("Đ5", "đê năm", "d five"),
            ("Thu ngân", "thu ngân", "cashier"),
        ] {
            assert_eq!(spoken(name, Language::Vietnamese), vietnamese);
            assert_eq!(spoken(name, Language::English), english);
        }
    }

    #[test]
    fn a_word_without_a_clip_is_named() {
        let error = PlaceName::parse("Hành lang 2").expect_err("no such clip");
        assert_eq!(error, PlaceError::NotSpeakable { name: "Hành lang 2".into(), word: "hành".into() });
        assert!(matches!(PlaceName::parse("tim 2"), Err(PlaceError::NotSpeakable { .. })));
        assert!(matches!(PlaceName::parse("KHTH"), Err(PlaceError::NotSpeakable { .. })));
        assert_eq!(PlaceName::parse("99999999"), Err(PlaceError::Number { name: "99999999".into() }));
        assert_eq!(PlaceName::parse(""), Err(PlaceError::Length));
        assert_eq!(PlaceName::parse(" - "), Err(PlaceError::Length));
        assert_eq!(PlaceName::parse(&"1 ".repeat(40)), Err(PlaceError::Length));
    }

    #[test]
    fn letters_written_in_two_parts_are_the_same_letters() {
        let composed = PlaceName::parse("Siêu âm 2").expect("speakable");
        let decomposed = PlaceName::parse(&"Siêu âm 2".nfd().collect::<String>()).expect("speakable");
        assert_eq!(composed, decomposed);
    }

    proptest! {
        #[test]
        fn no_name_panics(name in "\\PC{0,60}") {
            if let Ok(place) = PlaceName::parse(&name) {
                prop_assert!(!place.words(Language::Vietnamese).is_empty());
                prop_assert!(!place.words(Language::English).is_empty());
            }
        }
    }
}
