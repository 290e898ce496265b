//! Whole visits: the real session, the real workers over simulated devices, the disk, and a server on a loopback port.

mod server;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use api::papers::{ChipAnswer, confirmation_challenge};
use api::{AlertKind, CounterReason, DeviceHealth, DocumentClaim, FaceClaim};
use camera::sim::Picture;
use ccid::sim::SimOptions;
use emrtd::sim::{Person, PortraitImage};
use face::sim as people;
use session::screen::{Action, Block, Picture as Sign, Screen};
use session::{ChipFailure, Device, DeviceStatus, Event};
use station::sim::{Bench, CameraPace, CardKind, CardMaker, Happening, VirtualTime};
use station::{FaceEngine, Station, StationConfig};
use tempfile::TempDir;
use time::macros::{date, datetime};

use server::{Server, department};

const HOLDER: people::Person = people::Person(1);
const STRANGER: people::Person = people::Person(2);
/// Of the citizen card of nguyen_van_mau().
const CARD_QR: &str = "031085000017|031000017|Nguyễn Văn Mẫu|15011985|Nam|Số 1 Phố Thử Nghiệm|15012021";
/// Only a broken test waits so long.
const LONG: Duration = Duration::from_secs(120);

struct Kiosk {
    station: Station,
    bench: Bench,
    cards: CardMaker,
    clock: VirtualTime,
    server: Server,
    folder: TempDir,
    seen: Vec<&'static str>,
}

impl Kiosk {
    fn new() -> Self {
        Self::with(Ok(people::engine()))
    }

    fn with(models: FaceEngine) -> Self {
        let server = Server::start();
        let folder = tempfile::tempdir().expect("a folder");
        let cards = CardMaker::new(date!(2026 - 11 - 23));
        let bench = Bench::new(SimOptions::extended_apdu(), CameraPace::Unpaced).expect("a bench");
        let clock = VirtualTime::from(datetime!(2026-11-23 07:42 +7));
        let station = started(folder.path(), &server, &cards, &bench, &clock, models);
        let mut kiosk = Self { station, bench, cards, clock, server, folder, seen: vec![] };
        kiosk.until("the first round", |kiosk| kiosk.station.screen().header.hospital == "Bệnh viện Đa khoa Mẫu");
        kiosk.until("numbers for later", |kiosk| kiosk.server.books().reserved == 40);
        kiosk
    }

    fn insert(&self, kind: CardKind) {
        let portrait = PortraitImage { image: people::portrait_jpeg(HOLDER), width: 240, height: 320 };
        let card = self.cards.make(kind, &Person::nguyen_van_mau(), &portrait).expect("a card");
        self.bench.insert_card(card);
    }

    fn stand(&self, person: people::Person) {
        let frame = people::frame(person, 0);
        let picture = Picture::from_rgb8(frame.width(), frame.height(), frame.rgb().to_vec()).expect("a picture");
        self.bench.choose_face(&[picture]);
    }

    fn pump(&mut self) {
        self.station.pump(Duration::from_millis(20));
        let name = self.station.screen().name;
        if self.seen.last() != Some(&name) {
            self.seen.push(name);
        }
    }

    fn until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        let end = Instant::now() + LONG;
        while !done(self) {
            assert!(Instant::now() < end, "never came: {what}; seen {:?}", self.seen);
            self.pump();
        }
    }

    fn until_screen(&mut self, name: &str) {
        self.until(name, |kiosk| kiosk.station.screen().name == name);
    }

    /// A patient who wants a number of one department and does what the screens say, up to `end`.
    fn visit_until(&mut self, end: &str) {
        let deadline = Instant::now() + LONG;
        let mut answered: Option<Screen> = None;
        while self.station.screen().name != end {
            assert!(Instant::now() < deadline, "stuck at {:#?}; seen {:?}", self.station.screen(), self.seen);
            self.pump();
            let screen = self.station.screen().clone();
            if screen.name == end {
                return;
            }
            if shows(&screen, Sign::RemoveCard) && self.bench.card_is_in() {
                self.bench.pull_card();
            } else if screen.name == "insert_again" && !self.bench.card_is_in() {
                self.bench.put_back();
            } else if screen.name == "thanks" {
                self.clock.advance(Duration::from_secs(10));
            } else if answered.as_ref() != Some(&screen)
                && let Some(action) = wanted(&screen)
            {
                answered = Some(screen);
                self.station.touch(action);
            }
        }
    }

    fn waiting_files(&self) -> usize {
        let files = std::fs::read_dir(self.folder.path().join("state/sealed")).expect("a folder").flatten();
        files.filter(|file| file.path().extension().is_some_and(|extension| extension == "sealed")).count()
    }
}

