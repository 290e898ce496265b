//! What the kiosk itself can see of a living person. Modest on purpose, and recorded for what it is.
//!
//! *Parallax*: eyes and corners of the mouth lie nearly in one plane, the nose stands out of it. When a head turns, the
//! nose moves against that plane; on a flat photograph, however it is held, all five points move by one affine map (up
//! to perspective and to the detector's unrest). *Consistency*: every counted frame shows the same identity as those before it. *Repetition*: a
//! camera never gives the same bytes twice.
//!
//! What this cannot see: a film replayed on a screen, in which a head turns; a mask; a photograph bent around a
//! cylinder. Hence [`LivenessPolicy::Recorded`] is the policy of this version, and the slot for a
//! presentation-attack model exists.

use crate::detect::{Landmarks, Point};

/// Least movement of the nose against the plane of eyes and mouth that counts as a solid head's, in distances between
/// the eyes: a turn of some 20 degrees. Measured with YuNet (MODELS.md): of 382 photographs turned by up to 30 degrees
/// as flat prints 1 in 90 reaches it (median 0.046, the detector's own unrest); of 69 heads that turned between two
/// photographs all do (median 0.31).
pub const MIN_PARALLAX: f32 = 0.15;

/// What the decision does with the evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LivenessPolicy {
    /// The evidence goes into the record; staff and the audit see it; it stops nobody.
    #[default]
    Recorded,
    /// No decision before the head was seen to turn; the patient is asked to ([`crate::QualityHint::TurnHead`]).
    /// Frames equal to the one before do not count.
    Required,
}

/// Did the five landmarks move as those of a solid head do?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Parallax {
    /// The head kept still, or the picture is flat: nothing can be said.
    NotShown,
    Shown,
}

/// What was seen while the frames of one decision were counted.
#[derive(Debug, Clone, PartialEq)]
pub struct LivenessEvidence {
    pub(crate) parallax: Parallax,
    pub(crate) nose_shift: f32,
    pub(crate) lowest_consistency: f32,
    pub(crate) identity_changes: u32,
    pub(crate) repeated_frames: u32,
    pub(crate) presentation_attack: Option<f32>,
}

impl LivenessEvidence {
    pub fn parallax(&self) -> Parallax {
        self.parallax
    }

    /// Largest movement of the nose against the plane of eyes and mouth, in distances between the eyes.
    pub fn nose_shift(&self) -> f32 {
        self.nose_shift
    }

    /// Lowest cosine between a counted frame and those before it.
    pub fn lowest_consistency(&self) -> f32 {
        self.lowest_consistency
    }

    /// How often another identity came before the camera and counting began anew.
    pub fn identity_changes(&self) -> u32 {
        self.identity_changes
    }

    /// Counted frames that were equal to the byte to the frame before: a frozen or replayed source.
    pub fn repeated_frames(&self) -> u32 {
        self.repeated_frames
    }

    /// Mean "live" score of the hospital's own model, 0 to 1, where one is set.
    pub fn presentation_attack(&self) -> Option<f32> {
        self.presentation_attack
    }
}

/// The landmarks of the counted frames, and how far the nose has moved among them.
#[derive(Default)]
pub(crate) struct ParallaxWitness {
    seen: Vec<Landmarks>,
    nose_shift: f32,
}

impl ParallaxWitness {
    /// Frames kept for comparison. A slow turn is seen against its beginning, so the first ones are the useful ones.
    const KEPT: usize = 32;

    pub(crate) fn observe(&mut self, landmarks: &Landmarks) {
        for earlier in &self.seen {
            if let Some(shift) = nose_shift(earlier, landmarks) {
                self.nose_shift = self.nose_shift.max(shift.abs());
            }
        }
        if self.seen.len() < Self::KEPT {
            self.seen.push(*landmarks);
        }
    }

    pub(crate) fn nose_shift(&self) -> f32 {
        self.nose_shift
    }

    pub(crate) fn verdict(&self) -> Parallax {
        if self.nose_shift >= MIN_PARALLAX { Parallax::Shown } else { Parallax::NotShown }
    }
}

