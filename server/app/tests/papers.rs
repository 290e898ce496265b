//! Certificates as people see and call them: at the desk, at the kiosk, on paper, and by whoever holds the paper.

mod fixture;

use std::sync::Arc;
use std::time::Duration;

use api::papers::{
    Answer as Said, AnswerKind, AnswerValue, ChipAnswer, Confirmation, ConfirmationNonce, ConfirmationReply,
    CorrectableField, Correction, CorrectionRequest, NoChipAnswer, NonceRequest, PaperId, PaperList, PaperState,
    PaperTask, PaperTicket, Private, Questionnaire, Reading, SavedAnswers, Sharing, Subject, SubmissionReply,
    SubmitAnswers, answers_hash, confirmation_challenge, path,
};
use api::{Base64, Hex8, Hex32, ProblemCode, VisitId};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use emrtd::curve::ecdsa;
use emrtd::sim::{ActiveAuthenticationKey, Issuer, Person, Personalisation, Personalised, PortraitImage};
use fixture::hospital::{Answer, Hospital, OPENING, card, issuer, of_visit, visit};
use rand::thread_rng;
use server::certificate::{By, CertificateState, FreezeTo, NumberSource, Why, freeze_paper};
use server::dispatch::{self, FacilitySigner, Outcome, Signer};
use server::paper::{self, Notes};
use server::staff::{self, Role};
use server::store::{CertificateId, DispatchKind};
use uuid::Uuid;
use xmldsig::Algorithm;
use xmldsig::sim::Signer as KeyOwner;
use zeroize::Zeroizing;

const PASSWORD: &str = "mot mat khau dai";

/// A browser of one member of staff.
struct Browser<'a> {
    hospital: &'a Hospital,
    cookie: String,
    csrf: String,
}

impl<'a> Browser<'a> {
    async fn of(hospital: &'a Hospital, login: &str, role: Role) -> Self {
        staff::add(&hospital.app, login, "Lê Thị Hoà", Zeroizing::new(PASSWORD.to_owned()), role).await.expect("adds");
        let body = format!("login={login}&password={}", PASSWORD.replace(' ', "+"));
        let answer = hospital.send(form("/staff/login").body(Body::from(body)).expect("a request")).await;
        let cookie = answer.cookies.first().expect("a cookie").split(';').next().unwrap_or_default().to_owned();
        let mut browser = Self { hospital, cookie, csrf: String::new() };
        let page = browser.get(answer.location.as_deref().expect("a home")).await.text();
        browser.csrf = page.split_once("name=\"csrf\" value=\"").expect("a token").1[..64].to_owned();
        browser
    }

    async fn get(&self, path: &str) -> Answer {
        let request = Request::builder().uri(path).header(header::COOKIE, &self.cookie).body(Body::empty());
        self.hospital.send(request.expect("a request")).await
    }

    /// The same page in English.
    async fn english(&self, path: &str) -> String {
        let cookie = format!("{}; tiepdon_language=en", self.cookie);
        let request = Request::builder().uri(path).header(header::COOKIE, cookie).body(Body::empty());
        self.hospital.send(request.expect("a request")).await.text()
    }

    async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = format!("csrf={}", self.csrf);
        for (name, value) in fields {
            body.push_str(&format!("&{}={}", encoded(name), encoded(value)));
        }
        self.send(path, body).await
    }

    async fn send(&self, path: &str, body: String) -> Answer {
        let request = form(path).header(header::COOKIE, &self.cookie).body(Body::from(body));
        self.hospital.send(request.expect("a request")).await
    }
}

fn form(path: &str) -> axum::http::request::Builder {
    Request::builder().method(Method::POST).uri(path).header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
}

