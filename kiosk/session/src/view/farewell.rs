//! The card back, and goodbye.

use super::{Draft, Scene};
use crate::phrase::Phrase;
use crate::screen::{Block, Mood, Picture};
use crate::state::{Calling, CardLeft};

pub(super) fn take_card(scene: &Scene<'_>, step: &CardLeft) -> Draft {
    let why = match step.calling {
        Calling::Quiet => Phrase::TakeCardWhy,
        Calling::Bell | Calling::Staff => Phrase::TakeCardBell,
    };
    let mut draft = scene.draft(None, Phrase::TakeCardHeadline, why);
    let caption = scene.say(Phrase::TakeCardPicture);
    draft.body.push(Block::Picture { picture: Picture::RemoveCard, caption });
    draft
}

/// Quiet after a death notice.
pub(super) fn thanks(scene: &Scene<'_>, mood: Mood) -> Draft {
    if mood == Mood::Private {
        return scene.draft(None, Phrase::CondolenceHeadline, Phrase::CondolenceWhy);
    }
    let mut draft = scene.draft(None, Phrase::ThanksHeadline, Phrase::ThanksWhy);
    draft.body.push(Block::Picture { picture: Picture::Flower, caption: String::new() });
    draft
}
