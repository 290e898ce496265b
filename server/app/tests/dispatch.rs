//! From the signing queue to the receipt, against a scripted gateway and on a virtual clock.

mod fixture;

use std::collections::BTreeMap;
use std::time::Duration;

use api::{CheckInRequest, DepartmentCode, Payer};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use fixture::hospital::{Hospital, OPENING, card, issuer, of_visit, visit};
use identity::FacilityCode;
use server::App;
use server::certificate::{self, By, CertificateState, Draft, FreezeTo, Freezing, Move, NumberSource, Payload, Why};
use server::dispatch::{self, Alarm, Finding, Outcome, Settled};
use server::insurance::Silence;
use server::store::{
    AttemptOutcome, CertificateId, CertificateKind, DestinationRow, DispatchKind, DispatchStep, JobState,
    SwitchPosition,
};

const SENDING: &str = r#"
[dispatch]
sending = "on"
base_url = "http://127.0.0.1:1"
username = "31999_BV"
password = { env = "UNUSED" }
answer_ms = 1000
backlog_alarm = 2
kill_switch = "KILL"
[hospital_system]
key = { file = "KEY" }
"#;

const KEY: &str = "2222222222222222222222222222222222222222222222222222222222222222";
const DAY: Duration = Duration::from_secs(24 * 3600);
const BIRTH: DispatchKind = DispatchKind::Birth;

async fn hospital() -> Hospital {
    hospital_that(SENDING, None).await
}

async fn hospital_that(more: &str, csca: Option<&[u8]>) -> Hospital {
    let folder = tempfile::tempdir().expect("a folder");
    let key = folder.path().join("key");
    std::fs::write(&key, KEY).expect("writes");
    let kill = folder.path().join("dispatch.off");
    let more = more.replace("KEY\"", &format!("{}\"", key.display())).replace("KILL", &kill.display().to_string());
    let hospital = Hospital::with(csca, &more).await;
    // The key was read at the start.
    drop(folder);
    hospital
}

fn by(why: Why) -> By<'static> {
    By { actor: "staff:hoa", why, words: None }
}

fn draft() -> Draft<'static> {
    Draft { content: b"draft", confirmer: None, people: &[] }
}

async fn frozen(app: &App, kind: CertificateKind) -> CertificateId {
    let id = certificate::open(app, kind, draft(), by(Why::AsPlanned)).await.expect("opens");
    freeze(app, id).await;
    id
}

async fn freeze(app: &App, id: CertificateId) {
    let freezing = Freezing { issued_at: OPENING, number: NumberSource::Drawn, to: FreezeTo::Sign };
    let build = |_: &[u8], number: &str| Ok(vec![Payload { variant: String::new(), bytes: number.into() }]);
    certificate::freeze(app, id, freezing, by(Why::NobodyToAsk), build).await.expect("freezes");
}

/// Everything that is due now.
async fn work(hospital: &Hospital) {
    for kind in DispatchKind::ALL {
        while dispatch::sign_due(&hospital.app, *kind).await.expect("signs") > 0 {}
        dispatch::send_due(&hospital.app, *kind, usize::MAX).await.expect("sends");
    }
}

async fn state(hospital: &Hospital, id: CertificateId) -> CertificateState {
    hospital.app.store.certificate(id).await.expect("reads").expect("is there").state
}

fn unknown() -> Outcome {
    Outcome::Unknown { why: "timed_out".into() }
}