fn encoded(text: &str) -> String {
    text.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

fn mother_card(issuer: &Issuer) -> Personalised {
    let portrait = PortraitImage { image: vec![0xFF, 0xD8, 0xFF, 0xE0, 5, 6, 7, 8], width: 480, height: 640 };
    let personalisation = Personalisation { portrait: Some(portrait), ..Personalisation::default() };
    issuer.personalise(&Person::tran_thi_thu_nghiem(), &personalisation, &mut thread_rng())
}

/// What the ward types; the mother's own fields come from her chip.
const WARD: [(&str, &str); 19] = [
    ("SO", "17"),
    ("QUYEN_SO", "01/2026"),
    ("MA_BHXH_NND", "0000000025"),
    ("MATINH_CU_TRU", "31"),
    ("MAXA_CU_TRU", "11311"),
    ("NOICAP_CCCD_NND", "Cục Cảnh sát QLHC về TTXH"),
    ("TEN_CON", "Nguyễn Thử Nghiệm An"),
    ("GIOI_TINH_CON", "2"),
    ("NGAY_SINH_CON", "22/11/2026 04:05"),
    ("NOI_SINH_CON", "Bệnh viện Đa khoa Mẫu"),
    ("CAN_NANG_CON", "3100"),
    ("TINH_TRANG_CON", "khỏe mạnh"),
    ("SO_CON", "1"),
    ("LAN_SINH", "2"),
    ("SO_CON_SONG", "2"),
    ("SINHCON_PHAUTHUAT", "0"),
    ("SINHCON_DUOI32TUAN", "0"),
    ("NGUOI_DO_DE", "Lê Thị Hộ Sinh"),
    ("MA_TTDV", "0000000099"),
];

fn id_of(location: &str) -> CertificateId {
    let path = location.split('?').next().unwrap_or_default();
    path.rsplit('/').next().unwrap_or_default().parse().expect("an id in the path")
}

async fn state(hospital: &Hospital, id: CertificateId) -> CertificateState {
    hospital.app.store.certificate(id).await.expect("reads").expect("is there").state
}

async fn revision(hospital: &Hospital, id: CertificateId) -> String {
    hospital.app.store.certificate(id).await.expect("reads").expect("is there").revision.to_string()
}

/// Everything that is due now.
async fn work(hospital: &Hospital) {
    for kind in DispatchKind::ALL {
        while dispatch::sign_due(&hospital.app, *kind).await.expect("signs") > 0 {}
        dispatch::send_due(&hospital.app, *kind, usize::MAX).await.expect("sends");
    }
}

fn fonts() -> String {
    format!("{}/../../.provision/fonts", env!("CARGO_MANIFEST_DIR"))
}

fn papers(more: &str) -> String {
    format!(
        r#"
[dispatch]
sending = "on"
base_url = "http://127.0.0.1:1"
username = "31999_BV"
password = {{ env = "UNUSED" }}
[papers]
public_url = "https://giay.example"
fonts = "{}"
place = "Hải Phòng"
authority = "Sở Y tế Hải Phòng"
driver_department = "K01"
{more}
"#,
        fonts()
    )
}

async fn hospital(issuer: &Issuer) -> Hospital {
    Hospital::with(Some(issuer.csca_der()), &papers("")).await
}

/// Drafted by the ward with the mother's chip, waiting for her.
async fn birth_waiting(hospital: &Hospital, midwife: &Browser<'_>, mother: VisitId) -> CertificateId {
    let begun = midwife.post("/staff/certificates", &[("kind", "birth")]).await;
    let id = id_of(begun.location.as_deref().expect("a paper"));
    let page = format!("/staff/certificates/{id}");
    let visit = mother.to_string();
    let filled = midwife.post(&format!("{page}/person"), &[("visit", &visit), ("role", "mother")]).await;
    assert_eq!(filled.location, Some(format!("{page}?note=filled")));
    let revision = revision(hospital, id).await;
    let mut fields = WARD.to_vec();
    fields.push(("revision", &revision));
    assert_eq!(midwife.post(&page, &fields).await.location, Some(format!("{page}?note=saved")));
    let text = midwife.get(&page).await.text();
    assert_eq!(state(hospital, id).await, CertificateState::Draft, "{text}");
    let asked = midwife.post(&format!("{page}/ask"), &[]).await;
    assert_eq!(asked.location, Some(format!("{page}?note=done")));
    id
}

fn at(template: &str, visit: VisitId, id: CertificateId) -> String {
    of_visit(template, visit).replace("{paper}", &id.to_string())
}

async fn get<T: serde::de::DeserializeOwned>(hospital: &Hospital, path: &str) -> Result<T, api::Problem> {
    hospital.send(hospital.request(Method::GET, path, Body::empty())).await.read()
}

fn answered(card: &Personalised, challenge: [u8; 8]) -> ChipAnswer {
    match card.active_authentication.as_ref().expect("the chip has a key") {
        ActiveAuthenticationKey::Ecdsa { secret, hash } => {
            let signature = ecdsa::sign(secret, &hash.digest(&[&challenge]), &mut thread_rng()).to_plain();
            ChipAnswer::Signed { signature: Base64(signature) }
        }
        ActiveAuthenticationKey::Rsa(_) => panic!("cards here have elliptic curve keys"),
    }
}

async fn nonce(hospital: &Hospital, visit: VisitId, subject: Subject, text_hash: Hex32) -> ConfirmationNonce {
    let request = NonceRequest { subject, text_hash };
    hospital.call(Method::POST, &of_visit(path::NONCES, visit), &request).await.expect("a nonce")
}

async fn confirmation(
    hospital: &Hospital,
    (visit, id): (VisitId, CertificateId),
    text_hash: Hex32,
    card: &Personalised,
) -> Confirmation {
    let nonce = nonce(hospital, visit, Subject::Paper { paper: PaperId(id.0) }, text_hash).await;
    let challenge = confirmation_challenge(text_hash, nonce.nonce, nonce.confirmed_at);
    Confirmation {
        text_hash,
        nonce: nonce.nonce,
        confirmed_at: nonce.confirmed_at,
        challenge,
        chip: answered(card, challenge.0),
        sharing: Sharing::NotAsked,
    }
}

#[tokio::test]
async fn a_draft_shows_every_finding_at_once_and_what_the_chip_said_is_never_typed_again() {
    let issuer = issuer();
    let hospital = hospital(&issuer).await;
    let visit = visit();
    hospital.show_card(visit, &mother_card(&issuer)).await.expect("identified");
    let midwife = Browser::of(&hospital, "hoa", Role::Practitioner).await;
    let begun = midwife.post("/staff/certificates", &[("kind", "birth")]).await;
    let id = id_of(begun.location.as_deref().expect("a paper"));
    let page = format!("/staff/certificates/{id}");
    let chosen = midwife.get(&page).await.text();
    assert!(chosen.contains("Trần Thị Thử Nghiệm") && chosen.contains(&visit.to_string()), "{chosen}");

    let (revision_, visit_) = (revision(&hospital, id).await, visit.to_string());
    let saved = midwife
        .post(&page, &[("revision", &revision_), ("CAN_NANG_CON", "3,1 kg"), ("NGAY_SINH_CON", "31/02/2026")])
        .await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER);
    assert_eq!(state(&hospital, id).await, CertificateState::Blocked);
    let text = midwife.get(&page).await.text();
    for code in ["TD101", "CTDT002", "CTDT001"] {
        assert!(text.contains(code), "{code}");
    }
    assert!(midwife.english(&page).await.contains("must be filled in"));
    let late = midwife.post(&page, &[("revision", "1"), ("TEN_CON", "Khác")]).await;
    assert_eq!(late.location, Some(format!("{page}?note=overtaken")));

    midwife.post(&format!("{page}/person"), &[("visit", &visit_), ("role", "mother")]).await;
    let text = midwife.get(&page).await.text();
    assert!(text.contains("từ chip") && !text.contains("name=\"HOTEN_NND\""), "locked");
    let revision_ = revision(&hospital, id).await;
    midwife.post(&page, &[("revision", &revision_), ("HOTEN_NND", "Người Khác")]).await;
    let open = paper::OpenPaper::find(&hospital.app, id).await.expect("opens").expect("is there");
    assert_eq!(open.draft.get("HOTEN_NND"), "Trần Thị Thử Nghiệm");
    assert_eq!(open.notes.confirmer.as_deref(), Some("031192000025"), "the mother confirms");
    let nobody =
        midwife.post(&format!("{page}/person"), &[("visit", &Uuid::new_v4().to_string()), ("role", "father")]).await;
    assert_eq!(nobody.location, Some(format!("{page}?note=nobody")));
}