fn started(
    folder: &Path,
    server: &Server,
    cards: &CardMaker,
    bench: &Bench,
    clock: &VirtualTime,
    models: FaceEngine,
) -> Station {
    std::fs::write(folder.join("kiosk.key"), "0f".repeat(32)).expect("written");
    std::fs::write(folder.join("csca.der"), cards.csca_der()).expect("written");
    let text = format!(
        "kiosk = \"sanh-a-1\"\nstate = \"state\"\n\
         [server]\naddress = \"http://{}\"\nkey_file = \"kiosk.key\"\n\
         [hospital]\nname = {{ vi = \"Bệnh viện\", en = \"Hospital\" }}\n\
         counter = {{ vi = \"quầy 1\", en = \"counter 1\" }}\ncounter_place = {{ vi = \"bên phải\", en = \"right\" }}\n\
         [papers]\noffice = {{ vi = \"phòng hồ sơ\", en = \"the records office\" }}\n\
         office_place = {{ vi = \"tầng 1\", en = \"floor 1\" }}\n\
         [devices]\nreader = \"sim\"\nscanner = \"sim\"\nprinter = \"sim\"\ncamera = \"sim\"\n\
         [trust]\nauthorities = [\"csca.der\"]\n",
        server.address
    );
    std::fs::write(folder.join("kiosk.toml"), text).expect("written");
    let config = StationConfig::read(&folder.join("kiosk.toml")).expect("a configuration");
    let clock = Arc::new(clock.clone());
    let mut station = Station::start(config, bench.device_set(), models, clock).expect("a station");
    // What is shown to a scanner before it is opened is another patient's, and is dropped.
    let listening = Arc::new(AtomicBool::new(false));
    let told = Arc::clone(&listening);
    station.watch(Box::new(move |happening| {
        if let Happening::Event(Event::DeviceStatus(Device::Scanner, DeviceStatus::Up)) = happening {
            told.store(true, Ordering::SeqCst);
        }
    }));
    let end = Instant::now() + LONG;
    while !listening.load(Ordering::SeqCst) {
        assert!(Instant::now() < end, "no scanner");
        station.pump(Duration::from_millis(20));
    }
    station
}

fn shows(screen: &Screen, sign: Sign) -> bool {
    screen.body.iter().any(|block| matches!(block, Block::Picture { picture, .. } if *picture == sign))
}

fn wanted(screen: &Screen) -> Option<Action> {
    let chosen = Action::ChooseDepartment(department());
    let tiles = screen.body.iter().filter_map(|block| match block {
        Block::Tiles(tiles) => Some(tiles),
        _ => None,
    });
    let open_tile = tiles.flatten().any(|tile| tile.action == chosen && tile.enabled && !tile.chosen);
    if open_tile {
        return Some(chosen);
    }
    let wishes = [
        Action::AgreeToFace,
        Action::PayByInsurance,
        Action::TakeNumber,
        Action::GoToCounter,
        Action::Continue,
        Action::Done,
    ];
    let offered = |wish: &Action| screen.keys.iter().any(|key| key.enabled && key.action == *wish);
    let refuses_help = |wish: &Action| *wish != Action::GoToCounter || screen.name == "face_not_matched";
    wishes.into_iter().find(|wish| offered(wish) && refuses_help(wish))
}

#[test]
fn a_genuine_patient_is_read_matched_checked_in_and_printed_and_nothing_stays() {
    let mut kiosk = Kiosk::new();
    kiosk.stand(HOLDER);
    kiosk.bench.scan(CARD_QR);
    kiosk.until_screen("insert_card");
    assert_eq!(kiosk.bench.camera().frames(), 0, "nobody has agreed");
    kiosk.insert(CardKind::Genuine);
    kiosk.visit_until("ticket");
    kiosk.until("a ticket on paper", |kiosk| kiosk.bench.tapes().len() == 1);
    kiosk.visit_until("thanks");
    kiosk.visit_until("welcome");
    {
        let books = kiosk.server.books();
        let DocumentClaim::Chip(evidence) = &books.identified[0].document else { panic!("no chip") };
        assert_eq!(evidence.challenge, api::Hex8([9; 8]));
        assert!(evidence.active_authentication.is_some());
        assert!(matches!(books.identified[0].face, FaceClaim::Matched { .. }));
        assert_eq!(books.tickets.len(), 1);
    }
    assert_eq!(kiosk.bench.camera().open_cameras(), 0);
    assert!(kiosk.station.preview().is_none());
    assert_eq!(kiosk.station.visit(), None);
    assert_eq!(kiosk.waiting_files(), 0);
    let bytes = kiosk.bench.wire_bytes();
    assert!(bytes.ccid_from_reader > 5_000 && bytes.escpos > 1_000 && bytes.camera_frames >= 3, "{bytes:?}");
}

