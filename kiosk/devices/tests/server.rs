//! The server client against a scripted peer on a loopback port.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use api::papers::{Call, NonceRequest, PaperId, Reply, SavedAnswers, Subject};
use api::{
    CheckInReply, CheckInRequest, DepartmentCode, EntitlementView, Hex32, KioskId, Payer, ProblemCode, TicketNumber,
    TicketView, VisitId,
};
use crossbeam_channel::bounded;
use devices::offline::VisitLog;
use devices::server_client::{KioskKey, Patience, ServerClient, ServerError};
use devices::server_lane::{ServerLane, ServerReport, ServerRequest};
use devices::{Outbox, Waker};
use time::macros::{date, datetime};
use uuid::Uuid;

const KEY: &str = "0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f";
const VISIT: VisitId = VisitId(Uuid::from_u128(7));

/// What the peer does with one connection.
enum Act {
    Answer(u16, String),
    /// Reads the request and hangs up.
    HangUp,
    /// Sends these bytes whatever was asked.
    Raw(Vec<u8>),
    /// Reads the request and says nothing until the kiosk hangs up.
    Silence,
}

struct Request {
    line: String,
    headers: Vec<String>,
    body: String,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find_map(|header| header.strip_prefix(name)?.strip_prefix(": "))
    }
}

/// Plays the acts in order, one a connection, and gives back what was asked.
fn peer(acts: Vec<Act>) -> (SocketAddr, JoinHandle<Vec<Request>>) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    let play = move || {
        let mut requests = vec![];
        for act in acts {
            let (mut stream, _) = listener.accept().expect("a kiosk");
            requests.push(read(&stream));
            match act {
                Act::Answer(status, body) => {
                    let head = format!(
                        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                        body.len()
                    );
                    stream.write_all((head + &body).as_bytes()).expect("sent");
                }
                Act::HangUp => {}
                // The kiosk may have had enough before the end.
                Act::Raw(bytes) => drop(stream.write_all(&bytes)),
                Act::Silence => {
                    let _ = stream.read(&mut [0]);
                }
            }
        }
        requests
    };
    (address, thread::spawn(play))
}

fn read(stream: &TcpStream) -> Request {
    let mut lines = BufReader::new(stream);
    let mut line = || {
        let mut text = String::new();
        lines.read_line(&mut text).expect("a line");
        text.trim_end().to_owned()
    };
    let first = line();
    let headers: Vec<String> = std::iter::repeat_with(&mut line).take_while(|header| !header.is_empty()).collect();
    let mut request = Request { line: first, headers, body: String::new() };
    let length = request.header("content-length").map_or(0, |length| length.parse().expect("a length"));
    let mut body = vec![0; length];
    lines.read_exact(&mut body).expect("a body");
    request.body = String::from_utf8(body).expect("text");
    request
}

fn client(address: SocketAddr) -> ServerClient {
    let patience = Patience { connect: Duration::from_secs(5), answer: Duration::from_secs(30) };
    impatient(address, patience)
}

fn impatient(address: SocketAddr, patience: Patience) -> ServerClient {
    let kiosk = KioskId::parse("sanh-a-1").expect("an id");
    let key = KioskKey::parse(KEY).expect("a key");
    ServerClient::new(&format!("http://{address}"), &kiosk, &key, None, patience).expect("a client")
}

fn check_in() -> CheckInRequest {
    let department = DepartmentCode::parse("K01").expect("a code");
    CheckInRequest { department, payer: Payer::Insurance, counter: None, declared: Vec::new() }
}

fn ticket() -> String {
    let ticket = TicketView {
        number: TicketNumber::new('A', 27).expect("a number"),
        department: DepartmentCode::parse("K01").expect("a code"),
        service_day: date!(2026 - 11 - 23),
        issued_at: datetime!(2026-11-23 07:42 +7),
        people_ahead: Some(6),
        wait_minutes: Some((8, 12)),
        priority: false,
        follow_url: None,
        appointment: None,
    };
    serde_json::to_string(&CheckInReply { ticket, entitlement: EntitlementView::ToBeConfirmed }).expect("JSON")
}

