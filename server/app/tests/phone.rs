//! The patient's phone: what the code on the ticket opens.

mod fixture;

use std::time::Duration;

use api::{CheckInReply, CheckInRequest, CounterReason, DepartmentCode, Payer, VisitId};
use axum::http::{Method, StatusCode};
use fixture::hospital::{Hospital, card, issuer, of_visit, visit};
use futures_util::StreamExt;
use queue::{CounterId, Move, Then};
use server::App;
use server::board::{Look, refresh};

const PUBLIC: &str = "[papers]\npublic_listen = \"127.0.0.1:0\"\npublic_url = \"https://kham.example/\"";

fn department(code: &str) -> DepartmentCode {
    DepartmentCode::parse(code).expect("a department")
}

fn room(name: &str) -> CounterId {
    CounterId::parse(name).expect("a room")
}

async fn check_in(hospital: &Hospital, visit: VisitId, code: &str) -> CheckInReply {
    let request = CheckInRequest {
        department: department(code),
        payer: Payer::Undecided,
        counter: Some(CounterReason::AskedForPerson),
        declared: Vec::new(),
    };
    hospital.call(Method::PUT, &of_visit(api::path::CHECK_IN, visit), &request).await.expect("a ticket")
}

/// The path behind the code on the paper.
fn path(reply: &CheckInReply) -> String {
    let url = reply.ticket.follow_url.as_ref().expect("an address");
    let path = url.strip_prefix("https://kham.example").expect("the hospital's own address");
    assert!(path.starts_with("/t/") && path.len() == 3 + 32, "{path}");
    path.to_owned()
}

async fn staff(app: &App, code: &str, moves: &[Move]) {
    server::queue::make(app, &department(code), moves, "staff:lan").await.expect("the queue moves");
    refresh(app, &Look::All).await.expect("the queues are read");
}

async fn phone(hospital: &Hospital, path: &str) -> String {
    refresh(&hospital.app, &Look::All).await.expect("the queues are read");
    let answer = hospital.verify(path).await;
    assert_eq!(answer.status, StatusCode::OK);
    answer.text()
}

#[tokio::test]
async fn the_code_on_a_ticket_given_without_the_server_leads_there_once_the_server_knows() {
    let hospital = Hospital::with(None, PUBLIC).await;
    let configuration: api::StationConfiguration =
        hospital.call(Method::GET, api::path::CONFIGURATION, &()).await.expect("told");
    let base = configuration.follow_base.expect("a public page");
    let follow = api::Hex16([0x5a; 16]);
    let url = format!("{base}{}", "5a".repeat(16));
    let path = url.strip_prefix("https://kham.example").expect("the hospital's own address");
    assert_eq!(hospital.verify(path).await.status, StatusCode::NOT_FOUND);
    let request = api::BlockRequest { department: department("K01"), count: 1 };
    let block: api::Block = hospital.call(Method::POST, api::path::BLOCKS, &request).await.expect("a block");
    let content = api::OfflineCheckIn {
        visit: visit(),
        number: block.numbers[0],
        service_day: block.service_day,
        taken_at: hospital.app.now(),
        identification: None,
        check_in: CheckInRequest {
            department: department("K01"),
            payer: Payer::Undecided,
            counter: None,
            declared: Vec::new(),
        },
        follow: Some(follow),
    };
    let plain = serde_json::to_vec(&content).expect("serialises");
    let to = hospital.app.keys.offline_public_key();
    let sealed = crypto_box::PublicKey::from(to).seal(&mut rand::rngs::OsRng, &plain).expect("seals");
    let sealed_to = api::Hex32(to);
    let request = api::ReconcileRequest { visit: content.visit, sealed_to, sealed: api::Base64(sealed) };
    let _: api::ReconcileReply =
        hospital.call(Method::POST, api::path::RECONCILIATIONS, &request).await.expect("reconciles");
    assert!(phone(&hospital, path).await.contains(&content.number.to_string()));
}

