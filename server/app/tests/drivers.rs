//! The driver's paper: declared at the kiosk, examined, one record for each class, printed with the declaration behind it.

mod fixture;

use std::process::Command;

use api::ProblemCode;
use api::papers::{
    Confirmation, ConfirmationReply, PaperId, PaperList, PaperState, Questionnaire, Reading, SavedAnswers, Sharing,
    SubmissionReply, SubmitAnswers, path,
};
use axum::http::{Method, StatusCode};
use fixture::desk::{
    Browser, answers, at, by, confirmation, driver, get, hospital, id_of, papers, revision, state, submission, work,
};
use fixture::hospital::{Hospital, card, issuer, of_visit, visit};
use server::certificate::{CertificateState, FreezeTo, NumberSource, Why, freeze_paper};
use server::dispatch::Outcome;
use server::paper::{self, Notes, OpenPaper};
use server::staff::Role;
use server::store::CertificateId;

async fn begun(hospital: &Hospital, classes: &str) -> CertificateId {
    let draft = driver().with("HANGBANGLAI", classes).expect("a field");
    paper::begin(&hospital.app, &draft, &Notes::default(), by(Why::AsPlanned)).await.expect("begins")
}

async fn frozen(hospital: &Hospital, paper: CertificateId) -> Vec<CertificateId> {
    let to = (NumberSource::Drawn, FreezeTo::Sign);
    freeze_paper(&hospital.app, paper, to, by(Why::CitizenLeft)).await.expect("freezes")
}

/// STATE and HANGBANGLAI of each record that was sent, in order.
fn sent(hospital: &Hospital) -> Vec<(String, String)> {
    let carried = hospital.carrier.carried().into_iter().map(|carried| {
        let signed = carried.body.strip_prefix(b"signed ").expect("signed");
        let body: serde_json::Value = serde_json::from_slice(signed).expect("a payload");
        let record = &body["record"];
        let text = |name: &str| record[name].as_str().unwrap_or_default().to_owned();
        assert!(body["root"].as_str().unwrap_or_default().contains(&format!("<ACTION>{}</ACTION>", text("STATE"))));
        (text("STATE"), text("HANGBANGLAI"))
    });
    let mut sent: Vec<_> = carried.collect();
    sent.sort();
    sent
}

#[tokio::test]
async fn a_driver_declares_at_the_kiosk_and_the_draft_is_filled_from_the_chip() {
    let issuer = issuer();
    let hospital = hospital(&issuer).await;
    let (visit, card) = (visit(), card(&issuer));
    hospital.show_card(visit, &card).await.expect("identified");
    let questions: Questionnaire = get(&hospital, &of_visit(path::QUESTIONNAIRE, visit)).await.expect("questions");
    let answers = answers(&questions, &["class_more", "own_sleep", "treated"]);
    let half = SavedAnswers { version: questions.version.clone(), answers: answers[..10].to_vec() };
    let body = serde_json::to_vec(&half).expect("serialises");
    let saved = hospital.send(hospital.request(Method::PUT, &of_visit(path::ANSWERS, visit), body)).await;
    assert_eq!(saved.status, StatusCode::NO_CONTENT);
    let resumed: Questionnaire = get(&hospital, &of_visit(path::QUESTIONNAIRE, visit)).await.expect("questions");
    assert_eq!(resumed.saved, half.answers);

    let submission = submission(&hospital, visit, &questions.version, &answers, &card).await;
    let submit = of_visit(path::SUBMISSION, visit);
    let short = SubmitAnswers { answers: answers[1..].to_vec(), ..submission.clone() };
    let refused = hospital.call::<SubmissionReply>(Method::PUT, &submit, &short).await;
    assert_eq!(refused.expect_err("one is missing").code, ProblemCode::AnswersIncomplete);
    let reply: SubmissionReply = hospital.call(Method::PUT, &submit, &submission).await.expect("submitted");
    let again: SubmissionReply = hospital.call(Method::PUT, &submit, &submission).await.expect("the same again");
    assert_eq!(again, reply);
    assert_eq!(reply.department.as_str(), "K01");

    let id = CertificateId(reply.paper.0);
    let open = OpenPaper::find(&hospital.app, id).await.expect("opens").expect("is there");
    for (field, text) in [("HOTEN", "Nguyễn Văn Mẫu"), ("SOCMND_PASSPORT", "031085000017"), ("HANGBANGLAI", "A, B1")]
    {
        assert_eq!(open.draft.get(field), text);
    }
    assert!(open.notes.locked.contains("HOTEN"));
    let doctor = Browser::of(&hospital, "hoa", Role::Practitioner).await;
    let text = doctor.get(&format!("/staff/certificates/{id}")).await.text();
    for shown in ["rối loạn giấc ngủ", "amlodipine 5 mg", "value=\"B1\" checked", "value=\"A\" checked"] {
        assert!(text.contains(shown), "{shown}: {text}");
    }
    assert!(!text.contains("value=\"C1\" checked"));
}

