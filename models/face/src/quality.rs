//! Is this frame good enough to compare, and if not, what can the patient do about it?

use crate::align::CROP_SIDE;
use crate::detect::{Face, Landmarks};
use crate::picture::Picture;

/// Something the person before the camera can act on, at most one at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum QualityHint {
    NoFace,
    ComeCloser,
    MoveBack,
    SeveralPeople,
    MoreLight,
    TooBright,
    LookStraight,
    HoldStill,
    /// Only under [`crate::LivenessPolicy::Required`]: turn the head slightly to one side and back.
    TurnHead,
}

/// Least distance between the eyes, pixels. The aligned square has 35 px between the eyes; below that the embedder sees
/// enlarged pixels. (ISO/IEC 19794-5 asks 90 px of a stored portrait; a live frame is not one.)
pub const MIN_INTER_EYE_PX: f32 = 36.0;
/// Largest height of the face's box, share of the frame's height. Above it, chin or forehead leaves the frame at the
/// next small movement.
pub const MAX_FACE_HEIGHT: f32 = 0.9;
/// Most of the face's box that may lie outside the frame, share of its area.
pub const MAX_OUTSIDE: f32 = 0.1;
/// Another face counts as a second person from this width on, share of the first one's. At arm's length (0.5 m) from
/// the camera, someone who waits 1.5 m away looks a third as wide.
pub const SECOND_PERSON_WIDTH: f32 = 0.5;
/// Largest sideways shift of the nose from the middle between the eyes, in distances between the eyes (0: straight;
/// press photographs: 0.09 in the middle, 0.23 at 90 %, MODELS.md).
pub const MAX_YAW_SHIFT: f32 = 0.3;
/// Largest slope of the line through the eyes, degrees. Alignment takes out any slope; more than this is a head on a
/// shoulder, for which the detector was hardly trained.
pub const MAX_ROLL_DEGREES: f32 = 30.0;
/// Darkest mean luma of the face, 0 to 255. Far below the darkest of 1,706 press photographs (57), so that it asks for
/// light where light is missing, not where skin is dark.
pub const MIN_LUMA: f32 = 35.0;
/// Brightest mean luma of the face, 0 to 255 (brightest of the same photographs: 200).
pub const MAX_LUMA: f32 = 225.0;
/// Most pixels of the face at the sensor's end (250 to 255 in all channels), share (same photographs: at most 0.03).
pub const MAX_CLIPPED: f32 = 0.35;
/// Least mean square of the Laplacian of the luma in the aligned face, (0 to 255)². Lower is moved or out of focus
/// (under 1 % of the same photographs).
pub const MIN_SHARPNESS: f32 = 25.0;

/// What the light and the sharpness of an aligned face measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Exposure {
    /// Mean luma (ITU-R BT.601), 0 to 255.
    pub luma: f32,
    /// Share of clipped pixels.
    pub clipped: f32,
    /// Mean square of the 4-neighbour Laplacian of the luma.
    pub sharpness: f32,
}

/// The one face to compare, by place, size and pose.
pub fn subject<'f>(picture: &Picture, faces: &'f [Face]) -> Result<&'f Face, QualityHint> {
    let width = |face: &Face| face.face_box.width;
    let subject = faces.iter().max_by(|a, b| width(a).total_cmp(&width(b))).ok_or(QualityHint::NoFace)?;
    if faces.iter().filter(|face| width(face) >= SECOND_PERSON_WIDTH * width(subject)).count() > 1 {
        return Err(QualityHint::SeveralPeople);
    }
    if subject.landmarks.inter_eye_px() < MIN_INTER_EYE_PX {
        return Err(QualityHint::ComeCloser);
    }
    let outside = share_outside(picture, subject);
    if subject.face_box.height > MAX_FACE_HEIGHT * picture.height() as f32 || outside > MAX_OUTSIDE {
        return Err(QualityHint::MoveBack);
    }
    if yaw_shift(&subject.landmarks).abs() > MAX_YAW_SHIFT || roll_degrees(&subject.landmarks).abs() > MAX_ROLL_DEGREES
    {
        return Err(QualityHint::LookStraight);
    }
    Ok(subject)
}

/// Light and sharpness of an aligned face.
pub fn exposure(crop: &Picture) -> Exposure {
    // Inside the template's face: from above the brows to the chin, from temple to temple.
    let (left, right, top, bottom) = (24, i64::from(CROP_SIDE) - 24, 34, i64::from(CROP_SIDE) - 8);
    let luma = |x: i64, y: i64| {
        let [r, g, b] = crop.pixel(x, y).map(f32::from);
        0.299 * r + 0.587 * g + 0.114 * b
    };
    let (mut sum, mut clipped, mut laplacian, mut count) = (0.0, 0.0, 0.0, 0.0);
    for y in top..bottom {
        for x in left..right {
            let here = luma(x, y);
            sum += here;
            clipped += f32::from(u8::from(crop.pixel(x, y).iter().all(|&value| value >= 250)));
            let bend = luma(x - 1, y) + luma(x + 1, y) + luma(x, y - 1) + luma(x, y + 1) - 4.0 * here;
            laplacian += bend * bend;
            count += 1.0;
        }
    }
    Exposure { luma: sum / count, clipped: clipped / count, sharpness: laplacian / count }
}

