//! Certificates as people see and call them: at the desk, at the kiosk, on paper, and by whoever holds the paper.

mod fixture;

use std::sync::Arc;
use std::time::Duration;

use api::papers::{
    ChipAnswer, Confirmation, ConfirmationNonce, ConfirmationReply, CorrectableField, Correction, CorrectionRequest,
    NoChipAnswer, NonceRequest, PaperId, PaperList, PaperState, PaperTask, PaperTicket, Private, Reading, Sharing,
    Subject, path,
};
use api::{Hex8, Hex32, ProblemCode, VisitId};
use axum::body::Body;
use axum::http::{Method, StatusCode};
use fixture::desk::{
    Browser, WARD, answered, at, birth_waiting, by, confirmation, driver, get, hospital, id_of, mother_card, papers,
    revision, state, work,
};
use fixture::hospital::{Hospital, OPENING, card, issuer, of_visit, visit};
use server::certificate::{CertificateState, FreezeTo, NumberSource, Why, freeze_paper};
use server::dispatch::{FacilitySigner, Outcome, Signer};
use server::paper::{self, Notes};
use server::staff::Role;
use server::store::CertificateId;
use uuid::Uuid;
use xmldsig::Algorithm;
use xmldsig::sim::Signer as KeyOwner;

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
async fn twins_that_contradict_each_other_are_told_beside_the_fields_of_both_and_go_no_further() {
    let issuer = issuer();
    let hospital = hospital(&issuer).await;
    let mother = visit();
    hospital.show_card(mother, &mother_card(&issuer)).await.expect("identified");
    let midwife = Browser::of(&hospital, "hoa", Role::Practitioner).await;
    let first = midwife.post("/staff/certificates", &[("kind", "birth")]).await;
    let first = id_of(first.location.as_deref().expect("a paper"));
    let [first_page, mother] = [format!("/staff/certificates/{first}"), mother.to_string()];
    midwife.post(&format!("{first_page}/person"), &[("visit", &mother), ("role", "mother")]).await;
    let save = async |id: CertificateId, changes: &[(&str, &str)]| {
        let revision = revision(&hospital, id).await;
        let fields = [changes, &[("revision", revision.as_str())]].concat();
        midwife.post(&format!("/staff/certificates/{id}"), &fields).await
    };
    save(first, &WARD).await;
    save(first, &[("SO_CON", "2"), ("SO_CON_SONG", "3"), ("LAN_SINH", "3")]).await;
    let text = midwife.get(&first_page).await.text();
    assert_eq!(state(&hospital, first).await, CertificateState::Draft, "{text}");
    let second = midwife.post(&format!("{first_page}/sibling"), &[]).await;
    let second = id_of(second.location.as_deref().expect("the other child's"));
    let child = [
        ("TEN_CON", "Nguyễn Thử Nghiệm Bình"),
        ("GIOI_TINH_CON", "1"),
        ("NGAY_SINH_CON", "22/11/2026 04:17"),
        ("CAN_NANG_CON", "2400"),
        ("TINH_TRANG_CON", "khỏe mạnh"),
        ("SO", "18"),
        ("LAN_SINH", "4"),
    ];
    save(second, &child).await;
    assert_eq!(state(&hospital, second).await, CertificateState::Blocked);
    for id in [first, second] {
        let page = format!("/staff/certificates/{id}");
        let text = midwife.get(&page).await.text();
        let beside =
            text.split_once("id=\"said-LAN_SINH\"").expect("a finding").1.split("</ul>").next().unwrap_or_default();
        assert!(beside.contains("TD113"), "{beside}");
        let asked = midwife.post(&format!("{page}/ask"), &[]).await;
        assert!(matches!(
            asked.location.as_deref().map(|to| to.rsplit('=').next()),
            Some(Some("blocked" | "not_allowed"))
        ));
    }
    save(second, &[("LAN_SINH", "3")]).await;
    assert_eq!(state(&hospital, second).await, CertificateState::Draft);
    for id in [first, second] {
        let page = format!("/staff/certificates/{id}");
        assert!(!midwife.get(&page).await.text().contains("TD113"));
        let asked = midwife.post(&format!("{page}/ask"), &[]).await;
        assert_eq!(asked.location, Some(format!("{page}?note=done")));
    }
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
