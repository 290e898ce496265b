//! What the hospital's own system tells: appointments and ticket states, by list, FHIR, JSON and HL7 over a real socket.

mod fixture;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use api::{
    AppointmentView, CheckInReply, CheckInRequest, DepartmentCode, DocumentClaim, FaceClaim, IdentificationRequest,
    NumberClaim, Payer, VisitId,
};
use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use emrtd::sim::Issuer;
use fixture::TestDatabase;
use fixture::hospital::{Answer, Hospital, MAU, OPENING, TODAY, card, config, issuer, of_visit, visit};
use interop::AppointmentId;
use interop::hl7::{Acknowledgement, Message, MllpDecoder, Verdict, frame};
use queue::{State, Through};
use serde_json::{Value, json};
use server::clock::ManualClock;
use server::keys::{Keys, Place, Sealed};
use server::store::{
    AppointmentState, DeliveryState, Destination, HospitalEvent, NewBooking, OutboxKind, OutboxState, QueueKey,
};
use server::{Outside, RunningServer, queue as queues};
use time::macros::datetime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const KEY: &str = "2222222222222222222222222222222222222222222222222222222222222222";
const SYSTEMS: &str = r#"
[fhir.systems]
citizen = "urn:cccd"
insurance = "urn:bhyt"
patient = "urn:mabn"
department = "urn:khoa"
visit = "urn:visit"
ticket = "urn:ticket"
appointment = "urn:hen"
facility = "urn:cskcb"
"#;
const HL7: &str = "[hl7]\nlisten = \"127.0.0.1:0\"\n";

fn with_key(folder: &tempfile::TempDir, more: &str) -> String {
    let path = folder.path().join("hospital-system.key");
    std::fs::write(&path, KEY).expect("writes");
    format!("[hospital_system]\nkey = {{ file = \"{}\" }}\n{more}", path.display())
}

async fn hospital(issuer: &Issuer, more: &str) -> Hospital {
    let folder = tempfile::tempdir().expect("a folder");
    Hospital::with(Some(issuer.csca_der()), &with_key(&folder, more)).await
}

async fn post(hospital: &Hospital, path: &str, form: &str, body: impl Into<Body>) -> Answer {
    let request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::AUTHORIZATION, format!("Bearer {KEY}"))
        .header(header::CONTENT_TYPE, form);
    hospital.send(request.body(body.into()).expect("a request")).await
}

async fn list(hospital: &Hospital, csv: &str) -> Answer {
    post(hospital, "/hospital-system/v1/appointments", "text/csv; charset=utf-8", csv.to_owned()).await
}

async fn known(hospital: &Hospital, id: &str) -> Value {
    let request = Request::builder()
        .uri(format!("/hospital-system/v1/appointments/{id}"))
        .header(header::AUTHORIZATION, format!("Bearer {KEY}"));
    hospital.send(request.body(Body::empty()).expect("a request")).await.read().expect("is known")
}

async fn check_in(hospital: &Hospital, visit: VisitId, department: &str) -> CheckInReply {
    let department = DepartmentCode::parse(department).expect("a department");
    let request = CheckInRequest { department, payer: Payer::Insurance, counter: None, declared: Vec::new() };
    hospital.call(Method::PUT, &of_visit(api::path::CHECK_IN, visit), &request).await.expect("a ticket")
}

async fn state_of(app: &server::App, visit: VisitId) -> State {
    let key = app.store.last_place_of(visit).await.expect("reads").expect("stands somewhere");
    queues::read(app, &key).await.expect("reads").entry(visit).expect("is there").state.clone()
}

