//! Insurance or not, with what this person may know about it.

use api::EntitlementView;

use super::{Draft, Scene, Step, department};
use crate::phrase::Phrase;
use crate::screen::{Action, Badge, Block, Picture, Tone};
use crate::state::Paying;
use crate::words;

pub(super) fn payer(scene: &Scene<'_>, step: &Paying) -> Draft {
    let known = &step.known;
    let headline = department::named(scene, known.name.as_deref(), Phrase::PayerHeadline, Phrase::PayerHeadlinePlain);
    let mut draft = Draft::new(Step::Department, headline, scene.say(Phrase::PayerWhy));
    draft.badge = Some(entitlement_badge(scene, &known.entitlement));
    if let Some(text) = explanation(scene, &known.entitlement) {
        draft.spoken = Some(format!("{} {text}", super::sentence(&draft.headline)));
        draft.body.push(Block::Paragraph(text));
    }
    match &known.entitlement {
        EntitlementView::Valid { card, benefit_percent, registered_at, .. } => {
            let mut facts = vec![(scene.say(Phrase::FactCard), card.clone())];
            if let Some(percent) = benefit_percent {
                facts.push((scene.say(Phrase::FactBenefit), format!("{percent}\u{a0}%")));
            }
            if let Some(place) = registered_at {
                facts.push((scene.say(Phrase::FactRegistered), place.clone()));
            }
            draft.body.push(Block::Facts(facts));
        }
        EntitlementView::NotValid { .. } | EntitlementView::ToBeConfirmed | EntitlementView::NotShown => {
            draft.body.push(Block::Picture { picture: Picture::InsuranceCard, caption: String::new() });
        }
    }
    let myself = scene.secondary(Phrase::KeyPayMyself, Action::PayMyself);
    let ask = scene.secondary(Phrase::KeyAskInsurance, Action::GoToCounter);
    draft.keys = match &known.entitlement {
        EntitlementView::Valid { right_route: true, .. }
        | EntitlementView::ToBeConfirmed
        | EntitlementView::NotShown => {
            vec![myself, ask, scene.primary(Phrase::KeyPayInsurance, Action::PayByInsurance)]
        }
        EntitlementView::Valid { right_route: false, .. } | EntitlementView::NotValid { .. } => {
            vec![myself, scene.primary(Phrase::KeyPayInsuranceCounter, Action::PayByInsurance)]
        }
    };
    draft
}

pub(super) fn entitlement_badge(scene: &Scene<'_>, entitlement: &EntitlementView) -> Badge {
    match entitlement {
        EntitlementView::Valid { valid_until, right_route, .. } => {
            let (tone, phrase) = if *right_route {
                (Tone::Ok, Phrase::InsuranceValid)
            } else {
                (Tone::Warn, Phrase::InsuranceOtherRoute)
            };
            Badge { tone, text: scene.words.say_with(phrase, &[("date", valid_until)]) }
        }
        EntitlementView::NotValid { .. } => scene.badge(Tone::Warn, Phrase::InsuranceNotValid),
        EntitlementView::ToBeConfirmed => scene.badge(Tone::Neutral, Phrase::InsuranceLater),
        EntitlementView::NotShown => scene.badge(Tone::Neutral, Phrase::InsuranceNotShown),
    }
}

fn explanation(scene: &Scene<'_>, entitlement: &EntitlementView) -> Option<String> {
    match entitlement {
        EntitlementView::Valid { right_route: true, .. } => None,
        EntitlementView::Valid { right_route: false, .. } => Some(scene.say(Phrase::InsuranceOtherRouteText)),
        EntitlementView::NotValid { code } => Some(scene.say(words::insurance_code(code))),
        EntitlementView::ToBeConfirmed => Some(scene.say(Phrase::InsuranceLaterText)),
        EntitlementView::NotShown => Some(scene.say(Phrase::InsuranceNotShownText)),
    }
}
