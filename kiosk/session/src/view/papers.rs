//! The list of one's own papers, the way to it, and what stands in the way.

use api::papers::{PaperState, PaperStatus, PaperSummary, PaperTask, QuestionnaireOffer};

use super::{Draft, Scene, form, paper};
use crate::event::DeviceStatus;
use crate::phrase::Phrase;
use crate::screen::{Action, Badge, Block, Key, Mood, Picture, Row, Tone};
use crate::settings::EidRoute;
use crate::state::Purpose;
use crate::state::papers::{
    At, Denial, Desk, ListNotice, Listing, Papers, PapersDenied, Trouble, Wait, Waiting, is_shown,
};
use crate::words;

pub(super) fn papers(scene: &Scene<'_>, papers: &Papers) -> Draft {
    let desk = &papers.desk;
    match &papers.at {
        At::Waiting(step) => waiting(scene, step),
        At::Trouble(step) => trouble(scene, step),
        At::List(step) => list(scene, desk, step),
        At::Elsewhere => elsewhere(scene),
        At::Reading(step) => paper::reading(scene, step),
        At::Correcting(step) => paper::correcting(scene, step),
        At::Sharing(_) => paper::sharing(scene),
        At::Chip(_) => paper::chip(scene),
        At::PutBack(_) => paper::put_back(scene),
        At::Outcome(step) => paper::outcome(scene, desk, step),
        At::Form(step) => form::form(scene, step),
    }
}

pub(super) fn card(scene: &Scene<'_>) -> Draft {
    let mut draft = scene.draft(None, Phrase::PapersCardHeadline, Phrase::PapersCardWhy);
    let caption = scene.say(Phrase::WelcomePicture);
    draft.body.push(Block::Picture { picture: Picture::InsertCard, caption });
    if scene.station.settings.eid == EidRoute::Configured {
        let enabled = scene.station.devices.scanner == DeviceStatus::Up;
        draft.keys.push(Key { enabled, ..scene.secondary(Phrase::KeyUseEid, Action::UseEid) });
    }
    draft.keys.push(scene.secondary(Phrase::KeyCancel, Action::Cancel));
    draft
}

pub(super) fn denied(scene: &Scene<'_>, step: &PapersDenied) -> Draft {
    let (headline, why) = match step.why {
        Denial::NotVerified => (Phrase::PapersDeniedHeadline, Phrase::PapersDeniedWhy),
        Denial::ServerAway => (Phrase::PapersAwayHeadline, Phrase::PapersAwayWhy),
    };
    let mut draft = scene.draft(None, headline, why);
    draft.body.push(Block::Picture { picture: Picture::GoToCounter, caption: scene.office_place() });
    draft.keys.push(scene.secondary(Phrase::KeyTakeNumberInstead, Action::TakeNumberInstead));
    draft.keys.push(scene.primary(Phrase::KeyToOffice, Action::Cancel));
    draft
}

fn waiting(scene: &Scene<'_>, step: &Waiting) -> Draft {
    let (headline, why, picture) = match step.wait {
        Wait::List | Wait::Reading | Wait::Questionnaire => {
            (Phrase::PapersLoadingHeadline, Phrase::PapersLoadingWhy, Picture::TakePaper)
        }
        Wait::Proposing(_) => (Phrase::ProposingHeadline, Phrase::ProposingWhy, Picture::TakePaper),
        Wait::Nonce(_) | Wait::Confirm(_) => {
            (Phrase::ConfirmingHeadline, Phrase::ConfirmingWhy, Picture::KeepCardStill)
        }
    };
    let mut draft = scene.draft(None, headline, why);
    draft.body.push(Block::Picture { picture, caption: String::new() });
    if step.may_go_back() {
        draft.keys.push(scene.secondary(Phrase::KeyBack, Action::Back));
    }
    draft.keys.push(scene.secondary(Phrase::KeyCancel, Action::Cancel));
    draft
}

fn trouble(scene: &Scene<'_>, step: &Trouble) -> Draft {
    let (headline, why) = words::paper_trouble(step.kind);
    let mut draft = scene.draft(None, headline, why);
    draft.body.push(Block::Picture { picture: Picture::GoToCounter, caption: scene.office_place() });
    if step.may_go_back() {
        draft.keys.push(scene.secondary(Phrase::KeyOtherPapers, Action::Back));
    }
    if step.may_retry() {
        draft.keys.push(scene.secondary(Phrase::KeyToOffice, Action::Cancel));
        draft.keys.push(scene.primary(Phrase::KeyRetry, Action::Retry));
    } else {
        draft.keys.push(scene.primary(Phrase::KeyToOffice, Action::Cancel));
    }
    draft
}

