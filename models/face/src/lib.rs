//! Face matching: is the person before the camera the one in the portrait of the chip?
//!
//! Each stage is a file and a function on plain pictures and points: [`portrait`] (decode), [`detect`] (YuNet), [`align`],
//! [`embed`] (SFace), [`quality`], [`liveness`], [`decision`]. The networks run behind the two-method [`Model`] trait;
//! there is no I/O, no clock and no randomness here. A [`FaceMatch`] exists only where the decision made one.
//!
//! Pictures, tensors and embeddings are wiped when dropped, print their size only and cannot be serialised.

pub mod align;
pub mod decision;
pub mod detect;
pub mod embed;
pub mod engine;
pub mod liveness;
pub mod picture;
pub mod policy;
pub mod portrait;
pub mod presentation_attack;
pub mod quality;
#[cfg(any(test, feature = "sim"))]
pub mod sim;

pub use decision::{FaceDecision, FaceMatch, Matcher, Observation, PortraitHash};
pub use detect::{Face, FaceBox, Landmarks, Point};
pub use embed::Embedding;
pub use engine::{Engine, EngineError, Model, Tensor};
pub use liveness::{LivenessEvidence, LivenessPolicy, Parallax};
pub use picture::{Picture, PictureError};
pub use policy::{MatchPolicy, PolicyError};
pub use portrait::{PortraitError, PortraitFormat};
pub use presentation_attack::{PresentationAttackCrop, PresentationAttackModel};
pub use quality::QualityHint;