#[tokio::test]
async fn a_mother_reads_corrects_and_confirms_with_her_chip_and_the_paper_goes_on() {
    let issuer = issuer();
    let hospital = hospital(&issuer).await;
    let (mother, card) = (visit(), mother_card(&issuer));
    hospital.show_card(mother, &card).await.expect("identified");
    let midwife = Browser::of(&hospital, "hoa", Role::Practitioner).await;
    let id = birth_waiting(&hospital, &midwife, mother).await;

    let list: PaperList = get(&hospital, &of_visit(path::PAPERS, mother)).await.expect("a list");
    assert_eq!((list.papers.len(), list.papers[0].task), (1, PaperTask::Confirm));
    assert_eq!(list.papers[0].about.vi, "Bé gái, 3100 g, 22/11/2026");
    let reading: Reading = get(&hospital, &at(path::READING, mother, id)).await.expect("a text");
    assert_eq!(reading.text_hash, reading.text_hash(), "the kiosk computes the same");
    let corrections =
        vec![Correction { field: CorrectableField::IntendedName, value: Private::new("Nguyễn Bình An".into()) }];
    let request = CorrectionRequest { text_hash: reading.text_hash, corrections };
    let corrected: Reading =
        hospital.call(Method::PUT, &at(path::CORRECTIONS, mother, id), &request).await.expect("corrects");
    assert_ne!(corrected.text_hash, reading.text_hash);
    assert!(midwife.get(&format!("/staff/certificates/{id}")).await.status.is_success());
    let stale = hospital.call::<Reading>(Method::PUT, &at(path::CORRECTIONS, mother, id), &request).await;
    assert_eq!(stale.expect_err("read again").code, ProblemCode::PaperChanged);

    let confirm = at(path::CONFIRMATION, mother, id);
    let good = confirmation(&hospital, (mother, id), corrected.text_hash, &card).await;
    let forged = Confirmation { chip: answered(&card, [9; 8]), ..good.clone() };
    let refused = hospital.call::<ConfirmationReply>(Method::PUT, &confirm, &forged).await;
    assert_eq!(refused.expect_err("another challenge").code, ProblemCode::EvidenceRefused);
    let bent = Confirmation { challenge: Hex8([1; 8]), ..good.clone() };
    let refused = hospital.call::<ConfirmationReply>(Method::PUT, &confirm, &bent).await;
    assert_eq!(refused.expect_err("not made of the text").code, ProblemCode::EvidenceRefused);
    let old = Confirmation { text_hash: reading.text_hash, ..good.clone() };
    let refused = hospital.call::<ConfirmationReply>(Method::PUT, &confirm, &old).await;
    assert_eq!(refused.expect_err("another text").code, ProblemCode::PaperChanged);

    let reply: ConfirmationReply = hospital.call(Method::PUT, &confirm, &good).await.expect("confirmed");
    assert_eq!(reply.status.state, PaperState::WaitingForSignature);
    let again: ConfirmationReply = hospital.call(Method::PUT, &confirm, &good).await.expect("the same again");
    assert_eq!(again.status.state, PaperState::WaitingForSignature);
    let other = Confirmation { sharing: Sharing::Declined, ..good.clone() };
    let conflict = hospital.call::<ConfirmationReply>(Method::PUT, &confirm, &other).await;
    assert_eq!(conflict.expect_err("another word").code, ProblemCode::VisitConflict);
    let kept = hospital.app.store.confirmations_of(id).await.expect("reads");
    assert_eq!((kept.len(), kept[0].challenge, kept[0].answer.is_some()), (1, good.challenge.0, true));
    let open = paper::OpenPaper::find(&hospital.app, id).await.expect("opens").expect("is there");
    assert_eq!(open.draft.get("TEN_CON"), "Nguyễn Bình An", "what she confirmed is what is signed");

    work(&hospital).await;
    let slip: PaperTicket = hospital.call(Method::POST, &at(path::PRINTS, mother, id), &()).await.expect("a slip");
    assert_eq!(slip.status.state, PaperState::Accepted);
    assert_eq!(slip.number.as_deref(), Some("00001.GCS.31999.26"));
    assert!(slip.verification.is_some_and(|link| link.starts_with("https://giay.example/v/")));
    let late = confirmation_without_chip(&hospital, mother, id).await;
    assert_eq!(late.expect_err("settled").code, ProblemCode::PaperNotWaiting);
}

