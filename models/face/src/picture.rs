//! One picture of a person in memory: 8-bit RGB, wiped when dropped, never printed.

use std::fmt;

use zeroize::Zeroizing;

/// The largest side accepted, in pixels. The largest camera mode and the largest portrait are below it.
pub const MAX_SIDE_PX: u32 = 4096;

/// Rows from the top, pixels from the left, three bytes a pixel: red, green, blue (sRGB as decoded, not linear).
/// No `Clone`: a face has one owner.
pub struct Picture {
    width: u32,
    height: u32,
    rgb: Zeroizing<Vec<u8>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PictureError {
    #[error("a picture of {width} x {height} pixels is outside 1 to {MAX_SIDE_PX} a side")]
    Dimensions { width: u32, height: u32 },
    #[error("{width} x {height} RGB pixels need {expected} bytes, not {found}")]
    Length { width: u32, height: u32, expected: usize, found: usize },
}

impl Picture {
    /// `rgb` is wiped also when it is refused.
    pub fn from_rgb(width: u32, height: u32, rgb: Vec<u8>) -> Result<Self, PictureError> {
        let rgb = Zeroizing::new(rgb);
        let side = 1..=MAX_SIDE_PX;
        if !side.contains(&width) || !side.contains(&height) {
            return Err(PictureError::Dimensions { width, height });
        }
        let expected = width as usize * height as usize * 3;
        if rgb.len() != expected {
            return Err(PictureError::Length { width, height, expected, found: rgb.len() });
        }
        Ok(Self { width, height, rgb })
    }

    pub fn width(&self) -> u32 {
        self.width
    }

    pub fn height(&self) -> u32 {
        self.height
    }

    pub fn rgb(&self) -> &[u8] {
        &self.rgb
    }

    /// The pixel at column `x`, row `y`; both are clamped to the edge.
    pub(crate) fn pixel(&self, x: i64, y: i64) -> [u8; 3] {
        let x = x.clamp(0, i64::from(self.width) - 1) as usize;
        let y = y.clamp(0, i64::from(self.height) - 1) as usize;
        let at = (y * self.width as usize + x) * 3;
        [self.rgb[at], self.rgb[at + 1], self.rgb[at + 2]]
    }

    /// Bilinear when enlarging; when shrinking, the same triangle is widened to the step, so that nothing is skipped.
    pub(crate) fn resized(&self, width: u32, height: u32) -> Picture {
        let columns = triangle_weights(self.width, width);
        let rows = triangle_weights(self.height, height);
        let stride = self.width as usize * 3;
        let mut line = Zeroizing::new(vec![0f32; stride]);
        let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
        for (first_row, weights) in &rows {
            line.fill(0.0);
            for (k, weight) in weights.iter().enumerate() {
                let from = &self.rgb[(first_row + k) * stride..][..stride];
                for (sum, byte) in line.iter_mut().zip(from) {
                    *sum += weight * f32::from(*byte);
                }
            }
            for (first_column, weights) in &columns {
                let mut sum = [0f32; 3];
                for (weight, pixel) in weights.iter().zip(line[first_column * 3..].chunks_exact(3)) {
                    for channel in 0..3 {
                        sum[channel] += weight * pixel[channel];
                    }
                }
                rgb.extend(sum.map(|value| value.round() as u8));
            }
        }
        Picture { width, height, rgb: Zeroizing::new(rgb) }
    }
}

impl fmt::Debug for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Picture({} x {})", self.width, self.height)
    }
}

/// For each output position: the first input position and the weights from there on, which add up to 1.
fn triangle_weights(from: u32, to: u32) -> Vec<(usize, Vec<f32>)> {
    let step = f64::from(from) / f64::from(to);
    let reach = step.max(1.0);
    (0..to)
        .map(|position| {
            let centre = (f64::from(position) + 0.5) * step - 0.5;
            let first = (centre - reach).ceil().max(0.0) as usize;
            let last = ((centre + reach).floor() as i64).clamp(first as i64, i64::from(from) - 1) as usize;
            let first = first.min(last);
            let mut weights: Vec<f32> =
                (first..=last).map(|i| (1.0 - (i as f64 - centre).abs() / reach).max(0.0) as f32).collect();
            let sum: f32 = weights.iter().sum();
            weights.iter_mut().for_each(|weight| *weight /= sum);
            (first, weights)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    #[test]
    fn a_picture_of_the_wrong_length_or_size_is_refused() {
        assert_eq!(
            Picture::from_rgb(2, 2, vec![0; 11]).unwrap_err(),
            PictureError::Length { width: 2, height: 2, expected: 12, found: 11 }
        );
        assert!(matches!(Picture::from_rgb(0, 2, vec![]), Err(PictureError::Dimensions { .. })));
        assert!(matches!(Picture::from_rgb(MAX_SIDE_PX + 1, 1, vec![]), Err(PictureError::Dimensions { .. })));
    }

    #[test]
    fn printing_a_picture_shows_its_size_only() {
        assert_eq!(format!("{:?}", Picture::from_rgb(1, 2, vec![77; 6]).unwrap()), "Picture(1 x 2)");
    }

    #[test]
    fn resizing_keeps_a_flat_colour_and_the_mean() {
        let flat = Picture::from_rgb(7, 5, [10, 20, 30].repeat(35)).unwrap();
        for (width, height) in [(3, 2), (7, 5), (20, 11)] {
            let resized = flat.resized(width, height);
            assert_eq!((resized.width(), resized.height()), (width, height));
            assert!(resized.rgb().chunks(3).all(|pixel| pixel == [10, 20, 30]));
        }
        // Black and white columns: shrinking by two must give grey, not pick one of them.
        let stripes = Picture::from_rgb(8, 1, [0, 0, 0, 255, 255, 255].repeat(4)).unwrap();
        assert!(stripes.resized(4, 1).rgb()[3..9].iter().all(|value| (120..=135).contains(value)));
    }

    #[test]
    fn resizing_to_the_same_size_changes_nothing() {
        let bytes: Vec<u8> = (0..60).collect();
        assert_eq!(Picture::from_rgb(5, 4, bytes.clone()).unwrap().resized(5, 4).rgb(), bytes);
    }
}
