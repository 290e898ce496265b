//! One paper: read, corrected, confirmed, and where it stands.

use api::papers::{PaperTask, Section};

use super::papers::state_badge;
use super::{Draft, Scene, keyboard};
use crate::phrase::Phrase;
use crate::screen::{Action, Block, Key, KeyWeight, Picture, Row, Tone};
use crate::slip;
use crate::state::papers::{Correcting, Desk, LINES_A_PAGE, Outcome, PaperReading, ReadingNotice, Slip};
use crate::words;

pub(super) fn reading(scene: &Scene<'_>, step: &PaperReading) -> Draft {
    let reading = &step.reading;
    let pages = step.pages();
    let why = match pages {
        1 => scene.say(Phrase::PaperPageOne),
        _ => paged(scene, Phrase::PaperPage, step.page, pages),
    };
    let mut draft = Draft::new(None, scene.say(words::paper_kind(reading.summary.kind)), why);
    draft.badge = match (step.notice, reading.summary.task) {
        (ReadingNotice::Corrected, _) => Some(scene.badge(Tone::Ok, Phrase::PaperCorrected)),
        (ReadingNotice::CorrectionRefused, _) => Some(scene.badge(Tone::Warn, Phrase::PaperCorrectionRefused)),
        (ReadingNotice::Nothing, PaperTask::WardLooks) => Some(scene.badge(Tone::Neutral, Phrase::PaperWardLooks)),
        (ReadingNotice::Nothing, PaperTask::Confirm | PaperTask::AskStaff) => None,
        (ReadingNotice::Nothing, PaperTask::Read) => Some(state_badge(scene, &reading.summary.status)),
    };
    if step.page == 0 {
        draft.body.push(Block::Paragraph(scene.pick(&reading.invitation.vi, &reading.invitation.en).to_owned()));
    }
    draft.body.extend(page(scene, &reading.sections, step.page));
    let last = step.is_last_page();
    if last && step.waits_for_confirmation() {
        let rows: Vec<Row> = reading
            .correctable
            .iter()
            .map(|field| Row {
                title: scene.pick(&field.label.vi, &field.label.en).to_owned(),
                subtitle: match field.value.as_str() {
                    "" => scene.say(Phrase::PaperEmpty),
                    value => value.to_owned(),
                },
                badge: Some(scene.badge(Tone::Neutral, Phrase::PaperCorrect)),
                chosen: false,
                action: Action::CorrectField(field.field),
            })
            .collect();
        if !rows.is_empty() {
            draft.body.push(Block::Rows(rows));
        }
        let declaration = scene.pick(&reading.declaration.vi, &reading.declaration.en);
        draft.body.push(Block::Paragraph(declaration.to_owned()));
    }
    draft.spoken = Some(spoken(&draft));
    draft.keys = match step.page {
        0 => vec![scene.secondary(Phrase::KeyBack, Action::Back)],
        _ => vec![
            scene.secondary(Phrase::KeyBack, Action::Back),
            scene.secondary(Phrase::KeyPreviousPage, Action::PreviousPage),
        ],
    };
    draft.keys.push(match (last, step.waits_for_confirmation()) {
        (false, _) => scene.primary(Phrase::KeyNextPage, Action::NextPage),
        (true, true) => scene.primary(Phrase::KeyConfirm, Action::Confirm),
        (true, false) => scene.primary(Phrase::KeyStatus, Action::Continue),
    });
    draft
}

/// The lines of one page, each section under its title.
fn page(scene: &Scene<'_>, sections: &[Section], page: usize) -> Vec<Block> {
    let first = page * LINES_A_PAGE;
    let mut number = 0;
    let mut blocks = Vec::new();
    for section in sections {
        let mut lines = Vec::new();
        for line in &section.lines {
            if (first..first + LINES_A_PAGE).contains(&number) {
                let label = scene.pick(&line.label.vi, &line.label.en).to_owned();
                lines.push((label, scene.pick(&line.value.vi, &line.value.en).to_owned()));
            }
            number += 1;
        }
        if !lines.is_empty() {
            blocks.push(Block::Heading(scene.pick(&section.title.vi, &section.title.en).to_owned()));
            blocks.push(Block::Facts(lines));
        }
    }
    blocks
}

fn spoken(draft: &Draft) -> String {
    let mut spoken = super::sentence(&draft.headline);
    for block in &draft.body {
        match block {
            Block::Paragraph(text) | Block::Heading(text) => spoken = format!("{spoken} {}", super::sentence(text)),
            Block::Facts(facts) => {
                for (label, value) in facts {
                    spoken = format!("{spoken} {label}: {}", super::sentence(value));
                }
            }
            _ => {}
        }
    }
    spoken
}

pub(super) fn paged(scene: &Scene<'_>, phrase: Phrase, page: usize, pages: usize) -> String {
    let values = [("page", &*(page + 1).to_string()), ("pages", &*pages.to_string())];
    scene.words.say_with(phrase, &values)
}

