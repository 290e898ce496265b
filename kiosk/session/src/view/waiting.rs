//! Waiting for somebody else, with a way out all the same.

use super::{Draft, Scene, Step};
use crate::phrase::Phrase;
use crate::screen::{Action, Block, Picture};
use crate::state::{Identifying, Purpose};

pub(super) fn eid(scene: &Scene<'_>) -> Draft {
    let mut draft = scene.draft(Step::Card, Phrase::EidWaitingHeadline, Phrase::EidWaitingWhy);
    draft.body.push(Block::Picture { picture: Picture::ScanPhone, caption: String::new() });
    draft.keys.push(scene.secondary(Phrase::KeyCancel, Action::Cancel));
    draft.keys.push(scene.secondary(Phrase::KeyToCounter, Action::GoToCounter));
    draft
}

pub(super) fn identifying(scene: &Scene<'_>, step: &Identifying) -> Draft {
    let (headline, why, picture) = match step.visit.purpose {
        Purpose::CheckIn => (Phrase::IdentifyingHeadline, Phrase::IdentifyingWhy, Picture::InsuranceCard),
        Purpose::Papers => (Phrase::PapersLoadingHeadline, Phrase::PapersLoadingWhy, Picture::TakePaper),
    };
    let mut draft = scene.draft(Step::Department, headline, why);
    draft.body.push(Block::Picture { picture, caption: String::new() });
    draft.keys.push(scene.secondary(Phrase::KeyCancel, Action::Cancel));
    draft
}

pub(super) fn checking_in(scene: &Scene<'_>) -> Draft {
    let mut draft = scene.draft(Step::Number, Phrase::CheckingInHeadline, Phrase::CheckingInWhy);
    draft.body.push(Block::Picture { picture: Picture::TakePaper, caption: String::new() });
    draft.keys.push(scene.secondary(Phrase::KeyCancel, Action::Cancel));
    draft
}