#[tokio::test]
async fn an_identified_citizen_is_proposed_the_appointment_of_today_and_the_ticket_carries_it() {
    let issuer = issuer();
    let hospital = hospital(&issuer, "").await;
    let csv = format!(
        "Mã hẹn;Số CCCD;Họ tên;Mã khoa;Phòng;Thời gian hẹn\n\
         LH-0;{MAU};Nguyễn Văn Mẫu;K01;;22/11/2026 08:00\n\
         LH-2;{MAU};Nguyễn Văn Mẫu;TIEPDON;;23/11/2026 14:00\n\
         LH-1;{MAU};Nguyễn Văn Mẫu;K01;101;23/11/2026 08:30\n"
    );
    for _ in 0..2 {
        let taken: Value = list(&hospital, &csv).await.read().expect("taken");
        assert_eq!(taken, json!({ "taken": 3, "outdated": 0 }));
    }
    // Others are before this patient: the appointment passes nobody.
    check_in(&hospital, visit(), "K01").await;
    let visit = visit();
    let reply = hospital.show_card(visit, &card(&issuer)).await.expect("identified");
    let expected = AppointmentView {
        department: DepartmentCode::parse("K01").expect("a department"),
        starts_at: datetime!(2026-11-23 08:30 +7),
        room: Some("101".into()),
    };
    assert_eq!(reply.appointment.as_ref(), Some(&expected), "the earliest of today");
    let ticket = check_in(&hospital, visit, "K01").await.ticket;
    assert_eq!(ticket.appointment, Some(expected));
    assert_eq!(ticket.people_ahead, Some(1));
    assert_eq!(check_in(&hospital, visit, "K01").await.ticket, ticket, "the same again");
    let key = QueueKey { department: ticket.department.clone(), day: TODAY };
    let queue = queues::read(&hospital.app, &key).await.expect("reads");
    assert_eq!(queue.entry(visit).expect("is there").through, Through::Appointment);
    assert_eq!(known(&hospital, "LH-1").await["visit"], visit.to_string());

    let another = fixture::hospital::visit();
    let reply = hospital.show_card(another, &card(&issuer)).await.expect("identified");
    assert_eq!(reply.appointment.expect("the afternoon").department.as_str(), "TIEPDON");
    let elsewhere = check_in(&hospital, another, "K01").await;
    assert_eq!(elsewhere.ticket.appointment, None, "another department than the appointment's");
    assert_eq!(known(&hospital, "LH-2").await["visit"], Value::Null);
}

#[tokio::test]
async fn a_number_that_anybody_could_have_typed_learns_of_no_appointment() {
    let issuer = issuer();
    let hospital = hospital(&issuer, "").await;
    let csv = format!("id,cccd,khoa,starts\nLH-1,{MAU},K01,23/11/2026 08:30\n");
    list(&hospital, &csv).await.read::<Value>().expect("taken");
    let claim =
        NumberClaim { number: MAU.into(), name: Some("Nguyễn Văn Mẫu".into()), birth: Some("15/01/1985".into()) };
    let typed =
        IdentificationRequest { document: DocumentClaim::CardQr(claim), face: FaceClaim::NotAsked, consent: None };
    let visit = visit();
    assert_eq!(hospital.identify(visit, &typed).await.expect("answered").appointment, None);
    assert_eq!(check_in(&hospital, visit, "K01").await.ticket.appointment, None);
    assert_eq!(known(&hospital, "LH-1").await["visit"], Value::Null, "it waits for who can prove it");
}

#[tokio::test]
async fn an_appointment_by_the_insurance_card_is_found_when_the_gateway_confirms_the_card() {
    let issuer = issuer();
    let hospital = hospital(&issuer, "").await;
    list(&hospital, "id,bhyt,khoa,starts\nLH-1,3100000017,K01,23/11/2026 08:30\n")
        .await
        .read::<Value>()
        .expect("taken");
    let visit = visit();
    assert!(hospital.show_card(visit, &card(&issuer)).await.expect("identified").appointment.is_some());
    assert!(check_in(&hospital, visit, "K01").await.ticket.appointment.is_some());
}

