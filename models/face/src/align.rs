//! The face turned upright and scaled to the square the embedder was trained on: the similarity transform (rotation,
//! one scale, translation) that brings five landmarks closest to the template, after Umeyama (1991), which in two
//! dimensions without reflection has the closed form below.

use crate::detect::{Landmarks, Point};
use crate::engine::EngineError;
use crate::picture::Picture;

/// Side of the aligned square in pixels.
pub const CROP_SIDE: u32 = 112;

/// Where the landmarks come to lie (the template of SFace and its family).
const TEMPLATE: [Point; 5] = [
    Point { x: 38.2946, y: 51.6963 },
    Point { x: 73.5318, y: 51.5014 },
    Point { x: 56.0252, y: 71.7366 },
    Point { x: 41.5493, y: 92.3655 },
    Point { x: 70.7299, y: 92.2041 },
];

/// x' = a·x - b·y + tx, y' = b·x + a·y + ty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Similarity {
    a: f64,
    b: f64,
    tx: f64,
    ty: f64,
}

impl Similarity {
    /// From the picture to the template.
    pub fn to_template(landmarks: &Landmarks) -> Result<Self, EngineError> {
        Self::between(&landmarks.points(), &TEMPLATE)
    }

    /// Least squares over the pairs of points.
    fn between(from: &[Point; 5], to: &[Point; 5]) -> Result<Self, EngineError> {
        let centre = |points: &[Point; 5]| {
            let sum = points.iter().fold((0.0, 0.0), |(x, y), p| (x + f64::from(p.x), y + f64::from(p.y)));
            (sum.0 / 5.0, sum.1 / 5.0)
        };
        let ((from_x, from_y), (to_x, to_y)) = (centre(from), centre(to));
        let (mut dot, mut cross, mut spread) = (0.0, 0.0, 0.0);
        for (p, q) in from.iter().zip(to) {
            let (px, py) = (f64::from(p.x) - from_x, f64::from(p.y) - from_y);
            let (qx, qy) = (f64::from(q.x) - to_x, f64::from(q.y) - to_y);
            dot += px * qx + py * qy;
            cross += px * qy - py * qx;
            spread += px * px + py * py;
        }
        let (a, b) = (dot / spread, cross / spread);
        // Points on one spot, or as far from the template as a line is, fix no scale.
        if !(a.is_finite() && b.is_finite()) || a.hypot(b) < 1e-6 {
            return Err(EngineError::DegenerateLandmarks);
        }
        Ok(Self { a, b, tx: to_x - a * from_x + b * from_y, ty: to_y - b * from_x - a * from_y })
    }

    fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        (self.a * x - self.b * y + self.tx, self.b * x + self.a * y + self.ty)
    }

    fn inverse(&self) -> Self {
        let scale = self.a * self.a + self.b * self.b;
        let (a, b) = (self.a / scale, -self.b / scale);
        Self { a, b, tx: -(a * self.tx - b * self.ty), ty: -(b * self.tx + a * self.ty) }
    }
}

/// The 112 x 112 square, sampled bilinearly; black where it reaches over the picture's edge.
pub fn face_crop(picture: &Picture, landmarks: &Landmarks) -> Result<Picture, EngineError> {
    let back = Similarity::to_template(landmarks)?.inverse();
    let (width, height) = (f64::from(picture.width()), f64::from(picture.height()));
    let mut rgb = Vec::with_capacity((CROP_SIDE * CROP_SIDE * 3) as usize);
    for y in 0..CROP_SIDE {
        for x in 0..CROP_SIDE {
            let (from_x, from_y) = back.apply(f64::from(x), f64::from(y));
            if from_x <= -1.0 || from_y <= -1.0 || from_x >= width || from_y >= height {
                rgb.extend([0; 3]);
            } else {
                rgb.extend(bilinear(picture, from_x, from_y));
            }
        }
    }
    Picture::from_rgb(CROP_SIDE, CROP_SIDE, rgb).map_err(|_| EngineError::DegenerateLandmarks)
}

fn bilinear(picture: &Picture, x: f64, y: f64) -> [u8; 3] {
    let (left, top) = (x.floor() as i64, y.floor() as i64);
    let (right_share, lower_share) = (x - x.floor(), y - y.floor());
    let mut sum = [0f64; 3];
    for (dx, dy) in [(0, 0), (1, 0), (0, 1), (1, 1)] {
        let (column, row) = (left + dx, top + dy);
        if column < 0 || row < 0 || column >= i64::from(picture.width()) || row >= i64::from(picture.height()) {
            continue; // black outside
        }
        let share = (if dx == 1 { right_share } else { 1.0 - right_share })
            * (if dy == 1 { lower_share } else { 1.0 - lower_share });
        let pixel = picture.pixel(column, row);
        for channel in 0..3 {
            sum[channel] += share * f64::from(pixel[channel]);
        }
    }
    sum.map(|value| value.round() as u8)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    #[test]
    fn landmarks_on_the_template_leave_the_picture_as_it_is() {
        let bytes: Vec<u8> = (0..112 * 112 * 3).map(|i| (i * 7 % 251) as u8).collect();
        let picture = Picture::from_rgb(112, 112, bytes.clone()).unwrap();
        assert_eq!(face_crop(&picture, &Landmarks::from_points(TEMPLATE)).unwrap().rgb(), bytes);
    }

    #[test]
    fn a_turned_scaled_and_moved_face_comes_back_to_the_template() {
        let moved = Similarity { a: 1.7, b: 0.9, tx: 40.0, ty: -12.0 };
        let points = TEMPLATE.map(|p| {
            let (x, y) = moved.apply(p.x.into(), p.y.into());
            Point { x: x as f32, y: y as f32 }
        });
        let back = Similarity::to_template(&Landmarks::from_points(points)).unwrap();
        for (p, q) in points.iter().zip(TEMPLATE) {
            let (x, y) = back.apply(p.x.into(), p.y.into());
            assert!((x - f64::from(q.x)).abs() < 1e-3 && (y - f64::from(q.y)).abs() < 1e-3);
        }
        let (x, y) = moved.inverse().apply(moved.apply(3.0, 4.0).0, moved.apply(3.0, 4.0).1);
        assert!((x - 3.0).abs() < 1e-9 && (y - 4.0).abs() < 1e-9);
    }

    #[test]
    fn what_lies_outside_the_picture_is_black() {
        let picture = Picture::from_rgb(20, 20, vec![200; 1200]).unwrap();
        let crop = face_crop(&picture, &Landmarks::from_points(TEMPLATE)).unwrap();
        assert_eq!(crop.pixel(10, 10), [200; 3]);
        assert_eq!(crop.pixel(60, 60), [0; 3]);
    }

    #[test]
    fn five_landmarks_on_one_point_are_an_error() {
        let picture = Picture::from_rgb(20, 20, vec![200; 1200]).unwrap();
        let landmarks = Landmarks::from_points([Point { x: 5.0, y: 5.0 }; 5]);
        assert!(matches!(face_crop(&picture, &landmarks), Err(EngineError::DegenerateLandmarks)));
    }
}
