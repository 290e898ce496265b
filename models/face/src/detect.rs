//! Face detection with YuNet (`face_detection_yunet_2023mar`): what goes into the network, what comes out of it.
//!
//! Input `input`: 1 x 3 x 640 x 640, channels blue, green, red, 0 to 255, no mean, no deviation.
//! Outputs, each for the strides 8, 16 and 32 in turn: `cls` 1 x n x 1, `obj` 1 x n x 1, `bbox` 1 x n x 4,
//! `kps` 1 x n x 10, with n = (640 / stride)² cells row by row.

use crate::engine::{EngineError, Tensor, expect_outputs};
use crate::picture::Picture;

pub(crate) const NETWORK: &str = "detector";
pub(crate) const SIDE: usize = 640;
pub(crate) const INPUT_SHAPE: [usize; 4] = [1, 3, SIDE, SIDE];
pub(crate) const STRIDES: [usize; 3] = [8, 16, 32];

/// Lowest score (square root of class times objectness, 0 to 1) of a face. OpenCV Zoo's demonstration of this network
/// uses 0.6 for still pictures; see MODELS.md.
pub const MIN_SCORE: f32 = 0.6;
/// Overlap (intersection over union, 0 to 1) above which the less certain of two boxes is the same face. The value
/// the network was published with.
pub const MAX_OVERLAP: f32 = 0.3;
/// A small picture is enlarged to the network's size: a chip portrait has 240 x 320 pixels, and landmarks are found
/// to a fraction of a cell. Measured on 250 x 250 pixels at threshold 0.45: true accept rate 97.9 % enlarged, 96.9 % not
/// (MODELS.md). More than this factor was not measured.
const MAX_ENLARGEMENT: f32 = 2.0;
/// Most boxes that enter the overlap test, most certain first (as OpenCV's `top_k`).
const MAX_CANDIDATES: usize = 5000;

/// A point in a picture, in pixels from the left and from the top of the upper left pixel's centre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub x: f32,
    pub y: f32,
}

/// Five points of a face, left and right as the person has them: the right eye is the leftmost in the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Landmarks {
    pub right_eye: Point,
    pub left_eye: Point,
    pub nose_tip: Point,
    pub right_mouth_corner: Point,
    pub left_mouth_corner: Point,
}

/// The upright box around a face, in pixels of the picture; it may reach over the picture's edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FaceBox {
    pub x: f32,
    pub y: f32,
    pub width: f32,
    pub height: f32,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Face {
    pub face_box: FaceBox,
    pub landmarks: Landmarks,
    /// 0 to 1.
    pub score: f32,
}

impl Point {
    pub(crate) fn distance(self, other: Self) -> f32 {
        (self.x - other.x).hypot(self.y - other.y)
    }

    pub(crate) fn midpoint(self, other: Self) -> Self {
        Self { x: f32::midpoint(self.x, other.x), y: f32::midpoint(self.y, other.y) }
    }
}

impl Landmarks {
    /// Right eye, left eye, nose tip, right and left corner of the mouth: the order of the network and of the template.
    pub fn from_points(points: [Point; 5]) -> Self {
        let [right_eye, left_eye, nose_tip, right_mouth_corner, left_mouth_corner] = points;
        Self { right_eye, left_eye, nose_tip, right_mouth_corner, left_mouth_corner }
    }

    pub fn points(&self) -> [Point; 5] {
        [self.right_eye, self.left_eye, self.nose_tip, self.right_mouth_corner, self.left_mouth_corner]
    }

    /// Between the centres of the eyes, in pixels.
    pub fn inter_eye_px(&self) -> f32 {
        self.right_eye.distance(self.left_eye)
    }
}

impl FaceBox {
    fn overlap(&self, other: &Self) -> f32 {
        let width = (self.x + self.width).min(other.x + other.width) - self.x.max(other.x);
        let height = (self.y + self.height).min(other.y + other.height) - self.y.max(other.y);
        if width <= 0.0 || height <= 0.0 {
            return 0.0;
        }
        let shared = width * height;
        shared / (self.width * self.height + other.width * other.height - shared)
    }
}

/// How the picture lies in the network's square: scaled, in the upper left corner, the rest black.
pub(crate) struct Letterbox {
    scale_x: f32,
    scale_y: f32,
}

