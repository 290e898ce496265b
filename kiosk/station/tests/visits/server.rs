//! A server of one file: the kiosk's API over plain HTTP on a loopback port, with what a test wants to know about it.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::{self, JoinHandle};

use api::papers::{
    Bilingual, Confirmation, ConfirmationNonce, ConfirmationReply, Line, PaperId, PaperKind, PaperList, PaperState,
    PaperStatus, PaperSummary, PaperTask, PaperTicket, Private, PrivateBilingual, Reading, Receipt, Section,
};
use api::{
    AlertRequest, Assurance, Block, BlockRequest, ChallengeReply, CheckInReply, CheckInRequest, DepartmentCode,
    DepartmentView, EntitlementView, Heartbeat, Hex8, Hex32, IdentificationReply, IdentificationRequest, PersonView,
    ReconcileReply, ReconcileRequest, StationConfiguration, TicketNumber, TicketView,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::macros::{date, datetime};

/// What it has been asked and told.
#[derive(Default)]
pub struct Books {
    pub tickets: BTreeMap<String, (CheckInRequest, TicketNumber)>,
    pub identified: Vec<IdentificationRequest>,
    pub alerts: Vec<AlertRequest>,
    pub heartbeats: Vec<Heartbeat>,
    pub reconciled: Vec<ReconcileRequest>,
    pub reserved: u16,
    /// Answers to check-ins that are still to be lost.
    pub loses: u32,
    pub check_ins_asked: u32,
    /// As they came, the same one again too.
    pub confirmations: Vec<Confirmation>,
    stop: bool,
}

pub struct Server {
    pub address: SocketAddr,
    books: Arc<Mutex<Books>>,
    running: Option<JoinHandle<()>>,
}

impl Server {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let mut server = Self { address, books: Arc::default(), running: None };
        server.run(listener);
        server
    }

    pub fn books(&self) -> MutexGuard<'_, Books> {
        self.books.lock().expect("no panic before")
    }

    /// From now on connections are refused.
    pub fn go_away(&mut self) {
        self.books().stop = true;
        drop(TcpStream::connect(self.address));
        if let Some(running) = self.running.take() {
            running.join().expect("no panic");
        }
    }

    pub fn come_back(&mut self) {
        self.books().stop = false;
        let listener = TcpListener::bind(self.address).expect("the same port");
        self.run(listener);
    }

    fn run(&mut self, listener: TcpListener) {
        let books = Arc::clone(&self.books);
        self.running = Some(thread::spawn(move || {
            for stream in listener.incoming() {
                if books.lock().expect("no panic before").stop {
                    return;
                }
                serve(stream.expect("a connection"), &books);
            }
        }));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.go_away();
    }
}

fn serve(mut stream: TcpStream, books: &Mutex<Books>) {
    let Some((method, path, body)) = request(&stream) else { return };
    let Some(answer) = answer(&method, &path, &body, &mut books.lock().expect("no panic before")) else { return };
    let (status, body) = answer;
    let head =
        format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n", body.len());
    // The kiosk may have gone.
    let _ = stream.write_all((head + &body).as_bytes());
}

