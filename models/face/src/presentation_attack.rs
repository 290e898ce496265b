//! The slot for a presentation-attack model that the hospital supplies (ISO/IEC 30107-3: attack presentation
//! classification). None is shipped: no freely licensed weights are in a package registry.
//!
//! The shape is MiniFASNet's: input 1 x 3 x 80 x 80, channels blue, green, red, 0 to 255; output 1 x 3 after softmax
//! (inside the graph), index 1 is "live". Several networks look at crops of different width around the same face and are averaged.
//! One weak signal: replays on a telephone's screen are known to pass such models. Never the only gate.

use crate::detect::FaceBox;
use crate::engine::{EngineError, Model, Tensor, expect_input, expect_outputs};
use crate::picture::Picture;

const NETWORK: &str = "presentation-attack model";
const SIDE: usize = 80;
const INPUT_SHAPE: [usize; 4] = [1, 3, SIDE, SIDE];
const LIVE: usize = 1;

/// One network and the width of the crop it was trained on, in widths of the face's box (2.7 and 4.0 are usual).
pub struct PresentationAttackCrop {
    pub box_scale: f32,
    pub model: Box<dyn Model + Send>,
}

pub struct PresentationAttackModel(Vec<PresentationAttackCrop>);

impl PresentationAttackModel {
    pub fn new(crops: Vec<PresentationAttackCrop>) -> Result<Self, EngineError> {
        if crops.is_empty() {
            return Err(EngineError::OutputCount { network: NETWORK, expected: 1, found: 0 });
        }
        for crop in &crops {
            expect_input(NETWORK, &*crop.model, INPUT_SHAPE)?;
        }
        Ok(Self(crops))
    }

    /// How live the face looks, 0 to 1.
    pub(crate) fn live_score(&mut self, picture: &Picture, face: &FaceBox) -> Result<f32, EngineError> {
        let mut sum = 0.0;
        for crop in &mut self.0 {
            let outputs = crop.model.run(&input(picture, face, crop.box_scale)?)?;
            let [shares] = expect_outputs(NETWORK, &outputs, [&[1, 3]])?;
            let total: f32 = shares.iter().sum();
            if shares.iter().any(|share| *share < 0.0) || (total - 1.0).abs() > 1e-3 {
                return Err(EngineError::NotShares { network: NETWORK });
            }
            sum += shares[LIVE];
        }
        Ok(sum / self.0.len() as f32)
    }
}

/// The box widened about its centre, as far as the picture allows, then moved inside the picture.
fn input(picture: &Picture, face: &FaceBox, box_scale: f32) -> Result<Tensor, EngineError> {
    let (frame_width, frame_height) = (picture.width() as f32, picture.height() as f32);
    let scale = box_scale.min(frame_width / face.width).min(frame_height / face.height);
    let (width, height) = ((face.width * scale).floor().max(1.0), (face.height * scale).floor().max(1.0));
    let start = |from: f32, extent: f32, crop: f32, frame: f32| {
        (from + extent / 2.0 - crop / 2.0).clamp(0.0, (frame - crop).max(0.0)) as i64
    };
    let left = start(face.x, face.width, width, frame_width);
    let top = start(face.y, face.height, height, frame_height);
    let mut rgb = Vec::with_capacity((width * height) as usize * 3);
    for y in top..top + height as i64 {
        rgb.extend((left..left + width as i64).flat_map(|x| picture.pixel(x, y)));
    }
    let crop = Picture::from_rgb(width as u32, height as u32, rgb).map_err(|_| EngineError::DegenerateLandmarks)?;
    let resized = crop.resized(SIDE as u32, SIDE as u32);
    let mut values = Vec::with_capacity(3 * SIDE * SIDE);
    for channel in [2, 1, 0] {
        values.extend(resized.rgb().chunks_exact(3).map(|pixel| f32::from(pixel[channel])));
    }
    Tensor::from_vec(&INPUT_SHAPE, values)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    /// "Live" is the mean of the green plane.
    struct MeanGreen;

    impl Model for MeanGreen {
        fn input_shape(&self) -> [usize; 4] {
            INPUT_SHAPE
        }

        fn run(&mut self, input: &Tensor) -> Result<Vec<Tensor>, EngineError> {
            let green = &input.values()[SIDE * SIDE..2 * SIDE * SIDE];
            let mean = green.iter().sum::<f32>() / green.len() as f32;
            Ok(vec![Tensor::from_vec(&[1, 3], vec![1.0 - mean / 200.0, mean / 200.0, 0.0])?])
        }
    }

    fn model() -> PresentationAttackModel {
        let crop = |box_scale| PresentationAttackCrop { box_scale, model: Box::new(MeanGreen) };
        PresentationAttackModel::new(vec![crop(2.7), crop(4.0)]).unwrap()
    }

    #[test]
    fn the_shares_of_all_crops_are_averaged() {
        let face = FaceBox { x: 40.0, y: 30.0, width: 20.0, height: 26.0 };
        let score = |green| {
            let picture = Picture::from_rgb(100, 80, [0, green, 0].repeat(8000)).unwrap();
            model().live_score(&picture, &face)
        };
        assert!((score(0).unwrap()).abs() < 1e-3);
        assert!((score(150).unwrap() - 0.75).abs() < 1e-3);
        assert!(matches!(score(250), Err(EngineError::NotShares { .. })), "a share below zero");
    }

    #[test]
    fn a_face_at_the_edge_or_larger_than_the_frame_is_still_cropped_inside() {
        let grey = Picture::from_rgb(50, 40, vec![90; 6000]).unwrap();
        for (x, y, width, height) in [(-10.0, -10.0, 30.0, 40.0), (40.0, 30.0, 30.0, 40.0), (-5.0, -5.0, 90.0, 90.0)] {
            let tensor = input(&grey, &FaceBox { x, y, width, height }, 2.7).unwrap();
            assert!(tensor.values().iter().all(|value| *value == 90.0));
        }
    }
}