#[tokio::test]
async fn the_answers_that_were_confirmed_are_printed_behind_the_paper() {
    let issuer = issuer();
    let hospital = hospital(&issuer).await;
    let (visit, card) = (visit(), card(&issuer));
    hospital.show_card(visit, &card).await.expect("identified");
    let questions: Questionnaire = get(&hospital, &of_visit(path::QUESTIONNAIRE, visit)).await.expect("questions");
    let answers = answers(&questions, &["own_sleep", "treated"]);
    let submission = submission(&hospital, visit, &questions.version, &answers, &card).await;
    let reply: SubmissionReply =
        hospital.call(Method::PUT, &of_visit(path::SUBMISSION, visit), &submission).await.expect("submitted");
    let id = CertificateId(reply.paper.0);
    // What the doctors add; what the chip filled stays.
    let mut open = OpenPaper::find(&hospital.app, id).await.expect("opens").expect("is there");
    for (field, text) in driver().entries() {
        if open.draft.get(field.code).is_empty() {
            open.draft.set(field.code, text).expect("a field");
        }
    }
    paper::write(&hospital.app, &open, open.row.revision, by(Why::AsPlanned)).await.expect("writes");
    frozen(&hospital, id).await;
    work(&hospital).await;
    let open = OpenPaper::find(&hospital.app, id).await.expect("opens").expect("is there");
    let pdf = paper::pdf(&hospital.app, &open).await.expect("prints");
    let file = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("declared.pdf");
    std::fs::write(&file, pdf).expect("writes");
    let text = Command::new("pdftotext").args(["-layout"]).arg(&file).arg("-").output().expect("poppler").stdout;
    let text = String::from_utf8(text).expect("text");
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (paper, annex) = text.split_once("PHỤ LỤC").expect("an annex");
    assert!(paper.contains("00001/GKSKLX/31999/26") && !paper.contains("amlodipine"));
    let annex = words(annex);
    let asked: Vec<_> = questions.asked(&answers).collect();
    for question in &asked {
        assert!(annex.contains(&words(question.text.vi.split(',').next().unwrap_or_default())), "{}", question.text.vi);
    }
    assert!(annex.contains("amlodipine 5 mg") && annex.contains(&words("Tôi xin cam đoan")));
    assert!(annex.contains("Đã xác nhận tại kiosk bằng thẻ căn cước"));
    let answered = annex.matches(" Có ").count() + annex.matches(" Không ").count();
    assert!(answered >= asked.len() - 3, "{answered} of {}: {annex}", asked.len());
}

#[tokio::test]
async fn a_driver_with_several_classes_reads_and_confirms_once_and_one_record_a_class_is_sent() {
    let issuer = issuer();
    let hospital = hospital(&issuer).await;
    let (applicant, card) = (visit(), card(&issuer));
    hospital.show_card(applicant, &card).await.expect("identified");
    let doctor = Browser::of(&hospital, "hoa", Role::Practitioner).await;
    let page = format!("/staff/certificates/{}", begun(&hospital, "C1").await);
    let id = id_of(&page);
    let revision = revision(&hospital, id).await;
    let fields = [("revision", revision.as_str()), ("HANGBANGLAI", ""), ("HANGBANGLAI", "B"), ("HANGBANGLAI", "CE")];
    assert_eq!(doctor.post(&page, &fields).await.location, Some(format!("{page}?note=saved")));
    assert_eq!(state(&hospital, id).await, CertificateState::Draft);
    assert_eq!(doctor.post(&format!("{page}/ask"), &[]).await.location, Some(format!("{page}?note=done")));

    let list: PaperList = get(&hospital, &of_visit(path::PAPERS, applicant)).await.expect("a list");
    assert_eq!(list.papers.len(), 1, "one paper is read once");
    assert_eq!(list.papers[0].about.vi, "Hạng B, CE, 23/11/2026");
    let reading: Reading = get(&hospital, &at(path::READING, applicant, id)).await.expect("a text");
    let good = confirmation(&hospital, (applicant, id), reading.text_hash, &card).await;
    let good = Confirmation { sharing: Sharing::Agreed, ..good };
    let reply: ConfirmationReply =
        hospital.call(Method::PUT, &at(path::CONFIRMATION, applicant, id), &good).await.expect("confirmed");
    assert_eq!((reply.status.state, reply.next), (PaperState::WaitingForSignature, None));

    hospital.carrier.next(vec![Outcome::Refused { code: "0".into() }]);
    work(&hospital).await;
    let rows = hospital.app.store.paper(id).await.expect("reads");
    let keys: Vec<_> = rows.iter().filter_map(|row| row.natural_key.as_deref()).collect();
    assert_eq!(keys, ["00001/GKSKLX/31999/26 B", "00001/GKSKLX/31999/26 CE"]);
    assert_eq!(sent(&hospital), [("ADD".into(), "B".into()), ("ADD".into(), "CE".into())]);
    let of = |state: CertificateState| rows.iter().find(|row| row.state == state).map(|row| row.id);
    let (refused, accepted) =
        (of(CertificateState::Refused).expect("one"), of(CertificateState::Accepted).expect("one"));
    let seen: api::papers::PaperStatus = get(&hospital, &at(path::STATUS, applicant, accepted)).await.expect("a state");
    assert!(matches!(seen.state, PaperState::Refused { .. }), "a paper is as far as the last of its classes");
    let shown = doctor.get(&format!("/staff/certificates/{accepted}")).await.text();
    assert!(shown.contains(&refused.to_string()) && shown.contains("chip đã ký"), "both classes, one confirmation");
    assert_eq!(PaperId(id.0), list.papers[0].paper);
}

