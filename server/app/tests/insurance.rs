//! The gateway client against the words of the contract: forms in, JSON out, everything in a 200.

mod fixture;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Form, Router};
use fixture::hospital::Hospital;
use server::clock::{ManualClock, SharedClock};
use server::config::{InsuranceConfig, SecretSource};
use server::insurance::duty::{self, DutyRoster};
use server::insurance::{Account, EntitlementQuery, EntitlementRecord, EntitlementSource, HttpGateway, Silence};
use tempfile::TempDir;
use time::macros::datetime;

type Fields = HashMap<String, String>;

/// What the gateway is told to say next, and what it heard.
#[derive(Default)]
struct Script {
    tokens: Vec<String>,
    answers: Vec<(u16, String)>,
    heard: Vec<(Fields, Fields)>,
    tokens_taken: usize,
}

#[derive(Clone, Default)]
struct Gateway(Arc<Mutex<Script>>);

impl Gateway {
    fn script(&self) -> std::sync::MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn says(&self, body: &str) {
        self.script().answers.insert(0, (200, body.to_owned()));
    }
}

async fn take(State(gateway): State<Gateway>, Form(form): Form<Fields>) -> String {
    assert_eq!(form["username"], "31999_BV");
    // MD5 of "secret", upper case.
    assert_eq!(form["password"], "5EBE2294ECD0E0F08EAB7690D2A6EE69");
    let mut script = gateway.script();
    script.tokens_taken += 1;
    let count = script.tokens_taken;
    script.tokens.pop().unwrap_or_else(|| {
        format!(
            r#"{{"maKetQua":"200","APIKey":{{"access_token":"t{count}","id_token":"i","token_type":"Bearer",
               "username":"31999_BV","expires_in":"2026-11-23T02:00:00.4545145Z"}}}}"#
        )
    })
}

async fn look_up(
    State(gateway): State<Gateway>,
    Query(query): Query<Fields>,
    Form(form): Form<Fields>,
) -> (StatusCode, String) {
    let mut script = gateway.script();
    script.heard.push((query, form));
    let (status, body) = script.answers.pop().unwrap_or((500, String::new()));
    (StatusCode::from_u16(status).expect("a status"), body)
}

async fn gateway() -> (Gateway, HttpGateway, Arc<ManualClock>) {
    let (gateway, address, clock) = gateway_and_address().await;
    let client = client(&format!("{address}/"), clock.clone());
    (gateway, client, clock)
}

async fn gateway_and_address() -> (Gateway, String, Arc<ManualClock>) {
    let gateway = Gateway::default();
    let router = Router::new()
        .route("/api/token/take", post(take))
        .route("/api/egw/KQNhanLichSuKCB2024", post(look_up))
        .with_state(gateway.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") });
    let clock = Arc::new(ManualClock::at(datetime!(2026-11-23 01:00 UTC)));
    (gateway, format!("http://{address}"), clock)
}

fn client(base_url: &str, clock: SharedClock) -> HttpGateway {
    let directory = tempfile::tempdir().expect("a directory");
    HttpGateway::from_config(&config(&directory, base_url), clock).expect("a client")
}

fn config(directory: &TempDir, base_url: &str) -> InsuranceConfig {
    let secret = |name: &str, text: &str| {
        let path = directory.path().join(name);
        std::fs::write(&path, text).expect("writes");
        SecretSource::File(path)
    };
    InsuranceConfig {
        base_url: base_url.into(),
        username: "31999_BV".into(),
        password: secret("password", "secret\n"),
        deadline_ms: 1000,
        duty_officer_name: "Trần Thị Thử Nghiệm".into(),
        duty_officer_number: secret("officer", "031192000025"),
    }
}

async fn ask(gateway: &HttpGateway) -> Result<EntitlementRecord, Silence> {
    let query =
        EntitlementQuery {
            number: "031085000017".into(), name: "Nguyễn Văn Mẫu".into(), birth: "15/01/1985".into()
        };
    gateway.look_up(&query).await
}

const VALID: &str = r#"{"maKetQua":"000","ghiChu":"","maThe":"GD4313100000017","maTheMoi":null,"hoTen":"Nguyễn Văn Mẫu",
    "gtTheTu":"01/01/2026","gtTheDen":"31/12/2026","maDKBD":"31999","dsLichSuKCB2018":null}"#;

#[tokio::test]
async fn the_look_up_carries_the_fields_of_the_contract_and_reuses_its_token() {
    let (gateway, client, clock) = gateway().await;
    for _ in 0..3 {
        gateway.says(VALID);
    }
    let record = ask(&client).await.expect("answered");
    assert_eq!(record.card.expect("a card").number(), "GD4313100000017");
    ask(&client).await.expect("answered");
    assert_eq!(gateway.script().tokens_taken, 1);
    // A minute before the token ends.
    clock.advance(std::time::Duration::from_secs(59 * 60 + 1));
    ask(&client).await.expect("answered");
    let script = gateway.script();
    assert_eq!(script.tokens_taken, 2);
    let (query, form) = &script.heard[0];
    assert_eq!((query["token"].as_str(), query["id_token"].as_str()), ("t1", "i"));
    assert_eq!(query["username"], "31999_BV");
    assert_eq!((form["maThe"].as_str(), form["hoTen"].as_str()), ("031085000017", "Nguyễn Văn Mẫu"));
    assert_eq!((form["ngaySinh"].as_str(), form["cccdCb"].as_str()), ("15/01/1985", "031192000025"));
    assert_eq!(form["hoTenCb"], "Trần Thị Thử Nghiệm");
}