#[tokio::test]
async fn a_list_with_anything_wrong_takes_nothing_and_says_all_of_it() {
    let issuer = issuer();
    let hospital = hospital(&issuer, "").await;
    let csv = format!("id,cccd,khoa,starts\nLH-1,{MAU},K01,23/11/2026 08:30\nLH-2,31085000017,,mai\n");
    let answer = list(&hospital, &csv).await;
    assert_eq!(
        (answer.status, answer.content_type.as_str()),
        (StatusCode::UNPROCESSABLE_ENTITY, "application/problem+json")
    );
    let problem: Value = serde_json::from_slice(&answer.body).expect("JSON");
    let places: Vec<_> = problem["findings"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| (one["line"].clone(), one["column"].clone()))
        .collect();
    assert_eq!(places, [(json!(3), json!("cccd")), (json!(3), json!("khoa")), (json!(3), json!("starts"))]);
    assert!(!answer.text().contains("31085000017"));

    let elsewhere = format!("id,cccd,khoa,starts\nLH-1,{MAU},K01,23/11/2026 08:30\nLH-2,{MAU},K99,23/11/2026 08:30\n");
    let answer = list(&hospital, &elsewhere).await;
    let problem: Value = serde_json::from_slice(&answer.body).expect("JSON");
    assert_eq!(
        (&problem["findings"][0]["appointment"], &problem["findings"][0]["department"]),
        (&json!("LH-2"), &json!("K99"))
    );
    let id = AppointmentId::parse("LH-1").expect("an id");
    assert_eq!(hospital.app.store.appointment(&id).await.expect("reads"), None);
    assert_eq!(list(&hospital, "").await.status, StatusCode::UNPROCESSABLE_ENTITY);
    let picture = post(&hospital, "/hospital-system/v1/appointments", "image/png", "x").await;
    assert_eq!(picture.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    let stranger =
        Request::builder().method(Method::POST).uri("/hospital-system/v1/appointments").body(Body::from(csv));
    assert_eq!(hospital.send(stranger.expect("a request")).await.status, StatusCode::UNAUTHORIZED);
}

fn fhir_appointment(status: &str, told: &str) -> String {
    json!({
        "resourceType": "Appointment", "identifier": [{ "system": "urn:hen", "value": "LH-1" }], "status": status,
        "meta": { "lastUpdated": told }, "start": "2026-11-23T08:30:00+07:00",
        "participant": [
            { "actor": { "type": "Patient", "identifier": { "system": "urn:cccd", "value": MAU } } },
            { "actor": { "type": "Location", "identifier": { "system": "urn:khoa", "value": "K01" } } },
        ] })
    .to_string()
}

#[tokio::test]
async fn fhir_appointments_are_taken_and_what_was_told_later_wins() {
    let issuer = issuer();
    let without = hospital(&issuer, "").await;
    let path = "/hospital-system/v1/appointments";
    let booked = fhir_appointment("booked", "2026-11-22T09:00:00+07:00");
    let answer = post(&without, path, "application/fhir+json", booked.clone()).await;
    assert!(answer.read::<Value>().expect_err("refused").detail.contains("[fhir]"));

    let hospital = hospital(&issuer, SYSTEMS).await;
    post(&hospital, path, "application/fhir+json", booked.clone()).await.read::<Value>().expect("taken");
    let cancelled = fhir_appointment("cancelled", "2026-11-22T10:00:00+07:00");
    post(&hospital, path, "application/fhir+json", cancelled).await.read::<Value>().expect("taken");
    let late: Value = post(&hospital, path, "application/fhir+json", booked).await.read().expect("heard");
    assert_eq!(late, json!({ "taken": 0, "outdated": 1 }));
    assert_eq!(known(&hospital, "LH-1").await["state"], "cancelled");
    assert_eq!(hospital.show_card(visit(), &card(&issuer)).await.expect("identified").appointment, None);

    let wrong = post(&hospital, path, "application/fhir+json", "{\"resourceType\":\"Patient\"").await;
    assert_eq!(wrong.content_type, "application/fhir+json");
    let outcome: Value = serde_json::from_slice(&wrong.body).expect("JSON");
    assert_eq!(
        (&outcome["resourceType"], &outcome["issue"][0]["code"]),
        (&json!("OperationOutcome"), &json!("structure"))
    );
}

#[tokio::test]
async fn a_hospital_that_calls_in_its_own_system_moves_the_ticket_here() {
    let issuer = issuer();
    let hospital = hospital(&issuer, "").await;
    let visit = visit();
    check_in(&hospital, visit, "K01").await;
    let path = format!("/hospital-system/v1/visits/{visit}/state");
    let say = async |body: Value| post(&hospital, &path, "application/json", body.to_string()).await;
    assert_eq!(say(json!({ "state": "started" })).await.status, StatusCode::CONFLICT);
    let nowhere = say(json!({ "state": "called", "counter": "999" })).await;
    assert_eq!(nowhere.status, StatusCode::UNPROCESSABLE_ENTITY);
    for (body, outcome) in [
        (json!({ "state": "called", "counter": "101" }), "moved"),
        (json!({ "state": "called", "counter": "101" }), "unchanged"),
        (json!({ "state": "started" }), "moved"),
        (json!({ "state": "finished" }), "moved"),
        (json!({ "state": "finished" }), "unchanged"),
    ] {
        assert_eq!(say(body.clone()).await.read::<Value>().expect("heard")["outcome"], outcome, "{body}");
    }
    assert!(matches!(state_of(&hospital.app, visit).await, State::Finished { .. }));
    let left = fixture::hospital::visit();
    check_in(&hospital, left, "K01").await;
    let path = format!("/hospital-system/v1/visits/{left}/state");
    post(&hospital, &path, "application/json", r#"{"state":"cancelled"}"#).await.read::<Value>().expect("heard");
    assert_eq!(state_of(&hospital.app, left).await, State::Void);
    let unknown = format!("/hospital-system/v1/visits/{}/state", fixture::hospital::visit());
    let answer = post(&hospital, &unknown, "application/json", r#"{"state":"finished"}"#).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
}

/// A server that listens for HL7, on the database of a hospital without sockets.
async fn listening(hospital: &Hospital, issuer: &Issuer) -> RunningServer {
    let config = config(&hospital.directory, Some(issuer.csca_der()), HL7);
    let clock = Arc::new(ManualClock::at(OPENING));
    server::start(config, clock, Outside::default()).await.expect("starts")
}

struct Sender {
    stream: TcpStream,
    decoder: MllpDecoder,
    answers: Vec<zeroize::Zeroizing<Vec<u8>>>,
}

impl Sender {
    async fn to(server: SocketAddr) -> Self {
        let stream = TcpStream::connect(server).await.expect("connects");
        Self { stream, decoder: MllpDecoder::default(), answers: Vec::new() }
    }

    async fn write(&mut self, bytes: &[u8]) {
        self.stream.write_all(bytes).await.expect("writes");
    }

    /// None where the server closed the connection.
    async fn answer(&mut self) -> Option<Acknowledgement> {
        while self.answers.is_empty() {
            let mut chunk = [0; 64];
            let read = tokio::time::timeout(Duration::from_secs(20), self.stream.read(&mut chunk)).await;
            match read.expect("in time") {
                Ok(0) | Err(_) => return None,
                Ok(count) => self.decoder.push(&chunk[..count], &mut self.answers).expect("in step"),
            }
        }
        let answer = Message::parse(&self.answers.remove(0)).expect("a message");
        Some(Acknowledgement::read(&answer).expect("an acknowledgement"))
    }

    async fn send(&mut self, message: &str) -> Acknowledgement {
        self.write(&frame(message.as_bytes())).await;
        self.answer().await.expect("answered")
    }
}

fn hl7(kind: &str, control_id: &str, told: &str, segments: &str) -> String {
    format!("MSH|^~\\&|HIS|BV|TIEPDON|31999|{told}||{kind}|{control_id}|P|2.5|||||VNM|UNICODE UTF-8\r{segments}")
}

fn siu(event: &str, control_id: &str, told: &str) -> String {
    let segments =
        format!("SCH||LH-1|||||||||^^^202611230830\rPID|1||BN-1^^^^MR~{MAU}^^^^NI||Nguyễn^Mẫu^Văn\rAIL|1||K01^101\r");
    hl7(&format!("SIU^{event}"), control_id, told, &segments)
}

fn adt(event: &str, ours: &str, theirs: &str) -> String {
    let segments = format!(
        "PID|1||BN-1^^^^MR~{MAU}^^^^NI\rPV1|1|O|K01{}|01|{theirs}|1.1{}|{ours}",
        "|".repeat(14),
        "|".repeat(29)
    );
    hl7(event, "a-1", "20261123080000", &segments)
}

#[tokio::test]
async fn appointments_over_mllp_survive_cuts_wrong_bytes_and_a_restart() {
    let issuer = issuer();
    let hospital = hospital(&issuer, "").await;
    let server = listening(&hospital, &issuer).await;
    let at = server.hl7_addr.expect("listens");
    let mut steady = Sender::to(at).await;

    // Cut in the middle: nothing was taken, and sending it again is all there is to do.
    let whole = frame(siu("S12", "m-1", "20261122090000").as_bytes());
    let mut cut = Sender::to(at).await;
    cut.write(&whole[..whole.len() / 2]).await;
    drop(cut);
    let mut noise = Sender::to(at).await;
    noise.write(b"GET / HTTP/1.1\r\n\r\n").await;
    assert_eq!(noise.answer().await, None, "closed");
    let mut twice = Sender::to(at).await;
    twice.write(&[&whole[..40], &whole[..]].concat()).await;
    assert_eq!(twice.answer().await, None, "a block inside a block");
    let id = AppointmentId::parse("LH-1").expect("an id");
    assert_eq!(hospital.app.store.appointment(&id).await.expect("reads"), None);

    // Byte by byte, and two at once, on a connection that was there all the while.
    for byte in &whole {
        steady.write(&[*byte]).await;
    }
    let taken = steady.answer().await.expect("answered");
    assert_eq!((taken.verdict, taken.control_id.as_str()), (Verdict::Accepted, "m-1"));
    let pair = [frame(b"hello"), frame(siu("S14", "m-2", "20261122100000").as_bytes())].concat();
    steady.write(&pair).await;
    assert_eq!(steady.answer().await.expect("answered").verdict, Verdict::Rejected);
    assert_eq!(steady.answer().await.expect("answered").control_id, "m-2");
    let wrong = steady.send(&siu("S12", "m-3", "20261122100000").replace("K01", "K99")).await;
    assert_eq!(wrong.verdict, Verdict::Error);

    drop(server);
    assert_eq!(steady.answer().await, None, "the server went");
    let server = listening(&hospital, &issuer).await;
    let mut again = Sender::to(server.hl7_addr.expect("listens")).await;
    assert_eq!(again.send(&siu("S15", "m-4", "20261122110000")).await.verdict, Verdict::Accepted);
    assert_eq!(again.send(&siu("S12", "m-1", "20261122090000")).await.verdict, Verdict::Accepted, "late, and heard");
    let row = hospital.app.store.appointment(&id).await.expect("reads").expect("is there");
    assert_eq!(row.state, AppointmentState::Cancelled);
    server.shutdown().await;
}

#[tokio::test]
async fn visits_of_the_hospital_s_system_and_first_costs_reach_the_queue_over_mllp() {
    let issuer = issuer();
    let hospital = hospital(&issuer, "").await;
    let server = listening(&hospital, &issuer).await;
    let mut sender = Sender::to(server.hl7_addr.expect("listens")).await;
    let visit = visit();
    assert_eq!(sender.send(&adt("ADT^A11", "", "V-1")).await.verdict, Verdict::Error, "nobody knows V-1");
    hospital.show_card(visit, &card(&issuer)).await.expect("identified");
    check_in(&hospital, visit, "K01").await;

    // Registered there under their number, recognised by the patient's.
    assert_eq!(sender.send(&adt("ADT^A04", "", "V-1")).await.verdict, Verdict::Accepted);
    assert_eq!(hospital.app.store.visit_of_hospital_number("V-1").await.expect("reads"), Some(visit));
    let cost = adt("DFT^P03", "", "V-1") + "\rFT1|1|||20261123081500||CG|02.1895^Khám Nội";
    assert_eq!(sender.send(&cost.replace("|01|V-1", "||V-1")).await.verdict, Verdict::Error, "PV1-18 is wanted");
    for _ in 0..2 {
        assert_eq!(sender.send(&cost).await.verdict, Verdict::Accepted);
    }
    let released = hospital.app.store.outbox_count(OutboxKind::Xml0, OutboxState::Done).await.expect("counts");
    assert_eq!(released, 1);

    assert_eq!(sender.send(&adt("ADT^A03", "", "V-1")).await.verdict, Verdict::Accepted);
    assert_eq!(state_of(&hospital.app, visit).await, State::Void, "it ended there without a call here");
    let other = fixture::hospital::visit();
    check_in(&hospital, other, "K01").await;
    let cancel = adt("ADT^A11", &other.to_string(), "V-2");
    for _ in 0..2 {
        assert_eq!(sender.send(&cancel).await.verdict, Verdict::Accepted);
    }
    assert_eq!(state_of(&hospital.app, other).await, State::Void);
    server.shutdown().await;
}

#[test]
fn appointments_and_events_keep_their_order_on_both_engines() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    for database in [TestDatabase::sqlite(), TestDatabase::postgres()] {
        runtime.block_on(async {
            let store = database.open().await;
            let keys = Keys::from_master(&[1; 32], fixture::facility());
            let (id, hash) = (AppointmentId::parse("LH-1").expect("an id"), keys.keyed_hash("number", MAU.as_bytes()));
            let department = DepartmentCode::parse("K01").expect("a department");
            let booking = |told_at, starts_at| NewBooking {
                id: &id,
                told_at,
                day: TODAY,
                starts_at,
                department: &department,
                room: None,
                number_hash: hash,
                patient: Sealed::seal(
                    &keys,
                    Place { column: "appointments.patient", row: "LH-1" },
                    &serde_json::from_value(json!({ "number": MAU })).expect("a patient"),
                ),
            };
            let mut tx = store.begin().await.expect("begins");
            assert!(tx.book_appointment(booking(10, 500)).await.expect("books"));
            assert!(tx.book_appointment(booking(20, 600)).await.expect("books"));
            assert!(!tx.book_appointment(booking(15, 700)).await.expect("hears"));
            assert!(!tx.cancel_appointment(&id, 19, TODAY).await.expect("hears"));
            tx.commit().await.expect("commits");
            let next = store.next_appointment(&hash, TODAY).await.expect("reads").expect("is there");
            assert_eq!(next.place.expect("a place").starts_at, 600);
            let [first, second] = [visit(), visit()];
            let mut tx = store.begin().await.expect("begins");
            for _ in 0..2 {
                let claimed = tx.claim_appointment(&hash, TODAY, &department, first).await.expect("claims");
                assert_eq!(claimed.expect("is there").visit, Some(first));
            }
            assert_eq!(tx.claim_appointment(&hash, TODAY, &department, second).await.expect("claims"), None);
            assert!(tx.cancel_appointment(&id, 20, TODAY).await.expect("cancels"));
            for (visit, at) in [(first, 1), (first, 2), (second, 3)] {
                let event = HospitalEvent {
                    visit,
                    kind: server::hospital::EventKind::Called,
                    department: department.clone(),
                    day: TODAY,
                    ticket: "B001".into(),
                    counter: None,
                    at,
                };
                tx.post_hospital_event(Destination::Webhook, &event, at).await.expect("posts");
            }
            tx.commit().await.expect("commits");

            let mut tx = store.begin().await.expect("begins");
            let one = tx.lease_hospital_event(Destination::Webhook, 10, 100).await.expect("leases").expect("is due");
            let two = tx.lease_hospital_event(Destination::Webhook, 10, 100).await.expect("leases").expect("is due");
            assert_eq!([one.event.at, two.event.at], [1, 3], "the second of a visit waits for its first");
            assert!(tx.lease_hospital_event(Destination::Webhook, 10, 100).await.expect("leases").is_none());
            assert!(tx.lease_hospital_event(Destination::Fhir, 10, 100).await.expect("leases").is_none());
            // Its lease ended: another worker takes it, and the first one is late.
            let retaken =
                tx.lease_hospital_event(Destination::Webhook, 200, 300).await.expect("leases").expect("again");
            assert_eq!((retaken.id, retaken.attempts), (one.id, 2));
            let delivered = DeliveryState::Delivered;
            assert!(!tx.settle_hospital_event(&one, delivered, "late", (200, 200)).await.expect("settles"));
            assert!(tx.settle_hospital_event(&retaken, delivered, "delivered", (200, 200)).await.expect("settles"));
            for follows in [2, 3] {
                let next = tx.lease_hospital_event(Destination::Webhook, 200, 300).await.expect("leases");
                assert_eq!(next.expect("follows").event.at, follows, "its first arrived; the other's lease ended");
            }
            tx.commit().await.expect("commits");
            assert_eq!(store.delivery_count(Destination::Webhook, DeliveryState::Waiting).await.expect("counts"), 2);
            assert_eq!(store.delivery_count(Destination::Webhook, delivered).await.expect("counts"), 1);
            store.close().await;
        });
    }
}
