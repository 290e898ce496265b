//! What the hospital's own system is told, by signed webhook and FHIR transaction, over real sockets: at least once, in
//! order, with one id and one body however often.

mod fixture;

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use api::{CheckInRequest, DepartmentCode, Payer, VisitId};
use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::post;
use fixture::hospital::{Hospital, MAU, card, config, issuer, of_visit, visit};
use interop::webhook::{self, Secret};
use queue::{CounterId, Move};
use serde_json::Value;
use server::hospital::{Step, deliver_once};
use server::store::{DeliveryState, Destination};
use server::{App, Outside, queue as queues};
use tokio::net::TcpListener;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const TOKEN: &str = "fhir-token-of-this-test";

#[derive(Clone, Debug)]
struct Heard {
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Heard {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("JSON")
    }

    /// As a receiver does it.
    fn verified(&self, now: i64) -> Result<(), webhook::WebhookError> {
        let headers = [webhook::ID_HEADER, webhook::TIMESTAMP_HEADER, webhook::SIGNATURE_HEADER];
        let [id, sent, signature] = headers.map(|name| self.header(name));
        webhook::verify(&[Secret::parse(SECRET).expect("a secret")], (id, sent, signature), &self.body, now)
    }
}

/// The hospital's system: remembers everything, and answers what it is told to answer next, else 200.
#[derive(Clone, Default)]
struct Receiver(Arc<Mutex<(Vec<Heard>, Vec<StatusCode>)>>);

impl Receiver {
    async fn serve(&self, listener: TcpListener) -> tokio::task::JoinHandle<()> {
        let hear = async |State(receiver): State<Self>, headers: HeaderMap, body: Bytes| {
            let mut kept = receiver.0.lock().unwrap_or_else(PoisonError::into_inner);
            kept.0.push(Heard { headers, body: body.to_vec() });
            if kept.1.is_empty() { StatusCode::OK } else { kept.1.remove(0) }
        };
        let router = Router::new().route("/hook", post(hear)).route("/fhir", post(hear)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.expect("serves") })
    }

    fn heard(&self) -> Vec<Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    fn answers_next(&self, statuses: &[StatusCode]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.extend(statuses);
    }
}

fn told_at(folder: &tempfile::TempDir, listener: &TcpListener) -> String {
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("writes");
        path.display().to_string()
    };
    let at = listener.local_addr().expect("an address");
    let systems = ["citizen", "insurance", "patient", "department", "visit", "ticket", "appointment", "facility"];
    let systems: String = systems.iter().map(|name| format!("{name} = \"urn:{name}\"\n")).collect();
    format!(
        "[webhook]\nurl = \"http://{at}/hook\"\nsecret = {{ file = \"{}\" }}\n[fhir.systems]\n{systems}\
         [fhir.server]\nbase_url = \"http://{at}/fhir/\"\ntoken = {{ file = \"{}\" }}\n",
        file("webhook.secret", SECRET),
        file("fhir.token", TOKEN),
    )
}

async fn check_in(hospital: &Hospital, visit: VisitId) {
    let department = DepartmentCode::parse("K01").expect("a department");
    let request = CheckInRequest { department, payer: Payer::Insurance, counter: None, declared: Vec::new() };
    let path = of_visit(api::path::CHECK_IN, visit);
    hospital.call::<api::CheckInReply>(Method::PUT, &path, &request).await.expect("a ticket");
}

async fn make(app: &App, moves: &[Move]) {
    let department = DepartmentCode::parse("K01").expect("a department");
    queues::make(app, &department, moves, "staff:hoa").await.expect("moves");
}

fn counter() -> CounterId {
    CounterId::parse("101").expect("a counter")
}

async fn deliver_all(app: &App, destination: Destination) {
    while deliver_once(app, destination).await.expect("steps") != Step::Idle {}
}

async fn count(app: &App, destination: Destination, state: DeliveryState) -> u64 {
    app.store.delivery_count(destination, state).await.expect("counts")
}

