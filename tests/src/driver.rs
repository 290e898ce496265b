//! The driver's story: declared at the kiosk in two visits, examined and concluded by a doctor, read and shared by the
//! driver, received by the gateway, and verified by whoever holds the paper.

use api::papers::{PaperId, QuestionCode};
use emrtd::sim::SimulatedCard;
use server::certificate::{By, CertificateState, FreezeTo, Why, public_token};
use server::paper::{self, OpenPaper};
use server::store::CertificateId;
use session::screen::{Action, Screen};

use crate::certificates::{Office, come_for_papers};
use crate::hospital::{DOCTOR_LOGIN, HospitalError};
use crate::papers;
use crate::patient::{Patient, offered};
use crate::people;
use crate::stage::{Stage, StoryError};

/// The class that is applied for.
const CLASS: &str = "c1";
/// Answered no first and yes on second thoughts.
const SECOND_THOUGHTS: &str = "own_sleep";

fn code(text: &str) -> QuestionCode {
    QuestionCode::parse(text).expect("a code of the form")
}

fn by() -> By<'static> {
    By { actor: "staff:bac.si", why: Why::AsPlanned, words: None }
}

/// The wishes of somebody who is healthy, after those of this visit.
fn driver(first: impl IntoIterator<Item = Action>) -> Patient {
    let always = [
        Action::AgreeToFace,
        Action::RetryFace,
        Action::OpenQuestionnaire,
        Action::Choose(code(CLASS)),
        Action::AnswerNo,
    ];
    Patient::who_wants(first.into_iter().chain(always))
}

fn is_home(stage: &Stage, visits: usize) -> bool {
    stage.visits.len() == visits && stage.screen().name == "welcome"
}

pub fn from_questions_to_receipt(office: &mut Office<'_>, card: SimulatedCard) -> Result<(), StoryError> {
    declare(office, card)?;
    let id = declared(office)?;
    office.papers.push(id);
    conclude(office, id)?;
    read_and_share(office, id)?;
    verify(office, id)
}

/// Half of the questions, away; then the rest, one answer changed, and a number for the examination.
fn declare(office: &mut Office<'_>, card: SimulatedCard) -> Result<(), StoryError> {
    let stage = &mut *office.stage;
    come_for_papers(stage, card)?;
    let half_way = |screen: &Screen| screen.name == "question" && screen.headline.contains("12 /");
    stage.play(&mut driver([]), "the twelfth question", |stage| half_way(&stage.screen()))?;
    stage.touch(Action::Later);
    stage.play(&mut Patient::who_wants([Action::Cancel, Action::Done]), "the way home", |stage| is_home(stage, 1))?;

    stage.touch(Action::OpenPapers);
    stage.show_code(&people::MAU.card_qr())?;
    let mut patient = driver([]);
    stage.play(&mut patient, "the question left open", |stage| stage.screen().name == "question")?;
    let resumed = half_way(&stage.screen());
    stage.play(&mut patient, "the review", |stage| stage.screen().name == "questions_review")?;
    let change = Action::ChangeAnswer(code(SECOND_THOUGHTS));
    stage.play(&mut Patient::who_wants([Action::NextPage]), "the answer to change", |stage| {
        offered(&stage.screen()).contains(&change)
    })?;
    stage.touch(change);
    stage.touch(Action::AnswerYes);
    let mut patient = driver([Action::Confirm, Action::NextPage, Action::Done]);
    stage.play(&mut patient, "a number for the examination and the way home", |stage| {
        !stage.numbers.is_empty() && is_home(stage, 2)
    })?;
    let number = stage.numbers.first().cloned().unwrap_or_default();
    office.expect(resumed, "the questions did not begin where they were left");
    office.expect(number.starts_with('E'), "the number is not one of the examination");
    Ok(())
}