/// The nose's movement along the line of the eyes beyond what the affine map of the other four points explains, in
/// distances between the eyes. Only along that line: across it, an opening mouth looks the same. `None` if the points
/// of `from` lie on one line.
pub fn nose_shift(from: &Landmarks, to: &Landmarks) -> Option<f32> {
    let plane = |l: &Landmarks| [l.right_eye, l.left_eye, l.right_mouth_corner, l.left_mouth_corner];
    let (p, q) = (plane(from), plane(to));
    let (p0, q0) = (centroid(&p), centroid(&q));
    // Least squares over the centred points: A = (Σ q pᵀ)(Σ p pᵀ)⁻¹.
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    let (mut ux, mut uy, mut vx, mut vy) = (0.0, 0.0, 0.0, 0.0);
    for (p, q) in p.iter().zip(&q) {
        let (x, y, u, v) = (p.x - p0.x, p.y - p0.y, q.x - q0.x, q.y - q0.y);
        xx += x * x;
        xy += x * y;
        yy += y * y;
        ux += u * x;
        uy += u * y;
        vx += v * x;
        vy += v * y;
    }
    let determinant = xx * yy - xy * xy;
    if determinant <= 1e-6 * (xx + yy) * (xx + yy) {
        return None;
    }
    let (x, y) = (from.nose_tip.x - p0.x, from.nose_tip.y - p0.y);
    // (Σ p pᵀ)⁻¹ times the nose.
    let (s, t) = ((yy * x - xy * y) / determinant, (xx * y - xy * x) / determinant);
    let (beyond_x, beyond_y) = (to.nose_tip.x - q0.x - (ux * s + uy * t), to.nose_tip.y - q0.y - (vx * s + vy * t));
    let (along_x, along_y) = (to.left_eye.x - to.right_eye.x, to.left_eye.y - to.right_eye.y);
    let shift = (beyond_x * along_x + beyond_y * along_y) / (along_x * along_x + along_y * along_y);
    shift.is_finite().then_some(shift)
}

fn centroid(points: &[Point; 4]) -> Point {
    let sum = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.x, y + p.y));
    Point { x: sum.0 / 4.0, y: sum.1 / 4.0 }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a failed test may panic")]
    use super::*;

    /// Points of a head in distances between the eyes: x to the person's left, y down, z out of the face.
    const HEAD: [[f32; 3]; 5] =
        [[-0.5, 0.0, 0.0], [0.5, 0.0, 0.0], [0.0, 0.55, 0.4], [-0.4, 1.1, 0.05], [0.4, 1.1, 0.05]];

    /// Seen by a camera `away` distances between the eyes off, the head or picture turned by `yaw` degrees.
    fn seen(points: [[f32; 3]; 5], yaw: f32, away: f32) -> Landmarks {
        let (sin, cos) = yaw.to_radians().sin_cos();
        Landmarks::from_points(points.map(|[x, y, z]| {
            let (turned_x, turned_z) = (x * cos + z * sin, z * cos - x * sin);
            let scale = 1000.0 / (away - turned_z);
            Point { x: 320.0 + turned_x * scale, y: 200.0 + y * scale }
        }))
    }

    fn witness(points: [[f32; 3]; 5], yaws: &[f32]) -> ParallaxWitness {
        let mut witness = ParallaxWitness::default();
        for yaw in yaws {
            witness.observe(&seen(points, *yaw, 9.0));
        }
        witness
    }

    #[test]
    fn a_head_that_turns_slightly_shows_its_nose() {
        assert_eq!(witness(HEAD, &[0.0, 10.0, 20.0, 25.0]).verdict(), Parallax::Shown);
        assert_eq!(witness(HEAD, &[-12.0, 0.0, 12.0]).verdict(), Parallax::Shown);
    }

    #[test]
    fn a_flat_photograph_shows_nothing_however_it_is_turned() {
        let photograph = HEAD.map(|[x, y, _]| [x, y, 0.0]);
        assert_eq!(witness(photograph, &[0.0, 15.0, 30.0, 45.0, -45.0]).verdict(), Parallax::NotShown);
        // A photograph of a turned head keeps its turn.
        let turned = seen(HEAD, 20.0, 9.0).points().map(|p| [(p.x - 320.0) / 111.0, (p.y - 200.0) / 111.0, 0.0]);
        assert_eq!(witness(turned, &[0.0, 20.0, 40.0, -40.0]).verdict(), Parallax::NotShown);
    }

    #[test]
    fn a_head_that_keeps_still_or_opens_its_mouth_shows_nothing() {
        let mut mouth_open = HEAD;
        mouth_open[3][1] += 0.15;
        mouth_open[4][1] += 0.15;
        let mut witness = witness(HEAD, &[0.0, 1.0, -1.0]);
        witness.observe(&seen(mouth_open, 0.0, 9.0));
        witness.observe(&seen(HEAD, 0.0, 7.0));
        assert_eq!(witness.verdict(), Parallax::NotShown);
    }

    #[test]
    fn landmarks_on_a_line_say_nothing() {
        let line = Landmarks::from_points([0.0, 1.0, 2.0, 3.0, 4.0].map(|x| Point { x, y: x }));
        assert_eq!(nose_shift(&line, &seen(HEAD, 0.0, 9.0)), None);
        assert!(nose_shift(&seen(HEAD, 0.0, 9.0), &seen(HEAD, 10.0, 9.0)).unwrap().abs() > 0.03);
    }
}