async fn confirmation_without_chip(
    hospital: &Hospital,
    visit: VisitId,
    id: CertificateId,
) -> Result<ConfirmationNonce, api::Problem> {
    let request = NonceRequest { subject: Subject::Paper { paper: PaperId(id.0) }, text_hash: Hex32([0; 32]) };
    hospital.call(Method::POST, &of_visit(path::NONCES, visit), &request).await
}

#[tokio::test]
async fn everybody_else_gets_the_answer_of_a_paper_that_does_not_exist() {
    let issuer = issuer();
    let hospital = hospital(&issuer).await;
    let (mother, stranger) = (visit(), visit());
    hospital.show_card(mother, &mother_card(&issuer)).await.expect("identified");
    hospital.show_card(stranger, &card(&issuer)).await.expect("identified");
    let midwife = Browser::of(&hospital, "hoa", Role::Practitioner).await;
    let id = birth_waiting(&hospital, &midwife, mother).await;

    let list: PaperList = get(&hospital, &of_visit(path::PAPERS, stranger)).await.expect("a list");
    assert!(list.papers.is_empty());
    let absent = CertificateId::new();
    for template in [path::READING, path::STATUS] {
        let theirs = hospital.send(hospital.request(Method::GET, &at(template, stranger, id), Body::empty())).await;
        let none = hospital.send(hospital.request(Method::GET, &at(template, stranger, absent), Body::empty())).await;
        assert_eq!((theirs.status, &theirs.body), (none.status, &none.body), "{template}");
        assert_eq!(theirs.code(), ProblemCode::PaperUnknown);
    }
    let confirmation = Confirmation {
        text_hash: Hex32([0; 32]),
        nonce: Hex32([0; 32]),
        confirmed_at: OPENING,
        challenge: Hex8([0; 8]),
        chip: ChipAnswer::Absent { reason: NoChipAnswer::CardRemoved },
        sharing: Sharing::NotAsked,
    };
    for who in [id, absent] {
        let refused = hospital
            .call::<ConfirmationReply>(Method::PUT, &at(path::CONFIRMATION, stranger, who), &confirmation)
            .await;
        assert_eq!(refused.expect_err("not theirs").code, ProblemCode::PaperUnknown);
    }
    // A visit without a proven person, one of another kiosk, and one of a while ago.
    let refused = get::<PaperList>(&hospital, &of_visit(path::PAPERS, visit())).await;
    assert_eq!(refused.expect_err("nobody").code, ProblemCode::PapersNotPermitted);
    let key = fixture::hospital::enrol(&hospital.app, "sanh-2").await;
    let elsewhere = hospital.request_of("sanh-2", &key, Method::GET, &of_visit(path::PAPERS, mother), Body::empty());
    assert_eq!(hospital.send(elsewhere).await.code(), ProblemCode::PapersNotPermitted);
    hospital.clock.advance(Duration::from_secs(16 * 60));
    let refused = get::<PaperList>(&hospital, &of_visit(path::PAPERS, mother)).await;
    assert_eq!(refused.expect_err("too long ago").code, ProblemCode::PapersNotPermitted);
}