#[test]
fn somebody_elses_card_ends_at_the_counter_with_a_number() {
    let mut kiosk = Kiosk::new();
    kiosk.stand(STRANGER);
    kiosk.bench.scan(CARD_QR);
    kiosk.until_screen("insert_card");
    kiosk.insert(CardKind::Genuine);
    kiosk.visit_until("counter");
    kiosk.until("a ticket on paper", |kiosk| kiosk.bench.tapes().len() == 1);
    let books = kiosk.server.books();
    let (request, _) = books.tickets.values().next().expect("a ticket");
    assert_eq!(request.counter, Some(CounterReason::FaceNotMatched));
    assert!(matches!(books.identified[0].face, FaceClaim::NotMatched { .. }));
}

#[test]
fn a_lost_answer_is_the_same_ticket_asked_for_again() {
    let mut kiosk = Kiosk::new();
    kiosk.server.books().loses = 1;
    kiosk.stand(HOLDER);
    kiosk.bench.scan(CARD_QR);
    kiosk.until_screen("insert_card");
    kiosk.insert(CardKind::Genuine);
    kiosk.visit_until("ticket");
    kiosk.until("a ticket on paper", |kiosk| kiosk.bench.tapes().len() == 1);
    let books = kiosk.server.books();
    assert_eq!((books.check_ins_asked, books.tickets.len()), (2, 1));
}

#[test]
fn without_the_server_the_number_is_of_the_block_and_the_check_in_comes_home_when_it_is_back() {
    let mut kiosk = Kiosk::new();
    kiosk.server.go_away();
    kiosk.stand(HOLDER);
    kiosk.bench.scan(CARD_QR);
    kiosk.until_screen("insert_card");
    kiosk.insert(CardKind::Genuine);
    kiosk.visit_until("ticket");
    assert_eq!(kiosk.waiting_files(), 1, "sealed before it was told");
    kiosk.until("a ticket on paper", |kiosk| kiosk.bench.tapes().len() == 1);
    assert!(kiosk.server.books().tickets.is_empty());
    let number = shown_number(kiosk.station.screen());
    assert!(number.starts_with('B'), "{number}");
    kiosk.visit_until("thanks");
    kiosk.server.come_back();
    let end = Instant::now() + LONG;
    while kiosk.waiting_files() > 0 {
        assert!(Instant::now() < end, "it never came home");
        kiosk.clock.advance(Duration::from_millis(500));
        kiosk.pump();
    }
    assert_eq!(kiosk.server.books().reconciled.len(), 1);
}

fn shown_number(screen: &Screen) -> String {
    let number = screen.body.iter().find_map(|block| match block {
        Block::Number(number) => Some(number.number.clone()),
        _ => None,
    });
    number.expect("a number on the screen")
}

#[test]
fn a_kiosk_that_was_restarted_without_its_server_goes_on_with_other_numbers() {
    let mut kiosk = Kiosk::new();
    kiosk.server.go_away();
    let mut given = BTreeSet::new();
    for _ in 0..2 {
        kiosk.stand(HOLDER);
        kiosk.bench.scan(CARD_QR);
        kiosk.until_screen("insert_card");
        kiosk.insert(CardKind::Genuine);
        kiosk.visit_until("ticket");
        assert!(given.insert(shown_number(kiosk.station.screen())), "handed out twice");
        kiosk.bench.pull_card();
        // The old workers let go of the devices in their own time; these are new ones.
        kiosk.bench = Bench::new(SimOptions::short_apdu(), CameraPace::Unpaced).expect("a bench");
        let Kiosk { folder, server, cards, bench, clock, .. } = &kiosk;
        kiosk.station = started(folder.path(), server, cards, bench, clock, Ok(people::engine()));
        assert_eq!(kiosk.station.screen().header.hospital, "Bệnh viện Đa khoa Mẫu", "what the server said last");
    }
    assert_eq!(kiosk.waiting_files(), 2);
}

