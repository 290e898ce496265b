//! What runs the networks, behind a trait of two methods, and the pair of networks the matcher needs.

use std::fmt;

use ndarray::{ArrayD, ArrayViewD, IxDyn};
use zeroize::{Zeroize, Zeroizing};

use crate::presentation_attack::PresentationAttackModel;
use crate::{align, detect, embed};

/// `f32` values in row-major order; pictures are NCHW. Wiped when dropped, since every tensor here comes from a face.
pub struct Tensor(ArrayD<f32>);

/// A network with one input.
pub trait Model {
    /// The only input shape it takes: batch, channels, rows, columns.
    fn input_shape(&self) -> [usize; 4];

    /// All outputs, in the order in which the network's file lists them.
    fn run(&mut self, input: &Tensor) -> Result<Vec<Tensor>, EngineError>;
}

/// Detector, embedder and, where the hospital supplies one, a presentation-attack detector.
pub struct Engine {
    pub(crate) detector: Box<dyn Model + Send>,
    pub(crate) embedder: Box<dyn Model + Send>,
    pub(crate) presentation_attack: Option<PresentationAttackModel>,
}

#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error("{values} values do not fill a tensor of shape {shape:?}")]
    TensorLength { shape: Vec<usize>, values: usize },
    #[error("the {network} takes an input of shape {found:?}, not {expected:?}")]
    InputShape { network: &'static str, expected: [usize; 4], found: [usize; 4] },
    #[error("the {network} gave {found} outputs, not {expected}")]
    OutputCount { network: &'static str, expected: usize, found: usize },
    #[error("output {index} of the {network} has shape {found:?}, not {expected:?}")]
    OutputShape { network: &'static str, index: usize, expected: Vec<usize>, found: Vec<usize> },
    #[error("the {network} gave a value that is not a finite number")]
    NotFinite { network: &'static str },
    #[error("the {network} gave values that are not shares of one (softmax belongs inside its graph)")]
    NotShares { network: &'static str },
    #[error("the embedder gave a vector of length zero")]
    ZeroEmbedding,
    #[error("the face's landmarks lie on one point or line")]
    DegenerateLandmarks,
    #[error("the runtime failed")]
    Runtime(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl Tensor {
    /// `values` is wiped also when it is refused.
    pub fn from_vec(shape: &[usize], values: Vec<f32>) -> Result<Self, EngineError> {
        let mut values = Zeroizing::new(values);
        let refused = EngineError::TensorLength { shape: shape.to_vec(), values: values.len() };
        if shape.iter().product::<usize>() != values.len() {
            return Err(refused);
        }
        ArrayD::from_shape_vec(IxDyn(shape), std::mem::take(&mut *values)).map(Self).map_err(|_| refused)
    }

    pub fn shape(&self) -> &[usize] {
        self.0.shape()
    }

    pub fn view(&self) -> ArrayViewD<'_, f32> {
        self.0.view()
    }

    /// The values in row-major order. Always contiguous: `from_vec` is the only way to make a tensor.
    pub fn values(&self) -> &[f32] {
        self.0.as_slice().unwrap_or_default()
    }
}

impl Drop for Tensor {
    fn drop(&mut self) {
        if let Some(values) = self.0.as_slice_mut() {
            values.zeroize();
        }
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Tensor({:?})", self.shape())
    }
}

impl Engine {
    /// `detector`: YuNet as [`detect`] documents it; `embedder`: SFace as [`embed`] documents it.
    pub fn new(detector: Box<dyn Model + Send>, embedder: Box<dyn Model + Send>) -> Result<Self, EngineError> {
        expect_input(detect::NETWORK, &*detector, detect::INPUT_SHAPE)?;
        expect_input(embed::NETWORK, &*embedder, embed::INPUT_SHAPE)?;
        Ok(Self { detector, embedder, presentation_attack: None })
    }

    /// Fills the slot for a presentation-attack model of the hospital's own choice. Its verdict goes into the
    /// [`crate::LivenessEvidence`] of every match.
    pub fn with_presentation_attack(mut self, model: PresentationAttackModel) -> Self {
        self.presentation_attack = Some(model);
        self
    }

    /// All faces in the picture, most certain first.
    pub fn detect(&mut self, picture: &crate::Picture) -> Result<Vec<detect::Face>, EngineError> {
        let (input, letterbox) = detect::input(picture)?;
        let outputs = self.detector.run(&input)?;
        detect::faces(&outputs, &letterbox)
    }

    /// The identity of the face with these landmarks.
    pub fn embed(
        &mut self,
        picture: &crate::Picture,
        landmarks: &detect::Landmarks,
    ) -> Result<embed::Embedding, EngineError> {
        self.embed_crop(&align::face_crop(picture, landmarks)?)
    }

    /// The identity in a face that [`align::face_crop`] turned upright.
    pub fn embed_crop(&mut self, crop: &crate::Picture) -> Result<embed::Embedding, EngineError> {
        embed::embedding(&self.embedder.run(&embed::input(crop)?)?)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Engine")
            .field("presentation_attack", &self.presentation_attack.is_some())
            .finish_non_exhaustive()
    }
}

pub(crate) fn expect_input(network: &'static str, model: &dyn Model, expected: [usize; 4]) -> Result<(), EngineError> {
    let found = model.input_shape();
    if found == expected { Ok(()) } else { Err(EngineError::InputShape { network, expected, found }) }
}

/// The outputs' values after their number, their shapes and the finiteness of every value are as expected.
pub(crate) fn expect_outputs<'t, const N: usize>(
    network: &'static str,
    outputs: &'t [Tensor],
    expected: [&[usize]; N],
) -> Result<[&'t [f32]; N], EngineError> {
    if outputs.len() != N {
        return Err(EngineError::OutputCount { network, expected: N, found: outputs.len() });
    }
    let mut values: [&[f32]; N] = [&[]; N];
    for (index, (output, shape)) in outputs.iter().zip(expected).enumerate() {
        if output.shape() != shape {
            let (expected, found) = (shape.to_vec(), output.shape().to_vec());
            return Err(EngineError::OutputShape { network, index, expected, found });
        }
        if output.values().iter().any(|value| !value.is_finite()) {
            return Err(EngineError::NotFinite { network });
        }
        values[index] = output.values();
    }
    Ok(values)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    #[test]
    fn a_tensor_holds_as_many_values_as_its_shape_says() {
        assert!(matches!(Tensor::from_vec(&[1, 2], vec![0.0; 3]), Err(EngineError::TensorLength { values: 3, .. })));
        let tensor = Tensor::from_vec(&[1, 2], vec![0.25, 0.5]).unwrap();
        assert_eq!(tensor.values(), [0.25, 0.5]);
        assert_eq!(format!("{tensor:?}"), "Tensor([1, 2])");
    }

    #[test]
    fn outputs_of_another_number_shape_or_not_finite_are_refused() {
        let tensor = |values: Vec<f32>| Tensor::from_vec(&[1, values.len()], values).unwrap();
        let check = |outputs: &[Tensor]| expect_outputs("embedder", outputs, [&[1, 2]]).map(|[values]| values.to_vec());
        assert_eq!(check(&[tensor(vec![1.0, 2.0])]).unwrap(), [1.0, 2.0]);
        assert!(matches!(check(&[]), Err(EngineError::OutputCount { found: 0, .. })));
        assert!(matches!(check(&[tensor(vec![1.0])]), Err(EngineError::OutputShape { index: 0, .. })));
        assert!(matches!(check(&[tensor(vec![1.0, f32::NAN])]), Err(EngineError::NotFinite { .. })));
    }
}
