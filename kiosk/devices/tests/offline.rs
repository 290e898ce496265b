//! The kiosk's disk: numbers are never handed out twice, check-ins never lost, whatever crashes.

use std::fs;
use std::path::Path;

use api::{Block, CheckInRequest, DepartmentCode, Hex8, Hex32, OfflineCheckIn, Payer, TicketNumber, VisitId};
use crossbeam_channel::bounded;
use devices::offline::{NumberStore, OfflineError, SealedQueue, seal};
use devices::offline_desk::{OfflineDesk, OfflineReport, OfflineRequest, WithoutServer};
use devices::{Outbox, Waker};
use proptest::prelude::*;
use tempfile::TempDir;
use time::macros::{date, datetime};
use time::{Date, OffsetDateTime};
use uuid::Uuid;

const TODAY: Date = date!(2026 - 11 - 23);
const NOW: OffsetDateTime = datetime!(2026-11-23 07:42 +7);
const JOURNAL: &str = "numbers-2026-11-23.journal";

fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

fn department(code: &str) -> DepartmentCode {
    DepartmentCode::parse(code).expect("a code")
}

fn visit(number: u128) -> VisitId {
    VisitId(Uuid::from_u128(number))
}

fn block(code: &str, prefix: char, numbers: std::ops::RangeInclusive<u16>) -> Block {
    Block {
        department: department(code),
        service_day: TODAY,
        challenges: numbers.clone().map(|number| Hex8(u64::from(number).to_be_bytes())).collect(),
        numbers: numbers.map(|number| TicketNumber::new(prefix, number).expect("a number")).collect(),
    }
}

fn open(folder: &Path) -> NumberStore {
    NumberStore::open(folder, TODAY).expect("opens")
}

/// Everything the store would still give.
fn drained(store: &mut NumberStore, code: &str) -> Vec<TicketNumber> {
    (1_000_000..).map_while(|id| store.take_number(visit(id), &department(code)).ok()).collect()
}

#[test]
fn the_same_visit_gets_the_same_number_also_after_a_restart() {
    let kiosk = folder();
    let mut store = open(kiosk.path());
    store.add(&block("K01", 'A', 1..=4)).expect("kept");
    let number = store.take_number(visit(1), &department("K01")).expect("a number");
    assert_eq!(store.take_number(visit(1), &department("K01")).expect("a number"), number);
    assert!(matches!(store.take_number(visit(1), &department("K02")), Err(OfflineError::OtherDepartment)));
    drop(store);
    let mut store = open(kiosk.path());
    assert_eq!(store.take_number(visit(1), &department("K01")).expect("a number"), number);
    assert_ne!(store.take_number(visit(2), &department("K01")).expect("a number"), number);
}

#[test]
fn a_block_that_comes_twice_gives_each_number_once() {
    let kiosk = folder();
    let mut store = open(kiosk.path());
    store.add(&block("K01", 'A', 1..=3)).expect("kept");
    store.add(&block("K01", 'A', 2..=4)).expect("kept");
    let given: Vec<String> = drained(&mut store, "K01").iter().map(ToString::to_string).collect();
    assert_eq!(given, ["A001", "A002", "A003", "A004"]);
    store.add(&block("K01", 'A', 1..=4)).expect("kept");
    assert_eq!(store.stock().numbers[&department("K01")], 0);
}

#[test]
fn numbers_of_yesterday_are_worth_nothing_today() {
    let kiosk = folder();
    let mut store = open(kiosk.path());
    store.add(&block("K01", 'A', 1..=3)).expect("kept");
    store.turn_to(date!(2026 - 11 - 24)).expect("a new day");
    assert!(matches!(store.take_number(visit(1), &department("K01")), Err(OfflineError::NoNumbers)));
    store.add(&block("K01", 'A', 1..=3)).expect("a block of another day is dropped");
    assert!(drained(&mut store, "K01").is_empty());
    assert!(!kiosk.path().join(JOURNAL).exists());
}

#[test]
fn a_damaged_journal_is_set_aside_and_none_of_its_numbers_is_given() {
    let kiosk = folder();
    let journal = kiosk.path().join(JOURNAL);
    let mut store = open(kiosk.path());
    store.add(&block("K01", 'A', 1..=3)).expect("kept");
    store.take_number(visit(1), &department("K01")).expect("a number");
    drop(store);
    let mut bytes = fs::read(&journal).expect("readable");
    bytes[40] ^= 0x20;
    fs::write(&journal, bytes).expect("written");
    let mut store = open(kiosk.path());
    assert!(drained(&mut store, "K01").is_empty());
    assert!(journal.with_extension("damaged-1").exists());
    store.add(&block("K01", 'A', 10..=11)).expect("kept");
    assert_eq!(drained(&mut store, "K01").len(), 2);
}

fn check_in(number: u128) -> OfflineCheckIn {
    OfflineCheckIn {
        visit: visit(number),
        number: TicketNumber::new('A', 1).expect("a number"),
        service_day: TODAY,
        taken_at: NOW,
        identification: None,
        check_in: request(),
        follow: None,
    }
}