impl Letterbox {
    /// From the network's pixels (coordinates count from the corner of the first pixel) to the picture's.
    fn to_picture(&self, x: f32, y: f32) -> Point {
        Point { x: x / self.scale_x, y: y / self.scale_y }
    }
}

pub(crate) fn input(picture: &Picture) -> Result<(Tensor, Letterbox), EngineError> {
    let side = SIDE as f32;
    let (from_width, from_height) = (picture.width() as f32, picture.height() as f32);
    let scale = (side / from_width).min(side / from_height).min(MAX_ENLARGEMENT);
    let extent = |from: f32| ((from * scale).round() as u32).clamp(1, SIDE as u32);
    let (width, height) = (extent(from_width), extent(from_height));
    let resized = picture.resized(width, height);
    let mut values = vec![0f32; 3 * SIDE * SIDE];
    let (blue, rest) = values.split_at_mut(SIDE * SIDE);
    let (green, red) = rest.split_at_mut(SIDE * SIDE);
    for (y, row) in resized.rgb().chunks_exact(width as usize * 3).enumerate() {
        for (x, pixel) in row.chunks_exact(3).enumerate() {
            let at = y * SIDE + x;
            (red[at], green[at], blue[at]) = (pixel[0].into(), pixel[1].into(), pixel[2].into());
        }
    }
    let letterbox = Letterbox { scale_x: width as f32 / from_width, scale_y: height as f32 / from_height };
    Ok((Tensor::from_vec(&INPUT_SHAPE, values)?, letterbox))
}

pub(crate) fn faces(outputs: &[Tensor], letterbox: &Letterbox) -> Result<Vec<Face>, EngineError> {
    let shape = |stride: usize, values: usize| [1, (SIDE / stride) * (SIDE / stride), values];
    let shapes: [[usize; 3]; 12] = std::array::from_fn(|i| shape(STRIDES[i % 3], [1, 1, 4, 10][i / 3]));
    let values = expect_outputs(NETWORK, outputs, shapes.each_ref().map(|shape| shape.as_slice()))?;
    let mut candidates = Vec::new();
    for (level, stride) in STRIDES.into_iter().enumerate() {
        let [class, objectness, boxes, points] =
            [values[level], values[3 + level], values[6 + level], values[9 + level]];
        let columns = SIDE / stride;
        for cell in 0..columns * columns {
            let score = (class[cell].clamp(0.0, 1.0) * objectness[cell].clamp(0.0, 1.0)).sqrt();
            if score < MIN_SCORE {
                continue;
            }
            let (column, row, stride) = ((cell % columns) as f32, (cell / columns) as f32, stride as f32);
            let place = |dx: f32, dy: f32| letterbox.to_picture((column + dx) * stride, (row + dy) * stride);
            let offsets = &boxes[cell * 4..][..4];
            let centre = place(offsets[0], offsets[1]);
            let width = offsets[2].exp() * stride / letterbox.scale_x;
            let height = offsets[3].exp() * stride / letterbox.scale_y;
            let keypoints = &points[cell * 10..][..10];
            let landmarks =
                Landmarks::from_points(std::array::from_fn(|i| place(keypoints[i * 2], keypoints[i * 2 + 1])));
            if !(width.is_finite() && height.is_finite()) {
                return Err(EngineError::NotFinite { network: NETWORK });
            }
            let face_box = FaceBox { x: centre.x - width / 2.0, y: centre.y - height / 2.0, width, height };
            candidates.push(Face { face_box, landmarks, score });
        }
    }
    Ok(suppress_overlaps(candidates))
}