fn stage(page: &str) -> &str {
    let after = page.split_once("data-stage=\"").expect("a stage").1;
    after.split_once('"').expect("ends").0
}

#[tokio::test]
async fn the_code_on_the_ticket_opens_its_place_and_nothing_about_the_person() {
    let issuer = issuer();
    let hospital = Hospital::with(Some(issuer.csca_der()), PUBLIC).await;
    check_in(&hospital, visit(), "K01").await;
    let visit = visit();
    hospital.show_card(visit, &card(&issuer)).await.expect("identified");
    let reply = check_in(&hospital, visit, "K01").await;
    let page = phone(&hospital, &path(&reply)).await;
    for shown in ["B002", "Khám bệnh", "Phòng 101", "Người phía trước", "lang=\"vi\"", "<main", "aria-live=\"polite\""]
    {
        assert!(page.contains(shown), "{shown} in {page}");
    }
    assert_eq!(stage(&page), "waiting");
    for hidden in ["Nguyễn", "Văn Mẫu", "031085", "GD43", &visit.to_string()] {
        assert!(!page.contains(hidden), "{hidden} in {page}");
    }
    let english = phone(&hospital, &format!("{}?lang=en", path(&reply))).await;
    assert!(english.contains("lang=\"en\"") && english.contains("People ahead"));
}

#[tokio::test]
async fn a_kiosk_that_asks_again_gets_the_same_code_and_other_visits_other_codes() {
    let hospital = Hospital::with(None, PUBLIC).await;
    let (one, other) = (visit(), visit());
    let first = path(&check_in(&hospital, one, "K01").await);
    assert_eq!(path(&check_in(&hospital, one, "K01").await), first);
    assert_ne!(path(&check_in(&hospital, other, "K01").await), first);
}

#[tokio::test]
async fn without_a_public_address_the_paper_has_no_code() {
    let hospital = Hospital::open(None).await;
    assert_eq!(check_in(&hospital, visit(), "K01").await.ticket.follow_url, None);
}

#[tokio::test]
async fn the_database_does_not_hold_the_word_in_the_code() {
    let hospital = Hospital::with(None, PUBLIC).await;
    let token = path(&check_in(&hospital, visit(), "K01").await)[3..].to_owned();
    let raw = hex::decode(&token).expect("hexadecimal");
    for file in std::fs::read_dir(hospital.directory.path()).expect("reads") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("reads");
        assert!(!bytes.windows(token.len()).any(|window| window == token.as_bytes()));
        assert!(!bytes.windows(raw.len()).any(|window| window == raw));
    }
}

#[tokio::test]
async fn the_phone_says_where_to_go_and_follows_the_patient_to_the_end() {
    let hospital = Hospital::with(None, PUBLIC).await;
    let visit = visit();
    let path = path(&check_in(&hospital, visit, "TIEPDON").await);
    let app = &hospital.app;
    assert_eq!(stage(&phone(&hospital, &path).await), "soon", "nobody is before");

    let counter = room("1");
    staff(app, "TIEPDON", &[Move::OpenCounter { counter: counter.clone() }, Move::CallNext { counter }]).await;
    let called = phone(&hospital, &path).await;
    assert_eq!(stage(&called), "called");
    assert!(called.contains("Mời vào quầy 1") && called.contains("Gọi lần 1 trong 3"));

    let by = "staff:lan";
    server::queue::transfer(app, &department("TIEPDON"), visit, &department("K01"), Then::Leaves, by)
        .await
        .expect("sent on");
    let sent_on = phone(&hospital, &path).await;
    assert!(sent_on.contains("A001") && sent_on.contains("Khám bệnh"), "the number stays, the department is another");

    let counter = room("101");
    staff(app, "K01", &[Move::OpenCounter { counter: counter.clone() }, Move::CallNext { counter }]).await;
    let english = phone(&hospital, &format!("{path}?lang=en")).await;
    assert!(english.contains("You are called to room 101"));
    staff(app, "K01", &[Move::Start { visit }]).await;
    assert_eq!(stage(&phone(&hospital, &path).await), "inside");
    staff(app, "K01", &[Move::Finish { visit }]).await;
    assert_eq!(stage(&phone(&hospital, &path).await), "done");
}

