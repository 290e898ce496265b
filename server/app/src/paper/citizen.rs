//! A citizen before a kiosk, identified at level A a moment ago, and the papers that concern that person: whose number the
//! ward entered as confirmer, or whose number the paper names. Everybody else gets the answer of a paper that does not
//! exist.

use api::papers::{
    Bilingual, Confinement, Correctable, CorrectableField, CorrectionRequest, Line, PaperId, PaperKind, PaperList,
    PaperState, PaperStatus, PaperSummary, PaperTask, PaperTicket, Private, PrivateBilingual, QuestionnaireOffer,
    Reading, Receipt, Section,
};
use api::{Assurance, KioskId, VisitId};
use certificates::{Lang, field, reading};
use identity::{CitizenId, FacilityCode};
use uuid::Uuid;

use super::{OpenPaper, StoredCorrection, correction_place, declaration, notes_place, parsed};
use crate::app::App;
use crate::certificate::{CertificateState, number_text, public_token};
use crate::clock::from_unix_ms;
use crate::keys::Sealed;
use crate::person::KnownPerson;
use crate::refusal::Refusal;
use crate::store::{CertificateId, CertificateKind, CertificateRow};

/// The newest papers of one person that are looked at.
const MAX_PAPERS: u32 = 50;
/// Who is younger confirms with a person of the hospital.
const OF_AGE: u16 = 18;

/// Somebody proven at level A in this visit.
pub struct Citizen {
    pub kiosk: KioskId,
    pub visit: VisitId,
    pub number: CitizenId,
    pub person: KnownPerson,
    /// What papers are looked up by.
    pub hash: [u8; 32],
}

/// Lets in whom this kiosk identified at level A a moment ago, and nobody else.
pub async fn admit(app: &App, kiosk: &KioskId, visit: VisitId) -> Result<Citizen, Refusal> {
    let row = app.store.visit(visit).await?.filter(|row| row.kiosk == *kiosk && row.assurance == Assurance::A);
    let row = row.ok_or(Refusal::PapersNotPermitted)?;
    let limit = i64::from(app.config.papers.confirm_minutes) * 60_000;
    if app.now_ms() - row.opened_at > limit {
        return Err(Refusal::PapersNotPermitted);
    }
    let person = super::holder::person_of(app, &row)?.ok_or(Refusal::PapersNotPermitted)?;
    let number = CitizenId::parse(&person.number).map_err(|_| Refusal::PapersNotPermitted)?;
    let hash = crate::certificate::person_hash(&app.keys, &number);
    Ok(Citizen { kiosk: kiosk.clone(), visit, number, person, hash })
}

impl Citizen {
    /// Every paper this person may know of, the newest first.
    pub async fn papers(&self, app: &App) -> Result<Vec<OpenPaper>, Refusal> {
        let mut papers = Vec::new();
        for row in app.store.certificates_for(&self.hash, MAX_PAPERS).await? {
            // A notice of death names nobody who could confirm it: only whom the ward entered.
            let concerned = row.kind != CertificateKind::Death || row.confirmer == Some(self.hash);
            if concerned && is_shown(row.state) {
                papers.push(OpenPaper::of(app, row).await?);
            }
        }
        Ok(papers)
    }

    pub async fn paper(&self, app: &App, id: PaperId) -> Result<OpenPaper, Refusal> {
        let papers = self.papers(app).await?;
        papers.into_iter().find(|paper| paper.row.id.0 == id.0).ok_or(Refusal::PaperUnknown)
    }

    pub fn is_of_age(&self, app: &App) -> bool {
        self.person.age_on(app.today()).is_some_and(|age| age >= OF_AGE)
    }
}

