//! Numbers as northern Vietnamese speaks them, 0 to 65535.
//!
//! The rules that a word list alone would miss:
//! - 1 after a ten above *mười* is *mốt* (hai mươi mốt), but mười một;
//! - 4 after such a ten, and after *linh*, is *tư* (hai mươi tư, một trăm linh tư), but mười bốn. *Bốn* would be
//!   understood too; *tư* is what announcers say;
//! - 5 after any ten is *lăm* (mười lăm, hai mươi lăm), but một trăm linh năm;
//! - an empty ten is *linh* (một trăm linh năm), an empty hundred below a thousand is spoken (một nghìn không trăm linh
//!   ba), empty ends are not (một nghìn, hai nghìn một trăm).
//!
//! *Linh* and *nghìn* rather than the southern *lẻ* and *ngàn*: a hospital in the south records those words under the
//! same file names.

use crate::Clip;

/// The words of a number, in order.
pub fn words(number: u16) -> Vec<Clip> {
    let (thousands, rest) = (number / 1000, number % 1000);
    let mut words = Vec::new();
    if thousands > 0 {
        below_thousand(thousands, Hundreds::WhereThereAreSome, &mut words);
        words.push(Clip::Nghin);
        if rest > 0 {
            below_thousand(rest, Hundreds::Always, &mut words);
        }
    } else {
        below_thousand(rest, Hundreds::WhereThereAreSome, &mut words);
    }
    words
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Hundreds {
    /// After a thousand: "không trăm" keeps the place.
    Always,
    WhereThereAreSome,
}

fn below_thousand(number: u16, spoken: Hundreds, words: &mut Vec<Clip>) {
    let (hundreds, rest) = (number / 100, number % 100);
    let (tens, ones) = (rest / 10, rest % 10);
    let after_hundred = hundreds > 0 || spoken == Hundreds::Always;
    if after_hundred {
        words.extend([Clip::digit(hundreds), Clip::Tram]);
    }
    match (tens, ones) {
        (0, 0) if after_hundred => {}
        (0, 4) if after_hundred => words.extend([Clip::Linh, Clip::Tu]),
        (0, ones) if after_hundred => words.extend([Clip::Linh, Clip::digit(ones)]),
        (0, ones) => words.push(Clip::digit(ones)),
        (1, 0) => words.push(Clip::Muoi),
        (1, 5) => words.extend([Clip::Muoi, Clip::Lam]),
        (1, ones) => words.extend([Clip::Muoi, Clip::digit(ones)]),
        (tens, ones) => {
            words.extend([Clip::digit(tens), Clip::Tens]);
            match ones {
                0 => {}
                1 => words.push(Clip::MotAfterTens),
                4 => words.push(Clip::Tu),
                5 => words.push(Clip::Lam),
                ones => words.push(Clip::digit(ones)),
            }
        }
    }
}

/// The same as text: "hai mươi mốt".
pub fn text(number: u16) -> String {
    words(number).iter().map(|clip| clip.text()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SPOKEN: [(u16, &str); 44] = [
        (0, "không"),
        (1, "một"),
        (4, "bốn"),
        (5, "năm"),
        (9, "chín"),
        (10, "mười"),
        (11, "mười một"),
        (14, "mười bốn"),
        (15, "mười lăm"),
        (19, "mười chín"),
        (20, "hai mươi"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (25, "hai mươi lăm"),
        (27, "hai mươi bảy"),
        (31, "ba mươi mốt"),
        (44, "bốn mươi tư"),
        (55, "năm mươi lăm"),
        (91, "chín mươi mốt"),
        (99, "chín mươi chín"),
        (100, "một trăm"),
        (101, "một trăm linh một"),
        (104, "một trăm linh tư"),
        (105, "một trăm linh năm"),
        (110, "một trăm mười"),
        (111, "một trăm mười một"),
        (115, "một trăm mười lăm"),
        (120, "một trăm hai mươi"),
        (121, "một trăm hai mươi mốt"),
        (204, "hai trăm linh tư"),
        (555, "năm trăm năm mươi lăm"),
        (999, "chín trăm chín mươi chín"),
        (1000, "một nghìn"),
        (1003, "một nghìn không trăm linh ba"),
        (1004, "một nghìn không trăm linh tư"),
        (1010, "một nghìn không trăm mười"),
        (1015, "một nghìn không trăm mười lăm"),
        (1021, "một nghìn không trăm hai mươi mốt"),
        (1100, "một nghìn một trăm"),
        (2105, "hai nghìn một trăm linh năm"),
        (5000, "năm nghìn"),
        (9999, "chín nghìn chín trăm chín mươi chín"),
        (21_000, "hai mươi mốt nghìn"),
        (65_535, "sáu mươi lăm nghìn năm trăm ba mươi lăm"),
    ];

    #[test]
    fn numbers_are_spoken_as_vietnamese_does() {
        for (number, spoken) in SPOKEN {
            assert_eq!(text(number), spoken, "{number}");
        }
    }

    /// Hears words, and knows nothing of how they were made: a grammar read from the left.
    fn heard(text: &str) -> Option<u32> {
        let digit = |word: &str| {
            Some(match word {
                "không" => 0,
                "một" | "mốt" => 1,
                "hai" => 2,
                "ba" => 3,
                "bốn" | "tư" => 4,
                "năm" | "lăm" => 5,
                "sáu" => 6,
                "bảy" => 7,
                "tám" => 8,
                "chín" => 9,
                _ => return None,
            })
        };
        let (mut whole, mut group, mut last) = (0_u32, 0_u32, None::<u32>);
        for word in text.split(' ') {
            match word {
                "nghìn" => {
                    whole = (group + last.take().unwrap_or(0)) * 1000;
                    group = 0;
                }
                "trăm" => group += last.take()? * 100,
                "mươi" => group += last.take()? * 10,
                "mười" => group += 10,
                "linh" => {}
                word => {
                    if last.replace(digit(word)?).is_some() {
                        return None;
                    }
                }
            }
        }
        Some(whole + group + last.unwrap_or(0))
    }

    #[test]
    fn every_number_of_a_day_is_heard_as_the_number_it_is() {
        for number in 0..=9999 {
            assert_eq!(heard(&text(number)), Some(u32::from(number)), "{number}: {}", text(number));
        }
    }

    #[test]
    fn no_two_numbers_sound_alike() {
        let spoken: std::collections::HashSet<String> = (0..=9999).map(text).collect();
        assert_eq!(spoken.len(), 10_000);
    }

    proptest! {
        #[test]
        fn larger_numbers_are_heard_too(number: u16) {
            prop_assert_eq!(heard(&text(number)), Some(u32::from(number)));
        }

        #[test]
        fn the_words_that_bend_stand_only_where_they_bend(number: u16) {
            let words = words(number);
            for (index, word) in words.iter().enumerate() {
                let before = index.checked_sub(1).map(|before| words[before]);
                match word {
                    Clip::MotAfterTens => prop_assert_eq!(before, Some(Clip::Tens)),
                    Clip::Lam => prop_assert!(matches!(before, Some(Clip::Tens | Clip::Muoi))),
                    Clip::Tu => prop_assert!(matches!(before, Some(Clip::Tens | Clip::Linh))),
                    Clip::Linh => prop_assert_eq!(before, Some(Clip::Tram)),
                    _ => {}
                }
            }
        }
    }
}
