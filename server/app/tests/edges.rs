//! What the server refuses, and what it never says.

mod fixture;

use std::net::SocketAddr;
use std::sync::Arc;

use api::{CheckInRequest, DepartmentCode, KIOSK_HEADER, MAX_BODY_BYTES, Payer, ProblemCode};
use axum::body::Body;
use axum::extract::connect_info::MockConnectInfo;
use axum::http::{Method, Request, StatusCode, header};
use fixture::desk::{Browser, form};
use fixture::hospital::{Hospital, config, of_visit, visit};
use server::clock::{ManualClock, SystemClock};
use server::staff::Role;
use server::{Outside, start};
use tower::ServiceExt;

#[tokio::test]
async fn every_failure_is_a_problem_with_a_code() {
    let hospital = Hospital::open(None).await;
    let visit = visit();
    let identification = of_visit(api::path::IDENTIFICATION, visit);
    let check_in = of_visit(api::path::CHECK_IN, visit);
    for (method, path, body, status, code) in [
        (Method::GET, "/nowhere", "".to_owned(), 404, ProblemCode::NotFound),
        (Method::DELETE, &check_in, "".to_owned(), 405, ProblemCode::MethodNotAllowed),
        (Method::GET, api::path::BLOCKS, "".to_owned(), 405, ProblemCode::MethodNotAllowed),
        (Method::PUT, &check_in, "not JSON".to_owned(), 422, ProblemCode::MalformedBody),
        (Method::PUT, &check_in, "{}".to_owned(), 422, ProblemCode::MalformedBody),
        (Method::PUT, &check_in, "[".repeat(10_000), 422, ProblemCode::MalformedBody),
        (
            Method::PUT,
            &check_in,
            r#"{"department":"K01","payer":"insurance","counter":null,"more":1}"#.to_owned(),
            422,
            ProblemCode::MalformedBody,
        ),
        (Method::PUT, &identification, " ".repeat(MAX_BODY_BYTES + 1), 413, ProblemCode::BodyTooLarge),
        (Method::PUT, "/api/v1/visits/1/check-in", "{}".to_owned(), 404, ProblemCode::NotFound),
    ] {
        let answer = hospital.send(hospital.request(method.clone(), path, body)).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "{method} {path}");
    }
    let personal = r#"{"department":"K01","payer":"Nguyễn Văn Mẫu","counter":null}"#;
    let answer = hospital.send(hospital.request(Method::PUT, &check_in, personal)).await;
    assert!(!answer.text().contains("Mẫu"), "{}", answer.text());
}

#[tokio::test]
async fn what_is_longer_than_a_path_takes_is_refused_in_words_and_the_connection_ends() {
    let key = "2".repeat(64);
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(file.path(), &key).expect("writes");
    let more = format!("[hospital_system]\nkey = {{ file = \"{}\" }}\n", file.path().display());
    let hospital = Hospital::with(None, &more).await;
    let browser = Browser::of(&hospital, "truong.quay", Role::Supervisor).await;
    let send = async |path: &str, size: usize| {
        let request = form(path).header(header::COOKIE, &browser.cookie);
        let request = request.header(header::AUTHORIZATION, format!("Bearer {key}"));
        let answer = hospital.send(request.body(Body::from("a".repeat(size))).expect("a request")).await;
        (answer.status, answer.ends)
    };
    for path in ["/hospital-system/v1/appointments", "/staff/counter/K01/101/next", "/staff/people/invite"] {
        assert_eq!(send(path, 64 << 20).await, (StatusCode::PAYLOAD_TOO_LARGE, true), "{path}");
        assert!(!send(path, 10).await.1, "{path} takes a short one");
    }
}