fn request() -> CheckInRequest {
    CheckInRequest { department: department("K01"), payer: Payer::Insurance, counter: None, declared: Vec::new() }
}

#[test]
fn a_sealed_check_in_is_read_by_the_server_alone_and_waits_until_it_is_removed() {
    let kiosk = folder();
    let server = crypto_box::SecretKey::generate(&mut rand::rngs::OsRng);
    let key = Hex32(*server.public_key().as_bytes());
    let queue = SealedQueue::open(kiosk.path()).expect("opens");
    for number in [2, 1] {
        queue.store(&seal(&check_in(number), key).expect("sealed")).expect("stored");
    }
    drop(queue);
    let queue = SealedQueue::open(kiosk.path()).expect("opens");
    assert_eq!(queue.waiting().expect("listed"), [visit(1), visit(2)]);
    let request = queue.load(visit(1)).expect("loaded");
    assert_eq!(request.sealed_to, key);
    let plain = server.unseal(&request.sealed.0).expect("sealed to this server");
    assert_eq!(serde_json::from_slice::<OfflineCheckIn>(&plain).expect("JSON"), check_in(1));
    queue.remove(visit(1)).expect("removed");
    queue.set_aside(visit(2)).expect("set aside");
    assert!(queue.waiting().expect("listed").is_empty());
    assert!(kiosk.path().join("refused").join(format!("{}.sealed", visit(2))).exists());
}

#[test]
fn an_unfinished_or_damaged_file_is_not_sent() {
    let kiosk = folder();
    let queue = SealedQueue::open(kiosk.path()).expect("opens");
    fs::write(kiosk.path().join(format!("{}.unfinished", visit(1))), b"{").expect("written");
    fs::write(kiosk.path().join("notes.txt"), b"?").expect("written");
    assert!(queue.waiting().expect("listed").is_empty());
    fs::write(kiosk.path().join(format!("{}.sealed", visit(1))), b"{").expect("written");
    assert!(matches!(queue.load(visit(1)), Err(OfflineError::NotSealed { .. })));
    fs::write(kiosk.path().join(format!("{}.sealed", visit(1))), vec![b' '; 600_000]).expect("written");
    assert!(matches!(queue.load(visit(1)), Err(OfflineError::NotSealed { .. })));
}

#[test]
fn a_patient_without_server_gets_a_number_and_the_check_in_waits_sealed_before_it_is_told() {
    let kiosk = folder();
    let (sender, reports) = bounded(16);
    let numbers = NumberStore::open(&kiosk.path().join("numbers"), TODAY).expect("opens");
    let queue = SealedQueue::open(&kiosk.path().join("sealed")).expect("opens");
    let desk = OfflineDesk::start(
        numbers,
        queue,
        kiosk.path().join("server.json"),
        Outbox::new(sender, Waker::none(), |report| report),
    )
    .expect("a thread");
    let next = || reports.recv_timeout(std::time::Duration::from_secs(60)).expect("a report");
    assert!(matches!(next(), OfflineReport::Stock(stock) if stock.numbers.is_empty()));
    let server = crypto_box::SecretKey::generate(&mut rand::rngs::OsRng);
    let patient = |number, sealed_to| {
        OfflineRequest::TakeNumber(Box::new(WithoutServer {
            visit: visit(number),
            check_in: request(),
            identification: None,
            sealed_to,
            today: TODAY,
            now: NOW,
            follow: Some(api::Hex16([7; 16])),
        }))
    };
    let key = Some(Hex32(*server.public_key().as_bytes()));
    desk.ask(patient(1, key)).expect("it listens");
    assert!(matches!(next(), OfflineReport::Number { number: Err(OfflineError::NoNumbers), .. }));
    next();
    desk.ask(OfflineRequest::Keep { block: block("K01", 'A', 1..=2), today: TODAY }).expect("it listens");
    assert!(matches!(next(), OfflineReport::Stock(stock) if stock.numbers[&department("K01")] == 2));
    desk.ask(patient(2, None)).expect("it listens");
    assert!(matches!(next(), OfflineReport::Number { number: Err(OfflineError::NoSealingKey), .. }));
    next();
    desk.ask(patient(3, key)).expect("it listens");
    let OfflineReport::Number { number: Ok(number), .. } = next() else { panic!("no number") };
    next();
    desk.ask(OfflineRequest::NextWaiting { after: None }).expect("it listens");
    let OfflineReport::Waiting(Some(waiting)) = next() else { panic!("nothing waits") };
    let plain = server.unseal(&waiting.sealed.0).expect("sealed to this server");
    let content: OfflineCheckIn = serde_json::from_slice(&plain).expect("JSON");
    assert_eq!((content.number, content.follow), (number, Some(api::Hex16([7; 16]))));
    desk.ask(OfflineRequest::Reconciled(waiting.visit)).expect("it listens");
    desk.ask(OfflineRequest::NextWaiting { after: None }).expect("it listens");
    assert!(matches!(next(), OfflineReport::Waiting(None)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn no_journal_panics_the_store(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let kiosk = folder();
        fs::write(kiosk.path().join(JOURNAL), bytes).expect("written");
        let _ = NumberStore::open(kiosk.path(), TODAY);
    }
}