impl Exposure {
    pub fn check(&self) -> Result<(), QualityHint> {
        if self.luma < MIN_LUMA {
            Err(QualityHint::MoreLight)
        } else if self.luma > MAX_LUMA || self.clipped > MAX_CLIPPED {
            Err(QualityHint::TooBright)
        } else if self.sharpness < MIN_SHARPNESS {
            Err(QualityHint::HoldStill)
        } else {
            Ok(())
        }
    }
}

/// How far the nose's tip lies from the middle between the eyes along their line, in distances between the eyes;
/// positive towards the person's left.
pub fn yaw_shift(landmarks: &Landmarks) -> f32 {
    let (right, left, nose) = (landmarks.right_eye, landmarks.left_eye, landmarks.nose_tip);
    let middle = right.midpoint(left);
    let (along_x, along_y) = (left.x - right.x, left.y - right.y);
    ((nose.x - middle.x) * along_x + (nose.y - middle.y) * along_y) / (along_x * along_x + along_y * along_y)
}

/// Slope of the line from the right to the left eye, degrees, positive clockwise in the picture.
pub fn roll_degrees(landmarks: &Landmarks) -> f32 {
    (landmarks.left_eye.y - landmarks.right_eye.y).atan2(landmarks.left_eye.x - landmarks.right_eye.x).to_degrees()
}

fn share_outside(picture: &Picture, face: &Face) -> f32 {
    let face = &face.face_box;
    let inside = |from: f32, extent: f32, limit: u32| ((from + extent).min(limit as f32) - from.max(0.0)).max(0.0);
    let area = inside(face.x, face.width, picture.width()) * inside(face.y, face.height, picture.height());
    1.0 - area / (face.width * face.height)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;
    use crate::detect::{FaceBox, Point};

    fn frame() -> Picture {
        Picture::from_rgb(640, 480, vec![120; 640 * 480 * 3]).unwrap()
    }

    /// A frontal face whose box is as wide as given, with its upper left corner at (x, y).
    fn face(x: f32, y: f32, width: f32) -> Face {
        let at = |dx: f32, dy: f32| Point { x: x + dx * width, y: y + dy * width };
        let landmarks =
            Landmarks::from_points([at(0.3, 0.5), at(0.7, 0.5), at(0.5, 0.75), at(0.33, 1.0), at(0.67, 1.0)]);
        Face { face_box: FaceBox { x, y, width, height: width * 1.3 }, landmarks, score: 0.9 }
    }

    fn hint(faces: &[Face]) -> Option<QualityHint> {
        subject(&frame(), faces).err()
    }

    #[test]
    fn place_and_number_of_faces_choose_the_hint() {
        assert_eq!(hint(&[]), Some(QualityHint::NoFace));
        assert_eq!(hint(&[face(200.0, 100.0, 180.0)]), None);
        assert_eq!(hint(&[face(200.0, 100.0, 60.0)]), Some(QualityHint::ComeCloser));
        assert_eq!(hint(&[face(100.0, 10.0, 400.0)]), Some(QualityHint::MoveBack));
        assert_eq!(hint(&[face(-60.0, 100.0, 180.0)]), Some(QualityHint::MoveBack));
        assert_eq!(hint(&[face(50.0, 100.0, 180.0), face(350.0, 100.0, 120.0)]), Some(QualityHint::SeveralPeople));
        assert_eq!(hint(&[face(500.0, 20.0, 60.0), face(50.0, 100.0, 180.0)]), None, "someone in the background");
    }

    #[test]
    fn a_turned_or_tilted_head_is_asked_to_look_straight() {
        let mut turned = face(200.0, 100.0, 180.0);
        turned.landmarks.nose_tip.x += 0.2 * 180.0;
        assert_eq!(hint(&[turned]), Some(QualityHint::LookStraight));
        let mut tilted = face(200.0, 100.0, 180.0);
        tilted.landmarks.left_eye.y += 60.0;
        assert_eq!(hint(&[tilted]), Some(QualityHint::LookStraight));
    }

    #[test]
    fn yaw_is_measured_along_the_line_of_the_eyes() {
        let mut landmarks = face(0.0, 0.0, 100.0).landmarks;
        assert!(yaw_shift(&landmarks).abs() < 1e-6);
        landmarks.nose_tip.x += 10.0;
        assert!((yaw_shift(&landmarks) - 0.25).abs() < 1e-6);
    }

    #[test]
    fn light_and_sharpness_choose_the_hint() {
        let crop = |pixel: &dyn Fn(usize) -> u8| {
            let rgb: Vec<u8> = (0..112 * 112).flat_map(|i| [pixel(i % 112 + i / 112); 3]).collect();
            exposure(&Picture::from_rgb(112, 112, rgb).unwrap()).check().err()
        };
        assert_eq!(crop(&|_| 10), Some(QualityHint::MoreLight));
        assert_eq!(crop(&|_| 240), Some(QualityHint::TooBright));
        assert_eq!(crop(&|i| if i % 2 == 0 { 255 } else { 60 }), Some(QualityHint::TooBright));
        assert_eq!(crop(&|_| 120), Some(QualityHint::HoldStill));
        assert_eq!(crop(&|i| if i % 6 < 3 { 90 } else { 150 }), None);
    }
}
