//! Models of plain arithmetic, so that the real matcher runs without weights: tests of other crates get their
//! [`crate::FaceMatch`] from the real decision. They see no faces: a "face" is a square with a magenta border and
//! 4 x 4 coloured fields, and the fields' mean colours are the identity.
//!
//! Enough for the matcher, its hints (no face, size, place, several people, light) and its decisions; landmarks never
//! turn, so parallax is never shown.

use image::codecs::jpeg::JpegEncoder;

use crate::align::CROP_SIDE;
use crate::detect::{SIDE as DETECTOR_SIDE, STRIDES};
use crate::embed::DIMENSIONS;
use crate::{Engine, EngineError, Model, Picture, Tensor};

const FIELDS: usize = 4;
const BORDER: [u8; 3] = [255, 0, 255];
const BACKGROUND: [u8; 3] = [90, 110, 100];
/// Right eye, left eye, nose, corners of the mouth in the aligned square (see [`crate::align`]).
const LANDMARKS: [[f32; 2]; 5] = [[38.29, 51.7], [73.53, 51.5], [56.03, 71.74], [41.55, 92.37], [70.73, 92.2]];
/// The border's share of the square on each side. Inside lies what the aligned square shows.
const INSET: f32 = 0.1;

/// Somebody to stand before the simulated camera: another number, another person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Person(pub u64);

/// Where somebody stands in a frame, pixels.
#[derive(Debug, Clone, Copy)]
pub struct Standing {
    pub person: Person,
    pub x: u32,
    pub y: u32,
    pub size: u32,
}

/// An engine that finds and tells apart [`Person`]s.
pub fn engine() -> Engine {
    Engine::new(Box::new(SquareDetector), Box::new(FieldEmbedder))
        .unwrap_or_else(|error| unreachable!("the simulated models have the shapes that Engine::new asks for: {error}"))
}

/// A frame of 640 x 480 pixels with the person at a good distance. `number` changes a few pixels, as a sensor's noise
/// would: two frames with the same number are a frozen camera.
pub fn frame(person: Person, number: u32) -> Picture {
    frame_of(&[Standing { person, x: 200, y: 120, size: 240 }], number)
}

/// A frame with nobody in it.
pub fn empty_frame() -> Picture {
    frame_of(&[], 0)
}

/// A frame with these people.
pub fn frame_of(people: &[Standing], number: u32) -> Picture {
    drawn(640, 480, people, number)
}

/// A portrait as a chip would hold it.
pub fn portrait_jpeg(person: Person) -> Vec<u8> {
    let picture = drawn(240, 320, &[Standing { person, x: 20, y: 60, size: 200 }], 0);
    let mut jpeg = Vec::new();
    // Writing into memory cannot fail, and the size is a constant above.
    let _ = JpegEncoder::new_with_quality(&mut jpeg, 90).encode(
        picture.rgb(),
        picture.width(),
        picture.height(),
        image::ExtendedColorType::Rgb8,
    );
    jpeg
}

fn drawn(width: u32, height: u32, people: &[Standing], number: u32) -> Picture {
    let mut rgb = BACKGROUND.repeat((width * height) as usize);
    for standing in people {
        let colours = standing.person.colours();
        let end = |from: u32, limit: u32| from.saturating_add(standing.size).min(limit);
        for y in standing.y..end(standing.y, height) {
            for x in standing.x..end(standing.x, width) {
                let place =
                    |at: u32, from: u32| ((at - from) as f32 / standing.size as f32 - INSET) / (1.0 - 2.0 * INSET);
                let (u, v) = (place(x, standing.x), place(y, standing.y));
                let inside = (0.0..1.0).contains(&u) && (0.0..1.0).contains(&v);
                let field = |share: f32| ((share * FIELDS as f32) as usize).min(FIELDS - 1);
                let colour = if inside { colours[field(v) * FIELDS + field(u)] } else { BORDER };
                let at = ((y * width + x) * 3) as usize;
                rgb[at..at + 3].copy_from_slice(&colour);
            }
        }
    }
    rgb[..3].copy_from_slice(&[number as u8, (number >> 8) as u8, (number >> 16) as u8]);
    Picture::from_rgb(width, height, rgb).unwrap_or_else(|error| unreachable!("the buffer was made to fit: {error}"))
}

impl Person {
    /// Colours far from the border's magenta and from the ends of the scale.
    fn colours(self) -> [[u8; 3]; FIELDS * FIELDS] {
        let mut state = self.0;
        let mut bit = || {
            // SplitMix64, one bit of each step.
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            (mixed ^ (mixed >> 31)) & 1 == 1
        };
        std::array::from_fn(|_| std::array::from_fn(|_| if bit() { 170 } else { 80 }))
    }
}

/// Stands for YuNet: every run of columns with magenta in it is one face.
struct SquareDetector;

impl Model for SquareDetector {
    fn input_shape(&self) -> [usize; 4] {
        crate::detect::INPUT_SHAPE
    }