/// What concerns this person: waiting first, then the newest.
pub async fn list(app: &App, citizen: &Citizen) -> Result<PaperList, Refusal> {
    let papers = citizen.papers(app).await?;
    let mut summaries: Vec<PaperSummary> = Vec::with_capacity(papers.len());
    for paper in papers.iter().filter(|paper| is_first_of_its_paper(paper, &papers)) {
        summaries.push(summary(app, citizen, paper, &papers).await?);
    }
    summaries.sort_by_key(|summary| summary.task != PaperTask::Confirm);
    // One examination at a time: the next declaration is for the next certificate.
    let examined = papers.iter().any(|paper| {
        let open = [CertificateState::Draft, CertificateState::Blocked, CertificateState::WaitingForCitizen];
        paper.row.kind == CertificateKind::Driver && open.contains(&paper.row.state)
    });
    let questionnaire = match &app.config.papers.driver_department {
        Some(department) if !examined => {
            let (answered, questions) = declaration::progress(app, citizen).await?;
            let title = declaration::title();
            Some(QuestionnaireOffer { title, answered, questions, department: department.clone() })
        }
        Some(_) | None => None,
    };
    Ok(PaperList { papers: summaries, questionnaire })
}

/// A driver's paper with several classes is several certificates, and is read and confirmed once.
fn is_first_of_its_paper(paper: &OpenPaper, papers: &[OpenPaper]) -> bool {
    papers.iter().all(|other| other.row.paper != paper.row.paper || other.row.id >= paper.row.id)
}

/// The text to read. Who read it is in the audit.
pub async fn read(app: &App, citizen: &Citizen, id: PaperId) -> Result<Reading, Refusal> {
    let papers = citizen.papers(app).await?;
    let paper = papers.iter().find(|paper| paper.row.id.0 == id.0).ok_or(Refusal::PaperUnknown)?;
    let text = text(app, citizen, paper, &papers).await?;
    audit(app, citizen, "paper_read", paper.row.id).await?;
    Ok(text)
}

/// Puts down what the citizen wants otherwise, beside the draft.
pub async fn correct(
    app: &App,
    citizen: &Citizen,
    id: PaperId,
    request: &CorrectionRequest,
) -> Result<Reading, Refusal> {
    let papers = citizen.papers(app).await?;
    let mut paper = papers.iter().find(|paper| paper.row.id.0 == id.0).cloned().ok_or(Refusal::PaperUnknown)?;
    if paper.row.state != CertificateState::WaitingForCitizen || paper.row.frozen.is_some() {
        return Err(Refusal::PaperNotWaiting);
    }
    if text(app, citizen, &paper, &papers).await?.text_hash != request.text_hash {
        return Err(Refusal::PaperChanged);
    }
    let before = paper.notes.corrected.clone();
    paper.notes.corrected.clear();
    for correction in &request.corrections {
        let code = correctable_code(&paper, correction.field).ok_or(Refusal::CorrectionRefused)?;
        let value = correction.value.as_str().trim();
        let mut draft = paper.corrected_draft();
        if value.chars().count() > usize::from(MAX_CORRECTION_CHARS) || draft.set(code, value).is_err() {
            return Err(Refusal::CorrectionRefused);
        }
        if draft.get(code) != paper.draft.get(code) {
            paper.notes.corrected.insert(code.to_owned(), value.to_owned());
        }
    }
    if parsed(app, &paper.corrected_draft()).is_none() {
        return Err(Refusal::CorrectionRefused);
    }
    if paper.notes.corrected != before {
        let mut tx = app.store.begin().await?;
        for (code, proposed) in &paper.notes.corrected {
            let row = Uuid::now_v7();
            let correction = StoredCorrection {
                field: code.clone(),
                before: paper.draft.get(code).to_owned(),
                proposed: proposed.clone(),
            };
            let sealed = Sealed::seal(&app.keys, correction_place(&row.to_string()), &correction);
            tx.record_correction((row, paper.row.id), citizen.visit, &citizen.hash, sealed, app.now_ms()).await?;
        }
        let notes = Sealed::seal(&app.keys, notes_place(&paper.row.id.to_string()), &paper.notes);
        tx.put_paper_notes(paper.row.id, notes).await?;
        let actor = format!("kiosk:{}", citizen.kiosk);
        tx.audit(&actor, "paper_corrected", Some(citizen.visit), &paper.row.id.to_string(), app.now_ms()).await?;
        tx.commit().await?;
    }
    text(app, citizen, &paper, &papers).await
}