#[tokio::test]
async fn a_kiosk_without_its_key_is_not_admitted() {
    let hospital = Hospital::open(None).await;
    let path = api::path::CONFIGURATION;
    let wrong = "22".repeat(32);
    for (kiosk, key) in [("sanh-1", wrong.as_str()), ("sanh-9", &wrong), ("sanh-1", ""), ("../..", "x")] {
        let answer = hospital.send(hospital.request_of(kiosk, key, Method::GET, path, "")).await;
        assert_eq!((answer.status, answer.code()), (StatusCode::UNAUTHORIZED, ProblemCode::KioskNotAdmitted));
    }
    let bare = Request::builder().uri(path).body(Body::empty()).expect("a request");
    assert_eq!(hospital.send(bare).await.code(), ProblemCode::KioskNotAdmitted);
    let known = hospital.send(hospital.request(Method::GET, path, "")).await;
    let known: api::StationConfiguration = known.read().expect("admitted");
    assert_eq!(known.facility_code, "31999");
    assert!(known.eid);
}

#[tokio::test]
async fn plain_http_from_elsewhere_is_refused_before_any_key_is_looked_at() {
    let hospital = Hospital::with(None, "").await;
    let elsewhere = server::router(hospital.app.clone()).layer(MockConnectInfo(SocketAddr::from(([10, 0, 0, 9], 1))));
    let request = hospital.request(Method::GET, api::path::CONFIGURATION, "");
    let response = elsewhere.clone().oneshot(request).await.expect("infallible");
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    let health = Request::builder().uri(api::path::HEALTH).body(Body::empty()).expect("a request");
    assert_eq!(elsewhere.oneshot(health).await.expect("infallible").status(), StatusCode::OK);
}

#[tokio::test]
async fn a_kiosk_that_asks_without_end_is_slowed_down() {
    let hospital = Hospital::with(None, "[limits]\nkiosk_requests_per_minute = 2").await;
    let request = || hospital.request(Method::GET, api::path::DEPARTMENTS, "");
    for _ in 0..2 {
        assert_eq!(hospital.send(request()).await.status, StatusCode::OK);
    }
    assert_eq!(hospital.send(request()).await.code(), ProblemCode::TooManyRequests);
    hospital.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(hospital.send(request()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_server_that_is_cut_off_comes_back_on_the_same_database_with_the_same_answer() {
    let directory = tempfile::tempdir().expect("a directory");
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let visit = visit();
    let mut key = None;
    let mut replies = Vec::new();
    for _ in 0..2 {
        let clock = Arc::new(SystemClock);
        let server = start(config(&directory, None, ""), clock, Outside::default()).await.expect("starts");
        if key.is_none() {
            key = Some(fixture::hospital::enrol(&server.app, "sanh-1").await);
        }
        let url = format!("http://{}{}", server.addr, of_visit(api::path::CHECK_IN, visit));
        let request = CheckInRequest {
            department: DepartmentCode::parse("TIEPDON").expect("a department"),
            payer: Payer::Undecided,
            counter: None,
            declared: Vec::new(),
        };
        let answer = client
            .put(url)
            .header(KIOSK_HEADER, "sanh-1")
            .bearer_auth(key.clone().unwrap_or_default())
            .json(&request)
            .send()
            .await
            .expect("answers");
        assert_eq!(answer.status(), 200);
        replies.push(answer.json::<api::CheckInReply>().await.expect("a ticket"));
        drop(server);
    }
    assert_eq!(replies[0], replies[1]);
    assert_eq!(replies[0].ticket.number.to_string(), "A001");
}

#[tokio::test]
async fn a_server_told_to_end_ends() {
    let directory = tempfile::tempdir().expect("a directory");
    let clock = Arc::new(ManualClock::at(fixture::hospital::OPENING));
    let server = start(config(&directory, None, ""), clock, Outside::default()).await.expect("starts");
    server.shutdown().await;
}

#[tokio::test]
async fn health_and_the_openapi_document_need_no_key() {
    let hospital = Hospital::open(None).await;
    for path in [api::path::HEALTH, api::path::OPENAPI] {
        let request = Request::builder().uri(path).body(Body::empty()).expect("a request");
        let answer = hospital.send(request).await;
        assert_eq!((answer.status, answer.content_type.as_str()), (StatusCode::OK, "application/json"));
    }
    let staff = Request::builder().uri("/staff").header(header::COOKIE, "tiepdon_staff=zz").body(Body::empty());
    let answer = hospital.send(staff.expect("a request")).await;
    assert_eq!(answer.location.as_deref(), Some("/staff/login"));
}
