//! The portrait against the person: live frames are counted until their mean identity can be compared.

use std::fmt;

use sha2::{Digest, Sha256};

use crate::align;
use crate::detect::{Face, FaceBox};
use crate::embed::Embedding;
use crate::engine::{Engine, EngineError};
use crate::liveness::{LivenessEvidence, LivenessPolicy, Parallax, ParallaxWitness};
use crate::picture::Picture;
use crate::policy::{INTERIM_CONSISTENCY, MatchPolicy};
use crate::portrait::{self, PortraitError};
use crate::quality::{self, QualityHint};

/// Which portrait a match was made against: SHA-256 of the verified EF.DG2, or of the verifier's portrait. Never
/// printed: it identifies the document.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PortraitHash([u8; 32]);

impl PortraitHash {
    pub fn new(sha256: [u8; 32]) -> Self {
        Self(sha256)
    }

    /// Of the whole file: EF.DG2 as read, or the verifier's portrait.
    pub fn of_file(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for PortraitHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PortraitHash(32 bytes)")
    }
}

/// Proof that the person before the camera and the portrait with this hash are one person under the policy of the day.
/// Only [`Matcher::observe`] makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct FaceMatch {
    portrait_hash: PortraitHash,
    score: f32,
    threshold: f32,
    frames: u8,
    liveness: LivenessEvidence,
}

impl FaceMatch {
    pub fn portrait_hash(&self) -> PortraitHash {
        self.portrait_hash
    }

    /// Cosine between the portrait and the mean of the live frames.
    pub fn score(&self) -> f32 {
        self.score
    }

    /// The threshold that the score reached.
    pub fn threshold(&self) -> f32 {
        self.threshold
    }

    /// How many live frames were averaged.
    pub fn frames(&self) -> u8 {
        self.frames
    }

    pub fn liveness(&self) -> &LivenessEvidence {
        &self.liveness
    }
}

#[derive(Debug, Clone, PartialEq)]
pub enum FaceDecision {
    Match(FaceMatch),
    NoMatch { score: f32 },
}

/// What one frame led to.
#[derive(Debug, Clone, PartialEq)]
pub enum Observation {
    /// The frame does not count; the patient can change that.
    Hint(QualityHint),
    /// The frame counts; `face_box` is in pixels of the frame, for the preview.
    Counted {
        frames: u8,
        needed: u8,
        face_box: FaceBox,
    },
    Decided(FaceDecision),
}

/// One portrait and the live frames seen so far. Dropped (and wiped) when the visit ends.
pub struct Matcher {
    portrait: Embedding,
    hash: PortraitHash,
    policy: MatchPolicy,
    attempt: Attempt,
}

/// The frames counted towards one decision.
#[derive(Default)]
struct Attempt {
    live: Vec<Embedding>,
    witness: ParallaxWitness,
    last_frame: Option<[u8; 32]>,
    lowest_consistency: Option<f32>,
    identity_changes: u32,
    repeated_frames: u32,
    presentation_attack: Vec<f32>,
}

impl Matcher {
    /// `hash` must be that of the file `portrait_bytes` were taken from: a match is only worth what this binding is.
    pub fn enrol(
        engine: &mut Engine,
        portrait_bytes: &[u8],
        hash: PortraitHash,
        policy: MatchPolicy,
    ) -> Result<Self, PortraitError> {
        let picture = portrait::decode(portrait_bytes)?;
        let faces = engine.detect(&picture)?;
        let widest = faces.iter().map(|face| face.face_box.width).fold(0.0, f32::max);
        let large = |face: &&Face| face.face_box.width >= quality::SECOND_PERSON_WIDTH * widest;
        let mut candidates = faces.iter().filter(large);
        let face = candidates.next().ok_or(PortraitError::NoFace)?;
        match candidates.count() {
            0 => {}
            others => return Err(PortraitError::SeveralFaces { found: others + 1 }),
        }
        let portrait = engine.embed(&picture, &face.landmarks)?;
        Ok(Self { portrait, hash, policy, attempt: Attempt::default() })
    }