#[tokio::test]
async fn the_signed_bytes_are_sent_once_and_the_receipt_is_kept() {
    let hospital = hospital().await;
    let id = frozen(&hospital.app, CertificateKind::Birth).await;
    work(&hospital).await;
    hospital.clock.advance(DAY);
    work(&hospital).await;
    let carried = hospital.carrier.carried();
    assert_eq!(carried.len(), 1);
    assert_eq!(carried[0].body, b"signed 00001.GCS.31999.26");
    assert_eq!(carried[0].target, "/api/hososuckhoe/guiGiayToDienTu");
    let row = hospital.app.store.certificate(id).await.expect("reads").expect("is there");
    assert_eq!((row.state, row.receipt.as_deref()), (CertificateState::Accepted, Some("HS_CHUNGTU31999_1")));
    let ways: Vec<Move> = hospital.app.store.events_of(id).await.expect("reads").iter().map(|e| e.way).collect();
    assert_eq!(ways, [Move::Freeze, Move::Signed, Move::Start, Move::Accept]);
    let attempts = hospital.app.store.attempts_of(id.0).await.expect("reads");
    assert_eq!(attempts.len(), 1);
    assert_eq!(attempts[0].outcome, Some(AttemptOutcome::Accepted));
}

#[tokio::test]
async fn sending_is_off_until_it_is_turned_on_and_a_person_or_a_file_stops_it() {
    let silent = hospital_that(&SENDING.replace("\"on\"", "\"off\""), None).await;
    let id = frozen(&silent.app, CertificateKind::Birth).await;
    work(&silent).await;
    assert_eq!(state(&silent, id).await, CertificateState::WaitingToSend);
    assert_eq!(dispatch::halt(&silent.app).await.expect("reads"), Some(dispatch::Halt::NotConfigured));

    let hospital = hospital().await;
    let id = frozen(&hospital.app, CertificateKind::Birth).await;
    let throw = async |position| {
        dispatch::throw_switch(&hospital.app, position, "staff:hoa", "gateway_changes").await.expect("throws");
    };
    throw(SwitchPosition::Off).await;
    work(&hospital).await;
    throw(SwitchPosition::On).await;
    let file = hospital.app.config.dispatch.as_ref().and_then(|config| config.kill_switch.clone()).expect("a file");
    std::fs::create_dir_all(file.parent().expect("a folder")).expect("made");
    std::fs::write(&file, b"").expect("writes");
    work(&hospital).await;
    assert_eq!(dispatch::halt(&hospital.app).await.expect("reads"), Some(dispatch::Halt::File));
    assert!(hospital.carrier.carried().is_empty());
    std::fs::remove_dir_all(file.parent().expect("a folder")).expect("removed");
    work(&hospital).await;
    assert_eq!(state(&hospital, id).await, CertificateState::Accepted);
}

#[tokio::test]
async fn no_machine_sends_again_what_may_have_arrived() {
    let hospital = hospital().await;
    hospital.carrier.next([unknown()]);
    let id = frozen(&hospital.app, CertificateKind::Death).await;
    for _ in 0..5 {
        work(&hospital).await;
        dispatch::lapse(&hospital.app).await.expect("lapses");
        hospital.clock.advance(DAY);
    }
    assert_eq!(hospital.carrier.carried().len(), 1);
    assert_eq!(state(&hospital, id).await, CertificateState::OutcomeUnknown);
    assert!(certificate::void(&hospital.app, id, by(Why::Other)).await.is_err());
    assert!(certificate::send_again(&hospital.app, id, by(Why::CauseRemoved)).await.is_err());
}

#[tokio::test]
async fn a_refused_connection_sent_nothing_and_is_tried_again_later() {
    let hospital = hospital().await;
    hospital.carrier.next([Outcome::NotConnected]);
    let id = frozen(&hospital.app, CertificateKind::Birth).await;
    work(&hospital).await;
    assert_eq!(state(&hospital, id).await, CertificateState::WaitingToSend);
    work(&hospital).await;
    assert_eq!(hospital.carrier.carried().len(), 1, "the destination is left alone");
    hospital.clock.advance(Duration::from_secs(600));
    work(&hospital).await;
    assert_eq!(state(&hospital, id).await, CertificateState::Accepted);
}

