//! A 1-bit picture: what the print head burns. Rows of bytes, most significant bit left, 1 is black, as `GS v 0` wants.

use std::fmt;

/// 72 mm at 203 dpi, the printable part of 80 mm paper.
pub const PAPER_WIDTH_DOTS: u32 = 576;

/// The longest page: 1 m of paper. A layout that wants more is a mistake.
pub const MAX_HEIGHT_DOTS: u32 = 8_000;

/// A 1-bit picture. Its `Debug` is its size: a page may carry a name.
#[derive(Clone, PartialEq, Eq)]
pub struct Raster {
    width_dots: u32,
    height_dots: u32,
    rows: Vec<u8>,
}

impl Raster {
    /// White, `width_dots` times `height_dots`; both are clipped to [`PAPER_WIDTH_DOTS`] and [`MAX_HEIGHT_DOTS`] times two
    /// at most, so that no caller can ask for all memory.
    #[must_use]
    pub fn new(width_dots: u32, height_dots: u32) -> Self {
        let width_dots = width_dots.min(2 * PAPER_WIDTH_DOTS);
        let height_dots = height_dots.min(2 * MAX_HEIGHT_DOTS);
        let bytes = width_dots.div_ceil(8) as usize * height_dots as usize;
        Self { width_dots, height_dots, rows: vec![0; bytes] }
    }

    /// From packed rows, as they stand in a `GS v 0` command. `None` if the length does not fit the size.
    #[must_use]
    pub fn from_rows(width_dots: u32, rows: Vec<u8>) -> Option<Self> {
        let stride = width_dots.div_ceil(8) as usize;
        if stride == 0 || !rows.len().is_multiple_of(stride) {
            return None;
        }
        let height_dots = u32::try_from(rows.len() / stride).ok()?;
        Some(Self { width_dots, height_dots, rows })
    }

    #[must_use]
    pub fn width_dots(&self) -> u32 {
        self.width_dots
    }

    #[must_use]
    pub fn height_dots(&self) -> u32 {
        self.height_dots
    }

    /// Bytes in a row.
    #[must_use]
    pub fn stride(&self) -> usize {
        self.width_dots.div_ceil(8) as usize
    }

    /// All rows, packed.
    #[must_use]
    pub fn rows(&self) -> &[u8] {
        &self.rows
    }

    pub(crate) fn rows_mut(&mut self) -> &mut [u8] {
        &mut self.rows
    }

    /// Whether the dot is black; outside the picture nothing is.
    #[must_use]
    pub fn is_black(&self, x: u32, y: u32) -> bool {
        x < self.width_dots && y < self.height_dots && self.rows[self.index(x, y)] & bit(x) != 0
    }

    /// Blackens one dot; outside the picture nothing happens.
    pub fn ink(&mut self, x: i32, y: i32) {
        if let Some((x, y)) = self.inside(x, y) {
            let index = self.index(x, y);
            self.rows[index] |= bit(x);
        }
    }

    /// Whitens one dot; outside the picture nothing happens.
    pub fn erase(&mut self, x: i32, y: i32) {
        if let Some((x, y)) = self.inside(x, y) {
            let index = self.index(x, y);
            self.rows[index] &= !bit(x);
        }
    }

    /// A black rectangle.
    pub fn fill(&mut self, area: Area) {
        self.fill_rounded(area, 0);
    }

    /// A black rectangle with round corners.
    pub fn fill_rounded(&mut self, area: Area, radius: i32) {
        for y in area.top..area.top + area.height {
            for x in area.left..area.left + area.width {
                if area.holds_rounded(x, y, radius) {
                    self.ink(x, y);
                }
            }
        }
    }

    /// The outline of a rectangle with round corners, `thickness` dots inwards.
    pub fn frame_rounded(&mut self, area: Area, radius: i32, thickness: i32) {
        let inner = area.shrunk(thickness);
        for y in area.top..area.top + area.height {
            for x in area.left..area.left + area.width {
                if area.holds_rounded(x, y, radius) && !inner.holds_rounded(x, y, radius - thickness) {
                    self.ink(x, y);
                }
            }
        }
    }

    /// How many dots are black.
    #[must_use]
    pub fn black_dots(&self) -> u64 {
        self.rows.iter().map(|byte| u64::from(byte.count_ones())).sum()
    }