    /// Judges one live frame. After a decision the next frame begins a new attempt; how many a patient has is the
    /// session's rule.
    pub fn observe(&mut self, engine: &mut Engine, frame: &Picture) -> Result<Observation, EngineError> {
        let faces = engine.detect(frame)?;
        let face = match quality::subject(frame, &faces) {
            Ok(face) => face,
            Err(hint) => return Ok(Observation::Hint(hint)),
        };
        let crop = align::face_crop(frame, &face.landmarks)?;
        if let Err(hint) = quality::exposure(&crop).check() {
            return Ok(Observation::Hint(hint));
        }
        let repeated = self.attempt.is_repeated(frame);
        if repeated && self.policy.liveness() == LivenessPolicy::Required {
            return Ok(self.progress(face.face_box));
        }
        let live = engine.embed_crop(&crop)?;
        let live_score = match &mut engine.presentation_attack {
            Some(model) => Some(model.live_score(frame, &face.face_box)?),
            None => None,
        };
        self.attempt.count(live, face, repeated, live_score)?;
        if self.attempt.live.len() < usize::from(self.policy.frames()) {
            return Ok(self.progress(face.face_box));
        }
        if self.policy.liveness() == LivenessPolicy::Required && self.attempt.witness.verdict() == Parallax::NotShown {
            return Ok(Observation::Hint(QualityHint::TurnHead));
        }
        let attempt = std::mem::take(&mut self.attempt);
        Ok(Observation::Decided(self.decide(attempt)?))
    }

    pub fn policy(&self) -> &MatchPolicy {
        &self.policy
    }

    fn progress(&self, face_box: FaceBox) -> Observation {
        let needed = self.policy.frames();
        let frames = u8::try_from(self.attempt.live.len()).unwrap_or(needed).min(needed);
        Observation::Counted { frames, needed, face_box }
    }

    fn decide(&self, attempt: Attempt) -> Result<FaceDecision, EngineError> {
        let mean = Embedding::mean(&attempt.live).ok_or(EngineError::ZeroEmbedding)??;
        let score = mean.cosine(&self.portrait);
        let threshold = self.policy.threshold();
        if score < threshold {
            return Ok(FaceDecision::NoMatch { score });
        }
        let frames = u8::try_from(attempt.live.len()).unwrap_or(u8::MAX);
        let liveness = attempt.evidence();
        Ok(FaceDecision::Match(FaceMatch { portrait_hash: self.hash, score, threshold, frames, liveness }))
    }
}

impl fmt::Debug for Matcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matcher").field("counted", &self.attempt.live.len()).field("policy", &self.policy).finish()
    }
}

impl Attempt {
    /// Live frames kept while a required head turn is awaited; the oldest go first.
    const KEPT: usize = 64;

    fn is_repeated(&mut self, frame: &Picture) -> bool {
        let hash = <[u8; 32]>::from(Sha256::digest(frame.rgb()));
        self.last_frame.replace(hash) == Some(hash)
    }

    /// Another identity than that of the frames before makes those worthless: counting begins anew with this one.
    fn count(
        &mut self,
        live: Embedding,
        face: &Face,
        repeated: bool,
        live_score: Option<f32>,
    ) -> Result<(), EngineError> {
        if let Some(mean) = Embedding::mean(&self.live) {
            let consistency = mean?.cosine(&live);
            if consistency < INTERIM_CONSISTENCY {
                let identity_changes = self.identity_changes + 1;
                *self = Self { identity_changes, last_frame: self.last_frame, ..Self::default() };
            } else {
                let lowest = self.lowest_consistency.unwrap_or(1.0);
                self.lowest_consistency = Some(lowest.min(consistency));
            }
        }
        if self.live.len() == Self::KEPT {
            self.live.remove(0);
        }
        self.live.push(live);
        self.witness.observe(&face.landmarks);
        self.repeated_frames += u32::from(repeated);
        self.presentation_attack.extend(live_score);
        Ok(())
    }

    fn evidence(&self) -> LivenessEvidence {
        let scores = &self.presentation_attack;
        LivenessEvidence {
            parallax: self.witness.verdict(),
            nose_shift: self.witness.nose_shift(),
            lowest_consistency: self.lowest_consistency.unwrap_or(1.0),
            identity_changes: self.identity_changes,
            repeated_frames: self.repeated_frames,
            presentation_attack: (!scores.is_empty()).then(|| scores.iter().sum::<f32>() / scores.len() as f32),
        }
    }
}