#[test]
fn a_card_that_slips_out_in_the_middle_of_its_portrait_is_put_back_and_the_visit_goes_on() {
    let mut kiosk = Kiosk::new();
    kiosk.stand(HOLDER);
    kiosk.bench.scan(CARD_QR);
    kiosk.until_screen("insert_card");
    kiosk.insert(CardKind::PulledInDg2);
    kiosk.visit_until("insert_again");
    kiosk.visit_until("ticket");
    assert_eq!(kiosk.server.books().tickets.len(), 1);
}

#[test]
fn without_paper_the_number_is_on_the_screen_and_printed_when_somebody_brings_paper() {
    let mut kiosk = Kiosk::new();
    kiosk.bench.empty_paper();
    kiosk.stand(HOLDER);
    kiosk.bench.scan(CARD_QR);
    kiosk.until_screen("insert_card");
    kiosk.insert(CardKind::Genuine);
    kiosk.visit_until("ticket");
    kiosk.until("a way to print again", |kiosk| offers(kiosk.station.screen(), &Action::RetryPrint));
    assert!(shown_number(kiosk.station.screen()).starts_with('A'));
    kiosk.bench.refill_paper();
    kiosk.station.touch(Action::RetryPrint);
    kiosk.until("a ticket on paper", |kiosk| kiosk.bench.tapes().len() == 1);
}

fn offers(screen: &Screen, action: &Action) -> bool {
    screen.keys.iter().any(|key| key.enabled && key.action == *action)
}

#[test]
fn an_emergency_is_told_at_once_and_again_until_it_is_heard() {
    let mut kiosk = Kiosk::new();
    kiosk.station.touch(Action::Emergency);
    kiosk.until("a call", |kiosk| kiosk.server.books().alerts.len() == 1);
    kiosk.station.touch(Action::CloseDialog);
    kiosk.server.go_away();
    kiosk.station.touch(Action::Emergency);
    kiosk.pump();
    kiosk.server.come_back();
    let end = Instant::now() + LONG;
    while kiosk.server.books().alerts.len() < 2 {
        assert!(Instant::now() < end, "nobody heard");
        kiosk.clock.advance(Duration::from_millis(500));
        kiosk.pump();
    }
    let books = kiosk.server.books();
    assert!(books.alerts.iter().all(|alert| alert.kind == AlertKind::Emergency));
}

#[test]
fn a_server_that_is_there_hears_how_the_devices_are() {
    let mut kiosk = Kiosk::with(Err(onnx::OnnxError::NotProvisioned));
    kiosk.until("a heartbeat", |kiosk| !kiosk.server.books().heartbeats.is_empty());
    let first = kiosk.server.books().heartbeats[0].clone();
    assert_eq!((first.camera, first.disk, first.unsent), (DeviceHealth::Faulty, DeviceHealth::Working, 0));
    let end = Instant::now() + LONG;
    while kiosk.server.books().heartbeats.len() < 2 {
        assert!(Instant::now() < end, "it told once only");
        kiosk.clock.advance(Duration::from_secs(5));
        kiosk.pump();
    }
    let books = kiosk.server.books();
    let last = books.heartbeats.last().expect("told");
    assert_eq!((last.reader, last.printer), (DeviceHealth::Working, DeviceHealth::Working));
}

#[test]
fn without_face_models_a_person_looks_and_the_patient_has_a_number() {
    let mut kiosk = Kiosk::with(Err(onnx::OnnxError::NotProvisioned));
    kiosk.bench.scan(CARD_QR);
    kiosk.until_screen("insert_card");
    kiosk.insert(CardKind::Genuine);
    kiosk.visit_until("counter");
    let books = kiosk.server.books();
    let (request, _) = books.tickets.values().next().expect("a ticket");
    assert_eq!(request.counter, Some(CounterReason::FaceUnavailable));
}