#[tokio::test]
async fn a_refused_token_is_renewed_and_the_same_bytes_repeated_exactly_once() {
    let hospital = hospital().await;
    hospital.carrier.next([Outcome::TokenRefused]);
    let id = frozen(&hospital.app, CertificateKind::Birth).await;
    work(&hospital).await;
    let carried = hospital.carrier.carried();
    assert_eq!((carried.len(), hospital.carrier.renewed()), (2, 1));
    assert_eq!(carried[0], carried[1]);
    assert_eq!(state(&hospital, id).await, CertificateState::Accepted);
    let attempts = hospital.app.store.attempts_of(id.0).await.expect("reads");
    let outcomes: Vec<_> = attempts.iter().map(|attempt| attempt.outcome).collect();
    assert_eq!(outcomes, [Some(AttemptOutcome::TokenRefused), Some(AttemptOutcome::Accepted)]);

    hospital.carrier.next([Outcome::TokenRefused, Outcome::TokenRefused]);
    let other = frozen(&hospital.app, CertificateKind::Birth).await;
    work(&hospital).await;
    hospital.clock.advance(DAY);
    work(&hospital).await;
    assert_eq!(hospital.carrier.carried().len(), 4, "not a third time");
    let row = hospital.app.store.certificate(other).await.expect("reads").expect("is there");
    assert_eq!((row.state, row.outcome_code.as_deref()), (CertificateState::Refused, Some("401")));
}

#[tokio::test]
async fn a_paper_of_one_facility_is_never_sent_with_the_token_of_another() {
    let hospital = hospital().await;
    hospital.carrier.belongs_to(FacilityCode::parse("31998").expect("a code"));
    let id = frozen(&hospital.app, CertificateKind::Birth).await;
    work(&hospital).await;
    assert!(hospital.carrier.carried().is_empty());
    let row = hospital.app.store.certificate(id).await.expect("reads").expect("is there");
    assert_eq!((row.state, row.outcome_code.as_deref()), (CertificateState::Refused, Some("token_facility_differs")));
    hospital.carrier.belongs_to(fixture::facility());
    certificate::send_again(&hospital.app, id, by(Why::CauseRemoved)).await.expect("again");
    work(&hospital).await;
    assert_eq!(state(&hospital, id).await, CertificateState::Accepted);
}

#[tokio::test]
async fn an_unplugged_token_is_a_failed_signature_and_not_a_network_that_is_down() {
    let hospital = hospital().await;
    hospital.signer.set_unplugged(true);
    let id = frozen(&hospital.app, CertificateKind::Birth).await;
    work(&hospital).await;
    assert_eq!(state(&hospital, id).await, CertificateState::SigningFailed);
    let events = hospital.app.store.events_of(id).await.expect("reads");
    assert_eq!(events.last().map(|event| event.why.clone()).as_deref(), Some("token_unplugged"));
    let overview = dispatch::overview(&hospital.app).await.expect("reads");
    assert!(overview.alarms.contains(&Alarm::SigningFailed(1)));
    hospital.clock.advance(Duration::from_secs(61));
    work(&hospital).await;
    assert_eq!(hospital.app.store.events_of(id).await.expect("reads").len(), events.len(), "said once");
    hospital.signer.set_unplugged(false);
    hospital.clock.advance(DAY);
    work(&hospital).await;
    assert_eq!(state(&hospital, id).await, CertificateState::Accepted);
}