#[tokio::test]
async fn issued_again_a_class_that_the_service_has_is_changed_and_another_is_added() {
    let hospital = Hospital::with(None, &papers("")).await;
    let app = &hospital.app;
    let id = begun(&hospital, "B, C1").await;
    frozen(&hospital, id).await;
    hospital.carrier.next(vec![Outcome::Refused { code: "0".into() }]);
    work(&hospital).await;
    let refused =
        app.store.paper(id).await.expect("reads").into_iter().find(|row| row.state == CertificateState::Refused);
    let refused = refused.expect("one was refused");
    let known = if refused.variant == "B" { "C1" } else { "B" };

    let records = Browser::of(&hospital, "ghi", Role::RecordsOffice).await;
    let again = records.post(&format!("/staff/certificates/{}/reissue", refused.id), &[]).await;
    let later = id_of(again.location.as_deref().expect("the later issue"));
    assert_ne!(later, refused.id);
    for row in app.store.paper(id).await.expect("reads") {
        let twice = records.post(&format!("/staff/certificates/{}/reissue", row.id), &[]).await;
        assert!(twice.location.expect("a page").ends_with("note=not_allowed"), "a later issue takes every class along");
    }
    let mut open = OpenPaper::find(app, later).await.expect("opens").expect("is there");
    open.draft.set("HANGBANGLAI", "B, C1, D1").expect("a field");
    paper::write(app, &open, open.row.revision, by(Why::Correction)).await.expect("writes");
    let before = sent(&hospital).len();
    frozen(&hospital, later).await;
    work(&hospital).await;
    let rows = app.store.paper(later).await.expect("reads");
    let mut facts: Vec<_> = rows.iter().map(|row| (row.variant.as_str(), row.issue, row.state)).collect();
    facts.sort_by_key(|(class, ..)| *class);
    assert_eq!(
        facts,
        [
            ("B", 2, CertificateState::Accepted),
            ("C1", 2, CertificateState::Accepted),
            ("D1", 1, CertificateState::Accepted)
        ]
    );
    let first = app.store.paper(id).await.expect("reads");
    assert!(first.iter().all(|row| row.state == CertificateState::Replaced), "{first:?}");
    let sent = sent(&hospital);
    assert_eq!(sent.len(), before + 3);
    let edits: Vec<_> = sent.iter().filter(|(state, _)| state == "EDIT").map(|(_, class)| class.as_str()).collect();
    assert_eq!(edits, [known], "what was refused is not there to be changed");
}

#[tokio::test]
async fn a_class_taken_back_and_given_up_leaves_the_others_and_a_correction_reaches_each() {
    let hospital = Hospital::with(None, &papers("")).await;
    let app = &hospital.app;
    let id = begun(&hospital, "B, C1").await;
    let rows = frozen(&hospital, id).await;
    let records = Browser::of(&hospital, "ghi", Role::RecordsOffice).await;
    records.post(&format!("/staff/certificates/{}/back", rows[1]), &[]).await;
    let mut open = OpenPaper::find(app, rows[1]).await.expect("opens").expect("is there");
    open.draft.set("HANGBANGLAI", "C1").expect("a field");
    open.draft.set("DIACHITHUONGTRU", "Tổ 2, phường Hồng Bàng, Hải Phòng").expect("a field");
    paper::write(app, &open, open.row.revision, by(Why::Correction)).await.expect("writes");
    frozen(&hospital, id).await;
    work(&hospital).await;
    let rows = app.store.paper(id).await.expect("reads");
    let facts: Vec<_> = rows.iter().map(|row| (row.variant.as_str(), row.state)).collect();
    assert_eq!(facts, [("B", CertificateState::Void), ("C1", CertificateState::Accepted)]);
    let carried = hospital.carrier.carried();
    assert!(String::from_utf8_lossy(&carried[0].body).contains("Tổ 2"));
}
