//! Consent and camera.

use face::QualityHint;

use super::{Draft, Scene, Step, card};
use crate::phrase::Phrase;
use crate::screen::{Action, Block, Picture, Tone};
use crate::state::{Asking, Matching, Subject};
use crate::words;

pub(super) fn consent(scene: &Scene<'_>, step: &Asking) -> Draft {
    let headline = match step.subject {
        Subject::Chip { .. } => Phrase::ConsentHeadline,
        Subject::Eid(_) => Phrase::ConsentEidHeadline,
    };
    let mut draft = scene.draft(Step::Face, headline, Phrase::ConsentWhy);
    draft.body.push(Block::Picture { picture: Picture::LookAtCamera, caption: String::new() });
    let text = scene.say(Phrase::ConsentText);
    draft.spoken = Some(format!("{} {text}", draft.headline));
    draft.body.push(Block::Notice {
        tone: Tone::Neutral,
        title: scene.say(Phrase::ConsentTitle),
        lead: String::new(),
        text,
    });
    draft.keys = card::consent_keys(scene);
    draft
}

pub(super) fn matching(scene: &Scene<'_>, step: &Matching) -> Draft {
    let headline = match step.hint {
        Some(QualityHint::TurnHead) => Phrase::FaceTurnHeadline,
        Some(_) | None => Phrase::FaceHeadline,
    };
    let mut draft = scene.draft(Step::Face, headline, Phrase::FaceWhy);
    let (frames, needed) = step.counted;
    let hint = match step.hint {
        Some(hint) => words::hint(hint),
        None if needed == 0 => Phrase::FaceStart,
        None => Phrase::FaceGood,
    };
    let hint = scene.say(hint);
    draft.spoken = Some(format!("{} {hint}.", draft.headline));
    let progress = if needed == 0 { 0.0 } else { (f32::from(frames) / f32::from(needed)).min(1.0) };
    draft.body.push(Block::Camera { hint, progress });
    draft.keys.push(scene.secondary(Phrase::KeyNoFace, Action::GoToCounter));
    draft
}

pub(super) fn not_matched(scene: &Scene<'_>) -> Draft {
    let mut draft = scene.draft(Step::Face, Phrase::NotMatchedHeadline, Phrase::NotMatchedWhy);
    draft.badge = Some(scene.badge(Tone::Warn, Phrase::NotMatchedBadge));
    draft.body.push(Block::Picture { picture: Picture::LookAtCamera, caption: String::new() });
    draft.keys.push(scene.secondary(Phrase::KeyRetryFace, Action::RetryFace));
    draft.keys.push(scene.primary(Phrase::KeyIGoToCounter, Action::GoToCounter));
    draft
}
