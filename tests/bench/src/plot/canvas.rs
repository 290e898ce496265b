//! Rectangles and text on a picture.

use std::path::Path;

use ab_glyph::{Font, FontVec, PxScale, ScaleFont, point};
use image::{Rgb, RgbImage};

use crate::BenchError;

pub type Colour = Rgb<u8>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    Regular,
    SemiBold,
    Bold,
}

pub struct Fonts {
    regular: FontVec,
    semi_bold: FontVec,
    bold: FontVec,
}

impl Fonts {
    /// Be Vietnam Pro, as set-up provides it.
    pub fn load(provision: &Path) -> Result<Self, BenchError> {
        let load = |weight: &str| {
            let path = provision.join("fonts").join(format!("BeVietnamPro-{weight}.ttf"));
            let font = std::fs::read(&path).ok().and_then(|bytes| FontVec::try_from_vec(bytes).ok());
            font.ok_or(BenchError::Font(path))
        };
        Ok(Self { regular: load("Regular")?, semi_bold: load("SemiBold")?, bold: load("Bold")? })
    }

    fn of(&self, weight: Weight) -> &FontVec {
        match weight {
            Weight::Regular => &self.regular,
            Weight::SemiBold => &self.semi_bold,
            Weight::Bold => &self.bold,
        }
    }

    pub fn width(&self, text: &str, weight: Weight, em: f32) -> f32 {
        let font = self.of(weight).as_scaled(self.scale(weight, em));
        let mut last = None;
        text.chars().fold(0.0, |x, letter| {
            let id = font.glyph_id(letter);
            let kern = last.replace(id).map_or(0.0, |last| font.kern(last, id));
            x + kern + font.h_advance(id)
        })
    }

    /// ab_glyph counts the height from ascent to descent, people count the em.
    fn scale(&self, weight: Weight, em: f32) -> PxScale {
        let font = self.of(weight);
        let units = font.units_per_em().unwrap_or(1000.0);
        PxScale::from(em * font.height_unscaled() / units)
    }
}

pub struct Canvas {
    pub picture: RgbImage,
}

impl Canvas {
    pub fn new(width: u32, height: u32, paper: Colour) -> Self {
        Self { picture: RgbImage::from_pixel(width, height, paper) }
    }

    /// Edges between pixels are blended, so that small differences of a bar show.
    pub fn fill(&mut self, x: f32, y: f32, width: f32, height: f32, colour: Colour) {
        let (right, bottom) = (x + width, y + height);
        let covered = |from: f32, to: f32, at: u32| (to.min(at as f32 + 1.0) - from.max(at as f32)).clamp(0.0, 1.0);
        for row in y.max(0.0) as u32..(bottom.ceil().max(0.0) as u32).min(self.picture.height()) {
            for column in x.max(0.0) as u32..(right.ceil().max(0.0) as u32).min(self.picture.width()) {
                self.blend(column, row, colour, covered(x, right, column) * covered(y, bottom, row));
            }
        }
    }

    pub fn frame(&mut self, x: f32, y: f32, width: f32, height: f32, fill: Colour, line: Colour) {
        self.fill(x, y, width, height, line);
        self.fill(x + 1.5, y + 1.5, width - 3.0, height - 3.0, fill);
    }

    /// `baseline`: from the top of the picture.
    #[expect(clippy::too_many_arguments, reason = "where, what and how of one word")]
    pub fn text(&mut self, fonts: &Fonts, text: &str, x: f32, baseline: f32, weight: Weight, em: f32, colour: Colour) {
        let scale = fonts.scale(weight, em);
        let font = fonts.of(weight).as_scaled(scale);
        let mut pen = x;
        let mut last = None;
        for letter in text.chars() {
            let id = font.glyph_id(letter);
            pen += last.replace(id).map_or(0.0, |last| font.kern(last, id));
            if let Some(outline) = font.outline_glyph(id.with_scale_and_position(scale, point(pen, baseline))) {
                let bounds = outline.px_bounds();
                outline.draw(|column, row, coverage| {
                    let (column, row) = (bounds.min.x + column as f32, bounds.min.y + row as f32);
                    if column >= 0.0 && row >= 0.0 {
                        self.blend(column as u32, row as u32, colour, coverage);
                    }
                });
            }
            pen += font.h_advance(id);
        }
    }

    fn blend(&mut self, x: u32, y: u32, colour: Colour, share: f32) {
        let Some(pixel) = self.picture.get_pixel_mut_checked(x, y) else { return };
        for (under, over) in pixel.0.iter_mut().zip(colour.0) {
            *under = (f32::from(*under) + (f32::from(over) - f32::from(*under)) * share.clamp(0.0, 1.0)).round() as u8;
        }
    }
}
