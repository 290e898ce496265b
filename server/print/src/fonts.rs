//! Be Vietnam Pro (SIL Open Font License), in the weights a paper uses. Sizes are points.
//!
//! One glyph a character and no kerning: composed (NFC) Vietnamese needs no shaping.

use std::fmt;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use ab_glyph::{Font as _, FontVec};

use crate::PrintError;

/// The real files have 140 kB.
pub const MAX_FONT_BYTES: u64 = 4 * 1024 * 1024;

/// The typefaces of a paper. Cheap to clone.
#[derive(Clone)]
pub struct Fonts(Arc<[Typeface; 4]>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Weight {
    Light,
    Regular,
    SemiBold,
    Bold,
}

struct Typeface {
    metrics: FontVec,
    units_per_em: f32,
    embedded: krilla::text::Font,
    /// For characters that the typeface lacks: a paper must not lose them silently.
    missing: ab_glyph::GlyphId,
}

/// One glyph and how far it moves the pen, in ems.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Placed {
    pub id: u16,
    pub advance: f32,
}

const FILES: [&str; 4] =
    ["BeVietnamPro-Light.ttf", "BeVietnamPro-Regular.ttf", "BeVietnamPro-SemiBold.ttf", "BeVietnamPro-Bold.ttf"];

impl Fonts {
    /// Reads the four files of Be Vietnam Pro from a folder.
    pub fn open(folder: &Path) -> Result<Self, PrintError> {
        let open = |file: &'static str| -> Result<Typeface, PrintError> {
            let unreadable = |source| PrintError::FontUnreadable { file, source };
            let mut bytes = Vec::new();
            let opened = std::fs::File::open(folder.join(file)).map_err(unreadable)?;
            opened.take(MAX_FONT_BYTES + 1).read_to_end(&mut bytes).map_err(unreadable)?;
            if bytes.len() as u64 > MAX_FONT_BYTES {
                return Err(PrintError::FontTooLarge { file });
            }
            Typeface::parse(bytes).ok_or(PrintError::NotAFont { file })
        };
        let [light, regular, semi_bold, bold] = FILES;
        Ok(Self(Arc::new([open(light)?, open(regular)?, open(semi_bold)?, open(bold)?])))
    }

    fn typeface(&self, weight: Weight) -> &Typeface {
        &self.0[weight as usize]
    }

    pub(crate) fn embedded(&self, weight: Weight) -> krilla::text::Font {
        self.typeface(weight).embedded.clone()
    }

    pub(crate) fn glyph(&self, weight: Weight, letter: char) -> Placed {
        let face = self.typeface(weight);
        let found = face.metrics.glyph_id(letter);
        let id = if found.0 == 0 || !is_writable(letter) { face.missing } else { found };
        Placed { id: id.0, advance: face.metrics.h_advance_unscaled(id) / face.units_per_em }
    }

    /// The letter, or the sign that stands for one the typeface lacks.
    pub(crate) fn printable(&self, weight: Weight, letter: char) -> char {
        let lacks = self.typeface(weight).metrics.glyph_id(letter).0 == 0;
        if lacks || !is_writable(letter) { MISSING } else { letter }
    }

    pub(crate) fn width(&self, weight: Weight, size: f32, text: &str) -> f32 {
        text.chars().map(|letter| self.glyph(weight, letter).advance * size).sum()
    }
}

/// Stands for a character that the typeface lacks.
const MISSING: char = '?';

/// What PDF/A-2u lets a text say: no byte order mark, no private use, no noncharacters (ISO 19005-2, 6.2.11.7.2).
fn is_writable(letter: char) -> bool {
    let code = u32::from(letter);
    let private = matches!(code, 0xE000..=0xF8FF | 0xF_0000..);
    let noncharacter = matches!(code, 0xFDD0..=0xFDEF) || code & 0xFFFE == 0xFFFE;
    !(private || noncharacter || letter.is_control() || letter == '\u{FEFF}')
}

impl Typeface {
    fn parse(bytes: Vec<u8>) -> Option<Self> {
        let metrics = FontVec::try_from_vec(bytes.clone()).ok()?;
        let embedded = krilla::text::Font::new(bytes.into(), 0)?;
        let units_per_em = metrics.units_per_em().filter(|units| *units > 0.0)?;
        let missing = metrics.glyph_id(MISSING);
        Some(Self { metrics, units_per_em, embedded, missing })
    }
}

impl fmt::Debug for Fonts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fonts(Be Vietnam Pro)")
    }
}
