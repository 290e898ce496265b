//! The driver's declaration before the examination (TT 36/2024/TT-BYT, form part I), asked at the kiosk, saved on the way,
//! confirmed, and kept with the certificate it opens. Never sent to the gateway.

use api::DepartmentCode;
use api::papers::{
    Answer, AnswerKind, AnswerValue, Bilingual, Choice, PaperId, Question, QuestionCode, Questionnaire, SavedAnswers,
    SubmissionReply, SubmitAnswers, answers_hash,
};
use certificates::questionnaire::{FamilyIllness, OwnIllness};
use certificates::{Draft, Kind, LicenceClass, LicenceClasses, Role};

use super::citizen::Citizen;
use super::confirm::{Proof, QUESTIONNAIRE};
use super::{Notes, StoredAnswers, begin_in, declaration_place, holder, saved_answers_place};
use crate::app::App;
use crate::certificate::{By, Why};
use crate::failpoint;
use crate::keys::Sealed;
use crate::refusal::Refusal;

/// Changes with every change of a question.
const VERSION: &str = "tt36-2024-2";
const MAX_TREATMENT_CHARS: u16 = 1000;

/// The questions, with what this person saved before.
pub async fn questionnaire(app: &App, citizen: &Citizen) -> Result<Questionnaire, Refusal> {
    let mut questions = questions(department(app)?);
    questions.saved = saved(app, citizen).await?;
    Ok(questions)
}

/// Replaces what was saved.
pub async fn save_answers(app: &App, citizen: &Citizen, request: &SavedAnswers) -> Result<(), Refusal> {
    let questions = questions(department(app)?);
    if request.version != VERSION {
        return Err(Refusal::QuestionnaireChanged);
    }
    let fits = |answer: &Answer| {
        let question = questions.questions.iter().find(|question| question.code == answer.question);
        question.is_some_and(|question| question.answer.takes(&answer.value))
    };
    let twice =
        |index: usize, answer: &Answer| request.answers[..index].iter().any(|one| one.question == answer.question);
    let formed = request.answers.iter().enumerate().all(|(index, answer)| fits(answer) && !twice(index, answer));
    if !formed {
        return Err(Refusal::AnswerForm);
    }
    let answers = StoredAnswers { version: VERSION.to_owned(), answers: request.answers.clone() };
    let sealed = Sealed::seal(&app.keys, saved_answers_place(&hex::encode(citizen.hash)), &answers);
    let mut tx = app.store.begin().await?;
    tx.save_answers(&citizen.hash, sealed, app.now_ms()).await?;
    Ok(tx.commit().await?)
}