#[test]
fn each_call_names_the_kiosk_and_carries_its_key() {
    let (address, peer) = peer(vec![Act::Answer(200, ticket())]);
    let reply = client(address).check_in(VISIT, &check_in()).expect("a ticket");
    assert_eq!(reply.ticket.number, TicketNumber::new('A', 27).expect("a number"));
    assert_eq!(reply.entitlement, EntitlementView::ToBeConfirmed);
    let requests = peer.join().expect("played");
    assert_eq!(requests[0].line, format!("PUT /api/v1/visits/{VISIT}/check-in HTTP/1.1"));
    assert_eq!(requests[0].header("authorization"), Some(format!("Bearer {KEY}").as_str()));
    assert_eq!(requests[0].header("tiepdon-kiosk"), Some("sanh-a-1"));
    assert!(requests[0].body.contains("K01"));
}

#[test]
fn a_server_that_is_not_there_is_away_and_nothing_was_sent() {
    let address = TcpListener::bind("127.0.0.1:0").and_then(|gone| gone.local_addr()).expect("a port");
    let error = client(address).departments().expect_err("nobody listens");
    assert!(error.nothing_was_sent(), "{error:?}");
    assert!(!format!("{error:?}").contains(api::path::DEPARTMENTS), "{error:?}");
}

#[test]
fn a_refusal_says_why_by_code() {
    let problem = r#"{"status":409,"code":"visit_conflict","detail":"the same visit with another body"}"#;
    let (address, _peer) = peer(vec![Act::Answer(409, problem.to_owned())]);
    let error = client(address).check_in(VISIT, &check_in()).expect_err("refused");
    assert!(matches!(&error, ServerError::Problem(problem) if problem.code == ProblemCode::VisitConflict), "{error:?}");
}

#[test]
fn answers_that_are_not_of_this_api_have_a_name() {
    let redirect = b"HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n".to_vec();
    let acts = vec![
        Act::Answer(200, "{}".to_owned()),
        Act::Answer(200, "<html>".to_owned()),
        Act::Answer(502, "Bad gateway".to_owned()),
        Act::Raw(redirect),
    ];
    let (address, _peer) = peer(acts);
    for status in [200, 200, 502, 302] {
        let error = client(address).configuration().expect_err("no configuration");
        assert!(matches!(error, ServerError::NotOfThisApi { status: found } if found == status), "{error:?}");
    }
}

#[test]
fn an_answer_larger_than_any_is_dropped() {
    let mut endless = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n".to_vec();
    endless.extend(vec![b' '; 5 << 20]);
    let (address, _peer) = peer(vec![Act::Raw(endless)]);
    assert!(matches!(client(address).configuration(), Err(ServerError::TooLarge)));
}

#[test]
fn silence_ends_after_the_patience_given() {
    let (address, _peer) = peer(vec![Act::Silence]);
    let patience = Patience { connect: Duration::from_secs(5), answer: Duration::from_millis(50) };
    assert!(matches!(impatient(address, patience).departments(), Err(ServerError::NoAnswer(_))));
}

fn ask(address: SocketAddr, request: ServerRequest, visits: &std::path::Path) -> ServerReport {
    let (sender, reports) = bounded(4);
    let (log, _) = VisitLog::open(visits).expect("a log");
    let outbox = Outbox::new(sender, Waker::none(), |report| report);
    let lane = ServerLane::start_for_visits("lane", client(address), log, outbox).expect("a thread");
    lane.ask(request).expect("it listens");
    reports.recv_timeout(Duration::from_secs(60)).expect("a report")
}

