//! Vietnamese under a finger: plain letters, the seven that have keys of their own (ă â đ ê ô ơ ư), and five tones that
//! find their vowel.
//!
//! A tone goes where Vietnamese writes it ("Hòa", "Nguyễn", "Hoàng"); touched again it moves on to the next vowel
//! ("Hoà") and then away, so that a name is written as its family writes it. Everything stays in NFC.

use std::ops::Range;

use zeroize::Zeroizing;

use crate::screen::ToneMark;

/// Each vowel plain and with the five tones: sắc, huyền, hỏi, ngã, nặng.
const VOWELS: [[char; 6]; 12] = [
    ['a', 'á', 'à', 'ả', 'ã', 'ạ'],
    ['ă', 'ắ', 'ằ', 'ẳ', 'ẵ', 'ặ'],
    ['â', 'ấ', 'ầ', 'ẩ', 'ẫ', 'ậ'],
    ['e', 'é', 'è', 'ẻ', 'ẽ', 'ẹ'],
    ['ê', 'ế', 'ề', 'ể', 'ễ', 'ệ'],
    ['i', 'í', 'ì', 'ỉ', 'ĩ', 'ị'],
    ['o', 'ó', 'ò', 'ỏ', 'õ', 'ọ'],
    ['ô', 'ố', 'ồ', 'ổ', 'ỗ', 'ộ'],
    ['ơ', 'ớ', 'ờ', 'ở', 'ỡ', 'ợ'],
    ['u', 'ú', 'ù', 'ủ', 'ũ', 'ụ'],
    ['ư', 'ứ', 'ừ', 'ử', 'ữ', 'ự'],
    ['y', 'ý', 'ỳ', 'ỷ', 'ỹ', 'ỵ'],
];

/// What the keyboard has besides the letters of the Latin alphabet.
pub(crate) const MARKED: [char; 7] = ['ă', 'â', 'đ', 'ê', 'ô', 'ơ', 'ư'];
pub(crate) const SIGNS: [char; 5] = ['-', ',', '.', '/', '\''];

/// Which letters are written large by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Capitals {
    /// Names.
    EveryWord,
    /// Addresses, medicines.
    First,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shift {
    Lower,
    Upper,
}

/// What is being typed; wiped when dropped.
#[derive(Clone)]
pub(crate) struct Typing {
    text: Zeroizing<String>,
    max_chars: usize,
    pub capitals: Capitals,
    pub shift: Shift,
}