/// The declaration as it was confirmed; opens the draft of the certificate. All of it in one transaction.
pub async fn submit(app: &App, citizen: &Citizen, request: &SubmitAnswers) -> Result<SubmissionReply, Refusal> {
    let department = department(app)?;
    let questions = questions(department.clone());
    if let Some(said) = app.store.consent(citizen.visit, QUESTIONNAIRE, &request.answers_hash.0).await? {
        return Ok(SubmissionReply { paper: PaperId(said.certificate.0), department });
    }
    if request.version != VERSION {
        return Err(Refusal::QuestionnaireChanged);
    }
    let complete = questions.complete(&request.answers).ok_or(Refusal::AnswersIncomplete)?;
    if complete != request.answers {
        return Err(Refusal::AnswersIncomplete);
    }
    if answers_hash(&request.version, &request.answers) != request.answers_hash {
        return Err(Refusal::EvidenceRefused("the hash is not that of the answers".into()));
    }
    let proof = Proof {
        subject: QUESTIONNAIRE,
        text_hash: request.answers_hash,
        nonce: request.nonce,
        confirmed_at: request.confirmed_at,
        challenge: request.challenge,
        chip: &request.chip,
    };
    proof.check_chip(app, citizen).await?;
    let mut draft = drafted(app, &request.answers);
    let mut notes = Notes::of(Some(citizen.number.as_str().to_owned()), None);
    // Without the chip's fields, where the evidence is gone already, a person types them.
    holder::fill(app, (&mut draft, &mut notes), Role::Applicant, citizen.visit).await?;
    let answers = StoredAnswers { version: VERSION.to_owned(), answers: request.answers.clone() };
    let actor = format!("kiosk:{}", citizen.kiosk);
    let by = By { actor: &actor, why: Why::AsPlanned, words: None };

    let mut tx = app.store.begin().await?;
    proof.use_nonce(app, citizen, &mut tx).await?;
    let id = begin_in(&mut tx, app, (&draft, None), &notes, by).await?;
    let sealed = Sealed::seal(&app.keys, declaration_place(&id.to_string()), &answers);
    tx.record_declaration(id, &citizen.hash, sealed, app.now_ms()).await?;
    failpoint::reach("declare.written");
    tx.record_consent(&proof.consent(citizen, id, "not_asked", app.now_ms())).await?;
    tx.audit(&actor, "driver_declared", Some(citizen.visit), &id.to_string(), app.now_ms()).await?;
    tx.commit().await?;
    failpoint::reach("declare.committed");
    Ok(SubmissionReply { paper: PaperId(id.0), department })
}

pub(super) fn department(app: &App) -> Result<DepartmentCode, Refusal> {
    app.config.papers.driver_department.clone().ok_or(Refusal::NoDriverExamination)
}

pub(super) fn title() -> Bilingual {
    Bilingual::new("Khai tiền sử trước khi khám sức khỏe lái xe", "Declaration before the driver's examination")
}

/// Answered so far, of how many.
pub(super) async fn progress(app: &App, citizen: &Citizen) -> Result<(u16, u16), Refusal> {
    let questions = questions(department(app)?);
    let saved = saved(app, citizen).await?;
    let asked = questions.asked(&saved).count();
    let answered = saved.len().min(asked);
    Ok((u16::try_from(answered).unwrap_or(u16::MAX), u16::try_from(asked).unwrap_or(u16::MAX)))
}

async fn saved(app: &App, citizen: &Citizen) -> Result<Vec<Answer>, Refusal> {
    let oldest = app.now_ms() - i64::from(app.config.papers.answers_days) * 86_400_000;
    let Some(sealed) = app.store.saved_answers(&citizen.hash, oldest).await? else { return Ok(Vec::new()) };
    let stored = sealed.open(&app.keys, saved_answers_place(&hex::encode(citizen.hash)))?;
    Ok(if stored.version == VERSION { stored.answers } else { Vec::new() })
}

/// The draft that the declaration opens.
fn drafted(app: &App, answers: &[Answer]) -> Draft {
    let mut draft = Draft::new(Kind::Driver);
    let classes = answers.iter().filter_map(|answer| match &answer.value {
        AnswerValue::Chosen { code } => LicenceClass::ALL.into_iter().find(|class| class_code(*class) == *code),
        AnswerValue::Yes | AnswerValue::No | AnswerValue::Written { .. } => None,
    });
    let classes = LicenceClasses::of(classes).map(|classes| classes.to_string());
    let hospital = &app.config.hospital;
    for (field, text) in [
        ("HANGBANGLAI", classes.as_deref().unwrap_or_default()),
        ("IDBENHVIEN", hospital.facility_code.as_str()),
        ("BENHVIEN", &hospital.name_vi),
    ] {
        // A name of the hospital that is too long for a draft is entered by a person.
        draft.set(field, text).ok();
    }
    draft
}

fn questions(department: DepartmentCode) -> Questionnaire {
    Questionnaire {
        version: VERSION.to_owned(),
        title: title(),
        questions: every_question(),
        saved: Vec::new(),
        declaration: promise(),
        department,
    }
}

