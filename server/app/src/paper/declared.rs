//! The driver's declaration as it was confirmed: what the examining doctors look at first, and what is printed behind the
//! paper.

use api::papers::{AnswerKind, AnswerValue, Bilingual, PrivateBilingual, Question, QuestionCode};
use print::{Annex, AnnexSection, Asked, Seal, SignatureBox};

use super::declaration::{every_question, title};
use super::sheet::minute;
use super::{StoredAnswers, declaration_place};
use crate::app::App;
use crate::certificate::CertificateError;
use crate::clock::{HO_CHI_MINH, from_unix_ms};
use crate::store::{CertificateRow, DeclarationRow};

/// No paper is issued again so often.
const MAX_ISSUES: u32 = 100;

/// One question and what was answered, in the order asked.
pub struct Declared {
    pub section: Bilingual,
    pub question: Bilingual,
    pub answer: PrivateBilingual,
    /// Answered yes, or in words.
    pub notable: bool,
}

/// Of the paper that this certificate is of, or of its first issue.
async fn found(app: &App, row: &CertificateRow) -> Result<Option<DeclarationRow>, CertificateError> {
    let mut paper = row.paper;
    for _ in 0..MAX_ISSUES {
        if let Some(found) = app.store.declaration(paper).await? {
            return Ok(Some(found));
        }
        let first = app.store.certificate(paper).await?;
        let earlier = match first.and_then(|first| first.replaces) {
            Some(earlier) => app.store.certificate(earlier).await?,
            None => None,
        };
        let Some(earlier) = earlier else { return Ok(None) };
        paper = earlier.paper;
    }
    Ok(None)
}

pub async fn declared(app: &App, row: &CertificateRow) -> Result<Option<Vec<Declared>>, CertificateError> {
    let Some(found) = found(app, row).await? else { return Ok(None) };
    let stored = found.answers.open(&app.keys, declaration_place(&found.certificate.to_string()))?;
    Ok(Some(read(&stored)))
}

/// Questions that are no longer asked are left out: their words are gone.
fn read(stored: &StoredAnswers) -> Vec<Declared> {
    let said = every_question().into_iter().filter_map(|question| {
        let answer = stored.answers.iter().find(|answer| answer.question == question.code)?;
        let (words, notable) = match &answer.value {
            AnswerValue::Yes => (PrivateBilingual::new("Có", "Yes"), true),
            AnswerValue::No => (PrivateBilingual::new("Không", "No"), false),
            AnswerValue::Chosen { code } => (chosen(&question, code)?, false),
            AnswerValue::Written { text } => (PrivateBilingual::same(text.as_str()), true),
        };
        Some(Declared { section: question.section, question: question.text, answer: words, notable })
    });
    said.collect()
}

fn chosen(question: &Question, code: &QuestionCode) -> Option<PrivateBilingual> {
    match &question.answer {
        AnswerKind::Choice { choices } => {
            let choice = choices.iter().find(|choice| choice.code == *code)?;
            Some(PrivateBilingual::new(&choice.text.vi, &choice.text.en))
        }
        AnswerKind::YesNo | AnswerKind::Text { .. } => None,
    }
}

/// Behind the driver's paper.
pub(super) async fn annex(
    app: &App,
    row: &CertificateRow,
    (holder, place): (&str, &str),
) -> Result<Option<Annex>, CertificateError> {
    let Some(found) = found(app, row).await? else { return Ok(None) };
    let stored = found.answers.open(&app.keys, declaration_place(&found.certificate.to_string()))?;
    let mut sections: Vec<AnnexSection> = Vec::new();
    for said in read(&stored) {
        let asked = Asked { question: said.question.vi, answer: said.answer.vi.clone(), notable: said.notable };
        match sections.last_mut() {
            Some(section) if section.title == said.section.vi => section.answers.push(asked),
            Some(_) | None => sections.push(AnnexSection { title: said.section.vi, answers: vec![asked] }),
        }
    }
    let local = from_unix_ms(found.declared_at).to_offset(HO_CHI_MINH);
    let (when, day) = (minute(local), local.date());
    let day = format!("ngày {:02} tháng {:02} năm {}", day.day(), u8::from(day.month()), day.year());
    let consent = app.store.declaration_consent(found.certificate).await?;
    let seal = consent.map(|consent| Seal {
        what: if consent.chip == "signed" {
            "Đã xác nhận tại kiosk bằng thẻ căn cước".to_owned()
        } else {
            "Đã xác nhận tại kiosk".to_owned()
        },
        when: when.clone(),
        fingerprint: Some(hex::encode(consent.text_hash)),
    });
    Ok(Some(Annex {
        title: "Phụ lục: tiền sử do người được khám tự khai".to_owned(),
        subtitle: format!("{}. Người khai: {holder}, lúc {when}", title().vi),
        sections,
        words: super::declaration::promise().vi,
        place_and_date: if place.is_empty() { day } else { format!("{place}, {day}") },
        signature: SignatureBox {
            title: "Người được khám".to_owned(),
            hint: "(Ký, ghi rõ họ tên)".to_owned(),
            seal,
            name: Some(holder.to_owned()),
        },
    }))
}