#[tokio::test]
async fn a_chip_whose_signer_nobody_knows_reads_no_papers() {
    let hospital = Hospital::with(None, &papers("")).await;
    let visit = visit();
    hospital.show_card(visit, &card(&issuer())).await.expect("identified at level B");
    let refused = get::<PaperList>(&hospital, &of_visit(path::PAPERS, visit)).await;
    assert_eq!(refused.expect_err("level B").code, ProblemCode::PapersNotPermitted);
}

#[tokio::test]
async fn a_driver_declares_at_the_kiosk_and_the_draft_is_filled_from_the_chip() {
    let issuer = issuer();
    let hospital = hospital(&issuer).await;
    let (visit, card) = (visit(), card(&issuer));
    hospital.show_card(visit, &card).await.expect("identified");
    let questions: Questionnaire = get(&hospital, &of_visit(path::QUESTIONNAIRE, visit)).await.expect("questions");
    let mut answers: Vec<Said> = Vec::new();
    for question in questions.questions.iter().filter(|question| question.only_after_yes.is_none()) {
        let value = match &question.answer {
            AnswerKind::YesNo if question.code.as_str() == "own_sleep" => AnswerValue::Yes,
            AnswerKind::YesNo => AnswerValue::No,
            AnswerKind::Choice { choices } => AnswerValue::Chosen { code: choices[1].code.clone() },
            AnswerKind::Text { .. } => continue,
        };
        answers.push(Said { question: question.code.clone(), value });
    }
    let half = SavedAnswers { version: questions.version.clone(), answers: answers[..10].to_vec() };
    let body = serde_json::to_vec(&half).expect("serialises");
    let saved = hospital.send(hospital.request(Method::PUT, &of_visit(path::ANSWERS, visit), body)).await;
    assert_eq!(saved.status, StatusCode::NO_CONTENT);
    let resumed: Questionnaire = get(&hospital, &of_visit(path::QUESTIONNAIRE, visit)).await.expect("questions");
    assert_eq!(resumed.saved, half.answers);

    let hash = answers_hash(&questions.version, &answers);
    let nonce = nonce(&hospital, visit, Subject::Questionnaire, hash).await;
    let challenge = confirmation_challenge(hash, nonce.nonce, nonce.confirmed_at);
    let submission = SubmitAnswers {
        version: questions.version.clone(),
        answers: answers.clone(),
        answers_hash: hash,
        nonce: nonce.nonce,
        confirmed_at: nonce.confirmed_at,
        challenge,
        chip: answered(&card, challenge.0),
    };
    let submit = of_visit(path::SUBMISSION, visit);
    let short = SubmitAnswers { answers: answers[1..].to_vec(), ..submission.clone() };
    let refused = hospital.call::<SubmissionReply>(Method::PUT, &submit, &short).await;
    assert_eq!(refused.expect_err("one is missing").code, ProblemCode::AnswersIncomplete);
    let reply: SubmissionReply = hospital.call(Method::PUT, &submit, &submission).await.expect("submitted");
    let again: SubmissionReply = hospital.call(Method::PUT, &submit, &submission).await.expect("the same again");
    assert_eq!(again, reply);
    assert_eq!(reply.department.as_str(), "K01");

    let id = CertificateId(reply.paper.0);
    let open = paper::OpenPaper::find(&hospital.app, id).await.expect("opens").expect("is there");
    assert_eq!(open.draft.get("HOTEN"), "Nguyễn Văn Mẫu");
    assert_eq!(open.draft.get("SOCMND_PASSPORT"), "031085000017");
    assert!(open.notes.locked.contains("HOTEN"));
    let doctor = Browser::of(&hospital, "hoa", Role::Practitioner).await;
    let text = doctor.get(&format!("/staff/certificates/{id}")).await.text();
    assert!(text.contains("ngủ ngáy") || text.contains("rối loạn giấc ngủ"), "the yes is shown to the doctors");
}