fn elsewhere(scene: &Scene<'_>) -> Draft {
    let mut draft = scene.draft(None, Phrase::ElsewhereHeadline, Phrase::ElsewhereWhy);
    draft.body.push(Block::Picture { picture: Picture::GoToCounter, caption: scene.office_place() });
    draft.keys.push(scene.secondary(Phrase::KeyBack, Action::Back));
    draft.keys.push(scene.primary(Phrase::KeyToOffice, Action::Cancel));
    draft
}

fn list(scene: &Scene<'_>, desk: &Desk, step: &Listing) -> Draft {
    let mut rows: Vec<Row> = desk.list.papers.iter().map(|summary| paper_row(scene, summary)).collect();
    // The declaration stands first where nothing else waits.
    let waits = desk.list.papers.iter().any(|summary| summary.task == PaperTask::Confirm);
    // Beside a death notice nothing else is asked.
    if let Some(offer) = desk.list.questionnaire.as_ref().filter(|_| desk.mood == Mood::Everyday) {
        let at = if waits { rows.len() } else { 0 };
        rows.insert(at, questionnaire_row(scene, offer));
    }
    let (headline, why) = if rows.is_empty() {
        (Phrase::PapersNoneHeadline, Phrase::PapersNoneWhy)
    } else {
        (Phrase::PapersHeadline, Phrase::PapersWhy)
    };
    let mut draft = scene.draft(None, headline, why);
    draft.badge = match step.notice {
        ListNotice::Nothing => None,
        ListNotice::Saved => Some(scene.badge(Tone::Ok, Phrase::PapersSaved)),
    };
    if rows.is_empty() {
        draft.body.push(Block::Picture { picture: Picture::GoToCounter, caption: scene.office_place() });
    } else {
        draft.body.push(Block::Rows(rows));
    }
    if desk.visit.purpose == Purpose::Papers {
        draft.keys.push(scene.secondary(Phrase::KeyTakeNumberInstead, Action::TakeNumberInstead));
    }
    draft.keys.push(scene.primary(Phrase::KeyFinish, Action::Cancel));
    draft
}

/// On a kiosk that may not show it, nothing says what it is.
fn paper_row(scene: &Scene<'_>, summary: &PaperSummary) -> Row {
    let action = Action::OpenPaper(summary.paper);
    if !is_shown(summary, &scene.station.settings) {
        return Row {
            title: scene.say(Phrase::PaperAtOffice),
            subtitle: scene.say(Phrase::PaperAtOfficePlace),
            badge: None,
            chosen: false,
            action,
        };
    }
    let about = scene.pick(&summary.about.vi, &summary.about.en);
    let subtitle = match &summary.confinement {
        Some(child) if child.of > 1 => {
            let values = [("number", &*child.position.to_string()), ("name", about)];
            scene.words.say_with(Phrase::PaperChild, &values)
        }
        Some(_) | None => about.to_owned(),
    };
    Row {
        title: scene.say(words::paper_kind(summary.kind)),
        subtitle,
        badge: Some(match summary.task {
            PaperTask::Confirm | PaperTask::Read => state_badge(scene, &summary.status),
            PaperTask::WardLooks => scene.badge(Tone::Neutral, Phrase::PaperWardLooks),
            PaperTask::AskStaff => scene.badge(Tone::Warn, Phrase::ReasonAsked),
        }),
        chosen: summary.task == PaperTask::Confirm,
        action,
    }
}

fn questionnaire_row(scene: &Scene<'_>, offer: &QuestionnaireOffer) -> Row {
    let (answered, questions) = (offer.answered.to_string(), offer.questions.to_string());
    let phrase = if offer.answered == 0 { Phrase::QuestionsNone } else { Phrase::QuestionsSome };
    Row {
        title: scene.pick(&offer.title.vi, &offer.title.en).to_owned(),
        subtitle: scene.words.say_with(phrase, &[("answered", &answered), ("pages", &questions)]),
        badge: None,
        chosen: false,
        action: Action::OpenQuestionnaire,
    }
}

pub(super) fn state_badge(scene: &Scene<'_>, status: &PaperStatus) -> Badge {
    let tone = match status.state {
        PaperState::Accepted => Tone::Ok,
        PaperState::OutcomeUnknown | PaperState::Refused { .. } => Tone::Warn,
        PaperState::Preparing
        | PaperState::WaitingForCitizen
        | PaperState::WaitingForSignature
        | PaperState::WaitingToSend
        | PaperState::Sending
        | PaperState::Replaced { .. } => Tone::Neutral,
    };
    scene.badge(tone, words::paper_state(&status.state))
}