    fn run(&mut self, input: &Tensor) -> Result<Vec<Tensor>, EngineError> {
        let side = DETECTOR_SIDE;
        let values = input.values();
        let is_border = |x: usize, y: usize| {
            let [blue, green, red] = [0, 1, 2].map(|channel| values[(channel * side + y) * side + x]);
            red > 200.0 && green < 60.0 && blue > 200.0
        };
        let mut outputs: Vec<Vec<f32>> = [1, 1, 4, 10]
            .into_iter()
            .flat_map(|count| STRIDES.map(|stride| vec![0.0; (side / stride) * (side / stride) * count]))
            .collect();
        let has_border: Vec<bool> = (0..side).map(|x| (0..side).any(|y| is_border(x, y))).collect();
        let mut x = 0;
        while x < side {
            let run = has_border[x..].iter().take_while(|has| **has).count();
            if run >= 16 {
                let rows = || (0..side).filter(|y| (x..x + run).any(|x| is_border(x, *y)));
                let (top, bottom) = (rows().min().unwrap_or(0), rows().max().unwrap_or(0));
                put(&mut outputs, x as f32, top as f32, run as f32, (bottom + 1 - top) as f32);
            }
            x += run.max(1);
        }
        let shape = |index: usize| {
            let stride = STRIDES[index % 3];
            [1, (side / stride) * (side / stride), [1, 1, 4, 10][index / 3]]
        };
        outputs.into_iter().enumerate().map(|(index, values)| Tensor::from_vec(&shape(index), values)).collect()
    }
}

/// Writes a square into the cell of stride 32 in which its centre lies, the way YuNet would.
fn put(outputs: &mut [Vec<f32>], x: f32, y: f32, width: f32, height: f32) {
    let stride = STRIDES[2];
    let columns = DETECTOR_SIDE / stride;
    let unit = stride as f32;
    let (centre_x, centre_y) = ((x + width / 2.0) / unit, (y + height / 2.0) / unit);
    let (column, row) = ((centre_x as usize).min(columns - 1), (centre_y as usize).min(columns - 1));
    let cell = row * columns + column;
    outputs[2][cell] = 0.95;
    outputs[5][cell] = 0.95;
    let offsets = [centre_x - column as f32, centre_y - row as f32, (width / unit).ln(), (height / unit).ln()];
    outputs[8][cell * 4..][..4].copy_from_slice(&offsets);
    for (index, [u, v]) in LANDMARKS.into_iter().enumerate() {
        let place = |from: f32, extent: f32, share: f32| {
            (from + extent * (INSET + (1.0 - 2.0 * INSET) * share / CROP_SIDE as f32)) / unit
        };
        outputs[11][cell * 10 + index * 2] = place(x, width, u) - column as f32;
        outputs[11][cell * 10 + index * 2 + 1] = place(y, height, v) - row as f32;
    }
}

/// Stands for SFace: the mean colours of 4 x 4 fields, about middle grey.
struct FieldEmbedder;

impl Model for FieldEmbedder {
    fn input_shape(&self) -> [usize; 4] {
        crate::embed::INPUT_SHAPE
    }

    fn run(&mut self, input: &Tensor) -> Result<Vec<Tensor>, EngineError> {
        let side = CROP_SIDE as usize;
        let field = side / FIELDS;
        let mut identity = vec![0.0; DIMENSIONS];
        for (index, value) in identity.iter_mut().enumerate().take(3 * FIELDS * FIELDS) {
            let (channel, row, column) = (index % 3, index / 3 / FIELDS, index / 3 % FIELDS);
            let mut sum = 0.0;
            for y in row * field..(row + 1) * field {
                let line = &input.values()[(channel * side + y) * side + column * field..][..field];
                sum += line.iter().sum::<f32>();
            }
            *value = sum / (field * field) as f32 - 125.0;
        }
        Ok(vec![Tensor::from_vec(&[1, DIMENSIONS], identity)?])
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    #[test]
    fn a_drawn_person_is_found_where_it_was_drawn() {
        let faces = engine().detect(&frame(Person(1), 0)).unwrap();
        assert_eq!(faces.len(), 1);
        let found = faces[0].face_box;
        for (value, expected) in [(found.x, 200.0), (found.y, 120.0), (found.width, 240.0), (found.height, 240.0)] {
            assert!((value - expected).abs() < 2.0, "{value} is not {expected}");
        }
    }

    #[test]
    fn a_person_is_like_himself_and_unlike_the_next_hundred() {
        let mut engine = engine();
        let mut embedding = |number: u64| {
            let frame = frame(Person(number), 3);
            let face = engine.detect(&frame).unwrap()[0];
            engine.embed(&frame, &face.landmarks).unwrap()
        };
        let first = embedding(0);
        assert!(first.cosine(&embedding(0)) > 0.999);
        assert!((1..=100).all(|number| first.cosine(&embedding(number)) < 0.45));
    }
}