/// A draft of the crate's own examples, as the hospital's system would bring it.
fn driver() -> certificates::Draft {
    let mut draft = certificates::Draft::new(certificates::Kind::Driver);
    for (code, text) in [
        ("HOTEN", "Nguyễn Văn Mẫu"),
        ("GIOITINHVAL", "0"),
        ("NGAYSINH", "15/01/1985"),
        ("SOCMND_PASSPORT", "031085000017"),
        ("NGAYTHANGNAMCAPCMND", "15/01/2021"),
        ("NOICAP", "Cục Cảnh sát QLHC về TTXH"),
        ("DIACHITHUONGTRU", "Tổ 1, phường Hồng Bàng, Hải Phòng"),
        ("MATINH_THUONGTRU", "31"),
        ("MAXA_THUONGTRU", "11311"),
        ("HANGBANGLAI", "C1"),
        ("MATUY", "0"),
        ("KETLUAN", "FIT"),
        ("NGAYKETLUAN", "23/11/2026"),
        ("BACSYKETLUAN", "Lê Thị Hoà"),
        ("IDBENHVIEN", "31999"),
        ("BENHVIEN", "Bệnh viện Đa khoa Mẫu"),
    ] {
        draft.set(code, text).expect("a field");
    }
    draft
}

fn by(why: Why) -> By<'static> {
    By { actor: "staff:hoa", why, words: None }
}

