//! Keypads.

use super::{Draft, Scene, Step};
use crate::phrase::Phrase;
use crate::screen::{Action, Block, Key, Keypad, Tone};
use crate::state::{EnterMrz, EnterNumber, MrzStage, NumberKind, NumberNotice};

pub(super) fn enter_number(scene: &Scene<'_>, step: &EnterNumber) -> Draft {
    let (headline, why, label, groups): (_, _, _, &[usize]) = match step.kind {
        NumberKind::Access => (Phrase::AccessHeadline, Phrase::AccessWhy, Phrase::AccessLabel, &[3, 3]),
        NumberKind::Whole => (Phrase::WholeHeadline, Phrase::WholeWhy, Phrase::WholeLabel, &[4, 4, 4]),
    };
    let mut draft = scene.draft(Step::Card, headline, why);
    draft.badge = match step.notice {
        NumberNotice::Nothing => None,
        NumberNotice::NotThisCard | NumberNotice::NoSuchDay => Some(scene.badge(Tone::Warn, Phrase::AccessWrong)),
    };
    draft.body.push(keypad(scene, label, grouped(&step.digits, groups, " ")));
    draft.keys = foot(scene, Phrase::KeyNoCard, Action::NoCard, step.is_complete());
    draft
}

pub(super) fn enter_mrz(scene: &Scene<'_>, step: &EnterMrz) -> Draft {
    let (headline, label, entry) = match step.stage {
        MrzStage::Number => (Phrase::MrzNumberHeadline, Phrase::WholeLabel, grouped(&step.digits, &[4, 4, 4], " ")),
        MrzStage::Birth { .. } => {
            (Phrase::MrzBirthHeadline, Phrase::MrzBirthLabel, grouped(&step.digits, &[2, 2, 4], " / "))
        }
        MrzStage::Expiry { .. } => {
            (Phrase::MrzExpiryHeadline, Phrase::MrzExpiryLabel, grouped(&step.digits, &[2, 2, 4], " / "))
        }
    };
    let mut draft = scene.draft(Step::Card, headline, Phrase::MrzWhy);
    draft.badge = match step.notice {
        NumberNotice::Nothing => None,
        NumberNotice::NotThisCard => Some(scene.badge(Tone::Warn, Phrase::MrzWrong)),
        NumberNotice::NoSuchDay => Some(scene.badge(Tone::Warn, Phrase::MrzNoSuchDay)),
    };
    draft.body.push(keypad(scene, label, entry));
    draft.keys = match step.stage {
        MrzStage::Expiry { .. } => foot(scene, Phrase::KeyNoExpiry, Action::NoExpiry, step.is_complete()),
        MrzStage::Number | MrzStage::Birth { .. } => foot(scene, Phrase::KeyBack, Action::Back, step.is_complete()),
    };
    draft
}

fn foot(scene: &Scene<'_>, other: Phrase, action: Action, complete: bool) -> Vec<Key> {
    vec![
        scene.secondary(other, action),
        scene.secondary(Phrase::KeyToCounter, Action::GoToCounter),
        Key { enabled: complete, ..scene.primary(Phrase::KeyContinue, Action::Continue) },
    ]
}

fn keypad(scene: &Scene<'_>, label: Phrase, entry: String) -> Block {
    Block::Keypad(Keypad { label: scene.say(label), entry, erase_label: scene.say(Phrase::KeyErase) })
}

/// "15 / 01 / 19__": what is typed, and how much is still to come.
fn grouped(digits: &str, groups: &[usize], between: &str) -> String {
    let mut rest = digits.chars().chain(std::iter::repeat('_'));
    let groups: Vec<String> = groups.iter().map(|length| rest.by_ref().take(*length).collect()).collect();
    groups.join(between)
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn a_date_shows_what_is_still_to_be_typed() {
        assert_eq!(grouped("150119", &[2, 2, 4], " / "), "15 / 01 / 19__");
        assert_eq!(grouped("", &[3, 3], " "), "___ ___");
    }
}
