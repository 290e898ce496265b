//! Text in lines: composed, without control characters, broken at spaces, and inside a word only where the word alone is
//! wider than the line.

use unicode_normalization::UnicodeNormalization;

use crate::fonts::{Fonts, Weight};

/// NFC, every kind of white space and control character one space.
pub fn composed(text: &str) -> String {
    let spaced: String =
        text.nfc().map(|letter| if letter.is_control() || letter.is_whitespace() { ' ' } else { letter }).collect();
    spaced.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// One way of writing.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub weight: Weight,
    pub size: f32,
}

impl Style {
    pub const fn new(weight: Weight, size: f32) -> Self {
        Self { weight, size }
    }

    /// From one baseline to the next. Be Vietnam Pro reaches 1.18 em up (Ằ) and 0.25 em down (Ạ).
    pub fn leading(self) -> f32 {
        self.size * 1.44
    }

    pub fn ascent(self) -> f32 {
        self.size * 1.1
    }

    pub fn width(self, fonts: &Fonts, text: &str) -> f32 {
        fonts.width(self.weight, self.size, text)
    }
}

/// Lines no wider than `width`, the first no wider than `first`. At least one line, which may be empty.
pub fn wrapped(fonts: &Fonts, style: Style, text: &str, first: f32, width: f32) -> Vec<String> {
    let text = composed(text);
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let room = |lines: &[String]| if lines.is_empty() { first } else { width };
    for word in text.split(' ') {
        let longer = if line.is_empty() { word.to_owned() } else { format!("{line} {word}") };
        if style.width(fonts, &longer) <= room(&lines) {
            line = longer;
            continue;
        }
        if !line.is_empty() || (lines.is_empty() && style.width(fonts, word) <= width) {
            // An empty first line: the label left no room for the word beside it.
            lines.push(std::mem::take(&mut line));
        }
        for letter in word.chars() {
            let mut longer = line.clone();
            longer.push(letter);
            if !line.is_empty() && style.width(fonts, &longer) > room(&lines) {
                lines.push(std::mem::take(&mut line));
            }
            line.push(letter);
        }
    }
    lines.push(line);
    lines
}