#[tokio::test]
async fn a_check_in_and_what_becomes_of_it_are_told_in_order_and_signed() {
    let (issuer, folder) = (issuer(), tempfile::tempdir().expect("a folder"));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let hospital = Hospital::with(Some(issuer.csca_der()), &told_at(&folder, &listener)).await;
    let receiver = Receiver::default();
    let serving = receiver.serve(listener).await;
    let visit = visit();
    hospital.show_card(visit, &card(&issuer)).await.expect("identified");
    check_in(&hospital, visit).await;
    make(&hospital.app, &[Move::OpenCounter { counter: counter() }, Move::CallNext { counter: counter() }]).await;
    make(&hospital.app, &[Move::Start { visit }]).await;
    make(&hospital.app, &[Move::Finish { visit }]).await;
    deliver_all(&hospital.app, Destination::Webhook).await;

    let heard = receiver.heard();
    let now = hospital.app.now().unix_timestamp();
    for one in &heard {
        assert_eq!(one.verified(now), Ok(()));
        assert!(one.verified(now + 301).is_err(), "a replay is found out");
    }
    let types: Vec<Value> = heard.iter().map(|one| one.json()["type"].clone()).collect();
    assert_eq!(types, ["visit.checked_in", "visit.called", "visit.started", "visit.finished"]);
    let first = heard[0].json();
    assert_eq!(first["data"]["visit"], visit.to_string());
    assert_eq!((&first["data"]["ticket"], &first["data"]["assurance"]), (&"B001".into(), &"A".into()));
    assert_eq!(first["data"]["patient"]["number"], MAU);
    assert_eq!(heard[1].json()["data"]["counter"], "101");
    for later in &heard[1..] {
        assert!(!String::from_utf8_lossy(&later.body).contains(MAU), "who it is was said once");
    }

    deliver_all(&hospital.app, Destination::Fhir).await;
    let heard = receiver.heard().split_off(4);
    let statuses: Vec<Value> = heard
        .iter()
        .map(|one| {
            assert_eq!(
                (one.header("authorization"), one.header("content-type")),
                ("Bearer fhir-token-of-this-test", "application/fhir+json")
            );
            let bundle = one.json();
            let entries = bundle["entry"].as_array().expect("entries").clone();
            assert_eq!((&bundle["type"], entries.len()), (&"transaction".into(), 3));
            assert_eq!(entries[0]["resource"]["identifier"][0]["value"], MAU);
            assert_eq!(entries[1]["resource"]["identifier"][0]["value"], "GD4313100000017");
            assert_eq!(entries[2]["request"]["url"], format!("Encounter?identifier=urn:visit%7C{visit}"));
            entries[2]["resource"]["status"].clone()
        })
        .collect();
    assert_eq!(statuses, ["arrived", "arrived", "in-progress", "finished"]);
    serving.abort();
}

