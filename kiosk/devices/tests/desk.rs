//! Scanner, printer and face workers over their simulated devices.

use std::path::{Path, PathBuf};
use std::time::Duration;

use camera::sim::{Motion, Picture, SimCameraHandle};
use crossbeam_channel::{Receiver, bounded};
use devices::code_scanner::{CodeScanner, ScannerReport};
use devices::face_camera::{FaceCamera, FaceFault, FaceReport, Matching};
use devices::ticket_printer::{Condition, PrintJob, PrinterReport, TicketPrinter};
use devices::{Outbox, Waker};
use face::sim::{self as people, Person};
use face::{FaceDecision, MatchPolicy, PortraitHash, QualityHint};
use printer::sim::SimHandle;
use printer::{EscPos, Patience, Ticket, Typefaces};
use scanner::IdleGap;
use scanner::sim::SimScanner;
use zeroize::Zeroizing;

/// Only a broken test waits so long.
const LONG: Duration = Duration::from_secs(60);

fn outbox<R: Send + 'static>() -> (Outbox<R>, Receiver<R>) {
    let (sender, reports) = bounded(64);
    (Outbox::new(sender, Waker::none(), |report| report), reports)
}

fn next<R>(reports: &Receiver<R>) -> R {
    reports.recv_timeout(LONG).expect("a report")
}

#[test]
fn a_code_is_told_and_an_unplugged_scanner_comes_back() {
    let desk = SimScanner::new();
    let opener = desk.clone();
    let (outbox, reports) = outbox();
    let open = move || Ok(Box::new(opener.open(IdleGap::Ignored)?) as Box<dyn scanner::Scanner>);
    let _worker = CodeScanner::start(Box::new(open), outbox).expect("a thread");
    assert!(matches!(next(&reports), ScannerReport::Up));
    desk.show("031085000017||Nguyễn Văn Mẫu|15011985|Nam||15012021".as_bytes());
    let ScannerReport::Scanned(code) = next(&reports) else { panic!("no code") };
    assert!(code.0.starts_with(b"031085000017|"));
    assert_eq!(format!("{code:?}"), format!("Code({} bytes)", code.0.len()));
    desk.unplug();
    assert!(matches!(next(&reports), ScannerReport::Down));
    desk.replug();
    assert!(matches!(next(&reports), ScannerReport::Up));
    desk.show(b"second");
    assert!(matches!(next(&reports), ScannerReport::Scanned(code) if *code.0 == b"second"));
}

fn provision() -> PathBuf {
    if let Some(folder) = std::env::var_os("TIEPDON_PROVISION") {
        return folder.into();
    }
    let above = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|folder| folder.join(".provision"));
    above.into_iter().find(|folder| folder.is_dir()).expect("run ./run setup")
}

fn typefaces() -> Typefaces {
    let weight = |name: &str| {
        std::fs::read(provision().join(format!("fonts/BeVietnamPro-{name}.ttf"))).expect("run ./run setup")
    };
    Typefaces::parse(weight("Regular"), weight("SemiBold"), weight("ExtraBold")).expect("three typefaces")
}

fn ticket(number: &str) -> Ticket {
    Ticket {
        hospital: "Bệnh viện Đa khoa Mẫu".into(),
        number_label: "Số thứ tự khám".into(),
        number: number.into(),
        department: "Khám Nội tổng hợp".into(),
        place: "Phòng 102".into(),
        facts: vec![],
        notes: vec![],
        holder: None,
        qr: None,
        footer: vec![],
    }
}

struct PrinterDesk {
    handle: SimHandle,
    worker: TicketPrinter,
    reports: Receiver<PrinterReport>,
}

impl PrinterDesk {
    fn new() -> Self {
        let handle = SimHandle::new();
        let opener = handle.clone();
        let (outbox, reports) = outbox();
        let open = move || Ok(Box::new(EscPos::new(opener.link(), Patience::default())) as Box<dyn printer::Printer>);
        let worker = TicketPrinter::start(Box::new(open), typefaces(), outbox).expect("a thread");
        let desk = Self { handle, worker, reports };
        assert!(matches!(next(&desk.reports), PrinterReport::Condition(Condition::Ready)));
        desk
    }

    fn print(&self, id: u32) {
        self.worker.print(PrintJob { id, ticket: ticket("A027") }).expect("the worker listens");
    }
}

#[test]
fn a_ticket_is_called_printed_when_its_paper_is_cut() {
    let desk = PrinterDesk::new();
    desk.print(1);
    assert!(matches!(next(&desk.reports), PrinterReport::Printed { job: 1 }));
    assert_eq!(desk.handle.tapes().len(), 1);
    assert_eq!(desk.handle.unknown_bytes(), 0);
}

#[test]
fn without_paper_the_ticket_is_not_printed_until_somebody_brings_some() {
    let desk = PrinterDesk::new();
    desk.handle.empty_paper();
    desk.print(1);
    assert!(matches!(next(&desk.reports), PrinterReport::Condition(Condition::PaperOut)));
    let PrinterReport::NotPrinted { job: 1, error } = next(&desk.reports) else { panic!("printed on nothing") };
    assert_eq!(error.condition(), Condition::PaperOut);
    desk.handle.refill();
    desk.print(2);
    let printed = std::iter::repeat_with(|| next(&desk.reports))
        .take(2)
        .any(|report| matches!(report, PrinterReport::Printed { job: 2 }));
    assert!(printed);
    assert_eq!(desk.handle.tapes().len(), 1);
}