#[tokio::test]
async fn a_paper_is_signed_by_doctor_and_facility_printed_and_verified_by_whoever_holds_it() {
    let [before, after] = [OPENING - time::Duration::days(1), OPENING + time::Duration::days(365)];
    let key = |name: &str| KeyOwner::new(Algorithm::RsaSha256, name, before, after);
    let (doctor_key, facility_key) = (key("CN=Le Thi Hoa,C=VN"), key("CN=Benh vien Da khoa Mau,C=VN"));
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("hoa.p12");
    std::fs::write(&file, doctor_key.pkcs12("mat khau")).expect("writes");
    std::fs::write(folder.path().join("hoa.password"), "mat khau").expect("writes");
    let held = format!(
        "[[papers.practitioners]]\nlogin = \"hoa\"\nkey = {{ pkcs12 = \"{}\", password = {{ file = \"{}\" }} }}\n",
        file.display(),
        folder.path().join("hoa.password").display()
    );
    let facility: Arc<dyn Signer> = Arc::new(FacilitySigner::with_key(Arc::new(facility_key.key())));
    let hospital = Hospital::signed_by(None, &papers(&held), Some(facility)).await;
    let id = paper::begin(&hospital.app, &driver(), &Notes::default(), by(Why::AsPlanned)).await.expect("begins");
    let doctor = Browser::of(&hospital, "hoa", Role::Practitioner).await;
    let page = format!("/staff/certificates/{id}");
    let draft = doctor.get(&format!("{page}/pdf")).await;
    assert_eq!((draft.status, draft.content_type.as_str()), (StatusCode::OK, "application/pdf"));

    let unsigned = doctor.post(&format!("{page}/sign"), &[]).await;
    assert_eq!(unsigned.location, Some(format!("{page}?note=not_allowed")), "nothing is frozen yet");
    let asked = doctor.post(&format!("{page}/ask"), &[]).await;
    assert_eq!(asked.location, Some(format!("{page}?note=done")));
    let signed = doctor.post(&format!("{page}/sign"), &[]).await;
    assert_eq!(signed.location, Some(format!("{page}?note=signed")));
    let refused = doctor.post(&format!("{page}/pass"), &[("why", "citizen_left")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN, "the records office passes on");
    let records = Browser::of(&hospital, "ghi", Role::RecordsOffice).await;
    let unreasoned = records.post(&format!("{page}/pass"), &[]).await;
    assert_eq!(unreasoned.location, Some(format!("{page}?note=reason")));
    records.post(&format!("{page}/pass"), &[("why", "citizen_left"), ("words", "đã về lúc 9 giờ")]).await;
    work(&hospital).await;
    assert_eq!(state(&hospital, id).await, CertificateState::Accepted);
    let shown = records.get(&page).await.text();
    for words in ["đã về lúc 9 giờ", "Cổng đã nhận", &hex::encode(doctor_key.certificate().fingerprint())]
    {
        assert!(shown.contains(words), "{words}");
    }
    let pdf = records.get(&format!("{page}/pdf")).await.body;
    std::fs::write(std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("driver.pdf"), &pdf).expect("writes");

    let row = hospital.app.store.certificate(id).await.expect("reads").expect("is there");
    let token = server::certificate::public_token(&hospital.app.keys, &row).expect("opens").expect("a token");
    let answer = hospital.verify(&format!("/v/{token}")).await;
    let text = answer.text();
    assert_eq!(answer.status, StatusCode::OK, "{text}");
    for words in ["Nguyễn Văn Mẫu", "…0017", "1985", "C1", "Đủ điều kiện", "23/11/2027", "00001/GKSKLX/31999/26"]
    {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert!(!text.contains("031085000017") && !text.contains("Hồng Bàng"));
    let head = Browser::of(&hospital, "truong", Role::Head).await;
    head.post(&format!("{page}/void"), &[("why", "written_by_mistake")]).await;
    assert!(hospital.verify(&format!("/v/{token}")).await.text().contains("Đã thu hồi"));
}

#[tokio::test]
async fn a_birth_says_nothing_personal_and_strangers_tokens_and_paths_lead_nowhere() {
    let issuer = issuer();
    let hospital = hospital(&issuer).await;
    let mother = visit();
    hospital.show_card(mother, &mother_card(&issuer)).await.expect("identified");
    let midwife = Browser::of(&hospital, "hoa", Role::Practitioner).await;
    let id = birth_waiting(&hospital, &midwife, mother).await;
    freeze_paper(&hospital.app, id, (NumberSource::Drawn, FreezeTo::Sign), by(Why::RelativeAbsent))
        .await
        .expect("freezes");
    let row = hospital.app.store.certificate(id).await.expect("reads").expect("is there");
    let token = server::certificate::public_token(&hospital.app.keys, &row).expect("opens").expect("a token");
    let early = hospital.verify(&format!("/v/{token}")).await;
    assert_eq!(early.status, StatusCode::NOT_FOUND, "not signed yet");
    work(&hospital).await;
    let text = hospital.verify(&format!("/v/{token}")).await.text();
    assert!(text.contains("00001.GCS.31999.26") && text.contains("23/11/2026") && text.contains("Đã cấp"), "{text}");
    for words in ["Trần", "An", "3100", "Nguyễn Thử"] {
        assert!(!text.contains(&format!("{words} ")) && !text.contains(&format!(">{words}<")), "{words}");
    }
    for path in ["/v/00000000000000000000000000000000", "/v/x", "/staff", "/api/v1/health", "/"] {
        let answer = hospital.verify(path).await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        assert!(answer.text().contains("Không có giấy nào"), "{path}");
    }
    let key = hospital.verify("/.well-known/tiepdon-papers.json").await;
    assert!(key.text().contains("\"crv\":\"P-256\"") && key.status == StatusCode::OK);
    let mut last = StatusCode::OK;
    for _ in 0..40 {
        last = hospital.verify(&format!("/v/{token}")).await.status;
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    hospital.clock.advance(Duration::from_secs(60));
    assert_eq!(hospital.verify(&format!("/v/{token}")).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_refused_paper_is_corrected_and_issued_again_under_its_first_number() {
    let hospital = Hospital::with(None, &papers("")).await;
    hospital.carrier.next(vec![Outcome::Refused { code: "205".into() }]);
    let id = paper::begin(&hospital.app, &driver(), &Notes::default(), by(Why::AsPlanned)).await.expect("begins");
    freeze_paper(&hospital.app, id, (NumberSource::Drawn, FreezeTo::Sign), by(Why::CitizenLeft))
        .await
        .expect("freezes");
    work(&hospital).await;
    assert_eq!(state(&hospital, id).await, CertificateState::Refused);
    let records = Browser::of(&hospital, "ghi", Role::RecordsOffice).await;
    let list = records.get("/staff/certificates").await.text();
    assert!(list.contains("Cổng từ chối") && list.contains("205"), "{list}");
    let again = records.post(&format!("/staff/certificates/{id}/reissue"), &[]).await;
    let later = id_of(again.location.as_deref().expect("the later issue"));
    assert_ne!(later, id);
    records.post(&format!("/staff/certificates/{later}/pass"), &[("why", "nobody_to_ask")]).await;
    work(&hospital).await;
    let rows = [id, later].map(|id| hospital.app.store.certificate(id));
    let [first, second] = rows;
    let (first, second) = (first.await.expect("reads").expect("first"), second.await.expect("reads").expect("second"));
    assert_eq!(first.number, second.number);
    assert_eq!((first.state, second.state), (CertificateState::Replaced, CertificateState::Accepted));
    let token = server::certificate::public_token(&hospital.app.keys, &first).expect("opens").expect("a token");
    assert!(hospital.verify(&format!("/v/{token}")).await.text().contains("Đã được thay thế"));
}

#[tokio::test]
async fn hundreds_of_unknown_outcomes_are_settled_from_the_portals_list() {
    let hospital = Hospital::with(None, &papers("")).await;
    hospital.carrier.next(vec![Outcome::Unknown { why: "timed_out".into() }; 3]);
    let mut ids = Vec::new();
    for _ in 0..3 {
        let id = paper::begin(&hospital.app, &driver(), &Notes::default(), by(Why::AsPlanned)).await.expect("begins");
        freeze_paper(&hospital.app, id, (NumberSource::Drawn, FreezeTo::Sign), by(Why::CitizenLeft))
            .await
            .expect("freezes");
        ids.push(id);
    }
    work(&hospital).await;
    let records = Browser::of(&hospital, "ghi", Role::RecordsOffice).await;
    let text = records.get("/staff/certificates/unknown").await.text();
    assert!(text.contains("00001/GKSKLX/31999/26 C1") && text.contains("timed_out"), "{text}");
    let found = format!("found:{}", ids[1]);
    let settled = records
        .post(
            "/staff/certificates/unknown",
            &[("pasted", "00001/GKSKLX/31999/26 C1\tuuid-1\n"), (&found, "not_received")],
        )
        .await;
    assert_eq!(settled.location.as_deref(), Some("/staff/certificates/unknown?done=2&left=0"));
    assert_eq!(state(&hospital, ids[0]).await, CertificateState::Accepted);
    assert_eq!(state(&hospital, ids[1]).await, CertificateState::WaitingToSend);
    assert_eq!(state(&hospital, ids[2]).await, CertificateState::OutcomeUnknown);
    let auditor = Browser::of(&hospital, "kiem", Role::Auditor).await;
    assert_eq!(auditor.get("/staff/certificates/unknown").await.status, StatusCode::OK);
    let refused = auditor.post("/staff/certificates/unknown", &[(&found, "accepted")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn sending_is_stopped_by_the_head_with_a_reason_and_everyone_sees_it() {
    let hospital = Hospital::with(None, &papers("")).await;
    let head = Browser::of(&hospital, "truong", Role::Head).await;
    let records = Browser::of(&hospital, "ghi", Role::RecordsOffice).await;
    let refused = records.post("/staff/certificates/switch", &[("position", "off"), ("why", "x")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    head.post("/staff/certificates/switch", &[("position", "off"), ("why", "cổng bảo trì")]).await;
    let text = records.get("/staff/certificates").await.text();
    assert!(text.contains("Đã tạm dừng gửi") && text.contains("role=\"alert\""), "{text}");
    assert!(records.english("/staff/certificates").await.contains("Sending was stopped"));
    let volunteer = Browser::of(&hospital, "tinh", Role::Volunteer).await;
    assert_eq!(volunteer.get("/staff/certificates").await.status, StatusCode::FORBIDDEN);
    let stranger = volunteer.send("/staff/certificates", "kind=birth".to_owned()).await;
    assert_eq!(stranger.status, StatusCode::FORBIDDEN);
}