const MAX_CORRECTION_CHARS: u16 = 255;

pub async fn status_of(app: &App, citizen: &Citizen, id: PaperId) -> Result<PaperStatus, Refusal> {
    let paper = citizen.paper(app, id).await?;
    status(app, &paper).await
}

/// The slip to take along.
pub async fn slip(app: &App, citizen: &Citizen, id: PaperId) -> Result<PaperTicket, Refusal> {
    let paper = citizen.paper(app, id).await?;
    let link = match (&app.config.papers.public_url, super::public::validity(paper.row.state)) {
        (Some(url), Some(_)) => {
            public_token(&app.keys, &paper.row)?.map(|token| format!("{}/v/{token}", url.trim_end_matches('/')))
        }
        (Some(_) | None, _) => None,
    };
    let holder = identity::PersonName::parse(paper.draft.get(holder_field(paper.row.kind))).ok();
    let ticket = PaperTicket {
        kind: kind(paper.row.kind),
        number: paper.number(app),
        holder: holder.map(|name| Private::new(name.masked())),
        status: status(app, &paper).await?,
        verification: link,
    };
    audit(app, citizen, "paper_slip_printed", paper.row.id).await?;
    Ok(ticket)
}

/// The text as it stands, with the proposals in it.
pub(super) async fn text(
    app: &App,
    citizen: &Citizen,
    paper: &OpenPaper,
    papers: &[OpenPaper],
) -> Result<Reading, Refusal> {
    let certificate = paper.certificate(app).ok_or(Refusal::PaperUnknown)?;
    let [vi, en] = [Lang::Vi, Lang::En].map(|lang| reading(&certificate, lang, &app.certificates.codes));
    let mut sections: Vec<(certificates::Section, Section)> = Vec::new();
    for (vi, en) in vi.lines().iter().zip(en.lines()) {
        let line =
            Line { label: Bilingual::new(vi.label, en.label), value: PrivateBilingual::new(&vi.value, &en.value) };
        match sections.last_mut() {
            Some((section, open)) if *section == vi.section => open.lines.push(line),
            Some(_) | None => {
                let title = vi.section.title();
                let title = Bilingual::new(title.vi, title.en);
                sections.push((vi.section, Section { title, lines: vec![line] }));
            }
        }
    }
    let waits = paper.row.state == CertificateState::WaitingForCitizen;
    let fields: &[CorrectableField] = match (paper.row.kind, waits && paper.row.frozen.is_none()) {
        (CertificateKind::Birth, true) => &[CorrectableField::IntendedName, CorrectableField::Address],
        (CertificateKind::Birth | CertificateKind::Death | CertificateKind::Driver, _) => &[],
    };
    let corrected = paper.corrected_draft();
    let correctable = fields.iter().filter_map(|one| {
        let code = correctable_code(paper, *one)?;
        let label = field(super::kind_of(paper.row.kind), code)?.label;
        Some(Correctable {
            field: *one,
            label: Bilingual::new(label.vi, label.en),
            value: Private::new(corrected.get(code).to_owned()),
            max_chars: MAX_CORRECTION_CHARS,
        })
    });
    let invitation = vi.invitation();
    let mut text = Reading {
        summary: summary(app, citizen, paper, papers).await?,
        invitation: Bilingual::new(invitation.vi, invitation.en),
        sections: sections.into_iter().map(|(_, section)| section).collect(),
        declaration: declaration_words(paper.row.kind),
        text_hash: api::Hex32([0; 32]),
        correctable: correctable.collect(),
        asks_to_share: waits && paper.row.kind == CertificateKind::Driver,
    };
    text.text_hash = text.text_hash();
    Ok(text)
}

