//! Setting text in dots: Unicode NFC, wrapped at spaces, from a TrueType file that the caller brings.
//!
//! Sizes are em heights in dots. No kerning and no shaping: Vietnamese and English need neither once the text is
//! composed. No hyphenation: a word longer than the line is broken where it ends.

use ab_glyph::{Font, FontVec, Glyph, PxScale, ScaleFont, point};
use unicode_normalization::UnicodeNormalization;

use crate::raster::Raster;

/// Be Vietnam Pro reaches 1.18 em up (Ằ) and 0.25 em down (Ạ). A line gives both their room, 1.44 em in all: so no mark
/// meets the line above and none is clipped.
const ASCENT: f32 = 1.18;
const DESCENT: f32 = 0.26;

/// Letters in one text. A ticket has lines, not chapters.
pub const MAX_TEXT_CHARS: usize = 400;

/// Ink starts where half of the dot is covered.
const COVERAGE_THRESHOLD: f32 = 0.5;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    #[error("these bytes are no TrueType or OpenType font")]
    NotAFont,
    #[error("a text has {chars} letters, at most {MAX_TEXT_CHARS} fit")]
    TextTooLong { chars: usize },
    #[error("{bytes} bytes fit into no QR code")]
    QrTooLong { bytes: usize },
    #[error("the page would be {height_dots} dots long")]
    PageTooLong { height_dots: i32 },
}

/// One weight of one typeface.
pub struct Typeface {
    font: FontVec,
}

impl Typeface {
    /// From the bytes of a TTF or OTF file.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, LayoutError> {
        let font = FontVec::try_from_vec(bytes).map_err(|_| LayoutError::NotAFont)?;
        Ok(Self { font })
    }

    /// Breaks a text into as few lines no wider than `width_dots` as there can be, and makes those about equally long:
    /// centred lines with one last word under them look like a mistake. A no-break space does not break.
    pub fn wrap(&self, text: &str, em_dots: f32, width_dots: i32) -> Result<Vec<Line>, LayoutError> {
        let text = composed(text)?;
        let mut lines = Vec::new();
        for paragraph in text.split('\n') {
            let greedy = self.wrap_paragraph(paragraph, em_dots, width_dots);
            // the narrowest width that needs no more lines
            let (mut too_narrow, mut wide_enough) = (width_dots / 2, width_dots);
            while greedy.len() > 1 && wide_enough - too_narrow > 4 {
                let middle = (too_narrow + wide_enough) / 2;
                if self.wrap_paragraph(paragraph, em_dots, middle).len() <= greedy.len() {
                    wide_enough = middle;
                } else {
                    too_narrow = middle;
                }
            }
            // A word that fills a line by itself is broken where the line ends, not sooner.
            let widest_word = paragraph.split(' ').map(|word| self.width(word, em_dots)).fold(0.0, f32::max);
            if widest_word > wide_enough as f32 {
                lines.extend(greedy);
            } else {
                lines.extend(self.wrap_paragraph(paragraph, em_dots, wide_enough));
            }
        }
        Ok(lines)
    }

    /// One line, however wide.
    pub fn line(&self, text: &str, em_dots: f32) -> Result<Line, LayoutError> {
        let text = composed(text)?.replace('\n', " ");
        Ok(self.measured(&text, em_dots))
    }

    /// One line, as large as `width_dots` allows, `max_em_dots` at most.
    pub fn line_that_fits(&self, text: &str, max_em_dots: f32, width_dots: i32) -> Result<Line, LayoutError> {
        let line = self.line(text, max_em_dots)?;
        if line.width_dots <= width_dots as f32 {
            return Ok(line);
        }
        let em_dots = (max_em_dots * width_dots as f32 / line.width_dots).floor();
        self.line(text, em_dots.max(1.0))
    }

    /// How high a capital is over the baseline.
    #[must_use]
    pub fn cap_height_dots(&self, em_dots: f32) -> i32 {
        let glyph = self.font.glyph_id('H').with_scale_and_position(self.scale(em_dots), point(0.0, 0.0));
        let outline = self.font.outline_glyph(glyph);
        outline.map_or(em_dots as i32, |outline| (-outline.px_bounds().min.y).ceil() as i32)
    }

    /// Draws a line with its left edge at `left` and its baseline at `baseline`.
    pub fn draw(&self, page: &mut Raster, line: &Line, left: i32, baseline: i32, pen: Pen) {
        let scale = self.scale(line.em_dots);
        let scaled = self.font.as_scaled(scale);
        let mut x = left as f32;
        for letter in line.text.chars() {
            let id = self.font.glyph_id(letter);
            let glyph: Glyph = id.with_scale_and_position(scale, point(x, baseline as f32));
            x += scaled.h_advance(id);
            let Some(outline) = self.font.outline_glyph(glyph) else {
                continue;
            };
            let corner = outline.px_bounds().min;
            let (corner_x, corner_y) = (corner.x as i32, corner.y as i32);
            outline.draw(|dx, dy, coverage| {
                if coverage >= COVERAGE_THRESHOLD {
                    let x = corner_x.saturating_add_unsigned(dx);
                    let y = corner_y.saturating_add_unsigned(dy);
                    match pen {
                        Pen::Black => page.ink(x, y),
                        Pen::White => page.erase(x, y),
                    }
                }
            });
        }
    }

    fn wrap_paragraph(&self, text: &str, em_dots: f32, width_dots: i32) -> Vec<Line> {
        let mut lines = Vec::new();
        let fits = |candidate: &str| self.width(candidate, em_dots) <= width_dots as f32;
        let mut current = String::new();
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            let candidate = if current.is_empty() { word.to_owned() } else { format!("{current} {word}") };
            if fits(&candidate) {
                current = candidate;
                continue;
            }
            if !current.is_empty() {
                lines.push(self.measured(&current, em_dots));
                current.clear();
            }
            for letter in word.chars() {
                current.push(letter);
                if current.chars().count() > 1 && !fits(&current) {
                    current.pop();
                    lines.push(self.measured(&current, em_dots));
                    current.clear();
                    current.push(letter);
                }
            }
        }
        if !current.is_empty() {
            lines.push(self.measured(&current, em_dots));
        }
        lines
    }

    fn measured(&self, text: &str, em_dots: f32) -> Line {
        Line { text: text.to_owned(), em_dots, width_dots: self.width(text, em_dots) }
    }

    fn width(&self, text: &str, em_dots: f32) -> f32 {
        let scaled = self.font.as_scaled(self.scale(em_dots));
        text.chars().map(|letter| scaled.h_advance(self.font.glyph_id(letter))).sum()
    }

    /// ab_glyph scales ascent to descent, typographers the em.
    fn scale(&self, em_dots: f32) -> PxScale {
        let units_per_em = self.font.units_per_em().unwrap_or(1000.0);
        PxScale::from(em_dots * self.font.height_unscaled() / units_per_em)
    }
}