#[test]
fn an_unplugged_printer_is_gone_and_prints_again_when_it_is_back() {
    let desk = PrinterDesk::new();
    desk.handle.unplug();
    desk.print(1);
    assert!(matches!(next(&desk.reports), PrinterReport::Condition(Condition::Gone)));
    assert!(matches!(next(&desk.reports), PrinterReport::NotPrinted { job: 1, .. }));
    desk.handle.plug_in();
    assert!(matches!(next(&desk.reports), PrinterReport::Condition(Condition::Ready)));
    desk.print(2);
    assert!(matches!(next(&desk.reports), PrinterReport::Printed { job: 2 }));
}

const HOLDER: Person = Person(1);

fn standing(person: Person) -> Picture {
    let frame = people::frame(person, 0);
    Picture::from_rgb8(frame.width(), frame.height(), frame.rgb().to_vec()).expect("a picture")
}

struct Booth {
    handle: SimCameraHandle,
    worker: FaceCamera,
    reports: Receiver<FaceReport>,
}

impl Booth {
    fn with(engine: Option<face::Engine>) -> Self {
        let handle = SimCameraHandle::new(640, 480, Motion::Alive { seed: 1 }).expect("a size");
        let opener = handle.clone();
        let (outbox, reports) = outbox();
        let open = move || Ok(Box::new(opener.open()?) as Box<dyn camera::Camera>);
        let worker = FaceCamera::start(Box::new(open), engine, MatchPolicy::default(), outbox, Waker::none());
        Self { handle, worker: worker.expect("a thread"), reports }
    }

    fn start(&self, id: u32) -> PortraitHash {
        let portrait = people::portrait_jpeg(HOLDER);
        let hash = PortraitHash::of_file(&portrait);
        self.worker.start_matching(Matching { id, portrait: Zeroizing::new(portrait), hash }).expect("it listens");
        hash
    }

    fn decision(&self) -> FaceDecision {
        loop {
            match next(&self.reports) {
                FaceReport::Decided { decision, .. } => return decision,
                FaceReport::Hint { .. } | FaceReport::Counted { .. } => {}
                FaceReport::Unavailable { fault, .. } => panic!("{fault}"),
            }
        }
    }
}

#[test]
fn the_holder_is_matched_and_the_camera_is_closed_when_that_is_told() {
    let booth = Booth::with(Some(people::engine()));
    booth.handle.show(&[standing(HOLDER)]);
    assert_eq!(booth.handle.frames(), 0, "nobody has consented");
    let hash = booth.start(1);
    let FaceDecision::Match(matched) = booth.decision() else { panic!("the holder was refused") };
    assert_eq!(matched.portrait_hash(), hash);
    assert_eq!(booth.handle.open_cameras(), 0);
    assert!(booth.handle.frames() >= 3);
    assert!(booth.worker.preview().is_none(), "the preview is black after the decision");
}

#[test]
fn somebody_else_is_no_match_and_another_attempt_begins_anew() {
    let booth = Booth::with(Some(people::engine()));
    booth.handle.show(&[standing(Person(2))]);
    booth.start(1);
    assert!(matches!(booth.decision(), FaceDecision::NoMatch { .. }));
    booth.handle.show(&[standing(HOLDER)]);
    booth.start(2);
    assert!(matches!(booth.decision(), FaceDecision::Match(_)));
}

#[test]
fn nobody_before_the_camera_is_one_hint_and_after_stop_nothing_is_shown() {
    let booth = Booth::with(Some(people::engine()));
    booth.start(1);
    let hint = next(&booth.reports);
    assert!(matches!(hint, FaceReport::Hint { matching: 1, hint: QualityHint::NoFace }), "{hint:?}");
    while booth.worker.preview().is_none() {
        std::thread::yield_now();
    }
    booth.worker.stop();
    assert!(booth.worker.preview().is_none());
    while booth.handle.open_cameras() > 0 {
        std::thread::yield_now();
    }
    assert!(booth.worker.preview().is_none());
    assert!(booth.reports.is_empty(), "one hint for a hundred empty frames");
}

#[test]
fn without_models_camera_or_portrait_the_face_is_unavailable_and_says_why() {
    let booth = Booth::with(None);
    booth.start(1);
    assert!(matches!(next(&booth.reports), FaceReport::Unavailable { matching: 1, fault: FaceFault::NoModels }));
    let booth = Booth::with(Some(people::engine()));
    booth.handle.unplug();
    booth.start(1);
    assert!(matches!(next(&booth.reports), FaceReport::Unavailable { fault: FaceFault::Camera(_), .. }));
    booth.handle.plug_in();
    booth.handle.freeze();
    booth.start(2);
    assert!(matches!(next(&booth.reports), FaceReport::Unavailable { fault: FaceFault::Camera(_), .. }));
    let broken = Matching { id: 3, portrait: Zeroizing::new(vec![1, 2, 3]), hash: PortraitHash::of_file(b"") };
    booth.worker.start_matching(broken).expect("it listens");
    assert!(matches!(next(&booth.reports), FaceReport::Unavailable { fault: FaceFault::Portrait(_), .. }));
}