/// Greedy non-maximum suppression, most certain first.
fn suppress_overlaps(mut candidates: Vec<Face>) -> Vec<Face> {
    candidates.sort_by(|a, b| b.score.total_cmp(&a.score));
    candidates.truncate(MAX_CANDIDATES);
    let mut kept: Vec<Face> = Vec::new();
    for face in candidates {
        if kept.iter().all(|other| other.face_box.overlap(&face.face_box) <= MAX_OVERLAP) {
            kept.push(face);
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    fn empty_outputs() -> Vec<(Vec<usize>, Vec<f32>)> {
        [1, 1, 4, 10]
            .into_iter()
            .flat_map(|values| {
                STRIDES.map(|stride| {
                    let cells = (SIDE / stride) * (SIDE / stride);
                    (vec![1, cells, values], vec![0.0; cells * values])
                })
            })
            .collect()
    }

    fn tensors(outputs: Vec<(Vec<usize>, Vec<f32>)>) -> Vec<Tensor> {
        outputs.into_iter().map(|(shape, values)| Tensor::from_vec(&shape, values).unwrap()).collect()
    }

    fn put(outputs: &mut [(Vec<usize>, Vec<f32>)], level: usize, cell: usize, score: f32, size_log: f32) {
        outputs[level].1[cell] = score;
        outputs[3 + level].1[cell] = score;
        outputs[6 + level].1[cell * 4..][..4].copy_from_slice(&[0.5, 0.25, size_log, size_log]);
        outputs[9 + level].1[cell * 10..][..10]
            .copy_from_slice(&[-1.0, -1.0, 1.0, -1.0, 0.0, 0.0, -1.0, 1.0, 1.0, 1.0]);
    }

    #[test]
    fn a_cell_becomes_a_box_and_five_points_in_pixels_of_the_picture() {
        // 1280 x 960 lies at half size in the square.
        let picture = Picture::from_rgb(1280, 960, vec![0; 1280 * 960 * 3]).unwrap();
        let (_, letterbox) = input(&picture).unwrap();
        let mut outputs = empty_outputs();
        put(&mut outputs, 2, 20 * 3 + 5, 0.81, 2f32.ln()); // stride 32, column 5, row 3
        let found = faces(&tensors(outputs), &letterbox).unwrap();
        assert_eq!(found.len(), 1);
        let face = found[0];
        assert!((face.score - 0.81).abs() < 1e-6);
        let FaceBox { x, y, width, height } = face.face_box;
        for (value, expected) in [(width, 128.0), (height, 128.0), (x, 352.0 - 64.0), (y, 208.0 - 64.0)] {
            assert!((value - expected).abs() < 1e-3, "{value} is not {expected}");
        }
        assert_eq!(face.landmarks.nose_tip, Point { x: 320.0, y: 192.0 });
        assert_eq!(face.landmarks.right_eye, Point { x: 256.0, y: 128.0 });
        assert_eq!(face.landmarks.left_mouth_corner, Point { x: 384.0, y: 256.0 });
    }

    #[test]
    fn of_two_overlapping_boxes_the_more_certain_stays_and_a_doubtful_one_goes() {
        let letterbox = Letterbox { scale_x: 1.0, scale_y: 1.0 };
        let mut outputs = empty_outputs();
        put(&mut outputs, 1, 40 * 10 + 10, 0.7, 6f32.ln());
        put(&mut outputs, 1, 40 * 10 + 11, 0.9, 6f32.ln());
        put(&mut outputs, 1, 40 * 30 + 30, 0.8, 6f32.ln());
        put(&mut outputs, 1, 40 * 20 + 3, 0.59, 2f32.ln());
        let scores: Vec<f32> = faces(&tensors(outputs), &letterbox).unwrap().iter().map(|face| face.score).collect();
        assert_eq!(scores, [0.9, 0.8]);
    }

    #[test]
    fn the_input_is_blue_green_red_scaled_into_the_upper_left_corner() {
        let picture = Picture::from_rgb(100, 200, [200, 100, 50].repeat(20_000)).unwrap();
        let (tensor, letterbox) = input(&picture).unwrap();
        assert_eq!(tensor.shape(), INPUT_SHAPE);
        let at = |channel: usize, y: usize, x: usize| tensor.values()[(channel * SIDE + y) * SIDE + x];
        assert_eq!([at(0, 0, 0), at(1, 399, 199), at(2, 10, 10)], [50.0, 100.0, 200.0]);
        assert_eq!([at(0, 0, 200), at(2, 400, 0)], [0.0, 0.0]);
        assert_eq!((letterbox.scale_x, letterbox.scale_y), (2.0, 2.0));
    }

    #[test]
    fn a_box_too_large_to_be_a_number_is_an_error() {
        let mut outputs = empty_outputs();
        put(&mut outputs, 0, 0, 0.9, 1000.0);
        let letterbox = Letterbox { scale_x: 1.0, scale_y: 1.0 };
        assert!(matches!(faces(&tensors(outputs), &letterbox), Err(EngineError::NotFinite { .. })));
    }
}