#[tokio::test]
async fn an_event_that_did_not_arrive_comes_again_with_its_id_and_body_also_after_a_restart() {
    let (issuer, folder) = (issuer(), tempfile::tempdir().expect("a folder"));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let more = told_at(&folder, &listener);
    let address = listener.local_addr().expect("an address");
    let hospital = Hospital::with(Some(issuer.csca_der()), &more).await;
    let visit = visit();
    hospital.show_card(visit, &card(&issuer)).await.expect("identified");
    check_in(&hospital, visit).await;
    make(&hospital.app, &[Move::Void { visit, reason: queue::VoidReason::PatientLeft }]).await;

    // Nobody listens. Nothing of the second event may overtake the first.
    drop(listener);
    let app = &hospital.app;
    assert_eq!(deliver_once(app, Destination::Webhook).await.expect("steps"), Step::Postponed);
    assert_eq!(deliver_once(app, Destination::Webhook).await.expect("steps"), Step::Idle);
    assert_eq!(count(app, Destination::Webhook, DeliveryState::Waiting).await, 2);

    // Back, and stumbling: refuses, then breaks, then takes it.
    let receiver = Receiver::default();
    let serving = receiver.serve(TcpListener::bind(address).await.expect("binds again")).await;
    receiver.answers_next(&[StatusCode::UNAUTHORIZED, StatusCode::INTERNAL_SERVER_ERROR]);
    hospital.clock.advance(Duration::from_secs(600));
    assert_eq!(deliver_once(app, Destination::Webhook).await.expect("steps"), Step::Postponed);
    hospital.clock.advance(Duration::from_secs(600));
    // Another process on the same database, after a restart.
    let config = config(&hospital.directory, Some(issuer.csca_der()), &more);
    let restarted = App::open(config, hospital.clock.clone(), Outside::default()).await.expect("opens");
    assert_eq!(deliver_once(&restarted, Destination::Webhook).await.expect("steps"), Step::Postponed);
    hospital.clock.advance(Duration::from_secs(600));
    deliver_all(&restarted, Destination::Webhook).await;

    let heard = receiver.heard();
    assert_eq!(heard.len(), 4, "three times the first, once the second");
    for again in &heard[..3] {
        assert_eq!(again.header(webhook::ID_HEADER), heard[0].header(webhook::ID_HEADER));
        assert_eq!(again.body, heard[0].body);
    }
    assert_eq!(heard[2].verified(app.now().unix_timestamp()), Ok(()), "signed anew, at the time it was sent");
    assert_ne!(heard[3].header(webhook::ID_HEADER), heard[0].header(webhook::ID_HEADER));
    assert_eq!(heard[3].json()["type"], "visit.cancelled");
    assert_eq!(count(app, Destination::Webhook, DeliveryState::Delivered).await, 2);
    let audit = app.store.audit_of(visit).await.expect("reads");
    assert_eq!(audit.iter().filter(|(_, action, _)| action == "hospital_told").count(), 2);
    restarted.store.close().await;
    serving.abort();
}

#[tokio::test]
async fn what_waits_is_sealed_what_is_doubtful_stays_out_of_the_record_and_in_the_end_it_is_given_up() {
    let (issuer, folder) = (issuer(), tempfile::tempdir().expect("a folder"));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("binds");
    let more = told_at(&folder, &listener);
    let hospital = Hospital::with(Some(issuer.csca_der()), &more).await;
    let receiver = Receiver::default();
    let serving = receiver.serve(listener).await;
    let app = &hospital.app;
    // A walk-in: a person at the counter decides who it is.
    check_in(&hospital, visit()).await;
    deliver_all(app, Destination::Fhir).await;
    let bundle = receiver.heard()[0].json();
    assert_eq!(bundle["entry"].as_array().map(Vec::len), Some(1), "an Encounter of nobody");

    let visit = visit();
    hospital.show_card(visit, &card(&issuer)).await.expect("identified");
    check_in(&hospital, visit).await;
    receiver.answers_next(&[StatusCode::SERVICE_UNAVAILABLE; 4]);
    assert_eq!(deliver_once(app, Destination::Fhir).await.expect("steps"), Step::Postponed);
    let mut stored = Vec::new();
    for file in std::fs::read_dir(hospital.directory.path()).expect("a directory").flatten() {
        if file.file_name().to_string_lossy().starts_with("server.db") {
            stored.extend(std::fs::read(file.path()).expect("a file"));
        }
    }
    for personal in [MAU, "Nguyễn Văn Mẫu", "GD4313100000017"] {
        assert!(!stored.windows(personal.len()).any(|window| window == personal.as_bytes()), "{personal} stands open");
    }

    hospital.clock.advance(Duration::from_secs(23 * 3600));
    assert_eq!(deliver_once(app, Destination::Fhir).await.expect("steps"), Step::Postponed);
    hospital.clock.advance(Duration::from_secs(2 * 3600));
    assert_eq!(deliver_once(app, Destination::Fhir).await.expect("steps"), Step::GivenUp);
    assert_eq!(deliver_once(app, Destination::Fhir).await.expect("steps"), Step::Idle);
    assert_eq!(count(app, Destination::Fhir, DeliveryState::GivenUp).await, 1);
    let audit = app.store.audit_of(visit).await.expect("reads");
    assert!(
        audit.iter().any(|(_, action, detail)| action == "hospital_not_told" && detail == "fhir checked_in http_503")
    );
    serving.abort();
}