#[test]
fn the_cards_of_the_bench_are_what_they_are_called() {
    let expected = [
        (CardKind::Clone, ChipFailure::NotGenuine),
        (CardKind::AlteredDg1, ChipFailure::Altered),
        (CardKind::BacOnly, ChipFailure::NeedsMrzKey),
    ];
    for (kind, failure) in expected {
        let mut kiosk = Kiosk::new();
        let heard = Arc::new(Mutex::new(None));
        let told = Arc::clone(&heard);
        kiosk.station.watch(Box::new(move |happening| {
            if let Happening::Event(Event::ChipFailed(_, failure)) = happening {
                *told.lock().expect("no panic before") = Some(*failure);
            }
        }));
        kiosk.bench.scan(CARD_QR);
        kiosk.until_screen("insert_card");
        kiosk.insert(kind);
        kiosk.until(kind.name(), |_| heard.lock().expect("no panic before").is_some());
        assert_eq!(*heard.lock().expect("no panic before"), Some(failure), "{}", kind.name());
    }
}

#[test]
fn a_parent_confirms_with_the_chips_signature_and_takes_the_slip_along() {
    let mut kiosk = Kiosk::new();
    kiosk.stand(HOLDER);
    kiosk.station.touch(Action::OpenPapers);
    kiosk.until_screen("papers_card");
    kiosk.bench.scan(CARD_QR);
    kiosk.until_screen("insert_card");
    kiosk.insert(CardKind::Genuine);
    kiosk.visit_until("papers");
    kiosk.station.touch(Action::OpenPaper(server::PAPER));
    kiosk.until_screen("paper");
    // The answer is lost: the same confirmation is sent again.
    kiosk.server.books().loses = 1;
    kiosk.station.touch(Action::Confirm);
    kiosk.until_screen("paper_status");
    {
        let books = kiosk.server.books();
        assert_eq!(books.confirmations.len(), 2);
        assert_eq!(books.confirmations[0], books.confirmations[1]);
        let sent = &books.confirmations[0];
        let DocumentClaim::Chip(read) = &books.identified[0].document else { panic!("no chip") };
        let ChipAnswer::Signed { signature } = &sent.chip else { panic!("{:?}", sent.chip) };
        let file = |file: &Option<api::Base64>| file.as_ref().map(|file| file.0.clone());
        let evidence = emrtd::Evidence {
            sod: read.sod.0.clone(),
            dg1: read.dg1.0.clone(),
            dg13: file(&read.dg13),
            dg14: file(&read.dg14),
            dg15: file(&read.dg15),
            active_authentication: Some(signature.0.clone()),
        };
        let mut trust = emrtd::TrustStore::default();
        trust.add_authorities(kiosk.cards.csca_der()).expect("an authority");
        let challenge = confirmation_challenge(server::reading().text_hash(), server::NONCE, sent.confirmed_at);
        let today = date!(2026 - 11 - 23);
        let proven = emrtd::recheck(&evidence, &emrtd::Challenge::new(challenge.0), &trust, today).expect("verifies");
        assert_eq!(proven.chip, emrtd::ChipAuthenticity::ActiveAuthentication);
    }
    let end = Instant::now() + LONG;
    while kiosk.station.screen().headline != "Cổng BHYT đã nhận giấy." {
        assert!(Instant::now() < end, "never received: {:?}", kiosk.station.screen().headline);
        kiosk.clock.advance(Duration::from_millis(500));
        kiosk.pump();
    }
    kiosk.station.touch(Action::PrintPaper);
    kiosk.until("a slip", |kiosk| kiosk.bench.tapes().len() == 1);
    kiosk.until("the word of it", |kiosk| {
        kiosk.station.screen().badge.as_ref().is_some_and(|b| b.text == "Phiếu đã in")
    });
    kiosk.station.touch(Action::Done);
    kiosk.visit_until("thanks");
    kiosk.visit_until("welcome");
    assert_eq!(kiosk.station.visit(), None);
}

#[test]
fn a_card_pulled_before_it_signed_is_asked_for_and_put_back() {
    let mut kiosk = Kiosk::new();
    kiosk.stand(HOLDER);
    kiosk.station.touch(Action::OpenPapers);
    kiosk.until_screen("papers_card");
    kiosk.bench.scan(CARD_QR);
    kiosk.until_screen("insert_card");
    kiosk.insert(CardKind::Genuine);
    kiosk.visit_until("papers");
    kiosk.bench.pull_card();
    kiosk.station.touch(Action::OpenPaper(server::PAPER));
    kiosk.until_screen("paper");
    kiosk.station.touch(Action::Confirm);
    kiosk.until_screen("paper_put_back");
    kiosk.bench.put_back();
    kiosk.until_screen("paper_status");
    let books = kiosk.server.books();
    assert!(matches!(books.confirmations[0].chip, ChipAnswer::Signed { .. }));
}