#[tokio::test]
async fn who_missed_the_call_is_told_until_when_to_come_back() {
    let hospital = Hospital::with(None, PUBLIC).await;
    let visit = visit();
    let path = path(&check_in(&hospital, visit, "K01").await);
    let counter = room("101");
    let calls = [
        Move::OpenCounter { counter: counter.clone() },
        Move::CallNext { counter },
        Move::Recall { visit },
        Move::Recall { visit },
        Move::NoShow { visit },
    ];
    staff(&hospital.app, "K01", &calls).await;
    hospital.clock.advance(Duration::from_secs(20 * 60));
    assert!(phone(&hospital, &path).await.contains("trong 40 phút tới"));
    hospital.clock.advance(Duration::from_secs(41 * 60));
    assert!(phone(&hospital, &path).await.contains("Đã quá lượt"));
}

#[tokio::test]
async fn an_open_phone_is_told_by_itself() {
    let hospital = Hospital::with(None, PUBLIC).await;
    let path = path(&check_in(&hospital, visit(), "K01").await);
    refresh(&hospital.app, &Look::All).await.expect("read");
    let response = hospital.watch(&format!("{path}/events?lang=en")).await;
    let mut stream = response.into_body().into_data_stream();
    let mut read = String::new();
    let counter = room("101");
    staff(&hospital.app, "K01", &[Move::OpenCounter { counter: counter.clone() }, Move::CallNext { counter }]).await;
    while !read.contains("You are called to room 101") {
        let chunk = stream.next().await.expect("goes on").expect("is read");
        read.push_str(std::str::from_utf8(&chunk).expect("UTF-8"));
    }
    assert!(read.contains("event: place") && read.contains("id: "));
}

#[tokio::test]
async fn an_old_code_has_expired_and_a_guessed_one_leads_nowhere() {
    let hospital = Hospital::with(None, PUBLIC).await;
    let path = path(&check_in(&hospital, visit(), "K01").await);
    for guess in [
        format!("/t/{}", "0".repeat(32)),
        "/t/abc".into(),
        path.to_uppercase().replace("/T/", "/t/"),
        format!("{path}0"),
    ] {
        assert_eq!(hospital.verify(&guess).await.status, StatusCode::NOT_FOUND, "{guess}");
        assert_eq!(hospital.verify(&format!("{guess}/events")).await.status, StatusCode::NO_CONTENT);
    }
    hospital.clock.advance(Duration::from_secs(24 * 3600));
    let expired = hospital.verify(&path).await;
    assert_eq!(expired.status, StatusCode::GONE);
    assert!(expired.text().contains("Số này đã hết hiệu lực"));
    server::privacy::purge(&hospital.app, "worker").await.expect("purged");
    assert_eq!(hospital.verify(&path).await.status, StatusCode::GONE, "the next morning a phone is still told");
    hospital.clock.advance(Duration::from_secs(24 * 3600));
    server::privacy::purge(&hospital.app, "worker").await.expect("purged");
    assert_eq!(hospital.verify(&path).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn somebody_who_asks_without_end_waits_and_others_do_not() {
    let more = format!("{PUBLIC}\n[limits]\nwatch_requests_per_minute = 3");
    let hospital = Hospital::with(None, &more).await;
    let path = path(&check_in(&hospital, visit(), "K01").await);
    for _ in 0..3 {
        assert_eq!(hospital.verify(&path).await.status, StatusCode::OK);
    }
    assert_eq!(hospital.verify(&path).await.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(hospital.verify("/.well-known/tiepdon-papers.json").await.status, StatusCode::OK);
}