pub(super) fn correcting(scene: &Scene<'_>, step: &Correcting) -> Draft {
    let label = scene.pick(&step.field.label.vi, &step.field.label.en).to_owned();
    let mut draft = Draft::new(None, label.clone(), scene.say(Phrase::CorrectWhy));
    draft.body.push(keyboard::block(scene, &step.typing, String::new()));
    draft.spoken = Some(format!("{}. {}", label, step.typing.text()));
    draft.keys = vec![
        scene.secondary(Phrase::KeyBack, Action::Back),
        Key { enabled: step.typing.finished().is_some(), ..scene.primary(Phrase::KeyDoneTyping, Action::Continue) },
    ];
    draft
}

pub(super) fn sharing(scene: &Scene<'_>) -> Draft {
    let mut draft = scene.draft(None, Phrase::SharingHeadline, Phrase::SharingWhy);
    let text = scene.say(Phrase::SharingText);
    draft.spoken = Some(format!("{} {text}", draft.headline));
    draft.body.push(Block::Notice {
        tone: Tone::Neutral,
        title: scene.say(Phrase::SharingTitle),
        lead: String::new(),
        text,
    });
    draft.keys = vec![
        scene.secondary(Phrase::KeyBack, Action::Back),
        scene.key(Phrase::KeyDoNotShare, KeyWeight::Equal, Action::DoNotShare),
        scene.key(Phrase::KeyShare, KeyWeight::Equal, Action::Share),
    ];
    draft
}

pub(super) fn chip(scene: &Scene<'_>) -> Draft {
    let mut draft = scene.draft(None, Phrase::ConfirmingChipHeadline, Phrase::ConfirmingChipWhy);
    draft.body.push(Block::Picture { picture: Picture::KeepCardStill, caption: String::new() });
    draft.keys.push(scene.secondary(Phrase::KeyCancel, Action::Cancel));
    draft
}

pub(super) fn put_back(scene: &Scene<'_>) -> Draft {
    let mut draft = scene.draft(None, Phrase::PutBackHeadline, Phrase::PutBackWhy);
    draft.badge = Some(scene.badge(Tone::Warn, Phrase::InterruptedBadge));
    let caption = scene.say(Phrase::WelcomePicture);
    draft.body.push(Block::Picture { picture: Picture::InsertCard, caption });
    draft.keys.push(scene.secondary(Phrase::KeyCancel, Action::Cancel));
    draft.keys.push(scene.secondary(Phrase::KeyNoChip, Action::WithoutChip));
    draft
}

pub(super) fn outcome(scene: &Scene<'_>, desk: &Desk, step: &Outcome) -> Draft {
    let state = &step.status.state;
    let papers = &scene.station.settings.papers;
    let say = |phrase| words::say_about(scene.words, phrase, state, papers, scene.language);
    let mut draft = Draft::new(None, say(words::paper_headline(state, step.confirmed)), say(words::paper_next(state)));
    draft.badge = Some(match step.slip {
        Slip::NotWanted => state_badge(scene, &step.status),
        Slip::Fetching(_) | Slip::Printing => scene.badge(Tone::Neutral, Phrase::SlipPrinting),
        Slip::Printed => scene.badge(Tone::Ok, Phrase::SlipPrinted),
        Slip::NotBrought => scene.badge(Tone::Warn, Phrase::SlipNotBrought),
        Slip::Failed(failure) => scene.badge(Tone::Warn, words::print_failure(failure)),
    });
    let kind = scene.say(words::paper_kind(step.kind));
    let number = step.number.clone().unwrap_or_else(|| scene.say(Phrase::SlipNoNumber));
    let mut facts = vec![(scene.say(Phrase::FactPaperNumber), number)];
    if let Some(receipt) = &step.status.receipt {
        facts.extend(slip::receipt_facts(receipt, scene.words));
    }
    let told = facts.iter().map(|(label, value)| format!("{label}: {value}."));
    let told = told.collect::<Vec<_>>().join(" ");
    draft.spoken = Some(format!("{kind}. {} {} {told}", super::sentence(&draft.headline), draft.why));
    draft.body = vec![Block::Heading(kind), Block::Facts(facts)];
    let printing = matches!(step.slip, Slip::Fetching(_) | Slip::Printing);
    draft.keys = vec![
        scene.secondary(Phrase::KeyOtherPapers, Action::Back),
        Key { enabled: !printing, ..scene.secondary(Phrase::KeyPrintPaper, Action::PrintPaper) },
    ];
    // Nobody is thanked for a death notice.
    let done = match desk.mood {
        crate::screen::Mood::Everyday => Phrase::KeyDone,
        crate::screen::Mood::Private => Phrase::KeyFinish,
    };
    match step.next {
        Some(next) => {
            draft.keys.push(scene.secondary(Phrase::KeyFinish, Action::Done));
            draft.keys.push(scene.primary(Phrase::KeyNextChild, Action::OpenPaper(next)));
        }
        None => draft.keys.push(scene.primary(done, Action::Done)),
    }
    draft
}