#[tokio::test]
async fn an_outage_makes_few_unknowns_and_holds_no_other_destination_up() {
    let hospital = hospital().await;
    let mut births = Vec::new();
    for _ in 0..40 {
        births.push(frozen(&hospital.app, CertificateKind::Birth).await);
    }
    hospital.carrier.next((0..40).map(|_| unknown()));
    while dispatch::sign_due(&hospital.app, BIRTH).await.expect("signs") > 0 {}
    dispatch::send_due(&hospital.app, BIRTH, usize::MAX).await.expect("sends");
    let during = hospital.carrier.carried().len();
    assert!((3..=10).contains(&during), "{during} were under way when it closed");
    assert!(matches!(dispatch::overview(&hospital.app).await.expect("reads").alarms.as_slice(),
        alarms if alarms.iter().any(|alarm| matches!(alarm, Alarm::DestinationClosed { .. }))
            && alarms.iter().any(|alarm| matches!(alarm, Alarm::Backlog { kind: DispatchKind::Birth, .. }))));

    // Nobody gives a token: nothing is lost by asking.
    hospital.carrier.falls_silent(Silence::Unreachable);
    for _ in 0..20 {
        hospital.clock.advance(Duration::from_secs(400));
        dispatch::send_due(&hospital.app, BIRTH, usize::MAX).await.expect("sends");
    }
    assert_eq!(hospital.carrier.carried().len(), during);
    hospital.carrier.falls_silent(None);
    dispatch::send_due(&hospital.app, DispatchKind::Driver, 1).await.expect("sends");
    let driver = frozen(&hospital.app, CertificateKind::Driver).await;
    while dispatch::sign_due(&hospital.app, DispatchKind::Driver).await.expect("signs") > 0 {}
    // What is left of the script strikes the driver service only until it speaks again.
    dispatch::send_due(&hospital.app, DispatchKind::Driver, 1).await.expect("sends");
    assert_ne!(state(&hospital, driver).await, CertificateState::WaitingToSend, "another destination is open");
}

#[tokio::test]
async fn unknown_outcomes_are_settled_in_bulk_by_a_person_with_the_evidence_beside_each() {
    let hospital = hospital().await;
    let app = &hospital.app;
    hospital.carrier.next([unknown(), unknown()]);
    let first = frozen(app, CertificateKind::Birth).await;
    work(&hospital).await;
    let second = frozen(app, CertificateKind::Birth).await;
    work(&hospital).await;
    let evidence = dispatch::unknown_outcomes(app, BIRTH, None, 100).await.expect("reads");
    assert_eq!(evidence.len(), 2);
    assert_eq!(evidence[0].attempts[0].code.as_deref(), Some("timed_out"));
    assert_eq!(evidence[0].attempts[0].content_hash, evidence[0].job.content_hash);

    let stranger = uuid::Uuid::new_v4();
    let accepted = Finding::Accepted { receipt: "HS_CHUNGTU31999_x".into(), received_at: Some(1) };
    let findings =
        BTreeMap::from([(first.0, accepted.clone()), (second.0, Finding::NotReceived), (stranger, accepted.clone())]);
    let settled = dispatch::reconcile(app, &findings, by(Why::AsPlanned)).await.expect("settles");
    let expected =
        BTreeMap::from([(first.0, Settled::Done), (second.0, Settled::Done), (stranger, Settled::NotUnknown)]);
    assert_eq!(settled, expected);
    let row = app.store.certificate(first).await.expect("reads").expect("is there");
    assert_eq!((row.state, row.receipt.as_deref()), (CertificateState::Accepted, Some("HS_CHUNGTU31999_x")));
    let events = app.store.events_of(first).await.expect("reads");
    let last = events.last().expect("events");
    assert_eq!((last.actor.as_str(), last.why.as_str()), ("staff:hoa", "found_on_portal"));
    assert_eq!(state(&hospital, second).await, CertificateState::WaitingToSend);

    hospital.clock.advance(DAY);
    hospital.carrier.next([unknown()]);
    work(&hospital).await;
    let same = BTreeMap::from([(second.0, accepted)]);
    let settled = dispatch::reconcile(app, &same, by(Why::ReceiptImported)).await.expect("answers");
    assert_eq!(settled[&second.0], Settled::ReceiptTaken);
    let empty = BTreeMap::from([(second.0, Finding::Accepted { receipt: " ".into(), received_at: None })]);
    let settled = dispatch::reconcile(app, &empty, by(Why::ReceiptImported)).await.expect("answers");
    assert_eq!(settled[&second.0], Settled::ReceiptForm);
    assert_eq!(hospital.carrier.carried().len(), 3);
}