#[test]
fn a_call_is_made_once_and_its_visit_was_on_disk_before() {
    let (address, peer) = peer(vec![Act::HangUp]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("visits.journal");
    let report = ask(address, ServerRequest::CheckIn { visit: VISIT, request: check_in() }, &path);
    assert!(matches!(&report, ServerReport::CheckedIn { answer: Err(ServerError::NoAnswer(_)), .. }), "{report:?}");
    assert_eq!(peer.join().expect("played").len(), 1);
    assert_eq!(VisitLog::open(&path).expect("a log").1, [VISIT]);
}

#[test]
fn a_finished_visit_is_not_told_as_broken_off() {
    let (address, peer) = peer(vec![Act::Answer(200, ticket())]);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("visits.journal");
    let (sender, reports) = bounded(4);
    let (log, _) = VisitLog::open(&path).expect("a log");
    let outbox = Outbox::new(sender, Waker::none(), |report| report);
    let lane = ServerLane::start_for_visits("lane", client(address), log, outbox).expect("a thread");
    lane.ask(ServerRequest::CheckIn { visit: VISIT, request: check_in() }).expect("it listens");
    lane.ask(ServerRequest::Finish { visit: VISIT }).expect("it listens");
    assert!(matches!(reports.recv_timeout(Duration::from_secs(60)), Ok(ServerReport::CheckedIn { answer: Ok(_), .. })));
    drop(lane);
    // The worker ends, and with it the channel, when it has written everything down.
    assert!(reports.recv_timeout(Duration::from_secs(60)).is_err());
    peer.join().expect("played");
    assert_eq!(VisitLog::open(&path).expect("a log").1, []);
}

#[test]
fn calls_about_papers_go_where_the_api_says() {
    let answers = r#"{"papers":[],"questionnaire":null}"#;
    let status = r#"{"state":{"kind":"accepted"},"receipt":{"code":"M1","received_at":"2026-11-23T03:05:00Z"}}"#;
    let (address, asked) = peer(vec![
        Act::Answer(200, answers.into()),
        Act::Answer(200, status.into()),
        Act::Answer(204, String::new()),
        Act::Answer(409, r#"{"status":409,"code":"paper_changed","detail":"read again"}"#.into()),
        Act::Answer(200, answers.into()),
    ]);
    let client = client(address);
    let paper = PaperId(Uuid::from_u128(9));
    assert!(matches!(client.papers(VISIT, &Call::List), Ok(Reply::List(list)) if list.papers.is_empty()));
    let Ok(Reply::Status(status)) = client.papers(VISIT, &Call::Status(paper)) else { panic!("no status") };
    assert_eq!(status.receipt.map(|receipt| receipt.code).as_deref(), Some("M1"));
    let save = Call::Save(SavedAnswers { version: "1".into(), answers: vec![] });
    assert!(matches!(client.papers(VISIT, &save), Ok(Reply::Saved)));
    let nonce = Call::Nonce(NonceRequest { subject: Subject::Paper { paper }, text_hash: Hex32([1; 32]) });
    let refused = client.papers(VISIT, &nonce);
    assert!(matches!(refused, Err(ServerError::Problem(problem)) if problem.code == ProblemCode::PaperChanged));
    let other = client.papers(VISIT, &Call::Print(paper));
    assert!(matches!(other, Err(ServerError::NotOfThisApi { status: 200 })), "an answer to something else");
    let lines: Vec<String> = asked.join().expect("no panic").into_iter().map(|request| request.line).collect();
    let visit = format!("/api/v1/visits/{VISIT}");
    assert_eq!(
        lines,
        [
            format!("GET {visit}/papers HTTP/1.1"),
            format!("GET {visit}/papers/{paper}/status HTTP/1.1"),
            format!("PUT {visit}/questionnaire/answers HTTP/1.1"),
            format!("POST {visit}/nonces HTTP/1.1"),
            format!("POST {visit}/papers/{paper}/prints HTTP/1.1"),
        ]
    );
}
