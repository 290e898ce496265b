//! Which ground of priority, one row each.

use api::DeclaredGround;

use super::{Draft, Scene, Step};
use crate::phrase::Phrase;
use crate::screen::{Action, Badge, Block, Row, Tone};
use crate::state::{Declaring, priority_choices};

pub(super) fn priority(scene: &Scene<'_>, step: &Declaring) -> Draft {
    let known = &step.choosing.known;
    let mut draft = scene.draft(Step::Department, Phrase::PriorityHeadline, Phrase::PriorityWhy);
    let rows = priority_choices(known).iter().map(|ground| {
        let chosen = known.declared.contains(ground);
        Row {
            title: scene.say(words(*ground)),
            subtitle: String::new(),
            badge: chosen.then(|| Badge { tone: Tone::Ok, text: scene.say(Phrase::PriorityChosen) }),
            chosen,
            action: Action::Declare(*ground),
        }
    });
    draft.body.push(Block::Rows(rows.collect()));
    let done = if known.declared.is_empty() { Phrase::KeyNoPriority } else { Phrase::KeyContinue };
    draft.keys.push(scene.primary(done, Action::Continue));
    draft
}

fn words(ground: DeclaredGround) -> Phrase {
    match ground {
        DeclaredGround::Pregnant => Phrase::PriorityPregnant,
        DeclaredGround::SevereDisability => Phrase::PriorityDisability,
        DeclaredGround::WarMerit => Phrase::PriorityMerit,
        DeclaredGround::SeventyFiveAndOver => Phrase::PrioritySeventyFive,
        DeclaredGround::UnderSix => Phrase::PriorityUnderSix,
    }
}