/// What is declared with the answers.
pub(super) fn promise() -> Bilingual {
    Bilingual::new(
        "Tôi xin cam đoan những điều khai trên đây là đúng sự thật theo sự hiểu biết của tôi.",
        "I declare that the above is true to the best of my knowledge.",
    )
}

/// In the order asked.
pub(super) fn every_question() -> Vec<Question> {
    let class = Bilingual::new("Đề nghị khám", "Application");
    let family = Bilingual::new("Tiền sử gia đình", "Family history");
    let own = Bilingual::new("Tiền sử bản thân", "Own history");
    let treatment = Bilingual::new("Điều trị hiện nay", "Treatment at present");
    let yes_no = |name: String, section: &Bilingual, text: certificates::Text| Question {
        code: code(&name),
        section: section.clone(),
        text: Bilingual::new(text.vi, text.en),
        answer: AnswerKind::YesNo,
        only_after_yes: None,
    };
    let choices = || {
        let choice = |class: LicenceClass| Choice {
            code: class_code(class),
            text: Bilingual::new(&format!("Hạng {}", class.as_str()), &format!("Class {}", class.as_str())),
        };
        AnswerKind::Choice { choices: LicenceClass::ALL.into_iter().map(choice).collect() }
    };
    let mut questions = vec![
        Question {
            code: code("class"),
            section: class.clone(),
            text: Bilingual::new("Quý vị khám để lái xe hạng nào?", "Which class of licence is the examination for?"),
            answer: choices(),
            only_after_yes: None,
        },
        Question {
            code: code("class_more"),
            section: class.clone(),
            text: Bilingual::new("Quý vị có khám để lái thêm một hạng khác không?", "Is it for one more class?"),
            answer: AnswerKind::YesNo,
            only_after_yes: None,
        },
        Question {
            code: code("class_second"),
            section: class,
            text: Bilingual::new(
                "Hạng thứ hai là hạng nào? Nếu còn hạng khác nữa, xin nói với bác sĩ.",
                "Which is the second class? If there are still more, please tell the doctor.",
            ),
            answer: choices(),
            only_after_yes: Some(code("class_more")),
        },
    ];
    questions.extend(
        FamilyIllness::ALL.into_iter().map(|one| yes_no(format!("family_{}", one.code()), &family, one.sentence())),
    );
    questions
        .extend(OwnIllness::ALL.into_iter().map(|one| yes_no(format!("own_{}", one.code()), &own, one.sentence())));
    questions.push(Question {
        code: code("treated"),
        section: treatment.clone(),
        text: Bilingual::new(
            "Hiện nay quý vị có đang điều trị bệnh gì không?",
            "Are you being treated for anything at present?",
        ),
        answer: AnswerKind::YesNo,
        only_after_yes: None,
    });
    questions.push(Question {
        code: code("treatment"),
        section: treatment,
        text: Bilingual::new(
            "Xin ghi tên bệnh, thuốc và liều dùng.",
            "Please name the illness, the medicine and the dose.",
        ),
        answer: AnswerKind::Text { max_chars: MAX_TREATMENT_CHARS },
        only_after_yes: Some(code("treated")),
    });
    questions
}

fn class_code(class: LicenceClass) -> QuestionCode {
    code(&class.as_str().to_ascii_lowercase())
}

/// Codes of the crate `certificates` in the letters that the kiosk's codes have.
fn code(name: &str) -> QuestionCode {
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    QuestionCode::parse(&plain).expect("the codes here are short and of plain letters")
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_question_has_its_own_code_and_classes_come_back() {
        let all = every_question();
        let codes: HashSet<_> = all.iter().map(|question| question.code.clone()).collect();
        assert_eq!((codes.len(), all.len()), (33, 33));
        let classes: HashSet<_> = LicenceClass::ALL.into_iter().map(class_code).collect();
        assert_eq!(classes.len(), LicenceClass::ALL.len());
    }
}