/// The paper that the declaration opened: it cannot be complete before the examination.
fn declared(office: &Office<'_>) -> Result<CertificateId, StoryError> {
    let app = office.app()?;
    let mut open = Vec::new();
    for state in [CertificateState::Draft, CertificateState::Blocked] {
        let rows = office.stage.hospital.block_on(app.store.certificates_in(state, None, 1));
        open.extend(rows.map_err(HospitalError::from)?);
    }
    let row = open.first().ok_or(StoryError::NotReached { what: "the paper of the declaration", screen: "welcome" })?;
    Ok(row.id)
}

/// The doctor sees what was answered with yes, fills in the conclusion and signs it.
fn conclude(office: &mut Office<'_>, id: CertificateId) -> Result<(), StoryError> {
    let app = office.app()?;
    let hospital = &office.stage.hospital;
    let declared = hospital.block_on(paper::declared(&app, &office.row(id)?)).map_err(HospitalError::from)?;
    let yes = declared.unwrap_or_default().iter().filter(|said| said.notable).count();
    let open = hospital.block_on(OpenPaper::find(&app, id)).map_err(HospitalError::from)?;
    let mut open = open.ok_or(StoryError::NotReached { what: "the paper of the declaration", screen: "welcome" })?;
    let typed = open.draft.get("HOTEN") == people::MAU.name && open.notes.locked.contains("HOTEN");
    for (field, text) in papers::conclusion(Office::today()) {
        open.draft.set(field, &text)?;
    }
    let (revision, findings) = (open.row.revision, server::certificate::check(&app, &open.draft));
    hospital.block_on(paper::write(&app, &open, revision, by())).map_err(HospitalError::from)?;
    for finding in findings.iter().filter(|finding| finding.level() == certificates::Level::Block) {
        office.differences.push(format!("the conclusion is blocked: {} {}", finding.code(), finding.field()));
    }
    office.expect(typed, "what the chip says was not filled in");
    office.expect(yes == 1, "the doctor does not see the one yes");
    office.freeze(id, FreezeTo::AskCitizen)?;
    let signed = office.stage.hospital.block_on(paper::sign(&app, id, DOCTOR_LOGIN));
    Ok(signed.map_err(HospitalError::from)?)
}

/// The driver reads the signed conclusion, agrees to share it, sees the receipt and takes the slip along.
fn read_and_share(office: &mut Office<'_>, id: CertificateId) -> Result<(), StoryError> {
    let stage = &mut *office.stage;
    stage.touch(Action::OpenPapers);
    stage.show_code(&people::MAU.card_qr())?;
    let to_read = [
        Action::AgreeToFace,
        Action::RetryFace,
        Action::Confirm,
        Action::NextPage,
        Action::OpenPaper(PaperId(id.0)),
        Action::Share,
    ];
    stage.play(&mut Patient::who_wants(to_read), "the receipt on the screen", |stage| {
        stage.screen().name == "paper_status" && stage.screen().headline.contains("Cổng BHYT đã nhận")
    })?;
    let slips = stage.bench.tapes().len();
    stage.play(&mut Patient::who_wants([Action::PrintPaper]), "the slip", |stage| stage.bench.tapes().len() > slips)?;
    stage.play(&mut Patient::who_wants([Action::Done]), "the way home", |stage| is_home(stage, 3))?;
    office.until(id, CertificateState::Accepted, "the receipt of the driver's certificate")?;
    let reports = office.report()?;
    let confirmed = reports.iter().all(|paper| paper.confirmed == Some("with the chip's answer"));
    office.expect(confirmed, "the conclusion is not confirmed with the chip's answer");
    Ok(())
}

/// A licensing office follows the printed code.
fn verify(office: &mut Office<'_>, id: CertificateId) -> Result<(), StoryError> {
    let (app, row) = (office.app()?, office.row(id)?);
    let token = public_token(&app.keys, &row).map_err(HospitalError::from)?.unwrap_or_default();
    let page = office.stage.hospital.public_page(&format!("/v/{token}"))?;
    for words in [people::MAU.name, "1985", "C1", "Đủ điều kiện"] {
        office.expect(page.contains(words), &format!("whoever holds the paper does not find {words}"));
    }
    office.expect(!page.contains(people::MAU.number), "whoever holds the paper sees the whole personal number");
    Ok(())
}