#[tokio::test]
async fn a_reissue_is_sent_after_its_first_and_replaces_it_when_it_is_accepted() {
    let hospital = hospital().await;
    let app = &hospital.app;
    hospital.carrier.next([unknown()]);
    let first = frozen(app, CertificateKind::Birth).await;
    let second = certificate::reissue(app, first, draft(), by(Why::Correction)).await.expect("opens");
    freeze(app, second).await;
    work(&hospital).await;
    hospital.clock.advance(DAY);
    work(&hospital).await;
    assert_eq!(hospital.carrier.carried().len(), 1, "the first is unknown: the second waits");
    let found = BTreeMap::from([(first.0, Finding::Accepted { receipt: "x".into(), received_at: None })]);
    dispatch::reconcile(app, &found, by(Why::AsPlanned)).await.expect("settles");
    hospital.clock.advance(DAY);
    work(&hospital).await;
    assert_eq!(state(&hospital, second).await, CertificateState::Accepted);
    assert_eq!(state(&hospital, first).await, CertificateState::Replaced);
}

#[tokio::test]
async fn a_started_row_whose_worker_is_lost_is_unknown_and_a_void_one_is_not_sent() {
    let hospital = hospital().await;
    let app = &hospital.app;
    let id = frozen(app, CertificateKind::Birth).await;
    while dispatch::sign_due(app, BIRTH).await.expect("signs") > 0 {}
    let now = app.now_ms();
    let mut tx = app.store.begin().await.expect("begins");
    let step = (DispatchStep::Send, BIRTH);
    let leases = tx.lease_jobs(step, "another process", (now, now + 1000), 1).await.expect("leases");
    assert!(tx.start_job(&leases[0], now, now + 1000).await.expect("starts"));
    let by_worker = server::store::Transition { actor: "worker:x", at: now, why: "started", words: None };
    tx.apply(id, Move::Start, by_worker).await.expect("moves");
    tx.commit().await.expect("commits");
    assert_eq!(dispatch::lapse(app).await.expect("answers"), 0);
    hospital.clock.advance(Duration::from_secs(2));
    assert_eq!(dispatch::lapse(app).await.expect("lapses"), 1);
    assert_eq!(state(&hospital, id).await, CertificateState::OutcomeUnknown);

    let other = frozen(app, CertificateKind::Birth).await;
    while dispatch::sign_due(app, BIRTH).await.expect("signs") > 0 {}
    certificate::void(app, other, by(Why::WrittenByMistake)).await.expect("voids");
    work(&hospital).await;
    assert!(hospital.carrier.carried().is_empty());
    let job = app.store.job(DispatchStep::Send, other.0).await.expect("reads").expect("is there");
    assert_eq!(job.state, JobState::Cancelled);
}

#[tokio::test]
async fn a_destination_changes_on_its_day() {
    let hospital = hospital().await;
    let app = &hospital.app;
    let row = DestinationRow {
        kind: BIRTH,
        valid_from: app.now_ms() + 1000,
        target: "/api/new/path".into(),
        entered_by: "staff:hoa".into(),
    };
    dispatch::enter_destination(app, &row).await.expect("enters");
    frozen(app, CertificateKind::Birth).await;
    work(&hospital).await;
    hospital.clock.advance(Duration::from_secs(2));
    frozen(app, CertificateKind::Birth).await;
    work(&hospital).await;
    let targets: Vec<_> = hospital.carrier.carried().into_iter().map(|carried| carried.target).collect();
    assert_eq!(targets, ["/api/hososuckhoe/guiGiayToDienTu", "/api/new/path"]);
}

fn signal(visit: api::VisitId, key: &str, body: &str) -> Request<Body> {
    Request::builder()
        .method(Method::POST)
        .uri(format!("/hospital-system/v1/visits/{visit}/first-cost"))
        .header(header::AUTHORIZATION, format!("Bearer {key}"))
        .body(Body::from(body.to_owned()))
        .expect("a request")
}

const COST: &str = r#"{"MA_BN":"BN-1","MA_DOITUONG_KCB":"1.1","MA_LOAI_KCB":"01","MA_DICH_VU":"02.1895",
    "TEN_DICH_VU":"Khám Nội","NGAY_YL":"202611230815"}"#;

