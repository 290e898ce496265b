//! The declaration: one question a screen, and all answers together before they are confirmed.

use api::papers::{AnswerKind, AnswerValue, Question};

use super::paper::paged;
use super::{Draft, Scene, keyboard};
use crate::phrase::Phrase;
use crate::screen::{Action, Badge, Block, Key, KeyWeight, Row, Tone};
use crate::state::papers::{ANSWERS_A_PAGE, Form, FormPage};

pub(super) fn form(scene: &Scene<'_>, form: &Form) -> Draft {
    match &form.page {
        FormPage::Question { code, typing, resumed, .. } => {
            let (number, count) = form.progress(code);
            let headline = paged(scene, Phrase::QuestionHeadline, number - 1, count);
            let mut draft = Draft::new(None, headline, String::new());
            if let Some(question) = form.question(code) {
                let section = scene.pick(&question.section.vi, &question.section.en).to_owned();
                draft.badge = Some(if *resumed {
                    scene.badge(Tone::Ok, Phrase::QuestionResumed)
                } else {
                    Badge { tone: Tone::Neutral, text: section }
                });
                let text = scene.pick(&question.text.vi, &question.text.en).to_owned();
                draft.spoken = Some(format!("{}. {text}", draft.headline));
                draft.body.push(Block::Statement(text));
                answers(scene, form, question, &mut draft);
                if let Some(typing) = typing {
                    draft.body.push(keyboard::block(scene, typing, String::new()));
                    let enabled = typing.finished().is_some();
                    draft.keys.push(Key { enabled, ..scene.primary(Phrase::KeyContinue, Action::Continue) });
                }
            }
            let leave =
                [scene.secondary(Phrase::KeyBack, Action::Back), scene.secondary(Phrase::KeyLater, Action::Later)];
            draft.keys.splice(0..0, leave);
            draft
        }
        FormPage::Review { page } => review(scene, form, *page),
    }
}

/// Yes and no weigh the same; what was answered before is said, not filled in.
fn answers(scene: &Scene<'_>, form: &Form, question: &Question, draft: &mut Draft) {
    let before = form.answer(&question.code);
    match &question.answer {
        AnswerKind::YesNo => {
            if let Some(before) = before {
                let said = said(scene, question, before);
                let text = scene.words.say_with(Phrase::QuestionAnswered, &[("answered", &said)]);
                draft.body.push(Block::Paragraph(text));
            }
            draft.keys = vec![
                scene.key(Phrase::KeyNo, KeyWeight::Equal, Action::AnswerNo),
                scene.key(Phrase::KeyYes, KeyWeight::Equal, Action::AnswerYes),
            ];
        }
        AnswerKind::Choice { choices } => {
            let rows = choices.iter().map(|choice| Row {
                title: scene.pick(&choice.text.vi, &choice.text.en).to_owned(),
                subtitle: String::new(),
                badge: None,
                chosen: before == Some(&AnswerValue::Chosen { code: choice.code.clone() }),
                action: Action::Choose(choice.code.clone()),
            });
            draft.body.push(Block::Rows(rows.collect()));
        }
        AnswerKind::Text { .. } => {}
    }
}

fn review(scene: &Scene<'_>, form: &Form, page: usize) -> Draft {
    let (asked, pages) = (form.asked(), form.review_pages());
    let before =
        if page == 0 { (Phrase::KeyBack, Action::Back) } else { (Phrase::KeyPreviousPage, Action::PreviousPage) };
    let mut keys = vec![scene.secondary(before.0, before.1), scene.secondary(Phrase::KeyLater, Action::Later)];
    if page + 1 == pages {
        let mut draft = scene.draft(None, Phrase::DeclareHeadline, Phrase::DeclareWhy);
        let declaration = &form.questionnaire.declaration;
        let declaration = scene.pick(&declaration.vi, &declaration.en).to_owned();
        draft.spoken = Some(format!("{} {declaration}", draft.headline));
        draft.body.push(Block::Statement(declaration));
        keys.push(Key { enabled: form.complete().is_some(), ..scene.primary(Phrase::KeySubmit, Action::Confirm) });
        draft.keys = keys;
        return draft;
    }
    let mut draft =
        Draft::new(None, scene.say(Phrase::ReviewHeadline), paged(scene, Phrase::ReviewWhy, page, pages - 1));
    let rows = asked.iter().skip(page * ANSWERS_A_PAGE).take(ANSWERS_A_PAGE).map(|question| Row {
        title: scene.pick(&question.text.vi, &question.text.en).to_owned(),
        subtitle: String::new(),
        badge: form
            .answer(&question.code)
            .map(|answer| Badge { tone: Tone::Neutral, text: said(scene, question, answer) }),
        chosen: false,
        action: Action::ChangeAnswer(question.code.clone()),
    });
    let rows: Vec<Row> = rows.collect();
    let told = rows.iter().map(|row| {
        format!("{}: {}.", row.title, row.badge.as_ref().map(|badge| badge.text.as_str()).unwrap_or_default())
    });
    draft.spoken = Some(format!("{} {}", draft.headline, told.collect::<Vec<_>>().join(" ")));
    draft.body.push(Block::Rows(rows));
    keys.push(scene.primary(Phrase::KeyNextPage, Action::NextPage));
    draft.keys = keys;
    draft
}

fn said(scene: &Scene<'_>, question: &Question, answer: &AnswerValue) -> String {
    match (answer, &question.answer) {
        (AnswerValue::Yes, _) => scene.say(Phrase::KeyYes),
        (AnswerValue::No, _) => scene.say(Phrase::KeyNo),
        (AnswerValue::Chosen { code }, AnswerKind::Choice { choices }) => choices
            .iter()
            .find(|choice| choice.code == *code)
            .map(|choice| scene.pick(&choice.text.vi, &choice.text.en).to_owned())
            .unwrap_or_default(),
        (AnswerValue::Chosen { .. }, AnswerKind::YesNo | AnswerKind::Text { .. }) => String::new(),
        (AnswerValue::Written { text }, _) => text.as_str().to_owned(),
    }
}