    /// One byte a dot, black 0 and white 255, row by row: for a screen or a picture file.
    #[must_use]
    pub fn to_luma(&self) -> Vec<u8> {
        let mut luma = Vec::with_capacity((self.width_dots * self.height_dots) as usize);
        for y in 0..self.height_dots {
            luma.extend((0..self.width_dots).map(|x| if self.is_black(x, y) { 0 } else { u8::MAX }));
        }
        luma
    }

    fn inside(&self, x: i32, y: i32) -> Option<(u32, u32)> {
        let (x, y) = (u32::try_from(x).ok()?, u32::try_from(y).ok()?);
        (x < self.width_dots && y < self.height_dots).then_some((x, y))
    }

    fn index(&self, x: u32, y: u32) -> usize {
        y as usize * self.stride() + (x / 8) as usize
    }
}

impl fmt::Debug for Raster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Raster({}x{} dots)", self.width_dots, self.height_dots)
    }
}

/// A rectangle of dots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    pub left: i32,
    pub top: i32,
    pub width: i32,
    pub height: i32,
}

impl Area {
    #[must_use]
    pub fn new(left: i32, top: i32, width: i32, height: i32) -> Self {
        Self { left, top, width, height }
    }

    #[must_use]
    pub fn shrunk(self, by: i32) -> Self {
        Self::new(self.left + by, self.top + by, (self.width - 2 * by).max(0), (self.height - 2 * by).max(0))
    }

    fn holds_rounded(self, x: i32, y: i32, radius: i32) -> bool {
        let (right, bottom) = (self.left + self.width - 1, self.top + self.height - 1);
        if x < self.left || x > right || y < self.top || y > bottom {
            return false;
        }
        // The distance to the nearest corner's centre, zero where no corner is near.
        let radius = radius.clamp(0, self.width.min(self.height) / 2);
        let dx = (self.left + radius - x).max(x - (right - radius)).max(0);
        let dy = (self.top + radius - y).max(y - (bottom - radius)).max(0);
        dx * dx + dy * dy <= radius * radius
    }
}

fn bit(x: u32) -> u8 {
    0x80 >> (x % 8)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    #[test]
    fn the_leftmost_dot_is_the_most_significant_bit() {
        let mut page = Raster::new(16, 2);
        page.ink(0, 0);
        page.ink(15, 1);
        assert_eq!(page.rows(), [0x80, 0x00, 0x00, 0x01]);
        assert!(page.is_black(15, 1));
        page.erase(15, 1);
        assert_eq!(page.black_dots(), 1);
    }

    #[test]
    fn dots_outside_the_page_are_nowhere() {
        let mut page = Raster::new(9, 1);
        for (x, y) in [(-1, 0), (9, 0), (0, -1), (0, 1), (i32::MAX, i32::MIN)] {
            page.ink(x, y);
            page.erase(x, y);
        }
        assert_eq!(page.rows(), [0, 0]);
        assert!(!page.is_black(9, 0));
    }

    #[test]
    fn a_rounded_corner_is_white_and_its_side_black() {
        let mut page = Raster::new(40, 40);
        page.fill_rounded(Area::new(0, 0, 40, 40), 12);
        assert!(!page.is_black(0, 0) && !page.is_black(39, 39));
        assert!(page.is_black(20, 0) && page.is_black(0, 20) && page.is_black(20, 20));
        let mut frame = Raster::new(40, 40);
        frame.frame_rounded(Area::new(0, 0, 40, 40), 12, 3);
        assert!(frame.is_black(20, 2) && !frame.is_black(20, 3) && !frame.is_black(0, 0));
    }

    #[test]
    fn packed_rows_of_the_wrong_length_are_no_picture() {
        assert!(Raster::from_rows(16, vec![0; 3]).is_none());
        assert!(Raster::from_rows(0, vec![0; 3]).is_none());
        assert_eq!(Raster::from_rows(16, vec![0; 4]).unwrap().height_dots(), 2);
    }

    #[test]
    fn debug_shows_a_size_and_no_dots() {
        assert_eq!(format!("{:?}", Raster::new(8, 2)), "Raster(8x2 dots)");
    }
}