#[tokio::test]
async fn a_check_in_message_is_sent_once_when_the_first_cost_arises_and_never_for_an_emergency() {
    let issuer = issuer();
    let hospital = hospital_that(SENDING, Some(issuer.csca_der())).await;
    let card = card(&issuer);
    let (ordinary, emergency) = (visit(), visit());
    for visit in [ordinary, emergency] {
        hospital.show_card(visit, &card).await.expect("identified");
        let department = DepartmentCode::parse("K01").expect("a department");
        let request = CheckInRequest { department, payer: Payer::Insurance, counter: None, declared: Vec::new() };
        let path = of_visit(api::path::CHECK_IN, visit);
        hospital.call::<api::CheckInReply>(Method::PUT, &path, &request).await.expect("a ticket");
    }
    work(&hospital).await;
    assert!(hospital.carrier.carried().is_empty(), "held");
    let wrong_key = hospital.send(signal(ordinary, &KEY.replace('2', "3"), COST)).await;
    assert_eq!(wrong_key.status, StatusCode::UNAUTHORIZED);
    let wrong = hospital.send(signal(ordinary, KEY, &COST.replace("202611230815", "x"))).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    let nobody = hospital.send(signal(visit(), KEY, COST)).await;
    assert_eq!(nobody.status, StatusCode::NOT_FOUND);
    for (visit, body, outcome) in [
        (ordinary, COST.to_owned(), "queued"),
        (ordinary, COST.to_owned(), "released_before"),
        (emergency, COST.replace("1.1", "2"), "not_for_emergencies"),
    ] {
        let answer = hospital.send(signal(visit, KEY, &body)).await;
        assert_eq!(answer.read::<serde_json::Value>().expect("an answer")["outcome"], outcome);
    }
    work(&hospital).await;
    let carried = hospital.carrier.carried();
    assert_eq!(carried.len(), 1);
    assert_eq!(carried[0].target, "/api/qd130/checkInKcbQd3176");
    let xml = String::from_utf8(carried[0].body.clone()).expect("text");
    assert!(xml.contains(&format!("<MA_LK>{ordinary}</MA_LK>")) && xml.contains("<MA_DICH_VU>02.1895</MA_DICH_VU>"));
    let job = hospital.app.store.job(DispatchStep::Send, ordinary.0).await.expect("reads").expect("is there");
    assert_eq!(job.state, JobState::Done);
    let again = dispatch::send_check_in_again(&hospital.app, ordinary, by(Why::CauseRemoved)).await.expect("answers");
    assert!(!again, "it was not refused");
}

#[tokio::test]
async fn a_stopped_worker_a_missed_deadline_and_every_state_are_visible() {
    let hospital = hospital().await;
    let app = &hospital.app;
    frozen(app, CertificateKind::Birth).await;
    let overview = dispatch::overview(app).await.expect("reads");
    assert_eq!(overview.alarms, [Alarm::WorkerStopped(None)]);
    dispatch::beat(app, app.now_ms()).await.expect("beats");
    assert!(dispatch::overview(app).await.expect("reads").alarms.is_empty());
    hospital.clock.advance(DAY);
    let overview = dispatch::overview(app).await.expect("reads");
    assert!(overview.alarms.contains(&Alarm::WorkerStopped(Some(24 * 3_600_000))));
    assert!(overview.alarms.contains(&Alarm::DeadlinesMissed(1)));
    let request = Request::builder().uri("/metrics").body(Body::empty()).expect("a request");
    let page = hospital.send(request).await.text();
    for line in [
        "tiepdon_certificates{kind=\"birth\",state=\"waiting_for_signature\"} 1",
        "tiepdon_dispatch_jobs{step=\"sign\",kind=\"birth\",state=\"ready\"} 1",
        "tiepdon_dispatch_oldest_due_seconds{step=\"sign\",kind=\"birth\"} 86400",
        "tiepdon_deadlines_missed 1",
        "tiepdon_worker_heartbeat_age_seconds 86400",
        "tiepdon_dispatch_sending 1",
    ] {
        assert!(page.lines().any(|found| found == line), "{line} in {page}");
    }
}