impl std::fmt::Debug for Typeface {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Typeface({} glyphs)", self.font.glyph_count())
    }
}

/// Black on white, or white in a black area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pen {
    Black,
    White,
}

/// A measured line, in NFC.
#[derive(Clone, PartialEq)]
pub struct Line {
    text: String,
    em_dots: f32,
    width_dots: f32,
}

impl Line {
    #[must_use]
    pub fn width_dots(&self) -> i32 {
        self.width_dots.ceil() as i32
    }

    #[must_use]
    pub fn em_dots(&self) -> f32 {
        self.em_dots
    }

    /// The line's share of the page.
    #[must_use]
    pub fn height_dots(&self) -> i32 {
        self.baseline_dots() + (self.em_dots * DESCENT).ceil() as i32
    }

    /// From the top of the line to its baseline: the marks of Ẩ above, the dot of ệ below.
    #[must_use]
    pub fn baseline_dots(&self) -> i32 {
        (self.em_dots * ASCENT).ceil() as i32
    }
}

impl std::fmt::Debug for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Line({} letters, {} dots)", self.text.chars().count(), self.width_dots())
    }
}

/// NFC, so that each letter is one glyph with its marks where the type designer put them; control characters are dropped.
fn composed(text: &str) -> Result<String, LayoutError> {
    let chars = text.chars().count();
    if chars > MAX_TEXT_CHARS {
        return Err(LayoutError::TextTooLong { chars });
    }
    Ok(text
        .nfc()
        .map(|letter| if letter == '\t' { ' ' } else { letter })
        .filter(|letter| *letter == '\n' || !letter.is_control())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_font_are_refused() {
        for bytes in [vec![], vec![0; 100], b"\x00\x01\x00\x00rubbish".to_vec()] {
            assert_eq!(Typeface::parse(bytes).err(), Some(LayoutError::NotAFont));
        }
    }

    #[test]
    fn decomposed_letters_are_composed_and_control_characters_dropped() {
        assert_eq!(composed("Hoa\u{300}ng\u{1b}@\t\u{7f}x"), Ok("Hoàng@ x".to_owned()));
        let long = "a".repeat(401);
        assert_eq!(composed(&long), Err(LayoutError::TextTooLong { chars: 401 }));
    }
}