#[tokio::test]
async fn a_refused_token_is_taken_again_once_and_the_call_repeated_once() {
    let (gateway, client, _) = gateway().await;
    gateway.says(r#"{"maKetQua":"401"}"#);
    gateway.says(VALID);
    ask(&client).await.expect("answered the second time");
    let asked = |script: &Script| (script.tokens_taken, script.heard.len());
    assert_eq!(asked(&gateway.script()), (2, 2));
    gateway.says(r#"{"maKetQua":"401"}"#);
    gateway.says(r#"{"maKetQua":"401"}"#);
    gateway.says(VALID);
    assert!(matches!(ask(&client).await, Err(Silence::AccountRefused(_))));
    assert_eq!(gateway.script().heard.len(), 4, "not a third time");
}

#[tokio::test]
async fn whatever_goes_wrong_has_a_name_and_never_shows_a_url() {
    let (gateway, client, _) = gateway().await;
    for (status, body, name) in [
        (500, "", "http_status"),
        (302, "", "http_status"),
        (200, "<html>", "garbage"),
        (200, "{}", "garbage"),
        (200, r#"{"maKetQua":"0"}"#, "garbage"),
        (200, r#"{"maKetQua":"000"}"#, "garbage"),
        (200, r#"{"maKetQua":"054"}"#, "account_refused"),
        (200, r#"{"maKetQua":"500"}"#, "no_verdict"),
        (200, r#"{"maKetQua":"777"}"#, "no_verdict"),
    ] {
        gateway.script().answers = vec![(status, body.to_owned())];
        let silence = ask(&client).await.expect_err("no verdict");
        assert_eq!(silence.code(), name, "{status} {body}");
        assert!(!format!("{silence:?} {silence}").contains("http://"));
    }
    gateway.script().answers = vec![(200, " ".repeat(300 * 1024))];
    assert_eq!(ask(&client).await.expect_err("too large").code(), "garbage");
    gateway.script().answers = vec![(200, r#"{"maKetQua":"010","maThe":"GD4313100000017"}"#.to_owned())];
    assert_eq!(ask(&client).await.expect("a verdict").code.to_string(), "010");
}

#[tokio::test]
async fn a_gateway_that_is_away_or_slow_is_silent_within_the_deadline() {
    let clock = Arc::new(ManualClock::at(datetime!(2026-11-23 01:00 UTC)));
    assert_eq!(ask(&client("http://127.0.0.1:1", clock.clone())).await.expect_err("silent").code(), "unreachable");
    // Takes connections and never answers.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    assert_eq!(ask(&client(&url, clock)).await.expect_err("silent").code(), "timed_out");
}

#[tokio::test]
async fn two_processes_of_one_hospital_take_one_token_between_them() {
    let (gateway, address, clock) = gateway_and_address().await;
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}/shared.db?mode=rwc", folder.path().display());
    let facility = identity::FacilityCode::parse("31999").expect("a code");
    let durability = server::config::Durability::Normal;
    let mut accounts = Vec::new();
    for _ in 0..2 {
        let store = server::store::Store::open(&url, durability, 2, &facility).await.expect("opens");
        let keys = Arc::new(server::keys::Keys::from_master(&[1; 32], facility.clone()));
        let password = folder.path().join("password");
        std::fs::write(&password, "secret").expect("writes");
        let password = SecretSource::File(password);
        let deadline = std::time::Duration::from_secs(1);
        let account = Account::new(&address, "31999_BV", &password, "password", deadline, clock.clone());
        let account = Arc::new(account.expect("an account"));
        account.share(store, keys);
        accounts.push(account);
    }
    let (first, second) = tokio::join!(accounts[0].token(), accounts[1].token());
    let (first, second) = (first.expect("a token"), second.expect("a token"));
    assert_eq!(first.access_token, second.access_token);
    assert_eq!(gateway.script().tokens_taken, 1);
    // Both hear 401 of the same token: one takes another, both use it.
    for account in &accounts {
        account.forget(&first).await;
    }
    let (first, second) = tokio::join!(accounts[0].token(), accounts[1].token());
    assert_eq!(first.expect("a token").access_token, second.expect("a token").access_token);
    assert_eq!(gateway.script().tokens_taken, 2);
    assert_eq!(accounts[0].token().await.expect("a token").facility().expect("a facility"), facility);
}

#[tokio::test]
async fn it_is_asked_in_the_name_of_whoever_is_on_duty_and_of_the_configured_officer_otherwise() {
    let (gateway, address, _) = gateway_and_address().await;
    let hospital = Hospital::open(None).await;
    let directory = tempfile::tempdir().expect("a directory");
    let config = config(&directory, &address);
    let (deadline, clock) = (Duration::from_secs(5), hospital.clock.clone());
    let account = Account::new(&address, "31999_BV", &config.password, "insurance.password", deadline, clock.clone())
        .expect("one");
    let roster = Arc::new(DutyRoster::from_config(&config, clock).expect("a roster"));
    roster.share(hospital.app.store.clone(), hospital.app.keys.clone());
    let client = HttpGateway::new(Arc::new(account), roster, deadline);
    for _ in 0..3 {
        gateway.says(VALID);
    }
    let now = hospital.app.now_ms();
    let lan = ("Lê Thị Lan", "031080000099");
    duty::add(&hospital.app, lan, (now + 60_000, now + 120_000), "staff:giam.doc").await.expect("adds");
    for _ in 0..3 {
        ask(&client).await.expect("answered");
        hospital.clock.advance(Duration::from_secs(60));
    }
    let script = gateway.script();
    let asked: Vec<_> =
        script.heard.iter().map(|(_, form)| (form["hoTenCb"].as_str(), form["cccdCb"].as_str())).collect();
    let configured = ("Trần Thị Thử Nghiệm", "031192000025");
    assert_eq!(asked, [configured, lan, configured]);
}
