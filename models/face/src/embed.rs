//! Identity as a vector, with SFace (`face_recognition_sface_2021dec`).
//!
//! Input `data`: 1 x 3 x 112 x 112, channels red, green, blue, 0 to 255; mean and deviation are inside the network.
//! Output `fc1`: 1 x 128, not normalised.

use std::fmt;

use zeroize::{Zeroize, Zeroizing};

use crate::align::CROP_SIDE;
use crate::engine::{EngineError, Tensor, expect_outputs};
use crate::picture::Picture;

pub(crate) const NETWORK: &str = "embedder";
pub(crate) const DIMENSIONS: usize = 128;
const SIDE: usize = CROP_SIDE as usize;
pub(crate) const INPUT_SHAPE: [usize; 4] = [1, 3, SIDE, SIDE];

/// A vector of length 1. Biometric data: wiped when dropped, never printed, never serialised, not copied.
pub struct Embedding(Box<[f32; DIMENSIONS]>);

impl Embedding {
    /// Scales to length 1.
    pub(crate) fn normalised(values: &[f32; DIMENSIONS]) -> Result<Self, EngineError> {
        let length = values.iter().map(|value| f64::from(*value).powi(2)).sum::<f64>().sqrt();
        if !length.is_finite() {
            return Err(EngineError::NotFinite { network: NETWORK });
        }
        if length < 1e-12 {
            return Err(EngineError::ZeroEmbedding);
        }
        let mut unit = Box::new([0.0; DIMENSIONS]);
        for (to, from) in unit.iter_mut().zip(values) {
            *to = (f64::from(*from) / length) as f32;
        }
        Ok(Self(unit))
    }

    /// The direction between all of them, or `None` of none.
    pub fn mean(embeddings: &[Embedding]) -> Option<Result<Self, EngineError>> {
        if embeddings.is_empty() {
            return None;
        }
        let mut sum = Zeroizing::new([0f32; DIMENSIONS]);
        for embedding in embeddings {
            for (to, from) in sum.iter_mut().zip(embedding.0.iter()) {
                *to += from;
            }
        }
        Some(Self::normalised(&sum))
    }

    /// Cosine of the angle between two identities: 1 the same, near 0 strangers.
    pub fn cosine(&self, other: &Self) -> f32 {
        let dot: f64 = self.0.iter().zip(other.0.iter()).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum();
        dot as f32
    }
}

impl Drop for Embedding {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Embedding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Embedding({DIMENSIONS} values)")
    }
}

pub(crate) fn input(crop: &Picture) -> Result<Tensor, EngineError> {
    let mut values = vec![0f32; 3 * SIDE * SIDE];
    let (red, rest) = values.split_at_mut(SIDE * SIDE);
    let (green, blue) = rest.split_at_mut(SIDE * SIDE);
    for (at, pixel) in crop.rgb().chunks_exact(3).enumerate().take(SIDE * SIDE) {
        (red[at], green[at], blue[at]) = (pixel[0].into(), pixel[1].into(), pixel[2].into());
    }
    Tensor::from_vec(&INPUT_SHAPE, values)
}

pub(crate) fn embedding(outputs: &[Tensor]) -> Result<Embedding, EngineError> {
    let [values] = expect_outputs(NETWORK, outputs, [&[1, DIMENSIONS]])?;
    let mut fixed = Zeroizing::new([0f32; DIMENSIONS]);
    fixed.copy_from_slice(values);
    Embedding::normalised(&fixed)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    fn along(axis: usize, length: f32) -> Embedding {
        let mut values = [0.0; DIMENSIONS];
        values[axis] = length;
        Embedding::normalised(&values).unwrap()
    }

    #[test]
    fn length_does_not_matter_and_direction_does() {
        assert!((along(3, 20.0).cosine(&along(3, 0.5)) - 1.0).abs() < 1e-6);
        assert!(along(3, 1.0).cosine(&along(4, 1.0)).abs() < 1e-6);
        assert!((along(3, 1.0).cosine(&along(3, -1.0)) + 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_mean_lies_between() {
        let mean = Embedding::mean(&[along(0, 1.0), along(1, 1.0)]).unwrap().unwrap();
        assert!((mean.cosine(&along(0, 1.0)) - 0.5f32.sqrt()).abs() < 1e-6);
        assert!(Embedding::mean(&[]).is_none());
        assert!(matches!(Embedding::mean(&[along(0, 1.0), along(0, -1.0)]).unwrap(), Err(EngineError::ZeroEmbedding)));
    }

    #[test]
    fn printing_an_embedding_shows_no_value() {
        assert_eq!(format!("{:?}", along(0, 1.0)), "Embedding(128 values)");
    }

    #[test]
    fn the_input_is_red_green_blue() {
        let crop = Picture::from_rgb(112, 112, [200, 100, 50].repeat(112 * 112)).unwrap();
        let tensor = input(&crop).unwrap();
        let plane = SIDE * SIDE;
        assert_eq!([0, plane, 2 * plane].map(|at| tensor.values()[at]), [200.0, 100.0, 50.0]);
    }
}