impl Typing {
    /// Begins with what stands there already.
    pub fn new(text: &str, max_chars: u16, capitals: Capitals) -> Self {
        let max_chars = usize::from(max_chars).clamp(1, 1024);
        // Room for everything at once: a string that grows leaves copies behind.
        let mut room = Zeroizing::new(String::with_capacity(4 * max_chars));
        room.extend(text.chars().take(max_chars));
        let mut typing = Self { text: room, max_chars, capitals, shift: Shift::Lower };
        typing.shift = typing.next_shift();
        typing
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// Without spaces at the ends; nothing typed is nothing.
    pub fn finished(&self) -> Option<&str> {
        Some(self.text.trim()).filter(|text| !text.is_empty())
    }

    pub fn letter(&mut self, letter: char) {
        let known =
            letter.is_ascii_alphanumeric() || letter == ' ' || MARKED.contains(&letter) || SIGNS.contains(&letter);
        let second_space = letter == ' ' && (self.text.is_empty() || self.text.ends_with(' '));
        if !known || second_space || self.text.chars().count() >= self.max_chars {
            return;
        }
        let mut syllable = self.take_syllable();
        let toned = toned(&syllable).filter(|(at, _)| tone_place(&syllable) == Some(*at));
        syllable.push(match self.shift {
            Shift::Upper => upper(letter),
            Shift::Lower => letter,
        });
        // "hòa" and "n" are "hoàn"; a space or a sign belongs to no syllable.
        if let Some((at, tone)) = toned.filter(|_| letter.is_alphabetic())
            && let Some(place) = tone_place(&syllable)
        {
            set_tone(&mut syllable[at], 0);
            set_tone(&mut syllable[place], tone);
        }
        self.text.extend(syllable.iter());
        self.shift = self.next_shift();
    }

    pub fn tone(&mut self, mark: ToneMark) {
        let tone = mark as usize + 1;
        let mut syllable = self.take_syllable();
        match toned(&syllable) {
            Some((at, old)) if old == tone => {
                set_tone(&mut syllable[at], 0);
                if let Some(next) = cluster(&syllable).find(|vowel| *vowel > at) {
                    set_tone(&mut syllable[next], tone);
                }
            }
            Some((at, _)) => set_tone(&mut syllable[at], tone),
            None => {
                if let Some(place) = tone_place(&syllable) {
                    set_tone(&mut syllable[place], tone);
                }
            }
        }
        self.text.extend(syllable.iter());
    }

    pub fn erase(&mut self) {
        self.text.pop();
        self.shift = self.next_shift();
    }

    pub fn toggle_shift(&mut self) {
        self.shift = match self.shift {
            Shift::Lower => Shift::Upper,
            Shift::Upper => Shift::Lower,
        };
    }

    fn next_shift(&self) -> Shift {
        let begins = match self.capitals {
            Capitals::EveryWord => self.text.is_empty() || self.text.ends_with([' ', '-']),
            Capitals::First => self.text.is_empty(),
        };
        if begins { Shift::Upper } else { Shift::Lower }
    }

    /// The letters since the last space or sign, taken off.
    fn take_syllable(&mut self) -> Zeroizing<Vec<char>> {
        let start = self.text.char_indices().rev().take_while(|(_, c)| c.is_alphabetic()).last();
        let start = start.map_or(self.text.len(), |(index, _)| index);
        // Room for the letter that follows.
        let mut syllable = Zeroizing::new(Vec::with_capacity(self.text.len() - start + 1));
        syllable.extend(self.text[start..].chars());
        self.text.truncate(start);
        syllable
    }
}

/// Row of [`VOWELS`] and tone, whatever the case.
fn vowel(letter: char) -> Option<(usize, usize)> {
    let small = lower(letter);
    VOWELS.iter().enumerate().find_map(|(row, tones)| Some((row, tones.iter().position(|one| *one == small)?)))
}

fn set_tone(letter: &mut char, tone: usize) {
    if let Some((row, _)) = vowel(*letter) {
        let small = VOWELS[row][tone];
        *letter = if lower(*letter) == *letter { small } else { upper(small) };
    }
}

/// Every letter of Vietnamese has one large and one small form.
fn lower(letter: char) -> char {
    letter.to_lowercase().next().unwrap_or(letter)
}

fn upper(letter: char) -> char {
    letter.to_uppercase().next().unwrap_or(letter)
}

/// Where the tone stands, and which.
fn toned(syllable: &[char]) -> Option<(usize, usize)> {
    syllable.iter().enumerate().find_map(|(at, letter)| Some((at, vowel(*letter)?.1)).filter(|(_, tone)| *tone > 0))
}

/// The vowels that may carry a tone: the first run, without the u of "qu" and the i of "gi" before another vowel.
fn cluster(syllable: &[char]) -> Range<usize> {
    let is_vowel = |at: usize| syllable.get(at).is_some_and(|letter| vowel(*letter).is_some());
    let first = (0..syllable.len()).find(|at| is_vowel(*at)).unwrap_or(syllable.len());
    let glides = first > 0
        && is_vowel(first + 1)
        && matches!((lower(syllable[first - 1]), lower(syllable[first])), ('q', 'u') | ('g', 'i'));
    let first = if glides { first + 1 } else { first };
    let end = (first..syllable.len()).find(|at| !is_vowel(*at)).unwrap_or(syllable.len());
    first..end
}

/// A vowel with a mark of its own, the last of them; else the one before a final consonant; else the middle one of
/// three and the first of two.
fn tone_place(syllable: &[char]) -> Option<usize> {
    let cluster: Vec<usize> = cluster(syllable).collect();
    let has_mark = |at: &&usize| vowel(syllable[**at]).is_some_and(|(row, _)| matches!(row, 1 | 2 | 4 | 7 | 8 | 10));
    if let Some(marked) = cluster.iter().rev().find(has_mark) {
        return Some(*marked);
    }
    let last = *cluster.last()?;
    let closed = last + 1 < syllable.len();
    match (cluster.len(), closed) {
        (_, true) => Some(last),
        (3.., false) => cluster.get(1).copied(),
        (_, false) => cluster.first().copied(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `1` to `5` are the tones, `^` is the shift key.
    fn typed(keys: &str, capitals: Capitals) -> String {
        let mut typing = Typing::new("", 80, capitals);
        press(&mut typing, keys);
        typing.text().to_owned()
    }

    fn press(typing: &mut Typing, keys: &str) {
        for key in keys.chars() {
            match key {
                '1' => typing.tone(ToneMark::Sac),
                '2' => typing.tone(ToneMark::Huyen),
                '3' => typing.tone(ToneMark::Hoi),
                '4' => typing.tone(ToneMark::Nga),
                '5' => typing.tone(ToneMark::Nang),
                '^' => typing.toggle_shift(),
                letter => typing.letter(letter),
            }
        }
    }

    #[test]
    fn names_are_written_as_their_families_write_them() {
        let table = [
            ("nguyên4 văn mâu4", "Nguyễn Văn Mẫu"),
            ("hoa2", "Hòa"),
            ("hoa22", "Hoà"),
            ("hoa222", "Hoa"),
            ("hoa2ng", "Hoàng"),
            ("thuy1", "Thúy"),
            ("thuy33", "Thuỷ"),
            ("quy1", "Quý"),
            ("quôc1", "Quốc"),
            ("gia1", "Giá"),
            ("gi2", "Gì"),
            ("huynh2", "Huỳnh"),
            ("thương2", "Thường"),
            ("đăng5 thi5 bươi3", "Đặng Thị Bưởi"),
            ("khuyu3", "Khuỷu"),
            ("ngoai2", "Ngoài"),
            ("yên1 nhi", "Yến Nhi"),
            ("mai2 5", "Mài "),
            ("y15", "Ỵ"),
            ("h'hen niê", "H'hen Niê"),
        ];
        for (keys, name) in table {
            assert_eq!(typed(keys, Capitals::EveryWord), name, "{keys}");
        }
        assert_eq!(typed("sô1", Capitals::First), "Số");
        assert_eq!(typed("h'^hen", Capitals::EveryWord), "H'Hen");
    }

    #[test]
    fn every_letter_of_vietnamese_can_be_typed_large_and_small() {
        let tones = ["", "1", "2", "3", "4", "5"];
        for row in VOWELS {
            for (tone, key) in tones.iter().enumerate() {
                assert_eq!(typed(&format!("^{}{key}", row[0]), Capitals::First), row[tone].to_string());
                assert_eq!(typed(&format!("{}{key}", row[0]), Capitals::First), upper(row[tone]).to_string());
            }
        }
        assert_eq!(typed("đ^đ", Capitals::First), "ĐĐ");
        let consonants = "bcdghklmnpqrstvxfjwz";
        assert_eq!(typed(&format!("^{consonants}"), Capitals::First), consonants);
    }

    #[test]
    fn no_key_makes_it_longer_than_it_may_be_and_erasing_takes_a_whole_letter() {
        let mut typing = Typing::new("An", 3, Capitals::EveryWord);
        for letter in "hđ ".chars() {
            typing.letter(letter);
        }
        assert_eq!(typing.text(), "Anh");
        typing.erase();
        typing.tone(ToneMark::Sac);
        assert_eq!(typing.text(), "Án");
        typing.erase();
        typing.erase();
        typing.erase();
        assert_eq!((typing.text(), typing.shift), ("", Shift::Upper));
        assert_eq!(typing.finished(), None);
        typing.letter(' ');
        typing.letter('\u{301}');
        typing.letter('\n');
        assert_eq!(typing.text(), "", "nothing but the keys there are");
    }

    proptest! {
        #[test]
        fn whatever_is_pressed_stays_short_and_composed(start in ".{0,12}", keys in "[a-zăâđêôơư1-5^ '/-]{0,60}") {
            let mut typing = Typing::new(&start, 20, Capitals::EveryWord);
            press(&mut typing, &keys);
            prop_assert!(typing.text().chars().count() <= 20);
            if start.is_empty() {
                let combining = |c: char| ('\u{300}'..='\u{36f}').contains(&c);
                prop_assert!(!typing.text().contains(combining) && !typing.text().contains("  "));
            }
        }
    }
}