pub(super) async fn summary(
    app: &App,
    citizen: &Citizen,
    paper: &OpenPaper,
    papers: &[OpenPaper],
) -> Result<PaperSummary, Refusal> {
    let status = status(app, paper).await?;
    let task = match (paper.row.state, paper.row.kind) {
        (CertificateState::WaitingForCitizen, _) if !citizen.is_of_age(app) => PaperTask::AskStaff,
        (CertificateState::WaitingForCitizen, _) if paper.certificate(app).is_none() => PaperTask::AskStaff,
        (CertificateState::WaitingForCitizen, _) => PaperTask::Confirm,
        (CertificateState::Draft | CertificateState::Blocked, _) => PaperTask::WardLooks,
        (_, _) => PaperTask::Read,
    };
    Ok(PaperSummary {
        paper: PaperId(paper.row.id.0),
        kind: kind(paper.row.kind),
        about: about(paper),
        number: paper.number(app),
        status,
        task,
        confinement: confinement(paper, papers),
    })
}

/// Papers of one birth, in the order of their making.
fn confinement(paper: &OpenPaper, papers: &[OpenPaper]) -> Option<Confinement> {
    let id = paper.notes.confinement?;
    let mut together: Vec<CertificateId> =
        papers.iter().filter(|other| other.notes.confinement == Some(id)).map(|other| other.row.id).collect();
    together.sort();
    let position = together.iter().position(|other| *other == paper.row.id)?;
    let (position, of) = (u8::try_from(position + 1).ok()?, u8::try_from(together.len()).ok()?);
    (of > 1).then_some(Confinement { id, position, of })
}

/// Of several classes, how far the last of them is.
pub(super) async fn status(app: &App, paper: &OpenPaper) -> Result<PaperStatus, Refusal> {
    let rows = app.store.paper(paper.row.paper).await?;
    let behind = |row: &&CertificateRow| is_shown(row.state) && step(row.state) < step(paper.row.state);
    let row = rows.iter().filter(behind).min_by_key(|row| step(row.state)).unwrap_or(&paper.row);
    let state = match row.state {
        CertificateState::Draft | CertificateState::Blocked => PaperState::Preparing,
        CertificateState::WaitingForCitizen => PaperState::WaitingForCitizen,
        CertificateState::WaitingForSignature | CertificateState::SigningFailed => PaperState::WaitingForSignature,
        CertificateState::WaitingToSend => PaperState::WaitingToSend,
        CertificateState::Sending => PaperState::Sending,
        CertificateState::OutcomeUnknown => PaperState::OutcomeUnknown,
        CertificateState::Refused => PaperState::Refused { code: row.outcome_code.clone().unwrap_or_default() },
        CertificateState::Accepted => PaperState::Accepted,
        CertificateState::Replaced | CertificateState::Discarded | CertificateState::Void => {
            let facility: &FacilityCode = &app.config.hospital.facility_code;
            let later = match row.replaced_by {
                Some(later) => app.store.certificate(later).await?,
                None => None,
            };
            let number = later.and_then(|later| later.number).or(row.number);
            let number = number.map(|number| number_text(row.kind, facility, number));
            PaperState::Replaced { number: number.unwrap_or_default() }
        }
    };
    let receipt = match (&row.receipt, row.received_at) {
        (Some(code), Some(at)) if row.state == CertificateState::Accepted => {
            Some(Receipt { code: code.clone(), received_at: from_unix_ms(at) })
        }
        (_, _) => None,
    };
    Ok(PaperStatus { state, receipt })
}

/// How far on the way a state is.
fn step(state: CertificateState) -> u8 {
    match state {
        CertificateState::Draft | CertificateState::Blocked => 0,
        CertificateState::WaitingForCitizen => 1,
        CertificateState::WaitingForSignature | CertificateState::SigningFailed => 2,
        CertificateState::WaitingToSend => 3,
        CertificateState::Sending => 4,
        CertificateState::OutcomeUnknown => 5,
        CertificateState::Refused => 6,
        CertificateState::Accepted => 7,
        CertificateState::Replaced | CertificateState::Discarded | CertificateState::Void => 8,
    }
}