fn request(stream: &TcpStream) -> Option<(String, String, Vec<u8>)> {
    let mut lines = BufReader::new(stream);
    let mut line = || {
        let mut text = String::new();
        lines.read_line(&mut text).ok().map(|_| text.trim_end().to_ascii_lowercase())
    };
    let first = line()?;
    let mut length = 0;
    while let Some(header) = line().filter(|header| !header.is_empty()) {
        if let Some(value) = header.strip_prefix("content-length: ") {
            length = value.parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    let mut words = first.split(' ');
    Some((words.next()?.to_owned(), words.next()?.to_owned(), body))
}

/// `None`: done, and the answer is lost.
fn answer(method: &str, path: &str, body: &[u8], books: &mut Books) -> Option<(u16, String)> {
    let parts: Vec<&str> = path.trim_start_matches("/api/v1/").split('/').collect();
    Some(match (method, &parts[..]) {
        ("get", ["configuration"]) => ok(&configuration()),
        ("get", ["departments"]) => ok(&departments()),
        ("post", ["visits", _, "challenge"]) => {
            ok(&ChallengeReply { challenge: Hex8([9; 8]), expires_at: datetime!(2026-11-23 23:59 +7) })
        }
        ("put", ["visits", _, "identification"]) => {
            books.identified.push(parsed(body));
            let person = Some(PersonView { name: "Nguyễn Văn Mẫu".into(), age: 41 });
            ok(&IdentificationReply {
                assurance: Assurance::A,
                person,
                entitlement: EntitlementView::ToBeConfirmed,
                priority: None,
                facts: vec![],
                papers_waiting: 0,
                appointment: None,
            })
        }
        ("put", ["visits", visit, "check-in"]) => {
            books.check_ins_asked += 1;
            let request: CheckInRequest = parsed(body);
            let next = u16::try_from(books.tickets.len() + 101).expect("few");
            let fresh = (request.clone(), TicketNumber::new('A', next).expect("a number"));
            let (held, number) = books.tickets.entry((*visit).to_owned()).or_insert(fresh).clone();
            assert_eq!(held, request, "the same visit with another body");
            if books.loses > 0 {
                books.loses -= 1;
                return None;
            }
            ok(&CheckInReply { ticket: ticket(number, &request), entitlement: EntitlementView::ToBeConfirmed })
        }
        ("get", ["visits", _, "papers"]) => ok(&PaperList { papers: vec![reading().summary], questionnaire: None }),
        ("get", ["visits", _, "papers", _, "reading"]) => ok(&reading()),
        ("post", ["visits", _, "nonces"]) => ok(&ConfirmationNonce {
            nonce: NONCE,
            confirmed_at: datetime!(2026-11-23 07:45 +7),
            expires_at: datetime!(2026-11-23 07:50 +7),
        }),
        ("put", ["visits", _, "papers", _, "confirmation"]) => {
            books.confirmations.push(parsed(body));
            if books.loses > 0 {
                books.loses -= 1;
                return None;
            }
            ok(&ConfirmationReply { status: status(PaperState::WaitingToSend), next: None })
        }
        ("get", ["visits", _, "papers", _, "status"]) => ok(&status(PaperState::Accepted)),
        ("post", ["visits", _, "papers", _, "prints"]) => ok(&PaperTicket {
            kind: PaperKind::Birth,
            number: Some("00012.GCS.01001.26".into()),
            holder: Some(Private::new("Nguyễn *** Mẫu".into())),
            status: status(PaperState::Accepted),
            verification: Some("https://tra-cuu.example/v/17".into()),
        }),
        ("post", ["blocks"]) => {
            let BlockRequest { department, count } = parsed(body);
            let first = books.reserved + 1;
            books.reserved += count;
            let numbers = first..=books.reserved;
            ok(&Block {
                department,
                service_day: date!(2026 - 11 - 23),
                challenges: numbers.clone().map(|number| Hex8(u64::from(number).to_be_bytes())).collect(),
                numbers: numbers.map(|number| TicketNumber::new('B', number).expect("a number")).collect(),
            })
        }
        ("post", ["reconciliations"]) => {
            books.reconciled.push(parsed(body));
            let number = TicketNumber::new('B', 1).expect("a number");
            ok(&ReconcileReply { number, voided: None, entitlement: EntitlementView::ToBeConfirmed })
        }
        ("post", ["heartbeats"]) => {
            books.heartbeats.push(parsed(body));
            (204, String::new())
        }
        ("post", ["alerts"]) => {
            books.alerts.push(parsed(body));
            (202, String::new())
        }
        _ => (404, r#"{"status":404,"code":"not_found","detail":"no such path"}"#.to_owned()),
    })
}

fn ok(body: &impl Serialize) -> (u16, String) {
    (200, serde_json::to_string(body).expect("JSON"))
}

fn parsed<T: DeserializeOwned>(body: &[u8]) -> T {
    serde_json::from_slice(body).expect("the JSON of this version")
}

fn configuration() -> StationConfiguration {
    StationConfiguration {
        facility_code: "01001".into(),
        hospital_vi: "Bệnh viện Đa khoa Mẫu".into(),
        hospital_en: "Sample General Hospital".into(),
        service_day: date!(2026 - 11 - 23),
        server_time: datetime!(2026-11-23 07:42 +7),
        // Any point will do: nobody here opens what is sealed to it.
        sealing_key: Hex32([9; 32]),
        pinned_signers: vec![],
        eid: false,
        follow_base: None,
    }
}

pub fn department() -> DepartmentCode {
    DepartmentCode::parse("K01").expect("a code")
}

fn departments() -> Vec<DepartmentView> {
    let view = |code, name_vi: &str, name_en: &str, reception| DepartmentView {
        code,
        name_vi: name_vi.into(),
        name_en: name_en.into(),
        rooms: "102".into(),
        floor: "1".into(),
        waiting: 6,
        wait_minutes: Some((8, 12)),
        open: true,
        full: false,
        reception,
    };
    vec![
        view(department(), "Khám Nội tổng hợp", "Internal medicine", false),
        view(DepartmentCode::parse("TD").expect("a code"), "Quầy tiếp đón", "Reception", true),
    ]
}

fn ticket(number: TicketNumber, request: &CheckInRequest) -> TicketView {
    TicketView {
        number,
        department: request.department.clone(),
        service_day: date!(2026 - 11 - 23),
        issued_at: datetime!(2026-11-23 07:42 +7),
        people_ahead: Some(6),
        wait_minutes: Some((8, 12)),
        priority: false,
        follow_url: None,
        appointment: None,
    }
}

pub const PAPER: PaperId = PaperId(uuid::Uuid::from_u128(17));
pub const NONCE: Hex32 = Hex32([3; 32]);

fn status(state: PaperState) -> PaperStatus {
    let receipt = (state == PaperState::Accepted)
        .then(|| Receipt { code: "HS_CHUNGTU01001_17".into(), received_at: datetime!(2026-11-23 07:46 +7) });
    PaperStatus { state, receipt }
}

/// A birth of one line.
pub fn reading() -> Reading {
    let words = |vi, en| Bilingual::new(vi, en);
    let summary = PaperSummary {
        paper: PAPER,
        kind: PaperKind::Birth,
        about: PrivateBilingual::new("Bé gái, 3 100 g", "a girl, 3 100 g"),
        number: None,
        status: status(PaperState::WaitingForCitizen),
        task: PaperTask::Confirm,
        confinement: None,
    };
    let line =
        Line { label: words("Tên dự định", "Intended name"), value: PrivateBilingual::same("Nguyễn An") };
    let mut reading = Reading {
        summary,
        invitation: words("Xin đọc lại.", "Please read."),
        sections: vec![Section { title: words("Con", "Child"), lines: vec![line] }],
        declaration: words("Tôi xác nhận.", "I confirm."),
        text_hash: Hex32([0; 32]),
        correctable: vec![],
        asks_to_share: false,
    };
    reading.text_hash = reading.text_hash();
    reading
}
