//! When is it the same person? The hospital's policy, with the measurements behind its defaults.

use crate::liveness::LivenessPolicy;

/// Fewest live frames whose mean is compared. Measured: the mean of 3 instead of 1 raises the true accept rate at a
/// false accept rate of 1e-4 from 99.09 to 99.77 % (MODELS.md).
pub const MIN_FRAMES: u8 = 3;
/// Most live frames that may be asked for: beyond it a patient waits for nothing.
pub const MAX_FRAMES: u8 = 30;

/// Lowest cosine at which two faces are the same person. **Interim**, set between two measurements of YuNet and SFace
/// on LFW (MODELS.md): all against all, false accept rate 1e-4 at 0.4215 and 1e-5 at 0.473; but among people with
/// East or South-East Asian names the rate is 3.3e-4 at 0.45 (true accept rate 98.1 %), and the bar, FAR below 1e-4 with
/// FRR below 5 %, needs about 0.5 for them (95.0 %). To be set anew on photographs of the patients it is for.
pub const INTERIM_THRESHOLD: f32 = 0.45;
/// OpenCV's own threshold for this network, false accept rate about 1e-3. No policy may go below it.
pub const LOWEST_THRESHOLD: f32 = 0.363;

/// Lowest cosine between a live frame and the mean of those counted before it. Frames of one person seconds apart lie
/// far above it; it only has to notice that somebody else stepped in, so it is no stricter than the match itself.
pub const INTERIM_CONSISTENCY: f32 = 0.45;

#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MatchPolicy {
    threshold: f32,
    frames: u8,
    liveness: LivenessPolicy,
}

#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PolicyError {
    #[error("the match threshold is a cosine from {LOWEST_THRESHOLD} up to below 1, not {0}")]
    Threshold(f32),
    #[error("a match needs {MIN_FRAMES} to {MAX_FRAMES} live frames, not {0}")]
    Frames(u8),
}

impl MatchPolicy {
    pub fn new(threshold: f32, frames: u8, liveness: LivenessPolicy) -> Result<Self, PolicyError> {
        if !(LOWEST_THRESHOLD..1.0).contains(&threshold) {
            return Err(PolicyError::Threshold(threshold));
        }
        if !(MIN_FRAMES..=MAX_FRAMES).contains(&frames) {
            return Err(PolicyError::Frames(frames));
        }
        Ok(Self { threshold, frames, liveness })
    }

    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    pub fn frames(&self) -> u8 {
        self.frames
    }

    pub fn liveness(&self) -> LivenessPolicy {
        self.liveness
    }
}

impl Default for MatchPolicy {
    /// The interim policy.
    fn default() -> Self {
        Self { threshold: INTERIM_THRESHOLD, frames: MIN_FRAMES, liveness: LivenessPolicy::Recorded }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_policy_cannot_ask_for_less_than_was_measured() {
        let recorded = LivenessPolicy::Recorded;
        assert_eq!(MatchPolicy::new(0.3, 3, recorded), Err(PolicyError::Threshold(0.3)));
        assert!(matches!(MatchPolicy::new(f32::NAN, 3, recorded), Err(PolicyError::Threshold(_))));
        assert_eq!(MatchPolicy::new(0.5, 2, recorded), Err(PolicyError::Frames(2)));
        assert_eq!(MatchPolicy::new(INTERIM_THRESHOLD, MIN_FRAMES, recorded), Ok(MatchPolicy::default()));
    }
}