fn is_shown(state: CertificateState) -> bool {
    match state {
        CertificateState::Discarded | CertificateState::Void => false,
        CertificateState::Draft
        | CertificateState::Blocked
        | CertificateState::WaitingForCitizen
        | CertificateState::WaitingForSignature
        | CertificateState::SigningFailed
        | CertificateState::WaitingToSend
        | CertificateState::Sending
        | CertificateState::OutcomeUnknown
        | CertificateState::Refused
        | CertificateState::Accepted
        | CertificateState::Replaced => true,
    }
}

fn kind(kind: CertificateKind) -> PaperKind {
    match kind {
        CertificateKind::Birth => PaperKind::Birth,
        CertificateKind::Death => PaperKind::Death,
        CertificateKind::Driver => PaperKind::Driver,
    }
}

fn holder_field(kind: CertificateKind) -> &'static str {
    match kind {
        CertificateKind::Birth => "HOTEN_NND",
        CertificateKind::Death => "HO_TEN",
        CertificateKind::Driver => "HOTEN",
    }
}

fn correctable_code(paper: &OpenPaper, field: CorrectableField) -> Option<&'static str> {
    match (paper.row.kind, field) {
        (CertificateKind::Birth, CorrectableField::IntendedName) => Some("TEN_CON"),
        (CertificateKind::Birth, CorrectableField::Address) => Some("NOI_CU_TRU_NND"),
        (CertificateKind::Death | CertificateKind::Driver, _) => None,
    }
}

fn about(paper: &OpenPaper) -> PrivateBilingual {
    let draft = paper.corrected_draft();
    let day = |code: &str| draft.get(code).split(' ').next().unwrap_or_default().to_owned();
    let parts = |words: [&str; 3]| words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(", ");
    match paper.row.kind {
        CertificateKind::Birth => {
            let (vi, en) = match draft.get("GIOI_TINH_CON") {
                "1" => ("Bé trai", "Boy"),
                "2" => ("Bé gái", "Girl"),
                _ => ("Em bé", "Child"),
            };
            let weight = draft.get("CAN_NANG_CON");
            let grams = if weight.bytes().all(|b| b.is_ascii_digit()) && !weight.is_empty() {
                format!("{weight} g")
            } else {
                weight.to_owned()
            };
            let born = day("NGAY_SINH_CON");
            PrivateBilingual::new(&parts([vi, &grams, &born]), &parts([en, &grams, &born]))
        }
        CertificateKind::Death => PrivateBilingual::same(&parts([draft.get("HO_TEN"), &day("NGAY_TV"), ""])),
        CertificateKind::Driver => {
            let (class, day) = (draft.get("HANGBANGLAI"), day("NGAYKETLUAN"));
            PrivateBilingual::new(
                &parts([&format!("Hạng {class}"), &day, ""]),
                &parts([&format!("Class {class}"), &day, ""]),
            )
        }
    }
}

fn declaration_words(kind: CertificateKind) -> Bilingual {
    match kind {
        CertificateKind::Birth => Bilingual::new(
            "Tôi đã đọc và xác nhận các thông tin trên là đúng.",
            "I have read the above and confirm that it is true.",
        ),
        CertificateKind::Death => Bilingual::new(
            "Tôi đã đọc các thông tin trên và xác nhận là đúng.",
            "I have read the above and confirm that it is true.",
        ),
        CertificateKind::Driver => Bilingual::new(
            "Tôi đã đọc kết luận và đồng ý gửi kết quả cho cơ quan cấp giấy phép lái xe.",
            "I have read the conclusion and agree that it is sent to the licensing authority.",
        ),
    }
}

async fn audit(app: &App, citizen: &Citizen, what: &'static str, id: CertificateId) -> Result<(), Refusal> {
    let mut tx = app.store.begin().await?;
    tx.audit(&format!("kiosk:{}", citizen.kiosk), what, Some(citizen.visit), &id.to_string(), app.now_ms()).await?;
    Ok(tx.commit().await?)
}
